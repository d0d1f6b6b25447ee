//! Names of before: what a program that was written for an earlier revision says, and is answered in. The snapshot of
//! such a request is the tenant's own under the names of then, over the same tables, so everything that reads and
//! writes goes its usual way. What came since has its own name, unless that is a former one; what went is gone. Values
//! and kinds are those of now.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use metadata::definitions::{Former, Row};
use metadata::{Kind, Object, Problem};
use moka::sync::Cache;
use serde::Serialize;
use serde_json::{Value as Json, json};
use tokio::sync::{Mutex, Semaphore};

use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;

mod said;
mod store;

/// How long a former name is answered after the rename.
pub const SERVED: TimeDelta = TimeDelta::days(365);
/// Fields that all kept snapshots under former names have, a kilobyte or two each, and how long one is kept without being
/// asked for.
const MOST: u64 = 300_000;
const IDLE: std::time::Duration = std::time::Duration::from_secs(600);
/// Most versions that are remembered to have the names of now.
const MOST_SAME: u64 = 100_000;
/// Snapshots under former names that are made at once.
const AT_ONCE: usize = 2;
/// Longest version that is looked at.
const MAX_VERSION: usize = 40;
/// Most days that are remembered with their revisions.
const MOST_DAYS: u64 = 10_000;
/// What a problem of the version is about.
const VERSION: &str = "Trellis-Version";

/// The snapshot that one is made of, and the revision whose names it has.
type Key = (u64, i64);

static KEPT: LazyLock<Cache<Key, Arc<Snapshot>>> = LazyLock::new(|| {
    let cache = Cache::builder().max_capacity(MOST).time_to_idle(IDLE);
    cache.weigher(|_, kept: &Arc<Snapshot>| weight(kept)).build()
});
/// Revisions since which nothing got another name.
static SAME: LazyLock<Cache<Key, ()>> =
    LazyLock::new(|| Cache::builder().max_capacity(MOST_SAME).time_to_idle(IDLE).build());
/// Whose turn it is to make one.
static TURNS: LazyLock<Cache<Key, Arc<Mutex<()>>>> =
    LazyLock::new(|| Cache::builder().max_capacity(MOST_DAYS).time_to_idle(IDLE).build());
static MAKING: Semaphore = Semaphore::const_new(AT_ONCE);
/// Revisions that days come to.
static DAYS: LazyLock<Cache<(u64, String), i64>> =
    LazyLock::new(|| Cache::builder().max_capacity(MOST_DAYS).time_to_idle(IDLE).build());

/// The names that a snapshot goes by.
#[derive(Debug)]
pub struct Names {
    /// The revision that they are of.
    pub revision: i64,
    pub renamed: Vec<Renamed>,
}

/// A name that is another one now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// Its stable id.
    #[serde(skip)]
    pub id: String,
    /// Stable id of the object that it is, or is a field of.
    #[serde(skip)]
    pub object: String,
    /// `deal.amount`, or the plural of an object.
    pub old: String,
    pub new: String,
    /// When it was renamed.
    pub at: DateTime<Utc>,
    /// What requests say of it: the field's name and keys, or the plural.
    #[serde(skip)]
    pub words: Vec<String>,
    /// The object's singular names, then and now.
    #[serde(skip)]
    pub singular: Option<(String, String)>,
    #[serde(skip)]
    pub is_object: bool,
}

/// A version as it was asked for.
enum Asked {
    Revision(i64),
    /// What was so before this moment.
    Before(DateTime<Utc>),
}

fn parse(text: &str) -> Option<Asked> {
    if let Ok(number) = text.parse::<i64>() {
        return (number >= 0).then_some(Asked::Revision(number));
    }
    if let Ok(day) = text.parse::<NaiveDate>() {
        let next = day.checked_add_days(Days::new(1))?;
        return Some(Asked::Before(next.and_time(chrono::NaiveTime::MIN).and_utc()));
    }
    DateTime::parse_from_rfc3339(text).ok().map(|at| Asked::Before(at.with_timezone(&Utc)))
}

/// Whether a version can be asked for in these words.
pub fn is_version(text: &str) -> bool {
    text.len() <= MAX_VERSION && parse(text).is_some()
}

fn unknown(message: impl Into<String>) -> Error {
    let problem = Problem::new(VERSION, "unknown-version", message);
    Error::Invalid(vec![problem.hint("a revision (GET /metadata/v1/revisions) or a day such as 2026-11-22")])
}

