//! One typed value, as it is written in a formula, compared, and evaluated. Not a type, not a column.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::document::Document;

/// One typed value. `Null` is the one blank; an empty text means the same and is never kept.
///
/// As JSON it is an object with its kind as the key, such as `{"number":"1.50"}`, or the word `"null"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    Null,
    Bool(bool),
    /// Integers, decimals, currencies and percents (15 means 15 %).
    Number(#[serde(with = "rust_decimal::serde::str")] Decimal),
    /// Text and the API name of a picklist option.
    Text(String),
    Date(NaiveDate),
    /// An instant; zones are a matter of formulas and screens.
    #[serde(rename = "datetime")]
    DateTime(DateTime<Utc>),
    Time(NaiveTime),
    Id(Uuid),
    /// Options of a multi picklist, tags, or ids; never nested.
    List(Vec<Value>),
    Json(Document),
}

impl Value {
    /// The text, or blank where it is empty.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.is_empty() { Value::Null } else { Value::Text(text) }
    }

    /// Whether this is the one blank; an empty text and an empty list read as blank too.
    pub fn is_blank(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Text(text) => text.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// Whether this is a true boolean; blank is not.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }
}
