//! The answer's bytes. Values come from the engine as JSON text and stay text: only keys are put in their places.

use std::borrow::Cow;
use std::fmt;

use apollo_compiler::response::JsonMap;
use engine::query::PLACE;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

/// The keys of one record in the order of the answer.
pub(super) struct Record {
    pub ty: String,
    pub keys: Vec<(String, Source)>,
}

/// Where the value of a key comes from.
pub(super) enum Source {
    TypeName,
    /// Under this key of the engine's record.
    Value(String),
    One(String, Box<Record>),
    Many {
        key: String,
        list: List,
    },
}

/// A list's form and its place.
pub(super) struct List {
    pub parts: Vec<(String, ListPart)>,
    pub size: usize,
    pub backward: bool,
    /// Whether it begins behind others.
    pub begun: bool,
}

/// One key of a list.
pub(super) enum ListPart {
    TypeName(String),
    Edges(Vec<(String, EdgePart)>),
    Nodes(Record),
    /// Keys of the answer with their names.
    Page(Vec<(String, String)>),
    Total,
    HasMore,
}

/// One key of an edge.
pub(super) enum EdgePart {
    TypeName(String),
    Node(Record),
    Cursor,
}

/// What is known of a list besides its records.
#[derive(Default)]
pub(super) struct Page {
    pub has_next: bool,
    pub has_previous: bool,
    pub has_more: bool,
    pub total: Option<i64>,
    pub cursors: Vec<String>,
}

impl Record {
    /// Writes a record that the engine answered as `raw`; `null` stays `null`.
    pub(super) fn write(&self, out: &mut Vec<u8>, raw: &RawValue) {
        let Ok(Some(entries)) = serde_json::from_str::<Option<Entries<'_>>>(raw.get()) else {
            return out.extend_from_slice(b"null");
        };
        let find = |key: &str| entries.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value);
        object(out, &self.keys, |out, source| match source {
            Source::TypeName => text(out, &self.ty),
            Source::Value(key) => {
                out.extend_from_slice(find(key).map_or(b"null", |value| value.get().as_bytes()))
            }
            Source::One(key, record) => match find(key) {
                Some(value) => record.write(out, value),
                None => out.extend_from_slice(b"null"),
            },
            Source::Many { key, list: form } => {
                let mut records = find(key).map(records).unwrap_or_default();
                let more = records.len() > form.size;
                records.truncate(form.size);
                if form.backward {
                    records.reverse();
                }
                let total = find(&total_key(key)).and_then(|total| total.get().parse().ok());
                let places = records.iter().filter(|_| form.needs_cursors()).filter_map(|raw| place(raw));
                let page = Page { total, cursors: places.collect(), ..form.page(more) };
                list(out, &form.parts, &records, &page);
            }
        });
    }
}

/// The key of the engine's record under which the records of a list are counted.
pub(super) fn total_key(key: &str) -> String {
    format!("{key}_total")
}

/// The place that a record within a record tells.
fn place(raw: &RawValue) -> Option<String> {
    let entries: Entries<'_> = serde_json::from_str(raw.get()).ok()?;
    let (_, place) = entries.0.iter().find(|(key, _)| key == PLACE)?;
    serde_json::from_str(place.get()).ok()
}

impl List {
    /// What is known of it when there are more records, or not, behind those that came.
    pub(super) fn page(&self, more: bool) -> Page {
        Page {
            has_next: if self.backward { self.begun } else { more },
            has_previous: if self.backward { more } else { self.begun },
            has_more: more,
            ..Page::default()
        }
    }

    /// Whether all matches are counted.
    pub(super) fn needs_total(&self) -> bool {
        self.parts.iter().any(|(_, part)| matches!(part, ListPart::Total))
    }

    /// Whether records tell their places.
    pub(super) fn needs_cursors(&self) -> bool {
        self.parts.iter().any(|(_, part)| match part {
            ListPart::Edges(parts) => parts.iter().any(|(_, part)| matches!(part, EdgePart::Cursor)),
            ListPart::Page(keys) => keys.iter().any(|(_, name)| name.ends_with("Cursor")),
            _ => false,
        })
    }
}

/// The records of an array.
pub(super) fn records(raw: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(raw.get()).unwrap_or_default()
}

