//! Options of picklists: which may be chosen, and which may stay.

use engine::{Update, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};

use super::told;

fn ticket(blue: bool) -> Json {
    let options =
        json!([{ "value": "red" }, { "value": "blue", "active": blue }, { "value": "old", "active": blue }]);
    json!({ "name": "ticket", "plural": "tickets", "fields": [
        { "name": "colour", "kind": "picklist", "options": options },
        { "name": "marks", "kind": "multi_picklist", "options": options },
    ] })
}

#[tokio::test]
async fn what_cannot_be_chosen_any_more_may_stay() {
    let world = World::new("inactive").await;
    world.define([(Kind::Objects, "ticket", Some(ticket(true)))]).await.unwrap();
    let system = world.system().await;
    let one = world
        .create(&system, "ticket", json!({ "name": "a", "colour": "blue", "marks": ["old"] }))
        .await
        .unwrap();
    let two = world.create(&system, "ticket", json!({ "name": "b", "colour": "red" })).await.unwrap();
    world.define([(Kind::Objects, "ticket", Some(ticket(false)))]).await.unwrap();
    // The whole record may be sent back as it is, with more of what is still there.
    let again = json!({ "name": "a2", "colour": "blue", "marks": ["old", "red"] });
    world.update(&system, "ticket", one, again).await.unwrap();
    let update = |id, record: Json| Update { id, fields: fields(&record), if_version: None };
    let both = vec![
        update(one, json!({ "colour": "old" })),
        update(two, json!({ "colour": "blue", "marks": ["red", "old"] })),
    ];
    let found = problems(world.run(&system, "ticket", What::Update(both)).await.unwrap_err());
    let expected = ["0.colour inactive-option", "1.colour inactive-option", "1.marks inactive-option"];
    assert_eq!(told(&found), expected);
    let new =
        world.run(&system, "ticket", What::Create(vec![fields(&json!({ "name": "c", "colour": "old" }))]));
    assert_eq!(told(&problems(new.await.unwrap_err())), ["colour inactive-option"]);
}
