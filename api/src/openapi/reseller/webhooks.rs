//! Addresses that are told what happens to tenants, and what was sent to them.

use serde_json::{Value as Json, json};
use tenancy::webhooks::KINDS;

use super::super::auth::limit;
use super::super::operation::Operation;
use super::super::shape::{
    count, data, id, list, nullable, one_of, page, reference, shown, taken, text, time, word,
};

/// One address, as it is answered.
pub(super) fn webhook() -> Json {
    shown(json!({
        "id": id(), "url": text(), "events": nullable(list(one_of(&KINDS))), "created_at": time(),
        "previous_secret_until": nullable(time()),
    }))
}

/// One event on its way there.
pub(super) fn delivery() -> Json {
    shown(json!({
        "id": id(), "webhook_id": id(), "event_id": id(), "type": text(), "status": status(), "attempts": count(),
        "response_status": nullable(count()), "response": nullable(text()), "error": nullable(text()), "body": text(),
        "created_at": time(), "last_at": nullable(time()),
    }))
}

fn status() -> Json {
    one_of(&["waiting", "delivered", "dead"])
}

/// The same with its secret, which is told once.
fn with_secret() -> Json {
    let mut schema = webhook();
    schema["properties"]["secret"] = text();
    schema
}

pub(super) fn operation(method: &str, rest: &str, operation: Operation) -> Operation {
    let one = || data(reference("Webhook"));
    let sent = || data(reference("Delivery"));
    let wish = || json!({ "url": word(), "events": nullable(list(one_of(&KINDS))) });
    let example = json!({ "url": "https://shop.example.com/trellis", "events": ["tenant.created", "tenant.plan_changed"] });
    match (method, rest) {
        ("GET", "webhooks") => operation
            .says("Addresses that are told what happens to the reseller's tenants")
            .answers(200, "The addresses, the oldest first", data(list(reference("Webhook")))),
        ("POST", "webhooks") => operation
            .says("A new address, with the secret that signs what is sent there")
            .body(taken(&["url"], wish()))
            .example(example)
            .answers(201, "The address, with its secret", data(with_secret())),
        ("GET", "webhooks/{id}") => operation.says("One of them").answers(200, "The address", one()),
        ("PATCH", _) => operation
            .says("Changes its address, or of what it is told")
            .body(taken(&[], wish()))
            .example(example)
            .answers(200, "The address", one()),
        ("DELETE", _) => {
            operation.says("Takes it away with what was to be sent there").answers_nothing(204, "It is gone")
        }
        (_, "webhooks/{id}/rotate-secret") => operation
            .says("A new secret; for a day the one before signs too")
            .optional_body(taken(&[], json!({})))
            .answers(200, "The address, with its secret", data(with_secret())),
        (_, "webhooks/{id}/ping") => operation
            .says("Sends something that did not happen, to try the address")
            .optional_body(taken(&[], json!({})))
            .answers(202, "What is to be sent", sent()),
        (_, "webhooks/{id}/deliveries") => operation
            .says("What was sent there, or is to be; the newest first")
            .query("status", "Those with it alone", status())
            .query("limit", "How many at most", limit(200))
            .query("cursor", "next_cursor of the page before", text())
            .answers(200, "A page of it", page(reference("Delivery"))),
        ("GET", _) => operation.says("One of these, with what is sent").answers(200, "The delivery", sent()),
        _ => operation
            .says("Sends one again, with all its tries anew")
            .optional_body(taken(&[], json!({})))
            .answers(202, "What is to be sent", sent()),
    }
}
