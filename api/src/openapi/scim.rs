//! SCIM 2.0 (RFC 7643 and 7644): people and teams, kept by a directory elsewhere.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::shape::{anything, count, flag, list, nullable, reference, shown, text};

const KIND: &str = "application/scim+json";

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let meta = || shown(json!({ "resourceType": text(), "location": text() }));
    let user = json!({
        "schemas": list(text()), "id": text(), "userName": text(), "displayName": text(),
        "name": shown(json!({ "formatted": text() })), "title": nullable(text()), "active": flag(),
        "emails": list(shown(json!({ "value": text() }))), "roles": list(shown(json!({ "value": text() }))), "meta": meta(),
    });
    let group = json!({
        "schemas": list(text()), "id": text(), "displayName": text(), "members": list(shown(json!({ "value": text() }))), "meta": meta(),
    });
    vec![("ScimUser", shown(user)), ("ScimGroup", shown(group))]
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    let rest = path.trim_start_matches("/scim/v2/");
    let (schema, what) = match rest.split('/').next() {
        Some("Users") => (reference("ScimUser"), "user"),
        Some("Groups") => (reference("ScimGroup"), "group"),
        _ => {
            let config = shown(json!({ "schemas": list(text()), "patch": anything(), "filter": anything() }));
            return operation.says("What this side can do").answers_json(
                200,
                "The configuration",
                KIND,
                config,
            );
        }
    };
    let is_one = rest.contains('/');
    match (method, is_one) {
        ("GET", false) => listed(operation.says(&format!("A page of {what}s")), what, schema),
        ("GET", true) => {
            operation.says(&format!("One {what}")).answers_json(200, "The resource", KIND, schema)
        }
        ("POST", _) => operation
            .says(&format!("A new {what}"))
            .body_as(KIND, wish(what))
            .answers_json(201, "The resource", KIND, schema)
            .tells(201, "Location", "Where it is"),
        ("PUT", _) => operation
            .says(&format!("The {what} as the directory has it now"))
            .body_as(KIND, wish(what))
            .answers_json(200, "The resource", KIND, schema),
        ("PATCH", _) => operation
            .says("Changes what the operations name")
            .body_as(KIND, patch())
            .answers_json(200, "The resource", KIND, schema),
        _ => operation.says(&format!("Ends a {what}")).answers_nothing(204, "It is ended"),
    }
}

fn listed(operation: Operation, what: &str, schema: Json) -> Operation {
    let answer = json!({
        "schemas": list(text()), "totalResults": count(), "startIndex": count(), "itemsPerPage": count(), "Resources": list(schema),
    });
    // Printable text without a quote or backslash; others are written as JSON writes them.
    let attribute = if what == "user" { "userName" } else { "displayName" };
    let pattern = format!("^{attribute} eq \"[ !#-\\[\\]-~]*\"$");
    let number = |most: i64| json!({ "type": "integer", "minimum": i64::MIN, "maximum": most });
    operation
        .query("filter", "attribute eq \"text\"", json!({ "type": "string", "pattern": pattern }))
        .query("startIndex", "The first one, counted from one", number(i64::from(i32::MAX)))
        .query("count", "How many at most", number(i64::MAX))
        .query("attributes", "Resources come whole whatever this says", text())
        .query("excludedAttributes", "Resources come whole whatever this says", text())
        .answers_json(200, "The resources", KIND, shown(answer))
}

/// What a directory sends; keys that are not kept are left aside.
fn wish(what: &str) -> Json {
    match what {
        "user" => json!({
            "type": "object",
            "properties": {
                "userName": text(), "displayName": text(), "active": flag(), "title": nullable(text()),
                "name": { "type": "object" }, "emails": list(json!({ "type": "object" })), "roles": list(anything()), "password": text(),
            },
        }),
        _ => {
            json!({ "type": "object", "properties": { "displayName": text(), "members": nullable(list(anything())) } })
        }
    }
}

fn patch() -> Json {
    let operation = json!({
        "type": "object", "required": ["op"],
        "properties": { "op": { "type": "string", "pattern": "^([Aa]dd|[Rr]eplace|[Rr]emove)$" }, "path": text(), "value": anything() },
    });
    json!({ "type": "object", "required": ["Operations"], "properties": { "schemas": list(text()), "Operations": { "type": "array", "items": operation, "maxItems": 1000 } } })
}
