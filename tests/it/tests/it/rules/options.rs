//! Options of picklists: which may be chosen, and which may stay.

use engine::{Apply, Update, What};
use it::{World, fields, problems};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};

/// Puts one definition.
async fn put(world: &World, kind: Kind, name: &str, definition: Json) {
    let change = Change { kind, name: name.into(), definition: Some(definition) };
    let wish = Apply { changes: vec![change], ..Apply::default() };
    world.engine.apply(&world.system().await, wish).await.expect("the definition is good");
}

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
    put(&world, Kind::Objects, "ticket", ticket(true)).await;
    let system = world.system().await;
    let one = world
        .create(&system, "ticket", json!({ "name": "a", "colour": "blue", "marks": ["old"] }))
        .await
        .unwrap();
    let two = world.create(&system, "ticket", json!({ "name": "b", "colour": "red" })).await.unwrap();
    put(&world, Kind::Objects, "ticket", ticket(false)).await;
    // The whole record may be sent back as it is, with more of what is still there.
    let again = json!({ "name": "a2", "colour": "blue", "marks": ["old", "red"] });
    world.update(&system, "ticket", one, again).await.unwrap();
    let update = |id, record: Json| Update { id, fields: fields(&record), if_version: None };
    let both = vec![
        update(one, json!({ "colour": "old" })),
        update(two, json!({ "colour": "blue", "marks": ["red", "old"] })),
    ];
    let found = problems(world.run(&system, "ticket", What::Update(both)).await.unwrap_err());
    let told: Vec<(&str, &str)> = found.iter().map(|p| (p.path.as_str(), p.code.as_str())).collect();
    let inactive = "inactive-option";
    assert_eq!(told, [("0.colour", inactive), ("1.colour", inactive), ("1.marks", inactive)]);
    let new =
        world.run(&system, "ticket", What::Create(vec![fields(&json!({ "name": "c", "colour": "old" }))]));
    assert_eq!(problems(new.await.unwrap_err())[0].code, inactive);
}
