//! A tenant's consent that its reseller may sign in, and the sign-in.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::shape::{data, flag, id, list, nullable, one_of, reference, shown, taken, text, time, word};

fn access() -> Json {
    one_of(&["read", "write"])
}

/// What a tenant lets its reseller do.
pub(super) fn schema() -> Json {
    shown(json!({ "until": time(), "access": access(), "roles": list(text()), "reason": nullable(text()) }))
}

fn consent() -> Json {
    shown(json!({
        "id": id(), "reseller": text(), "granted_by": shown(json!({ "id": id(), "name": text() })), "granted_at": time(),
        "until": time(), "ended_at": nullable(time()), "open": flag(), "roles": list(text()), "access": access(),
        "reason": nullable(text()),
    }))
}

pub(super) fn own(method: &str, operation: Operation) -> Operation {
    let hours =
        json!({ "type": "integer", "minimum": 1, "maximum": tenancy::support::MOST_HOURS, "default": 24 });
    match method {
        "GET" => {
            operation.says("Whether the reseller may sign in, and the consents that there were").answers(
                200,
                "The reseller's name, what it asks, and the consents, the newest first",
                data(shown(json!({ "reseller": nullable(text()), "asked": nullable(asked()), "consents": list(consent()) }))),
            )
        }
        "POST" => operation
            .says("Lets the reseller sign in for some hours")
            .body(taken(
                &[],
                json!({ "hours": hours, "roles": list(text()), "access": access(), "reason": text() }),
            ))
            .example(json!({ "hours": 4, "roles": ["user"], "access": "read", "reason": "A list is empty" }))
            .answers(201, "The consent", data(consent()))
            .tells(201, "Location", "Where it is"),
        _ => operation
            .says("Ends a consent, and whoever is in by it is out at once on every node; or says no to what the reseller asks")
            .answers_nothing(204, "It is ended"),
    }
}

fn asked() -> Json {
    shown(json!({ "id": id(), "name": text(), "email": text(), "reason": text(), "asked_at": time() }))
}

/// Who somebody at the reseller is, and why they come.
fn who(operation: Operation) -> Operation {
    operation
        .body(taken(
            &["email", "name", "reason"],
            json!({ "email": word(), "name": word(), "reason": word() }),
        ))
        .example(json!({ "email": "sam@shop.example", "name": "Sam", "reason": "Ticket 4711" }))
}

pub(super) fn sign_in(operation: Operation) -> Operation {
    let link = json!({ "url": text(), "expires_at": time(), "support": reference("SupportAccess") });
    who(operation
        .says("A link by which one person of the reseller comes in once, while the tenant lets them"))
    .answers(201, "The link, which works for a minute", data(shown(link)))
}

pub(super) fn request(operation: Operation) -> Operation {
    let asked = json!({ "id": id(), "asked_at": time() });
    who(operation.says("Asks the tenant's own people to let the reseller in")).answers(
        202,
        "They see it, and answer or not",
        data(shown(asked)),
    )
}
