//! The end of a reseller's tenants: scheduled, taken back, done, and shown for; and what happened to all of them.

use chrono::TimeDelta;
use http::StatusCode;
use serde_json::{Value as Json, json};
use tenancy::events::Happened;
use tenancy::{By, Certificate};
use uuid::Uuid;

use super::{MOST, ResellerCall, time, whole};
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Shuts it, and lets it go for good when its time is over; at once when that is said.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let permanent = params.flag("permanent");
    params.finish()?;
    let listed = call.tenant().await?;
    if permanent {
        return gone(call.tenants().delete_found(&listed.tenant, By::Reseller).await);
    }
    let listed = whole(listed)?;
    let wait = TimeDelta::days(i64::from(call.asked.app.settings.deletion_wait));
    call.tenants().schedule_deletion(&listed.tenant, By::Reseller, wait).await?;
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": call.description().await? })))
}

fn gone(done: tenancy::Result<Certificate>) -> Outcome {
    match done {
        // Somebody was faster.
        Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
        done => {
            done?;
            Ok(answer::no_content())
        }
    }
}

/// Brings it back while it waits.
pub(crate) async fn restore(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Form::optional(call.asked.optional_json()?)?.finish()?;
    let listed = whole(call.tenant().await?)?;
    call.tenants().restore(&listed.tenant, By::Reseller).await?;
    call.told().await
}

/// What happened to the reseller's tenants, those that are gone among them; the newest first.
pub(crate) async fn events(call: ResellerCall) -> Outcome {
    let (before, limit) = page(&call)?;
    let found = call.tenants().list_events(call.reseller, (before, limit + 1)).await?;
    let told = |one: &Happened| {
        json!({
            "id": one.id, "tenant_id": one.tenant, "slug": one.slug, "at": time(one.at), "actor": one.actor,
            "action": one.action, "details": one.details,
        })
    };
    Ok(paged(&found, limit, (|one| one.id, told)))
}

/// Certificates of tenants that are gone, the newest first.
pub(crate) async fn certificates(call: ResellerCall) -> Outcome {
    let (before, limit) = page(&call)?;
    let found = call.tenants().list_certificates(call.reseller, (before, limit + 1)).await?;
    Ok(paged(&found, limit, (|one| one.id, told)))
}

/// One of them, by its own id or that of the tenant.
pub(crate) async fn certificate(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let id = Uuid::parse_str(call.asked.part("id")).map_err(|_| Problem::not_found())?;
    let found = call.tenants().find_certificate(id).await?;
    let own = found.filter(|one| one.reseller == Some(call.reseller)).ok_or_else(Problem::not_found)?;
    Ok(answer::data(&told(&own)))
}

fn told(one: &Certificate) -> Json {
    let (key, signature) = one.signed.clone().unzip();
    json!({
        "id": one.id, "tenant_id": one.tenant, "deleted_at": time(one.deleted_at), "statement": one.statement,
        "key": key, "signature": signature, "sound": one.is_sound(),
    })
}

/// Where a page begins, and how much it has.
pub(super) fn page(call: &ResellerCall) -> Result<(Option<Uuid>, u32), Problem> {
    page_of(Params::new(call.asked.pairs()?), MOST)
}

/// The same when other parameters were read before.
pub(super) fn page_of(mut params: Params, most: u32) -> Result<(Option<Uuid>, u32), Problem> {
    let limit = params.limit(most);
    let before = params.typed("cursor", "the next_cursor of a page", |text| Uuid::parse_str(text).ok());
    params.finish()?;
    Ok((before, limit))
}

/// A page of what was found; one more than it has tells whether there is more.
pub(super) fn paged<T>(
    found: &[T],
    limit: u32,
    (id, told): (fn(&T) -> Uuid, impl Fn(&T) -> Json),
) -> axum::response::Response {
    let shown = &found[..found.len().min(limit as usize)];
    let more = found.len() > shown.len();
    let next = shown.last().filter(|_| more).map(id);
    let data: Json = shown.iter().map(told).collect();
    let pagination = json!({ "limit": limit, "next_cursor": next, "has_more": more });
    answer::document(StatusCode::OK, &json!({ "data": data, "pagination": pagination }))
}
