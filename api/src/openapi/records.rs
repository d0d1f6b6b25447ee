//! What the routes of records take and answer, for one object.

use metadata::Object;
use permissions::Action;
use serde_json::{Value as Json, json};

use super::filters::Asked;
use super::operation::Operation;
use super::schemas;
use super::shape::{
    by_name, count, data, differences, flag, id, list as list_of, nullable, one_of, page, reference, shown,
    taken, text, time, who, whole,
};
use crate::call::Call;
use crate::rest::explain::KIND;
use crate::routes::Route;

mod becoming;
mod numbers;
mod states;

const READ: &[u16] = &[400, 401, 403, 404, 413, 414, 429, 431, 500, 503];
const WRITE: &[u16] = &[400, 401, 403, 404, 409, 412, 413, 414, 415, 422, 429, 431, 500, 503];
/// What a write may say besides its record.
const CONSENT: &[&str] = &["idempotency", "confirm_warnings", "process_override"];
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Whether the caller may do with the object what the route does.
pub(super) fn may(call: &Call, object: &Object, route: &Route) -> bool {
    let allowed = |action| call.context.decide(action, object).is_allowed();
    let actions: &[Action] = match (route.method.as_str(), route.path.rsplit('/').next().unwrap_or_default())
    {
        ("GET", name) => return !(object.system && name == "shares"),
        ("POST" | "DELETE", "shares") => &[Action::Share],
        ("DELETE", _) | (_, "restore") => &[Action::Delete],
        ("PATCH", _) => &[Action::Edit],
        ("POST", "merge") => &[Action::Edit, Action::Delete],
        ("POST", "mass") => &[Action::Edit],
        ("POST", _) if route.path.contains("/transitions/") || route.path.contains("/conversions/") => {
            &[Action::Edit]
        }
        ("PUT", _) => &[Action::Create, Action::Edit],
        _ => &[Action::Create],
    };
    !object.system && actions.iter().all(|action| allowed(*action))
}

/// The operation of a route; `rest` is its path behind the object.
pub(super) fn operation(call: &Call, route: &Route, rest: &str, object: &Object) -> Json {
    let asked = || Asked::new(call, object);
    let made = match (route.method.as_str(), rest) {
        ("GET", "") => list(&asked(), rest),
        ("POST", "") => create(&asked(), rest),
        ("GET", "/{id}") => show(&asked(), rest),
        ("PATCH", "/{id}") => update(&asked(), rest),
        ("DELETE", "/{id}") => delete(object, rest),
        ("POST", "/{id}/restore") => restore(object, rest),
        ("PUT", "/by/{field}/{value}") => upsert(object, rest),
        ("POST", "/{id}/clone") => clone(object, rest),
        ("POST", "/{id}/merge") => merge(object, rest),
        ("POST", "/mass") => mass(object, rest),
        ("GET", "/aggregate") => numbers::aggregate(&asked(), rest),
        ("GET", "/changes") => changes(object, rest),
        ("GET", "/states") => states::of_all(&asked(), rest),
        ("GET", "/{id}/history") => history(object, rest),
        ("GET", "/{id}/states") => states::of_one(object, rest),
        ("GET", "/{id}/transitions") => transitions(object, rest),
        ("POST", "/{id}/transitions/{name}") => take(object, rest),
        ("GET", "/{id}/conversions") => becoming::conversions(object, rest),
        ("POST", "/{id}/conversions/{name}") => becoming::convert(object, rest),
        (method, "/{id}/shares") => shares(object, method, rest),
        ("POST", "/import") => import(object, rest),
        (method, _) => other(object, method, rest),
    };
    made.finish()
}

fn named(object: &Object, verb: &str, summary: &str, rest: &str) -> Operation {
    let id = format!("{verb}_{}", if verb == "list" { &object.plural } else { &object.name });
    Operation::new(id, &object.plural, summary.to_owned(), rest)
}

fn one(object: &Object) -> Json {
    warned(data(reference(&schemas::name(object))))
}

/// An answer that may say what rules warned of.
pub(super) fn warned(answer: Json) -> Json {
    let mut answer = answer;
    answer["properties"]["warnings"] = list_of(reference("ProblemDetail"));
    answer
}

