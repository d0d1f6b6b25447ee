//! A reseller's layer in the names of a version that calls objects and fields otherwise than the one that it was said of. The
//! version says itself what it has renamed; what it does not bring by any name stays, for `over` to tell.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::ResellerLayer;
use crate::definitions::{Kind, renaming};
use crate::package::Package;

/// Keys of definitions that name fields, alone or in lists. The names of the members of `items` are those of fields too.
const FIELDS: [&str; 9] =
    ["columns", "pinned", "sort", "group_by", "weight_by", "highlights", "field", "field_order", "items"];
/// Keys whose texts are of the formula language.
const FORMULAS: [&str; 4] = ["where", "visible", "formula", "when"];

/// What is called otherwise.
#[derive(Default)]
struct Names {
    /// New names of objects by those of before.
    objects: BTreeMap<String, String>,
    /// New names of fields by the new name of their object and their own of before.
    fields: BTreeMap<(String, String), String>,
}

impl ResellerLayer {
    /// The same as this version of the package calls things. What is said by a new name already counts.
    #[must_use]
    pub fn following(&self, package: &Package) -> Self {
        let names = Names::of(&package.with_all_parts());
        if names.objects.is_empty() && names.fields.is_empty() {
            return self.clone();
        }
        let all = self.0.iter().map(|((kind, name), said)| {
            let place = names.place(*kind, name);
            let said = names.patch(*kind, &place, said);
            (place == *name, ((*kind, place), said))
        });
        let (stay, move_): (Vec<_>, Vec<_>) = all.partition(|(stays, _)| *stays);
        let mut named = BTreeMap::new();
        for (_, (place, said)) in stay.into_iter().chain(move_) {
            named.entry(place).or_insert(said);
        }
        Self(named)
    }
}

impl Names {
    fn of(package: &Package) -> Self {
        let (mut names, brought) = (Self::default(), package.places());
        let (renamings, _) = renaming::take(&mut package.changes.clone());
        for one in &renamings {
            let (object, word) = one.name.split_once('.').unwrap_or(("", one.name.as_str()));
            for from in &one.from {
                let former = if object.is_empty() { from.clone() } else { format!("{object}.{from}") };
                if brought.contains(&(one.kind, former)) {
                    continue;
                }
                match one.kind {
                    Kind::Objects => names.objects.insert(from.clone(), word.to_owned()),
                    _ => names.fields.insert((object.to_owned(), from.clone()), word.to_owned()),
                };
            }
        }
        names
    }

    fn object<'n>(&'n self, name: &'n str) -> &'n str {
        self.objects.get(name).map_or(name, String::as_str)
    }

    /// The name of a component; those of one object begin with its name.
    fn place(&self, kind: Kind, name: &str) -> String {
        match name.split_once('.') {
            Some((object, field)) if kind == Kind::Fields => {
                let object = self.object(object);
                format!("{object}.{}", self.word(object, field))
            }
            Some((object, rest)) => format!("{}.{rest}", self.object(object)),
            None if kind == Kind::Objects => self.object(name).to_owned(),
            None => name.to_owned(),
        }
    }

    /// A field of an object, or its key: `account`, `account_id`.
    fn word(&self, object: &str, word: &str) -> String {
        let find = |word: &str| self.fields.get(&(object.to_owned(), word.to_owned()));
        let key = || Some(format!("{}_id", find(word.strip_suffix("_id")?)?));
        find(word).cloned().or_else(key).unwrap_or_else(|| word.to_owned())
    }

    /// A path from an object, `-` before it allowed: its first word.
    fn path(&self, object: &str, path: &str) -> String {
        let (sign, words) = path.strip_prefix('-').map_or(("", path), |rest| ("-", rest));
        let (first, rest) = words.split_once('.').map_or((words, None), |(first, rest)| (first, Some(rest)));
        let first = self.word(object, first);
        rest.map_or_else(|| format!("{sign}{first}"), |rest| format!("{sign}{first}.{rest}"))
    }

