//! The packages that come with Trellis, to be installed by name. What is installed where is the engine's business.

use std::collections::BTreeMap;

use engine::audit::chain::Hex;
use engine::packages::Installed;
use metadata::Problem;
use metadata::package::{Package, Version, VersionReq, resolve};

/// All of them, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Library {
    packages: Vec<Package>,
    /// Who has signed which version; what is built in nobody has.
    signers: Signers,
    /// Whether what somebody has signed is here only as long as that one is trusted.
    checked: bool,
    /// Whether there is a registry of which nothing could be read.
    is_partial: bool,
}

/// Keys of publishers by the name and version of what they have signed.
pub type Signers = BTreeMap<(String, Version), Hex>;

impl Library {
    /// A library of packages, listed by name, newest first.
    pub fn new(mut packages: Vec<Package>) -> Self {
        packages.sort_by(|a, b| {
            let (a, b) = (&a.manifest, &b.manifest);
            a.name.cmp(&b.name).then(b.version.cmp(&a.version))
        });
        Self { packages, signers: Signers::new(), ..Self::default() }
    }

    /// The same with who has signed what; `checked` where that counts.
    #[must_use]
    pub fn signed(self, signers: Signers, checked: bool) -> Self {
        Self { signers, checked, ..self }
    }

    /// The same where more should be here, and its registry could not be read.
    #[must_use]
    pub fn partial(self) -> Self {
        Self { is_partial: true, ..self }
    }

    /// Whether what is not here may be in a registry that could not be read.
    pub fn is_partial(&self) -> bool {
        self.is_partial
    }

    /// Whether it depends on whom one trusts.
    pub fn is_checked(&self) -> bool {
        self.checked && !self.signers.is_empty()
    }

    /// Whether only those are believed whom one trusts, wherever their packages come from.
    pub fn is_choosy(&self) -> bool {
        self.checked
    }

    /// Without what others have signed than those that are trusted now; nothing where that is all of it.
    pub fn without_others_than(&self, trusted: &[Hex]) -> Option<Self> {
        let is_trusted = |one: &&Package| self.signer(one).is_none_or(|key| trusted.contains(key));
        let kept: Vec<Package> = self.packages.iter().filter(is_trusted).cloned().collect();
        (kept.len() < self.packages.len()).then(|| Self { packages: kept, ..self.clone() })
    }

    /// Who has signed a package of this library.
    pub fn signer(&self, package: &Package) -> Option<&Hex> {
        self.signers.get(&(package.manifest.name.clone(), package.manifest.version.clone()))
    }

    /// Who has signed which of these packages of this library, by name.
    pub fn signers(&self, packages: &[Package]) -> BTreeMap<String, Hex> {
        let signed = |one: &Package| Some((one.manifest.name.clone(), self.signer(one)?.clone()));
        packages.iter().filter_map(signed).collect()
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
        let is_others = |one: &Package| {
            let there = installed.get(&one.manifest.name);
            there.is_some_and(|there| there.signer.as_ref() != self.signer(one))
        };
        resolve(package, &self.packages, (&known, &is_others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_stays_as_long_as_its_publisher_is_trusted() {
        let package = |name: &str, version: &str| {
            let manifest = serde_json::json!({ "name": name, "version": version, "label": name });
            let files = vec![("manifest.json".to_owned(), manifest.to_string().into_bytes())];
            Package::from_files(files.into_iter()).unwrap()
        };
        let key = |byte: u8| Hex(vec![byte; 32]);
        let own = |name: &str, byte: u8| ((name.to_owned(), Version::new(1, 0, 0)), key(byte));
        let all = vec![package("accounts", "1.0.0"), package("fleet", "1.0.0"), package("trips", "1.0.0")];
        let signers = || Signers::from([own("fleet", 1), own("trips", 2)]);
        let library = Library::new(all.clone()).signed(signers(), true);
        assert!(library.is_checked() && !Library::new(all.clone()).signed(signers(), false).is_checked());
        assert!(library.without_others_than(&[key(1), key(2)]).is_none());
        let names = |trusted: &[Hex]| -> Vec<String> {
            let left = library.without_others_than(trusted).unwrap();
            left.packages().iter().map(|one| one.manifest.name.clone()).collect()
        };
        assert_eq!(names(&[key(2)]), ["accounts", "trips"]);
        assert_eq!(names(&[]), ["accounts"]);
        assert_eq!(
            library.signers(&all),
            BTreeMap::from([("fleet".into(), key(1)), ("trips".into(), key(2))])
        );
    }
}
