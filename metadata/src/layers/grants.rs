//! What a package gives to people that the version before did not: permissions of its roles and sets, and records that
//! its rules share. An upgrade that gives more is agreed to anew.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::definitions::{Definitions, Kind};

/// Keys of a role or a permission set that give something.
const GIVING: [&str; 4] = ["inherits", "objects", "fields", "system"];

/// Grants of a package that are in `new` and not in `old`, each with its place: `roles.rep.objects.deal.delete`.
pub fn added_grants(old: &Definitions, new: &Definitions, package: &str) -> Vec<String> {
    let (before, after) = (grants(old, package), grants(new, package));
    let added = after.iter().filter(|(place, value)| before.get(*place) != Some(value));
    let added: BTreeSet<String> = added.map(|(place, _)| place.clone()).collect();
    // What was muted and is not any more is given too.
    let unmuted = before.keys().filter(|place| place.contains(".mutes.") && !after.contains_key(*place));
    let added = added.into_iter().filter(|place| !place.contains(".mutes."));
    added.chain(unmuted.cloned()).collect()
}

/// Everything that the package's own words give, by place.
fn grants(definitions: &Definitions, package: &str) -> BTreeMap<String, Json> {
    let mut found = BTreeMap::new();
    for row in definitions.rows().into_iter().filter(|row| row.package.as_deref() == Some(package)) {
        let Some(base) = row.base.filter(|base| !base.withdrawn) else { continue };
        let place = format!("{}.{}", row.kind.word(), row.name);
        match row.kind {
            Kind::Roles | Kind::PermissionSets => {
                for key in GIVING.iter().chain(&["mutes"]) {
                    leaves(&format!("{place}.{key}"), &base.definition[*key], &mut found);
                }
            }
            Kind::SharingRules => {
                let mut said = base.definition;
                said.as_object_mut().map(|map| map.shift_remove("label"));
                found.insert(place, said);
            }
            _ => {}
        }
    }
    found
}

fn leaves(place: &str, value: &Json, found: &mut BTreeMap<String, Json>) {
    match value {
        Json::Object(map) => {
            map.iter().for_each(|(key, value)| leaves(&format!("{place}.{key}"), value, found))
        }
        Json::Array(items) => {
            for item in items {
                let word = item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                found.insert(format!("{place}.{word}"), true.into());
            }
        }
        Json::Null | Json::Bool(false) => {}
        Json::String(none) if none == "none" => {}
        given => drop(found.insert(place.to_owned(), given.clone())),
    }
}
