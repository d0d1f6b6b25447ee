//! Routes that are not about one object's records. What a route needs besides its path stands in one table; a
//! route that is not in it is told by its method and path alone, so that none is ever left out.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use crate::routes::{Need, Route};

/// Groups of operations, by the first words of their paths.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("records", "Records of any object"),
    ("auth", "Who is asking"),
    ("metadata", "Objects, fields and everything else that makes the tenant"),
    ("admin", "People and their rights"),
    ("process", "Whether the server lives"),
];

/// Method, path, summary, parameters of the URL.
const KNOWN: &[(&str, &str, &str, &[&str])] = &[
    ("GET", "/healthz", "Whether the process lives", &[]),
    ("GET", "/readyz", "Whether it can work", &[]),
    ("GET", "/metrics", "What it has counted (Prometheus text)", &[]),
    ("POST", "/auth/v1/login", "Opens a session", &[]),
    ("POST", "/auth/v1/logout", "Ends it", &[]),
    ("GET", "/auth/v1/me", "Who the caller is and what they may do", &[]),
    ("GET", "/auth/v1/sessions", "Where the caller is signed in", &[]),
    ("DELETE", "/auth/v1/sessions/{id}", "Closes a session", &[]),
    ("GET", "/auth/v1/two-factor", "The caller's second factor", &[]),
    ("POST", "/auth/v1/two-factor", "Begins to set one up", &[]),
    ("POST", "/auth/v1/two-factor/confirm", "Takes its first code", &[]),
    ("POST", "/auth/v1/two-factor/recovery-codes", "New recovery codes", &[]),
    ("POST", "/auth/v1/two-factor/disable", "Takes it away", &[]),
    ("POST", "/auth/v1/password", "Changes the caller's password", &[]),
    ("POST", "/auth/v1/password/forgot", "Mails a link to a new password", &[]),
    ("POST", "/auth/v1/password/reset", "Sets a password by such a link", &[]),
    ("GET", "/auth/v1/login-history", "The caller's sign-ins", HISTORY),
    ("GET", "/auth/v1/api-keys", "The caller's keys", &[]),
    ("POST", "/auth/v1/api-keys", "Makes a key and shows it once", &[]),
    ("DELETE", "/auth/v1/api-keys/{id}", "Revokes a key", &[]),
    ("POST", "/api/v1/batch", "Operations on any objects in one transaction", &[]),
    ("GET", "/api/v1/search", "Words looked for across objects", &["q", "objects", "limit"]),
    ("GET", "/api/v1/openapi.json", "This document", &[]),
    ("GET", "/api/v1/imports/{id}", "How far an import is", &[]),
    ("GET", "/api/v1/imports/{id}/rejects", "The rows that were refused, as CSV", &[]),
    ("GET", "/metadata/v1/bootstrap", "Everything that a user interface needs to begin", &[]),
    ("GET", "/metadata/v1/schemas/{kind}", "The JSON Schema of a kind's definitions", &[]),
    ("GET", "/metadata/v1/{kind}", "All components of a kind", &[]),
    ("GET", "/metadata/v1/{kind}/{name}", "One component", &[]),
    ("PUT", "/metadata/v1/{kind}/{name}", "Puts one component", CHANGE),
    ("DELETE", "/metadata/v1/{kind}/{name}", "Retires an object or field, removes anything else", CHANGE),
    ("GET", "/metadata/v1/objects/{object}/fields/{field}", "One field", &[]),
    ("PUT", "/metadata/v1/objects/{object}/fields/{field}", "Puts one field", CHANGE),
    ("DELETE", "/metadata/v1/objects/{object}/fields/{field}", "Retires one field", CHANGE),
    ("POST", "/metadata/v1/deploy", "Many changes at once, all or nothing", &[]),
    ("GET", "/metadata/v1/revisions", "Who changed the metadata when", &["limit", "before"]),
    ("GET", "/metadata/v1/revisions/{number}", "One revision", &[]),
    ("POST", "/metadata/v1/revisions/{number}/rollback", "Back to a revision, as a new one", &[]),
    ("GET", "/metadata/v1/packages", "What can be installed and what is", &[]),
    ("POST", "/metadata/v1/packages", "Installs a package", &[]),
    ("DELETE", "/metadata/v1/packages/{name}", "Removes a package's layer", &["dry_run", "allow_data_loss"]),
    ("GET", "/metadata/v1/layers/{kind}/{name}", "What is the package's and what the tenant's", &[]),
    ("DELETE", "/metadata/v1/layers/{kind}/{name}", "Takes the tenant's layer away", CHANGE),
    ("GET", "/metadata/v1/files", "All metadata as files, one a component", &[]),
    ("POST", "/metadata/v1/files", "Makes the metadata what the files say", &[]),
    ("GET", "/admin/v1/users", "People by name", &["limit", "cursor"]),
    ("POST", "/admin/v1/users", "A new person", &[]),
    ("GET", "/admin/v1/users/{id}", "One of them", &[]),
    ("PATCH", "/admin/v1/users/{id}", "Changes what is named", &[]),
    ("POST", "/admin/v1/users/{id}/invite", "Mails a link to a password of one's own", &[]),
    ("GET", "/admin/v1/users/{id}/sessions", "Where somebody is signed in", &[]),
    ("DELETE", "/admin/v1/users/{id}/sessions", "Closes all their sessions", &[]),
    ("DELETE", "/admin/v1/users/{id}/two-factor", "Takes their second factor away", &[]),
    ("GET", "/admin/v1/outbox", "Mails on their way out", &["limit", "cursor"]),
    ("GET", "/admin/v1/security-settings", "Passwords, lock-out, sessions, second factor, addresses", &[]),
    ("PATCH", "/admin/v1/security-settings", "Changes what is named, section by section", &[]),
    ("GET", "/admin/v1/login-history", "Who signed in, or tried to", ALL_HISTORY),
];

