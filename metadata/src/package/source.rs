//! A package as files again: what is kept of one that has optional parts, so that a part can come later without asking
//! anybody for the package.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{DataFile, DataKind, Package, Part, Trial};
use crate::definitions::{Change, renaming};
use crate::files::Files;
use crate::problem::Problem;

/// Most of what is kept of one package, in bytes of its text: every revision that installs something has a copy.
const MAX_KEPT: usize = 4 * 1024 * 1024;

impl Package {
    /// What is wrong with a package of which more would be kept than may be.
    pub fn too_large_to_keep(&self) -> Option<Problem> {
        let kept = json!(self.source(true)?).to_string().len();
        let text =
            format!("{kept} bytes would be kept of this package for its parts; at most {MAX_KEPT} are");
        let hint = "records are most of it: bring those of a part as a package of their own";
        (kept > MAX_KEPT).then(|| Problem::new("with", "too-large", text).hint(hint))
    }

    /// What it defines, with and without its parts; no records, and nothing of what was called otherwise.
    pub fn papers(&self) -> Files {
        let plain = |changes: &[Change]| {
            let mut changes = changes.to_vec();
            // What is wrong with it was told when the package was read.
            let _ = renaming::take(&mut changes);
            changes
        };
        self.definitions_by(plain)
    }

    /// What is kept of it: its definitions, and the records and cases of its parts, samples where there are to be any.
    /// Nothing where there are no parts.
    pub fn source(&self, samples: bool) -> Option<Files> {
        if self.parts.is_empty() {
            return None;
        }
        let mut files = self.definitions_by(<[Change]>::to_vec);
        let wanted = |file: &&DataFile| samples || file.kind == DataKind::Reference;
        files.extend(self.shared().iter().filter(wanted).map(|file| (file.path.clone(), json!(file))));
        for (name, part) in &self.parts {
            files.extend(part.data.iter().filter(wanted).map(|file| (file.path.clone(), json!(file))));
            let path = format!("with/{name}/tests/all.json");
            files.extend((!part.trials.is_empty()).then(|| (path, json!(part.trials))));
        }
        Some(files)
    }

    fn definitions_by(&self, read: impl Fn(&[Change]) -> Vec<Change>) -> Files {
        let mut files = Files::from([("manifest.json".to_owned(), json!(self.manifest))]);
        files.extend(definitions("", &read(&self.changes)));
        for (name, part) in &self.parts {
            files.extend(definitions(&format!("with/{name}/"), &read(&part.changes)));
        }
        files
    }

    /// Its own records that parts give values of theirs: several parts may do so, of a record that is there.
    fn shared(&self) -> Vec<DataFile> {
        let parts = self.parts.values().flat_map(|part| &part.data).flat_map(|file| &file.records);
        let given: BTreeSet<&str> = parts.map(|one| one.reference.as_str()).collect();
        let mut files = self.data.clone();
        files.iter_mut().for_each(|file| file.records.retain(|one| given.contains(one.reference.as_str())));
        files.retain(|file| !file.records.is_empty());
        files
    }

    /// Whether what was kept has sample records.
    pub fn has_samples(&self) -> bool {
        let files = self.parts.values().flat_map(|part| &part.data);
        files.chain(&self.data).any(|file| file.kind == DataKind::Sample)
    }

    /// The package with the records of parts as `other` has them: files of a tenant's metadata bring none.
    #[must_use]
    pub fn with_records_of(mut self, other: &Self) -> Self {
        self.data.clone_from(&other.data);
        for (name, part) in &mut self.parts {
            let (data, trials): (Vec<DataFile>, Vec<Trial>) = other
                .parts
                .get(name)
                .map_or_else(Default::default, |known: &Part| (known.data.clone(), known.trials.clone()));
            (part.data, part.trials) = (data, trials);
        }
        self
    }
}

fn definitions(folder: &str, changes: &[Change]) -> Vec<(String, Json)> {
    let file = |change: &Change| {
        let path = format!("{folder}{}/{}.json", change.kind.word(), change.name);
        (path, change.definition.clone().unwrap_or_default())
    };
    changes.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package whose part has a record with a text of so many bytes.
    fn package(part: &str, bytes: usize) -> Package {
        let manifest =
            json!({ "name": "fleet", "version": "1.0.0", "label": "Fleet", "optional": { "depots": "^1" } });
        let records = json!([{ "ref": "a", "data": { "name": "x".repeat(bytes) } }]);
        let data = json!({ "object": "depot", "kind": "sample", "records": records });
        let rule = json!({ "object": "depot", "when": "FALSE", "message": "No" });
        let files = [
            ("manifest.json".to_owned(), manifest),
            ("with/depots/validation-rules/depot.no.json".to_owned(), rule),
            (format!("{part}data/10-depot.json"), data),
        ];
        Package::from_files(files.into_iter().map(|(path, json)| (path, json.to_string().into_bytes())))
            .unwrap()
    }

    #[test]
    fn what_is_kept_has_a_bound() {
        assert_eq!(package("with/depots/", MAX_KEPT - 10_000).too_large_to_keep(), None);
        let problem = package("with/depots/", MAX_KEPT).too_large_to_keep().unwrap();
        assert_eq!((problem.path.as_str(), problem.code.as_str()), ("with", "too-large"));
        // Its own records are loaded at once, and not kept.
        assert_eq!(package("", MAX_KEPT).too_large_to_keep(), None);
    }
}
