//! `rich_text`: HTML that is safe to show, because it is sanitised on the way in.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `rich_text` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RichText {}

impl Behaviour for RichText {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        Ok(match super::text::parse_text(input, super::long_text::MAX_LENGTH)? {
            Value::Text(html) => Value::Text(ammonia::clean(&html)),
            other => other,
        })
    }
}
