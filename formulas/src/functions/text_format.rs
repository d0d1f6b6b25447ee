//! Values as text: plain, or in a given form. The plain forms do not depend on any language or zone.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};

use super::parameter::{Accepts, ZONE, constant, kept, strict};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::fault::Fault;
use crate::moment;
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

/// Schemes that links may have.
const SCHEMES: [&str; 4] = ["http://", "https://", "mailto:", "tel:"];

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "TEXT",
        aliases: &[],
        takes: &[kept("value", Accepts::Any), constant("format", Accepts::Format).optional(), ZONE],
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc: "The value as text: digits or ISO, or in a form of 0 # . , or yyyy MM dd HH mm ss in the formula's zone.",
        form: Form::Plain {
            sql: |shape| if shape.len() == 1 { plain_sql(shape) } else { format_sql(shape) },
            compute: |a| if a.len() == 1 { Ok(Value::text(plain(a.value(0)))) } else { format(a) },
        },
    },
    Function {
        name: "LINK",
        aliases: &["HYPERLINK"],
        takes: &[strict("url", Type::Text), super::parameter::text("label").or_text("")],
        gives: Gives::Is(Type::Text),
        capability: Capability::Query,
        doc: "A link for display, as [label](url); http, https, mailto and tel only.",
        form: Form::Plain { sql: link_sql, compute: link },
    },
];

/// The plain text of a value; blank gives the empty text.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(date) => date_text(*date),
        Value::DateTime(instant) => instant_text(*instant),
        Value::Time(time) => time_text(*time),
        Value::Id(id) => id.to_string(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Json(json) => json.to_string(),
    }
}

fn date_text(date: NaiveDate) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

fn time_text(time: NaiveTime) -> String {
    format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
}

fn instant_text(instant: DateTime<Utc>) -> String {
    format!("{}T{}Z", date_text(instant.date_naive()), time_text(instant.time()))
}

fn plain_sql(shape: &Shape) -> Template {
    Template::total(match shape.types[0] {
        Type::Number | Type::Integer => "trim_scale($1::numeric)::text".to_owned(),
        Type::Bool => "(CASE WHEN $1 THEN 'true' WHEN NOT $1 THEN 'false' END)".to_owned(),
        Type::Date => date_sql("$1"),
        Type::Time => time_sql("$1"),
        Type::DateTime => {
            let utc = "($1 AT TIME ZONE 'UTC')";
            format!("({} || 'T' || {} || 'Z')", date_sql(utc), time_sql(utc))
        }
        Type::Choices | Type::Ids => "array_to_string($1, '; ')".to_owned(),
        Type::Id | Type::Json => "$1::text".to_owned(),
        Type::Text | Type::Choice | Type::Null => "$1".to_owned(),
    })
}

/// `to_char` would do, but it depends on the session and cannot be indexed.
fn date_sql(date: &str) -> String {
    format!(
        "({} || '-' || {} || '-' || {})",
        part(date, "year", 4),
        part(date, "month", 2),
        part(date, "day", 2)
    )
}

fn time_sql(time: &str) -> String {
    let second = format!("lpad(trunc(extract(second from {time}))::int::text, 2, '0')");
    format!("({} || ':' || {} || ':' || {second})", part(time, "hour", 2), part(time, "minute", 2))
}

fn part(moment: &str, unit: &str, digits: u8) -> String {
    format!("lpad(extract({unit} from {moment})::int::text, {digits}, '0')")
}

/// Tokens of a date form, the longer first.
const TOKENS: [&str; 6] = ["yyyy", "MM", "dd", "HH", "mm", "ss"];

/// A date form in pieces: tokens, and what stands between them.
fn pieces(form: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), form);
    while let Some(first) = rest.chars().next() {
        let token = TOKENS.into_iter().find(|token| rest.starts_with(token));
        let length = token.map_or(first.len_utf8(), str::len);
        pieces.push(&rest[..length]);
        rest = &rest[length..];
    }
    pieces
}

/// A number form: grouping, least decimals, most decimals.
fn number_form(form: &str) -> (bool, usize, usize) {
    let (whole, decimals) = form.split_once('.').unwrap_or((form, ""));
    let least = decimals.chars().filter(|letter| *letter == '0').count();
    (whole.contains(','), least, decimals.len())
}

