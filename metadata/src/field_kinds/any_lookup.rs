//! `any_lookup`: a relation to one record of several objects: the object's name and the record's id.
//!
//! A foreign key cannot span tables, so the engine checks the target on each write.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of an `any_lookup` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnyLookup {
    /// Names of the objects it may point to; `["*"]` means every object that is not the system's.
    pub to: Vec<String>,
    /// Name of the relation seen from each of them; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<String>,
}

impl AnyLookup {
    /// Whether it may point to every object.
    pub fn is_open(&self) -> bool {
        self.to.len() == 1 && self.to[0] == "*"
    }
}

impl Behaviour for AnyLookup {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("_object", ColumnType::Text), ("_id", ColumnType::Uuid)]
    }

    fn ty(&self) -> Type {
        Type::Id
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        super::lookup::parse_id(input)
    }

    fn check(&self) -> Vec<Problem> {
        if self.to.is_empty() {
            return vec![
                Problem::new("to", "empty", "name at least one object").hint("`[\"*\"]` means every object"),
            ];
        }
        Vec::new()
    }
}