impl Names {
    /// The singular name by which an object goes now.
    pub fn object<'n>(&'n self, then: &'n str) -> &'n str {
        let mut known = self.renamed.iter().filter_map(|one| one.singular.as_ref());
        known.find(|(old, _)| old.as_str() == then).map_or(then, |(_, new)| new.as_str())
    }
}

impl Engine {
    /// A snapshot under the names of an earlier version (a revision, a day or a moment), and its revision. Where nothing
    /// has another name since, it is the one that is there.
    ///
    /// # Errors
    /// A version that cannot be read, is not there yet, or is so old that its names are answered no more.
    pub async fn under_version(
        &self,
        snapshot: &Arc<Snapshot>,
        (version, now): (&str, DateTime<Utc>),
    ) -> Result<(Arc<Snapshot>, i64)> {
        let version = version.trim();
        let asked = if version.len() <= MAX_VERSION { parse(version) } else { None };
        let Some(asked) = asked else { return Err(unknown("this is no version")) };
        let mut snapshot = snapshot.clone();
        if matches!(asked, Asked::Revision(number) if number > snapshot.revision) {
            // Another node may know of it already.
            (snapshot, _) = self.fresh_snapshot(&snapshot.tenant.clone()).await?;
        }
        let number = self.number(&snapshot, (asked, version)).await?;
        if number > snapshot.revision {
            return Err(unknown(format!("there is no revision {number} yet")));
        }
        let found = self.find_former(&snapshot, number).await?;
        let over = found.former.iter().flat_map(|names| &names.renamed).any(|one| one.at + SERVED <= now);
        // Not which names those are: whoever asks may not know of them.
        if over { Err(unknown("this version is not answered any more")) } else { Ok((found, number)) }
    }

    /// The revision that is meant. Days are remembered; moments are as many as somebody likes.
    async fn number(&self, snapshot: &Snapshot, (asked, version): (Asked, &str)) -> Result<i64> {
        let at = match asked {
            Asked::Revision(number) => return Ok(number),
            Asked::Before(at) => at,
        };
        let key = (snapshot.serial, version.to_owned());
        let is_day = version.len() == "2026-11-22".len();
        if let Some(number) = DAYS.get(&key).filter(|_| is_day) {
            return Ok(number);
        }
        let mut connection = self.connection(&snapshot.tenant).await?;
        let number = store::revision_at(&mut connection, &snapshot.tenant, at).await?.min(snapshot.revision);
        if is_day {
            DAYS.insert(key, number);
        }
        Ok(number)
    }

    async fn find_former(&self, snapshot: &Arc<Snapshot>, number: i64) -> Result<Arc<Snapshot>> {
        let key = (snapshot.serial, number);
        if let Some(found) = known(key, snapshot) {
            return Ok(found);
        }
        // One at a time for each: whoever waits finds it made. Nobody waits for what another tenant's takes.
        let turn = TURNS.get_with(key, Arc::default);
        let _turn = turn.lock().await;
        if let Some(found) = known(key, snapshot) {
            return Ok(found);
        }
        let mut connection = self.connection(&snapshot.tenant).await?;
        let range = (number, snapshot.revision);
        let past = store::load_since(&mut connection, &snapshot.tenant, range).await?;
        drop(connection);
        let (former, renamed) = renames(snapshot, &past);
        if renamed.is_empty() {
            SAME.insert(key, ());
            return Ok(snapshot.clone());
        }
        // It takes a core for a moment. The semaphore is never closed.
        let _place = MAKING.acquire().await.map_err(|_| Error::Busy)?;
        let made = Arc::new(snapshot.under(&former, Arc::new(Names { revision: number, renamed }))?);
        KEPT.insert(key, made.clone());
        Ok(made)
    }

    /// Notes that former names were said by somebody.
    pub async fn note_former(
        &self,
        context: &Context,
        (names, key): (&[&Renamed], Option<uuid::Uuid>),
    ) -> Result<()> {
        let (Some(former), tenant) = (context.snapshot.former(), context.tenant()) else { return Ok(()) };
        let one = |name: &&Renamed| said::Key {
            tenant: tenant.id,
            old: name.old.clone(),
            new: name.new.clone(),
            actor: context.actor.user_id,
            key: key.unwrap_or_default(),
            version: former.revision,
        };
        let due = said::count(names.iter().map(one).collect(), &context.actor.name, context.now);
        if due.is_empty() {
            return Ok(());
        }
        store::add(&mut *self.connection(tenant).await?, tenant, due).await
    }

