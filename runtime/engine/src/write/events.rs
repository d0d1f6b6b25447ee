//! Events that a transition tells of, beside the change that it makes: in the same stream, so that who follows an
//! object's changes hears of them in order, exactly when they happened.

use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::saving::Saving;
use super::sql::table;
use crate::audit::TAIL;
use crate::change::Happened;
use crate::error::Result;

/// Notes the events of the transition that the records take, one statement for all of them.
pub(super) async fn put(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<()> {
    let Some(taken) = saving.transition.as_ref().filter(|taken| !taken.events.is_empty()) else {
        return Ok(());
    };
    let (context, object) = (saving.context, saving.slots.object);
    let text = format!(
        "INSERT INTO {} (record_id, version, object_id, happened_at, actor_id, action, request_id, changes, ip, user_agent) \
         SELECT r.id, r.version, '{}', $3, $4, '{}', $5, jsonb_build_object('event', jsonb_build_array(NULL, e.name)), $6, $7 \
         FROM unnest($1::uuid[], $2::bigint[]) AS r(id, version) CROSS JOIN unnest($8::text[]) AS e(name)",
        table(&context.tenant().schema, TAIL),
        object.id,
        Happened::Emitted.word(),
    );
    let version = |draft: &super::draft::Draft| draft.stored.as_ref().map_or(1, |stored| stored.version + 1);
    let ids: Vec<Uuid> = saving.drafts.iter().map(|draft| draft.id).collect();
    let versions: Vec<i64> = saving.drafts.iter().map(version).collect();
    sqlx::query(AssertSqlSafe(text))
        .bind(ids)
        .bind(versions)
        .bind(context.now)
        .bind(context.actor.user_id)
        .bind(&*context.request_id)
        .bind(context.origin.address())
        .bind(context.origin.user_agent.as_deref())
        .bind(&taken.events)
        .execute(connection)
        .await?;
    Ok(())
}
