//! `currency`: an amount of money in one currency. Exact, never a float.

use formulas::{Type, Value};
use rust_decimal::Decimal as Number;
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType, decimal};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of a `currency` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Currency {
    /// Digits in all, 1 to 28.
    #[serde(default = "decimal::default_precision")]
    pub precision: u8,
    /// Digits after the point, 0 to precision.
    #[serde(default = "default_scale")]
    pub scale: u8,
    /// Smallest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Number>,
    /// Largest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Number>,
    /// ISO 4217 code.
    #[serde(default = "default_currency")]
    pub currency: String,
}

fn default_scale() -> u8 {
    2
}

fn default_currency() -> String {
    "USD".into()
}
impl Default for Currency {
    fn default() -> Self {
        Self {
            precision: decimal::default_precision(),
            scale: default_scale(),
            min: None,
            max: None,
            currency: default_currency(),
        }
    }
}

impl Behaviour for Currency {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Numeric(self.precision, self.scale))]
    }

    fn ty(&self) -> Type {
        Type::Number
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let number = decimal::parse_number(input)?;
        decimal::check_digits(number, self.precision, self.scale)?;
        decimal::check_bounds(number, self.min, self.max)?;
        Ok(Value::Number(number))
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = decimal::digits_problem(self.precision, self.scale);
        problems.extend(decimal::bounds_problem(self.min, self.max));
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            problems.push(Problem::new(
                "currency",
                "bad-currency",
                "expected an ISO 4217 code such as `EUR`",
            ));
        }
        problems
    }
}
