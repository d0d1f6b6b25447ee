//! A tenant's metadata as files, one a component, and back: `objects/car.json` (without its fields),
//! `fields/car.price.json`, `list-views/car.all.json` … What a package brought stands below `packages/NAME/`, as the
//! package's folder does, with what the reseller makes of it in `layer.json`; outside of it stands only what the tenant made of it: its definition in force, or
//! `{"removed": true}`. Keys are sorted, nothing in them depends on when or where. Stable ids are not in files: a
//! rename between two states of them is a removal and an addition, unless the new one says `renamed_from`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use crate::definitions::renaming::{self, Renaming};
use crate::definitions::{Change, Definitions, Kind, Row};
use crate::layers::{Base, Merged, ResellerLayer};
use crate::package::{Company, Laid, Manifest, Package, Terms, in_order, missing_requirements};
use crate::problem::Problem;

mod hints;

/// What a reseller makes of a package, in its folder.
const LAYER: &str = "layer.json";

/// Content by path.
pub type Files = BTreeMap<String, Json>;

/// A component by kind and name.
type Place = (Kind, String);

/// What files say.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub packages: Vec<Package>,
    components: BTreeMap<Place, Json>,
    /// What resellers make of the packages.
    pub layers: BTreeMap<String, ResellerLayer>,
    /// What of these was called otherwise.
    renamings: Vec<Renaming>,
}

impl Definitions {
    /// The files of these definitions; `packages` are the manifests of what is installed, as they stand in `company`.
    pub fn files(&self, packages: &BTreeMap<String, Manifest>, company: &Company) -> Files {
        let mut files: Files =
            self.components().into_iter().map(|((kind, name), json)| (path(kind, &name), json)).collect();
        for (name, manifest) in packages {
            files.insert(format!("packages/{name}/manifest.json"), json!(manifest));
            let kept = company.kept.get(name);
            let own = kept.map_or_else(|| self.package_files(name), Package::papers).into_iter();
            files.extend(own.map(|(path, json)| (format!("packages/{name}/{path}"), json)));
            let layer = company.layers.get(name).filter(|layer| !layer.is_empty());
            files.extend(layer.map(|layer| (format!("packages/{name}/{LAYER}"), json!(layer))));
        }
        files.into_iter().map(|(path, json)| (path, sorted(json))).collect()
    }

    /// The tenant's own layer: its components, and those of packages that it changed or removed.
    fn components(&self) -> BTreeMap<Place, Json> {
        let retired = self.objects.iter().filter(|one| one.object.retired).map(|one| one.object.id.as_str());
        let retired: BTreeSet<&str> = retired.collect();
        let gone = |row: &Row| row.parent.as_deref().is_some_and(|id| retired.contains(id));
        let mut found = BTreeMap::new();
        for row in self.rows().into_iter().filter(|row| !gone(row)) {
            let place = (row.kind, row.name.clone());
            match &row.base {
                None if row.retired => {}
                None => drop(found.insert(place, self.whole(&row))),
                Some(base) if base.withdrawn => {}
                Some(_) if row.retired => {
                    // Something else may have its name by now.
                    found.entry(place).or_insert_with(|| json!({ "removed": true }));
                }
                Some(base) => {
                    let whole = self.whole(&row);
                    if whole != base.definition {
                        found.insert(place, whole);
                    }
                }
            }
        }
        found
    }

    /// A definition; an object's with the order of all its fields.
    fn whole(&self, row: &Row) -> Json {
        self.spoken(&Row { base: None, ..row.clone() })
    }

    /// The definitions of an installed package, as files of its folder; without what its reseller makes of it.
    pub fn package_files(&self, package: &str) -> Files {
        let mut files = Files::new();
        let objects: BTreeMap<&str, &str> = self
            .objects
            .iter()
            .map(|one| (one.object.id.as_str(), one.object.definition.name.as_str()))
            .collect();
        // What an object holds that a version left out is archived with it.
        let archived = self.objects.iter().filter(|one| one.object.withdrawn());
        let archived: BTreeSet<&str> = archived.map(|one| one.object.id.as_str()).collect();
        let gone = |row: &Row| row.parent.as_deref().is_some_and(|id| archived.contains(id));
        let own = |row: &Row| row.package.as_deref() == Some(package) && !gone(row);
        let mut fields: BTreeMap<String, Json> = BTreeMap::new();
        for row in self.rows().into_iter().filter(own) {
            let Some(base) = row.base.filter(|base| !base.withdrawn) else { continue };
            let Base { definition, alone, .. } = base;
            let said = alone.unwrap_or(definition);
            match row.parent.as_deref().and_then(|id| objects.get(id)) {
                Some(_) => drop(fields.insert(row.name, said)),
                None => drop(files.insert(path(row.kind, &row.name), said)),
            }
        }
        for (name, definition) in fields {
            let object = name.split_once('.').map_or("", |(object, _)| object);
            match files.get_mut(&path(Kind::Objects, object)).and_then(Json::as_object_mut) {
                Some(map) => push_field(map, definition),
                None => drop(files.insert(path(Kind::Fields, &name), definition)),
            }
        }
        files.values_mut().filter_map(Json::as_object_mut).for_each(order_fields);
        files
    }

