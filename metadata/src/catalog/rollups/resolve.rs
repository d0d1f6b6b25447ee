//! From a roll-up's settings to its relation, its field and the type of what it holds. Not its condition.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{MAX_ROLLUPS, Rollup, SUM_PRECISION};
use crate::catalog::{Catalog, Column, Field, Link, Object};
use crate::field_kinds::rollup::{Empty, Function, Outcome};
use crate::field_kinds::{ColumnType, FieldKind, rollup};
use crate::problem::Problem;
use crate::suggest;

/// Digits after the point that an average has more than what it is made of, and the most it has.
const FINER: u8 = 4;
const FINEST: u8 = 10;
/// Digits of an integer.
const WHOLE_DIGITS: u8 = 19;

/// What became of one roll-up.
enum Found {
    Rollup(Box<Rollup>),
    /// What it is made of has no type yet.
    Waits,
    Wrong(Vec<Problem>),
}

/// Finds relations, fields and types of all roll-ups, and puts them into their fields.
pub(in crate::catalog) fn resolve(catalog: &mut Catalog, problems: &mut Vec<Problem>) {
    check_number(catalog, problems);
    let mut left = places(catalog);
    // A roll-up over a roll-up waits for its type. What waits for ever is made of itself, or of one that is wrong.
    loop {
        let count = left.len();
        let mut found = Vec::new();
        left.retain(|&place| match one(catalog, place) {
            Found::Waits => true,
            Found::Rollup(rollup) => {
                found.push((place, rollup));
                false
            }
            Found::Wrong(told) => {
                problems.extend(told);
                false
            }
        });
        found.into_iter().for_each(|(place, rollup)| put(catalog, place, *rollup));
        if left.len() == count {
            break;
        }
    }
    for place in left {
        let (object, field) = at(catalog, place);
        let text = "the roll-up is made of one that is wrong, or of itself";
        let problem = Problem::new(format!("{}.field", path(object, field)), "rollup-cycle", text);
        problems.push(problem.hint("name a field that does not depend on this one"));
    }
}

/// Positions of all roll-ups: object and field.
pub(super) fn places(catalog: &Catalog) -> Vec<(usize, usize)> {
    let of = |(at, object): (usize, &Arc<Object>)| {
        let fields = object.fields.iter().enumerate();
        let rollups = fields.filter(|(_, field)| matches!(field.kind, FieldKind::Rollup(_)));
        rollups.map(|(field, _)| (at, field)).collect::<Vec<_>>()
    };
    catalog.objects.iter().enumerate().flat_map(of).collect()
}

pub(super) fn at(catalog: &Catalog, (object, field): (usize, usize)) -> (&Object, &Field) {
    (&catalog.objects[object], &catalog.objects[object].fields[field])
}

pub(super) fn path(object: &Object, field: &Field) -> String {
    format!("objects.{}.fields.{}", object.name, field.name)
}

/// Puts what was found where the rest of the program looks for it.
pub(super) fn put(catalog: &mut Catalog, (object, field): (usize, usize), rollup: Rollup) {
    let field = &mut Arc::make_mut(&mut catalog.objects[object]).fields[field];
    field.columns[0].ty = rollup.column.ty;
    field.rollup = Some(Arc::new(rollup));
}

fn check_number(catalog: &Catalog, problems: &mut Vec<Problem>) {
    for object in &catalog.objects {
        let count = object.fields.iter().filter(|field| matches!(field.kind, FieldKind::Rollup(_))).count();
        if count > MAX_ROLLUPS {
            let text = format!("at most {MAX_ROLLUPS} roll-ups fit an object; here are {count}");
            problems.push(Problem::new(format!("objects.{}.fields", object.name), "too-many", text));
        }
    }
}

