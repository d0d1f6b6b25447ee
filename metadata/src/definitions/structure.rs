//! The first look at a definition: its form, held to the JSON Schema of its kind. Every fault becomes
//! a problem with a path in words and a hint. A form that is nearly right is repaired, so that what
//! it says can be checked as well and an author sees all problems at once.

use jsonschema::error::ValidationErrorKind as Fails;
use serde_json::{Map, Value as Json, json};

use super::Kind;
use crate::catalog::proper;
use crate::problem::Problem;
use crate::{schemas, suggest};

/// Deepest nesting of a definition.
const MAX_DEPTH: usize = 24;
/// Longest wrong name that stands in a path; a longer one is numbered.
const MAX_WORD: usize = 60;
/// Most values in one definition.
const MAX_VALUES: usize = 100_000;

/// What came of the first look.
pub(super) struct Checked {
    pub problems: Vec<Problem>,
    /// Paths of parts that were replaced to go on; what is said of them later does not count.
    pub replaced: Vec<String>,
    /// Whether what is left can be read.
    pub usable: bool,
}

/// Checks a definition and repairs it in place. `path` is where its root stands.
pub(super) fn check(kind: Kind, definition: &mut Json, path: &str) -> Checked {
    let mut checked = Checked { problems: Vec::new(), replaced: Vec::new(), usable: true };
    if depth(definition) > MAX_DEPTH || size(definition) > MAX_VALUES {
        checked.problems.push(Problem::new(path, "too-large", "the definition is too large or too deep"));
        checked.usable = false;
        return checked;
    }
    let Some(validator) = schemas::validator(kind) else { return checked };
    let faults: Vec<Found> =
        validator.iter_errors(definition).map(|error| Found::new(kind, definition, &error)).collect();
    for fault in &faults {
        let place = fault.place(definition, path);
        checked.problems.extend(fault.problems.iter().cloned().map(|problem| problem.under(&place)));
    }
    if kind == Kind::Fields && faults.iter().any(|fault| fault.unexpected.is_empty()) {
        *definition = json!({"name": definition["name"].as_str().unwrap_or_default(), "kind": "text"});
        checked.replaced.push(path.to_owned());
        return checked;
    }
    for fault in faults {
        repair(definition, fault, path, &mut checked);
    }
    checked
}

/// One fault of the form.
struct Found {
    /// Segments of the path from the root.
    segments: Vec<String>,
    /// Problems with paths below that place.
    problems: Vec<Problem>,
    /// Keys that do not belong there.
    unexpected: Vec<String>,
    missing: Option<String>,
}

impl Found {
    fn new(kind: Kind, root: &Json, error: &jsonschema::ValidationError<'_>) -> Self {
        let pointer = error.instance_path().as_str().to_owned();
        let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
        let segments: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
        let mut found = Self { segments, problems: Vec::new(), unexpected: Vec::new(), missing: None };
        match error.kind() {
            Fails::AdditionalProperties { unexpected } => {
                let known = schemas::keys_at(kind, root, &found.segments);
                found.problems = unexpected.iter().map(|key| unknown_key(key, &known)).collect();
                found.unexpected = unexpected.clone();
            }
            Fails::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                found.problems.push(Problem::new(key, "missing", format!("`{key}` is missing")));
                found.missing = Some(key.to_owned());
            }
            _ => found.problems.push(fault(error, found.segments.last().map_or("", |s| s))),
        }
        found
    }

    /// Path in words: fields are named, not numbered.
    fn place(&self, root: &Json, path: &str) -> String {
        let mut place = path.to_owned();
        for (at, segment) in self.segments.iter().enumerate() {
            let field = (at == 1 && self.segments[0] == "fields")
                .then(|| root["fields"][index(segment)]["name"].as_str());
            let word = field.flatten().filter(|name| name.len() <= MAX_WORD).unwrap_or(segment);
            place = if place.is_empty() { word.to_owned() } else { format!("{place}.{word}") };
        }
        place
    }
}

fn index(segment: &str) -> usize {
    segment.parse().unwrap_or(usize::MAX)
}

