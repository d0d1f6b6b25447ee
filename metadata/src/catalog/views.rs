//! Layouts and list views: whether the objects, paths and relations that they name exist.

use serde_json::Value as Json;

use super::encrypted::ENCRYPTED;
use super::{Catalog, Object};
use crate::definitions::layout::{Item, Layout};
use crate::definitions::list_view::{ListView, NOT_WEIGHTED};
use crate::definitions::sharing_rule::condition_options;
use crate::problem::Problem;
use crate::suggest;

/// Operators of contract §3, in filters of list views.
const OPERATORS: &[&str] = &[
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "in",
    "not_in",
    "is_null",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "has_any",
    "has_all",
    "search",
];

fn check_path(catalog: &Catalog, object: &Object, path: &str, place: String) -> Option<Problem> {
    catalog.resolve_path(object, path).err().map(|fault| fault.at(place))
}

pub(crate) fn list_view(catalog: &Catalog, object: &Object, view: &ListView) -> Vec<Problem> {
    let columns = view.columns.iter().enumerate().map(|(at, path)| (format!("columns.{at}"), path.as_str()));
    let pinned = view.pinned.iter().enumerate().map(|(at, path)| (format!("pinned.{at}"), path.as_str()));
    let sort = view.sort.iter().enumerate();
    let sort = sort.map(|(at, path)| (format!("sort.{at}"), path.strip_prefix('-').unwrap_or(path)));
    let group = view.group_by.iter().map(|path| ("group_by".to_owned(), path.as_str()));
    let paths = columns.chain(pinned).chain(sort).chain(group);
    let mut problems: Vec<Problem> =
        paths.filter_map(|(place, path)| check_path(catalog, object, path, place)).collect();
    problems.extend(weight(object, view));
    problems.extend(arranged(catalog, object, view));
    problems.extend(view.condition.iter().flat_map(|text| condition(catalog, object, ("where", text))));
    for (at, people) in view.shared_with.iter().enumerate() {
        problems.extend(people.check(catalog, &format!("shared_with.{at}")));
    }
    if let Some(filter) = &view.filter {
        check_filter(catalog, object, filter, ("filter", &mut problems));
    }
    problems
}

/// What amounts are weighted by is a number of the record that they are of.
fn weight(object: &Object, view: &ListView) -> Option<Problem> {
    let name = view.weight()?;
    let Some(field) = object.find_field(name) else {
        let hint = suggest::hint(name, object.fields.iter().map(|field| field.name.as_str()));
        let text = format!("`{}` has no field `{name}`", object.name);
        let problem = Problem::new("weight_by", "unknown-field", text);
        return Some(hint.into_iter().fold(problem, Problem::hint));
    };
    if field.ty().is_number() {
        return None;
    }
    let text = format!("amounts are weighted by a number, and `{name}` is a `{}`", field.kind.name());
    let hint = format!("name a percentage or a number of the object, or `{NOT_WEIGHTED}`");
    Some(Problem::new("weight_by", "wrong-kind", text).hint(hint))
}

/// What a view is sorted or grouped by although it is encrypted.
fn arranged(catalog: &Catalog, object: &Object, view: &ListView) -> Vec<Problem> {
    let sort = view.sort.iter().enumerate();
    let sort = sort.map(|(at, path)| (format!("sort.{at}"), path.strip_prefix('-').unwrap_or(path)));
    let group = view.group_by.iter().map(|path| ("group_by".to_owned(), path.as_str()));
    let refused = |(place, path): (String, &str)| {
        let steps = catalog.resolve_path(object, path).ok()?;
        let step = steps.last().filter(|step| step.field.encrypted)?;
        Some(Problem::new(place, ENCRYPTED, step.field.encrypted_reason(step.object)))
    };
    sort.chain(group).filter_map(refused).collect()
}

/// What is wrong with a condition on the object's records.
fn condition(catalog: &Catalog, object: &Object, (place, text): (&str, &str)) -> Vec<Problem> {
    let checked = catalog.check_expression(object, text, &condition_options());
    checked.err().into_iter().flatten().map(|problem| problem.under(place)).collect()
}

