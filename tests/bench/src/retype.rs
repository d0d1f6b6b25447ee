//! A field of an object with a million records becomes another kind, and the former one again, while people write to it:
//! how long that takes, how long the longest request waits, and whether all that was answered as written is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use uuid::Uuid;

use crate::load::http::{self, Connection, request};
use crate::options::Options;
use crate::report::Report;
use crate::world::{SCHEMA, World};

const RECORDS: f64 = 1e6;
const WRITERS: usize = 8;
/// Records that one writer has to itself.
const OWN: usize = 2_000;
/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(1_800);
const LOOK: Duration = Duration::from_millis(200);

/// What came of it; times in milliseconds unless they are seconds.
pub struct Retype {
    pub records: i64,
    /// The answer to the change, and seconds until the field has its kind; there and back.
    pub answered: (f64, f64),
    pub seconds: (f64, f64),
    pub writes: usize,
    pub failed: usize,
    pub reason: Option<String>,
    /// Writes that were answered as done and whose value is not there.
    pub lost: usize,
    pub p99: f64,
    pub longest: f64,
}

/// What one writer did.
#[derive(Default)]
struct Log {
    last: HashMap<Uuid, String>,
    times: Vec<f64>,
    failed: usize,
    reason: Option<String>,
}

/// Makes the object, and changes it.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let mut connection = world.connect().await?;
    let records = fill(world, &mut connection, options).await?;
    let ids: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT id FROM {SCHEMA}.bench_retype ORDER BY id LIMIT {}",
        WRITERS * OWN
    )))
    .fetch_all(&mut connection)
    .await?;
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = ids
        .chunks(ids.len().div_ceil(WRITERS))
        .map(|own| {
            let (address, key) = (world.trellis.address.clone(), world.key.clone());
            let (own, done) = (own.to_vec(), done.clone());
            tokio::spawn(async move { write(&address, &key, &own, &done).await })
        })
        .collect();
    let there = turn(world, json!({ "kind": "decimal", "precision": 14, "scale": 2 })).await;
    let back = turn(world, json!({ "kind": "text" })).await;
    done.store(true, Ordering::Relaxed);
    let mut all = Log::default();
    for writer in writers {
        let log = writer.await?;
        all.last.extend(log.last);
        all.times.extend(log.times);
        all.failed += log.failed;
        all.reason = all.reason.or(log.reason);
    }
    let ((answered, seconds), (answered_back, seconds_back)) = (there?, back?);
    let lost = lost(&mut connection, &all.last).await?;
    all.times.sort_by(f64::total_cmp);
    let quantile =
        |share: f64| all.times.get((all.times.len().saturating_sub(1) as f64 * share) as usize).copied();
    report.retype = Some(Retype {
        records,
        answered: (answered, answered_back),
        seconds: (seconds, seconds_back),
        writes: all.times.len(),
        failed: all.failed,
        reason: all.reason.clone(),
        lost,
        p99: quantile(0.99).unwrap_or(f64::NAN),
        longest: quantile(1.0).unwrap_or(f64::NAN),
    });
    ensure!(all.failed == 0 && lost == 0, "{} writes failed, {lost} were lost: {:?}", all.failed, all.reason);
    Ok(())
}

/// The object with its records, made anew.
async fn fill(world: &World, connection: &mut PgConnection, options: &Options) -> anyhow::Result<i64> {
    let definition = json!({ "name": "bench_retype", "plural": "bench_retypes", "label": "Retype", "plural_label": "Retypes",
        "fields": [{ "name": "price", "kind": "text" }, { "name": "rank", "kind": "integer" }] });
    put(world, "/metadata/v1/objects/bench_retype", &definition).await?;
    let records = if options.smoke { RECORDS / 50.0 } else { RECORDS };
    let text = format!(
        "TRUNCATE {SCHEMA}.bench_retype; \
         INSERT INTO {SCHEMA}.bench_retype (id, name, price, owner_id, created_at, created_by_id, updated_at, updated_by_id, version) \
         SELECT gen_random_uuid(), 'Record ' || n, (n || '.' || lpad((n % 100)::text, 2, '0')), s.id, now(), s.id, now(), s.id, 1 \
         FROM generate_series(1, {records}) n, (SELECT '00000000-0000-7000-8000-000000000001'::uuid AS id) s; \
         UPDATE {SCHEMA}.bench_retype SET rank = 1"
    );
    raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await?;
    let count = format!("SELECT count(*) FROM {SCHEMA}.bench_retype");
    Ok(sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(connection).await?)
}

