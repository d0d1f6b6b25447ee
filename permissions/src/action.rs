//! The closed list of what can be done with an object's records.

use serde::{Deserialize, Serialize};

/// What an actor wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Create,
    Read,
    Edit,
    Delete,
    /// Giving records to another owner.
    Transfer,
    /// Sharing records by hand.
    Share,
    /// Taking many records out at once.
    Export,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 7] =
        [Self::Create, Self::Read, Self::Edit, Self::Delete, Self::Transfer, Self::Share, Self::Export];

    /// The word in policies, roles and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Transfer => "transfer",
            Self::Share => "share",
            Self::Export => "export",
        }
    }

    /// The action called `word`.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }

    /// Whether a role gives it or not, on no particular records.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Create | Self::Export)
    }
}
