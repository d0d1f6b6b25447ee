//! The closed list of what can be done with an object's records.

use serde::Serialize;

/// What an actor wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Read,
    Edit,
    Delete,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 4] = [Self::Create, Self::Read, Self::Edit, Self::Delete];

    /// The word in policies, roles and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Delete => "delete",
        }
    }
}
