//! Defaults that are computed: `{"formula": "…"}` in place of a literal, read of the new record itself and of the
//! request, when the record is made.

use std::str::FromStr;
use std::sync::Arc;

use chrono::SecondsFormat;
use formulas::{Options, Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Catalog, Checked, Field, Object};
use crate::definitions::Definitions;
use crate::field_kinds::{ColumnType, FieldKind};
use crate::input::Input;
use crate::problem::Problem;

/// The text of a default that is a formula.
pub(super) fn text(default: &serde_json::Value) -> Option<&str> {
    let map = default.as_object().filter(|map| map.len() == 1)?;
    map.get("formula")?.as_str()
}

/// Gives every field with such a default what its text means. Formula fields are resolved before.
pub(super) fn resolve(catalog: &mut Catalog, definitions: &Definitions, problems: &mut Vec<Problem>) {
    for at in 0..catalog.objects.len() {
        let object = catalog.objects[at].clone();
        let Some(component) = definitions.objects.iter().find(|other| other.object.id == object.id) else {
            continue;
        };
        let mut found = Vec::new();
        for definition in component.fields.iter().filter(|field| !field.retired) {
            let common = &definition.definition.common;
            let Some(text) = common.default.as_ref().and_then(text) else { continue };
            let Some(field) = object.find_field_by_id(&definition.id) else { continue };
            match check(catalog, (&object, field), text) {
                Ok(checked) => found.push((definition.id.clone(), Arc::new(checked))),
                Err(wrong) => {
                    let path = format!("objects.{}.fields.{}.default", object.name, field.name);
                    problems.extend(wrong.into_iter().map(|problem| problem.under(&path)));
                }
            }
        }
        drop(object);
        let object = Arc::make_mut(&mut catalog.objects[at]);
        for (id, checked) in found {
            if let Some(field) = object.fields.iter_mut().find(|field| field.id == id) {
                field.default_formula = Some(checked);
            }
        }
    }
}

fn check(catalog: &Catalog, (object, field): (&Object, &Field), text: &str) -> Result<Checked, Vec<Problem>> {
    let expects = match field.ty() {
        Type::Choice => Type::Text,
        ty => ty,
    };
    let no = |text: String| Err(vec![Problem::new("", "not-allowed", text)]);
    if expects == Type::Json || matches!(field.kind, FieldKind::MasterDetail(_)) {
        return no(format!("a `{}` field takes no computed default", field.kind.name()));
    }
    let options = Options { expects: Some(expects), ..Options::default() };
    let checked = catalog.check_expression(object, text, &options)?;
    let mut elsewhere = false;
    checked.expression.references(&mut |reference| elsewhere |= !reference.path.is_empty());
    match elsewhere {
        true => no("a default reads the new record itself, not the records that it points to".to_owned()),
        false => Ok(checked),
    }
}

impl Field {
    /// A computed value as this field holds it; nothing where it does not fit.
    pub fn fitted(&self, value: Value) -> Option<Value> {
        let text = match value {
            Value::Null | Value::Bool(_) | Value::Id(_) | Value::Json(_) => return Some(value),
            Value::List(_) => return Some(value),
            Value::Number(number) => self.rounded(number).normalize().to_string(),
            Value::Text(text) => text,
            Value::Date(date) => date.to_string(),
            Value::DateTime(at) => at.to_rfc3339_opts(SecondsFormat::Micros, true),
            Value::Time(time) => time.format("%H:%M:%S").to_string(),
        };
        let parsed = match Decimal::from_str(&text) {
            Ok(_) if self.ty().is_number() => self.parse(&Input::Number(&text)),
            _ => self.parse(&Input::Text(text.as_str().into())),
        };
        parsed.ok()
    }

    /// Halves go away from zero, as everywhere.
    fn rounded(&self, number: Decimal) -> Decimal {
        let scale = match self.columns.first().map(|column| column.ty) {
            Some(ColumnType::Numeric(_, scale)) => u32::from(scale),
            _ => 0,
        };
        number.round_dp_with_strategy(scale, RoundingStrategy::MidpointAwayFromZero)
    }
}
