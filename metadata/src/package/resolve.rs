//! Which packages go together: a package with what it requires, in the versions that all of them can live with, in the
//! order of installing. Depth first, newest first; when nothing fits, the reasons.

use std::collections::{BTreeMap, BTreeSet};

use semver::{Version, VersionReq};

use super::{Manifest, Package};
use crate::problem::Problem;

/// Packages chosen by name.
type Chosen<'p> = BTreeMap<&'p str, &'p Package>;

/// A requirement: whose, of which package, which versions.
type Required<'p> = (&'p str, &'p str, &'p VersionReq);

/// What is installed, and which packages of a library are somebody else's than that.
type Installed<'a> = (&'a BTreeMap<String, Manifest>, &'a dyn Fn(&Package) -> bool);

/// The package after what it requires and what is not installed in a version that will do. `library` is what else
/// there is to choose from, several versions of a package among it; `is_others` says which of them are somebody else's than
/// what is installed under the name. Those are refused when they are installed, so none comes for the sake of a part.
///
/// # Errors
/// Why no choice fits.
pub fn resolve(
    wanted: &Package,
    library: &[Package],
    (installed, is_others): Installed<'_>,
) -> Result<Vec<Package>, Vec<Problem>> {
    // What is installed, and too old for what the package brings beside it, comes along as long as that goes.
    let too_old = |name: &str, range: &VersionReq| {
        let there = installed.get(name).map(|one| &one.version).filter(|there| !range.matches(there));
        let newer = |there: &Version, one: &Package| {
            one.manifest.name == name && one.manifest.version > *there && range.matches(&one.manifest.version)
        };
        there.is_some_and(|there| library.iter().any(|one| newer(there, one) && !is_others(one)))
    };
    let optional = wanted.manifest.optional.iter().filter(|(name, range)| too_old(name, range));
    let beside: Vec<&str> = optional.map(|(name, _)| name.as_str()).collect();
    let with = (!beside.is_empty()).then(|| {
        let own: Vec<Package> = library.iter().filter(|one| !is_others(one)).cloned().collect();
        resolve_beside(wanted, &beside, &own, installed)
    });
    match with {
        Some(Ok(packages)) => Ok(packages),
        _ => resolve_beside(wanted, &[], library, installed),
    }
}

