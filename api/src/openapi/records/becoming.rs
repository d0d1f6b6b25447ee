//! What records become.

use metadata::Object;
use serde_json::json;

use super::super::operation::Operation;
use super::super::schemas;
use super::super::shape::reference;
use super::super::shape::{by_name, data, flag, id, list, nullable, shown, text};
use super::{CONSENT, READ, WRITE, named};

pub(super) fn conversions(object: &Object, rest: &str) -> Operation {
    let found = shown(json!({ "id": id(), "name": nullable(text()), "on": list(text()) }));
    let target = shown(json!({
        "name": text(), "label": text(), "object": text(), "optional": flag(), "may_create": flag(),
        "values": by_name(json!({})), "with": by_name(text()), "matches": list(found),
    }));
    let one = shown(json!({
        "name": text(), "label": text(), "description": nullable(text()), "ready": flag(),
        "message": nullable(text()), "targets": list(target),
    }));
    let says = "What the record can become, with the values of new records and those that are there already";
    named(object, "conversions", says, rest).answers(200, "The conversions", data(list(one))).refuses(READ)
}

pub(super) fn convert(object: &Object, rest: &str) -> Operation {
    let target = json!({
        "type": ["object", "null"],
        "properties": { "id": { "type": ["string", "null"], "format": "uuid" }, "values": { "type": "object" } },
        "additionalProperties": false,
    });
    let body = json!({
        "type": "object",
        "properties": { "targets": { "type": "object", "additionalProperties": target }, "dry_run": flag() },
        "additionalProperties": false,
    });
    let made = shown(json!({
        "object": text(), "id": id(), "created": flag(), "data": { "type": ["object", "null"] },
    }));
    let record = json!({ "anyOf": [reference(&schemas::name(object)), { "type": "null" }] });
    let answer = shown(json!({ "dry_run": flag(), "source": record, "targets": by_name(made) }));
    let says = "Converts the record: a target is a new record with these values, the one with this id, or null for none";
    named(object, "convert", says, rest)
        .shared(&["if_match"])
        .shared(CONSENT)
        .optional_body(body)
        .answers(200, "The record, and what came out of it", data(answer))
        .refuses(WRITE)
}
