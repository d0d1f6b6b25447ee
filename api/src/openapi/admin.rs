//! People, teams, settings, and what happened.

use serde_json::{Value as Json, json};

use super::auth::{attempts, limit};
use super::operation::Operation;
use super::shape::{
    anything, by_name, count, data, flag, id, list, nullable, one_of, page, password, reference, shown,
    taken, text, time, who,
};

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let person = json!({
        "id": id(), "name": text(), "email": text(), "active": flag(), "roles": list(text()),
        "permission_sets": nullable(list(text())), "teams": list(text()), "manager_id": nullable(id()),
        "title": nullable(text()), "time_zone": nullable(text()), "created_at": time(), "updated_at": time(), "version": count(),
    });
    let team = json!({ "id": id(), "name": text(), "label": text(), "members": list(id()), "queue": flag() });
    let entry = json!({
        "seq": count(), "at": time(), "actor": who(), "action": text(), "object": text(), "record_id": nullable(id()),
        "changes": by_name(anything()), "ip": nullable(text()), "user_agent": nullable(text()), "request_id": text(),
    });
    let mail = json!({
        "id": id(), "created_at": time(), "to": text(), "subject": text(), "state": text(), "attempts": count(),
        "sent_at": nullable(time()), "error": nullable(text()),
    });
    vec![
        ("Person", shown(person)),
        ("Team", shown(team)),
        ("AuditEntry", shown(entry)),
        ("Mail", shown(mail)),
        ("Share", share()),
        ("SecuritySettings", settings(shown)),
        ("SignInProvider", provider()),
    ]
}

/// A share of one record.
fn share() -> Json {
    let always = json!({
        "record_id": id(), "grantee_id": id(), "name": text(), "access": one_of(&["read", "edit"]),
        "expires_at": nullable(time()), "created_at": time(), "created_by": who(),
    });
    let mut share = shown(always);
    for (key, schema) in [("user_id", id()), ("team", text()), ("role", text())] {
        share["properties"][key] = schema;
    }
    share
}

/// The settings, section by section; `of` makes an object of properties.
fn settings(of: fn(Json) -> Json) -> Json {
    let number = || json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX });
    of(json!({
        "password": of(json!({ "sign_in": flag(), "min_length": number(), "forbid_common": flag(), "forbid_email": flag() })),
        "lockout": of(json!({
            "attempts": number(), "address_attempts": number(), "window_minutes": number(),
            "first_wait_seconds": number(), "longest_wait_seconds": number(),
        })),
        "sessions": of(json!({ "idle_minutes": number(), "absolute_hours": number() })),
        "two_factor": of(json!({ "required_roles": list(text()) })),
        "allowed_ips": list(text()),
        "rate_limits": of(json!({ "per_user_per_hour": nullable(number()), "per_address_per_hour": nullable(number()) })),
        "links": of(json!({ "invite_hours": number(), "reset_minutes": number() })),
    }))
}

/// What is said of a provider by which people sign in.
fn provider_wish() -> Json {
    let mapping = json!({ "type": "object", "additionalProperties": false, "required": ["group"],
        "properties": { "group": text(), "roles": list(text()), "teams": list(text()) } });
    json!({
        "label": text(), "issuer": text(), "client_id": text(), "scopes": list(text()), "groups_claim": nullable(text()),
        "mappings": list(mapping), "create_users": flag(), "default_role": nullable(text()), "email_domains": list(text()),
        "trust_email": flag(), "strong_acr": list(text()), "sign_out": flag(), "active": flag(),
    })
}

/// The same as it is shown: without its secret.
fn provider() -> Json {
    let mut shape = provider_wish();
    for (key, schema) in [
        ("name", text()),
        ("has_secret", flag()),
        ("redirect_uri", text()),
        ("created_at", time()),
        ("changed_at", time()),
    ] {
        shape[key] = schema;
    }
    shown(shape)
}

fn providers(method: &str, rest: &str, operation: Operation) -> Operation {
    let one = || data(reference("SignInProvider"));
    let wish = || {
        let mut wish = provider_wish();
        wish["client_secret"] = json!({ "type": ["string", "null"], "description": "Never shown again; null for a client without one" });
        wish
    };
    match (method, rest) {
        ("GET", "sign-in-providers") => operation
            .says("The providers by which people sign in")
            .answers(200, "All of them", data(list(reference("SignInProvider")))),
        ("POST", "sign-in-providers") => {
            let mut wish = wish();
            wish["name"] = text();
            operation
                .says("A new provider")
                .body(taken(&["name", "label", "issuer", "client_id"], wish))
                .example(json!({ "name": "acme", "label": "Acme", "issuer": "https://id.example.com", "client_id": "trellis" }))
                .answers(201, "The provider", one())
                .tells(201, "Location", "Where the provider is")
        }
        ("POST", _) => operation
            .says("Asks a provider what it says of itself")
            .body(taken(&["issuer"], json!({ "issuer": text() })))
            .example(json!({ "issuer": "https://id.example.com" }))
            .answers(200, "What is wrong, if anything is", data(shown(json!({
                "ok": flag(), "findings": list(text()), "authorization_endpoint": nullable(text()),
                "token_endpoint": nullable(text()), "end_session_endpoint": nullable(text()), "keys": count(),
            })))),
        ("GET", _) => operation.says("One of them").answers(200, "The provider", one()),
        ("PATCH", _) => operation
            .says("Changes what is named")
            .body(patch(wish()))
            .example(json!({ "label": "Acme" }))
            .answers(200, "The provider", one()),
        _ => operation
            .says("Takes one away; the sessions that came by it end")
            .answers_nothing(204, "It is gone"),
    }
}

