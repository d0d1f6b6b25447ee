//! The standard packages, read from their folders: they define a catalog without problems, what the
//! metadata API answers can be put back, and their records fit.
#![allow(clippy::unwrap_used, reason = "a broken package should stop its test")]

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use metadata::definitions::Kind;
use metadata::definitions::layering::Layering;
use metadata::package::{Package, missing_requirements};
use metadata::{Catalog, Change, DdlPlan, Definitions, Version, diff};
use serde_json::Value as Json;

const IN_ORDER: [&str; 4] = ["accounts", "leads", "deals", "tasks"];

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn read(name: &str) -> Package {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages").join(name);
    Package::from_files(files(&folder).into_iter()).unwrap()
}

fn installed() -> (Vec<Package>, Definitions) {
    let packages: Vec<Package> = IN_ORDER.iter().map(|name| read(name).with_all_parts()).collect();
    let mut definitions = Definitions::initial();
    for package in &packages {
        definitions = definitions.with_changes(&package.changes, Some(&package.manifest.name)).unwrap();
        Catalog::resolve(&definitions).unwrap();
    }
    (packages, definitions)
}

#[test]
fn they_install_in_order_and_their_records_fit() {
    let (packages, definitions) = installed();
    let catalog = Catalog::resolve(&definitions).unwrap();
    let now = DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc();
    let mut known = HashSet::new();
    let mut versions = BTreeMap::new();
    for package in &packages {
        assert_eq!(
            missing_requirements(&package.manifest, &versions),
            Vec::new(),
            "{}",
            package.manifest.name
        );
        assert_eq!(package.check_data(&catalog, &known, now), Vec::new(), "{}", package.manifest.name);
        let records = package.data.iter().flat_map(|file| &file.records);
        known.extend(records.map(|record| record.reference.clone()));
        versions.insert(package.manifest.name.clone(), package.manifest.version.clone());
    }
    let plan =
        DdlPlan::new("t", &diff(None, Version { definitions: &definitions, catalog: &catalog })).unwrap();
    assert!(plan.steps.iter().all(|step| !step.rewrite));
}

