//! `text`: one line of text up to `max_length` characters, possibly in a `format` that is held to.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};
use crate::recurrence::Rule;

/// Settings of a `text` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Most characters (Unicode scalar values), 1 to 4000.
    #[serde(default = "default_length")]
    pub max_length: u32,
    /// What the text must be; any text when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
}

/// A form that texts are held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A recurrence rule of RFC 5545, kept in one spelling.
    Recurrence,
}

fn default_length() -> u32 {
    255
}

impl Default for Text {
    fn default() -> Self {
        Self { max_length: default_length(), format: None }
    }
}

impl Behaviour for Text {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        match (parse_text(input, self.max_length as usize)?, self.format) {
            (Value::Text(text), Some(Format::Recurrence)) => Ok(Value::Text(Rule::parse(&text)?.text())),
            (value, _) => Ok(value),
        }
    }

    fn check(&self) -> Vec<Problem> {
        if (1..=4000).contains(&self.max_length) {
            return Vec::new();
        }
        vec![
            Problem::new("max_length", "out-of-range", "max_length must be between 1 and 4000")
                .hint("use long_text for longer text"),
        ]
    }
}

/// Text of at most `max` characters; empty text is null, the one blank. NUL cannot be stored.
pub(super) fn parse_text(input: &Input<'_>, max: usize) -> Result<Value, Fault> {
    let Input::Text(text) = input else { return Err(Fault::wrong_type("text")) };
    if text.contains('\0') {
        return Err(Fault::new("bad-character", "the text contains a NUL character, which cannot be stored"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(Fault::new("too-long", format!("{length} characters, at most {max} fit")));
    }
    Ok(if text.is_empty() { Value::Null } else { Value::Text(text.to_string()) })
}
