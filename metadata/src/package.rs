//! A package: a folder of JSON that is installed as one change. No code, and no disk here: the caller
//! reads the files.

use std::collections::BTreeMap;

pub use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::definitions::Change;
use crate::problem::Problem;

mod company;
mod data;
mod files;
mod lint;
mod parts;
mod resolve;
mod source;
mod trials;
mod validate;

pub use company::{Arrangement, Company, Laid, Terms};
pub use parts::{Part, PassedFor, PassedOver};
pub(crate) use resolve::in_order;
pub use resolve::resolve;
pub use trials::{Expected, Given, Made, Trial};
pub use validate::Validated;

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
    /// Packages beside which it brings more, from its folder `with/NAME`, in the versions that this goes with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub optional: BTreeMap<String, VersionReq>,
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
    /// Cases that it is held to before it is installed.
    pub trials: Vec<Trial>,
    /// What comes only beside other packages, by their names; nothing in one that is made [whole](Package::whole).
    pub parts: BTreeMap<String, Part>,
    /// `README.md`, when there is one.
    pub readme: Option<String>,
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
