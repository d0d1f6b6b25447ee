//! The conditions of roll-ups, and what each depends on. After the types of all fields are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use formulas::{Capability, Expression, Options, Type, Zone};

use super::resolve::{at, path, places, put};
use super::{Rollup, order};
use crate::catalog::{Catalog, Link, Object};
use crate::field_kinds::FieldKind;
use crate::field_kinds::rollup::{Mode, Rollup as Settings};
use crate::problem::Problem;

/// Checks the conditions of all roll-ups, brings the roll-ups into their order, and lists them by child.
pub(in crate::catalog) fn resolve(catalog: &mut Catalog, problems: &mut Vec<Problem>) {
    for place in places(catalog) {
        let (object, field) = at(catalog, place);
        let (Some(rollup), FieldKind::Rollup(settings)) = (&field.rollup, &field.kind) else { continue };
        let Some(child) = catalog.find_object(&rollup.child) else { continue };
        let found = settings.condition.as_deref().map(|text| condition(catalog, child, (text, settings)));
        let (condition, mode) = match found {
            None => (None, rollup.mode),
            Some(Ok((condition, mode))) => (Some(condition), mode),
            Some(Err(found)) => {
                let path = format!("{}.where", path(object, field));
                problems.extend(found.into_iter().map(|problem| problem.under(&path)));
                continue;
            }
        };
        if mode != rollup.mode && field.indexed {
            let text = "nothing is stored of a roll-up whose `where` changes with time";
            let problem = Problem::new(format!("{}.indexed", path(object, field)), "not-allowed", text);
            problems.push(problem.hint("leave it out; it can be sorted and filtered all the same"));
        }
        put(catalog, place, complete(Rollup { mode, ..Rollup::clone(rollup) }, child, condition));
    }
    // Which of them are kept is known of all now.
    for place in places(catalog) {
        let (object, field) = at(catalog, place);
        let Some(rollup) = &field.rollup else { continue };
        let Some(child) = catalog.find_object(&rollup.child) else { continue };
        if let Some(used) = unkept(rollup, child) {
            let text =
                format!("`{}.{used}` is computed when it is read, so nothing can be kept of it", child.name);
            let problem = Problem::new(format!("{}.mode", path(object, field)), "not-stored", text);
            problems.push(problem.hint("let this one be `on_read` too"));
        }
    }
    order::resolve(catalog, problems);
    list(catalog);
}

/// What a text means for one child, from its own fields alone, and when changes arrive: what changes with time while
/// nobody saves anything cannot be kept, so it is computed when it is read. Days are the tenant's, so that it is the
/// same for everybody.
fn condition(
    catalog: &Catalog,
    child: &Object,
    (text, settings): (&str, &Settings),
) -> Result<(Expression, Mode), Vec<Problem>> {
    let options = Options { expects: Some(Type::Bool), zone: Zone::Tenant, ..Options::default() };
    let checked = catalog.check_expression(child, text, &options)?;
    let refuse = |text: String, hint: &str| Err(vec![Problem::new("", "not-stored", text).hint(hint)]);
    let mut is_own = true;
    checked.expression.references(&mut |reference| is_own &= reference.path.is_empty());
    if !is_own {
        let text = format!("a roll-up may ask only for fields of the `{}` itself", child.name);
        return refuse(text, "leave out other records: nothing is saved here when those change");
    }
    if checked.expression.asks_who() {
        let text = "a roll-up is the same for everybody who reads it".to_owned();
        return refuse(text, "leave out $User, HASROLE() and INTEAM()");
    }
    // What an index could hold changes with the record itself and with nothing else.
    match (checked.capability, settings.mode()) {
        (Capability::Index, mode) | (_, mode @ Mode::OnRead) => Ok((checked.expression, mode)),
        _ if settings.mode.is_none() => Ok((checked.expression, Mode::OnRead)),
        _ => refuse(
            "it changes with time while nothing is saved, or it is too long, so nothing can be kept of it"
                .to_owned(),
            "leave `mode` out or say `on_read`: it is computed when it is read then",
        ),
    }
}

/// What a roll-up that is kept would be made of that is not.
fn unkept(rollup: &Rollup, child: &Object) -> Option<String> {
    let is_unkept = |id: &&String| {
        let used = child.find_field_by_id(id).and_then(|field| field.rollup.as_ref());
        used.is_some_and(|used| !used.is_kept())
    };
    let used = rollup.uses.iter().find(is_unkept).filter(|_| rollup.is_kept())?;
    Some(child.find_field_by_id(used)?.name.clone())
}

/// Notes what the roll-up depends on.
fn complete(rollup: Rollup, child: &Object, condition: Option<Expression>) -> Rollup {
    let mut ids: BTreeSet<String> = rollup.source.iter().map(|(id, _)| id.clone()).collect();
    if let Some(condition) = &condition {
        condition.references(&mut |reference| {
            let id = reference.field.split_once('#').map_or(reference.field.as_str(), |(id, _)| id);
            ids.insert(id.to_owned());
        });
    }
    let fields = || ids.iter().filter_map(|id| child.find_field_by_id(id));
    let columns = fields().flat_map(|field| &field.columns).map(|column| column.name.clone());
    let mut inputs: BTreeSet<String> = columns.collect();
    match &rollup.link {
        Link::Lookup { column, .. } => drop(inputs.insert(column.clone())),
        Link::AnyLookup { object_column, id_column, .. } => {
            inputs.extend([object_column.clone(), id_column.clone()]);
        }
        Link::Table { .. } => {}
    }
    let uses =
        fields().filter(|field| matches!(field.kind, FieldKind::Rollup(_))).map(|field| field.id.clone());
    let uses = uses.collect();
    Rollup { condition, inputs, uses, ..rollup }
}

/// Roll-ups by child. Parents stand in the order in which their records are locked: what is made of others
/// comes after them.
fn list(catalog: &mut Catalog) {
    let all: Vec<Arc<Rollup>> =
        places(catalog).into_iter().filter_map(|place| at(catalog, place).1.rollup.clone()).collect();
    let height = |parent: &str| all.iter().filter(|r| r.parent == parent).map(|r| r.level).max();
    let mut sorted = all.clone();
    sorted.sort_by_key(|rollup| (height(&rollup.parent), rollup.parent_id.clone()));
    for rollup in sorted {
        catalog.rollups.entry(rollup.child.clone()).or_default().push(rollup);
    }
}
