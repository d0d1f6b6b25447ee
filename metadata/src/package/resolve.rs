//! Which packages go together: a package with what it requires, in the versions that all of them can live with, in the
//! order of installing. Depth first, newest first; when nothing fits, the reasons.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};

use super::{Manifest, Package};
use crate::problem::Problem;

/// Packages chosen by name.
type Chosen<'p> = BTreeMap<&'p str, &'p Package>;

/// A requirement: whose, of which package, which versions.
type Required<'p> = (&'p str, &'p str, &'p VersionReq);

/// The package after what it requires and what is not installed in a version that will do. `library` is what else
/// there is to choose from, several versions of a package among it.
///
/// # Errors
/// Why no choice fits.
pub fn resolve(
    wanted: &Package,
    library: &[Package],
    installed: &BTreeMap<String, Manifest>,
) -> Result<Vec<Package>, Vec<Problem>> {
    let mut search = Search { library, installed, reasons: Vec::new() };
    let chosen = Chosen::from([(wanted.manifest.name.as_str(), wanted)]);
    let open = requirements(wanted);
    let Some(chosen) = search.solve(chosen, open) else { return Err(search.reasons) };
    let mut order = Vec::new();
    chosen.values().for_each(|package| place(package, &chosen, &mut Vec::new(), &mut order));
    Ok(order.into_iter().cloned().collect())
}

fn requirements(package: &Package) -> Vec<Required<'_>> {
    let whose = package.manifest.name.as_str();
    package.manifest.requires.iter().map(|(name, range)| (whose, name.as_str(), range)).collect()
}

struct Search<'p> {
    library: &'p [Package],
    installed: &'p BTreeMap<String, Manifest>,
    /// Of the attempt that came furthest last.
    reasons: Vec<Problem>,
}

impl<'p> Search<'p> {
    fn solve(&mut self, chosen: Chosen<'p>, mut open: Vec<Required<'p>>) -> Option<Chosen<'p>> {
        let Some((whose, name, range)) = open.pop() else { return self.accepted(chosen) };
        if let Some(package) = chosen.get(name) {
            let version = &package.manifest.version;
            if range.matches(version) {
                return self.solve(chosen, open);
            }
            return self.refuse(
                name,
                "wrong-version",
                format!("`{whose}` needs `{name}` {range}; chosen is {version}"),
            );
        }
        if self.installed.get(name).is_some_and(|known| range.matches(&known.version)) {
            return self.solve(chosen, open);
        }
        let mut candidates: Vec<&'p Package> =
            self.library.iter().filter(|one| one.manifest.name == name).collect();
        candidates.sort_by(|a, b| b.manifest.version.cmp(&a.manifest.version));
        let fitting: Vec<&'p Package> =
            candidates.iter().filter(|one| range.matches(&one.manifest.version)).copied().collect();
        if fitting.is_empty() {
            return self.missing((whose, name, range), &candidates);
        }
        fitting.into_iter().find_map(|package| {
            let mut chosen = chosen.clone();
            chosen.insert(name, package);
            let open = open.iter().copied().chain(requirements(package)).collect();
            self.solve(chosen, open)
        })
    }

    /// What stays installed must go on fitting.
    fn accepted(&mut self, chosen: Chosen<'p>) -> Option<Chosen<'p>> {
        let staying = self.installed.values().filter(|one| !chosen.contains_key(one.name.as_str()));
        for one in staying {
            for (name, range) in &one.requires {
                let Some(package) = chosen.get(name.as_str()) else { continue };
                let version = &package.manifest.version;
                if !range.matches(version) {
                    let text = format!(
                        "the installed `{}` {} needs `{name}` {range}; this is {version}",
                        one.name, one.version
                    );
                    return self.refuse(name, "wrong-version", text);
                }
            }
        }
        Some(chosen)
    }

    fn missing(&mut self, (whose, name, range): Required<'p>, candidates: &[&Package]) -> Option<Chosen<'p>> {
        let known: Vec<String> = candidates.iter().map(|one| one.manifest.version.to_string()).collect();
        let installed = self.installed.get(name).map(|one: &Manifest| -> &Version { &one.version });
        let there = match (installed, known.is_empty()) {
            (Some(version), true) => format!("installed is {version}, and there is no other"),
            (Some(version), false) => format!("installed is {version}, to be had are {}", known.join(", ")),
            (None, true) => "there is no such package here".to_owned(),
            (None, false) => format!("to be had are {}", known.join(", ")),
        };
        let code = if installed.is_some() || !known.is_empty() { "wrong-version" } else { "missing-package" };
        self.refuse(name, code, format!("`{whose}` needs `{name}` {range}; {there}"))
    }

    fn refuse(&mut self, name: &str, code: &str, text: String) -> Option<Chosen<'p>> {
        let problem = Problem::new(format!("requires.{name}"), code, text);
        if !self.reasons.contains(&problem) {
            self.reasons.push(problem);
        }
        None
    }
}

