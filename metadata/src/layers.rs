//! What a package says of a component, what a reseller makes of it for its tenants, and what the tenant does. The first two
//! are one layer (`base`), kept beside the definition in force; the tenant's layer is what differs. An upgrade is a
//! three-way merge property by property.
//! Which objects and parts there are is the business of `definitions`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::catalog::label;
use crate::definitions::{Definitions, Kind, Row};

mod classes;
mod grants;
mod lists;
mod merge;
mod overlay;
mod patch;
mod reseller;

pub(crate) use classes::locked;
pub use classes::{Class, class};
pub use grants::added_grants;
pub(crate) use merge::{Merge, differences};
pub(crate) use overlay::overlay;
pub use reseller::ResellerLayer;

/// The package's layer beneath a component.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// What the installed version says, with what the tenant's reseller makes of it.
    pub definition: Json,
    /// What the version says alone, where its reseller makes something else of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Json>,
    /// The package has gone; the component is archived, and comes back when the package does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
}

/// What became of one property, or of a whole component, on which a package and the tenant differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Merged {
    /// `objects.deal.fields.amount.label`; members of lists by their names.
    pub path: String,
    pub class: Class,
    pub outcome: Outcome,
    /// What the version before said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Json>,
    /// What the new version says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<Json>,
    /// What the tenant made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Json>,
}

/// What holds from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The tenant's value, as befits the property.
    Kept,
    /// The tenant's value, though the package changed something that it should decide: to be looked at.
    Conflict,
    /// The package's value, because the caller said so.
    Taken,
    /// The package's value: the tenant's does not fit any more.
    Dropped,
    /// The new version is without it; it is the tenant's own from now on.
    Adopted,
    /// The new version is without it, and so is the tenant.
    Removed,
    /// The new version is without it; its data is hidden until it comes back.
    Archived,
}

impl Outcome {
    /// Whether a person should look at it.
    pub fn is_conflict(self) -> bool {
        matches!(self, Self::Conflict | Self::Dropped | Self::Adopted)
    }
}

/// A component with its layers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layers {
    pub package: String,
    /// What the package says, with the reseller's layer over it.
    pub base: Json,
    /// The reseller's layer: what the package says alone is the `base` of each.
    pub reseller: Vec<Override>,
    /// Whether the tenant has removed it.
    pub removed: bool,
    /// The tenant's layer.
    pub changes: Vec<Override>,
}

/// One property that a layer has changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Override {
    /// Below the component; members of lists by their names.
    pub path: String,
    pub class: Class,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Json>,
}

impl Definitions {
    /// The layers of a component that a package brought, live ones and those that the tenant removed.
    pub fn layers(&self, kind: Kind, name: &str) -> Option<Layers> {
        let mine = |row: &Row| (row.kind, row.name.as_str()) == (kind, name);
        let known = |row: &Row| row.base.as_ref().is_some_and(|base| !base.withdrawn);
        let mut rows: Vec<Row> = self.rows().into_iter().filter(|row| mine(row) && known(row)).collect();
        rows.sort_by_key(|row| row.retired);
        let row = rows.into_iter().next()?;
        let (package, Base { definition: base, alone, .. }) = (row.package.clone()?, row.base.clone()?);
        let definition = self.spoken(&row);
        let reseller = alone.map(|alone| differences(kind, &alone, &base)).unwrap_or_default();
        let changes = differences(kind, &base, &definition);
        Some(Layers { package, removed: row.retired, changes, reseller, base })
    }

    /// The package that has brought a component without a table of its own; `None` where it is the tenant's.
    pub fn package_of(&self, kind: Kind, name: &str) -> Option<String> {
        let shelves = self.parts.shelves();
        let (_, shelf) = shelves.into_iter().find(|(known, _)| *known == kind)?;
        shelf.find(kind, name)?.package
    }

    /// A row's definition as layers compare it: an object names the order of its fields, as far as it is not just the
    /// package's with what came after.
    pub(crate) fn spoken(&self, row: &Row) -> Json {
        let mut definition = plain(row.kind, row.definition.clone());
        if row.kind == Kind::Objects
            && let Some(object) = self.objects.iter().find(|object| object.object.id == row.id)
        {
            let order: Json = object.order().into_iter().collect();
            let base = row.base.as_ref().map(|base| &base.definition["field_order"]);
            let known = base
                .and_then(Json::as_array)
                .filter(|base| order.as_array().is_some_and(|order| order.starts_with(base.as_slice())));
            definition["field_order"] = known.map_or(order, |known| Json::Array(known.clone()));
        }
        definition
    }
}

/// The definition without labels that follow from names, so that answering it and putting it back changes nothing.
pub(crate) fn plain(kind: Kind, mut definition: Json) -> Json {
    let Json::Object(map) = &mut definition else { return definition };
    match kind {
        Kind::Objects => {
            drop_label(map, ("name", "label"));
            drop_label(map, ("plural", "plural_label"));
        }
        Kind::Fields => {
            drop_label(map, ("name", "label"));
            let options = map.get_mut("options").and_then(Json::as_array_mut).into_iter().flatten();
            options.filter_map(Json::as_object_mut).for_each(|option| drop_label(option, ("value", "label")));
        }
        _ => {}
    }
    definition
}

fn drop_label(map: &mut Map<String, Json>, (of, key): (&str, &str)) {
    let made = map.get(of).and_then(Json::as_str).map(label);
    if made.is_some() && map.get(key).and_then(Json::as_str) == made.as_deref() {
        map.shift_remove(key);
    }
}
