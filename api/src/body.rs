//! What comes in a request's body: JSON, held to its limits before anybody looks at it. Records stay raw, so
//! that a decimal never goes through a float; small documents are read by [`form`].

use std::collections::HashSet;
use std::fmt;

use engine::Fields;
use metadata::Problem as Detail;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::problem::{Code, Problem};

pub(crate) mod conversion;
pub(crate) mod form;
pub(crate) mod operations;

/// Deepest nesting of a body.
const MAX_DEPTH: usize = 64;

/// The body of a create: one record, or several that are made together.
#[derive(Debug)]
pub(crate) enum Records {
    One(Fields),
    Many(Vec<Fields>),
}

/// Reads a record, or an array of them.
pub(crate) fn records(bytes: &[u8]) -> Result<Records, Problem> {
    check(bytes)?;
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => fields(bytes, "").map(Records::One),
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = parse(bytes)?;
            let records = items
                .iter()
                .enumerate()
                .map(|(place, item)| fields(item.get().as_bytes(), &place.to_string()));
            records.collect::<Result<_, _>>().map(Records::Many)
        }
        _ => Err(not_an_object("", "an object of fields, or an array of them")),
    }
}

/// Reads one record.
pub(crate) fn record(bytes: &[u8]) -> Result<Fields, Problem> {
    check(bytes)?;
    fields(bytes, "")
}

/// Reads any document that is within the limits.
pub(crate) fn document(bytes: &[u8]) -> Result<serde_json::Value, Problem> {
    check(bytes)?;
    let unique: Unique = parse(bytes)?;
    if let Some(path) = unique.0 {
        return Err(twice(path));
    }
    parse(bytes)
}

fn fields(bytes: &[u8], place: &str) -> Result<Fields, Problem> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(not_an_object(place, "an object of fields"));
    }
    let RawFields(fields) = parse(bytes)?;
    let mut seen = HashSet::with_capacity(fields.len());
    match fields.iter().find(|(key, _)| !seen.insert(key.as_str())) {
        Some((key, _)) if place.is_empty() => Err(twice(key.clone())),
        Some((key, _)) => Err(twice(format!("{place}.{key}"))),
        None => Ok(fields),
    }
}

fn not_an_object(place: &str, expected: &str) -> Problem {
    Problem::unprocessable(vec![Detail::new(place, "wrong-type", format!("expected {expected}"))])
}

fn twice(path: String) -> Problem {
    let message = format!("the key `{path}` is given twice");
    Problem::new(Code::MalformedJson, message.clone()).errors(vec![Detail::new(
        path,
        "duplicate-key",
        message,
    )])
}

fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    Problem::new(Code::MalformedJson, sentence(error))
}

/// The parser's words with the place; it says nothing about our types here.
pub(crate) fn sentence(error: &serde_json::Error) -> String {
    match error.classify() {
        serde_json::error::Category::Eof => {
            format!("the JSON ends too early (line {}, column {})", error.line(), error.column())
        }
        _ => error.to_string(),
    }
}

/// Syntax as a whole, and depth: the parser does not count levels of what stays raw.
pub(crate) fn check(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Problem::new(Code::MalformedJson, "the body is empty; expected JSON"));
    }
    if depth(bytes) > MAX_DEPTH {
        let message = format!("JSON nests at most {MAX_DEPTH} levels here");
        return Err(Problem::new(Code::MalformedJson, message.clone())
            .errors(vec![Detail::new("", "too-deep", message)]));
    }
    Ok(())
}

fn depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in bytes {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_text = false,
            (true, _) => {}
            (false, b'"') => in_text = true,
            (false, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _) => {}
        }
    }
    deepest
}

/// Keys with raw values, in their order, repeated ones too.
struct RawFields(Fields);

impl<'de> Deserialize<'de> for RawFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawFieldsVisitor)
    }
}

struct RawFieldsVisitor;

impl<'de> Visitor<'de> for RawFieldsVisitor {
    type Value = RawFields;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawFields, A::Error> {
        let mut fields = Fields::new();
        while let Some(entry) = map.next_entry()? {
            fields.push(entry);
        }
        Ok(RawFields(fields))
    }
}

/// The path of the first key that an object holds twice: `serde_json` would silently take the last one.
struct Unique(Option<String>);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Unique, A::Error> {
        let (mut found, mut place) = (None, 0);
        while let Some(Unique(below)) = seq.next_element()? {
            found = found.or(below.map(|path| format!("{place}.{path}")));
            place += 1;
        }
        Ok(Unique(found))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Unique, A::Error> {
        let (mut found, mut seen) = (None, HashSet::new());
        while let Some((key, Unique(below))) = map.next_entry::<String, Unique>()? {
            found = found.or(below.map(|path| format!("{key}.{path}")));
            found = found.or(seen.contains(&key).then(|| key.clone()));
            seen.insert(key);
        }
        Ok(Unique(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &str) -> (Code, String) {
        let problem = records(body.as_bytes()).unwrap_err();
        (problem.code, problem.errors.first().map(|detail| detail.path.clone()).unwrap_or(problem.detail))
    }

    #[test]
    fn records_stay_raw() {
        let Records::One(fields) = records(br#" {"amount": 1.10, "name":"x"} "#).unwrap() else {
            panic!("one")
        };
        assert_eq!((fields[0].0.as_str(), fields[0].1.get()), ("amount", "1.10"));
        let Records::Many(records) = records(br#"[{"a":1},{}]"#).unwrap() else { panic!("many") };
        assert_eq!((records.len(), records[1].len()), (2, 0));
    }

    #[test]
    fn other_json_breaks_a_rule() {
        for body in ["null", "5", "\"x\"", "true"] {
            assert_eq!(refused(body), (Code::InvalidData, String::new()), "{body}");
        }
        assert_eq!(refused("[{},null]"), (Code::InvalidData, "1".into()));
        assert_eq!(refused("[[]]"), (Code::InvalidData, "0".into()));
    }

    #[test]
    fn broken_json_tells_where() {
        assert!(refused("{\"a\":}").1.contains("line 1 column 6"), "{}", refused("{\"a\":}").1);
        assert_eq!(refused("{\"a\":1").1, "the JSON ends too early (line 1, column 6)");
        assert_eq!(refused("").0, Code::MalformedJson);
        assert_eq!(refused("{} x").0, Code::MalformedJson);
        assert_eq!(refused("{\"a\":NaN}").0, Code::MalformedJson);
        assert_eq!(records(b"{\"a\":\"\xff\"}").unwrap_err().code, Code::MalformedJson);
    }

    #[test]
    fn keys_are_given_once() {
        assert_eq!(refused(r#"{"a":1,"b":2,"a":3}"#), (Code::MalformedJson, "a".into()));
        assert_eq!(refused(r#"[{},{"a":1,"\u0061":3}]"#), (Code::MalformedJson, "1.a".into()));
        let nested = document(br#"{"a":[{"b":1,"b":2}]}"#).unwrap_err();
        assert_eq!(nested.errors[0].path, "a.0.b");
    }

    #[test]
    fn depth_has_a_limit() {
        let nest = |levels: usize| format!("{{\"a\":{}1{}}}", "[".repeat(levels), "]".repeat(levels));
        assert!(records(nest(MAX_DEPTH - 1).as_bytes()).is_ok());
        assert_eq!(refused(&nest(MAX_DEPTH)).0, Code::MalformedJson);
        assert_eq!(refused(&nest(1_000_000)).0, Code::MalformedJson);
        assert_eq!(depth(br#"{"a":"[[[[\"[[["}"#), 1);
    }
}
