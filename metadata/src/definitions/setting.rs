//! `settings/search`: what holds for all of a tenant: the language of its texts.

use serde::{Deserialize, Serialize};

use super::Part;

/// The one name that there is.
pub const SEARCH: &str = "search";

/// A tenant's settings of search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Code of the language that texts are in, where their object does not say another.
    pub language: String,
}

impl Part for Setting {
    const ONLY: Option<&'static str> = Some(SEARCH);
}
