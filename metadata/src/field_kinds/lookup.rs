//! `lookup`: a relation to one record of another object, with a real foreign key.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// What happens to a record when the one it points to is deleted for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The relation becomes blank.
    #[default]
    SetNull,
    /// The delete is refused.
    Restrict,
    /// This record goes too.
    Cascade,
}

/// Settings of a `lookup` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Name of the object it points to.
    pub to: String,
    /// Name of the relation seen from there; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<String>,
    /// What happens when the target is deleted for good.
    #[serde(default)]
    pub on_delete: OnDelete,
}

impl Behaviour for Lookup {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("_id", ColumnType::Uuid)]
    }

    fn ty(&self) -> Type {
        Type::Id
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        parse_id(input)
    }
}

/// A record's id.
pub fn parse_id(input: &Input<'_>) -> Result<Value, Fault> {
    let Input::Text(text) = input else { return Err(Fault::wrong_type("the id of a record")) };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    Uuid::try_parse(text.trim())
        .map(Value::Id)
        .map_err(|_| Fault::new("invalid-id", "expected the id of a record (a UUID)"))
}
