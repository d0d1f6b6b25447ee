//! The computed arguments of a call, read as the types that the checker has made sure of.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::order;
use crate::fault::Fault;
use crate::functions::Outcome;
use crate::number::Fixed;
use crate::value::Value;

/// Values in the order of the parameters. A value of another type than asked for is a fault, never a panic.
pub(crate) struct Arguments<'a>(pub &'a [Value]);

impl Arguments<'_> {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn value(&self, index: usize) -> &Value {
        self.0.get(index).unwrap_or(&Value::Null)
    }

    pub(crate) fn fixed(&self, index: usize) -> Result<Fixed, Fault> {
        match self.value(index) {
            Value::Number(number) => Fixed::of(*number),
            _ => Err(Fault::Value),
        }
    }

    /// The whole part of a number, cut to ±`most`.
    pub(crate) fn integer(&self, index: usize, most: i64) -> Result<i64, Fault> {
        Ok(self.fixed(index)?.integer(most))
    }

    /// How many characters to take; none where the number is negative.
    pub(crate) fn count(&self, index: usize) -> Result<usize, Fault> {
        Ok(self.integer(index, 1_000_000)?.max(0) as usize)
    }

    /// A text; blank reads as empty.
    pub(crate) fn text(&self, index: usize) -> Result<&str, Fault> {
        match self.value(index) {
            Value::Text(text) => Ok(text),
            Value::Null => Ok(""),
            _ => Err(Fault::Value),
        }
    }

    /// All texts from `first` on.
    pub(crate) fn texts(&self, first: usize) -> Result<Vec<&str>, Fault> {
        (first..self.len()).map(|index| self.text(index)).collect()
    }

    pub(crate) fn date(&self, index: usize) -> Result<NaiveDate, Fault> {
        match self.value(index) {
            Value::Date(date) => Ok(*date),
            _ => Err(Fault::Value),
        }
    }

    pub(crate) fn instant(&self, index: usize) -> Result<DateTime<Utc>, Fault> {
        match self.value(index) {
            Value::DateTime(instant) => Ok(*instant),
            _ => Err(Fault::Value),
        }
    }

    pub(crate) fn time(&self, index: usize) -> Result<NaiveTime, Fault> {
        match self.value(index) {
            Value::Time(time) => Ok(*time),
            _ => Err(Fault::Value),
        }
    }

    /// The value that comes first in the direction, blanks left out.
    pub(crate) fn least(&self, direction: Ordering) -> Outcome {
        let filled = self.0.iter().filter(|value| !value.is_blank());
        let chosen =
            filled.reduce(|best, value| if order(value, best) == Some(direction) { value } else { best });
        Ok(chosen.cloned().unwrap_or(Value::Null))
    }
}
