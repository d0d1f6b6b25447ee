//! Files of a package → the package, with all problems of all files.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{DataFile, Manifest, Package, Trial};
use crate::catalog::roles::SYSTEM_ROLES;
use crate::catalog::{check_name, translations};
use crate::definitions::translation::is_locale;
use crate::definitions::{Change, Kind};
use crate::problem::Problem;
use crate::suggest;

/// Largest file, in bytes.
const MAX_FILE: usize = 32 * 1024 * 1024;

/// A package in the making.
#[derive(Default)]
struct Draft {
    manifest: Option<Manifest>,
    changes: Vec<Change>,
    data: Vec<DataFile>,
    trials: Vec<Trial>,
    /// Files of `i18n/`: path, locale and what they say. They are named for the package, whose name comes last.
    languages: Vec<(String, String, Json)>,
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
        draft.check_references();
        draft.translations();
        draft.changes.sort_by_key(|change| Kind::ALL.iter().position(|kind| *kind == change.kind));
        match draft.manifest {
            Some(manifest) if draft.problems.is_empty() => Ok(Self {
                manifest,
                changes: draft.changes,
                data: draft.data,
                trials: draft.trials,
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
        match path.split_once('/') {
            None if path == "manifest.json" => self.manifest(path, bytes),
            None if path == "README.md" => self.readme = Some(String::from_utf8_lossy(bytes).into_owned()),
            None if path.ends_with(".md") || path == "LICENSE" => {}
            Some(("data", _)) => self.data(path, bytes),
            Some(("tests", _)) => self.trials(path, bytes),
            Some(("i18n", name)) => self.language(path, name, bytes),
            Some((folder, name)) if Kind::find(folder).is_some() => {
                self.component(path, (folder, name), bytes)
            }
            Some((folder, _)) => {
                let known = Kind::ALL.iter().map(|kind| kind.word()).chain(["data", "i18n", "tests"]);
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
        self.manifest = Some(manifest);
    }

    /// `objects/deal.json` defines `deal`; its definition may say its name, and then says this one.
    fn component(&mut self, path: &str, (folder, file): (&str, &str), bytes: &[u8]) {
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
        self.changes.push(Change { kind, name: name.to_owned(), definition: Some(definition) });
    }

    /// `i18n/de.json` gives the texts of one language.
    fn language(&mut self, path: &str, name: &str, bytes: &[u8]) {
        let Some(locale) = name.strip_suffix(".json").filter(|locale| is_locale(locale)) else {
            let problem = Problem::new(path, "unknown-file", "files of `i18n` are called by a language");
            self.problems.push(problem.hint("such as `de.json` or `pt-BR.json`"));
            return;
        };
        if let Some(json) = self.read::<Json>(path, bytes) {
            self.languages.push((path.to_owned(), locale.to_owned(), json));
        }
    }

    fn translations(&mut self) {
        let Some(package) = self.manifest.as_ref().map(|manifest| manifest.name.clone()) else { return };
        for (path, locale, json) in std::mem::take(&mut self.languages) {
            let definition = translations::of_package(&locale, json);
            if definition["locale"] != *locale {
                let text = format!("the file is called `{locale}`, its texts say otherwise");
                self.problems.push(Problem::new(format!("{path}.locale"), "wrong-name", text));
            }
            let name = translations::name_of(&package, &locale);
            self.changes.push(Change { kind: Kind::Translations, name, definition: Some(definition) });
        }
    }

    fn trials(&mut self, path: &str, bytes: &[u8]) {
        let read = self.read::<Vec<Trial>>(path, bytes).unwrap_or_default().into_iter().enumerate();
        for (at, trial) in read {
            let trial = Trial { path: format!("{path}.{at}"), ..trial };
            self.problems.extend(trial.check());
            self.trials.push(trial);
        }
    }

    fn data(&mut self, path: &str, bytes: &[u8]) {
        if let Some(mut file) = self.read::<DataFile>(path, bytes) {
            path.clone_into(&mut file.path);
            self.data.push(file);
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

    /// References are words, and each is given once in a package.
    fn check_references(&mut self) {
        let mut seen: HashSet<&str> = HashSet::new();
        for file in &self.data {
            for (at, record) in file.records.iter().enumerate() {
                let place = format!("{}.records.{at}.ref", file.path);
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
                if record.reference.is_empty() || !record.reference.chars().all(word) {
                    let text = "a ref has letters, digits, `_` and `-` only";
                    self.problems.push(Problem::new(&place, "bad-ref", text));
                }
                if !seen.insert(&record.reference) {
                    let text = format!("`{}` is there twice", record.reference);
                    self.problems.push(Problem::new(place, "duplicate", text));
                }
            }
        }
    }
}
