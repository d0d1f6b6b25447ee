//! What the routes of records take and answer, for one object.

use metadata::Object;
use permissions::Action;
use serde_json::{Map, Value as Json, json};

use super::operation::Operation;
use super::schemas;
use crate::call::Call;
use crate::routes::Route;

const READ: &[u16] = &[400, 401, 403, 404, 414, 429, 431, 500, 503];
const WRITE: &[u16] = &[400, 401, 403, 404, 409, 412, 413, 414, 415, 422, 429, 431, 500, 503];
/// What says which records of a list are meant.
const FILTERS: &[&str] = &["filter", "filters", "where", "deleted"];

/// Whether the caller may do with the object what the route does.
pub(super) fn may(call: &Call, object: &Object, route: &Route) -> bool {
    let allowed = |action| call.context.decide(action, object).is_allowed();
    let actions: &[Action] = match (route.method.as_str(), route.path.rsplit('/').next().unwrap_or_default())
    {
        ("GET", _) => return true,
        ("POST" | "DELETE", "shares") => &[Action::Share],
        ("DELETE", _) | (_, "restore") => &[Action::Delete],
        ("PATCH", _) => &[Action::Edit],
        ("POST", "merge") => &[Action::Edit, Action::Delete],
        ("POST", "mass") => &[Action::Edit],
        ("POST", _) if route.path.contains("/transitions/") => &[Action::Edit],
        ("PUT", _) => &[Action::Create, Action::Edit],
        _ => &[Action::Create],
    };
    !object.system && actions.iter().all(|action| allowed(*action))
}

/// The operation of a route; `rest` is its path behind the object.
pub(super) fn operation(route: &Route, rest: &str, object: &Object) -> Json {
    let made = match (route.method.as_str(), rest) {
        ("GET", "") => list(object, rest),
        ("POST", "") => create(object, rest),
        ("GET", "/{id}") => show(object, rest),
        ("PATCH", "/{id}") => update(object, rest),
        ("DELETE", "/{id}") => delete(object, rest),
        ("POST", "/{id}/restore") => restore(object, rest),
        ("PUT", "/by/{field}/{value}") => upsert(object, rest),
        ("POST", "/{id}/clone") => clone(object, rest),
        ("POST", "/{id}/merge") => merge(object, rest),
        ("POST", "/mass") => mass(object, rest),
        ("GET", "/aggregate") => aggregate(object, rest),
        ("GET", "/changes") => changes(object, rest),
        ("GET", "/states") => states(object, rest),
        ("GET", "/{id}/history") => history(object, rest),
        ("POST", "/import") => import(object, rest),
        (method, _) => other(object, method, rest),
    };
    made.finish()
}

fn named(object: &Object, verb: &str, summary: &str, rest: &str) -> Operation {
    let id = format!("{verb}_{}", if verb == "list" { &object.plural } else { &object.name });
    Operation::new(id, &object.plural, summary.to_owned(), rest)
}

fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn one(object: &Object) -> Json {
    json!({ "type": "object", "required": ["data"], "properties": { "data": reference(&schemas::name(object)) } })
}

fn many(object: &Object) -> Json {
    json!({
        "type": "object",
        "required": ["data", "pagination"],
        "properties": {
            "data": { "type": "array", "items": reference(&schemas::name(object)) },
            "pagination": reference("Pagination"),
        },
    })
}

/// What can be done with a record whose id an answer holds.
fn links(object: &Object) -> Json {
    let id = json!({ "id": "$response.body#/data/id" });
    let to = |verb: &str, text: &str| json!({ "operationId": format!("{verb}_{}", object.name), "parameters": id, "description": text });
    json!({ "show": to("show", "The record"), "history": to("history", "Who changed what when") })
}

