//! What a caller is shown in a language: the labels of a document of metadata in place of those that stand in the
//! definitions. The tenant's own translations go before those of packages, a country's before its language's.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Catalog;
use crate::definitions::translation::{FieldTexts, ObjectTexts, Translation};

/// Properties that people read.
const READ: [&str; 6] = ["label", "plural_label", "inverse_label", "description", "help", "title"];

/// All that is known of one language, from the strongest to the weakest.
pub struct Texts<'c> {
    all: Vec<&'c Translation>,
}

impl Catalog {
    /// What there is for a language; `None` where nothing is. `is_own` tells whether a translation is the tenant's.
    pub fn texts(&self, locale: &str, is_own: impl Fn(&str) -> bool) -> Option<Texts<'_>> {
        let language = locale.split('-').next().unwrap_or(locale);
        let named = self.parts.translations.iter().filter(|(_, one)| one.active);
        let mut all: Vec<(bool, bool, &Translation)> = named
            .filter(|(_, one)| one.locale.eq_ignore_ascii_case(locale) || one.locale == language)
            .map(|(name, one)| (!is_own(name), !one.locale.eq_ignore_ascii_case(locale), &**one))
            .collect();
        all.sort_by_key(|(of_package, of_language, _)| (*of_package, *of_language));
        (!all.is_empty()).then(|| Texts { all: all.into_iter().map(|(_, _, one)| one).collect() })
    }

    /// The languages for which there is anything, in their order.
    pub fn locales(&self) -> BTreeSet<&str> {
        let active = self.parts.translations.values().filter(|one| one.active);
        active.map(|one| one.locale.as_str()).collect()
    }
}

impl Texts<'_> {
    /// Puts the language's texts into a list of objects, as they are told.
    pub fn objects(&self, objects: &mut Json) {
        for object in objects.as_array_mut().into_iter().flatten() {
            let name = object["name"].as_str().unwrap_or_default().to_owned();
            let mut fields = object["fields"].take();
            for field in fields.as_array_mut().into_iter().flatten() {
                self.field(&name, field);
            }
            let of = |get: fn(&ObjectTexts) -> Option<&String>| {
                self.first(|one| one.objects.get(&name).and_then(get))
            };
            let own = [
                ("label", of(|texts| texts.label.as_ref())),
                ("plural_label", of(|texts| texts.plural_label.as_ref())),
                ("description", of(|texts| texts.description.as_ref())),
            ];
            self.put(object, own, |_| None);
            object["fields"] = fields;
        }
    }

    fn field(&self, object: &str, field: &mut Json) {
        let name = field["name"].as_str().unwrap_or_default().to_owned();
        let texts = |one: &'_ Translation| -> Option<FieldTexts> {
            one.objects.get(object)?.fields.get(&name).cloned()
        };
        let known: Vec<FieldTexts> = self.all.iter().filter_map(|one| texts(one)).collect();
        let own = [
            ("label", known.iter().find_map(|texts| texts.label.clone())),
            ("help", known.iter().find_map(|texts| texts.help.clone())),
        ];
        self.put(field, own, |value| known.iter().find_map(|texts| texts.options.get(value).cloned()));
    }

    /// The same with option sets.
    pub fn option_sets(&self, sets: &mut Json) {
        for set in sets.as_array_mut().into_iter().flatten() {
            let name = set["name"].as_str().unwrap_or_default().to_owned();
            let own = [("label", self.first(|one| one.option_sets.get(&name)?.label.as_ref()))];
            self.put(set, own, |value| self.first(|one| one.option_sets.get(&name)?.options.get(value)));
        }
    }

    /// The same with anything whose texts are known by themselves alone.
    pub fn others(&self, json: &mut Json) {
        match json {
            Json::Array(all) => all.iter_mut().for_each(|one| self.others(one)),
            Json::Object(all) => {
                for (key, value) in all.iter_mut() {
                    match value {
                        Json::String(text) if READ.contains(&key.as_str()) => {
                            if let Some(found) = self.first(|one| one.texts.get(text.as_str())) {
                                *text = found;
                            }
                        }
                        Json::Array(_) | Json::Object(_) => self.others(value),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// One thing's texts: those that are told by name, and by themselves what is left.
    fn put<const N: usize>(
        &self,
        json: &mut Json,
        own: [(&str, Option<String>); N],
        option: impl Fn(&str) -> Option<String>,
    ) {
        self.others(json);
        let said = own.into_iter().filter_map(|(key, text)| Some((key, text?)));
        said.for_each(|(key, text)| json[key] = text.into());
        for one in json.get_mut("options").and_then(Json::as_array_mut).into_iter().flatten() {
            let text = one["value"].as_str().and_then(&option);
            text.into_iter().for_each(|text| one["label"] = text.into());
        }
    }

    fn first(&self, get: impl Fn(&Translation) -> Option<&String>) -> Option<String> {
        self.all.iter().find_map(|one| get(one)).cloned()
    }
}

/// A package's `i18n/{locale}.json` as the definition that it stands for: it may say its texts alone.
pub(crate) fn of_package(locale: &str, json: Json) -> Json {
    let is_flat = |all: &serde_json::Map<String, Json>| {
        !all.contains_key("locale") && all.values().all(Json::is_string)
    };
    match json {
        Json::Object(all) if is_flat(&all) => serde_json::json!({ "locale": locale, "texts": all }),
        Json::Object(mut all) => {
            all.entry("locale").or_insert_with(|| locale.into());
            Json::Object(all)
        }
        other => other,
    }
}

/// What it is called: the package's word and the language's.
pub(crate) fn name_of(package: &str, locale: &str) -> String {
    format!("{package}_{}", locale.to_ascii_lowercase().replace('-', "_"))
}
