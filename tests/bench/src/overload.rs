//! Ten times what can be answered: whether what is accepted stays quick, the rest is refused at once, memory stays
//! flat, and all is as before when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::join_all;

use crate::cases;
use crate::load::http::Connection;
use crate::load::{self, Until};
use crate::options::Options;
use crate::report::Report;
use crate::usage;
use crate::world::World;

/// Requests sent for each that can be answered.
const TIMES: f64 = 10.0;
/// Connections that send them.
const CONNECTIONS: usize = 600;
/// Windows after the overload in which the throughput is measured.
const WINDOWS: usize = 5;

/// What came of it.
pub struct Overload {
    pub seconds: f64,
    /// Answers a second before, accepted and refused ones meanwhile.
    pub usual: f64,
    pub accepted: f64,
    pub refused: f64,
    /// Milliseconds: of accepted requests before, of accepted ones meanwhile, of refused ones.
    pub usual_p99: f64,
    pub accepted_p99: f64,
    pub refused_p99: f64,
    /// Requests that got no answer, or another one.
    pub lost: usize,
    /// MB before, at most meanwhile, afterwards.
    pub memory: [f64; 3],
    /// Throughput in each second after it, as a share of that before.
    pub after: Vec<f64>,
}

/// What one connection has seen.
#[derive(Default)]
struct Seen {
    accepted: Vec<Duration>,
    refused: Vec<Duration>,
    lost: usize,
}

/// Loads, overloads, and loads again.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let time = if options.smoke { Duration::from_secs(2) } else { Duration::from_secs_f64(options.overload) };
    let case = cases::all(world).await?.into_iter().find(|case| case.name.starts_with("list of 50, filter"));
    let requests = case.map(|case| case.trellis).unwrap_or_default();
    let (address, pid) = (&world.trellis.address, world.trellis.pid);
    let usual = |time| load::run(address, &requests, options.connections, Until::After(time));
    usual(Duration::from_secs(1)).await;
    let before = usual(Duration::from_secs(3)).await;
    ensure!(before.lost == 0, "requests failed before the overload: {:?}", before.reason);
    let rested = usage::memory(pid)?;
    let pause = Duration::from_secs_f64(CONNECTIONS as f64 / (before.throughput() * TIMES));
    let (seen, peak) = overload(world, &requests, (pause, time)).await?;
    let mut after = Vec::new();
    for _ in 0..WINDOWS {
        after.push(usual(Duration::from_secs(1)).await.throughput() / before.throughput());
    }
    let seconds = time.as_secs_f64();
    report.overload = Some(Overload {
        seconds,
        usual: before.throughput(),
        accepted: seen.accepted.len() as f64 / seconds,
        refused: seen.refused.len() as f64 / seconds,
        usual_p99: before.quantile(0.99),
        accepted_p99: p99(seen.accepted),
        refused_p99: p99(seen.refused),
        lost: seen.lost,
        memory: [rested, peak, usage::memory(pid)?],
        after,
    });
    Ok(())
}

/// Sends from all connections, each after its pause whether or not the last answer was long in coming.
async fn overload(
    world: &World,
    requests: &Arc<Vec<Vec<u8>>>,
    (pause, time): (Duration, Duration),
) -> anyhow::Result<(Seen, f64)> {
    let next = Arc::new(AtomicUsize::new(0));
    let clients = (0..CONNECTIONS).map(|n| {
        let (address, requests, next) = (world.trellis.address.clone(), requests.clone(), next.clone());
        let delay = pause.mul_f64(n as f64 / CONNECTIONS as f64);
        tokio::spawn(async move { client(&address, (&requests, &next), (delay, pause, time)).await })
    });
    let clients: Vec<_> = clients.collect();
    let (started, mut peak) = (Instant::now(), 0.0_f64);
    while started.elapsed() < time {
        tokio::time::sleep(Duration::from_millis(250)).await;
        peak = peak.max(usage::memory(world.trellis.pid)?);
    }
    let mut all = Seen::default();
    for seen in join_all(clients).await {
        let seen = seen?;
        all.accepted.extend(seen.accepted);
        all.refused.extend(seen.refused);
        all.lost += seen.lost;
    }
    Ok((all, peak))
}

async fn client(
    address: &str,
    (requests, next): (&[Vec<u8>], &AtomicUsize),
    (delay, pause, time): (Duration, Duration, Duration),
) -> Seen {
    let (mut seen, mut connection, started) = (Seen::default(), None, Instant::now());
    let mut due = started + delay;
    while due.duration_since(started) < time {
        tokio::time::sleep_until(due.into()).await;
        let asked = Instant::now();
        due = (due + pause).max(asked);
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => Connection::open(address).await,
        };
        let Ok(mut open) = open else {
            seen.lost += 1;
            continue;
        };
        let request = &requests[next.fetch_add(1, Ordering::Relaxed) % requests.len()];
        match open.send(request).await.map(|(status, _)| status) {
            Ok(200) => seen.accepted.push(asked.elapsed()),
            Ok(503) => seen.refused.push(asked.elapsed()),
            _ => {
                seen.lost += 1;
                continue;
            }
        }
        connection = Some(open);
    }
    seen
}

/// Milliseconds that 99 of 100 keep.
fn p99(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let place = (times.len().saturating_sub(1) as f64 * 0.99).round() as usize;
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}
