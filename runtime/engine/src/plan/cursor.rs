//! Where a page ended: the values of its last record's order keys, as text that PostgreSQL reads back.

use chrono::Datelike;
use metadata::field_kinds::ColumnType;

use super::OrderKey;

/// A place in an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// One value per order key; `None` is blank.
    pub values: Vec<Option<String>>,
}

impl Cursor {
    /// Reads a cursor that [`Cursor::print`] made for the same order; `None` when it is another's.
    pub(crate) fn parse(text: &str, order: &[OrderKey]) -> Option<Self> {
        let bytes = unhex(text)?;
        let (shape, values): (String, Vec<Option<String>>) = serde_json::from_slice(&bytes).ok()?;
        let plausible = values.iter().zip(order).all(|(value, key)| match value {
            Some(value) => readable(value, key.column.ty),
            None => key.nullable,
        });
        (shape == shape_of(order) && values.len() == order.len() && plausible).then_some(Self { values })
    }

    /// The cursor as clients carry it: opaque.
    pub(crate) fn print(&self, order: &[OrderKey]) -> String {
        let json = serde_json::to_vec(&(shape_of(order), &self.values)).unwrap_or_default();
        json.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What the order is by, as it stands in a cursor, so that a cursor of another order is noticed.
pub(super) fn shape_of(order: &[OrderKey]) -> String {
    let keys = order.iter().map(|key| {
        let sign = if key.descending { "-" } else { "" };
        format!("{sign}{}{}", key.reference.path.concat(), key.reference.field)
    });
    keys.collect::<Vec<_>>().join(",")
}

/// Whether PostgreSQL will read the text as a value of the column's type: a forged cursor must not
/// become a database error.
fn readable(text: &str, ty: ColumnType) -> bool {
    let plain = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    match ty {
        ColumnType::Uuid => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        ColumnType::Bigint => plain && text.parse::<i64>().is_ok(),
        ColumnType::Numeric(..) => {
            let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.');
            plain && digits && text.parse::<rust_decimal::Decimal>().is_ok()
        }
        ColumnType::Boolean => text == "true" || text == "false",
        ColumnType::Date => plain && is_date(text),
        ColumnType::Timestamptz => plain && is_instant(text),
        ColumnType::Time => chrono::NaiveTime::parse_from_str(text, "%H:%M:%S%.f").is_ok(),
        ColumnType::Text => !text.contains('\0'),
        ColumnType::TextArray | ColumnType::Jsonb | ColumnType::Sealed => false,
    }
}

/// Chrono reads years that PostgreSQL writes otherwise.
fn is_date(text: &str) -> bool {
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d");
    date.is_ok_and(|date| (1..=9999).contains(&date.year()))
}

fn is_instant(text: &str) -> bool {
    let at = chrono::DateTime::parse_from_str(&format!("{text}00"), "%Y-%m-%d %H:%M:%S%.f%z");
    at.is_ok_and(|at| (1..=9999).contains(&at.year()))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || text.len() > 20_000 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