/// What can be done with a record whose id an answer holds.
fn links(object: &Object) -> Json {
    let id = json!({ "id": "$response.body#/data/id" });
    let to = |verb: &str, text: &str| json!({ "operationId": format!("{verb}_{}", object.name), "parameters": id, "description": text });
    json!({ "show": to("show", "The record"), "history": to("history", "Who changed what when") })
}

fn list(asked: &Asked<'_>, rest: &str) -> Operation {
    let object = asked.object;
    let title = schemas::name(object);
    let order = (reference(&format!("{title}Order")), 10);
    let operation = filtered(
        selected(named(object, "list", &format!("A page of {}", object.plural_label), rest), asked),
        asked,
    )
    .listed("sort", "Fields, the largest first with a minus", order)
    .shared(&["limit", "cursor", "page", "include_total", "errors", "fresh", "format", "explain"]);
    operation
        .answers(200, "The records, or with explain how they would be found", page(reference(&title)))
        .also(200, KIND, explained())
        .also(200, "text/csv", text())
        .also(200, "application/x-ndjson", text())
        .also(200, XLSX, json!({}))
        .refuses(&[406])
        .refuses(READ)
}

/// What `explain=true` answers.
fn explained() -> Json {
    data(json!({ "type": "object", "required": ["sql"], "properties": { "sql": text() } }))
}

/// Which fields are answered, and how lists within records are cut.
fn selected(operation: Operation, asked: &Asked<'_>) -> Operation {
    let path = reference(&format!("{}Path", schemas::name(asked.object)));
    let named =
        "Fields to answer, related ones too: name,account.name,tasks.title; all own ones when missing";
    let operation = operation.listed("fields", named, (path, 500));
    asked.to_many().into_iter().fold(operation, |operation, (relation, object)| {
        let most = format!("Records of {relation} in each record, when fields names them");
        let order = (reference(&format!("{}Order", schemas::name(object))), 10);
        operation.query(&format!("limit[{relation}]"), &most, whole(1, 1000)).listed(
            &format!("sort[{relation}]"),
            "Their order",
            order,
        )
    })
}

/// Which records are meant.
fn filtered(operation: Operation, asked: &Asked<'_>) -> Operation {
    let text = "Which records; also written filter[field][operator]=value";
    let filter = reference(&format!("{}Filter", schemas::name(asked.object)));
    let operation = operation.json("filter", text, filter).shared(&["where", "deleted"]);
    asked.short_forms().into_iter().fold(operation, |operation, (key, schema)| {
        let text = format!("Only records whose {key} is this");
        // A field that is called like a parameter is asked for by `filter`.
        if operation.has(&key) { operation } else { operation.query(&key, &text, schema) }
    })
}

fn changes(object: &Object, rest: &str) -> Operation {
    let event = shown(json!({
        "cursor": text(), "at": time(), "action": one_of(&["create", "update", "delete", "restore", "purge", "emit"]),
        "id": nullable(id()), "version": nullable(count()), "actor": who(), "changes": differences(),
    }));
    named(object, "follow", &format!("What changes with {}, in its order", object.plural_label), rest)
        .query(
            "since",
            "The cursor to go on from; 0 is the beginning, nothing is from now on",
            whole(0, i64::MAX),
        )
        .query("limit", "How many at most", whole(1, 1000))
        .answers(200, "Changes, and the cursor to go on from", page(event))
        .also(200, "text/event-stream", text())
        .refuses(READ)
}

fn create(asked: &Asked<'_>, rest: &str) -> Operation {
    let object = asked.object;
    let record = reference(&format!("{}Create", schemas::name(object)));
    let body = json!({ "oneOf": [record, { "type": "array", "items": record, "maxItems": 10_000 }] });
    let made = reference(&schemas::name(object));
    let answer = warned(data(json!({ "oneOf": [made, list_of(made.clone())] })));
    named(object, "create", &format!("A new record of {}, or several: all or nothing", object.label), rest)
        .shared(CONSENT)
        .body(body)
        .example(schemas::example(asked))
        .answers(201, "What was made, as the caller may see it", answer)
        .tells(201, "Location", "Where the record is, when it is one")
        .tells(201, "ETag", "The record's version, when it is one")
        .links(201, links(object))
        .refuses(WRITE)
}

fn show(asked: &Asked<'_>, rest: &str) -> Operation {
    let object = asked.object;
    let title = reference(&schemas::name(object));
    selected(named(object, "show", &format!("One record of {}", object.label), rest), asked)
        .shared(&["explain"])
        .header("If-None-Match", "The version that is there already")
        .answers(200, "The record, or with explain how it would be found", data(title))
        .also(200, KIND, explained())
        .tells(200, "ETag", "Its version")
        .answers_nothing(304, "What the caller has is still true")
        .refuses(READ)
}

