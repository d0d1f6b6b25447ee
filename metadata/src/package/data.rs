//! Records of a package held to the catalog before they are loaded, so that `validate` finds what
//! loading would.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use super::{DataFile, DataKind, Package};
use crate::catalog::standard::USER;
use crate::catalog::{Catalog, Object};
use crate::field_kinds::FieldKind;
use crate::input::Input;
use crate::problem::Problem;
use crate::relative;

/// What a sample person may have.
const PERSON: [&str; 4] = ["name", "email", "roles", "manager_id"];
/// Domains that never get mail (RFC 2606).
const RESERVED: [&str; 3] = [".example", ".test", ".invalid"];

impl Package {
    /// Problems of the package's records: unknown objects and keys, values that their fields refuse,
    /// and references to nothing. `known` are the refs of packages that this one requires.
    pub fn check_data(&self, catalog: &Catalog, known: &HashSet<String>, now: DateTime<Utc>) -> Vec<Problem> {
        let own = self.data.iter().flat_map(|file| &file.records).map(|record| record.reference.as_str());
        let references: HashSet<&str> = own.chain(known.iter().map(String::as_str)).collect();
        self.data.iter().flat_map(|file| check_file(catalog, file, (&references, now))).collect()
    }
}

impl DataFile {
    /// What a package may not write: records of the system are not a package's, but for colleagues among sample data.
    /// These are members, and their addresses are of a domain that never gets mail, so that nobody signs in as one of
    /// them by a mailed link.
    pub fn check_system(&self, object: &Object) -> Vec<Problem> {
        if !object.system {
            return Vec::new();
        }
        if object.name != USER || self.kind != DataKind::Sample {
            let text = format!("a package brings no records of `{}` but sample people", object.name);
            return vec![Problem::new(format!("{}.object", self.path), "system-object", text)];
        }
        let people = self.records.iter().enumerate();
        people
            .flat_map(|(at, record)| check_person(&record.data, &format!("{}.records.{at}.data", self.path)))
            .collect()
    }
}

fn check_person(data: &Map<String, Json>, place: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for key in data.keys().filter(|key| !PERSON.contains(&key.as_str())) {
        let text = format!("a sample person has {} only", PERSON.join(", "));
        problems.push(Problem::new(format!("{place}.{key}"), "system-field", text));
    }
    if data.get("roles").is_some_and(|roles| *roles != Json::from(vec!["member"])) {
        let text = "a sample person has the role `member` only";
        problems.push(Problem::new(format!("{place}.roles"), "system-field", text));
    }
    let email = data.get("email").and_then(Json::as_str).unwrap_or_default();
    if !RESERVED.iter().any(|domain| email.ends_with(domain)) {
        let text = format!("a sample person's address ends with {}", RESERVED.join(" or "));
        problems.push(Problem::new(format!("{place}.email"), "system-field", text));
    }
    problems
}

fn check_file(catalog: &Catalog, file: &DataFile, world: (&HashSet<&str>, DateTime<Utc>)) -> Vec<Problem> {
    let Some(object) = catalog.find_object(&file.object) else {
        let text = format!("there is no object `{}`", file.object);
        return vec![Problem::new(format!("{}.object", file.path), "unknown-object", text)];
    };
    let mut problems = file.check_system(object);
    for (at, record) in file.records.iter().enumerate() {
        let place = format!("{}.records.{at}.data", file.path);
        let found = check_record((catalog, object), &record.data, world);
        problems.extend(found.into_iter().map(|problem| problem.under(&place)));
    }
    problems
}

fn check_record(
    (catalog, object): (&Catalog, &Object),
    data: &Map<String, Json>,
    world: (&HashSet<&str>, DateTime<Utc>),
) -> Vec<Problem> {
    let values = data.iter().filter_map(|(key, value)| check_value(object, (key, value), world));
    values.chain(missing((catalog, object), data)).collect()
}

/// Fields that must not be blank and that nothing fills.
fn missing((catalog, object): (&Catalog, &Object), data: &Map<String, Json>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let rules = catalog.rules(object);
    let given = |field: &crate::Field| {
        data.contains_key(&field.name) || field.columns.iter().all(|column| data.contains_key(&column.key))
    };
    // The name may be given as the own field that it is, and the other way round.
    let is_name = |field: &crate::Field| object.name_field.field.as_ref() == Some(&field.name);
    let is_asked = |field: &&crate::Field| {
        field.required && field.default.is_none() && field.default_formula.is_none() && !field.read_only
    };
    let is_made = |field: &crate::Field| field.standard && !object.name_field.compose.is_empty();
    let is_filled = |field: &crate::Field| is_made(field) || rules.is_some_and(|rules| rules.may_fill(field));
    for field in object.fields.iter().filter(is_asked).filter(|field| !is_filled(field)) {
        let other = match field.standard {
            true => object.name_field.field.as_deref(),
            false => is_name(field).then_some("name"),
        };
        let is_given = given(field) || other.is_some_and(|other| data.contains_key(other));
        if !is_given && !matches!(field.kind, FieldKind::Boolean(_)) {
            let text = format!("{} is required", field.label);
            problems.push(Problem::new(&field.name, "required", text));
        }
    }
    problems
}

fn check_value(
    object: &Object,
    (key, value): (&str, &Json),
    (references, now): (&HashSet<&str>, DateTime<Utc>),
) -> Option<Problem> {
    let many = object.find_field(key).filter(|field| matches!(field.kind, FieldKind::ManyToMany(_)));
    let Some(field) = many.or_else(|| object.find_key(key).map(|(field, _)| field)) else {
        return Some(Problem::new(key, "unknown-field", format!("`{}` has no field `{key}`", object.name)));
    };
    if field.kind.is_relation() {
        return relation_problem(key, value, references);
    }
    let text = match value {
        Json::String(text) => relative::resolve(text, now).unwrap_or_else(|| text.clone()),
        other => other.to_string(),
    };
    let input = match value {
        Json::String(_) => Input::Text(text.as_str().into()),
        _ => Input::from_json(&text),
    };
    field.parse(&input).err().map(|fault| fault.at(key))
}

/// A reference, or several; the object's name beside an any-lookup is free text here.
fn relation_problem(key: &str, value: &Json, references: &HashSet<&str>) -> Option<Problem> {
    let one = std::slice::from_ref(value);
    let items = value.as_array().map_or(one, Vec::as_slice);
    let missing = items.iter().filter_map(Json::as_str).find_map(|text| {
        let name = text.strip_prefix('@')?;
        (!references.contains(name)).then(|| name.to_owned())
    })?;
    Some(Problem::new(key, "unknown-ref", format!("there is no record `{missing}`")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(person: &Json) -> Vec<String> {
        let Json::Object(data) = person else { return Vec::new() };
        check_person(data, "data/user.json").into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn sample_people_are_nobody_who_can_sign_in() {
        let ada = json!({"name": "Ada", "email": "ada@trellis.example", "roles": ["member"]});
        assert!(faults(&ada).is_empty());
        let boss =
            json!({"name": "Eve", "email": "eve@evil.org", "roles": ["administrator"], "active": true});
        let expected = ["data/user.json.active", "data/user.json.roles", "data/user.json.email"];
        assert_eq!(faults(&boss), expected);
        assert_eq!(faults(&json!({"email": "eve@evil.org#x.example.com"})), ["data/user.json.email"]);
    }
}
