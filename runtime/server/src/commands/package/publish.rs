//! Publishing: keys of publishers, whom one believes, and packages on their way into a registry.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use engine::audit::chain::Hex;
use engine::packages::shipped::{PublisherKey, Shipped};
use metadata::package::Package;

use super::{called, refuse_breaks, validated};
use crate::args::{Common, Source};
use crate::commands::with_node;
use crate::packages::{self, Shelf};
use crate::{key_file, registry};

/// Checks a package as installing would, holds it against the newest version before it, signs it and adds it.
pub fn publish(
    dir: &Path,
    folder: &Path,
    (key, unsigned): (Option<&Path>, bool),
) -> anyhow::Result<ExitCode> {
    let key = match key {
        Some(place) => Some(secret(place)?),
        None if unsigned => None,
        None => bail!("say with which --key it is signed, or that it is --unsigned"),
    };
    let files = packages::files(dir)?;
    let package = packages::read(&dir.display().to_string(), files.clone())?;
    let there = folder.is_dir().then(|| folder.to_owned());
    let shelf = Shelf::unchecked(&Source { registry: there, allow_unsigned: true })?;
    if packages::library()?.find(&package.manifest.name).is_some() {
        bail!("`{}` comes with Trellis; a package that is published has another name", package.manifest.name);
    }
    validated(&package, &shelf)?;
    if let Some(before) = newest_before(&package, &shelf) {
        refuse_breaks((&package, before), &shelf)?;
    }
    let packed = Shipped::pack(files, key.as_ref());
    let packed = packed.map_err(|problems| anyhow::anyhow!("{}", packages::lines(&problems)))?;
    let place = registry::publish(folder, (&package, &packed))?;
    let by = packed.signature.map_or("nobody".to_owned(), |signature| signature.key.to_string());
    println!("{} published as {}, signed by {by}", called(&package), place.display());
    Ok(ExitCode::SUCCESS)
}

/// The newest published version that is older: a later one of an older line breaks nothing of it.
fn newest_before<'s>(package: &Package, shelf: &'s Shelf) -> Option<&'s Package> {
    let published = shelf.registry.packages.iter().filter(|one| one.manifest.name == package.manifest.name);
    let before = published.filter(|one| one.manifest.version < package.manifest.version);
    before.max_by_key(|one| &one.manifest.version)
}

fn secret(place: &Path) -> anyhow::Result<PublisherKey> {
    let secret = key_file::find(place)?;
    let none = || format!("there is no {}; `trellis package key` makes one", place.display());
    PublisherKey::new(&secret.with_context(none)?).context("the publisher's key is none")
}

/// Prints the public key, alone, so that a script can take it.
pub fn key(file: &Path) -> anyhow::Result<ExitCode> {
    let key = PublisherKey::new(&key_file::load_or_make(file)?).context("the publisher's key is none")?;
    println!("{}", key.public());
    Ok(ExitCode::SUCCESS)
}

/// Believes a publisher from now on, or no longer.
pub async fn trust(
    common: &Common,
    (name, key): (&str, Option<Hex>),
    remove: bool,
) -> anyhow::Result<ExitCode> {
    with_node(common, async |node| {
        match &key {
            Some(key) if !remove => {
                node.tenants.trust_publisher(name, key).await?;
                println!(
                    "trellis: what {key} signs is taken; servers that run offer it when they start again"
                );
            }
            _ => {
                node.tenants.distrust_publisher(name).await?;
                println!(
                    "trellis: of {name} nothing more is installed, on any node; what is installed stays"
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Lists whom one believes.
pub async fn publishers(common: &Common) -> anyhow::Result<ExitCode> {
    with_node(common, async |node| {
        for one in node.tenants.list_publishers().await? {
            println!("{}\t{}\t{}", one.name, one.key, one.trusted_at.to_rfc3339());
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}
