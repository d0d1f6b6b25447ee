//! `trellis reseller`: make and list resellers, give one a new key, say what they get, and look at what happened.

use std::process::ExitCode;

use anyhow::Context as _;
use tenancy::events::Happened;
use uuid::Uuid;

use super::refused;
use crate::args::{Common, Reseller};
use crate::node::Node;

/// Runs one of them. A key alone is printed, so that a script can take it.
pub async fn run(common: &Common, command: Reseller) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| {
        match command {
            Reseller::Create { name } => {
                let reseller = node.tenants.create_reseller(&name).await?;
                print_key(node, reseller).await?;
            }
            Reseller::Key { name } => print_key(node, find(node, &name).await?).await?,
            Reseller::Commission { percent, reseller, plan } => {
                let of = find_if_said(node, reseller.as_deref()).await?;
                node.tenants.put_commission((of, plan.as_deref()), percent).await.map_err(refused)?;
                let who = reseller.map_or("every reseller".to_owned(), |name| format!("{name:?}"));
                let what = plan.map_or("every plan".to_owned(), |plan| format!("the plan {plan}"));
                println!(
                    "trellis: {who} gets {}% of {what}, where nothing narrower is said",
                    percent as f64 / 100.0
                );
            }
            Reseller::Events { reseller, limit } => {
                let found = match find_if_said(node, reseller.as_deref()).await? {
                    Some(reseller) => node.tenants.list_events(reseller, (None, limit)).await?,
                    None => node.tenants.list_newest_events(limit).await?,
                };
                found.iter().for_each(print);
            }
            Reseller::List => {
                for one in node.tenants.list_resellers().await? {
                    println!(
                        "{}\t{}\t{} tenants\t{}",
                        one.name,
                        one.id,
                        one.tenants,
                        one.created_at.to_rfc3339()
                    );
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

async fn find(node: &Node, name: &str) -> anyhow::Result<Uuid> {
    let all = node.tenants.list_resellers().await?;
    let found = all.iter().find(|one| one.name == name);
    Ok(found.with_context(|| format!("there is no reseller `{name}`"))?.id)
}

async fn find_if_said(node: &Node, name: Option<&str>) -> anyhow::Result<Option<Uuid>> {
    match name {
        Some(name) => Ok(Some(find(node, name).await?)),
        None => Ok(None),
    }
}

fn print(one: &Happened) {
    let slug = one.slug.as_deref().unwrap_or("-");
    println!("{}\t{slug}\t{}\t{}\t{}", one.at.to_rfc3339(), one.actor, one.action, one.details);
}

async fn print_key(node: &Node, reseller: Uuid) -> anyhow::Result<()> {
    println!("{}", node.identity.create_reseller_key(reseller).await?.expose());
    Ok(())
}
