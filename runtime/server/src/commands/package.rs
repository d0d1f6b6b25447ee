//! `trellis package`: list, check, compare, install, upgrade and uninstall packages.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use engine::packages::Install;
use engine::{AllowLoss, Applied, Apply, Context};
use metadata::package::{Package as Found, Validated};
use serde_json::Value as Json;

use super::{told, with_node};
use crate::args::{Common, Package};
use crate::node::Node;
use crate::packages;

/// Runs one of them.
pub async fn run(common: &Common, command: Package) -> anyhow::Result<ExitCode> {
    match command {
        Package::Validate { dir } => validate(&dir),
        Package::Lint { dir, against } => lint(&dir, against.as_deref()),
        Package::Diff { old, new } => diff(&old, &new),
        Package::List { tenant } => with_node(common, async |node| list(node, tenant.as_deref()).await).await,
        Package::Install { package, tenant, samples, approve, dry_run } => {
            let options = Install { samples, dry_run, approve: approved(approve), ..Install::default() };
            with_node(common, async |node| install(node, &package, (tenant.as_deref(), options)).await).await
        }
        Package::Upgrade { package, tenant, take, allow_data_loss, approve, dry_run } => {
            let (allow_data_loss, approve) = (AllowLoss::Named(allow_data_loss), approved(approve));
            let options = Install { dry_run, take, allow_data_loss, approve, ..Install::default() };
            with_node(common, async |node| install(node, &package, (tenant.as_deref(), options)).await).await
        }
        Package::Uninstall { name, tenant, allow_data_loss, dry_run } => {
            let allow_data_loss = if allow_data_loss { AllowLoss::All } else { AllowLoss::None };
            let wish = Apply { dry_run, allow_data_loss, ..Apply::default() };
            with_node(common, async |node| {
                let context = context(node, tenant.as_deref()).await?;
                let applied = node.engine.uninstall(&context, &name, wish.clone()).await.map_err(told)?;
                print(&applied, dry_run);
                Ok(ExitCode::SUCCESS)
            })
            .await
        }
    }
}

/// Grants by name, or `all`.
fn approved(names: Vec<String>) -> AllowLoss {
    if names.iter().any(|name| name == "all") { AllowLoss::All } else { AllowLoss::Named(names) }
}

fn validate(dir: &Path) -> anyhow::Result<ExitCode> {
    let package = packages::on_disk(dir)?;
    let validated = validated(&package)?;
    let records = package.data.iter().map(|file| file.records.len()).sum::<usize>();
    let names: Vec<String> = validated.packages.iter().map(called).collect();
    println!("{}: {} definitions, {records} records, sound", called(&package), package.changes.len());
    println!("tried with {}", names.join(", "));
    Ok(ExitCode::SUCCESS)
}

/// What installing the package comes to, its requirements being those that come with Trellis.
fn validated(package: &Found) -> anyhow::Result<Validated> {
    let library = packages::library()?;
    let known: Vec<Found> =
        library.packages().iter().filter(|one| one.manifest.name != package.manifest.name).cloned().collect();
    package.validate(&known, chrono::Utc::now()).map_err(|problems| {
        let lines = packages::lines(&problems);
        anyhow::anyhow!("{} cannot be installed:\n{lines}", called(package))
    })
}

fn called(package: &Found) -> String {
    format!("{} {}", package.manifest.name, package.manifest.version)
}

/// Advice; fails only when the version before is broken with.
fn lint(dir: &Path, against: Option<&str>) -> anyhow::Result<ExitCode> {
    let package = packages::on_disk(dir)?;
    let advice = package.lint();
    if !advice.is_empty() {
        println!("advice:\n{}", packages::lines(&advice));
    }
    let Some(against) = against else { return Ok(ExitCode::SUCCESS) };
    let before = named(against)?;
    let (old, new) = (validated(&before)?, validated(&package)?);
    let breaks = package.lint_against(&before, (&old.definitions, &new.definitions));
    if breaks.is_empty() {
        println!("{} breaks nothing of {}", called(&package), called(&before));
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::bail!("{} breaks {}:\n{}", called(&package), called(&before), packages::lines(&breaks))
}

fn diff(old: &str, new: &str) -> anyhow::Result<ExitCode> {
    let (old, new) = (named(old)?, named(new)?);
    let (before, after) = (validated(&old)?, validated(&new)?);
    let changes = before.definitions.touched(&after.definitions);
    super::metadata::told::plan(&serde_json::json!({ "changes": changes }));
    Ok(ExitCode::SUCCESS)
}

/// A package of the library, or of a folder.
fn named(word: &str) -> anyhow::Result<Found> {
    match packages::library()?.find(word) {
        Some(found) => Ok(found.clone()),
        None if Path::new(word).is_dir() => packages::on_disk(Path::new(word)),
        None => anyhow::bail!("`{word}` is neither a folder nor a package that comes with Trellis"),
    }
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
    let wished = named(package)?;
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
        let foreseen = applied.foreseen.clone().unwrap_or_default();
        let told = serde_json::json!({
            "api": foreseen.api, "permissions": foreseen.permissions, "offending": applied.offending,
        });
        super::metadata::told::foreseen(&told).iter().for_each(|line| println!("{line}"));
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
    applied.grants.iter().for_each(|grant| println!("needs approval: {grant}"));
    println!("trellis: {} steps, revision {}", applied.steps.len(), applied.revision);
}
