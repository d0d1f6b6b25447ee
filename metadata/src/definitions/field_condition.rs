//! `field-conditions/{object}.{name}`: when a field is shown, must be filled, or stays as it is.

use serde::{Deserialize, Serialize};

use super::validation_rule::{condition, own_field};
use super::{Part, Renamed};
use crate::catalog::{Catalog, Object, Uses};
use crate::field_kinds::FieldKind;
use crate::problem::Problem;

/// The conditions of one field; each is a text in the formula language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldCondition {
    /// Name of the object.
    pub object: String,
    /// Name of the field.
    pub field: String,
    /// When the field is shown; always when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible: Option<String>,
    /// When it must be filled, if it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<String>,
    /// When its value cannot be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<String>,
    #[serde(default)]
    pub when_hidden: WhenHidden,
    #[serde(default)]
    pub enforce: Enforce,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// What becomes of the value of a field that is not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenHidden {
    /// It stays; what is sent for the field counts for nothing.
    #[default]
    Keep,
    /// It is blanked.
    Clear,
}

/// Who holds a writer to the conditions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Enforce {
    /// Every save, whoever writes.
    #[default]
    Server,
    /// Forms alone.
    Layout,
}

impl FieldCondition {
    /// Each condition with the key that it stands under.
    fn texts(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let texts =
            [("visible", &self.visible), ("required", &self.required), ("read_only", &self.read_only)];
        texts.into_iter().filter_map(|(key, text)| Some((key, text.as_ref()?)))
    }
}

impl Part for FieldCondition {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        let Some(object) = object else { return Vec::new() };
        let mut problems: Vec<Problem> =
            self.texts().flat_map(|place| condition(catalog, object, (place.0, place.1))).collect();
        if self.texts().next().is_none() {
            let text = "give at least one of `visible`, `required` and `read_only`";
            problems.push(Problem::new("", "empty", text));
        }
        problems.extend(self.field_problem(object));
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.texts().for_each(|(key, text)| uses.text(&self.object, text, key));
        uses.path(&self.object, &self.field, "field");
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        for text in [&mut self.visible, &mut self.required, &mut self.read_only].into_iter().flatten() {
            *text = renamed.formula(&object, text);
        }
        self.field = renamed.path(&self.object, &self.field);
    }
}

impl FieldCondition {
    fn field_problem(&self, object: &Object) -> Option<Problem> {
        let Some(field) = object.find_field(&self.field) else {
            return own_field(object, ("field", &self.field));
        };
        let problem = |text: String| Some(Problem::new("field", "unsuitable-field", text));
        if field.columns.is_empty() || field.standard || matches!(field.kind, FieldKind::Autonumber(_)) {
            return problem(format!("`{}` is not filled by people, or is part of every record", self.field));
        }
        if field.required && self.when_hidden == WhenHidden::Clear && self.visible.is_some() {
            return problem(format!("`{}` is required, so it cannot be cleared", self.field));
        }
        None
    }
}
