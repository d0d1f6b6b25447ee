//! What people write: every component of a tenant's metadata, each with its stable id and the
//! package that brought it. Retired components stay (hidden), so that a rollback brings data back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

mod change;
mod change_object;
pub mod field;
pub mod layout;
pub mod list_view;
pub mod object;
pub mod option_set;
mod rename;
mod rollback;
mod rows;
mod structure;

use field::FieldDefinition;
use layout::Layout;
use list_view::ListView;
use object::ObjectDefinition;
use option_set::OptionSet;

/// Kinds of component that can be named in a change and in `/metadata/v1/{kind}/{name}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An object with all its fields: `deal`.
    Objects,
    /// One field: `deal.amount`.
    Fields,
    /// `industry`.
    OptionSets,
    /// `deal.my_open`.
    ListViews,
    /// `deal.default`.
    Layouts,
}

impl Kind {
    /// All kinds, in the order in which they build on each other.
    pub const ALL: [Self; 5] =
        [Self::OptionSets, Self::Objects, Self::Fields, Self::ListViews, Self::Layouts];

    /// The word in URLs, packages and stored rows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Fields => "fields",
            Self::OptionSets => "option-sets",
            Self::ListViews => "list-views",
            Self::Layouts => "layouts",
        }
    }

    /// The kind called `word`.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One requested change: a definition to put, or `None` to delete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub kind: Kind,
    /// Current name, e.g. `deal` or `deal.amount`; the definition may carry another one: a rename.
    pub name: String,
    pub definition: Option<Json>,
}

/// One component with its identity.
#[derive(Clone, Debug, PartialEq)]
pub struct Component<T> {
    /// Short stable id, given once per tenant: `o3`, `f12`, `s1`, `v4`, `l2`.
    pub id: String,
    /// The package that brought it; `None` is the tenant's own.
    pub package: Option<String>,
    /// Hidden, its data kept until purged.
    pub retired: bool,
    pub definition: T,
}

/// An object with its fields. Retired fields are among them.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectComponent {
    pub object: Component<ObjectDefinition>,
    pub fields: Vec<Component<FieldDefinition>>,
}

/// All metadata of one tenant as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Definitions {
    /// Retired objects are among them; several of those may share a name.
    pub objects: Vec<ObjectComponent>,
    pub option_sets: BTreeMap<String, Component<OptionSet>>,
    pub list_views: BTreeMap<String, Component<ListView>>,
    pub layouts: BTreeMap<String, Component<Layout>>,
    /// Number of the next id to give.
    pub next_id: u32,
}

impl Definitions {
    /// Those of a new tenant: nothing but what the system brings, which the catalog adds by itself.
    pub fn initial() -> Self {
        Self { next_id: 1, ..Self::default() }
    }
}

/// One component as it is stored: the row of `_metadata`.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: String,
    pub kind: Kind,
    /// `deal`, `deal.amount`, `industry` …
    pub name: String,
    /// Id of the object that a field belongs to.
    pub parent: Option<String>,
    pub package: Option<String>,
    pub retired: bool,
    pub definition: Json,
}
