//! The process itself, and the documentation.

use serde_json::json;

use super::operation::Operation;
use super::shape::{one_of, shown};

pub(super) fn operation(path: &str, operation: Operation) -> Operation {
    let status = |word| shown(json!({ "status": one_of(&[word]) }));
    match path {
        "/healthz" => operation.says("Whether the process lives").answers(200, "It does", status("ok")),
        "/readyz" => operation.says("Whether it can work").answers(200, "It can", status("ready")),
        "/metrics" => operation.says("What it has counted (Prometheus text)").answers_as(
            200,
            "The counts",
            "text/plain",
        ),
        "/docs" => operation.says("This document for people").answers_as(200, "A page", "text/html"),
        "/docs/{file}" => operation
            .says("A file of that page")
            .values("file", &["docs.css", "docs.js", "element.js", "request.js", "schema.js", "try.js"])
            .answers_as(200, "The file", "text/css")
            .also(200, "text/javascript", json!({ "type": "string" })),
        _ => operation,
    }
}
