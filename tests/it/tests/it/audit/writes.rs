//! Every way to write leaves exactly its events, in the transaction of the change.

use std::net::Ipv4Addr;

use engine::audit::{Deed, Event, record};
use engine::{Context, Origin, What};
use it::{World, fields};
use serde_json::json;

use super::{since, stream};

#[tokio::test]
async fn a_change_tells_who_what_and_from_where() {
    let world = World::with_packages("audit_change").await;
    let ada = world.person("ada", "administrator").await;
    let origin = Origin::new(Some(Ipv4Addr::new(203, 0, 113, 9).into()), Some("browser/1"));
    let ada = Context { origin, ..ada };
    let before = stream(&world.engine).await.len();
    let acme = world.create(&ada, "account", json!({ "name": "Acme" })).await.unwrap();
    world.update(&ada, "account", acme, json!({ "name": "Acme Corp" })).await.unwrap();
    let rows = since(&world, before).await;
    let told: Vec<_> = rows.iter().map(|row| (row["action"].as_str().unwrap(), &row["version"])).collect();
    assert_eq!(told, [("create", &json!(1)), ("update", &json!(2))]);
    for row in &rows {
        assert_eq!((&row["record"], &row["actor"]), (&json!(acme), &json!(ada.actor.user_id)));
        assert_eq!((&row["ip"], &row["user_agent"]), (&json!("203.0.113.9"), &json!("browser/1")));
    }
    let changes = rows[1]["changes"].as_object().unwrap();
    assert_eq!(changes.values().collect::<Vec<_>>(), [&json!(["Acme", "Acme Corp"])]);
}

#[tokio::test]
async fn a_failed_change_leaves_nothing() {
    let world = World::with_packages("audit_failed").await;
    let ada = world.person("ada", "administrator").await;
    let before = stream(&world.engine).await.len();
    let good = fields(&json!({ "name": "Good" }));
    let bad = fields(&json!({ "name": "Bad", "owner_id": uuid::Uuid::now_v7() }));
    assert!(world.run(&ada, "account", What::Create(vec![good, bad])).await.is_err());
    assert_eq!(since(&world, before).await, Vec::<serde_json::Value>::new());
}

#[tokio::test]
async fn events_are_kept_or_lost_with_the_transaction() {
    let world = World::new("audit_door").await;
    let event = Event::new(Deed::SignInFailed, "session", chrono::Utc::now())
        .with(json!({ "reason": [null, "wrong \0 password"] }))
        .from(Origin::new(None, Some(&"x".repeat(1000))), "request-1");
    let mut transaction = world.engine.pool().begin().await.unwrap();
    record(&mut transaction, &world.tenant, &[event.clone(), event.clone()]).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(stream(&world.engine).await.len(), 0);
    let mut connection = world.engine.pool().acquire().await.unwrap();
    record(&mut connection, &world.tenant, &[event]).await.unwrap();
    let rows = stream(&world.engine).await;
    assert_eq!((rows.len(), &rows[0]["request"]), (1, &json!("request-1")));
    assert_eq!(rows[0]["user_agent"].as_str().unwrap().len(), 256);
    assert_eq!(rows[0]["changes"], json!({ "reason": [null, "wrong \u{fffd} password"] }));
}

#[tokio::test]
async fn what_an_earlier_version_kept_as_history_is_the_beginning_of_the_stream() {
    let world = World::with_packages("audit_upgrade").await;
    let ada = world.person("ada", "administrator").await;
    let acme = world.create(&ada, "account", json!({ "name": "Acme" })).await.unwrap();
    world.update(&ada, "account", acme, json!({ "name": "Acme Corp" })).await.unwrap();
    let told = world.history(&ada, "account", acme).await.unwrap();
    let old = "CREATE TABLE t_demo._history AS SELECT record_id, version, object_id, happened_at, actor_id, action, request_id, changes FROM t_demo._audit_tail WHERE version IS NOT NULL; \
         ALTER TABLE t_demo._history ADD CONSTRAINT _history_pkey PRIMARY KEY (record_id, version), ALTER COLUMN object_id SET NOT NULL; \
         DROP TABLE t_demo._audit_tail; UPDATE t_demo._state SET level = 1";
    sqlx::raw_sql(old).execute(world.engine.pool()).await.unwrap();
    world.engine.upgrade_schema(&world.tenant).await.unwrap();
    assert_eq!(world.history(&ada, "account", acme).await.unwrap(), told);
    world.update(&ada, "account", acme, json!({ "name": "Acme" })).await.unwrap();
    assert_eq!(world.history(&ada, "account", acme).await.unwrap().as_array().unwrap().len(), 3);
}

/// `action object` of what came since, with how often, in the order of the words.
async fn told(world: &World, before: usize) -> Vec<String> {
    let mut count = std::collections::BTreeMap::<String, usize>::new();
    for row in since(world, before).await {
        let (snapshot, _) = world.engine.fresh_snapshot(&world.tenant).await.unwrap();
        let id = row["object"].as_str().unwrap();
        let object = snapshot.catalog.objects.iter().find(|object| object.id == id);
        let name = object.map_or(id, |object| object.name.as_str());
        *count.entry(format!("{} {name}", row["action"].as_str().unwrap())).or_default() += 1;
    }
    count.into_iter().map(|(what, times)| format!("{times} {what}")).collect()
}

