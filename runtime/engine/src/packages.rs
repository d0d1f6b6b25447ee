//! Installing packages: a package's definitions, its records and the note that it is installed are one
//! transaction; a package with what it requires is one transaction too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use layers::{Dressed, Edition, Editions};
use metadata::definitions::Row;
use metadata::files::Files;
use metadata::package::{
    Arrangement, Company, Laid, Manifest, Package, PassedOver, Terms, missing_requirements,
};
use metadata::{Definitions, Problem};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::Engine;
use crate::apply::foresee;
use crate::apply::tried::{self, Rehearsal};
use crate::apply::{self, AllowLoss, Applied, Apply, PartMoved, patiently};
use crate::audit::chain::Hex;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::write::sql::table;

pub mod layers;
mod passed;
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
    /// Who is believed; `None` is anybody. Of what others have signed no part comes beside what is installed now.
    pub trusted: Option<Vec<Hex>>,
    /// Go on although a later version is installed.
    pub allow_downgrade: bool,
    /// Go on although the installed version is somebody else's.
    pub allow_other_publisher: bool,
    /// What the tenant's reseller makes of packages; nothing where nobody sells the tenant: then what lies over a package
    /// stays there.
    pub layers: Option<Editions>,
    /// Go on without the reseller's layer where it does not fit any more.
    pub without_layer: bool,
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
    /// What is kept of one with optional parts.
    pub kept: Option<Package>,
    /// What the tenant's reseller makes of it.
    pub edition: Option<Edition>,
}

