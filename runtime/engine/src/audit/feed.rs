//! What changes with an object's records, for who wants to follow: the sealed stream in its order, so that a place in
//! it is a cursor. Sealing gives each row its place after its commit and one after the other, so nothing comes late
//! before a place that was read, and who goes on from a place loses and doubles nothing.
//!
//! Each event is held against what its reader may read now. A record that they may not, or not any more, tells nothing.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::Utc;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::list::{View, entry, views};
use super::store;
use crate::Engine;
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::store::load_versions;

/// Rows of all objects that one question looks through at most.
const SPAN: i64 = 50_000;
/// How often a tenant that somebody follows is looked at for what other nodes write; for all its followers together.
const LOOK: Duration = Duration::from_millis(50);
/// What this node writes is looked for at once, but not sooner than this after the last look.
const REST: Duration = Duration::from_millis(20);
/// Rows of the stream that a node remembers to whom they belong.
const REMEMBERED: usize = 10_000;

/// Something that happened to a record.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The place in the stream, to go on from.
    #[serde(serialize_with = "as_text")]
    pub cursor: i64,
    pub at: String,
    /// `create`, `update`, `delete`, `restore`, `purge`, or `emit` of an event that a transition tells of.
    pub action: String,
    pub id: Option<Uuid>,
    /// The record's version after it; of two changes the larger one is the later.
    pub version: Option<i64>,
    pub actor: Json,
    /// `{field: [old, new]}` of what the reader may see; of an event `{event: [null, name]}`.
    pub changes: BTreeMap<String, Box<RawValue>>,
}

/// Some of them in their order.
#[derive(Clone, Debug, Default)]
pub struct ChangePage {
    pub changes: Vec<Change>,
    /// The place to go on from, whether or not there was anything.
    pub next: i64,
    /// Whether there is more already.
    pub more: bool,
}

