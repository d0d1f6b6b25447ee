//! Behind PgBouncer in transaction mode: nothing of one request stays on a session that the next one gets.

use std::sync::Arc;

use engine::import::{Format, Source, Standing, Status};
use engine::{Engine, ImportJob};
use it::World;
use it::pooler::Pooler;
use sqlx::AssertSqlSafe;

/// What every session of the database says that is held, and how long its statements may take.
async fn left(world: &World, node: &Engine) -> (i64, Vec<String>) {
    let text = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' \
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let locks = sqlx::query_scalar(text).fetch_one(world.engine.pool()).await.unwrap();
    // As many transactions at once as there are sessions.
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.push(node.pool().begin().await.unwrap());
    }
    let mut told = Vec::new();
    for session in &mut sessions {
        told.push(sqlx::query_scalar("SHOW statement_timeout").fetch_one(&mut **session).await.unwrap());
    }
    (locks, told)
}

async fn limited(name: &str) -> Option<(World, Pooler)> {
    let world = World::with_packages(name).await;
    let limit = format!("ALTER DATABASE {} SET statement_timeout = '77s'", world.database_name());
    sqlx::query(AssertSqlSafe(limit)).execute(&world.superuser().await).await.unwrap();
    let pooler = Pooler::start(&world, 2).await;
    if pooler.is_none() {
        println!("no pgbouncer 1.21 or newer here");
    }
    Some((world, pooler?))
}

#[tokio::test]
async fn an_import_is_not_told_as_dead_by_who_shares_its_session() {
    let Some((world, pooler)) = limited("pooled_import").await else { return };
    let (node, other) = (pooler.node(6).await, pooler.node(6).await);
    let (tenant, context) = (world.tenant.clone(), world.system().await);
    let (asking, again) = (other.clone(), context.clone());
    let standing: Standing = Arc::new(move || {
        let (other, tenant, context) = (asking.clone(), tenant.clone(), again.clone());
        Box::pin(async move {
            // On either session.
            for _ in 0..4 {
                other.end_dead_imports(&tenant).await?;
            }
            Ok(context)
        })
    });
    let text = (0..12_000).fold("name\n".to_owned(), |text, n| format!("{text}Lead {n}\n"));
    let job = ImportJob {
        object: "lead".into(),
        source: Source::Bytes(text.into_bytes()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    };
    let id = node.import(&context, job, Some(standing)).await.unwrap().id;
    node.finish_imports().await;
    let import = other.import_status(&world.system().await, id).await.unwrap();
    assert_eq!((import.status, import.created), (Status::Done, 12_000), "{:?}", import.error);
    assert_eq!(left(&world, &node).await, (0, vec!["77s".to_owned(), "77s".to_owned()]));
}

#[tokio::test]
async fn indexes_are_made_and_leave_nothing_behind() {
    let Some((world, pooler)) = limited("pooled_indexes").await else { return };
    let node = pooler.node(6).await;
    let text = "SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid \
                WHERE x.indrelid = 't_demo.deal'::regclass AND i.relname LIKE 'f%\\_idx' ORDER BY 1";
    let names: Vec<String> = sqlx::query_scalar(text).fetch_all(world.engine.pool()).await.unwrap();
    for name in &names[..2] {
        let drop = format!("DROP INDEX t_demo.{name}");
        sqlx::query(AssertSqlSafe(drop)).execute(world.engine.pool()).await.unwrap();
    }
    let mut made = node.build_indexes(&world.tenant).await.unwrap();
    made.sort();
    assert_eq!(made, names[..2]);
    assert_eq!(left(&world, &node).await, (0, vec!["77s".to_owned(), "77s".to_owned()]));
    // Nor does another node wait for who is gone.
    assert!(pooler.node(6).await.build_indexes(&world.tenant).await.unwrap().is_empty());
}
