//! Kinds of component that are a definition and nothing else: no table, no column. Adding one is its file
//! in this folder with `impl Part`, its schema, and one line in the list below.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::app::App;
use super::rename::Renamed;
use super::role::{PermissionSet, Role};
use super::sharing_rule::{RestrictionRule, SharingRule};
use super::{Component, Row};
use super::{conversion::Conversion, recurrence::Recurrence, setting::Setting, translation::Translation};
use super::{field_condition::FieldCondition, process::Process, record_type::RecordType};
use super::{layout::Layout, list_view::ListView, option_set::OptionSet, validation_rule::ValidationRule};
use crate::catalog::{self, Catalog, Object, Uses};
use crate::problem::Problem;

/// What each such kind answers about one definition.
pub trait Part: Clone + Debug + PartialEq + Serialize + DeserializeOwned {
    /// The one name that a component of the kind can have; any when left out.
    const ONLY: Option<&'static str> = None;

    /// The object that it belongs to; it is then named `object.name`.
    fn object(&self) -> Option<&str> {
        None
    }

    /// The same, to be rewritten.
    fn object_mut(&mut self) -> Option<&mut String> {
        None
    }

    /// What is wrong with it beside this catalog, with paths below the component. `object` is the one that it
    /// belongs to; without one the check is not asked for a part that needs it.
    fn check(&self, _catalog: &Catalog, _object: Option<&Object>) -> Vec<Problem> {
        Vec::new()
    }

