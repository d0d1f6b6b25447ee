//! Arithmetic with units of time: adding, differences, starts and ends. Instants move in UTC, and their days,
//! months and years begin in the formula's zone.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::parameter::{Accepts, Parameter, ZONE, constant, kept, moment as moment_parameter, number};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::expression::Expression;
use crate::fault::Fault;
use crate::moment::{self, Unit};
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

/// More units than these cannot be added, whatever the unit.
const MOST: i64 = 400_000_000_000;
const MOST_DAYS: i64 = 4_000_000;

const UNIT: Parameter = constant("unit", Accepts::Unit);

const fn function(
    name: &'static str,
    takes: &'static [Parameter],
    gives: Gives,
    doc: &'static str,
    form: Form,
) -> Function {
    Function { name, aliases: &[], takes, gives, capability: Capability::Index, doc, form }
}

pub(super) static FUNCTIONS: &[Function] = &[
    function(
        "DATEADD",
        &[moment_parameter("moment"), number("count").or_blank(), UNIT],
        Gives::First,
        "The moment some whole units later; a month's end stays a day of that month.",
        Form::Plain { sql: add_sql, compute: add },
    ),
    function(
        "DATEDIFF",
        &[moment_parameter("from"), moment_parameter("to"), UNIT],
        Gives::Is(Type::Number),
        "Whole units from one moment to another, negative where the other is earlier.",
        Form::Plain {
            sql: difference_sql,
            compute: |a| {
                let whole = moment::between(wall(a.value(0))?, wall(a.value(1))?, unit(a, 2)?);
                Ok(Value::Number(Fixed::whole(whole).decimal()))
            },
        },
    ),
    function(
        "STARTOF",
        &[moment_parameter("moment"), UNIT, ZONE],
        Gives::First,
        "The start of the unit that the moment is in; weeks begin on Monday.",
        Form::Plain { sql: |shape| bound_sql(shape, false), compute: |a| bound(a, false) },
    ),
    function(
        "ENDOF",
        &[moment_parameter("moment"), UNIT, ZONE],
        Gives::First,
        "The last day of the unit, or its last microsecond.",
        Form::Plain { sql: |shape| bound_sql(shape, true), compute: |a| bound(a, true) },
    ),
    function(
        "AGE",
        &[kept("date", Accepts::Is(Type::Date)), kept("on", Accepts::Is(Type::Date)).optional()],
        Gives::Is(Type::Number),
        "Whole years from a date to another, which is today where none is given.",
        Form::Rewrite(|call| {
            let today = call.today();
            let (date, on) = (call.take(), call.take_or(today));
            Ok(call.made("DATEDIFF", vec![date, on, Expression::Literal(Value::text("year"))]))
        }),
    ),
    function(
        "ADDMONTHS",
        &[moment_parameter("moment"), number("months").or_blank()],
        Gives::First,
        "The moment some months later, as DATEADD.",
        Form::Rewrite(|call| {
            let (moment, months) = (call.take(), call.take());
            Ok(call.made("DATEADD", vec![moment, months, Expression::Literal(Value::text("month"))]))
        }),
    ),
    function(
        "_PLUSDAYS",
        &[moment_parameter("moment"), kept("days", Accepts::Is(Type::Number)).or_blank()],
        Gives::First,
        "What d + n means: whole days for a date, also parts of days for a date/time.",
        Form::Plain { sql: plus_days_sql, compute: plus_days },
    ),
    function(
        "_DAYSBETWEEN",
        &[moment_parameter("later"), moment_parameter("earlier")],
        Gives::Is(Type::Number),
        "What d1 - d2 means: days, with decimals for date/times.",
        Form::Plain { sql: days_between_sql, compute: days_between },
    ),
];

fn unit(arguments: &Arguments, index: usize) -> Result<Unit, Fault> {
    Unit::parse(arguments.text(index)?).ok_or(Fault::Value)
}

/// The unit of a call's SQL; the checker has refused any other word.
fn unit_of(shape: &Shape, place: usize) -> Unit {
    Unit::parse(shape.words(place)).unwrap_or(Unit::Day)
}