/// Walks a filter in its JSON form; values are checked when the view is opened, because they may be relative.
fn check_filter(
    catalog: &Catalog,
    object: &Object,
    filter: &Json,
    (place, problems): (&str, &mut Vec<Problem>),
) {
    let Some(map) = filter.as_object() else {
        problems.push(Problem::new(
            place,
            "wrong-type",
            "expected an object such as {\"amount\": {\"gte\": 1000}}",
        ));
        return;
    };
    for (key, value) in map {
        let place = format!("{place}.{key}");
        match (key.as_str(), value) {
            ("and" | "or", Json::Array(parts)) => {
                for (at, part) in parts.iter().enumerate() {
                    check_filter(catalog, object, part, (&format!("{place}.{at}"), problems));
                }
            }
            ("not", part) => check_filter(catalog, object, part, (&place, problems)),
            (path, value) => check_condition(catalog, object, (path, value), (&place, problems)),
        }
    }
}

fn check_condition(
    catalog: &Catalog,
    object: &Object,
    (path, value): (&str, &Json),
    (place, problems): (&str, &mut Vec<Problem>),
) {
    if let Some(relation) = object.find_relation(path)
        && let (Some(other), Some(map)) = (catalog.find_object(&relation.object), value.as_object())
        && map.keys().all(|key| ["some", "none", "every"].contains(&key.as_str()))
    {
        for (quantifier, part) in map {
            check_filter(catalog, other, part, (&format!("{place}.{quantifier}"), problems));
        }
        return;
    }
    problems.extend(check_path(catalog, object, path, place.to_owned()));
    for operator in value.as_object().into_iter().flat_map(|map| map.keys()) {
        if !OPERATORS.contains(&operator.as_str()) {
            let text = format!("`{operator}` is not an operator");
            let hint = suggest::hint(operator, OPERATORS.iter().copied());
            let problem = Problem::new(format!("{place}.{operator}"), "unknown-operator", text);
            problems.push(problem.hint(hint.unwrap_or_else(|| format!("one of {}", OPERATORS.join(", ")))));
        }
    }
}

pub(crate) fn layout(catalog: &Catalog, object: &Object, layout: &Layout) -> Vec<Problem> {
    let highlights = layout.highlights.iter().enumerate();
    let mut problems: Vec<Problem> = highlights
        .filter_map(|(at, path)| check_path(catalog, object, path, format!("highlights.{at}")))
        .collect();
    for (at, assigned) in layout.assign.iter().enumerate() {
        let role = assigned.role.as_deref().filter(|role| *role != "*");
        if let Some(role) = role.filter(|role| !catalog.parts.roles.contains_key(*role)) {
            let hint = suggest::hint(role, catalog.parts.roles.keys().map(String::as_str));
            let text = format!("there is no role `{role}`");
            let problem = Problem::new(format!("assign.{at}.role"), "unknown-role", text);
            problems.push(hint.into_iter().fold(problem, Problem::hint));
        }
        let Some(name) = assigned.record_type.as_deref().filter(|name| *name != "*") else { continue };
        if !catalog.parts.record_types.contains_key(&format!("{}.{name}", object.name)) {
            let text = format!("`{}` has no record type `{name}`", object.name);
            problems.push(Problem::new(format!("assign.{at}.record_type"), "unknown-record-type", text));
        }
    }
    for (at, section) in layout.sections.iter().enumerate() {
        if section.columns.is_some_and(|columns| !(1..=2).contains(&columns)) {
            problems.push(Problem::new(
                format!("sections.{at}.columns"),
                "out-of-range",
                "columns is 1 or 2",
            ));
        }
        let visible = section.visible.iter();
        problems.extend(
            visible.flat_map(|text| condition(catalog, object, (&format!("sections.{at}.visible"), text))),
        );
        for (index, item) in section.items.iter().enumerate() {
            let place = format!("sections.{at}.items.{index}");
            problems.extend(check_item(catalog, object, item, &place));
        }
    }
    problems
}

fn check_item(catalog: &Catalog, object: &Object, item: &Item, place: &str) -> Option<Problem> {
    match (&item.field, &item.related, &item.component) {
        (Some(path), None, None) => check_path(catalog, object, path, format!("{place}.field")),
        (None, Some(name), None) if object.find_relation(name).is_some() => None,
        (None, Some(name), None) => {
            let text = format!("`{}` has no relation `{name}`", object.name);
            let hint = suggest::hint(name, object.relations.iter().map(|relation| relation.name.as_str()));
            let problem = Problem::new(format!("{place}.related"), "unknown-relation", text);
            Some(hint.into_iter().fold(problem, Problem::hint))
        }
        (None, None, Some(_)) => None,
        _ => Some(Problem::new(place, "one-of", "give exactly one of `field`, `related` and `component`")),
    }
}
