//! A tenant's metadata as files, and files made a tenant's metadata: packages, the tenant's layer and the note of what
//! is installed are one transaction.

use std::collections::BTreeMap;

use metadata::files::{self, Files};
use metadata::layers::ResellerLayer;
use metadata::package::{Manifest, Package};
use metadata::{Definitions, Kind, Problem};
use sqlx::PgConnection;

use crate::Engine;
use crate::apply::{self, Applied, Apply, patiently};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::packages::layers::Edition;
use crate::packages::{self, Installed, Put};

impl Engine {
    /// The revision and all files at it.
    pub async fn metadata_files(&self, context: &Context) -> Result<(i64, Files)> {
        apply::require_permission(context)?;
        let mut connection = self.connection(context.tenant()).await?;
        let installed = packages::load_installed(&mut connection, context).await?;
        let company = packages::company(&installed);
        Ok((context.snapshot.revision, context.snapshot.definitions.files(&manifests(&installed), &company)))
    }

    /// Makes the metadata what the files say, all or nothing: packages that are not installed are, others are brought
    /// to the version in the files, and what the files do not name goes. Records of packages are not in files.
    pub async fn apply_files(&self, context: &Context, files: Files, wish: Apply) -> Result<Applied> {
        apply::require_permission(context)?;
        let wanted = files::read(files).map_err(Error::Unprocessable)?;
        let too_large = |package: &Package| {
            let problem = package.too_large_to_keep()?;
            Some(problem.under(&format!("packages/{}", package.manifest.name)))
        };
        let problems: Vec<Problem> = wanted.packages.iter().filter_map(too_large).collect();
        if !problems.is_empty() {
            return Err(Error::Unprocessable(problems));
        }
        patiently(|| self.try_files(context, &wanted, &wish)).await
    }

    async fn try_files(&self, context: &Context, wanted: &files::Wanted, wish: &Apply) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        if !wish.dry_run {
            apply::lock(&mut transaction, context.tenant()).await?;
        }
        let there = packages::load_installed(&mut transaction, context).await?;
        let company = packages::company(&there);
        let archive = |name: &str| wish.allow_data_loss.covers(name);
        let next =
            |old: &Definitions| old.with_files(wanted, &company, &archive).map_err(Error::Unprocessable);
        let (mut applied, snapshot) = apply::attempt(&mut transaction, context, wish, &next).await?;
        applied.hints = wanted.hints(&context.snapshot.definitions, &applied.changes);
        if !wish.dry_run {
            note(&mut transaction, context, (wanted, &there)).await?;
        }
        let snapshot = snapshot.unwrap_or_else(|| context.snapshot.clone());
        self.finish(transaction, snapshot, wish.dry_run).await?;
        Ok(applied)
    }

    /// Takes the tenant's layer over one component away, so that it is what its package says.
    pub async fn reset_layer(
        &self,
        context: &Context,
        (kind, name): (Kind, &str),
        wish: Apply,
    ) -> Result<Applied> {
        let next = |old: &Definitions| {
            Ok((old.without_layer(kind, name).map_err(Error::Unprocessable)?, Vec::new()))
        };
        self.change(context, &wish, &next).await
    }
}

/// Notes which packages the files have brought, and which they are without.
async fn note(
    connection: &mut PgConnection,
    context: &Context,
    (wanted, there): (&files::Wanted, &BTreeMap<String, Installed>),
) -> Result<()> {
    for package in &wanted.packages {
        let before = there.get(&package.manifest.name);
        let edition = edition(wanted.layers.get(&package.manifest.name), before);
        if let Some(put) = put((package, edition.as_ref()), before) {
            packages::put_installed(connection, context, &put, &BTreeMap::new()).await?;
        }
    }
    let named = |name: &&String| wanted.packages.iter().any(|package| package.manifest.name == **name);
    for name in there.keys().filter(|name| !named(name)) {
        packages::put_removed(connection, context, name).await?;
    }
    Ok(())
}

/// What is to be noted of a package, when files say another one than that which is there.
fn put<'p>(
    (package, edition): (&'p Package, Option<&'p Edition>),
    there: Option<&Installed>,
) -> Option<Put<'p>> {
    let manifest = &package.manifest;
    let kept = there.and_then(|one| one.kept.as_ref());
    let is_same = kept.map_or(package.parts.is_empty(), |kept| kept.papers() == package.papers());
    let is_there = |one: &Installed| one.manifest == *manifest && one.edition.as_ref() == edition;
    if is_same && there.is_some_and(is_there) {
        return None;
    }
    // Records are not in files: those of the same version are known.
    let known = kept.filter(|kept| kept.manifest.version == manifest.version);
    let package = known.map_or_else(|| package.clone(), |kept| package.clone().with_records_of(kept));
    // Files are not signed; whose the package is stays as it is.
    let signer = there.and_then(|one| one.signer.clone());
    Some(Put { manifest, signer, source: package.source(true), edition })
}

/// What files say of a reseller's layer: the one that is there, or one of nobody.
fn edition(said: Option<&ResellerLayer>, there: Option<&Installed>) -> Option<Edition> {
    let layer = said.filter(|layer| !layer.is_empty())?;
    let known = there.and_then(|one| one.edition.clone()).filter(|known| known.layer == *layer);
    Some(known.unwrap_or_else(|| Edition { id: None, layer: layer.clone() }))
}

fn manifests(installed: &BTreeMap<String, Installed>) -> BTreeMap<String, Manifest> {
    installed.iter().map(|(name, one)| (name.clone(), one.manifest.clone())).collect()
}
