//! Functions on text. Positions and lengths count code points; blank reads as empty and empty results are blank.

use super::parameter::{Accepts, Parameter, number, text};
use super::{Form, Function, Gives, Outcome, Shape, Template};
use crate::capability::Capability;
use crate::evaluate::Arguments;
use crate::fault::Fault;
use crate::number::Fixed;
use crate::types::Type;
use crate::value::Value;

/// Positions and lengths are cut to this before they reach a function.
const LONGEST: i64 = 1_000_000;
/// What padding and repeating may produce, in characters.
const WIDEST: i64 = 4_000;
const MOST_REPEATED: i64 = 1_000;
/// What repeating and replacing may produce, in characters; more is a fault.
const LARGEST: i64 = 10_000_000;

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
        gives: Gives::Is(Type::Text),
        capability: Capability::Index,
        doc,
        form: Form::Plain { sql, compute },
    }
}

const fn counting(mut function: Function) -> Function {
    function.gives = Gives::Is(Type::Number);
    function
}

const SHOWN: Parameter = Parameter {
    name: "value",
    accepts: Accepts::Shown,
    blank: super::Blank::Empty,
    presence: super::Presence::Repeated,
};

pub(super) static FUNCTIONS: &[Function] = &[
    function(
        "CONCAT",
        &[SHOWN],
        "The texts one after the other; the operator & does the same.",
        |shape| filled(format!("({})", shape.joined(1, |place| format!("${place}"), " || "))),
        |a| Ok(Value::text(a.texts(0)?.concat())),
    ),
    function(
        "JOIN",
        &[text("separator"), SHOWN],
        "The texts that are not blank, with a separator between them.",
        |shape| {
            let one = |place: usize| format!("coalesce($1 || NULLIF(${place}, ''), '')");
            filled(format!("substr({}, length($1) + 1)", shape.joined(2, one, " || ")))
        },
        |a| {
            let texts: Vec<&str> = a.texts(1)?.into_iter().filter(|text| !text.is_empty()).collect();
            Ok(Value::text(texts.join(a.text(0)?)))
        },
    ),
    counting(function(
        "LEN",
        &[text("text")],
        "How many characters the text has.",
        |_| Template::total("length($1)::numeric"),
        |a| whole(a.text(0)?.chars().count() as i64),
    )),
    function(
        "LEFT",
        &[text("text"), number("count").or(1)],
        "The first characters of the text.",
        |shape| filled(format!("left($1, {})", shape.integer_from(2, 0, LONGEST))),
        |a| Ok(Value::text(a.text(0)?.chars().take(a.count(1)?).collect::<String>())),
    ),
    function(
        "RIGHT",
        &[text("text"), number("count").or(1)],
        "The last characters of the text.",
        |shape| filled(format!("right($1, {})", shape.integer_from(2, 0, LONGEST))),
        |a| {
            let text = a.text(0)?;
            let skipped = text.chars().count().saturating_sub(a.count(1)?);
            Ok(Value::text(text.chars().skip(skipped).collect::<String>()))
        },
    ),
    function(
        "MID",
        &[text("text"), number("start"), number("count")],
        "Some characters of the text; the first has position 1.",
        |shape| {
            let (start, count) = (shape.integer_from(2, 1, LONGEST), shape.integer_from(3, 0, LONGEST));
            filled(format!("substr($1, {start}, {count})"))
        },
        |a| {
            let start = a.integer(1, LONGEST)?.max(1) as usize;
            Ok(Value::text(a.text(0)?.chars().skip(start - 1).take(a.count(2)?).collect::<String>()))
        },
    ),
    function(
        "UPPER",
        &[text("text")],
        "The text in capitals.",
        |_| filled("upper($1)"),
        |a| Ok(Value::text(a.text(0)?.chars().map(upper).collect::<String>())),
    ),
    function(
        "LOWER",
        &[text("text")],
        "The text in small letters.",
        |_| filled("lower($1)"),
        |a| Ok(Value::text(a.text(0)?.chars().map(lower).collect::<String>())),
    ),
    function(
        "PROPER",
        &[text("text")],
        "The text with capital first letters.",
        |_| filled("initcap($1)"),
        |a| Ok(Value::text(proper(a.text(0)?))),
    ),
    function(
        "TRIM",
        &[text("text")],
        "The text without blanks at its ends, and single ones inside.",
        |_| filled("btrim(regexp_replace($1, '[ \\t\\r\\n]+', ' ', 'g'), ' ')"),
        |a| {
            let words = a.text(0)?.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
            Ok(Value::text(words.collect::<Vec<_>>().join(" ")))
        },
    ),
    function(
        "LPAD",
        &[text("text"), number("length"), text("fill").or_text(" ")],
        "The text filled up at its start; it is never cut.",
        |shape| padded("lpad", shape),
        |a| Ok(Value::text(padding(a)? + a.text(0)?)),
    ),
    function(
        "RPAD",
        &[text("text"), number("length"), text("fill").or_text(" ")],
        "The text filled up at its end; it is never cut.",
        |shape| padded("rpad", shape),
        |a| Ok(Value::text(a.text(0)?.to_owned() + &padding(a)?)),
    ),
    function(
        "REPT",
        &[text("text"), number("count")],
        "The text repeated, at most 1000 times.",
        |shape| {
            let count = shape.integer_from(2, 0, MOST_REPEATED);
            let fits = format!("length($1) * {count} <= {LARGEST}");
            let value = format!("NULLIF(CASE WHEN {fits} THEN repeat($1, {count}) END, '')");
            Template::guarded(value, format!("length($1) * {count} > {LARGEST}"), Fault::Value)
        },
        |a| {
            let (text, count) = (a.text(0)?, a.integer(1, MOST_REPEATED)?.max(0));
            let size = text.chars().count() as i64 * count;
            if size > LARGEST { Err(Fault::Value) } else { Ok(Value::text(text.repeat(count as usize))) }
        },
    ),
    function(
        "SUBSTITUTE",
        &[text("text"), text("old"), text("new")],
        "The text with every occurrence of one part replaced by another.",
        |_| {
            let size = "length($1)::bigint * (length($3) + 1)";
            let value = format!("NULLIF(CASE WHEN {size} <= {LARGEST} THEN replace($1, $2, $3) END, '')");
            Template::guarded(value, format!("{size} > {LARGEST}"), Fault::Value)
        },
        |a| {
            let (text, old, new) = (a.text(0)?, a.text(1)?, a.text(2)?);
            if text.chars().count() as i64 * (new.chars().count() as i64 + 1) > LARGEST {
                return Err(Fault::Value);
            }
            Ok(Value::text(if old.is_empty() { text.to_owned() } else { text.replace(old, new) }))
        },
    ),
    counting(function(
        "FIND",
        &[text("part"), text("text"), number("from").or(1)],
        "The position of a part in the text, from 1; 0 where it is not found.",
        |shape| {
            let from = shape.integer_from(3, 1, LONGEST);
            let found = format!("strpos(substr($2, {from}), $1)");
            Template::total(format!(
                "(CASE WHEN {found} > 0 THEN {found} + {from} - 1 ELSE 0 * {from} END)::numeric"
            ))
        },
        |a| whole(find(a.text(0)?, a.text(1)?, a.integer(2, LONGEST)?.max(1))),
    )),
    function(
        "SPLIT",
        &[text("text"), text("separator"), number("index")],
        "One of the parts between separators; the first has index 1.",
        |shape| {
            let index = shape.integer_from(3, 0, LONGEST);
            filled(format!("(CASE WHEN {index} > 0 THEN split_part($1, $2, greatest({index}, 1)) END)"))
        },
        |a| {
            let (text, separator, index) = (a.text(0)?, a.text(1)?, a.integer(2, LONGEST)?);
            let part = match separator.is_empty() {
                _ if index < 1 => None,
                true => (index == 1).then_some(text),
                false => text.split(separator).nth(index as usize - 1),
            };
            Ok(Value::text(part.unwrap_or_default()))
        },
    ),
    function("BR", &[], "A line break.", |_| Template::total("chr(10)"), |_| Ok(Value::text("\n"))),
];

