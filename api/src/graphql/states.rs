//! `deals_states` and `deals_states_aggregate`: the log of states of all records, entry by entry or counted. It is the log
//! of REST: the engine says which entries the caller may see, and tells of their records what is asked of them.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use engine::states::log::{LogPage, LogQuery};
use engine::{Bin, Page, Query, Question, Selection};
use metadata::Object;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::Run;
use super::collect::Field;
use super::fault::Refused;
use super::limits;
use super::queries::Form;
use super::select::{Asked, Wanted, first, flag, texts};
use super::shape::{self, EdgePart, ListPart, Record, Source};
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::states::{CHOSEN, moment};

/// Most groups of an answer: what the engine answers.
const MOST_GROUPS: u32 = 1_000;

/// How a page of the log is answered.
pub(super) struct Log {
    parts: Vec<(String, ListPart)>,
    size: u32,
    /// Whether it begins behind others.
    begun: bool,
}

/// What is asked for a root field that is called like an object's log, and how that is answered; `None` for every other
/// field.
pub(super) fn root<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    arguments: &Map<String, Json>,
) -> Result<Option<(Form, Question)>, Refused> {
    let catalog = &run.call.context.snapshot.catalog;
    let (plural, is_counted) = match field.name().strip_suffix("_states_aggregate") {
        Some(plural) => (Some(plural), true),
        None => (field.name().strip_suffix("_states"), false),
    };
    let Some(object) = plural.and_then(|plural| catalog.find_plural(plural)) else { return Ok(None) };
    let mut asked = asked(run, object, arguments)?;
    if is_counted {
        let record = groups(run, field)?;
        let question = Question::LogGroups(asked, texts(arguments, "group_by"));
        return Ok(Some((Form::Groups { record, first: MOST_GROUPS }, question)));
    }
    let size = first(arguments, "first")?.unwrap_or(engine::query::DEFAULT_LIMIT);
    asked.records.limit = size.max(1);
    if let Some(cursor) = arguments.get("after").and_then(Json::as_str) {
        asked.records.page = Page::After(cursor.to_owned());
    }
    let begun = matches!(asked.records.page, Page::After(_));
    let parts;
    (parts, asked.shown) = entries(run, field, object)?;
    Ok(Some((Form::Log(Log { parts, size, begun }), Question::Log(asked))))
}

impl Log {
    /// Values that the answer could hold.
    pub(super) fn cost(&self) -> u64 {
        limits::cost_of_list(&self.parts, self.size.into())
    }

    /// The bytes of the root field.
    pub(super) fn write(&self, bytes: &mut Vec<u8>, told: &LogPage) {
        let records = told.records.iter().map(|record| Some(record.as_slice()));
        let records = records.chain(std::iter::repeat(None));
        let entries = told.entries.iter().zip(records).take(self.size as usize);
        let entries: Vec<Box<RawValue>> = entries.filter_map(|(entry, record)| raw(entry, record)).collect();
        let entries: Vec<&RawValue> = entries.iter().map(AsRef::as_ref).collect();
        let has_more = told.has_more || told.entries.len() > entries.len();
        let page = shape::Page {
            has_next: has_more,
            has_more,
            has_previous: self.begun,
            total: None,
            cursors: told.cursors.clone(),
        };
        shape::list(bytes, &self.parts, &entries, &page);
    }
}

/// Which entries, of which records.
fn asked(run: &Run<'_>, object: &Object, arguments: &Map<String, Json>) -> Result<LogQuery, Refused> {
    let Asked { filter, .. } = run.asked(arguments, object)?;
    let is_told = |word: &&str| arguments.get(*word).is_some_and(|value| !value.is_null());
    let chosen = CHOSEN.iter().copied().filter(is_told);
    let chosen = chosen.map(|word| (word.to_owned(), texts(arguments, word))).collect();
    let bin = if flag(arguments, "deleted") { Bin::Deleted } else { Bin::Live };
    let records = Query { object: object.name.clone(), filter, bin, ..Query::default() };
    let (since, until) = (time(arguments, "since")?, time(arguments, "until")?);
    Ok(LogQuery { records, shown: None, chosen, since, until })
}

fn time(arguments: &Map<String, Json>, key: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(given) = arguments.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let read = given.as_str().and_then(moment);
    read.map(Some).ok_or_else(|| {
        let text = "expected a moment such as 2026-11-20T12:00:00Z";
        Problem::invalid(vec![metadata::Problem::new(key, "wrong-type", text)])
    })
}

fn groups<'r>(run: &Run<'r>, field: &Field<'r>) -> Result<Record, Refused> {
    let ty = field.first().ty().inner_named_type().as_str();
    let mut record = Record { ty: ty.to_owned(), keys: Vec::new() };
    for part in run.collect(&field.sets(), ty)? {
        let source = match part.first().selection_set.is_empty() {
            true => plain(&part),
            false => {
                let ty = part.first().ty().inner_named_type().as_str();
                let keys = run.collect(&part.sets(), ty)?;
                let keys = keys.iter().map(|key| (key.key.to_owned(), plain(key))).collect();
                Source::One(part.name().to_owned(), Box::new(Record { ty: ty.to_owned(), keys }))
            }
        };
        record.keys.push((part.key.to_owned(), source));
    }
    Ok(record)
}

