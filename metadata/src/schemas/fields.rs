//! The schema of a field: what all kinds share, and one sub-schema per kind chosen by `kind`.

use serde_json::{Map, Value as Json, json};

use super::{name, options, text};
use crate::FieldKind;

/// The schema of one field.
pub(super) fn field() -> Json {
    let branches: Vec<Json> = FieldKind::NAMES.iter().map(|kind| branch(kind)).collect();
    json!({
        "type": "object",
        "description": "A field of an object.",
        "required": ["name", "kind"],
        "properties": {"kind": {"enum": FieldKind::NAMES, "description": "What the field holds."}},
        "allOf": branches,
    })
}

/// One kind: when `kind` says so, exactly these properties.
fn branch(kind: &str) -> Json {
    let (description, settings, required) = settings(kind);
    let mut properties = common();
    properties.insert("kind".into(), json!({"const": kind}));
    if let Json::Object(settings) = settings {
        properties.extend(settings);
    }
    json!({
        "if": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": kind}}},
        "then": {
            "description": description,
            "required": required,
            "additionalProperties": false,
            "properties": properties,
        },
    })
}

/// Properties that every kind has.
fn common() -> Map<String, Json> {
    let properties = json!({
        "name": name("snake_case; the word in JSON, SQL and GraphQL."),
        "label": text(80, "What people read; made from the name when left out."),
        "help": text(1000, "A sentence shown beside the input."),
        "required": flag("No record may be saved without it."),
        "unique": flag("No two records may hold the same value."),
        "indexed": flag("Filters and sorts on it stay fast on many records."),
        "default": {"description": "A literal, or {\"formula\": \"…\"}, given to new records that do not name the field."},
        "searchable": flag("Takes part in search."),
        "sensitive": flag("Reads are audited."),
        "encrypted": flag("Stored as ciphertext; chosen when the field is made. For texts, e-mail addresses, phone numbers and web addresses."),
        "blind_index": flag("Of an encrypted field: records can be found by its exact value, and it can be unique."),
    });
    match properties {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn flag(description: &str) -> Json {
    json!({"type": "boolean", "default": false, "description": description})
}

/// What a kind holds, its settings, and which of them it must have.
fn settings(kind: &str) -> (&'static str, Json, &'static [&'static str]) {
    match kind {
        "text" => (
            "One line of text.",
            json!({
                "max_length": whole(1, 4000, "Most characters; 255 when left out."),
                "format": {"enum": ["recurrence"],
                    "description": "What the text must be: `recurrence` is a rule such as FREQ=WEEKLY;BYDAY=MO."},
            }),
            &[],
        ),
        "integer" => ("A whole number of 64 bits.", json!({"min": integer(), "max": integer()}), &[]),
        "decimal" => ("An exact number.", decimal(), &[]),
        "percent" => ("A percentage; 15 means 15 %.", decimal(), &[]),
        "currency" => ("An amount of money.", currency(), &[]),
        "picklist" => ("One of a list of options.", choices(), &[]),
        "multi_picklist" => ("Any of a list of options.", choices(), &[]),
        "json" => (
            "Any JSON.",
            json!({"schema": {"type": ["object", "boolean"],
            "description": "JSON Schema that every value must meet."}}),
            &[],
        ),
        "lookup" => ("A relation to one record.", lookup(), &["to"]),
        "master_detail" => ("A relation to the record that this one is part of.", relation(), &["to"]),
        "any_lookup" => ("A relation to one record of several objects.", any_lookup(), &["to"]),
        "many_to_many" => ("A relation to any number of records.", relation(), &["to"]),
        "rollup" => ("A number made of related records.", rollup(), &["of", "function"]),
        "autonumber" => (
            "A number given at creation.",
            json!({"pattern": {"type": "string", "maxLength": 60,
            "description": "Text with {0000} for the number, and optionally {YYYY} and {MM}, such as PRJ-{0000}."}}),
            &["pattern"],
        ),
        "formula" => ("A value computed of other fields.", formula(), &["formula"]),
        "long_text" => ("Text of many lines.", json!({}), &[]),
        "rich_text" => ("Formatted text: sanitised HTML.", json!({}), &[]),
        "boolean" => ("True or false, never blank.", json!({}), &[]),
        "date" => ("A calendar day.", json!({}), &[]),
        "datetime" => ("An instant, kept in UTC.", json!({}), &[]),
        "time" => ("A time of day.", json!({}), &[]),
        "tags" => ("Any words.", json!({}), &[]),
        "email" => ("An e-mail address.", json!({}), &[]),
        "phone" => ("A phone number.", json!({}), &[]),
        "url" => ("A web address.", json!({}), &[]),
        _ => ("", json!({}), &[]),
    }
}

fn formula() -> Json {
    json!({
        "formula": text(8000, "The text in the formula language, such as `budget / 12`."),
        "returns": {"enum": ["text", "decimal", "currency", "percent", "boolean", "date", "datetime", "time"],
            "description": "What the result must be and is shown as; found out when left out."},
        "scale": whole(0, 12, "Decimals that a number is rounded to."),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code of a result that is money."},
        "blank_as": {"enum": ["zero", "blank"], "default": "zero",
            "description": "How blank numbers read in arithmetic."},
        "tz": text(60, "Zone in which days begin: `user`, `tenant` or an IANA name."),
    })
}

fn whole(min: u32, max: u32, description: &str) -> Json {
    json!({"type": "integer", "minimum": min, "maximum": max, "description": description})
}

fn integer() -> Json {
    json!({"type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX, "description": "A bound, itself included."})
}

fn decimal() -> Json {
    let bound = json!({"type": ["number", "string", "null"], "description": "A bound, itself included."});
    json!({
        "precision": whole(1, 28, "Digits in all."),
        "scale": whole(0, 28, "Digits after the point."),
        "min": bound,
        "max": bound,
    })
}

fn currency() -> Json {
    let mut settings = decimal();
    settings["currency"] =
        json!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217 code."});
    settings
}

fn choices() -> Json {
    let offered = json!({"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 100}});
    json!({
        "options": options(),
        "option_set": name("A shared option set, in place of `options`."),
        "depends_on": {
            "type": "object",
            "description": "Which options are offered for each value of another field of the record.",
            "required": ["field", "matrix"],
            "additionalProperties": false,
            "properties": {
                "field": name("A picklist or boolean of the same object."),
                "matrix": {"type": "object", "maxProperties": 1000, "additionalProperties": offered,
                    "description": "Options by the other field's value; none where it is blank or not named."},
            },
        },
    })
}

fn relation() -> Json {
    json!({"to": name("The object it points to."), "inverse": name("Name of the relation seen from there.")})
}

fn lookup() -> Json {
    let mut settings = relation();
    settings["on_delete"] = json!({"enum": ["set_null", "restrict", "cascade"], "default": "set_null",
        "description": "What happens when the target is deleted for good."});
    settings
}

fn rollup() -> Json {
    json!({
        "of": name("The to-many relation of this object whose records it is made of."),
        "function": {"enum": ["count", "sum", "avg", "min", "max", "count_distinct", "first", "last"], "description": "How many become one."},
        "field": name("The field of the other side; none for a count."),
        "where": {"type": "string", "minLength": 1, "maxLength": 4000,
            "description": "Which records count: a formula over their own fields, such as status <> \"done\"."},
        "by": name("The field of the other side that says which is the first or last; when they were made if left out."),
        "mode": {"enum": ["immediate", "deferred", "on_read"],
            "description": "Whether a change arrives in its own transaction (so unless said otherwise) or soon after it, or whether nothing is stored and all is computed when it is read, as distinct counts, first and last values always are."},
        "empty": {"enum": ["zero", "blank"], "description": "What the sum of nothing is; zero when left out."},
    })
}

fn any_lookup() -> Json {
    json!({
        "to": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^([a-z][a-z0-9_]{0,39}|\\*)$"},
            "description": "The objects it may point to; [\"*\"] means every one."},
        "inverse": name("Name of the relation seen from each of them."),
    })
}
