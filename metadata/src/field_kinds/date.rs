//! `date`: a calendar day without a time zone, `YYYY-MM-DD`.

use chrono::{Datelike, NaiveDate};
use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `date` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Date {}

impl Behaviour for Date {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Date)]
    }

    fn ty(&self) -> Type {
        Type::Date
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Input::Text(text) = input else { return Err(Fault::wrong_type("a date as YYYY-MM-DD")) };
        NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
            .ok()
            .filter(|date| text.trim().len() == 10 && (1..=9999).contains(&date.year()))
            .map(Value::Date)
            .ok_or_else(|| Fault::new("invalid-date", "expected an existing date as YYYY-MM-DD"))
    }
}
