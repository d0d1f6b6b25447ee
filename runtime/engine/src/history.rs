//! A record's history as its reader may see it: who did what when, with field names for stable ids.

use std::collections::{BTreeMap, HashMap, HashSet};

use metadata::catalog::Object;
use permissions::{Action, Sight};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Engine;
use crate::audit::{SEALED, TAIL, reads};
use crate::change::Happened;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys::{Place, shown_change};
use crate::query::{Bin, Query, Selection};
use crate::write::reach;
use crate::write::sql::table;

impl Engine {
    /// The newest changes of one record, before version `before` if given, as a JSON array of
    /// `{at, action, version, actor: {id, name}, changes: {field: [old, new]}, request_id}`, and where a transition was
    /// taken `{transition: {name, note, checklist}}`; of an `emit` the changes are `{event: [null, name]}`.
    /// Only for those who may read the record, in the recycle bin or not.
    pub async fn history(
        &self,
        context: &Context,
        (object, id): (&str, Uuid),
        (limit, before): (u32, Option<i64>),
    ) -> Result<Vec<u8>> {
        self.require_readable(context, object, id).await?;
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?;
        if !object.history {
            return Ok(b"[]".to_vec());
        }
        let hidden = self.hidden_fields(context, object, id).await?;
        let schema = &context.tenant().schema;
        let one = |name| {
            format!(
                "SELECT version, happened_at, action, actor_id, request_id, changes FROM {} WHERE record_id = $1 AND object_id = $2 AND version < $3",
                table(schema, name)
            )
        };
        let text = format!(
            "SELECT h.version, h.happened_at, h.action, h.actor_id, u.name AS actor, h.request_id, h.changes::text AS changes, s.transition::text AS transition \
             FROM ({} UNION ALL {}) h LEFT JOIN {} u ON u.id = h.actor_id \
             LEFT JOIN LATERAL (SELECT json_build_object('name', l.transition, 'note', l.note, 'checklist', coalesce(l.checklist, '{{}}')) AS transition FROM {} l \
             WHERE h.action = 'update' AND l.record_id = $1 AND l.version = h.version AND l.transition IS NOT NULL AND l.field_id = ANY($5) LIMIT 1) s ON TRUE \
             ORDER BY h.version DESC, h.action LIMIT $4",
            one(SEALED),
            one(TAIL),
            table(schema, "user"),
            table(schema, "_states"),
        );
        let shown = object.fields.iter().filter(|field| !hidden.contains(field.name.as_str()));
        let shown: Vec<&str> = shown.map(|field| field.id.as_str()).collect();
        let rows = sqlx::query(AssertSqlSafe(text))
            .bind(id)
            .bind(&object.id)
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit.clamp(1, 1000)))
            .bind(shown)
            .fetch_all(&mut *self.connection(context.tenant()).await?)
            .await?;
        let mut names = names(object);
        names.retain(|_, key| !hidden.contains(*key));
        let opened = self.opened(context, object, id).await?;
        let one = |row| entry(row, (&names, &|field, change| opened.open(field, change)));
        let entries: Result<Vec<Entry>, sqlx::Error> = rows.iter().map(one).collect();
        let entries = entries?;
        let shown = entries.iter().flat_map(|entry| entry.changes.keys());
        let mut sensitive = reads::Fields::new();
        for (field, _) in shown.filter_map(|key| object.find_key(key)) {
            reads::of_field(context, object, field, &mut sensitive);
        }
        if !sensitive.is_empty() {
            let mut connection = self.connection(context.tenant()).await?;
            reads::note(&mut connection, context, &object.id, (&sensitive, &[id])).await?;
        }
        Ok(serde_json::to_vec(&entries).unwrap_or_default())
    }

    /// Keys of the fields that the actor does not see on this record.
    pub(crate) async fn hidden_fields<'o>(
        &self,
        context: &Context,
        object: &'o Object,
        id: Uuid,
    ) -> Result<HashSet<&'o str>> {
        let decision = context.decide(Action::Read, object);
        let mut connection = self.connection(context.tenant()).await?;
        let mut hidden = HashSet::new();
        for field in &object.fields {
            let seen = match decision.sight(field) {
                Sight::Shown => true,
                Sight::Hidden => false,
                Sight::Within(reach) => {
                    let place = (object.name.as_str(), &[id][..]);
                    reach::within(&mut connection, context, place, reach).await?.contains(&id)
                }
            };
            if !seen {
                hidden.extend(field.columns.iter().map(|column| column.key.as_str()));
                hidden.insert(field.name.as_str());
            }
        }
        Ok(hidden)
    }

    /// What opens the encrypted values of one record, each as far as the actor may see it.
    async fn opened<'o>(&self, context: &'o Context, object: &'o Object, id: Uuid) -> Result<Opened<'o>> {
        let mut opened = Opened { context, object, id, plain: HashSet::new() };
        let encrypted = object.fields.iter().filter(|field| field.encrypted);
        let decision = context.decide(Action::Read, object);
        let mut connection = self.connection(context.tenant()).await?;
        for field in encrypted {
            context.keys()?.require()?;
            let is_plain = match decision.plain(field) {
                Sight::Shown => true,
                Sight::Hidden => false,
                Sight::Within(reach) => {
                    let place = (object.name.as_str(), &[id][..]);
                    reach::within(&mut connection, context, place, reach).await?.contains(&id)
                }
            };
            opened.plain.extend(is_plain.then_some(field.id.as_str()));
        }
        Ok(opened)
    }

    pub(crate) async fn require_readable(&self, context: &Context, object: &str, id: Uuid) -> Result<()> {
        for bin in [Bin::Live, Bin::Deleted] {
            // Only that it is there: nothing of it is shown.
            let fields = vec![Selection::Field("id".into())];
            let query = Query { bin, fields, ..Query::of(object, vec![id]) };
            if self.read(context, &query).await?.count > 0 {
                return Ok(());
            }
        }
        Err(Error::NotFound)
    }
}

