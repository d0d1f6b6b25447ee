//! Sandboxes: a tenant copied into a new one, as a job. The copy is an archive that is written and read again, so there is
//! one way in which tenants move; what it may be is the archive's business (`engine::archive::Cut`).
//!
//! It is asked for in one transaction with its job. Whatever node takes the job makes the copy beside everybody; killed
//! anywhere, it leaves what `founding` clears away, and is made anew. A sandbox is quiet: it sends no mails, and nothing
//! happens in it by time alone, until that is switched on.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use engine::archive::{Cut, Selection};
use engine::audit::{Deed, Event as Noted, record};
use jobs::{Job, Patience};
use serde_json::{Value as Json, json};
use sqlx::PgTransaction;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::founding::{Founding, Sandbox};
use crate::queue::QUEUE;
use crate::tenants::{Listed, Status, check_name};
use crate::usage::Over;
use crate::{Feature, Slug, Tenants, store};

/// How kinds of these jobs begin; whose they are stands behind it, so that resellers do not wait for each other.
pub(crate) const KIND: &str = "clone/";
const PATIENCE: Patience = Patience { first: 10, longest: 300, most: Some(5) };
/// How long one that has failed may be tried again.
const KEPT: TimeDelta = TimeDelta::days(7);
/// Longest reason that is kept, in characters.
const LONGEST: usize = 500;

/// A copy that is wished for.
#[derive(Clone, Debug)]
pub struct CloneWish {
    pub slug: Slug,
    /// Name for people; that of the tenant with a word behind it when not said.
    pub name: Option<String>,
    pub cut: Cut,
    pub mask_emails: bool,
    /// Who may sign in to it, as whoever makes the copy reads it; `unmasked` lists addresses that stay as they are.
    pub people: Json,
    /// Who of the tenant asks, if it is one of its people.
    pub user: Option<Uuid>,
}

/// One copy, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct CloneJob {
    pub id: Uuid,
    pub source: Uuid,
    pub source_slug: String,
    pub reseller: Option<Uuid>,
    /// The tenant that is made.
    pub tenant: Uuid,
    pub slug: String,
    pub name: String,
    /// `reseller`, `operator` or `tenant`.
    pub asked_by: String,
    pub user: Option<Uuid>,
    /// `metadata`, `sample` or `full`.
    pub scope: String,
    pub records: Option<u32>,
    pub mask_emails: bool,
    /// Who may sign in to it; not this room's to read but for `unmasked`.
    pub people: Json,
    /// `queued`, `running`, `done` or `failed`.
    pub status: String,
    /// `reading`, `writing` or `checking` while it runs.
    pub step: Option<String>,
    pub rows: Option<i64>,
    pub error: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    /// How the tenant that was made is now; nothing before it is there and when it is there no more.
    pub made: Option<Status>,
}

/// The word for what is copied.
pub fn scope(cut: Cut) -> &'static str {
    match cut {
        Cut::Whole => "full",
        Cut::Metadata => "metadata",
        Cut::Sample(_) => "sample",
    }
}

/// What such a word means; a sample has so many records of each object.
pub fn cut(scope: &str, records: u32) -> Option<Cut> {
    match scope {
        "full" => Some(Cut::Whole),
        "metadata" => Some(Cut::Metadata),
        "sample" => Some(Cut::Sample(records)),
        _ => None,
    }
}

impl CloneJob {
    pub fn is_finished(&self) -> bool {
        self.status == "done" || self.status == "failed"
    }

    fn selection(&self) -> Selection {
        let cut = cut(&self.scope, self.records.unwrap_or_default()).unwrap_or(Cut::Metadata);
        let unmasked = self.people["unmasked"].as_array().into_iter().flatten();
        let unmasked = unmasked.filter_map(Json::as_str).map(str::to_lowercase).collect();
        Selection { cut, mask_emails: self.mask_emails, unmasked }
    }

    fn kind(&self) -> String {
        self.reseller.map_or_else(|| KIND.to_owned(), |reseller| format!("{KIND}{reseller}"))
    }
}