    /// A text of the formula language about records of an object.
    fn formula(&self, object: &str, text: &str) -> String {
        formulas::rewritten(text, &|segments| {
            let root = segments.first().filter(|root| root.starts_with('$'));
            let is_record = root.is_none_or(|root| {
                ["$record", "$prior"].iter().any(|known| root.eq_ignore_ascii_case(known))
            });
            let at = usize::from(root.is_some());
            let word = self.word(object, segments.get(at).filter(|_| is_record)?);
            let mut renamed = segments.to_vec();
            (renamed[at] != word).then(|| {
                renamed[at] = word;
                renamed
            })
        })
    }

    fn patch(&self, kind: Kind, place: &str, said: &Json) -> Json {
        let object = place.split('.').next().unwrap_or_default();
        match kind {
            Kind::Translations => self.translation(said),
            Kind::Apps => self.apps(said),
            _ => self.value(object, "", said),
        }
    }

    /// What stands at a key of a definition about an object.
    fn value(&self, object: &str, key: &str, said: &Json) -> Json {
        match said {
            Json::String(text) if FIELDS.contains(&key) => self.path(object, text).into(),
            Json::String(text) if FORMULAS.contains(&key) => self.formula(object, text).into(),
            Json::Object(map) if key == "filter" => self.filter(object, map).into(),
            Json::Object(map) => {
                // A list that is changed by `with` and `without` holds what the list does.
                let inner = |word: &str| {
                    if ["with", "without"].contains(&word) { key.to_owned() } else { word.to_owned() }
                };
                map.iter().map(|(word, one)| (word.clone(), self.value(object, &inner(word), one))).collect()
            }
            Json::Array(items) => items.iter().map(|item| self.value(object, key, item)).collect(),
            other => other.clone(),
        }
    }

    /// A filter in its JSON form; what stands within a relation is about other records.
    fn filter(&self, object: &str, said: &Map<String, Json>) -> Map<String, Json> {
        let one = |part: &Json| match part {
            Json::Object(map) => Json::Object(self.filter(object, map)),
            other => other.clone(),
        };
        let all = said.iter().map(|(key, value)| match (key.as_str(), value) {
            ("and" | "or", Json::Array(parts)) => (key.clone(), parts.iter().map(one).collect()),
            ("not", part) => (key.clone(), one(part)),
            (name, value) => (self.path(object, name), value.clone()),
        });
        all.collect()
    }

    /// Texts by object and field.
    fn translation(&self, said: &Json) -> Json {
        let mut said = said.clone();
        let Some(objects) = said.get_mut("objects").and_then(Json::as_object_mut) else { return said };
        let all = std::mem::take(objects);
        *objects = all.into_iter().map(|(name, texts)| self.texts(&name, texts)).collect();
        said
    }

    fn texts(&self, name: &str, mut texts: Json) -> (String, Json) {
        let object = self.object(name);
        if let Some(fields) = texts.get_mut("fields").and_then(Json::as_object_mut) {
            let all = std::mem::take(fields);
            *fields = all.into_iter().map(|(field, one)| (self.word(object, &field), one)).collect();
        }
        (object.to_owned(), texts)
    }

    /// Objects are all that an app names of a package's own.
    fn apps(&self, said: &Json) -> Json {
        match said {
            Json::Array(items) => items.iter().map(|item| self.apps(item)).collect(),
            Json::Object(map) => {
                let one = |(key, value): (&String, &Json)| match (key.as_str(), value) {
                    ("object", Json::String(name)) => (key.clone(), self.object(name).into()),
                    ("without", Json::Array(names)) => {
                        (key.clone(), names.iter().map(|name| self.named(name)).collect())
                    }
                    (_, value) => (key.clone(), self.apps(value)),
                };
                map.iter().map(one).collect()
            }
            other => other.clone(),
        }
    }

