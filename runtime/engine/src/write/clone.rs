//! A new record like one that is there: what the actor sees of it and could have written, but what must be its
//! own (unique values, numbers, owner).

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use permissions::{Action, Sight};
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::create;
use crate::command::{Fields, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::keys::{UNREADABLE, UNREADABLE_CODE};
use crate::query::{MAX_LIMIT, Nested, Query, Selection};
use crate::read;

/// Creates the copy, with `fields` in place of what the record has, and answers it.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    object: &Arc<Object>,
    (id, fields): (Uuid, Fields),
) -> Result<Written> {
    let query = Query { fields: selections(object), ..Query::of(&object.name, vec![id]) };
    let answer = read::run(connection, context, &query).await?;
    // Values stay the text that they are, so that no number goes through a float.
    let rows: Vec<std::collections::BTreeMap<String, Box<RawValue>>> =
        serde_json::from_slice(&answer.json).unwrap_or_default();
    let row = rows.into_iter().next().ok_or(Error::NotFound)?;
    let is_plain = |key: &str| is_plain(context, object, key);
    let copied =
        row.into_iter().filter(|(key, _)| !fields.iter().any(|(named, _)| named == key) && is_plain(key));
    let mut unreadable = Vec::new();
    let copied = copied.inspect(|(key, value)| unreadable.extend(refused(object, id, (key, &**value))));
    let mut copy: Fields = copied.filter_map(|(key, value)| copied_value(object, key, &value)).collect();
    if !unreadable.is_empty() {
        return Err(Error::Unprocessable(unreadable));
    }
    copy.extend(fields);
    create::run(connection, context, object, vec![copy]).await
}

/// Whether the actor sees all of a value: one that is shown by its end alone is not the actor's to copy.
pub(super) fn is_plain(context: &Context, object: &Object, key: &str) -> bool {
    let decision = context.decide(Action::Read, object);
    let found = object.find_key(key);
    found.is_none_or(|(field, _)| !field.encrypted || decision.plain(field) == Sight::Shown)
}

/// What is wrong with copying an encrypted value that could not be opened.
fn refused(object: &Object, id: Uuid, (key, value): (&str, &RawValue)) -> Option<Problem> {
    let (field, _) = object.find_key(key).filter(|(field, _)| field.encrypted && !field.unique)?;
    let is_unreadable = serde_json::from_str::<String>(value.get()).is_ok_and(|text| text == UNREADABLE);
    let message =
        format!("the value of `{}` of the record {id} cannot be opened, so it cannot be copied", field.name);
    let problem = Problem::new(key, UNREADABLE_CODE, message);
    is_unreadable.then(|| problem.hint("say what the copy has there, be it null"))
}

/// All own fields, and the ids of linked records.
pub(super) fn selections(object: &Object) -> Vec<Selection> {
    let links = object.fields.iter().filter(|field| field.kind.is_to_many()).map(|field| {
        Selection::Nested(Nested {
            relation: field.name.clone(),
            alias: None,
            fields: vec![Selection::Field("id".into())],
            sort: Vec::new(),
            limit: Some(MAX_LIMIT),
            filter: None,
        })
    });
    std::iter::once(Selection::Field("*".into())).chain(links).collect()
}

pub(super) fn copied_value(
    object: &Object,
    key: String,
    value: &RawValue,
) -> Option<(String, Box<RawValue>)> {
    if object.find_field(&key).is_some_and(|field| field.kind.is_to_many()) {
        #[derive(Deserialize)]
        struct Linked {
            id: Uuid,
        }
        let linked: Vec<Linked> = serde_json::from_str(value.get()).ok()?;
        let ids: Vec<Uuid> = linked.into_iter().map(|linked| linked.id).collect();
        return Some((key, to_raw_value(&ids).ok()?));
    }
    let (field, column) = object.find_key(&key)?;
    let own = field.read_only || field.unique || column.name == "owner_id" || value.get() == "null";
    (!own).then(|| (key, value.to_owned()))
}
