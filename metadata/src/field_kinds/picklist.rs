//! `picklist`: one of a list of options, written by value. The options stand in the field or in an
//! option set; the catalog resolves them, so membership is checked there.

use std::collections::BTreeMap;

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// One option of a picklist or option set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored and sent.
    pub value: String,
    /// What people read; the value when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A colour's name, e.g. `blue`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Inactive options stay on records but cannot be chosen anew.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

/// Which options are offered for each value of another field of the same record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DependsOn {
    /// A picklist or boolean of the same object.
    pub field: String,
    /// Options by the other field's value; none where it is not named or blank.
    pub matrix: BTreeMap<String, Vec<String>>,
}

/// Settings of a `picklist` field: exactly one of `options` and `option_set`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picklist {
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

impl Behaviour for Picklist {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Choice
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        match input {
            Input::Text(text) if text.is_empty() => Ok(Value::Null),
            Input::Text(text) => Ok(Value::Text(text.to_string())),
            _ => Err(Fault::wrong_type("the value of an option")),
        }
    }

    fn check(&self) -> Vec<Problem> {
        check_options(&self.options, self.option_set.as_deref())
    }
}

/// Either options or an option set, and no value twice.
pub(super) fn check_options(options: &[Choice], option_set: Option<&str>) -> Vec<Problem> {
    if option_set.is_some() != options.is_empty() {
        return vec![Problem::new("options", "options-or-set", "give either `options` or `option_set`")];
    }
    check_choices(options)
}

/// Values that are empty, too long or there twice.
pub fn check_choices(options: &[Choice]) -> Vec<Problem> {
    let mut seen = std::collections::HashSet::new();
    let mut problems = Vec::new();
    for (index, option) in options.iter().enumerate() {
        let path = format!("options.{index}.value");
        if option.value.is_empty() || option.value.chars().count() > 100 {
            problems.push(Problem::new(&path, "bad-value", "a value has 1 to 100 characters"));
        }
        if !seen.insert(option.value.as_str()) {
            problems.push(Problem::new(&path, "duplicate", format!("`{}` is there twice", option.value)));
        }
    }
    problems
}
