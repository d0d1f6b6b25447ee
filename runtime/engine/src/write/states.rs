//! The log of states: one row for each state that a record comes into, whoever writes it, with the time that
//! it spent in the one before. One statement for each picklist, whatever the number of records.

use formulas::Value;
use metadata::catalog::rules::Rules;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::facts::{Facts, Side};
use super::process::{governing, is_entered, state_fields};
use super::saving::Saving;
use super::sql::table;
use crate::error::Result;

/// Columns of the rows, one list each.
#[derive(Default)]
struct Entries {
    records: Vec<Uuid>,
    versions: Vec<i64>,
    from: Vec<Option<String>>,
    to: Vec<Option<String>>,
    processes: Vec<Option<String>>,
    at: Vec<chrono::DateTime<chrono::Utc>>,
}

/// Notes every change of state that was written.
pub(super) async fn put(
    connection: &mut PgConnection,
    saving: &Saving<'_>,
    (rules, facts): (&Rules, &Facts),
) -> Result<()> {
    for field in state_fields(rules) {
        let Some(slot) = facts.slot(field) else { continue };
        let entries = entries(saving, (rules, facts), (field, slot));
        if entries.records.is_empty() {
            continue;
        }
        let taken = saving.transition.as_ref().filter(|taken| {
            rules.workflows.iter().any(|one| one.name == taken.process && one.field == *field)
        });
        let schema = &saving.context.tenant().schema;
        let (log, object) = (table(schema, "_states"), table(schema, &saving.slots.object.name));
        let text = format!(
            "INSERT INTO {log} (record_id, field_id, version, object_id, happened_at, actor_id, process, transition, from_state, to_state, seconds) \
             SELECT s.id, $7, s.version, $8, s.at, $9, s.process, $10, s.f, s.t, \
             CASE WHEN s.version > 1 THEN greatest(0, extract(epoch FROM s.at - coalesce(p.happened_at, o.created_at)))::bigint END \
             FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) AS s(id, version, f, t, process, at) \
             LEFT JOIN LATERAL (SELECT l.happened_at FROM {log} l WHERE s.version > 1 AND l.record_id = s.id AND l.field_id = $7 ORDER BY l.version DESC LIMIT 1) p ON TRUE \
             LEFT JOIN {object} o ON s.version > 1 AND o.id = s.id"
        );
        sqlx::query(AssertSqlSafe(text))
            .bind(entries.records)
            .bind(entries.versions)
            .bind(entries.from)
            .bind(entries.to)
            .bind(entries.processes)
            .bind(entries.at)
            .bind(field)
            .bind(&saving.slots.object.id)
            .bind(saving.context.actor.user_id)
            .bind(taken.map(|taken| &taken.transition))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

fn entries(saving: &Saving<'_>, (rules, facts): (&Rules, &Facts), (field, slot): (&str, usize)) -> Entries {
    let word = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let created = saving.slots.column("created_at");
    let mut entries = Entries::default();
    for (n, draft) in saving.drafts.iter().enumerate().filter(|(_, draft)| is_entered(draft, slot)) {
        entries.records.push(draft.id);
        entries.versions.push(draft.stored.as_ref().map_or(1, |stored| stored.version + 1));
        entries.from.push(word(draft.before(slot)));
        entries.to.push(word(draft.after(slot)));
        let workflow = governing(saving, (rules, facts), (n, field, Side::After));
        entries.processes.push(workflow.map(|workflow| workflow.name.clone()));
        // Records that are brought in with a past began then.
        let began = created.filter(|_| draft.is_new()).map(|slot| draft.after(slot));
        entries.at.push(match began {
            Some(Value::DateTime(at)) => *at,
            _ => saving.context.now,
        });
    }
    entries
}
