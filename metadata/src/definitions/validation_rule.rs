//! `validation-rules/{object}.{name}`: what no record may be when it is saved.

use formulas::{Options, Type};
use serde::{Deserialize, Serialize};

use super::{Part, Renamed};
use crate::catalog::{Catalog, Field, Object, Uses};
use crate::problem::Problem;
use crate::suggest;

/// A validation rule, as in contract §5a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationRule {
    /// Name of the object.
    pub object: String,
    /// A condition in the formula language; true means *wrong*.
    pub when: String,
    /// What the one who saves is told.
    pub message: String,
    /// The field at which it is told; the record as a whole when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default = "super::yes")]
    pub active: bool,
    #[serde(default)]
    pub severity: Severity,
    /// When it is looked at; on every save when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Moment>,
    /// Place among the object's rules, smallest first.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub order: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The save is refused.
    #[default]
    Error,
    /// The save is refused until the one who saves confirms.
    Warning,
}

/// A kind of save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    Create,
    Update,
}

impl Part for ValidationRule {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        let Some(object) = object else { return Vec::new() };
        let mut problems = condition(catalog, object, ("when", &self.when));
        problems.extend(self.field.as_ref().and_then(|field| own_field(object, ("field", field))));
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        uses.text(&self.object, &self.when, "when");
        self.field.iter().for_each(|field| uses.path(&self.object, field, "field"));
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        self.when = renamed.formula(&self.object, &self.when);
        self.field = self.field.take().map(|field| renamed.path(&self.object, &field));
    }
}

/// What is wrong with a condition that is looked at while a record is saved.
pub(crate) fn condition(catalog: &Catalog, object: &Object, (place, text): (&str, &str)) -> Vec<Problem> {
    let options = Options { expects: Some(Type::Bool), saving: true, ..Options::default() };
    let found = catalog.check_expression(object, text, &options).err().unwrap_or_default();
    found.into_iter().map(|problem| problem.under(place)).collect()
}

/// What is wrong with the name of a field, which has a column that people write.
pub(crate) fn own_field(object: &Object, (place, name): (&str, &str)) -> Option<Problem> {
    if object.find_field(name).is_some() || object.find_key(name).is_some() {
        return None;
    }
    let text = format!("`{}` has no field `{name}`", object.name);
    let hint = suggest::hint(name, object.fields.iter().map(|field| field.name.as_str()));
    let problem = Problem::new(place, "unknown-field", text);
    Some(hint.into_iter().fold(problem, Problem::hint))
}

/// What is wrong with an option that a picklist must have.
pub(crate) fn own_option(field: &Field, (place, value): (&str, &str)) -> Option<Problem> {
    let mut known = field.options.iter().map(|option| option.value.as_str());
    if known.clone().any(|one| one == value) {
        return None;
    }
    let hint = suggest::hint(value, &mut known);
    let problem =
        Problem::new(place, "unknown-option", format!("`{value}` is not an option of `{}`", field.name));
    Some(hint.into_iter().fold(problem, Problem::hint))
}
