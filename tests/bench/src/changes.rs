//! New fields on the largest table that people change: how long the answer takes, whether the table is rewritten,
//! whether the next request can filter by the field, and what a change does to requests that run meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::cases::{new_deal, sample};
use crate::load::http::{self, request};
use crate::load::{self, Load, Until};
use crate::report::{Report, median};
use crate::world::{SCHEMA, World};

const TIMES: usize = 20;
const CLIENTS: usize = 8;
/// Between changes under load.
const PAUSE: Duration = Duration::from_millis(100);

/// What came of it; times in milliseconds.
pub struct Changes {
    /// One change at rest.
    pub median: f64,
    pub longest: f64,
    pub was_rewritten: bool,
    /// One change under load.
    pub loaded_median: f64,
    pub loaded_longest: f64,
    /// Requests while the fields were made, those that failed, and the longest.
    pub requests: usize,
    pub lost: usize,
    pub reason: Option<String>,
    pub pause: f64,
    /// The longest request of the same load for the same time without changes.
    pub usual_pause: f64,
}

/// Makes the fields.
pub async fn run(world: &World, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    let node = file(&mut connection).await?;
    let tag = u64::from(std::process::id());
    let alone = fields(world, &format!("rest_{tag}"), Duration::ZERO).await?;
    let was_rewritten = node != file(&mut connection).await?;
    let requests = Arc::new(mixed(world, &mut connection).await?);
    let (busy, load) = under_load(world, &requests, &format!("busy_{tag}")).await?;
    let usual = Until::After(Duration::from_secs_f64(load.seconds));
    let usual = load::run(&world.trellis.address, &requests, CLIENTS, usual).await;
    ensure!(node == file(&mut connection).await? || was_rewritten, "the table was rewritten under load");
    report.changes = Some(Changes {
        median: median(alone.clone()),
        longest: longest(&alone),
        was_rewritten,
        loaded_median: median(busy.clone()),
        loaded_longest: longest(&busy),
        requests: load.good + load.lost,
        lost: load.lost,
        reason: load.reason.clone(),
        pause: load.quantile(1.0),
        usual_pause: usual.quantile(1.0),
    });
    Ok(())
}

/// The file of the table, another one after it was rewritten.
async fn file(connection: &mut PgConnection) -> anyhow::Result<i64> {
    let text = format!("SELECT relfilenode::int8 FROM pg_class WHERE oid = '{SCHEMA}.deal'::regclass");
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// Twenty fields of five kinds; milliseconds that each took. After each, a list filters by it.
async fn fields(world: &World, tag: &str, pause: Duration) -> anyhow::Result<Vec<f64>> {
    let mut times = Vec::new();
    for n in 0..TIMES {
        let (name, (definition, filter)) = (format!("{tag}_{n}"), kind(n));
        let put = format!("/metadata/v1/objects/deal/fields/{name}");
        let put = request("PUT", &put, Some(&world.key), Some(&definition.to_string()));
        let started = Instant::now();
        http::json(&world.trellis.address, &put).await?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        let path = format!("/api/v1/deals?limit=1&fields=name,{name}&filter%5B{name}%5D{filter}");
        http::json(&world.trellis.address, &request("GET", &path, Some(&world.key), None)).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(times)
}

fn kind(n: usize) -> (Json, &'static str) {
    let kinds = [
        (json!({ "kind": "text", "label": "Note" }), "%5Beq%5D=x"),
        (json!({ "kind": "currency", "label": "Margin" }), "%5Bgte%5D=10"),
        (json!({ "kind": "boolean", "label": "Strategic", "default": true }), "%5Beq%5D=true"),
        (json!({ "kind": "date", "label": "Signed on" }), "%5Blt%5D=2030-01-01"),
        (
            json!({ "kind": "picklist", "label": "Region", "default": "north", "options": [
                { "value": "north", "label": "North" }, { "value": "south", "label": "South" }] }),
            "%5Beq%5D=north",
        ),
    ];
    kinds[n % kinds.len()].clone()
}

/// Reads and writes: a list, a record, a change, a new record.
async fn mixed(world: &World, connection: &mut PgConnection) -> anyhow::Result<Vec<Vec<u8>>> {
    let (deals, accounts) = (sample(connection, "deal").await?, sample(connection, "account").await?);
    let key = Some(world.key.as_str());
    let mut requests = Vec::new();
    for (n, (deal, account)) in deals.iter().zip(&accounts).enumerate() {
        requests.push(request("GET", "/api/v1/deals?stage=proposal&sort=-amount&limit=20", key, None));
        requests.push(request("GET", &format!("/api/v1/deals/{deal}"), key, None));
        let change = json!({ "next_step": format!("Step {n}") }).to_string();
        requests.push(request("PATCH", &format!("/api/v1/deals/{deal}"), key, Some(&change)));
        requests.push(request("POST", "/api/v1/deals", key, Some(&new_deal(n, *account).to_string())));
    }
    Ok(requests)
}

async fn under_load(
    world: &World,
    requests: &Arc<Vec<Vec<u8>>>,
    tag: &str,
) -> anyhow::Result<(Vec<f64>, Load)> {
    let over = Arc::new(AtomicBool::new(false));
    let until = Until::Told(over.clone());
    let (address, requests) = (world.trellis.address.clone(), requests.clone());
    let loading = tokio::spawn(async move { load::run(&address, &requests, CLIENTS, until).await });
    tokio::time::sleep(PAUSE * 5).await;
    let changed = fields(world, tag, PAUSE).await;
    over.store(true, Ordering::Relaxed);
    let load = loading.await?;
    Ok((changed?, load))
}

fn longest(times: &[f64]) -> f64 {
    times.iter().copied().fold(0.0, f64::max)
}
