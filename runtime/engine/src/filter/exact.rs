//! JSON of a filter, read without floats: a number that a float would round stays the text that it was, which every
//! number field reads as well.

use rust_decimal::Decimal;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

/// Reads JSON text; as deep as `serde_json` goes.
///
/// # Errors
/// What makes it no JSON, in the words of `serde_json`.
pub fn read(text: &str) -> serde_json::Result<Json> {
    // Once as a whole: this one counts levels.
    serde_json::from_str::<Json>(text)?;
    serde_json::from_str::<Exact>(text).map(|Exact(json)| json)
}

struct Exact(Json);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        value(raw).map(Self).map_err(serde::de::Error::custom)
    }
}

fn value(raw: &str) -> serde_json::Result<Json> {
    match raw.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Entries>(raw).map(|Entries(map)| Json::Object(map)),
        Some(b'[') => {
            let items: Vec<Exact> = serde_json::from_str(raw)?;
            Ok(items.into_iter().map(|Exact(item)| item).collect())
        }
        Some(b'-' | b'0'..=b'9') => number(raw),
        _ => serde_json::from_str(raw),
    }
}

fn number(raw: &str) -> serde_json::Result<Json> {
    let read: Json = serde_json::from_str(raw)?;
    let exact = |text: &str| match text.contains(['e', 'E']) {
        true => Decimal::from_scientific(text).ok(),
        false => text.parse::<Decimal>().ok(),
    };
    let same =
        read.is_i64() || read.is_u64() || exact(&read.to_string()).is_some_and(|n| exact(raw) == Some(n));
    Ok(if same { read } else { Json::String(raw.to_owned()) })
}

struct Entries(Map<String, Json>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
        let mut entries = Map::new();
        while let Some((key, Exact(value))) = map.next_entry::<String, Exact>()? {
            entries.insert(key, value);
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_beyond_a_float_stay_text() {
        let read = |text: &str| read(text).unwrap();
        assert_eq!(
            read(r#"{"and":[{"amount":{"gte":1234567890123456.78}},{"n":[1.5,-3,1e3,"x",null,true]}]}"#),
            json!({"and":[{"amount":{"gte":"1234567890123456.78"}},{"n":[1.5,-3,1e3,"x",null,true]}]})
        );
        assert_eq!(read("9223372036854775807"), json!(i64::MAX));
        assert_eq!(read("99999999999999999999"), json!("99999999999999999999"));
        assert_eq!(read("0.1"), json!(0.1));
        assert_eq!(read("1234567890123456.78e0"), json!("1234567890123456.78e0"));
        assert_eq!(read("1.5E2"), json!(150.0));
        assert_eq!(read("1.50"), json!(1.5));
    }

    #[test]
    fn broken_and_deep_json_is_refused() {
        for text in ["", "{", "[1,]", "{\"a\":}", &"[".repeat(100_000)] {
            assert!(read(text).is_err());
        }
    }
}
