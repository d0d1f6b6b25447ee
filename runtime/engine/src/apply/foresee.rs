//! What can be said of a change before it is made, beside its steps: how long each takes, which records it does not suit,
//! what programs notice of it, and who may do more or less. Plans alone ask for it; a change that is made waits for none
//! of it.

use std::collections::BTreeMap;

use metadata::ddl::{Estimate, Size, Step, stricter};
use metadata::diff::{Noticed, noticed};
use permissions::{Policies, differences};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::{Offending, Planned};
use crate::error::{Result, has_moved_on, takes_too_long};
use crate::write::sql::table;
use crate::{indexes, store};

/// Offending records that a plan counts, and that it names.
pub(super) const COUNTED: usize = 1_000;
pub(super) const NAMED: usize = 20;
/// How long a plan looks for the records that one demand does not suit.
const LOOK: &str = "SAVEPOINT looked; SET LOCAL statement_timeout = '3s'";

/// What is told of a change that is only looked at.
#[derive(Clone, Debug, Default)]
pub struct Foreseen {
    /// What programs that use the API notice.
    pub api: Vec<Noticed>,
    /// What roles and rules give otherwise.
    pub permissions: Vec<differences::Difference>,
}

/// Completes a plan.
pub(crate) async fn foresee(connection: &mut PgConnection, planned: &mut Planned) -> Result<()> {
    let old = planned.old.clone();
    let after = Policies::new(&old.tenant.schema, &planned.wished)?;
    let permissions = differences::of((&old.policies, &old.catalog), (&after, &planned.wished));
    let api = noticed(&old.catalog, &planned.wished);
    planned.applied.foreseen = Some(Foreseen { api, permissions });
    for demand in stricter(&old.catalog, &planned.wished) {
        let question = demand.question(&old.tenant.schema);
        if let Some(found) = look(connection, question).await? {
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
    let mut sizes = BTreeMap::new();
    for step in &mut planned.applied.steps {
        estimate(connection, &planned.old, (step, &mut sizes)).await?;
    }
    Ok(())
}

/// The first records that a question finds: nothing where there are none, no list where finding out takes too long.
async fn look(connection: &mut PgConnection, question: String) -> Result<Option<Option<Vec<Uuid>>>> {
    sqlx::raw_sql(LOOK).execute(&mut *connection).await?;
    let limit = i64::try_from(COUNTED).unwrap_or(i64::MAX);
    let found: Result<Vec<Uuid>, sqlx::Error> =
        sqlx::query_scalar(AssertSqlSafe(question)).bind(limit).fetch_all(&mut *connection).await;
    // The limit of time goes with it; nothing was written.
    sqlx::raw_sql("ROLLBACK TO SAVEPOINT looked").execute(connection).await?;
    match found {
        Ok(ids) if ids.is_empty() => Ok(None),
        Ok(ids) => Ok(Some(Some(ids))),
        // A package before this one, which is only looked at too, would have made it.
        Err(error) if has_moved_on(&error) => Ok(None),
        Err(error) if takes_too_long(&error) => Ok(Some(None)),
        Err(error) => Err(error.into()),
    }
}

/// Says what a step costs, on the table as it is now. What comes with the plan holds nothing yet.
async fn estimate(
    connection: &mut PgConnection,
    old: &crate::Snapshot,
    (step, sizes): (&mut Step, &mut BTreeMap<String, Size>),
) -> Result<()> {
    let object = old.catalog.objects.iter().find(|object| object.id == step.object);
    let size = match (object, sizes.get(&step.object)) {
        (_, Some(size)) => *size,
        (None, None) => Size::default(),
        (Some(object), None) => store::size(connection, &table(&old.tenant.schema, &object.name)).await?,
    };
    sizes.insert(step.object.clone(), size);
    if indexes::is_size_large(size.bytes) {
        step.put_off(&old.tenant.schema);
    }
    step.estimate = Some(Estimate::of(step, size));
    Ok(())
}