/// A text that is blank where it is empty.
fn filled(value: impl AsRef<str>) -> Template {
    Template::total(format!("NULLIF({}, '')", value.as_ref()))
}

fn padded(function: &str, shape: &Shape) -> Template {
    let length = shape.integer_from(2, 0, WIDEST);
    let enough = format!("(CASE WHEN {length} < length($1) THEN length($1) ELSE {length} END)");
    filled(format!("{function}($1, {enough}, $3)"))
}

/// What must be added to the text to reach the length.
fn padding(arguments: &Arguments) -> Result<String, Fault> {
    let missing = arguments.integer(1, WIDEST)? - arguments.text(0)?.chars().count() as i64;
    Ok(arguments.text(2)?.chars().cycle().take(missing.max(0) as usize).collect())
}

fn whole(number: i64) -> Outcome {
    Ok(Value::Number(Fixed::whole(number).decimal()))
}

fn find(part: &str, text: &str, from: i64) -> i64 {
    let rest = text.char_indices().nth(from as usize - 1).map_or("", |(at, _)| &text[at..]);
    match rest.find(part) {
        Some(at) => rest[..at].chars().count() as i64 + from,
        None => 0,
    }
}

/// One letter for one letter, as PostgreSQL maps under C.UTF-8: `ß` stays.
fn upper(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

/// The text in small letters, one letter for one.
pub(crate) fn lowered(text: &str) -> String {
    text.chars().map(lower).collect()
}

fn proper(text: &str) -> String {
    let mut inside = false;
    let cased = text.chars().map(|letter| {
        let cased = if inside { lower(letter) } else { upper(letter) };
        inside = letter.is_alphanumeric();
        cased
    });
    cased.collect()
}
