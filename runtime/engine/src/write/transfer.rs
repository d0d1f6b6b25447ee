//! Giving records to another owner: a right of its own. What was shared by hand ends with the owner who shared it.

use std::collections::{HashMap, HashSet};

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
    let (context, object) = (saving.context, saving.slots.object);
    // Whoever may change what waits in a queue of theirs may take it.
    let given: HashSet<Uuid> = moved.iter().filter(|(_, taken)| !**taken).map(|(id, _)| *id).collect();
    saving.moved = moved.into_keys().collect();
    if given.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = given.iter().copied().collect();
    let place = (object.name.as_str(), ids.as_slice(), Bin::Live);
    let reached = reach::find(connection, context, place, (Action::Transfer, Lock::None)).await?;
    for n in 0..saving.drafts.len() {
        let id = saving.drafts[n].id;
        if given.contains(&id) && !reached.contains_key(&id) {
            let message = format!("you may not give this {} to somebody else", object.label);
            saving.blame(n, Problem::new(OWNER, FORBIDDEN, message));
        }
    }
    Ok(())
}

/// Existing records whose draft names another owner than they have, and whether it is their queue's member who takes
/// them.
async fn moved(connection: &mut PgConnection, saving: &Saving<'_>) -> Result<HashMap<Uuid, bool>> {
    let Some(slot) = saving.slots.column(OWNER) else { return Ok(HashMap::new()) };
    let (mut ids, mut owners) = (Vec::new(), Vec::new());
    for draft in saving.drafts.iter().filter(|draft| !draft.is_new()) {
        if let Some(Value::Id(owner)) = draft.slots[slot] {
            ids.push(draft.id);
            owners.push(owner);
        }
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let text = format!(
        "SELECT t.id, n.owner_id = $3 AND t.owner_id = ANY($4) FROM {} t JOIN unnest($1::uuid[], $2::uuid[]) AS n(id, owner_id) ON n.id = t.id WHERE t.owner_id <> n.owner_id",
        table(&saving.context.tenant().schema, &saving.slots.object.name)
    );
    let actor = &saving.context.actor;
    let queues: Vec<Uuid> = actor.membership.queues().collect();
    let moved = sqlx::query_as(AssertSqlSafe(text)).bind(&ids).bind(&owners).bind(actor.user_id).bind(queues);
    let moved: Vec<(Uuid, bool)> = moved.fetch_all(connection).await?;
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
