//! Functions on numbers. Results have at most twelve decimals and stay below 10^18, in SQL as in memory.

use super::parameter::{Accepts, Parameter, kept, number, strict};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::fault::Fault;
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

/// Multiplying by this makes PostgreSQL carry 24 decimals through divisions and logarithms.
const WIDE: &str = "1.000000000000000000000000";
const DIGITS: i64 = 18;

const fn function(
    name: &'static str,
    takes: &'static [Parameter],
    doc: &'static str,
    sql: fn(&Shape) -> Template,
    compute: fn(&Arguments) -> Outcome,
) -> Function {
    Function {
        name,
        aliases: &[],
        takes,
        gives: Gives::Is(Type::Number),
        capability: Capability::Index,
        doc,
        form: Form::Plain { sql, compute },
    }
}

const fn ordered(name: &'static str, doc: &'static str, form: Form) -> Function {
    let takes = const { &[kept("value", Accepts::Ordered).repeated()] };
    Function { name, aliases: &[], takes, gives: Gives::Common, capability: Capability::Index, doc, form }
}

pub(super) static FUNCTIONS: &[Function] = &[
    function(
        "ABS",
        &[number("number")],
        "The number without its sign.",
        |_| Template::total("abs($1)"),
        |a| show(a.fixed(0)?.abs()),
    ),
    function(
        "ROUND",
        &[number("number"), number("digits").or(0)],
        "Rounds half away from zero to a number of decimals.",
        |shape| Template::total(format!("round($1, {})", shape.integer(2, DIGITS))).unbounded(),
        |a| show(a.fixed(0)?.rounded(a.integer(1, DIGITS)?)?),
    ),
    function(
        "ROUNDUP",
        &[number("number"), number("digits").or(0)],
        "Rounds away from zero.",
        |shape| {
            let digits = shape.integer(2, DIGITS);
            let cut = format!("trunc($1, {digits})");
            let step = format!("power(10::numeric, - {digits})");
            let value = format!("({cut} + CASE WHEN {cut} <> $1 THEN sign($1) * {step} ELSE 0 END)");
            Template::total(value).unbounded()
        },
        |a| show(a.fixed(0)?.rounded_up(a.integer(1, DIGITS)?)?),
    ),
    Function {
        aliases: &["TRUNC"],
        ..function(
            "ROUNDDOWN",
            &[number("number"), number("digits").or(0)],
            "Cuts decimals away, toward zero.",
            |shape| Template::total(format!("trunc($1, {})", shape.integer(2, DIGITS))),
            |a| show(a.fixed(0)?.truncated(a.integer(1, DIGITS)?)),
        )
    },
    function(
        "CEILING",
        &[number("number"), number("step").or(1)],
        "The least multiple of the step that is not below the number.",
        |_| to_step("(div($1, abs($2)) + (mod($1, abs($2)) > 0)::int)"),
        |a| show(a.fixed(0)?.negated().floor_to(a.fixed(1)?.abs())?.negated()),
    ),
    function(
        "FLOOR",
        &[number("number"), number("step").or(1)],
        "The greatest multiple of the step that is not above the number.",
        |_| to_step("(div($1, abs($2)) - (mod($1, abs($2)) < 0)::int)"),
        |a| show(a.fixed(0)?.floor_to(a.fixed(1)?.abs())?),
    ),
    function(
        "MOD",
        &[number("number"), number("divisor")],
        "The remainder of a division, with the sign of the number.",
        |_| Template::guarded("mod($1, NULLIF($2, 0))", "$2 = 0", Fault::Div0),
        |a| show(a.fixed(0)?.remainder(a.fixed(1)?)?),
    ),
    function(
        "QUOTIENT",
        &[number("number"), number("divisor")],
        "The whole part of a division.",
        |_| Template::guarded("div($1, NULLIF($2, 0))", "$2 = 0", Fault::Div0).unbounded(),
        |a| show(a.fixed(0)?.quotient(a.fixed(1)?)?),
    ),
    function("POWER", &[number("base"), number("exponent")], "A number raised to a power.", power_sql, |a| {
        show(a.fixed(0)?.power(a.fixed(1)?)?)
    }),
    function(
        "SQRT",
        &[number("number")],
        "The square root.",
        |_| {
            let root = format!("round(sqrt(CASE WHEN $1 >= 0 THEN $1 * {WIDE} END), 12)");
            Template::guarded(root, "$1 < 0", Fault::Num)
        },
        |a| show(a.fixed(0)?.root()?),
    ),
    function(
        "EXP",
        &[number("number")],
        "e raised to a power.",
        |_| {
            let value = format!("round(exp(CASE WHEN $1 <= 42 THEN $1 * {WIDE} END), 12)");
            Template::guarded(value, "$1 > 42", Fault::Num).unbounded()
        },
        |a| show(a.fixed(0)?.exp()?),
    ),
    function(
        "LN",
        &[number("number")],
        "The natural logarithm.",
        |_| {
            let value = format!("round(ln(CASE WHEN $1 > 0 THEN $1 * {WIDE} END), 12)");
            Template::guarded(value, "$1 <= 0", Fault::Num)
        },
        |a| show(a.fixed(0)?.ln()?),
    ),
    function(
        "LOG",
        &[number("number"), number("base").or(10)],
        "The logarithm to a base, which is 10 where none is given.",
        |_| {
            let ln = |place: &str| format!("ln(CASE WHEN {place} > 0 THEN {place} * {WIDE} END)");
            let value = format!("round({} / NULLIF({}, 0), 12)", ln("$1"), ln("$2"));
            Template::guarded(value, "$1 <= 0 OR $2 <= 0", Fault::Num)
                .guard("$2 = 1", Fault::Div0)
                .unbounded()
        },
        |a| show(a.fixed(0)?.log(a.fixed(1)?)?),
    ),
    function(
        "SIGN",
        &[number("number")],
        "1, 0 or -1.",
        |_| Template::total("sign($1)"),
        |a| show(Fixed::whole(a.fixed(0)?.signum())),
    ),
    ordered(
        "MIN",
        "The least of the values that are not blank.",
        Form::Plain {
            sql: |shape| Template::total(format!("least({})", shape.joined(1, |n| format!("${n}"), ", "))),
            compute: |a| a.least(std::cmp::Ordering::Less),
        },
    ),
    ordered(
        "MAX",
        "The greatest of the values that are not blank.",
        Form::Plain {
            sql: |shape| Template::total(format!("greatest({})", shape.joined(1, |n| format!("${n}"), ", "))),
            compute: |a| a.least(std::cmp::Ordering::Greater),
        },
    ),
    function(
        "SUM",
        &[kept("number", Accepts::Is(Type::Number)).repeated()],
        "The sum of the numbers that are not blank; 0 without any.",
        |shape| Template::total(sum_sql(shape)).unbounded(),
        |a| show(sum(a)?.0),
    ),
    function(
        "AVERAGE",
        &[kept("number", Accepts::Is(Type::Number)).repeated()],
        "The mean of the numbers that are not blank.",
        |shape| {
            let value = format!("round({} * {WIDE} / NULLIF({}, 0), 12)", sum_sql(shape), count_sql(shape));
            Template::guarded(value, format!("abs{} >= 1000000000000000000", sum_sql(shape)), Fault::Num)
        },
        |a| match sum(a)? {
            (_, 0) => Ok(Value::Null),
            (sum, count) => show(sum.over(Fixed::whole(count))?),
        },
    ),
    function(
        "COUNT",
        &[kept("value", Accepts::Any).repeated()],
        "How many of the values are not blank.",
        |shape| Template::total(format!("{}::numeric", count_sql(shape))),
        |a| show(Fixed::whole((0..a.len()).filter(|index| !a.value(*index).is_blank()).count() as i64)),
    ),
    function(
        "PI",
        &[],
        "3.14159265359.",
        |_| Template::total("3.14159265359"),
        |_| Ok(Value::Number(rust_decimal::Decimal::new(314_159_265_359, 11))),
    ),
    function(
        "VALUE",
        &[strict("text", Type::Text)],
        "The number that a text shows, with a point before the decimals.",
        |_| {
            let value = format!("(CASE WHEN $1 ~ '{NUMERAL}' THEN round($1::numeric, 12) END)");
            Template::guarded(value, format!("$1 !~ '{NUMERAL}'"), Fault::Value)
        },
        |a| numeral(a.text(0)?).map_or(Err(Fault::Value), show),
    ),
    Function {
        gives: Gives::Is(Type::Bool),
        ..function(
            "ISNUMBER",
            &[super::parameter::text("text")],
            "Whether VALUE can read the text.",
            |_| Template::total(format!("($1 ~ '{NUMERAL}')")),
            |a| Ok(Value::Bool(numeral(a.text(0)?).is_some())),
        )
    },
];

