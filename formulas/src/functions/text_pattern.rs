//! Functions with regular expressions, in the subset that PostgreSQL and Rust agree on.

use super::parameter::{Accepts, constant, strict, text};
use super::{Form, Function, Gives, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::fault::Fault;
use crate::pattern::Pattern;
use crate::types::Type;
use crate::value::Value;

/// What replacing may produce, in characters; more is a fault.
const LARGEST: i64 = 10_000_000;

pub(super) static FUNCTIONS: &[Function] = &[
    Function {
        name: "MATCHES",
        aliases: &["REGEX"],
        takes: &[text("text"), constant("pattern", Accepts::Pattern)],
        gives: Gives::Is(Type::Bool),
        capability: Capability::Index,
        doc: "Whether the whole text matches a regular expression.",
        form: Form::Plain {
            sql: |shape| {
                let whole = quoted(&format!("^(?:{})$", source(shape, 2)));
                Template::total(format!("($1 <> '' AND $1 ~ {whole})"))
            },
            compute: |a| {
                let text = a.text(0)?;
                Ok(Value::Bool(!text.is_empty() && pattern(a, 1)?.matches(text)))
            },
        },
    },
    Function {
        name: "EXTRACT",
        aliases: &[],
        takes: &[strict("text", Type::Text), constant("pattern", Accepts::Pattern)],
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc: "The first part of the text that matches, or its first group.",
        form: Form::Plain {
            sql: |shape| {
                Template::total(format!("NULLIF(substring($1 from {}), '')", quoted(&source(shape, 2))))
            },
            compute: |a| Ok(Value::text(pattern(a, 1)?.extract(a.text(0)?).unwrap_or_default())),
        },
    },
    Function {
        name: "REPLACERE",
        aliases: &[],
        takes: &[text("text"), constant("pattern", Accepts::Pattern), text("new")],
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc: "The text with every match of a regular expression replaced.",
        form: Form::Plain { sql: replace_sql, compute: replace },
    },
];

fn replace_sql(shape: &Shape) -> Template {
    let size = "length($1)::bigint * (length($3) + 1)";
    let new = r"replace($3, '\', '\\')";
    let call = format!("regexp_replace($1, {}, {new}, 'g')", quoted(&source(shape, 2)));
    let value = format!("NULLIF(CASE WHEN {size} <= {LARGEST} THEN {call} END, '')");
    Template::guarded(value, format!("{size} > {LARGEST}"), Fault::Value)
}

fn replace(a: &Arguments) -> super::Outcome {
    let (text, new) = (a.text(0)?, a.text(2)?);
    if text.chars().count() as i64 * (new.chars().count() as i64 + 1) > LARGEST {
        return Err(Fault::Value);
    }
    Ok(Value::text(pattern(a, 1)?.replace(text, new)))
}

/// The pattern as PostgreSQL reads it; one that is not valid was refused by the checker and matches nothing here.
fn source(shape: &Shape, place: usize) -> String {
    Pattern::new(shape.words(place)).map_or_else(|_| "a^".to_owned(), |pattern| pattern.postgres().to_owned())
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn pattern(arguments: &Arguments, index: usize) -> Result<Pattern, Fault> {
    Pattern::new(arguments.text(index)?).map_err(|_| Fault::Value)
}
