//! What a reseller makes of packages for all of its tenants: said once, laid beneath what each tenant makes of them. New
//! tenants, installs and upgrades take it along; to those that are there it comes by a job for each reseller, one tenant at
//! a time, so that nobody waits for the many tenants of another.
//!
//! Of what a tenant has made itself a reseller learns where it stands in the way, and no more.

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use engine::packages::layers::{Edition, Editions};
use jobs::Job;
use metadata::Problem;
use metadata::layers::{Merged, ResellerLayer};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sqlx::PgTransaction;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event, note};
use crate::queue::QUEUE;
use crate::{Tenants, store};

/// How kinds of these jobs begin; whose they are stands behind it, so that resellers do not wait for each other.
const KIND: &str = "layer/";
/// When tenants are tried again that could not be reached, and how often.
const AGAIN: TimeDelta = TimeDelta::minutes(2);
const ROUNDS: u64 = 10;

/// A layer as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedLayer {
    pub package: String,
    pub edition: Uuid,
    pub layer: ResellerLayer,
    pub changed_at: DateTime<Utc>,
}

/// What became of an edition in one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Fate {
    pub tenant: Uuid,
    pub slug: String,
    /// `applied`, `refused`, or `waiting` as long as it has not come there.
    pub state: String,
    pub report: Report,
    pub at: Option<DateTime<Utc>>,
}

/// What there is to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Of the package there.
    pub version: Option<String>,
    /// Where the tenant says something else, which holds.
    pub conflicts: Vec<Conflict>,
    /// Why it does not fit.
    pub problems: Vec<Json>,
}

/// A property on which tenant and layer differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    pub path: String,
    pub class: Json,
    pub outcome: Json,
}

/// How far a job is.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    /// The slug of the tenant that had its turn last.
    after: String,
    /// How many could not be reached in this round.
    failed: u64,
    rounds: u64,
    /// Whoever is at it.
    lease: Option<Uuid>,
}

impl Tenants {
    /// What a reseller has said, by package.
    pub async fn list_layers(&self, reseller: Uuid) -> Result<Vec<SavedLayer>> {
        Ok(store::layers::load_of(self.pool(), reseller).await?)
    }

    /// What a reseller has said of one package.
    pub async fn find_layer(&self, reseller: Uuid, package: &str) -> Result<Option<SavedLayer>> {
        Ok(store::layers::load(self.pool(), reseller, package).await?)
    }

    /// What lies over packages of a tenant by the word of its reseller; nothing where nobody sells it.
    pub async fn layers_for(&self, tenant: &Tenant) -> Result<Option<Editions>> {
        let row = store::load_by_id(self.pool(), tenant.id).await?;
        let Some(reseller) = row.and_then(|row| row.reseller_id) else { return Ok(None) };
        let saved = self.list_layers(reseller).await?;
        Ok(Some(saved.into_iter().map(|one| (one.package.clone(), one.edition())).collect()))
    }

    /// Says all of what a package is to look like; whether it fits is for the caller to have looked at. It is on its way to
    /// all tenants then. The same once more changes nothing.
    pub async fn put_layer(
        &self,
        reseller: Uuid,
        (package, layer): (&str, &ResellerLayer),
    ) -> Result<SavedLayer> {
        let mut held = self.pool().begin().await?;
        store::resellers::lock(&mut held, reseller).await?;
        let before = store::layers::load(&mut *held, reseller, package).await?;
        if let Some(same) = before.filter(|before| before.layer == *layer) {
            return Ok(same);
        }
        let (package, layer) = (package.to_owned(), layer.clone());
        let saved = SavedLayer { package, layer, edition: Uuid::now_v7(), changed_at: Utc::now() };
        store::layers::put(&mut held, reseller, &saved).await?;
        let told = json!({ "package": saved.package, "edition": saved.edition });
        note(&mut held, Some(reseller), (By::Reseller, "layer_changed", &told)).await?;
        ask(&mut held, reseller, &saved.package).await?;
        held.commit().await?;
        Ok(saved)
    }

    /// Takes all of it back; answers whether there was any.
    pub async fn delete_layer(&self, reseller: Uuid, package: &str) -> Result<bool> {
        let mut held = self.pool().begin().await?;
        store::resellers::lock(&mut held, reseller).await?;
        let was_there = store::layers::delete(&mut held, reseller, package).await?;
        if was_there {
            let told = json!({ "package": package });
            note(&mut held, Some(reseller), (By::Reseller, "layer_removed", &told)).await?;
            ask(&mut held, reseller, package).await?;
        }
        held.commit().await?;
        Ok(was_there)
    }

