//! A package held to everything that installing it would find, without a tenant: on a scratch catalog of what it
//! requires.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::{Package, resolve};
use crate::catalog::Catalog;
use crate::ddl::DdlPlan;
use crate::definitions::Definitions;
use crate::definitions::layering::Layering;
use crate::diff::{Version, diff};
use crate::problem::Problem;

/// What installing the package and what it requires comes to.
#[derive(Clone, Debug)]
pub struct Validated {
    pub definitions: Definitions,
    /// The packages in their order, the validated one last.
    pub packages: Vec<Package>,
}

impl Package {
    /// Everything that installing would find; requirements are looked for in `library`.
    ///
    /// # Errors
    /// All problems of the first package of the row that has any.
    pub fn validate(&self, library: &[Self], now: DateTime<Utc>) -> Result<Validated, Vec<Problem>> {
        let packages = resolve(self, library, &BTreeMap::new())?;
        let mut definitions = Definitions::initial();
        let mut known: HashSet<String> = HashSet::new();
        for package in &packages {
            let layering = Layering::of(&package.manifest.name);
            let (next, _) = definitions.with_package(&package.changes, layering)?;
            let catalog = Catalog::resolve_after(&next, None)?;
            let problems = package.check_data(&catalog, &known, now);
            if !problems.is_empty() {
                return Err(problems);
            }
            let differences = diff(None, Version { definitions: &next, catalog: &catalog });
            DdlPlan::new("scratch", &differences)?;
            let records = package.data.iter().flat_map(|file| &file.records);
            known.extend(records.map(|record| record.reference.clone()));
            definitions = next;
        }
        Ok(Validated { definitions, packages })
    }
}
