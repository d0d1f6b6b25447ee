//! Pages by keyset: the rows after a given place in the order. A comparison of rows where the order
//! allows it, because PostgreSQL walks an index with it; else the lexicographic form.

use metadata::field_kinds::ColumnType;
use sea_query::{Expr, ExprTrait};

use super::Scope;
use crate::plan::{Cursor, OrderKey};

/// The value of an order key as text that the same type reads back.
pub(super) fn text(value: Expr, _: &OrderKey) -> Expr {
    Expr::cust_with_exprs("($1)::text", [value])
}

/// The condition of standing after `cursor`. Blank is the smallest value.
pub(super) fn after(scope: &Scope<'_>, cursor: &Cursor, order: &[OrderKey]) -> Expr {
    let one_way = order.iter().all(|key| key.descending == order[0].descending);
    if one_way && order.iter().all(|key| !key.nullable) {
        return row_comparison(scope, cursor, order);
    }
    let mut cases = Vec::new();
    for (index, key) in order.iter().enumerate() {
        let mut parts: Vec<Expr> = order[..index]
            .iter()
            .zip(&cursor.values)
            .map(|(key, value)| same(scope, key, value.as_deref()))
            .collect();
        parts.push(beyond(scope, key, cursor.values[index].as_deref()));
        cases.push(joined(parts, " AND "));
    }
    joined(cases, " OR ")
}

fn row_comparison(scope: &Scope<'_>, cursor: &Cursor, order: &[OrderKey]) -> Expr {
    let columns = joined(order.iter().map(|key| scope.reference(&key.reference)).collect(), ", ");
    let values =
        order.iter().zip(&cursor.values).map(|(key, value)| bound(key, value.as_deref().unwrap_or_default()));
    let values = joined(values.collect(), ", ");
    let sign = if order[0].descending { "<" } else { ">" };
    Expr::cust_with_exprs(format!("$1 {sign} $2"), [columns, values])
}

fn same(scope: &Scope<'_>, key: &OrderKey, value: Option<&str>) -> Expr {
    let column = scope.reference(&key.reference);
    match value {
        Some(value) => Expr::cust_with_exprs("$1 = $2", [column, bound(key, value)]),
        None => column.is_null(),
    }
}

fn beyond(scope: &Scope<'_>, key: &OrderKey, value: Option<&str>) -> Expr {
    let column = scope.reference(&key.reference);
    match (value, key.descending) {
        (Some(value), false) => Expr::cust_with_exprs("$1 > $2", [column, bound(key, value)]),
        (Some(value), true) if key.nullable => {
            Expr::cust_with_exprs("($1 < $2 OR $1 IS NULL)", [column, bound(key, value)])
        }
        (Some(value), true) => Expr::cust_with_exprs("$1 < $2", [column, bound(key, value)]),
        (None, false) => column.is_not_null(),
        (None, true) => Expr::cust("FALSE"),
    }
}

/// The value in the column's type; a number in any width, because a forged one may not fit the column.
fn bound(key: &OrderKey, value: &str) -> Expr {
    let ty = match key.column.ty {
        ColumnType::Numeric(..) => "numeric".to_owned(),
        ty => ty.sql(),
    };
    Expr::cust_with_exprs(format!("CAST($1::text AS {ty})"), [Expr::from(value.to_owned())])
}

fn joined(parts: Vec<Expr>, separator: &str) -> Expr {
    let places: Vec<String> = (1..=parts.len()).map(|place| format!("${place}")).collect();
    Expr::cust_with_exprs(format!("({})", places.join(separator)), parts)
}
