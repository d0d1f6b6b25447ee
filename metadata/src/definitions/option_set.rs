//! `option-sets/{name}`: options that several picklists share.

use serde::{Deserialize, Serialize};

use super::Part;
use crate::catalog::{Catalog, MAX_OPTIONS, Object, too_many};
use crate::field_kinds::picklist::{Choice, check_choices};
use crate::problem::Problem;

/// A named list of options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionSet {
    /// What people call the set.
    pub label: String,
    /// The options in order.
    pub options: Vec<Choice>,
}

impl Part for OptionSet {
    fn check(&self, _: &Catalog, _: Option<&Object>) -> Vec<Problem> {
        let mut problems = check_choices(&self.options);
        if self.options.len() > MAX_OPTIONS {
            problems.push(too_many("options".into(), "options", MAX_OPTIONS));
        }
        problems
    }
}
