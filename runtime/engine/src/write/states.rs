//! The log of states: one row for each state that a record comes into, whoever writes it, with the time that
//! it spent in the one before. They are written by the statement that writes the records, or by one of their own.

use chrono::SecondsFormat;
use formulas::Value;
use metadata::catalog::rules::Rules;
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::facts::{Facts, Side};
use super::process::{governing, is_entered, state_fields};
use super::saving::Saving;
use super::sql::table;
use crate::error::Result;

/// One row on its way into the statement.
#[derive(Serialize)]
struct Entry<'s> {
    id: Uuid,
    version: i64,
    field: &'s str,
    from_state: Option<String>,
    to_state: Option<String>,
    process: Option<&'s str>,
    transition: Option<&'s str>,
    note: Option<&'s str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    checklist: &'s [String],
    at: String,
}

/// Where a statement finds the entries.
pub(super) struct Source<'s> {
    /// The parameter that holds them as JSON.
    pub parameter: &'s str,
    /// Whether none of the records was in a state before.
    pub is_new: bool,
    /// Whether only records count that stand in `written`.
    pub joins_written: bool,
}

/// Notes every change of state of rows that are written, in a statement of its own.
pub(super) async fn put(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    law: (&Rules, &Facts),
) -> Result<()> {
    let Some(entries) = entries(saving, law) else { return Ok(()) };
    let is_new = saving.drafts.iter().all(|draft| draft.is_new());
    // The actor is the third parameter of every statement that writes rows.
    let text = insert(saving, Source { parameter: "$1", is_new, joins_written: false });
    sqlx::query(AssertSqlSafe(text))
        .bind(entries)
        .bind(saving.context.now)
        .bind(saving.context.actor.user_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// The statement that writes the entries. `$3` is the actor's user id.
pub(super) fn insert(saving: &Saving<'_>, source: Source<'_>) -> String {
    let Source { parameter, is_new, joins_written } = source;
    let (schema, object) = (&saving.context.tenant().schema, saving.slots.object);
    let log = table(schema, "_states");
    let written = if joins_written { " JOIN written w ON w.id = s.id" } else { "" };
    let (seconds, past) = if is_new {
        ("NULL::bigint", String::new())
    } else {
        let past = format!(
            " LEFT JOIN LATERAL (SELECT l.happened_at FROM {log} l WHERE s.version > 1 AND l.record_id = s.id AND l.field_id = s.field ORDER BY l.version DESC LIMIT 1) p ON TRUE \
             LEFT JOIN {} o ON s.version > 1 AND o.id = s.id",
            table(schema, &object.name)
        );
        let seconds = "CASE WHEN s.version > 1 THEN greatest(0, extract(epoch FROM s.at - coalesce(p.happened_at, o.created_at)))::bigint END";
        (seconds, past)
    };
    format!(
        "INSERT INTO {log} (record_id, field_id, version, object_id, happened_at, actor_id, process, transition, from_state, to_state, seconds, note, checklist) \
         SELECT s.id, s.field, s.version, '{}', s.at, $3::uuid, s.process, s.transition, s.from_state, s.to_state, {seconds}, s.note, s.checklist \
         FROM json_to_recordset({parameter}::json) AS s(id uuid, version bigint, field text, from_state text, to_state text, process text, transition text, note text, checklist text[], at timestamptz){written}{past}",
        object.id
    )
}

/// Every change of state of the drafts, as JSON; `None` where there is none.
pub(super) fn entries(saving: &Saving<'_>, (rules, facts): (&Rules, &Facts)) -> Option<String> {
    let mut entries = Vec::new();
    for field in state_fields(rules) {
        let Some(slot) = facts.slot(field) else { continue };
        let taken = saving.transition.as_ref().filter(|taken| {
            rules.workflows.iter().any(|one| one.name == taken.process && one.field == *field)
        });
        let note = taken.and_then(|taken| taken.note.as_deref());
        let checklist = taken.map(|taken| taken.confirmed.as_slice()).unwrap_or_default();
        let transition = taken.map(|taken| taken.transition.as_str());
        for (n, draft) in saving.drafts.iter().enumerate().filter(|(_, draft)| is_entered(draft, slot)) {
            let workflow = governing(saving, (rules, facts), (n, field, Side::After));
            entries.push(Entry {
                id: draft.id,
                version: draft.stored.as_ref().map_or(1, |stored| stored.version + 1),
                field,
                from_state: word(draft.before(slot)),
                to_state: word(draft.after(slot)),
                process: workflow.map(|workflow| workflow.name.as_str()),
                transition,
                note,
                checklist,
                at: entered_at(saving, n),
            });
        }
    }
    // Texts and numbers can always be written.
    (!entries.is_empty()).then(|| serde_json::to_string(&entries).unwrap_or_default())
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// Records that are brought in with a past began then.
fn entered_at(saving: &Saving<'_>, n: usize) -> String {
    let draft = &saving.drafts[n];
    let created = saving.slots.column("created_at").filter(|_| draft.is_new());
    let at = match created.map(|slot| draft.after(slot)) {
        Some(Value::DateTime(at)) => *at,
        _ => saving.context.now,
    };
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
