//! The stream as its reader may see it: who did what when, with names for stable ids. Whoever may see the log sees that
//! something happened; the values only of records and fields that they may read.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use metadata::catalog::{Column, Field, Object};
use permissions::{Action, Sight};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::store::{self, Listed};
use crate::Engine;
use crate::change::Happened;
use crate::context::Context;
use crate::error::Result;
use crate::keys::{KeyRing, Place, shown_change};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::reach;

/// What is asked of the log; what is not said does not matter.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// The name of an object, or the word for what is no record.
    pub object: Option<String>,
    pub record_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub action: Option<String>,
    /// From this moment on.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Rows before this one.
    pub before: Option<i64>,
    /// Most rows.
    pub limit: u32,
}

/// Sealed rows, the newest first.
#[derive(Clone, Debug, Default)]
pub struct AuditPage {
    pub rows: Vec<Entry>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<i64>,
}

/// One row as answers show it. Values stay the text that PostgreSQL writes: an amount of 19 digits has no float.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub seq: i64,
    pub at: String,
    pub actor: Json,
    pub action: String,
    pub object: String,
    pub record_id: Option<Uuid>,
    pub changes: BTreeMap<String, Box<RawValue>>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
}

/// Every word that an action can be.
pub fn words() -> impl Iterator<Item = &'static str> {
    Happened::ALL.into_iter().map(Happened::word).chain(super::Deed::ALL.into_iter().map(super::Deed::word))
}

impl Engine {
    /// One page of the log. What was done before is sealed first, so that it is there. The permission to see the log
    /// at all is the caller's to ask for.
    pub async fn audit_log(&self, context: &Context, query: &AuditQuery) -> Result<AuditPage> {
        self.seal_all(context.tenant(), Utc::now()).await?;
        let mut connection = self.connection(context.tenant()).await?;
        let outcome = page(&mut connection, context, query).await;
        self.settle(&mut connection, context, outcome).await
    }
}

async fn page(connection: &mut PgConnection, context: &Context, query: &AuditQuery) -> Result<AuditPage> {
    let catalog = &context.snapshot.catalog;
    let object = query.object.as_ref().map(|name| {
        let id = catalog.find_object(name).map(|object| object.id.clone());
        [Some(name.clone()), id].into_iter().flatten().collect::<Vec<_>>()
    });
    let mut rows = store::list(connection, context.tenant(), (query, object.as_deref())).await?;
    let more = rows.len() > query.limit as usize;
    rows.truncate(query.limit as usize);
    let next = rows.last().map(|row| row.seq).filter(|_| more);
    let views = views(connection, context, &rows).await?;
    Ok(AuditPage { rows: rows.into_iter().map(|row| entry(row, context, &views)).collect(), next })
}

/// What the reader may see of one object's records.
pub(super) struct View<'o> {
    object: &'o Object,
    /// Records that may be read; `None` for all.
    readable: Option<HashSet<Uuid>>,
    /// Fields that are given on some records only, with those; an empty set hides one.
    fields: HashMap<&'o str, HashSet<Uuid>>,
    /// Encrypted fields that are shown as they are on some records only, with those.
    plain: HashMap<&'o str, HashSet<Uuid>>,
    keys: Option<&'o KeyRing>,
}

/// One look at the rights for all rows of a page: a few statements for each object on it.
pub(super) async fn views<'o>(
    connection: &mut PgConnection,
    context: &'o Context,
    rows: &[Listed],
) -> Result<HashMap<String, View<'o>>> {
    let mut found = HashMap::new();
    for object in &context.snapshot.catalog.objects {
        let ids: HashSet<Uuid> =
            rows.iter().filter(|row| row.object_id == object.id).filter_map(|row| row.record_id).collect();
        if ids.is_empty() {
            continue;
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let decision = context.decide(Action::Read, object);
        let readable = if decision.is_allowed() && decision.reach.is_all() {
            None
        } else {
            let mut readable = HashSet::new();
            for bin in [Bin::Live, Bin::Deleted] {
                let place = (object.name.as_str(), ids.as_slice(), bin);
                readable.extend(
                    reach::find(connection, context, place, (Action::Read, Lock::None)).await?.into_keys(),
                );
            }
            Some(readable)
        };
        let mut fields = HashMap::new();
        for field in object.fields.iter().filter(|_| decision.is_allowed()) {
            let within = match decision.sight(field) {
                Sight::Shown => continue,
                Sight::Hidden => HashSet::new(),
                Sight::Within(reach) => {
                    reach::within(connection, context, (&object.name, &ids), reach).await?
                }
            };
            fields.insert(field.id.as_str(), within);
        }
        let mut plain = HashMap::new();
        for field in object.fields.iter().filter(|field| field.encrypted && decision.is_allowed()) {
            context.keys()?.require()?;
            let within = match decision.plain(field) {
                Sight::Shown => continue,
                Sight::Hidden => HashSet::new(),
                Sight::Within(reach) => {
                    reach::within(connection, context, (&object.name, &ids), reach).await?
                }
            };
            plain.insert(field.id.as_str(), within);
        }
        let keys = context.snapshot.keys.as_deref();
        found.insert(object.id.clone(), View { object, readable, fields, plain, keys });
    }
    Ok(found)
}

