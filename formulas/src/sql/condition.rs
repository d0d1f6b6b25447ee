//! Boolean expressions in a polarity; negation is pushed down to the leaves by De Morgan. Not the leaves themselves.

use sea_query::Expr;

use super::Render;
use super::compare::Match;
use super::fragment::{all, any, case, closed, constant, first_fault, template};
use crate::expression::{Branch, Expression};
use crate::types::Type;
use crate::value::Value;

impl Render<'_> {
    /// True exactly where the expression has the truth; false or NULL elsewhere.
    pub(super) fn condition(self, expression: &Expression, truth: bool) -> Expr {
        match expression {
            Expression::Literal(value) => constant(matches!(value, Value::Bool(true)) == truth),
            Expression::Field(reference) => {
                let field = self.field(reference);
                known(flag(field.value, truth), field.fault)
            }
            // What the request knows was replaced before; what is left is blank, which is not true.
            Expression::Variable { .. } => constant(!truth),
            Expression::Compare { op, left, right } => self.compare(*op, [left, right], truth),
            Expression::In { item, list } => self.in_list(item, list, truth),
            Expression::IsBlank(inner) => self.blank(inner, truth),
            Expression::TextMatch { how, ignore_case, text, part } => {
                self.text_match(&Match { how: *how, ignore_case: *ignore_case, text, part }, truth)
            }
            Expression::HasAny { list, values } => self.has_any(list, values, truth),
            Expression::HasAll { list, values } => self.has_all(list, values, truth),
            Expression::And(parts) => self.junction(parts, truth, truth),
            Expression::Or(parts) => self.junction(parts, !truth, truth),
            Expression::Not(inner) => self.condition(inner, !truth),
            Expression::Related { relation, how, condition } => {
                let related = closed(self.columns.related(relation, *how, condition));
                if truth { related } else { template("(NOT $1)", [related]) }
            }
            Expression::IsError(inner) => match (self.fault(inner), truth) {
                (None, _) => constant(!truth),
                (Some(fault), true) => template("($1 IS NOT NULL)", [fault]),
                (Some(fault), false) => template("($1 IS NULL)", [fault]),
            },
            Expression::Case { branches, otherwise } => self.chosen(branches, otherwise, truth),
            Expression::IfError { value, otherwise } => match self.fault(value) {
                None => self.condition(value, truth),
                Some(fault) => {
                    let faulty = template("($1 IS NOT NULL)", [fault]);
                    case(vec![(faulty, self.condition(otherwise, truth))], Some(self.condition(value, truth)))
                }
            },
            Expression::Coalesce(_)
            | Expression::Call { .. }
            | Expression::Arithmetic { .. }
            | Expression::OrZero(_) => self.computed(expression, truth),
        }
    }

    fn junction(self, parts: &[Expression], conjunction: bool, truth: bool) -> Expr {
        let parts = parts.iter().map(|part| self.condition(part, truth)).collect();
        if conjunction { all(parts) } else { any(parts) }
    }

    fn chosen(self, branches: &[Branch], otherwise: &Expression, truth: bool) -> Expr {
        let mut chosen = Vec::new();
        for branch in branches {
            chosen.push((self.condition(&branch.when, true), self.condition(&branch.then, truth)));
            if let Some(fault) = self.fault(&branch.when) {
                chosen.push((template("($1 IS NOT NULL)", [fault]), constant(false)));
            }
        }
        case(chosen, Some(self.condition(otherwise, truth)))
    }

    /// A boolean that is computed as a value.
    fn computed(self, expression: &Expression, truth: bool) -> Expr {
        if expression.ty() != Type::Bool {
            return constant(!truth);
        }
        let pair = self.pair(expression);
        known(flag(pair.value, truth), pair.fault)
    }

    /// The code of the expression's fault, or NULL; nothing where there cannot be one.
    pub(super) fn fault(self, expression: &Expression) -> Option<Expr> {
        let faults = |parts: &[&Expression]| first_fault(parts.iter().map(|part| self.fault(part)));
        match expression {
            Expression::Compare { left, right, .. } => faults(&[&**left, &**right]),
            Expression::TextMatch { text, part, .. } => faults(&[&**text, &**part]),
            Expression::In { item: inner, .. }
            | Expression::IsBlank(inner)
            | Expression::HasAny { list: inner, .. }
            | Expression::HasAll { list: inner, .. }
            | Expression::Not(inner) => self.fault(inner),
            Expression::And(parts) => self.junction_fault(parts, false),
            Expression::Or(parts) => self.junction_fault(parts, true),
            Expression::IsError(_) | Expression::Related { .. } => None,
            _ => self.pair(expression).fault,
        }
    }

    /// A part that decides the whole outweighs faults of the others.
    fn junction_fault(self, parts: &[Expression], deciding: bool) -> Option<Expr> {
        let fault = first_fault(parts.iter().map(|part| self.fault(part)))?;
        let decided = any(parts.iter().map(|part| self.condition(part, deciding)).collect());
        Some(case(vec![(decided, Expr::cust("NULL"))], Some(fault)))
    }
}

/// A condition where there is no fault.
fn known(sql: Expr, fault: Option<Expr>) -> Expr {
    match fault {
        Some(fault) => template("($1 AND $2 IS NULL)", [sql, fault]),
        None => sql,
    }
}

/// A boolean value in a polarity; NULL, as beyond a lookup that leads nowhere, reads as false.
fn flag(sql: Expr, truth: bool) -> Expr {
    if truth { sql } else { template("($1 IS NOT TRUE)", [sql]) }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
