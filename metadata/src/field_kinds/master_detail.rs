//! `master_detail`: a relation to the one record that this one is part of: required, deleted with it,
//! and access follows it.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `master_detail` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterDetail {
    /// Name of the master object.
    pub to: String,
    /// Name of the relation seen from the master; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<String>,
}

impl Behaviour for MasterDetail {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("_id", ColumnType::Uuid)]
    }

    fn ty(&self) -> Type {
        Type::Id
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        super::lookup::parse_id(input)
    }
}
