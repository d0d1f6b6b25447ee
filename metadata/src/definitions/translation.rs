//! `translations/{name}`: what labels and helps are called in another language. They are told by what they belong to,
//! or by the text as it stands in the definitions, which also reaches headings and whatever has no name of its own.
//! Nothing depends on one: what it says of something that is not there is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Part, Renamed};
use crate::catalog::{Catalog, Object};
use crate::problem::Problem;

/// Most texts of one definition.
const MAX_TEXTS: usize = 20_000;
/// Longest text, in characters.
const LONGEST: usize = 2_000;

/// Texts in one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translation {
    /// The language's tag: `de`, `pt-BR`.
    pub locale: String,
    /// What a text is in that language, by the text itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, String>,
    /// By name, which goes before what is told by the text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objects: BTreeMap<String, ObjectTexts>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub option_sets: BTreeMap<String, SetTexts>,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// Texts of one object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectTexts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural_label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// By name of the field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldTexts>,
}

/// Texts of one field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldTexts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// By value, where the field has options of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// Texts of one option set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTexts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// By value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

impl Part for Translation {
    fn check(&self, _catalog: &Catalog, _object: Option<&Object>) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !is_locale(&self.locale) {
            let problem = Problem::new(
                "locale",
                "bad-locale",
                format!("`{}` is not the tag of a language", self.locale),
            );
            problems.push(problem.hint("write `de`, or `pt-BR` where the country matters"));
        }
        let all: Vec<(String, &String)> = self.all().collect();
        if all.len() > MAX_TEXTS {
            let text = format!("at most {MAX_TEXTS} texts fit into one; make another one of the same locale");
            problems.push(Problem::new("", "too-many", text));
            return problems;
        }
        for (place, text) in all {
            if text.trim().is_empty() {
                let problem = Problem::new(place, "required", "a text that is empty says nothing");
                problems.push(problem.hint("leave it out, and the text stays as it is"));
            } else if text.chars().count() > LONGEST {
                problems.push(Problem::new(place, "too-long", format!("at most {LONGEST} characters")));
            }
        }
        problems
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        if let Some(texts) = self.objects.remove(old) {
            self.objects.insert(new.to_owned(), texts);
        }
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        for (object, texts) in &mut self.objects {
            let all = std::mem::take(&mut texts.fields).into_iter();
            texts.fields = all.map(|(name, one)| (renamed.path(object, &name), one)).collect();
        }
    }
}

impl Translation {
    /// Each text that it gives, with its place.
    fn all(&self) -> impl Iterator<Item = (String, &String)> {
        let texts = self.texts.iter().map(|(key, text)| (format!("texts.{key}"), text));
        let objects = self.objects.iter().flat_map(|(name, object)| {
            let own = [("label", &object.label), ("plural_label", &object.plural_label)];
            let own = own.into_iter().chain([("description", &object.description)]);
            let fields = object.fields.iter().flat_map(move |(field, texts)| {
                let at = format!("objects.{name}.fields.{field}");
                let own = given(&at, [("label", &texts.label), ("help", &texts.help)]);
                own.into_iter().chain(options(&at, &texts.options))
            });
            given(&format!("objects.{name}"), own).into_iter().chain(fields)
        });
        let sets = self.option_sets.iter().flat_map(|(name, set)| {
            let at = format!("option_sets.{name}");
            given(&at, [("label", &set.label)]).into_iter().chain(options(&at, &set.options))
        });
        texts.chain(objects).chain(sets)
    }
}

fn given<'t>(
    at: &str,
    all: impl IntoIterator<Item = (&'static str, &'t Option<String>)>,
) -> Vec<(String, &'t String)> {
    let said = all.into_iter().filter_map(|(key, text)| text.as_ref().map(|text| (key, text)));
    said.map(|(key, text)| (format!("{at}.{key}"), text)).collect()
}

fn options<'t>(at: &str, all: &'t BTreeMap<String, String>) -> Vec<(String, &'t String)> {
    all.iter().map(|(value, text)| (format!("{at}.options.{value}"), text)).collect()
}

/// Letters and digits in parts of at most eight, joined by `-`; the first is a language of two or three letters.
pub fn is_locale(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let first = parts
        .next()
        .is_some_and(|one| (2..=3).contains(&one.len()) && one.bytes().all(|byte| byte.is_ascii_lowercase()));
    first
        && parts.clone().count() <= 3
        && parts
            .all(|one| (1..=8).contains(&one.len()) && one.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