/// What is required stands before who requires it; a circle is cut where it closes.
fn place<'p>(
    package: &'p Package,
    chosen: &Chosen<'p>,
    above: &mut Vec<&'p str>,
    order: &mut Vec<&'p Package>,
) {
    let name = package.manifest.name.as_str();
    if above.contains(&name) || order.iter().any(|one| one.manifest.name == name) {
        return;
    }
    above.push(name);
    package
        .manifest
        .requires
        .keys()
        .filter_map(|name| chosen.get(name.as_str()))
        .for_each(|one| place(one, chosen, above, order));
    above.pop();
    order.push(package);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, version: &str, requires: &[(&str, &str)]) -> Package {
        let requires: serde_json::Map<String, serde_json::Value> =
            requires.iter().map(|(name, range)| ((*name).to_owned(), (*range).into())).collect();
        let manifest =
            serde_json::json!({"name": name, "version": version, "label": name, "requires": requires});
        let manifest = serde_json::from_value(manifest).unwrap();
        Package { manifest, changes: Vec::new(), data: Vec::new(), trials: Vec::new(), readme: None }
    }

    fn names(found: Result<Vec<Package>, Vec<Problem>>) -> Vec<String> {
        found
            .unwrap()
            .into_iter()
            .map(|one| format!("{} {}", one.manifest.name, one.manifest.version))
            .collect()
    }

    fn installed(packages: &[Package]) -> BTreeMap<String, Manifest> {
        packages.iter().map(|one| (one.manifest.name.clone(), one.manifest.clone())).collect()
    }

    #[test]
    fn requirements_come_first_once_and_in_the_newest_version_that_fits() {
        let library = [
            package("accounts", "1.0.0", &[]),
            package("accounts", "1.2.0", &[]),
            package("accounts", "2.0.0", &[]),
            package("leads", "1.0.0", &[("accounts", "^1.0")]),
        ];
        let deals = package("deals", "1.0.0", &[("accounts", "^1.1"), ("leads", "^1")]);
        let none = BTreeMap::new();
        assert_eq!(names(resolve(&deals, &library, &none)), ["accounts 1.2.0", "leads 1.0.0", "deals 1.0.0"]);
        let there = installed(&library[1..2]);
        assert_eq!(names(resolve(&deals, &library, &there)), ["leads 1.0.0", "deals 1.0.0"]);
        let old = installed(&library[..1]);
        assert_eq!(names(resolve(&deals, &library, &old)), ["accounts 1.2.0", "leads 1.0.0", "deals 1.0.0"]);
    }

    #[test]
    fn an_older_one_is_taken_when_the_newest_does_not_go_with_the_rest() {
        let library = [
            package("base", "1.0.0", &[]),
            package("base", "2.0.0", &[]),
            package("extra", "2.0.0", &[("base", "^2")]),
            package("extra", "1.0.0", &[("base", "^1")]),
        ];
        let app = package("app", "1.0.0", &[("base", "^1"), ("extra", "*")]);
        assert_eq!(
            names(resolve(&app, &library, &BTreeMap::new())),
            ["base 1.0.0", "extra 1.0.0", "app 1.0.0"]
        );
    }

    #[test]
    fn failing_says_why() {
        let why = |found: Result<Vec<Package>, Vec<Problem>>| found.unwrap_err()[0].message.clone();
        let app = package("app", "1.0.0", &[("base", "^3")]);
        let library = [package("base", "1.0.0", &[])];
        assert_eq!(
            why(resolve(&app, &library, &BTreeMap::new())),
            "`app` needs `base` ^3; to be had are 1.0.0"
        );
        assert_eq!(
            why(resolve(&app, &[], &BTreeMap::new())),
            "`app` needs `base` ^3; there is no such package here"
        );
        let there = installed(&[package("app", "1.0.0", &[]), package("user", "1.0.0", &[("app", "^1")])]);
        let next = package("app", "2.0.0", &[]);
        assert_eq!(
            why(resolve(&next, &[], &there)),
            "the installed `user` 1.0.0 needs `app` ^1; this is 2.0.0"
        );
    }

    #[test]
    fn a_circle_ends() {
        let library = [package("a", "1.0.0", &[("b", "*")]), package("b", "1.0.0", &[("a", "*")])];
        assert_eq!(names(resolve(&library[0], &library, &BTreeMap::new())), ["b 1.0.0", "a 1.0.0"]);
    }
}