/// A date's midnight, or the UTC clock of an instant.
fn wall(value: &Value) -> Result<NaiveDateTime, Fault> {
    match value {
        Value::Date(date) => Ok(date.and_time(NaiveTime::MIN)),
        Value::DateTime(instant) => Ok(instant.naive_utc()),
        _ => Err(Fault::Value),
    }
}

/// The wall clock as a value of the same type as another value.
fn like(value: &Value, wall: NaiveDateTime) -> Value {
    match value {
        Value::DateTime(_) => Value::DateTime(wall.and_utc()),
        _ => Value::Date(wall.date()),
    }
}

fn add(a: &Arguments) -> Outcome {
    let moved = moment::add(wall(a.value(0))?, a.integer(1, MOST)?, unit(a, 2)?)?;
    Ok(like(a.value(0), moved))
}

/// The SQL of a moment as a timestamp without zone.
fn wall_sql(shape: &Shape, place: usize) -> String {
    match shape.types[place - 1] {
        Type::DateTime => format!("(${place} AT TIME ZONE 'UTC')"),
        _ => format!("${place}::timestamp"),
    }
}

/// A timestamp in SQL as a value of the type of `$1`.
fn like_sql(shape: &Shape, wall: &str) -> String {
    match shape.types[0] {
        Type::DateTime => format!("({wall} AT TIME ZONE 'UTC')"),
        _ => format!("({wall})::date"),
    }
}

/// The first and the last second of the years 1 to 9999, as seconds since 1970.
const FIRST_SECOND: i64 = -62_135_596_800;
const END_SECOND: i64 = 253_402_300_800;

fn add_sql(shape: &Shape) -> Template {
    let (unit, wall) = (unit_of(shape, 3), wall_sql(shape, 1));
    // What stands in the call must be small by itself: constants are computed before any condition is looked at.
    let cut = |most: i64| format!("(CASE WHEN abs($2) <= {most} THEN trunc($2) END)");
    let (ok, interval) = match (unit.months(), unit.seconds()) {
        (Some(months), _) => {
            let month = format!("extract(year from {wall}) * 12 + extract(month from {wall}) - 1");
            let interval = format!("make_interval(months => {}::int * {months})", cut(120_000));
            (format!("({month} + trunc($2) * {months} BETWEEN 12 AND 119999)"), interval)
        }
        (None, seconds) => {
            let seconds = seconds.unwrap_or(1);
            let moved = format!("extract(epoch from {wall}) + trunc($2) * {seconds}");
            let total = format!("({} * {seconds})", cut(MOST_DAYS * 86_400 / seconds));
            let interval = interval_sql(&total);
            (format!("({moved} >= {FIRST_SECOND} AND {moved} < {END_SECOND})"), interval)
        }
    };
    let moved = like_sql(shape, &format!("({wall} + {interval})"));
    Template::guarded(format!("(CASE WHEN {ok} THEN {moved} END)"), format!("NOT {ok}"), Fault::Date)
}

/// An interval of some seconds. Days are kept apart, because the seconds of an interval are made from floating point.
fn interval_sql(seconds: &str) -> String {
    format!("make_interval(days => div({seconds}, 86400)::int, secs => mod({seconds}, 86400)::float8)")
}

fn difference_sql(shape: &Shape) -> Template {
    let unit = unit_of(shape, 3);
    let (from, to) = (wall_sql(shape, 1), wall_sql(shape, 2));
    Template::total(match (unit.months(), unit.seconds()) {
        (Some(months), _) => format!("div({}, {months})", months_sql(&from, &to)),
        (None, seconds) => {
            let elapsed = format!("extract(epoch from ({to} - {from}))");
            format!("div({elapsed}, {})", seconds.unwrap_or(1))
        }
    })
}

/// Whole months between two timestamps: the difference of the months, less one that is not full.
fn months_sql(from: &str, to: &str) -> String {
    let months = |moment: &str| format!("(extract(year from {moment}) * 12 + extract(month from {moment}))");
    let within = |moment: &str| format!("({moment} - date_trunc('month', {moment}))");
    format!(
        "({} - {} + CASE WHEN {to} >= {from} AND {a} < {b} THEN -1 WHEN {to} < {from} AND {a} > {b} THEN 1 ELSE 0 END)",
        months(to),
        months(from),
        a = within(to),
        b = within(from),
    )
}

