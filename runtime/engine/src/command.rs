//! A wish to change records, in names only. One command is one transaction: all or nothing.

use serde_json::value::RawValue;
use uuid::Uuid;

/// Fields of one record as they came in: JSON keys with raw values.
pub type Fields = Vec<(String, Box<RawValue>)>;

/// One change of one object's records.
#[derive(Clone, Debug)]
pub struct Command {
    /// Singular name of the object.
    pub object: String,
    pub what: What,
}

/// What to do.
#[derive(Clone, Debug)]
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
    /// The same of one record, if it is still at the version that the caller saw.
    If { version: i64, what: Box<What> },
    /// New records, or changes of those that have the same value in the unique field `by`.
    Upsert { by: String, records: Vec<Fields> },
    /// A new record like one that is there, with `fields` in place of its own.
    Clone { id: Uuid, fields: Fields },
    /// What points to `others` points to `id`, which gets `fields`; the others go into the recycle bin.
    Merge { id: Uuid, others: Vec<Uuid>, fields: Fields },
    /// The same change to all records that a filter means.
    Mass(Mass),
}

impl What {
    /// The same, only where the record is at this version; whatever it is, when none is said.
    #[must_use]
    pub fn if_version(self, version: Option<i64>) -> Self {
        match version {
            Some(version) => Self::If { version, what: Box::new(self) },
            None => self,
        }
    }

    /// How many records it is about.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Create(records) | Self::Upsert { records, .. } => records.len(),
            Self::Update(updates) => updates.len(),
            Self::Delete(ids) | Self::Restore(ids) | Self::Purge(ids) => ids.len(),
            Self::Clone { .. } => 1,
            Self::Merge { others, .. } => 1 + others.len(),
            // Known when the filter has been asked.
            Self::Mass(_) => 0,
            Self::If { what, .. } => what.count(),
        }
    }
}

/// A change of all records that a filter means, as far as the actor may change them.
#[derive(Clone, Debug, Default)]
pub struct Mass {
    /// `None` means all.
    pub filter: Option<crate::filter::Filter>,
    /// The fields that they get; `None` puts them into the recycle bin.
    pub change: Option<Fields>,
    /// Tells how many they are and changes nothing.
    pub dry_run: bool,
    /// How many the caller expects; another number is refused.
    pub expected: Option<usize>,
}

/// A user as a record and as a member of teams: both are written, or neither.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Who is there already; `None` makes a new one.
    pub id: Option<Uuid>,
    /// Of the record; none leave the record of one who is there as it is.
    pub fields: Fields,
    /// Names of exactly the teams that the user is in; `None` leaves them.
    pub teams: Option<Vec<String>>,
}

/// The change of one record.
#[derive(Clone, Debug)]
pub struct Update {
    pub id: Uuid,
    pub fields: Fields,
    /// The version that the caller saw; another one is refused as stale.
    pub if_version: Option<i64>,
}

/// A record that becomes others.
#[derive(Clone, Debug)]
pub struct Conversion {
    pub id: Uuid,
    /// The conversion's name, without the object's.
    pub name: String,
    /// By the names of targets; those that are not named are made as the conversion says, unless they are optional.
    pub targets: Vec<(String, Become)>,
    /// The version of the record that the caller saw.
    pub if_version: Option<i64>,
    /// Does it all and takes it back.
    pub dry_run: bool,
}

/// What one target of a conversion shall be.
#[derive(Clone, Debug)]
pub enum Become {
    /// A new record, with these fields in place of those that the conversion gives it.
    New(Fields),
    /// One that is there already, which gets these fields.
    Existing(Uuid, Fields),
    Nothing,
}

/// What a conversion did.
#[derive(Clone, Debug)]
pub struct Converted {
    pub source: Written,
    /// Name and object of each target that came out, with its record.
    pub targets: Vec<(String, String, Written)>,
}

/// One operation of a batch. Its values and its id may be `"@ref.id"`: the record of an earlier operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Singular name of the object.
    pub object: String,
    pub op: Op,
    pub id: Option<String>,
    pub fields: Fields,
    /// The unique field of an upsert.
    pub by: Option<String>,
    /// The version that the caller saw.
    pub if_version: Option<i64>,
    /// A word by which later operations mean this one's record.
    pub reference: Option<String>,
    /// The name of the transition that is taken.
    pub transition: Option<String>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Create,
    Update,
    Upsert,
    Delete,
    /// Takes a transition of the record's process, with what is filled in on the way.
    Transition,
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
    /// How many records a filter meant, of which `ids` could be changed.
    pub matched: Option<usize>,
    /// Those of an upsert that are new.
    pub created: Vec<Uuid>,
    /// What rules warned of and the caller confirmed.
    pub warnings: Vec<metadata::Problem>,
}

/// What makes a write happen once, however often it is sent: a key of the caller's, and what was asked with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    pub key: String,
    /// A digest of the whole request; another one under the same key is refused.
    pub fingerprint: Vec<u8>,
}

/// Most records of one command.
pub const MAX_RECORDS: usize = 10_000;
