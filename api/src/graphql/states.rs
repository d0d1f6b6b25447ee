//! `deals_states` and `deals_states_aggregate`: the log of states of all records, entry by entry or counted. It is the log
//! of REST: the engine says which entries the caller may see. What is asked of their records is one more question.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use engine::states::log::LogQuery;
use engine::{Bin, Page, Query, Question, Told};
use metadata::Object;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::Run;
use super::collect::Field;
use super::fault::Refused;
use super::limits::{self, PASS};
use super::queries::records;
use super::select::{Asked, Wanted, first, flag, texts};
use super::shape::{self, EdgePart, ListPart, Record, Source};
use crate::call::Call;
use crate::problem::Problem;
use crate::rest::states::{CHOSEN, moment};

/// Most groups of an answer: what the engine answers.
const MOST_GROUPS: u64 = 1_000;

/// What is asked of the log for one root field.
pub(super) struct Log {
    asked: LogQuery,
    what: What,
}

enum What {
    Entries {
        parts: Vec<(String, ListPart)>,
        size: u32,
        /// What is asked of the records, if anything.
        of_records: Option<Query>,
    },
    Groups {
        record: Record,
        by: Vec<String>,
    },
}

/// A record with its id and whatever else.
#[derive(Deserialize)]
struct Known {
    id: Uuid,
}

impl Log {
    /// The question of a root field that is called like `object`'s log; `None` for every other field.
    pub(super) fn find<'r>(
        run: &Run<'r>,
        field: &Field<'r>,
        arguments: &Map<String, Json>,
    ) -> Result<Option<Self>, Refused> {
        let catalog = &run.call.context.snapshot.catalog;
        let (plural, is_counted) = match field.name().strip_suffix("_states_aggregate") {
            Some(plural) => (Some(plural), true),
            None => (field.name().strip_suffix("_states"), false),
        };
        let Some(object) = plural.and_then(|plural| catalog.find_plural(plural)) else { return Ok(None) };
        let mut asked = asked(run, object, arguments)?;
        let what = match is_counted {
            true => groups(run, field, arguments)?,
            false => {
                asked.records.page = match arguments.get("after").and_then(Json::as_str) {
                    Some(cursor) => Page::After(cursor.to_owned()),
                    None => Page::First,
                };
                let what = entries(run, field, (object, arguments))?;
                if let What::Entries { size, .. } = what {
                    asked.records.limit = size.max(1);
                }
                what
            }
        };
        Ok(Some(Self { asked, what }))
    }

    /// Values that the answer could hold.
    pub(super) fn cost(&self) -> u64 {
        match &self.what {
            What::Entries { parts, size, .. } => limits::cost_of_list(parts, (*size).into()),
            What::Groups { record, .. } => limits::cost(record, MOST_GROUPS).saturating_add(PASS),
        }
    }

    /// The bytes of the root field.
    pub(super) async fn answer(self, run: &Run<'_>) -> Result<Vec<u8>, Refused> {
        let (call, mut bytes) = (run.call, Vec::new());
        match self.what {
            What::Groups { record, by } => {
                let told = call.engine().state_counts(&call.context, &self.asked, &by).await;
                let told = told.map_err(Problem::from)?.to_string();
                shape::array(&mut bytes, records(told.as_bytes())?.into_iter(), |out, raw| {
                    record.write(out, raw);
                });
            }
            What::Entries { parts, size, of_records } => {
                let page =
                    call.engine().state_log(&call.context, &self.asked).await.map_err(Problem::from)?;
                let known = match of_records {
                    Some(query) => known(run, query, &page.entries).await?,
                    None => HashMap::new(),
                };
                let entries: Vec<Box<RawValue>> =
                    page.entries.iter().take(size as usize).filter_map(|entry| raw(entry, &known)).collect();
                let entries: Vec<&RawValue> = entries.iter().map(AsRef::as_ref).collect();
                let has_more = page.has_more || page.entries.len() > entries.len();
                let page = shape::Page {
                    has_next: has_more,
                    has_more,
                    has_previous: matches!(self.asked.records.page, Page::After(_)),
                    total: None,
                    cursors: page.cursors,
                };
                shape::list(&mut bytes, &parts, &entries, &page);
            }
        }
        Ok(bytes)
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
    Ok(LogQuery { records, chosen, since, until })
}

fn time(arguments: &Map<String, Json>, key: &str) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(given) = arguments.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let read = given.as_str().and_then(moment);
    read.map(Some).ok_or_else(|| {
        let text = "expected a moment such as 2026-11-20T12:00:00Z";
        Problem::invalid(vec![metadata::Problem::new(key, "wrong-type", text)])
    })
}

fn groups<'r>(run: &Run<'r>, field: &Field<'r>, arguments: &Map<String, Json>) -> Result<What, Refused> {
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
    Ok(What::Groups { record, by: texts(arguments, "group_by") })
}

fn entries<'r>(
    run: &Run<'r>,
    field: &Field<'r>,
    (object, arguments): (&Object, &Map<String, Json>),
) -> Result<What, Refused> {
    let size = first(arguments, "first")?.unwrap_or(engine::query::DEFAULT_LIMIT);
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
    let Reading { names_records, mut wanted, .. } = reading;
    let of_records = names_records.then(|| {
        wanted.leaf("id");
        let bin = if flag(arguments, "deleted") { Bin::Deleted } else { Bin::Live };
        Query { object: object.name.clone(), fields: wanted.selections(), bin, ..Query::default() }
    });
    Ok(What::Entries { parts, size, of_records })
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

/// The records of entries as the caller sees them, by id.
async fn known(
    run: &Run<'_>,
    query: Query,
    entries: &[Json],
) -> Result<HashMap<Uuid, Box<RawValue>>, Refused> {
    let mut ids: Vec<Uuid> = entries.iter().filter_map(id_of).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let question = Question::Records(Query { page: Page::Ids(ids), ..query });
    let told = run.ask(std::slice::from_ref(&question)).await?;
    let Some(Ok(Told::Records(answer))) = told.first() else {
        return Err(match told.into_iter().next() {
            Some(Err(refused)) => refused,
            _ => Refused::Problem(Problem::internal()),
        });
    };
    let by_id = records(&answer.json)?.into_iter().map(|raw| {
        let known: Known = serde_json::from_str(raw.get()).ok()?;
        Some((known.id, raw.to_owned()))
    });
    by_id.collect::<Option<_>>().ok_or_else(|| Refused::Problem(Problem::internal()))
}

fn id_of(entry: &Json) -> Option<Uuid> {
    entry["record_id"].as_str().and_then(|text| Uuid::parse_str(text).ok())
}

/// An entry as text, with its record where it is known.
fn raw(entry: &Json, known: &HashMap<Uuid, Box<RawValue>>) -> Option<Box<RawValue>> {
    let mut text = entry.to_string();
    if let Some(record) = id_of(entry).and_then(|id| known.get(&id)) {
        text.pop();
        text = format!("{text},\"record\":{}}}", record.get());
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
