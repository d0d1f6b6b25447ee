//! `trellis tenant`: make, list and delete tenants.

use std::process::ExitCode;

use crate::args::{Common, Tenant};
use crate::node::Node;
use crate::serve::first::{name_of, tell};

/// Runs one of them.
pub async fn run(common: &Common, command: Tenant) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| {
        match command {
            Tenant::Create { slug, name, admin } => create(node, &slug, (name, admin)).await?,
            Tenant::List => list(node).await?,
            Tenant::Delete { slug } => {
                node.tenants.delete(&slug).await?;
                println!("trellis: the tenant {slug} is deleted");
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn create(
    node: &Node,
    slug: &str,
    (name, admin): (Option<String>, Option<String>),
) -> anyhow::Result<()> {
    let tenant = node.tenants.create(slug, &name.unwrap_or_else(|| name_of(slug))).await?;
    println!("trellis: the tenant {slug} is made");
    if let Some(email) = admin {
        tell(&node.identity.first_administrator(&tenant, &email, None, None).await?);
    }
    Ok(())
}

async fn list(node: &Node) -> anyhow::Result<()> {
    for listed in node.tenants.list().await? {
        let status = listed.status.word();
        println!("{}\t{}\t{status}\t{}", listed.tenant.slug, listed.name, listed.created_at.to_rfc3339());
    }
    Ok(())
}
