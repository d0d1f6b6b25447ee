//! `trellis tenant`: make, list and delete tenants.

use std::process::ExitCode;

use anyhow::Context as _;
use tenancy::{By, Domain, Own};

use crate::args::{Common, Tenant};
use crate::audit_key;
use crate::commands::{archive, clone};
use crate::node::Node;
use crate::serve::first::{name_of, tell};

/// Runs one of them.
pub async fn run(common: &Common, command: Tenant) -> anyhow::Result<ExitCode> {
    super::with_node(common, async |node| {
        match command {
            Tenant::Create { slug, name, admin } => create(node, &slug, (name, admin)).await?,
            Tenant::List => list(node).await?,
            Tenant::Domain { slug, host, remove } => domain(node, (&slug, &host), remove).await?,
            Tenant::Export { slug, output, with_passwords } => {
                let folder = output.unwrap_or_else(|| slug.clone().into());
                archive::export(node, (&slug, &folder), with_passwords).await?;
            }
            Tenant::Import { folder, slug, name, admin } => {
                archive::import(node, &folder, archive::Wish { slug, name, admin }).await?;
            }
            Tenant::Clone(wish) => clone::run(node, common, wish).await?,
            Tenant::Delete { slug, yes } => {
                // Before the question: nobody types the name of what is not there.
                let all = node.tenants.list().await?;
                let known = all.iter().find(|listed| listed.tenant.slug == slug);
                let id = known.with_context(|| format!("there is no tenant `{slug}`"))?.tenant.id;
                let of =
                    |listed: &&tenancy::Listed| listed.sandbox.as_ref().is_some_and(|copy| copy.of == id);
                let copies: Vec<&str> = all.iter().filter(of).map(|one| one.tenant.slug.as_str()).collect();
                anyhow::ensure!(yes || confirmed(&slug, &copies)?, "the tenant {slug} is kept");
                if let Some(key) = audit_key::find(common)? {
                    node.engine.seal_with(key);
                }
                let certificate = node.tenants.delete(&slug).await?;
                println!("trellis: the tenant {slug} is deleted");
                println!("{}", certificate.statement);
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Whether somebody types the slug once more, at a terminal or into a pipe.
fn confirmed(slug: &str, copies: &[&str]) -> anyhow::Result<bool> {
    let besides =
        if copies.is_empty() { String::new() } else { format!(" and its copies {}", copies.join(", ")) };
    eprint!(
        "This deletes the tenant {slug} with all its records{besides}, for good. Type its slug to go on: "
    );
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim() == slug)
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

async fn domain(node: &Node, (slug, host): (&str, &str), remove: bool) -> anyhow::Result<()> {
    let tenant = node.tenant(Some(slug)).await?;
    let domain = Domain::parse(host).context("this is no name of a host")?;
    if remove {
        node.tenants.remove_domain(tenant.id, &domain, By::Operator).await?;
        println!("trellis: {} is {slug}'s no more", domain.as_str());
    } else {
        node.tenants.add_domain(tenant.id, (&domain, &Own::default()), By::Operator).await?;
        println!("trellis: {} is {slug}'s", domain.as_str());
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
