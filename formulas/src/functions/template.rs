//! The SQL of plain calls as text templates: `$1` is the first argument. No values, no columns, no sea-query.
//!
//! A template must be closed (stand as an operand without more parentheses) and total: it never raises, whatever
//! the arguments are. Where a fault is possible, its condition is a guard and the value is NULL.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::expression::Expression;
use crate::fault::Fault;
use crate::types::Type;
use crate::value::Value;

/// What a template may depend on: types and constants, never the values of records.
pub(crate) struct Shape {
    pub types: Vec<Type>,
    /// The literal at each place, where there is one.
    pub constants: Vec<Option<Value>>,
}

/// The SQL of a call.
pub(crate) struct Template {
    pub value: String,
    /// Conditions that mean a fault, in order.
    pub guards: Vec<(String, Fault)>,
    /// Whether the value must be held below 10^18.
    pub bounded: bool,
}

impl Template {
    /// A value that cannot be a fault.
    pub(crate) fn total(value: impl Into<String>) -> Template {
        Template { value: value.into(), guards: Vec::new(), bounded: true }
    }

    /// The value is NULL where the condition is true.
    pub(crate) fn guarded(value: impl Into<String>, condition: impl Into<String>, fault: Fault) -> Template {
        Template { value: value.into(), guards: vec![(condition.into(), fault)], bounded: true }
    }

    pub(crate) fn guard(mut self, condition: impl Into<String>, fault: Fault) -> Template {
        self.guards.push((condition.into(), fault));
        self
    }

    /// The value may reach 10^18, which is a fault.
    pub(crate) fn unbounded(mut self) -> Template {
        self.bounded = false;
        self
    }
}

impl Shape {
    pub(crate) fn of(arguments: &[Expression]) -> Shape {
        let constant = |argument: &Expression| match argument {
            Expression::Literal(value) => Some(value.clone()),
            _ => None,
        };
        Shape {
            types: arguments.iter().map(Expression::ty).collect(),
            constants: arguments.iter().map(constant).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.types.len()
    }

    /// The whole number at `place` (from 1), cut to ±`most`, as SQL of type `integer`.
    pub(crate) fn integer(&self, place: usize, most: i64) -> String {
        match self.whole(place, most) {
            Some(whole) if whole < 0 => format!("({whole})"),
            Some(whole) => whole.to_string(),
            None => format!("(sign(${place}) * least(abs(trunc(${place})), {most}))::int"),
        }
    }

    /// The same, raised to at least `least`. Unlike `greatest` it keeps NULL.
    pub(crate) fn integer_from(&self, place: usize, least: i64, most: i64) -> String {
        if let Some(whole) = self.whole(place, most) {
            return whole.max(least).to_string();
        }
        let cut = self.integer(place, most);
        format!("(CASE WHEN ${place} < {least} THEN {least} ELSE {cut} END)")
    }

    pub(crate) fn whole(&self, place: usize, most: i64) -> Option<i64> {
        match self.constants.get(place - 1) {
            Some(Some(Value::Number(number))) => {
                let most = Decimal::from(most);
                number.trunc().clamp(-most, most).to_i64()
            }
            _ => None,
        }
    }

    /// The text literal at `place` (from 1).
    pub(crate) fn words(&self, place: usize) -> &str {
        match self.constants.get(place - 1) {
            Some(Some(Value::Text(text))) => text,
            _ => "",
        }
    }

    /// `$1 op $2 op …` for the places from `first` on.
    pub(crate) fn joined(&self, first: usize, each: impl Fn(usize) -> String, between: &str) -> String {
        let parts: Vec<String> = (first..=self.len()).map(each).collect();
        parts.join(between)
    }
}
