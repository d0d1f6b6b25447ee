//! From one kind of field to another that its column cannot hold: how a value goes over, and how it goes back. Both ways
//! are formulas of the field alone; for the usual pairs they are known, for others people say them. The tables are the
//! business of `ddl::retypes`.

use std::collections::BTreeSet;

use formulas::{Capability, Options, Type, Zone};
use serde::{Deserialize, Serialize};

use crate::catalog::expressions::FieldName;
use crate::catalog::{Catalog, Field, Object};
use crate::field_kinds::FieldKind;
use crate::problem::Problem;

/// The name of the value in the SQL of both ways.
pub const VALUE: &str = "v";

/// What people say of a change of kind, each a formula that names the field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formulas {
    /// From the old kind to the new one.
    pub up: Option<String>,
    /// Back again.
    pub down: Option<String>,
}

/// SQL of both ways, over [`VALUE`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub up: String,
    pub down: String,
}

/// A field where it stands.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub catalog: &'p Catalog,
    pub object: &'p Object,
    pub field: &'p Field,
}

/// Whether values of the kind can be those of another one.
pub(crate) fn is_convertible(kind: &FieldKind) -> bool {
    use FieldKind as K;
    is_text(kind)
        || is_number(kind)
        || matches!(kind, K::Date(_) | K::Datetime(_) | K::Time(_) | K::Picklist(_))
}

/// Kinds that say more of their texts than how long they are take no texts of others, nor does a text with a format.
pub(crate) fn is_reachable(kind: &FieldKind) -> bool {
    use FieldKind as K;
    let is_held = matches!(kind, K::Text(text) if text.format.is_some());
    is_convertible(kind)
        && !is_held
        && !matches!(kind, K::Email(_) | K::Phone(_) | K::Url(_) | K::RichText(_))
}

fn is_text(kind: &FieldKind) -> bool {
    use FieldKind as K;
    matches!(kind, K::Text(_) | K::LongText(_) | K::RichText(_) | K::Email(_) | K::Phone(_) | K::Url(_))
}

fn is_number(kind: &FieldKind) -> bool {
    use FieldKind as K;
    matches!(kind, K::Integer(_) | K::Decimal(_) | K::Currency(_) | K::Percent(_))
}

/// How values go from a field to what it is to be, and back.
///
/// # Errors
/// Every problem of both formulas, below `up` and `down`.
pub fn way(from: Place<'_>, to: Place<'_>, given: &Formulas) -> Result<Way, Vec<Problem>> {
    let up = one(from, &to.field.kind, given.up.as_deref()).map_err(|found| under("up", found));
    let down = one(to, &from.field.kind, given.down.as_deref()).map_err(|found| under("down", found));
    match (up, down) {
        (Ok(up), Ok(down)) => Ok(Way { up, down }),
        (up, down) => Err([up.err(), down.err()].into_iter().flatten().flatten().collect()),
    }
}

fn under(path: &str, found: Vec<Problem>) -> Vec<Problem> {
    found.into_iter().map(|problem| problem.under(path)).collect()
}

/// One way as SQL.
fn one(from: Place<'_>, to: &FieldKind, given: Option<&str>) -> Result<String, Vec<Problem>> {
    let known = match given {
        Some(text) => Some(text.to_owned()),
        None => usual(&from.field.kind, to, &from.field.name)?,
    };
    let Some(text) = known else { return Ok(format!("\"{VALUE}\"")) };
    let options = Options {
        expects: Some(result(to)),
        zone: Zone::parse("UTC").unwrap_or_default(),
        blank_as: formulas::BlankAs::Blank,
        ..Options::default()
    };
    let checked = from.catalog.check_expression(from.object, &text, &options)?;
    let own = FieldName { object: from.object.name.clone(), field: from.field.name.clone() };
    if checked.uses.iter().any(|used| *used != own) || checked.uses == BTreeSet::new() {
        let problem = Problem::new("", "not-allowed", format!("it is made of `{}` alone", own.field));
        return Err(vec![problem.hint("other values can be set from a formula field after the change")]);
    }
    if checked.capability != Capability::Index {
        let text = "it must give the same for the same value, whoever asks and when";
        return Err(vec![
            Problem::new("", "not-allowed", text).hint("leave out the moment, the user and zones"),
        ]);
    }
    let column = |id: &str| (id == from.field.id).then(|| VALUE.to_owned());
    Ok(formulas::sql::index_text(&checked.expression, &column))
}

/// The type that a formula must have for the kind.
fn result(to: &FieldKind) -> Type {
    match to {
        kind if is_number(kind) => Type::Number,
        FieldKind::Date(_) => Type::Date,
        FieldKind::Datetime(_) => Type::DateTime,
        FieldKind::Time(_) => Type::Time,
        _ => Type::Text,
    }
}

/// The formula of the usual pairs; nothing where the value stays as it is. A moment does not become a date by itself: its
/// time would go without anybody having said so, and the day depends on the zone.
fn usual(from: &FieldKind, to: &FieldKind, name: &str) -> Result<Option<String>, Vec<Problem>> {
    let word = |kind: &FieldKind| is_text(kind) || matches!(kind, FieldKind::Picklist(_));
    let (date, moment) = (
        |k: &FieldKind| matches!(k, FieldKind::Date(_)),
        |k: &FieldKind| matches!(k, FieldKind::Datetime(_)),
    );
    let text = match (from, to) {
        (a, b) if word(a) && word(b) || is_number(a) && is_number(b) || a.name() == b.name() => {
            return Ok(None);
        }
        (a, b) if is_text(a) && is_number(b) => format!("VALUE({name})"),
        (a, b) if is_text(a) && date(b) => format!("DATEVALUE({name})"),
        (a, b) if is_text(b) && (is_number(a) || date(a) || moment(a)) => format!("TEXT({name})"),
        _ => {
            let text = format!("nobody knows how a `{}` becomes a `{}`", from.name(), to.name());
            return Err(vec![
                Problem::new("", "required", text).hint(format!("say it as a formula of `{name}`")),
            ]);
        }
    };
    Ok(Some(text))
}