#[tokio::test]
async fn every_way_to_write_leaves_exactly_its_events() {
    let world = World::zoo("audit_ways").await;
    let ada = world.person("ada", "administrator").await;
    let record = |record: serde_json::Value| fields(&record);
    let at = async || stream(&world.engine).await.len();
    let run = async |object: &str, what: What| world.run(&ada, object, what).await.unwrap();
    let before = at().await;
    let keepers = run(
        "keeper",
        What::Create(vec![
            record(json!({ "name": "Kim" })),
            record(json!({ "name": "Lou" })),
            record(json!({ "name": "Max" })),
        ]),
    )
    .await
    .ids;
    assert_eq!(told(&world, before).await, ["3 create keeper"]);
    let before = at().await;
    let rex = run(
        "specimen",
        What::Create(vec![record(
            json!({ "name": "Rex", "chip": "c1", "keeper_id": keepers[0], "friends": [keepers[0]] }),
        )]),
    )
    .await
    .ids[0];
    run("tooth", What::Create(vec![record(json!({ "name": "t", "specimen_id": rex }))])).await;
    assert_eq!(told(&world, before).await, ["1 create specimen", "1 create tooth"]);
    let before = at().await;
    let by = "chip".to_owned();
    run(
        "specimen",
        What::Upsert {
            by,
            records: vec![
                record(json!({ "chip": "c1", "word": "up" })),
                record(json!({ "chip": "c2", "name": "New" })),
            ],
        },
    )
    .await;
    assert_eq!(told(&world, before).await, ["1 create specimen", "1 update specimen"]);
    let before = at().await;
    run("specimen", What::Clone { id: rex, fields: record(json!({ "chip": "c3" })) }).await;
    assert_eq!(told(&world, before).await, ["1 create specimen"]);
    let before = at().await;
    let filter = Some(engine::Filter::Field {
        path: "name".into(),
        operator: engine::Operator::Eq,
        value: json!("Rex"),
    });
    let mass = engine::Mass {
        filter,
        change: Some(record(json!({ "word": "mass" }))),
        expected: None,
        dry_run: false,
    };
    run("specimen", What::Mass(mass)).await;
    assert_eq!(told(&world, before).await, ["2 update specimen"]);
    let before = at().await;
    run("specimen", What::Delete(vec![rex])).await;
    run("specimen", What::Restore(vec![rex])).await;
    assert_eq!(
        told(&world, before).await,
        ["1 delete specimen", "1 delete tooth", "1 restore specimen", "1 restore tooth"]
    );
    let before = at().await;
    // What points to the others points to the one that stays.
    run("keeper", What::Merge { id: keepers[1], others: vec![keepers[0]], fields: record(json!({})) }).await;
    let merged = told(&world, before).await;
    // Both specimens point to the keeper by a lookup and by a link, and tell of either.
    assert_eq!(merged, ["1 delete keeper", "1 merge keeper", "1 update keeper", "4 update specimen"]);
    let before = at().await;
    run("specimen", What::Purge(vec![rex])).await;
    assert_eq!(told(&world, before).await, ["1 purge specimen", "1 purge tooth"]);
}

#[tokio::test]
async fn links_and_what_a_purge_lets_go_are_told_too() {
    let world = World::zoo("audit_links").await;
    let ada = world.person("ada", "administrator").await;
    let keeper = async |name: &str| world.create(&ada, "keeper", json!({ "name": name })).await.unwrap();
    let (kim, lou) = (keeper("Kim").await, keeper("Lou").await);
    let rex = json!({ "name": "Rex", "friends": [kim], "keeper_id": lou, "related_object": "keeper", "related_id": lou });
    let rex = world.create(&ada, "specimen", rex).await.unwrap();
    let before = stream(&world.engine).await.len();
    world.update(&ada, "specimen", rex, json!({ "word": "x", "friends": [kim, lou] })).await.unwrap();
    world.update(&ada, "specimen", rex, json!({ "friends": [lou, kim] })).await.unwrap();
    world.update(&ada, "specimen", rex, json!({ "friends": [] })).await.unwrap();
    let history = world.history(&ada, "specimen", rex).await.unwrap();
    let mut both = [kim, lou];
    both.sort_unstable();
    let friends: Vec<_> =
        history.as_array().unwrap().iter().map(|entry| entry["changes"]["friends"].clone()).collect();
    assert_eq!(friends, [json!([both, []]), json!(null), json!([[kim], both]), json!(null)]);
    assert_eq!(history[2]["changes"]["word"], json!([null, "x"]));
    assert_eq!(told(&world, before).await, ["3 update specimen"]);
    // Gone for good: what pointed there was changed, and says so with a version of its own.
    let before = stream(&world.engine).await.len();
    world.run(&ada, "keeper", What::Purge(vec![lou])).await.unwrap();
    assert_eq!(told(&world, before).await, ["1 purge keeper", "2 update specimen"]);
    let history = world.history(&ada, "specimen", rex).await.unwrap();
    let changes: Vec<_> = history.as_array().unwrap()[..2].iter().map(|entry| &entry["changes"]).collect();
    assert!(changes.contains(&&json!({ "keeper_id": [lou, null] })), "{changes:?}");
    assert!(
        changes.contains(&&json!({ "related_object": ["keeper", null], "related_id": [lou, null] })),
        "{changes:?}"
    );
    assert_eq!(world.one(&ada, "specimen", rex).await.unwrap()["version"], history[0]["version"]);
}
