//! `multi_picklist`: any number of options, written as an array of values.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::picklist::{Choice, DependsOn, check_options};
use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of a `multi_picklist` field: exactly one of `options` and `option_set`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiPicklist {
    /// Options of this field alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Name of a shared set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option_set: Option<String>,
    /// What another field's value offers of the options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<DependsOn>,
}

impl Behaviour for MultiPicklist {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::TextArray)]
    }

    fn ty(&self) -> Type {
        Type::Choices
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        super::tags::parse_list(input)
    }

    fn check(&self) -> Vec<Problem> {
        check_options(&self.options, self.option_set.as_deref())
    }
}
