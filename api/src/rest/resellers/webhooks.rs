//! Addresses that are told what happens to a reseller's tenants, and what was sent to them.

use http::StatusCode;
use identity::Outside;
use metadata::Problem as Detail;
use serde_json::{Value as Json, json};
use tenancy::webhooks::{Delivery, KINDS, Webhook};

use super::{ResellerCall, ends, time};
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Most deliveries of one page.
const MOST: u32 = 200;

/// All of them, the oldest first.
pub(crate) async fn list(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let found = call.tenants().list_webhooks(call.reseller).await?;
    Ok(answer::data(&found.iter().map(told).collect::<Json>()))
}

/// A new one, with its secret.
pub(crate) async fn create(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let url = form.required_word("url");
    check_url(&call, &mut form, &url);
    let events = events(&mut form).unwrap_or_default();
    form.finish()?;
    let (webhook, secret) = call.tenants().create_webhook(call.reseller, (url, events)).await?;
    let mut data = told(&webhook);
    data["secret"] = json!(secret);
    Ok(answer::document(StatusCode::CREATED, &json!({ "data": data })))
}

/// One of them.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&told(&call.webhook().await?)))
}

/// Changes its address, or of what it is told.
pub(crate) async fn update(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let webhook = call.webhook().await?;
    let mut form = Form::new(call.asked.json()?)?;
    let url = form.has("url").then(|| form.required_word("url"));
    if let Some(url) = &url {
        check_url(&call, &mut form, url);
    }
    let events = events(&mut form);
    form.finish()?;
    let named = (url.as_deref(), events.as_ref().map(Option::as_deref));
    Ok(answer::data(&told(&found(call.tenants().update_webhook(&webhook, named).await)?)))
}

/// Takes it away.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let webhook = call.webhook().await?;
    call.tenants().delete_webhook(&webhook).await?;
    Ok(answer::no_content())
}

/// A new secret.
pub(crate) async fn rotate(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let secret = call.tenants().rotate_secret(&call.webhook().await?).await?;
    let mut data = told(&call.webhook().await?);
    data["secret"] = json!(secret);
    Ok(answer::data(&data))
}

/// Sends something that did not happen.
pub(crate) async fn ping(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let delivery = call.tenants().ping_webhook(&call.webhook().await?).await?;
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": sent(&delivery) })))
}

/// What was sent to it, or is to be.
pub(crate) async fn deliveries(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let status = params.typed("status", "waiting, delivered or dead", |word| {
        ["waiting", "delivered", "dead"].contains(&word).then(|| word.to_owned())
    });
    let (before, limit) = ends::page_of(params, MOST)?;
    let webhook = call.webhook().await?;
    let page = (before, limit + 1);
    let found = call.tenants().list_deliveries(&webhook, status.as_deref(), page).await?;
    Ok(ends::paged(&found, limit, (|delivery| delivery.id, sent)))
}

/// One of these, with what is sent.
pub(crate) async fn delivery(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&sent(&call.delivery().await?)))
}

/// Sends one again.
pub(crate) async fn replay(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let delivery = call.tenants().replay(&call.delivery().await?).await?;
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": sent(&delivery) })))
}

impl ResellerCall {
    /// The webhook that the path names.
    async fn webhook(&self) -> Result<Webhook, Problem> {
        let id = self.asked.part("id").parse().map_err(|_| Problem::not_found())?;
        found(self.tenants().find_webhook(self.reseller, id).await)
    }

    /// The delivery that the path names.
    async fn delivery(&self) -> Result<Delivery, Problem> {
        let id = self.asked.part("id").parse().map_err(|_| Problem::not_found())?;
        found(self.tenants().find_delivery(self.reseller, id).await)
    }
}

fn found<T>(found: tenancy::Result<T>) -> Result<T, Problem> {
    match found {
        Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
        found => Ok(found?),
    }
}

/// Notes an address that nothing could be sent to; whither its name leads is looked at with each delivery.
fn check_url(call: &ResellerCall, form: &mut Form, url: &str) {
    let outside = Outside::new(call.asked.app.settings.allow_private_targets);
    if let Err(error) = outside.address(url)
        && !url.trim().is_empty()
    {
        form.note([Detail::new("url", "invalid-target", error.to_string())].into_iter());
    }
}

/// Kinds of events; null is all of them, and `None` is that nothing was said.
fn events(form: &mut Form) -> Option<Option<Vec<String>>> {
    if !form.has("events") {
        return None;
    }
    let mut events = form.texts("events");
    for (n, event) in events.iter().flatten().enumerate() {
        if !KINDS.contains(&event.as_str()) {
            let text = format!("there is no such event; one of: {}", KINDS.join(", "));
            form.problem(format!("events.{n}"), "unknown-event", text);
        }
    }
    if let Some(events) = &mut events {
        events.sort();
        events.dedup();
    }
    Some(events)
}

fn told(webhook: &Webhook) -> Json {
    json!({
        "id": webhook.id, "url": webhook.url, "events": webhook.events, "created_at": time(webhook.created_at),
        "previous_secret_until": webhook.previous_until.map(time),
    })
}

fn sent(delivery: &Delivery) -> Json {
    json!({
        "id": delivery.id, "webhook_id": delivery.webhook, "event_id": delivery.event, "type": delivery.kind,
        "status": delivery.status, "attempts": delivery.attempts, "response_status": delivery.response_status,
        "response": delivery.response, "error": delivery.error, "body": delivery.body,
        "created_at": time(delivery.created_at), "last_at": delivery.last_at.map(time),
    })
}
