//! What a reseller makes of a package for all of its tenants: labels, layouts, views, options, defaults – what a tenant
//! may change too, and nothing else. It is laid over the package before anything else looks at it, so that everything
//! after that sees one package; how a value is laid over another is in `patch`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::patch::{Taken, indexed};
use super::{Class, class, patch};
use crate::definitions::{Change, Kind, path_of};
use crate::package::Package;
use crate::problem::Problem;
use crate::{schemas, suggest};

/// A component by kind and name.
type Place = (Kind, String);
/// The same as it is written: by the kind's word, then by name.
type Written = BTreeMap<String, BTreeMap<String, Json>>;

/// What differs, by component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ResellerLayer(BTreeMap<Place, Json>);

/// How long a text may be that says nothing of it.
const USUAL_LENGTH: u64 = 255;
/// Most bytes of a layer.
const MOST_BYTES: usize = 256_000;

impl ResellerLayer {
    /// A layer as it is written; what may not be changed is refused, whatever the package says.
    ///
    /// # Errors
    /// All that is wrong with it, each at the path of its property.
    pub fn read(document: &Map<String, Json>) -> Result<Self, Vec<Problem>> {
        let (mut read, mut problems) = (BTreeMap::new(), Vec::new());
        check_size(document).map_err(|problem| vec![problem])?;
        for (word, components) in document {
            let Some(kind) = Kind::find(word) else {
                let problem = Problem::new(word, "unknown-key", format!("there is no kind `{word}`"));
                let hint = suggest::hint(word, Kind::ALL.iter().map(|kind| kind.word()));
                problems.push(hint.into_iter().fold(problem, Problem::hint));
                continue;
            };
            let Some(components) = components.as_object() else {
                problems.push(Problem::new(word, "wrong-type", "expected an object of components by name"));
                continue;
            };
            for (name, said) in components {
                let path = place_of(kind, name);
                match said.as_object() {
                    Some(said) => check_classes(kind, &path, said, &mut problems),
                    None => {
                        problems.push(Problem::new(path, "wrong-type", "expected an object: what differs"))
                    }
                }
                read.insert((kind, name.clone()), said.clone());
            }
        }
        read.retain(|_, said: &mut Json| said.as_object().is_none_or(|said| !said.is_empty()));
        if problems.is_empty() { Ok(Self(read)) } else { Err(problems) }
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The components that it speaks of.
    pub fn places(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.0.keys().map(|(kind, name)| (*kind, name.as_str()))
    }

    /// Whether something at this path is of a component that it speaks of.
    pub fn speaks_of(&self, path: &str) -> bool {
        self.places().any(|(kind, name)| {
            let rest = path.strip_prefix(place_of(kind, name).as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }

    /// The package with this over it. What the package brings only beside others that are not there is `elsewhere`, and
    /// waits for them.
    ///
    /// # Errors
    /// What the package is without, and values that cannot be laid over its own.
    pub fn over(
        &self,
        package: &Package,
        elsewhere: &dyn Fn(Kind, &str) -> bool,
    ) -> Result<Package, Vec<Problem>> {
        let (mut layered, mut problems) = (package.clone(), Vec::new());
        for ((kind, name), said) in &self.0 {
            let path = place_of(*kind, name);
            match find(&mut layered.changes, *kind, name) {
                Some(under) => {
                    let mut laid = patch::laid_over(under, said, &path, &mut problems);
                    keep_strict(*kind, under, &mut laid);
                    *under = laid;
                }
                None if elsewhere(*kind, name) => {}
                None => {
                    let text = format!("the package `{}` does not bring this", package.manifest.name);
                    problems.push(Problem::new(path, "not-found", text));
                }
            }
        }
        if problems.is_empty() { Ok(layered) } else { Err(problems) }
    }

    /// Where this is less strict than the package: it may ask for more values, and let them be longer, not the other way
    /// round.
    pub fn looser_than(&self, package: &Package) -> Vec<Problem> {
        let (mut problems, mut changes) = (Vec::new(), package.changes.clone());
        for ((kind, name), said) in &self.0 {
            let (path, Some(under)) = (place_of(*kind, name), find(&mut changes, *kind, name)) else {
                continue;
            };
            let laid = patch::laid_over(under, said, &path, &mut Vec::new());
            if is_required(*kind, under) && !is_required(*kind, &laid) {
                let at = if *kind == Kind::Objects { "name_field.required" } else { "required" };
                let text = "the package asks for a value: that stays so";
                problems.push(Problem::new(format!("{path}.{at}"), "less-strict", text));
            }
            if *kind == Kind::Fields && length(&laid) < length(under) {
                let text = "values of the package may be longer: a length may be made wider alone";
                problems.push(Problem::new(format!("{path}.max_length"), "narrower", text));
            }
        }
        problems
    }
}

impl ResellerLayer {
    /// What this takes away that no definition of its kind has: a slip of the pen, which would do nothing.
    pub fn taking_nothing(&self, package: &Package) -> Vec<Problem> {
        let (mut problems, mut changes) = (Vec::new(), package.changes.clone());
        for ((kind, name), said) in &self.0 {
            let (path, Some(under)) = (place_of(*kind, name), find(&mut changes, *kind, name)) else {
                continue;
            };
            let laid = patch::laid_over(under, said, &path, &mut Vec::new());
            let places = patch::taken_away(under, said);
            problems.extend(places.iter().filter_map(|place| unknown(*kind, &laid, (&path, place))));
        }
        problems
    }
}

/// A key that is taken away, where nothing of this name can stand.
fn unknown(kind: Kind, definition: &Json, (path, place): (&str, &Taken)) -> Option<Problem> {
    let (key, above) = place.words.split_last()?;
    let known = schemas::keys_at(kind, definition, &indexed(definition, above));
    // What has any keys knows none.
    if known.is_empty() || known.contains(key) {
        return None;
    }
    let text = format!("`{key}` is not a key here, so null takes nothing away");
    let hint = suggest::hint(key, known.iter().map(String::as_str));
    let hint = hint.unwrap_or_else(|| format!("known are {}", known.join(", ")));
    Some(Problem::new(format!("{path}.{}", place.path), "unknown-key", text).hint(hint))
}

impl From<ResellerLayer> for Written {
    fn from(layer: ResellerLayer) -> Self {
        let mut written = Self::new();
        for ((kind, name), said) in layer.0 {
            written.entry(kind.word().to_owned()).or_default().insert(name, said);
        }
        written
    }
}

impl TryFrom<Written> for ResellerLayer {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let mut read = BTreeMap::new();
        for (word, components) in written {
            let kind = Kind::find(&word).ok_or_else(|| format!("there is no kind `{word}`"))?;
            read.extend(components.into_iter().map(|(name, said)| ((kind, name), said)));
        }
        Ok(Self(read))
    }
}

fn place_of(kind: Kind, name: &str) -> String {
    path_of(&Change { kind, name: name.to_owned(), definition: None })
}

/// Only what a tenant decides is a reseller's to decide before it.
fn check_classes(kind: Kind, path: &str, said: &Map<String, Json>, problems: &mut Vec<Problem>) {
    for (key, value) in said {
        if kind == Kind::Objects && key == "fields" {
            let problem =
                Problem::new(format!("{path}.fields"), "unknown-key", "fields stand for themselves");
            problems.push(problem.hint("say it under `fields`, by `object.field`"));
            continue;
        }
        let inner = value.as_object().filter(|_| kind == Kind::Objects && key == "name_field");
        let paths: Vec<Vec<String>> = match inner {
            Some(inner) => inner.keys().map(|inner| vec![key.clone(), inner.clone()]).collect(),
            None => vec![vec![key.clone()]],
        };
        if let Some(problem) = guarded(kind, (key, value), &format!("{path}.{key}")) {
            problems.push(problem);
            continue;
        }
        for at in paths {
            let decided = if key == "renamed_from" { Class::Locked } else { class(kind, &at) };
            let text = match decided {
                Class::Tenant => continue,
                Class::Locked => "what it is called, what type it has and what it belongs to stay",
                Class::Package => {
                    "formulas, conditions, permissions and the like are the package's to decide"
                }
            };
            let problem = Problem::new(format!("{path}.{}", at.join(".")), "locked", text);
            problems
                .push(problem.hint("a layer changes what a tenant may change: labels, layouts, options …"));
        }
    }
}

/// Each tenant of the reseller keeps it, and so does each of their revisions.
fn check_size(document: &Map<String, Json>) -> Result<(), Problem> {
    let text = serde_json::to_string(document).unwrap_or_default();
    if text.len() > MOST_BYTES {
        let told =
            format!("a layer has at most {} kB, and this one has {}", MOST_BYTES / 1000, text.len() / 1000);
        return Err(Problem::new("", "too-large", told));
    }
    if text.contains("\\u0000") {
        return Err(Problem::new("", "invalid", "the character U+0000 cannot be stored"));
    }
    Ok(())
}

/// What a tenant may change itself and nobody else for it: what opens records, or keeps from being noted who has read.
/// And what could not be taken back: an option that has left stays switched off where records have it.
fn guarded(kind: Kind, (key, value): (&str, &Json), path: &str) -> Option<Problem> {
    let (text, hint) = match (kind, key) {
        (Kind::SharingRules | Kind::RestrictionRules, "active") => (
            "whether a rule of access holds is for each tenant to say",
            "who sees what is decided where the records are",
        ),
        (Kind::Fields, "sensitive") if *value != Json::Bool(true) => (
            "what is sensitive stays so: each tenant may say otherwise of its own",
            "a layer may make a field sensitive",
        ),
        (Kind::Fields | Kind::OptionSets, "options" | "values") if value.get("without").is_some() => (
            "an option is not taken away from under those who use it",
            "say `\"active\": false` of the option",
        ),
        _ => return None,
    };
    Some(Problem::new(path, "locked", text).hint(hint))
}

/// A component's definition among those of a package; a field of its own object stands in that object's list.
fn find<'c>(changes: &'c mut [Change], kind: Kind, name: &str) -> Option<&'c mut Json> {
    let own = |change: &Change| change.kind == kind && change.name == name && change.definition.is_some();
    if let Some(at) = changes.iter().position(own) {
        return changes[at].definition.as_mut();
    }
    let (object, field) = name.split_once('.').filter(|_| kind == Kind::Fields)?;
    let mut objects =
        changes.iter_mut().filter(|change| change.kind == Kind::Objects && change.name == object);
    let fields = objects.next()?.definition.as_mut()?.get_mut("fields")?.as_array_mut()?;
    fields.iter_mut().find(|known| known["name"] == field)
}

/// What the package asks for is asked for still, also by a version that began to after the layer was said.
fn keep_strict(kind: Kind, under: &Json, laid: &mut Json) {
    if is_required(kind, under) && !is_required(kind, laid) {
        let place = if kind == Kind::Objects { &mut laid["name_field"] } else { &mut *laid };
        place["required"] = true.into();
    }
    if kind == Kind::Fields && length(laid) < length(under) {
        if let Some(most) = under.get("max_length") {
            laid["max_length"] = most.clone();
        } else if let Some(laid) = laid.as_object_mut() {
            laid.shift_remove("max_length");
        }
    }
}

fn is_required(kind: Kind, definition: &Json) -> bool {
    match kind {
        Kind::Fields => definition["required"] == true,
        Kind::Objects => {
            let name = &definition["name_field"];
            let composed = name["compose"].as_array().is_some_and(|parts| !parts.is_empty());
            name["required"].as_bool().unwrap_or(!composed)
        }
        _ => false,
    }
}

/// How long values of a field may be.
fn length(field: &Json) -> u64 {
    let usual = if field["kind"] == "text" { USUAL_LENGTH } else { u64::MAX };
    field["max_length"].as_u64().unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: Json) -> Result<ResellerLayer, Vec<String>> {
        let told = |problems: Vec<Problem>| {
            problems.into_iter().map(|one| format!("{} {}", one.path, one.code)).collect()
        };
        ResellerLayer::read(document.as_object().unwrap()).map_err(told)
    }

