//! Rows become JSON bytes, straight from PostgreSQL's binary format: no tree of values in between.

use std::io::Write as _;

use metadata::field_kinds::ColumnType;
use sqlx::postgres::{PgRow, PgValueFormat, PgValueRef};
use sqlx::{Row, ValueRef};

use super::sql::Written;

mod numeric;

/// Days from 0001-01-01 (chrono's day 1) to 2000-01-01, PostgreSQL's day 0.
const POSTGRES_EPOCH_DAY: i32 = 730_120;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The bytes were not what their type says: the driver and the plan disagree.
fn protocol_error() -> sqlx::Error {
    sqlx::Error::Protocol("a column did not arrive in the planned type".into())
}

/// Writes one row as a JSON object; the row's columns begin at `offset`.
pub(crate) fn row(
    out: &mut Vec<u8>,
    row: &PgRow,
    columns: &[Written],
    offset: usize,
) -> Result<(), sqlx::Error> {
    for (index, column) in columns.iter().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        string(out, &column.key);
        out.push(b':');
        value(out, row.try_get_raw(offset + index)?, column.ty)?;
    }
    out.push(b'}');
    Ok(())
}

fn value(out: &mut Vec<u8>, value: PgValueRef<'_>, ty: Option<ColumnType>) -> Result<(), sqlx::Error> {
    if value.is_null() {
        out.extend_from_slice(if ty == Some(ColumnType::TextArray) { b"[]" } else { b"null" });
        return Ok(());
    }
    if value.format() != PgValueFormat::Binary {
        return Err(protocol_error());
    }
    let bytes = value.as_bytes().map_err(|_| protocol_error())?;
    write_value(out, bytes, ty).ok_or_else(protocol_error)
}

/// One value by its type; `None` when the bytes do not fit it.
fn write_value(out: &mut Vec<u8>, bytes: &[u8], ty: Option<ColumnType>) -> Option<()> {
    let Some(ty) = ty else {
        out.extend_from_slice(bytes);
        return Some(());
    };
    match ty {
        ColumnType::Uuid => write!(out, "\"{}\"", uuid::Uuid::from_slice(bytes).ok()?.hyphenated()).ok(),
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
    let date = chrono::NaiveDate::from_num_days_from_ce_opt(days.checked_add(POSTGRES_EPOCH_DAY)?)?;
    write!(out, "\"{date}\"").ok()
}

fn instant(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let (days, rest) = (micros.div_euclid(MICROS_PER_DAY), micros.rem_euclid(MICROS_PER_DAY));
    let day = i32::try_from(days).ok()?.checked_add(POSTGRES_EPOCH_DAY)?;
    let date = chrono::NaiveDate::from_num_days_from_ce_opt(day)?;
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    write!(out, "\"{date}T{hours:02}:{minutes:02}:{seconds:02}.{micros:06}Z\"").ok()
}

fn time(out: &mut Vec<u8>, micros: i64) -> Option<()> {
    let seconds = micros / 1_000_000;
    write!(out, "\"{:02}:{:02}:{:02}\"", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()
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
    fn strings_are_escaped() {
        let mut out = Vec::new();
        string(&mut out, "a\"b\\c\n\u{1}é\u{1F600}");
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), "a\"b\\c\n\u{1}é\u{1F600}");
    }
}
