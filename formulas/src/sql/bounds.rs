//! How large a number can become, so that overflow is only checked where it can happen.

use rust_decimal::prelude::ToPrimitive;

use super::Render;
use crate::expression::{Arithmetic, Expression};
use crate::functions::{Accepts, Blank};
use crate::types::Type;
use crate::value::Value;

/// Every number is below this, or a fault.
const LIMIT: f64 = 1e18;
/// More than any count of characters, days or seconds.
const SMALL: f64 = 1e13;

impl Render<'_> {
    /// A size that the number stays below, before its own check; it may be past the limit.
    pub(super) fn bound(self, expression: &Expression) -> f64 {
        match expression {
            Expression::Literal(Value::Number(number)) => number.abs().to_f64().unwrap_or(LIMIT),
            Expression::Literal(_) => 0.0,
            Expression::Field(reference) => 10f64.powi(self.columns.digits(reference).min(18) as i32),
            Expression::Arithmetic { op, left, right } => self.bound_of(*op, left, right),
            Expression::OrZero(inner) => self.below(inner),
            Expression::Case { branches, otherwise } => {
                let branches = branches.iter().map(|branch| self.below(&branch.then));
                branches.fold(self.below(otherwise), f64::max)
            }
            Expression::Coalesce(values) => values.iter().map(|value| self.below(value)).fold(0.0, f64::max),
            Expression::IfError { value, otherwise } => self.below(value).max(self.below(otherwise)),
            Expression::Call { function, .. } => match function.takes.first() {
                Some(first) if counts(first.accepts, first.blank) => SMALL,
                _ => LIMIT,
            },
            _ => LIMIT,
        }
    }

    /// The bound after the part's own check.
    fn below(self, expression: &Expression) -> f64 {
        self.bound(expression).min(LIMIT)
    }

    fn bound_of(self, op: Arithmetic, left: &Expression, right: &Expression) -> f64 {
        let (a, b) = (self.below(left), self.below(right));
        match (op, right) {
            (Arithmetic::Add | Arithmetic::Subtract, _) => a + b,
            (Arithmetic::Multiply, _) => a * b,
            (Arithmetic::Divide, Expression::Literal(Value::Number(number))) if !number.is_zero() => a / b,
            (Arithmetic::Divide, _) => f64::INFINITY,
        }
    }
}

/// Whether a function of such an argument counts something: characters, days, parts of a date.
fn counts(accepts: Accepts, blank: Blank) -> bool {
    match accepts {
        Accepts::Is(Type::Text) => blank == Blank::Empty,
        Accepts::Is(Type::Date | Type::DateTime | Type::Time) | Accepts::Moment => true,
        _ => false,
    }
}
