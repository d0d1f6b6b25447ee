//! `option-sets/{name}`: options that several picklists share.

use serde::{Deserialize, Serialize};

use crate::field_kinds::picklist::Choice;

/// A named list of options.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionSet {
    /// What people call the set.
    pub label: String,
    /// The options in order.
    pub options: Vec<Choice>,
}
