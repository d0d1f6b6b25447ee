//! Evaluating an expression in memory. It gives the same values and the same faults as its SQL.

mod arguments;

use std::cmp::Ordering;

use crate::expression::{Arithmetic, Comparison, Expression, Quantifier, Reference, TextMatch};
use crate::fault::Fault;
use crate::functions::text::lowered;
use crate::functions::{Blank, Form, Function, Outcome};
use crate::number::Fixed;
use crate::request::Request;
use crate::value::Value;

pub(crate) use arguments::Arguments;

/// The record that an expression looks at.
pub trait Record {
    /// The value of a field, of this record or at the end of its lookups; blank where there is none.
    fn value(&self, reference: &Reference) -> Value;

    /// The record as it is stored, while a change to it is being saved; nothing for a record being created.
    fn prior(&self) -> Option<&dyn Record> {
        None
    }

    /// Whether the record is being created.
    fn is_new(&self) -> bool {
        false
    }

    /// Whether related records meet a condition. Without related records in memory none does.
    fn related(&self, _relation: &str, how: Quantifier, _condition: &Expression) -> Result<bool, Fault> {
        Ok(how != Quantifier::Some)
    }
}

/// The value of an expression for a record.
pub fn evaluate(expression: &Expression, record: &dyn Record, request: &Request) -> Result<Value, Fault> {
    Evaluation { record, request }.value(expression)
}

/// What an expression is evaluated against.
#[derive(Clone, Copy)]
pub(crate) struct Evaluation<'a> {
    pub record: &'a dyn Record,
    pub request: &'a Request,
}

