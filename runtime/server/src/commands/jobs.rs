//! `trellis jobs`: what is left for later, in tenants and on the platform, and what to do about what has failed too often.

use std::process::ExitCode;

use anyhow::bail;
use engine::work::Waiting;

use super::told;
use crate::args::{Common, Job, Jobs};
use crate::node::Node;

/// Most jobs that are listed of one queue.
const MOST: u32 = 1000;

/// Runs one of them.
pub async fn run(common: &Common, command: Jobs) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| {
        match command {
            Jobs::List { tenant, dead } => list(node, tenant.as_deref(), dead).await?,
            Jobs::Retry(job) => {
                let there = match is_platforms(&job) {
                    true => node.tenants.retry_job((&job.kind, &job.subject)).await?,
                    false => retry(node, &job).await?,
                };
                done(there, &job, ("there is no such job", "is tried soon"))?;
            }
            Jobs::Drop(job) => {
                let gone = match is_platforms(&job) {
                    true => node.tenants.drop_job((&job.kind, &job.subject)).await?,
                    false => drop(node, &job).await?,
                };
                done(gone, &job, ("there is no such job, or it is not dead", "is given up"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn retry(node: &Node, job: &Job) -> anyhow::Result<bool> {
    let tenant = node.tenant(job.tenant.as_deref()).await?;
    node.engine.retry_job(&tenant, (&job.kind, &job.subject)).await.map_err(told)
}

async fn drop(node: &Node, job: &Job) -> anyhow::Result<bool> {
    let tenant = node.tenant(job.tenant.as_deref()).await?;
    node.engine.drop_job(&tenant, (&job.kind, &job.subject)).await.map_err(told)
}

/// No tenant has such as these.
fn is_platforms(job: &Job) -> bool {
    job.platform || ["clone/", "webhook/"].iter().any(|of| job.kind.starts_with(of))
}

fn done(there: bool, job: &Job, (why, what): (&str, &str)) -> anyhow::Result<()> {
    let Job { kind, subject, .. } = job;
    if !there {
        bail!("{why}: `{kind}` `{subject}`; see `trellis jobs list`");
    }
    println!("trellis: {kind} {subject} {what}");
    Ok(())
}

/// Of one tenant, or of all and of the platform.
async fn list(node: &Node, slug: Option<&str>, dead: bool) -> anyhow::Result<()> {
    let mut tenants = node.tenants.list().await?;
    tenants.retain(|listed| listed.is_whole() && slug.is_none_or(|slug| slug == listed.tenant.slug));
    if let Some(slug) = slug.filter(|_| tenants.is_empty()) {
        bail!("there is no tenant `{slug}`");
    }
    for listed in tenants {
        let jobs = node.engine.list_jobs(&listed.tenant, (dead, MOST)).await.map_err(told)?;
        jobs.iter().for_each(|job| print(&listed.tenant.slug, job));
    }
    if slug.is_none() {
        node.tenants.list_jobs((dead, MOST)).await?.iter().for_each(|job| print("(platform)", job));
    }
    Ok(())
}

fn print(whose: &str, job: &Waiting) {
    let state = match (job.dead_at, job.next_at) {
        (Some(at), _) => format!("dead since {}", at.to_rfc3339()),
        (None, Some(at)) => format!("next at {}", at.to_rfc3339()),
        (None, None) => "held".to_owned(),
    };
    let error = job.error.as_deref().unwrap_or("-");
    println!("{whose}\t{}\t{}\t{} failures\t{state}\t{error}", job.kind, job.subject, job.attempts);
}