impl Tenants {
    /// Asks for a copy of a tenant; answers it as it waits.
    pub async fn ask_clone(&self, source: &Listed, wish: CloneWish, by: By) -> Result<CloneJob> {
        if source.sandbox.is_some() {
            let text = "a sandbox is not copied: copy the tenant that it is a copy of";
            return Err(Error::Invalid(vec![metadata::Problem::new("", "sandbox", text)]));
        }
        self.require_feature(&source.tenant, Feature::Sandboxes).await?;
        self.require_job(&source.tenant).await?;
        let name = wish.name.unwrap_or_else(|| format!("{} (sandbox)", source.name));
        check_name(&name)?;
        let clone = CloneJob {
            id: Uuid::now_v7(),
            source: source.tenant.id,
            source_slug: source.tenant.slug.clone(),
            reseller: source.reseller,
            tenant: Uuid::now_v7(),
            slug: wish.slug.as_str().to_owned(),
            name,
            asked_by: by.word().to_owned(),
            user: wish.user,
            scope: scope(wish.cut).to_owned(),
            records: if let Cut::Sample(records) = wish.cut { Some(records) } else { None },
            mask_emails: wish.mask_emails,
            people: wish.people,
            status: "queued".into(),
            step: None,
            rows: None,
            error: None,
            asked_at: Utc::now(),
            finished_at: None,
            made: None,
        };
        let limit = self.sandbox_limit(source).await?;
        let mut held = self.pool().begin().await?;
        // Two wishes for copies of one tenant are counted one after the other. Whoever is first needs no other connection:
        // those who wait may have them all.
        store::lock_row(&mut held, source.tenant.id).await?.ok_or(Error::NotFound)?;
        if let Some(limit) = limit
            && store::clones::count(&mut held, source.tenant.id).await?.cast_unsigned() >= limit
        {
            return Err(Error::Over(Over::Sandboxes(limit)));
        }
        let is_free = store::load_by_slug(&mut *held, &clone.slug).await?.is_none();
        if !is_free || !store::clones::insert(&mut held, &clone).await? {
            return Err(Error::Taken(wish.slug));
        }
        let subject = [clone.id.to_string()];
        jobs::enqueue(&mut held, QUEUE, (&clone.kind(), &subject), clone.asked_at).await?;
        let told = json!({ "slug": clone.slug, "scope": clone.scope });
        Event::new(clone.source, by, "clone_asked").with(told).put(&mut held).await?;
        held.commit().await?;
        Ok(clone)
    }

    /// The most copies that the plan allows.
    async fn sandbox_limit(&self, source: &Listed) -> Result<Option<u64>> {
        match &source.plan {
            Some(plan) => Ok(self.find_plan(plan).await?.limits.sandboxes),
            None => Ok(None),
        }
    }

    /// One copy with this id.
    pub async fn find_clone(&self, id: Uuid) -> Result<Option<CloneJob>> {
        Ok(store::clones::load(self.pool(), id).await?)
    }

    /// The copies that a reseller has asked for, the newest first, before `before`.
    pub async fn list_clones(
        &self,
        reseller: Uuid,
        (before, limit): (Option<Uuid>, u32),
    ) -> Result<Vec<CloneJob>> {
        Ok(store::clones::load_of(self.pool(), reseller, (before, i64::from(limit))).await?)
    }

    /// The copies of one tenant, the newest first.
    pub async fn list_clones_of(&self, source: &Tenant, limit: u32) -> Result<Vec<CloneJob>> {
        Ok(store::clones::load_from(self.pool(), source.id, i64::from(limit)).await?)
    }

