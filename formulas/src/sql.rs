//! The SQL form of expressions, as sea-query fragments. Names of columns and joins belong to the caller.
//!
//! Conditions are compiled in a polarity (semantics 1.5): [`condition`] renders SQL that is true exactly where the
//! expression is true, or exactly where it is false. The fragment may be NULL where it is not true, so it must never
//! be negated by the caller: ask for the other polarity. Literals become bind parameters, a list one array parameter,
//! so the text depends on the expression's shape only.

mod bind;
mod compare;
mod condition;
mod fragment;

use sea_query::Expr;

use crate::expression::{Expression, Quantifier, Reference};

pub use condition::condition;

/// What the caller knows and this crate does not: where fields live.
pub trait Columns {
    /// The SQL of a resolved field; the caller adds the joins of its path.
    fn column(&self, reference: &Reference) -> Expr;

    /// The SQL of a quantified condition over a to-many relation, which must not be NULL. The caller builds
    /// `EXISTS (…)` and renders `condition` with the inner columns; for `Every` it is
    /// `NOT EXISTS (… WHERE` [`condition`]`(&Not(condition), true, inner))`.
    fn related(&self, relation: &str, how: Quantifier, condition: &Expression) -> Expr;
}
