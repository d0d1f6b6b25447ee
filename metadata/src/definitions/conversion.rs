//! `conversions/{object}.{name}`: what a record becomes: new records made of it, or ones that are there already, that
//! it points to afterwards. One that `extends` another adds targets to it, so that a package can bring its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::process::{Action, actions_use, rename_actions};
use super::{Kind, Part, Renamed};
use crate::catalog::{Catalog, Object, Uses, conversions};
use crate::problem::Problem;

/// A conversion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Name of the object whose records are converted.
    pub object: String,
    /// What people call it; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Name of the conversion that this adds targets to, without the object's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// Which records can be converted: a condition; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What is told when one cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The date and time field that holds when a record was converted; one that has it is not converted again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// What the record gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Action>,
    /// What is made of it, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Names of targets: what points to the record by a relation to any object points to the first of these that
    /// came out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<String>,
    /// Whether a converted record stays as it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lock: bool,
    /// Place among the object's conversions, smallest first.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub order: i32,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// One record that comes out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The word that it goes by.
    pub name: String,
    /// Name of the object that the record is of.
    pub object: String,
    /// What people call it; the object's label when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whether it may be left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What a new record holds, by its fields: formulas about the record that is converted, or a number, true,
    /// false or null as it is.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Json>,
    /// Fields by which records that are there already are found: all of one list have to agree.
    #[serde(default, rename = "match", skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<Vec<String>>,
    /// Lookups of a new record that point to targets before it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, String>,
    /// The lookup of the converted record that points to what came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Part for Conversion {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        object.map(|object| conversions::check(catalog, object, self)).unwrap_or_default()
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        let object = &self.object;
        let extended = self.extends.iter().map(|word| format!("{object}.{word}"));
        extended.for_each(|name| uses.component(Kind::Conversions, &name, "extends"));
        self.when.iter().for_each(|text| uses.text(object, text, "when"));
        self.mark.iter().for_each(|field| uses.path(object, field, "mark"));
        actions_use(&self.set, object, (uses, "set"));
        for (at, target) in self.targets.iter().enumerate() {
            let place = format!("targets.{at}");
            uses.component(Kind::Objects, &target.object, &place);
            for (field, value) in &target.values {
                uses.path(&target.object, field, &format!("{place}.values"));
                value
                    .as_str()
                    .into_iter()
                    .for_each(|text| uses.text(object, text, &format!("{place}.values")));
            }
            let own = target.matching.iter().flatten().chain(target.with.keys());
            own.for_each(|field| uses.path(&target.object, field, &place));
            target.link.iter().for_each(|field| uses.path(object, field, &format!("{place}.link")));
        }
    }

    fn rename_object(&mut self, old: &str, new: &str) {
        for target in self.targets.iter_mut().filter(|target| target.object == old) {
            new.clone_into(&mut target.object);
        }
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        self.when = self.when.take().map(|text| renamed.formula(&object, &text));
        self.mark = self.mark.take().map(|field| renamed.path(&object, &field));
        rename_actions(&mut self.set, &object, renamed);
        for target in &mut self.targets {
            let other = target.object.clone();
            let values = std::mem::take(&mut target.values).into_iter().map(|(field, value)| {
                let value = match value {
                    Json::String(text) => Json::String(renamed.formula(&object, &text)),
                    value => value,
                };
                (renamed.path(&other, &field), value)
            });
            target.values = values.collect();
            target.matching.iter_mut().flatten().for_each(|field| *field = renamed.path(&other, field));
            let with = std::mem::take(&mut target.with).into_iter();
            target.with = with.map(|(field, name)| (renamed.path(&other, &field), name)).collect();
            target.link = target.link.take().map(|field| renamed.path(&object, &field));
        }
    }
}
