//! A process that is killed in the middle of an import leaves whole batches, and the next one sees that
//! the import has failed.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engine::import::{Source, Status};
use engine::packages::Install;
use engine::{Engine, Tenant};
use it::package;
use postgres::testing::test_database;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPoolOptions;
use uuid::Uuid;

use super::csv;

const ROWS: usize = 100_000;

async fn engine(url: &str) -> Engine {
    Engine::new(
        PgPoolOptions::new().max_connections(4).connect(url).await.expect("the database takes connections"),
    )
}

fn tenant(id: Uuid) -> Tenant {
    Tenant { id, slug: "killed".into(), schema: Tenant::schema_of("killed") }
}

/// The process that is killed: this binary again, with this test alone.
#[tokio::test]
#[ignore = "run by the test below in a process of its own"]
async fn victim() {
    let variable = |name: &str| std::env::var(name).ok();
    let (Some(url), Some(id), Some(path)) =
        (variable("VICTIM_URL"), variable("VICTIM_TENANT"), variable("VICTIM_FILE"))
    else {
        return;
    };
    let engine = engine(&url).await;
    let context =
        engine.system_context(&tenant(id.parse().expect("an id")), "test").await.expect("a context");
    let mut job = csv("lead", "");
    job.source = Source::Path(path.into());
    engine.run_import(&context, job).await.expect("nobody gets here");
}

/// Waits for a condition, for a while.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < Duration::from_secs(120), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn batches_are_whole() {
    let database = test_database("import_killed").await;
    let engine = engine(&database.url()).await;
    let tenant = tenant(Uuid::now_v7());
    engine.create_schema(&tenant).await.expect("a schema");
    let context = engine.system_context(&tenant, "test").await.expect("a context");
    let packages = ["accounts", "leads"].map(package);
    engine.install(&context, &packages, Install::default()).await.expect("the packages install");
    let path = std::env::temp_dir().join(format!("import-killed-{}.csv", std::process::id()));
    let rows: String =
        (0..ROWS).map(|n| format!("Lead {n},{}\n", if n % 100 == 0 { "bad" } else { "" })).collect();
    std::fs::write(&path, format!("name,email\n{rows}")).expect("a file");
    let mut victim = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--ignored", "--exact", "import::killed::victim"])
        .env("VICTIM_URL", database.url())
        .env("VICTIM_TENANT", tenant.id.to_string())
        .env("VICTIM_FILE", &path)
        .stdout(Stdio::null())
        .spawn()
        .expect("a process");
    let number = async |sql: &str| -> Option<i64> {
        let sql = sql.replace("{t}", &tenant.schema);
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(engine.pool()).await.expect("a number")
    };
    until("the import gets going", async || {
        number("SELECT processed FROM {t}._imports").await.is_some_and(|done| done >= 5_000)
    })
    .await;
    victim.kill().expect("it was running");
    victim.wait().expect("it has ended");
    let id: Uuid = sqlx::query_scalar(AssertSqlSafe(format!("SELECT id FROM {}._imports", tenant.schema)))
        .fetch_one(engine.pool())
        .await
        .expect("an id");
    let context = engine.system_context(&tenant, "test").await.expect("a context");
    assert_eq!(engine.import_status(&context, id).await.expect("the import").status, Status::Running);
    // Half a minute later; the last word of the dead process may still be under way.
    let text = format!("UPDATE {}._imports SET alive_at = alive_at - interval '30 s'", tenant.schema);
    until("the import is seen to have failed", async || {
        sqlx::query(AssertSqlSafe(text.clone())).execute(engine.pool()).await.expect("time passes");
        engine.import_status(&context, id).await.expect("the import").status == Status::Failed
    })
    .await;
    let import = engine.import_status(&context, id).await.expect("the import");
    assert!(import.error.is_some_and(|error| error.contains("the process ended")));
    assert!(import.processed % 5_000 == 0 && import.processed < ROWS as i64, "{}", import.processed);
    assert_eq!(import.created, import.processed / 100 * 99);
    assert_eq!(number("SELECT count(*) FROM {t}.lead").await, Some(import.created));
    assert_eq!(
        number("SELECT count(*) FROM {t}._audit_tail WHERE action = 'create' AND object_id <> 'o0'").await,
        Some(import.created)
    );
    assert_eq!(number("SELECT count(*) FROM {t}._import_rejects").await, Some(import.rejected));
    let _ = std::fs::remove_file(path);
}
