//! `/auth/v1/sessions`: where the caller is signed in.

use serde_json::{Value as Json, json};

use crate::answer;
use crate::call::Call;
use crate::routes::Outcome;

/// The caller's open sessions, the newest first.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    let current = call.caller.session.as_ref().map(|session| session.id);
    let open = call.identity().list_sessions(&call.caller.tenant, call.caller.actor.user_id).await?;
    let described = open.iter().map(|session| {
        let mut json = json!(session);
        json["current"] = (Some(session.id) == current).into();
        json
    });
    Ok(answer::data(&described.collect::<Json>()))
}

/// Closes one of them.
pub(crate) async fn revoke(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    call.identity().revoke_session(&call.caller.tenant, call.caller.actor.user_id, call.id()?).await?;
    Ok(answer::no_content())
}

/// Where somebody else is signed in.
pub(crate) async fn list_of(call: Call) -> Outcome {
    call.asked.plain()?;
    let user = call.identity().find_user(&call.caller.tenant, call.id()?).await?;
    user.ok_or_else(crate::problem::Problem::not_found)?;
    let open = call.identity().list_sessions(&call.caller.tenant, call.id()?).await?;
    Ok(answer::data(&json!(open)))
}

/// Closes all sessions of somebody else.
pub(crate) async fn revoke_of(call: Call) -> Outcome {
    call.asked.plain()?;
    call.identity().revoke_sessions_of(&call.caller.tenant, call.id()?).await?;
    Ok(answer::no_content())
}