fn unknown_key(key: &str, known: &[String]) -> Problem {
    let problem = Problem::new(key, "unknown-key", format!("`{key}` is not a key here"));
    let hint = suggest::hint(key, known.iter().map(String::as_str));
    problem.hint(hint.unwrap_or_else(|| format!("known are {}", known.join(", "))))
}

/// A fault of one value; `word` is the key that holds it.
fn fault(error: &jsonschema::ValidationError<'_>, word: &str) -> Problem {
    let text = error.masked_with("the value").to_string();
    let given = error.instance().as_str().unwrap_or_default();
    match error.kind() {
        Fails::Enum { options } => {
            let words: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let code = if word == "kind" { "unknown-kind" } else { "bad-value" };
            let hint = suggest::hint(given, words.iter().copied());
            let hint = hint.unwrap_or_else(|| format!("one of {}", words.join(", ")));
            let shown: String = error.instance().to_string().chars().take(60).collect();
            Problem::new("", code, format!("{shown} is not allowed here")).hint(hint)
        }
        Fails::Pattern { pattern } if pattern == schemas::NAME => {
            let problem = Problem::new("", "bad-name", "a name is snake_case, at most 40 characters");
            proper(given)
                .map(|better| format!("for example `{better}`"))
                .into_iter()
                .fold(problem, Problem::hint)
        }
        Fails::Type { .. } => Problem::new("", "wrong-type", text),
        Fails::MaxLength { limit } => Problem::new("", "too-long", format!("at most {limit} characters fit")),
        Fails::MaxItems { limit } => Problem::new("", "too-many", format!("at most {limit} fit")),
        Fails::Minimum { .. } | Fails::Maximum { .. } => Problem::new("", "out-of-range", text),
        _ => Problem::new("", "bad-value", text),
    }
}

/// Takes a faulty part out, so that the rest can be read.
fn repair(definition: &mut Json, fault: Found, path: &str, checked: &mut Checked) {
    let in_field = fault.segments.first().is_some_and(|s| s == "fields") && fault.segments.len() >= 2;
    if !fault.unexpected.is_empty() {
        let pointer: String =
            fault.segments.iter().map(|s| format!("/{}", s.replace('~', "~0").replace('/', "~1"))).collect();
        if let Some(Json::Object(map)) = definition.pointer_mut(&pointer) {
            fault.unexpected.iter().for_each(|key| drop(map.shift_remove(key)));
        }
    } else if in_field {
        checked.replaced.push(fault.place_of_field(definition, path));
        let field = &mut definition["fields"][index(&fault.segments[1])];
        match field["name"].as_str() {
            Some(name) => *field = json!({"name": name, "kind": "text"}),
            None => *field = json!({}),
        }
    } else {
        repair_top(definition, fault, checked);
    }
}

impl Found {
    fn place_of_field(&self, definition: &Json, path: &str) -> String {
        let name =
            definition["fields"][index(&self.segments[1])]["name"].as_str().unwrap_or(&self.segments[1]);
        format!("{path}.fields.{name}")
    }
}

/// A faulty key of the root is left out; without a key that must be there nothing can be said.
fn repair_top(definition: &mut Json, fault: Found, checked: &mut Checked) {
    let Json::Object(map) = definition else {
        checked.usable = false;
        return;
    };
    match (fault.segments.first(), fault.missing.as_deref()) {
        (None, Some("plural")) => {
            let name = map.get("name").and_then(Json::as_str).unwrap_or_default();
            map.insert("plural".into(), format!("{name}s").into());
        }
        (Some(key), _) if optional(key) => drop(map.shift_remove(key)),
        (Some(key), _) if map.get(key).is_some_and(Json::is_string) => {}
        _ => checked.usable = false,
    }
}

fn optional(key: &str) -> bool {
    !["name", "plural", "kind", "object", "options", "columns", "sections", "to"].contains(&key)
}

fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn size(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Json::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Leaves out keys whose value is null: the same as not giving them.
pub(super) fn without_nulls(map: Map<String, Json>) -> Map<String, Json> {
    map.into_iter().filter(|(_, value)| !value.is_null()).collect()
}
