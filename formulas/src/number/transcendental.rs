//! Exponentials, logarithms and powers with about 35 digits inside, so that twelve decimals are right.

use super::wide::{divide, multiply};
use super::{Fixed, LIMIT, UNIT};
use crate::fault::Fault;

/// Fraction bits of the binary numbers in this file.
const BITS: u32 = 120;
const ONE: i128 = 1 << BITS;
/// ln 2 · 2^120
const LN2: i128 = 921_350_637_599_661_305_226_344_307_672_478_455;
/// The natural logarithm above which a result is 10^18 or more.
const TOO_LARGE: f64 = 42.0;

impl Fixed {
    pub(crate) fn exp(self) -> Result<Fixed, Fault> {
        let estimate = self.estimate();
        match estimate {
            _ if estimate > TOO_LARGE => Err(Fault::Num),
            _ if estimate < -TOO_LARGE => Ok(Fixed(0)),
            _ => exponential(ratio(self.0, UNIT)),
        }
    }

    pub(crate) fn ln(self) -> Result<Fixed, Fault> {
        Ok(Fixed(units(logarithm(self)?)))
    }

    pub(crate) fn log(self, base: Fixed) -> Result<Fixed, Fault> {
        let (number, base) = (logarithm(self)?, logarithm(base)?);
        if base == 0 {
            return Err(Fault::Div0);
        }
        let quotient = super::wide::multiply_divide(number.unsigned_abs(), UNIT as u128, base.unsigned_abs());
        Fixed::signed(quotient, (number < 0) != (base < 0))
    }

    /// Zero to the zero is one; a negative base takes whole exponents only.
    pub(crate) fn power(self, exponent: Fixed) -> Result<Fixed, Fault> {
        if self.is_zero() {
            return match exponent.0 {
                0 => Ok(Fixed::ONE),
                below if below < 0 => Err(Fault::Div0),
                _ => Ok(Fixed(0)),
            };
        }
        if self.0 < 0 && !exponent.is_whole() {
            return Err(Fault::Num);
        }
        let size = self.abs().raised(exponent)?;
        let odd = (exponent.0 / UNIT) % 2 != 0;
        Ok(if self.0 < 0 && odd { size.negated() } else { size })
    }

    fn raised(self, exponent: Fixed) -> Result<Fixed, Fault> {
        let log = logarithm(self)?;
        let estimate = exponent.estimate() * (log as f64 / ONE as f64);
        if estimate > TOO_LARGE {
            return Err(Fault::Num);
        }
        if estimate < -TOO_LARGE {
            return Ok(Fixed(0));
        }
        let product =
            super::wide::multiply_divide(log.unsigned_abs(), exponent.0.unsigned_abs(), UNIT as u128);
        let product = product.and_then(|product| i128::try_from(product).ok()).ok_or(Fault::Num)?;
        exponential(if (log < 0) != (exponent.0 < 0) { -product } else { product })
    }

    fn estimate(self) -> f64 {
        self.0 as f64 / UNIT as f64
    }
}

/// ln of a positive number as a binary fraction.
fn logarithm(number: Fixed) -> Result<i128, Fault> {
    let units = u128::try_from(number.0).ok().filter(|units| *units > 0).ok_or(Fault::Num)?;
    // units = m · 2^shift with m in [1, 2); then ln(units · 10^-12) = ln m + shift · ln 2 − ln 10^12.
    Ok(log_of_units(units) - log_of_units(UNIT as u128))
}

fn log_of_units(units: u128) -> i128 {
    let shift = 127 - units.leading_zeros();
    let mantissa = match shift <= BITS {
        true => units << (BITS - shift),
        false => units >> (shift - BITS),
    } as i128;
    // ln m = 2 artanh((m − 1) / (m + 1)); the argument is below a third, so 80 terms are ample.
    let z = ratio_of(mantissa - ONE, mantissa + ONE);
    let square = product(z, z);
    let (mut power, mut sum) = (z, 0);
    for odd in (1..=160).step_by(2) {
        sum += power / odd;
        power = product(power, square);
    }
    2 * sum + i128::from(shift) * LN2
}

/// e^x for |x| ≤ 42, rounded to twelve decimals.
fn exponential(x: i128) -> Result<Fixed, Fault> {
    let twos = x.div_euclid(LN2);
    let rest = x.rem_euclid(LN2);
    let (mut term, mut sum) = (ONE, ONE);
    for n in 1..40 {
        term = product(term, rest) / n;
        sum += term;
    }
    // sum · 2^twos · 10^12 / 2^120
    let shift = i128::from(BITS) - twos;
    let (high, low) = multiply(sum.unsigned_abs(), UNIT as u128);
    let units = shifted(high, low, shift as u32);
    let units = i128::try_from(units).map_err(|_| Fault::Num)?;
    if units < LIMIT { Ok(Fixed(units)) } else { Err(Fault::Num) }
}

/// The 256-bit number divided by 2^shift, rounded half up; `shift` is between 59 and 181.
fn shifted(high: u128, low: u128, shift: u32) -> u128 {
    let take = |shift: u32| match shift {
        0 => low,
        1..=127 => (high << (128 - shift)) | (low >> shift),
        128 => high,
        _ => high.checked_shr(shift - 128).unwrap_or(0),
    };
    let rounding = take(shift - 1) & 1;
    take(shift) + rounding
}

fn product(a: i128, b: i128) -> i128 {
    let (high, low) = multiply(a.unsigned_abs(), b.unsigned_abs());
    let size = ((high << (128 - BITS)) | (low >> BITS)) as i128;
    if (a < 0) != (b < 0) { -size } else { size }
}

/// `a / b` as a binary fraction, for |a| < b · 2^7.
fn ratio_of(a: i128, b: i128) -> i128 {
    let (high, low) = multiply(a.unsigned_abs(), ONE as u128);
    let size = divide(high, low, b.unsigned_abs()).map_or(0, |(quotient, _)| quotient as i128);
    if (a < 0) != (b < 0) { -size } else { size }
}

fn ratio(a: i128, b: i128) -> i128 {
    let whole = a / b;
    whole * ONE + ratio_of(a % b, b)
}

/// A binary fraction in units of 10^-12, rounded half away from zero.
fn units(fraction: i128) -> i128 {
    let size = super::wide::multiply_divide(fraction.unsigned_abs(), UNIT as u128, ONE as u128);
    let size = size.map_or(0, |size| size as i128);
    if fraction < 0 { -size } else { size }
}
