//! What a roll-up costs those who write its records: the same children twice, once with a parent that sums and counts
//! them and once without, written in turn under the same load; over many parents, and over a single one.

use std::sync::Arc;

use anyhow::ensure;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::load::http::{self, request};
use crate::load::{self, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::world::{SCHEMA, World};

/// Parents that children are spread over.
const PARENTS: usize = 1000;
/// Children that are changed.
const CHILDREN: usize = 2000;

/// Throughput with roll-ups as a share of that without: medians of the rounds. Of creates and changes, half each.
pub struct Rollups {
    pub spread: f64,
    pub hot: f64,
    /// Requests a second, with and without.
    pub rates: [(f64, f64); 2],
}

/// Writes over many parents, then over one.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    define(world, &mut connection).await?;
    let (spread, spread_rates) = measure(world, options, PARENTS).await?;
    let (hot, hot_rates) = measure(world, options, 1).await?;
    check(&mut connection).await?;
    report.rollups = Some(Rollups { spread, hot, rates: [spread_rates, hot_rates] });
    Ok(())
}

/// A parent with two kinds of children, which are the same but for the roll-ups.
async fn define(world: &World, connection: &mut PgConnection) -> anyhow::Result<()> {
    let there: bool =
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT to_regclass('{SCHEMA}.bench_parent') IS NOT NULL")))
            .fetch_one(connection)
            .await?;
    if there {
        return Ok(());
    }
    let child = |name: &str| {
        json!({ "name": name, "plural": format!("{name}s"), "label": name, "plural_label": name, "history": true, "fields": [
            { "name": "parent", "kind": "lookup", "label": "Parent", "to": "bench_parent", "inverse": format!("{name}s"), "on_delete": "restrict" },
            { "name": "amount", "kind": "currency", "label": "Amount" } ] })
    };
    let parent = json!({ "name": "bench_parent", "plural": "bench_parents", "label": "Parent", "plural_label": "Parents", "fields": [] });
    for definition in [parent, child("bench_counted"), child("bench_free")] {
        put(world, &format!("objects/{}", definition["name"].as_str().unwrap_or_default()), &definition)
            .await?;
    }
    let sums = [
        json!({ "kind": "rollup", "label": "Sum", "of": "bench_counteds", "function": "sum", "field": "amount" }),
        json!({ "kind": "rollup", "label": "Count", "of": "bench_counteds", "function": "count" }),
    ];
    for (name, definition) in ["total", "children"].into_iter().zip(&sums) {
        put(world, &format!("objects/bench_parent/fields/{name}"), definition).await?;
    }
    let parents: Vec<Json> = (0..PARENTS).map(|n| json!({ "name": format!("Parent {n}") })).collect();
    let parents = made(world, "bench_parents", &parents).await?;
    for plural in ["bench_counteds", "bench_frees"] {
        let child = |n: usize| json!({ "name": format!("Child {n}"), "parent_id": parents[n % PARENTS], "amount": n });
        made(world, plural, &(0..CHILDREN).map(child).collect::<Vec<Json>>()).await?;
    }
    Ok(())
}

async fn put(world: &World, path: &str, definition: &Json) -> anyhow::Result<()> {
    let path = format!("/metadata/v1/{path}");
    let put = request("PUT", &path, Some(&world.key), Some(&definition.to_string()));
    http::json(&world.trellis.address, &put).await.map(drop)
}

async fn made(world: &World, plural: &str, records: &[Json]) -> anyhow::Result<Vec<Uuid>> {
    let post =
        request("POST", &format!("/api/v1/{plural}"), Some(&world.key), Some(&json!(records).to_string()));
    let answer = http::json(&world.trellis.address, &post).await?;
    let ids = answer["data"].as_array().into_iter().flatten();
    Ok(ids.filter_map(|record| record["id"].as_str()?.parse().ok()).collect())
}

/// The share of the throughput that is left, and the rates.
async fn measure(world: &World, options: &Options, parents: usize) -> anyhow::Result<(f64, (f64, f64))> {
    let (counted, free) =
        (requests(world, "bench_counted", parents).await?, requests(world, "bench_free", parents).await?);
    let (mut shares, mut with, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=options.rounds() {
        let mut rates = [0.0; 2];
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for side in order {
            let until = Until::After(options.time());
            let load =
                load::run(&world.trellis.address, [&counted, &free][side], options.connections, until).await;
            ensure!(load.lost == 0, "{} requests failed: {:?}", load.lost, load.reason);
            rates[side] = load.throughput();
        }
        // The first round warms up.
        if round > 0 {
            shares.push(rates[0] / rates[1]);
            with.push(rates[0]);
            without.push(rates[1]);
        }
    }
    Ok((median(shares), (median(with), median(without))))
}

/// New children and changed amounts in turn.
async fn requests(world: &World, object: &str, parents: usize) -> anyhow::Result<Arc<Vec<Vec<u8>>>> {
    let mut connection = world.connect().await?;
    let ids =
        |table: &str, limit: usize| format!("SELECT id FROM {SCHEMA}.{table} ORDER BY id LIMIT {limit}");
    let parents: Vec<Uuid> =
        sqlx::query_scalar(AssertSqlSafe(ids("bench_parent", parents))).fetch_all(&mut connection).await?;
    let text =
        format!("SELECT id FROM {SCHEMA}.{object} WHERE parent_id = ANY($1) ORDER BY id LIMIT {CHILDREN}");
    let children: Vec<Uuid> =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(&parents).fetch_all(&mut connection).await?;
    let (key, plural) = (Some(world.key.as_str()), format!("/api/v1/{object}s"));
    let mut requests = Vec::new();
    for n in 0..CHILDREN {
        // Neighbours in time have different parents and are different children.
        let (parent, child) = (parents[n * 37 % parents.len()], children[n * 41 % children.len()]);
        let new = json!({ "name": format!("New {n}"), "parent_id": parent, "amount": n }).to_string();
        requests.push(request("POST", &plural, key, Some(&new)));
        let change = json!({ "amount": n * 3 }).to_string();
        requests.push(request("PATCH", &format!("{plural}/{child}"), key, Some(&change)));
    }
    Ok(Arc::new(requests))
}

/// What was kept is what the children say.
async fn check(connection: &mut PgConnection) -> anyhow::Result<()> {
    let text = format!(
        "SELECT count(*) FROM {SCHEMA}.bench_parent p LEFT JOIN (SELECT parent_id, sum(amount) AS total, count(*) AS children \
         FROM {SCHEMA}.bench_counted WHERE deleted_at IS NULL GROUP BY parent_id) c ON c.parent_id = p.id \
         WHERE coalesce(p.total, 0) <> coalesce(c.total, 0) OR p.children <> coalesce(c.children, 0)"
    );
    let wrong: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?;
    ensure!(wrong == 0, "{wrong} parents have other totals than their children");
    Ok(())
}