fn list(object: &Object, rest: &str) -> Operation {
    named(object, "list", &format!("A page of {}", object.plural_label), rest)
        .shared(&["fields"])
        .shared(FILTERS)
        .shared(&["sort", "limit", "cursor", "page", "include_total", "nested", "format", "explain"])
        .answers(200, "The records", many(object))
        .also(200, "text/csv", json!({ "type": "string" }))
        .also(200, "application/x-ndjson", json!({ "type": "string" }))
        .also(200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", json!({}))
        .refuses(READ)
}

fn states(object: &Object, rest: &str) -> Operation {
    let text = || json!({ "type": ["string", "null"] });
    let entry = json!({
        "type": "object",
        "properties": {
            "record_id": { "type": "string", "format": "uuid" },
            "field": { "type": "string" }, "from": text(), "to": text(), "process": text(), "transition": text(),
            "at": { "type": "string", "format": "date-time" },
            "version": { "type": "integer" },
            "actor": { "type": "object" },
            "seconds_in_previous": { "type": ["integer", "null"] },
            "group": { "type": "object", "description": "With group_by: the words of the entries that are counted" },
            "count": { "type": "integer" },
        },
    });
    let answer = json!({
        "type": "object",
        "required": ["data"],
        "properties": { "data": { "type": "array", "items": entry }, "pagination": reference("Pagination") },
    });
    let word = || json!({ "type": "string" });
    let operation = named(object, "log", &format!("The states that {} came into", object.plural_label), rest);
    let words = ["field", "from", "to", "process", "transition"];
    words
        .into_iter()
        .fold(operation, |operation, name| {
            operation.query(name, "Entries with one of these, by commas", word())
        })
        .query("since", "Entries from this moment on", json!({ "type": "string", "format": "date-time" }))
        .query("until", "Entries before this moment", json!({ "type": "string", "format": "date-time" }))
        .query("group_by", "Counts entries, and the time in the state before, by these words", word())
        .shared(FILTERS)
        .shared(&["limit", "page"])
        .answers(200, "Entries, the newest first, or counts", answer)
        .refuses(READ)
}

fn changes(object: &Object, rest: &str) -> Operation {
    let event = json!({
        "type": "object",
        "required": ["cursor", "at", "action", "id", "version", "actor", "changes"],
        "properties": {
            "cursor": { "type": "string" },
            "at": { "type": "string", "format": "date-time" },
            "action": { "type": "string", "enum": ["create", "update", "delete", "restore", "purge"] },
            "id": { "type": "string", "format": "uuid" },
            "version": { "type": "integer" },
            "actor": { "type": "object" },
            "changes": { "type": "object", "description": "Fields with their values before and after" },
        },
    });
    let answer = json!({
        "type": "object",
        "required": ["data", "pagination"],
        "properties": { "data": { "type": "array", "items": event }, "pagination": reference("Pagination") },
    });
    named(object, "follow", &format!("What changes with {}, in its order", object.plural_label), rest)
        .query(
            "since",
            "The cursor to go on from; 0 is the beginning, nothing is from now on",
            json!({ "type": "integer", "minimum": 0 }),
        )
        .query("limit", "How many at most", json!({ "type": "integer", "minimum": 1, "maximum": 1000 }))
        .answers(200, "Changes, and the cursor to go on from", answer)
        .also(200, "text/event-stream", json!({ "type": "string" }))
        .refuses(READ)
}

fn create(object: &Object, rest: &str) -> Operation {
    let record = reference(&format!("{}Create", schemas::name(object)));
    let body =
        json!({ "oneOf": [record, { "type": "array", "items": record, "minItems": 1, "maxItems": 10_000 }] });
    let data = reference(&schemas::name(object));
    let answer = json!({ "type": "object", "required": ["data"], "properties": { "data": { "oneOf": [data, { "type": "array", "items": data }] } } });
    named(object, "create", &format!("A new record of {}, or several: all or nothing", object.label), rest)
        .shared(&["idempotency", "confirm_warnings", "process_override"])
        .body(body)
        .answers(201, "What was made, as the caller may see it", answer)
        .tells(201, "Location", "Where the record is, when it is one")
        .tells(201, "ETag", "The record's version, when it is one")
        .links(201, links(object))
        .refuses(WRITE)
}

fn show(object: &Object, rest: &str) -> Operation {
    named(object, "show", &format!("One record of {}", object.label), rest)
        .shared(&["fields", "nested", "explain"])
        .header("If-None-Match", "The version that is there already")
        .answers(200, "The record", one(object))
        .tells(200, "ETag", "Its version")
        .answers_nothing(304, "What the caller has is still true")
        .refuses(READ)
}

fn update(object: &Object, rest: &str) -> Operation {
    named(object, "update", "Changes the fields that are named", rest)
        .shared(&["idempotency", "if_match", "confirm_warnings", "process_override"])
        .body(reference(&format!("{}Update", schemas::name(object))))
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
        .refuses(&[400, 401, 403, 404, 409, 412, 414, 422, 429, 431, 500, 503])
}

fn restore(object: &Object, rest: &str) -> Operation {
    named(object, "restore", "Out of the recycle bin", rest)
        .shared(&["idempotency"])
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
            .shared(&["idempotency", "confirm_warnings", "process_override"])
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
        .shared(&["idempotency", "confirm_warnings", "process_override"])
        .body(reference(&format!("{}Update", schemas::name(object))))
        .answers(201, "The copy", one(object))
        .tells(201, "Location", "Where the copy is")
        .links(201, links(object))
        .refuses(WRITE)
}

fn merge(object: &Object, rest: &str) -> Operation {
    let ids = json!({ "type": "array", "items": { "type": "string", "format": "uuid" }, "minItems": 1, "maxItems": 20 });
    let fields = reference(&format!("{}Update", schemas::name(object)));
    let body = json!({ "type": "object", "required": ["others"], "properties": { "others": ids, "fields": fields }, "additionalProperties": false });
    named(object, "merge", "Makes other records part of this one; they go into the recycle bin", rest)
        .shared(&["idempotency", "confirm_warnings", "process_override"])
        .body(body)
        .answers(200, "The record as it is now", one(object))
        .links(200, links(object))
        .refuses(WRITE)
}

fn mass(object: &Object, rest: &str) -> Operation {
    let body = json!({
        "type": "object", "required": ["op"], "additionalProperties": false,
        "properties": {
            "op": { "type": "string", "enum": ["update", "delete"] },
            "filter": { "type": "object", "description": "As in a list; {} means all" }, "where": { "type": "string" },
            "data": reference(&format!("{}Update", schemas::name(object))),
            "dry_run": { "type": "boolean", "default": false, "description": "Tell how many, change nothing" },
            "expected": { "type": "integer", "minimum": 0, "description": "Refuse when it would be another number" },
        },
    });
    let data = json!({ "type": "object", "properties": { "matched": { "type": "integer" }, "count": { "type": "integer" }, "dry_run": { "type": "boolean" } } });
    let answer = json!({ "type": "object", "required": ["data"], "properties": { "data": data } });
    named(object, "mass", "The same change to all records that a filter means", rest)
        .shared(&["idempotency", "confirm_warnings", "process_override"])
        .body(body)
        .answers(200, "How many the filter means, and how many of them are changed", answer)
        .refuses(WRITE)
}

fn aggregate(object: &Object, rest: &str) -> Operation {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "object", "additionalProperties": true });
    let group = json!({
        "type": "object",
        "required": ["group"],
        "properties": {
            "group": { "type": "object", "additionalProperties": true },
            "count": { "type": "integer" }, "count_of": number, "count_distinct": number,
            "sum": number, "avg": number, "min": number, "max": number,
        },
    });
    let answer = json!({ "type": "object", "required": ["data", "pagination"], "properties": { "data": { "type": "array", "items": group }, "pagination": reference("Pagination") } });
    named(object, "aggregate", "How many and how much, for each of what", rest)
        .needs(
            "metrics",
            "count, or count, count_distinct, sum, avg, min, max of a field",
            json!({ "type": "string", "examples": ["count,sum(amount)"] }),
        )
        .query(
            "group_by",
            "Fields, or dates with day, week, month, quarter or year: stage,created_at:month",
            text.clone(),
        )
        .query("having", "A filter on metrics, as JSON", text.clone())
        .query("zone", "The time zone whose days are meant", text)
        .shared(FILTERS)
        .shared(&["sort", "limit", "page", "explain"])
        .answers(200, "The groups", answer)
        .refuses(READ)
}