    fn named(&self, name: &Json) -> Json {
        name.as_str().map_or_else(|| name.clone(), |name| self.object(name).into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(objects: &[(&str, Json)]) -> Package {
        let files = objects.iter().map(|(name, json)| (format!("objects/{name}.json"), json.clone()));
        let manifest = json!({ "name": "fleet", "version": "2.0.0", "label": "Fleet" });
        let files = files.chain([("manifest.json".to_owned(), manifest)]);
        Package::from_files(files.map(|(path, json)| (path, json.to_string().into_bytes()))).unwrap()
    }

    fn following(layer: Json, package: &Package) -> Json {
        json!(ResellerLayer::read(layer.as_object().unwrap()).unwrap().following(package))
    }

    #[test]
    fn it_speaks_of_what_was_renamed_by_its_new_name() {
        let vehicle = json!({ "plural": "vehicles", "renamed_from": "car", "fields": [
            { "name": "places", "kind": "integer", "renamed_from": ["chairs", "seats"] },
            { "name": "depot", "kind": "lookup", "to": "depot", "renamed_from": "yard" },
        ] });
        let said = json!({
            "objects": { "car": { "label": "Rental", "field_order": ["seats"] } },
            "fields": { "car.seats": { "label": "Chairs", "default": { "formula": "yard.size + seats" } } },
            "list-views": { "car.all": { "columns": { "without": ["seats"], "with": ["yard.name"] }, "sort": ["-seats"],
                "where": "seats > 2 AND plate <> \"seats\"", "filter": { "and": [{ "yard_id": { "is_null": true } }] }, "label": "seats" } },
            "layouts": { "car.default": { "highlights": ["seats"],
                "sections": [{ "label": "seats", "visible": "seats > 1", "items": { "without": ["seats"], "with": [{ "field": "yard" }] } }] } },
            "translations": { "ours_de": { "objects": { "car": { "label": "Wagen", "fields": { "seats": { "label": "Sitze" } } } } } },
            "apps": { "yard": { "items": [{ "object": "car" }] } },
        });
        let expected = json!({
            "objects": { "vehicle": { "label": "Rental", "field_order": ["places"] } },
            "fields": { "vehicle.places": { "label": "Chairs", "default": { "formula": "depot.size + places" } } },
            "list-views": { "vehicle.all": { "columns": { "without": ["places"], "with": ["depot.name"] }, "sort": ["-places"],
                "where": "places > 2 AND plate <> \"seats\"", "filter": { "and": [{ "depot_id": { "is_null": true } }] }, "label": "seats" } },
            "layouts": { "vehicle.default": { "highlights": ["places"],
                "sections": [{ "label": "seats", "visible": "places > 1", "items": { "without": ["places"], "with": [{ "field": "depot" }] } }] } },
            "translations": { "ours_de": { "objects": { "vehicle": { "label": "Wagen", "fields": { "places": { "label": "Sitze" } } } } } },
            "apps": { "yard": { "items": [{ "object": "vehicle" }] } },
        });
        assert_eq!(following(said, &package(&[("vehicle", vehicle)])), expected);
    }

    #[test]
    fn what_is_there_by_the_old_name_or_said_by_the_new_one_stays() {
        let car = json!({ "plural": "cars", "fields": [
            { "name": "places", "kind": "integer", "renamed_from": "seats" },
            { "name": "wheels", "kind": "integer", "renamed_from": "doors" },
            { "name": "doors", "kind": "integer" },
        ] });
        let said = json!({ "fields": { "car.places": { "label": "Places" }, "car.seats": { "label": "Seats" }, "car.doors": { "label": "Doors" } } });
        let expected =
            json!({ "fields": { "car.places": { "label": "Places" }, "car.doors": { "label": "Doors" } } });
        assert_eq!(following(said, &package(&[("car", car)])), expected);
        let plain = json!({ "fields": { "car.seats": { "label": "Seats" } } });
        let none = package(&[("car", json!({ "plural": "cars", "fields": [] }))]);
        assert_eq!(following(plain.clone(), &none), plain);
    }
}