    /// Tells which other components it uses, beside the object that it belongs to.
    fn uses(&self, _uses: &mut Uses<'_>) {}

    /// Rewrites what else it says of an object that has a new name.
    fn rename_object(&mut self, _old: &str, _new: &str) {}

    /// Rewrites what it says of a field that gets a new name.
    fn rename_field(&mut self, _renamed: &Renamed<'_>) {}
}

macro_rules! parts {
    ($( $(#[$doc:meta])* $kind:ident { $all:ident: $type:ty, $word:literal, $letter:literal } )*) => {
        /// Kinds of component that can be named in a change and in `/metadata/v1/{kind}/{name}`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            /// An object with all its fields: `deal`.
            Objects,
            /// One field: `deal.amount`.
            Fields,
            $( $(#[$doc])* $kind, )*
        }

        impl Kind {
            const COUNT: usize = 2 + [$($word),*].len();

            /// All kinds, in the order in which they are listed.
            pub const ALL: [Self; Self::COUNT] = [Self::Objects, Self::Fields, $(Self::$kind),*];

            /// The word in URLs, packages and stored rows.
            pub fn word(self) -> &'static str {
                match self {
                    Self::Objects => "objects",
                    Self::Fields => "fields",
                    $( Self::$kind => $word, )*
                }
            }

            /// The first letter of ids.
            pub(crate) fn letter(self) -> char {
                match self {
                    Self::Objects => 'o',
                    Self::Fields => 'f',
                    $( Self::$kind => $letter, )*
                }
            }
        }

        /// Components as written, by name.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Parts {
            $( $(#[$doc])* pub $all: BTreeMap<String, Component<$type>>, )*
        }

        impl Parts {
            /// Each kind with its components.
            pub(crate) fn shelves(&self) -> Vec<(Kind, &dyn Shelf)> {
                vec![$( (Kind::$kind, &self.$all as &dyn Shelf), )*]
            }

            /// The same, to be changed.
            pub(super) fn shelves_mut(&mut self) -> Vec<(Kind, &mut dyn Shelf)> {
                vec![$( (Kind::$kind, &mut self.$all as &mut dyn Shelf), )*]
            }

            /// The live ones, as a catalog holds them.
            pub(crate) fn live(&self) -> catalog::Parts {
                catalog::Parts { $( $all: live(&self.$all), )* }
            }
        }

        pub(crate) mod resolved {
            use super::*;
            use std::sync::Arc;

            /// Live components by name.
            #[derive(Clone, Debug, Default)]
            pub struct Parts {
                $( $(#[$doc])* pub $all: BTreeMap<String, Arc<$type>>, )*
            }

            impl Parts {
                /// Names of all components of a kind.
                pub(crate) fn names(&self, kind: Kind) -> Vec<String> {
                    match kind {
                        Kind::Objects | Kind::Fields => Vec::new(),
                        $( Kind::$kind => self.$all.keys().cloned().collect(), )*
                    }
                }

                /// One definition as JSON.
                pub(crate) fn json(&self, kind: Kind, name: &str) -> Option<Json> {
                    match kind {
                        Kind::Objects | Kind::Fields => None,
                        $( Kind::$kind => self.$all.get(name).map(|part| json!(**part)), )*
                    }
                }

                /// Tells what a component uses.
                pub(crate) fn uses(&self, kind: Kind, name: &str, uses: &mut Uses<'_>) {
                    match kind {
                        Kind::Objects | Kind::Fields => {}
                        $( Kind::$kind => {
                            if let Some(part) = self.$all.get(name) {
                                part.object().iter().for_each(|object| uses.component(Kind::Objects, object, "object"));
                                part.uses(uses);
                            }
                        } )*
                    }
                }

                /// Checks every component.
                pub(crate) fn check(&self, catalog: &Catalog, problems: &mut Vec<Problem>) {
                    $( for (name, part) in &self.$all {
                        let path = format!("{}.{name}", $word);
                        let found = catalog::check_part(catalog, name, &**part);
                        problems.extend(found.into_iter().map(|problem| problem.under(&path)));
                    } )*
                }
            }
        }
    };
}

parts! {
    /// `industry`.
    OptionSets { option_sets: OptionSet, "option-sets", 's' }
    /// `deal.my_open`.
    ListViews { list_views: ListView, "list-views", 'v' }
    /// `deal.default`.
    Layouts { layouts: Layout, "layouts", 'l' }
    /// `sales_rep`. The catalog has those of the system too.
    Roles { roles: Role, "roles", 'g' }
    /// `forecasting`.
    PermissionSets { permission_sets: PermissionSet, "permission-sets", 'e' }
    /// `deal.healthcare`.
    SharingRules { sharing_rules: SharingRule, "sharing-rules", 'h' }
    /// `deal.own_region`.
    RestrictionRules { restriction_rules: RestrictionRule, "restriction-rules", 'x' }
    /// `deal.close_date_needed`.
    ValidationRules { validation_rules: ValidationRule, "validation-rules", 'r' }
    /// `deal.loss_reason`.
    FieldConditions { field_conditions: FieldCondition, "field-conditions", 'c' }
    /// `deal.renewal`.
    RecordTypes { record_types: RecordType, "record-types", 't' }
    /// `deal.sales`.
    Processes { processes: Process, "processes", 'p' }
    /// `lead.convert`.
    Conversions { conversions: Conversion, "conversions", 'n' }
    /// `task.repeat`.
    Recurrences { recurrences: Recurrence, "recurrences", 'u' }
    /// `sales`.
    Apps { apps: App, "apps", 'a' }
    /// `deals_de`. What labels are in another language.
    Translations { translations: Translation, "translations", 'i' }
    /// `search`. What holds for all of a tenant.
    Settings { settings: Setting, "settings", 'k' }
}

impl Kind {
    /// The kind called `word`.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether other components build on those of this kind: without one of them the rest cannot be understood.
    pub(super) fn is_base(self) -> bool {
        matches!(self, Self::Objects | Self::Fields | Self::OptionSets)
    }
}

impl Parts {
    /// The components of a kind; `None` for objects and fields.
    pub(super) fn shelf(&mut self, kind: Kind) -> Option<&mut dyn Shelf> {
        self.shelves_mut().into_iter().find_map(|(known, shelf)| (known == kind).then_some(shelf))
    }
}

fn live<T: Clone>(all: &BTreeMap<String, Component<T>>) -> BTreeMap<String, std::sync::Arc<T>> {
    let live = all.iter().filter(|(_, component)| !component.retired);
    live.map(|(name, component)| (name.clone(), std::sync::Arc::new(component.definition.clone()))).collect()
}

/// All components of one kind, whatever their type.
pub(crate) trait Shelf {
    /// Names of the live ones.
    fn names(&self) -> Vec<&str>;
    /// A component, live or not.
    fn find(&self, kind: Kind, name: &str) -> Option<Row>;
    fn rows(&self, kind: Kind) -> Vec<Row>;
    /// A definition in the form in which it is stored; as it is when it does not fit.
    fn stored(&self, definition: Json) -> Json;
    /// Puts what a row holds; a definition that does not fit is told.
    fn put(&mut self, row: Row) -> Result<(), serde_json::Error>;
    fn remove(&mut self, name: &str);
    /// The same by its stable id.
    fn remove_id(&mut self, id: &str);
    /// Retires what belongs to an object.
    fn retire_object(&mut self, name: &str);
    /// Brings back what went with an object, but for what packages have to bring.
    fn restore_object(&mut self, name: &str);
    /// The same of the tenant's own alone.
    fn restore_own(&mut self, object: &str);
    fn rename_object(&mut self, old: &str, new: &str);
    fn rename_field(&mut self, renamed: &Renamed<'_>);
}

impl<T: Part> Shelf for BTreeMap<String, Component<T>> {
    fn names(&self) -> Vec<&str> {
        self.iter().filter(|(_, component)| !component.retired).map(|(name, _)| name.as_str()).collect()
    }

    fn find(&self, kind: Kind, name: &str) -> Option<Row> {
        self.get(name).map(|component| component.row(kind, name, json!(component.definition)))
    }

    fn rows(&self, kind: Kind) -> Vec<Row> {
        let row = |(name, component): (&String, &Component<T>)| {
            component.row(kind, name, json!(component.definition))
        };
        self.iter().map(row).collect()
    }

    fn stored(&self, definition: Json) -> Json {
        T::deserialize(&definition).map_or(definition, |part| json!(part))
    }

    fn put(&mut self, row: Row) -> Result<(), serde_json::Error> {
        let definition = serde_json::from_value(row.definition)?;
        let Row { id, package, base, retired, purged, .. } = row;
        self.insert(row.name, Component { id, package, base, retired, purged, definition });
        Ok(())
    }

    fn remove(&mut self, name: &str) {
        BTreeMap::remove(self, name);
    }

    fn remove_id(&mut self, id: &str) {
        self.retain(|_, component| component.id != id);
    }

    fn retire_object(&mut self, name: &str) {
        let own = self.values_mut().filter(|component| component.definition.object() == Some(name));
        own.for_each(|component| component.retired = true);
    }

    fn restore_object(&mut self, name: &str) {
        let own = self.values_mut().filter(|component| component.definition.object() == Some(name));
        own.filter(|component| !component.withdrawn()).for_each(|component| component.retired = false);
    }

    fn restore_own(&mut self, object: &str) {
        let own = self.values_mut().filter(|component| component.definition.object() == Some(object));
        own.filter(|component| component.package.is_none()).for_each(|component| component.retired = false);
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        let all = std::mem::take(self).into_iter().map(|(name, mut component)| {
            let part = &mut component.definition;
            part.rename_object(old, new);
            let Some(object) = part.object_mut().filter(|object| *object == old) else {
                return (name, component);
            };
            new.clone_into(object);
            let word = name.split_once('.').map_or(name.as_str(), |(_, word)| word);
            (format!("{new}.{word}"), component)
        });
        *self = all.collect();
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        self.values_mut().for_each(|component| component.definition.rename_field(renamed));
    }
}