// A number of 64 bits is not one to every reader of JSON.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
fn as_text<S: serde::Serializer>(number: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

/// The tenants that somebody follows on this node.
#[derive(Default)]
pub(crate) struct Feeds(Mutex<HashMap<Uuid, Feed>>);

/// One of them: who is told that its stream has grown, and what the newest of it is about, so that a follower whom it
/// does not concern asks the database nothing.
struct Feed {
    news: watch::Sender<()>,
    newest: Newest,
    /// Told when this node has written something.
    written: Arc<Notify>,
}

/// Which records the rows behind `from` and up to `upto` are about.
#[derive(Default)]
struct Newest {
    from: i64,
    upto: i64,
    rows: VecDeque<Touched>,
}

/// Place, object (its stable id) and record of one row.
pub(super) type Touched = (i64, String, Uuid);

impl Newest {
    fn grow(&mut self, upto: i64, rows: Vec<Touched>) {
        match rows.len() > REMEMBERED {
            true => *self = Self { from: upto, upto, rows: VecDeque::new() },
            false => {
                self.rows.extend(rows);
                self.upto = upto;
            }
        }
        while self.rows.len() > REMEMBERED {
            self.from = self.rows.pop_front().map_or(self.from, |(seq, ..)| seq);
        }
    }

    /// How far a follower may go on who waits for an object's records behind a place: `None` when there is something
    /// for them, or when that is not remembered.
    fn passes_by(&self, object: &str, only: Option<&HashSet<Uuid>>, since: i64) -> Option<i64> {
        let concerns = |(seq, of, record): &Touched| {
            *seq > since && of == object && only.is_none_or(|ids| ids.contains(record))
        };
        let knows = since >= self.from && self.upto > since;
        (knows && !self.rows.iter().rev().take_while(|(seq, ..)| *seq > since).any(concerns))
            .then_some(self.upto)
    }
}

impl Engine {
    /// What happened to an object's records after a place, at most `limit` of it; without a place nothing, and where
    /// to begin.
    pub async fn changes(
        &self,
        context: &Context,
        object: &str,
        (since, limit): (Option<i64>, u32),
    ) -> Result<ChangePage> {
        // What a look has found is sealed.
        if since.is_none_or(|since| self.upto(context.tenant()) <= since) {
            self.seal_all(context.tenant(), Utc::now()).await?;
        }
        let mut connection = self.connection(context.tenant()).await?;
        context.check(load_versions(&mut connection, context.tenant()).await?)?;
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?;
        let head = store::load_head(&mut connection, context.tenant()).await?;
        let Some(since) = since.filter(|since| *since < head) else {
            // A place that the stream has not reached is of another tenant, or of one that was made anew.
            return Ok(ChangePage {
                next: since.map_or(head, |since| since.min(head)),
                ..ChangePage::default()
            });
        };
        let upto = head.min(since.saturating_add(SPAN));
        let place = (object.id.as_str(), (since, upto), limit);
        let mut rows = store::list_after(&mut connection, context.tenant(), place).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().map(|(_, row)| row.seq).filter(|_| more).unwrap_or(upto);
        let (versions, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let views = views(&mut connection, context, &rows).await?;
        let seen = views.get(&object.id);
        let told = versions.into_iter().zip(rows).filter(|(_, row)| tells(seen, row.record_id));
        let changes = told.map(|(version, row)| change(version, entry(row, context, &views))).collect();
        Ok(ChangePage { changes, next, more: next < head })
    }

    /// Told each time that the tenant's stream has grown, soon after it did.
    pub fn news(&self, tenant: &Tenant) -> watch::Receiver<()> {
        let mut feeds = self.feeds().lock();
        if let Some(known) = feeds.get(&tenant.id) {
            return known.news.subscribe();
        }
        let (news, receiver) = watch::channel(());
        let written = Arc::new(Notify::new());
        feeds.insert(tenant.id, Feed { news, newest: Newest::default(), written: written.clone() });
        tokio::spawn(look(self.clone(), tenant.clone(), written));
        receiver
    }

    /// Says that this node has written something, so that its followers need not wait for the next look.
    pub(crate) fn stir(&self, tenant: &Tenant) {
        if let Some(feed) = self.feeds().lock().get(&tenant.id) {
            feed.written.notify_one();
        }
    }

    /// How far a follower may go on without asking for changes, because what is new is about other records than those
    /// of `object`, or of those than `only` some.
    pub fn passes_by(
        &self,
        context: &Context,
        (object, only): (&str, Option<&HashSet<Uuid>>),
        since: i64,
    ) -> Option<i64> {
        let object = context.snapshot.catalog.find_object(object)?;
        let feeds = self.feeds().lock();
        feeds.get(&context.tenant().id)?.newest.passes_by(&object.id, only, since)
    }

    fn upto(&self, tenant: &Tenant) -> i64 {
        self.feeds().lock().get(&tenant.id).map_or(0, |feed| feed.newest.upto)
    }
}

impl Feeds {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Feed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks at one tenant for all who follow it, until nobody does.
async fn look(engine: Engine, tenant: Tenant, written: Arc<Notify>) {
    let mut known = None;
    loop {
        tokio::time::sleep(REST).await;
        // Whether something was written or the time is over: other nodes write too.
        let _ = tokio::time::timeout(LOOK.saturating_sub(REST), written.notified()).await;
        {
            let mut feeds = engine.feeds().lock();
            if feeds.get(&tenant.id).is_none_or(|feed| feed.news.receiver_count() == 0) {
                feeds.remove(&tenant.id);
                return;
            }
        }
        // The database may be away for a while; followers wait.
        let Ok((head, rows)) = grown(&engine, &tenant, known).await else { continue };
        if known != Some(head) {
            if let Some(feed) = engine.feeds().lock().get_mut(&tenant.id) {
                match known {
                    Some(_) => feed.newest.grow(head, rows),
                    None => feed.newest = Newest { from: head, upto: head, rows: VecDeque::new() },
                }
                feed.news.send_replace(());
            }
            known = Some(head);
        }
    }
}

/// How far the stream is, and what is behind the place that was known.
async fn grown(engine: &Engine, tenant: &Tenant, known: Option<i64>) -> Result<(i64, Vec<Touched>)> {
    engine.seal_all(tenant, Utc::now()).await?;
    let mut connection = engine.connection(tenant).await?;
    let head = store::load_head(&mut connection, tenant).await?;
    let rows = match known.filter(|known| *known < head) {
        Some(known) => store::list_touched(&mut connection, tenant, ((known, head), REMEMBERED + 1)).await?,
        None => Vec::new(),
    };
    Ok((head, rows))
}

fn tells(view: Option<&View<'_>>, record: Option<Uuid>) -> bool {
    view.zip(record).is_some_and(|(view, record)| view.reads(record))
}

fn change(version: Option<i64>, entry: super::list::Entry) -> Change {
    Change {
        cursor: entry.seq,
        at: entry.at,
        action: entry.action,
        id: entry.record_id,
        version,
        actor: entry.actor,
        changes: entry.changes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_not_concerned_is_told_how_far_to_go() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let mut newest = Newest { from: 10, upto: 10, rows: VecDeque::new() };
        assert_eq!(newest.passes_by("o1", None, 10), None, "nothing is new");
        newest.grow(13, vec![(11, "o1".into(), one), (13, "o2".into(), other)]);
        assert_eq!(newest.passes_by("o3", None, 10), Some(13));
        assert_eq!(newest.passes_by("o1", None, 10), None);
        assert_eq!(newest.passes_by("o1", None, 11), Some(13));
        let only = |id| Some(HashSet::from([id]));
        assert_eq!(newest.passes_by("o1", only(other).as_ref(), 10), Some(13));
        assert_eq!(newest.passes_by("o1", only(one).as_ref(), 10), None);
        assert_eq!(newest.passes_by("o3", None, 9), None, "what was before is not remembered");
        // So much at once that it is forgotten: everybody asks.
        newest.grow(50_000, (0..20_000).map(|n| (n, "o1".into(), one)).collect());
        assert_eq!((newest.passes_by("o3", None, 13), newest.rows.len()), (None, 0));
        // The memory is bounded, and what left it is not spoken of.
        for n in 0..30_000 {
            newest.grow(50_001 + n, vec![(50_001 + n, "o1".into(), one)]);
        }
        assert_eq!(newest.rows.len(), REMEMBERED);
        assert_eq!(
            (newest.passes_by("o3", None, 60_000), newest.passes_by("o3", None, 75_000)),
            (None, Some(80_000))
        );
    }
}
