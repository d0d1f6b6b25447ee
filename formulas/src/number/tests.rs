//! Digits of the arithmetic, compared with values computed elsewhere to fifty digits.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::Fixed;
use crate::fault::Fault;

fn n(text: &str) -> Fixed {
    Fixed::of(Decimal::from_str(text).unwrap()).unwrap()
}

fn shown(number: Result<Fixed, Fault>) -> String {
    number.map_or_else(|fault| fault.code().to_owned(), |number| number.decimal().to_string())
}

#[test]
fn the_four_operations_round_half_away() {
    assert_eq!(shown(n("1").over(n("3"))), "0.333333333333");
    assert_eq!(shown(n("-2").over(n("3"))), "-0.666666666667");
    assert_eq!(shown(n("123456789012345.1234").times(n("1.000000000001"))), "123456789012468.580189012345");
    assert_eq!(shown(n("0.000001").times(n("0.0000005"))), "0.000000000001");
    assert_eq!(shown(n("999999999999999999").plus(n("1"))), "NUM");
    assert_eq!(shown(n("1000000000").times(n("1000000000"))), "NUM");
    assert_eq!(shown(n("1").over(n("0"))), "DIV0");
    assert_eq!(shown(n("-7.5").remainder(n("2"))), "-1.5");
    assert_eq!(shown(n("-7.5").quotient(n("2"))), "-3");
}

#[test]
fn rounding_goes_where_it_says() {
    assert_eq!(shown(n("2.5").rounded(0)), "3");
    assert_eq!(shown(n("-2.5").rounded(0)), "-3");
    assert_eq!(shown(n("1250").rounded(-2)), "1300");
    assert_eq!(shown(n("1.21").rounded_up(1)), "1.3");
    assert_eq!(shown(n("-1.21").rounded_up(1)), "-1.3");
    assert_eq!(shown(Ok(n("-1.29").truncated(1))), "-1.2");
    assert_eq!(shown(n("-1.2").floor_to(n("0.5"))), "-1.5");
}

#[test]
fn roots_logarithms_and_powers() {
    assert_eq!(shown(n("2").root()), "1.414213562373");
    assert_eq!(shown(n("-1").root()), "NUM");
    assert_eq!(shown(n("1").exp()), "2.718281828459");
    assert_eq!(shown(n("41").exp()), "639843493530054949.22266340352");
    assert_eq!(shown(n("-1.5").exp()), "0.223130160148");
    assert_eq!(shown(n("42").exp()), "NUM");
    assert_eq!(shown(n("10").ln()), "2.302585092994");
    assert_eq!(shown(n("0.000000000001").ln()), "-27.631021115929");
    assert_eq!(shown(n("1000").log(n("10"))), "3");
    assert_eq!(shown(n("8").log(n("0.5"))), "-3");
    assert_eq!(shown(n("1.1").power(n("2"))), "1.21");
    assert_eq!(shown(n("-2").power(n("3"))), "-8");
    assert_eq!(shown(n("2").power(n("0.5"))), "1.414213562373");
    assert_eq!(shown(n("10").power(n("17"))), "100000000000000000");
    assert_eq!(shown(n("0").power(n("-1"))), "DIV0");
    assert_eq!(shown(n("-8").power(n("0.5"))), "NUM");
}