    /// Makes the copy that has waited longest and that nobody makes; answers whether there was one. Files stand in a folder
    /// of their own below `place` meanwhile. `people` gives those who may sign in what they need, before the copy is
    /// served.
    pub async fn clone_next<F, W, E>(&self, place: &Path, people: F) -> Result<bool>
    where
        F: FnOnce(Tenant, Tenant, Json) -> W,
        W: Future<Output = std::result::Result<(), E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let mut held = self.hold().await?;
        let claimed = jobs::claim_of(&mut held, QUEUE, (KIND, &[]), Utc::now()).await?;
        let Some(job) = claimed else { return Ok(false) };
        let id = Uuid::parse_str(&job.subject).unwrap_or_default();
        let Some(clone) = store::clones::load(self.pool(), id).await? else {
            jobs::finish(&mut held, QUEUE, &job).await?;
            held.commit().await?;
            return Ok(true);
        };
        let folder = place.join(id.to_string());
        let outcome = self.copy(&clone, &folder, people).await;
        // What cannot be removed now is, by whoever tries it again.
        let _ = std::fs::remove_dir_all(&folder);
        match outcome {
            Ok(()) => self.note_copied(held, (&job, &clone)).await?,
            Err(error) => note_failed(held, (&job, &clone), &error).await?,
        }
        Ok(true)
    }

    /// Removes what processes that were killed have left below `place`; what somebody is at stays.
    pub async fn clear_copies(&self, place: &Path) -> Result<()> {
        let Ok(folders) = std::fs::read_dir(place) else { return Ok(()) };
        for folder in folders.flatten() {
            let Some(id) = folder.file_name().to_str().and_then(|name| Uuid::parse_str(name).ok()) else {
                continue;
            };
            let mut held = self.pool().begin().await?;
            if store::clones::is_left_alone(&mut held, id).await?
                && let Err(error) = std::fs::remove_dir_all(folder.path())
            {
                tracing::warn!(folder = %folder.path().display(), %error, "what is left of a copy cannot be removed");
            }
        }
        Ok(())
    }

    /// Gives up what has failed for good and nobody has tried again for a week: what it knew of passwords goes.
    pub async fn forget_copies(&self, now: DateTime<Utc>) -> Result<()> {
        Ok(store::clones::forget_dead(self.pool(), now - KEPT).await?)
    }

    async fn copy<F, W, E>(&self, clone: &CloneJob, folder: &Path, people: F) -> Result<()>
    where
        F: FnOnce(Tenant, Tenant, Json) -> W,
        W: Future<Output = std::result::Result<(), E>>,
        E: std::error::Error + Send + Sync + 'static,
    {
        // Killed after the last step, before it was noted; it may be shut by now.
        if self.find_whole(clone.tenant).await?.is_some() {
            return Ok(());
        }
        let source = self.find_whole(clone.source).await?.ok_or(Error::NotFound)?;
        prepare(folder).map_err(engine::Error::from)?;
        store::clones::note_step(self.pool(), clone.id, ("reading", None)).await?;
        let selection = clone.selection();
        let manifest = self.engine().save_selection(&source.tenant, folder, &selection).await?;
        manifest.write(folder)?;
        let rows = manifest.rows.values().sum::<u64>().cast_signed();
        store::clones::note_step(self.pool(), clone.id, ("writing", Some(rows))).await?;
        let founding = Founding {
            id: clone.tenant,
            slug: Slug::parse(&clone.slug)?,
            name: clone.name.clone(),
            plan: source.plan.clone(),
            reseller: source.reseller,
            suspended: false,
            sandbox: Some(Sandbox { of: source.tenant.id, scope: scope(selection.cut).to_owned() }),
            once: None,
        };
        let from = source.tenant;
        let furnish = |tenant: Tenant| async {
            self.furnish((&from, &tenant), (clone, folder), selection.cut).await?;
            let settled = people(from.clone(), tenant, clone.people.clone()).await;
            settled.map_err(|error| Error::People(Box::new(error)))?;
            Ok::<_, Error>(json!({}))
        };
        self.found(&founding, furnish).await?;
        Ok(())
    }

    /// All that a copy has but who may sign in to it.
    async fn furnish(
        &self,
        (from, to): (&Tenant, &Tenant),
        (clone, folder): (&CloneJob, &Path),
        cut: Cut,
    ) -> Result<()> {
        let engine = self.engine();
        engine.load_archive(to, folder).await?;
        store::clones::note_step(self.pool(), clone.id, ("checking", None)).await?;
        if cut != Cut::Whole {
            engine.check_rollups(to, true).await?;
        }
        engine.hold_timed(to).await?;
        engine.ask_again(to).await?;
        let drift = engine.doctor(to).await?;
        if !drift.is_empty() {
            return Err(Error::Drift(drift));
        }
        self.put_branding(to, &self.branding(from).await?).await
    }

    /// Done, and told on both sides.
    async fn note_copied(&self, mut held: PgTransaction<'_>, (job, clone): (&Job, &CloneJob)) -> Result<()> {
        let now = Utc::now();
        let by = clone.user.unwrap_or(engine::SYSTEM_USER);
        let noted = |changes: Json| Noted::new(Deed::SettingsChanged, "tenant", now).by(by).with(changes);
        let tenant = |id, slug: &str| Tenant { id, slug: slug.to_owned(), schema: Tenant::schema_of(slug) };
        let copy = tenant(clone.tenant, &clone.slug);
        record(&mut held, &copy, &[noted(json!({ "sandbox_of": [null, clone.source_slug] }))]).await?;
        if self.find_whole(clone.source).await?.is_some() {
            let source = tenant(clone.source, &clone.source_slug);
            record(&mut held, &source, &[noted(json!({ "sandbox": [null, clone.slug] }))]).await?;
        } else {
            // It has gone meanwhile, and its copies with it.
            self.schedule_copies(&mut held, clone.source).await?;
        }
        let told = json!({ "slug": clone.slug, "tenant_id": clone.tenant, "scope": clone.scope });
        Event::new(clone.source, By::Trellis, "cloned").with(told).put(&mut held).await?;
        store::clones::finish(&mut *held, clone.id, ("done", None), now).await?;
        jobs::finish(&mut held, QUEUE, job).await?;
        Ok(held.commit().await?)
    }

    async fn find_whole(&self, id: Uuid) -> Result<Option<Listed>> {
        Ok(store::load_by_id(self.pool(), id).await?.map(Listed::from).filter(Listed::is_whole))
    }

    /// Whether a tenant sends nothing and does nothing by time.
    pub async fn is_quiet(&self, tenant: &Tenant) -> Result<bool> {
        Ok(store::load_by_id(self.pool(), tenant.id).await?.is_some_and(|row| row.quiet))
    }

    /// Lets a tenant send and do things by time, or not, in a transaction that holds its row. It holds for what comes next.
    pub(crate) async fn turn_quiet(
        &self,
        held: &mut PgTransaction<'_>,
        before: &Listed,
        (quiet, by): (bool, By),
    ) -> Result<()> {
        let tenant = &before.tenant;
        store::clones::update_quiet(&mut **held, tenant.id, quiet).await?;
        if quiet != before.quiet {
            let changed = json!({ "quiet": [before.quiet, quiet] });
            Event::new(tenant.id, by, "changed").with(changed.clone()).put(held).await?;
            let noted = Noted::new(Deed::SettingsChanged, "tenant", Utc::now()).with(changed);
            record(held, tenant, &[noted]).await?;
        }
        Ok(self.engine().turn_timed(held, tenant, quiet).await?)
    }
}

