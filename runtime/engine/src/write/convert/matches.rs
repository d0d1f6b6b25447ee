//! Records that are there already and may be what a conversion would make: those that agree in the fields that the
//! definition names. Asked as a list is, so that nobody finds what they may not see.

use metadata::FieldKind;
use metadata::catalog::conversions::Target;
use metadata::catalog::{Field, Object};
use permissions::Action;
use serde::Serialize;
use serde_json::Value as Json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::command::Fields;
use crate::context::Context;
use crate::error::Result;
use crate::filter::{Filter, Operator};
use crate::query::{Query, Selection};
use crate::read;

/// Most records that are told.
const MOST: usize = 10;
/// Most that are looked at: texts that only begin alike are among them.
const LOOKED_AT: u32 = 100;

/// One such record.
#[derive(Clone, Debug, Serialize)]
pub struct Match {
    pub id: Uuid,
    pub name: Option<String>,
    /// Fields in which it agrees.
    pub on: Vec<String>,
}

/// A value that has to agree.
struct Wanted<'w> {
    field: &'w Field,
    key: &'w str,
    value: Json,
}

/// Finds them for a new record with these fields.
pub(super) async fn find(
    connection: &mut PgConnection,
    context: &Context,
    (target, fields): (&Target, &Fields),
) -> Result<Vec<Match>> {
    let object = &target.object;
    let sight = context.decide(Action::Read, object);
    let lists: Vec<Vec<Wanted<'_>>> =
        target.matching.iter().filter_map(|names| wanted(object, (names, fields))).collect();
    let lists: Vec<_> =
        lists.into_iter().filter(|list| list.iter().all(|one| sight.gives(one.field))).collect();
    if lists.is_empty() || !sight.is_allowed() {
        return Ok(Vec::new());
    }
    let mut selected = vec![Selection::Field("id".into()), Selection::Field("name".into())];
    for one in lists.iter().flatten() {
        let field = Selection::Field(one.key.to_owned());
        if !selected.contains(&field) {
            selected.push(field);
        }
    }
    let filter =
        Filter::Or(lists.iter().map(|list| Filter::And(list.iter().map(condition).collect())).collect());
    let query = Query {
        object: object.name.clone(),
        fields: selected,
        filter: Some(filter),
        limit: LOOKED_AT,
        ..Query::default()
    };
    let answer = read::run(connection, context, &query).await?;
    let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap_or_default();
    Ok(rows.iter().filter_map(|row| told(row, &lists)).take(MOST).collect())
}

/// The values of some fields; `None` where one of them is blank.
fn wanted<'w>(object: &'w Object, (names, fields): (&[String], &Fields)) -> Option<Vec<Wanted<'w>>> {
    let one = |name: &String| {
        let field = object.find_field(name)?;
        let key = field.value_column()?.key.as_str();
        let (_, raw) = fields.iter().find(|(known, _)| known == key)?;
        let value: Json = serde_json::from_str(raw.get()).ok()?;
        let is_blank = value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty());
        (!is_blank).then_some(Wanted { field, key, value })
    };
    names.iter().map(one).collect()
}

/// Words are compared without regard to case.
fn is_words(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Text(_) | FieldKind::LongText(_))
}

fn condition(one: &Wanted<'_>) -> Filter {
    let is = |operator| Filter::Field { path: one.key.to_owned(), operator, value: one.value.clone() };
    match is_words(one.field) {
        true => Filter::And(vec![is(Operator::StartsWith), is(Operator::EndsWith)]),
        false => is(Operator::Eq),
    }
}

/// A record that was found, unless its texts only begin and end alike.
fn told(row: &Json, lists: &[Vec<Wanted<'_>>]) -> Option<Match> {
    let lower = |value: &Json| value.as_str().map(str::to_lowercase);
    let agrees = |one: &Wanted<'_>| {
        let here = &row[one.key];
        match is_words(one.field) {
            true => lower(here) == lower(&one.value),
            false => !here.is_null(),
        }
    };
    let on = lists.iter().find(|list| list.iter().all(agrees))?;
    Some(Match {
        id: row["id"].as_str()?.parse().ok()?,
        name: row["name"].as_str().map(str::to_owned),
        on: on.iter().map(|one| one.field.name.clone()).collect(),
    })
}
