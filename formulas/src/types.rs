//! The types of expressions. Closer to PostgreSQL's types than to field kinds: currency and percent are numbers.

use serde::{Deserialize, Serialize};

/// The type of an expression or of a referenced field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A blank whose type is not known, as in `NULL`.
    Null,
    Bool,
    /// A number whose column is `bigint`.
    Integer,
    /// A number whose column is `numeric`.
    Number,
    Text,
    Date,
    #[serde(rename = "datetime")]
    DateTime,
    Time,
    /// A record's id: `uuid`.
    Id,
    /// One option of a picklist by API name: `text`.
    Choice,
    /// Options of a multi picklist, or tags: `text[]`.
    Choices,
    /// Ids of records: `uuid[]`.
    Ids,
    Json,
}

impl Type {
    /// Whether arithmetic is defined.
    pub fn is_number(self) -> bool {
        matches!(self, Type::Integer | Type::Number)
    }

    /// Whether the column is an array, which is blank when it is empty.
    pub fn is_list(self) -> bool {
        matches!(self, Type::Choices | Type::Ids)
    }

    /// Whether the column is `text`.
    pub fn is_text(self) -> bool {
        matches!(self, Type::Text | Type::Choice)
    }

    /// The word for this type in messages and documentation.
    pub fn word(self) -> &'static str {
        match self {
            Type::Null => "blank",
            Type::Bool => "true/false",
            Type::Integer | Type::Number => "number",
            Type::Text => "text",
            Type::Date => "date",
            Type::DateTime => "date/time",
            Type::Time => "time",
            Type::Id => "record id",
            Type::Choice => "picklist",
            Type::Choices => "multi picklist",
            Type::Ids => "list of ids",
            Type::Json => "json",
        }
    }
}
