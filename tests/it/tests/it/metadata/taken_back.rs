//! Changes that a job is at, and that are taken back, or meet values that are the same for a moment: nothing of them is left.

use std::sync::Arc;

use engine::doctor::Drift;
use sqlx::{AssertSqlSafe, PgConnection, PgTransaction};

use super::retype::{PRICE, decimal, drain, grow, kind, look_through, retype, second, text, world};
use super::*;

fn unique() -> Json {
    json!({ "name": "price", "kind": "text", "unique": true })
}

async fn is_unique(world: &World) -> bool {
    let snapshot = world.system().await.snapshot;
    snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap().unique
}

/// The name of the field's unique index.
async fn key(world: &World) -> String {
    let snapshot = world.system().await.snapshot;
    format!("{}_key", snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap().id)
}

async fn keys(world: &World) -> i64 {
    let text = "SELECT count(*) FROM pg_indexes WHERE schemaname = 't_demo' AND indexname = $1";
    sqlx::query_scalar(text).bind(key(world).await).fetch_one(world.engine.pool()).await.unwrap()
}

/// How many sessions wait for a lock of the table, as soon as there are so many.
async fn waiting(world: &World, many: i64) {
    let text = "SELECT count(*) FROM pg_locks WHERE relation = 't_demo.keeper'::regclass AND NOT granted";
    for _ in 0..1_000_000 {
        let count: i64 = sqlx::query_scalar(text).fetch_one(world.engine.pool()).await.unwrap();
        if count >= many {
            return;
        }
    }
    panic!("nobody waits");
}

async fn begin(world: &World) -> PgTransaction<'static> {
    world.engine.pool().begin().await.unwrap()
}

async fn run(connection: &mut PgConnection, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(connection).await.unwrap();
}

