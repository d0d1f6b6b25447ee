//! One row on its way to becoming a record: cells into the slots of a draft, by the plan.

use std::borrow::Cow;

use formulas::Value;
use metadata::catalog::Field;
use metadata::{FieldKind, Input, Problem};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::headers::squash;
use super::plan::{Column, Goal, Plan};
use super::source::{Cells, Raw};
use crate::keys::{UNREADABLE, UNREADABLE_CODE};
use crate::write::draft::{Draft, Slots};
use crate::write::source::printed;

/// A row that was read.
pub(super) struct Row {
    pub number: u64,
    pub cells: Cells,
    /// Values to look up: place in the plan's lookups, and the value as the database prints it.
    pub wanted: Vec<(usize, String)>,
    /// The value that tells which record is meant, where the draft does not hold it.
    pub known_by: Option<String>,
    /// Whether it changes a record that is there.
    pub is_change: bool,
    pub problems: Vec<Problem>,
}

/// Reads a row into a draft. Nothing is asked of the database.
pub(super) fn prepare(plan: &Plan, slots: &Slots<'_>, raw: Raw) -> (Row, Draft) {
    let Raw { number, cells, fault } = raw;
    let mut draft = slots.blank(plan.context.new_id());
    let mut row =
        Row { number, cells, wanted: Vec::new(), known_by: None, is_change: false, problems: Vec::new() };
    if let Some(fault) = fault {
        row.problems.push(Problem::new("", "bad-row", fault));
        return (row, draft);
    }
    let mut fill =
        Fill { plan, slots, draft: &mut draft, wanted: Vec::new(), known_by: None, problems: Vec::new() };
    match &row.cells {
        Cells::Text(record) => {
            record.iter().zip(&plan.columns).for_each(|(cell, column)| fill.cell(column, cell))
        }
        Cells::Json(pairs) => pairs.iter().for_each(|(key, value)| fill.value(key, value)),
    }
    let Fill { wanted, known_by, problems, .. } = fill;
    row = Row { wanted, known_by, problems, ..row };
    if plan.matched.is_none() {
        complete(plan, slots, (&mut row, &mut draft));
    }
    (row, draft)
}

/// Fills in what a new record has by itself, and tells what it lacks.
pub(super) fn complete(plan: &Plan, slots: &Slots<'_>, (row, draft): (&mut Row, &mut Draft)) {
    let given: Vec<&str> = row
        .wanted
        .iter()
        .map(|(lookup, _)| plan.lookups[*lookup].key.as_str())
        .chain(row.problems.iter().map(|problem| problem.path.as_str()))
        .collect();
    slots.complete(&plan.context, draft);
    // What is still to be looked up, or could not be read, is not missing.
    let missing = slots.missing(draft).into_iter().filter(|problem| !given.contains(&problem.path.as_str()));
    let missing: Vec<Problem> = missing.collect();
    row.problems.extend(missing);
}

struct Fill<'p, 'd> {
    plan: &'p Plan,
    slots: &'p Slots<'p>,
    draft: &'d mut Draft,
    wanted: Vec<(usize, String)>,
    known_by: Option<String>,
    problems: Vec<Problem>,
}

impl Fill<'_, '_> {
    /// An empty cell says nothing: defaults hold, and what a record has stays.
    fn cell(&mut self, column: &Column, cell: &str) {
        if column.goal.is_none() || cell.trim().is_empty() {
            return;
        }
        self.put(column, Input::Text(Cow::Borrowed(cell)));
    }

    fn value(&mut self, key: &str, value: &RawValue) {
        let Some(&at) = self.plan.by_key.get(key) else { return };
        self.put(&self.plan.columns[at], Input::from_raw(value));
    }

    fn put(&mut self, column: &Column, input: Input<'_>) {
        let outcome = match &column.goal {
            Some(goal) if is_unreadable(&input) => Err(self.unreadable(goal)),
            None => Ok(()),
            Some(Goal::Slot { slot, key }) => {
                let input = option(self.slots.columns[*slot].0, column, input);
                self.slots.put_at(&self.plan.context, self.draft, (*slot, key, input))
            }
            Some(Goal::Links { key }) => {
                self.slots.put(&self.plan.context, self.draft, (key, links(input).as_input()))
            }
            Some(Goal::Lookup(at)) => self.want(*at, &input),
            Some(Goal::Known) => {
                self.known_by = plain(&input).map(|text| text.trim().to_owned());
                Ok(())
            }
        };
        self.problems.extend(outcome.err());
    }

