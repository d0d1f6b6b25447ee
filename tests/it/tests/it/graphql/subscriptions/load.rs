//! A thousand who wait, two hundred changes a second, and one who does not read.
//! `cargo test -p it -- --ignored --nocapture subscriptions::load` prints what docs/benchmarks.md says.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::{Line, address};
use crate::graphql::zoo;

/// Who waits for what does not change.
const IDLE: usize = 1000;
/// Changes of one write, and writes: two hundred a second.
const EACH: usize = 10;
const EVERY: Duration = Duration::from_millis(50);
const WRITES: usize = 200;
/// The share of changes that must be heard in time, and that time.
const IN_TIME: (f64, Duration) = (0.99, Duration::from_millis(100));

/// Memory of this process in kB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a minute of load; see docs/benchmarks.md"]
async fn changes_reach_those_who_follow_in_time() {
    let site = zoo("graphql_sub_load").await;
    let (address, token) = (address(&site).await, site.token_of("ada@example.com").await);
    let before = memory();
    let mut idle = Vec::with_capacity(IDLE);
    for n in 0..IDLE {
        let mut line = Line::of(address, &token).await;
        let query = match n % 2 {
            0 => "subscription { specimen_changed { id } }".to_owned(),
            _ => format!(
                "subscription {{ keeper_changed(ids: [\"{}\"]) {{ id record {{ name }} }} }}",
                uuid::Uuid::now_v7()
            ),
        };
        line.subscribe("1", &query).await;
        idle.push(line);
    }
    let place = site.get("/api/v1/keepers/changes").await.json()["pagination"]["next_cursor"].clone();
    let query = format!("subscription {{ keeper_changed(after: {place}) {{ record {{ name unit }} }} }}");
    let mut deaf = Line::of(address, &token).await;
    deaf.subscribe("1", &query).await;
    let mut line = Line::of(address, &token).await;
    line.subscribe("1", &query).await;
    let waiting = memory();
    let (tell, mut told) = mpsc::unbounded_channel();
    let hearing = tokio::spawn(async move {
        for _ in 0..WRITES * EACH {
            let change = line.change().await;
            tell.send((change["record"]["name"].as_str().unwrap().to_owned(), Instant::now())).unwrap();
        }
    });
    let mut done = HashMap::new();
    let mut ticks = tokio::time::interval(EVERY);
    let began = Instant::now();
    let unit = "x".repeat(200);
    for n in 0..WRITES {
        ticks.tick().await;
        let some: Vec<Json> =
            (0..EACH).map(|k| json!({ "name": format!("{n}-{k}"), "unit": unit })).collect();
        site.ask("POST", "/api/v1/keepers", Some(json!(some))).await.data(201);
        let now = Instant::now();
        done.extend((0..EACH).map(|k| (format!("{n}-{k}"), now)));
    }
    let rate = (WRITES * EACH) as f64 / began.elapsed().as_secs_f64();
    hearing.await.unwrap();
    let mut delays = Vec::new();
    while let Some((name, at)) = told.recv().await {
        delays.push(at.saturating_duration_since(done[&name]));
    }
    delays.sort();
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize];
    println!(
        "{IDLE} waiting, {rate:.0} changes/s: p50 {:?}, p99 {:?}, longest {:?}; memory {before} kB, {waiting} kB with all lines, {} kB at the end",
        at(0.5),
        at(IN_TIME.0),
        at(1.0),
        memory()
    );
    assert_eq!(delays.len(), WRITES * EACH);
    assert!(at(IN_TIME.0) < IN_TIME.1);
    drop((idle, deaf));
}
