//! Copies of tenants to try things in.

use serde_json::{Value as Json, json};

use super::operation::Operation;
use super::shape::{
    count, data, flag, id, list, nullable, one_of, password, reference, shown, taken, text, time, whole, word,
};

/// One copy, as it is answered.
pub(super) fn schema() -> Json {
    shown(json!({
        "id": id(), "source": shown(json!({ "id": id(), "slug": text() })),
        "tenant": shown(json!({ "id": id(), "slug": text(), "name": text(), "status": nullable(super::reseller::status()), "login_url": nullable(text()) })),
        "scope": scope(), "records": nullable(count()),
        "mask_emails": flag(), "asked_by": one_of(&["reseller", "operator", "tenant"]),
        "status": one_of(&["queued", "running", "done", "failed"]), "step": nullable(text()), "rows": nullable(count()),
        "error": nullable(text()), "asked_at": time(), "finished_at": nullable(time()),
    }))
}

fn scope() -> Json {
    one_of(&["metadata", "sample", "full"])
}

fn wish() -> Json {
    json!({
        "slug": word(), "name": text(), "scope": scope(), "records": whole(1, 10_000), "mask_emails": flag(),
    })
}

/// By the tenant's own people.
pub(super) fn own(method: &str, rest: &str, operation: Operation) -> Operation {
    match (method, rest) {
        ("POST", _) => asked(operation.body(taken(&["slug"], wish()))),
        (_, "sandboxes") => operation
            .says("Copies of this tenant to try things in, the newest first")
            .query("limit", "How many at most", whole(1, 200))
            .answers(200, "The copies", data(list(reference("Clone")))),
        _ => operation.says("How far a copy is").answers(200, "The copy", data(reference("Clone"))),
    }
}

/// By who sells it.
pub(super) fn sold(operation: Operation) -> Operation {
    let mut wish = wish();
    wish["passwords"] = one_of(&["none", "administrators", "all"]);
    let admin = json!({ "email": text(), "name": text(), "password": password() });
    wish["admin"] = taken(&["email", "password"], admin);
    asked(operation.body(taken(&["slug"], wish)))
}

fn asked(operation: Operation) -> Operation {
    operation
        .says("Asks for a copy to try things in, which is made by a job")
        .example(json!({ "slug": "tidewater-try", "scope": "sample", "records": 50 }))
        .answers(202, "The copy as it waits", data(reference("Clone")))
}
