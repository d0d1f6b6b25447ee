//! Several records that mean the same thing become one: what points to the others points to it, and the others go
//! into the recycle bin. The number of statements follows the number of relations, not of records.

use std::sync::Arc;

use metadata::catalog::{Link, Object, Relation};
use metadata::{FieldKind, Problem};
use permissions::{Action, Actor};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::sql::{quoted, table};
use super::{reach, remove, update};
use crate::audit::{self, Deed, Event};
use crate::command::{Fields, MAX_RECORDS, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter::{Filter, Operator};
use crate::plan::Plan;
use crate::query::Query;
use crate::read::of_revision;
use crate::read::sql::{Lock, reach_statement};

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
    let actor = Actor::system(context.actor.user_id, "merge");
    let system = Context { actor, access: None, ..context.clone() };
    for relation in pointing(context, object) {
        repoint(connection, &system, (object, &relation), (id, &others)).await?;
    }
    for relation in object.relations.iter() {
        links(connection, context, relation, (id, &others)).await?;
    }
    let fields = without_itself(connection, context, object, (id, &others, fields)).await?;
    let written =
        update::run(connection, context, object, vec![Update { id, fields, if_version: None }]).await?;
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

/// A lookup that points to the object, seen from the object that has it.
struct Pointing {
    object: Arc<Object>,
    /// The key of the id.
    key: String,
    /// Of an any-lookup, the key of the object's name.
    named: Option<String>,
}

fn pointing(context: &Context, object: &Object) -> Vec<Pointing> {
    let mut found = Vec::new();
    for other in context.snapshot.catalog.objects.iter().filter(|other| !other.system) {
        for field in &other.fields {
            let (key, named) = match (&field.kind, field.columns.as_slice()) {
                (FieldKind::AnyLookup(_), [name, id]) if field.targets.contains(&object.name) => {
                    (id.key.clone(), Some(name.key.clone()))
                }
                (kind, [column]) if kind.target() == Some(object.name.as_str()) && !field.read_only => {
                    (column.key.clone(), None)
                }
                _ => continue,
            };
            found.push(Pointing { object: other.clone(), key, named });
        }
    }
    found
}

/// Lets everything that points to the others through one relation point to the record.
async fn repoint(
    connection: &mut PgConnection,
    system: &Context,
    (object, relation): (&Object, &Pointing),
    (id, others): (Uuid, &[Uuid]),
) -> Result<()> {
    let values = others.iter().map(|other| Json::from(other.to_string())).collect();
    let is_one = Filter::Field { path: relation.key.clone(), operator: Operator::In, value: values };
    let named = relation.named.as_ref().map(|key| Filter::Field {
        path: key.clone(),
        operator: Operator::Eq,
        value: object.name.clone().into(),
    });
    let query = Query {
        object: relation.object.name.clone(),
        filter: Filter::both(Some(is_one), named),
        ..Query::default()
    };
    let plan = Plan::for_action(system, &query, Action::Edit)?;
    let (text, values) = reach_statement(&plan, Lock::Update, &[]);
    let text = AssertSqlSafe(of_revision(system, &text));
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as_with(text, sea_query_sqlx::SqlxValues(values)).fetch_all(&mut *connection).await?;
    if rows.len() > MAX_RECORDS {
        let message = format!("more than {MAX_RECORDS} `{}` records point to them", relation.object.plural);
        let problem = Problem::new("others", "too-many", message);
        return Err(Error::Unprocessable(vec![
            problem.hint("let them point elsewhere first, some at a time"),
        ]));
    }
    // The record itself cannot point to itself; the others are on their way out.
    let ids = rows.into_iter().map(|(found, _)| found);
    let ids =
        ids.filter(|found| relation.object.id != object.id || (*found != id && !others.contains(found)));
    // An any-lookup is written as a whole.
    let mut fields = vec![(relation.key.clone(), raw(&id)?)];
    if let Some(key) = &relation.named {
        fields.push((key.clone(), raw(&object.name)?));
    }
    let updates: Vec<Update> =
        ids.map(|found| Update { id: found, fields: fields.clone(), if_version: None }).collect();
    if !updates.is_empty() {
        let outcome = update::run(connection, system, &relation.object, updates).await;
        outcome.map_err(|error| without_details(error, &relation.object))?;
    }
    Ok(())
}

/// What is wrong with records that the actor may not see is not the actor's to know.
fn without_details(error: Error, object: &Object) -> Error {
    match error {
        Error::Unprocessable(_) | Error::Conflict(_) | Error::Invalid(_) => {
            let message =
                format!("a `{}` record that points to one of them may not point to another", object.name);
            let problem = Problem::new("others", "cannot-repoint", message);
            Error::Unprocessable(vec![problem.hint("somebody who may change those records finds out why")])
        }
        error => error,
    }
}

fn raw(value: &impl serde::Serialize) -> Result<Box<RawValue>> {
    to_raw_value(value).map_err(|error| Error::File(error.into()))
}

/// Moves links of a many-to-many relation, those that the record has already apart.
async fn links(
    connection: &mut PgConnection,
    context: &Context,
    relation: &Relation,
    (id, others): (Uuid, &[Uuid]),
) -> Result<()> {
    let Link::Table { table: name, here, there, .. } = &relation.link else { return Ok(()) };
    let name = table(&context.tenant().schema, name);
    let (here, there) = (quoted(here), quoted(there));
    for text in [
        format!(
            "INSERT INTO {name} ({here}, {there}) SELECT DISTINCT $1::uuid, l.{there} FROM {name} l WHERE l.{here} = ANY($2) ON CONFLICT DO NOTHING"
        ),
        format!("DELETE FROM {name} WHERE $1::uuid IS NOT NULL AND {here} = ANY($2)"),
    ] {
        sqlx::query(AssertSqlSafe(text)).bind(id).bind(others).execute(&mut *connection).await?;
    }
    Ok(())
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
