//! Files of a package → the package, with all problems of all files.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{DataFile, Manifest, Package, Part, Trial};
use crate::catalog::roles::SYSTEM_ROLES;
use crate::catalog::{check_name, translations};
use crate::definitions::translation::is_locale;
use crate::definitions::{Change, Kind};
use crate::problem::Problem;
use crate::suggest;

/// Largest file, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// Where a file stands: its path, and the part that it is of.
#[derive(Clone)]
struct Place {
    path: String,
    part: Option<String>,
}

/// A package in the making.
#[derive(Default)]
struct Draft {
    manifest: Option<Manifest>,
    own: Part,
    /// What stands in `with/NAME/`.
    parts: BTreeMap<String, Part>,
    /// Files of `i18n/`: where they stand, their locale and what they say. They are named for the package, whose name
    /// comes last.
    languages: Vec<(Place, String, Json)>,
    readme: Option<String>,
    problems: Vec<Problem>,
}

impl Package {
    /// Reads a package from its files: paths relative to its folder, with `/` between the words.
    ///
    /// # Errors
    /// All problems of all files; a problem's path begins with its file's.
    pub fn from_files(files: impl Iterator<Item = (String, Vec<u8>)>) -> Result<Self, Vec<Problem>> {
        let mut files: Vec<(String, Vec<u8>)> = files.collect();
        files.sort();
        let mut draft = Draft::default();
        files.iter().for_each(|(path, bytes)| draft.file(path, bytes));
        draft.check_parts();
        draft.check_references();
        draft.translations();
        let order = |change: &Change| Kind::ALL.iter().position(|kind| *kind == change.kind);
        draft.own.changes.sort_by_key(order);
        draft.parts.values_mut().for_each(|part| part.changes.sort_by_key(order));
        match draft.manifest {
            Some(manifest) if draft.problems.is_empty() => Ok(Self {
                manifest,
                changes: draft.own.changes,
                data: draft.own.data,
                trials: draft.own.trials,
                parts: draft.parts,
                readme: draft.readme,
            }),
            Some(_) => Err(draft.problems),
            None => {
                if !files.iter().any(|(path, _)| path == "manifest.json") {
                    let problem = Problem::new("manifest.json", "missing", "a package has a `manifest.json`");
                    draft.problems.insert(0, problem);
                }
                Err(draft.problems)
            }
        }
    }
}

impl Draft {
    fn file(&mut self, path: &str, bytes: &[u8]) {
        if path.split('/').any(|word| word.starts_with('.')) {
            return;
        }
        if bytes.len() > MAX_FILE {
            self.problems.push(Problem::new(path, "too-large", format!("at most {MAX_FILE} bytes fit")));
            return;
        }
        let whole = Place { path: path.to_owned(), part: None };
        let inside = path.strip_prefix("with/").and_then(|rest| rest.split_once('/'));
        let Some((part, inside)) = inside else { return self.inside(&whole, path, bytes) };
        self.parts.entry(part.to_owned()).or_default();
        self.inside(&Place { part: Some(part.to_owned()), ..whole }, inside, bytes);
    }

    /// A file by its path in the package, or in a part of it.
    fn inside(&mut self, place: &Place, inside: &str, bytes: &[u8]) {
        let (path, own) = (place.path.as_str(), place.part.is_none());
        match inside.split_once('/') {
            None if own && path == "manifest.json" => self.manifest(path, bytes),
            None if own && path == "README.md" => {
                self.readme = Some(String::from_utf8_lossy(bytes).into_owned());
            }
            None if path.ends_with(".md") || inside == "LICENSE" => {}
            Some(("data", _)) => self.data(place, bytes),
            Some(("tests", _)) => self.trials(place, bytes),
            Some(("i18n", name)) => self.language(place, name, bytes),
            Some((folder, name)) if Kind::find(folder).is_some() => {
                self.component(place, (folder, name), bytes)
            }
            Some((folder, _)) => {
                let known = Kind::ALL.iter().map(|kind| kind.word()).chain(["data", "i18n", "tests"]);
                let known = known.chain(own.then_some("with"));
                let words: Vec<&str> = known.clone().collect();
                let hint =
                    suggest::hint(folder, known).unwrap_or_else(|| format!("known are {}", words.join(", ")));
                let text = format!("`{folder}` is not a folder of packages here");
                self.problems.push(Problem::new(path, "unknown-folder", text).hint(hint));
            }
            None => {
                let problem = Problem::new(
                    path,
                    "unknown-file",
                    "a package has `manifest.json`, `README.md` and folders",
                );
                self.problems.push(problem);
            }
        }
    }

