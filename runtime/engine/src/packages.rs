//! Installing packages: a package's definitions, its records and the note that it is installed are one
//! transaction; a package with what it requires is one transaction too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use metadata::definitions::Row;
use metadata::definitions::layering::Layering;
use metadata::package::{Manifest, Package, missing_requirements};
use metadata::{Definitions, Problem};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::Engine;
use crate::apply::{self, AllowLoss, Applied, Apply, patiently};
use crate::audit::chain::Hex;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::write::sql::table;

mod pins;
mod records;
pub mod shipped;
mod trials;

/// How packages are installed.
#[derive(Clone, Debug, Default)]
pub struct Install {
    /// Load sample records too, not the reference records alone.
    pub samples: bool,
    /// Answer the steps without running them.
    pub dry_run: bool,
    /// Paths at which the package's value is to be taken where the tenant changed the same.
    pub take: Vec<String>,
    /// What an upgrade may archive because the new version is without it; the rest becomes the tenant's own.
    pub allow_data_loss: AllowLoss,
    /// Refuse when the tenant has moved on from this revision.
    pub expected_revision: Option<i64>,
    /// What the packages may be given: capabilities that they ask for, and what an upgrade gives to people that the
    /// version before did not.
    pub approve: AllowLoss,
    /// Who has signed the packages, by name; what came by hand or is built in nobody has.
    pub signers: BTreeMap<String, Hex>,
    /// Go on although a later version is installed.
    pub allow_downgrade: bool,
    /// Go on although the installed version is somebody else's.
    pub allow_other_publisher: bool,
}

impl Install {
    fn signer(&self, package: &Package) -> Option<Hex> {
        self.signers.get(&package.manifest.name).cloned()
    }
}

/// One installed package.
#[derive(Clone, Debug)]
pub struct Installed {
    pub manifest: Manifest,
    pub installed_at: chrono::DateTime<chrono::Utc>,
    /// Who has signed it.
    pub signer: Option<Hex>,
}

impl Engine {
    /// What is installed, by name.
    pub async fn installed_packages(&self, context: &Context) -> Result<BTreeMap<String, Installed>> {
        let mut connection = self.connection(context.tenant()).await?;
        load_installed(&mut connection, context).await
    }

    /// Installs or upgrades packages in their order (what is required first), all or nothing.
    pub async fn install(
        &self,
        context: &Context,
        packages: &[Package],
        options: Install,
    ) -> Result<Applied> {
        apply::require_permission(context)?;
        patiently(|| self.try_install(context, packages, &options)).await
    }

    async fn try_install(
        &self,
        context: &Context,
        packages: &[Package],
        options: &Install,
    ) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        if !options.dry_run {
            apply::lock(&mut transaction, context.tenant()).await?;
        }
        let installed = load_installed(&mut transaction, context).await?;
        let mut applied = Applied { revision: context.snapshot.revision, ..Applied::default() };
        // What is wished for stands behind what it requires.
        let wished = packages.last().map(|package| package.manifest.name.as_str());
        let upgrade = wished.is_some_and(|name| installed.contains_key(name));
        let expected = options.expected_revision;
        let mut here = Here { context: context.clone(), installed, expected, upgrade };
        for package in packages {
            let snapshot = install_one(&mut transaction, &here, package, (options, &mut applied)).await?;
            here.context.snapshot = snapshot;
            here.expected = None;
            let (manifest, signer) = (package.manifest.clone(), options.signer(package));
            let one = Installed { manifest, installed_at: context.now, signer };
            here.installed.insert(package.manifest.name.clone(), one);
        }
        if options.dry_run {
            trials::run(&mut transaction, &here.context, packages).await?;
        }
        self.finish(transaction, here.context.snapshot, options.dry_run).await?;
        Ok(applied)
    }

    /// Takes a package's layer away: what it brought is archived with its data and with what the tenant made of it,
    /// and comes back with the package; the rest stays.
    pub async fn uninstall(&self, context: &Context, name: &str, wish: Apply) -> Result<Applied> {
        apply::require_permission(context)?;
        let wish = Apply {
            package: Some(name.to_owned()),
            message: wish.message.or_else(|| Some(format!("Uninstall {name}"))),
            ..wish
        };
        patiently(|| self.try_uninstall(context, name, &wish)).await
    }

    async fn try_uninstall(&self, context: &Context, name: &str, wish: &Apply) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        if !wish.dry_run {
            apply::lock(&mut transaction, context.tenant()).await?;
        }
        let installed = load_installed(&mut transaction, context).await?;
        if !installed.contains_key(name) {
            return Err(Error::NotFound);
        }
        refuse_if_required(&installed, name)?;
        let next = |old: &Definitions| Ok((old.without_package(name), Vec::new()));
        let (applied, snapshot) = apply::attempt(&mut transaction, context, wish, &next).await?;
        if !wish.dry_run {
            put_removed(&mut transaction, context, name).await?;
        }
        let snapshot = snapshot.unwrap_or_else(|| context.snapshot.clone());
        self.finish(transaction, snapshot, wish.dry_run).await?;
        Ok(applied)
    }

    pub(crate) async fn finish(
        &self,
        transaction: sqlx::PgTransaction<'_>,
        snapshot: Arc<Snapshot>,
        dry_run: bool,
    ) -> Result<()> {
        if dry_run {
            return Ok(transaction.rollback().await?);
        }
        transaction.commit().await?;
        self.keep(&snapshot);
        Ok(())
    }
}

