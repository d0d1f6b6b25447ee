//! `integer`: a whole number of 64 bits, optionally between bounds.

use formulas::{Type, Value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of an `integer` field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integer {
    /// Smallest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// Largest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

impl Behaviour for Integer {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Bigint)]
    }

    fn ty(&self) -> Type {
        Type::Integer
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let number = super::decimal::parse_number(input)?;
        if !number.is_integer() {
            return Err(Fault::new("not-whole", "expected a whole number"));
        }
        let (min, max) = (self.min.unwrap_or(i64::MIN), self.max.unwrap_or(i64::MAX));
        super::decimal::check_bounds(number, Some(min.into()), Some(max.into()))?;
        Ok(Value::Number(number.normalize()))
    }

    fn check(&self) -> Vec<Problem> {
        super::decimal::bounds_problem(self.min.map(Decimal::from), self.max.map(Decimal::from))
    }
}