impl View<'_> {
    /// Whether the record may be read; of one that is gone for good only by who may read all.
    pub(super) fn reads(&self, record: Uuid) -> bool {
        self.readable.as_ref().is_none_or(|ids| ids.contains(&record))
    }

    fn shows(&self, field: &Field, record: Uuid) -> bool {
        self.readable.as_ref().is_none_or(|ids| ids.contains(&record))
            && self.fields.get(field.id.as_str()).is_none_or(|ids| ids.contains(&record))
    }

    /// What is noted of a field, opened where it is encrypted.
    fn opened(&self, (field, record): (&Field, Uuid), noted: Box<RawValue>) -> Box<RawValue> {
        let Some(keys) = self.keys.filter(|_| field.encrypted) else { return noted };
        let is_plain = self.plain.get(field.id.as_str()).is_none_or(|ids| ids.contains(&record));
        shown_change(keys, (Place::of(self.object, field, record), is_plain), &noted)
    }

    /// The field, and the key that its value has in answers, of what changes are noted under: its stable id, or for a
    /// field of several columns the name of one.
    fn find(&self, noted: &str) -> Option<(&Field, String)> {
        if let Some(field) = self.object.find_field_by_id(noted) {
            let key = field.columns.first().filter(|_| field.columns.len() == 1);
            return Some((field, key.map_or_else(|| field.name.clone(), |column| column.key.clone())));
        }
        self.find_column(noted).map(|(field, column)| (field, column.key.clone()))
    }

    /// The field whose column has this name.
    fn find_column(&self, name: &str) -> Option<(&Field, &Column)> {
        self.object
            .fields
            .iter()
            .find_map(|field| Some((field, field.columns.iter().find(|column| column.name == name)?)))
    }
}

pub(super) fn entry(row: Listed, context: &Context, views: &HashMap<String, View<'_>>) -> Entry {
    let noted: BTreeMap<String, Box<RawValue>> =
        row.changes.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let changes = match (views.get(&row.object_id), row.record_id) {
        (Some(view), Some(record)) if is_data(&row.action) => shown(view, (&row.action, record), noted),
        _ if is_data(&row.action) => BTreeMap::new(),
        _ => named(context, noted),
    };
    let object = context.snapshot.catalog.objects.iter().find(|object| object.id == row.object_id);
    Entry {
        seq: row.seq,
        at: row.happened_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        actor: json!({ "id": row.actor_id, "name": row.actor }),
        action: row.action,
        object: object.map_or(row.object_id, |object| object.name.clone()),
        record_id: row.record_id,
        changes,
        ip: row.ip,
        user_agent: row.user_agent,
        request_id: row.request_id,
    }
}

fn is_data(action: &str) -> bool {
    Happened::ALL.into_iter().any(|happened| happened.word() == action)
}

/// Changes of a record under names, without what is not the reader's to see.
fn shown(
    view: &View<'_>,
    (action, record): (&str, Uuid),
    noted: BTreeMap<String, Box<RawValue>>,
) -> BTreeMap<String, Box<RawValue>> {
    if action == Happened::Emitted.word() {
        return if view.reads(record) { noted } else { BTreeMap::new() };
    }
    let purged = action == Happened::Purged.word();
    let one = |(name, value): (String, Box<RawValue>)| {
        if !purged {
            let (field, key) = view.find(&name)?;
            return view.shows(field, record).then(|| (key, view.opened((field, record), value)));
        }
        // The last image, by columns.
        let (field, column) = view.find_column(&name)?;
        if value.get() == "null" || !view.shows(field, record) {
            return None;
        }
        let value = view.opened((field, record), value);
        let gone = RawValue::from_string(format!("[{},null]", value.get())).ok()?;
        Some((column.key.clone(), gone))
    };
    noted.into_iter().filter_map(one).collect()
}

/// What is told of a read: fields by their names, those left out that the reader of the log does not know.
fn named(context: &Context, mut noted: BTreeMap<String, Box<RawValue>>) -> BTreeMap<String, Box<RawValue>> {
    let fields = noted.get("fields").and_then(|raw| serde_json::from_str::<[Json; 2]>(raw.get()).ok());
    let Some([_, fields]) = fields else { return noted };
    let name = |id: &str| {
        let find = |object: &'_ std::sync::Arc<Object>| {
            let field = object.find_field_by_id(id).filter(|field| !field.standard)?;
            let decision = context.decide(Action::Read, object);
            (decision.is_allowed() && decision.gives(field))
                .then(|| format!("{}.{}", object.name, field.name))
        };
        context.snapshot.catalog.objects.iter().find_map(find)
    };
    let ids = fields.as_array().into_iter().flatten().filter_map(Json::as_str);
    let names: Vec<String> = ids.filter_map(name).collect();
    if let Ok(raw) = serde_json::value::to_raw_value(&json!([null, names])) {
        noted.insert("fields".into(), raw);
    }
    noted
}
