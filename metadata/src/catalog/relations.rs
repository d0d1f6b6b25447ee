//! Relations: targets of lookups, and the to-many relations that the other side gets from them.

use std::collections::HashMap;

use super::{Link, Object, Relation};
use crate::definitions::object::SharingDefault;
use crate::field_kinds::FieldKind;
use crate::problem::Problem;
use crate::suggest;

/// Column of a link table that holds the record of the object with the field.
pub const HERE: &str = "here_id";
/// Column of a link table that holds the record that it is linked to.
pub const THERE: &str = "there_id";

/// Name of the table that holds the links of a many-to-many field.
pub fn link_table(field_id: &str) -> String {
    format!("_link_{field_id}")
}

/// A relation still to be put on its object.
struct Found {
    /// Position of the object that gets it.
    on: usize,
    relation: Relation,
    /// Path of the setting that names it.
    path: String,
    /// From a lookup to every object: gives way to whatever has the name already.
    yields: bool,
}

/// Fills in targets and relations of all objects.
pub(super) fn resolve(objects: &mut [Object], problems: &mut Vec<Problem>) {
    let index: HashMap<String, usize> =
        objects.iter().enumerate().map(|(at, o)| (o.name.clone(), at)).collect();
    let everything: Vec<String> = objects.iter().filter(|o| !o.system).map(|o| o.name.clone()).collect();
    let mut found = Vec::new();
    for (at, object) in objects.iter_mut().enumerate() {
        for field in 0..object.fields.len() {
            let targets = targets(object, field, &everything);
            check_targets(object, field, &targets, (&index, problems));
            object.fields[field].targets = targets;
            collect(object, field, (at, &index), &mut found);
        }
    }
    masters(objects, &index, problems);
    found.sort_by_key(|found| found.yields);
    found.into_iter().for_each(|found| place(objects, found, problems));
}

/// Parts of parts are fine; a record that must have itself as a master could never be created.
fn masters(objects: &[Object], index: &HashMap<String, usize>, problems: &mut Vec<Problem>) {
    let masters: Vec<Vec<usize>> = objects.iter().map(|object| masters_of(object, index)).collect();
    for (at, object) in objects.iter().enumerate() {
        let path = format!("objects.{}", object.name);
        let mut above: Vec<usize> = masters[at].clone();
        let mut next = 0;
        while let Some(one) = above.get(next).copied() {
            let further = masters[one].iter().filter(|m| !above.contains(m)).copied().collect::<Vec<_>>();
            above.extend(further);
            next += 1;
        }
        if above.contains(&at) {
            let problem = Problem::new(
                &path,
                "master-cycle",
                "the object would be part of itself by master-detail relations",
            );
            problems.push(problem.hint("make one of them a `lookup`"));
        }
        // A master that is not there is told of where it is named.
        let is_part = object.fields.iter().any(|field| matches!(field.kind, FieldKind::MasterDetail(_)));
        if !is_part && object.sharing.default == SharingDefault::ControlledByParent {
            let text = "`controlled_by_parent` needs a `master_detail` field that says who the parent is";
            problems.push(Problem::new(format!("{path}.sharing.default"), "no-parent", text));
        }
    }
}

fn masters_of(object: &Object, index: &HashMap<String, usize>) -> Vec<usize> {
    let masters = object.fields.iter().filter_map(|field| match &field.kind {
        FieldKind::MasterDetail(master) => index.get(&master.to).copied(),
        _ => None,
    });
    masters.collect()
}

/// Names of the objects that a field may point to.
fn targets(object: &Object, field: usize, everything: &[String]) -> Vec<String> {
    match &object.fields[field].kind {
        FieldKind::Lookup(lookup) => vec![lookup.to.clone()],
        FieldKind::MasterDetail(master) => vec![master.to.clone()],
        FieldKind::ManyToMany(many) => vec![many.to.clone()],
        FieldKind::AnyLookup(any) if any.is_open() => everything.to_vec(),
        FieldKind::AnyLookup(any) => any.to.clone(),
        _ => Vec::new(),
    }
}

