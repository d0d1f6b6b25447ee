//! Auto-numbers: taken from a counter row of the tenant in the transaction that uses them, so that a
//! number is given once and none is lost to a refused save.

use formulas::Value;
use metadata::FieldKind;
use sqlx::{AssertSqlSafe, PgConnection};

use super::draft::{Draft, Slots};
use super::sql::table;
use crate::context::Context;
use crate::error::Result;

/// Gives each draft its numbers.
pub(super) async fn assign(
    connection: &mut PgConnection,
    context: &Context,
    slots: &Slots<'_>,
    drafts: &mut [Draft],
) -> Result<()> {
    for (slot, (field, _)) in slots.columns.iter().enumerate() {
        let FieldKind::Autonumber(settings) = &field.kind else { continue };
        let counters = table(&context.tenant().schema, "_counters");
        let text = format!(
            "INSERT INTO {counters} AS c (field_id, period, value) VALUES ($1, $2, $3) \
             ON CONFLICT (field_id, period) DO UPDATE SET value = c.value + excluded.value RETURNING value"
        );
        let count = i64::try_from(drafts.len()).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(AssertSqlSafe(text))
            .bind(&field.id)
            .bind(settings.period(context.now))
            .bind(count)
            .fetch_one(&mut *connection)
            .await?;
        for (number, draft) in (last - count + 1..).zip(drafts.iter_mut()) {
            draft.slots[slot] = Some(Value::Text(settings.format(number, context.now)));
        }
    }
    Ok(())
}