fn refuse_if_required(installed: &BTreeMap<String, Installed>, name: &str) -> Result<()> {
    let needed: Vec<&str> = installed
        .values()
        .filter(|other| other.manifest.requires.contains_key(name))
        .map(|other| other.manifest.name.as_str())
        .collect();
    if needed.is_empty() {
        return Ok(());
    }
    let message = format!("{} still needs `{name}`", needed.join(", "));
    Err(Error::Conflict(vec![Problem::new("name", "required", message).hint("uninstall that first")]))
}

/// The tenant between two packages.
struct Here {
    context: Context,
    installed: BTreeMap<String, Installed>,
    /// The revision that the first of them is to find.
    expected: Option<i64>,
    /// Whether what is wished for was there before: what else comes is brought along.
    upgrade: bool,
}

/// One package within the transaction; the snapshot after it. Of one that is only looked at no table is touched, so
/// that nobody waits for it; its records are not looked at either.
async fn install_one(
    connection: &mut PgConnection,
    Here { context, installed, expected, upgrade }: &Here,
    package: &Package,
    (options, applied): (&Install, &mut Applied),
) -> Result<Arc<Snapshot>> {
    let manifest = &package.manifest;
    let versions = installed.iter().map(|(name, one)| (name.clone(), one.manifest.version.clone()));
    let missing = missing_requirements(manifest, &versions.collect());
    if !missing.is_empty() {
        return Err(Error::Unprocessable(missing));
    }
    let before = installed.get(&manifest.name);
    pins::check(before, manifest, options)?;
    let known = |word: &&String| before.is_some_and(|before| before.manifest.capabilities.contains(word));
    let asked = manifest.capabilities.iter().filter(|word| !known(word));
    let wish = Apply {
        package: Some(manifest.name.clone()),
        message: Some(format!("Install {} {}", manifest.label, manifest.version)),
        allow_data_loss: options.allow_data_loss.clone(),
        expected_revision: *expected,
        asks: asked.map(|word| format!("capabilities.{word}")).collect(),
        approve: Some(options.approve.clone()),
        brought_along: *upgrade && before.is_none(),
        ..Apply::default()
    };
    let archive = |name: &str| options.allow_data_loss.covers(name);
    let layering = Layering { package: &manifest.name, take: &options.take, archive: &archive };
    let next = |old: &Definitions| {
        let beneath = old.with_package(&package.changes, layering);
        beneath.map_err(Error::Unprocessable)
    };
    if options.dry_run {
        let mut planned = apply::plan(connection, context, &wish, &next).await?;
        apply::foresee::foresee(connection, &mut planned).await?;
        applied.add(std::mem::take(&mut planned.applied));
        return planned.imagined();
    }
    let (done, snapshot) = apply::attempt(connection, context, &wish, &next).await?;
    let anew = done.comes_back_empty.clone();
    applied.add(done);
    let here = match snapshot {
        Some(snapshot) => Context { snapshot, ..context.clone() },
        None => context.clone(),
    };
    let refs = records::load(connection, &here, package, (options.samples, &anew)).await?;
    put_installed(connection, &here, (manifest, options.signer(package)), &refs).await?;
    Ok(here.snapshot)
}

