//! The SQL form of expressions, as sea-query fragments. Names of columns and joins belong to the caller.
//!
//! Conditions are compiled in a polarity (semantics 1.5): [`condition`] renders SQL that is true exactly where the
//! expression is true, or exactly where it is false. The fragment may be NULL where it is not true, so it must never
//! be negated by the caller: ask for the other polarity. Where the expression has a fault it is in neither polarity.
//!
//! Values come with the code of their fault: [`value`] is NULL where [`fault`] is not. No fragment ever raises.
//! Literals become bind parameters, a list one array parameter, so the text depends on the expression's shape only.
//! Expressions are given their request's values by [`Expression::fixed`] first.

mod bare;
mod bind;
mod bounds;
mod call;
mod compare;
mod condition;
mod fragment;
#[cfg(test)]
mod golden;
mod value;
pub(crate) mod weight;

use sea_query::{Expr, PostgresQueryBuilder, Query};

use crate::expression::{Expression, Quantifier, Reference};
use crate::types::Type;

/// What the caller knows and this crate does not: where fields live.
pub trait Columns {
    /// The SQL of a resolved field; the caller adds the joins of its path.
    fn column(&self, reference: &Reference) -> Expr;

    /// The SQL of a quantified condition over a to-many relation, which must not be NULL. The caller builds
    /// `EXISTS (…)` and renders `condition` with the inner columns; for `Every` it is
    /// `NOT EXISTS (… WHERE` [`condition`]`(&Not(condition), true, inner))`.
    fn related(&self, relation: &str, how: Quantifier, condition: &Expression) -> Expr;

    /// The code of the fault that the field's value is, NULL where it is none; nothing where it never is one. The
    /// column is NULL where there is a fault. Fields that are computed have this.
    fn fault(&self, _reference: &Reference) -> Option<Expr> {
        None
    }

    /// The most digits that a number field can have before its point. Fewer spare checks for overflow.
    fn digits(&self, _reference: &Reference) -> u32 {
        18
    }
}

/// SQL that is true exactly where `expression` is true (`truth`), or exactly where it is false (`!truth`).
///
/// Elsewhere it is false or NULL, so it belongs into WHERE, CASE WHEN, AND and OR, but never under a NOT.
pub fn condition(expression: &Expression, truth: bool, columns: &dyn Columns) -> Expr {
    Render { columns, inline: false }.condition(expression, truth)
}

/// The SQL value of an expression, NULL where it is blank or has a fault. Computed numbers have no idle decimals.
pub fn value(expression: &Expression, columns: &dyn Columns) -> Expr {
    Render { columns, inline: false }.root(expression)
}

/// The same with literals in the text instead of parameters, for index expressions and for formula fields, whose
/// text must be that of their index.
pub fn inline_value(expression: &Expression, columns: &dyn Columns) -> Expr {
    Render { columns, inline: true }.root(expression)
}

/// [`inline_value`] as text, in terms of the names of columns; a column without a name is NULL.
pub fn index_text(expression: &Expression, column: &dyn Fn(&str) -> Option<String>) -> String {
    text_of(inline_value(expression, &bare::Bare { column }))
}

/// The code of the expression's fault in the same form.
pub fn fault_text(expression: &Expression, column: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    Render { columns: &bare::Bare { column }, inline: true }.fault(expression).map(text_of)
}

fn text_of(sql: Expr) -> String {
    let text = Query::select().expr(sql).to_string(PostgresQueryBuilder);
    text.strip_prefix("SELECT ").unwrap_or_default().to_owned()
}

/// [`condition`] with literals in the text, for partial indexes and checks.
pub fn inline_condition(expression: &Expression, truth: bool, columns: &dyn Columns) -> Expr {
    Render { columns, inline: true }.condition(expression, truth)
}

/// The code of the expression's fault as text, NULL where it has a value; nothing where there cannot be a fault.
pub fn fault(expression: &Expression, columns: &dyn Columns) -> Option<Expr> {
    Render { columns, inline: false }.fault(expression)
}

/// How one expression is rendered.
#[derive(Clone, Copy)]
struct Render<'a> {
    columns: &'a dyn Columns,
    /// Literals stand in the text.
    inline: bool,
}

/// A value in SQL and what can be wrong with it.
struct Pair {
    value: Expr,
    /// The code of the fault as text, or NULL.
    fault: Option<Expr>,
    /// Whether the value is surely NULL where there is a fault.
    strict: bool,
}

impl Pair {
    fn sure(value: Expr) -> Pair {
        Pair { value, fault: None, strict: true }
    }
}

/// The name of a type in casts.
fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "boolean",
        Type::Integer => "bigint",
        Type::Number => "numeric",
        Type::Null | Type::Text | Type::Choice => "text",
        Type::Date => "date",
        Type::DateTime => "timestamptz",
        Type::Time => "time",
        Type::Id => "uuid",
        Type::Choices => "text[]",
        Type::Ids => "uuid[]",
        Type::Json => "jsonb",
    }
}
