//! Values as bind parameters. The parameter's type follows from the text around it, never from the value alone,
//! because prepared statements are cached by their text.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sea_query::{ArrayType, Expr, Value as Bound};

use crate::types::Type;
use crate::value::Value;

/// The parameter for a value that meets an operand of type `beside`. Blank becomes the keyword NULL.
pub(super) fn bind(value: &Value, beside: Type) -> Expr {
    match value {
        Value::Number(number) if beside == Type::Integer => bind_beside_integer(*number),
        Value::Null => Expr::cust("NULL"),
        Value::List(items) => bind_list(items, element_of(beside)),
        _ => Expr::Value(bound(value)),
    }
}

/// One array parameter for all values. `beside` is the type of one element.
pub(super) fn bind_list(items: &[Value], beside: Type) -> Expr {
    let whole: Option<Vec<i64>> = items.iter().map(whole).collect();
    if let (Type::Integer, Some(whole)) = (beside, whole) {
        return Expr::Value(whole.into());
    }
    let element = items.first().map_or_else(|| array_type(beside), array_type_of);
    let numeric = beside == Type::Integer && element == ArrayType::Decimal;
    let array = Bound::Array(element, Some(Box::new(items.iter().map(bound).collect())));
    match numeric {
        true => Expr::cust_with_expr("CAST($1 AS numeric[])", Expr::Value(array)),
        false => Expr::Value(array),
    }
}

/// A whole number stays a bigint, so that an index on the column serves; any other says its type in the text.
fn bind_beside_integer(number: Decimal) -> Expr {
    match whole(&Value::Number(number)) {
        Some(whole) => Expr::Value(whole.into()),
        None => Expr::cust_with_expr("CAST($1 AS numeric)", Expr::Value(number.into())),
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
        Value::Json(json) => json.clone().into(),
    }
}

fn element_of(list: Type) -> Type {
    match list {
        Type::Ids => Type::Id,
        _ => Type::Choice,
    }
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
        Value::Json(_) => ArrayType::Json,
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
