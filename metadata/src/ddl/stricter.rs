//! What a new version asks of records that the old one did not: which of those that are there it would refuse. Such
//! records stay as they are; whoever changes one must set it right, and a value that is there twice stops the change.
//! Values of another kind are the business of `retypes`.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::blind;
use super::names::{quote, text_literal};
use crate::Field;
use crate::catalog::{Catalog, Column, Object};
use crate::field_kinds::{ColumnType, FieldKind};

/// One demand that is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stricter {
    /// The field as problems name it, as it is called before the change.
    pub path: String,
    /// As of the problem of a record that does not meet it.
    pub code: &'static str,
    /// Stable ids of the object and the field.
    pub about: (String, String),
    /// Name of the table before the change.
    table: String,
    /// What has to be true of a row that does not meet it, in the words of SQL.
    condition: String,
}

impl Stricter {
    /// The question for the records that do not meet it; its parameter is how many are answered at most.
    pub fn question(&self, schema: &str) -> String {
        let table = format!("{}.{}", quote(schema), quote(&self.table));
        let Self { condition, .. } = self;
        format!(
            "WITH here AS NOT MATERIALIZED (SELECT * FROM {table} WHERE deleted_at IS NULL) \
             SELECT id FROM here WHERE {condition} ORDER BY id LIMIT $1"
        )
    }
}

/// The demand that no two records hold the same value of a field.
pub fn distinct(object: &Object, field: &Field) -> Option<Stricter> {
    let column = quote(&field.columns.last()?.name);
    Some(Stricter {
        path: format!("objects.{}.fields.{}", object.name, field.name),
        code: "duplicate",
        about: (object.id.clone(), field.id.clone()),
        table: object.name.clone(),
        condition: twice(field, &column),
    })
}

/// What is true of a row whose value another one has too.
fn twice(field: &Field, own: &str) -> String {
    let value = if field.blind_index { blind(own) } else { own.to_owned() };
    format!("{value} IN (SELECT {value} FROM here WHERE {own} IS NOT NULL GROUP BY 1 HAVING count(*) > 1)")
}

/// All demands of `new` that `old` did not make, on fields that are in both.
pub fn stricter(old: &Catalog, new: &Catalog) -> Vec<Stricter> {
    let mut found = Vec::new();
    for object in new.objects.iter().filter(|object| !object.system) {
        let Some(before) = old.objects.iter().find(|before| before.id == object.id) else { continue };
        for field in object.fields.iter().filter(|field| !field.standard && !field.read_only) {
            let was = before.find_field_by_id(&field.id);
            let Some((was, column)) = was.and_then(|was| Some((was, was.columns.last()?))) else { continue };
            let demand = |(code, condition): (&'static str, String)| Stricter {
                path: format!("objects.{}.fields.{}", before.name, was.name),
                code,
                about: (before.id.clone(), was.id.clone()),
                table: before.name.clone(),
                condition,
            };
            found.extend(demands(was, field, column).into_iter().map(demand));
        }
    }
    found
}

/// Codes and conditions of one field.
fn demands(was: &Field, now: &Field, column: &Column) -> Vec<(&'static str, String)> {
    let own = quote(&column.name);
    let mut found = Vec::new();
    if now.required && !was.required {
        let empty =
            if column.ty == ColumnType::TextArray { format!(" OR {own} = '{{}}'") } else { String::new() };
        found.push(("required", format!("{own} IS NULL{empty}")));
    }
    let same_kind = was.kind.name() == now.kind.name();
    if now.unique && !was.unique && same_kind {
        found.push(("duplicate", twice(now, &own)));
    }
    if !same_kind || now.encrypted {
        return found;
    }
    let (old, new) = (Bounds::of(&was.kind), Bounds::of(&now.kind));
    if let Some(most) = new.length.filter(|most| old.length.is_none_or(|before| *most < before)) {
        found.push(("too-long", format!("char_length({own}) > {most}")));
    }
    if let Some(min) = new.min.filter(|min| old.min.is_none_or(|before| *min > before)) {
        found.push(("out-of-range", format!("{own} < {min}")));
    }
    if let Some(max) = new.max.filter(|max| old.max.is_none_or(|before| *max < before)) {
        found.push(("out-of-range", format!("{own} > {max}")));
    }
    let gone: Vec<String> = gone_options(was, now).iter().map(|value| text_literal(value)).collect();
    if !gone.is_empty() {
        let operator = if column.ty == ColumnType::TextArray { "&&" } else { "= ANY" };
        found.push(("unknown-option", format!("{own} {operator} (ARRAY[{}]::text[])", gone.join(", "))));
    }
    found
}

/// Values of options that a field has no more.
pub(crate) fn gone_options<'f>(was: &'f Field, now: &Field) -> Vec<&'f str> {
    let stays = |value: &str| now.options.iter().any(|option| option.value == value);
    was.options.iter().map(|option| option.value.as_str()).filter(|value| !stays(value)).collect()
}

/// What a kind holds its values to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Bounds {
    pub length: Option<u64>,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    /// Digits in all, and after the point.
    pub digits: Option<(u8, u8)>,
}

impl Bounds {
    pub fn of(kind: &FieldKind) -> Self {
        let columns = kind.behaviour().columns();
        let Some((_, ty)) = columns.first() else { return Self::default() };
        let settings = kind.settings();
        let number = |key: &str| {
            let value = settings.get(key)?;
            Decimal::from_str(value.as_str().map_or(value.to_string(), str::to_owned).as_str()).ok()
        };
        match ty {
            ColumnType::Text => {
                let length = settings.get("max_length").and_then(serde_json::Value::as_u64);
                Self { length, ..Self::default() }
            }
            ColumnType::Bigint => Self { min: number("min"), max: number("max"), ..Self::default() },
            ColumnType::Numeric(precision, scale) => Self {
                min: number("min"),
                max: number("max"),
                digits: Some((*precision, *scale)),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    /// Whether something fits `other` and does not fit these.
    pub fn is_narrower(&self, other: &Self) -> bool {
        let less = |own: Option<Decimal>, other: Option<Decimal>| {
            own.is_some_and(|own| other.is_none_or(|other| own < other))
        };
        let more = |own: Option<Decimal>, other: Option<Decimal>| {
            own.is_some_and(|own| other.is_none_or(|other| own > other))
        };
        let length = self.length.is_some_and(|own| other.length.is_none_or(|other| own < other));
        let digits = match (self.digits, other.digits) {
            (Some((p, s)), Some((precision, scale))) => s < scale || p - s < precision - scale,
            _ => false,
        };
        length || digits || more(self.min, other.min) || less(self.max, other.max)
    }
}
