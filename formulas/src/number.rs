//! Arithmetic on numbers of twelve decimals below 10^18, so that memory and PostgreSQL give the same digits.
//!
//! Every result is exact and then rounded half away from zero to twelve decimals, as `round(numeric, 12)` does.
//! `rust_decimal` alone would round products at 28 digits, and half to even.

mod transcendental;
mod wide;

use rust_decimal::Decimal;

use crate::fault::Fault;

/// Decimals that every result is rounded to.
pub(crate) const DECIMALS: u32 = 12;
const UNIT: i128 = 1_000_000_000_000;
const LIMIT: i128 = 1_000_000_000_000_000_000 * UNIT;

/// A number in units of 10^-12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fixed(i128);

impl Fixed {
    pub(crate) const ONE: Fixed = Fixed(UNIT);

    /// The number, rounded to twelve decimals; numbers of 10^18 and more are refused.
    pub(crate) fn of(number: Decimal) -> Result<Fixed, Fault> {
        let (mantissa, scale) = (number.mantissa(), number.scale());
        let units = match scale <= DECIMALS {
            true => mantissa.checked_mul(power_of_ten(DECIMALS - scale)).ok_or(Fault::Num)?,
            false => divide_rounded(mantissa, power_of_ten(scale - DECIMALS)),
        };
        Fixed(units).within()
    }

    pub(crate) fn whole(number: i64) -> Fixed {
        Fixed(i128::from(number) * UNIT)
    }

    /// The shortest decimal. Beyond 28 digits the last decimals are rounded away.
    pub(crate) fn decimal(self) -> Decimal {
        let (mut units, mut scale) = (self.0, DECIMALS);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        loop {
            match Decimal::try_from_i128_with_scale(units, scale) {
                Ok(decimal) => return decimal,
                Err(_) if scale == 0 => return Decimal::ZERO,
                Err(_) => (units, scale) = (divide_rounded(units, 10), scale - 1),
            }
        }
    }

    fn within(self) -> Result<Fixed, Fault> {
        if self.0.abs() < LIMIT { Ok(self) } else { Err(Fault::Num) }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn signum(self) -> i64 {
        self.0.signum() as i64
    }

    pub(crate) fn abs(self) -> Fixed {
        Fixed(self.0.abs())
    }

    pub(crate) fn negated(self) -> Fixed {
        Fixed(-self.0)
    }

    pub(crate) fn plus(self, other: Fixed) -> Result<Fixed, Fault> {
        Fixed(self.0 + other.0).within()
    }

    pub(crate) fn minus(self, other: Fixed) -> Result<Fixed, Fault> {
        Fixed(self.0 - other.0).within()
    }

    /// The sum, which alone must stay below 10^18.
    pub(crate) fn sum(numbers: &[Fixed]) -> Result<Fixed, Fault> {
        Fixed(numbers.iter().map(|number| number.0).sum()).within()
    }

    pub(crate) fn times(self, other: Fixed) -> Result<Fixed, Fault> {
        let units = wide::multiply_divide(self.0.unsigned_abs(), other.0.unsigned_abs(), UNIT as u128);
        Fixed::signed(units, (self.0 < 0) != (other.0 < 0))
    }

    pub(crate) fn over(self, other: Fixed) -> Result<Fixed, Fault> {
        if other.is_zero() {
            return Err(Fault::Div0);
        }
        let units = wide::multiply_divide(self.0.unsigned_abs(), UNIT as u128, other.0.unsigned_abs());
        Fixed::signed(units, (self.0 < 0) != (other.0 < 0))
    }

    fn signed(units: Option<u128>, negative: bool) -> Result<Fixed, Fault> {
        let units = units.and_then(|units| i128::try_from(units).ok()).ok_or(Fault::Num)?;
        Fixed(if negative { -units } else { units }).within()
    }

    /// The remainder with the sign of the dividend, exactly.
    pub(crate) fn remainder(self, other: Fixed) -> Result<Fixed, Fault> {
        self.0.checked_rem(other.0).map(Fixed).ok_or(Fault::Div0)
    }

    /// The whole part of the quotient, exactly.
    pub(crate) fn quotient(self, other: Fixed) -> Result<Fixed, Fault> {
        let whole = self.0.checked_div(other.0).ok_or(Fault::Div0)?;
        Fixed(whole.checked_mul(UNIT).ok_or(Fault::Num)?).within()
    }

    /// The greatest multiple of `step` that is not above this number.
    pub(crate) fn floor_to(self, step: Fixed) -> Result<Fixed, Fault> {
        let rest = self.0.checked_rem_euclid(step.0).ok_or(Fault::Div0)?;
        Fixed(self.0 - rest).within()
    }

    /// Rounded half away from zero to `places` decimals; negative places round to tens, hundreds …
    pub(crate) fn rounded(self, places: i64) -> Result<Fixed, Fault> {
        let Some(step) = step(places) else { return Ok(self) };
        Fixed(divide_rounded(self.0, step) * step).within()
    }

    /// Cut toward zero at `places` decimals.
    pub(crate) fn truncated(self, places: i64) -> Fixed {
        step(places).map_or(self, |step| Fixed(self.0 / step * step))
    }

    /// Rounded away from zero at `places` decimals.
    pub(crate) fn rounded_up(self, places: i64) -> Result<Fixed, Fault> {
        let cut = self.truncated(places);
        match step(places) {
            Some(step) if cut != self => Fixed(cut.0 + self.0.signum() * step).within(),
            _ => Ok(cut),
        }
    }

    /// The whole part as a machine integer, cut to ±`most`.
    pub(crate) fn integer(self, most: i64) -> i64 {
        let whole = self.0 / UNIT;
        whole.clamp(-i128::from(most), i128::from(most)) as i64
    }

    pub(crate) fn is_whole(self) -> bool {
        self.0 % UNIT == 0
    }

    pub(crate) fn root(self) -> Result<Fixed, Fault> {
        match u128::try_from(self.0) {
            Ok(units) => Ok(Fixed(wide::root(units, UNIT as u128) as i128)),
            Err(_) => Err(Fault::Num),
        }
    }
}

/// The size of one step at `places` decimals, or nothing where all digits stay.
fn step(places: i64) -> Option<i128> {
    let zeros = i64::from(DECIMALS) - places.max(-18);
    u32::try_from(zeros).ok().filter(|zeros| *zeros > 0).map(power_of_ten)
}

/// `exponent` is at most 30 in this file, where 10^38 still fits.
fn power_of_ten(exponent: u32) -> i128 {
    10i128.pow(exponent)
}

fn divide_rounded(number: i128, by: i128) -> i128 {
    let (whole, rest) = (number / by, number % by);
    if rest.abs() * 2 >= by { whole + number.signum() } else { whole }
}

#[cfg(test)]
#[path = "number/tests.rs"]
mod tests;
