//! JSON whose numbers are what was written: no number goes through a float, and each has the text that PostgreSQL's
//! `jsonb` gives it. Not the JSON of requests and answers, which is theirs to read and write.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Deepest nesting.
pub const MAX_DEPTH: usize = 64;
/// Most digits of a number, before and after its point.
pub const MAX_DIGITS: usize = 1_000;

/// One JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Document {
    Null,
    Bool(bool),
    /// Digits with a sign and a point where there are any; no exponent.
    Number(String),
    Text(String),
    List(Vec<Document>),
    /// Of keys that are there twice the last one counts.
    Object(BTreeMap<String, Document>),
}

/// Why a text is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error("it is not JSON")]
    NotJson,
    #[error("it is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    #[error("a number in it has more than {MAX_DIGITS} digits")]
    TooManyDigits,
}

impl Document {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, Unfit> {
        read(text, 0)
    }
}

/// A level of the text; what is inside stays raw until its turn, so that no depth is descended that is not allowed.
fn read(text: &str, depth: usize) -> Result<Document, Unfit> {
    let text = text.trim();
    let not_json = |_| Unfit::NotJson;
    match text.as_bytes().first() {
        Some(b'{' | b'[') if depth == MAX_DEPTH => Err(Unfit::TooDeep),
        Some(b'{') => {
            let parts: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(not_json)?;
            let read = |(key, part): (String, &RawValue)| Ok((key, read(part.get(), depth + 1)?));
            Ok(Document::Object(parts.into_iter().map(read).collect::<Result<_, _>>()?))
        }
        Some(b'[') => {
            let parts: Vec<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
            let read = |part: &RawValue| read(part.get(), depth + 1);
            Ok(Document::List(parts.into_iter().map(read).collect::<Result<_, _>>()?))
        }
        Some(b'"') => serde_json::from_str(text).map(Document::Text).map_err(not_json),
        Some(b't' | b'f' | b'n') => {
            let flag: Option<bool> = serde_json::from_str(text).map_err(not_json)?;
            Ok(flag.map_or(Document::Null, Document::Bool))
        }
        _ => {
            // Whether it is a number at all is asked of the reader of JSON.
            let raw: &RawValue = serde_json::from_str(text).map_err(not_json)?;
            Ok(Document::Number(plain(raw.get()).ok_or(Unfit::TooManyDigits)?))
        }
    }
}

/// A JSON number without its exponent; nothing where it has too many digits.
fn plain(number: &str) -> Option<String> {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let exponent: i64 = exponent.parse().ok()?;
    let most = i64::try_from(MAX_DIGITS).ok()?;
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let behind = i64::try_from(digits.len()).ok()?.checked_sub(point)?;
    if point > most || behind > most || digits.len() > 2 * MAX_DIGITS {
        return None;
    }
    let (before, ahead) = (usize::try_from(point).unwrap_or(0), usize::try_from(-point).unwrap_or(0));
    let whole = format!("{digits:0<before$}")[..before].trim_start_matches('0').to_owned();
    let fraction = format!("{}{}", "0".repeat(ahead), digits.get(before..).unwrap_or(""));
    let sign = if digits.bytes().all(|digit| digit == b'0') { "" } else { sign };
    let whole = if whole.is_empty() { "0" } else { &whole };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(flag) => write!(f, "{flag}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at > 0 { "," } else { "" })?;
                }
                f.write_str("]")
            }
            Self::Object(fields) => {
                f.write_str("{")?;
                for (at, (key, value)) in fields.iter().enumerate() {
                    write!(f, "{}{}:{value}", if at > 0 { "," } else { "" }, quoted(key))?;
                }
                f.write_str("}")
            }
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Document::parse(text).map_or_else(|fault| format!("{fault:?}"), |document| document.to_string())
    }

    #[test]
    fn numbers_are_what_was_written() {
        for (text, expected) in [
            ("0.1", "0.1"),
            ("1.50", "1.50"),
            (
                "12345678901234567890123456789.000000000000000000000001",
                "12345678901234567890123456789.000000000000000000000001",
            ),
            ("1e2", "100"),
            ("1.5E+1", "15"),
            ("1.50e1", "15.0"),
            ("12e-3", "0.012"),
            ("-0", "0"),
            ("-0.00", "0.00"),
            ("-0.0e-1", "0.00"),
            ("0e5", "0"),
            ("0.001e2", "0.1"),
            (" [1, {\"b\": 9007199254740993, \"a\": 0.30}] ", "[1,{\"a\":0.30,\"b\":9007199254740993}]"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn texts_keys_and_words_are_read_as_json_reads_them() {
        assert_eq!(
            shown(r#"{"a":"\u00e9\n\"","a":null,"":[true,false,[]]}"#),
            "{\"\":[true,false,[]],\"a\":null}"
        );
        assert_eq!(shown(r#""😀 \ud83d\ude00""#), "\"😀 😀\"");
        for text in ["", "01", "+1", ".5", "1.", "nul", "truee", "{", "[1,]", "\"\\ud800\"", "NaN", "1 2"] {
            assert_eq!(shown(text), "NotJson", "{text}");
        }
    }

    #[test]
    fn hostile_texts_answer_at_once() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Document::parse(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(shown(&nested(MAX_DEPTH + 1)), "TooDeep");
        assert_eq!(shown(&nested(400_000)), "TooDeep");
        for number in [
            "1e1001",
            "1e-1001",
            "1e999999999999999999999",
            "1e9223372036854775807",
            "12e-9223372036854775808",
            "0e99999",
        ] {
            assert_eq!(shown(number), "TooManyDigits", "{number}");
        }
        assert_eq!(shown(&"9".repeat(1_001)), "TooManyDigits");
        assert_eq!(shown(&format!("0.{}", "9".repeat(1_001))), "TooManyDigits");
        assert_eq!(shown("1e999").len(), 1_000);
    }

    #[test]
    fn as_a_part_of_a_value_it_keeps_its_digits() {
        let text = r#"{"json":{"a":[1.10,1e3]}}"#;
        let value: crate::Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"json":{"a":[1.10,1000]}}"#);
    }
}