    /// How far it has come: the reseller's tenants with the package by slug, after `after`.
    pub async fn list_fates(
        &self,
        (reseller, package): (Uuid, &str),
        (after, limit): (&str, u32),
    ) -> Result<Vec<Fate>> {
        Ok(store::layers::list_fates(self.pool(), (reseller, package), (after, i64::from(limit))).await?)
    }

    /// The same as how many are applied, refused and waiting.
    pub async fn count_fates(&self, reseller: Uuid, package: &str) -> Result<[i64; 3]> {
        Ok(store::layers::count_fates(self.pool(), reseller, package).await?)
    }

    /// What an edition would come to in a tenant, without anything done to it.
    pub async fn try_layer(
        &self,
        tenant: &Tenant,
        (package, layer): (&str, &ResellerLayer),
    ) -> Result<Report> {
        let edition = Edition { id: None, layer: layer.clone() };
        let laid = self.lay_over(tenant, (package, Some(&edition)), true).await?;
        Ok(laid.map(|(_, report)| report).unwrap_or_default())
    }

    /// Notes which editions a tenant has after its packages changed, and asks for those that it should have: somebody may
    /// have said another one just then.
    pub async fn settle_layers(&self, tenant: &Tenant) -> Result<()> {
        let row = store::load_by_id(self.pool(), tenant.id).await?;
        let Some(reseller) = row.and_then(|row| row.reseller_id) else { return Ok(()) };
        let said = store::layers::load_editions(self.pool(), reseller).await?;
        let known = store::layers::editions_of(self.pool(), tenant.id).await?;
        let context = self.engine().system_context(tenant, "reseller").await?;
        let installed = self.engine().installed_packages(&context).await?;
        let mut held = self.pool().begin().await?;
        for (name, one) in &installed {
            let wanted = said.get(name).copied();
            let here = one.edition.as_ref().and_then(|edition| edition.id);
            // What had its turn there is not tried again: the tenant may have gone back on purpose.
            let is_here = one.edition.is_some() == wanted.is_some() && here == wanted;
            let is_known = known
                .get(name)
                .is_some_and(|(had, outcome)| *had == wanted && (outcome == "applied") == is_here);
            if is_known {
                continue;
            }
            let version = Some(one.manifest.version.to_string());
            let was_here = known.get(name).is_some_and(|(had, _)| *had == wanted);
            if is_here {
                let report = Report { version, ..Report::default() };
                note_fate(&mut held, tenant, (name, wanted), Some(("applied", report))).await?;
            } else if was_here {
                let report = Report { version, problems: vec![json!(elsewhere())], ..Report::default() };
                note_fate(&mut held, tenant, (name, wanted), Some(("refused", report))).await?;
            } else {
                ask(&mut held, reseller, name).await?;
            }
        }
        for name in known.keys().filter(|name| !installed.contains_key(*name)) {
            store::layers::delete_fate(&mut held, tenant.id, name).await?;
        }
        Ok(held.commit().await?)
    }

    /// Brings a layer to the tenant whose turn it is; answers whether there was one. Any number of nodes may try.
    pub async fn roll_out_next(&self) -> Result<bool> {
        let mut held = self.hold().await?;
        let claimed = jobs::claim_of(&mut held, QUEUE, (KIND, &[]), Utc::now()).await?;
        let Some(job) = claimed else { return Ok(false) };
        let reseller = job.kind.strip_prefix(KIND).and_then(|word| Uuid::parse_str(word).ok());
        let reseller = reseller.unwrap_or_default();
        let progress: Progress = serde_json::from_value(job.progress.clone()).unwrap_or_default();
        let saved = self.find_layer(reseller, &job.subject).await?;
        let wanted = saved.as_ref().map(|saved| saved.edition);
        let about = (reseller, job.subject.as_str(), wanted);
        let Some(tenant) = store::layers::find_next(self.pool(), about, &progress.after).await? else {
            self.end_round(held, (&job, progress)).await?;
            return Ok(true);
        };
        // A tenant may take its time, and whoever asks anew meanwhile does not wait for it.
        let leased = json!(Progress { lease: Some(Uuid::now_v7()), ..progress.clone() });
        jobs::rest(&mut held, QUEUE, (&job, &leased), Utc::now() + AGAIN).await?;
        held.commit().await?;
        let edition = saved.map(|saved| saved.edition());
        let laid = self.lay_over(&tenant, (&job.subject, edition.as_ref()), false).await;
        let mut held = self.pool().begin().await?;
        let failed = progress.failed + u64::from(laid.is_err());
        match laid {
            Ok(laid) => note_fate(&mut held, &tenant, (&job.subject, wanted), laid).await?,
            Err(error) => {
                tracing::warn!(tenant = tenant.slug, %error, "a reseller's layer could not be laid yet");
            }
        }
        let progress = json!(Progress { after: tenant.slug, failed, ..progress });
        // Behind the others: each reseller has one tenant after the other. Who has asked anew begins with the first.
        jobs::rest_leased(&mut held, QUEUE, (&job, &leased, &progress), Utc::now()).await?;
        held.commit().await?;
        Ok(true)
    }