fn update(asked: &Asked<'_>, rest: &str) -> Operation {
    let object = asked.object;
    named(object, "update", "Changes the fields that are named", rest)
        .shared(&["if_match"])
        .shared(CONSENT)
        .body(reference(&format!("{}Update", schemas::name(object))))
        .example(schemas::example(asked))
        .answers(200, "The record as it is now", one(object))
        .tells(200, "ETag", "Its version")
        .links(200, links(object))
        .refuses(WRITE)
}

fn delete(object: &Object, rest: &str) -> Operation {
    named(object, "delete", "Into the recycle bin, or gone for good", rest)
        .shared(&["idempotency", "if_match"])
        .query("permanent", "For good", json!({ "type": "boolean", "default": false }))
        .answers_nothing(204, "It is gone")
        .refuses(&[400, 401, 403, 404, 409, 412, 413, 414, 422, 429, 431, 500, 503])
}

fn restore(object: &Object, rest: &str) -> Operation {
    named(object, "restore", "Out of the recycle bin", rest)
        .shared(&["idempotency", "if_match"])
        .answers(200, "The record", one(object))
        .tells(200, "ETag", "Its version")
        .links(200, links(object))
        .refuses(WRITE)
}

fn upsert(object: &Object, rest: &str) -> Operation {
    let unique: Vec<&str> = object
        .fields
        .iter()
        .filter(|field| field.unique && !field.standard)
        .map(|field| field.name.as_str())
        .collect();
    let mut operation =
        named(object, "upsert", "The record with this value in a unique field, new or changed", rest)
            .shared(CONSENT)
            .body(reference(&format!("{}Update", schemas::name(object))))
            .answers(200, "It was there and is changed", one(object))
            .answers(201, "It is new", one(object))
            .tells(201, "Location", "Where the record is")
            .links(200, links(object))
            .links(201, links(object))
            .refuses(WRITE);
    if !unique.is_empty() {
        operation = operation.values("field", &unique);
    }
    operation
}

fn clone(object: &Object, rest: &str) -> Operation {
    named(object, "clone", "A new record like this one; the body names what is to be different", rest)
        .shared(CONSENT)
        .optional_body(reference(&format!("{}Update", schemas::name(object))))
        .answers(201, "The copy", one(object))
        .tells(201, "Location", "Where the copy is")
        .links(201, links(object))
        .refuses(WRITE)
}

fn merge(object: &Object, rest: &str) -> Operation {
    let ids = json!({ "type": "array", "items": id(), "minItems": 1, "maxItems": 20 });
    let fields = reference(&format!("{}Update", schemas::name(object)));
    let body = json!({ "type": "object", "required": ["others"], "properties": { "others": ids, "fields": fields }, "additionalProperties": false });
    named(object, "merge", "Makes other records part of this one; they go into the recycle bin", rest)
        .shared(CONSENT)
        .body(body)
        .answers(200, "The record as it is now", one(object))
        .links(200, links(object))
        .refuses(WRITE)
}

fn mass(object: &Object, rest: &str) -> Operation {
    let title = schemas::name(object);
    let which = || json!({ "filter": reference(&format!("{title}Filter")), "where": text(), "dry_run": flag(), "expected": whole(0, i64::MAX) });
    let form = |op: &str, more: Option<Json>| {
        let (mut properties, mut required) = (which(), vec!["op"]);
        properties["op"] = json!({ "const": op });
        if let Some(fields) = more {
            properties["data"] = fields;
            required.push("data");
        }
        let mut form = json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false });
        form["anyOf"] = json!([{ "required": ["filter"] }, { "required": ["where"] }]);
        form
    };
    let body = json!({ "oneOf": [form("update", Some(reference(&format!("{title}Update")))), form("delete", None)] });
    let answer = data(shown(json!({ "matched": nullable(count()), "count": count(), "dry_run": flag() })));
    named(object, "mass", "The same change to all records that a filter means", rest)
        .shared(CONSENT)
        .body(body)
        .example(json!({ "op": "delete", "where": "name = \"nobody\"", "dry_run": true }))
        .answers(200, "How many the filter means, and how many of them are changed", answer)
        .refuses(WRITE)
}