fn one(catalog: &mut Catalog, place: (usize, usize)) -> Found {
    let (object, field) = at(catalog, place);
    let FieldKind::Rollup(settings) = &field.kind else { return Found::Wrong(Vec::new()) };
    let under = |problem: Problem| Found::Wrong(vec![problem.under(&path(object, field))]);
    let (child, link) = match related(catalog, object, settings) {
        Ok(found) => found,
        Err(problem) => return under(problem),
    };
    let source = match source(child, settings) {
        Ok(source) => source,
        Err(problem) => return under(problem),
    };
    let by = match by(child, settings) {
        Ok(by) => by,
        Err(problem) => return under(problem),
    };
    if source.is_some_and(|source| matches!(source.kind, FieldKind::Rollup(_)) && source.rollup.is_none()) {
        return Found::Waits;
    }
    let outcome = outcome(settings.function, source);
    let rollup = Rollup {
        id: field.id.clone(),
        parent: object.name.clone(),
        parent_id: object.id.clone(),
        child: child.name.clone(),
        child_id: child.id.clone(),
        link,
        function: settings.function,
        mode: settings.mode(),
        blank: settings.empty == Some(Empty::Blank),
        by,
        source: source.map(|source| (source.id.clone(), source.columns[0].clone())),
        condition: None,
        column: Column { ty: outcome.column, ..field.columns[0].clone() },
        inputs: BTreeSet::new(),
        uses: BTreeSet::new(),
        level: 1,
        shown_as: shown_as(settings.function, source),
        currency: source.filter(|_| settings.function != Function::CountDistinct).and_then(currency),
    };
    let field = &mut Arc::make_mut(&mut catalog.objects[place.0]).fields[place.1];
    if let FieldKind::Rollup(settings) = &mut field.kind {
        settings.outcome = outcome;
    }
    Found::Rollup(Box::new(rollup))
}

/// The other side of the relation, and how it points here.
fn related<'c>(
    catalog: &'c Catalog,
    object: &Object,
    settings: &rollup::Rollup,
) -> Result<(&'c Object, Link), Problem> {
    let of = &settings.of;
    let Some(relation) = object.find_relation(of) else {
        let text = format!("`{}` has no relation `{of}`", object.name);
        let hint = suggest::hint(of, object.relations.iter().map(|relation| relation.name.as_str()));
        let hint = hint.unwrap_or_else(|| "give a lookup to this object an `inverse` of that name".into());
        return Err(Problem::new("of", "unknown-relation", text).hint(hint));
    };
    if matches!(relation.link, Link::Table { .. }) {
        let text = format!("`{of}` is many-to-many; a roll-up follows a lookup of the other side");
        return Err(Problem::new("of", "wrong-kind", text).hint("make the link an object with two lookups"));
    }
    let child = catalog.find_object(&relation.object);
    let child = child.ok_or_else(|| Problem::new("of", "unknown-relation", "the other side is not there"))?;
    Ok((child, relation.link.clone()))
}

/// The field that is summed, or whose extreme is wanted; none for a count.
fn source<'c>(child: &'c Object, settings: &rollup::Rollup) -> Result<Option<&'c Field>, Problem> {
    let (Some(name), true) = (&settings.field, settings.function != Function::Count) else { return Ok(None) };
    let fits = |field: &Field| match settings.function {
        Function::Min | Function::Max => is_number(&field.kind) || is_moment(&field.kind),
        Function::CountDistinct | Function::First | Function::Last => is_value(field, settings.function),
        Function::Count | Function::Sum | Function::Avg => is_number(&field.kind),
    };
    let Some(field) = child.find_field(name) else {
        let text = format!("`{}` has no field `{name}`", child.name);
        let near = child.fields.iter().filter(|field| fits(field)).map(|field| field.name.as_str());
        let hint = suggest::hint(name, near);
        let hint = hint.unwrap_or_else(|| format!("name a number of `{}`", child.name));
        return Err(Problem::new("field", "unknown-field", text).hint(hint));
    };
    if fits(field) {
        return Ok(Some(field));
    }
    let (word, kind) = (settings.function.word(), field.kind.name());
    let wanted = match settings.function {
        Function::Min | Function::Max => "a number, date or time",
        Function::CountDistinct | Function::First | Function::Last => "one plain value",
        Function::Count | Function::Sum | Function::Avg => "a number",
    };
    let text = format!("`{}.{name}` is a `{kind}`; `{word}` needs {wanted} that is stored", child.name);
    Err(Problem::new("field", "wrong-kind", text))
}

