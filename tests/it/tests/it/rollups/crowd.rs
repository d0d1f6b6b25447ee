//! Many writers at once, over some parents and over one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::{Context, Error, Update, What};
use it::random::Random;
use it::{World, fields};
use serde_json::json;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{firm, trade};

const WRITERS: u64 = 8;
const WRITES: usize = 125;

/// One write of a random sort on records that only this writer has.
async fn write(
    (world, ada): (&World, &Context),
    random: &mut Random,
    (firms, mine): (&[Uuid], &mut Vec<Uuid>),
) -> engine::Result<()> {
    let amount = format!("{}.{:02}", random.between(0, 99), random.below(100));
    let deal = json!({ "name": "d", "firm_id": random.pick(firms), "partner_id": random.pick(firms), "amount": amount,
        "stage": *random.pick(&["new", "won", "lost"]), "due": *random.pick(&["2026-01-01", "2026-02-02", "2026-03-03"]) });
    if mine.len() < 3 || random.once_in(3) {
        let count = 1 + random.below(3);
        let records = (0..count).map(|_| fields(&deal)).collect();
        mine.extend(world.run(ada, "deal", What::Create(records)).await?.ids);
        return Ok(());
    }
    let id = *random.pick(mine);
    let change = |record| What::Update(vec![Update { id, fields: fields(&record), if_version: None }]);
    match random.below(6) {
        0 => world.run(ada, "deal", change(json!({ "amount": amount }))).await?,
        1 => world.run(ada, "deal", change(json!({ "firm_id": random.pick(firms) }))).await?,
        2 => world.run(ada, "deal", What::Delete(vec![id])).await?,
        3 => world.run(ada, "deal", What::Restore(vec![id])).await?,
        4 => {
            let line = json!({ "name": "l", "deal_id": id, "price": amount });
            world.run(ada, "line", What::Create(vec![fields(&line)])).await?
        }
        // The same records from above: what deadlocks would be made of.
        _ => {
            let firm = *random.pick(firms);
            let update = Update { id: firm, fields: fields(&json!({ "name": "again" })), if_version: None };
            world.run(ada, "firm", What::Update(vec![update])).await?
        }
    };
    Ok(())
}

async fn crowd(name: &str, parents: usize) {
    let (world, ada) = trade(name).await;
    let mut firms = Vec::new();
    for number in 0..parents {
        firms.push(firm(&world, &ada, &format!("F{number}")).await);
    }
    let (world, firms, written) = (Arc::new(world), Arc::new(firms), Arc::new(AtomicUsize::new(0)));
    let mut writers = JoinSet::new();
    for seed in 0..WRITERS {
        let (world, ada, firms, written) = (world.clone(), ada.clone(), firms.clone(), written.clone());
        writers.spawn(async move {
            let (mut random, mut mine) = (Random::new(seed), Vec::new());
            for step in 0..WRITES {
                match write((&world, &ada), &mut random, (&firms, &mut mine)).await {
                    Ok(()) => drop(written.fetch_add(1, Ordering::Relaxed)),
                    Err(Error::NotFound | Error::Unprocessable(_) | Error::Conflict(_)) => {}
                    Err(error) => panic!("seed {seed}, step {step}: {error:?}"),
                }
            }
        });
    }
    writers.join_all().await;
    assert!(written.load(Ordering::Relaxed) > 600, "{written:?} writes are few");
    world.drain().await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    let found = world.engine.check_rollups(&world.tenant, false).await.unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_writes_at_once_over_twenty_parents_lose_nothing() {
    crowd("rollup_spread", 20).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_writes_at_once_over_one_parent_lose_nothing() {
    crowd("rollup_hot", 1).await;
}
