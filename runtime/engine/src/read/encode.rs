//! Rows become JSON bytes, straight from PostgreSQL's binary format: no tree of values in between.

use std::io::Write as _;

use chrono::Datelike;
use metadata::field_kinds::ColumnType;
use sqlx::postgres::{PgRow, PgValueFormat, PgValueRef};
use sqlx::{Row, ValueRef};

use super::sql::{Arriving, Written, width};
use crate::keys::{self, Seal};

mod numeric;

/// Days from 0001-01-01 (chrono's day 1) to 2000-01-01, PostgreSQL's day 0.
const POSTGRES_EPOCH_DAY: i32 = 730_120;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Microseconds from 1970 to 2000.
const POSTGRES_EPOCH_MICROS: i64 = 10_957 * MICROS_PER_DAY;

/// The bytes were not what their type says: the driver and the plan disagree.
fn protocol_error() -> sqlx::Error {
    sqlx::Error::Protocol("a column did not arrive in the planned type".into())
}

/// Where the columns of an answer stand in the rows of its statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Places<'p> {
    /// One after the other from here on.
    From(usize),
    /// Each at a place of its own, because several answers share the columns.
    At(&'p [usize]),
}

impl Places<'_> {
    /// The place of the column with this number. The plan knows how many there are.
    pub(crate) fn of(self, number: usize) -> usize {
        match self {
            Self::From(first) => first + number,
            Self::At(places) => places.get(number).copied().unwrap_or(usize::MAX),
        }
    }
}

/// Writes one row as a JSON object.
pub(crate) fn row(
    out: &mut Vec<u8>,
    row: &PgRow,
    columns: &[Written],
    places: Places<'_>,
) -> Result<(), sqlx::Error> {
    record(out, (row, places), columns, &mut 0)
}

/// The same from the columns behind so many others; `null` where there is no record.
pub(crate) fn row_behind(
    out: &mut Vec<u8>,
    row: &PgRow,
    columns: &[Written],
    (places, mut at): (Places<'_>, usize),
) -> Result<(), sqlx::Error> {
    if row.try_get_raw(places.of(at))?.is_null() {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    record(out, (row, places), columns, &mut at)
}

/// A record from the columns that begin with number `at`, which is left behind them.
fn record(
    out: &mut Vec<u8>,
    (row, places): (&PgRow, Places<'_>),
    columns: &[Written],
    at: &mut usize,
) -> Result<(), sqlx::Error> {
    for (index, column) in columns.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        out.extend_from_slice(&column.label);
        match &column.value {
            Arriving::Record(inner) if row.try_get_raw(places.of(*at))?.is_null() => {
                out.extend_from_slice(b"null");
                *at += width(inner);
            }
            Arriving::Record(inner) => record(out, (row, places), inner, at)?,
            Arriving::Column(ty) => {
                value(out, row.try_get_raw(places.of(*at))?, Some(*ty))?;
                *at += 1;
            }
            Arriving::Sealed(seal) => {
                sealed(out, row.try_get_raw(places.of(*at))?, seal)?;
                *at += 1;
            }
            Arriving::Json => {
                value(out, row.try_get_raw(places.of(*at))?, None)?;
                *at += 1;
            }
            Arriving::List(inner) => {
                list(out, row.try_get_raw(places.of(*at))?, inner)?;
                *at += 1;
            }
        }
    }
    out.push(b'}');
    Ok(())
}

/// An encrypted value, opened, or the sign that it cannot be.
pub(crate) fn sealed(out: &mut Vec<u8>, value: PgValueRef<'_>, seal: &Seal) -> Result<(), sqlx::Error> {
    let arrived = if value.is_null() { None } else { Some(utf8(bytes(&value)?)?) };
    match arrived.map(|arrived| seal.shown(arrived)) {
        Some(plain) => string(out, &plain),
        None => out.extend_from_slice(b"null"),
    }
    Ok(())
}

/// A list of records with encrypted values among them.
pub(crate) fn list(out: &mut Vec<u8>, value: PgValueRef<'_>, columns: &[Written]) -> Result<(), sqlx::Error> {
    if value.is_null() {
        out.extend_from_slice(b"null");
        return Ok(());
    }
    keys::json::list(out, utf8(bytes(&value)?)?, columns).ok_or_else(protocol_error)
}

fn utf8(bytes: &[u8]) -> Result<&str, sqlx::Error> {
    std::str::from_utf8(bytes).map_err(|_| protocol_error())
}

/// One value of a column.
pub(crate) fn cell(out: &mut Vec<u8>, of: PgValueRef<'_>, ty: ColumnType) -> Result<(), sqlx::Error> {
    value(out, of, Some(ty))
}

fn value(out: &mut Vec<u8>, value: PgValueRef<'_>, ty: Option<ColumnType>) -> Result<(), sqlx::Error> {
    if value.is_null() {
        out.extend_from_slice(if ty == Some(ColumnType::TextArray) { b"[]" } else { b"null" });
        return Ok(());
    }
    write_value(out, bytes(&value)?, ty).ok_or_else(protocol_error)
}

fn bytes<'v>(value: &PgValueRef<'v>) -> Result<&'v [u8], sqlx::Error> {
    if value.format() != PgValueFormat::Binary {
        return Err(protocol_error());
    }
    value.as_bytes().map_err(|_| protocol_error())
}

