//! Record types: their options, defaults and process.

use engine::import::{Format, Source};
use engine::{ImportJob, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};

use super::told;

fn ticket() -> Json {
    let options = |words: &[&str]| words.iter().map(|word| json!({ "value": word })).collect::<Vec<_>>();
    json!({ "name": "ticket", "plural": "tickets", "fields": [
        { "name": "state", "kind": "picklist", "default": "open", "options": options(&["open", "waiting", "done"]) },
        { "name": "urgency", "kind": "picklist", "options": options(&["low", "high"]) },
        { "name": "days", "kind": "integer" } ] })
}

async fn world(name: &str) -> World {
    let world = World::new(name).await;
    world.define([(Kind::Objects, "ticket", Some(ticket()))]).await.unwrap();
    let incident = json!({ "object": "ticket", "options": { "state": ["open", "done"], "urgency": ["*"] },
        "defaults": { "urgency": "high", "days": 1 }, "process": "quick", "default": true });
    let wish = json!({ "object": "ticket", "label": "A wish", "options": { "urgency": ["low"] }, "defaults": { "days": 30 } });
    let process = |mode: &str| {
        json!({ "object": "ticket", "field": "state", "mode": mode, "applies": "FALSE", "states": ["open", "done"],
        "transitions": [{ "name": "close", "from": ["open"], "to": "done" }] })
    };
    let changes = [
        (Kind::Processes, "ticket.quick", Some(process("enforce"))),
        (Kind::RecordTypes, "ticket.incident", Some(incident)),
        (Kind::RecordTypes, "ticket.wish", Some(wish)),
    ];
    world.define(changes).await.expect("the record types are good");
    world
}

#[tokio::test]
async fn a_type_gives_options_defaults_and_process() {
    let world = world("types").await;
    let ada = world.person("ada", "administrator").await;
    let records = [
        json!({ "name": "a" }),
        json!({ "name": "b", "record_type": "wish" }),
        json!({ "name": "c", "record_type": null }),
        json!({ "name": "d", "days": 7, "urgency": "low" }),
    ];
    let ids =
        world.run(&ada, "ticket", What::Create(records.iter().map(fields).collect())).await.unwrap().ids;
    let mut seen = Vec::new();
    for id in &ids {
        let one = world.one(&ada, "ticket", *id).await.unwrap();
        seen.push(["record_type", "urgency", "days", "state"].map(|key| one[key].clone()));
    }
    let expected = json!([
        ["incident", "high", 1, "open"],
        ["wish", null, 30, "open"],
        [null, null, null, "open"],
        ["incident", "low", 7, "open"]
    ]);
    assert_eq!(json!(seen), expected);
    let bad = [
        json!({ "name": "e", "state": "waiting" }),
        json!({ "name": "f", "record_type": "wish", "urgency": "high" }),
        json!({ "name": "g", "record_type": "dream" }),
    ];
    let bad = world.run(&ada, "ticket", What::Create(bad.iter().map(fields).collect())).await;
    let expected =
        ["0.state option-not-offered", "1.urgency option-not-offered", "2.record_type unknown-option"];
    assert_eq!(told(&problems(bad.unwrap_err())), expected);
    // Another type may not have what the record holds.
    let found =
        problems(world.update(&ada, "ticket", ids[0], json!({ "record_type": "wish" })).await.unwrap_err());
    assert_eq!(told(&found), ["urgency option-not-offered"]);
    // The process is the type's.
    let found = problems(world.update(&ada, "ticket", ids[0], json!({ "state": "done" })).await.unwrap_err());
    assert_eq!(told(&found), ["state transition-needed"]);
    world.update(&ada, "ticket", ids[1], json!({ "state": "done" })).await.unwrap();
    let query = engine::Query {
        object: "ticket".into(),
        filter: Some(engine::filter::Filter::Formula("record_type = \"incident\"".into())),
        ..engine::Query::default()
    };
    assert_eq!(world.read(&world.again(&ada).await, &query).await.unwrap().as_array().unwrap().len(), 2);
    let job = ImportJob {
        object: "ticket".into(),
        source: Source::Bytes(b"name,record_type,urgency\nh,wish,\ni,wish,high\n".to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    };
    let import = world.engine.run_import(&world.again(&ada).await, job).await.unwrap();
    assert_eq!((import.created, import.rejected), (1, 1));
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn types_come_and_go() {
    let world = world("types_go").await;
    let system = world.system().await;
    let id = world.create(&system, "ticket", json!({ "name": "a", "record_type": "wish" })).await.unwrap();
    world
        .define([(Kind::RecordTypes, "ticket.wish", Some(json!({ "object": "ticket", "active": false })))])
        .await
        .unwrap();
    let refused =
        world.create(&world.system().await, "ticket", json!({ "name": "b", "record_type": "wish" })).await;
    assert_eq!(told(&problems(refused.unwrap_err())), ["record_type inactive-option"]);
    world.update(&system, "ticket", id, json!({ "name": "a2", "record_type": "wish" })).await.unwrap();
    // Without any type the field is gone; with the next one it is back, and the values with it.
    world
        .define([(Kind::RecordTypes, "ticket.wish", None), (Kind::RecordTypes, "ticket.incident", None)])
        .await
        .unwrap();
    assert!(world.one(&system, "ticket", id).await.unwrap().get("record_type").is_none());
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
    world.define([(Kind::RecordTypes, "ticket.wish", Some(json!({ "object": "ticket" })))]).await.unwrap();
    assert_eq!(world.one(&system, "ticket", id).await.unwrap()["record_type"], "wish");
    world.define([(Kind::Objects, "ticket", None)]).await.unwrap();
    let bad = json!({ "object": "ticket" });
    assert!(world.define([(Kind::RecordTypes, "ticket.late", Some(bad))]).await.is_err());
}

#[tokio::test]
async fn types_that_mean_nothing_are_refused() {
    let world = World::new("types_bad").await;
    world.define([(Kind::Objects, "ticket", Some(ticket()))]).await.unwrap();
    let bad = json!({ "object": "ticket", "options": { "state": ["opne"], "days": ["1"], "stat": [] }, "default": true,
        "defaults": { "days": "many", "version": 3, "nothing": 1 }, "process": "none" });
    let other = json!({ "object": "ticket", "default": true });
    let changes =
        [(Kind::RecordTypes, "ticket.bad", Some(bad)), (Kind::RecordTypes, "ticket.other", Some(other))];
    let found = problems(world.define(changes).await.unwrap_err());
    for start in [
        "options.state.0",
        "options.days",
        "options.stat",
        "defaults.days",
        "defaults.version",
        "defaults.nothing",
        "process",
        "default",
    ] {
        let path = format!("record-types.ticket.bad.{start}");
        assert!(found.iter().any(|problem| problem.path == path), "{path} in {found:?}");
    }
    let taken = json!({ "name": "record_type", "kind": "text" });
    assert!(world.define([(Kind::Fields, "ticket.record_type", Some(taken))]).await.is_err());
}
