//! Arithmetic with units of time: adding, differences, starts and ends. Instants move in UTC, and their days,
//! months and years begin in the formula's zone.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::parameter::{Accepts, Parameter, ZONE, constant, kept, moment as moment_parameter, number};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
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

fn add_sql(shape: &Shape) -> Template {
    let unit = unit_of(shape, 3);
    let (interval, most) = match (unit.months(), unit.seconds()) {
        (Some(months), _) => {
            (format!("make_interval(months => trunc($2)::int * {months})"), 120_000 / months)
        }
        (None, seconds) => {
            let seconds = seconds.unwrap_or(1);
            let interval = format!("make_interval(secs => (trunc($2) * {seconds})::float8)");
            (interval, MOST_DAYS * 86_400 / seconds)
        }
    };
    let small = format!("abs($2) <= {most}");
    let moved = format!("({} + CASE WHEN {small} THEN {interval} END)", wall_sql(shape, 1));
    let outside = format!("{moved} < '0001-01-01' OR {moved} >= '10000-01-01'");
    let value = format!(
        "(CASE WHEN {moved} >= '0001-01-01' AND {moved} < '10000-01-01' THEN {} END)",
        like_sql(shape, &moved)
    );
    Template::guarded(value, format!("($1 IS NOT NULL AND NOT ({small})) OR {outside}"), Fault::Date)
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
    let small = format!("abs($2) <= {MOST_DAYS}");
    let days = format!("CASE WHEN {small} THEN $2 END");
    let (moved, value, bounds) = match shape.types[0] {
        Type::DateTime => {
            // Whole microseconds, so that no digit is lost in the floating seconds of an interval.
            let micros = format!("round(({days}) * 86400000000)::bigint");
            let moved = format!("(($1 AT TIME ZONE 'UTC') + {micros} * interval '1 microsecond')");
            (
                moved.clone(),
                format!("({moved} AT TIME ZONE 'UTC')"),
                ["timestamp '0001-01-01'", "timestamp '10000-01-01'"],
            )
        }
        _ => {
            let moved = format!("($1 + trunc({days})::int)");
            (moved.clone(), moved, ["date '0001-01-01'", "date '10000-01-01'"])
        }
    };
    let [first, end] = bounds;
    let checked = format!("(CASE WHEN {moved} >= {first} AND {moved} < {end} THEN {value} END)");
    let outside = format!("{moved} < {first} OR {moved} >= {end}");
    Template::guarded(checked, format!("($1 IS NOT NULL AND NOT ({small})) OR {outside}"), Fault::Date)
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
