//! `/auth/v1/two-factor`: the caller's second factor, set up and taken away by themselves; and by an administrator for
//! somebody whose device is lost.

use http::StatusCode;
use identity::Secret;
use serde_json::{Value as Json, json};

use super::session;
use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// How far the caller is.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.identity().two_factor(&call.caller).await?)))
}

/// Makes a secret that waits for its first code.
pub(crate) async fn begin(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let password = form.text("password").map(Secret::new);
    form.finish()?;
    let origin = call.asked.origin();
    let made = call.identity().begin_two_factor(&call.caller, password.as_ref(), &origin).await?;
    let body = json!({ "data": { "secret": made.secret.expose(), "otpauth_url": made.url.expose() } });
    Ok(answer::document(StatusCode::CREATED, &body))
}

/// Takes the first code; from then on each sign-in needs one.
pub(crate) async fn confirm(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let code = form.required_text("code");
    form.finish()?;
    let done = call.identity().confirm_two_factor(&call.caller, &code).await?;
    let mut body = session::token(&done.session);
    body["recovery_codes"] = exposed(&done.recovery_codes);
    Ok(session::with_cookie(&call.asked, answer::data(&body), &done.session))
}

/// A new set of recovery codes.
pub(crate) async fn recovery_codes(call: Call) -> Outcome {
    call.asked.plain()?;
    let (password, code) = proofs(&call)?;
    let codes = call
        .identity()
        .renew_recovery_codes(&call.caller, (password.as_ref(), &code), &call.asked.origin())
        .await?;
    Ok(answer::data(&json!({ "recovery_codes": exposed(&codes) })))
}

/// Takes it away.
pub(crate) async fn disable(call: Call) -> Outcome {
    call.asked.plain()?;
    let (password, code) = proofs(&call)?;
    let session = call
        .identity()
        .disable_two_factor(&call.caller, (password.as_ref(), &code), &call.asked.origin())
        .await?;
    Ok(session::with_cookie(&call.asked, answer::data(&session::token(&session)), &session))
}

/// Takes somebody else's away.
pub(crate) async fn reset(call: Call) -> Outcome {
    call.asked.plain()?;
    call.identity().reset_two_factor_as(&call.caller, call.id()?).await?;
    Ok(answer::no_content())
}

/// Who came by a provider this moment may have no password.
fn proofs(call: &Call) -> Result<(Option<Secret>, String), crate::problem::Problem> {
    let mut form = Form::new(call.asked.json()?)?;
    let (password, code) = (form.text("password").map(Secret::new), form.required_text("totp"));
    form.finish()?;
    Ok((password, code))
}

fn exposed(codes: &[Secret]) -> Json {
    codes.iter().map(Secret::expose).collect()
}