const HISTORY: &[&str] = &["ip", "result", "from", "to", "limit", "cursor"];
const ALL_HISTORY: &[&str] = &["user_id", "email", "ip", "result", "from", "to", "limit", "cursor"];

const CHANGE: &[&str] = &["message", "expected_revision", "dry_run", "allow_data_loss"];

/// The operation of a route.
pub(super) fn operation(route: &Route) -> Json {
    let (method, path) = (route.method.as_str(), route.path);
    let known = KNOWN.iter().find(|row| row.0 == method && row.1 == path);
    let summary = known.map_or_else(|| format!("{method} {path}"), |row| row.2.to_owned());
    let words =
        path.split(['/', '.']).filter(|part| !part.is_empty()).map(|part| part.trim_matches(['{', '}']));
    let id = std::iter::once(method.to_ascii_lowercase()).chain(words.map(|word| word.replace('-', "_")));
    let mut operation = Operation::new(id.collect::<Vec<_>>().join("_"), tag(path), summary, path);
    for name in known.map_or(&[][..], |row| row.3) {
        operation = match *name {
            "q" => operation.needs(
                "q",
                "What to look for",
                json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
            ),
            name => operation.query(name, text_of(name), schema_of(name)),
        };
    }
    if let Some(schema) = body(method, path) {
        operation = operation.body(schema);
    }
    if route.need == Need::Nothing {
        operation = operation.open();
    }
    answered(operation, method, path).finish()
}

fn tag(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("api") => "records",
        Some("auth") => "auth",
        Some("metadata") => "metadata",
        Some("admin" | "scim") => "admin",
        _ => "process",
    }
}

fn text_of(name: &str) -> &'static str {
    match name {
        "objects" => "Plurals of the objects to look into, separated by commas; all when missing",
        "user_id" => "Of one user",
        "email" => "The e-mail address that was typed",
        "ip" => "Where it came from",
        "result" => "success or failure",
        "from" => "At this time or later",
        "to" => "Before this time",
        "limit" => "How many at most",
        "before" => "Only what is before this number",
        "cursor" => "next_cursor of the page before",
        "message" => "What the change is for",
        "expected_revision" => "Refuse when the metadata is at another revision",
        "dry_run" => "Show what would happen, change nothing",
        "allow_data_loss" => "true, or names of what may be lost, separated by commas",
        _ => "",
    }
}

fn schema_of(name: &str) -> Json {
    match name {
        "limit" => json!({ "type": "integer", "minimum": 1 }),
        "before" | "expected_revision" => json!({ "type": "integer", "minimum": 0 }),
        "dry_run" => json!({ "type": "boolean", "default": false }),
        _ => json!({ "type": "string" }),
    }
}

