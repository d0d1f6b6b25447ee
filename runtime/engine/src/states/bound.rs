//! The log of states bound to one tenant's catalog and one actor's rights: which entries of which records, and what is
//! told of them. Entries are those of records that the actor reaches, and of fields that the actor sees there.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use metadata::catalog::{Field, Object};
use metadata::{FieldKind, Problem};
use permissions::{Action, Decision, Sight};

use super::log::{LogQuery, Place};
use crate::audit::reads;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::plan::Plan;
use crate::query::{DEFAULT_LIMIT, MAX_LIMIT, Page, Query, Selection};

/// What entries can be chosen and grouped by, and the column of each.
const WORDS: [(&str, &str); 5] = [
    ("field", "field_id"),
    ("from", "from_state"),
    ("to", "to_state"),
    ("process", "process"),
    ("transition", "transition"),
];

/// Entries of a log.
#[derive(Debug)]
pub(crate) struct Log {
    /// The records whose entries are asked for.
    pub plan: Plan,
    /// Stable ids of the fields whose states are seen wherever the actor reaches, and of those that are on some records.
    pub everywhere: Vec<String>,
    pub somewhere: Vec<String>,
    /// Columns, and the values that each may have.
    pub chosen: Vec<(&'static str, Vec<String>)>,
    pub since: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
    pub telling: Telling,
    /// Those of the fields that it shows whose reads are audited.
    pub sensitive: reads::Fields,
}

/// What is told of the entries.
#[derive(Debug)]
pub(crate) enum Telling {
    /// A page of them, the newest first.
    Entries(Box<Entries>),
    /// How many there are for each of some of their words, with the columns of these.
    Groups(Vec<(String, &'static str)>),
}

/// One page.
#[derive(Debug)]
pub(crate) struct Entries {
    pub limit: u32,
    pub skip: u32,
    /// Behind which entry it begins.
    pub after: Option<Place>,
    /// What is told of each entry's record.
    pub records: Option<Plan>,
}

impl Log {
    /// A page of entries.
    pub(crate) fn entries(context: &Context, asked: &LogQuery) -> Result<Self> {
        let limit = if asked.records.limit == 0 { DEFAULT_LIMIT } else { asked.records.limit.min(MAX_LIMIT) };
        let (skip, after) = match &asked.records.page {
            Page::Offset(skip) => (*skip, None),
            Page::After(cursor) => (0, Some(Place::parse(cursor)?)),
            _ => (0, None),
        };
        let Query { object, bin, .. } = &asked.records;
        let records = asked.shown.as_ref().map(|fields| {
            let (object, fields) = (object.clone(), fields.clone());
            Plan::new(context, &Query { object, fields, bin: *bin, limit, ..Query::default() })
        });
        let records = records.transpose()?;
        let mut log =
            Self::new(context, asked, Telling::Entries(Box::new(Entries { limit, skip, after, records })))?;
        if let Telling::Entries(entries) = &log.telling {
            let shown = entries.records.iter().map(|plan| reads::of_plan(context, plan));
            log.sensitive.extend(shown.flatten().collect::<Vec<_>>());
        }
        Ok(log)
    }

    /// How many entries there are for each of these words.
    pub(crate) fn groups(context: &Context, asked: &LogQuery, by: &[String]) -> Result<Self> {
        let mut seen = HashSet::new();
        if let Some(word) = by.iter().find(|word| !seen.insert(*word)) {
            let problem = Problem::new("group_by", "duplicate", format!("`{word}` is there twice"));
            return Err(Error::Invalid(vec![problem]));
        }
        let by = by.iter().map(|word| Ok((word.clone(), column(word, "group_by")?)));
        Self::new(context, asked, Telling::Groups(by.collect::<Result<_>>()?))
    }

    fn new(context: &Context, asked: &LogQuery, telling: Telling) -> Result<Self> {
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
        let is_told = |field: &&&Field| named.as_ref().is_none_or(|named| named.contains(&field.id));
        let told = everywhere.iter().chain(&somewhere).filter(|field| field.sensitive).filter(is_told);
        let mut sensitive = reads::of_plan(context, &plan);
        sensitive.extend(told.map(|field| field.id.clone()));
        let values = |word: &str, values: &[String]| match &named {
            Some(named) if word == "field" => named.clone(),
            _ => values.to_vec(),
        };
        let chosen = asked.chosen.iter().map(|(word, given)| Ok((column(word, word)?, values(word, given))));
        let chosen = chosen.collect::<Result<_>>()?;
        let ids = |fields: Vec<&Field>| fields.into_iter().map(|field| field.id.clone()).collect();
        let (everywhere, somewhere) = (ids(everywhere), ids(somewhere));
        let (since, until) = (asked.since, asked.until);
        Ok(Self { plan, everywhere, somewhere, chosen, since, until, telling, sensitive })
    }

    /// What is told of each entry's record, if anything.
    pub(crate) fn records(&self) -> Option<&Plan> {
        match &self.telling {
            Telling::Entries(entries) => entries.records.as_ref(),
            Telling::Groups(_) => None,
        }
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
