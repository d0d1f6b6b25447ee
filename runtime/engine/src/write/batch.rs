//! Operations on any objects in one transaction. Neighbours that do the same to the same object are one command,
//! so the number of statements follows the number of kinds of work and not the number of records.
//!
//! `"@ref.id"` stands for the record of an earlier operation. All problems of all operations are told at once,
//! each below `operations.N`.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use formulas::Type;
use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::standard::USER;
use permissions::Action;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use uuid::Uuid;

use super::process::during;
use super::saving::Taken;
use super::{create, reach, remove, update, upsert, writable};
use crate::command::{Fields, Op, Operation, Update, Written};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::{Bin, Query};
use crate::read::sql::Lock;
use crate::read::{self, Answer};

/// Where an operation is, and the record that it is about once that is known.
struct Step {
    operation: Operation,
    object: Arc<Object>,
    id: Option<Uuid>,
    created: bool,
    /// The step, or one that it means, had a problem: what follows from that is not told again.
    failed: bool,
    /// What rules warned of and the caller confirmed.
    warnings: Vec<Problem>,
}

/// Runs the operations; answers each in its place.
pub(super) async fn run(
    connection: &mut PgConnection,
    context: &Context,
    operations: Vec<Operation>,
) -> Result<Vec<Written>> {
    let mut batch = Batch::new(context, operations)?;
    let mut at = 0;
    while at < batch.steps.len() {
        let end = batch.group_end(at);
        batch.run_group(connection, context, at..end).await?;
        at = end;
    }
    if batch.problems.is_empty() {
        return batch.answers(connection, context).await;
    }
    // Groups are judged in parts; the reader wants the order of the operations.
    batch.problems.sort_by_key(|problem| index(problem.path.trim_start_matches("operations.")).0);
    match batch.conflicts == batch.problems.len() {
        true => Err(Error::Conflict(batch.problems)),
        false => Err(Error::Unprocessable(batch.problems)),
    }
}

struct Batch {
    steps: Vec<Step>,
    /// Places of the operations by their references.
    references: HashMap<String, usize>,
    problems: Vec<Problem>,
    /// How many of them are conflicts with other records.
    conflicts: usize,
}

impl Batch {
    fn new(context: &Context, operations: Vec<Operation>) -> Result<Self> {
        let mut batch =
            Self { steps: Vec::new(), references: HashMap::new(), problems: Vec::new(), conflicts: 0 };
        if operations.is_empty() {
            return Err(Error::Unprocessable(vec![Problem::new(
                "operations",
                "empty",
                "there is nothing to do",
            )]));
        }
        for (n, operation) in operations.into_iter().enumerate() {
            batch.push(context, n, operation)?;
        }
        Ok(batch)
    }

    /// Takes an operation on. One that cannot be done has failed from the start, and the others are judged.
    fn push(&mut self, context: &Context, n: usize, mut operation: Operation) -> Result<()> {
        let mut problems = Vec::new();
        let object = match writable(context, &operation.object) {
            Err(Error::NotFound) => {
                let message = format!("there is no object `{}`", operation.object);
                let seen = context.snapshot.catalog.objects.iter();
                let seen = seen.filter(|object| context.decide(Action::Read, object).is_allowed());
                let names = seen.map(|object| object.name.as_str());
                let problem = Problem::new("object", "unknown-object", message);
                problems.push(match metadata::suggest::hint(&operation.object, names) {
                    Some(hint) => problem.hint(hint),
                    None => problem,
                });
                // Any object holds its place; nothing is done with it.
                context.snapshot.catalog.find_object(USER).cloned().ok_or(Error::NotFound)?
            }
            outcome => outcome?,
        };
        if let Some(word) = &operation.reference
            && self.references.insert(word.clone(), n).is_some()
        {
            problems.push(Problem::new("ref", "duplicate", "another operation has this ref"));
        }
        if operation.op == Op::Upsert && operation.by.is_none() && problems.is_empty() {
            match upsert::key_in(context, &object, &operation.fields) {
                Ok(key) => operation.by = Some(key),
                Err(problem) => problems.push(problem),
            }
        }
        // New records know their ids before they are written, so that neighbours can point to each other.
        let id = (operation.op == Op::Create).then(|| context.new_id());
        self.steps.push(Step { operation, object, id, created: false, failed: false, warnings: Vec::new() });
        problems.into_iter().for_each(|problem| self.problem(n, problem));
        Ok(())
    }

