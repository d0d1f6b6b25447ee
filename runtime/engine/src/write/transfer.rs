//! Giving records to another owner: a right of its own. What was shared by hand ends with the owner who shared it.

use std::collections::HashSet;

use formulas::Value;
use metadata::Problem;
use permissions::Action;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::reach;
use super::saving::{FORBIDDEN, OWNER, Saving};
use super::sql::table;
use crate::context::Context;
use crate::error::Result;
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::shares;

/// Notes which of the changed records get another owner, and blames those that the actor may not give away.
pub(super) async fn check(connection: &mut PgConnection, saving: &mut Saving<'_>) -> Result<()> {
    let moved = moved(connection, saving).await?;
    if moved.is_empty() {
        return Ok(());
    }
    let (context, object) = (saving.context, saving.slots.object);
    let ids: Vec<Uuid> = moved.iter().copied().collect();
    let place = (object.name.as_str(), ids.as_slice(), Bin::Live);
    let reached = reach::find(connection, context, place, (Action::Transfer, Lock::None)).await?;
    for n in 0..saving.drafts.len() {
        let id = saving.drafts[n].id;
        if moved.contains(&id) && !reached.contains_key(&id) {
            let message = format!("you may not give this {} to somebody else", object.label);
            saving.blame(n, Problem::new(OWNER, FORBIDDEN, message));
        }
    }
    saving.moved = moved;
    Ok(())
}

/// Existing records whose draft names another owner than they have.
async fn moved(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<HashSet<Uuid>> {
    let Some(slot) = saving.slots.column(OWNER) else { return Ok(HashSet::new()) };
    let (mut ids, mut owners) = (Vec::new(), Vec::new());
    for draft in saving.drafts.iter().filter(|draft| !draft.is_new()) {
        if let Some(Value::Id(owner)) = draft.slots[slot] {
            ids.push(draft.id);
            owners.push(owner);
        }
    }
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let text = format!(
        "SELECT t.id FROM {} t JOIN unnest($1::uuid[], $2::uuid[]) AS n(id, owner_id) ON n.id = t.id WHERE t.owner_id <> n.owner_id",
        table(&saving.context.tenant().schema, &saving.slots.object.name)
    );
    let moved: Vec<Uuid> =
        sqlx::query_scalar(AssertSqlSafe(text)).bind(&ids).bind(&owners).fetch_all(connection).await?;
    Ok(moved.into_iter().collect())
}

/// Ends what was shared by hand of records that have another owner now, or are gone.
pub(super) async fn forget_shares(
    connection: &mut PgConnection,
    context: &Context,
    ids: Vec<Uuid>,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    shares::store::end(connection, context, (Some(&ids), None)).await.map(drop)
}
