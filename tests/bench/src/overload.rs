//! Ten times what can be answered: whether what is accepted stays quick, the rest is refused at once, memory stays
//! flat, and all is as before when it is over.
//!
//! How soon that is, is told second by second, beside the same seconds after a rest: what those differ by is what the
//! machine differs by from second to second. A machine that is shared may be quicker or slower for half a minute at a
//! time, so it is told too what an answer cost the load generator, whose work for it is always the same.

use std::fmt::Write as _;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use futures_util::future::join_all;

use crate::cases;
use crate::load::http::Connection;
use crate::load::{self, Load, Until};
use crate::options::Options;
use crate::report::{Report, median};
use crate::usage;
use crate::world::World;

/// Requests sent for each that can be answered.
const TIMES: f64 = 10.0;
/// Connections that send them.
const CONNECTIONS: usize = 600;
/// Seconds before and after that are looked at one by one.
const SECONDS: u64 = 10;
/// How often a rest and an overload follow each other.
const ROUNDS: usize = 3;
/// How long a rest is.
const REST: Duration = Duration::from_secs(10);

/// What came of it.
pub struct Overload {
    seconds: f64,
    /// Answers a second before, accepted and refused ones meanwhile.
    usual: f64,
    accepted: f64,
    refused: f64,
    /// Milliseconds: of accepted requests before, of accepted ones meanwhile, of refused ones.
    usual_p99: f64,
    accepted_p99: f64,
    refused_p99: f64,
    /// Requests that got no answer, or another one.
    lost: usize,
    /// MB before, at most meanwhile, afterwards.
    memory: [f64; 3],
    /// Throughput in each second after a rest and after an overload, as a share of that before: medians of the rounds.
    rested: Vec<f64>,
    after: Vec<f64>,
    /// What an answer cost the load generator after a rest and after an overload, as a share of that before.
    costs: [f64; 2],
}

/// What one connection has seen.
#[derive(Default)]
struct Seen {
    accepted: Vec<Duration>,
    refused: Vec<Duration>,
    lost: usize,
}

/// Loads, rests, and loads again; loads, overloads, and loads again.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let time = if options.smoke { Duration::from_secs(2) } else { Duration::from_secs_f64(options.overload) };
    let case = cases::all(world).await?.into_iter().find(|case| case.name.starts_with("list of 50, filter"));
    let requests = case.map(|case| case.trellis).unwrap_or_default();
    let (address, pid) = (&world.trellis.address, world.trellis.pid);
    let usual = |seconds| {
        let until = Until::After(Duration::from_secs(seconds));
        costing(load::run(address, &requests, options.connections, until))
    };
    let (usually, _) = usual(3).await?;
    ensure!(usually.lost == 0, "requests failed before the overload: {:?}", usually.reason);
    let memory = usage::memory(pid)?;
    let pause = Duration::from_secs_f64(CONNECTIONS as f64 / (usually.throughput() * TIMES));
    let (mut all, mut highest, mut before) = (Seen::default(), 0.0_f64, Load::default());
    let (mut rested, mut after, mut costs) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    let rounds = if options.smoke { 1 } else { ROUNDS };
    for _ in 0..rounds {
        let (_, (), (shares, cost)) = around(usual, rest(REST.min(time))).await?;
        rested.push(shares);
        costs[0].push(cost);
        let overloaded = overload(world, &requests, (pause, time));
        let (load, (seen, peak), (shares, cost)) = around(usual, overloaded).await?;
        (all, highest, before) = (all.and(seen), highest.max(peak), load);
        after.push(shares);
        costs[1].push(cost);
    }
    let seconds = time.as_secs_f64() * rounds as f64;
    report.overload = Some(Overload {
        seconds: time.as_secs_f64(),
        usual: before.throughput(),
        accepted: all.accepted.len() as f64 / seconds,
        refused: all.refused.len() as f64 / seconds,
        usual_p99: before.quantile(0.99),
        accepted_p99: p99(all.accepted),
        refused_p99: p99(all.refused),
        lost: all.lost,
        memory: [memory, highest, usage::memory(pid)?],
        rested: medians(&rested),
        after: medians(&after),
        costs: costs.map(median),
    });
    Ok(())
}

/// The load before something, what that gives, and the throughput of each second after it as a share of that before, with
/// what an answer cost here.
async fn around<T, F: Future<Output = anyhow::Result<(Load, f64)>>>(
    usual: impl Fn(u64) -> F,
    between: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(Load, T, (Vec<f64>, f64))> {
    let (before, usual_cost) = usual(SECONDS).await?;
    let outcome = between.await?;
    let (after, cost) = usual(SECONDS).await?;
    let share = |count: &usize| *count as f64 / before.throughput();
    let shares = after.each.iter().take(usize::try_from(SECONDS)?).map(share).collect();
    Ok((before, outcome, (shares, cost / usual_cost)))
}

/// A load, and the processor time of this process for each answer of it.
async fn costing(load: impl Future<Output = Load>) -> anyhow::Result<(Load, f64)> {
    let before = usage::cpu(std::process::id())?;
    let load = load.await;
    let cost = (usage::cpu(std::process::id())? - before) / load.good.max(1) as f64;
    Ok((load, cost))
}

async fn rest(time: Duration) -> anyhow::Result<()> {
    tokio::time::sleep(time).await;
    Ok(())
}

/// The median of each second.
fn medians(rounds: &[Vec<f64>]) -> Vec<f64> {
    let seconds = rounds.iter().map(Vec::len).min().unwrap_or_default();
    (0..seconds).map(|at| median(rounds.iter().map(|shares| shares[at]).collect())).collect()
}

impl Overload {
    /// The first second that is as quick as the slowest after a rest, were the machine as quick.
    fn is_back(&self) -> Option<usize> {
        let [rested, after] = self.costs;
        let slowest = self.rested.iter().copied().fold(f64::INFINITY, f64::min) * rested;
        Some(self.after.iter().position(|share| *share * after >= slowest)? + 1)
    }

    /// Its table.
    pub fn write(&self, text: &mut String) {
        let Self { seconds, usual, accepted, refused, lost, memory, .. } = self;
        let [before, peak, after] = memory;
        let shares = |shares: &[f64]| {
            let shares: Vec<String> = shares.iter().map(|share| format!("{share:.2}")).collect();
            shares.join(", ")
        };
        let back = self.is_back().map_or("none of them".to_owned(), |second| second.to_string());
        let _ = writeln!(text, "\n| ten times the load for {seconds:.0} s | |\n|---|---|");
        let rows = [
            (
                "answers a second before, accepted and refused meanwhile",
                format!("{usual:.0}, {accepted:.0}, {refused:.0}"),
            ),
            (
                "p99 ms before, of accepted, of refused",
                format!("{:.0}, {:.0}, {:.0}", self.usual_p99, self.accepted_p99, self.refused_p99),
            ),
            ("lost", lost.to_string()),
            ("MB before, at most, after", format!("{before:.0}, {peak:.0}, {after:.0}")),
            ("each second after it, share of before", shares(&self.after)),
            ("each second after a rest, share of before", shares(&self.rested)),
            (
                "what an answer cost the load generator then, share of before",
                self.costs.map(|cost| format!("{cost:.2}")).join(" after a rest, ") + " after it",
            ),
            ("the first second as quick as the slowest after a rest, by these costs", back),
        ];
        for (name, figure) in rows {
            let _ = writeln!(text, "| {name} | {figure} |");
        }
    }
}

impl Seen {
    fn and(mut self, other: Self) -> Self {
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.lost += other.lost;
        self
    }
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
        all = all.and(seen?);
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