/// The same as it is changed: any part of it.
fn patch(properties: Json) -> Json {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    let rest = path.trim_start_matches("/admin/v1/");
    match rest.split('/').next().unwrap_or_default() {
        "users" => users(method, rest, operation),
        "teams" => teams(method, rest, operation),
        "access" => access(rest, operation),
        "audit-log" => audit(rest, operation),
        "login-history" => attempts(operation.says("Who signed in, or tried to"), &["user_id", "email"]),
        "outbox" => operation
            .says("Mails on their way out")
            .query("limit", "How many at most", limit(1000))
            .query("cursor", "next_cursor of the page before", id())
            .answers(200, "A page of them, the newest first", page(reference("Mail"))),
        "record-shares" => operation.says("The newest shares of all records").answers(
            200,
            "The shares",
            data(list(reference("Share"))),
        ),
        "api-keys" => super::own::requests(operation),
        "branding" if method == "PATCH" => operation
            .says("Changes what is named; null takes it away")
            .body(patch(super::auth::branding()))
            .example(json!({ "name": "Acme", "accent": "#0f766e" }))
            .answers(200, "What is set now", data(reference("TenantBranding"))),
        "branding" => operation.says("What the tenant looks like: name, colour, logo").answers(
            200,
            "What it has set itself; what is null is as in `defaults`, which its reseller has set",
            data(reference("TenantBranding")),
        ),
        "plan" => super::reseller::own_plan(operation),
        "jobs" => super::jobs::operation(rest, operation),
        "sandboxes" => super::clones::own(method, rest, operation),
        "sign-in-providers" => providers(method, rest, operation),
        "support-access" => super::support::own(method, operation),
        "security-settings" if method == "PATCH" => operation
            .says("Changes what is named, section by section")
            .body(settings(patch))
            .example(json!({ "password": { "min_length": 12 } }))
            .answers(200, "What holds now", data(reference("SecuritySettings"))),
        "security-settings" => operation
            .says("Passwords, lock-out, sessions, second factor, addresses, limits")
            .answers(200, "What holds", data(reference("SecuritySettings"))),
        _ => operation,
    }
}

fn users(method: &str, rest: &str, operation: Operation) -> Operation {
    let wish = || {
        json!({
            "email": text(), "name": text(), "password": password(), "roles": list(text()), "permission_sets": list(text()),
            "teams": list(text()), "manager_id": id(), "title": text(), "time_zone": text(),
        })
    };
    let one = || data(reference("Person"));
    match (method, rest) {
        ("GET", "users") => operation
            .says("People by name")
            .query("limit", "How many at most", limit(1000))
            .query("cursor", "next_cursor of the page before", text())
            .answers(200, "A page of them", page(reference("Person"))),
        ("POST", "users") => operation
            .says("A new person")
            .body(taken(&["email", "name"], wish()))
            .example(json!({ "email": "grace@example.com", "name": "Grace", "roles": ["user"] }))
            .answers(201, "The person", one())
            .tells(201, "Location", "Where the person is")
            .links(201, links("admin_v1_users_id", &["get", "patch", "delete"])),
        ("GET", "users/{id}") => operation.says("One of them").answers(200, "The person", one()),
        ("PATCH", "users/{id}") => {
            let mut wish = wish();
            wish["active"] = flag();
            // Who changes their own address proves it with their password.
            wish["current_password"] = text();
            operation
                .says("Changes what is named")
                .body(taken(&[], wish))
                .example(json!({ "title": "Head of sales" }))
                .answers(200, "The person", one())
        }
        ("DELETE", "users/{id}") => operation
            .says("Ends somebody's work here: the record stays, sessions and keys end")
            .answers_nothing(204, "It is ended"),
        ("POST", _) => operation.says("Mails a link to a password of one's own").answers(
            202,
            "It is on its way",
            data(shown(json!({ "expires_at": time() }))),
        ),
        ("GET", _) => operation.says("Where somebody is signed in").answers(
            200,
            "Open sessions, the newest first",
            data(list(reference("OpenSession"))),
        ),
        (_, "users/{id}/sessions") => {
            operation.says("Closes all their sessions").answers_nothing(204, "They are closed")
        }
        (_, "users/{id}/provider-links") => operation
            .says("Forgets which accounts at providers are theirs")
            .answers_nothing(204, "They are forgotten"),
        _ => operation.says("Takes their second factor away").answers_nothing(204, "It is gone"),
    }
}

