//! Boolean expressions in a polarity; negation is pushed down to the leaves by De Morgan. Not the leaves themselves.

use sea_query::Expr;

use super::Columns;
use super::bind::bind;
use super::compare::{Match, blank, compare, has_all, has_any, in_list};
use super::fragment::{all, any, closed, constant, template};
use crate::expression::{Expression, Reference};
use crate::value::Value;

/// SQL that is true exactly where `expression` is true (`truth`), or exactly where it is false (`!truth`).
///
/// Elsewhere it is false or NULL, so it belongs into WHERE, CASE WHEN, AND and OR, but never under a NOT.
pub fn condition(expression: &Expression, truth: bool, columns: &dyn Columns) -> Expr {
    match expression {
        Expression::Literal(value) => constant(matches!(value, Value::Bool(true)) == truth),
        Expression::Field(reference) => flag(reference, truth, columns),
        Expression::Compare { op, left, right } => compare(*op, [left, right], truth, columns),
        Expression::In { item, list } => in_list(item, list, truth, columns),
        Expression::IsBlank(inner) => blank(inner, truth, columns),
        Expression::TextMatch { how, ignore_case, text, part } => {
            Match { how: *how, ignore_case: *ignore_case, text, part }.sql(truth, columns)
        }
        Expression::HasAny { list, values } => has_any(list, values, truth, columns),
        Expression::HasAll { list, values } => has_all(list, values, truth, columns),
        Expression::And(parts) => junction(parts, truth, truth, columns),
        Expression::Or(parts) => junction(parts, !truth, truth, columns),
        Expression::Not(inner) => condition(inner, !truth, columns),
        Expression::Related { relation, how, condition } => {
            let related = closed(columns.related(relation, *how, condition));
            if truth { related } else { template("(NOT $1)", [related]) }
        }
    }
}

fn junction(parts: &[Expression], conjunction: bool, truth: bool, columns: &dyn Columns) -> Expr {
    let parts = parts.iter().map(|part| condition(part, truth, columns)).collect();
    if conjunction { all(parts) } else { any(parts) }
}

/// A boolean field; beyond a lookup that leads nowhere it reads as false.
fn flag(reference: &Reference, truth: bool, columns: &dyn Columns) -> Expr {
    let sql = closed(columns.column(reference));
    if truth { sql } else { template("($1 IS NOT TRUE)", [sql]) }
}

/// The SQL value of an operand.
pub(super) fn operand(expression: &Expression, columns: &dyn Columns) -> Expr {
    match expression {
        Expression::Literal(value) => bind(value, expression.ty()),
        Expression::Field(reference) => closed(columns.column(reference)),
        _ => template("($1 IS TRUE)", [condition(expression, true, columns)]),
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