    /// The definitions that the files say; what they do not name goes. `company` are the packages in force.
    ///
    /// # Errors
    /// As [`Definitions::with_changes`].
    pub fn with_files(
        &self,
        wanted: &Wanted,
        company: &Company,
        archive: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<(Self, Vec<Merged>), Vec<Problem>> {
        let (mut next, mut merged) = (self.clone(), Vec::new());
        let terms = Terms { take: &[], archive };
        let company = &Company { layers: wanted.layers.clone(), ..company.clone() };
        let arrangement = company.replaced_by(&wanted.packages);
        let misfits = |laid: &Laid| -> Vec<Problem> {
            let path = format!("packages/{}/{LAYER}", laid.name());
            laid.misfits.iter().map(|problem| problem.clone().under(&path)).collect()
        };
        let misfits: Vec<Problem> = arrangement.laid.iter().flat_map(misfits).collect();
        if !misfits.is_empty() {
            return Err(misfits);
        }
        // A part that comes is laid before the tenant's layer over it, as what is new.
        let there = |laid: &&Laid| company.versions.contains_key(laid.name()) && laid.came.is_empty();
        let (old, new): (Vec<&Laid>, Vec<&Laid>) = arrangement.laid.iter().partition(there);
        for laid in new {
            let (with, found) = arrangement.lay_one(&next, laid, terms)?;
            next = with;
            merged.extend(found);
        }
        // Before what the files say of it under its new name, which may be the tenant's layer.
        for package in &old {
            next = next.with_renames_of(&package.package.changes, package.name());
        }
        next = next.renamed(&wanted.renamings, None);
        let (kept, changes) = next.changes_to(wanted);
        next = kept.with_changes(&changes, None)?;
        // After the tenant's layer, so that a new version meets it.
        for laid in old {
            let (with, found) = arrangement.lay_one(&next, laid, terms)?;
            next = with;
            merged.extend(found);
        }
        Ok((arrangement.leave(next), merged))
    }

    /// What is to be put and removed; what the tenant removed and the files do not say so is back already.
    fn changes_to(&self, wanted: &Wanted) -> (Self, Vec<Change>) {
        let (mut kept, mut changes) = (self.clone(), Vec::new());
        let current = self.components();
        let change =
            |(kind, name): &Place, definition| Change { kind: *kind, name: name.clone(), definition };
        for (place, json) in &wanted.components {
            if current.get(place).map(|json| sorted(json.clone())).as_ref() == Some(json) {
                continue;
            }
            let removed = json.get("removed") == Some(&Json::Bool(true));
            if !removed && current.get(place).is_some_and(|json| json.get("removed").is_some()) {
                kept.unhide(place.0, &place.1);
            }
            changes.push(change(place, (!removed).then(|| json.clone())));
        }
        for place in current.keys().filter(|place| !wanted.components.contains_key(*place)) {
            match self.layers(place.0, &place.1) {
                Some(layers) => {
                    kept.unhide(place.0, &place.1);
                    changes.push(change(place, Some(layers.base)));
                }
                None => changes.push(change(place, None)),
            }
        }
        let removed: Vec<String> = changes
            .iter()
            .filter(|change| change.kind == Kind::Objects && change.definition.is_none())
            .map(|change| change.name.clone())
            .collect();
        // What belongs to an object goes with it.
        let inside = |change: &Change| {
            let object = change.name.split('.').next().unwrap_or_default();
            change.definition.is_none()
                && change.kind != Kind::Objects
                && change.name.contains('.')
                && removed.iter().any(|name| name == object)
        };
        changes.retain(|change| !inside(change));
        (kept, changes)
    }
}

/// What the files say, each read strictly.
///
/// # Errors
/// All problems of all files, each under its path.
pub fn read(files: Files) -> Result<Wanted, Vec<Problem>> {
    let (mut wanted, mut problems) = (Wanted::default(), Vec::new());
    let mut packages: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    for (path, json) in files {
        let words: Vec<&str> = path.splitn(3, '/').collect();
        match words.as_slice() {
            ["packages", name, LAYER] => {
                let none = Map::new();
                match ResellerLayer::read(json.as_object().unwrap_or(&none)) {
                    Ok(layer) => drop(wanted.layers.insert((*name).to_owned(), layer)),
                    Err(found) => problems.extend(found.into_iter().map(|problem| problem.under(&path))),
                }
            }
            ["packages", name, rest] => {
                let bytes = json.as_str().map_or_else(|| json.to_string(), str::to_owned).into_bytes();
                packages.entry((*name).to_owned()).or_default().push(((*rest).to_owned(), bytes));
            }
            [folder, file] if Kind::find(folder).is_some() && file.ends_with(".json") => {
                let name = file.trim_end_matches(".json").to_owned();
                let place = Kind::find(folder).map(|kind| (kind, name));
                problems.extend(place.as_ref().and_then(|place| wrong_name(&path, place, &json)));
                problems.extend(place.map(|place| wanted.put(&path, place, json)).unwrap_or_default());
            }
            _ => {
                let words: Vec<&str> = Kind::ALL.map(Kind::word).into_iter().chain(["packages"]).collect();
                let problem = Problem::new(&path, "unknown-file", "a file is FOLDER/NAME.json");
                problems.push(problem.hint(format!("folders are {}", words.join(", "))));
            }
        }
    }
    problems.extend(renaming::claimed_twice(&wanted.renamings));
    for (name, files) in packages {
        match Package::from_files(files.into_iter()) {
            Ok(package) if package.manifest.name == name => wanted.packages.push(package),
            Ok(package) => {
                let text = format!("the folder holds the package `{}`", package.manifest.name);
                problems.push(Problem::new(
                    format!("packages/{name}/manifest.json.name"),
                    "wrong-name",
                    text,
                ));
            }
            Err(found) => problems.extend(
                found
                    .into_iter()
                    .map(|problem| Problem { path: format!("packages/{name}/{}", problem.path), ..problem }),
            ),
        }
    }
    wanted.packages = in_order(wanted.packages);
    if problems.is_empty() {
        problems = unmet(&wanted.packages);
    }
    if problems.is_empty() { Ok(wanted) } else { Err(problems) }
}

impl Wanted {
    /// Takes a component over; what is wrong with its former names.
    fn put(&mut self, path: &str, place: Place, mut json: Json) -> Vec<Problem> {
        let mut problems = Vec::new();
        renaming::take_of((place.0, &place.1), &mut json, (path, &mut self.renamings), &mut problems);
        self.components.insert(place, sorted(json));
        problems
    }
}

/// A definition may say its name, and then says that of its file.
fn wrong_name(path: &str, (kind, name): &Place, json: &Json) -> Option<Problem> {
    let expected = if *kind == Kind::Fields { name.rsplit('.').next().unwrap_or(name) } else { name };
    let said = json.get("name").and_then(Json::as_str).filter(|said| *said != expected)?;
    let text = format!("the file is called `{name}`, its definition `{said}`");
    Some(
        Problem::new(format!("{path}.name"), "wrong-name", text)
            .hint("to rename it, call the file by the new name and say `renamed_from` in it"),
    )
}

/// What the packages need and is not among them: those that the files do not name go.
fn unmet(packages: &[Package]) -> Vec<Problem> {
    let manifests = || packages.iter().map(|package| &package.manifest);
    let versions = manifests().map(|one| (one.name.clone(), one.version.clone())).collect();
    let missing = |one: &Manifest| {
        let place = format!("packages/{}/manifest.json", one.name);
        missing_requirements(one, &versions).into_iter().map(move |problem| problem.under(&place))
    };
    manifests().flat_map(missing).collect()
}

fn path(kind: Kind, name: &str) -> String {
    format!("{}/{name}.json", kind.word())
}

fn push_field(object: &mut Map<String, Json>, field: Json) {
    if let Some(fields) = object.entry("fields").or_insert_with(|| json!([])).as_array_mut() {
        fields.push(field);
    }
}

/// The order of an object's fields is that of their list.
fn order_fields(object: &mut Map<String, Json>) {
    let Some(order) = object.shift_remove("field_order") else { return };
    let places: Vec<&str> = order.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let place = |field: &Json| places.iter().position(|name| field["name"] == *name).unwrap_or(usize::MAX);
    if let Some(fields) = object.get_mut("fields").and_then(Json::as_array_mut) {
        fields.sort_by_key(place);
    }
}

/// The same with the keys of all objects in order.
fn sorted(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            let all: BTreeMap<String, Json> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Json::Object(all.into_iter().collect())
        }
        Json::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}
