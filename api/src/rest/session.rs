//! `/auth/v1`: signing in and out, and who one is.

use std::sync::Arc;

use axum::response::Response;
use http::{StatusCode, header};
use identity::{Credential, NewSession, Secret};
use serde_json::{Value as Json, json};

use super::{rights, support};
use crate::asked::Asked;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;
use crate::{answer, credential};

/// Opens a session: the token in the body for programs, in a cookie for browsers.
pub(crate) async fn login(asked: Arc<Asked>) -> Outcome {
    asked.plain()?;
    let mut form = Form::new(asked.json()?)?;
    let (email, password) = (form.required_text("email"), Secret::new(form.required_text("password")));
    let tenant = form.text("tenant");
    let totp = form.text("totp");
    form.finish()?;
    let identity = asked.identity(None);
    let (tenant, is_suspended) = match find_tenant(&asked, tenant.as_deref()).await {
        Err(tenancy::Error::NotFound) => {
            return Err(identity.refuse_stranger(&password, asked.origin()).await.into());
        }
        found => found?,
    };
    let proofs = (&password, totp.as_deref());
    if is_suspended {
        return Err(identity.refuse_suspended(&tenant, &email, proofs, asked.origin()).await.into());
    }
    let session = identity.login_with_code(&tenant, &email, proofs, asked.origin()).await?;
    end_former(&asked).await;
    Ok(with_cookie(&asked, answer::document(StatusCode::OK, &token(&session)), &session))
}

/// The session whose cookie the browser has so far ends: its token is never taken over by a new sign-in, so nobody who
/// planted or knows it gets in with it.
pub(crate) async fn end_former(asked: &Asked) {
    let Ok(former @ Credential::Cookie(_)) = credential::of(&asked.head.headers) else { return };
    if let Ok(caller) = asked.app.identity.authenticate_fresh(former, asked.ip).await
        && let Err(error) = asked.identity(Some(caller.actor.user_id)).logout(&caller).await
    {
        tracing::warn!(%error, "a former session could not be ended");
    }
}

/// The tenant that a request without a credential is about, and whether it is suspended.
pub(crate) async fn find_tenant(
    asked: &Asked,
    named: Option<&str>,
) -> tenancy::Result<(engine::Tenant, bool)> {
    let host = asked.header(&header::HOST).or_else(|| asked.head.uri.host());
    asked.app.tenants.resolve_any(host, asked.app.settings.base_domain.as_deref(), named).await
}

/// What a program goes on with.
pub(crate) fn token(session: &NewSession) -> Json {
    json!({
        "access_token": session.token.expose(),
        "token_type": "Bearer",
        "expires_in": session.expires_in.as_secs(),
    })
}

/// The same for a browser.
pub(crate) fn with_cookie(asked: &Asked, mut response: Response, session: &NewSession) -> Response {
    if let Some(cookie) = credential::session_cookie(&session.token, session.expires_in, asked.is_https()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// Ends the session, at once on every node. Who came by a provider is told where one signs out there too.
pub(crate) async fn logout(call: Call) -> Outcome {
    call.asked.plain()?;
    call.identity().logout(&call.caller).await?;
    let provider = call.caller.session.as_ref().and_then(|session| session.provider);
    let parting = match provider {
        Some(provider) => call.identity().parting(&call.caller.tenant, provider).await,
        None => None,
    };
    let mut response = match parting {
        Some(url) => answer::data(&json!({ "sign_out_url": url })),
        None => answer::no_content(),
    };
    if let Some(cookie) = credential::no_cookie(call.asked.is_https()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Who the caller is and what they may do.
pub(crate) async fn me(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&describe(&call).await?))
}

/// The answer of `/auth/v1/me`.
pub(crate) async fn describe(call: &Call) -> Result<Json, Problem> {
    let (actor, tenant) = (&call.context.actor, &call.caller.tenant);
    let listed = call.asked.app.tenants.find_listed(tenant.id).await?;
    let (name, quiet) = listed.as_ref().map(|listed| (&listed.name, listed.quiet)).unzip();
    let sandbox = listed.as_ref().and_then(|listed| listed.sandbox.as_ref()).map(|sandbox| &sandbox.scope);
    Ok(json!({
        "user": { "id": actor.user_id, "name": actor.name, "email": call.caller.email.as_deref() },
        "tenant": { "id": tenant.id, "slug": tenant.slug, "name": name, "sandbox": sandbox, "quiet": quiet },
        "roles": actor.roles,
        "permissions": rights::summary(call),
        "must_set_up_two_factor": call.caller.must_enrol,
        "came_by_provider": call.caller.session.as_ref().is_some_and(|session| session.provider.is_some()),
        "support": call.caller.session.as_ref().and_then(|session| session.support.as_ref()).map(support::shown),
        "csrf_token": call.caller.session.as_ref().map(|session| session.csrf.expose()),
    }))
}