/// What is wrong with a form for values of the type.
pub(crate) fn check_form(form: &str, ty: Type) -> Result<(), &'static str> {
    match ty {
        Type::Number | Type::Integer => {
            let (whole, decimals) = form.split_once('.').unwrap_or((form, ""));
            let shape = ["0", "#", "#,##0", "#,###", ""].contains(&whole);
            let zeros = decimals.trim_end_matches('#');
            let plain = zeros.bytes().all(|byte| byte == b'0') && decimals.len() <= 12 && !form.is_empty();
            if shape && plain { Ok(()) } else { Err("Write a form such as 0, 0.00, #,##0.00 or 0.##.") }
        }
        Type::Date | Type::DateTime | Type::Time => {
            let literal = |piece: &&str| !TOKENS.contains(piece);
            let letters =
                pieces(form).into_iter().filter(literal).any(|piece| piece.contains(char::is_alphabetic));
            if letters { Err("Use yyyy MM dd HH mm ss and signs between them.") } else { Ok(()) }
        }
        _ => Err("Only numbers, dates and times can be shown in a form."),
    }
}

fn format_sql(shape: &Shape) -> Template {
    let form = shape.words(2);
    let value = match shape.types[0] {
        Type::Number | Type::Integer => number_sql(form),
        Type::DateTime => moment_sql("($1 AT TIME ZONE $3)", form),
        _ => moment_sql("$1", form),
    };
    Template::total(format!("NULLIF({value}, '')"))
}

fn moment_sql(moment: &str, form: &str) -> String {
    let piece = |piece: &str| match piece {
        "yyyy" => part(moment, "year", 4),
        "MM" => part(moment, "month", 2),
        "dd" => part(moment, "day", 2),
        "HH" => part(moment, "hour", 2),
        "mm" => part(moment, "minute", 2),
        "ss" => format!("lpad(trunc(extract(second from {moment}))::int::text, 2, '0')"),
        between => format!("'{}'", between.replace('\'', "''")),
    };
    let parts: Vec<String> = pieces(form).into_iter().map(piece).collect();
    format!(
        "(CASE WHEN $1 IS NOT NULL THEN {} END)",
        if parts.is_empty() { "''".into() } else { parts.join(" || ") }
    )
}

fn number_sql(form: &str) -> String {
    let (grouped, least, most) = number_form(form);
    let whole = if grouped { "FM999,999,999,999,999,999,990" } else { "FM9999999999999999999990" };
    let decimals = format!("{}{}", "0".repeat(least), "9".repeat(most - least));
    let shown = match most {
        0 => format!("to_char(round($1::numeric, 0), '{whole}')"),
        _ => format!("to_char(round($1::numeric, {most}), '{whole}.{decimals}')"),
    };
    // Without a decimal left, to_char keeps the point.
    format!("rtrim({shown}, '.')")
}

fn format(arguments: &Arguments) -> Outcome {
    let form = arguments.text(1)?;
    Ok(match arguments.value(0) {
        Value::Number(_) => Value::text(format_number(arguments.fixed(0)?, form)?),
        Value::Date(date) => Value::text(format_moment(*date, NaiveTime::MIN, form)),
        Value::DateTime(instant) => {
            let wall = moment::local(*instant, moment::zone(arguments.text(2)?)?);
            Value::text(format_moment(wall.date(), wall.time(), form))
        }
        Value::Time(time) => Value::text(format_moment(NaiveDate::MIN, *time, form)),
        _ => Value::Null,
    })
}

fn format_number(number: Fixed, form: &str) -> Result<String, Fault> {
    let (grouped, least, most) = number_form(form);
    let rounded = number.rounded(most as i64)?.decimal().normalize();
    let text = rounded.abs().to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let decimals = format!("{decimals:0<least$}");
    let mut shown = String::from(if rounded.is_sign_negative() && !rounded.is_zero() { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if grouped && index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !decimals.is_empty() {
        shown.push('.');
        shown += &decimals;
    }
    Ok(shown)
}

fn format_moment(date: NaiveDate, time: NaiveTime, form: &str) -> String {
    let piece = |piece: &str| match piece {
        "yyyy" => format!("{:04}", date.year()),
        "MM" => format!("{:02}", date.month()),
        "dd" => format!("{:02}", date.day()),
        "HH" => format!("{:02}", time.hour()),
        "mm" => format!("{:02}", time.minute()),
        "ss" => format!("{:02}", time.second()),
        between => between.to_owned(),
    };
    pieces(form).into_iter().map(piece).collect()
}

fn link_sql(_: &Shape) -> Template {
    let safe = "$1 ~ '^(https?://|mailto:|tel:)'";
    let link = "'[' || CASE WHEN $2 = '' THEN $1 ELSE $2 END || '](' || $1 || ')'";
    Template::guarded(format!("(CASE WHEN {safe} THEN {link} END)"), format!("NOT ({safe})"), Fault::Value)
}

fn link(arguments: &Arguments) -> Outcome {
    let (url, label) = (arguments.text(0)?, arguments.text(1)?);
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(Fault::Value);
    }
    let label = if label.is_empty() { url } else { label };
    Ok(Value::text(format!("[{label}]({url})")))
}
