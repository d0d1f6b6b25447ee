//! One value as it came in, from JSON or from a file, before its field has said what it means.
//!
//! Numbers stay text, so a decimal is never rounded through a float on its way in.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// A value on its way in.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// JSON `null`, or an empty cell of a file.
    Null,
    /// JSON `true` or `false`.
    Bool(bool),
    /// A JSON number, as written.
    Number(&'a str),
    /// A JSON string, or a cell of a file.
    Text(Cow<'a, str>),
    /// A JSON array, unparsed.
    Array(&'a str),
    /// A JSON object, unparsed.
    Object(&'a str),
}

impl<'a> Input<'a> {
    /// The value of a raw piece of JSON. The text is valid JSON already, so its first byte tells its type.
    pub fn from_raw(raw: &'a RawValue) -> Self {
        Self::from_json(raw.get())
    }

    pub(crate) fn from_json(text: &'a str) -> Self {
        let text = text.trim();
        match text.as_bytes().first() {
            Some(b'n') | None => Self::Null,
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'"') => match serde_json::from_str::<Cow<'_, str>>(text) {
                Ok(value) => Self::Text(Cow::Owned(value.into_owned())),
                Err(_) => Self::Null,
            },
            Some(b'[') => Self::Array(text),
            Some(b'{') => Self::Object(text),
            Some(_) => Self::Number(text),
        }
    }

    /// A cell of a file: empty means null.
    pub fn from_cell(cell: &'a str) -> Self {
        if cell.is_empty() { Self::Null } else { Self::Text(Cow::Borrowed(cell)) }
    }

    /// The elements of an array; `None` when it is not one.
    pub fn elements(&self) -> Option<Vec<Box<RawValue>>> {
        match self {
            Self::Array(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }
}