/// Opens what is noted of the encrypted fields of one record.
struct Opened<'o> {
    context: &'o Context,
    object: &'o Object,
    id: Uuid,
    /// Stable ids of those that are shown as they are.
    plain: HashSet<&'o str>,
}

impl Opened<'_> {
    fn open(&self, noted: &str, change: Box<RawValue>) -> Box<RawValue> {
        let field = self.object.find_field_by_id(noted).filter(|field| field.encrypted);
        let Some((field, keys)) = field.zip(self.context.keys().ok()) else { return change };
        let place = Place::of(self.object, field, self.id);
        shown_change(keys, (place, self.plain.contains(noted)), &change)
    }
}

/// What is noted of a field, as its reader sees it.
type Open<'o> = dyn Fn(&str, Box<RawValue>) -> Box<RawValue> + 'o;

/// One change as answers show it. Values stay the text that PostgreSQL writes: an amount of 19 digits has no float.
#[derive(Serialize)]
struct Entry {
    version: i64,
    at: String,
    action: String,
    actor: Json,
    changes: BTreeMap<String, Box<RawValue>>,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    transition: Option<Box<RawValue>>,
}

fn entry(
    row: &sqlx::postgres::PgRow,
    (names, open): (&HashMap<&str, &str>, &Open<'_>),
) -> Result<Entry, sqlx::Error> {
    let at: chrono::DateTime<chrono::Utc> = row.try_get("happened_at")?;
    let action: String = row.try_get("action")?;
    let changes: Option<String> = row.try_get("changes")?;
    // The whole image of a purged record is for a restore from the outside, not for readers.
    let changes = changes.filter(|_| action != "purge").unwrap_or_default();
    let changes: BTreeMap<String, Box<RawValue>> = serde_json::from_str(&changes).unwrap_or_default();
    let is_event = action == Happened::Emitted.word();
    let named = |(id, change): (String, Box<RawValue>)| {
        if is_event {
            return Some((id, change));
        }
        Some(((*names.get(id.as_str())?).to_owned(), open(&id, change)))
    };
    let transition: Option<String> = row.try_get("transition")?;
    Ok(Entry {
        transition: transition.and_then(|text| RawValue::from_string(text).ok()),
        version: row.try_get("version")?,
        at: at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        action,
        actor: json!({ "id": row.try_get::<Uuid, _>("actor_id")?, "name": row.try_get::<Option<String>, _>("actor")? }),
        changes: changes.into_iter().filter_map(named).collect(),
        request_id: row.try_get("request_id")?,
    })
}

/// Keys by what changes are noted under: the field's id, or for a field of several columns the column's name.
fn names(object: &Object) -> HashMap<&str, &str> {
    let mut names = HashMap::new();
    for field in &object.fields {
        match field.columns.as_slice() {
            [column] => drop(names.insert(field.id.as_str(), column.key.as_str())),
            // Links.
            [] => drop(names.insert(field.id.as_str(), field.name.as_str())),
            columns => names.extend(columns.iter().map(|column| (column.name.as_str(), column.key.as_str()))),
        }
    }
    names
}
