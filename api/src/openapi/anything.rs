//! Routes on records of any object: batches, search, imports, GraphQL, and this document.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::shape::{
    anything, by_name, count, data, flag, id, list, nullable, one_of, page, reference, shown, text, time,
    whole,
};

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let import = json!({
        "id": id(), "object": text(), "status": one_of(&["queued", "running", "done", "failed"]), "dry_run": flag(),
        "total": count(), "processed": count(), "created": count(), "updated": count(), "rejected": count(),
        "error": nullable(text()), "file_name": nullable(text()), "format": text(), "match_field": nullable(text()),
        "mapping": anything(), "queued_at": time(), "started_at": nullable(time()),
    });
    let hit = json!({
        "object": text(), "plural": text(), "id": id(), "name": nullable(text()), "rank": { "type": "number" },
        "similar": flag(), "highlights": by_name(text()),
    });
    vec![("Import", shown(import)), ("Hit", shown(hit))]
}

/// What the caller may look into.
pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    match path {
        "/api/v1/batch" => batch(operation),
        "/api/v1/search" => operation
            .says("Words looked for across objects")
            .needs("q", "What to look for", json!({ "type": "string", "minLength": 1, "maxLength": 200 }))
            .query(
                "objects",
                "Plurals of the objects to look into, separated by commas; all when missing",
                text(),
            )
            .query(
                "limit",
                "How many at most",
                json!({ "type": "integer", "minimum": 1, "maximum": 100, "default": 20 }),
            )
            .answers(200, "The records that have the words, the best first", page(reference("Hit"))),
        "/api/v1/openapi.json" => operation
            .says("This document")
            .header("If-None-Match", "The document that is there already")
            .answers(200, "The API as the caller may use it", json!({ "type": "object" }))
            .tells(200, "ETag", "Its version")
            .answers_nothing(304, "What the caller has is still true"),
        "/api/v1/imports/{id}" => {
            operation.says("How far an import is").answers(200, "The import", data(reference("Import")))
        }
        "/api/v1/imports/{id}/rejects" => operation
            .says("The rows that were refused, with their reasons")
            .answers_as(200, "The rows", "text/csv"),
        "/api/v1/imports/{id}/revert" => operation
            .says("Takes back what an import made, up to 1,000 records a request; ask again while something is left")
            .answers(200, "How far it is; what stays, and why", data(shown(json!({
                "deleted": count(), "left": count(), "kept": count(),
                "stays": list(shown(json!({ "id": id(), "code": text(), "message": text() }))),
            })))),
        "/api/v1/recurrence/preview" => recurrence(operation),
        "/graphql" => graphql(method, operation),
        "/mcp" => mcp(operation),
        _ => operation,
    }
}

fn recurrence(operation: Operation) -> Operation {
    let body = json!({
        "type": "object",
        "required": ["rule"],
        "properties": {
            "rule": text(), "start": nullable(time()), "time_zone": nullable(text()),
            "count": nullable(whole(1, 100)),
        },
        "additionalProperties": false,
    });
    operation
        .says("When a recurrence rule of RFC 5545 comes again after `start`, on the clock of `time_zone`; five times when `count` says nothing")
        .body(body)
        .example(json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10", "time_zone": "Europe/Budapest" }))
        .answers(200, "The next ones", data(shown(json!({ "rule": text(), "occurrences": list(time()) }))))
}

fn batch(operation: Operation) -> Operation {
    let one = json!({
        "op": one_of(&["create", "update", "upsert", "delete", "transition"]), "object": text(), "id": text(), "data": { "type": "object" },
        "by": text(), "transition": text(), "version": whole(i64::MIN, i64::MAX), "ref": text(),
    });
    let one = json!({ "type": "object", "required": ["op", "object"], "properties": one, "additionalProperties": false });
    let operations = json!({ "type": "array", "items": one, "maxItems": 10_000 });
    let body = json!({ "type": "object", "required": ["operations"], "properties": { "operations": operations }, "additionalProperties": false });
    let done = json!({
        "object": text(), "ref": nullable(text()), "id": id(), "version": nullable(count()), "created": flag(),
        "data": { "type": ["object", "null"] },
    });
    operation
        .says("Operations on any objects in one transaction; later ones may use \"@ref.id\"")
        .shared(&["idempotency", "confirm_warnings", "process_override"])
        .body(body)
        .example(json!({ "operations": [{ "op": "create", "object": "account", "data": { "name": "Tidewater" }, "ref": "a" }] }))
        .answers(200, "What came of each", data(list(super::records::warned(shown(done)))))
}

fn graphql(method: &str, operation: Operation) -> Operation {
    let answer = json!({
        "type": "object",
        "properties": { "data": { "type": ["object", "null"] }, "errors": list(json!({ "type": "object", "required": ["message"] })), "extensions": anything() },
    });
    let operation = operation
        .answers(200, "The answer, with errors beside what could be answered", answer.clone())
        .also(200, "application/graphql-response+json", answer.clone());
    let operation = operation
        .answers(400, "The operation is not valid", answer.clone())
        .also(400, "application/graphql-response+json", answer)
        .also(400, "application/problem+json", reference("Problem"));
    if method == "GET" {
        return operation
            .says("A query of GraphQL in the address; for browsers a page to write queries on")
            .also(200, "text/html", text())
            .query("query", "The document", text())
            .query("operationName", "Which of its operations", text())
            .query("variables", "Its variables as JSON", text())
            .query("extensions", "Such as persistedQuery, as JSON", text());
    }
    let body = json!({
        "type": "object",
        "properties": {
            "query": { "type": ["string", "null"] }, "operationName": { "type": ["string", "null"] },
            "variables": { "type": ["object", "null"] }, "extensions": { "type": ["object", "null"] },
        },
    });
    operation.says("An operation of GraphQL").body(body).example(json!({ "query": "{ __typename }" }))
}

/// One message of the Model Context Protocol.
fn mcp(operation: Operation) -> Operation {
    let message = json!({
        "type": "object", "required": ["jsonrpc"],
        "properties": { "jsonrpc": { "const": "2.0" }, "id": { "type": ["string", "integer"] }, "method": text(), "params": { "type": ["object", "null"] } },
    });
    let answer = json!({
        "type": "object", "required": ["jsonrpc", "id"],
        "properties": { "jsonrpc": { "const": "2.0" }, "id": { "type": ["string", "integer", "null"] }, "result": { "type": "object" }, "error": { "type": "object" } },
    });
    operation
        .says("A message of the Model Context Protocol (streamable HTTP): the tenant as tools for language models")
        .body(message)
        .example(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }))
        .answers(200, "The answer; what a tool refuses is its result", answer)
        .answers_nothing(202, "A notification was taken")
        .refuses(&[406])
}