    /// Everybody had their turn; who could not be reached has another one.
    async fn end_round(&self, mut held: PgTransaction<'_>, (job, progress): (&Job, Progress)) -> Result<()> {
        if progress.failed > 0 && progress.rounds < ROUNDS {
            let again = json!(Progress { rounds: progress.rounds + 1, ..Progress::default() });
            jobs::rest(&mut held, QUEUE, (job, &again), Utc::now() + AGAIN).await?;
        } else if progress.failed > 0 {
            let error = "tenants could not be reached";
            jobs::give_up(&mut held, QUEUE, (job, &json!(progress), error), Utc::now()).await?;
        } else {
            jobs::finish(&mut held, QUEUE, job).await?;
        }
        Ok(held.commit().await?)
    }

    /// What came of it in one tenant; nothing where the package is not there.
    async fn lay_over(
        &self,
        tenant: &Tenant,
        (package, edition): (&str, Option<&Edition>),
        dry_run: bool,
    ) -> Result<Option<(&'static str, Report)>> {
        let context = self.engine().system_context(tenant, "reseller").await?;
        let installed = self.engine().installed_packages(&context).await?;
        let Some(one) = installed.get(package) else { return Ok(None) };
        let mut report = Report { version: Some(one.manifest.version.to_string()), ..Report::default() };
        if one.edition.as_ref() == edition {
            return Ok(Some(("applied", report)));
        }
        match self.engine().lay_over(&context, (package, edition), dry_run).await {
            Ok(applied) => {
                report.conflicts = applied.merges.iter().map(Conflict::from).collect();
                Ok(Some(("applied", report)))
            }
            Err(engine::Error::Unprocessable(problems) | engine::Error::Conflict(problems)) => {
                report.problems = told(edition, problems);
                Ok(Some(("refused", report)))
            }
            Err(engine::Error::NotFound) => Ok(None),
            // It would be the same again.
            Err(engine::Error::DataLoss(_) | engine::Error::Consent(_)) => {
                report.problems = vec![json!(elsewhere())];
                Ok(Some(("refused", report)))
            }
            Err(error) => Err(Error::from(error)),
        }
    }
}

impl SavedLayer {
    /// As it is laid over a package.
    pub fn edition(&self) -> Edition {
        Edition { id: Some(self.edition), layer: self.layer.clone() }
    }
}

impl From<&Merged> for Conflict {
    /// Without what the tenant says, which is nobody else's business.
    fn from(merged: &Merged) -> Self {
        Self { path: merged.path.clone(), class: json!(merged.class), outcome: json!(merged.outcome) }
    }
}

/// Problems at what the layer itself speaks of; of anything else a tenant has made a reseller is told that it is there.
fn told(edition: Option<&Edition>, problems: Vec<Problem>) -> Vec<Json> {
    let speaks = |problem: &Problem| edition.is_some_and(|edition| edition.layer.speaks_of(&problem.path));
    let (mut told, others): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(speaks);
    if !others.is_empty() {
        told.push(elsewhere());
    }
    told.iter().map(|problem| json!(problem)).collect()
}

fn elsewhere() -> Problem {
    Problem::new("", "tenant", "it does not go with what the tenant has made itself")
}

/// Leaves it to be brought to all tenants of a reseller, from the first on.
async fn ask(held: &mut sqlx::PgConnection, reseller: Uuid, package: &str) -> Result<()> {
    let (kind, subject) = (format!("{KIND}{reseller}"), [package.to_owned()]);
    Ok(jobs::enqueue(held, QUEUE, (&kind, &subject), Utc::now()).await?)
}

async fn note_fate(
    held: &mut sqlx::PgConnection,
    tenant: &Tenant,
    (package, edition): (&str, Option<Uuid>),
    laid: Option<(&str, Report)>,
) -> Result<()> {
    let Some((outcome, report)) = laid else {
        return Ok(store::layers::delete_fate(held, tenant.id, package).await?);
    };
    store::layers::put_fate(held, (tenant.id, package), (edition, outcome, &report)).await?;
    if outcome == "refused" {
        let told = json!({ "package": package, "edition": edition });
        Event::new(tenant.id, By::Trellis, "layer_refused").with(told).put(held).await?;
    }
    Ok(())
}