async fn put(world: &World, path: &str, definition: &Json) -> anyhow::Result<()> {
    let put = request("PUT", path, Some(&world.key), Some(&definition.to_string()));
    http::json(&world.trellis.address, &put).await.map(drop)
}

/// Changes the kind, and waits for it: milliseconds to the answer, seconds to the kind.
async fn turn(world: &World, definition: Json) -> anyhow::Result<(f64, f64)> {
    const FIELD: &str = "/metadata/v1/objects/bench_retype/fields/price";
    let started = Instant::now();
    put(world, FIELD, &definition).await?;
    let answered = started.elapsed().as_secs_f64() * 1000.0;
    let show = request("GET", FIELD, Some(&world.key), None);
    loop {
        let field = http::json(&world.trellis.address, &show).await?;
        if field["data"]["kind"] == definition["kind"] {
            return Ok((answered, started.elapsed().as_secs_f64()));
        }
        ensure!(started.elapsed() < PATIENCE, "the field is still a {}", field["data"]["kind"]);
        tokio::time::sleep(LOOK).await;
    }
}

/// Changes prices until it is told to stop, and notes what was answered as done.
async fn write(address: &str, key: &str, ids: &[Uuid], done: &AtomicBool) -> Log {
    let (mut log, mut open, mut number) = (Log::default(), None, 0_usize);
    while !done.load(Ordering::Relaxed) {
        let (id, price) = (ids[number % ids.len()], format!("{}.{:02}", 1 + number, number % 100));
        let body = json!({ "price": price, "rank": number }).to_string();
        let patch = request("PATCH", &format!("/api/v1/bench_retypes/{id}"), Some(key), Some(&body));
        let asked = Instant::now();
        match send(&mut open, address, &patch).await {
            Ok(()) => drop(log.last.insert(id, price)),
            Err(error) => {
                log.failed += 1;
                log.reason.get_or_insert(error.to_string());
                open = None;
            }
        }
        log.times.push(asked.elapsed().as_secs_f64() * 1000.0);
        number += 1;
    }
    log
}

async fn send(open: &mut Option<Connection>, address: &str, request: &[u8]) -> anyhow::Result<()> {
    let connection = match open {
        Some(open) => open,
        None => open.insert(Connection::open(address).await?),
    };
    let (status, body) = connection.send(request).await?;
    ensure!(status < 400, "status {status}: {}", String::from_utf8_lossy(body));
    Ok(())
}

/// Replays the log: how many records do not hold what was last answered as written.
async fn lost(connection: &mut PgConnection, log: &HashMap<Uuid, String>) -> anyhow::Result<usize> {
    let text = format!("SELECT id, price::numeric::text FROM {SCHEMA}.bench_retype WHERE id = ANY($1)");
    let ids: Vec<Uuid> = log.keys().copied().collect();
    let rows: Vec<(Uuid, Option<String>)> =
        sqlx::query_as(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?;
    let stored: HashMap<Uuid, Option<String>> = rows.into_iter().collect();
    let number = |text: &str| text.parse::<f64>().context("a number");
    let mut lost = 0;
    for (id, written) in log {
        let found = stored.get(id).and_then(Option::as_deref);
        let same =
            found.map(number).transpose()?.is_some_and(|found| Ok(found) == number(written).map_err(drop));
        lost += usize::from(!same);
    }
    Ok(lost)
}
