//! The end of tenants, and what happened to them.

use serde_json::{Value as Json, json};

use super::super::auth::limit;
use super::super::operation::Operation;
use super::super::shape::{anything, data, flag, id, nullable, one_of, page, reference, shown, text, time};

/// What a deleted tenant leaves behind.
pub(super) fn schema() -> Json {
    shown(json!({
        "id": id(), "tenant_id": id(), "deleted_at": time(), "statement": text(), "key": nullable(text()),
        "signature": nullable(text()), "sound": flag(),
    }))
}

fn paged(operation: Operation) -> Operation {
    let operation = operation.query("limit", "How many at most", limit(1000));
    operation.query("cursor", "next_cursor of the page before", text())
}

pub(super) fn events(operation: Operation) -> Operation {
    let event = json!({
        "id": id(), "tenant_id": nullable(id()), "slug": nullable(text()), "at": time(), "actor": one_of(&["reseller", "operator", "tenant", "trellis"]),
        "action": text(), "details": anything(),
    });
    let says = "What happened to the reseller's tenants, those that are gone among them, and to its webhooks and commission, which are no tenant's; the newest first";
    paged(operation.says(says)).answers(200, "A page of it", page(shown(event)))
}

pub(super) fn certificates(operation: Operation) -> Operation {
    let says = "What deleted tenants have left behind, the newest first";
    paged(operation.says(says)).answers(200, "A page of them", page(reference("Certificate")))
}

pub(super) fn clones(operation: Operation) -> Operation {
    let says = "Copies of tenants that were asked for, the newest first";
    paged(operation.says(says)).answers(200, "A page of them", page(reference("Clone")))
}

pub(super) fn certificate(operation: Operation) -> Operation {
    let says = "A certificate of deletion, by its id or that of the tenant";
    operation.says(says).answers(200, "The certificate", data(reference("Certificate")))
}
