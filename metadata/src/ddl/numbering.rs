//! Numbers for records that exist already when an autonumber field is added: in order of creation.

use serde::Serialize;

use super::names::{quote, text_literal};
use crate::Field;
use crate::field_kinds::autonumber::Autonumber;

/// A counter to be set once the steps have run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Numbering {
    /// Stable id of the autonumber field.
    pub field: String,
    /// Query that answers rows (`period` text, `value` bigint): the last number given in each period.
    pub sql: String,
}

/// The update that numbers all records of a table, and what the counters are after it.
pub(super) fn backfill(table: &str, field: &Field, settings: &Autonumber) -> (String, Numbering) {
    let period = period(settings);
    let column = quote(&field.columns[0].name);
    let number = format!("row_number() OVER (PARTITION BY {period} ORDER BY \"created_at\", \"id\")");
    let sql = format!(
        "UPDATE {table} AS t SET {column} = n.\"text\" FROM (SELECT \"id\", {} AS \"text\" FROM (SELECT \"id\", \
         \"created_at\", {number} AS \"number\" FROM {table}) AS s) AS n WHERE t.\"id\" = n.\"id\"",
        pattern(settings)
    );
    let counters = format!("SELECT {period} AS period, count(*) AS value FROM {table} GROUP BY 1 ORDER BY 1");
    (sql, Numbering { field: field.id.clone(), sql: counters })
}

/// Expression of the counter's period, as [`Autonumber::period`] has it.
fn period(settings: &Autonumber) -> String {
    match (settings.pattern.contains("{YYYY}"), settings.pattern.contains("{MM}")) {
        (true, true) => part("YYYY-MM"),
        (true, false) => part("YYYY"),
        _ => "''::text".into(),
    }
}

fn part(format: &str) -> String {
    format!("to_char(\"created_at\" AT TIME ZONE 'UTC', '{format}')")
}

/// Expression of one number's text, as [`Autonumber::format`] writes it.
fn pattern(settings: &Autonumber) -> String {
    let mut parts = Vec::new();
    let mut rest = settings.pattern.as_str();
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}').map_or(rest.len(), |at| open + at + 1);
        parts.push(text_literal(&rest[..open]));
        parts.push(placeholder(&rest[open..close]));
        rest = &rest[close..];
    }
    parts.push(text_literal(rest));
    parts.retain(|part| part != "''");
    parts.join(" || ")
}

fn placeholder(word: &str) -> String {
    match word {
        "{YYYY}" => part("YYYY"),
        "{MM}" => part("MM"),
        zeros if zeros.len() > 2 && zeros[1..zeros.len() - 1].bytes().all(|b| b == b'0') => {
            let width = zeros.len() - 2;
            format!("lpad(\"number\"::text, greatest({width}, length(\"number\"::text)), '0')")
        }
        other => text_literal(other),
    }
}
