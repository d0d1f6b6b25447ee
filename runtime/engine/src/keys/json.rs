//! Lists of records within an answer are JSON that PostgreSQL made. It is copied, and encrypted values are opened where
//! the plan says that they stand: a text that looks like one elsewhere is only a text.

use std::ops::Range;

use crate::read::encode::string;
use crate::read::sql::{Arriving, Written};

/// Copies a list of records with these columns; nothing when it is not what the plan says.
pub(crate) fn list(out: &mut Vec<u8>, text: &str, columns: &[Written]) -> Option<()> {
    let mut copy = Copy { out, text, at: 0 };
    copy.list(columns)?;
    (copy.rest().trim_ascii().is_empty()).then_some(())
}

struct Copy<'c> {
    out: &'c mut Vec<u8>,
    text: &'c str,
    at: usize,
}

impl Copy<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_ascii_start().len();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes over one character that has to be there, and copies it.
    fn sign(&mut self, sign: u8) -> Option<()> {
        (self.peek()? == sign).then(|| {
            self.out.push(sign);
            self.at += 1;
        })
    }

    fn list(&mut self, columns: &[Written]) -> Option<()> {
        if self.peek()? == b'n' {
            return self.value();
        }
        self.sign(b'[')?;
        while self.peek()? != b']' {
            self.record(columns)?;
            if self.peek()? == b',' {
                self.sign(b',')?;
            }
        }
        self.sign(b']')
    }

    /// A record has its keys in the order of the columns.
    fn record(&mut self, columns: &[Written]) -> Option<()> {
        if self.peek()? == b'n' {
            return self.value();
        }
        self.sign(b'{')?;
        for (index, column) in columns.iter().enumerate() {
            if index > 0 {
                self.sign(b',')?;
            }
            self.value()?;
            self.sign(b':')?;
            match &column.value {
                Arriving::Record(inner) => self.record(inner)?,
                Arriving::List(inner) => self.list(inner)?,
                Arriving::Sealed(seal) => {
                    let value = self.skip()?;
                    let arrived: Option<String> = serde_json::from_str(&self.text[value]).ok()?;
                    match arrived.map(|arrived| seal.shown(&arrived)) {
                        Some(plain) => string(self.out, &plain),
                        None => self.out.extend_from_slice(b"null"),
                    }
                }
                Arriving::Column(_) | Arriving::Json => self.value()?,
            }
        }
        self.sign(b'}')
    }

    /// Copies one value as it is.
    fn value(&mut self) -> Option<()> {
        let value = self.skip()?;
        self.out.extend_from_slice(&self.text.as_bytes()[value]);
        Some(())
    }

    /// Goes over one value, whatever it is; tells where it is.
    fn skip(&mut self) -> Option<Range<usize>> {
        self.peek()?;
        let (start, bytes) = (self.at, self.text.as_bytes());
        let (mut depth, mut quoted) = (0_usize, false);
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\\' if quoted => self.at += 1,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'[' | b'{' => depth += 1,
                // The end of what the value stands in.
                b']' | b'}' | b',' | b':' if depth == 0 => break,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let end = start + self.text.get(start..self.at)?.trim_ascii_end().len();
        (end > start).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use metadata::field_kinds::ColumnType;
    use serde_json::{Value as Json, json};
    use uuid::Uuid;

    use super::*;
    use crate::context::Tenant;
    use crate::keys::ring::{KeyRing, first};
    use crate::keys::{MasterKey, Place, Seal, UNREADABLE};

    fn key(name: &str, value: Arriving) -> Written {
        Written { label: format!("\"{name}\":").into_bytes(), value }
    }

    #[test]
    fn values_open_where_the_plan_says_and_nowhere_else() {
        let tenant = Tenant { id: Uuid::nil(), slug: "a".into(), schema: "t_a".into() };
        let master = MasterKey::new(&[1; 32]).unwrap();
        let ring = Arc::new(KeyRing::unwrap(&tenant, first(&tenant, &master).unwrap(), Some(&master)));
        let id = Uuid::from_u128(7);
        let stored =
            ring.seal(Place { object: "o1", field: "f1", record: id }, false, "a \"b\" 12345678").unwrap();
        let arrived = format!("+{id}{stored}");
        let seal = || Arriving::Sealed(Seal { ring: ring.clone(), object: "o1".into(), field: "f1".into() });
        let columns = [
            key("id", Arriving::Column(ColumnType::Uuid)),
            key("note", Arriving::Column(ColumnType::Text)),
            key("card", seal()),
            key("up", Arriving::Record(vec![key("card", seal())])),
            key("parts", Arriving::List(vec![key("card", seal()), key("n", Arriving::Json)])),
        ];
        let masked = format!("*{id}{stored}");
        let text = json!([
            { "id": id, "note": arrived, "card": arrived, "up": { "card": masked }, "parts": [] },
            { "id": id, "note": "}],{\\\"", "card": null, "up": null, "parts": [{ "card": "+no", "n": {"card": arrived} }] },
        ]);
        let mut out = Vec::new();
        list(&mut out, &serde_json::to_string_pretty(&text).unwrap(), &columns).unwrap();
        let shown: Json = serde_json::from_slice(&out).unwrap();
        let expected = json!([
            { "id": id, "note": arrived, "card": "a \"b\" 12345678", "up": { "card": "•••• 5678" }, "parts": [] },
            { "id": id, "note": "}],{\\\"", "card": null, "up": null, "parts": [{ "card": UNREADABLE, "n": {"card": arrived} }] },
        ]);
        assert_eq!(shown, expected);
        // What is not as planned is no answer.
        for wrong in ["", "[", "{}", "[{\"id\":1}]", "[1]"] {
            assert_eq!(list(&mut Vec::new(), wrong, &columns), None, "{wrong}");
        }
        assert_eq!(list(&mut Vec::new(), "[] x", &columns), None);
    }
}
