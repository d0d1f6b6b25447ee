//! What must be there before the first request: a tenant, somebody who administers it, and demo data if wished.

use api::Library;
use engine::packages::Install;
use engine::{Engine, Tenant};
use identity::{FirstAdministrator, Identity, Secret};
use tenancy::{Status, Tenants};

use crate::args::Serve;
use crate::node::Node;
use crate::packages::lines;

/// Makes what is missing. Cut off half way, the next start goes on.
pub async fn prepare(node: &Node, options: &Serve, library: &Library) -> anyhow::Result<()> {
    let Some(tenant) = first_tenant(node, &options.tenant).await? else { return Ok(()) };
    let password = options.admin_password.clone().map(Secret::new);
    let administrator =
        node.identity.first_administrator(&tenant, &options.admin_email, None, password).await?;
    tell(&administrator);
    if options.demo {
        demo(node, &tenant, library).await?;
    }
    Ok(())
}

/// The tenant called `slug`. It is made only where there is no other tenant to sign in to.
async fn first_tenant(node: &Node, slug: &str) -> anyhow::Result<Option<Tenant>> {
    let tenants = node.tenants.list().await?;
    let others = tenants.iter().any(|listed| listed.status == Status::Active && listed.tenant.slug != slug);
    if others {
        return Ok(node.tenants.find(slug).await?);
    }
    Ok(Some(node.tenants.ensure(slug, &name_of(slug)).await?))
}

/// `Acme eu` for `acme-eu`.
pub fn name_of(slug: &str) -> String {
    let mut letters = slug.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", letters.as_str().replace('-', " "))
}

/// Says how to sign in; the only moment at which a made-up password can be read.
pub fn tell(administrator: &FirstAdministrator) {
    match administrator {
        FirstAdministrator::Exists => {}
        FirstAdministrator::Made { email, password: None, .. } => println!("trellis: sign in as {email}"),
        FirstAdministrator::Made { email, password: Some(password), .. } => {
            println!("trellis: sign in as {email} with the password {}", password.expose());
        }
    }
}

/// Everything in the library with its sample records, unless the tenant has chosen packages itself.
async fn demo(node: &Node, tenant: &Tenant, library: &Library) -> anyhow::Result<()> {
    let context = node.engine.system_context(tenant, "demo data").await?;
    let installed = node.engine.installed_packages(&context).await?;
    if !installed.is_empty() {
        return Ok(());
    }
    let mut chosen: Vec<metadata::package::Package> = Vec::new();
    for package in library.packages() {
        let problems = |problems: Vec<metadata::Problem>| anyhow::anyhow!(lines(&problems));
        for required in library.with_requirements(package, &installed).map_err(problems)? {
            if !chosen.iter().any(|one| one.manifest.name == required.manifest.name) {
                chosen.push(required);
            }
        }
    }
    let options = Install { samples: true, signers: library.signers(&chosen), ..Install::default() };
    node.engine.install(&context, &chosen, options).await?;
    Ok(())
}

/// What a process left that died, or an earlier version: imports are told to have failed, secrets that were stored as they
/// are get sealed.
pub async fn tidy((engine, identity): (Engine, Identity), tenants: Tenants) {
    let all = tenants.list().await.unwrap_or_default();
    for listed in all.iter().filter(|listed| listed.status == Status::Active) {
        if let Err(error) = engine.end_dead_imports(&listed.tenant).await {
            tracing::warn!(%error, tenant = listed.tenant.slug, "dead imports cannot be ended");
        }
        if let Err(error) = identity.seal_old_factors(&listed.tenant).await {
            tracing::warn!(%error, tenant = listed.tenant.slug, "secrets of second factors cannot be sealed");
        }
    }
}
