//! The rounds: each case loads one side, then the other, again and again. Ratios are taken within a round, so that
//! what else the machine does at that time hits both.

use std::sync::Arc;

use anyhow::ensure;

use crate::cases::{self, Case};
use crate::load::{self, Load, Until, http};
use crate::options::Options;
use crate::report::{Report, median};
use crate::usage;
use crate::world::{Program, World};

/// One side of one case: medians over the rounds.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Answers a second.
    pub throughput: f64,
    /// Milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Processor seconds for 1000 answers: of the server, and of PostgreSQL.
    pub cpu: f64,
    pub database_cpu: f64,
    /// MB after the load.
    pub memory: f64,
}

/// Both sides of one case.
pub struct Compared {
    pub name: &'static str,
    pub goal: f64,
    pub trellis: Side,
    pub handwritten: Side,
    /// Throughput of Trellis as a share of the hand-written handler's, median of the rounds.
    pub ratio: f64,
}

/// Measures all cases.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let wanted = |case: &Case| options.case.as_ref().is_none_or(|part| case.name.contains(part.as_str()));
    let postmaster = world.postmaster().await?;
    for case in cases::all(world).await?.into_iter().filter(wanted) {
        if case.is_read {
            check(world, &case).await?;
        }
        let compared = measure(world, &case, (options, postmaster)).await?;
        report.add(compared);
    }
    Ok(())
}

/// Both sides give the same records to the same questions.
async fn check(world: &World, case: &Case) -> anyhow::Result<()> {
    for (trellis, handwritten) in case.trellis.iter().zip(case.handwritten.iter()).take(20) {
        let ours = http::json(&world.trellis.address, trellis).await?;
        let theirs = http::json(&world.handwritten.address, handwritten).await?;
        let question = String::from_utf8_lossy(trellis);
        let question = question.lines().next().unwrap_or_default();
        ensure!(
            ours["data"] == theirs["data"],
            "{}: different answers to {question}\n{}\n{}",
            case.name,
            ours["data"],
            theirs["data"]
        );
    }
    Ok(())
}

async fn measure(
    world: &World,
    case: &Case,
    (options, postmaster): (&Options, u32),
) -> anyhow::Result<Compared> {
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // Round 0 warms both up: connections, prepared statements, pages in memory.
    for round in 0..=options.rounds() {
        let (a, b) = if round % 2 == 0 {
            let a = side(&world.trellis, &case.trellis, (options, postmaster)).await?;
            (a, side(&world.handwritten, &case.handwritten, (options, postmaster)).await?)
        } else {
            let b = side(&world.handwritten, &case.handwritten, (options, postmaster)).await?;
            (side(&world.trellis, &case.trellis, (options, postmaster)).await?, b)
        };
        if round > 0 {
            ratios.push(a.throughput / b.throughput);
            ours.push(a);
            theirs.push(b);
        }
    }
    Ok(Compared {
        name: case.name,
        goal: case.goal,
        trellis: middle(&ours),
        handwritten: middle(&theirs),
        ratio: median(ratios),
    })
}

async fn side(
    program: &Program,
    requests: &Arc<Vec<Vec<u8>>>,
    (options, postmaster): (&Options, u32),
) -> anyhow::Result<Side> {
    let before = (usage::cpu(program.pid)?, usage::cpu_of_children(postmaster));
    let until = Until::After(options.time());
    let load: Load = load::run(&program.address, requests, options.connections, until).await;
    ensure!(load.lost == 0, "{} of {} requests failed: {:?}", load.lost, load.good + load.lost, load.reason);
    let after = (usage::cpu(program.pid)?, usage::cpu_of_children(postmaster));
    let thousands = load.good as f64 / 1000.0;
    Ok(Side {
        throughput: load.throughput(),
        p50: load.quantile(0.5),
        p99: load.quantile(0.99),
        cpu: (after.0 - before.0) / thousands,
        database_cpu: (after.1 - before.1) / thousands,
        memory: usage::memory(program.pid)?,
    })
}

fn middle(sides: &[Side]) -> Side {
    let of = |figure: fn(&Side) -> f64| median(sides.iter().map(figure).collect());
    Side {
        throughput: of(|side| side.throughput),
        p50: of(|side| side.p50),
        p99: of(|side| side.p99),
        cpu: of(|side| side.cpu),
        database_cpu: of(|side| side.database_cpu),
        memory: of(|side| side.memory),
    }
}
