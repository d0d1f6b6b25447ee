//! Rows as the statement's source: one parameter holding JSON, read back by PostgreSQL as a typed
//! record set. The text depends on the set of columns alone, whether one record is written or ten thousand.

use std::collections::HashMap;

use formulas::Value;
use metadata::field_kinds::ColumnType;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::draft::{Draft, Slots};
use super::sql::quoted;
use crate::error::{Error, Result};
use crate::read::encode::string;

/// `json_to_recordset($1) AS s(_n int, id uuid, …)` for the given slots.
pub(crate) fn recordset(slots: &Slots<'_>, used: &[usize]) -> String {
    let mut text = String::from("json_to_recordset($1::json) AS s(_n int, id uuid");
    for &slot in used {
        let (_, column) = slots.columns[slot];
        if column.name != "id" {
            text.push_str(&format!(", {} {}", quoted(&column.name), wide(column.ty)));
        }
    }
    text.push(')');
    text
}

/// Numbers keep all digits until the column's own type takes them.
fn wide(ty: ColumnType) -> String {
    match ty {
        ColumnType::Numeric(..) => "numeric".into(),
        other => other.sql(),
    }
}

/// The same with what is told of links, by [`json_with`].
pub(crate) fn recordset_with_links(slots: &Slots<'_>, used: &[usize]) -> String {
    let text = recordset(slots, used);
    format!("{}, _links jsonb)", text.strip_suffix(')').unwrap_or(&text))
}

/// The drafts as a JSON array; `n` is the place of the record in the command.
pub(crate) fn json(slots: &Slots<'_>, used: &[usize], drafts: &[(usize, &Draft)]) -> String {
    json_with(slots, used, drafts, &HashMap::new())
}

/// The same with JSON text of what changes of a record's links.
pub(crate) fn json_with(
    slots: &Slots<'_>,
    used: &[usize],
    drafts: &[(usize, &Draft)],
    links: &HashMap<Uuid, String>,
) -> String {
    let mut out = Vec::with_capacity(drafts.len() * (48 + used.len() * 24));
    out.push(b'[');
    for (index, (n, draft)) in drafts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(format!("{{\"_n\":{n},\"id\":\"{}\"", draft.id).as_bytes());
        for &slot in used {
            let (_, column) = slots.columns[slot];
            let Some(value) = draft.slots[slot].as_ref().filter(|_| column.name != "id") else { continue };
            out.push(b',');
            string(&mut out, &column.name);
            out.push(b':');
            write_value(&mut out, value);
        }
        if let Some(links) = links.get(&draft.id) {
            out.extend_from_slice(b",\"_links\":");
            out.extend_from_slice(links.as_bytes());
        }
        out.push(b'}');
    }
    out.push(b']');
    // Every piece was written from `str`.
    String::from_utf8(out).unwrap_or_default()
}

/// A value as it is written, as raw JSON.
pub(crate) fn raw(value: &Value) -> Result<Box<RawValue>> {
    let mut out = Vec::new();
    write_value(&mut out, value);
    serde_json::from_slice(&out).map_err(|error| Error::File(error.into()))
}

fn write_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Text(text) => string(out, text),
        Value::Date(date) => string(out, &date.to_string()),
        Value::DateTime(at) => string(out, &at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
        Value::Time(time) => string(out, &time.to_string()),
        Value::Id(id) => string(out, &id.to_string()),
        Value::Json(json) => out.extend_from_slice(json.to_string().as_bytes()),
        Value::List(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(out, item);
            }
            out.push(b']');
        }
    }
}

/// The value as the database prints it; `None` for a blank.
pub(crate) fn printed(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.normalize().to_string()),
        Value::Id(id) => Some(id.to_string()),
        Value::Date(date) => Some(date.to_string()),
        Value::Time(time) => Some(time.format("%H:%M:%S").to_string()),
        other => Some(format!("{other:?}")),
    }
}