fn body(method: &str, path: &str) -> Option<Json> {
    let text = || json!({ "type": "string" });
    let object = |required: &[&str], properties: Json| json!({ "type": "object", "required": required, "properties": properties, "additionalProperties": false });
    Some(match (method, path) {
        ("POST", "/auth/v1/login") => object(
            &["email", "password"],
            json!({ "email": { "type": "string", "format": "email" }, "password": { "type": "string", "format": "password" }, "tenant": text(), "totp": text() }),
        ),
        ("POST", "/auth/v1/two-factor") => {
            object(&["password"], json!({ "password": { "type": "string", "format": "password" } }))
        }
        ("POST", "/auth/v1/two-factor/confirm") => object(&["code"], json!({ "code": text() })),
        ("POST", "/auth/v1/two-factor/recovery-codes" | "/auth/v1/two-factor/disable") => object(
            &["password", "totp"],
            json!({ "password": { "type": "string", "format": "password" }, "totp": text() }),
        ),
        ("POST", "/auth/v1/password") => object(
            &["password", "new_password"],
            json!({ "password": { "type": "string", "format": "password" }, "new_password": { "type": "string", "format": "password" } }),
        ),
        ("POST", "/auth/v1/password/forgot") => {
            object(&["email"], json!({ "email": { "type": "string", "format": "email" }, "tenant": text() }))
        }
        ("POST", "/auth/v1/password/reset") => object(
            &["token", "password"],
            json!({ "token": text(), "password": { "type": "string", "format": "password" } }),
        ),
        ("POST", "/admin/v1/users/{id}/invite") => return None,
        ("POST", "/auth/v1/logout") | ("POST", "/metadata/v1/revisions/{number}/rollback") => return None,
        ("POST", "/auth/v1/api-keys") => object(
            &["name"],
            json!({ "name": text(), "scopes": { "type": "array", "items": text() }, "expires_at": { "type": "string", "format": "date-time" }, "rate_limit": { "type": "integer", "minimum": 1 }, "allowed_ips": { "type": "array", "items": text() }, "role": text() }),
        ),
        ("POST", "/api/v1/batch") => {
            let operation = object(
                &["op", "object"],
                json!({
                    "op": { "type": "string", "enum": ["create", "update", "upsert", "delete"] },
                    "object": text(), "id": text(), "data": { "type": "object" }, "by": text(),
                    "version": { "type": "integer" }, "ref": text(),
                }),
            );
            object(
                &["operations"],
                json!({ "operations": { "type": "array", "items": operation, "minItems": 1, "maxItems": 10_000 } }),
            )
        }
        ("GET" | "DELETE", _) => return None,
        _ => json!({ "type": "object" }),
    })
}

fn answered(operation: Operation, method: &str, path: &str) -> Operation {
    let data = json!({ "type": "object", "required": ["data"], "properties": { "data": {} } });
    let operation = match (method, path) {
        ("GET", "/metrics") => operation.answers_as(200, "The counts", "text/plain"),
        ("GET", "/api/v1/imports/{id}/rejects") => operation.answers_as(200, "The rows", "text/csv"),
        ("GET", "/docs" | "/docs/{file}") => operation.answers_as(200, "A page", "text/html"),
        ("GET", "/healthz" | "/readyz" | "/api/v1/openapi.json" | "/metadata/v1/schemas/{kind}") => {
            operation.answers(200, "The document", json!({ "type": "object" }))
        }
        ("POST", "/auth/v1/login") => operation.answers(200, "A session", json!({ "type": "object", "required": ["access_token", "token_type", "expires_in"], "properties": { "access_token": { "type": "string" }, "token_type": { "const": "Bearer" }, "expires_in": { "type": "integer" } } })),
        (
            "DELETE",
            "/auth/v1/sessions/{id}"
            | "/auth/v1/api-keys/{id}"
            | "/admin/v1/users/{id}/sessions"
            | "/admin/v1/users/{id}/two-factor",
        )
        | ("POST", "/auth/v1/logout" | "/auth/v1/password/reset") => operation.answers_nothing(204, "Done"),
        ("POST", "/auth/v1/api-keys") => operation.answers(201, "The key, shown this once", json!({ "type": "object", "required": ["id", "key", "prefix"], "properties": { "id": { "type": "string", "format": "uuid" }, "key": { "type": "string" }, "prefix": { "type": "string" } } })),
        ("POST", "/auth/v1/password/forgot" | "/admin/v1/users/{id}/invite") => {
            operation.answers(202, "It is on its way", data)
        }
        ("POST", "/auth/v1/two-factor") => operation.answers(201, "A secret, shown this once", data),
        ("POST", "/admin/v1/users") => operation.answers(201, "The person", data),
        ("DELETE", path) if path.starts_with("/scim/") => operation.answers_nothing(204, "Done"),
        (method, path) if path.starts_with("/scim/") => {
            let status = if method == "POST" { 201 } else { 200 };
            operation.answers(status, "The resource", json!({ "type": "object" }))
        }
        _ => operation.answers(200, "The answer", data),
    };
    match (method, path) {
        (_, "/healthz" | "/metrics" | "/docs" | "/docs/{file}") => operation.refuses(&[414, 431, 500]),
        (_, "/readyz") => operation.refuses(&[414, 431, 500, 503]),
        ("GET", _) => operation.refuses(&[400, 401, 403, 404, 414, 429, 431, 500, 503]),
        _ => operation.refuses(&[400, 401, 403, 404, 409, 413, 414, 415, 422, 429, 431, 500, 503]),
    }
}