    fn manifest(&mut self, path: &str, bytes: &[u8]) {
        let Some(manifest) = self.read::<Manifest>(path, bytes) else { return };
        self.problems.extend(check_name(&manifest.name).err().map(|fault| fault.at(format!("{path}.name"))));
        let twice = |name: &&String| manifest.requires.contains_key(*name) || **name == manifest.name;
        for name in manifest.optional.keys().filter(twice) {
            let text = format!("`{name}` is there anyway: nothing of it is optional");
            self.problems.push(Problem::new(format!("{path}.optional.{name}"), "not-optional", text));
        }
        self.manifest = Some(manifest);
    }

    /// What a part is of is named in the manifest, and only what the package brings is taken back.
    fn check_parts(&mut self) {
        let Some(manifest) = &self.manifest else { return };
        for (name, part) in &self.parts {
            if !manifest.optional.contains_key(name) {
                let text = format!("the manifest does not name `{name}` among what is optional");
                let hint = format!("say `\"optional\": {{\"{name}\": \"^1.0\"}}` in `manifest.json`");
                self.problems.push(Problem::new(format!("with/{name}"), "unknown-part", text).hint(hint));
            }
            let nothing = part.changes.iter().filter(|one| one.definition.is_none());
            let own = |one: &Change| {
                self.own.changes.iter().any(|own| (own.kind, &own.name) == (one.kind, &one.name))
            };
            for change in nothing.filter(|one| !own(one)) {
                let path = format!("with/{name}/{}/{}.json", change.kind.word(), change.name);
                let text = "null leaves out what the package brings, and it brings no such thing";
                self.problems.push(Problem::new(path, "not-found", text));
            }
        }
    }

    fn body(&mut self, part: Option<&String>) -> &mut Part {
        match part {
            Some(name) => self.parts.entry(name.clone()).or_default(),
            None => &mut self.own,
        }
    }

    /// `objects/deal.json` defines `deal`; its definition may say its name, and then says this one.
    fn component(&mut self, place: &Place, (folder, file): (&str, &str), bytes: &[u8]) {
        let path = place.path.as_str();
        let (Some(kind), Some(name)) = (Kind::find(folder), file.strip_suffix(".json")) else {
            self.problems.push(Problem::new(path, "unknown-file", "definitions are `.json` files"));
            return;
        };
        let Some(definition) = self.read::<Json>(path, bytes) else { return };
        let said = definition.get("name").and_then(Json::as_str);
        let expected = if kind == Kind::Fields { name.rsplit('.').next().unwrap_or(name) } else { name };
        if said.is_some_and(|said| said != expected) {
            let text = format!("the file is called `{name}`, its definition says otherwise");
            self.problems.push(Problem::new(format!("{path}.name"), "wrong-name", text));
        }
        if kind == Kind::Roles && SYSTEM_ROLES.contains(&name) {
            let text = format!("every tenant has the role `{name}`, and says itself what it may do");
            let problem = Problem::new(path, "reserved-name", text);
            self.problems.push(problem.hint("bring a role of another name, which may inherit from it"));
        }
        let left_out = place.part.is_some() && definition.is_null();
        let definition = (!left_out).then_some(definition);
        self.body(place.part.as_ref()).changes.push(Change { kind, name: name.to_owned(), definition });
    }

