//! Passwords: changed by their owner, set by the holder of a mailed link; and the mails.

use std::sync::Arc;

use http::StatusCode;
use identity::Secret;
use permissions::ADMINISTRATOR;
use serde_json::json;
use uuid::Uuid;

use super::session;
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// Changes the caller's own; other sessions end.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let [current, new] = ["password", "new_password"].map(|key| Secret::new(form.required_text(key)));
    form.finish()?;
    let origin = call.asked.origin();
    let session = call.identity().change_password(&call.caller, (&current, &new), &origin).await?;
    Ok(session::with_cookie(&call.asked, answer::data(&session::token(&session)), &session))
}

/// Mails a link, if there is such a user. The answer is the same and as quick in any case.
pub(crate) async fn forgot(asked: Arc<Asked>) -> Outcome {
    asked.plain()?;
    let mut form = Form::new(asked.json()?)?;
    let (email, tenant) = (form.required_text("email"), form.text("tenant"));
    form.finish()?;
    match session::find_tenant(&asked, tenant.as_deref()).await {
        // Of one that is suspended nothing is told either.
        Err(tenancy::Error::NotFound) | Ok((_, true)) => {}
        found => asked.identity(None).forgot_password(&found?.0, &email),
    }
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": {} })))
}

/// Sets a password by a link, which is used up.
pub(crate) async fn reset(asked: Arc<Asked>) -> Outcome {
    asked.plain()?;
    let mut form = Form::new(asked.json()?)?;
    let [token, password] = ["token", "password"].map(|key| Secret::new(form.required_text(key)));
    form.finish()?;
    asked.identity(None).redeem_link(&token, &password).await?;
    Ok(answer::no_content())
}

/// Mails somebody a link to a password of their own.
pub(crate) async fn invite(call: Call) -> Outcome {
    call.asked.plain()?;
    let expires_at = call.identity().invite(&call.caller.tenant, call.id()?).await?;
    Ok(answer::document(StatusCode::ACCEPTED, &json!({ "data": { "expires_at": expires_at } })))
}

/// Mails on their way out, and those that nobody carries.
pub(crate) async fn outbox(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let limit = params.limit(1000);
    let before: Option<Uuid> =
        params.typed("cursor", "next_cursor of the page before", |text| text.parse().ok());
    params.finish()?;
    let (mut posted, next) = call.identity().outbox(&call.caller.tenant, (limit, before)).await?;
    // A text may hold a link to anybody's account: keys, and whoever rules less than everything, see that it is there.
    let roles = call.context.snapshot.policies.roles_of(&call.context.actor);
    if call.caller.session.is_none() || !roles.contains(ADMINISTRATOR) {
        posted.iter_mut().for_each(|mail| mail.text = None);
    }
    let pagination = json!({ "limit": limit, "next_cursor": next, "has_more": next.is_some() });
    Ok(answer::document(StatusCode::OK, &json!({ "data": posted, "pagination": pagination })))
}
