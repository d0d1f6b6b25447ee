//! Records of a package held to the catalog before they are loaded, so that `validate` finds what
//! loading would.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value as Json};

use super::{DataFile, Package};
use crate::catalog::{Catalog, Object};
use crate::field_kinds::FieldKind;
use crate::input::Input;
use crate::problem::Problem;
use crate::relative;

impl Package {
    /// Problems of the package's records: unknown objects and keys, values that their fields refuse,
    /// and references to nothing. `known` are the refs of packages that this one requires.
    pub fn check_data(&self, catalog: &Catalog, known: &HashSet<String>, now: DateTime<Utc>) -> Vec<Problem> {
        let own = self.data.iter().flat_map(|file| &file.records).map(|record| record.reference.as_str());
        let references: HashSet<&str> = own.chain(known.iter().map(String::as_str)).collect();
        self.data.iter().flat_map(|file| check_file(catalog, file, (&references, now))).collect()
    }
}

fn check_file(catalog: &Catalog, file: &DataFile, world: (&HashSet<&str>, DateTime<Utc>)) -> Vec<Problem> {
    let Some(object) = catalog.find_object(&file.object) else {
        let text = format!("there is no object `{}`", file.object);
        return vec![Problem::new(format!("{}.object", file.path), "unknown-object", text)];
    };
    let mut problems = Vec::new();
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
