//! Auto-numbers: taken from a counter row of the tenant in the transaction that uses them, so that a
//! number is given once and none is lost to a refused save.

use formulas::Value;
use metadata::FieldKind;
use sqlx::{AssertSqlSafe, PgConnection};

use super::saving::Saving;
use super::sql::table;
use crate::error::Result;

/// Gives each new draft its numbers.
pub(super) async fn assign(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let (context, slots) = (saving.context, saving.slots);
    let fresh = saving.drafts.iter().filter(|draft| draft.is_new()).count();
    if fresh == 0 {
        return Ok(());
    }
    for (slot, (field, _)) in slots.columns.iter().enumerate() {
        let FieldKind::Autonumber(settings) = &field.kind else { continue };
        let counters = table(&context.tenant().schema, "_counters");
        let text = format!(
            "INSERT INTO {counters} AS c (field_id, period, value) VALUES ($1, $2, $3) \
             ON CONFLICT (field_id, period) DO UPDATE SET value = c.value + excluded.value RETURNING value"
        );
        let count = i64::try_from(fresh).unwrap_or(i64::MAX);
        let last: i64 = sqlx::query_scalar(AssertSqlSafe(text))
            .bind(&field.id)
            .bind(settings.period(context.now))
            .bind(count)
            .fetch_one(&mut *connection)
            .await?;
        let fresh = saving.drafts.iter_mut().filter(|draft| draft.is_new());
        for (number, draft) in (last - count + 1..).zip(fresh) {
            draft.slots[slot] = Some(Value::Text(settings.format(number, context.now)));
        }
    }
    Ok(())
}
