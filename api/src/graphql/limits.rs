//! What one operation may ask for: how deep, how many fields, and how many values the answer could hold at most. The
//! database is asked nothing before all of it holds.

use std::collections::HashMap;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Selection, SelectionSet};
use serde_json::json;

use super::Run;
use super::collect::Field;
use super::fault::Refused;
use super::shape::{EdgePart, ListPart, Record, Source};

/// Longest document in bytes.
pub(super) const MAX_TEXT: usize = 100_000;
/// Most tokens of a document.
pub(super) const MAX_TOKENS: usize = 20_000;
/// Most brackets within brackets, values counted too: what the parser takes before anything is measured.
pub(super) const MAX_BRACKETS: usize = 100;
/// Most selections once fragments are opened.
pub(super) const MAX_FIELDS: usize = 5_000;
/// What a count of all matches costs, or an aggregate: it looks at many records to tell few values.
pub(super) const PASS: u64 = 1_000;

/// What it costs to count what is related to one record.
const COUNT: u64 = 100;

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Fields within fields.
    pub depth: usize,
    /// Values that an answer could hold, as [`cost`] counts them.
    pub cost: u64,
    /// Fields under another name than their own.
    pub aliases: usize,
    /// Fields at the root.
    pub roots: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 25, cost: 1_000_000, aliases: 200, roots: 50 }
    }
}

/// How deep selections are and how many aliases are in them, fragments opened.
#[derive(Clone, Copy, Default)]
struct Measure {
    depth: usize,
    aliases: usize,
}

/// Refuses an operation by its words alone.
pub(super) fn check(run: &Run<'_>, fields: &[Field<'_>]) -> Result<(), Refused> {
    let limits = run.limits();
    let measure =
        Measuring { document: run.document, known: HashMap::new() }.of(&run.operation.selection_set);
    for (what, is, most) in [
        ("fields at its root", fields.len(), limits.roots),
        ("fields under other names", measure.aliases, limits.aliases),
    ] {
        if is > most {
            let text = format!("an operation has at most {most} {what}, this one has {is}");
            return Err(Refused::coded("too-large", text));
        }
    }
    if measure.depth > limits.depth {
        let (most, is) = (limits.depth, measure.depth);
        let text = format!("fields are at most {most} deep within each other, here they are {is} deep");
        return Err(Refused::coded("too-deep", text));
    }
    Ok(())
}

/// Refuses an operation whose fields (their keys and costs) are too much together, naming the most costly one.
pub(super) fn check_cost(run: &Run<'_>, costs: &[(&str, u64)]) -> Result<(), Refused> {
    let most = run.limits().cost;
    let cost = costs.iter().fold(0, |sum: u64, (_, cost)| sum.saturating_add(*cost));
    let Some((key, _)) = costs.iter().max_by_key(|(_, cost)| *cost).filter(|_| cost > most) else {
        return Ok(());
    };
    let message = format!(
        "the answer could hold {cost} values, at most {most} are allowed: ask for fewer records with `first`, or for less of each"
    );
    let extensions = json!({ "code": "too-costly", "cost": cost, "limit": most });
    Err(Refused::Request(vec![json!({ "message": message, "path": [key], "extensions": extensions })]))
}

/// Measures each fragment once, however often it is used: fragments in fragments grow faster than their words.
struct Measuring<'d> {
    document: &'d ExecutableDocument,
    known: HashMap<&'d str, Measure>,
}

impl<'d> Measuring<'d> {
    fn of(&mut self, set: &'d SelectionSet) -> Measure {
        let mut whole = Measure::default();
        for selection in &set.selections {
            let part = match selection {
                Selection::Field(field) => {
                    let below = self.of(&field.selection_set);
                    let own = usize::from(field.alias.as_ref().is_some_and(|alias| *alias != field.name));
                    Measure { depth: below.depth + 1, aliases: below.aliases.saturating_add(own) }
                }
                Selection::InlineFragment(fragment) => self.of(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
            };
            whole.depth = whole.depth.max(part.depth);
            whole.aliases = whole.aliases.saturating_add(part.aliases);
        }
        whole
    }

    /// A document that was validated has no fragment within itself.
    fn fragment(&mut self, name: &'d str) -> Measure {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let fragment = self.document.fragments.get(name);
        let measure = fragment.map(|fragment| self.of(&fragment.selection_set)).unwrap_or_default();
        self.known.insert(name, measure);
        measure
    }
}

/// Values that so many records of a form could hold.
pub(super) fn cost(record: &Record, records: u64) -> u64 {
    let one = |source: &Source| match source {
        Source::TypeName | Source::Value(_) => records,
        Source::One(_, record) => cost(record, records),
        Source::Many { list, .. } => {
            let counts = if list.needs_total() { records.saturating_mul(COUNT) } else { 0 };
            let below = cost_of_list(&list.parts, records.saturating_mul(list.size as u64));
            below.saturating_add(counts)
        }
    };
    record.keys.iter().map(|(_, source)| one(source)).fold(records, u64::saturating_add)
}

/// Values that lists with so many records together could hold.
pub(super) fn cost_of_list(parts: &[(String, ListPart)], records: u64) -> u64 {
    let one = |part: &ListPart| match part {
        ListPart::Nodes(record) => cost(record, records),
        ListPart::Edges(parts) => {
            let edge = |(_, part): &(String, EdgePart)| match part {
                EdgePart::Node(record) => cost(record, records),
                EdgePart::TypeName(_) | EdgePart::Cursor => records,
            };
            parts.iter().map(edge).fold(records, u64::saturating_add)
        }
        ListPart::Total => PASS,
        ListPart::TypeName(_) | ListPart::Page(_) | ListPart::HasMore => 1,
    };
    parts.iter().map(|(_, part)| one(part)).fold(0, u64::saturating_add)
}
