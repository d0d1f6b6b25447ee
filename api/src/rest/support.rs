//! `/admin/v1/support-access`: whether the tenant's reseller may sign in; and `/auth/v1/support`, by which somebody there
//! does. A browser comes by that address, so what goes wrong is told on the page on which one signs in.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::{HeaderValue, StatusCode, header};
use identity::{LoginError, Secret, Support};
use serde_json::{Value as Json, json};
use tenancy::support::{Access, MOST_HOURS};
use tenancy::{Consent, SupportWish};
use uuid::Uuid;

use super::resellers::time;
use super::{providers, session};
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// How long somebody is let in for when that is not said.
const HOURS: i64 = 24;
/// The role that somebody gets when that is not said.
const ROLE: &str = "user";
/// Longest reason, in characters.
pub(super) const MOST_REASON: usize = 500;

/// Who may be let in and who asks for it, and the consents that there were, the newest first.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    let (tenants, tenant, now) = (&call.asked.app.tenants, call.caller.tenant.id, call.identity().now());
    let consents = tenants.list_support(tenant).await?;
    let consents: Json = consents.iter().map(|consent| told(consent, now)).collect();
    let reseller = tenants.reseller_of(tenant).await?;
    let asked = tenants.find_support_request(tenant, now).await?.map(|asked| {
        json!({
            "id": asked.id, "name": asked.name, "email": asked.email, "reason": asked.reason, "asked_at": time(asked.asked_at),
        })
    });
    Ok(answer::data(&json!({ "reseller": reseller, "asked": asked, "consents": consents })))
}

/// Lets the reseller in.
pub(crate) async fn grant(call: Call) -> Outcome {
    call.asked.plain()?;
    let wish = read(call.asked.json()?)?;
    let identity = call.identity();
    identity.check_support_roles(&call.caller, &wish.roles).await?;
    let now = identity.now();
    let consent = call.asked.app.tenants.grant_support(&call.context, wish, now).await?;
    let mut response = answer::document(StatusCode::CREATED, &json!({ "data": told(&consent, now) }));
    if let Ok(place) = HeaderValue::try_from(format!("/admin/v1/support-access/{}", consent.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Lets it in no more, whoever is in is out; or says no to who asks.
pub(crate) async fn end(call: Call) -> Outcome {
    call.asked.plain()?;
    let id = Uuid::parse_str(call.asked.part("id")).map_err(|_| Problem::not_found())?;
    let tenants = &call.asked.app.tenants;
    let ended = match tenants.end_support(&call.context, id, call.identity().now()).await {
        Err(tenancy::Error::NotFound) => tenants.decline_support(&call.caller.tenant, id).await,
        ended => ended,
    };
    match ended {
        Err(tenancy::Error::NotFound) => Err(Problem::not_found()),
        ended => {
            ended?;
            Ok(answer::no_content())
        }
    }
}

fn read(bytes: &[u8]) -> Result<SupportWish, Problem> {
    let mut form = Form::new(bytes)?;
    let hours = form.integer("hours").unwrap_or(HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        form.problem("hours", "out-of-range", format!("expected 1 to {MOST_HOURS} hours"));
    }
    let mut roles = form.texts("roles").unwrap_or_else(|| vec![ROLE.to_owned()]);
    roles.dedup();
    if roles.is_empty() {
        form.problem("roles", "required", "name at least one role");
    }
    let access = form.typed("access", "read or write", |value| Access::parse(value.as_str()?));
    let reason = form.text("reason").map(|reason| reason.trim().to_owned()).filter(|text| !text.is_empty());
    if let Some(reason) = &reason {
        check_length(&mut form, ("reason", reason), MOST_REASON);
    }
    form.finish()?;
    Ok(SupportWish { hours, roles, access: access.unwrap_or(Access::Read), reason })
}

/// Notes a text that is too long, or does not stand on its line.
pub(super) fn check_length(form: &mut Form, (key, text): (&str, &str), most: usize) {
    if text.chars().count() > most || text.chars().any(char::is_control) {
        form.problem(key, "too-long", format!("expected at most {most} characters on one line"));
    }
}

fn told(consent: &Consent, now: DateTime<Utc>) -> Json {
    let (id, name) = &consent.granted_by;
    json!({
        "id": consent.id, "reseller": consent.reseller_name, "granted_by": { "id": id, "name": name },
        "granted_at": time(consent.granted_at), "until": time(consent.until), "ended_at": consent.ended_at.map(time),
        "open": consent.is_open(now), "roles": consent.roles, "access": consent.access.word(), "reason": consent.reason,
    })
}

/// What somebody at the reseller is told of their own session.
pub(super) fn shown(support: &Support) -> Json {
    json!({
        "until": time(support.until), "reseller": &*support.reseller, "by": &*support.by,
        "access": if support.writes { Access::Write } else { Access::Read }.word(),
    })
}

/// Opens the session of whoever follows a link, and leads into the tenant.
pub(crate) async fn enter(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let token = Secret::new(params.text("token").unwrap_or_default());
    params.finish()?;
    let (identity, origin) = (asked.identity(None), asked.origin());
    let errand = match identity.take_support_link(&token, &origin).await {
        Err(error) => return refused(&asked, error),
        Ok(errand) => errand,
    };
    let details = json!({
        "id": errand.consent, "email": errand.email, "name": errand.name, "reason": errand.reason,
        "ip": origin.ip.map(|ip| ip.to_string()),
    });
    asked.app.tenants.note_support(errand.tenant.id, details).await?;
    match identity.open_support(&errand, &origin).await {
        Err(error) => refused(&asked, error),
        Ok(opened) => {
            session::end_former(&asked).await;
            Ok(session::with_cookie(&asked, providers::see("/"), &opened))
        }
    }
}

fn refused(asked: &Asked, error: LoginError) -> Outcome {
    match error {
        LoginError::Address => Ok(providers::back(asked, "support-address", None)),
        LoginError::Failed(error) => Err(error.into()),
        _ => Ok(providers::back(asked, "support-over", None)),
    }
}
