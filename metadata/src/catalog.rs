//! What the definitions mean: objects with their fields, columns and relations, all names resolved.
//! Immutable; the engine, the APIs and the UI read nothing else.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use formulas::{Type, Value};

use crate::definitions::object::{NameField, Sharing, SharingSetting};
use crate::field_kinds::picklist::Choice;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::language::Language;

pub mod apps;
pub mod computed;
pub mod conversions;
mod defaults;
pub mod dependencies;
pub(crate) mod dependent;
pub mod encrypted;
pub mod expressions;
mod fields;
mod groups;
pub mod json;
mod names;
mod parse;
mod parts;
mod paths;
mod relations;
mod resolve;
pub(crate) mod processes;
pub(crate) mod recurrences;
pub mod roles;
pub mod rollups;
pub mod rules;
pub mod standard;
pub(crate) mod translations;
pub(crate) mod views;
mod workflow;

pub use crate::definitions::resolved::Parts;
pub use crate::definitions::translation::is_locale;
pub use crate::field_kinds::lookup::OnDelete;
pub use computed::Computed;
pub use dependencies::{Named, Use, Uses};
pub use expressions::{Checked, FieldName};
pub use fields::bare_field;
pub(crate) use fields::columns_of;
pub(crate) use names::proper;
pub use names::{check_name, label};
pub(crate) use parts::check_part;
pub use paths::Step;
pub use relations::{HERE, THERE, link_table};
pub(crate) use resolve::too_many;
pub use resolve::{MAX_FIELDS, MAX_OBJECTS, MAX_OPTIONS};
pub use rollups::Rollup;
pub use translations::Texts;

/// Every object of a tenant, and what else its metadata holds.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// Objects by position; the system's first.
    pub objects: Vec<Arc<Object>>,
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) by_plural: HashMap<String, usize>,
    /// Everything that has no table of its own.
    pub parts: Parts,
    /// What a save must obey, by the names of the objects that have any such rules.
    pub(crate) rules: HashMap<String, Arc<rules::Rules>>,
    /// Stable ids of the fields whose reads are audited.
    pub sensitive: HashSet<String>,
    /// Whether any field is encrypted.
    pub(crate) encrypted: bool,
    /// What formula fields compute, by stable id.
    pub(crate) formulas: HashMap<String, Arc<Computed>>,
    /// Roll-ups by the name of the object whose records they are made of, parents in the order of their locks.
    pub(crate) rollups: HashMap<String, Vec<Arc<Rollup>>>,
}

impl Catalog {
    /// The object with this singular name.
    pub fn find_object(&self, name: &str) -> Option<&Arc<Object>> {
        self.by_name.get(name).map(|&index| &self.objects[index])
    }

    /// The roll-ups that are made of records of the object with this name.
    pub fn rollups_over(&self, child: &str) -> &[Arc<Rollup>] {
        self.rollups.get(child).map_or(&[], Vec::as_slice)
    }

    /// What the formula field with this stable id computes.
    pub fn find_formula(&self, id: &str) -> Option<&Arc<Computed>> {
        self.formulas.get(id)
    }

    /// The roll-up whose field has this stable id.
    pub fn find_rollup(&self, id: &str) -> Option<&Arc<Rollup>> {
        self.rollups().find(|rollup| rollup.id == id)
    }

    /// All roll-ups, those over one object together.
    pub fn rollups(&self) -> impl Iterator<Item = &Arc<Rollup>> {
        self.rollups.values().flatten()
    }

    /// The object with this plural name: the word in URLs.
    pub fn find_plural(&self, plural: &str) -> Option<&Arc<Object>> {
        self.by_plural.get(plural).map(|&index| &self.objects[index])
    }
}

