//! The packages that come with Trellis, to be installed by name. What is installed where is the engine's business.

use std::collections::BTreeMap;

use engine::packages::Installed;
use metadata::Problem;
use metadata::package::{Package, VersionReq, resolve};

/// All of them, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Library {
    packages: Vec<Package>,
}

impl Library {
    /// A library of packages, listed by name, newest first.
    pub fn new(mut packages: Vec<Package>) -> Self {
        packages.sort_by(|a, b| {
            let (a, b) = (&a.manifest, &b.manifest);
            a.name.cmp(&b.name).then(b.version.cmp(&a.version))
        });
        Self { packages }
    }

    /// All packages by name.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The newest version of the package called `name`.
    pub fn find(&self, name: &str) -> Option<&Package> {
        self.matching(name, &VersionReq::STAR).or_else(|| self.versions(name).next())
    }

    /// The newest version of a package that will do.
    pub fn matching(&self, name: &str, range: &VersionReq) -> Option<&Package> {
        self.versions(name).find(|package| range.matches(&package.manifest.version))
    }

    /// All versions of a package, newest first.
    pub fn versions(&self, name: &str) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(move |package| package.manifest.name == name)
    }

    /// A package after those that it requires and that are not installed yet in a version that will do.
    ///
    /// # Errors
    /// Why nothing here goes with what is installed.
    pub fn with_requirements(
        &self,
        package: &Package,
        installed: &BTreeMap<String, Installed>,
    ) -> Result<Vec<Package>, Vec<Problem>> {
        let known = installed.iter().map(|(name, one)| (name.clone(), one.manifest.clone())).collect();
        resolve(package, &self.packages, &known)
    }
}