    /// `i18n/de.json` gives the texts of one language.
    fn language(&mut self, place: &Place, name: &str, bytes: &[u8]) {
        let path = place.path.as_str();
        let Some(locale) = name.strip_suffix(".json").filter(|locale| is_locale(locale)) else {
            let problem = Problem::new(path, "unknown-file", "files of `i18n` are called by a language");
            self.problems.push(problem.hint("such as `de.json` or `pt-BR.json`"));
            return;
        };
        if let Some(json) = self.read::<Json>(path, bytes) {
            self.languages.push((place.clone(), locale.to_owned(), json));
        }
    }

    fn translations(&mut self) {
        let Some(package) = self.manifest.as_ref().map(|manifest| manifest.name.clone()) else { return };
        for (place, locale, json) in std::mem::take(&mut self.languages) {
            let definition = translations::of_package(&locale, json);
            if definition["locale"] != *locale {
                let text = format!("the file is called `{locale}`, its texts say otherwise");
                let path = format!("{}.locale", place.path);
                self.problems.push(Problem::new(path, "wrong-name", text));
            }
            let name = translations::name_of(&package, &locale);
            let change = Change { kind: Kind::Translations, name, definition: Some(definition) };
            self.body(place.part.as_ref()).changes.push(change);
        }
    }

    fn trials(&mut self, place: &Place, bytes: &[u8]) {
        let path = place.path.as_str();
        let read = self.read::<Vec<Trial>>(path, bytes).unwrap_or_default().into_iter().enumerate();
        for (at, trial) in read {
            let trial = Trial { path: format!("{path}.{at}"), ..trial };
            self.problems.extend(trial.check());
            self.body(place.part.as_ref()).trials.push(trial);
        }
    }

    fn data(&mut self, place: &Place, bytes: &[u8]) {
        if let Some(mut file) = self.read::<DataFile>(&place.path, bytes) {
            place.path.clone_into(&mut file.path);
            self.body(place.part.as_ref()).data.push(file);
        }
    }

    fn read<T: DeserializeOwned>(&mut self, path: &str, bytes: &[u8]) -> Option<T> {
        match serde_json::from_slice(bytes) {
            Ok(value) => Some(value),
            Err(error) => {
                let code = if error.is_data() { "bad-definition" } else { "bad-json" };
                self.problems.push(Problem::new(path, code, error.to_string()));
                None
            }
        }
    }

    /// References are words, and each is given once in a package; a part may give the package's own another time, with
    /// values of its own.
    fn check_references(&mut self) {
        let own: HashMap<&str, &str> = objects_by_reference(&self.own);
        let mut problems = references(&self.own.data, &mut HashSet::new(), |_, _| false);
        let mut seen: HashSet<&str> = own.keys().copied().collect();
        for part in self.parts.values() {
            let over = |reference: &str, object: &str| own.get(reference) == Some(&object);
            problems.extend(references(&part.data, &mut seen, over));
        }
        self.problems.extend(problems);
    }
}

fn objects_by_reference(part: &Part) -> HashMap<&str, &str> {
    let files = part.data.iter();
    files
        .flat_map(|file| file.records.iter().map(|one| (one.reference.as_str(), file.object.as_str())))
        .collect()
}

/// What is wrong with the refs of these files; `over` tells of which it is known that they are there.
fn references<'d>(
    files: &'d [DataFile],
    seen: &mut HashSet<&'d str>,
    over: impl Fn(&str, &str) -> bool,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        for (at, record) in file.records.iter().enumerate() {
            let place = format!("{}.records.{at}.ref", file.path);
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if record.reference.is_empty() || !record.reference.chars().all(word) {
                let text = "a ref has letters, digits, `_` and `-` only";
                problems.push(Problem::new(&place, "bad-ref", text));
            }
            if !seen.insert(&record.reference) && !over(&record.reference, &file.object) {
                let text = format!("`{}` is there twice", record.reference);
                problems.push(Problem::new(place, "duplicate", text));
            }
        }
    }
    problems
}