    #[test]
    fn what_is_not_a_tenants_to_change_is_refused_with_its_place() {
        let said = json!({
            "objects": { "deal": { "label": "Opportunity", "plural": "x", "sharing": {}, "fields": [],
                "name_field": { "label": "Subject", "field": "title" } } },
            "fields": { "deal.tax": { "formula": "1", "kind": "text", "help": "What is due", "renamed_from": "vat" } },
            "roles": { "dealer": { "objects": {} } },
            "layout": {}, "layouts": 5, "list-views": { "deal.all": null },
        });
        let expected = [
            "objects.deal.plural locked",
            "objects.deal.sharing locked",
            "objects.deal.fields unknown-key",
            "objects.deal.name_field.field locked",
            "objects.deal.fields.tax.formula locked",
            "objects.deal.fields.tax.kind locked",
            "objects.deal.fields.tax.renamed_from locked",
            "roles.dealer.objects locked",
            "layout unknown-key",
            "layouts wrong-type",
            "list-views.deal.all wrong-type",
        ];
        assert_eq!(read(said).unwrap_err(), expected);
    }

    #[test]
    fn it_opens_no_records_hides_no_reads_and_takes_no_option_away() {
        let said = json!({
            "sharing-rules": { "deal.partners": { "active": null, "label": "Partners" } },
            "restriction-rules": { "deal.vip": { "active": false } },
            "fields": {
                "deal.iban": { "sensitive": false }, "deal.salary": { "sensitive": null }, "deal.name": { "sensitive": true },
                "deal.stage": { "options": { "without": ["lost"] } },
                "deal.source": { "options": [{ "value": "fair", "active": false }] },
            },
            "validation-rules": { "deal.closed": { "active": false } },
        });
        let expected = [
            "fields.deal.iban.sensitive",
            "fields.deal.salary.sensitive",
            "fields.deal.stage.options",
            "restriction-rules.deal.vip.active",
            "sharing-rules.deal.partners.active",
        ];
        let mut found = read(said).unwrap_err();
        found.sort();
        let found: Vec<&str> = found.iter().map(|one| one.trim_end_matches(" locked")).collect();
        let found: Vec<String> =
            found.iter().map(|one| one.replace("objects.deal.fields.", "fields.deal.")).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn it_has_a_bound_and_only_what_can_be_stored() {
        let long = "x".repeat(MOST_BYTES);
        assert_eq!(read(json!({ "objects": { "deal": { "help": long } } })).unwrap_err(), [" too-large"]);
        assert_eq!(read(json!({ "objects": { "deal": { "a\u{0}b": null } } })).unwrap_err(), [" invalid"]);
    }

    #[test]
    fn it_is_stored_as_it_is_written() {
        let said = json!({ "fields": { "deal.amount": { "label": "Volume" } }, "objects": { "deal": {} } });
        let layer = read(said).unwrap();
        let stored = json!(layer);
        assert_eq!(stored, json!({ "fields": { "deal.amount": { "label": "Volume" } } }));
        assert_eq!(serde_json::from_value::<ResellerLayer>(stored).unwrap(), layer);
        assert!(serde_json::from_value::<ResellerLayer>(json!({ "nothing": {} })).is_err());
    }
}