fn history(object: &Object, rest: &str) -> Operation {
    let entry = json!({
        "type": "object",
        "properties": {
            "version": { "type": "integer" }, "at": { "type": "string", "format": "date-time" }, "action": { "type": "string" },
            "actor": { "type": "object" }, "request_id": { "type": "string" },
            "changes": { "type": "object", "additionalProperties": { "type": "array", "prefixItems": [{}, {}], "minItems": 2, "maxItems": 2 } },
        },
    });
    let answer = json!({ "type": "object", "required": ["data"], "properties": { "data": { "type": "array", "items": entry } } });
    named(object, "history", "Who changed what when, the newest first", rest)
        .query(
            "limit",
            "Changes at most",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 50 }),
        )
        .query("before", "Only changes before this version", json!({ "type": "integer", "minimum": 1 }))
        .answers(200, "The changes", answer)
        .refuses(READ)
}

fn import(object: &Object, rest: &str) -> Operation {
    let import = json!({ "type": "object", "required": ["data"], "properties": { "data": { "type": "object", "required": ["id", "status"], "properties": { "id": { "type": "string", "format": "uuid" }, "status": { "type": "string" } } } } });
    named(object, "import", "Takes a file; its rows become records", rest)
        .query("dry_run", "Check everything, write nothing", json!({ "type": "boolean", "default": false }))
        .query("match", "A unique field by which records are changed", json!({ "type": "string" }))
        .query("file_name", "What the file is called", json!({ "type": "string" }))
        .map("map", "Which field a header means: map[Header]=field")
        .files(&["text/csv", "application/x-ndjson", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
        .answers(202, "It is read", import)
        .tells(202, "Location", "Where to ask how far it is")
        .links(202, json!({ "status": { "operationId": "get_api_v1_imports_id", "parameters": { "id": "$response.body#/data/id" } } }))
        .refuses(&[400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 431, 500, 503])
}

/// A route that nothing more is said about here.
fn other(object: &Object, method: &str, rest: &str) -> Operation {
    let words: Vec<&str> =
        rest.split('/').filter(|part| !part.is_empty() && !part.starts_with('{')).collect();
    let verb = format!("{}_{}", method.to_ascii_lowercase(), words.join("_"));
    let operation = named(object, &verb, &format!("{} of {}", words.join(" "), object.label), rest).answers(
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

/// Parameters that many operations share.
pub(super) fn parameters() -> Json {
    let query = |name: &str, text: &str, schema: Json| json!({ "name": name, "in": "query", "description": text, "schema": schema });
    let text = || json!({ "type": "string" });
    let flag = || json!({ "type": "boolean", "default": false });
    let map = |name: &str, text: &str| {
        let schema = json!({ "type": "object", "additionalProperties": true });
        json!({ "name": name, "in": "query", "style": "deepObject", "explode": true, "description": text, "schema": schema })
    };
    let shared: Vec<(&str, Json)> = vec![
        (
            "fields",
            query("fields", "Fields to answer, related ones too: name,account.name,tasks.title", text()),
        ),
        (
            "filter",
            query(
                "filter",
                "A filter as JSON: {\"and\":[{\"amount\":{\"gte\":1000}}]}",
                json!({ "type": "string", "contentMediaType": "application/json" }),
            ),
        ),
        (
            "filters",
            map("filters", "Written filter[field][operator]=value; the short form field=value means eq"),
        ),
        (
            "where",
            query(
                "where",
                "A condition in the formula language: amount > 1000 AND stage = \"proposal\"",
                text(),
            ),
        ),
        ("deleted", query("deleted", "The recycle bin", flag())),
        ("sort", query("sort", "Fields, the largest first with a minus: -amount,name", text())),
        (
            "limit",
            query("limit", "How many at most", json!({ "type": "integer", "minimum": 1, "maximum": 1000 })),
        ),
        ("cursor", query("cursor", "next_cursor of the page before", text())),
        (
            "page",
            query(
                "page",
                "The number of a page, in place of a cursor",
                json!({ "type": "integer", "minimum": 1 }),
            ),
        ),
        ("include_total", query("include_total", "Count all matches too", flag())),
        ("nested", map("nested", "Written limit[tasks]=5 and sort[tasks]=-due_at, for lists within records")),
        (
            "format",
            query(
                "format",
                "A file in place of a page; the same by Accept",
                json!({ "type": "string", "enum": ["json", "csv", "ndjson", "xlsx"] }),
            ),
        ),
        (
            "explain",
            query("explain", "Decisions and SQL in place of the result; needs explain_access", flag()),
        ),
        ("confirm_warnings", query("confirm_warnings", "Save although rules warn", flag())),
        (
            "process_override",
            query(
                "process_override",
                "Save although a process does not allow the step, if the caller may",
                flag(),
            ),
        ),
        (
            "idempotency",
            json!({ "name": "Idempotency-Key", "in": "header", "description": "Sent again with the same body within 24 hours, it gives the first answer", "schema": { "type": "string", "minLength": 1, "maxLength": 255 } }),
        ),
        (
            "if_match",
            json!({ "name": "If-Match", "in": "header", "description": "The version that the caller saw", "schema": { "type": "string" } }),
        ),
    ];
    Json::Object(Map::from_iter(shared.into_iter().map(|(name, json)| (name.to_owned(), json))))
}