    /// A file of rejected rows tells so of what it could not open.
    fn unreadable(&self, goal: &Goal) -> Problem {
        let key = match goal {
            Goal::Slot { key, .. } | Goal::Links { key } => key.as_str(),
            Goal::Lookup(at) => &self.plan.lookups[*at].key,
            Goal::Known => "",
        };
        let message = "it was read as a value that cannot be opened, which is no value";
        Problem::new(key, UNREADABLE_CODE, message).hint("put the value there, or leave the cell empty")
    }

    fn want(&mut self, at: usize, input: &Input<'_>) -> Result<(), Problem> {
        let lookup = &self.plan.lookups[at];
        let Some(text) = plain(input).filter(|text| !text.trim().is_empty()) else {
            self.draft.slots[lookup.slot] = Some(Value::Null);
            lookup.object_slot.into_iter().for_each(|slot| self.draft.slots[slot] = Some(Value::Null));
            return Ok(());
        };
        let Some(field) = lookup.target.find_field(&lookup.field) else { return Ok(()) };
        let parsed = match field.kind {
            // Given by the system, so its kind takes no value.
            FieldKind::Autonumber(_) => Ok(Value::Text(text.trim().to_owned())),
            _ => field.parse_known(&Input::Text(Cow::Borrowed(text.trim()))),
        };
        match parsed.map(|value| printed(&value)) {
            Ok(Some(text)) => self.wanted.push((at, text)),
            Ok(None) => {}
            Err(fault) => return Err(fault.at(&lookup.key)),
        }
        Ok(())
    }
}

/// Whether it is the sign for a value that cannot be opened.
fn is_unreadable(input: &Input<'_>) -> bool {
    matches!(input, Input::Text(text) if text.trim() == UNREADABLE)
}

/// A cell of a picklist may hold the label, in any spelling.
fn option<'i>(field: &Field, column: &Column, input: Input<'i>) -> Input<'i> {
    let Input::Text(text) = &input else { return input };
    let known = |word: &str| column.options.get(&squash(word)).cloned();
    match field.kind {
        FieldKind::Picklist(_) => match known(text) {
            Some(value) => Input::Text(Cow::Owned(value)),
            None => input,
        },
        FieldKind::MultiPicklist(_) => {
            let separator = if text.contains(';') { ';' } else { ',' };
            let words =
                text.split(separator).map(|word| known(word).unwrap_or_else(|| word.trim().to_owned()));
            Input::Text(Cow::Owned(words.collect::<Vec<_>>().join(";")))
        }
        _ => input,
    }
}

/// Ids of links: an array as it is, or a cell that separates them by `;` or `,`.
enum Links<'i> {
    Given(Input<'i>),
    Made(String),
}

impl Links<'_> {
    fn as_input(&self) -> Input<'_> {
        match self {
            Self::Given(input) => input.clone(),
            Self::Made(text) => Input::Array(text),
        }
    }
}

fn links(input: Input<'_>) -> Links<'_> {
    match &input {
        Input::Text(text) => {
            let ids: Vec<&str> = text.split([';', ',']).map(str::trim).filter(|id| !id.is_empty()).collect();
            Links::Made(serde_json::json!(ids).to_string())
        }
        _ => Links::Given(input),
    }
}

/// The text of a plain value; `None` for null.
fn plain<'i>(input: &'i Input<'_>) -> Option<&'i str> {
    match input {
        Input::Null => None,
        Input::Bool(true) => Some("true"),
        Input::Bool(false) => Some("false"),
        Input::Number(text) | Input::Array(text) | Input::Object(text) => Some(text),
        Input::Text(text) => Some(text),
    }
}

/// The id that a text is, when it is one.
pub(super) fn as_id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok()
}

/// The row's cells in the order of the headers, for the file of rejected rows.
pub(super) fn originals(headers: &[String], cells: &Cells) -> serde_json::Value {
    match cells {
        Cells::Text(record) => record.iter().take(headers.len()).collect(),
        Cells::Json(pairs) => {
            let find = |header: &String| pairs.iter().find(|(key, _)| key == header);
            headers.iter().map(|header| find(header).map(|(_, value)| unquoted(value))).collect()
        }
    }
}

fn unquoted(value: &RawValue) -> String {
    match Input::from_raw(value) {
        Input::Text(text) => text.into_owned(),
        Input::Null => String::new(),
        _ => value.get().to_owned(),
    }
}
