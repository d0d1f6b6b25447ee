//! The recycle bin: what goes in together comes out together, what is held stays, what is gone is gone.

use engine::{Bin, Context, Error, Query, Update, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

async fn world(name: &str) -> (World, Context) {
    let world = World::zoo(name).await;
    let ada = world.person("ada", "administrator").await;
    (world, ada)
}

async fn is_live(world: &World, context: &Context, object: &str, id: Uuid) -> bool {
    match world.one(context, object, id).await {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(error) => panic!("{error:?}"),
    }
}

/// `holder` holds keepers: `restrict`, `cascade` or `set_null`.
async fn holder(world: &World, on_delete: &str) {
    let fields = json!([{ "name": "keeper", "kind": "lookup", "to": "keeper", "on_delete": on_delete }]);
    let holder = json!({ "name": "holder", "plural": "holders", "history": false, "fields": fields });
    world.define([(Kind::Objects, "holder", Some(holder))]).await.unwrap();
}

#[tokio::test]
async fn parts_go_and_come_with_their_master() {
    let (world, ada) = world("parts").await;
    let rex = world.create(&ada, "specimen", json!({ "name": "Rex" })).await.unwrap();
    let tooth = async |place: i64| {
        world.create(&ada, "tooth", json!({ "name": "t", "specimen_id": rex, "place": place })).await.unwrap()
    };
    let (early, late) = (tooth(1).await, tooth(2).await);
    // One part went before, on its own.
    world.run(&ada, "tooth", What::Delete(vec![early])).await.unwrap();
    world.run(&ada, "specimen", What::Delete(vec![rex])).await.unwrap();
    assert!(!is_live(&world, &ada, "specimen", rex).await && !is_live(&world, &ada, "tooth", late).await);
    world.run(&ada, "specimen", What::Restore(vec![rex])).await.unwrap();
    assert!(is_live(&world, &ada, "specimen", rex).await && is_live(&world, &ada, "tooth", late).await);
    assert!(!is_live(&world, &ada, "tooth", early).await);
    world.run(&ada, "tooth", What::Restore(vec![early])).await.unwrap();
    // A second round works as the first.
    world.run(&ada, "specimen", What::Delete(vec![rex])).await.unwrap();
    world.run(&ada, "specimen", What::Restore(vec![rex])).await.unwrap();
    assert!(is_live(&world, &ada, "tooth", early).await && is_live(&world, &ada, "tooth", late).await);
    world.run(&ada, "specimen", What::Purge(vec![rex])).await.unwrap();
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM t_demo.tooth").fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_part_does_not_come_back_without_its_master() {
    let (world, ada) = world("orphan").await;
    let rex = world.create(&ada, "specimen", json!({ "name": "Rex" })).await.unwrap();
    let tooth = world.create(&ada, "tooth", json!({ "name": "t", "specimen_id": rex })).await.unwrap();
    world.run(&ada, "specimen", What::Delete(vec![rex])).await.unwrap();
    let found = problems(world.run(&ada, "tooth", What::Restore(vec![tooth])).await.unwrap_err());
    assert_eq!(found[0].path, "specimen_id");
    assert!(!is_live(&world, &ada, "tooth", tooth).await);
}

#[tokio::test]
async fn parts_without_history_come_back_too() {
    let (world, ada) = world("no_history").await;
    holder(&world, "cascade").await;
    let ada = world.again(&ada).await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let held = world.create(&ada, "holder", json!({ "name": "h", "keeper_id": keeper })).await.unwrap();
    world.run(&ada, "keeper", What::Delete(vec![keeper])).await.unwrap();
    assert!(!is_live(&world, &ada, "holder", held).await);
    world.run(&ada, "keeper", What::Restore(vec![keeper])).await.unwrap();
    assert!(is_live(&world, &ada, "holder", held).await);
}

#[tokio::test]
async fn what_is_held_is_not_deleted() {
    let (world, ada) = world("held").await;
    holder(&world, "restrict").await;
    let ada = world.again(&ada).await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let held = world.create(&ada, "holder", json!({ "name": "h", "keeper_id": keeper })).await.unwrap();
    for what in [What::Delete(vec![keeper]), What::Purge(vec![keeper])] {
        let refused = world.run(&ada, "keeper", what).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    }
    world.run(&ada, "holder", What::Delete(vec![held])).await.unwrap();
    world.run(&ada, "keeper", What::Delete(vec![keeper])).await.unwrap();
    world.run(&ada, "holder", What::Purge(vec![held])).await.unwrap();
    world.run(&ada, "keeper", What::Purge(vec![keeper])).await.unwrap();
}

#[tokio::test]
async fn a_ring_of_records_goes_as_a_whole() {
    let world = World::with_packages("ring").await;
    let ada = world.person("ada", "administrator").await;
    let a = world.create(&ada, "task", json!({ "title": "a" })).await.unwrap();
    let b = world.create(&ada, "task", json!({ "title": "b", "parent_task_id": a })).await.unwrap();
    world.update(&ada, "task", a, json!({ "parent_task_id": b })).await.unwrap();
    let own = world.create(&ada, "task", json!({ "title": "own" })).await.unwrap();
    world.update(&ada, "task", own, json!({ "parent_task_id": own })).await.unwrap();
    for ids in [vec![a], vec![own]] {
        world.run(&ada, "task", What::Delete(ids.clone())).await.unwrap();
        assert!(
            !is_live(&world, &ada, "task", ids[0]).await
                && !is_live(&world, &ada, "task", a).await
                && !is_live(&world, &ada, "task", b).await
        );
        world.run(&ada, "task", What::Restore(ids.clone())).await.unwrap();
        assert!(is_live(&world, &ada, "task", ids[0]).await);
        world.run(&ada, "task", What::Purge(ids)).await.unwrap();
    }
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM t_demo.task").fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_long_chain_goes_as_a_whole() {
    let world = World::with_packages("chain").await;
    let ada = world.person("ada", "administrator").await;
    let mut last = world.create(&ada, "task", json!({ "title": "0" })).await.unwrap();
    let first = last;
    for number in 1..30 {
        last = world
            .create(&ada, "task", json!({ "title": number.to_string(), "parent_task_id": last }))
            .await
            .unwrap();
    }
    world.run(&ada, "task", What::Delete(vec![first])).await.unwrap();
    assert!(!is_live(&world, &ada, "task", last).await);
    world.run(&ada, "task", What::Restore(vec![first])).await.unwrap();
    assert!(is_live(&world, &ada, "task", last).await);
}

#[tokio::test]
async fn what_is_gone_for_good_is_pointed_to_by_nobody() {
    let (world, ada) = world("gone").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let record = json!({ "name": "Rex", "keeper_id": keeper, "related_object": "keeper", "related_id": keeper, "friends": [keeper] });
    let rex = world.create(&ada, "specimen", record).await.unwrap();
    let fields = ["keeper_id", "keeper", "related_id", "related_object", "friends"]
        .map(|name| engine::Selection::Field(name.into()));
    let asked = Query { fields: fields.into(), ..Query::of("specimen", vec![rex]) };
    world.run(&ada, "keeper", What::Delete(vec![keeper])).await.unwrap();
    let row = world.read(&world.again(&ada).await, &asked).await.unwrap().remove_first();
    assert_eq!(
        (&row["keeper_id"], &row["keeper"], &row["friends"]),
        (&json!(keeper), &json!(null), &json!([]))
    );
    world.run(&ada, "keeper", What::Restore(vec![keeper])).await.unwrap();
    let row = world.read(&world.again(&ada).await, &asked).await.unwrap().remove_first();
    assert_eq!((&row["keeper"]["name"], &row["friends"][0]["id"]), (&json!("Kim"), &json!(keeper)));
    world.run(&ada, "keeper", What::Purge(vec![keeper])).await.unwrap();
    let row = world.read(&world.again(&ada).await, &asked).await.unwrap().remove_first();
    for key in ["keeper_id", "keeper", "related_id", "related_object"] {
        assert_eq!(row[key], json!(null), "{key}");
    }
    assert_eq!(row["friends"], json!([]));
    assert!(matches!(world.run(&ada, "keeper", What::Restore(vec![keeper])).await, Err(Error::NotFound)));
}

trait First {
    fn remove_first(self) -> Json;
}

impl First for Json {
    fn remove_first(mut self) -> Json {
        self[0].take()
    }
}

#[tokio::test]
async fn a_unique_value_is_free_while_its_record_is_in_the_bin() {
    let (world, ada) = world("reuse").await;
    let chip = json!({ "name": "Rex", "chip": "1234" });
    let old = world.create(&ada, "specimen", chip.clone()).await.unwrap();
    let refused = world.create(&ada, "specimen", chip.clone()).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
    assert_eq!(problems(refused)[0].path, "chip");
    world.run(&ada, "specimen", What::Delete(vec![old])).await.unwrap();
    let new = world.create(&ada, "specimen", chip).await.unwrap();
    let refused = world.run(&ada, "specimen", What::Restore(vec![old])).await.unwrap_err();
    assert!(matches!(refused, Error::Conflict(_)), "{refused:?}");
    assert_eq!(problems(refused)[0].path, "chip");
    world.update(&ada, "specimen", new, json!({ "chip": null })).await.unwrap();
    world.run(&ada, "specimen", What::Restore(vec![old])).await.unwrap();
    // Two records may swap their values in one command only if no moment holds a double.
    let bulk =
        vec![fields(&json!({ "name": "a", "chip": "x" })), fields(&json!({ "name": "b", "chip": "x" }))];
    let found = problems(world.run(&ada, "specimen", What::Create(bulk)).await.unwrap_err());
    assert_eq!(found[0].path, "1.chip");
}

#[tokio::test]
async fn the_bin_is_a_list_of_its_own() {
    let (world, ada) = world("list").await;
    let kept = world.create(&ada, "keeper", json!({ "name": "kept" })).await.unwrap();
    let gone = world.create(&ada, "keeper", json!({ "name": "gone" })).await.unwrap();
    world.run(&ada, "keeper", What::Delete(vec![gone])).await.unwrap();
    for (bin, id) in [(Bin::Live, kept), (Bin::Deleted, gone)] {
        let query = Query { object: "keeper".into(), bin, include_total: true, ..Query::default() };
        let answer = world.engine.read(&world.again(&ada).await, &query).await.unwrap();
        let rows: Json = serde_json::from_slice(&answer.json).unwrap();
        assert_eq!((rows.as_array().unwrap().len(), answer.total), (1, Some(1)));
        assert_eq!(rows[0]["id"], json!(id));
    }
    // In the bin nothing is changed, only taken out.
    let update =
        What::Update(vec![Update { id: gone, fields: fields(&json!({ "name": "x" })), if_version: None }]);
    for what in [update, What::Delete(vec![gone]), What::Restore(vec![kept])] {
        let outcome = world.run(&ada, "keeper", what).await;
        assert!(matches!(outcome, Err(Error::NotFound)), "{outcome:?}");
    }
    let history = world.history(&ada, "keeper", gone).await.unwrap();
    let told: Vec<(i64, &str)> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["version"].as_i64().unwrap(), row["action"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(2, "delete"), (1, "create")]);
    // Live records and those of the bin go for good in one command.
    world.run(&ada, "keeper", What::Purge(vec![kept, gone])).await.unwrap();
}

