//! A package held to everything that installing it would find, without a tenant: on a scratch catalog of what it
//! requires.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::resolve::resolve_beside;
use super::{Company, DataKind, Package, Terms};
use crate::catalog::Catalog;
use crate::ddl::DdlPlan;
use crate::definitions::Definitions;
use crate::diff::{Version, diff};
use crate::layers::ResellerLayer;
use crate::problem::Problem;

/// What installing the package and what it requires comes to.
#[derive(Clone, Debug)]
pub struct Validated {
    pub definitions: Definitions,
    /// The packages in their order, the validated one last.
    pub packages: Vec<Package>,
}

impl Package {
    /// Everything that installing would find, alone, beside each of the packages that are optional for it and beside all of
    /// them, which is what is answered; other packages are looked for in `library`.
    ///
    /// # Errors
    /// All problems of the first package of the row that has any.
    pub fn validate(&self, library: &[Self], now: DateTime<Utc>) -> Result<Validated, Vec<Problem>> {
        self.validate_with(&Company::default(), library, now)
    }

    /// The same with what a reseller makes of it, which speaks of nothing else than the package. Samples are not held to it:
    /// tenants of resellers begin without.
    ///
    /// # Errors
    /// As above, and where the layer does not fit.
    pub fn validate_layer(
        &self,
        layer: &ResellerLayer,
        library: &[Self],
        now: DateTime<Utc>,
    ) -> Result<Validated, Vec<Problem>> {
        layer.over(&self.with_all_parts(), &|_, _| false)?;
        let layers = BTreeMap::from([(self.manifest.name.clone(), layer.clone())]);
        self.without_samples().validate_with(&Company { layers, ..Company::default() }, library, now)
    }

    fn validate_with(
        &self,
        company: &Company,
        library: &[Self],
        now: DateTime<Utc>,
    ) -> Result<Validated, Vec<Problem>> {
        if let Some(problem) = self.too_large_to_keep() {
            return Err(vec![problem]);
        }
        let parts: Vec<&str> = self.parts.keys().map(String::as_str).collect();
        let mut validated = self.validate_beside((&[], company), library, now)?;
        for part in &parts {
            validated = self.validate_beside((&[part], company), library, now)?;
        }
        if parts.len() > 1 {
            validated = self.validate_beside((&parts, company), library, now)?;
        }
        Ok(validated)
    }

    fn without_samples(&self) -> Self {
        let mut without = self.clone();
        let parts = without.parts.values_mut().map(|part| &mut part.data);
        parts
            .chain([&mut without.data])
            .for_each(|data| data.retain(|file| file.kind == DataKind::Reference));
        without
    }

    fn validate_beside(
        &self,
        (beside, company): (&[&str], &Company),
        library: &[Self],
        now: DateTime<Utc>,
    ) -> Result<Validated, Vec<Problem>> {
        let optional = |problem: Problem| match problem.path.strip_prefix("requires.") {
            Some(name) if beside.contains(&name) => Problem { path: format!("optional.{name}"), ..problem },
            _ => problem,
        };
        let packages = resolve_beside(self, beside, library, &BTreeMap::new());
        let packages = packages.map_err(|problems| problems.into_iter().map(optional).collect::<Vec<_>>())?;
        let (mut definitions, mut company) = (Definitions::initial(), company.clone());
        let mut known: HashSet<String> = HashSet::new();
        for package in &packages {
            let arrangement = company.arriving(package);
            let misfits = arrangement.misfits();
            if !misfits.is_empty() {
                return Err(misfits);
            }
            let terms = Terms { take: &[], archive: &|_| false };
            let (next, _) = arrangement.lay(&definitions, terms)?;
            let catalog = Catalog::resolve_after(&next, None)?;
            for laid in &arrangement.laid {
                let problems = laid.package.check_data(&catalog, &known, now);
                if !problems.is_empty() {
                    return Err(problems);
                }
                let records = laid.package.data.iter().flat_map(|file| &file.records);
                known.extend(records.map(|record| record.reference.clone()));
            }
            let differences = diff(None, Version { definitions: &next, catalog: &catalog });
            DdlPlan::new("scratch", &differences)?;
            company.add(package);
            definitions = next;
        }
        Ok(Validated { definitions, packages })
    }
}