/// What no second try would change is told at once; else it is tried again, and dead after some tries.
async fn note_failed(
    mut held: PgTransaction<'_>,
    (job, clone): (&Job, &CloneJob),
    error: &Error,
) -> Result<()> {
    let (now, reason) = (Utc::now(), reason(error));
    tracing::warn!(source = clone.source_slug, slug = clone.slug, %error, "a copy of a tenant has failed");
    let is_final = matches!(error, Error::Taken(_) | Error::NotFound | Error::Slug(_) | Error::Drift(_));
    if is_final {
        jobs::finish(&mut held, QUEUE, job).await?;
    }
    if is_final || jobs::postpone(&mut held, QUEUE, (job, &reason), (now, PATIENCE)).await? {
        store::clones::finish(&mut *held, clone.id, ("failed", Some(&reason)), now).await?;
        if is_final {
            store::clones::forget_people(&mut held, clone.id).await?;
        }
    } else {
        store::clones::note_error(&mut *held, clone.id, &reason).await?;
    }
    Ok(held.commit().await?)
}

/// Why, for who asked: no text of the database.
fn reason(error: &Error) -> String {
    let text = match error {
        Error::NotFound => "the tenant is gone".to_owned(),
        Error::Drift(drift) => format!("the copy is not what its metadata says: {drift:?}"),
        Error::People(why) => format!("{error}: {why}"),
        Error::Engine(engine::Error::Unprocessable(problems)) => {
            problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("; ")
        }
        error => error.to_string(),
    };
    text.chars().take(LONGEST).collect()
}

/// An empty folder that only its owner may read.
fn prepare(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    // From the moment that it is there.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