/// A numeral as both PostgreSQL and [`numeral`] read it.
const NUMERAL: &str = "^ *[-+]?([0-9]{1,18}([.][0-9]{0,12})?|[.][0-9]{1,12}) *$";

fn numeral(text: &str) -> Option<Fixed> {
    let text = text.trim_matches(' ');
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let sized = whole.len() <= 18 && decimals.len() <= 12 && whole.len() + decimals.len() > 0;
    if !plain(whole) || !plain(decimals) || !sized {
        return None;
    }
    let size = Fixed::of(format!("0{whole}.{decimals}0").parse().ok()?).ok()?;
    Some(if text.starts_with('-') { size.negated() } else { size })
}

fn show(number: Fixed) -> Outcome {
    Ok(Value::Number(number.decimal()))
}

/// `multiple` uses `$1` and `$2`; a step of zero is a fault.
fn to_step(multiple: &str) -> Template {
    let value = format!("({} * abs($2))", multiple.replace("abs($2)", "NULLIF(abs($2), 0)"));
    Template::guarded(value, "$2 = 0", Fault::Div0).unbounded()
}

/// A known exponent spares what it cannot do wrong, so that `n ^ 2` is short enough for an index.
fn power_sql(shape: &Shape) -> Template {
    let known = match shape.constants.get(1) {
        Some(Some(Value::Number(exponent))) => Some(*exponent),
        _ => None,
    };
    let mut guards = Vec::new();
    if known.is_none_or(|exponent| exponent.is_sign_negative()) {
        guards.push(("$1 = 0 AND $2 < 0", Fault::Div0));
    }
    if known.is_none_or(|exponent| !exponent.fract().is_zero()) {
        guards.push(("$1 < 0 AND $2 <> trunc($2)", Fault::Num));
    }
    guards.push(("$2 * ln(NULLIF(abs($1), 0)) > 42", Fault::Num));
    let bad: Vec<String> = guards.iter().map(|(guard, _)| format!("({guard})")).collect();
    let base = format!("(CASE WHEN ({}) IS NOT TRUE THEN $1 * {WIDE} END)", bad.join(" OR "));
    let tiny = "$2 * ln(NULLIF(abs($1), 0)) < -42";
    let value = format!("(CASE WHEN {tiny} THEN 0 ELSE round(power({base}, $2), 12) END)");
    let whole = Template::total(value).unbounded();
    guards.into_iter().fold(whole, |template, (guard, fault)| template.guard(guard, fault))
}

fn sum_sql(shape: &Shape) -> String {
    format!("({})", shape.joined(1, |place| format!("coalesce(${place}, 0)"), " + "))
}

fn count_sql(shape: &Shape) -> String {
    let one = |place: usize| match shape.types[place - 1].is_list() {
        true => format!("(cardinality(${place}) > 0 IS TRUE)::int"),
        false => format!("(${place} IS NOT NULL)::int"),
    };
    format!("({})", shape.joined(1, one, " + "))
}

fn sum(arguments: &Arguments) -> Result<(Fixed, i64), Fault> {
    let present = (0..arguments.len()).filter(|index| !arguments.value(*index).is_blank());
    let numbers: Vec<Fixed> = present.map(|index| arguments.fixed(index)).collect::<Result<_, _>>()?;
    Ok((Fixed::sum(&numbers)?, numbers.len() as i64))
}