/// The installed packages as they stand beside each other.
pub fn company(installed: &BTreeMap<String, Installed>) -> Company {
    let versions = installed.iter().map(|(name, one)| (name.clone(), one.manifest.version.clone()));
    let kept = installed.iter().filter_map(|(name, one)| Some((name.clone(), one.kept.clone()?)));
    let layers = installed.iter().filter_map(|(name, one)| Some((name.clone(), one.edition.clone()?.layer)));
    Company { versions: versions.collect(), kept: kept.collect(), layers: layers.collect() }
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
        match options.dry_run {
            true => {
                sqlx::raw_sql(foresee::LOOK).execute(&mut *transaction).await?;
            }
            false => apply::lock(&mut transaction, context.tenant()).await?,
        }
        let mut installed = load_installed(&mut transaction, context).await?;
        let passed = passed::leave_out(&mut installed, (packages, options));
        let applied = Applied { revision: context.snapshot.revision, ..Applied::default() };
        let mut done = Done { applied, rehearsals: Vec::new() };
        // What is wished for stands behind what it requires.
        let wished = packages.last().map(|package| package.manifest.name.as_str());
        let upgrade = wished.is_some_and(|name| installed.contains_key(name));
        let expected = options.expected_revision;
        let before = installed.keys().cloned().collect();
        let mut here = Here { context: context.clone(), installed, before, expected, upgrade };
        let mut tried = Vec::new();
        for package in packages {
            let dressed = layers::dress(&here, package, options)?;
            let wish = (package, &dressed);
            let snapshot = install_one(&mut transaction, &here, wish, (options, &mut done)).await?;
            here.context.snapshot = snapshot;
            here.expected = None;
            let (manifest, signer) = (package.manifest.clone(), options.signer(package));
            let kept = (!package.parts.is_empty()).then(|| package.clone());
            let Dressed { arrangement, edition, told } = dressed;
            done.applied.layers.extend(told);
            let one = Installed { manifest, installed_at: context.now, signer, kept, edition };
            here.installed.insert(package.manifest.name.clone(), one);
            tried.extend(newly(&arrangement));
        }
        let Done { mut applied, rehearsals } = done;
        applied.passed_over = notes(&here.installed, packages);
        applied.passed_over.extend(passed.iter().flat_map(passed::Passed::notes));
        if options.dry_run {
            sqlx::raw_sql(foresee::LOOKED).execute(&mut *transaction).await?;
            applied.tried = Some(tried::run(&mut transaction, context.tenant(), &rehearsals).await?);
            trials::run(&mut transaction, &here.context, &tried).await?;
        } else {
            passed::keep(&mut transaction, context, (&here.installed, &passed)).await?;
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
        let arrangement = company(&installed).leaving(name);
        let terms = Terms { take: &[], archive: &|_| false };
        let next = |old: &Definitions| arrangement.lay(old, terms).map_err(Error::Unprocessable);
        // Others may give more where they stand alone.
        let along = arrangement.laid.iter().map(|laid| laid.name().to_owned()).collect();
        let wish = &Apply { along, ..wish.clone() };
        let (mut applied, snapshot) = apply::attempt(&mut transaction, context, wish, &next).await?;
        applied.parts = moved(&arrangement.laid);
        if !wish.dry_run {
            put_removed(&mut transaction, context, name).await?;
            layers::undress(&mut transaction, context, &arrangement).await?;
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
    /// What was there before all of them.
    before: BTreeSet<String>,
    /// The revision that the first of them is to find.
    expected: Option<i64>,
    /// Whether what is wished for was there before: what else comes is brought along.
    upgrade: bool,
}

/// What packages did, or would do, and the steps that are to be tried.
struct Done {
    applied: Applied,
    rehearsals: Vec<Rehearsal>,
}

/// One package within the transaction; the snapshot after it. Of one that is only looked at no table is touched, so
/// that nobody waits for it; its records are not looked at either.
async fn install_one(
    connection: &mut PgConnection,
    here: &Here,
    (package, Dressed { arrangement, edition, .. }): (&Package, &Dressed),
    (options, Done { applied, rehearsals }): (&Install, &mut Done),
) -> Result<Arc<Snapshot>> {
    let Here { context, installed, .. } = here;
    let manifest = &package.manifest;
    let versions = installed.iter().map(|(name, one)| (name.clone(), one.manifest.version.clone()));
    let missing = missing_requirements(manifest, &versions.collect());
    if !missing.is_empty() {
        return Err(Error::Unprocessable(missing));
    }
    if let Some(problem) = package.too_large_to_keep() {
        return Err(Error::Unprocessable(vec![problem]));
    }
    let before = installed.get(&manifest.name);
    pins::check(before, manifest, options)?;
    let wish = here.wish(arrangement, (manifest, options));
    let archive = |name: &str| options.allow_data_loss.covers(name);
    let terms = Terms { take: &options.take, archive: &archive };
    let next = |old: &Definitions| arrangement.lay(old, terms).map_err(Error::Unprocessable);
    let moved = moved(arrangement.laid.get(1..).unwrap_or_default());
    applied.parts.extend(moved.into_iter().filter(|one| here.before.contains(&one.package)));
    if options.dry_run {
        let mut planned = apply::plan(connection, context, &wish, &next).await?;
        foresee::foresee(connection, &mut planned).await?;
        rehearsals.push(Rehearsal::of(&planned));
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
    let samples =
        options.samples || before.is_some_and(|one| one.kept.as_ref().is_some_and(Package::has_samples));
    let (signer, source) = (options.signer(package), package.source(samples));
    let put = Put { manifest, signer, source, edition: edition.as_ref() };
    for (at, whole) in newly(arrangement).iter().enumerate() {
        let refs = records::load(connection, &here, whole, (options.samples, &anew)).await?;
        match at {
            0 => put_installed(connection, &here, &put, &refs).await?,
            _ => add_refs(connection, &here, &whole.manifest.name, &refs).await?,
        }
    }
    layers::undress(connection, &here, arrangement).await?;
    Ok(here.snapshot)
}

/// What comes: the package, and of those that stand behind it what is new.
fn newly(arrangement: &Arrangement) -> Vec<Package> {
    let mut laid = arrangement.laid.iter();
    let first = laid.next().map(|laid| laid.package.clone());
    first.into_iter().chain(laid.map(|laid| laid.newcomers())).collect()
}

/// Parts of packages that were there, which come or go.
fn moved(laid: &[Laid]) -> Vec<PartMoved> {
    let mut found = Vec::new();
    for laid in laid {
        for (names, comes) in [(&laid.came, true), (&laid.went, false)] {
            let one =
                |with: &String| PartMoved { package: laid.name().to_owned(), with: with.clone(), comes };
            found.extend(names.iter().map(one));
        }
    }
    found
}

/// What is to be known of parts that do not come: of what comes now, and of what it stands beside.
fn notes(installed: &BTreeMap<String, Installed>, packages: &[Package]) -> Vec<PassedOver> {
    let Company { versions, kept, .. } = company(installed);
    let new = |name: &String| packages.iter().any(|package| package.manifest.name == *name);
    let concerned = |one: &&Package| new(&one.manifest.name) || one.manifest.optional.keys().any(new);
    kept.values().filter(concerned).flat_map(|one| one.passed_over(&versions)).collect()
}

impl Here {
    /// How a package is put in.
    fn wish(&self, arrangement: &Arrangement, (manifest, options): (&Manifest, &Install)) -> Apply {
        let before = self.installed.get(&manifest.name);
        let known = |word: &&String| before.is_some_and(|before| before.manifest.capabilities.contains(word));
        let asked = manifest.capabilities.iter().filter(|word| !known(word));
        let along = arrangement.laid.iter().skip(1).map(|laid| laid.name().to_owned());
        Apply {
            package: Some(manifest.name.clone()),
            message: Some(format!("Install {} {}", manifest.label, manifest.version)),
            allow_data_loss: options.allow_data_loss.clone(),
            expected_revision: self.expected,
            asks: asked.map(|word| format!("capabilities.{word}")).collect(),
            approve: Some(options.approve.clone()),
            along: along.filter(|name| self.upgrade || self.before.contains(name)).collect(),
            brought_along: self.upgrade && before.is_none(),
            ..Apply::default()
        }
    }
}

pub(crate) async fn load_installed(
    connection: &mut PgConnection,
    context: &Context,
) -> Result<BTreeMap<String, Installed>> {
    let text = format!(
        "SELECT name, manifest, installed_at, signer, source, layer FROM {} WHERE removed_at IS NULL",
        table(&context.tenant().schema, "_packages")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await?;
    let mut installed = BTreeMap::new();
    for row in &rows {
        let manifest: Json = row.try_get("manifest")?;
        let Ok(manifest) = serde_json::from_value::<Manifest>(manifest) else { continue };
        let signer: Option<String> = row.try_get("signer")?;
        let signer = signer.and_then(|signer| signer.try_into().ok());
        let source: Option<Json> = row.try_get("source")?;
        let edition: Option<sqlx::types::Json<Edition>> = row.try_get("layer")?;
        let (kept, edition) = (kept(source), edition.map(|edition| edition.0));
        let one = Installed { manifest, installed_at: row.try_get("installed_at")?, signer, kept, edition };
        installed.insert(row.try_get("name")?, one);
    }
    Ok(installed)
}

/// The package of what was kept of it.
fn kept(source: Option<Json>) -> Option<Package> {
    let files: Files = serde_json::from_value(source?).ok()?;
    let bytes = files.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    let read = Package::from_files(bytes);
    if let Err(problems) = &read {
        tracing::error!(?problems, "what is kept of a package cannot be read: its parts do not come");
    }
    read.ok()
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
         source = nullif(t.value->'source', 'null'), layer = nullif(t.value->'layer', 'null'), \
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
    let rows = definitions.rows();
    let owners = |rows: &mut dyn Iterator<Item = &Row>| -> Vec<String> {
        rows.filter_map(|row| row.package.clone()).collect::<BTreeSet<String>>().into_iter().collect()
    };
    let standing = owners(&mut rows.iter().filter(|row| stands(row)));
    // One that brings nothing but parts of which none has come stays as it is.
    let text = format!(
        "UPDATE {} SET removed_at = CASE WHEN name = ANY($1) THEN NULL ELSE coalesce(removed_at, $2) END WHERE name = ANY($3)",
        table(&context.tenant().schema, "_packages")
    );
    let all = owners(&mut rows.iter());
    sqlx::query(AssertSqlSafe(text)).bind(standing).bind(context.now).bind(all).execute(connection).await?;
    Ok(())
}

/// Keeps what was installed before the newest revision with it, for a way back.
async fn keep_installed(connection: &mut PgConnection, context: &Context) -> Result<()> {
    let schema = &context.tenant().schema;
    let text = format!(
        "UPDATE {} r SET packages = (SELECT coalesce(jsonb_object_agg(p.name, jsonb_build_object('version', p.version, \
         'manifest', p.manifest, 'signer', p.signer, 'source', p.source, 'layer', p.layer)), '{{}}') FROM {} p) FROM {} s WHERE r.number = s.revision AND r.packages IS NULL",
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

/// A package as it is noted.
pub(crate) struct Put<'p> {
    pub manifest: &'p Manifest,
    pub signer: Option<Hex>,
    /// What is kept of it, so that a part can come later.
    pub source: Option<Files>,
    /// What lies over it.
    pub edition: Option<&'p Edition>,
}

pub(crate) async fn put_installed(
    connection: &mut PgConnection,
    context: &Context,
    Put { manifest, signer, source, edition }: &Put<'_>,
    refs: &BTreeMap<String, Uuid>,
) -> Result<()> {
    keep_installed(connection, context).await?;
    let text = format!(
        "INSERT INTO {} AS p (name, version, installed_at, manifest, refs, signer, source, layer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (name) DO UPDATE SET version = excluded.version, manifest = excluded.manifest, signer = excluded.signer, source = excluded.source, layer = excluded.layer, \
         refs = p.refs || excluded.refs, removed_at = NULL, installed_at = excluded.installed_at",
        table(&context.tenant().schema, "_packages")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(&manifest.name)
        .bind(manifest.version.to_string())
        .bind(context.now)
        .bind(serde_json::to_value(manifest).unwrap_or_default())
        .bind(json!(refs))
        .bind(signer.clone().map(String::from))
        .bind(source.as_ref().map(|source| json!(source)))
        .bind(edition.map(sqlx::types::Json))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes what more a package has loaded.
async fn add_refs(
    connection: &mut PgConnection,
    context: &Context,
    name: &str,
    refs: &BTreeMap<String, Uuid>,
) -> Result<()> {
    let packages = table(&context.tenant().schema, "_packages");
    let text = format!("UPDATE {packages} SET refs = refs || $2 WHERE name = $1");
    sqlx::query(AssertSqlSafe(text)).bind(name).bind(json!(refs)).execute(connection).await?;
    Ok(())
}
