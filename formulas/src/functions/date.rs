//! Making dates, taking them apart, and moving between dates, instants and wall clocks.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};

use super::parameter::{Accepts, Parameter, ZONE, kept, number, strict};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::fault::Fault;
use crate::moment;
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

const LARGEST: i64 = 1_000_000;

const fn function(
    name: &'static str,
    takes: &'static [Parameter],
    gives: Type,
    doc: &'static str,
    form: Form,
) -> Function {
    let gives = Gives::Is(gives);
    Function { name, aliases: &[], takes, gives, capability: Capability::Index, doc, form }
}

/// A number of a date, by the field that `extract` knows.
macro_rules! part_of_date {
    ($name:literal, $doc:literal, $sql:literal, $compute:expr) => {
        function(
            $name,
            &[strict("date", Type::Date)],
            Type::Number,
            $doc,
            Form::Plain {
                sql: |_| Template::total($sql),
                compute: |a| {
                    let part: fn(NaiveDate) -> u32 = $compute;
                    Ok(whole(part(a.date(0)?).into()))
                },
            },
        )
    };
}

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        capability: Capability::Query,
        ..function(
            "TODAY",
            &[ZONE],
            Type::Date,
            "The day of the request.",
            Form::Request(|a, request| {
                Ok(Value::Date(moment::local(request.now, moment::zone(a.text(0)?)?).date()))
            }),
        )
    },
    Function {
        capability: Capability::Query,
        ..function(
            "NOW",
            &[],
            Type::DateTime,
            "The moment of the request.",
            Form::Request(|_, request| Ok(Value::DateTime(request.now))),
        )
    },
    function(
        "DATE",
        &[number("year"), number("month"), number("day")],
        Type::Date,
        "The date of a year, month and day.",
        Form::Plain {
            sql: |shape| {
                let (ok, date) = date_sql(&[1, 2, 3].map(|place| shape.integer(place, LARGEST)));
                Template::guarded(
                    format!("(CASE WHEN {ok} THEN {date} END)"),
                    format!("NOT ({ok})"),
                    Fault::Date,
                )
            },
            compute: |a| Ok(Value::Date(date_of([0, 1, 2].map(|index| a.integer(index, LARGEST)))?)),
        },
    ),
    function(
        "DATETIME",
        &[
            number("year"),
            number("month"),
            number("day"),
            number("hour"),
            number("minute"),
            number("second").or(0),
            ZONE,
        ],
        Type::DateTime,
        "The date/time of a wall clock in the formula's zone.",
        Form::Plain { sql: datetime_sql, compute: datetime },
    ),
    function(
        "DATEVALUE",
        &[kept("value", Accepts::Dated).or_blank(), ZONE],
        Type::Date,
        "The date of a date/time in the formula's zone, or of a text such as 2026-11-20.",
        Form::Plain { sql: datevalue_sql, compute: datevalue },
    ),
    Function {
        capability: Capability::Query,
        ..function(
            "DATETIMEVALUE",
            &[kept("value", Accepts::Dated).or_blank(), ZONE],
            Type::DateTime,
            "The date/time of a text such as 2026-11-20T12:00:00Z, or of the start of a date.",
            Form::Plain { sql: datetimevalue_sql, compute: datetimevalue },
        )
    },
    function(
        "_MIDNIGHT",
        &[strict("date", Type::Date), ZONE],
        Type::DateTime,
        "The start of a date in the formula's zone.",
        Form::Plain {
            sql: |_| Template::total("($1::timestamp AT TIME ZONE $2)"),
            compute: |a| midnight(a.date(0)?, a.text(1)?),
        },
    ),
    function(
        "_LOCALTIME",
        &[strict("moment", Type::DateTime), ZONE],
        Type::Time,
        "The wall clock of a date/time in the formula's zone.",
        Form::Plain {
            sql: |_| Template::total("($1 AT TIME ZONE $2)::time"),
            compute: |a| Ok(Value::Time(moment::local(a.instant(0)?, moment::zone(a.text(1)?)?).time())),
        },
    ),
    part_of_date!("YEAR", "The year.", "extract(year from $1)", |date| date.year() as u32),
    part_of_date!("QUARTER", "The quarter, 1 to 4.", "extract(quarter from $1)", |date| date.month0() / 3
        + 1),
    part_of_date!("MONTH", "The month, 1 to 12.", "extract(month from $1)", |date| date.month()),
    part_of_date!("DAY", "The day of the month.", "extract(day from $1)", |date| date.day()),
    part_of_date!("WEEKDAY", "The day of the week; 1 is Sunday.", "(extract(dow from $1) + 1)", |date| {
        date.weekday().num_days_from_sunday() + 1
    }),
    part_of_date!("ISOWEEK", "The ISO week.", "extract(week from $1)", |date| date.iso_week().week()),
    part_of_date!("DAYOFYEAR", "The day of the year.", "extract(doy from $1)", |date| date.ordinal()),
    function(
        "HOUR",
        &[strict("time", Type::Time)],
        Type::Number,
        "The hour, 0 to 23.",
        Form::Plain {
            sql: |_| Template::total("extract(hour from $1)"),
            compute: |a| Ok(whole(a.time(0)?.hour().into())),
        },
    ),
    function(
        "MINUTE",
        &[strict("time", Type::Time)],
        Type::Number,
        "The minute, 0 to 59.",
        Form::Plain {
            sql: |_| Template::total("extract(minute from $1)"),
            compute: |a| Ok(whole(a.time(0)?.minute().into())),
        },
    ),
];