/// Two records may hold the same price.
async fn may_be_the_same(world: &World, ada: &Context, ids: &[Uuid]) {
    for id in &ids[..2] {
        world.update(ada, "keeper", *id, json!({ "price": "same" })).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_taken_back_while_its_index_is_made_leaves_none() {
    let (world, ada, ids) = world("unique_taken_back", 12_000, text()).await;
    grow(&world).await;
    let before = world.system().await.snapshot.revision;
    for by_rollback in [true, false] {
        retype(&world, Apply::default(), unique()).await.unwrap();
        // A build beside writers waits for those who began before it.
        let mut writer = begin(&world).await;
        run(&mut writer, "UPDATE t_demo.keeper SET rank = 1 WHERE name = 'k7'").await;
        let node = world.node(3).await;
        let tenant = world.tenant.clone();
        let job = tokio::spawn(async move { while node.work(&tenant).await.unwrap() {} });
        let half =
            "SELECT count(*) FROM pg_stat_progress_create_index WHERE relid = 't_demo.keeper'::regclass";
        while sqlx::query_scalar::<_, i64>(half).fetch_one(world.engine.pool()).await.unwrap() == 0 {}
        if by_rollback {
            world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
        } else {
            let plan = retype(&world, Apply { dry_run: true, ..Apply::default() }, text()).await.unwrap();
            let told: Vec<&str> = plan.steps.iter().map(|step| step.description.as_str()).collect();
            assert_eq!(told, ["Drop what was made of the uniqueness of `keeper.price`"]);
            let applied = retype(&world, Apply::default(), text()).await.unwrap();
            assert!(applied.revision > plan.revision, "the history tells it");
        }
        writer.rollback().await.unwrap();
        job.await.unwrap();
        drain(&world).await;
        assert_eq!((is_unique(&world).await, keys(&world).await), (false, 0), "by a rollback: {by_rollback}");
        assert_eq!(world.engine.retypes(&world.system().await).await.unwrap(), json!([]));
        may_be_the_same(&world, &ada, &ids).await;
        world.update(&ada, "keeper", ids[1], json!({ "price": "1.50" })).await.unwrap();
    }
    assert_sound(&world).await;
}

#[tokio::test]
async fn a_change_of_kind_is_taken_back_by_saying_what_there_is() {
    let (world, ada, ids) = world("retype_taken_back", 12_000, text()).await;
    grow(&world).await;
    retype(&world, Apply::default(), decimal()).await.unwrap();
    look_through(&world).await;
    assert!(world.engine.work(&world.tenant).await.unwrap());
    // Where the whole object is said, and for a plan, nothing is taken back.
    let snapshot = world.system().await.snapshot;
    let whole = snapshot.catalog.find_object("keeper").unwrap().to_json();
    world.define([(Kind::Objects, "keeper", Some(whole))]).await.unwrap();
    let plan = retype(&world, Apply { dry_run: true, ..Apply::default() }, text()).await.unwrap();
    assert!(plan.steps.iter().any(|step| step.sql.contains("DROP COLUMN")), "{:?}", plan.steps);
    let told = world.engine.retypes(&world.system().await).await.unwrap();
    assert_eq!((&told[0]["field"], &told[0]["state"]), (&json!(PRICE), &json!("filling")));
    retype(&world, Apply::default(), text()).await.unwrap();
    assert_eq!(second(&world).await, [""; 0]);
    drain(&world).await;
    assert_eq!(kind(&world).await, "text");
    assert_eq!(world.engine.retypes(&world.system().await).await.unwrap(), json!([]));
    world.update(&ada, "keeper", ids[1], json!({ "price": "on request" })).await.unwrap();
    // Said once more it is no change at all.
    let again = retype(&world, Apply::default(), text()).await.unwrap();
    assert_eq!(again.revision, world.system().await.snapshot.revision);
    assert_sound(&world).await;
}

#[tokio::test]
async fn values_that_are_the_same_for_a_moment_end_nothing() {
    let (world, ada, ids) = world("unique_moment", 12_000, text()).await;
    grow(&world).await;
    may_be_the_same(&world, &ada, &ids).await;
    retype(&world, Apply::default(), unique()).await.unwrap();
    let mut first = begin(&world).await;
    run(&mut first, "LOCK TABLE t_demo.keeper IN ACCESS EXCLUSIVE MODE").await;
    let node = world.node(3).await;
    let tenant = world.tenant.clone();
    let job = tokio::spawn(async move { while node.work(&tenant).await.unwrap() {} });
    // The job's first look waits, and behind it who exchanges the values.
    waiting(&world, 1).await;
    let world = Arc::new(world);
    let (other, id) = (world.clone(), ids[1]);
    let writer = tokio::spawn(async move {
        let mut writer = begin(&other).await;
        run(&mut writer, "LOCK TABLE t_demo.keeper IN ACCESS EXCLUSIVE MODE").await;
        run(&mut writer, &format!("UPDATE t_demo.keeper SET price = '1.50' WHERE id = '{id}'")).await;
        writer.commit().await.unwrap();
    });
    waiting(&world, 2).await;
    first.rollback().await.unwrap();
    writer.await.unwrap();
    job.await.unwrap();
    drain(&world).await;
    assert_eq!((is_unique(&world).await, keys(&world).await), (true, 1));
    assert_sound(&world).await;
}

#[tokio::test]
async fn an_index_that_nobody_asked_for_is_told_and_taken_away() {
    let (world, ada, ids) = world("unique_stray", 10, text()).await;
    let key = key(&world).await;
    let stray = format!("CREATE UNIQUE INDEX \"{key}\" ON t_demo.keeper (price) WHERE deleted_at IS NULL");
    sqlx::query(AssertSqlSafe(stray)).execute(world.engine.pool()).await.unwrap();
    let found = world.engine.doctor(&world.tenant).await.unwrap();
    assert_eq!(found, [Drift::UnknownIndex { table: "keeper".into(), index: key.clone() }]);
    let steps = world.engine.mend_tables(&world.tenant).await.unwrap();
    assert_eq!(steps.iter().filter(|step| step.sql.contains(&key)).count(), 1, "{steps:?}");
    assert_sound(&world).await;
    may_be_the_same(&world, &ada, &ids).await;
}