/// The column by which one is the first or last: a number, date or time that is stored.
fn by(child: &Object, settings: &rollup::Rollup) -> Result<Option<Column>, Problem> {
    let Some(name) = &settings.by else { return Ok(None) };
    let fits = |field: &Field| {
        let is_sorted = is_number(&field.kind) || is_moment(&field.kind);
        is_sorted && field.rollup.is_none() && !matches!(field.kind, FieldKind::Rollup(_)) && !field.encrypted
    };
    let found = child.find_field(name).filter(|field| fits(field)).and_then(|field| field.columns.first());
    found.cloned().map(Some).ok_or_else(|| {
        let text = format!("`{}` has no number, date or time `{name}`", child.name);
        let near = child.fields.iter().filter(|field| fits(field)).map(|field| field.name.as_str());
        let hint = suggest::hint(name, near);
        let problem = Problem::new("by", "unknown-field", text);
        problem.hint(hint.unwrap_or_else(|| "leave it out for the moment of their making".into()))
    })
}

/// Whether a field has one value that can be compared, and for the value of one record also shown.
fn is_value(field: &Field, function: Function) -> bool {
    use formulas::Type as T;
    let ty = match &field.kind {
        FieldKind::Rollup(settings) => settings.outcome.ty,
        kind => kind.behaviour().ty(),
    };
    let is_shown = matches!(
        ty,
        T::Bool | T::Integer | T::Number | T::Text | T::Choice | T::Date | T::DateTime | T::Time
    );
    let is_counted = is_shown || (ty == T::Id && !function.is_of_one());
    is_counted && field.columns.len() == 1 && !field.encrypted && !matches!(field.kind, FieldKind::Formula(_))
}

fn is_number(kind: &FieldKind) -> bool {
    use FieldKind as K;
    match kind {
        K::Rollup(settings) => settings.outcome.ty.is_number(),
        kind => matches!(kind, K::Integer(_) | K::Decimal(_) | K::Currency(_) | K::Percent(_)),
    }
}

fn is_moment(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Date(_) | FieldKind::Datetime(_) | FieldKind::Time(_) | FieldKind::Rollup(_))
}

/// What a roll-up over `source` holds.
fn outcome(function: Function, source: Option<&Field>) -> Outcome {
    let Some(source) = source else {
        return Outcome { ty: formulas::Type::Integer, column: ColumnType::Bigint };
    };
    let column = source.columns[0].ty;
    let (precision, scale) = match column {
        ColumnType::Numeric(precision, scale) => (precision, scale),
        _ => (WHOLE_DIGITS, 0),
    };
    let number =
        |scale| Outcome { ty: formulas::Type::Number, column: ColumnType::Numeric(SUM_PRECISION, scale) };
    match function {
        Function::Sum => number(scale),
        // Finer than what it is made of, as long as that leaves room for what stands before the point.
        Function::Avg => {
            number((scale + FINER).min(FINEST.max(scale)).min(SUM_PRECISION - (precision - scale)))
        }
        Function::CountDistinct => Outcome { ty: formulas::Type::Integer, column: ColumnType::Bigint },
        Function::Count | Function::Min | Function::Max | Function::First | Function::Last => {
            let ty = source.kind.behaviour().ty();
            // Which options there are is the other object's matter.
            Outcome { ty: if ty == formulas::Type::Choice { formulas::Type::Text } else { ty }, column }
        }
    }
}

/// The kind whose values a roll-up over `source` shows.
fn shown_as(function: Function, source: Option<&Field>) -> &'static str {
    let Some(source) = source.filter(|_| function != Function::CountDistinct) else { return "integer" };
    let kind = source.rollup.as_ref().map_or(source.kind.name(), |rollup| rollup.shown_as);
    match kind {
        "integer" if function == Function::Avg => "decimal",
        "picklist" => "text",
        kind => kind,
    }
}

fn currency(source: &Field) -> Option<String> {
    match &source.kind {
        FieldKind::Currency(currency) => Some(currency.currency.clone()),
        _ => source.rollup.as_ref()?.currency.clone(),
    }
}
