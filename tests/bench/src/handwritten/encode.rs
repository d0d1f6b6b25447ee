//! Rows into JSON, value by value, in the form in which Trellis answers: exact numbers, instants in UTC with six
//! digits, lists never null.

use std::io::Write as _;

use chrono::{DateTime, NaiveDate, Timelike, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// A key of the answer and how its value comes. Values are read in the order of the statement's columns.
pub type Column = (&'static str, Kind);

/// How a value comes from the database.
#[derive(Clone, Copy)]
pub enum Kind {
    Id,
    Text,
    /// A number that the statement gives as text.
    Number,
    Integer,
    Date,
    Instant,
    Tags,
    /// Id and name, in two columns, of a record that may be missing.
    Record,
    /// JSON that PostgreSQL has made, as text.
    Json,
}

use Kind::{Date, Id, Instant, Integer, Json, Number, Record, Tags, Text};

pub const NARROW: &[Column] = &[
    ("id", Id),
    ("name", Text),
    ("stage", Text),
    ("amount", Number),
    ("close_date", Date),
    ("probability", Number),
    ("next_step", Text),
    ("account_id", Id),
    ("owner_id", Id),
    ("updated_at", Instant),
];

pub const WITH_ACCOUNT: &[Column] = &[
    ("id", Id),
    ("name", Text),
    ("stage", Text),
    ("amount", Number),
    ("close_date", Date),
    ("account", Record),
];

pub const WITH_DEALS: &[Column] = &[("id", Id), ("name", Text), ("industry", Text), ("deals", Json)];

pub const THREE_LEVELS: &[Column] = &[("id", Id), ("name", Text), ("deals", Json)];

pub const WIDE: &[Column] = &[
    ("id", Id),
    ("name", Text),
    ("owner_id", Id),
    ("created_at", Instant),
    ("created_by_id", Id),
    ("updated_at", Instant),
    ("updated_by_id", Id),
    ("version", Integer),
    ("account_id", Id),
    ("primary_contact_id", Id),
    ("external_id", Text),
    ("amount", Number),
    ("revenue_type", Text),
    ("contract_months", Integer),
    ("stage", Text),
    ("pipeline_id", Id),
    ("probability", Number),
    ("close_date", Date),
    ("actual_close_date", Date),
    ("stage_changed_at", Instant),
    ("forecast_category", Text),
    ("type", Text),
    ("next_step", Text),
    ("competitor_id", Id),
    ("win_reason", Text),
    ("loss_reason", Text),
    ("outcome_notes", Text),
    ("lead_id", Id),
    ("source", Text),
    ("campaign", Text),
    ("description", Text),
    ("tags", Tags),
    ("open_tasks", Integer),
];

/// Writes one row as an object.
pub fn write(out: &mut Vec<u8>, row: &PgRow, columns: &[Column]) -> anyhow::Result<()> {
    let mut at = 0;
    for (index, (key, kind)) in columns.iter().enumerate() {
        out.extend_from_slice(if index == 0 { b"{\"" } else { b",\"" });
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        value(out, row, at, *kind)?;
        at += if matches!(kind, Record) { 2 } else { 1 };
    }
    out.push(b'}');
    Ok(())
}

fn value(out: &mut Vec<u8>, row: &PgRow, at: usize, kind: Kind) -> anyhow::Result<()> {
    match kind {
        Id => match row.try_get_unchecked::<Option<Uuid>, _>(at)? {
            Some(id) => write!(out, "\"{id}\"")?,
            None => out.extend_from_slice(b"null"),
        },
        Text => match row.try_get_unchecked::<Option<&str>, _>(at)? {
            Some(text) => serde_json::to_writer(out, text)?,
            None => out.extend_from_slice(b"null"),
        },
        Number | Json => {
            let text = row.try_get_unchecked::<Option<&str>, _>(at)?;
            out.extend_from_slice(text.unwrap_or("null").as_bytes());
        }
        Integer => match row.try_get_unchecked::<Option<i64>, _>(at)? {
            Some(number) => write!(out, "{number}")?,
            None => out.extend_from_slice(b"null"),
        },
        Date => match row.try_get_unchecked::<Option<NaiveDate>, _>(at)? {
            Some(date) => write!(out, "\"{date}\"")?,
            None => out.extend_from_slice(b"null"),
        },
        Instant => match row.try_get_unchecked::<Option<DateTime<Utc>>, _>(at)? {
            Some(instant) => write_instant(out, instant)?,
            None => out.extend_from_slice(b"null"),
        },
        Tags => {
            let tags = row.try_get_unchecked::<Option<Vec<String>>, _>(at)?;
            serde_json::to_writer(out, &tags.unwrap_or_default())?;
        }
        Record => match row.try_get_unchecked::<Option<Uuid>, _>(at)? {
            Some(id) => {
                write!(out, "{{\"id\":\"{id}\",\"name\":")?;
                serde_json::to_writer(&mut *out, &row.try_get_unchecked::<Option<&str>, _>(at + 1)?)?;
                out.push(b'}');
            }
            None => out.extend_from_slice(b"null"),
        },
    }
    Ok(())
}

fn write_instant(out: &mut Vec<u8>, instant: DateTime<Utc>) -> std::io::Result<()> {
    let (date, time) = (instant.date_naive(), instant.time());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    write!(out, "\"{date}T{hour:02}:{minute:02}:{second:02}.{:06}Z\"", time.nanosecond() / 1000)
}
