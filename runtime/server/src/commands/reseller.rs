//! `trellis reseller`: make and list resellers, and give one a new key.

use std::process::ExitCode;

use anyhow::Context as _;

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
            Reseller::Key { name } => {
                let all = node.tenants.list_resellers().await?;
                let found = all.iter().find(|reseller| reseller.name == name);
                print_key(node, found.with_context(|| format!("there is no reseller `{name}`"))?.id).await?;
            }
            Reseller::Commission { percent, reseller, plan } => {
                let of = match &reseller {
                    Some(name) => {
                        let all = node.tenants.list_resellers().await?;
                        let found = all.into_iter().find(|one| one.name == *name);
                        Some(found.with_context(|| format!("there is no reseller `{name}`"))?.id)
                    }
                    None => None,
                };
                node.tenants.put_commission((of, plan.as_deref()), percent).await?;
                println!("trellis: it is said");
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

async fn print_key(node: &Node, reseller: uuid::Uuid) -> anyhow::Result<()> {
    println!("{}", node.identity.create_reseller_key(reseller).await?.expose());
    Ok(())
}
