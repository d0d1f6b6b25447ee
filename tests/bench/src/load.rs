//! Load: a fixed number of keep-alive connections, each sending its next request when the last is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;

pub mod http;

use http::Connection;

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Answers with a status below 400.
    pub good: usize,
    /// Other answers, and requests that got none.
    pub lost: usize,
    /// The first thing that went wrong.
    pub reason: Option<String>,
    pub seconds: f64,
    /// Times to the whole answer, shortest first.
    pub latencies: Vec<Duration>,
    /// Good answers of each second since the run began, the last of which is not whole.
    pub each: Vec<usize>,
}

impl Load {
    /// Answers a second.
    pub fn throughput(&self) -> f64 {
        self.good as f64 / self.seconds
    }

    /// The latency that `share` of the answers keep, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        self.latencies.get(place).map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }

    fn add(&mut self, other: Load) {
        self.good += other.good;
        self.lost += other.lost;
        self.reason = self.reason.take().or(other.reason);
        self.latencies.extend(other.latencies);
        self.each.resize(self.each.len().max(other.each.len()), 0);
        self.each.iter_mut().zip(other.each).for_each(|(sum, count)| *sum += count);
    }

    fn count(&mut self, second: u64) {
        self.good += 1;
        let second = usize::try_from(second).unwrap_or_default();
        self.each.resize(self.each.len().max(second + 1), 0);
        self.each[second] += 1;
    }
}

/// When to end.
#[derive(Clone)]
pub enum Until {
    After(Duration),
    /// When the flag is set.
    Told(Arc<std::sync::atomic::AtomicBool>),
}

impl Until {
    fn is_over(&self, started: Instant) -> bool {
        match self {
            Self::After(time) => started.elapsed() >= *time,
            Self::Told(flag) => flag.load(Ordering::Relaxed),
        }
    }
}

/// Sends `requests` (whole HTTP messages) in turn over `connections` connections.
pub async fn run(address: &str, requests: &Arc<Vec<Vec<u8>>>, connections: usize, until: Until) -> Load {
    gently(address, requests, (connections, Duration::ZERO), until).await
}

/// The same with a pause before each request of a connection, for a machine that is to be busy and not full.
pub async fn gently(
    address: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    (connections, pause): (usize, Duration),
    until: Until,
) -> Load {
    let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let tasks = (0..connections).map(|_| {
        let (address, requests, next, until) =
            (address.to_owned(), requests.clone(), next.clone(), until.clone());
        tokio::spawn(async move { client(&address, &requests, &next, (started, &until, pause)).await })
    });
    let mut load = Load::default();
    for outcome in join_all(tasks).await {
        load.add(outcome.unwrap_or_else(|error| Load {
            lost: 1,
            reason: Some(error.to_string()),
            ..Load::default()
        }));
    }
    load.seconds = started.elapsed().as_secs_f64();
    load.latencies.sort_unstable();
    load
}

async fn client(
    address: &str,
    requests: &[Vec<u8>],
    next: &AtomicUsize,
    (started, until, pause): (Instant, &Until, Duration),
) -> Load {
    let mut load = Load::default();
    let mut connection = None;
    while !until.is_over(started) {
        let request = &requests[next.fetch_add(1, Ordering::Relaxed) % requests.len()];
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        let asked = Instant::now();
        match send(&mut connection, address, request).await {
            Ok(status) if status < 400 => load.count(started.elapsed().as_secs()),
            Ok(status) => {
                load.lost += 1;
                load.reason.get_or_insert(format!("status {status}"));
            }
            Err(error) => {
                load.lost += 1;
                load.reason.get_or_insert(error.to_string());
                connection = None;
            }
        }
        load.latencies.push(asked.elapsed());
    }
    load
}

async fn send(connection: &mut Option<Connection>, address: &str, request: &[u8]) -> anyhow::Result<u16> {
    let open = match connection {
        Some(open) => open,
        None => connection.insert(Connection::open(address).await?),
    };
    Ok(open.send(request).await?.0)
}
