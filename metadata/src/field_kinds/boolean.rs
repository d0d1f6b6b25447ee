//! `boolean`: true or false, never blank.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `boolean` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boolean {}

impl Behaviour for Boolean {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Boolean)]
    }

    fn ty(&self) -> Type {
        Type::Bool
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        match input {
            Input::Bool(value) => Ok(Value::Bool(*value)),
            Input::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "y" | "1" => Ok(Value::Bool(true)),
                "false" | "no" | "n" | "0" => Ok(Value::Bool(false)),
                _ => Err(Fault::wrong_type("true or false")),
            },
            _ => Err(Fault::wrong_type("true or false")),
        }
    }
}