    fn problem(&mut self, n: usize, problem: Problem) {
        if let Some(step) = self.steps.get_mut(n) {
            step.failed = true;
        }
        self.problems.push(problem.under(&format!("operations.{n}")));
    }

    /// Where the neighbours that one command can do end.
    fn group_end(&self, at: usize) -> usize {
        let first = &self.steps[at];
        let same = |step: &Step| {
            step.object.name == first.object.name
                && step.operation.op == first.operation.op
                && step.operation.by == first.operation.by
        };
        let mut seen = HashSet::new();
        let fresh = |step: &Step| match step.operation.op {
            Op::Create => true,
            Op::Update | Op::Delete => seen.insert(step.operation.id.clone()),
            // The second may change what the first has made.
            Op::Upsert => seen.insert(step.key_text()),
            // Each by itself: they have states and words of their own.
            Op::Transition => seen.insert(None),
        };
        at + self.steps[at..]
            .iter()
            .take_while(|step| same(step))
            .map(fresh)
            .take_while(|fresh| *fresh)
            .count()
    }

    async fn run_group(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        places: std::ops::Range<usize>,
    ) -> Result<()> {
        let mut ready = Vec::new();
        for n in places {
            if !self.steps[n].failed && self.resolve(n) {
                ready.push(n);
            }
        }
        let Some(&first) = ready.first() else { return Ok(()) };
        let object = self.steps[first].object.clone();
        let outcome = match self.steps[first].operation.op {
            Op::Create => self.create(connection, context, (&object, &ready)).await,
            Op::Update => self.update(connection, context, (&object, &ready)).await,
            Op::Upsert => self.upsert(connection, context, (&object, &ready)).await,
            Op::Transition => self.transition(connection, context, (&object, first)).await,
            Op::Delete => {
                let ids = ready.iter().filter_map(|&n| self.steps[n].id).collect();
                let seen = |&n: &usize| Some((self.steps[n].id?, self.steps[n].operation.if_version?));
                let seen: Vec<_> = ready.iter().filter_map(seen).collect();
                remove::require_versions(connection, context, &object, &seen).await?;
                remove::delete(connection, context, &object, ids).await.map(drop)
            }
        };
        match outcome {
            Ok(()) => Ok(()),
            Err(Error::Unprocessable(found)) => {
                self.blame(&ready, found);
                Ok(())
            }
            // It was seen before the database refused anything, so the others can still be judged.
            Err(Error::Conflict(found)) => {
                self.conflicts += found.len();
                self.blame(&ready, found);
                Ok(())
            }
            Err(Error::NotFound) => self.missing(connection, context, (&object, &ready)).await,
            Err(error) => Err(self.ended(super::constraint::explain(error, &object, context), &ready)),
        }
    }

    /// Puts ids in place of references; false when the step cannot be done.
    fn resolve(&mut self, n: usize) -> bool {
        let mut problems = Vec::new();
        let mut follows_failed = false;
        let mut lookup = |text: &str, path: &str| match self.find(text, n) {
            Ok(Some(id)) => Some(id),
            Ok(None) => {
                follows_failed = true;
                None
            }
            Err(problem) => {
                problems.push(Problem { path: path.to_owned(), ..problem });
                None
            }
        };
        let mut id = None;
        let step = &self.steps[n];
        if matches!(step.operation.op, Op::Update | Op::Delete | Op::Transition) {
            id = step.operation.id.as_deref().and_then(|text| lookup(text, "id"));
        }
        let mut fields = Fields::with_capacity(step.operation.fields.len());
        for (key, raw) in &step.operation.fields {
            let value = if points(&step.object, key) {
                replaced(raw, &mut |text| lookup(text, &format!("data.{key}")))
            } else {
                raw.clone()
            };
            fields.push((key.clone(), value));
        }
        let failed = follows_failed || !problems.is_empty();
        problems.into_iter().for_each(|problem| self.problem(n, problem));
        let step = &mut self.steps[n];
        step.id = step.id.or(id);
        step.operation.fields = fields;
        step.failed |= failed;
        !step.failed
    }

