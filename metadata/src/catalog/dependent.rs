//! Whether dependent picklists hang together: what they depend on is there, and does not depend on them.

use super::Object;
use crate::field_kinds::FieldKind;
use crate::field_kinds::picklist::DependsOn;
use crate::problem::Problem;
use crate::suggest;

/// What a picklist depends on.
pub(crate) fn depends_on(kind: &FieldKind) -> Option<&DependsOn> {
    match kind {
        FieldKind::Picklist(list) => list.depends_on.as_ref(),
        FieldKind::MultiPicklist(list) => list.depends_on.as_ref(),
        _ => None,
    }
}

/// Checks every dependent picklist of an object.
pub(super) fn check(object: &Object, path: &str, problems: &mut Vec<Problem>) {
    for field in &object.fields {
        let Some(depends) = depends_on(&field.kind) else { continue };
        let place = format!("{path}.fields.{}.depends_on", field.name);
        let mut found =
            matrix(object, depends, |value| field.options.iter().any(|option| option.value == value));
        if found.is_empty() && is_ring(object, &field.name) {
            found.push(Problem::new("field", "cycle", "the picklists depend on each other in a ring"));
        }
        problems.extend(found.into_iter().map(|problem| problem.under(&place)));
    }
}

fn matrix(object: &Object, depends: &DependsOn, is_own: impl Fn(&str) -> bool) -> Vec<Problem> {
    let Some(by) = object.find_field(&depends.field) else {
        let names = object.fields.iter().map(|field| field.name.as_str());
        let text = format!("`{}` has no field `{}`", object.name, depends.field);
        let problem = Problem::new("field", "unknown-field", text);
        return vec![suggest::hint(&depends.field, names).into_iter().fold(problem, Problem::hint)];
    };
    let is_known = |word: &str| match by.kind {
        FieldKind::Picklist(_) => by.options.iter().any(|option| option.value == word),
        _ => ["true", "false"].contains(&word),
    };
    if !matches!(by.kind, FieldKind::Picklist(_) | FieldKind::Boolean(_)) {
        let text = format!("`{}` is neither a picklist nor true or false", depends.field);
        return vec![Problem::new("field", "wrong-kind", text)];
    }
    let mut problems = Vec::new();
    for (word, allowed) in &depends.matrix {
        let place = format!("matrix.{word}");
        if !is_known(word) {
            let text = format!("`{word}` is not a value of `{}`", depends.field);
            problems.push(Problem::new(&place, "unknown-option", text));
        }
        for (at, value) in allowed.iter().enumerate().filter(|(_, value)| !is_own(value)) {
            let text = format!("`{value}` is not an option of this field");
            problems.push(Problem::new(format!("{place}.{at}"), "unknown-option", text));
        }
    }
    problems
}

/// Whether what a field depends on, step by step, is the field itself.
fn is_ring(object: &Object, name: &str) -> bool {
    let mut here = name;
    for _ in 0..object.fields.len() {
        let next = object.find_field(here).and_then(|field| depends_on(&field.kind));
        let Some(next) = next else { return false };
        if next.field == name {
            return true;
        }
        here = &next.field;
    }
    true
}