/// One value as text that PostgreSQL reads back as the same; `None` for a blank one.
pub(crate) fn text(value: PgValueRef<'_>, ty: ColumnType) -> Result<Option<String>, sqlx::Error> {
    if value.is_null() {
        return Ok(None);
    }
    let mut out = Vec::new();
    write_text(&mut out, bytes(&value)?, ty).ok_or_else(protocol_error)?;
    String::from_utf8(out).map(Some).map_err(|_| protocol_error())
}

fn write_text(out: &mut Vec<u8>, bytes: &[u8], ty: ColumnType) -> Option<()> {
    let number = || Some(i64::from_be_bytes(bytes.try_into().ok()?));
    match ty {
        ColumnType::Text => out.extend_from_slice(bytes),
        ColumnType::Timestamptz => {
            let at = chrono::DateTime::from_timestamp_micros(number()?.checked_add(POSTGRES_EPOCH_MICROS)?)?;
            write!(out, "{}+00", at.format("%Y-%m-%d %H:%M:%S%.6f")).ok()?;
        }
        ColumnType::Time => {
            let micros = number()?;
            let seconds = u32::try_from(micros / 1_000_000).ok()?;
            let rest = u32::try_from(micros % 1_000_000).ok()?;
            let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest * 1000)?;
            write!(out, "{}", time.format("%H:%M:%S%.6f")).ok()?;
        }
        ColumnType::Uuid | ColumnType::Date => {
            write_value(out, bytes, Some(ty))?;
            out.pop();
            out.remove(0);
        }
        _ => write_value(out, bytes, Some(ty))?,
    }
    Some(())
}

/// One value by its type; `None` when the bytes do not fit it.
fn write_value(out: &mut Vec<u8>, bytes: &[u8], ty: Option<ColumnType>) -> Option<()> {
    let Some(ty) = ty else {
        out.extend_from_slice(bytes);
        return Some(());
    };
    match ty {
        ColumnType::Uuid => {
            let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
            let id = uuid::Uuid::from_slice(bytes).ok()?.hyphenated().encode_lower(&mut buffer);
            out.push(b'"');
            out.extend_from_slice(id.as_bytes());
            out.push(b'"');
            Some(())
        }
        // Ciphertext never goes out.
        ColumnType::Sealed => None,
        ColumnType::Text => {
            string(out, std::str::from_utf8(bytes).ok()?);
            Some(())
        }
        ColumnType::Bigint => write!(out, "{}", i64::from_be_bytes(bytes.try_into().ok()?)).ok(),
        ColumnType::Numeric(..) => numeric::write(out, bytes),
        ColumnType::Boolean => {
            out.extend_from_slice(if bytes.first() == Some(&1) { b"true" } else { b"false" });
            Some(())
        }
        ColumnType::Date => date(out, i32::from_be_bytes(bytes.try_into().ok()?)),
        ColumnType::Timestamptz => instant(out, i64::from_be_bytes(bytes.try_into().ok()?)),
        ColumnType::Time => time(out, i64::from_be_bytes(bytes.try_into().ok()?)),
        ColumnType::TextArray => text_array(out, bytes),
        // jsonb begins with its version.
        ColumnType::Jsonb => {
            out.extend_from_slice(bytes.strip_prefix(&[1])?);
            Some(())
        }
    }
}

fn date(out: &mut Vec<u8>, days: i32) -> Option<()> {
    out.push(b'"');
    day(out, days)?;
    out.push(b'"');
    Some(())
}

