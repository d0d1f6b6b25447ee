//! `trellis package`: list, check, compare, publish, install, upgrade and uninstall packages.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use engine::packages::Install;
use engine::{AllowLoss, Applied, Apply, Context};
use metadata::package::{Package as Found, Validated, VersionReq};
use serde_json::Value as Json;

use super::{told, with_node};
use crate::args::{Common, Package, Source, Wanted};
use crate::node::Node;
use crate::packages::{self, Shelf};

mod publish;

/// Runs one of them.
pub async fn run(common: &Common, command: Package) -> anyhow::Result<ExitCode> {
    match command {
        Package::Validate { dir, source } => validate(&dir, &Shelf::unchecked(&source)?),
        Package::Lint { dir, against, source } => {
            lint(&dir, (against.as_deref(), &Shelf::unchecked(&source)?))
        }
        Package::Diff { old, new, source } => diff(&old, &new, &Shelf::unchecked(&source)?),
        Package::Publish { dir, registry, key, unsigned } => {
            publish::publish(&dir, &registry, (key.as_deref(), unsigned))
        }
        Package::Key { file } => publish::key(&file),
        Package::Trust { name, key, remove } => publish::trust(common, (&name, key), remove).await,
        Package::Publishers => publish::publishers(common).await,
        Package::List { tenant, source } => {
            with_node(common, async |node| list(node, (tenant.as_deref(), &source)).await).await
        }
        Package::Install { wanted, samples } => {
            let options = Install { samples, ..asked(&wanted) };
            with_node(common, async |node| install(node, &wanted, options.clone()).await).await
        }
        Package::Upgrade { wanted, take, allow_data_loss } => {
            let allow_data_loss = AllowLoss::Named(allow_data_loss);
            let options = Install { take, allow_data_loss, ..asked(&wanted) };
            with_node(common, async |node| install(node, &wanted, options.clone()).await).await
        }
        Package::Uninstall { name, tenant, allow_data_loss, approve, dry_run } => {
            let allow_data_loss = if allow_data_loss { AllowLoss::All } else { AllowLoss::None };
            let approve = Some(approved(approve));
            let wish = Apply { dry_run, allow_data_loss, approve, ..Apply::default() };
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

/// How it is to be installed, as far as upgrades say the same.
fn asked(wanted: &Wanted) -> Install {
    Install {
        dry_run: wanted.dry_run,
        approve: approved(wanted.approve.clone()),
        allow_downgrade: wanted.force.allow_downgrade,
        allow_other_publisher: wanted.force.allow_other_publisher,
        without_layer: wanted.force.without_layer,
        ..Install::default()
    }
}

/// Grants by name, or `all`.
fn approved(names: Vec<String>) -> AllowLoss {
    if names.iter().any(|name| name == "all") { AllowLoss::All } else { AllowLoss::Named(names) }
}

fn validate(dir: &Path, shelf: &Shelf) -> anyhow::Result<ExitCode> {
    let package = packages::on_disk(dir)?;
    let validated = validated(&package, shelf)?;
    let whole = package.with_all_parts();
    let records = whole.data.iter().map(|file| file.records.len()).sum::<usize>();
    let names: Vec<String> = validated.packages.iter().map(called).collect();
    println!("{}: {} definitions, {records} records, sound", called(&package), whole.changes.len());
    println!("tried with {}", names.join(", "));
    if !package.parts.is_empty() {
        let parts: Vec<&str> = package.parts.keys().map(String::as_str).collect();
        println!("alone, with each of {}, and with all of them", parts.join(", "));
    }
    Ok(ExitCode::SUCCESS)
}

/// What installing the package comes to, its requirements being those on the shelf.
fn validated(package: &Found, shelf: &Shelf) -> anyhow::Result<Validated> {
    let others = shelf.library.packages().iter().filter(|one| one.manifest.name != package.manifest.name);
    let known: Vec<Found> = others.cloned().collect();
    package.validate(&known, chrono::Utc::now()).map_err(|problems| {
        let lines = packages::lines(&problems);
        anyhow::anyhow!("{} cannot be installed:\n{lines}", called(package))
    })
}

fn called(package: &Found) -> String {
    format!("{} {}", package.manifest.name, package.manifest.version)
}

/// Advice; fails only when the version before is broken with.
fn lint(dir: &Path, (against, shelf): (Option<&str>, &Shelf)) -> anyhow::Result<ExitCode> {
    let package = packages::on_disk(dir)?;
    let advice = package.lint();
    if !advice.is_empty() {
        println!("advice:\n{}", packages::lines(&advice));
    }
    let Some(against) = against else { return Ok(ExitCode::SUCCESS) };
    let (before, _) = shelf.find(against, &VersionReq::STAR)?;
    refuse_breaks((&package, &before), shelf)?;
    println!("{} breaks nothing of {}", called(&package), called(&before));
    Ok(ExitCode::SUCCESS)
}

/// Refuses a version that breaks those who built on the one before, unless its number says so.
fn refuse_breaks((package, before): (&Found, &Found), shelf: &Shelf) -> anyhow::Result<()> {
    let (old, new) = (validated(before, shelf)?, validated(package, shelf)?);
    let breaks = package.lint_against(before, (&old.definitions, &new.definitions));
    if breaks.is_empty() {
        return Ok(());
    }
    anyhow::bail!("{} breaks {}:\n{}", called(package), called(before), packages::lines(&breaks))
}

fn diff(old: &str, new: &str, shelf: &Shelf) -> anyhow::Result<ExitCode> {
    let find = |word: &str| Ok::<_, anyhow::Error>(shelf.find(word, &VersionReq::STAR)?.0);
    let (old, new) = (find(old)?, find(new)?);
    let (before, after) = (validated(&old, shelf)?, validated(&new, shelf)?);
    let changes = before.definitions.touched(&after.definitions);
    super::metadata::told::plan(&serde_json::json!({ "changes": changes }));
    Ok(ExitCode::SUCCESS)
}

async fn list(node: &Node, (tenant, source): (Option<&str>, &Source)) -> anyhow::Result<ExitCode> {
    let installed = node.engine.installed_packages(&context(node, tenant).await?).await?;
    let Shelf { library, registry, .. } = Shelf::open(node, source).await?;
    for package in library.packages() {
        let manifest = &package.manifest;
        let there = installed.get(&manifest.name).map_or("-".into(), |one| one.manifest.version.to_string());
        println!("{}\t{}\tinstalled: {there}\t{}", manifest.name, manifest.version, manifest.label);
    }
    for (name, one) in installed.iter().filter(|(name, _)| library.find(name).is_none()) {
        println!("{name}\t-\tinstalled: {}\t{}", one.manifest.version, one.manifest.label);
    }
    for one in &registry.refused {
        println!("{}\t{}\tnot taken\t{}", one.name, one.version, packages::lines(&one.problems).trim());
    }
    Ok(ExitCode::SUCCESS)
}

async fn install(node: &Node, wanted: &Wanted, mut options: Install) -> anyhow::Result<ExitCode> {
    let context = context(node, wanted.tenant.as_deref()).await?;
    let shelf = Shelf::open(node, &wanted.source).await?;
    let range = wanted.range.clone().unwrap_or(VersionReq::STAR);
    let (wished, signer) = shelf.find(&wanted.package, &range)?;
    let installed = node.engine.installed_packages(&context).await?;
    let chosen = shelf.library.with_requirements(&wished, &installed).map_err(|problems| {
        let names = problems.iter().filter_map(|problem| problem.path.strip_prefix("requires."));
        let reasons: Vec<String> = names.map(|name| shelf.registry.reasons(name)).collect();
        let error = told(engine::Error::Unprocessable(problems.clone()));
        anyhow::anyhow!("{}", format!("{error}\n{}", reasons.join("\n")).trim_end())
    })?;
    options.trusted = shelf.trusted();
    options.signers = shelf.library.signers(&chosen);
    options.signers.remove(&wished.manifest.name);
    options.signers.extend(signer.map(|key| (wished.manifest.name.clone(), key)));
    options.layers = node.tenants.layers_for(context.tenant()).await?;
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
            "tried": applied.tried,
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
    for moved in &applied.parts {
        let word = if moved.comes { "comes" } else { "goes" };
        println!("{word}: what {} brings with {}", moved.package, moved.with);
    }
    for layered in applied.layers.iter().filter(|layered| !layered.fits) {
        let name = &layered.package;
        let kept = if layered.kept { ", and what it made of it before stays" } else { "" };
        println!(
            "what the reseller makes of {name} does not fit{kept}:\n{}",
            packages::lines(&layered.problems)
        );
    }
    applied.passed_over.iter().for_each(|note| println!("note: {note}"));
    applied.grants.iter().for_each(|grant| println!("needs approval: {grant}"));
    println!("trellis: {} steps, revision {}", applied.steps.len(), applied.revision);
}