/// Writes a list.
pub(super) fn list(out: &mut Vec<u8>, parts: &[(String, ListPart)], records: &[&RawValue], page: &Page) {
    object(out, parts, |out, part| match part {
        ListPart::TypeName(name) => text(out, name),
        ListPart::Nodes(record) => array(out, records.iter(), |out, raw| record.write(out, raw)),
        ListPart::Edges(parts) => array(out, records.iter().enumerate(), |out, (at, raw)| {
            object(out, parts, |out, part| match part {
                EdgePart::TypeName(name) => text(out, name),
                EdgePart::Node(record) => record.write(out, raw),
                EdgePart::Cursor => text(out, page.cursors.get(at).map_or("", String::as_str)),
            });
        }),
        ListPart::Page(keys) => object(out, keys, |out, name| page.write(out, name)),
        ListPart::Total => out.extend_from_slice(page.total.unwrap_or_default().to_string().as_bytes()),
        ListPart::HasMore => flag(out, page.has_more),
    });
}

impl Page {
    fn write(&self, out: &mut Vec<u8>, name: &str) {
        let cursor = |out: &mut Vec<u8>, cursor: Option<&String>| match cursor {
            Some(cursor) => text(out, cursor),
            None => out.extend_from_slice(b"null"),
        };
        match name {
            "hasNextPage" => flag(out, self.has_next),
            "hasPreviousPage" => flag(out, self.has_previous),
            "startCursor" => cursor(out, self.cursors.first()),
            "endCursor" => cursor(out, self.cursors.last()),
            _ => text(out, "PageInfo"),
        }
    }
}

fn flag(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// A JSON text.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

/// Writes an object.
pub(super) fn object<T>(out: &mut Vec<u8>, keys: &[(String, T)], mut value: impl FnMut(&mut Vec<u8>, &T)) {
    out.push(b'{');
    for (at, (key, what)) in keys.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        text(out, key);
        out.push(b':');
        value(out, what);
    }
    out.push(b'}');
}

/// Writes an array.
pub(super) fn array<T>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// Entries of one object of the engine's answer.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a record")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    entries.push((key.0, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The whole answer in the making.
pub(super) struct Response {
    data: Vec<u8>,
    errors: Vec<Json>,
    /// What rules warned of and the caller confirmed.
    warnings: Vec<Json>,
    /// Answers of introspection by key.
    introspected: JsonMap,
}

impl Response {
    pub(super) fn new(introspected: JsonMap) -> Self {
        Self { data: vec![b'{'], errors: Vec::new(), warnings: Vec::new(), introspected }
    }

    /// Begins the value of a key.
    pub(super) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        if self.data.len() > 1 {
            self.data.push(b',');
        }
        text(&mut self.data, key);
        self.data.push(b':');
        &mut self.data
    }

    /// A key that introspection answered.
    pub(super) fn introspected(&mut self, key: &str) {
        let value = self
            .introspected
            .remove(key)
            .map_or_else(|| b"null".to_vec(), |value| value.to_string().into_bytes());
        self.key(key).extend_from_slice(&value);
    }

    /// A root field that failed.
    pub(super) fn fault(&mut self, key: &str, error: Json) {
        self.key(key).extend_from_slice(b"null");
        self.errors.push(error);
    }

    /// What was warned of at a root field; the path is below it.
    pub(super) fn warn(&mut self, key: &str, warning: &metadata::Problem) {
        let (path, code, message) = (&warning.path, &warning.code, &warning.message);
        self.warnings.push(json!({ "field": key, "path": path, "code": code, "message": message }));
    }

    /// The body.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.data.len() + 32);
        body.push(b'{');
        if !self.errors.is_empty() {
            body.extend_from_slice(b"\"errors\":");
            body.extend_from_slice(Json::Array(self.errors).to_string().as_bytes());
            body.push(b',');
        }
        body.extend_from_slice(b"\"data\":");
        body.extend_from_slice(&self.data);
        body.push(b'}');
        if !self.warnings.is_empty() {
            let told = json!({ "warnings": self.warnings }).to_string();
            body.extend_from_slice(b",\"extensions\":");
            body.extend_from_slice(told.as_bytes());
        }
        body.push(b'}');
        body
    }
}
