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
    let old = "CREATE TABLE t_demo._history AS SELECT record_id, version, object_id, happened_at, actor_id, action, request_id, changes FROM t_demo._audit_tail; \
         ALTER TABLE t_demo._history ADD CONSTRAINT _history_pkey PRIMARY KEY (record_id, version), ALTER COLUMN object_id SET NOT NULL; \
         DROP TABLE t_demo._audit_tail; UPDATE t_demo._state SET level = 1";
    sqlx::raw_sql(old).execute(world.engine.pool()).await.unwrap();
    world.engine.upgrade_schema(&world.tenant).await.unwrap();
    assert_eq!(world.history(&ada, "account", acme).await.unwrap(), told);
    world.update(&ada, "account", acme, json!({ "name": "Acme" })).await.unwrap();
    assert_eq!(world.history(&ada, "account", acme).await.unwrap().as_array().unwrap().len(), 3);
}