    /// The id that a text means, seen from operation `n`; `None` when that operation failed.
    fn find(&self, text: &str, n: usize) -> Result<Option<Uuid>, Problem> {
        let Some(reference) = text.strip_prefix('@') else {
            let id = Uuid::parse_str(text);
            return id.map(Some).map_err(|_| Problem::new("", "wrong-type", "expected an id or `@ref.id`"));
        };
        let place = reference.strip_suffix(".id").and_then(|word| self.references.get(word));
        match place.filter(|&&place| place < n).map(|&place| &self.steps[place]) {
            Some(step) if step.failed => Ok(None),
            Some(step) => Ok(step.id),
            None => {
                let message = format!("no earlier operation has the ref of `{text}`");
                Err(Problem::new("", "unknown-ref", message)
                    .hint("write `@ref.id` with the `ref` of an operation before"))
            }
        }
    }

    async fn create(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        (object, places): (&Arc<Object>, &[usize]),
    ) -> Result<()> {
        let records: Vec<(Uuid, Fields)> = places
            .iter()
            .map(|&n| {
                (self.steps[n].id.unwrap_or_default(), std::mem::take(&mut self.steps[n].operation.fields))
            })
            .collect();
        let warnings = create::create_with_ids(connection, context, object, &records).await?;
        self.warn(places, warnings);
        places.iter().for_each(|&n| self.steps[n].created = true);
        Ok(())
    }

    async fn update(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        (object, places): (&Arc<Object>, &[usize]),
    ) -> Result<()> {
        let one = |n: &usize| {
            let step = &mut self.steps[*n];
            let fields = std::mem::take(&mut step.operation.fields);
            Update { id: step.id.unwrap_or_default(), fields, if_version: step.operation.if_version }
        };
        let updates = places.iter().map(one).collect();
        let written = update::run(connection, context, object, updates).await?;
        self.warn(places, written.warnings);
        Ok(())
    }

