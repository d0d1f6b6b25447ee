//! Signing in to a tenant that lets its reseller in, and asking it to.

use http::StatusCode;
use identity::SupportLink;
use serde_json::{Value as Json, json};
use tenancy::{Consent, Status, SupportRequest};
use uuid::Uuid;

use super::{ResellerCall, place, time, whole};
use crate::answer;
use crate::body::form::Form;
use crate::problem::{Code, Problem};
use crate::rest::support::{MOST_REASON, check_length};
use crate::routes::Outcome;

/// Longest name, in characters.
const MOST_NAME: usize = 200;

/// A link by which one person comes in once, within a minute.
pub(crate) async fn sign_in(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let listed = whole(call.tenant().await?)?;
    let link = read(call.asked.json()?)?;
    if listed.status != Status::Active {
        let text = "nobody signs in to a tenant that is shut";
        return Err(Problem::new(Code::Suspended, text));
    }
    let (identity, tenant) = (call.asked.identity(None), &listed.tenant);
    let consent = call.tenants().require_support(tenant.id, identity.now()).await?;
    let (token, expires_at) = identity.make_support_link(consent.id, &link).await?;
    let data = json!({
        "url": place::support_url(&call.asked, &tenant.slug, &token), "expires_at": time(expires_at),
        "support": told(&consent),
    });
    Ok(answer::document(StatusCode::CREATED, &json!({ "data": data })))
}

/// Asks the tenant's own people to allow it.
pub(crate) async fn request(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let listed = whole(call.tenant().await?)?;
    let SupportLink { email, name, reason } = read(call.asked.json()?)?;
    let asked_at = call.asked.identity(None).now();
    let request = SupportRequest { id: Uuid::now_v7(), email, name, reason, asked_at };
    call.tenants().ask_support(&listed, &request).await?;
    let data = json!({ "id": request.id, "asked_at": time(asked_at) });
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": data })))
}

fn read(bytes: &[u8]) -> Result<SupportLink, Problem> {
    let mut form = Form::new(bytes)?;
    let email = form.required_word("email");
    let name = form.required_word("name");
    let reason = form.required_word("reason");
    // What is missing is told already.
    let wrong = identity::users::check_first(&email, &name, None).into_iter();
    form.note(wrong.filter(|problem| problem.path == "email" && !email.trim().is_empty()));
    check_length(&mut form, ("name", &name), MOST_NAME);
    check_length(&mut form, ("reason", &reason), MOST_REASON);
    form.finish()?;
    let trimmed = |text: String| text.trim().to_owned();
    Ok(SupportLink { email: trimmed(email).to_lowercase(), name: trimmed(name), reason: trimmed(reason) })
}

/// What a tenant lets its reseller do.
pub(super) fn told(consent: &Consent) -> Json {
    json!({ "until": time(consent.until), "access": consent.access.word(), "roles": consent.roles, "reason": consent.reason })
}
