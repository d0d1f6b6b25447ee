//! `trellis doctor`: every tenant's tables beside its metadata.

use std::process::ExitCode;

use anyhow::Context;
use tenancy::Status;

use crate::args::{Common, Doctor};
use crate::node::Node;

/// Prints every difference; fails when there is one.
pub async fn run(common: &Common, options: Doctor) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| examine(node, &options).await).await
}

async fn examine(node: &Node, options: &Doctor) -> anyhow::Result<ExitCode> {
    let only = options.tenant.as_deref();
    let mut sound = true;
    let tenants = node.tenants.list().await?;
    let chosen: Vec<_> =
        tenants.iter().filter(|listed| only.is_none_or(|slug| listed.tenant.slug == slug)).collect();
    if let (Some(slug), []) = (only, chosen.as_slice()) {
        anyhow::bail!("there is no tenant `{slug}`");
    }
    for listed in chosen {
        let slug = &listed.tenant.slug;
        if listed.status != Status::Active {
            println!("{slug}: half made or half deleted; say it again to finish");
            sound = false;
            continue;
        }
        if options.repair {
            for index in node.engine.build_indexes(&listed.tenant).await? {
                println!("{slug}: made the index {index}");
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