fn bound(a: &Arguments, end: bool) -> Outcome {
    let (unit, zone) = (unit(a, 1)?, moment::zone(a.text(2)?)?);
    match a.value(0) {
        Value::Date(date) => {
            let wall = date.and_time(NaiveTime::MIN);
            let day =
                if end { moment::next(wall, unit) - TimeDelta::days(1) } else { moment::start(wall, unit) };
            Ok(Value::Date(day.date()))
        }
        Value::DateTime(instant) => {
            let wall = moment::local(*instant, zone);
            let edge = if end { moment::next(wall, unit) } else { moment::start(wall, unit) };
            let edge = moment::instant(edge, zone);
            Ok(Value::DateTime(if end { edge - TimeDelta::microseconds(1) } else { edge }))
        }
        _ => Err(Fault::Value),
    }
}

fn bound_sql(shape: &Shape, end: bool) -> Template {
    let word = unit_of(shape, 2).word();
    let step = if word == "quarter" { "3 months".to_owned() } else { format!("1 {word}") };
    let is_instant = shape.types[0] == Type::DateTime;
    let wall = if is_instant { "($1 AT TIME ZONE $3)" } else { "$1::timestamp" };
    let start = format!("date_trunc('{word}', {wall})");
    Template::total(match (is_instant, end) {
        (false, false) => format!("{start}::date"),
        (false, true) => format!("({start} + interval '{step}' - interval '1 day')::date"),
        (true, false) => format!("({start} AT TIME ZONE $3)"),
        (true, true) => {
            let next = format!("(({start} + interval '{step}') AT TIME ZONE $3 AT TIME ZONE 'UTC')");
            format!("(({next} - interval '1 microsecond') AT TIME ZONE 'UTC')")
        }
    })
}

fn plus_days(a: &Arguments) -> Outcome {
    let days = a.fixed(1)?;
    let moved = match a.value(0) {
        Value::Date(date) => moment::add(date.and_time(NaiveTime::MIN), days.integer(MOST), Unit::Day)?,
        _ => {
            let micros = days.times(Fixed::whole(86_400_000_000)).map_err(|_| Fault::Date)?.rounded(0);
            let micros = micros.map_err(|_| Fault::Date)?.integer(i64::MAX);
            let moved =
                wall(a.value(0))?.checked_add_signed(TimeDelta::microseconds(micros)).ok_or(Fault::Date)?;
            moment::within(moved.date())?;
            moved
        }
    };
    Ok(like(a.value(0), moved))
}

fn plus_days_sql(shape: &Shape) -> Template {
    let days = format!("(CASE WHEN abs($2) <= {MOST_DAYS} THEN $2 END)");
    let (ok, moved) = match shape.types[0] {
        Type::DateTime => {
            let seconds = "extract(epoch from ($1 AT TIME ZONE 'UTC')) + round($2 * 86400, 6)";
            let interval = interval_sql(&format!("round({days} * 86400, 6)"));
            let moved = format!("((($1 AT TIME ZONE 'UTC') + {interval}) AT TIME ZONE 'UTC')");
            (format!("({seconds} >= {FIRST_SECOND} AND {seconds} < {END_SECOND})"), moved)
        }
        _ => {
            let ok = "($1 - date '0001-01-01' + trunc($2) BETWEEN 0 AND 3652058)".to_owned();
            (ok, format!("($1 + trunc({days})::int)"))
        }
    };
    Template::guarded(format!("(CASE WHEN {ok} THEN {moved} END)"), format!("NOT {ok}"), Fault::Date)
}

fn days_between(a: &Arguments) -> Outcome {
    let (later, earlier) = (wall(a.value(0))?, wall(a.value(1))?);
    let micros = (later - earlier).num_microseconds().ok_or(Fault::Num)?;
    let days = Fixed::of(rust_decimal::Decimal::from(micros))?.over(Fixed::whole(86_400_000_000))?;
    Ok(Value::Number(days.decimal()))
}

fn days_between_sql(shape: &Shape) -> Template {
    Template::total(match shape.types.contains(&Type::DateTime) {
        true => "round(extract(epoch from ($1 - $2)) * 1.000000000000000000000000 / 86400, 12)".to_owned(),
        false => "($1 - $2)::numeric".to_owned(),
    })
}