impl<'a> Evaluation<'a> {
    /// The same request with another record.
    pub(crate) fn of(self, record: &'a dyn Record) -> Evaluation<'a> {
        Evaluation { record, request: self.request }
    }

    pub(crate) fn value(&self, expression: &Expression) -> Outcome {
        match expression {
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Field(reference) => Ok(self.record.value(reference)),
            Expression::Variable { name, .. } => Ok(self.request.variable(name)),
            Expression::Arithmetic { op, left, right } => self.arithmetic(*op, left, right),
            Expression::OrZero(inner) => Ok(match self.value(inner)? {
                Value::Null => Value::Number(0.into()),
                value => value,
            }),
            Expression::Case { branches, otherwise } => {
                for branch in branches {
                    if self.condition(&branch.when)? {
                        return self.value(&branch.then);
                    }
                }
                self.value(otherwise)
            }
            Expression::Coalesce(values) => self.first_filled(values),
            Expression::IfError { value, otherwise } => self.value(value).or_else(|_| self.value(otherwise)),
            Expression::Call { function, arguments } => self.call(function, arguments),
            _ => self.condition(expression).map(Value::Bool),
        }
    }

    /// Whether a condition is true; blank is not.
    pub(crate) fn condition(&self, expression: &Expression) -> Result<bool, Fault> {
        Ok(match expression {
            Expression::Compare { op, left, right } => compare(*op, &self.value(left)?, &self.value(right)?),
            Expression::In { item, list } => {
                let item = self.value(item)?;
                list.iter().any(|value| same(value, &item))
            }
            Expression::IsBlank(inner) => self.value(inner)?.is_blank(),
            Expression::TextMatch { how, ignore_case, text, part } => {
                let (text, part) = (self.value(text)?, self.value(part)?);
                text_match(*how, *ignore_case, [&text, &part])
            }
            Expression::HasAny { list, values } => {
                let list = self.value(list)?;
                values.iter().any(|value| holds(&list, value))
            }
            Expression::HasAll { list, values } => {
                let list = self.value(list)?;
                values.iter().all(|value| holds(&list, value))
            }
            Expression::And(parts) => !self.any(parts, false)?,
            Expression::Or(parts) => self.any(parts, true)?,
            Expression::Not(inner) => !self.condition(inner)?,
            Expression::Related { relation, how, condition } => {
                self.record.related(relation, *how, condition)?
            }
            Expression::IsError(inner) => self.value(inner).is_err(),
            _ => self.value(expression)?.is_true(),
        })
    }

    /// Whether any part has the truth. One that has it outweighs faults of the others, before or after it.
    fn any(&self, parts: &[Expression], truth: bool) -> Result<bool, Fault> {
        let mut fault = None;
        for part in parts {
            match self.condition(part) {
                Ok(value) if value == truth => return Ok(true),
                Ok(_) => {}
                Err(first) => fault = fault.or(Some(first)),
            }
        }
        fault.map_or(Ok(false), Err)
    }

    fn first_filled(&self, values: &[Expression]) -> Outcome {
        for expression in values {
            let value = self.value(expression)?;
            if !value.is_blank() {
                return Ok(value);
            }
        }
        Ok(Value::Null)
    }

    fn arithmetic(&self, op: Arithmetic, left: &Expression, right: &Expression) -> Outcome {
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (Value::Number(left), Value::Number(right)) = (&left, &right) else {
            return if left.is_blank() || right.is_blank() { Ok(Value::Null) } else { Err(Fault::Value) };
        };
        let (left, right) = (Fixed::of(*left)?, Fixed::of(*right)?);
        let result = match op {
            Arithmetic::Add => left.plus(right),
            Arithmetic::Subtract => left.minus(right),
            Arithmetic::Multiply => left.times(right),
            Arithmetic::Divide => left.over(right),
        };
        result.map(|number| Value::Number(number.decimal()))
    }

    fn call(&self, function: &Function, arguments: &[Expression]) -> Outcome {
        if let Form::Saving(compute) = &function.form {
            return compute(arguments, self);
        }
        let values: Vec<Value> =
            arguments.iter().map(|argument| self.value(argument)).collect::<Result<_, _>>()?;
        let strict = |index: usize| {
            let blank = function.parameter(index).map(|parameter| parameter.blank);
            matches!(blank, Some(Blank::Propagates | Blank::Zero))
        };
        if values.iter().enumerate().any(|(index, value)| strict(index) && value.is_blank()) {
            return Ok(Value::Null);
        }
        match &function.form {
            Form::Plain { compute, .. } => compute(&Arguments(&values)),
            Form::Request(compute) => compute(&Arguments(&values), self.request),
            // Rewritten calls never reach an expression.
            Form::Rewrite(_) | Form::Saving(_) => Err(Fault::Value),
        }
    }
}

/// Whether two values are equal: blank equals blank, lists are equal as sets.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(a), Value::List(b)) => {
            a.iter().all(|item| b.contains(item)) && b.iter().all(|item| a.contains(item))
        }
        _ if left.is_blank() || right.is_blank() => left.is_blank() && right.is_blank(),
        _ => left == right,
    }
}

/// The order of two values of one type; none with a blank.
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Id(a), Value::Id(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

fn compare(op: Comparison, left: &Value, right: &Value) -> bool {
    match op {
        Comparison::Eq => same(left, right),
        Comparison::Ne => !same(left, right),
        Comparison::Lt => order(left, right).is_some_and(Ordering::is_lt),
        Comparison::Le => order(left, right).is_some_and(Ordering::is_le),
        Comparison::Gt => order(left, right).is_some_and(Ordering::is_gt),
        Comparison::Ge => order(left, right).is_some_and(Ordering::is_ge),
    }
}

fn text_match(how: TextMatch, ignore_case: bool, sides: [&Value; 2]) -> bool {
    let [text, part] = sides.map(|side| match side {
        Value::Text(text) if ignore_case => lowered(text),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    });
    match how {
        TextMatch::Contains => text.contains(&part),
        TextMatch::Starts => text.starts_with(&part),
        TextMatch::Ends => text.ends_with(&part),
    }
}

fn holds(list: &Value, value: &Value) -> bool {
    matches!(list, Value::List(items) if items.contains(value))
}
