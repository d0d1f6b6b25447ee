//! What people write: every component of a tenant's metadata, each with its stable id and the
//! package that brought it. Retired components stay (hidden), so that a rollback brings data back.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub mod app;
mod beneath;
mod change;
mod change_object;
pub mod conversion;
pub mod field;
pub mod field_condition;
pub mod layering;
pub mod layout;
pub mod list_view;
pub mod object;
pub mod option_set;
mod former;
mod parts;
pub mod process;
mod purge;
pub mod record_type;
pub mod recurrence;
mod rename;
pub(crate) mod renaming;
pub mod role;
mod rollback;
mod rows;
pub mod setting;
pub mod sharing_rule;
mod structure;
mod touched;
pub mod translation;
pub mod validation_rule;

use field::FieldDefinition;
use object::ObjectDefinition;

use crate::layers::Base;

pub(crate) use change::path_of;
pub use former::Former;
pub use parts::{Kind, Part, Parts};
pub(crate) use parts::{Shelf, resolved};
pub use purge::Pointing;
pub use rename::Renamed;
pub use touched::{Action, Property, Touched, properties};

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
    /// What that package says of it, beneath what the tenant made of it.
    pub base: Option<Base>,
    /// Hidden, its data kept until purged.
    pub retired: bool,
    /// There is no table or column of it, because it was hidden for so long that it was purged, or because it came while its
    /// object was hidden: whatever brings it back makes it anew.
    pub purged: bool,
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
    /// Everything that has no table of its own.
    pub parts: Parts,
    /// Number of the next id to give.
    pub next_id: u32,
}

impl<T> Component<T> {
    /// Whether it is what is left of a package that has gone.
    pub fn withdrawn(&self) -> bool {
        self.base.as_ref().is_some_and(|base| base.withdrawn)
    }
}

impl ObjectComponent {
    /// Live fields in reading order: those that `field_order` names, then the others.
    pub fn ordered(&self) -> Vec<&Component<FieldDefinition>> {
        let order = &self.object.definition.field_order;
        let places: HashMap<&str, usize> =
            order.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut fields: Vec<_> = self.fields.iter().filter(|field| !field.retired).collect();
        fields.sort_by_key(|field| {
            places.get(field.definition.common.name.as_str()).copied().unwrap_or(usize::MAX)
        });
        fields
    }

    /// Names of the live fields in reading order.
    pub fn order(&self) -> Vec<String> {
        self.ordered().into_iter().map(|field| field.definition.common.name.clone()).collect()
    }
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
    pub base: Option<Base>,
    pub retired: bool,
    pub purged: bool,
    pub definition: Json,
}

/// What serde takes for a switch that is on when nobody says so.
pub(crate) fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
pub(crate) fn is_no(value: &bool) -> bool {
    !*value
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference.
pub(crate) fn is_zero(number: &i32) -> bool {
    *number == 0
}
