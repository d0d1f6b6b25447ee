//! What points to a record by its lookups, turned to point to another one: for records that become one, or something
//! else. The number of statements follows the number of relations, not of records.

use std::sync::Arc;

use metadata::catalog::Object;
use metadata::{FieldKind, Problem};
use permissions::Action;
use serde_json::Value as Json;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::update;
use crate::command::{MAX_RECORDS, Update};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::filter::{Filter, Operator};
use crate::plan::Plan;
use crate::query::Query;
use crate::read::of_revision;
use crate::read::sql::{Lock, reach_statement};

/// A lookup that points to an object, seen from the object that has it.
pub(super) struct Pointing {
    pub object: Arc<Object>,
    /// The key of the id.
    key: String,
    /// Of an any-lookup, the key of the object's name.
    named: Option<String>,
    /// The objects that it may point to.
    targets: Vec<String>,
}

impl Pointing {
    /// Whether it is a relation to any object that may lead to this one.
    pub(super) fn may_lead_to(&self, object: &Object) -> bool {
        self.named.is_some() && self.targets.contains(&object.name)
    }
}

/// Records of one object: those that are pointed to, or the one that shall be.
#[derive(Clone, Copy)]
pub(super) struct Ends<'e> {
    pub object: &'e Object,
    pub ids: &'e [Uuid],
}

impl Ends<'_> {
    fn has(&self, object: &Object, id: Uuid) -> bool {
        self.object.id == object.id && self.ids.contains(&id)
    }
}

/// Every lookup that may point to records of the object.
pub(super) fn all(context: &Context, object: &Object) -> Vec<Pointing> {
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
            found.push(Pointing { object: other.clone(), key, named, targets: field.targets.clone() });
        }
    }
    found
}

/// Ids of what points to some records through one relation.
pub(super) async fn find(
    connection: &mut PgConnection,
    system: &Context,
    relation: &Pointing,
    (from, lock): (Ends<'_>, Lock),
) -> Result<Vec<Uuid>> {
    let values = from.ids.iter().map(|id| Json::from(id.to_string())).collect();
    let is_one = Filter::Field { path: relation.key.clone(), operator: Operator::In, value: values };
    let named = relation.named.as_ref().map(|key| Filter::Field {
        path: key.clone(),
        operator: Operator::Eq,
        value: from.object.name.clone().into(),
    });
    let query = Query {
        object: relation.object.name.clone(),
        filter: Filter::both(Some(is_one), named),
        ..Query::default()
    };
    let plan = Plan::for_action(system, &query, Action::Edit)?;
    let (text, values) = reach_statement(&plan, lock, &[]);
    let text = AssertSqlSafe(of_revision(system, &text));
    let rows: Vec<(Uuid, i64)> =
        sqlx::query_as_with(text, sea_query_sqlx::SqlxValues(values)).fetch_all(&mut *connection).await?;
    Ok(rows.into_iter().map(|(found, _)| found).collect())
}

/// Refuses to change more records than one request may.
pub(super) fn check_count(object: &Object, count: usize) -> Result<()> {
    if count <= MAX_RECORDS {
        return Ok(());
    }
    let message = format!("more than {MAX_RECORDS} `{}` records point to them", object.plural);
    let problem = Problem::new("", "too-many", message);
    Err(Error::Unprocessable(vec![problem.hint("let them point elsewhere first, some at a time")]))
}

/// Lets what was found to point to some records through one relation point to the one of `to`.
pub(super) async fn turn(
    connection: &mut PgConnection,
    system: &Context,
    (relation, found): (&Pointing, Vec<Uuid>),
    (from, to): (Ends<'_>, Ends<'_>),
) -> Result<()> {
    check_count(&relation.object, found.len())?;
    // No record comes to point to itself; those that are left are on their way out.
    let ids =
        found.into_iter().filter(|id| !from.has(&relation.object, *id) && !to.has(&relation.object, *id));
    // An any-lookup is written as a whole.
    let mut fields = vec![(relation.key.clone(), raw(&to.ids.first())?)];
    if let Some(key) = &relation.named {
        fields.push((key.clone(), raw(&to.object.name)?));
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
pub(super) fn without_details(error: Error, object: &Object) -> Error {
    match error {
        Error::Unprocessable(_) | Error::Conflict(_) | Error::Invalid(_) => {
            let message =
                format!("a `{}` record that points to one of them may not point to another", object.name);
            let problem = Problem::new("", "cannot-repoint", message);
            Error::Unprocessable(vec![problem.hint("somebody who may change those records finds out why")])
        }
        error => error,
    }
}

/// The same refusal, told at a place of the request.
pub(super) fn at(place: &str, error: Error) -> Error {
    match error {
        Error::Unprocessable(found) => {
            Error::Unprocessable(found.into_iter().map(|problem| problem.under(place)).collect())
        }
        error => error,
    }
}

/// A value as raw JSON.
pub(super) fn raw(value: &impl serde::Serialize) -> Result<Box<RawValue>> {
    to_raw_value(value).map_err(|error| Error::File(error.into()))
}
