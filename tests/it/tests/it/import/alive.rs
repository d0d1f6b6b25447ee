//! An import lives for as long as its row says so, whatever its sessions are; told to have ended, it does no more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use engine::import::{Standing, Status};
use engine::{Context, Engine};
use it::World;
use sqlx::AssertSqlSafe;

use super::{csv, scalar};

/// Rows of one batch.
const BATCH: i64 = 5_000;

fn leads(count: i64) -> String {
    (0..count).fold("name\n".to_owned(), |text, n| format!("{text}Lead {n}\n"))
}

/// What is done before each batch, by its number.
fn before_each<W, F>(world: &World, context: &Context, work: W) -> Standing
where
    W: Fn(Engine, usize) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (engine, context, turn) = (world.engine.clone(), context.clone(), AtomicUsize::new(0));
    Arc::new(move || {
        let (done, context) = (work(engine.clone(), turn.fetch_add(1, Ordering::SeqCst)), context.clone());
        Box::pin(async move {
            done.await;
            Ok(context)
        })
    })
}

async fn run(engine: &Engine, text: &'static str) -> u64 {
    sqlx::query(AssertSqlSafe(text)).execute(engine.pool()).await.expect("it runs").rows_affected()
}

#[tokio::test]
async fn nobody_takes_a_live_one_for_dead_and_nothing_of_it_stays_on_a_session() {
    let world = World::with_packages("import_alive").await;
    let context = world.system().await;
    let other = world.node(2).await;
    let (tenant, locks) = (world.tenant.clone(), Arc::new(Mutex::new(Vec::new())));
    let noted = locks.clone();
    let standing = before_each(&world, &context, move |engine, _| {
        let (other, tenant, noted) = (other.clone(), tenant.clone(), noted.clone());
        async move {
            // Another node starts, as it does beside this one.
            other.end_dead_imports(&tenant).await.expect("it asks");
            let text = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
            let held: i64 = sqlx::query_scalar(text).fetch_one(engine.pool()).await.expect("a number");
            noted.lock().expect("nobody panics").push(held);
        }
    });
    let import = world.engine.import(&context, csv("lead", leads(2 * BATCH)), Some(standing)).await;
    let id = import.expect("the import starts").id;
    world.engine.finish_imports().await;
    let import = world.engine.import_status(&world.system().await, id).await.expect("the import");
    assert_eq!((import.status, import.created), (Status::Done, 2 * BATCH), "{:?}", import.error);
    assert_eq!(*locks.lock().expect("nobody panics"), [0, 0]);
}

#[tokio::test]
async fn one_that_is_told_as_dead_does_no_more() {
    let world = World::with_packages("import_silent").await;
    let context = world.system().await;
    let tenant = world.tenant.clone();
    let standing = before_each(&world, &context, move |engine, turn| {
        let tenant = tenant.clone();
        async move {
            if turn == 1 {
                let running = "SELECT FROM t_demo._imports WHERE status = 'running'";
                let pass = "UPDATE t_demo._imports SET alive_at = alive_at - interval '20 s'";
                assert_eq!(run(&engine, pass).await, 1);
                engine.end_dead_imports(&tenant).await.expect("it asks");
                assert_eq!(run(&engine, running).await, 1);
                // It may say meanwhile that it lives.
                while run(&engine, running).await > 0 {
                    run(&engine, pass).await;
                    engine.end_dead_imports(&tenant).await.expect("it asks");
                }
            }
        }
    });
    let import = world.engine.import(&context, csv("lead", leads(3 * BATCH)), Some(standing)).await;
    let id = import.expect("the import starts").id;
    world.engine.finish_imports().await;
    let import = world.engine.import_status(&world.system().await, id).await.expect("the import");
    assert_eq!((import.status, import.processed), (Status::Failed, BATCH));
    assert!(import.error.is_some_and(|error| error.contains("the process ended")));
    assert_eq!(scalar(&world, "SELECT count(*) FROM {t}.lead").await, BATCH);
}