fn day(out: &mut Vec<u8>, days: i32) -> Option<()> {
    let date = chrono::NaiveDate::from_num_days_from_ce_opt(days.checked_add(POSTGRES_EPOCH_DAY)?)?;
    match u32::try_from(date.year()) {
        Ok(year @ 0..=9999) => {
            digits(out, year, 4);
            out.push(b'-');
            digits(out, date.month(), 2);
            out.push(b'-');
            digits(out, date.day(), 2);
        }
        _ => write!(out, "{date}").ok()?,
    }
    Some(())
}

fn instant(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let (days, rest) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY));
    out.push(b'"');
    day(out, i32::try_from(days).ok()?)?;
    out.push(b'T');
    clock(out, rest)?;
    out.push(b'.');
    digits(out, u32::try_from(rest % 1_000_000).ok()?, 6);
    out.extend_from_slice(b"Z\"");
    Some(())
}

fn clock(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let seconds = u32::try_from(micros / 1_000_000).ok()?;
    digits(out, seconds / 3600, 2);
    out.push(b':');
    digits(out, seconds / 60 % 60, 2);
    out.push(b':');
    digits(out, seconds % 60, 2);
    Some(())
}

/// A number with zeros in front, `count` digits; formatting by `write!` costs several times as much.
fn digits(out: &mut Vec<u8>, number: u32, count: usize) {
    let start = out.len();
    out.resize(start + count, b'0');
    let mut rest = number;
    for place in out[start..].iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

fn time(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    out.push(b'"');
    clock(out, micros)?;
    out.push(b'"');
    Some(())
}

/// A one-dimensional text[]: dimensions, flags, element type, then size, lower bound and the elements.
fn text_array(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let int = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(i32::from_be_bytes);
    out.push(b'[');
    if int(0)? > 0 {
        let (count, mut at) = (int(12)?, 20);
        for index in 0..count {
            if index > 0 {
                out.push(b',');
            }
            let length = usize::try_from(int(at)?).ok()?;
            string(out, std::str::from_utf8(bytes.get(at + 4..at + 4 + length)?).ok()?);
            at += 4 + length;
        }
    }
    out.push(b']');
    Some(())
}

/// A JSON string with what must be escaped escaped.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape: &[u8] = match byte {
            b'"' => b"\\\"",
            b'\\' => b"\\\\",
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            0..=0x1f => b"",
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.extend_from_slice(escape);
        }
    }
    out.extend_from_slice(&text.as_bytes()[plain..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8], ty: ColumnType) -> String {
        let mut out = Vec::new();
        write_value(&mut out, bytes, Some(ty)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_and_instants_around_the_epochs() {
        assert_eq!(written(&0i32.to_be_bytes(), ColumnType::Date), "\"2000-01-01\"");
        assert_eq!(written(&(-1i32).to_be_bytes(), ColumnType::Date), "\"1999-12-31\"");
        assert_eq!(written(&0i64.to_be_bytes(), ColumnType::Timestamptz), "\"2000-01-01T00:00:00.000000Z\"");
        assert_eq!(
            written(&(-1i64).to_be_bytes(), ColumnType::Timestamptz),
            "\"1999-12-31T23:59:59.999999Z\""
        );
        assert_eq!(written(&34_200_000_000i64.to_be_bytes(), ColumnType::Time), "\"09:30:00\"");
    }

    #[test]
    fn texts_are_read_back() {
        let text = |bytes: &[u8], ty| {
            let mut out = Vec::new();
            write_text(&mut out, bytes, ty).unwrap();
            String::from_utf8(out).unwrap()
        };
        let id = uuid::Uuid::from_u128(7);
        assert_eq!(text(id.as_bytes(), ColumnType::Uuid), id.to_string());
        assert_eq!(text(&(-1i32).to_be_bytes(), ColumnType::Date), "1999-12-31");
        assert_eq!(text(&(-1i64).to_be_bytes(), ColumnType::Timestamptz), "1999-12-31 23:59:59.999999+00");
        assert_eq!(text(&34_200_000_001i64.to_be_bytes(), ColumnType::Time), "09:30:00.000001");
        assert_eq!(text(b"a\"b", ColumnType::Text), "a\"b");
        assert_eq!(text(&[1], ColumnType::Boolean), "true");
    }

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        string(&mut out, "a\"b\\c\n\u{1}é\u{1F600}");
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), "a\"b\\c\n\u{1}é\u{1F600}");
    }
}