/// What can be done with what was made.
fn links(place: &str, methods: &[&str]) -> Json {
    let link = |method: &&str| {
        let name = match *method {
            "get" => "show",
            "patch" => "update",
            _ => "delete",
        };
        let parameters = json!({ "id": "$response.body#/data/id" });
        (name.to_owned(), json!({ "operationId": format!("{method}_{place}"), "parameters": parameters }))
    };
    Json::Object(methods.iter().map(link).collect())
}

fn teams(method: &str, rest: &str, operation: Operation) -> Operation {
    let wish = || json!({ "name": text(), "label": text(), "members": list(id()), "queue": flag() });
    let one = || data(reference("Team"));
    match (method, rest) {
        ("GET", "teams") => {
            operation.says("All teams by name").answers(200, "The teams", data(list(reference("Team"))))
        }
        ("POST", _) => operation
            .says("A new team")
            .body(taken(&["name"], wish()))
            .example(json!({ "name": "emea", "label": "EMEA", "members": [] }))
            .answers(201, "The team", one())
            .tells(201, "Location", "Where the team is")
            .links(201, links("admin_v1_teams_id", &["get", "patch", "delete"])),
        ("GET", _) => operation.says("One of them").answers(200, "The team", one()),
        ("PATCH", _) => operation
            .says("Changes what is named")
            .body(taken(&[], wish()))
            .example(json!({ "label": "Europe" }))
            .answers(200, "The team", one()),
        _ => operation.says("Ends one").answers_nothing(204, "It is ended"),
    }
}

fn access(rest: &str, operation: Operation) -> Operation {
    let action = || one_of(&permissions::Action::ALL.map(permissions::Action::word));
    match rest {
        "access/explain" => operation
            .says("Whether somebody may do something, and why")
            .needs("user", "Whose right is asked for", id())
            .needs("object", "The name of an object", text())
            .query("record", "One record; without it the object is meant", id())
            .query("action", "What is to be done; read when missing", action())
            .answers(200, "Allowed or not, with the whole chain of reasons", data(shown(json!({
                "allowed": flag(), "action": text(), "user": json!({ "type": "object" }), "object": json!({ "type": "object" }),
                "fields": shown(json!({ "hidden": list(text()), "partly": list(text()) })), "reasons": list(text()),
            })))),
        "access/who" => operation
            .says("Who may do something with a record, and by which ways")
            .needs("object", "The name of an object", text())
            .needs("record", "The record", id())
            .query("action", "What is to be done; read when missing", action())
            .query("limit", "How many people are looked at", limit(200))
            .query("cursor", "next_cursor of the page before", text())
            .answers(200, "People with their reasons", page(shown(json!({ "user": who(), "why": list(text()), "by": list(text()) })))),
        _ => operation
            .says("What would be given otherwise after a change of metadata, which is not made")
            .body(super::metadata::deployment())
            .example(json!({ "changes": [{ "kind": "permission-sets", "name": "forecasting", "definition": { "system": ["view_audit"] } }] }))
            .answers(200, "The differences", data(shown(json!({ "changes": list(json!({ "type": "object" })) })))),
    }
}

fn audit(rest: &str, operation: Operation) -> Operation {
    if rest == "audit-log/status" {
        let unsealed = shown(json!({ "count": count(), "oldest_at": nullable(time()) }));
        let status = json!({ "sealed": nullable(json!({ "type": "object" })), "unsealed": unsealed, "key": anything() });
        return operation.says("How far the chain of hashes is, and what waits to be sealed").answers(
            200,
            "The head of the chain",
            data(shown(status)),
        );
    }
    let words: Vec<&str> = engine::audit::list::words().collect();
    operation
        .says("All that happened in the tenant, the newest first")
        .query("object", "The name of an object, or the word for what is no record", text())
        .query("record_id", "Of one record", id())
        .query("user_id", "By one user", id())
        .query("action", "What was done", one_of(&words))
        .query("from", "At this time or later; a day is its beginning", moment())
        .query("to", "Before this time", moment())
        .query("limit", "How many at most", limit(1000))
        .query(
            "cursor",
            "next_cursor of the page before",
            json!({ "type": "string", "pattern": "^[1-9][0-9]{0,17}$" }),
        )
        .query("format", "A file in place of a page; the same by Accept", one_of(&["json", "csv", "ndjson"]))
        .answers(200, "A page of it, or all of it as a file", page(reference("AuditEntry")))
        .also(200, "text/csv", text())
        .also(200, "application/x-ndjson", text())
        .refuses(&[406])
}

/// A time, or a day.
fn moment() -> Json {
    json!({ "type": "string", "anyOf": [{ "format": "date-time" }, { "format": "date" }] })
}
