//! `trellis package …`, and the demo of a first start.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use engine::packages::Install;
use engine::{AllowLoss, Tenant};
use metadata::package::Package;

use crate::cli::{self, Place};
use crate::house::House;

/// Packages from the shell.
pub async fn run(place: &Place, command: cli::Package) -> anyhow::Result<()> {
    if let cli::Package::Validate { folder } = &command {
        let package = read_folder(folder)?;
        println!("{} {}: sound", package.manifest.name, package.manifest.version);
        return Ok(());
    }
    if matches!(command, cli::Package::List { tenant: None }) {
        return list(&BTreeMap::new());
    }
    let house = House::enter(place).await?;
    let outcome = act(&house, command).await;
    outcome.and(house.close().await)
}

async fn act(house: &House, command: cli::Package) -> anyhow::Result<()> {
    match command {
        cli::Package::List { tenant: Some(tenant) } => {
            let context = house.shell(&house.tenant(&tenant).await?).await?;
            let installed = house.engine.installed_packages(&context).await?;
            list(&installed.into_iter().map(|(name, one)| (name, one.manifest.version.to_string())).collect())
        }
        cli::Package::Install { source, tenant, samples, dry_run } => {
            install(house, &tenant, (&source, Install { samples, dry_run })).await
        }
        cli::Package::Upgrade { source, tenant } => install(house, &tenant, (&source, Install::default())).await,
        cli::Package::Uninstall { name, tenant, allow_data_loss } => {
            let context = house.shell(&house.tenant(&tenant).await?).await?;
            let allow = if allow_data_loss { AllowLoss::All } else { AllowLoss::None };
            let applied = house.engine.uninstall(&context, &name, (false, allow)).await.map_err(in_words)?;
            println!("{name} is uninstalled, revision {}", applied.revision);
            Ok(())
        }
        cli::Package::List { tenant: None } | cli::Package::Validate { .. } => Ok(()),
    }
}

async fn install(house: &House, tenant: &str, (source, options): (&str, Install)) -> anyhow::Result<()> {
    let context = house.shell(&house.tenant(tenant).await?).await?;
    let package = match Path::new(source).join("manifest.json").exists() {
        true => read_folder(Path::new(source))?,
        false => standard()?.remove(source).with_context(|| format!("there is no package `{source}`"))?,
    };
    let installed = house.engine.installed_packages(&context).await?;
    let mut wanted = Vec::new();
    with_required(&mut wanted, package, &standard()?, &|name| installed.contains_key(name));
    let applied = house.engine.install(&context, &wanted, options).await.map_err(in_words)?;
    if options.dry_run {
        applied.steps.iter().for_each(|step| println!("{};", step.sql));
        return Ok(());
    }
    for package in &wanted {
        println!("{} {} is installed", package.manifest.name, package.manifest.version);
    }
    Ok(())
}

/// A package after those that it requires and the tenant lacks.
fn with_required(wanted: &mut Vec<Package>, package: Package, all: &BTreeMap<String, Package>, has: &dyn Fn(&str) -> bool) {
    for name in package.manifest.requires.keys() {
        let known = has(name) || wanted.iter().any(|other| other.manifest.name == *name);
        if let Some(required) = all.get(name).filter(|_| !known) {
            with_required(wanted, required.clone(), all, has);
        }
    }
    wanted.push(package);
}

/// The standard packages with their sample records, where they are not there yet.
pub async fn install_demo(house: &House, tenant: &Tenant) -> anyhow::Result<()> {
    let context = house.shell(tenant).await?;
    let installed = house.engine.installed_packages(&context).await?;
    let all = standard()?;
    let mut wanted: Vec<Package> = Vec::new();
    for package in all.values().filter(|package| !installed.contains_key(&package.manifest.name)) {
        if !wanted.iter().any(|other| other.manifest.name == package.manifest.name) {
            with_required(&mut wanted, package.clone(), &all, &|name| installed.contains_key(name));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    house.engine.install(&context, &wanted, Install { samples: true, dry_run: false }).await.map_err(in_words)?;
    Ok(())
}

fn list(installed: &BTreeMap<String, String>) -> anyhow::Result<()> {
    for (name, package) in standard()? {
        let state = installed.get(&name).map_or(String::new(), |version| format!("installed {version}"));
        println!("{name}\t{}\t{}\t{state}", package.manifest.version, package.manifest.label);
    }
    Ok(())
}

fn standard() -> anyhow::Result<BTreeMap<String, Package>> {
    api::standard_packages().map_err(|problems| in_words(engine::Error::Unprocessable(problems)))
}

fn read_folder(folder: &Path) -> anyhow::Result<Package> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
    Package::from_files(files.into_iter()).map_err(|problems| in_words(engine::Error::Unprocessable(problems)))
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.push((name, std::fs::read(&path)?));
        }
    }
    Ok(())
}

/// An error of the engine with all its problems, a line each.
fn in_words(error: engine::Error) -> anyhow::Error {
    let lines: Vec<String> = match &error {
        engine::Error::Invalid(problems)
        | engine::Error::Unprocessable(problems)
        | engine::Error::Conflict(problems)
        | engine::Error::Damaged(problems) => problems.iter().map(|p| format!("\n  {}: {}", p.path, p.message)).collect(),
        engine::Error::DataLoss(names) => vec![format!("\n  {}", names.join(", "))],
        _ => Vec::new(),
    };
    anyhow::anyhow!("{error}{}", lines.concat())
}
