//! One object as it is written, without its fields: those are components of their own, so that a
//! package, a tenant and an upgrade can each change one field alone.

use serde::{Deserialize, Serialize};

/// An object's own settings, as in contract §5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectDefinition {
    /// Singular, snake_case, at most 40 characters.
    pub name: String,
    /// Plural, snake_case: the word in URLs.
    pub plural: String,
    /// What people call one record; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What people call several; made from the plural when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural_label: Option<String>,
    /// An icon's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// What the object is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How records are named.
    #[serde(default, skip_serializing_if = "NameField::is_default")]
    pub name_field: NameField,
    /// Who sees records that nobody opened to them.
    #[serde(default, skip_serializing_if = "SharingSetting::is_default")]
    pub sharing: SharingSetting,
    /// Whether a record's changes are told with it; the audit log has them in any case. Default true.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub history: bool,
    /// What the UI may offer: schedulable, pipeline, hierarchical …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub traits: Vec<String>,
    /// Code of the language that its texts are in, when it is not the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Names of fields in the order in which people read them; fields not named follow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub field_order: Vec<String>,
}

fn yes() -> bool {
    true
}

fn is_true(value: &bool) -> bool {
    *value
}

/// How the standard field `name` comes about. At most one of `field` and `compose`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameField {
    /// What people call it; `Name` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The object's own text field that is the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Own text fields whose values, joined by blanks, make the name when none is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compose: Vec<String>,
    /// Whether a record must have a name. Unset, it must, unless the name is composed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<bool>,
}

impl NameField {
    /// Whether a record must have a name.
    pub fn is_required(&self) -> bool {
        self.required.unwrap_or(self.compose.is_empty())
    }

    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What everybody may do with records of an object, before roles and rules open more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharingDefault {
    /// Nothing.
    #[default]
    Private,
    /// See.
    Read,
    /// See and edit.
    ReadWrite,
    /// As the master record allows.
    ControlledByParent,
}

impl SharingDefault {
    /// The word in definitions.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Read => "read",
            Self::ReadWrite => "read_write",
            Self::ControlledByParent => "controlled_by_parent",
        }
    }
}

/// The `sharing` setting of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharingSetting {
    /// What everybody may do. Unset, parts follow their master and everything else is private.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<SharingDefault>,
    /// Whether managers see what their people own.
    #[serde(default = "yes")]
    pub hierarchy: bool,
}

/// The sharing of an object as it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sharing {
    /// What everybody may do.
    pub default: SharingDefault,
    /// Whether managers see what their people own.
    pub hierarchy: bool,
}

impl Default for SharingSetting {
    fn default() -> Self {
        Self { default: None, hierarchy: true }
    }
}

impl SharingSetting {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What holds for an object that is a part of another, or is not.
    pub(crate) fn resolved(&self, is_part: bool) -> Sharing {
        let unset = if is_part { SharingDefault::ControlledByParent } else { SharingDefault::Private };
        Sharing { default: self.default.unwrap_or(unset), hierarchy: self.hierarchy }
    }
}
