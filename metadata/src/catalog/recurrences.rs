//! How records come again, as a save uses it, and what is wrong with its definition.

use std::sync::Arc;

use super::{Catalog, Field, Object};
use crate::definitions::recurrence::Recurrence;
use crate::definitions::validation_rule::{own_field, own_option};
use crate::field_kinds::FieldKind;
use crate::field_kinds::text::Format;
use crate::problem::Problem;

impl Catalog {
    /// How records of the object come again; `None` where they do not.
    pub fn recurrence(&self, object: &Object) -> Option<&Arc<Recurrence>> {
        self.parts.recurrences.values().find(|one| one.active && one.object == object.name)
    }
}

/// What is wrong with a definition, with paths below it.
pub(crate) fn check(catalog: &Catalog, object: &Object, source: &Recurrence) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for (place, name) in source.fields() {
        problems.extend(own_field(object, (&place, name)));
    }
    let wrong = |place: &str, text: String| Problem::new(place, "wrong-kind", text);
    let field = |name: &String| object.find_field(name);
    let is_rule = |field: &Field| matches!(&field.kind, FieldKind::Text(text) if text.format == Some(Format::Recurrence));
    if field(&source.rule).is_some_and(|field| !is_rule(field)) {
        let text = format!("`{}` is not a text in the format `recurrence`", source.rule);
        problems.push(wrong("rule", text).hint("give the field \"format\": \"recurrence\""));
    }
    let dates = source.shift.iter().enumerate().map(|(at, name)| (format!("shift.{at}"), name));
    for (place, name) in dates.chain([("due".to_owned(), &source.due)]) {
        let is_date = |field: &Field| {
            matches!(field.kind, FieldKind::Date(_) | FieldKind::Datetime(_)) && !field.read_only
        };
        if field(name).is_some_and(|field| !is_date(field)) {
            problems.push(wrong(&place, format!("`{name}` is not a date that people write")));
        }
    }
    match field(&source.status) {
        Some(status) if matches!(status.kind, FieldKind::Picklist(_)) => {
            let places = source.done.iter().enumerate();
            problems
                .extend(places.filter_map(|(at, value)| own_option(status, (&format!("done.{at}"), value))));
        }
        Some(_) => problems.push(wrong("status", format!("`{}` is not a picklist", source.status))),
        None => {}
    }
    let is_own = |field: &Field| {
        matches!(field.kind, FieldKind::Lookup(_)) && field.kind.target() == Some(&object.name)
    };
    if field(&source.previous).is_some_and(|field| !is_own(field)) {
        let text = format!("`{}` is not a lookup of `{}` to itself", source.previous, object.name);
        problems.push(wrong("previous", text));
    }
    let others = catalog.parts.recurrences.values();
    if source.active && others.filter(|one| one.active && one.object == source.object).count() > 1 {
        let text = format!("records of `{}` come again in one way only", object.name);
        problems.push(Problem::new("active", "duplicate", text));
    }
    problems
}
