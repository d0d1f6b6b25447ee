//! Files into records: what goes in, what is rejected and why, and what an import leaves behind.

use engine::import::{Format, Import, Source, Status};
use engine::{Context, ImportJob};
use it::World;
use serde_json::Value as Json;

mod alive;
mod formats;
mod killed;
mod revert;
mod rules;
mod speed;
mod tables;
mod workbook;

/// A CSV import of an object, everything else as it is by default.
fn csv(object: &str, text: impl AsRef<[u8]>) -> ImportJob {
    ImportJob {
        object: object.into(),
        source: Source::Bytes(text.as_ref().to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    }
}

fn mapped(mut job: ImportJob, pairs: &[(&str, &str)]) -> ImportJob {
    job.mapping = pairs.iter().map(|(header, goal)| ((*header).to_owned(), (*goal).to_owned())).collect();
    job
}

/// Runs an import that ends well.
async fn run(world: &World, context: &Context, job: ImportJob) -> Import {
    let import = world.engine.run_import(context, job).await.expect("the import starts");
    assert_eq!(import.status, Status::Done, "{:?}", import.error);
    import
}

/// Created, updated, rejected.
fn counts(import: &Import) -> (i64, i64, i64) {
    (import.created, import.updated, import.rejected)
}

/// The file of rejected rows.
async fn rejects(world: &World, context: &Context, import: &Import) -> String {
    let rejects = world.engine.import_rejects(context, import.id).await.expect("a file");
    String::from_utf8(rejects.all().await.expect("rows")).expect("text")
}

/// Names of the problems of an import that does not start.
async fn refusal(world: &World, context: &Context, job: ImportJob) -> Vec<(String, String)> {
    let problems = match world.engine.import(context, job, None).await {
        Err(engine::Error::Invalid(problems) | engine::Error::Unprocessable(problems)) => problems,
        other => panic!("not refused: {other:?}"),
    };
    problems.into_iter().map(|problem| (problem.path, problem.code)).collect()
}

/// One value of SQL, for what no question of the engine tells.
async fn scalar(world: &World, sql: &str) -> i64 {
    let sql = sql.replace("{t}", &world.tenant.schema);
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(world.engine.pool()).await.expect("a number")
}

/// The records of an object by name.
async fn by_name(world: &World, context: &Context, object: &str) -> Json {
    let mut query = engine::Query { object: object.into(), limit: 1000, ..engine::Query::default() };
    query.sort = vec![engine::SortKey { path: "name".into(), descending: false }];
    world.read(context, &query).await.expect("records")
}