    /// Who has said which former name, and how often.
    pub async fn former_names(&self, context: &Context) -> Result<Json> {
        let tenant = context.tenant();
        let mut connection = self.connection(tenant).await?;
        store::add(&mut connection, tenant, said::take(tenant.id, context.now)).await?;
        let mut told: BTreeMap<(String, String), Vec<Json>> = BTreeMap::new();
        for one in store::list(&mut connection, tenant).await? {
            told.entry((one.old, one.new)).or_default().push(json!({
                "actor": { "id": one.actor, "name": one.actor_name }, "key": one.key, "version": one.version,
                "requests": one.requests, "first_at": one.first_at, "last_at": one.last_at,
            }));
        }
        let one = |((old, new), uses): ((String, String), Vec<Json>)| {
            let requests: i64 = uses.iter().filter_map(|one| one["requests"].as_i64()).sum();
            json!({ "old": old, "new": new, "requests": requests, "used_by": uses })
        };
        Ok(told.into_iter().map(one).collect())
    }
}

/// What is kept grows with the fields.
fn weight(snapshot: &Snapshot) -> u32 {
    let fields: usize = snapshot.catalog.objects.iter().map(|object| object.fields.len()).sum();
    u32::try_from(fields.max(1)).unwrap_or(u32::MAX)
}

/// What was found for a version before.
fn known(key: Key, snapshot: &Arc<Snapshot>) -> Option<Arc<Snapshot>> {
    SAME.get(&key).map(|()| snapshot.clone()).or_else(|| KEPT.get(&key))
}

/// The names that are others now, and since when, of what was there then and still is.
fn renames(snapshot: &Snapshot, past: &[store::Past]) -> (Former, Vec<Renamed>) {
    let (mut former, mut renamed) = (Former::default(), Vec::new());
    for object in snapshot.catalog.objects.iter().filter(|object| !object.system) {
        let was = past.iter().find(|one| one.row.id == object.id && is_live(&one.row));
        let plural = was.and_then(|was| was.row.definition["plural"].as_str());
        let singular = was.map(|was| was.row.name.clone()).filter(|name| *name != object.name);
        let other = plural.filter(|plural| *plural != object.plural);
        if let (Some(was), true) = (was, other.is_some() || singular.is_some()) {
            let old = plural.unwrap_or(&object.plural).to_owned();
            renamed.push(Renamed {
                id: object.id.clone(),
                object: object.id.clone(),
                new: object.plural.clone(),
                at: was.changed_at,
                words: [Some(old.clone()), singular.clone()].into_iter().flatten().collect(),
                singular: singular.map(|name| (name, object.name.clone())),
                is_object: true,
                old,
            });
        }
        if let Some(plural) = other {
            former.plurals.insert(object.id.clone(), plural.to_owned());
        }
        fields(object, past, (&mut former, &mut renamed));
    }
    (former, renamed)
}

fn fields(object: &Object, past: &[store::Past], (former, renamed): (&mut Former, &mut Vec<Renamed>)) {
    for field in object.fields.iter().filter(|field| !field.standard) {
        let was = past.iter().find(|one| one.row.id == field.id && is_live(&one.row));
        let Some(was) = was.filter(|was| store::own_name(&was.row) != field.name) else { continue };
        let own = store::own_name(&was.row).to_owned();
        let keys = field.columns.iter().filter_map(|column| column.key.strip_prefix(&field.name));
        let words = keys.map(|suffix| format!("{own}{suffix}")).chain([own.clone()]).collect();
        renamed.push(Renamed {
            id: field.id.clone(),
            object: object.id.clone(),
            old: format!("{}.{own}", object.name),
            new: format!("{}.{}", object.name, field.name),
            at: was.changed_at,
            words,
            singular: None,
            is_object: false,
        });
        former.fields.insert(field.id.clone(), own);
    }
}

fn is_live(row: &Row) -> bool {
    !row.retired && matches!(row.kind, Kind::Objects | Kind::Fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_revisions_days_and_moments() {
        for text in ["0", "12", "2026-11-22", "2026-11-22T10:00:00Z"] {
            assert!(is_version(text), "{text}");
        }
        for text in ["", "-1", "v2", "2026-13-01", "latest", &"1".repeat(50)] {
            assert!(!is_version(text), "{text}");
        }
    }
}
