//! `record-types/{object}.{name}`: a sort of record with its own options, defaults and process.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, value::to_raw_value};

use super::validation_rule::{own_field, own_option};
use super::{Kind, Part, Renamed};
use crate::catalog::encrypted::ENCRYPTED;
use crate::catalog::{Catalog, Object, Uses};
use crate::input::Input;
use crate::problem::Problem;
use crate::suggest;

/// The word that stands for every option.
pub const EVERY: &str = "*";

/// A record type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordType {
    /// Name of the object.
    pub object: String,
    /// What people call it; made from the name when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Options that may be chosen, by picklist; all of those that are not named here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, Vec<String>>,
    /// What new records hold when nothing is said, by field; before the fields' own defaults.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub defaults: Map<String, Json>,
    /// Name of the process that such records follow, without the object's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
    /// Inactive ones stay on records but cannot be chosen anew.
    #[serde(default = "super::yes")]
    pub active: bool,
    /// Whether new records are of this type when nothing is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

impl Part for RecordType {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        let Some(object) = object else { return Vec::new() };
        let mut problems = self.option_problems(object);
        for (key, value) in &self.defaults {
            problems.extend(default_problem(object, key, value));
        }
        if let Some(process) = &self.process {
            let known = |name: &String| name.strip_prefix(&format!("{}.", self.object)).map(str::to_owned);
            let known: Vec<String> = catalog.parts.processes.keys().filter_map(known).collect();
            if !known.contains(process) {
                let text = format!("`{}` has no process `{process}`", self.object);
                let hint = suggest::hint(process, known.iter().map(String::as_str));
                let problem = Problem::new("process", "unknown-process", text);
                problems.push(hint.into_iter().fold(problem, Problem::hint));
            }
        }
        let defaults =
            catalog.parts.record_types.values().filter(|one| one.object == self.object && one.default);
        if self.default && defaults.count() > 1 {
            let text = "another record type of the object is the default already";
            problems.push(Problem::new("default", "duplicate", text));
        }
        problems
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.options.keys().for_each(|name| uses.path(&self.object, name, "options"));
        self.defaults.keys().for_each(|name| uses.path(&self.object, name, "defaults"));
        let process = self.process.iter().map(|process| format!("{}.{process}", self.object));
        process.for_each(|name| uses.component(Kind::Processes, &name, "process"));
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        let options = std::mem::take(&mut self.options);
        self.options = options.into_iter().map(|(name, all)| (renamed.path(&object, &name), all)).collect();
        let defaults = std::mem::take(&mut self.defaults);
        self.defaults =
            defaults.into_iter().map(|(name, value)| (renamed.path(&object, &name), value)).collect();
    }
}

impl RecordType {
    fn option_problems(&self, object: &Object) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, allowed) in &self.options {
            let place = format!("options.{name}");
            let Some(field) = object.find_field(name) else {
                problems.extend(own_field(object, (&place, name)));
                continue;
            };
            if field.kind.choices().is_none() {
                problems.push(Problem::new(place, "wrong-kind", format!("`{name}` is not a picklist")));
                continue;
            }
            for (at, value) in allowed.iter().enumerate() {
                if value != EVERY {
                    problems.extend(own_option(field, (&format!("{place}.{at}"), value)));
                }
            }
        }
        problems
    }
}

fn default_problem(object: &Object, key: &str, value: &Json) -> Option<Problem> {
    let place = format!("defaults.{key}");
    let found = object.find_key(key).map(|(field, _)| field).or_else(|| object.find_field(key));
    let Some(field) = found else { return own_field(object, (&place, key)) };
    if field.read_only || field.columns.is_empty() {
        return Some(Problem::new(place, "read-only", format!("`{key}` is set by the system")));
    }
    if field.encrypted {
        let text = format!("`{key}` is encrypted, and a default would stand in the metadata as plain text");
        return Some(Problem::new(place, ENCRYPTED, text));
    }
    let raw = to_raw_value(value).ok()?;
    field.parse(&Input::from_raw(&raw)).err().map(|fault| fault.at(place))
}