/// The keys of a page of entries, and what is asked of their records, if anything.
type Parts = (Vec<(String, ListPart)>, Option<Vec<Selection>>);

fn entries<'r>(run: &Run<'r>, field: &Field<'r>, object: &Object) -> Result<Parts, Refused> {
    let ty = field.first().ty().inner_named_type().as_str();
    let mut reading = Reading { run, object, wanted: Wanted::default(), names_records: false };
    let mut parts = Vec::new();
    for part in run.collect(&field.sets(), ty)? {
        let what = match part.name() {
            "nodes" => ListPart::Nodes(reading.entry(&part)?),
            "edges" => {
                let ty = part.first().ty().inner_named_type().as_str();
                let mut edges = Vec::new();
                for edge in run.collect(&part.sets(), ty)? {
                    let what = match edge.name() {
                        "node" => EdgePart::Node(reading.entry(&edge)?),
                        "cursor" => EdgePart::Cursor,
                        _ => EdgePart::TypeName(ty.to_owned()),
                    };
                    edges.push((edge.key.to_owned(), what));
                }
                ListPart::Edges(edges)
            }
            "pageInfo" => {
                let keys = run.collect(&part.sets(), "PageInfo")?;
                let keys = keys.iter().map(|key| (key.key.to_owned(), key.name().to_owned()));
                ListPart::Page(keys.collect())
            }
            _ => ListPart::TypeName(ty.to_owned()),
        };
        parts.push((part.key.to_owned(), what));
    }
    let Reading { names_records, wanted, .. } = reading;
    Ok((parts, names_records.then(|| wanted.selections())))
}

/// What is asked of entries, and with them of their records.
struct Reading<'q, 'r> {
    run: &'q Run<'r>,
    object: &'q Object,
    wanted: Wanted,
    names_records: bool,
}

impl<'r> Reading<'_, 'r> {
    fn entry(&mut self, field: &Field<'r>) -> Result<Record, Refused> {
        let ty = field.first().ty().inner_named_type().as_str();
        let mut entry = Record { ty: ty.to_owned(), keys: Vec::new() };
        for part in self.run.collect(&field.sets(), ty)? {
            let source = match part.name() {
                "record" => {
                    self.names_records = true;
                    let fields = self.run.collect(&part.sets(), self.run.type_of(self.object))?;
                    let record = self.run.record(self.object, &fields, &mut self.wanted)?;
                    Source::One("record".to_owned(), Box::new(record))
                }
                _ => plain(&part),
            };
            entry.keys.push((part.key.to_owned(), source));
        }
        Ok(entry)
    }
}

fn plain(part: &Field<'_>) -> Source {
    match part.name() {
        "__typename" => Source::TypeName,
        name => Source::Value(name.to_owned()),
    }
}

/// An entry as text, with its record where that is told.
fn raw(entry: &Json, record: Option<&[u8]>) -> Option<Box<RawValue>> {
    let mut text = entry.to_string();
    if let Some(record) = record.and_then(|record| std::str::from_utf8(record).ok()) {
        text.pop();
        text = format!("{text},\"record\":{record}}}");
    }
    RawValue::from_string(text).ok()
}

/// Whether an object's log has its fields among the roots: no other object has taken their names.
pub(super) fn is_told(call: &Call, object: &Object) -> bool {
    let catalog = &call.context.snapshot.catalog;
    ["states", "states_aggregate"].iter().all(|word| {
        let name = format!("{}_{word}", object.plural);
        catalog.find_object(&name).is_none() && catalog.find_plural(&name).is_none()
    })
}

/// The types of an object's log.
pub(super) fn types(text: &mut String, ty: &str) {
    let _ = writeln!(
        text,
        "type {ty}StateEntry {{\nrecord_id: ID!\n\"As it is now.\"\nrecord: {ty}\nfield: String!\n\
         \"Blank where a record began.\"\nfrom: String\nto: String\nprocess: String\ntransition: String\n\
         note: String\nchecklist: [String!]!\nat: DateTime!\n\"The record's version after it.\"\nversion: BigInt!\n\
         \"Its id and name.\"\nactor: JSON\n\"How long it was in the state before.\"\nseconds_in_previous: BigInt }}\n\
         type {ty}StateEntryConnection {{ edges: [{ty}StateEntryEdge!]! nodes: [{ty}StateEntry!]! pageInfo: PageInfo! }}\n\
         type {ty}StateEntryEdge {{ node: {ty}StateEntry! cursor: String! }}\n\
         type {ty}StateEntryGroup {{ group: JSON! count: BigInt! seconds_in_previous: StateSeconds! }}"
    );
}

/// Its fields among those of `Query`.
pub(super) fn roots(text: &mut String, (ty, plural): (&str, &str)) {
    let chosen = format!(
        "filter: {ty}Filter, where: String, deleted: Boolean, field: [String!], from: [String!], to: [String!], \
         process: [String!], transition: [String!], since: DateTime, until: DateTime"
    );
    let _ = writeln!(
        text,
        "\"The states that records came into, the newest first.\"\n\
         {plural}_states({chosen}, first: Int, after: String): {ty}StateEntryConnection\n\
         \"How many entries there are by field, from, to, process and transition, and how long the state before lasted.\"\n\
         {plural}_states_aggregate({chosen}, group_by: [String!]): [{ty}StateEntryGroup!]"
    );
}
