//! A tenant's metadata as files, and files made a tenant's metadata: packages, the tenant's layer and the note of what
//! is installed are one transaction.

use std::collections::BTreeMap;

use metadata::files::{self, Files};
use metadata::package::Manifest;
use metadata::{Definitions, Kind};

use crate::Engine;
use crate::apply::{self, Applied, Apply, patiently};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::packages::{self, Installed};

impl Engine {
    /// The revision and all files at it.
    pub async fn metadata_files(&self, context: &Context) -> Result<(i64, Files)> {
        apply::require_permission(context)?;
        let mut connection = self.connection(context.tenant()).await?;
        let installed = manifests(&packages::load_installed(&mut connection, context).await?);
        Ok((context.snapshot.revision, context.snapshot.definitions.files(&installed)))
    }

    /// Makes the metadata what the files say, all or nothing: packages that are not installed are, others are brought
    /// to the version in the files, and what the files do not name goes. Records of packages are not in files.
    pub async fn apply_files(&self, context: &Context, files: Files, wish: Apply) -> Result<Applied> {
        apply::require_permission(context)?;
        let wanted = files::read(files).map_err(Error::Unprocessable)?;
        patiently(|| self.try_files(context, &wanted, &wish)).await
    }

    async fn try_files(&self, context: &Context, wanted: &files::Wanted, wish: &Apply) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        apply::lock(&mut transaction, context.tenant()).await?;
        let there = packages::load_installed(&mut transaction, context).await?;
        let installed = manifests(&there);
        let archive = |name: &str| wish.allow_data_loss.covers(name);
        let next =
            |old: &Definitions| old.with_files(wanted, &installed, &archive).map_err(Error::Unprocessable);
        let (mut applied, snapshot) = apply::attempt(&mut transaction, context, wish, &next).await?;
        applied.hints = wanted.hints(&context.snapshot.definitions, &applied.changes);
        for package in &wanted.packages {
            let manifest = &package.manifest;
            if installed.get(&manifest.name) != Some(manifest) {
                // Files are not signed; whose the package is stays as it is.
                let signer = there.get(&manifest.name).and_then(|one| one.signer.clone());
                packages::put_installed(&mut transaction, context, (manifest, signer), &BTreeMap::new())
                    .await?;
            }
        }
        let named = |name: &&String| wanted.packages.iter().any(|package| package.manifest.name == **name);
        for name in installed.keys().filter(|name| !named(name)) {
            packages::put_removed(&mut transaction, context, name).await?;
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

fn manifests(installed: &BTreeMap<String, Installed>) -> BTreeMap<String, Manifest> {
    installed.iter().map(|(name, one)| (name.clone(), one.manifest.clone())).collect()
}
