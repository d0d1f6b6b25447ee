//! `time`: a time of day without a zone, `HH:MM` or `HH:MM:SS`.

use chrono::{NaiveTime, Timelike};
use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `time` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {}

impl Behaviour for Time {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Time)]
    }

    fn ty(&self) -> Type {
        Type::Time
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Input::Text(text) = input else { return Err(Fault::wrong_type("a time as HH:MM:SS")) };
        ["%H:%M:%S", "%H:%M"]
            .iter()
            .find_map(|format| NaiveTime::parse_from_str(text.trim(), format).ok())
            .filter(|time| time.nanosecond() == 0)
            .map(Value::Time)
            .ok_or_else(|| Fault::new("invalid-time", "expected an existing time as HH:MM or HH:MM:SS"))
    }
}
