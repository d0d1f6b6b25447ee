//! `currency`: an amount of money in one currency. Exact, never a float.

use formulas::{Type, Value};
use rust_decimal::Decimal as Number;
use serde::{Deserialize, Serialize};

use super::decimal::{self, Decimal};
use super::{Behaviour, ColumnType};
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

impl Currency {
    /// What it is but for the money: an exact number.
    fn number(&self) -> Decimal {
        Decimal { precision: self.precision, scale: self.scale, min: self.min, max: self.max }
    }
}

impl Behaviour for Currency {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        self.number().columns()
    }

    fn ty(&self) -> Type {
        self.number().ty()
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        self.number().parse(input)
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.number().check();
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