#[tokio::test]
async fn history_tells_each_change_with_old_and_new() {
    let (world, ada) = world("history").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let rex = world
        .create(&ada, "specimen", json!({ "name": "Rex", "weight": "1.5", "tags": ["a"] }))
        .await
        .unwrap();
    let change = json!({ "weight": "2.500", "tags": ["b"], "keeper_id": keeper, "related_object": "keeper", "related_id": keeper, "word": null });
    world.update(&ada, "specimen", rex, change).await.unwrap();
    let history = world.history(&ada, "specimen", rex).await.unwrap();
    let expected = json!({ "weight": [1.5, 2.5], "tags": [["a"], ["b"]], "keeper_id": [null, keeper], "related_object": [null, "keeper"], "related_id": [null, keeper] });
    assert_eq!(history[0]["changes"], expected);
    assert_eq!(history[0]["actor"]["name"], "ada");
}

/// A record may hang on another through a field that lets go and one that holds: the holding one counts.
#[tokio::test]
async fn a_field_that_lets_go_does_not_hide_one_that_holds() {
    let world = World::new("two_ways").await;
    let system = world.system().await;
    let change = |name: &str, fields: serde_json::Value| metadata::Change {
        kind: metadata::Kind::Objects,
        name: name.into(),
        definition: Some(json!({ "name": name, "plural": format!("{name}s"), "fields": fields })),
    };
    let points = json!([
        { "name": "loose", "kind": "lookup", "to": "post" },
        { "name": "tight", "kind": "lookup", "to": "post", "on_delete": "restrict" },
    ]);
    let changes = vec![change("post", json!([])), change("rope", points)];
    world.engine.apply(&system, engine::Apply { changes, ..Default::default() }).await.unwrap();
    let system = world.system().await;
    let post = world.create(&system, "post", json!({ "name": "p" })).await.unwrap();
    world.create(&system, "rope", json!({ "name": "r", "loose_id": post, "tight_id": post })).await.unwrap();
    let delete = engine::Command { object: "post".into(), what: engine::What::Delete(vec![post]) };
    let refused = world.engine.write(&system, delete).await;
    assert!(matches!(refused, Err(engine::Error::Conflict(_))), "{refused:?}");
}

#[tokio::test]
async fn an_empty_bulk_is_refused() {
    let world = World::with_packages("empty_bulk").await;
    let command = engine::Command { object: "deal".into(), what: engine::What::Create(Vec::new()) };
    let refused = world.engine.write(&world.system().await, command).await;
    assert!(matches!(refused, Err(engine::Error::Unprocessable(_))), "{refused:?}");
}
