//! The packages that come with Trellis, to be installed by name. What is installed where is the engine's business.

use std::collections::BTreeMap;

use engine::packages::Installed;
use metadata::package::Package;

/// All of them, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Library {
    packages: Vec<Package>,
}

impl Library {
    /// A library of packages, listed by name.
    pub fn new(mut packages: Vec<Package>) -> Self {
        packages.sort_by(|a, b| a.manifest.name.cmp(&b.manifest.name));
        Self { packages }
    }

    /// All packages by name.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The package called `name`.
    pub fn find(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.manifest.name == name)
    }

    /// A package after those that it requires and that are not installed yet. What the library does not have is
    /// left out; installing then tells what is missing.
    pub fn with_requirements(
        &self,
        package: &Package,
        installed: &BTreeMap<String, Installed>,
    ) -> Vec<Package> {
        let mut chosen = Vec::new();
        self.choose(package, installed, &mut chosen);
        chosen
    }

    fn choose(&self, package: &Package, installed: &BTreeMap<String, Installed>, chosen: &mut Vec<Package>) {
        let known = |name: &String, chosen: &[Package]| {
            installed.contains_key(name) || chosen.iter().any(|one| one.manifest.name == *name)
        };
        for name in package.manifest.requires.keys() {
            if let Some(required) =
                self.find(name).filter(|_| !known(name, chosen) && *name != package.manifest.name)
            {
                self.choose(required, installed, chosen);
            }
        }
        if !chosen.iter().any(|one| one.manifest.name == package.manifest.name) {
            chosen.push(package.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, requires: &[&str]) -> Package {
        let requires: serde_json::Map<String, serde_json::Value> =
            requires.iter().map(|name| ((*name).to_owned(), "^1".into())).collect();
        let manifest =
            serde_json::json!({"name": name, "version": "1.0.0", "label": name, "requires": requires});
        Package {
            manifest: serde_json::from_value(manifest).unwrap(),
            changes: Vec::new(),
            data: Vec::new(),
            readme: None,
        }
    }

    #[test]
    fn requirements_come_first_and_once() {
        let library = Library::new(vec![
            package("deals", &["accounts", "leads"]),
            package("leads", &["accounts"]),
            package("accounts", &[]),
        ]);
        let deals = library.find("deals").unwrap();
        let names = |installed: &BTreeMap<String, Installed>| -> Vec<String> {
            library.with_requirements(deals, installed).into_iter().map(|one| one.manifest.name).collect()
        };
        assert_eq!(names(&BTreeMap::new()), ["accounts", "leads", "deals"]);
        let accounts = Installed {
            manifest: package("accounts", &[]).manifest,
            installed_at: chrono::DateTime::UNIX_EPOCH,
        };
        assert_eq!(names(&BTreeMap::from([("accounts".into(), accounts)])), ["leads", "deals"]);
    }
}
