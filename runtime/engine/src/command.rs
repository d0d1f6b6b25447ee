//! A wish to change records, in names only. One command is one transaction: all or nothing.

use serde_json::value::RawValue;
use uuid::Uuid;

/// Fields of one record as they came in: JSON keys with raw values.
pub type Fields = Vec<(String, Box<RawValue>)>;

/// One change of one object's records.
#[derive(Debug)]
pub struct Command {
    /// Singular name of the object.
    pub object: String,
    pub what: What,
}

/// What to do.
#[derive(Debug)]
pub enum What {
    /// New records, up to 10,000.
    Create(Vec<Fields>),
    /// Changes of existing records.
    Update(Vec<Update>),
    /// Into the recycle bin.
    Delete(Vec<Uuid>),
    /// Out of the recycle bin.
    Restore(Vec<Uuid>),
    /// For good, from the recycle bin or not.
    Purge(Vec<Uuid>),
}

/// The change of one record.
#[derive(Debug)]
pub struct Update {
    pub id: Uuid,
    pub fields: Fields,
    /// The version that the caller saw; another one is refused as stale.
    pub if_version: Option<i64>,
}

/// What a command did.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// Ids of the records in the order of the command.
    pub ids: Vec<Uuid>,
    /// Versions after the change, in the same order.
    pub versions: Vec<i64>,
    /// The records as the actor may see them now; none after a delete.
    pub answer: Option<crate::read::Answer>,
}

/// Most records of one command.
pub const MAX_RECORDS: usize = 10_000;
