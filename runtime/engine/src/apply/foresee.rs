//! What can be said of a change before it is made, beside its steps: how long each takes, which records it does not suit,
//! what programs notice of it, who may do more or less, and what uses what changes. Plans alone ask for it; a change that
//! is made waits for none of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use metadata::catalog::{Dependants, Named};
use metadata::ddl::{Estimate, Risk, Size, Step, stricter};
use metadata::definitions::role::Reaches;
use metadata::diff::{Noticed, noticed};
use permissions::{Action, Actor, Policies, Sight, differences};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use uuid::Uuid;

use super::tried::{self, Rehearsal, Tried};
use super::{Applied, Apply, Next, Offending, Planned, plan};
use crate::context::Context;
use crate::error::{Result, has_moved_on, takes_too_long};
use crate::snapshot::Snapshot;
use crate::write::sql::table;
use crate::{indexes, store};

/// Offending records that a plan counts, and that it names.
pub(super) const COUNTED: usize = 1_000;
pub(super) const NAMED: usize = 20;
/// How long a plan looks for records that its demands do not suit, all together.
const BUDGET: Duration = Duration::from_secs(2);

/// What was read of the tenant's tables for a plan is let go of before its steps are tried.
pub(crate) const LOOK: &str = "SAVEPOINT planned";
pub(crate) const LOOKED: &str = "ROLLBACK TO SAVEPOINT planned";

/// What is told of a change that is only looked at.
#[derive(Clone, Debug, Default)]
pub struct Foreseen {
    /// What programs that use the API notice.
    pub api: Vec<Noticed>,
    /// What roles and rules give otherwise.
    pub permissions: Vec<differences::Difference>,
    /// What uses the components that change or go.
    pub dependants: Vec<Dependants>,
}

/// What a change would do.
pub(super) async fn look_ahead(
    connection: &mut PgConnection,
    context: &Context,
    wish: &Apply,
    next: Next<'_>,
) -> Result<Applied> {
    raw_sql(LOOK).execute(&mut *connection).await?;
    let mut planned = plan(connection, context, wish, next).await?;
    foresee(connection, &mut planned).await?;
    let rehearsal = Rehearsal::of(&planned);
    raw_sql(LOOKED).execute(&mut *connection).await?;
    let tried = match wish.leave_untried {
        true => Tried::not_asked(&planned.applied.steps),
        false => tried::run(connection, context.tenant(), &[rehearsal]).await?,
    };
    Ok(Applied { tried: Some(tried), ..planned.applied })
}

/// Completes a plan.
pub(crate) async fn foresee(connection: &mut PgConnection, planned: &mut Planned) -> Result<()> {
    let old = planned.old.clone();
    let after = Policies::new(&old.tenant.schema, &planned.wished)?;
    let permissions = differences::of((&old.policies, &old.catalog), (&after, &planned.wished));
    let api = noticed(&old.catalog, &planned.wished);
    let touched = planned.applied.changes.iter();
    let known = touched.filter_map(|one| Some(Named::new(one.kind, one.former.clone()?)));
    let dependants = old.catalog.dependants(&known.collect::<Vec<_>>());
    planned.applied.foreseen = Some(Foreseen { api, permissions, dependants });
    let until = Instant::now() + BUDGET;
    for demand in stricter(&old.catalog, &planned.wished) {
        let found = if sees_all(&old, &planned.actor, &demand.about) {
            let left = until.saturating_duration_since(Instant::now());
            look(connection, demand.question(&old.tenant.schema), left).await?
        } else {
            Some(None)
        };
        if let Some(found) = found {
            let count = found.as_ref().map(Vec::len);
            let records = found.unwrap_or_default().into_iter().take(NAMED).collect();
            planned.applied.offending.push(Offending {
                path: demand.path,
                code: demand.code,
                count,
                records,
            });
        }
    }
    let mut known = Known::default();
    for step in &mut planned.applied.steps {
        estimate(connection, &planned.old, (step, &mut known)).await?;
    }
    Ok(())
}

/// Whether somebody reads a field of every record as it is. To others a demand answers nothing: by asking for one
/// maximum after the other they would learn the values.
pub(crate) fn sees_all(old: &Snapshot, actor: &Actor, (object, field): &(String, String)) -> bool {
    let Some(object) = old.catalog.objects.iter().find(|known| known.id == *object) else { return false };
    let decision = old.policies.decide(actor, Action::Read, object, &old.catalog);
    let is_plain = |field| decision.sight(field) == Sight::Shown && decision.plain(field) == Sight::Shown;
    decision.widest() == Reaches::All && object.find_field_by_id(field).is_some_and(is_plain)
}

/// The first records that a question finds: nothing where there are none, no list where finding out takes too long.
async fn look(
    connection: &mut PgConnection,
    question: String,
    left: Duration,
) -> Result<Option<Option<Vec<Uuid>>>> {
    let millis = left.as_millis();
    if millis == 0 {
        return Ok(Some(None));
    }
    let begin = format!("SAVEPOINT looked; SET LOCAL statement_timeout = {millis}");
    raw_sql(AssertSqlSafe(begin)).execute(&mut *connection).await?;
    let limit = i64::try_from(COUNTED).unwrap_or(i64::MAX);
    let found: Result<Vec<Uuid>, sqlx::Error> =
        sqlx::query_scalar(AssertSqlSafe(question)).bind(limit).fetch_all(&mut *connection).await;
    // The limit of time goes with it; nothing was written.
    raw_sql("ROLLBACK TO SAVEPOINT looked").execute(connection).await?;
    match found {
        Ok(ids) if ids.is_empty() => Ok(None),
        Ok(ids) => Ok(Some(Some(ids))),
        // A package before this one, which is only looked at too, would have made it.
        Err(error) if has_moved_on(&error) => Ok(None),
        Err(error) if takes_too_long(&error) => Ok(Some(None)),
        Err(error) => Err(error.into()),
    }
}

/// What is known while steps are weighed: sizes of objects' tables, and the bytes of those indexed so far while their
/// writers wait.
#[derive(Default)]
struct Known {
    sizes: BTreeMap<String, Size>,
    indexed: i64,
}

/// Says what a step costs, on the table as it is now. What comes with the plan holds nothing yet.
async fn estimate(
    connection: &mut PgConnection,
    old: &Snapshot,
    (step, known): (&mut Step, &mut Known),
) -> Result<()> {
    let object = old.catalog.objects.iter().find(|object| object.id == step.object);
    let size = match (object, known.sizes.get(&step.object)) {
        (_, Some(size)) => *size,
        (None, None) => Size::default(),
        (Some(object), None) => store::size(connection, &table(&old.tenant.schema, &object.name)).await?,
    };
    known.sizes.insert(step.object.clone(), size);
    let is_now = step.risk != Risk::Background;
    if is_now && step.later.is_some() && indexes::is_more(size.bytes, &mut known.indexed) {
        step.put_off(&old.tenant.schema);
    }
    step.estimate = Some(Estimate::of(step, size));
    Ok(())
}
