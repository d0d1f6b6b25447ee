//! `field-conditions/{object}.{name}`: when a field is shown, must be filled, or stays as it is.

use serde::{Deserialize, Serialize};

use super::validation_rule::{condition, own_field, own_option};
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
    /// Which options of a picklist may be chosen; where several hold, those that all of them allow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options_when: Vec<OptionsWhen>,
    #[serde(default)]
    pub when_hidden: WhenHidden,
    #[serde(default)]
    pub enforce: Enforce,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// The options that are left while a condition is true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionsWhen {
    pub when: String,
    pub allow: Vec<String>,
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
    fn texts(&self) -> impl Iterator<Item = (String, &String)> {
        let texts =
            [("visible", &self.visible), ("required", &self.required), ("read_only", &self.read_only)];
        let texts = texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), text.as_ref()?)));
        let options = self.options_when.iter().enumerate();
        texts.chain(options.map(|(at, one)| (format!("options_when.{at}.when"), &one.when)))
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
            self.texts().flat_map(|(place, text)| condition(catalog, object, (&place, text))).collect();
        if self.texts().next().is_none() {
            let text = "give at least one of `visible`, `required`, `read_only` and `options_when`";
            problems.push(Problem::new("", "empty", text));
        }
        problems.extend(self.field_problem(object));
        problems.extend(self.option_problems(object));
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.texts().for_each(|(key, text)| uses.text(&self.object, text, &key));
        uses.path(&self.object, &self.field, "field");
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        let texts = [&mut self.visible, &mut self.required, &mut self.read_only].into_iter().flatten();
        for text in texts.chain(self.options_when.iter_mut().map(|one| &mut one.when)) {
            *text = renamed.formula(&object, text);
        }
        self.field = renamed.path(&self.object, &self.field);
    }
}

impl FieldCondition {
    fn option_problems(&self, object: &Object) -> Vec<Problem> {
        let Some(field) = object.find_field(&self.field).filter(|_| !self.options_when.is_empty()) else {
            return Vec::new();
        };
        if field.kind.choices().is_none() {
            let text = format!("`{}` is not a picklist", self.field);
            return vec![Problem::new("options_when", "wrong-kind", text)];
        }
        let allowed = self.options_when.iter().enumerate().flat_map(|(n, one)| {
            one.allow
                .iter()
                .enumerate()
                .map(move |(at, value)| (format!("options_when.{n}.allow.{at}"), value))
        });
        allowed.filter_map(|(place, value)| own_option(field, (&place, value))).collect()
    }

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
