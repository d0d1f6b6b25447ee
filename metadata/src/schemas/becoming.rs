//! The schemas of what records become, and of how they come again.

use serde_json::{Value as Json, json};

use super::rules::{actions, formula, values};
use super::{name, text};

fn names(most: u32, description: &str) -> Json {
    json!({"type": "array", "maxItems": most, "description": description, "items": name("A name.")})
}

fn targets() -> Json {
    json!({"type": "array", "maxItems": 20, "description": "What is made of the record, in this order.", "items": {
        "type": "object",
        "required": ["name", "object"],
        "additionalProperties": false,
        "properties": {
            "name": name("The word that it goes by."),
            "object": name("The object that the record is of."),
            "label": text(80, "What people call it; the object's label when left out."),
            "optional": {"type": "boolean", "default": false, "description": "Whether it may be left out."},
            "values": {"type": "object", "maxProperties": 200,
                "description": "What a new record holds, by field: a formula about the converted record, or a number, true, false or null as it is.",
                "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
            "match": {"type": "array", "maxItems": 10, "items": names(5, "Fields that all have to agree."),
                "description": "How records that are there already are found."},
            "with": {"type": "object", "maxProperties": 20, "additionalProperties": name("A target before this one."),
                "description": "Lookups of a new record that point to targets before it."},
            "link": name("The converted record's lookup that points to what came out."),
        },
    }})
}

pub(super) fn conversion() -> Json {
    json!({
        "type": "object",
        "description": "What a record becomes: new records, or ones that are there already.",
        "required": ["object"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object whose records are converted."),
            "label": text(80, "What people call it; made from the name when left out."),
            "description": text(2000, "What it is for."),
            "extends": name("The conversion of the same object that this adds targets to."),
            "when": formula("Which records can be converted; all when left out."),
            "message": text(500, "What is told when one cannot."),
            "mark": name("The date and time field that holds when it happened; a record that has it is not converted again."),
            "set": actions("What the record gets."),
            "targets": targets(),
            "moves": names(20, "Targets: what points to the record by a relation to any object points to the first of these that came out."),
            "lock": {"type": "boolean", "default": false, "description": "Whether a converted record stays as it is."},
            "order": {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "default": 0},
            "active": {"type": "boolean", "default": true},
        },
    })
}

pub(super) fn recurrence() -> Json {
    json!({
        "type": "object",
        "description": "How records come again.",
        "required": ["object", "rule", "due", "status", "done", "previous"],
        "additionalProperties": false,
        "properties": {
            "object": name("The object."),
            "description": text(2000, "What it is for."),
            "rule": name("The text field, in the format `recurrence`, that holds the rule."),
            "due": name("The date that the rule counts from and moves on."),
            "shift": names(20, "Dates that keep their distance to it."),
            "status": name("The picklist that tells when a record is done."),
            "done": values("Its options with which the next record comes."),
            "previous": name("The lookup to the object itself by which a record points to the one before it."),
            "leave": names(200, "Fields that the next record does not take over."),
            "time_zone": text(60, "Zone in which days are counted, such as Europe/Budapest; that of the record's owner when left out."),
            "active": {"type": "boolean", "default": true},
        },
    })
}
