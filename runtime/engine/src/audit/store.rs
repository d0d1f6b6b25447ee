//! Static SQL on the tables of the stream.

use sqlx::{AssertSqlSafe, PgConnection};

use super::Event;
use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::table;

/// Rows that are not sealed yet: where everything is written.
pub(crate) const TAIL: &str = "_audit_tail";

pub(super) async fn put(connection: &mut PgConnection, tenant: &Tenant, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let text = format!(
        "INSERT INTO {} (happened_at, actor_id, action, object_id, record_id, changes, ip, user_agent, request_id) \
         SELECT e.at, e.actor, e.action, e.object, e.record, e.changes::jsonb, e.ip, e.agent, e.request FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[]) AS e(at, actor, action, object, record, changes, ip, agent, request)",
        table(&tenant.schema, TAIL)
    );
    // A character that jsonb does not take must not undo what is told.
    let changes = |event: &Event| {
        Some(event.changes.to_string().replace("\\u0000", "\\ufffd")).filter(|_| !event.changes.is_null())
    };
    let all = |of: fn(&Event) -> Option<String>| -> Vec<Option<String>> { events.iter().map(of).collect() };
    sqlx::query(AssertSqlSafe(text))
        .bind(events.iter().map(|event| event.at).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.actor_id).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.deed.word()).collect::<Vec<_>>())
        .bind(all(|event| Some(event.object.clone())))
        .bind(events.iter().map(|event| event.record_id).collect::<Vec<_>>())
        .bind(all(changes))
        .bind(all(|event| event.origin.address()))
        .bind(all(|event| event.origin.user_agent.as_deref().map(str::to_owned)))
        .bind(all(|event| Some(event.request_id.clone())))
        .execute(connection)
        .await?;
    Ok(())
}
