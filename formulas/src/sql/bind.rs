//! Values as bind parameters, or as literals in the text. A parameter's type follows from the text around it, never
//! from the value alone, because prepared statements are cached by their text.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sea_query::{ArrayType, Expr, Value as Bound};

use super::{Render, type_name};
use crate::types::Type;
use crate::value::Value;

impl Render<'_> {
    /// The value where it meets an operand of type `beside`. Blank is a NULL of that type.
    pub(super) fn bind(self, value: &Value, beside: Type) -> Expr {
        match value {
            Value::Number(number) if beside == Type::Integer => self.bind_beside_integer(*number),
            Value::Null => Expr::cust(format!("CAST(NULL AS {})", type_name(beside))),
            Value::List(items) => self.bind_list(items, element_of(beside)),
            // As text, so that its numbers stay what they are.
            Value::Json(_) if !self.inline => {
                Expr::cust_with_expr("CAST($1 AS jsonb)", Expr::Value(bound(value)))
            }
            _ => self.place(bound(value), type_of(value)),
        }
    }

    /// One array for all values. `beside` is the type of one element.
    pub(super) fn bind_list(self, items: &[Value], beside: Type) -> Expr {
        let whole: Option<Vec<i64>> = items.iter().map(whole).collect();
        if let (Type::Integer, Some(whole)) = (beside, whole) {
            return self.place(whole.into(), "bigint[]");
        }
        let element = items.first().map_or_else(|| array_type(beside), array_type_of);
        let ty = format!("{}[]", items.first().map_or(type_name(beside), type_of));
        let array = Bound::Array(element.clone(), Some(Box::new(items.iter().map(bound).collect())));
        if !self.inline && matches!(items.first(), Some(Value::Json(_))) {
            return Expr::cust_with_expr("CAST($1 AS jsonb[])", Expr::Value(array));
        }
        match beside == Type::Integer && element == ArrayType::Decimal && !self.inline {
            true => Expr::cust_with_expr("CAST($1 AS numeric[])", Expr::Value(array)),
            false => self.place(array, &ty),
        }
    }

    /// A whole number stays a bigint, so that an index on the column serves; any other says its type in the text.
    fn bind_beside_integer(self, number: Decimal) -> Expr {
        match whole(&Value::Number(number)) {
            Some(whole) => self.place(whole.into(), "bigint"),
            None if self.inline => self.place(number.into(), "numeric"),
            None => Expr::cust_with_expr("CAST($1 AS numeric)", Expr::Value(number.into())),
        }
    }

    fn place(self, bound: Bound, ty: &str) -> Expr {
        match self.inline {
            true => Expr::cust_with_expr(format!("CAST($1 AS {ty})"), Expr::Constant(bound)),
            false => Expr::Value(bound),
        }
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) if number.fract().is_zero() => number.to_i64(),
        _ => None,
    }
}

fn bound(value: &Value) -> Bound {
    match value {
        Value::Null => Bound::String(None),
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
        Value::Date(date) => (*date).into(),
        Value::DateTime(instant) => (*instant).into(),
        Value::Time(time) => (*time).into(),
        Value::Id(id) => (*id).into(),
        Value::List(items) => {
            let element = items.first().map_or(ArrayType::String, array_type_of);
            Bound::Array(element, Some(Box::new(items.iter().map(bound).collect())))
        }
        Value::Json(json) => json.to_string().into(),
    }
}

fn element_of(list: Type) -> Type {
    match list {
        Type::Ids => Type::Id,
        _ => Type::Choice,
    }
}

fn type_of(value: &Value) -> &'static str {
    type_name(match value {
        Value::Null | Value::Text(_) | Value::List(_) => Type::Text,
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::Date(_) => Type::Date,
        Value::DateTime(_) => Type::DateTime,
        Value::Time(_) => Type::Time,
        Value::Id(_) => Type::Id,
        Value::Json(_) => Type::Json,
    })
}

fn array_type_of(value: &Value) -> ArrayType {
    match value {
        Value::Null | Value::Text(_) | Value::List(_) => ArrayType::String,
        Value::Bool(_) => ArrayType::Bool,
        Value::Number(_) => ArrayType::Decimal,
        Value::Date(_) => ArrayType::ChronoDate,
        Value::DateTime(_) => ArrayType::ChronoDateTimeUtc,
        Value::Time(_) => ArrayType::ChronoTime,
        Value::Id(_) => ArrayType::Uuid,
        Value::Json(_) => ArrayType::String,
    }
}

fn array_type(ty: Type) -> ArrayType {
    match ty {
        Type::Bool => ArrayType::Bool,
        Type::Integer => ArrayType::BigInt,
        Type::Number => ArrayType::Decimal,
        Type::Date => ArrayType::ChronoDate,
        Type::DateTime => ArrayType::ChronoDateTimeUtc,
        Type::Time => ArrayType::ChronoTime,
        Type::Id | Type::Ids => ArrayType::Uuid,
        Type::Json => ArrayType::Json,
        Type::Null | Type::Text | Type::Choice | Type::Choices => ArrayType::String,
    }
}
