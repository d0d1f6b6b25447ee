//! Optional parts: what a package brings only beside another one, from its folder `with/NAME`. A package is made whole for
//! the packages that it stands beside; everything after that sees an ordinary package.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use semver::Version;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{DataFile, Package, Trial};
use crate::definitions::{Change, Kind};
use crate::layers::overlay;

/// What comes beside one other package.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Components of its own; of those that the package itself brings, what differs, or that they do not come.
    pub changes: Vec<Change>,
    /// Records of its own, and values of the package's own records by their refs.
    pub data: Vec<DataFile>,
    pub trials: Vec<Trial>,
}

/// What a package brings beside another one that is there, and which does not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    pub package: String,
    /// The other one.
    pub with: String,
    pub reason: PassedFor,
    /// The versions of the other one beside which it would come, and the one that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<Version>,
}

/// Why a part does not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedFor {
    /// The other package is there in a version that it does not go with.
    Version,
    /// Who has signed it is believed no more.
    Publisher,
}

impl fmt::Display for PassedOver {
    /// In English, as one sentence for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (package, with) = (&self.package, &self.with);
        match (self.reason, &self.range, &self.installed) {
            (PassedFor::Version, Some(range), Some(installed)) => {
                write!(
                    f,
                    "what `{package}` brings with `{with}` {range} does not come: installed is {installed}"
                )
            }
            (PassedFor::Version, ..) => write!(f, "what `{package}` brings with `{with}` does not come"),
            (PassedFor::Publisher, ..) => write!(
                f,
                "what `{package}` brings with `{with}` does not come: who has signed it is not trusted any more"
            ),
        }
    }
}

/// A component by kind and name.
pub(crate) type Place = (Kind, String);

impl Package {
    /// The packages whose parts come, when these are there.
    pub fn taken(&self, there: &BTreeMap<String, Version>) -> Vec<&str> {
        let fits = |name: &str| {
            let (range, version) = (self.manifest.optional.get(name), there.get(name));
            range.zip(version).is_some_and(|(range, version)| range.matches(version))
        };
        self.parts.keys().map(String::as_str).filter(|name| fits(name)).collect()
    }

    /// What is to be known of parts that do not come although their package is there.
    pub fn passed_over(&self, there: &BTreeMap<String, Version>) -> Vec<PassedOver> {
        let taken = self.taken(there);
        let left = self.parts.keys().filter(|name| !taken.contains(&name.as_str()));
        let told = |name: &String| {
            let (range, version) = (self.manifest.optional.get(name)?, there.get(name)?);
            let (package, with) = (self.manifest.name.clone(), name.clone());
            let (range, installed) = (Some(range.to_string()), Some(version.clone()));
            Some(PassedOver { package, with, reason: PassedFor::Version, range, installed })
        };
        left.filter_map(told).collect()
    }

    /// The package beside these, as if it had never had parts.
    #[must_use]
    pub fn whole(&self, there: &BTreeMap<String, Version>) -> Self {
        self.with_parts(&self.taken(there))
    }

    /// The package with these of its parts.
    #[must_use]
    pub fn with_parts(&self, names: &[&str]) -> Self {
        let mut whole = Self { parts: BTreeMap::new(), ..self.clone() };
        for part in names.iter().filter_map(|name| self.parts.get(*name)) {
            part.changes.iter().for_each(|change| lay(&mut whole.changes, change));
            part.data.iter().for_each(|file| load(&mut whole.data, file));
            whole.trials.extend(part.trials.iter().cloned());
        }
        whole.changes.sort_by_key(|change| Kind::ALL.iter().position(|kind| *kind == change.kind));
        // What one file builds on stands in one of a lesser name, whichever folder that is in.
        let name = |file: &DataFile| file.path.rsplit('/').next().unwrap_or_default().to_owned();
        whole.data.sort_by_key(|file| (name(file), file.path.clone()));
        whole
    }

    /// The package with all of its parts.
    #[must_use]
    pub fn with_all_parts(&self) -> Self {
        self.with_parts(&self.parts.keys().map(String::as_str).collect::<Vec<_>>())
    }

    /// The components that it brings, fields among them.
    pub(crate) fn places(&self) -> BTreeSet<Place> {
        let put = self.changes.iter().filter_map(|change| Some((change, change.definition.as_ref()?)));
        let mut places = BTreeSet::new();
        for (change, definition) in put {
            places.insert((change.kind, change.name.clone()));
            let fields = definition["fields"].as_array().filter(|_| change.kind == Kind::Objects);
            let names = fields.into_iter().flatten().filter_map(|field| field["name"].as_str());
            places.extend(names.map(|name| (Kind::Fields, format!("{}.{name}", change.name))));
        }
        places
    }
}

/// Puts a part's word of a component to those of the package.
fn lay(changes: &mut Vec<Change>, change: &Change) {
    let find = |changes: &[Change], kind: Kind, name: &str| {
        changes.iter().position(|one| one.kind == kind && one.name == name)
    };
    match (find(changes, change.kind, &change.name), &change.definition) {
        (Some(at), None) => drop(changes.remove(at)),
        (Some(at), Some(over)) => {
            let under = changes[at].definition.take().unwrap_or_default();
            changes[at].definition = Some(overlay(&under, over));
        }
        (None, Some(_)) => match own_field(changes, change) {
            Some((at, over)) => {
                let under = changes[at].definition.take().unwrap_or_default();
                changes[at].definition = Some(overlay(&under, &over));
            }
            None => changes.push(change.clone()),
        },
        (None, None) => {}
    }
}

/// A field of one of the package's own objects stands in that object's list.
fn own_field(changes: &[Change], change: &Change) -> Option<(usize, Json)> {
    let (object, field) = change.name.split_once('.').filter(|_| change.kind == Kind::Fields)?;
    let own = |one: &Change| one.kind == Kind::Objects && one.name == object;
    let at = changes.iter().position(own)?;
    changes[at].definition.as_ref()?["fields"].as_array()?;
    let mut definition = change.definition.clone()?;
    definition.as_object_mut()?.insert("name".into(), field.into());
    Some((at, json!({ "fields": [definition] })))
}

/// Puts a part's records to those of the package: a ref that is there gets the part's values.
fn load(files: &mut Vec<DataFile>, more: &DataFile) {
    let mut fresh = DataFile { records: Vec::new(), ..more.clone() };
    for record in &more.records {
        let known = files.iter_mut().filter(|file| file.object == more.object);
        let known = known.flat_map(|file| &mut file.records).find(|one| one.reference == record.reference);
        match known {
            Some(known) => known.data.extend(record.data.clone()),
            None => fresh.records.push(record.clone()),
        }
    }
    if !fresh.records.is_empty() {
        files.push(fresh);
    }
}
