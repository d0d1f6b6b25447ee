//! Two nodes on one database behind a load balancer: killed under load nothing is lost or doubled, restarted one after
//! the other no request fails. `TRELLIS_KILLS` says how often each is done (a check-in does a few), `SEED` what is asked.

#![allow(clippy::unwrap_used)]

mod balancer;
mod clerk;
mod copy;
mod errand;
mod follower;
mod gate;
mod node;
mod office;
mod pooler;
mod registry;
mod retype;
mod served;
mod shop;
mod worker;

use office::Office;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Operations that pass between one event and the next, so that each falls into the midst of work.
const BETWEEN: u64 = 60;

fn rounds() -> usize {
    std::env::var("TRELLIS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

fn seed() -> u64 {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(rand::random);
    println!("SEED={seed}");
    seed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_nothing_is_lost_or_doubled() {
    killed("killed", None, rounds()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_pgbouncer_in_transaction_mode_neither() {
    match pooler::program() {
        Some(program) => killed("pooled", Some(&program), rounds().div_ceil(2)).await,
        None => println!("no pgbouncer 1.21 or newer here"),
    }
}

async fn killed(name: &str, pooler: Option<&str>, rounds: usize) {
    let mut random = StdRng::seed_from_u64(seed());
    let mut office = Office::open((name, pooler), random.random()).await;
    for _ in 0..rounds {
        office.work(BETWEEN + random.random_range(0..BETWEEN)).await;
        let which = random.random_range(0..2);
        office.nodes[which].kill().await;
        // The other one carries on alone.
        office.work(BETWEEN).await;
        office.nodes[which].start().await;
    }
    let told = office.close().await;
    println!("{told}");
    assert!(told.failed > 0 && told.again > 0, "killing was noticed by nobody: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn restarted_one_after_the_other_no_request_fails() {
    let mut random = StdRng::seed_from_u64(seed());
    let mut office = Office::open(("rolling", None), random.random()).await;
    for _ in 0..rounds().div_ceil(2) {
        for which in 0..2 {
            office.work(BETWEEN).await;
            office.nodes[which].stop().await;
            office.work(BETWEEN).await;
            office.nodes[which].start().await;
        }
    }
    let told = office.close().await;
    println!("{told}");
    assert_eq!(told.failed, 0, "{told}");
}
