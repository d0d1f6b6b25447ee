//! Whose word counts: the class of each property of a definition. What a package and a tenant do about it is in
//! `merge`.

use serde::Serialize;

use crate::definitions::Kind;

/// Who decides a property of a component that a package brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Nobody, once it is installed: names, types, targets.
    Locked,
    /// The package: formulas, conditions, permissions. A tenant's change is kept, and told as a conflict when the
    /// package changes the same.
    Package,
    /// The tenant: labels, layouts, views, options, defaults, switches.
    Tenant,
}

/// The class of the property at a path, whose first word is the definition's key.
pub fn class(kind: Kind, path: &[String]) -> Class {
    let key = path.first().map_or("", String::as_str);
    let locked: &[&str] = match kind {
        Kind::Objects => &["name", "plural"],
        Kind::Fields => &["name", "kind", "to", "encrypted", "blind_index"],
        Kind::FieldConditions | Kind::Processes => &["object", "field"],
        _ => &["object"],
    };
    if locked.contains(&key) {
        return Class::Locked;
    }
    let package: &[&str] = match kind {
        Kind::Objects => &["sharing", "history"],
        Kind::Fields => &[
            "formula",
            "of",
            "function",
            "field",
            "where",
            "inverse",
            "on_delete",
            "unique",
            "option_set",
            "depends_on",
            "currency",
            "schema",
            "pattern",
            "precision",
            "scale",
            "returns",
        ],
        Kind::ValidationRules => &["when", "on", "field", "severity", "order"],
        Kind::FieldConditions => {
            &["visible", "required", "read_only", "options_when", "when_hidden", "enforce"]
        }
        Kind::RecordTypes => &["process"],
        Kind::Processes => &["applies", "mode", "states", "transitions", "initial", "final", "order"],
        Kind::Conversions => &["extends", "when", "mark", "set", "targets", "moves", "order"],
        Kind::Recurrences => &["rule", "due", "shift", "status", "done", "previous"],
        Kind::Roles | Kind::PermissionSets => &["inherits", "objects", "fields", "system", "mutes"],
        Kind::SharingRules | Kind::RestrictionRules => {
            &["when", "owned_by", "share_with", "access", "applies_to"]
        }
        Kind::Apps => &["extends"],
        Kind::OptionSets | Kind::ListViews | Kind::Layouts | Kind::Translations | Kind::Settings => &[],
    };
    let is_switch = |key: &String| ["label", "required"].contains(&key.as_str());
    let name_of_records =
        kind == Kind::Objects && key == "name_field" && path.get(1).is_none_or(|key| !is_switch(key));
    if package.contains(&key) || name_of_records { Class::Package } else { Class::Tenant }
}

/// Whether a tenant may not change a property, although the path is given as written.
pub(crate) fn locked(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Objects => &["plural"],
        Kind::Fields => &["kind", "to"],
        Kind::FieldConditions | Kind::Processes => &["object", "field"],
        _ => &["object"],
    }
}
