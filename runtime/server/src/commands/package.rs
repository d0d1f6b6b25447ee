//! `trellis package`: list, check, install, upgrade and uninstall packages.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use engine::packages::Install;
use engine::{AllowLoss, Applied, Context};
use metadata::package::Package as Found;
use serde_json::Value as Json;

use super::{told, with_node};
use crate::args::{Common, Package};
use crate::node::Node;
use crate::packages;

/// Runs one of them.
pub async fn run(common: &Common, command: Package) -> anyhow::Result<ExitCode> {
    match command {
        Package::Validate { dir } => validate(&dir),
        Package::List { tenant } => with_node(common, async |node| list(node, tenant.as_deref()).await).await,
        Package::Install { package, tenant, samples, dry_run } => {
            let options = Install { samples, dry_run, ..Install::default() };
            with_node(common, async |node| install(node, &package, (tenant.as_deref(), options)).await).await
        }
        Package::Upgrade { package, tenant, take, allow_data_loss, dry_run } => {
            let allow_data_loss = AllowLoss::Named(allow_data_loss);
            let options = Install { samples: false, dry_run, take, allow_data_loss };
            with_node(common, async |node| install(node, &package, (tenant.as_deref(), options)).await).await
        }
        Package::Uninstall { name, tenant, allow_data_loss, dry_run } => {
            let allow = if allow_data_loss { AllowLoss::All } else { AllowLoss::None };
            with_node(common, async |node| {
                let context = context(node, tenant.as_deref()).await?;
                let applied = node.engine.uninstall(&context, &name, (dry_run, allow)).await.map_err(told)?;
                print(&applied, dry_run);
                Ok(ExitCode::SUCCESS)
            })
            .await
        }
    }
}

fn validate(dir: &Path) -> anyhow::Result<ExitCode> {
    let package = packages::on_disk(dir)?;
    let (manifest, records) =
        (&package.manifest, package.data.iter().map(|file| file.records.len()).sum::<usize>());
    println!(
        "{} {}: {} definitions, {records} records, sound",
        manifest.name,
        manifest.version,
        package.changes.len()
    );
    Ok(ExitCode::SUCCESS)
}

async fn list(node: &Node, tenant: Option<&str>) -> anyhow::Result<ExitCode> {
    let installed = node.engine.installed_packages(&context(node, tenant).await?).await?;
    let library = packages::library()?;
    for package in library.packages() {
        let manifest = &package.manifest;
        let there = installed.get(&manifest.name).map_or("-".into(), |one| one.manifest.version.to_string());
        println!("{}\t{}\tinstalled: {there}\t{}", manifest.name, manifest.version, manifest.label);
    }
    for (name, one) in installed.iter().filter(|(name, _)| library.find(name).is_none()) {
        println!("{name}\t-\tinstalled: {}\t{}", one.manifest.version, one.manifest.label);
    }
    Ok(ExitCode::SUCCESS)
}

async fn install(
    node: &Node,
    package: &str,
    (tenant, options): (Option<&str>, Install),
) -> anyhow::Result<ExitCode> {
    let context = context(node, tenant).await?;
    let library = packages::library()?;
    let wished: Found = match library.find(package) {
        Some(found) => found.clone(),
        None if Path::new(package).is_dir() => packages::on_disk(Path::new(package))?,
        None => anyhow::bail!("`{package}` is neither a folder nor a package that comes with Trellis"),
    };
    let installed = node.engine.installed_packages(&context).await?;
    let chosen = library.with_requirements(&wished, &installed);
    let chosen = chosen.map_err(|problems| told(engine::Error::Unprocessable(problems)))?;
    let dry_run = options.dry_run;
    let applied = node.engine.install(&context, &chosen, options).await.map_err(told)?;
    print(&applied, dry_run);
    Ok(ExitCode::SUCCESS)
}

async fn context(node: &Node, tenant: Option<&str>) -> anyhow::Result<Context> {
    let tenant = node.tenant(tenant).await?;
    node.engine.system_context(&tenant, "trellis package").await.context("the tenant cannot be read")
}

fn print(applied: &Applied, dry_run: bool) {
    if dry_run {
        applied.steps.iter().for_each(|step| println!("{}", step.sql));
    }
    for merged in &applied.merges {
        let word = if merged.outcome.is_conflict() { "conflict" } else { "merged" };
        let text = |value: &Option<Json>| value.as_ref().map_or("-".to_owned(), Json::to_string);
        let outcome = serde_json::to_string(&merged.outcome).unwrap_or_default();
        println!(
            "{word}: {}: {} (was {}, the package says {}, here it is {})",
            merged.path,
            outcome.trim_matches('"'),
            text(&merged.base),
            text(&merged.package),
            text(&merged.tenant)
        );
    }
    println!("trellis: {} steps, revision {}", applied.steps.len(), applied.revision);
}
