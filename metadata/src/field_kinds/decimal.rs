//! `decimal`: an exact number with fixed precision and scale; also what the other number kinds are made of.
//! Never a float.

use formulas::{Type, Value};
use rust_decimal::{Decimal as Number, prelude::FromStr};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Most digits of a number: what fits a 96-bit decimal exactly.
pub const MAX_PRECISION: u8 = 28;

/// Settings of a `decimal` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decimal {
    /// Digits in all, 1 to 28.
    #[serde(default = "default_precision")]
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
}

pub(super) fn default_precision() -> u8 {
    18
}

pub(super) fn default_scale() -> u8 {
    4
}

impl Default for Decimal {
    fn default() -> Self {
        Self { precision: default_precision(), scale: default_scale(), min: None, max: None }
    }
}

impl Behaviour for Decimal {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Numeric(self.precision, self.scale))]
    }

    fn ty(&self) -> Type {
        Type::Number
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let number = parse_number(input)?;
        check_digits(number, self.precision, self.scale)?;
        check_bounds(number, self.min, self.max)?;
        Ok(Value::Number(number))
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = digits_problem(self.precision, self.scale);
        problems.extend(bounds_problem(self.min, self.max));
        problems
    }
}

/// An exact number from a JSON number or a string such as `1200.50`, `-3` or `1e3`.
pub fn parse_number(input: &Input<'_>) -> Result<Number, Fault> {
    let text = match input {
        Input::Number(text) => *text,
        Input::Text(text) => text.trim(),
        _ => return Err(Fault::wrong_type("a number")),
    };
    if text.len() > 64 {
        return Err(Fault::new("out-of-range", "the number has too many digits"));
    }
    let parsed =
        if text.contains(['e', 'E']) { Number::from_scientific(text) } else { Number::from_str_exact(text) };
    parsed.map_err(|_| match text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit()) {
        true if text.parse::<f64>().is_ok() => {
            Fault::new("out-of-range", "the number has more than 28 digits")
        }
        _ => Fault::wrong_type("a number"),
    })
}

/// Refuses digits that the column would round away or cannot hold.
pub(super) fn check_digits(number: Number, precision: u8, scale: u8) -> Result<(), Fault> {
    let number = number.normalize();
    if number.scale() > u32::from(scale) {
        return Err(Fault::new("too-precise", format!("at most {scale} digits after the point fit")));
    }
    let whole = precision - scale;
    let limit = Number::from_str(&format!("1{}", "0".repeat(usize::from(whole)))).unwrap_or(Number::MAX);
    if number.abs() >= limit {
        return Err(Fault::new("out-of-range", format!("at most {whole} digits before the point fit")));
    }
    Ok(())
}

pub(super) fn check_bounds(number: Number, min: Option<Number>, max: Option<Number>) -> Result<(), Fault> {
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        let range = match (min, max) {
            (Some(min), Some(max)) => format!("between {min} and {max}"),
            (Some(min), None) => format!("at least {min}"),
            (_, max) => format!("at most {}", max.unwrap_or_default()),
        };
        return Err(Fault::new("out-of-range", format!("must be {range}; {number} is not")));
    }
    Ok(())
}

pub(super) fn bounds_problem(min: Option<Number>, max: Option<Number>) -> Vec<Problem> {
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            vec![Problem::new("min", "out-of-range", "min is larger than max")]
        }
        _ => Vec::new(),
    }
}

pub(super) fn digits_problem(precision: u8, scale: u8) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !(1..=MAX_PRECISION).contains(&precision) {
        problems.push(Problem::new("precision", "out-of-range", "precision must be between 1 and 28"));
    }
    if scale > precision {
        problems.push(Problem::new("scale", "out-of-range", "scale must not exceed precision"));
    }
    problems
}