/// The same beside these of the packages that are optional for it.
///
/// # Errors
/// Why no choice fits.
pub(super) fn resolve_beside(
    wanted: &Package,
    beside: &[&str],
    library: &[Package],
    installed: &BTreeMap<String, Manifest>,
) -> Result<Vec<Package>, Vec<Problem>> {
    let mut search = Search { library, installed, reasons: Vec::new() };
    let whose = wanted.manifest.name.as_str();
    let chosen = Chosen::from([(whose, wanted)]);
    let optional = wanted.manifest.optional.iter().filter(|(name, _)| beside.contains(&name.as_str()));
    let optional = optional.map(|(name, range)| (whose, name.as_str(), range));
    let open = requirements(wanted).into_iter().chain(optional).collect();
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
        let mut fitting: Vec<&'p Package> =
            candidates.iter().filter(|one| range.matches(&one.manifest.version)).copied().collect();
        // Newest first; before them the newest of those beside which others bring all that they have.
        fitting.sort_by_key(|one| !self.suits_optionally(name, &one.manifest.version, &chosen));
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

    /// Whether a version is one that everybody for whom the package is optional goes with.
    fn suits_optionally(&self, name: &str, version: &Version, chosen: &Chosen<'p>) -> bool {
        let staying = self.installed.values().filter(|one| !chosen.contains_key(one.name.as_str()));
        let mut all = chosen.values().map(|one| &one.manifest).chain(staying);
        all.all(|one| one.optional.get(name).is_none_or(|range| range.matches(version)))
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

/// What is required stands before who requires it, and so does what is optional where that is possible; a circle is cut
/// where it closes.
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
    let Manifest { requires, optional, .. } = &package.manifest;
    let required = requires.keys().filter_map(|name| chosen.get(name.as_str()));
    let free = |one: &&&Package| !above_needs(one, chosen, above);
    let beside: Vec<_> = optional.keys().filter_map(|name| chosen.get(name.as_str())).filter(free).collect();
    required.chain(beside).for_each(|one| place(one, chosen, above, order));
    above.pop();
    order.push(package);
}

/// Whether a package requires one of those that wait for their place.
fn above_needs(package: &Package, chosen: &Chosen<'_>, above: &[&str]) -> bool {
    let (mut open, mut seen) = (vec![package], BTreeSet::new());
    while let Some(one) = open.pop() {
        for name in one.manifest.requires.keys() {
            if above.contains(&name.as_str()) {
                return true;
            }
            if seen.insert(name.as_str()) {
                open.extend(chosen.get(name.as_str()).copied());
            }
        }
    }
    false
}

/// Packages behind those that they require, and as far as that goes behind those that are optional for them.
pub(crate) fn in_order(packages: Vec<Package>) -> Vec<Package> {
    let chosen: Chosen<'_> = packages.iter().map(|one| (one.manifest.name.as_str(), one)).collect();
    let mut order = Vec::new();
    packages.iter().for_each(|package| place(package, &chosen, &mut Vec::new(), &mut order));
    order.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything is of one publisher.
    fn resolve(
        wanted: &Package,
        library: &[Package],
        installed: &BTreeMap<String, Manifest>,
    ) -> Result<Vec<Package>, Vec<Problem>> {
        super::resolve(wanted, library, (installed, &|_| false))
    }

    fn package(name: &str, version: &str, requires: &[(&str, &str)]) -> Package {
        let requires: serde_json::Map<String, serde_json::Value> =
            requires.iter().map(|(name, range)| ((*name).to_owned(), (*range).into())).collect();
        let manifest =
            serde_json::json!({"name": name, "version": version, "label": name, "requires": requires});
        let manifest = serde_json::from_value(manifest).unwrap();
        let parts = BTreeMap::new();
        Package { manifest, changes: Vec::new(), data: Vec::new(), trials: Vec::new(), parts, readme: None }
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
    fn what_is_optional_is_not_brought_along_and_chosen_so_that_it_fits() {
        let beside = |package: Package, name: &str, range: &str| {
            let optional = BTreeMap::from([(name.to_owned(), range.parse().unwrap())]);
            Package { manifest: Manifest { optional, ..package.manifest }, ..package }
        };
        let tasks = beside(package("tasks", "1.0.0", &[("base", "*")]), "deals", "^1");
        let library = [
            package("base", "1.0.0", &[]),
            package("deals", "1.0.0", &[("base", "*")]),
            package("deals", "2.0.0", &[("base", "*")]),
        ];
        let none = BTreeMap::new();
        assert_eq!(names(resolve(&tasks, &library, &none)), ["base 1.0.0", "tasks 1.0.0"]);
        let all = ["base 1.0.0", "deals 1.0.0", "tasks 1.0.0"];
        assert_eq!(names(resolve_beside(&tasks, &["deals"], &library, &none)), all);
        // Who asks for any of them gets the one that goes with the rest.
        let report = package("report", "1.0.0", &[("deals", "*")]);
        let there = installed(&[tasks, library[0].clone()]);
        assert_eq!(names(resolve(&report, &library, &there)), ["deals 1.0.0", "report 1.0.0"]);
    }

    #[test]
    fn what_is_optional_and_too_old_comes_along_if_it_can() {
        let optional = BTreeMap::from([("leads".to_owned(), "^1.1".parse().unwrap())]);
        let deals = package("deals", "1.2.0", &[]);
        let deals = Package { manifest: Manifest { optional, ..deals.manifest }, ..deals };
        let library = [package("leads", "1.2.0", &[]), package("leads", "2.0.0", &[])];
        let there = |version: &str| installed(&[package("leads", version, &[])]);
        assert_eq!(names(resolve(&deals, &library, &there("1.0.0"))), ["leads 1.2.0", "deals 1.2.0"]);
        assert_eq!(names(resolve(&deals, &library, &there("1.1.0"))), ["deals 1.2.0"]);
        assert_eq!(names(resolve(&deals, &library, &there("3.0.0"))), ["deals 1.2.0"]);
        let mut held = there("1.0.0");
        held.extend(installed(&[package("old", "1.0.0", &[("leads", "=1.0.0")])]));
        assert_eq!(names(resolve(&deals, &library, &held)), ["deals 1.2.0"]);
    }

    #[test]
    fn what_is_optional_and_somebody_elses_is_left_as_it_is() {
        let optional = BTreeMap::from([("leads".to_owned(), "^1.1".parse().unwrap())]);
        let deals = package("deals", "1.2.0", &[]);
        let deals = Package { manifest: Manifest { optional, ..deals.manifest }, ..deals };
        let base = package("base", "2.0.0", &[]);
        let library = [package("leads", "1.1.0", &[("base", "^2")]), package("leads", "1.2.0", &[]), base];
        let there = installed(&[package("leads", "1.0.0", &[]), package("base", "1.0.0", &[])]);
        let come = |others: &[&str]| {
            let is_others = |one: &Package| {
                others.contains(&format!("{} {}", one.manifest.name, one.manifest.version).as_str())
            };
            names(super::resolve(&deals, &library, (&there, &is_others)))
        };
        assert_eq!(come(&[]), ["leads 1.2.0", "deals 1.2.0"]);
        assert_eq!(come(&["leads 1.1.0", "leads 1.2.0"]), ["deals 1.2.0"]);
        assert_eq!(come(&["leads 1.2.0"]), ["base 2.0.0", "leads 1.1.0", "deals 1.2.0"]);
        // What it would need is somebody else's as well.
        assert_eq!(come(&["leads 1.2.0", "base 2.0.0"]), ["deals 1.2.0"]);
    }

    #[test]
    fn what_is_optional_stands_before_unless_it_needs_the_other() {
        let beside = |package: Package, name: &str| {
            let optional = BTreeMap::from([(name.to_owned(), "*".parse().unwrap())]);
            Package { manifest: Manifest { optional, ..package.manifest }, ..package }
        };
        let order = |packages: Vec<Package>| -> Vec<String> {
            in_order(packages).into_iter().map(|one| one.manifest.name).collect()
        };
        let (a, b) = (package("a", "1.0.0", &[]), package("b", "1.0.0", &[]));
        assert_eq!(order(vec![beside(a.clone(), "b"), b]), ["b", "a"]);
        assert_eq!(order(vec![beside(a, "b"), package("b", "1.0.0", &[("a", "*")])]), ["a", "b"]);
    }

    #[test]
    fn a_circle_ends() {
        let library = [package("a", "1.0.0", &[("b", "*")]), package("b", "1.0.0", &[("a", "*")])];
        assert_eq!(names(resolve(&library[0], &library, &BTreeMap::new())), ["b 1.0.0", "a 1.0.0"]);
    }
}
