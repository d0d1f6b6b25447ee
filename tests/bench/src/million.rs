//! Formula fields on an object with a million records: a page sorted by one that is indexed beside a page sorted by a
//! plain column, and how long adding and changing one takes that is only computed when it is read.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use crate::load::http::{self, request};
use crate::load::{self, Load, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::world::{SCHEMA, World};

const RECORDS: f64 = 1e6;
/// Formulas that are put one after the other.
const TIMES: usize = 20;

/// What came of it; times in milliseconds.
pub struct Million {
    pub records: i64,
    /// Throughput by the formula as a share of that by the column, and the median times of both.
    pub share: f64,
    pub by_formula: f64,
    pub by_column: f64,
    /// Whether the page by the formula walks its index.
    pub walks: bool,
    /// A formula added, and one changed: median and longest.
    pub added: (f64, f64),
    pub changed: (f64, f64),
}

/// Makes the object, and measures.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    let records = fill(world, &mut connection, options).await?;
    let walks = walks(world, &mut connection).await?;
    let (mut shares, mut formula, mut column) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=options.rounds() {
        let (a, b) = (page(world, options, "score").await?, page(world, options, "amount").await?);
        // The first round warms up.
        if round > 0 {
            shares.push(a.throughput() / b.throughput());
            formula.push(a.quantile(0.5));
            column.push(b.quantile(0.5));
        }
    }
    let tag = std::process::id();
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for n in 0..TIMES {
        added.push(formula_put(world, &format!("f{tag}_{n}"), &format!("amount * {}", n + 2)).await?);
        changed
            .push(formula_put(world, &format!("f{tag}_{n}"), &format!("amount + weight * {}", n + 2)).await?);
    }
    let longest = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
    report.million = Some(Million {
        records,
        share: median(shares),
        by_formula: median(formula),
        by_column: median(column),
        walks,
        added: (median(added.clone()), longest(&added)),
        changed: (median(changed.clone()), longest(&changed)),
    });
    Ok(())
}

/// The object with its records, unless an earlier run left them.
async fn fill(world: &World, connection: &mut PgConnection, options: &Options) -> anyhow::Result<i64> {
    let count = format!("SELECT count(*) FROM {SCHEMA}.bench_million");
    let there = sqlx::query_scalar(AssertSqlSafe(count.clone())).fetch_one(&mut *connection).await;
    if let Ok(there) = there
        && there > 0_i64
    {
        return Ok(there);
    }
    let definition = json!({ "name": "bench_million", "plural": "bench_millions", "label": "Million", "plural_label": "Millions",
        "fields": [
            { "name": "amount", "kind": "currency", "label": "Amount", "indexed": true },
            { "name": "weight", "kind": "integer", "label": "Weight" },
            { "name": "score", "kind": "formula", "label": "Score", "formula": "amount * 2 + weight", "indexed": true } ] });
    put(world, "objects/bench_million", &definition).await?;
    let records = if options.smoke { RECORDS / 100.0 } else { RECORDS };
    let text = format!(
        "INSERT INTO {SCHEMA}.bench_million (id, name, amount, weight, owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
         SELECT gen_random_uuid(), 'Record ' || n, (random() * 1e6)::numeric(12, 2), (random() * 1000)::int, s.id, now(), s.id, now(), s.id, 1 \
         FROM generate_series(1, {records}) n, (SELECT '00000000-0000-7000-8000-000000000001'::uuid AS id) s"
    );
    raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await?;
    raw_sql(AssertSqlSafe(format!("VACUUM ANALYZE {SCHEMA}.bench_million")))
        .execute(&mut *connection)
        .await?;
    Ok(sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(connection).await?)
}

async fn put(world: &World, path: &str, definition: &Json) -> anyhow::Result<()> {
    let put =
        request("PUT", &format!("/metadata/v1/{path}"), Some(&world.key), Some(&definition.to_string()));
    http::json(&world.trellis.address, &put).await.map(drop)
}

fn path(sort: &str) -> String {
    format!("/api/v1/bench_millions?limit=50&fields=name,amount,score&sort=-{sort}")
}

async fn page(world: &World, options: &Options, sort: &str) -> anyhow::Result<Load> {
    let requests = Arc::new(vec![request("GET", &path(sort), Some(&world.key), None)]);
    let until = Until::After(options.time());
    let load = load::run(&world.trellis.address, &requests, options.connections, until).await;
    ensure!(load.lost == 0, "{} requests failed: {:?}", load.lost, load.reason);
    Ok(load)
}

/// Whether the plan of the page takes its rows from the formula's index in their order.
async fn walks(world: &World, connection: &mut PgConnection) -> anyhow::Result<bool> {
    let explain = request("GET", &format!("{}&explain=true", path("score")), Some(&world.key), None);
    let view = http::json(&world.trellis.address, &explain).await?;
    let text = view["data"]["sql"].as_str().context("no statement")?;
    let plan: Vec<String> =
        sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {text}"))).fetch_all(connection).await?;
    eprintln!("bench: the page by the formula\n{}", plan.join("\n"));
    let plan = plan.join("\n");
    Ok(plan.contains("Index Scan") && !plan.contains("Seq Scan on bench_million"))
}

async fn formula_put(world: &World, name: &str, formula: &str) -> anyhow::Result<f64> {
    let definition = json!({ "kind": "formula", "label": name, "formula": formula });
    let started = Instant::now();
    put(world, &format!("objects/bench_million/fields/{name}"), &definition).await?;
    Ok(started.elapsed().as_secs_f64() * 1000.0)
}
