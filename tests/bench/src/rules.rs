//! What validation rules cost: one request that creates many deals, with the rules switched on and off in turn.

use std::time::Instant;

use serde_json::{Value as Json, json};

use crate::cases::{new_deal, sample};
use crate::load::http::{self, request};
use crate::options::Options;
use crate::report::{Report, median};
use crate::world::World;

/// Records of one request.
const RECORDS: usize = 10_000;

/// Median seconds of one request.
pub struct Rules {
    pub records: usize,
    pub without: f64,
    /// One rule about the record itself.
    pub with: f64,
    /// Another one that reads the account, and one about what changes.
    pub with_three: f64,
}

/// Creates the deals, one way after the other in each round.
pub async fn run(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    let records = if options.smoke { RECORDS / 100 } else { RECORDS };
    let accounts = sample(&mut world.connect().await?, "account").await?;
    let deals: Vec<Json> = (0..records).map(|n| new_deal(n, accounts[n % accounts.len()])).collect();
    let post = request("POST", "/api/v1/deals", Some(&world.key), Some(&json!(deals).to_string()));
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..=options.rounds() {
        for (rules, times) in [0, 1, 3].into_iter().zip(&mut times) {
            switch(world, rules).await?;
            let started = Instant::now();
            http::json(&world.trellis.address, &post).await?;
            // The first round warms up.
            if round > 0 {
                times.push(started.elapsed().as_secs_f64());
            }
        }
    }
    switch(world, 0).await?;
    let [without, with, with_three] = times.map(median);
    report.rules = Some(Rules { records, without, with, with_three });
    Ok(())
}

/// Switches the first so many rules on, and the others off.
async fn switch(world: &World, count: usize) -> anyhow::Result<()> {
    let rules = [
        ("close_date_needed", "stage = \"won\" AND ISBLANK(close_date)"),
        ("not_with_them", "account.industry = \"consumer_goods\" AND amount < 0"),
        ("only_up", "ISCHANGED(amount) AND amount < PRIORVALUE(amount)"),
    ];
    for (n, (name, when)) in rules.into_iter().enumerate() {
        let rule = json!({ "object": "deal", "when": when, "message": "No", "active": n < count });
        let path = format!("/metadata/v1/validation-rules/deal.bench_{name}");
        let put = request("PUT", &path, Some(&world.key), Some(&rule.to_string()));
        http::json(&world.trellis.address, &put).await?;
    }
    Ok(())
}
