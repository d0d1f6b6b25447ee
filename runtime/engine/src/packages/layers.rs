//! What the reseller of a tenant makes of packages. An install lays it over the package before anything else looks at it;
//! a new edition of it is laid beneath what the tenant made, as an upgrade to the same version would be. A layer holds whole
//! or not at all. Whose layer it is, and which tenants get it, is not this room's business.

use std::collections::BTreeMap;

use metadata::files::Files;
use metadata::layers::ResellerLayer;
use metadata::package::{Arrangement, Package, Terms};
use metadata::{Catalog, Definitions, Problem};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{Here, Install, Installed, company, keep_installed, kept, load_installed};
use crate::Engine;
use crate::apply::{self, AllowLoss, Applied, Apply, patiently};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::write::sql::table;

/// One state of a reseller's layer over a package.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edition {
    /// Nothing where files brought it.
    pub id: Option<Uuid>,
    pub layer: ResellerLayer,
}

/// Editions by the name of their package.
pub type Editions = BTreeMap<String, Edition>;

/// How a layer went with the version of a package that was installed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layered {
    pub package: String,
    /// Whether it holds; else the package is as it comes.
    pub fits: bool,
    /// Whether the edition that was there holds on in its place.
    pub kept: bool,
    pub problems: Vec<Problem>,
}

/// A package as it is to be laid, with the layer over it that fits.
pub(super) struct Dressed {
    pub arrangement: Arrangement,
    pub edition: Option<Edition>,
    pub told: Option<Layered>,
}

impl Edition {
    /// Whether both are one state.
    pub fn is(&self, other: &Self) -> bool {
        if self.id.is_some() { self.id == other.id } else { self == other }
    }
}

impl Install {
    /// What is to lie over a package: what the reseller says now; without one, what has lain there before.
    fn edition(&self, name: &str, before: Option<&Installed>) -> Option<Edition> {
        match &self.layers {
            Some(layers) => layers.get(name).cloned(),
            None => before.and_then(|one| one.edition.clone()),
        }
    }
}

/// The arrangement of a package that comes, with its layer. Where that does not fit, the edition that is there holds on as
/// long as it does. Else it is left out and told where the package is new; and where not, that is refused, so that nobody's
/// looks change by an upgrade, unless it is wished for.
pub(super) fn dress(here: &Here, package: &Package, options: &Install) -> Result<Dressed> {
    let (name, snapshot) = (&package.manifest.name, &here.context.snapshot);
    let before = here.installed.get(name);
    let mut others = company(&here.installed);
    others.layers.remove(name);
    let with = |edition: Option<&Edition>| {
        let mut company = others.clone();
        company.layers.extend(edition.map(|edition| (name.clone(), edition.layer.clone())));
        company.arriving(package)
    };
    let edition = options.edition(name, before);
    let (alone, arrangement) = (with(None), with(edition.as_ref()));
    if others.layers.is_empty() && edition.is_none() {
        return Ok(Dressed { arrangement, edition: None, told: None });
    }
    let told = |(fits, kept): (bool, bool), problems| {
        edition.is_some().then(|| Layered { package: name.clone(), fits, kept, problems })
    };
    let problems = misfits(snapshot, &arrangement);
    if problems.is_empty() {
        return Ok(Dressed { arrangement, told: told((true, false), problems), edition });
    }
    // What does not go without the layer either is not its fault.
    if arrangement.misfits().is_empty() && (edition.is_none() || !misfits(snapshot, &alone).is_empty()) {
        return Ok(Dressed { arrangement, edition, told: None });
    }
    let former = before.and_then(|one| one.edition.as_ref()).filter(|_| !options.without_layer);
    let former = former.cloned();
    let other = former.filter(|former| edition.as_ref().is_some_and(|edition| !edition.is(former)));
    if let Some(former) = other {
        let arrangement = with(Some(&former));
        if misfits(snapshot, &arrangement).is_empty() {
            return Ok(Dressed { arrangement, told: told((false, true), problems), edition: Some(former) });
        }
    }
    let beside = alone.laid.iter().any(|laid| !laid.misfits.is_empty());
    if (beside || before.is_some_and(|one| one.edition.is_some())) && !options.without_layer {
        let hint = "whoever sells this workspace sets it right, or say `without_layer` (`--without-layer`)";
        let at = |problem: Problem| problem.under("layer").hint(hint);
        return Err(Error::Conflict(problems.into_iter().map(at).collect()));
    }
    Ok(Dressed { told: told((false, false), problems), arrangement: alone, edition: None })
}

