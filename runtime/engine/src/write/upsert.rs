//! New records, or changes of those that are there already: told apart by a unique field. Two writers of the same
//! value at once end with one record, because the unique index is asked and not trusted to stay as it was seen.

use std::collections::HashMap;
use std::sync::Arc;

use formulas::Value;
use metadata::Problem;
use metadata::catalog::{Column, Object};
use permissions::Action;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use uuid::Uuid;

use super::draft::Slots;
use super::saving::REQUIRED;
use super::{answer, constraint, create, sql, update};
use crate::command::{Fields, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys::Place;
use crate::plan::Plan;
use crate::query::{Query, Selection};

/// How often records may come or go under an upsert before it gives up.
const ATTEMPTS: u32 = 5;

/// Creates or changes the records and answers them.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (by, records): (&str, Vec<Fields>),
) -> Result<Written> {
    let column = unique_column(context, object, by)?;
    let values = values(context, object, (column, &records))?;
    let mut attempt = 1;
    loop {
        let mut savepoint = connection.begin().await?;
        match once(&mut savepoint, context, object, (column, &values, &records)).await {
            Ok(Done { ids, created, warnings }) => {
                savepoint.commit().await?;
                let answer = answer(connection, context, &object.name, ids).await?;
                return Ok(Written { created, warnings, ..answer });
            }
            Err(error) => {
                savepoint.rollback().await?;
                let error = constraint::explain(error, object, context);
                if attempt == ATTEMPTS || !is_race(&error, &column.key) {
                    return Err(unseen(error, column));
                }
                attempt += 1;
            }
        }
    }
}

/// The column of a field that tells records apart, if the actor may read it.
fn unique_column<'o>(context: &Context, object: &'o Object, by: &str) -> Result<&'o Column> {
    let query = Query {
        object: object.name.clone(),
        fields: vec![Selection::Field(by.to_owned())],
        ..Query::default()
    };
    Plan::new(context, &query).map_err(|error| match error {
        Error::Invalid(_) => Error::invalid("by", "unknown-field", format!("there is no field `{by}`")),
        error => error,
    })?;
    match object.find_key(by).filter(|(field, _)| field.unique) {
        Some((_, column)) => Ok(column),
        None => {
            let read = context.decide(Action::Read, object);
            let unique =
                object.fields.iter().filter(|field| field.unique && !field.standard && read.gives(field));
            let names: Vec<&str> = unique.map(|field| field.name.as_str()).collect();
            let problem = Problem::new("by", "not-unique", format!("`{by}` does not tell records apart"));
            let hint = match names.as_slice() {
                [] => format!("no field of `{}` is unique", object.name),
                names => format!("unique are: {}", names.join(", ")),
            };
            Err(Error::Invalid(vec![problem.hint(hint)]))
        }
    }
}

/// The key that tells a record apart where nobody said which: the one unique field that it has a value for.
pub(super) fn key_in(context: &Context, object: &Object, record: &Fields) -> Result<String, Problem> {
    let read = context.decide(Action::Read, object);
    let unique: Vec<&str> = object
        .fields
        .iter()
        .filter(|field| field.unique && !field.standard && read.gives(field))
        .filter_map(|field| field.columns.last())
        .map(|column| column.key.as_str())
        .collect();
    let given: Vec<&str> =
        unique.iter().copied().filter(|key| record.iter().any(|(name, _)| name == key)).collect();
    let problem = |message: &str, hint: String| Err(Problem::new("by", REQUIRED, message).hint(hint));
    match (given.as_slice(), unique.as_slice()) {
        ([one], _) => Ok((*one).to_owned()),
        ([], []) => {
            problem("nothing tells the records apart", format!("no field of `{}` is unique", object.name))
        }
        ([], all) => {
            problem("nothing in `data` tells the record apart", format!("give one of {}", all.join(", ")))
        }
        (several, _) => {
            problem("several fields tell the record apart", format!("say which: {}", several.join(", ")))
        }
    }
}

