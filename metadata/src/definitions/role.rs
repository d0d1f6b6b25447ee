//! `roles/{name}` and `permission-sets/{name}`: what those who hold one may do. Same shape; a permission set
//! adds to what a user's roles give. What it all means together is decided in `permissions`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, Part, Renamed};
use crate::catalog::{Catalog, Object, Uses, roles};
use crate::problem::Problem;

/// Stands in `objects` for every object that is not named beside it.
pub const EVERY_OBJECT: &str = "*";

/// A role, as in contract §5a.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// What people call it; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whom it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Others of its kind, whose gifts it gives too. What it says itself goes before what they say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<String>,
    /// By name of the object, or `*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, ObjectRights>,
    /// By path `object.field`. Fields that are not named follow their object.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldRights>,
    /// System permissions, see [`SYSTEM_PERMISSIONS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<String>,
    /// System permissions of those it inherits that it does not give.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mutes: Vec<String>,
}

/// What a role says of one object's records. What is left out is what it inherits, else nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRights {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Reaches>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Reaches>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<Reaches>,
    /// Giving records to another owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Reaches>,
    /// Sharing records by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Reaches>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<bool>,
}

/// Which records an action reaches by the role itself, before sharing opens more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaches {
    /// The action is not given at all.
    #[default]
    None,
    /// Those that the caller owns.
    Own,
    /// Those that somebody in one of the caller's teams owns, and the caller's own.
    Team,
    /// Every record.
    All,
}

/// How much of a field's values is shown: `false`, `"mask"` or `true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "ShownForm", into = "ShownForm")]
pub enum Shown {
    Nothing,
    /// The end of it, of encrypted fields.
    Mask,
    Whole,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ShownForm {
    Flag(bool),
    Word(MaskWord),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MaskWord {
    Mask,
}

impl From<ShownForm> for Shown {
    fn from(form: ShownForm) -> Self {
        match form {
            ShownForm::Flag(false) => Self::Nothing,
            ShownForm::Flag(true) => Self::Whole,
            ShownForm::Word(MaskWord::Mask) => Self::Mask,
        }
    }
}

impl From<Shown> for ShownForm {
    fn from(shown: Shown) -> Self {
        match shown {
            Shown::Nothing => Self::Flag(false),
            Shown::Mask => Self::Word(MaskWord::Mask),
            Shown::Whole => Self::Flag(true),
        }
    }
}

/// What a role says of one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRights {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<Shown>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<bool>,
}

/// What can be permitted beside actions on records.
pub const SYSTEM_PERMISSIONS: [&str; 6] = [
    "manage_metadata",
    "manage_users",
    "explain_access",
    "view_audit",
    "process_override",
    "manage_security",
];

impl Part for Role {
    fn check(&self, catalog: &Catalog, _: Option<&Object>) -> Vec<Problem> {
        roles::check(catalog, self)
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        for path in self.fields.keys() {
            path.split_once('.').into_iter().for_each(|(object, field)| uses.path(object, field, "fields"));
        }
        self.inherits.iter().for_each(|parent| uses.component(Kind::Roles, parent, "inherits"));
        let objects = self.objects.keys().filter(|name| *name != EVERY_OBJECT);
        objects.for_each(|object| uses.component(Kind::Objects, object, "objects"));
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        if let Some(rights) = self.objects.remove(old) {
            self.objects.insert(new.to_owned(), rights);
        }
        let fields = std::mem::take(&mut self.fields).into_iter().map(|(path, rights)| {
            let moved = path.strip_prefix(old).filter(|rest| rest.starts_with('.'));
            (moved.map(|rest| format!("{new}{rest}")).unwrap_or(path), rights)
        });
        self.fields = fields.collect();
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let fields = std::mem::take(&mut self.fields).into_iter().map(|(path, rights)| {
            let new = path.split_once('.').map(|(object, field)| {
                let field = renamed.path(object, field);
                format!("{object}.{field}")
            });
            (new.unwrap_or(path), rights)
        });
        self.fields = fields.collect();
    }
}

/// A permission set: a role that is given beside others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PermissionSet(pub Role);

impl Part for PermissionSet {
    fn uses(&self, uses: &mut Uses<'_>) {
        for path in self.0.fields.keys() {
            path.split_once('.').into_iter().for_each(|(object, field)| uses.path(object, field, "fields"));
        }
        self.0.inherits.iter().for_each(|set| uses.component(Kind::PermissionSets, set, "inherits"));
        let objects = self.0.objects.keys().filter(|name| *name != EVERY_OBJECT);
        objects.for_each(|object| uses.component(Kind::Objects, object, "objects"));
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        self.0.check(catalog, object)
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        self.0.rename_object(old, new);
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        self.0.rename_field(renamed);
    }
}
