//! `long_text`: text of many lines, up to a million characters.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Most characters of a long text.
pub const MAX_LENGTH: usize = 1_000_000;

/// Settings of a `long_text` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongText {}

impl Behaviour for LongText {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        super::text::parse_text(input, MAX_LENGTH)
    }
}