fn whole(number: i64) -> Value {
    Value::Number(Fixed::whole(number).decimal())
}

/// Whether three SQL integers are a date, and the date, which is only computed where they are.
fn date_sql([year, month, day]: &[String; 3]) -> (String, String) {
    let leap = format!("({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))");
    let last = format!(
        "(CASE WHEN {month} = 2 THEN CASE WHEN {leap} THEN 29 ELSE 28 END \
         WHEN {month} IN (4, 6, 9, 11) THEN 30 ELSE 31 END)"
    );
    let ok = format!("{year} BETWEEN 1 AND 9999 AND {month} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND {last}");
    (ok, format!("make_date({year}, {month}, {day})"))
}

fn date_of(parts: [Result<i64, Fault>; 3]) -> Result<NaiveDate, Fault> {
    let [year, month, day] = parts;
    let (year, month, day) = (year? as i32, month?, day?);
    let small = |number: i64| u32::try_from(number).map_err(|_| Fault::Date);
    let date = NaiveDate::from_ymd_opt(year, small(month)?, small(day)?).ok_or(Fault::Date)?;
    moment::within(date)
}

fn datetime_sql(shape: &Shape) -> Template {
    let number = |place| shape.integer(place, LARGEST);
    let (ok, date) = date_sql(&[1, 2, 3].map(number));
    let (hour, minute, second) = (number(4), number(5), number(6));
    let ok = format!(
        "{ok} AND {hour} BETWEEN 0 AND 23 AND {minute} BETWEEN 0 AND 59 AND {second} BETWEEN 0 AND 59"
    );
    let local = format!("({date} + make_time({hour}, {minute}, {second}))");
    let value = format!("(CASE WHEN {ok} THEN {local} AT TIME ZONE $7 END)");
    Template::guarded(value, format!("NOT ({ok})"), Fault::Date)
}

fn datetime(a: &Arguments) -> Outcome {
    let date = date_of([0, 1, 2].map(|index| a.integer(index, LARGEST)))?;
    let part =
        |index| a.integer(index, LARGEST).and_then(|part| u32::try_from(part).map_err(|_| Fault::Date));
    let time = NaiveTime::from_hms_opt(part(3)?, part(4)?, part(5)?).ok_or(Fault::Date)?;
    Ok(Value::DateTime(moment::instant(date.and_time(time), moment::zone(a.text(6)?)?)))
}

const ISO_DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// Whether a text is an ISO date, and the date.
fn text_date_sql(text: &str) -> (String, String) {
    let part = |from: u8, length: u8| format!("substr({text}, {from}, {length})::int");
    date_sql(&[part(1, 4), part(6, 2), part(9, 2)])
}

fn datevalue_sql(shape: &Shape) -> Template {
    match shape.types[0] {
        Type::DateTime => Template::total("($1 AT TIME ZONE $2)::date"),
        Type::Text | Type::Choice => {
            let (ok, date) = text_date_sql("$1");
            // The parts are only read where the text has the form; hence CASE, which AND does not promise.
            let value = format!("(CASE WHEN $1 ~ '{ISO_DATE}' THEN CASE WHEN {ok} THEN {date} END END)");
            let valid = format!("(CASE WHEN $1 ~ '{ISO_DATE}' THEN {ok} ELSE $1 IS NULL END)");
            Template::guarded(value, format!("NOT {valid}"), Fault::Value)
        }
        _ => Template::total("$1"),
    }
}