    async fn transition(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        (object, n): (&Arc<Object>, usize),
    ) -> Result<()> {
        let step = &mut self.steps[n];
        let name = step.operation.transition.clone().unwrap_or_default();
        let id = step.id.unwrap_or_default();
        let mut fields = std::mem::take(&mut step.operation.fields);
        let mut taken = Taken { transition: name.clone(), ..Taken::default() };
        during::read(&mut fields, &mut taken)?;
        let update = Update { id, fields, if_version: step.operation.if_version };
        match update::take(connection, context, object, (update, taken)).await {
            Ok(written) => self.warn(&[n], written.warnings),
            Err(Error::NotFound) => {
                let wanted = (object.name.as_str(), &[id][..], Bin::Live);
                let seen = reach::find(connection, context, wanted, (Action::Read, Lock::None)).await?;
                if seen.is_empty() {
                    return Err(Error::NotFound);
                }
                let text = format!("the {} has no transition `{name}`", object.name);
                self.problem(n, Problem::new("transition", "unknown-transition", text));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Warnings of a group, kept with the operations that they belong to.
    fn warn(&mut self, places: &[usize], warnings: Vec<Problem>) {
        for warning in warnings {
            let (at, path) = index(&warning.path);
            let (place, path) = (places.get(at).or(places.first()).copied(), path.to_owned());
            if let Some(step) = place.and_then(|n| self.steps.get_mut(n)) {
                step.warnings.push(Problem { path, ..warning });
            }
        }
    }

    async fn upsert(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        (object, places): (&Arc<Object>, &[usize]),
    ) -> Result<()> {
        let by = self.steps[places[0]].operation.by.clone().unwrap_or_default();
        let records = places.iter().map(|&n| std::mem::take(&mut self.steps[n].operation.fields)).collect();
        let written = match upsert::run(connection, context, object, (&by, records)).await {
            // The question is wrong in each of them.
            Err(Error::Invalid(found)) => return Err(Error::Unprocessable(found)),
            outcome => outcome?,
        };
        for (&n, id) in places.iter().zip(&written.ids) {
            self.steps[n].id = Some(*id);
            self.steps[n].created = written.created.contains(id);
        }
        self.warn(places, written.warnings);
        Ok(())
    }

    /// Problems of a group, told of the operations that they belong to.
    fn blame(&mut self, places: &[usize], found: Vec<Problem>) {
        for problem in found {
            let placed = self.placed(places, problem);
            self.problems.push(placed);
        }
        places.iter().for_each(|&n| self.steps[n].failed = true);
    }

    fn placed(&self, places: &[usize], problem: Problem) -> Problem {
        let (n, rest) = index(&problem.path);
        let (place, rest) = (places.get(n).copied().unwrap_or(places[0]), rest.to_owned());
        let own = rest == "by" || self.steps[place].operation.op == Op::Delete || rest.is_empty();
        let path = if own { rest } else { format!("data.{rest}") };
        Problem { path, ..problem }.under(&format!("operations.{place}"))
    }

    /// After this the transaction can do no more.
    fn ended(&mut self, error: Error, places: &[usize]) -> Error {
        match error {
            Error::Conflict(found) => {
                let found: Vec<Problem> =
                    found.into_iter().map(|problem| self.placed(places, problem)).collect();
                self.problems.extend(found);
                Error::Conflict(std::mem::take(&mut self.problems))
            }
            error => error,
        }
    }

    /// Tells which of the records are not there, or not the actor's to know.
    async fn missing(
        &mut self,
        connection: &mut PgConnection,
        context: &Context,
        (object, places): (&Arc<Object>, &[usize]),
    ) -> Result<()> {
        let ids: Vec<Uuid> = places.iter().filter_map(|&n| self.steps[n].id).collect();
        let wanted = (object.name.as_str(), ids.as_slice(), Bin::Live);
        let seen = reach::find(connection, context, wanted, (Action::Read, Lock::None)).await?;
        for &n in places {
            let id = self.steps[n].id.unwrap_or_default();
            if !seen.contains_key(&id) {
                let message = format!("there is no {} with id {id}", object.name);
                self.problem(n, Problem::new("id", "not-found", message));
            }
            self.steps[n].failed = true;
        }
        // All are there by now: whoever brought them was faster than this.
        if self.problems.is_empty() { Err(Error::NotFound) } else { Ok(()) }
    }

    /// What became of each operation, with the records as they are at the end: one statement for each object.
    async fn answers(&self, connection: &mut PgConnection, context: &Context) -> Result<Vec<Written>> {
        let mut rows: HashMap<Uuid, (i64, Box<RawValue>)> = HashMap::new();
        let mut done = HashSet::new();
        for step in &self.steps {
            if !done.insert(&step.object.name) {
                continue;
            }
            let touched = self.steps.iter().filter(|other| other.object.name == step.object.name);
            let mut ids: Vec<Uuid> = touched.filter_map(|other| other.id).collect();
            ids.sort_unstable();
            ids.dedup();
            let answer = read::run(connection, context, &Query::of(&step.object.name, ids)).await?;
            rows.extend(by_id(&answer));
        }
        Ok(self.steps.iter().map(|step| written(step, &rows)).collect())
    }
}

fn written(step: &Step, rows: &HashMap<Uuid, (i64, Box<RawValue>)>) -> Written {
    let id = step.id.unwrap_or_default();
    let row = rows.get(&id).filter(|_| step.operation.op != Op::Delete);
    let answer = row.map(|(_, row)| {
        let json = format!("[{}]", row.get()).into_bytes();
        Answer { json, count: 1, ..Answer::default() }
    });
    Written {
        ids: vec![id],
        versions: row.map(|(version, _)| *version).into_iter().collect(),
        answer,
        matched: None,
        created: if step.created { vec![id] } else { Vec::new() },
        warnings: step.warnings.clone(),
    }
}

/// The records of an answer by their ids, with their versions.
fn by_id(answer: &Answer) -> Vec<(Uuid, (i64, Box<RawValue>))> {
    #[derive(serde::Deserialize)]
    struct Row {
        id: Uuid,
    }
    let rows: Vec<Box<RawValue>> = serde_json::from_slice(&answer.json).unwrap_or_default();
    let id = |row: &RawValue| serde_json::from_str::<Row>(row.get()).map(|row| row.id).unwrap_or_default();
    rows.into_iter().zip(&answer.versions).map(|(row, version)| (id(&row), (*version, row))).collect()
}

impl Step {
    /// The value that tells an upsert's record apart, as it was written.
    fn key_text(&self) -> Option<String> {
        let by = self.operation.by.as_deref()?;
        let value = self.operation.fields.iter().find(|(key, _)| key == by);
        value.map(|(_, raw)| raw.get().to_owned())
    }
}

/// The place in a group and the rest of a path such as `3.amount`; a group of one tells no place.
pub(super) fn index(path: &str) -> (usize, &str) {
    let (head, rest) = path.split_once('.').unwrap_or((path, ""));
    match head.parse() {
        Ok(n) => (n, rest),
        Err(_) => (0, path),
    }
}

/// Whether the key holds ids of records.
fn points(object: &Object, key: &str) -> bool {
    let field = object.find_key(key).map(|(field, _)| field).or_else(|| object.find_field(key));
    field.is_some_and(|field| matches!(field.kind.behaviour().ty(), Type::Id | Type::Ids))
}

/// A value, or a list of values, with ids in place of references.
fn replaced(raw: &RawValue, find: &mut dyn FnMut(&str) -> Option<Uuid>) -> Box<RawValue> {
    if !raw.get().contains("\"@") {
        return raw.to_owned();
    }
    let id = |text: &str, find: &mut dyn FnMut(&str) -> Option<Uuid>| {
        is_reference(text).then(|| find(text)).flatten().map(|id| serde_json::Value::String(id.to_string()))
    };
    let value = match serde_json::from_str(raw.get()) {
        Ok(serde_json::Value::String(text)) => id(&text, find),
        Ok(serde_json::Value::Array(items)) => {
            let item = |item: serde_json::Value| match &item {
                serde_json::Value::String(text) => id(text, find).unwrap_or(item),
                _ => item,
            };
            Some(items.into_iter().map(item).collect())
        }
        _ => None,
    };
    value.and_then(|value| serde_json::value::to_raw_value(&value).ok()).unwrap_or_else(|| raw.to_owned())
}

/// `@word.id`; a text that begins with an at sign may be just that.
fn is_reference(text: &str) -> bool {
    let word = text.strip_prefix('@').and_then(|rest| rest.strip_suffix(".id"));
    word.is_some_and(|word| {
        !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_from_texts() {
        for (json, asked) in [
            (r#""@a.id""#, true),
            (r#"["@a.id", "x"]"#, true),
            (r#""@ada""#, false),
            (r#""@ada.id x""#, false),
            (r#"{"a":"@a.id"}"#, false),
            ("5", false),
        ] {
            let raw = RawValue::from_string(json.into()).unwrap();
            let mut found = false;
            let value = replaced(&raw, &mut |_| {
                found = true;
                Some(Uuid::nil())
            });
            assert_eq!((found, value.get() != json), (asked, asked), "{json}");
        }
    }

    #[test]
    fn places_are_read_from_paths() {
        assert_eq!(index("3.amount"), (3, "amount"));
        assert_eq!(index("amount"), (0, "amount"));
        assert_eq!(index("12"), (12, ""));
        assert_eq!(index(""), (0, ""));
    }
}
