//! A package: a folder of JSON that is installed as one change. No code, and no disk here: the caller
//! reads the files.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::definitions::{Change, Definitions, Kind};
use crate::problem::Problem;

mod data;
mod files;

/// `manifest.json`: what the package is and needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// snake_case; the folder's name.
    pub name: String,
    /// Semantic version.
    pub version: Version,
    /// What people call it.
    pub label: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Other packages by name, with the versions that will do.
    #[serde(default)]
    pub requires: BTreeMap<String, VersionReq>,
    /// What it asks to be allowed to do.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// What the records of a file are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// To look at; only with demo data.
    Sample,
    /// Part of the package: always loaded.
    Reference,
}

/// One record to create.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecord {
    /// Name by which other records mean this one: `"account_id": "@acct_tidewater"`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Values by key; texts may be relative dates (see [`crate::relative`]).
    pub data: Map<String, Json>,
}

/// `data/NN-object.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path in the package.
    #[serde(skip)]
    pub path: String,
    /// Name of the object.
    pub object: String,
    pub kind: DataKind,
    pub records: Vec<DataRecord>,
}

/// A package, read and checked by itself; whether it fits a tenant is the catalog's business.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    pub manifest: Manifest,
    /// What it defines, in the order in which it builds on itself.
    pub changes: Vec<Change>,
    /// Records, in the order of loading.
    pub data: Vec<DataFile>,
    /// `README.md`, when there is one.
    pub readme: Option<String>,
}

impl Package {
    /// The changes that bring a tenant to this version: its definitions, and the removal of what an
    /// earlier version brought and this one does not.
    pub fn upgrade_changes(&self, installed: &Definitions) -> Vec<Change> {
        let kept =
            |change: &Change| self.changes.iter().any(|c| (c.kind, &c.name) == (change.kind, &change.name));
        let gone =
            uninstall_changes(installed, &self.manifest.name).into_iter().filter(|change| !kept(change));
        // Fields of an object that the package defines itself are replaced by its definition as a whole.
        let inside = |change: &Change| {
            let object = change.name.split('.').next().unwrap_or_default();
            let put = |c: &Change| c.kind == Kind::Objects && c.name == object;
            change.kind == Kind::Fields && self.changes.iter().any(put)
        };
        gone.filter(|change| !inside(change)).chain(self.changes.iter().cloned()).collect()
    }
}

/// The changes that take away what a package brought, views first.
pub fn uninstall_changes(installed: &Definitions, package: &str) -> Vec<Change> {
    let own = |owner: &Option<String>, retired: bool| !retired && owner.as_deref() == Some(package);
    let parts = installed.parts.shelves();
    let parts = parts.iter().flat_map(|(kind, shelf)| {
        shelf.brought_by(package).into_iter().map(|name| (*kind, name)).collect::<Vec<_>>()
    });
    let (bases, mut names): (Vec<_>, Vec<_>) = parts.partition(|(kind, _)| *kind == Kind::OptionSets);
    for component in installed.objects.iter().filter(|component| !component.object.retired) {
        let object = &component.object.definition.name;
        if own(&component.object.package, false) {
            names.push((Kind::Objects, object.clone()));
            continue;
        }
        let fields = component.fields.iter().filter(|field| own(&field.package, field.retired));
        names
            .extend(fields.map(|field| (Kind::Fields, format!("{object}.{}", field.definition.common.name))));
    }
    names.extend(bases);
    names.into_iter().map(|(kind, name)| Change { kind, name, definition: None }).collect()
}

/// What a package needs and the tenant does not have.
pub fn missing_requirements(manifest: &Manifest, installed: &BTreeMap<String, Version>) -> Vec<Problem> {
    let missing = |(name, wanted): (&String, &VersionReq)| {
        let path = format!("requires.{name}");
        match installed.get(name) {
            None => {
                let problem =
                    Problem::new(path, "missing-package", format!("needs the package `{name}` {wanted}"));
                Some(problem.hint(format!("install `{name}` first")))
            }
            Some(version) if !wanted.matches(version) => {
                let text = format!("needs `{name}` {wanted}; installed is {version}");
                Some(Problem::new(path, "wrong-version", text).hint(format!("upgrade `{name}` first")))
            }
            Some(_) => None,
        }
    };
    manifest.requires.iter().filter_map(missing).collect()
}
