//! Giving an expression what only a request knows, and computing what is constant then.

use super::{Expression, Reference};
use crate::evaluate::{Record, evaluate};
use crate::functions::Form;
use crate::request::Request;
use crate::value::Value;

struct Nobody;

impl Record for Nobody {
    fn value(&self, _: &Reference) -> Value {
        Value::Null
    }
}

impl Expression {
    /// The expression with `NOW()`, `$User.id` and the like replaced by the request's values, and constant parts
    /// computed: `close_date < TODAY() - 30` becomes a comparison with a date. SQL is made of fixed expressions.
    #[must_use]
    pub fn fixed(&self, request: &Request) -> Expression {
        self.clone().map(&|part| match computed(&part, request) {
            Some(value) => Expression::Literal(value),
            None => part,
        })
    }

    /// Whether [`Expression::fixed`] may give something else in the same caller's next request: a part asks for
    /// the moment. What asks only for the caller's roles or teams counts too.
    pub fn asks_request(&self) -> bool {
        let mut asks = match self {
            Expression::Call { function, .. } => matches!(function.form, Form::Request(_)),
            Expression::Related { condition, .. } => condition.asks_request(),
            _ => false,
        };
        self.parts(&mut |part| asks = asks || part.asks_request());
        asks
    }
}

/// The value of a part that does not depend on the record. Blanks and faults stay, since they have no type.
fn computed(part: &Expression, request: &Request) -> Option<Value> {
    let replaced = match part {
        Expression::Variable { .. } => true,
        Expression::Call { function, .. } => matches!(function.form, Form::Request(_)),
        _ => false,
    };
    let plain = match part {
        Expression::Arithmetic { .. } | Expression::OrZero(_) => true,
        Expression::Call { function, .. } => matches!(function.form, Form::Plain { .. }),
        _ => false,
    };
    let mut constant = true;
    part.parts(&mut |inner| constant &= matches!(inner, Expression::Literal(_)));
    if !constant || !(replaced || plain) {
        return None;
    }
    match evaluate(part, &Nobody, request) {
        Ok(value) if replaced || !value.is_blank() => Some(value),
        _ => None,
    }
}