pub(crate) async fn load_installed(
    connection: &mut PgConnection,
    context: &Context,
) -> Result<BTreeMap<String, Installed>> {
    let text = format!(
        "SELECT name, manifest, installed_at, signer FROM {} WHERE removed_at IS NULL",
        table(&context.tenant().schema, "_packages")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await?;
    let mut installed = BTreeMap::new();
    for row in &rows {
        let manifest: Json = row.try_get("manifest")?;
        let Ok(manifest) = serde_json::from_value::<Manifest>(manifest) else { continue };
        let signer: Option<String> = row.try_get("signer")?;
        let signer = signer.and_then(|signer| signer.try_into().ok());
        let one = Installed { manifest, installed_at: row.try_get("installed_at")?, signer };
        installed.insert(row.try_get("name")?, one);
    }
    Ok(installed)
}

/// After a way back to revision `number`: a package is there as long as anything stands on what it says, in the
/// version that it had then.
pub(crate) async fn settle(
    connection: &mut PgConnection,
    context: &Context,
    (definitions, number): (&Definitions, i64),
) -> Result<()> {
    keep_installed(connection, context).await?;
    let schema = &context.tenant().schema;
    let text = format!(
        "UPDATE {} p SET version = t.value->>'version', manifest = t.value->'manifest', \
         signer = CASE WHEN t.value ? 'signer' THEN t.value->>'signer' ELSE p.signer END FROM jsonb_each((SELECT r.packages \
         FROM {} r WHERE r.number > $1 AND r.packages IS NOT NULL ORDER BY r.number LIMIT 1)) t WHERE p.name = t.key",
        table(schema, "_packages"),
        table(schema, "_revisions")
    );
    sqlx::query(AssertSqlSafe(text)).bind(number).execute(&mut *connection).await?;
    // Fields stay as they are within an object that is archived.
    let archived = definitions.objects.iter().filter(|one| one.object.withdrawn());
    let archived: BTreeSet<&str> = archived.map(|one| one.object.id.as_str()).collect();
    let stands = |row: &Row| {
        let known = row.base.as_ref().is_some_and(|base| !base.withdrawn);
        known && row.parent.as_deref().is_none_or(|id| !archived.contains(id))
    };
    let standing = definitions.rows().into_iter().filter(stands);
    let names: BTreeSet<String> = standing.filter_map(|row| row.package).collect();
    let names: Vec<String> = names.into_iter().collect();
    let text = format!(
        "UPDATE {} SET removed_at = CASE WHEN name = ANY($1) THEN NULL ELSE coalesce(removed_at, $2) END",
        table(&context.tenant().schema, "_packages")
    );
    sqlx::query(AssertSqlSafe(text)).bind(names).bind(context.now).execute(connection).await?;
    Ok(())
}

/// Keeps what was installed before the newest revision with it, for a way back.
async fn keep_installed(connection: &mut PgConnection, context: &Context) -> Result<()> {
    let schema = &context.tenant().schema;
    let text = format!(
        "UPDATE {} r SET packages = (SELECT coalesce(jsonb_object_agg(p.name, jsonb_build_object('version', p.version, \
         'manifest', p.manifest, 'signer', p.signer)), '{{}}') FROM {} p) FROM {} s WHERE r.number = s.revision AND r.packages IS NULL",
        table(schema, "_revisions"),
        table(schema, "_packages"),
        table(schema, "_state")
    );
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}

/// Notes that a package is gone. What it loaded is known still when it comes back, with the records that are archived.
pub(crate) async fn put_removed(connection: &mut PgConnection, context: &Context, name: &str) -> Result<()> {
    keep_installed(connection, context).await?;
    let packages = table(&context.tenant().schema, "_packages");
    let text = format!("UPDATE {packages} SET removed_at = $2 WHERE name = $1");
    sqlx::query(AssertSqlSafe(text)).bind(name).bind(context.now).execute(connection).await?;
    Ok(())
}

pub(crate) async fn put_installed(
    connection: &mut PgConnection,
    context: &Context,
    (manifest, signer): (&Manifest, Option<Hex>),
    refs: &BTreeMap<String, Uuid>,
) -> Result<()> {
    keep_installed(connection, context).await?;
    let text = format!(
        "INSERT INTO {} AS p (name, version, installed_at, manifest, refs, signer) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, manifest = excluded.manifest, signer = excluded.signer, \
         refs = p.refs || excluded.refs, removed_at = NULL, installed_at = excluded.installed_at",
        table(&context.tenant().schema, "_packages")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&manifest.name)
        .bind(manifest.version.to_string())
        .bind(context.now)
        .bind(serde_json::to_value(manifest).unwrap_or_default())
        .bind(json!(refs))
        .bind(signer.map(String::from))
        .execute(connection)
        .await?;
    Ok(())
}
