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

fn place() -> Json {
    let options = |words: &[&str]| words.iter().map(|word| json!({ "value": word })).collect::<Vec<_>>();
    json!({ "name": "place", "plural": "places", "fields": [
        { "name": "country", "kind": "picklist", "options": options(&["de", "us"]) },
        { "name": "state", "kind": "picklist", "options": options(&["by", "be", "ca"]),
            "depends_on": { "field": "country", "matrix": { "de": ["by", "be"], "us": ["ca"] } } },
        { "name": "abroad", "kind": "boolean" },
        { "name": "papers", "kind": "multi_picklist", "options": options(&["visa", "card"]),
            "depends_on": { "field": "abroad", "matrix": { "true": ["visa", "card"], "false": ["card"] } } },
    ] })
}

#[tokio::test]
async fn options_follow_what_they_depend_on() {
    let world = World::new("dependent").await;
    world.define([(Kind::Objects, "place", Some(place()))]).await.unwrap();
    let system = world.system().await;
    let records = [
        json!({ "name": "a", "country": "de", "state": "by", "abroad": true, "papers": ["visa"] }),
        json!({ "name": "b", "country": "us", "state": "by" }),
        json!({ "name": "c", "state": "ca" }),
        json!({ "name": "d", "papers": ["card", "visa"] }),
    ];
    let create = What::Create(records.iter().map(fields).collect());
    let found = problems(world.run(&system, "place", create).await.unwrap_err());
    let expected =
        ["1.state option-not-offered", "2.state option-not-offered", "3.papers option-not-offered"];
    assert_eq!(told(&found), expected);
    assert_eq!(found[0].hint.as_deref(), Some("offered are ca"));
    let id = world.create(&system, "place", records[0].clone()).await.unwrap();
    // The other field alone changes, so that what is stored does not fit any more.
    let found = problems(world.update(&system, "place", id, json!({ "country": "us" })).await.unwrap_err());
    assert_eq!(told(&found), ["state option-not-offered"]);
    let found = problems(world.update(&system, "place", id, json!({ "abroad": false })).await.unwrap_err());
    assert_eq!(told(&found), ["papers option-not-offered"]);
    world.update(&system, "place", id, json!({ "country": "us", "state": "ca" })).await.unwrap();
    // A matrix that grows stricter leaves what is there alone, until it is touched.
    let mut stricter = place();
    stricter["fields"][1]["depends_on"]["matrix"]["us"] = json!([]);
    world.define([(Kind::Objects, "place", Some(stricter))]).await.unwrap();
    world.update(&system, "place", id, json!({ "name": "e", "country": "us", "state": "ca" })).await.unwrap();
    // A renamed field is still depended on.
    world.define([(Kind::Fields, "place.country", Some(json!({ "name": "land", "kind": "picklist", "options": [{ "value": "de" }, { "value": "us" }] })))]).await.unwrap();
    let found = problems(world.update(&system, "place", id, json!({ "land": "de" })).await.unwrap_err());
    assert_eq!(told(&found), ["state option-not-offered"]);
}

#[tokio::test]
async fn dependencies_that_cannot_be_are_refused() {
    let world = World::new("dependent_bad").await;
    let mut bad = place();
    bad["fields"][0]["depends_on"] = json!({ "field": "state", "matrix": {} });
    bad["fields"][3]["depends_on"] =
        json!({ "field": "abroad", "matrix": { "perhaps": ["visa"], "true": ["pass"] } });
    let found = problems(world.define([(Kind::Objects, "place", Some(bad))]).await.unwrap_err());
    let at = "objects.place.fields";
    let expected = [
        format!("{at}.country.depends_on.field cycle"),
        format!("{at}.state.depends_on.field cycle"),
        format!("{at}.papers.depends_on.matrix.perhaps unknown-option"),
        format!("{at}.papers.depends_on.matrix.true.0 unknown-option"),
    ];
    assert_eq!(told(&found), expected);
}

#[tokio::test]
async fn an_option_that_something_speaks_of_stays() {
    let world = World::new("options_in_use").await;
    let state = |options: &[&str]| {
        let options: Vec<Json> = options.iter().map(|value| json!({ "value": value })).collect();
        json!({ "name": "state", "kind": "picklist", "options": options })
    };
    let thing = json!({ "name": "thing", "plural": "things", "fields": [
        state(&["a", "b", "c", "d"]),
        { "name": "is_a", "kind": "formula", "formula": "state = \"a\"" },
        { "name": "above", "kind": "lookup", "to": "thing", "inverse": "below" },
        { "name": "bees", "kind": "rollup", "of": "below", "function": "count", "where": "state = \"b\"" } ] });
    let rule = json!({ "object": "thing", "when": "CHANGEDTO(state, \"b\")", "message": "No" });
    let hides = json!({ "object": "thing", "field": "above", "visible": "state IN [\"a\", \"c\"]" });
    let process = json!({ "object": "thing", "field": "state", "states": ["a", "b"],
        "transitions": [{ "name": "go", "from": ["a"], "to": "b" }] });
    let shares = json!({ "object": "thing", "when": "state = \"c\"", "share_with": { "everyone": true }, "access": "read" });
    world.define([(Kind::Objects, "thing", Some(thing))]).await.unwrap();
    world
        .define([
            (Kind::ValidationRules, "thing.rule", Some(rule)),
            (Kind::FieldConditions, "thing.hides", Some(hides)),
            (Kind::Processes, "thing.process", Some(process)),
            (Kind::SharingRules, "thing.shares", Some(shares)),
        ])
        .await
        .unwrap();
    let put = async |options: &[&str]| {
        let outcome = world.define([(Kind::Fields, "thing.state", Some(state(options)))]).await;
        let Err(error) = outcome else { return Vec::new() };
        let mut places: Vec<String> = problems(error).into_iter().map(|problem| problem.path).collect();
        places.sort();
        places
    };
    assert_eq!(put(&["a", "b", "c"]).await, [""; 0]);
    let users = put(&["z"]).await;
    for user in [
        "objects.thing.fields.is_a.formula",
        "objects.thing.fields.bees.where",
        "validation-rules.thing.rule.when",
        "field-conditions.thing.hides.visible",
        "processes.thing.process.states.0",
        "sharing-rules.thing.shares.when",
    ] {
        assert!(users.iter().any(|path| path == user), "{user} in {users:?}");
    }
}
