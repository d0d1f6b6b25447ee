//! What changes with an object's records, for who wants to follow: the sealed stream in its order, so that a place in
//! it is a cursor. Sealing gives each row its place after its commit and one after the other, so nothing comes late
//! before a place that was read, and who goes on from a place loses and doubles nothing.
//!
//! Each event is held against what its reader may read now. A record that they may not, or not any more, tells nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::Utc;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;
use tokio::sync::watch;
use uuid::Uuid;

use super::list::{View, entry, views};
use super::store;
use crate::Engine;
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::store::load_versions;

/// Rows of all objects that one question looks through at most.
const SPAN: i64 = 50_000;
/// How often a tenant that somebody follows is looked at; for all its followers on this node together.
const LOOK: Duration = Duration::from_millis(100);

/// Something that happened to a record.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The place in the stream, to go on from.
    #[serde(serialize_with = "as_text")]
    pub cursor: i64,
    pub at: String,
    /// `create`, `update`, `delete`, `restore` or `purge`.
    pub action: String,
    pub id: Option<Uuid>,
    /// The record's version after it; of two changes the larger one is the later.
    pub version: Option<i64>,
    pub actor: Json,
    /// `{field: [old, new]}` of what the reader may see.
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

/// Who is told that a tenant's stream has grown.
#[derive(Default)]
pub(crate) struct Feeds(Mutex<HashMap<Uuid, watch::Sender<()>>>);

impl Engine {
    /// What happened to an object's records after a place, at most `limit` of it; without a place nothing, and where
    /// to begin.
    pub async fn changes(
        &self,
        context: &Context,
        object: &str,
        (since, limit): (Option<i64>, u32),
    ) -> Result<ChangePage> {
        self.seal_all(context.tenant(), Utc::now()).await?;
        let mut connection = self.pool().acquire().await?;
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
        let mut feeds = self.feeds().0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = feeds.get(&tenant.id) {
            return known.subscribe();
        }
        let (sender, receiver) = watch::channel(());
        feeds.insert(tenant.id, sender);
        tokio::spawn(look(self.clone(), tenant.clone()));
        receiver
    }
}

/// Looks at one tenant for all who follow it, until nobody does.
async fn look(engine: Engine, tenant: Tenant) {
    let mut known = None;
    loop {
        tokio::time::sleep(LOOK).await;
        {
            let mut feeds = engine.feeds().0.lock().unwrap_or_else(PoisonError::into_inner);
            if feeds.get(&tenant.id).is_none_or(|sender| sender.receiver_count() == 0) {
                feeds.remove(&tenant.id);
                return;
            }
        }
        // The database may be away for a while; followers wait.
        let Ok(head) = head(&engine, &tenant).await else { continue };
        if known.replace(head) != Some(head) {
            let feeds = engine.feeds().0.lock().unwrap_or_else(PoisonError::into_inner);
            feeds.get(&tenant.id).into_iter().for_each(|sender| sender.send_replace(()));
        }
    }
}

async fn head(engine: &Engine, tenant: &Tenant) -> Result<i64> {
    engine.seal_all(tenant, Utc::now()).await?;
    let mut connection = engine.pool().acquire().await?;
    store::load_head(&mut connection, tenant).await
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
