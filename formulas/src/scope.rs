//! What names mean. The catalog implements this; the checker asks.

use crate::expression::Reference;
use crate::types::Type;

/// Resolves the names in a formula, from the point of view of one object.
pub trait Scope {
    /// The field that the segments lead to, such as `["account", "industry"]`. A segment is an API name or a label.
    ///
    /// A lookup by itself is its id: `["account"]` and `["account_id"]` mean the same.
    fn field(&self, segments: &[String]) -> Result<Target, Unknown>;

    /// The type of a value that only the request knows, such as `$User.department`; `name` has the leading `$`.
    fn variable(&self, name: &str) -> Option<Type> {
        match name {
            "$User.id" => Some(Type::Id),
            "$User.name" | "$User.email" | "$User.zone" => Some(Type::Text),
            "$Tenant.slug" | "$Tenant.name" | "$Tenant.zone" => Some(Type::Text),
            _ => None,
        }
    }
}

/// A field that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    pub reference: Reference,
    /// Whether the field may be blank; fields of other objects always may.
    pub nullable: bool,
    /// The options of a picklist or multi picklist, in order; nothing where any text is allowed.
    pub options: Option<Vec<OptionLabel>>,
}

/// An option of a picklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionLabel {
    /// The API name, which is what records hold.
    pub value: String,
    pub label: String,
}

/// A name that leads nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Which segment is unknown.
    pub at: usize,
    /// A name that is close to it.
    pub suggestion: Option<String>,
    /// Why it cannot stand here, where it is there but of no use to a formula.
    pub reason: Option<String>,
}

impl Target {
    /// A target for a field that may be blank and has no options.
    pub fn of(reference: Reference) -> Target {
        Target { reference, nullable: true, options: None }
    }
}
