//! Every night roll-ups are compared with their records, a range at a time, and what differs is mended and told.

use chrono::{DateTime, TimeDelta, Utc};
use engine::audit::list::AuditQuery;
use engine::{Context, What};
use it::{World, fields};
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

async fn spoil(world: &World, set: &str) {
    let text = format!("UPDATE {}.firm SET {set}", world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
}

async fn told(world: &World, ada: &Context) -> Vec<Json> {
    let asked = AuditQuery { action: Some("rollup_repaired".into()), limit: 100, ..AuditQuery::default() };
    let rows = world.engine.audit_log(&world.again(ada).await, &asked).await.unwrap().rows;
    rows.iter().map(|row| serde_json::to_value(&row.changes).unwrap()).collect()
}

async fn due(world: &World) -> DateTime<Utc> {
    let text = format!("SELECT not_before FROM {}._jobs WHERE kind = 'reconcile'", world.tenant.schema);
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn a_night_mends_what_is_wrong_and_says_so() {
    let world = World::trade("rollups_night", true).await;
    let ada = world.person("ada", "administrator").await;
    let firms = (0..2_300).map(|n| fields(&json!({ "name": format!("f{n}") }))).collect();
    let firms = world.run(&ada, "firm", What::Create(firms)).await.unwrap().ids;
    let deals = firms
        .iter()
        .step_by(7)
        .map(|id| fields(&json!({ "name": "d", "firm_id": id, "amount": 3, "stage": "won" })));
    world.run(&ada, "deal", What::Create(deals.collect())).await.unwrap();
    world.drain().await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    let first = due(&world).await;
    assert!(first > Utc::now() && first < Utc::now() + TimeDelta::days(1), "{first}");
    // By day nobody looks.
    spoil(
        &world,
        "open_deals = open_deals + 1 WHERE id IN (SELECT id FROM t_demo.firm ORDER BY id DESC LIMIT 1500)",
    )
    .await;
    world.drain().await;
    assert!(!world.wrong_rollups().await.is_empty());
    let mut steps = 0;
    while world.engine.work_at(&world.tenant, first).await.unwrap() {
        steps += 1;
    }
    assert!(steps > 3, "so many firms are not compared at once: {steps}");
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    let entries = told(&world, &ada).await;
    let sum: i64 = entries
        .iter()
        .filter(|one| one["rollup"][1] == "firm.open_deals")
        .map(|one| one["records"][1].as_i64().unwrap())
        .sum();
    assert_eq!((sum, entries[0]["ids"][1].as_array().unwrap().len()), (1500, 20), "{entries:?}");
    let next = due(&world).await;
    assert_eq!(next - first, TimeDelta::days(1));
    // A night in which all is right tells nothing.
    while world.engine.work_at(&world.tenant, next).await.unwrap() {}
    assert_eq!(told(&world, &ada).await.len(), entries.len());
}

/// Comparing waits for no writer and keeps none waiting; a parent that is wrong and held is mended later.
#[tokio::test]
async fn writers_are_not_in_its_way() {
    let world = World::trade("rollups_night_writers", true).await;
    let ada = world.person("ada", "administrator").await;
    let firm = world.create(&ada, "firm", json!({ "name": "f" })).await.unwrap();
    world.create(&ada, "deal", json!({ "name": "d", "firm_id": firm, "amount": 3 })).await.unwrap();
    world.drain().await;
    let night = due(&world).await;
    let mut writer = world.engine.pool().begin().await.unwrap();
    let text = format!("SELECT 1 FROM {}.firm FOR UPDATE", world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(&mut *writer).await.unwrap();
    // All is right: the whole night passes although every firm is held.
    while world.engine.work_at(&world.tenant, night).await.unwrap() {}
    writer.rollback().await.unwrap();
    let next = due(&world).await;
    assert_eq!(next - night, TimeDelta::days(1));
    spoil(&world, "open_deals = 9").await;
    let mut writer = world.engine.pool().begin().await.unwrap();
    let text = format!("SELECT 1 FROM {}.firm FOR UPDATE", world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(&mut *writer).await.unwrap();
    let mut failed = false;
    for _ in 0..100 {
        match world.engine.work_at(&world.tenant, next).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => failed = true,
        }
    }
    assert!(failed, "it gave up rather than wait");
    writer.rollback().await.unwrap();
    while world.engine.work_at(&world.tenant, next + TimeDelta::minutes(10)).await.unwrap() {}
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    assert_eq!(told(&world, &ada).await.len(), 1);
}
