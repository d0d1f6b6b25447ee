//! `trellis doctor`: every tenant's tables beside its metadata, whether it is served or shut.

use std::process::ExitCode;

use anyhow::Context;
use engine::Tenant;
use tenancy::Status;

use crate::args::{Common, Doctor};
use crate::node::Node;

/// Prints every difference; fails when there is one.
pub async fn run(common: &Common, options: Doctor) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| examine(node, &options).await).await
}

async fn examine(node: &Node, options: &Doctor) -> anyhow::Result<ExitCode> {
    let only = options.tenant.as_deref();
    if let Some(warning) = node.engine.wall().await?.warning() {
        println!("{warning}");
    }
    let mut sound = true;
    let tenants = node.tenants.list().await?;
    let chosen: Vec<_> =
        tenants.iter().filter(|listed| only.is_none_or(|slug| listed.tenant.slug == slug)).collect();
    if let (Some(slug), []) = (only, chosen.as_slice()) {
        anyhow::bail!("there is no tenant `{slug}`");
    }
    for listed in chosen {
        let slug = &listed.tenant.slug;
        if let Some(half) = half(listed.status) {
            println!("{slug}: {half}; say it again to finish");
            sound = false;
            continue;
        }
        if options.repair {
            repair(node, &listed.tenant).await?;
        }
        if options.plan {
            let steps = node.engine.mending(&listed.tenant).await;
            for step in steps.with_context(|| format!("cannot examine {slug}"))? {
                println!("{slug}: -- {}\n{};", step.description, step.sql);
            }
        }
        let drifts =
            node.engine.doctor(&listed.tenant).await.with_context(|| format!("cannot examine {slug}"))?;
        for drift in &drifts {
            println!("{slug}: {}", serde_json::to_string(drift)?);
        }
        if drifts.is_empty() {
            println!("{slug}: sound");
        }
        sound &= drifts.is_empty();
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a tenant is that cannot be examined: its tables are not all there.
fn half(status: Status) -> Option<&'static str> {
    match status {
        Status::Active | Status::Suspended | Status::Waiting => None,
        Status::Creating => Some("half made"),
        Status::Deleting => Some("half deleted"),
    }
}

/// Mends what can be computed from the records or the metadata; what it mended was wrong, and is told.
async fn repair(node: &Node, tenant: &Tenant) -> anyhow::Result<()> {
    if node.engine.mend_wall(tenant).await? {
        println!("{}: made the rights of its role right", tenant.slug);
    }
    let mended = node.engine.mend_tables(tenant).await.map_err(super::told);
    for step in mended.with_context(|| format!("cannot mend the tables of {}", tenant.slug))? {
        println!("{}: {}", tenant.slug, step.description);
    }
    let made = node.engine.build_indexes(tenant).await;
    for index in made.with_context(|| format!("cannot make indexes of {}", tenant.slug))? {
        println!("{}: made the index {index}", tenant.slug);
    }
    let mended = node.engine.check_rollups(tenant, true).await;
    for wrong in mended.with_context(|| format!("cannot repair {}", tenant.slug))? {
        println!("{}: mended {} in {} records", tenant.slug, wrong.field, wrong.records);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shut_is_whole() {
        let all = [Status::Creating, Status::Active, Status::Suspended, Status::Waiting, Status::Deleting];
        let told = [Some("half made"), None, None, None, Some("half deleted")];
        assert_eq!(all.map(half), told);
    }
}