/// One object: a table of the tenant.
#[derive(Clone, Debug)]
pub struct Object {
    /// Stable id, e.g. `o3`.
    pub id: String,
    /// Singular name; also the name of its table.
    pub name: String,
    pub plural: String,
    /// The word that scopes of API keys know it by: its plural as it is, under whatever name it is shown.
    pub scope: String,
    pub label: String,
    pub plural_label: String,
    pub icon: Option<String>,
    pub description: Option<String>,
    pub name_field: NameField,
    pub sharing: Sharing,
    /// What its definition says of it.
    pub(crate) sharing_set: SharingSetting,
    pub history: bool,
    pub traits: Vec<String>,
    /// The language that its texts are in.
    pub language: &'static Language,
    /// What its definition says of it.
    pub(crate) language_set: Option<String>,
    /// Standard fields first, then the defined ones in reading order.
    pub fields: Vec<Field>,
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) by_id: HashMap<String, usize>,
    /// JSON key → positions of field and column.
    pub(crate) by_key: HashMap<String, (usize, usize)>,
    pub(crate) by_relation: HashMap<String, usize>,
    /// To-many relations: lookups of other objects seen from here, and own many-to-many fields.
    pub relations: Vec<Relation>,
    pub package: Option<String>,
    /// Brought by Trellis itself (`user`): read through the records API, never written through it.
    pub system: bool,
}

impl Object {
    /// The field with this name (`account`, not `account_id`).
    pub fn find_field(&self, name: &str) -> Option<&Field> {
        self.by_name.get(name).map(|&index| &self.fields[index])
    }

    /// The field with this stable id (standard fields have their name as id).
    pub fn find_field_by_id(&self, id: &str) -> Option<&Field> {
        self.by_id.get(id).map(|&index| &self.fields[index])
    }

    /// The field that a JSON key means, and which of its columns: `account_id` is the lookup
    /// `account`, `related_to_object` the first column of the any-lookup `related_to`.
    pub fn find_key(&self, key: &str) -> Option<(&Field, &Column)> {
        let (field, column) = *self.by_key.get(key)?;
        Some((&self.fields[field], &self.fields[field].columns[column]))
    }

    /// The to-many relation with this name.
    pub fn find_relation(&self, name: &str) -> Option<&Relation> {
        self.by_relation.get(name).map(|&index| &self.relations[index])
    }
}

/// One field of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Stable id, e.g. `f12`; a standard field's name.
    pub id: String,
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    pub required: bool,
    pub unique: bool,
    pub indexed: bool,
    pub searchable: bool,
    pub sensitive: bool,
    /// Its column holds ciphertext.
    pub encrypted: bool,
    /// Its ciphertext begins with a word that is the same for the same value, so that it can be looked up.
    pub blind_index: bool,
    /// Checked already; `None` when there is none.
    pub default: Option<Value>,
    /// The default where it is computed.
    pub default_formula: Option<Arc<Checked>>,
    pub kind: FieldKind,
    /// Resolved options of a picklist, inactive ones among them; empty for other kinds.
    pub options: Vec<Choice>,
    /// Names of the objects that a relation may point to; empty for other kinds.
    pub targets: Vec<String>,
    /// Columns in the object's table; none for many-to-many and formulas.
    pub columns: Vec<Column>,
    /// What a formula field computes; `None` for other kinds.
    pub computed: Option<Arc<Computed>>,
    /// On every record: id, name, owner …
    pub standard: bool,
    /// Set by the engine alone (id, version, created_at …, autonumber, roll-ups).
    pub read_only: bool,
    /// What a roll-up is made of; `None` for other kinds.
    pub rollup: Option<Arc<Rollup>>,
    pub package: Option<String>,
}

impl Field {
    /// Its type in expressions.
    pub fn ty(&self) -> Type {
        self.computed.as_ref().map_or_else(|| self.kind.behaviour().ty(), |computed| computed.ty)
    }

    /// The column that its value is read from, which of a formula is no column of the table; the last one where there
    /// are two, and none for relations to many records.
    pub fn value_column(&self) -> Option<&Column> {
        self.computed.as_ref().map(|computed| &computed.column).or(self.columns.last())
    }
}

/// One column of a table, and the JSON key that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// Key in JSON. The same word as `name`, except that `name` may be stored in another own field.
    pub key: String,
    pub ty: ColumnType,
}

/// A to-many relation seen from the object that owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Name on this object, e.g. `deals`.
    pub name: String,
    /// The other object's name.
    pub object: String,
    /// Name of the field behind it: the other object's, or this object's own many-to-many field.
    pub field: String,
    pub link: Link,
}

/// How the rows of the other side are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// The other object's field (by stable id) points here.
    Lookup { field: String, column: String },
    /// The other object's any-lookup points here.
    AnyLookup { field: String, object_column: String, id_column: String },
    /// Rows of a link table; `here` and `there` are its columns.
    Table { field: String, table: String, here: String, there: String },
}
