//! The benchmark: Trellis beside a hand-written handler that gives the same answers, on one data set, in one run.
//! It measures ratios on this machine; it is no test and fails only when something cannot be done or is answered
//! differently by the two.
//!
//! Reading order: [`options`] (what can be chosen), [`world`] (the cluster, the programs), [`dataset`] (the
//! records), [`handwritten`] (the other side), [`cases`] (what is asked of both), [`compare`] (the rounds),
//! [`changes`] (new fields, also under load), [`rules`] and [`rollups`] (what they cost writers), [`access`] (what rights cost), [`audit`] (what the log costs), [`million`] (formula
//! fields on many records), [`retype`] (a field that becomes another kind), [`overload`] (more than can be answered),
//! [`subscribers`] (who waits for changes), [`graphql`] (schemas of large tenants), [`tenants`] (many of them), [`starts`] (how
//! fast it listens), [`report`] (the page).
//! [`load`] sends requests, [`usage`] reads what processes have used.

mod options;
mod world;
mod dataset;
mod handwritten;
mod cases;
mod compare;
mod changes;
mod rules;
mod access;
mod audit;
mod rollups;
mod million;
mod retype;
mod overload;
mod subscribers;
mod graphql;
mod tenants;
mod starts;
mod report;
mod load;
mod usage;

use clap::Parser;

use options::{Options, Part};
use report::Report;
use world::World;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if let Some(url) = &options.handwritten {
        return handwritten::serve(url, &options.schema).await;
    }
    tokio::select! {
        done = run(&options) => done,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let trellis = world::binary(options)?;
    let mut report = Report::default();
    if options.wants(Part::Starts) {
        starts::measure(&trellis, &mut report).await?;
    }
    let world = World::start(options, trellis).await?;
    let outcome = measure(&world, options, &mut report).await;
    world.stop().await?;
    outcome?;
    report.finish(options)
}

async fn measure(world: &World, options: &Options, report: &mut Report) -> anyhow::Result<()> {
    if options.serve_only {
        return world.hold().await;
    }
    if options.wants(Part::Compare) {
        compare::run(world, options, report).await?;
    }
    if options.wants(Part::Changes) {
        changes::run(world, report).await?;
    }
    if options.wants(Part::Rules) {
        rules::run(world, options, report).await?;
    }
    if options.wants(Part::Access) {
        access::run(world, options, report).await?;
    }
    if options.wants(Part::Audit) {
        audit::run(world, options, report).await?;
    }
    if options.wants(Part::Rollups) {
        rollups::run(world, options, report).await?;
    }
    if options.wants(Part::Million) {
        million::run(world, options, report).await?;
    }
    if options.wants(Part::Retype) {
        retype::run(world, options, report).await?;
    }
    if options.wants(Part::Overload) {
        overload::run(world, options, report).await?;
    }
    if options.wants(Part::Subscribers) {
        subscribers::run(world, options, report).await?;
    }
    if options.wants(Part::Graphql) {
        graphql::run(world, options, report).await?;
    }
    if options.wants(Part::Tenants) {
        tenants::run(world, options, report).await?;
    }
    Ok(())
}
