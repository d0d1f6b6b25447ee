//! `datetime`: an instant. Read with any offset, kept and answered in UTC.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `datetime` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Datetime {}

impl Behaviour for Datetime {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Timestamptz)]
    }

    fn ty(&self) -> Type {
        Type::DateTime
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Input::Text(text) = input else {
            return Err(Fault::wrong_type("a date and time as YYYY-MM-DDTHH:MM:SSZ"));
        };
        parse_instant(text.trim()).map(Value::DateTime).ok_or_else(|| {
            Fault::new(
                "invalid-date",
                "expected an existing date and time as YYYY-MM-DDTHH:MM:SSZ or with an offset",
            )
        })
    }
}

/// RFC 3339, or without an offset (then UTC), or a bare date (then midnight UTC).
fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    let instant = DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)).ok().or_else(|| {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
            .map(|naive| naive.and_utc())
    })?;
    (1..=9999).contains(&instant.year()).then_some(instant)
}
