//! What happened to one record, told to everything that watches: history now, observers later.

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Created,
    Updated,
    Deleted,
    Restored,
    Purged,
    /// A transition told of an event.
    Emitted,
}

impl Happened {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Created, Self::Updated, Self::Deleted, Self::Restored, Self::Purged, Self::Emitted];

    /// The word in history rows and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "create",
            Self::Updated => "update",
            Self::Deleted => "delete",
            Self::Restored => "restore",
            Self::Purged => "purge",
            Self::Emitted => "emit",
        }
    }
}

/// One change of one record, as its transaction leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordChange {
    /// Stable id of the object.
    pub object: String,
    pub record: uuid::Uuid,
    /// The record's version after the change.
    pub version: i64,
    pub happened: Happened,
}
