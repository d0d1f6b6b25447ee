//! Statements about the log of states of all records of an object.

use std::collections::HashSet;

use metadata::catalog::{Field, Object};
use metadata::{FieldKind, Problem};
use permissions::{Action, Decision, Sight};
use sea_query::{Value, Values};

use super::log::{LogQuery, Place};
use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::query::{Query, Selection};
use crate::read::sql::sight_statement;
use crate::write::sql::table;

/// Most groups of an answer.
const MOST_GROUPS: u32 = 1_000;
/// What entries can be chosen and grouped by, and the column of each.
const WORDS: [(&str, &str); 5] = [
    ("field", "s.field_id"),
    ("from", "s.from_state"),
    ("to", "s.to_state"),
    ("process", "s.process"),
    ("transition", "s.transition"),
];

/// One statement, and what it shows.
pub(super) struct Asked {
    pub text: String,
    pub values: Values,
    /// Stable id of the object.
    pub object: String,
    /// Those of the fields whose states it may show whose reads are audited.
    pub sensitive: reads::Fields,
}

/// A page of entries and one more, the newest first, behind a place if given.
pub(super) fn entries(
    context: &Context,
    asked: &LogQuery,
    (limit, offset, after): (u32, u32, Option<Place>),
) -> Result<Asked> {
    let mut asked = source(context, asked)?;
    let behind = after.map(|Place { at, record, version, field }| {
        let at = asked.next(at.into());
        let record = asked.next(record.into());
        let (version, field) = (asked.next(version.into()), asked.next(field.into()));
        format!(" WHERE (s.happened_at, s.record_id, s.version, s.field_id) < ({at}, {record}, {version}, {field})")
    });
    let limit = asked.next((i64::from(limit) + 1).into());
    let offset = asked.next(i64::from(offset).into());
    asked.text = format!(
        "SELECT s.field_id, s.from_state, s.to_state, s.process, s.transition, s.happened_at, s.version, s.actor_id, u.name AS actor, s.seconds, s.note, s.checklist, s.record_id \
         FROM {} LEFT JOIN {} u ON u.id = s.actor_id{} \
         ORDER BY s.happened_at DESC, s.record_id DESC, s.version DESC, s.field_id DESC LIMIT {limit} OFFSET {offset}",
        asked.text,
        table(&context.tenant().schema, "user"),
        behind.unwrap_or_default(),
    );
    Ok(asked)
}

/// How many entries there are for each of some of their words, and how long the state before lasted.
pub(super) fn counts(context: &Context, asked: &LogQuery, by: &[String]) -> Result<Asked> {
    let mut seen = HashSet::new();
    if let Some(word) = by.iter().find(|word| !seen.insert(*word)) {
        let problem = Problem::new("group_by", "duplicate", format!("`{word}` is there twice"));
        return Err(Error::Invalid(vec![problem]));
    }
    let columns = by.iter().map(|word| column(word, "group_by")).collect::<Result<Vec<_>>>()?;
    let mut asked = source(context, asked)?;
    let keys: String = columns.iter().map(|column| format!("{column}, ")).collect();
    let then: String = columns.iter().map(|column| format!(", {column}")).collect();
    let grouped =
        if columns.is_empty() { String::new() } else { format!("GROUP BY {} ", columns.join(", ")) };
    asked.text = format!(
        "SELECT {keys}count(*) AS count, sum(s.seconds)::bigint AS sum, round(avg(s.seconds), 2)::float8 AS avg, min(s.seconds) AS min, max(s.seconds) AS max \
         FROM {} {grouped}ORDER BY count DESC{then} LIMIT {MOST_GROUPS}",
        asked.text,
    );
    Ok(asked)
}

/// The entries that are asked for: what stands behind FROM, and its parameters.
fn source(context: &Context, asked: &LogQuery) -> Result<Asked> {
    let Query { object, filter, bin, .. } = &asked.records;
    let fields = vec![Selection::Field("id".into())];
    let query =
        Query { object: object.clone(), fields, filter: filter.clone(), bin: *bin, ..Query::default() };
    let plan = Plan::new(context, &query)?;
    let object = plan.object().clone();
    let decision = context.decide(Action::Read, &object);
    let named = asked.chosen.iter().find(|(word, _)| word == "field");
    let named = named.map(|(_, names)| ids_of((&object, &decision), names)).transpose()?;
    let (everywhere, somewhere) = seen(&object, &decision);
    let (reach, values) = sight_statement(&plan, &somewhere);
    let mut sensitive = reads::of_plan(context, &plan);
    let is_told = |field: &&&Field| named.as_ref().is_none_or(|named| named.contains(&field.id));
    let told = everywhere.iter().chain(&somewhere).filter(|field| field.sensitive).filter(is_told);
    sensitive.extend(told.map(|field| field.id.clone()));
    let mut source = Asked { text: String::new(), values, object: object.id.clone(), sensitive };
    let ids: Vec<String> = everywhere.iter().map(|field| field.id.clone()).collect();
    let mut shown = vec![format!("s.field_id = ANY({})", source.next(ids.into()))];
    for (at, field) in somewhere.iter().enumerate() {
        shown.push(format!("(s.field_id = {} AND r.shown{at})", source.next(field.id.clone().into())));
    }
    let mut conditions = vec![
        format!("s.object_id = {}", source.next(object.id.clone().into())),
        format!("({})", shown.join(" OR ")),
    ];
    for (word, values) in &asked.chosen {
        let column = column(word, word)?;
        let values = if word == "field" { named.as_ref().unwrap_or(values) } else { values }.clone();
        conditions.push(format!("{column} = ANY({})", source.next(values.into())));
    }
    for (sign, moment) in [(">=", asked.since), ("<", asked.until)] {
        if let Some(moment) = moment {
            conditions.push(format!("s.happened_at {sign} {}", source.next(moment.into())));
        }
    }
    let log = table(&context.tenant().schema, "_states");
    source.text = format!("{log} s JOIN ({reach}) r ON r.id = s.record_id AND {}", conditions.join(" AND "));
    Ok(source)
}

impl Asked {
    /// Adds a parameter; answers its place.
    fn next(&mut self, value: Value) -> String {
        self.values.0.push(value);
        format!("${}", self.values.0.len())
    }
}

/// The picklists that the actor sees wherever they reach, and those that they see on some records only.
fn seen<'o>(object: &'o Object, decision: &Decision) -> (Vec<&'o Field>, Vec<&'o Field>) {
    let is_state = |field: &&Field| matches!(field.kind, FieldKind::Picklist(_));
    let seen = object.fields.iter().filter(is_state).filter(|field| decision.gives(field));
    seen.partition(|field| decision.sight(field) == Sight::Shown)
}

/// Stable ids of fields by name; one that the actor does not see is not there.
fn ids_of((object, decision): (&Object, &Decision), names: &[String]) -> Result<Vec<String>> {
    let id = |name: &String| {
        let field = object.find_field(name).filter(|field| decision.gives(field));
        field.map(|field| field.id.clone()).ok_or_else(|| {
            Error::invalid("field", "unknown-field", format!("`{}` has no field `{name}`", object.name))
        })
    };
    names.iter().map(id).collect()
}

fn column(word: &str, place: &str) -> Result<&'static str> {
    let found = WORDS.iter().find(|(known, _)| *known == word);
    found.map(|(_, column)| *column).ok_or_else(|| {
        let known: Vec<&str> = WORDS.iter().map(|(known, _)| *known).collect();
        let problem = Problem::new(place, "unknown-field", format!("entries have no `{word}`"));
        Error::Invalid(vec![problem.hint(format!("they have {}", known.join(", ")))])
    })
}