/// Notes that layers hold no more which do not fit beside what came or went.
pub(super) async fn undress(
    connection: &mut PgConnection,
    context: &Context,
    arrangement: &Arrangement,
) -> Result<()> {
    for laid in arrangement.laid.iter().filter(|laid| !laid.misfits.is_empty()) {
        put(connection, context, (laid.name(), None)).await?;
    }
    Ok(())
}

/// Why layers do not fit what is laid: what they speak of is not there, or what they make of it is not sound.
fn misfits(snapshot: &Snapshot, arrangement: &Arrangement) -> Vec<Problem> {
    let found = arrangement.misfits();
    if !found.is_empty() {
        return found;
    }
    let terms = Terms { take: &[], archive: &|_| false };
    let (mut next, _) = match arrangement.lay(&snapshot.definitions, terms) {
        Ok(laid) => laid,
        Err(problems) => return problems,
    };
    next.settle_withdrawn();
    Catalog::resolve_after(&next, Some(&snapshot.catalog)).err().unwrap_or_default()
}

impl Engine {
    /// Lays another edition over an installed package, or none: beneath what the tenant made, all or nothing. The package
    /// stays as it is otherwise.
    ///
    /// # Errors
    /// `Unprocessable` where it does not fit here.
    pub async fn lay_over(
        &self,
        context: &Context,
        (name, edition): (&str, Option<&Edition>),
        dry_run: bool,
    ) -> Result<Applied> {
        apply::require_permission(context)?;
        patiently(|| self.try_lay_over(context, (name, edition), dry_run)).await
    }

    async fn try_lay_over(
        &self,
        context: &Context,
        (name, edition): (&str, Option<&Edition>),
        dry_run: bool,
    ) -> Result<Applied> {
        let mut transaction = self.pool().begin().await?;
        if !dry_run {
            apply::lock(&mut transaction, context.tenant()).await?;
        }
        let installed = load_installed(&mut transaction, context).await?;
        let one = installed.get(name).ok_or(Error::NotFound)?;
        let mut company = company(&installed);
        company.layers.remove(name);
        company.layers.extend(edition.map(|edition| (name.to_owned(), edition.layer.clone())));
        let wish = Apply {
            package: Some(name.to_owned()),
            message: Some(format!("What the reseller makes of {}", one.manifest.label)),
            dry_run,
            // A reseller is told what differs, and none of the steps.
            leave_untried: true,
            // Nobody is there who could agree to more rights.
            approve: Some(AllowLoss::None),
            ..Apply::default()
        };
        let next = |old: &Definitions| {
            let package = as_it_comes(one, old).ok_or(Error::NotFound)?;
            let arrangement = company.arriving(&package);
            let problems = arrangement.misfits();
            if !problems.is_empty() {
                return Err(Error::Unprocessable(problems));
            }
            let terms = Terms { take: &[], archive: &|_| false };
            arrangement.lay(old, terms).map_err(Error::Unprocessable)
        };
        let (applied, snapshot) = apply::attempt(&mut transaction, context, &wish, &next).await?;
        if !dry_run {
            keep_installed(&mut transaction, context).await?;
            put(&mut transaction, context, (name, edition)).await?;
        }
        let snapshot = snapshot.unwrap_or_else(|| context.snapshot.clone());
        self.finish(transaction, snapshot, dry_run).await?;
        Ok(applied)
    }
}

/// What the installed version of a package says, without any layer: as it is kept where it has parts, else as its
/// components tell it. So nobody has to be asked for it, whatever registries have by now.
fn as_it_comes(one: &Installed, definitions: &Definitions) -> Option<Package> {
    if let Some(kept) = &one.kept {
        return Some(kept.clone());
    }
    let mut files: Files = definitions.package_files(&one.manifest.name);
    files.insert("manifest.json".to_owned(), json!(one.manifest));
    kept(Some(json!(files)))
}

/// Notes what lies over a package.
pub(super) async fn put(
    connection: &mut PgConnection,
    context: &Context,
    (name, edition): (&str, Option<&Edition>),
) -> Result<()> {
    let text =
        format!("UPDATE {} SET layer = $2 WHERE name = $1", table(&context.tenant().schema, "_packages"));
    sqlx::query(AssertSqlSafe(text)).bind(name).bind(edition.map(Json)).execute(connection).await?;
    Ok(())
}
