//! Refusals: one schema for all, and one answer for each status with the codes that it can carry.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::problem::Code;

/// Schemas of the envelope.
pub(super) fn schemas() -> Map<String, Json> {
    let detail = json!({
        "type": "object",
        "required": ["path", "code", "message"],
        "properties": {
            "path": { "type": "string", "description": "Dotted path from the root of what was sent" },
            "code": { "type": "string" },
            "message": { "type": "string" },
            "hint": { "type": "string", "description": "What to do about it" },
        },
    });
    let problem = json!({
        "type": "object",
        "description": "RFC 9457",
        "required": ["type", "title", "status", "code", "detail", "errors", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string" },
            "detail": { "type": "string" },
            "errors": { "type": "array", "items": { "$ref": "#/components/schemas/ProblemDetail" } },
            "request_id": { "type": "string" },
        },
    });
    let pagination = json!({
        "type": "object",
        "required": ["limit", "next_cursor", "has_more"],
        "properties": {
            "limit": { "type": "integer" },
            "next_cursor": { "type": ["string", "null"] },
            "has_more": { "type": "boolean" },
            "total": { "type": "integer", "description": "All matches, with include_total=true" },
        },
    });
    Map::from_iter([
        ("Problem".into(), problem),
        ("ProblemDetail".into(), detail),
        ("Pagination".into(), pagination),
    ])
}

/// One answer for each status of a problem.
pub(super) fn responses() -> Map<String, Json> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::all() {
        by_status.entry(code.status().as_u16()).or_default().push(code);
    }
    let one = |(status, codes): (u16, Vec<Code>)| {
        let mut words: Vec<&str> = codes.iter().map(|code| code.word()).collect();
        words.sort_unstable();
        words.dedup();
        let example = json!({
            "type": format!("urn:trellis:problem:{}", codes[0].word()), "title": codes[0].title(), "status": status,
            "code": codes[0].word(), "detail": codes[0].title(), "errors": [], "request_id": "01990000-0000-7000-8000-000000000000",
        });
        let schema = json!({ "allOf": [
            { "$ref": "#/components/schemas/Problem" },
            { "type": "object", "properties": { "code": { "type": "string", "enum": words } } },
        ] });
        let mut response = json!({
            "description": codes[0].title(),
            "content": { "application/problem+json": { "schema": schema, "example": example } },
        });
        if matches!(status, 429 | 503) {
            response["headers"]["Retry-After"] =
                json!({ "description": "Seconds to wait", "schema": { "type": "integer" } });
        }
        (format!("Problem{status}"), response)
    };
    by_status.into_iter().map(one).collect()
}