fn check_targets(
    object: &Object,
    field: usize,
    targets: &[String],
    (index, problems): (&HashMap<String, usize>, &mut Vec<Problem>),
) {
    let field = &object.fields[field];
    for (at, target) in targets.iter().enumerate().filter(|(_, target)| !index.contains_key(*target)) {
        let place =
            if matches!(field.kind, FieldKind::AnyLookup(_)) { format!("to.{at}") } else { "to".into() };
        let path = format!("objects.{}.fields.{}.{place}", object.name, field.name);
        let hint = suggest::hint(target, index.keys().map(String::as_str));
        let hint = hint.unwrap_or_else(|| "define the object first, or in the same change".into());
        problems
            .push(Problem::new(path, "unknown-object", format!("there is no object `{target}`")).hint(hint));
    }
}

/// Relations that one field makes: seen from its targets, and its own when it is many-to-many.
fn collect(
    object: &Object,
    field: usize,
    (at, index): (usize, &HashMap<String, usize>),
    found: &mut Vec<Found>,
) {
    let field = &object.fields[field];
    let inverse = match &field.kind {
        FieldKind::Lookup(lookup) => &lookup.inverse,
        FieldKind::MasterDetail(master) => &master.inverse,
        FieldKind::AnyLookup(any) => &any.inverse,
        FieldKind::ManyToMany(many) => &many.inverse,
        _ => return,
    };
    let yields = matches!(&field.kind, FieldKind::AnyLookup(any) if any.is_open());
    if let FieldKind::ManyToMany(many) = &field.kind {
        let link = table_link(&field.id, HERE, THERE);
        let relation =
            Relation { name: field.name.clone(), object: many.to.clone(), field: field.name.clone(), link };
        found.push(Found { on: at, relation, path: String::new(), yields: false });
    }
    let Some(name) = inverse else { return };
    for on in field.targets.iter().filter_map(|target| index.get(target).copied()) {
        let path = format!("objects.{}.fields.{}.inverse", object.name, field.name);
        let relation = Relation {
            name: name.clone(),
            object: object.name.clone(),
            field: field.name.clone(),
            link: link(field),
        };
        found.push(Found { on, relation, path, yields });
    }
}

/// How the records behind a field are found from its target's side.
fn link(field: &super::Field) -> Link {
    let column = |at: usize| field.columns.get(at).map(|column| column.name.clone()).unwrap_or_default();
    match &field.kind {
        FieldKind::ManyToMany(_) => table_link(&field.id, THERE, HERE),
        FieldKind::AnyLookup(_) => {
            Link::AnyLookup { field: field.id.clone(), object_column: column(0), id_column: column(1) }
        }
        _ => Link::Lookup { field: field.id.clone(), column: column(0) },
    }
}

fn table_link(field: &str, here: &str, there: &str) -> Link {
    Link::Table { field: field.to_owned(), table: link_table(field), here: here.into(), there: there.into() }
}

/// Puts a relation on its object, unless its name is taken there.
fn place(objects: &mut [Object], found: Found, problems: &mut Vec<Problem>) {
    let Found { on, relation, path, yields } = found;
    let object = &mut objects[on];
    let name = relation.name.as_str();
    if !path.is_empty() {
        problems.extend(super::names::name_problem(path.clone(), name));
        let taken = object.find_field(name).is_some() || object.find_key(name).is_some();
        let taken = taken || object.find_relation(name).is_some() || super::names::is_standard(name);
        if taken && yields {
            return;
        }
        if taken {
            let text = format!("`{name}` is a field or relation of `{}` already", object.name);
            problems.push(
                Problem::new(path, "duplicate-name", text).hint("choose another name for the other side"),
            );
            return;
        }
    }
    object.by_relation.insert(relation.name.clone(), object.relations.len());
    object.relations.push(relation);
}
