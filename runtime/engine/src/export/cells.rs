//! A record as cells of a table: nested records lie flat (`account.name`), lists are one cell.

use metadata::field_kinds::ColumnType;
use serde_json::value::RawValue;
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::OFFSET;
use crate::error::Result;
use crate::read::encode;
use crate::read::sql::{Arriving, Shape, Written, width};

/// One value of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Blank,
    Bool(bool),
    /// As it is written in JSON.
    Number(String),
    Text(String),
    Date(String),
    Instant(String),
}

/// Heads of the columns.
pub(super) fn heads(shape: &Shape) -> Vec<String> {
    let mut heads = Vec::new();
    collect(&shape.columns, "", &mut heads);
    heads
}

fn collect(columns: &[Written], before: &str, heads: &mut Vec<String>) {
    for column in columns {
        let label = String::from_utf8_lossy(&column.label);
        let head = format!("{before}{}", label.trim_end_matches(':').trim_matches('"'));
        match &column.value {
            Arriving::Record(inner) => collect(inner, &format!("{head}."), heads),
            Arriving::Column(_) | Arriving::Sealed(_) | Arriving::Json | Arriving::List(_) => {
                heads.push(head)
            }
        }
    }
}

/// The cells of one record.
pub(super) fn of(row: &PgRow, shape: &Shape) -> Result<Vec<Cell>> {
    let (mut cells, mut at) = (Vec::with_capacity(shape.width), OFFSET);
    read(row, &shape.columns, &mut at, &mut cells)?;
    Ok(cells)
}

fn read(row: &PgRow, columns: &[Written], at: &mut usize, cells: &mut Vec<Cell>) -> Result<()> {
    for column in columns {
        let ty = match &column.value {
            Arriving::Record(inner) => {
                debug_assert!(width(inner) > 0);
                read(row, inner, at, cells)?;
                continue;
            }
            Arriving::Column(ty) => *ty,
            Arriving::Sealed(seal) => {
                let mut json = Vec::new();
                encode::sealed(&mut json, row.try_get_raw(*at)?, seal)?;
                cells.push(cell(&String::from_utf8_lossy(&json), ColumnType::Text));
                *at += 1;
                continue;
            }
            Arriving::List(inner) => {
                let mut json = Vec::new();
                encode::list(&mut json, row.try_get_raw(*at)?, inner)?;
                cells.push(Cell::Text(String::from_utf8_lossy(&json).into_owned()));
                *at += 1;
                continue;
            }
            // JSON that PostgreSQL made comes without the version that a stored one begins with.
            Arriving::Json => {
                let json = row.try_get::<Option<Json<&RawValue>>, _>(*at)?;
                cells.push(json.map_or(Cell::Blank, |json| Cell::Text(compact(json.0.get()))));
                *at += 1;
                continue;
            }
        };
        let mut json = Vec::new();
        encode::cell(&mut json, row.try_get_raw(*at)?, ty)?;
        cells.push(cell(&String::from_utf8_lossy(&json), ty));
        *at += 1;
    }
    Ok(())
}

fn cell(json: &str, ty: ColumnType) -> Cell {
    let text = || serde_json::from_str::<String>(json).unwrap_or_default();
    match ty {
        _ if json == "null" => Cell::Blank,
        ColumnType::Bigint | ColumnType::Numeric(..) => Cell::Number(json.to_owned()),
        ColumnType::Boolean => Cell::Bool(json == "true"),
        ColumnType::Date => Cell::Date(text()),
        ColumnType::Timestamptz => Cell::Instant(text()),
        ColumnType::Uuid | ColumnType::Text | ColumnType::Sealed | ColumnType::Time => Cell::Text(text()),
        ColumnType::Jsonb => Cell::Text(json.to_owned()),
        // As imports read them.
        ColumnType::TextArray => match serde_json::from_str::<Vec<String>>(json) {
            Ok(words) if words.is_empty() => Cell::Blank,
            Ok(words) => Cell::Text(words.join(";")),
            Err(_) => Cell::Blank,
        },
    }
}

/// The JSON in one line, with every number as it stands.
fn compact(json: &str) -> String {
    let (mut is_text, mut is_escaped) = (false, false);
    let keep = |&letter: &char| {
        let is_kept = is_text || !letter.is_ascii_whitespace();
        is_text ^= letter == '"' && !is_escaped;
        is_escaped = is_text && letter == '\\' && !is_escaped;
        is_kept
    };
    json.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_cells() {
        assert_eq!(cell("null", ColumnType::Text), Cell::Blank);
        assert_eq!(cell("-1.50", ColumnType::Numeric(12, 2)), Cell::Number("-1.50".into()));
        assert_eq!(cell("\"a\\\"b\"", ColumnType::Text), Cell::Text("a\"b".into()));
        assert_eq!(cell("[]", ColumnType::TextArray), Cell::Blank);
        assert_eq!(cell("[\"a\",\"b\"]", ColumnType::TextArray), Cell::Text("a;b".into()));
        assert_eq!(cell("{\"a\":1}", ColumnType::Jsonb), Cell::Text("{\"a\":1}".into()));
    }

    #[test]
    fn one_line_says_the_same() {
        let json = "[{\"a\" : 1.10, \n \"b c\":\"x \\\" \\\\\", \t\"d\": \" \"}, null]";
        assert_eq!(compact(json), "[{\"a\":1.10,\"b c\":\"x \\\" \\\\\",\"d\":\" \"},null]");
    }
}
