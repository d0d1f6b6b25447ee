//! The types of expressions. Closer to PostgreSQL's types than to field kinds: currency and percent are numbers.

/// The type of an expression or of a referenced field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
}
