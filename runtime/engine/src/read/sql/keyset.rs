//! Pages by keyset: the rows after a given place in the order. A comparison of rows where the order
//! allows it, because PostgreSQL walks an index with it; else the lexicographic form.

use std::collections::VecDeque;

use metadata::field_kinds::ColumnType;
use sea_query::{Expr, ExprTrait};

use super::Scope;
use crate::plan::{Cursor, OrderKey};

/// Which rows a stretch has, by the first key of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    Any,
    Blank,
    Filled,
}

/// Rows that stand together in the order.
pub(super) struct Stretch<'c> {
    pub first: First,
    /// Their order among themselves.
    pub order: Vec<OrderKey>,
    /// The place after which they begin, a value for each key of `order`.
    pub after: Option<&'c [Option<String>]>,
}

/// The stretches from the cursor on: one, or two where the first key has an index and may be blank. An index has
/// the blank values on one side for both directions, so it gives "blank is the smallest" only in two walks.
pub(super) fn stretches<'c>(order: &[OrderKey], after: Option<&'c Cursor>) -> VecDeque<Stretch<'c>> {
    let after = after.map(|cursor| cursor.values.as_slice());
    let Some((first, rest)) = order.split_first().filter(|(first, _)| first.nullable && first.indexed) else {
        return VecDeque::from([Stretch { first: First::Any, order: order.to_vec(), after }]);
    };
    let filled = |after| {
        let key = OrderKey { nullable: false, ..first.clone() };
        Stretch { first: First::Filled, order: [&[key], rest].concat(), after }
    };
    let blank = |after: Option<&'c [_]>| Stretch {
        first: First::Blank,
        order: rest.to_vec(),
        after: after.and_then(|values| values.get(1..)),
    };
    let stands_in_blank = after.map(|values| values.first().is_none_or(Option::is_none));
    match (first.descending, stands_in_blank) {
        (true, Some(true)) => [blank(after)].into(),
        (true, _) => [filled(after), blank(None)].into(),
        (false, Some(false)) => [filled(after)].into(),
        (false, _) => [blank(after), filled(None)].into(),
    }
}

/// The condition of standing after a place, told by its values. Blank is the smallest value.
pub(super) fn after(scope: &Scope<'_>, values: &[Option<String>], order: &[OrderKey]) -> Expr {
    let one_way = order.iter().all(|key| key.descending == order[0].descending);
    if one_way && order.iter().all(|key| !key.nullable) {
        return row_comparison(scope, values, order);
    }
    let mut cases = Vec::new();
    for (index, key) in order.iter().enumerate() {
        let mut parts: Vec<Expr> = order[..index]
            .iter()
            .zip(values)
            .map(|(key, value)| same(scope, key, value.as_deref()))
            .collect();
        parts.push(beyond(scope, key, values[index].as_deref()));
        cases.push(joined(parts, " AND "));
    }
    joined(cases, " OR ")
}

/// The place of a row in an order, as [`Cursor`] prints it, made by PostgreSQL.
pub(super) fn place(scope: &Scope<'_>, shape: &str, order: &[OrderKey]) -> Expr {
    let values = order.iter().map(|key| {
        let form = match key.column.ty {
            ColumnType::Timestamptz => "to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'",
            ColumnType::Date => "to_char($1, 'YYYY-MM-DD')",
            _ => "CAST($1 AS text)",
        };
        Expr::cust_with_exprs(form, [scope.reference(&key.reference)])
    });
    let values = joined(values.collect(), ", ");
    let text = "encode(convert_to(json_build_array($1::text, json_build_array $2)::text, 'UTF8'), 'hex')";
    Expr::cust_with_exprs(text, [Expr::from(shape.to_owned()), values])
}

fn row_comparison(scope: &Scope<'_>, values: &[Option<String>], order: &[OrderKey]) -> Expr {
    let columns = joined(order.iter().map(|key| scope.reference(&key.reference)).collect(), ", ");
    let values =
        order.iter().zip(values).map(|(key, value)| bound(key, value.as_deref().unwrap_or_default()));
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
pub(super) fn bound(key: &OrderKey, value: &str) -> Expr {
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

#[cfg(test)]
mod tests {
    use super::*;
    use formulas::{Reference, Type};
    use metadata::catalog::Column;

    fn key(name: &str, descending: bool, nullable: bool) -> OrderKey {
        let ty = if name == "id" { ColumnType::Uuid } else { ColumnType::Text };
        OrderKey {
            reference: Reference { path: Vec::new(), field: name.into(), ty: Type::Text },
            column: Column { name: name.into(), key: name.into(), ty },
            descending,
            nullable,
            indexed: true,
            blank_first: true,
        }
    }

    fn shown(descending: bool, after: Option<[Option<&str>; 2]>) -> Vec<(First, usize, Option<usize>)> {
        let order = [key("stage", descending, true), key("id", descending, false)];
        let after = after.map(|values| Cursor { values: values.map(|v| v.map(str::to_owned)).into() });
        let stretches = stretches(&order, after.as_ref());
        stretches.iter().map(|s| (s.first, s.order.len(), s.after.map(<[_]>::len))).collect()
    }

    #[test]
    fn blank_comes_last_on_the_way_down_and_first_on_the_way_up() {
        assert_eq!(shown(true, None), [(First::Filled, 2, None), (First::Blank, 1, None)]);
        assert_eq!(shown(false, None), [(First::Blank, 1, None), (First::Filled, 2, None)]);
    }

    #[test]
    fn a_cursor_begins_within_its_stretch() {
        let (filled, blank) = (Some([Some("won"), Some("1")]), Some([None, Some("1")]));
        assert_eq!(shown(true, filled), [(First::Filled, 2, Some(2)), (First::Blank, 1, None)]);
        assert_eq!(shown(true, blank), [(First::Blank, 1, Some(1))]);
        assert_eq!(shown(false, filled), [(First::Filled, 2, Some(2))]);
        assert_eq!(shown(false, blank), [(First::Blank, 1, Some(1)), (First::Filled, 2, None)]);
    }

    #[test]
    fn an_order_without_blanks_is_one_stretch() {
        let order = [key("id", true, false)];
        assert_eq!(stretches(&order, None).len(), 1);
    }
}