#[test]
fn what_is_answered_can_be_put_back() {
    let (_, definitions) = installed();
    let catalog = Catalog::resolve(&definitions).unwrap();
    for kind in [Kind::Objects, Kind::OptionSets, Kind::ListViews, Kind::Layouts] {
        for name in catalog.component_names(kind).into_iter().filter(|name| name != "user") {
            let answered = catalog.component_json(kind, &name).unwrap();
            let change = Change { kind, name: name.clone(), definition: Some(answered.clone()) };
            let next = definitions.with_changes(&[change], None).unwrap_or_else(|p| panic!("{name}: {p:?}"));
            let after = Catalog::resolve(&next).unwrap();
            assert_eq!(after.component_json(kind, &name), Some(answered), "{name}");
            let old = Version { definitions: &definitions, catalog: &catalog };
            let found = diff(Some(old), Version { definitions: &next, catalog: &after });
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

/// What a definition says of itself and of its fields.
fn helps(definition: &Json) -> impl Iterator<Item = &str> {
    let fields = definition["fields"].as_array().into_iter().flatten();
    let all = std::iter::once(definition).chain(fields);
    all.flat_map(|one| [&one["help"], &one["description"]]).filter_map(Json::as_str)
}

#[test]
fn what_they_explain_in_english_they_explain_in_german() {
    let mut count = 0;
    for name in IN_ORDER {
        let package = read(name).with_all_parts();
        let (texts, others): (Vec<&Change>, Vec<&Change>) =
            package.changes.iter().partition(|change| change.kind == Kind::Translations);
        let german =
            texts.iter().filter_map(|change| change.definition.as_ref()).find(|one| one["locale"] == "de");
        let german = german.unwrap_or_else(|| panic!("{name} speaks no German"));
        let all: Vec<&str> =
            others.iter().filter_map(|change| change.definition.as_ref()).flat_map(helps).collect();
        count += all.len();
        let missing: Vec<_> = all.iter().filter(|text| !german["texts"][**text].is_string()).collect();
        assert!(missing.is_empty(), "{name} has no German of {missing:#?}");
    }
    assert!(count > 90, "{count} texts are not all of them");
}

#[test]
fn what_a_package_brought_can_be_taken_away() {
    let (packages, definitions) = installed();
    let without = definitions.without_package("tasks");
    let catalog = Catalog::resolve(&without).unwrap();
    assert!(catalog.find_object("task").is_none() && catalog.find_object("deal").is_some());

    let problems = Catalog::resolve(&definitions.without_package("accounts")).unwrap_err();
    assert!(problems.iter().any(|problem| problem.path == "objects.deal.fields.account.to"), "{problems:?}");

    let (again, merged) = definitions.with_package(&packages[3].changes, Layering::of("tasks")).unwrap();
    assert_eq!(again, definitions, "an upgrade to the same version changes nothing");
    assert_eq!(merged, []);
    let (back, _) = without.with_package(&packages[3].changes, Layering::of("tasks")).unwrap();
    assert_eq!(back, definitions, "what comes back is what went");
}

#[test]
fn problems_of_all_files_come_at_once() {
    let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec());
    let broken = [
        file("manifest.json", r#"{"name": "Fleet", "version": "1.0.0", "label": "Fleet"}"#),
        file("object/car.json", "{}"),
        file("objects/car.json", r#"{"name": "van", "plural": "cars"}"#),
        file("objects/bus.json", "{"),
        file(
            "data/10-car.json",
            r#"{"object": "car", "kind": "sample", "records": [{"ref": "a b", "data": {}}]}"#,
        ),
        file("notes.txt", "?"),
    ];
    let problems = Package::from_files(broken.into_iter()).unwrap_err();
    let mut found: Vec<String> = problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect();
    found.sort();
    let expected = [
        "data/10-car.json.records.0.ref bad-ref",
        "manifest.json.name bad-name",
        "notes.txt unknown-file",
        "object/car.json unknown-folder",
        "objects/bus.json bad-json",
        "objects/car.json.name wrong-name",
    ];
    assert_eq!(found, expected);
}

#[test]
fn each_is_tried_without_a_tenant() {
    let packages: Vec<Package> = IN_ORDER.iter().map(|name| read(name)).collect();
    let now = DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc();
    for package in &packages {
        let name = &package.manifest.name;
        let others: Vec<Package> =
            packages.iter().filter(|one| one.manifest.name != *name).cloned().collect();
        let validated =
            package.validate(&others, now).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
        assert_eq!(validated.packages.last().map(|one| &one.manifest.name), Some(name));
        assert_eq!(
            package.lint().iter().filter(|problem| problem.code != "system-permission").count(),
            0,
            "{name}: {:?}",
            package.lint()
        );
    }
    let mut broken = packages[3].clone();
    let task = broken.changes.iter_mut().find(|change| change.name == "task").unwrap();
    task.definition.as_mut().unwrap()["fields"][0]["kind"] = "txt".into();
    assert!(!broken.validate(&packages, now).unwrap_err().is_empty());
    assert!(
        packages[2].validate(&[], now).unwrap_err().iter().any(|problem| problem.code == "missing-package")
    );
}

#[test]
fn a_new_version_says_what_it_breaks() {
    let accounts = read("accounts");
    let now = DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc();
    let old = accounts.validate(&[], now).unwrap().definitions;
    let mut next = accounts.clone();
    next.manifest.version = "1.2.0".parse().unwrap();
    next.data.clear();
    next.changes.retain(|change| change.name != "account.mine");
    let account = next.changes.iter_mut().find(|change| change.name == "account").unwrap();
    let fields = account.definition.as_mut().unwrap()["fields"].as_array_mut().unwrap();
    let text = fields.iter_mut().find(|field| field["kind"] == "text").unwrap();
    text["max_length"] = 3.into();
    let name = text["name"].as_str().unwrap().to_owned();
    let new = next.validate(&[], now).unwrap().definitions;
    let found: Vec<String> =
        next.lint_against(&accounts, (&old, &new)).into_iter().map(|one| one.path).collect();
    assert_eq!(found, [format!("fields.account.{name}.max_length")]);
    next.manifest.version = "2.0.0".parse().unwrap();
    assert_eq!(next.lint_against(&accounts, (&old, &new)), []);
    assert_eq!(accounts.lint_against(&accounts, (&old, &old))[0].code, "not-newer");
}
