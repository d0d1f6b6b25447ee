//! Tenants, for those who sell them. They show a reseller's key, which is no credential of any tenant.

mod ends;
mod layers;
mod webhooks;

use serde_json::{Value as Json, json};
use tenancy::Feature;

use super::auth::limit;
use super::operation::Operation;
use super::shape::{
    count, data, flag, id, list, nullable, one_of, page, password, reference, shown, taken, text, time, word,
};

/// How a tenant is.
pub(super) fn status() -> Json {
    one_of(&["creating", "active", "suspended", "pending_delete", "deleting"])
}

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let limits = json!({
        "requests_per_minute": nullable(count()), "requests_per_day": nullable(count()), "records": nullable(count()), "users": nullable(count()),
        "sandboxes": nullable(count()), "connections": nullable(count()), "storage_bytes": nullable(count()), "jobs": nullable(count()),
    });
    let tenant = json!({
        "id": id(), "slug": text(), "name": text(),
        "status": status(),
        "plan": nullable(text()), "limits": nullable(reference("Limits")), "features": nullable(reference("Features")), "created_at": time(), "suspended_at": nullable(time()), "delete_at": nullable(time()), "login_url": text(),
        "domains": list(text()),
        "sandbox": nullable(shown(json!({ "of": id(), "scope": text() }))), "quiet": flag(),
        "support": nullable(reference("SupportAccess")),
    });
    let schemas = vec![
        ("Limits", shown(limits)),
        ("Features", features(shown, flag)),
        (
            "Plan",
            shown(
                json!({ "name": text(), "label": text(), "limits": reference("Limits"), "features": nullable(list(text())) }),
            ),
        ),
        ("Tenant", shown(tenant)),
        ("Certificate", ends::schema()),
        ("Clone", super::clones::schema()),
        ("SupportAccess", super::support::schema()),
        ("Webhook", webhooks::webhook()),
        ("Delivery", webhooks::delivery()),
    ];
    schemas.into_iter().chain(layers::schemas()).collect()
}

/// What can be had or not, each with one of these.
fn features(of: fn(Json) -> Json, one: fn() -> Json) -> Json {
    of(Json::Object(Feature::ALL.iter().map(|feature| (feature.word().to_owned(), one())).collect()))
}

/// Any part of it.
fn patch(properties: Json) -> Json {
    taken(&[], properties)
}

/// What the tenant's own people are told of it.
pub(super) fn own_plan(operation: Operation) -> Operation {
    let plan = shown(json!({ "name": text(), "label": text() }));
    let answer = json!({
        "plan": nullable(plan), "limits": nullable(reference("Limits")), "features": reference("Features"),
        "now": shown(json!({ "records": count(), "users": count(), "bytes": count() })),
    });
    operation.says("What the tenant may use, and what it has").answers(200, "Its plan", data(shown(answer)))
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    let one = || data(reference("Tenant"));
    let rest = path.trim_start_matches("/reseller/v1/");
    if rest.starts_with("webhooks") || rest.starts_with("deliveries") {
        return webhooks::operation(method, rest, operation);
    }
    if rest.starts_with("layers") || rest.starts_with("packages") {
        return layers::operation(method, rest, operation);
    }
    if rest == "branding" {
        return branding(method, operation);
    }
    match (method, rest) {
        (_, "plans") => operation.says("What can be sold").answers(
            200,
            "The plans, the smallest first",
            data(list(reference("Plan"))),
        ),
        ("GET", "tenants") => operation
            .says("The reseller's tenants by slug")
            .query("limit", "How many at most", limit(1000))
            .query("cursor", "next_cursor of the page before", text())
            .answers(200, "A page of them", page(reference("Tenant"))),
        ("POST", "tenants") => create(operation),
        ("GET", "tenants/{id}") => operation.says("One of them").answers(200, "The tenant", one()),
        ("PATCH", _) => operation
            .says("Changes its name or plan, or whether it sends mails and does things by time")
            .body(taken(&[], json!({ "name": word(), "plan": text(), "quiet": flag(), "features": features(patch, || nullable(flag())) })))
            .example(json!({ "plan": "starter" }))
            .answers(200, "The tenant", one()),
        ("PUT", _) => operation
            .says("Gives it a host of its own")
            .optional_body(taken(&[], json!({})))
            .answers(200, "The tenant", one()),
        ("DELETE", "tenants/{id}/domains/{domain}") => {
            operation.says("Takes a host away from it").answers_nothing(204, "It is gone")
        }
        ("DELETE", _) => operation
            .says("Shuts it, and deletes it with everything in it when its time is over")
            .query("permanent", "At once, for good", flag())
            .answers(202, "The tenant, which waits", one())
            .answers_nothing(204, "It is gone"),
        ("POST", "tenants/{id}/clone") => super::clones::sold(operation),
        (_, "clones") => ends::clones(operation),
        (_, "clones/{id}") => {
            operation.says("How far a copy is").answers(200, "The copy", data(reference("Clone")))
        }
        (_, "commission") => commission(operation),
        (_, "usage") => report(operation),
        (_, "events") => ends::events(operation),
        (_, "certificates") => ends::certificates(operation),
        (_, "certificates/{id}") => ends::certificate(operation),
        ("POST", "tenants/{id}/restore") => operation
            .says("Brings it back while it waits to be deleted")
            .optional_body(taken(&[], json!({})))
            .answers(200, "The tenant", one()),
        ("POST", "tenants/{id}/suspend") => operation
            .says("Shuts it: all is kept, nobody gets in")
            .optional_body(taken(&[], json!({})))
            .answers(200, "The tenant", one()),
        ("POST", "tenants/{id}/sign-in") => super::support::sign_in(operation),
        ("POST", "tenants/{id}/support-requests") => super::support::request(operation),
        ("POST", _) => operation.says("Opens it again").optional_body(taken(&[], json!({}))).answers(
            200,
            "The tenant",
            one(),
        ),
        _ => usage(operation),
    }
}