/// The date of a text such as `2026-11-20`.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    let date =
        NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    date.filter(|date| moment::within(*date).is_ok())
}

fn datevalue(a: &Arguments) -> Outcome {
    match a.value(0) {
        Value::Date(date) => Ok(Value::Date(*date)),
        Value::DateTime(instant) => {
            Ok(Value::Date(moment::local(*instant, moment::zone(a.text(1)?)?).date()))
        }
        Value::Text(text) => parse_date(text).map(Value::Date).ok_or(Fault::Value),
        _ => Err(Fault::Value),
    }
}

const ISO_CLOCK: &str = "[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?";
const ISO_OFFSET: &str = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])";

fn datetimevalue_sql(shape: &Shape) -> Template {
    if shape.types[0] == Type::Date {
        return Template::total("($1::timestamp AT TIME ZONE $2)");
    }
    if !shape.types[0].is_text() {
        return Template::total("$1");
    }
    let form = format!("$1 ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{ISO_CLOCK}{ISO_OFFSET}?$'");
    let (ok, _) = text_date_sql("$1");
    let read =
        format!("CASE WHEN $1 ~ '{ISO_OFFSET}$' THEN $1::timestamptz ELSE $1::timestamp AT TIME ZONE $2 END");
    let value = format!("(CASE WHEN {form} THEN CASE WHEN {ok} THEN {read} END END)");
    let valid = format!("(CASE WHEN {form} THEN {ok} ELSE $1 IS NULL END)");
    Template::guarded(value, format!("NOT {valid}"), Fault::Value)
}

fn datetimevalue(a: &Arguments) -> Outcome {
    match a.value(0) {
        Value::DateTime(instant) => Ok(Value::DateTime(*instant)),
        Value::Date(date) => midnight(*date, a.text(1)?),
        Value::Text(text) => {
            let instant = parse_instant(text, moment::zone(a.text(1)?)?);
            instant.map(Value::DateTime).ok_or(Fault::Value)
        }
        _ => Err(Fault::Value),
    }
}

fn midnight(date: NaiveDate, zone: &str) -> Outcome {
    Ok(Value::DateTime(moment::instant(date.and_time(NaiveTime::MIN), moment::zone(zone)?)))
}

/// The instant of a text such as `2026-11-20T12:00:00Z`; without an offset it is a wall clock of the zone.
pub(crate) fn parse_instant(text: &str, zone: chrono_tz::Tz) -> Option<DateTime<Utc>> {
    let date = parse_date(text.get(..10)?)?;
    let rest = text[10..].strip_prefix(['T', ' '])?;
    let at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at(at);
    let local = date.and_time(parse_time(clock)?);
    match offset {
        "" => Some(moment::instant(local, zone)),
        "Z" => Some(Utc.from_utc_datetime(&local)),
        _ => Some(Utc.from_utc_datetime(&(local - parse_offset(offset)?))),
    }
}

/// The time of a text such as `12:30`, `12:30:15` or `12:30:15.25`.
pub(crate) fn parse_time(text: &str) -> Option<NaiveTime> {
    let bytes = text.as_bytes();
    let shaped = bytes.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        8 => *byte == b'.',
        _ => byte.is_ascii_digit(),
    });
    if !shaped || !matches!(bytes.len(), 5 | 8 | 10..=15) {
        return None;
    }
    let second = if bytes.len() >= 8 { text[6..8].parse().ok()? } else { 0 };
    let micros = format!("{:0<6}", text.get(9..).unwrap_or_default()).parse().ok()?;
    NaiveTime::from_hms_micro_opt(text[..2].parse().ok()?, text[3..5].parse().ok()?, second, micros)
}

fn parse_offset(text: &str) -> Option<chrono::TimeDelta> {
    let (hours, minutes) = text[1..].split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..=14).contains(&hours) || !(0..=59).contains(&minutes) {
        return None;
    }
    let size = chrono::TimeDelta::minutes(hours * 60 + minutes);
    Some(if text.starts_with('-') { -size } else { size })
}
