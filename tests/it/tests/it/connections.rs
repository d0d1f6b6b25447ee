//! Connections that end, are few, or are wanted by another tenant too.

use std::time::Duration;

use chrono::Utc;
use engine::query::aggregate::{Function, Metric};
use engine::{Aggregate, Command, Engine, Error, Filter, Operator, Query, Question, Search, Tenant, What};
use it::{World, fields};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::time::timeout;
use uuid::Uuid;

/// Longer than anything that does not wait for somebody.
const LONG: Duration = Duration::from_secs(20);
/// Connections of a node.
const MOST: u32 = 6;

/// A node whose pool hands out what it has without asking whether it lives.
async fn trusting(world: &World) -> Engine {
    let options = (*world.engine.pool().connect_options()).clone();
    let pool = PgPoolOptions::new().max_connections(MOST).test_before_acquire(false);
    let engine = Engine::new(pool.connect_with(options).await.unwrap());
    engine.protect_with(it::master_key());
    engine
}

/// Ends every connection of the pool, all of which rest.
async fn end_all(pool: &PgPool, superuser: &PgPool) {
    let mut all = Vec::new();
    for _ in 0..MOST {
        all.push(pool.acquire().await.unwrap());
    }
    drop(all);
    while pool.num_idle() < MOST as usize {
        tokio::task::yield_now().await;
    }
    let text = "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 10000)) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended: i64 = sqlx::query_scalar(text).fetch_one(superuser).await.unwrap();
    assert!(ended >= i64::from(MOST), "{ended}");
}

fn accounts() -> Query {
    Query { object: "account".into(), ..Query::default() }
}

fn count(path: Option<&str>) -> Aggregate {
    let function = if path.is_some() { Function::Sum } else { Function::Count };
    let metrics = vec![Metric { function, path: path.map(str::to_owned) }];
    Aggregate { object: "account".into(), metrics, ..Aggregate::default() }
}

async fn start_anew(name: &str, has_walls: bool) {
    let world = World::with_packages(name).await;
    let superuser = world.superuser().await;
    for turn in 0..5 {
        let context = world.system().await;
        let engine = trusting(&world).await;
        let engine = if has_walls { engine } else { engine.without_walls() };
        end_all(engine.pool(), &superuser).await;
        for step in 0..5 {
            let failed = match (turn + step) % 5 {
                0 => engine.read(&context, &accounts()).await.err(),
                1 => {
                    let what = What::Create(vec![fields(&json!({ "name": format!("{turn} {step}") }))]);
                    engine.write(&context, Command { object: "account".into(), what }).await.err()
                }
                2 => engine.aggregate(&context, &count(None)).await.err(),
                3 => {
                    let two = [Question::Groups(count(None)), Question::Records(accounts())];
                    engine.read_all(&context, &two).await.err()
                }
                _ => {
                    let search = Search { text: "nobody".into(), ..Search::default() };
                    engine.search(&context, &search).await.err()
                }
            };
            assert!(failed.is_none(), "{turn} {step}: {failed:?}");
        }
        engine.pool().close().await;
    }
    let written = world.engine.read(&world.system().await, &accounts()).await.unwrap();
    assert_eq!(written.count, 5, "each once");
}

#[tokio::test]
async fn a_server_that_was_started_anew_costs_nobody_a_request() {
    start_anew("anew", true).await;
}

#[tokio::test]
async fn nor_where_tenants_have_no_walls() {
    start_anew("anew_unwalled", false).await;
}

#[tokio::test]
async fn what_cannot_be_asked_takes_no_connection() {
    let world = World::with_packages("unasked").await;
    let (context, node) = (world.system().await, world.node(2).await);
    let _held = [node.pool().acquire().await.unwrap(), node.pool().acquire().await.unwrap()];
    let filter = Filter::Field { path: "nope".into(), operator: Operator::Eq, value: json!(1) };
    let query = Query { filter: Some(filter), ..accounts() };
    let told = timeout(LONG, node.read(&context, &query)).await.expect("at once");
    assert!(matches!(told, Err(Error::Invalid(_))), "{told:?}");
    let told = timeout(LONG, node.aggregate(&context, &count(Some("nope")))).await.expect("at once");
    assert!(matches!(told, Err(Error::Invalid(_))), "{told:?}");
}

async fn neighbour(world: &World) -> Tenant {
    let tenant = Tenant { id: Uuid::now_v7(), slug: "other".into(), schema: Tenant::schema_of("other") };
    world.engine.create_schema(&tenant).await.unwrap();
    tenant
}

/// Returns when somebody waits for a lock on a table.
async fn until_waited(world: &World, table: &str) {
    let waiting = "SELECT EXISTS (SELECT FROM pg_locks l WHERE NOT l.granted AND EXISTS (SELECT FROM pg_locks h \
                   WHERE h.pid = l.pid AND h.relation = $1::regclass))";
    while !sqlx::query_scalar::<_, bool>(waiting).bind(table).fetch_one(world.engine.pool()).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_tenant_whose_metadata_move_keeps_no_other_waiting_to_hold_its_own() {
    let world = World::new("holding").await;
    let other = neighbour(&world).await;
    let mut change = world.engine.pool().begin().await.unwrap();
    sqlx::query("UPDATE t_demo._state SET revision = revision + 1").execute(&mut *change).await.unwrap();
    let (engine, tenant) = (world.engine.clone(), world.tenant.clone());
    let held = tokio::spawn(async move { engine.hold(&tenant).await.map(drop) });
    until_waited(&world, "t_demo._state").await;
    let theirs = timeout(LONG, world.engine.hold(&other)).await.expect("another tenant's").unwrap();
    // Its own next request waits for that one.
    assert!(timeout(Duration::from_millis(50), world.engine.hold(&other)).await.is_err());
    drop(theirs);
    timeout(LONG, world.engine.hold(&other)).await.expect("its turn").unwrap();
    change.rollback().await.unwrap();
    held.await.unwrap().unwrap();
}

#[tokio::test]
async fn names_of_before_of_one_tenant_wait_for_no_others() {
    let world = World::new("former_turns").await;
    let other = neighbour(&world).await;
    let ours = world.engine.snapshot(&world.tenant).await.unwrap();
    let theirs = world.engine.snapshot(&other).await.unwrap();
    let mut lock = world.engine.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE t_demo._revisions IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let (engine, snapshot) = (world.engine.clone(), ours.clone());
    let asked =
        tokio::spawn(
            async move { engine.under_version(&snapshot, ("0", Utc::now())).await.map(|told| told.1) },
        );
    until_waited(&world, "t_demo._revisions").await;
    let told = timeout(LONG, world.engine.under_version(&theirs, ("0", Utc::now()))).await;
    let (found, number) = told.expect("another tenant's").unwrap();
    // Nothing has another name: it is the one that is there, the second time too.
    assert!(std::sync::Arc::ptr_eq(&found, &theirs) && number == 0);
    let (again, _) = world.engine.under_version(&theirs, ("0", Utc::now())).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&again, &theirs));
    lock.rollback().await.unwrap();
    assert_eq!(asked.await.unwrap().unwrap(), 0);
}