fn branding(method: &str, operation: Operation) -> Operation {
    let told = || data(reference("Branding"));
    match method {
        "PUT" => operation
            .says("Sets what tenants look like where they say nothing themselves; what is not named is taken back")
            .body(taken(&[], super::auth::branding()))
            .example(json!({ "name": "Crm for all", "accent": "#0f766e" }))
            .answers(200, "What is set now", told()),
        "DELETE" => operation
            .says("Takes all of it back")
            .answers_nothing(204, "Tenants look as they say themselves, else as Trellis has it"),
        _ => operation
            .says("What tenants look like where they say nothing themselves")
            .answers(200, "What is set; null is as Trellis has it", told()),
    }
}

fn create(operation: Operation) -> Operation {
    let admin = taken(&["email", "name"], json!({ "email": text(), "name": text(), "password": password() }));
    let wish =
        json!({ "slug": word(), "name": word(), "plan": text(), "packages": list(text()), "admin": admin });
    let made = json!({ "id": id(), "slug": text(), "login_url": text(), "admin": shown(json!({ "email": text() })), "layers": list(reference("Layered")) });
    let parameters = json!({ "id": "$response.body#/data/id" });
    let link = |operation: &str| json!({ "operationId": operation, "parameters": parameters });
    operation
        .says("A new tenant, ready to sign in to")
        .shared(&["idempotency"])
        .body(taken(&["slug", "name", "packages", "admin"], wish))
        .example(json!({ "slug": "tidewater", "name": "Tidewater", "packages": ["deals"], "admin": { "email": "grace@example.com", "name": "Grace" } }))
        .answers(201, "The tenant; with the administrator's password if it was made up", data(shown(made)))
        .tells(201, "Location", "Where it is")
        .links(201, json!({ "show": link("get_reseller_v1_tenants_id"), "delete": link("delete_reseller_v1_tenants_id") }))
}

fn day() -> Json {
    json!({ "type": "string", "format": "date" })
}

fn report(operation: Operation) -> Operation {
    let line = json!({
        "tenant_id": id(), "slug": text(), "name": text(), "plan": nullable(text()), "status": text(), "days": count(),
        "requests": count(), "records": nullable(count()), "users": nullable(count()), "bytes": nullable(count()),
    });
    operation
        .says("What each tenant has used in a time")
        .query("from", "The first day; thirty days before the last when missing", day())
        .query("to", "The last day; today when missing", day())
        .answers(
            200,
            "A line for each",
            data(shown(json!({ "from": day(), "to": day(), "tenants": list(shown(line)) }))),
        )
}

fn commission(operation: Operation) -> Operation {
    let number = || json!({ "type": "number", "minimum": 0 });
    let line = json!({
        "tenant_id": id(), "slug": text(), "name": text(), "plan": nullable(text()), "part": number(), "price": nullable(number()),
        "amount": nullable(number()), "currency": nullable(text()), "commission_percent": number(), "commission": nullable(number()),
        "requests": nullable(count()), "users": nullable(count()), "records": nullable(count()), "bytes": nullable(count()),
    });
    let total = json!({ "currency": text(), "amount": number(), "commission": number() });
    let answer = json!({ "month": text(), "tenants": list(shown(line)), "totals": list(shown(total)) });
    operation
        .says("What the tenants cost in a month, plan by plan, and what the reseller gets of it")
        .query("month", "Such as 2026-03; this one when missing, as far as it is", text())
        .query("format", "A file in place of a document", one_of(&["json", "csv"]))
        .answers(200, "A line for each tenant and plan", data(shown(answer)))
        .also(200, "text/csv", text())
}

fn usage(operation: Operation) -> Operation {
    let used = json!({ "day": day(), "requests": count(), "records": nullable(count()), "users": nullable(count()), "bytes": nullable(count()) });
    let answer = json!({
        "plan": nullable(text()), "limits": nullable(reference("Limits")), "now": shown(json!({ "records": count(), "users": count(), "bytes": count() })),
        "from": day(), "to": day(), "days": list(shown(used)),
    });
    operation
        .says("What it has, and what it used day by day")
        .query("from", "The first day; thirty days before the last when missing", day())
        .query("to", "The last day; today when missing", day())
        .answers(200, "The usage", data(shown(answer)))
}
