//! One typed value, as it is written in a formula, compared, and evaluated. Not a type, not a column.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// One typed value. `Null` is the one blank; an empty text means the same and is never kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    /// Integers, decimals, currencies and percents (15 means 15 %).
    Number(Decimal),
    /// Text and the API name of a picklist option.
    Text(String),
    Date(NaiveDate),
    /// An instant; zones are a matter of formulas and screens.
    DateTime(DateTime<Utc>),
    Time(NaiveTime),
    Id(Uuid),
    /// Options of a multi picklist, tags, or ids; never nested.
    List(Vec<Value>),
    Json(serde_json::Value),
}

impl Value {
    /// Whether this is the one blank; an empty text and an empty list read as blank too.
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        }
    }
}
