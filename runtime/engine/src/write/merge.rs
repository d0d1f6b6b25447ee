//! Several records that mean the same thing become one: what points to the others points to it, what they are linked to
//! is linked to it ([`links`]), and the others go into the recycle bin. The number of statements follows the number of
//! relations, not of records.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use permissions::{Action, Actor};
use serde_json::json;
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::pointing::{self, Ends};
use super::sql::{quoted, table};
use super::{answer, reach, remove, update};
use crate::audit::{self, Deed, Event};
use crate::command::{Fields, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::read::sql::Lock;

mod links;

/// Most records that are merged into one.
const MAX_OTHERS: usize = 20;

/// Merges `others` into `id`, which gets `fields`; answers what came out.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (id, others, fields): (Uuid, Vec<Uuid>, Fields),
) -> Result<Written> {
    check(id, &others)?;
    reach::lock(connection, context, (object, &[id]), Action::Edit).await?;
    reach::lock(connection, context, (object, &others), Action::Delete).await?;
    // Who may do away with the others need not see all that points to them.
    let actor = Actor::system(context.actor.user_id, "merge").into();
    let system = Context { actor, access: None, ..context.clone() };
    let (from, to) = (Ends { object, ids: &others }, Ends { object, ids: &[id] });
    for relation in pointing::all(context, object) {
        let found = pointing::find(connection, &system, &relation, (from, Lock::Update)).await?;
        let outcome = pointing::turn(connection, &system, (&relation, found), (from, to)).await;
        outcome.map_err(|error| pointing::at("others", error))?;
    }
    let turned = links::turn(connection, &system, object, (id, &others)).await;
    turned.map_err(|error| pointing::at("others", error))?;
    let named: Vec<String> = fields.iter().map(|(key, _)| key.clone()).collect();
    let fields = without_itself(connection, context, object, (id, &others, fields)).await?;
    let mut written =
        update::run(connection, context, object, vec![Update { id, fields, if_version: None }]).await?;
    if links::gather(connection, (context, &system), object, (id, &others, &named)).await? {
        let warnings = std::mem::take(&mut written.warnings);
        written = Written { warnings, ..answer(connection, context, &object.name, vec![id]).await? };
    }
    let event =
        Event::of(context, Deed::Merge, &object.id).about(id).with(json!({ "others": [others, null] }));
    remove::delete(connection, context, object, others).await?;
    // What is answered was read before: a roll-up may have come meanwhile that was not kept here.
    context.check(crate::store::load_versions(connection, context.tenant()).await?)?;
    audit::record(connection, context.tenant(), &[event]).await?;
    Ok(written)
}

fn check(id: Uuid, others: &[Uuid]) -> Result<()> {
    let mut problems = Vec::new();
    if others.is_empty() {
        problems.push(Problem::new("others", "required", "say which records are merged into this one"));
    }
    if others.len() > MAX_OTHERS {
        let message = format!("at most {MAX_OTHERS} records are merged at once");
        problems.push(Problem::new("others", "too-many", message));
    }
    let mut seen = std::collections::HashSet::from([id]);
    for (n, other) in others.iter().enumerate() {
        if !seen.insert(*other) {
            let message = "a record is merged once, and not into itself";
            problems.push(Problem::new(format!("others.{n}"), "duplicate", message));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Unprocessable(problems)) }
}

/// Lookups by which the record points to one of the others point to nothing, unless `fields` say where.
async fn without_itself(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (id, others, mut fields): (Uuid, &[Uuid], Fields),
) -> Result<Fields> {
    for field in object.fields.iter().filter(|field| field.kind.target() == Some(object.name.as_str())) {
        let [column] = field.columns.as_slice() else { continue };
        if fields.iter().any(|(key, _)| *key == column.key) {
            continue;
        }
        let text = format!(
            "SELECT EXISTS (SELECT 1 FROM {} t WHERE t.id = $1 AND t.{} = ANY($2))",
            table(&context.tenant().schema, &object.name),
            quoted(&column.name)
        );
        if sqlx::query_scalar(AssertSqlSafe(text)).bind(id).bind(others).fetch_one(&mut *connection).await? {
            fields.push((column.key.clone(), RawValue::NULL.to_owned()));
        }
    }
    Ok(fields)
}
