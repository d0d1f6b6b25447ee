//! Tables that somebody changed past Trellis: what the doctor finds, what it would do, and what it brings back.

use engine::doctor::Drift;
use sqlx::AssertSqlSafe;

use super::*;

#[tokio::test]
async fn what_tables_lack_is_planned_and_then_brought_back() {
    let world = World::zoo("drift").await;
    let ada = world.person("ada", "administrator").await;
    let ids = keepers(&world, &ada, 3).await;
    let rex = json!({ "name": "Rex", "keeper_id": ids[1], "chip": "c1", "whole": 7 });
    let rex = world.create(&ada, "specimen", rex).await.unwrap();
    let snapshot = world.system().await.snapshot;
    let specimen = snapshot.catalog.find_object("specimen").unwrap();
    let id = |name: &str| specimen.find_field(name).unwrap().id.clone();
    for text in [
        "ALTER TABLE t_demo.specimen DROP COLUMN whole".to_owned(),
        "ALTER TABLE t_demo.specimen DROP COLUMN keeper_id".to_owned(),
        format!("DROP INDEX t_demo.\"{}_key\"", id("chip")),
        "DROP TABLE t_demo.tooth CASCADE".to_owned(),
        "ALTER TABLE t_demo.keeper ADD COLUMN extra text".to_owned(),
        "CREATE TABLE t_demo.stray (id int)".to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
    }
    let found = world.engine.doctor(&world.tenant).await.unwrap();
    let steps = world.engine.mending(&world.tenant).await.unwrap();
    let sql: Vec<&str> = steps.iter().map(|step| step.sql.as_str()).collect();
    for part in [
        "ADD COLUMN IF NOT EXISTS \"whole\" bigint",
        "CREATE UNIQUE INDEX",
        "CREATE TABLE \"t_demo\".\"tooth\"",
        "FOREIGN KEY (\"keeper_id\")",
    ] {
        assert!(sql.iter().any(|sql| sql.contains(part)), "{part}: {sql:#?}");
    }
    assert!(!sql.iter().any(|sql| sql.contains("DROP") || sql.contains("stray") || sql.contains("extra")));
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), found, "a plan changes nothing");
    assert_eq!(world.engine.mend_tables(&world.tenant).await.unwrap().len(), steps.len());
    world.engine.build_indexes(&world.tenant).await.unwrap();
    // What is there too much is told, and left alone.
    let left = world.engine.doctor(&world.tenant).await.unwrap();
    let stray = Drift::UnknownTable { table: "stray".into() };
    let extra = Drift::UnknownColumn { table: "keeper".into(), column: "extra".into() };
    let rights = |drift: &Drift| matches!(drift, Drift::ClosedTable { .. } | Drift::OpenTable { .. });
    assert!(left.contains(&stray) && left.contains(&extra), "{left:?}");
    assert!(left.iter().all(|one| *one == stray || *one == extra || rights(one)), "{left:?}");
    assert_eq!(world.engine.mending(&world.tenant).await.unwrap(), []);
    // Records are as they were but for what is gone, and rules hold again.
    let row = world.one(&ada, "specimen", rex).await.unwrap();
    assert_eq!((&row["chip"], &row["whole"], &row["keeper_id"]), (&json!("c1"), &json!(null), &json!(null)));
    let twice = world.create(&ada, "specimen", json!({ "name": "Max", "chip": "c1" })).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    world.update(&ada, "specimen", rex, json!({ "keeper_id": ids[2], "whole": 8 })).await.unwrap();
    world.create(&ada, "tooth", json!({ "specimen_id": rex, "place": 1 })).await.unwrap();
}