fn history(object: &Object, rest: &str) -> Operation {
    let entry = shown(json!({
        "version": count(), "at": time(), "action": text(), "actor": who(), "request_id": text(), "changes": by_name(json!({})),
    }));
    past(named(object, "history", "Who changed what when, the newest first", rest))
        .answers(200, "The changes", data(list_of(entry)))
        .refuses(READ)
}

/// A list of what was, by versions.
fn past(operation: Operation) -> Operation {
    operation.query("limit", "How many at most", super::auth::limit(1000)).query(
        "before",
        "Only what came before this version",
        whole(1, i64::MAX),
    )
}

fn transitions(object: &Object, rest: &str) -> Operation {
    let way = shown(json!({
        "name": text(), "label": text(), "process": text(), "field": text(), "from": nullable(text()), "to": text(),
        "fields": list_of(json!({ "type": "object" })), "missing": list_of(text()), "ready": flag(), "message": nullable(text()),
        "checklist": list_of(text()), "note": nullable(one_of(&["optional", "required"])),
    }));
    let answer = shown(json!({ "data": list_of(way), "processes": list_of(json!({ "type": "object" })) }));
    named(
        object,
        "transitions",
        "The transitions that the record may take, with what is missing for each",
        rest,
    )
    .answers(200, "The transitions", answer)
    .refuses(READ)
}

fn take(object: &Object, rest: &str) -> Operation {
    named(object, "transition", "Takes a transition; the body holds what is filled in on the way, under `_note` why and under `_checklist` what is confirmed", rest)
        .shared(&["if_match"])
        .shared(CONSENT)
        .optional_body(reference(&format!("{}Update", schemas::name(object))))
        .answers(200, "The record as it is now", one(object))
        .tells(200, "ETag", "Its version")
        .refuses(WRITE)
}

fn shares(object: &Object, method: &str, rest: &str) -> Operation {
    let with = || json!({ "user_id": id(), "team": text(), "role": text() });
    match method {
        "GET" => named(object, "list_shares", "With whom the record is shared", rest)
            .answers(200, "The shares", data(list_of(reference("Share"))))
            .refuses(READ),
        "POST" => {
            let mut wish = with();
            wish["access"] = one_of(&["read", "edit"]);
            wish["expires_at"] = time();
            named(object, "share", "Shares the record with a user, a team or a role", rest)
                .shared(&["idempotency"])
                .body(taken(&["access"], wish))
                .example(json!({ "team": "emea", "access": "read" }))
                .answers(201, "The share", data(reference("Share")))
                .refuses(WRITE)
        }
        _ => named(object, "unshare", "Ends a share; whose is said in the address", rest)
            .shared(&["idempotency"])
            .query("user_id", "With this user", id())
            .query("team", "With this team", text())
            .query("role", "With this role", text())
            .answers_nothing(204, "It is ended")
            .refuses(WRITE),
    }
}

fn import(object: &Object, rest: &str) -> Operation {
    named(object, "import", "Takes a file; its rows become records", rest)
        .query("dry_run", "Check everything, write nothing", flag())
        .query("match", "A unique field by which records are changed", text())
        .query("file_name", "What the file is called", text())
        .query("confirm_warnings", "Save although rules warn", flag())
        .map("map", "Which field a header means: map[Header]=field")
        .files(&["text/csv", "application/x-ndjson", XLSX])
        .answers(202, "It is read", data(reference("Import")))
        .tells(202, "Location", "Where to ask how far it is")
        .links(202, json!({ "status": { "operationId": "get_api_v1_imports_id", "parameters": { "id": "$response.body#/data/id" } } }))
        .refuses(&[400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 431, 500, 503])
}

/// A route that nothing more is said about here.
fn other(object: &Object, method: &str, rest: &str) -> Operation {
    let words: Vec<&str> =
        rest.split('/').filter(|part| !part.is_empty() && !part.starts_with('{')).collect();
    let verb = format!("{}_{}", method.to_ascii_lowercase(), words.join("_"));
    let operation = named(object, &verb, &format!("{method} {}", words.join(" ")), rest).answers(
        200,
        "What came of it",
        json!({ "type": "object" }),
    );
    if method == "GET" {
        operation.refuses(READ)
    } else {
        operation.body(json!({ "type": "object" })).refuses(WRITE)
    }
}
