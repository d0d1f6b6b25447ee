//! Packages beside each other: what is to be laid when one comes or goes, which is that package, and those of which parts
//! come or go with it.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use super::parts::Place;
use super::{DataFile, Package};
use crate::definitions::layering::Layering;
use crate::definitions::{Definitions, Kind};
use crate::layers::{Merged, ResellerLayer};
use crate::problem::Problem;

/// What is installed.
#[derive(Clone, Debug, Default)]
pub struct Company {
    pub versions: BTreeMap<String, Version>,
    /// Those that have optional parts, with all of them.
    pub kept: BTreeMap<String, Package>,
    /// What the tenant's reseller makes of them.
    pub layers: BTreeMap<String, ResellerLayer>,
}

/// A package as it is to stand.
#[derive(Clone, Debug)]
pub struct Laid {
    /// Whole for the packages that it stands beside, with the reseller's layer over it.
    pub package: Package,
    /// The same without that layer, where there is one.
    alone: Option<Package>,
    /// Why the layer does not fit: then there is nothing of it.
    pub misfits: Vec<Problem>,
    /// Packages whose parts come with this, and go.
    pub came: Vec<String>,
    pub went: Vec<String>,
    aside: BTreeSet<Place>,
}

/// What is to be laid, in its order, and who leaves after that.
#[derive(Clone, Debug, Default)]
pub struct Arrangement {
    pub laid: Vec<Laid>,
    pub leaving: BTreeSet<String>,
}

/// What the caller allows.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// As in [`Layering`].
    pub take: &'a [String],
    pub archive: &'a (dyn Fn(&str) -> bool + Sync),
}

impl Company {
    /// The package, and behind it those that bring something more, or less, beside it.
    pub fn arriving(&self, package: &Package) -> Arrangement {
        let mut after = self.versions.clone();
        after.insert(package.manifest.name.clone(), package.manifest.version.clone());
        let laid = std::iter::once(self.laid(package, &after));
        let leaving = BTreeSet::new();
        Arrangement { laid: laid.chain(self.followers(&package.manifest.name, &after)).collect(), leaving }
    }

    /// Those that bring less without it.
    pub fn leaving(&self, name: &str) -> Arrangement {
        let mut after = self.versions.clone();
        after.remove(name);
        Arrangement { laid: self.followers(name, &after), leaving: BTreeSet::from([name.to_owned()]) }
    }

    /// The packages in place of what is installed.
    pub fn replaced_by(&self, packages: &[Package]) -> Arrangement {
        let versions = packages.iter().map(|one| (one.manifest.name.clone(), one.manifest.version.clone()));
        let after: BTreeMap<String, Version> = versions.collect();
        let leaving = self.versions.keys().filter(|name| !after.contains_key(*name)).cloned().collect();
        Arrangement { laid: packages.iter().map(|package| self.laid(package, &after)).collect(), leaving }
    }

    /// The same with a package that has been laid.
    pub fn add(&mut self, package: &Package) {
        let name = &package.manifest.name;
        self.versions.insert(name.clone(), package.manifest.version.clone());
        self.kept.remove(name);
        if !package.parts.is_empty() {
            self.kept.insert(name.clone(), package.clone());
        }
    }

    /// Those of which parts come or go with the package of this name.
    fn followers(&self, name: &str, after: &BTreeMap<String, Version>) -> Vec<Laid> {
        let others = self.kept.values().filter(|one| one.manifest.name != name);
        let moved = others.filter(|one| one.taken(&self.versions) != one.taken(after));
        moved.map(|one| self.laid(one, after)).collect()
    }

    fn laid(&self, package: &Package, after: &BTreeMap<String, Version>) -> Laid {
        let known = self.kept.get(&package.manifest.name).map(|one| one.taken(&self.versions));
        let (before, now) = (known.unwrap_or_default(), package.taken(after));
        let only = |these: &[&str], others: &[&str]| -> Vec<String> {
            these.iter().filter(|name| !others.contains(name)).map(|name| (*name).to_owned()).collect()
        };
        let whole = package.whole(after);
        // Also what it has alone, and a part leaves out.
        let all: BTreeSet<Place> = &package.places() | &package.with_all_parts().places();
        let aside: BTreeSet<Place> = all.difference(&whole.places()).cloned().collect();
        let elsewhere = |kind: Kind, name: &str| aside.contains(&(kind, name.to_owned()));
        let layer = self.layers.get(&package.manifest.name);
        let (package, alone, misfits) = match layer.map(|layer| layer.over(&whole, &elsewhere)) {
            None => (whole, None, Vec::new()),
            Some(Ok(layered)) => (layered, Some(whole), Vec::new()),
            Some(Err(misfits)) => (whole, None, misfits),
        };
        Laid { came: only(&now, &before), went: only(&before, &now), aside, package, alone, misfits }
    }
}

impl Laid {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.package.manifest.name
    }

    /// The package with no other records and cases than those of parts that come.
    #[must_use]
    pub fn newcomers(&self) -> Package {
        let folders: Vec<String> = self.came.iter().map(|name| format!("with/{name}/")).collect();
        let comes = |path: &str| folders.iter().any(|folder| path.starts_with(folder));
        let data = self.package.data.iter().filter(|file: &&DataFile| comes(&file.path)).cloned().collect();
        let trials = self.package.trials.iter().filter(|trial| comes(&trial.path)).cloned().collect();
        Package { data, trials, ..self.package.clone() }
    }

    fn brings(&self, kind: Kind, name: &str) -> bool {
        self.package.changes.iter().any(|change| change.kind == kind && change.name == name)
    }
}

impl Arrangement {
    /// The definitions with everything that is laid, and without who leaves.
    ///
    /// # Errors
    /// As [`Definitions::with_package`].
    pub fn lay(
        &self,
        definitions: &Definitions,
        terms: Terms<'_>,
    ) -> Result<(Definitions, Vec<Merged>), Vec<Problem>> {
        let (mut next, mut merged) = (definitions.clone(), Vec::new());
        for laid in &self.laid {
            let (with, found) = self.lay_one(&next, laid, terms)?;
            next = with;
            merged.extend(found);
        }
        Ok((self.leave(next), merged))
    }

    /// The definitions with one of those that are laid.
    ///
    /// # Errors
    /// As [`Definitions::with_package`].
    pub fn lay_one(
        &self,
        definitions: &Definitions,
        laid: &Laid,
        Terms { take, archive }: Terms<'_>,
    ) -> Result<(Definitions, Vec<Merged>), Vec<Problem>> {
        let aside = |kind: Kind, name: &str| laid.aside.contains(&(kind, name.to_owned()));
        let gives_up = |owner: &str, kind: Kind, name: &str| {
            let own = self.laid.iter().find(|one| one.name() == owner);
            self.leaving.contains(owner) || own.is_some_and(|own| !own.brings(kind, name))
        };
        let layering = Layering { package: laid.name(), take, archive, aside: &aside, gives_up: &gives_up };
        let (mut next, merged) = definitions.with_package(&laid.package.changes, layering)?;
        if let Some(alone) = &laid.alone {
            next.note_beneath(&definitions.with_package(&alone.changes, layering)?.0, laid.name());
        }
        Ok((next, merged))
    }

    /// Where layers of a reseller do not fit what is laid.
    pub fn misfits(&self) -> Vec<Problem> {
        self.laid.iter().flat_map(|laid| laid.misfits.clone()).collect()
    }

    /// The definitions without who leaves.
    pub fn leave(&self, definitions: Definitions) -> Definitions {
        self.leaving.iter().fold(definitions, |next, name| next.without_package(name))
    }
}
