//! A save that waits for somebody else is judged by the rights of the moment at which it goes on.

use std::time::{Duration, Instant};

use metadata::Kind;
use sqlx::{AssertSqlSafe, PgPool, PgTransaction};
use tokio::task::JoinHandle;

use super::*;

fn clerk(edits: bool) -> [(Kind, &'static str, Option<Json>); 1] {
    let mut may = json!({ "read": "all" });
    if edits {
        may["create"] = json!(true);
        may["edit"] = json!("all");
    }
    [(
        Kind::Roles,
        "clerk",
        Some(json!({ "label": "Clerk", "objects": { "specimen": may.clone(), "keeper": may } })),
    )]
}

/// A zoo, its database, an administrator and a clerk.
async fn zoo(name: &str) -> (World, PgPool, Context, Context) {
    let world = World::zoo(name).await;
    world.define(clerk(true)).await.unwrap();
    let ada = world.person("ada", "administrator").await;
    let cleo = world.person("cleo", "clerk").await;
    let pool = world.superuser().await;
    (world, pool, ada, cleo)
}

/// Sends a save, which goes to where it has to wait.
async fn waiting(
    world: &World,
    pool: &PgPool,
    (context, object, what): (&Context, &str, What),
) -> JoinHandle<engine::Result<engine::Written>> {
    let (engine, context) = (world.engine.clone(), world.again(context).await);
    let command = Command { object: object.into(), what };
    let save = tokio::spawn(async move { engine.write(&context, command).await });
    // Longer than one statement waits by itself: within a transaction, that has long begun when it goes on.
    let text = "SELECT EXISTS (SELECT FROM pg_stat_activity a WHERE a.wait_event_type = 'Lock' AND a.datname = current_database() AND clock_timestamp() - a.query_start > interval '200 ms')";
    let begun = Instant::now();
    while !sqlx::query_scalar::<_, bool>(text).fetch_one(pool).await.unwrap() {
        assert!(!save.is_finished(), "it did not wait: {:?}", save.await);
        assert!(begun.elapsed() < Duration::from_secs(30), "it waits in one statement");
        tokio::task::yield_now().await;
    }
    save
}

async fn holding(pool: &PgPool, text: &str) -> PgTransaction<'static> {
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query(AssertSqlSafe(text.to_owned())).execute(&mut *transaction).await.unwrap();
    transaction
}

fn change(id: Uuid, record: Json) -> What {
    What::Update(vec![Update { id, fields: fields(&record), if_version: None }])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_save_that_waited_for_its_record_knows_the_role_of_after_it() {
    let (world, pool, ada, cleo) = zoo("waits_record").await;
    let id = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let held = holding(&pool, &format!("SELECT 1 FROM t_demo.keeper WHERE id = '{id}' FOR UPDATE")).await;
    let save = waiting(&world, &pool, (&cleo, "keeper", change(id, json!({ "name": "Max" })))).await;
    world.define(clerk(false)).await.unwrap();
    held.rollback().await.unwrap();
    let outcome = save.await.unwrap();
    assert!(matches!(outcome, Err(Error::Outdated(_))), "{outcome:?}");
    assert_eq!(world.one(&ada, "keeper", id).await.unwrap()["name"], "Kim");
    // As the wire does it: once more, with what counts now.
    let again = world.run(&cleo, "keeper", change(id, json!({ "name": "Max" }))).await;
    forbidden(again, "edit", "keeper");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_one_that_waited_for_a_record_that_it_points_to() {
    let (world, pool, ada, cleo) = zoo("waits_reference").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let id = world.create(&ada, "specimen", json!({ "name": "Bo" })).await.unwrap();
    let held = holding(&pool, &format!("SELECT 1 FROM t_demo.keeper WHERE id = '{keeper}' FOR UPDATE")).await;
    let save = waiting(&world, &pool, (&cleo, "specimen", change(id, json!({ "keeper_id": keeper })))).await;
    world.define(clerk(false)).await.unwrap();
    held.rollback().await.unwrap();
    let outcome = save.await.unwrap();
    assert!(matches!(outcome, Err(Error::Outdated(_))), "{outcome:?}");
    assert_eq!(world.one(&ada, "specimen", id).await.unwrap()["keeper_id"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_does_one_that_waited_for_a_value_that_another_was_about_to_take() {
    let (world, pool, ada, cleo) = zoo("waits_value").await;
    let first = world.create(&ada, "specimen", json!({ "name": "Bo", "chip": "old" })).await.unwrap();
    let id = world.create(&ada, "specimen", json!({ "name": "Jo" })).await.unwrap();
    let text = format!("UPDATE t_demo.specimen SET chip = 'new' WHERE id = '{first}'");
    let held = holding(&pool, &text).await;
    let save = waiting(&world, &pool, (&cleo, "specimen", change(id, json!({ "chip": "new" })))).await;
    world.define(clerk(false)).await.unwrap();
    held.rollback().await.unwrap();
    let outcome = save.await.unwrap();
    assert!(matches!(outcome, Err(Error::Outdated(_))), "{outcome:?}");
    assert_eq!(world.one(&ada, "specimen", id).await.unwrap()["chip"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waited_and_still_may_is_done() {
    let (world, pool, ada, cleo) = zoo("waits_done").await;
    let id = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let held = holding(&pool, &format!("SELECT 1 FROM t_demo.keeper WHERE id = '{id}' FOR UPDATE")).await;
    let save = waiting(&world, &pool, (&cleo, "keeper", change(id, json!({ "name": "Max" })))).await;
    held.rollback().await.unwrap();
    save.await.unwrap().unwrap();
    assert_eq!(world.one(&ada, "keeper", id).await.unwrap()["name"], "Max");
}