/// The value of each record in the form in which PostgreSQL prints it.
fn values(
    context: &Context,
    object: &Object,
    (column, records): (&Column, &[Fields]),
) -> Result<Vec<String>> {
    let slots = Slots::new(object);
    let slot = slots.column(&column.name).unwrap_or_default();
    let (mut values, mut problems) = (Vec::new(), Vec::new());
    let mut seen = std::collections::HashSet::new();
    for (n, fields) in records.iter().enumerate() {
        let (draft, found) = slots.read(context, Uuid::nil(), fields);
        let place =
            |problem: Problem| if records.len() > 1 { problem.under(&n.to_string()) } else { problem };
        let key = &column.key;
        let printed = draft.slots[slot].as_ref().and_then(super::source::printed);
        let value = printed.map(|value| looked_up(context, object, (column, value))).transpose()?;
        match value {
            Some(value) if seen.insert(value.clone()) => values.push(value),
            Some(_) => problems.push(place(Problem::new(key, "duplicate", "this value is there twice"))),
            // What is wrong with the value itself was told while reading.
            None if found.iter().any(|problem| problem.path == *key) => {
                problems.extend(found.into_iter().map(place));
            }
            None if draft.slots[slot] == Some(Value::Null) || draft.slots[slot].is_none() => {
                problems.push(place(Problem::new(key, "required", "the value that tells records apart")));
            }
            None => problems.push(place(Problem::new(key, "unsuitable", "this value tells nothing apart"))),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(Error::Unprocessable(problems)) }
}

/// What a value is found by: an encrypted one by its blind index.
fn looked_up(context: &Context, object: &Object, (column, value): (&Column, String)) -> Result<String> {
    match object.find_key(&column.key).map(|(field, _)| field).filter(|field| field.encrypted) {
        Some(field) => context.keys()?.blind(Place::of(object, field, Uuid::nil()), &value),
        None => Ok(value),
    }
}

/// What one try did.
struct Done {
    /// In the order of the records.
    ids: Vec<Uuid>,
    /// Those that are new.
    created: Vec<Uuid>,
    /// What was warned of and confirmed.
    warnings: Vec<Problem>,
}

/// One try.
async fn once(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (column, values, records): (&Column, &[String], &[Fields]),
) -> Result<Done> {
    let known = known(connection, context, object, (column, values)).await?;
    let (mut ids, mut fresh, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    // Where each record of the two parts stood, for problems.
    let mut places: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    for (n, (value, fields)) in values.iter().zip(records).enumerate() {
        let fields = fields.clone();
        match known.get(value) {
            Some(id) => {
                changed.push(Update { id: *id, fields, if_version: None });
                places[1].push(n);
                ids.push(*id);
            }
            None => {
                let id = context.new_id();
                fresh.push((id, fields));
                places[0].push(n);
                ids.push(id);
            }
        }
    }
    let created = fresh.iter().map(|(id, _)| *id).collect();
    let put = |error, part: usize| placed(error, &places[part], records.len());
    let made = create::create_with_ids(connection, context, object, &fresh).await;
    let mut warnings = as_whole(made.map_err(|error| put(error, 0))?, &places[0], records.len());
    if !changed.is_empty() {
        let written = update::run(connection, context, object, changed).await;
        let written = written.map_err(|error| put(error, 1))?;
        warnings.extend(as_whole(written.warnings, &places[1], records.len()));
    }
    Ok(Done { ids, created, warnings })
}

async fn known(
    connection: &mut PgConnection,
    context: &Context,
    object: &Object,
    (column, values): (&Column, &[String]),
) -> Result<HashMap<String, Uuid>> {
    let text = sql::same_value(&context.tenant().schema, &object.name, column);
    let rows = sqlx::query(AssertSqlSafe(text)).bind(values).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("value")?, row.try_get("id")?))).collect()
}

/// Problems of a part as problems of the whole.
fn as_whole(found: Vec<Problem>, places: &[usize], count: usize) -> Vec<Problem> {
    let of = |problem: Problem| {
        let (n, rest) = super::batch::index(&problem.path);
        let rest = rest.to_owned();
        let bare = Problem { path: rest, ..problem };
        let place = places.get(n).copied().unwrap_or_default();
        if count > 1 { bare.under(&place.to_string()) } else { bare }
    };
    found.into_iter().map(of).collect()
}

fn placed(error: Error, places: &[usize], count: usize) -> Error {
    match error {
        Error::Unprocessable(found) => Error::Unprocessable(as_whole(found, places, count)),
        Error::Conflict(found) => Error::Conflict(as_whole(found, places, count)),
        error => error,
    }
}

/// Whether a record with the value came or went meanwhile.
fn is_race(error: &Error, key: &str) -> bool {
    match error {
        Error::NotFound => true,
        Error::Conflict(found) => {
            let last = |problem: &Problem| problem.path.rsplit('.').next() == Some(key);
            found.iter().any(|problem| problem.code == "duplicate" && last(problem))
        }
        _ => false,
    }
}

/// A record that the actor may not see still has its value to itself.
fn unseen(error: Error, column: &Column) -> Error {
    match error {
        Error::NotFound => {
            Error::Conflict(vec![Problem::new(&column.key, "duplicate", "another record has this value")])
        }
        error => error,
    }
}
