//! What a package should be beside being sound: said what it is for, and in a new version true to what its users
//! built on. Advice, not refusal.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Package;
use crate::definitions::{Action, Change, Definitions, Kind, Property, Touched};
use crate::problem::Problem;

impl Package {
    /// What its author should say.
    pub fn lint(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let advise = |path: &str, code: &str, text: &str| Problem::new(path, code, text);
        if self.readme.as_ref().is_none_or(|text| text.trim().is_empty()) {
            found.push(advise("README.md", "no-readme", "nobody is told what the package is for"));
        }
        if self.manifest.description.trim().is_empty() {
            found.push(advise(
                "manifest.json.description",
                "no-description",
                "say in a sentence what it brings",
            ));
        }
        for (folder, change) in self.brought() {
            let Some(definition) = change.definition.as_ref() else { continue };
            let path = format!("{folder}{}/{}.json", change.kind.word(), change.name);
            let labelled = matches!(change.kind, Kind::Objects | Kind::Roles | Kind::PermissionSets);
            if labelled && definition.get("label").is_none() {
                found.push(advise(
                    &format!("{path}.label"),
                    "no-label",
                    "people see a label that is made of the name",
                ));
            }
            let all = definition["system"].as_array().is_some_and(|all| !all.is_empty());
            if matches!(change.kind, Kind::Roles | Kind::PermissionSets) && all {
                found.push(advise(
                    &format!("{path}.system"),
                    "system-permission",
                    "it gives permissions over the system",
                ));
            }
        }
        let brought = self.brought();
        let objects = brought.iter().filter(|(_, change)| change.kind == Kind::Objects);
        let shown: BTreeSet<&str> = brought
            .iter()
            .filter(|(_, change)| matches!(change.kind, Kind::ListViews | Kind::Layouts))
            .filter_map(|(_, change)| change.name.split('.').next())
            .collect();
        for (folder, object) in objects.filter(|(_, object)| !shown.contains(object.name.as_str())) {
            let path = format!("{folder}objects/{}.json", object.name);
            found.push(advise(&path, "no-view", "there is neither a list view nor a layout for it"));
        }
        let empty = self.manifest.optional.keys().filter(|name| !self.parts.contains_key(*name));
        for name in empty {
            let path = format!("manifest.json.optional.{name}");
            found.push(advise(&path, "no-part", &format!("there is nothing in `with/{name}`")));
        }
        found
    }

    /// The components with the folders in which they stand; not what a part says of those of the package itself.
    fn brought(&self) -> Vec<(String, &Change)> {
        let own =
            |one: &Change| self.changes.iter().any(|own| (own.kind, &own.name) == (one.kind, &one.name));
        let parts = self.parts.iter().flat_map(|(name, part)| {
            part.changes.iter().filter(|one| !own(one)).map(move |one| (format!("with/{name}/"), one))
        });
        self.changes.iter().map(|one| (String::new(), one)).chain(parts).collect()
    }

    /// What breaks those who built on the version before, as far as the new number does not say so.
    pub fn lint_against(&self, before: &Self, (old, new): (&Definitions, &Definitions)) -> Vec<Problem> {
        let mut found = Vec::new();
        if self.manifest.version <= before.manifest.version {
            let text = format!("{} is not newer than {}", self.manifest.version, before.manifest.version);
            found.push(Problem::new("manifest.json.version", "not-newer", text));
        }
        if self.manifest.version.major > before.manifest.version.major {
            return found;
        }
        let hint = "raise the major version, or keep it";
        found.extend(old.touched(new).iter().flat_map(breaking).map(|problem| problem.hint(hint)));
        found
    }
}

/// What of one touched component others may have built on.
fn breaking(touched: &Touched) -> Vec<Problem> {
    let path = format!("{}.{}", touched.kind.word(), touched.name);
    let public = matches!(touched.kind, Kind::Objects | Kind::Fields | Kind::OptionSets | Kind::Roles);
    match touched.action {
        Action::Delete if public => vec![Problem::new(path, "removed", "it was there in the version before")],
        Action::Change if public => {
            touched.properties.iter().filter_map(|one| narrowed(&path, one)).collect()
        }
        _ => Vec::new(),
    }
}

fn narrowed(path: &str, property: &Property) -> Option<Problem> {
    let place = format!("{path}.{}", property.path);
    let words: Vec<&str> = property.path.split('.').collect();
    let text = match words.as_slice() {
        ["kind" | "to" | "plural" | "name"] => "what it is may not change within a major version",
        ["max_length" | "precision" | "scale" | "max"] if less(property) => "it holds less than before",
        ["required" | "unique"] if property.after == Some(Json::Bool(true)) => {
            "records that were fine are not any more"
        }
        ["options", _] if property.after.is_none() => "an option is gone; make it inactive",
        _ => return None,
    };
    Some(Problem::new(place, "breaking", text))
}

fn less(property: &Property) -> bool {
    let number = |json: &Option<Json>| json.as_ref().and_then(Json::as_f64);
    matches!((number(&property.before), number(&property.after)), (Some(before), Some(after)) if after < before)
}
