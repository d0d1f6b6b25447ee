//! A question about records, in names only: no policy, no column, no SQL. REST, GraphQL, exports and
//! the engine itself all ask with this one type.

use serde::Serialize;
use uuid::Uuid;

use crate::filter::Filter;

pub mod aggregate;

/// Records per page when the query does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most records per page.
pub const MAX_LIMIT: u32 = 1000;
/// Most records of one answer, those within records counted too.
pub const MAX_RECORDS: u64 = 500_000;
/// Nested records per relation when the query does not say.
pub const DEFAULT_NESTED_LIMIT: u32 = 20;

/// One question.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Query {
    /// Singular name of the object.
    pub object: String,
    /// What to answer of each record; empty means all own fields that the caller may see.
    pub fields: Vec<Selection>,
    /// Which records.
    pub filter: Option<Filter>,
    pub sort: Vec<SortKey>,
    pub page: Page,
    /// Records at most; 0 means [`DEFAULT_LIMIT`].
    pub limit: u32,
    /// Whether to count all matches too.
    pub include_total: bool,
    /// Whether to answer `_errors`: the faults of the formulas that are answered.
    pub errors: bool,
    pub bin: Bin,
    /// Whether to tell each record's place in the order.
    pub cursors: bool,
    /// Whether roll-ups that a worker brings up to date are computed now instead.
    pub fresh: bool,
}

impl Query {
    /// These records of an object, live, with all own fields.
    pub fn of(object: &str, ids: Vec<Uuid>) -> Self {
        Self { object: object.to_owned(), page: Page::Ids(ids), ..Self::default() }
    }
}

/// One thing to answer: a field, or a relation with what to answer of it.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub enum Selection {
    /// An own field by name or key (`amount`, `account_id`), or `*`.
    Field(String),
    /// A to-one or to-many relation by name.
    Nested(Nested),
    /// A to-many relation page by page.
    Paged(Paged),
}

/// What to answer of a relation.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct Nested {
    pub relation: String,
    /// The key of the answer when it is not the relation's name: one relation can be asked for twice.
    pub alias: Option<String>,
    pub fields: Vec<Selection>,
    /// For to-many relations only.
    pub sort: Vec<SortKey>,
    /// For to-many relations only.
    pub limit: Option<u32>,
    pub filter: Option<Filter>,
}

/// The key under which records of a [`Paged`] relation tell their place.
pub const PLACE: &str = "_place";

/// A page of the records of a to-many relation, and one record more where there is one. Before a cursor they come in the
/// opposite order.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct Paged {
    pub nested: Nested,
    /// The first page, or one after or before a place.
    pub page: Page,
    /// Whether each record tells its place in the order, under [`PLACE`].
    pub places: bool,
    /// The key under which all matches are counted.
    pub total: Option<String>,
}

impl Nested {
    /// What a relation answers that is named alone: id and name.
    pub(crate) fn of(relation: &str) -> Self {
        Self {
            relation: relation.to_owned(),
            alias: None,
            fields: vec![Selection::Field("name".into())],
            sort: Vec::new(),
            limit: None,
            filter: None,
        }
    }
}

/// One sort key: a path such as `amount` or `account.name`.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct SortKey {
    pub path: String,
    pub descending: bool,
}

/// Where the page begins.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize)]
pub enum Page {
    #[default]
    First,
    /// After the last record of another page (keyset).
    After(String),
    /// The last records before another page's first one, or of all; in the order of the list.
    Before(Option<String>),
    /// Skipping so many records.
    Offset(u32),
    /// Exactly these records.
    Ids(Vec<Uuid>),
}

/// Which side of the recycle bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Bin {
    /// Records that are not in it.
    #[default]
    Live,
    /// Records that are in it.
    Deleted,
}
