//! `/auth/v1/api-keys`: keys that act for the caller.

use chrono::{DateTime, Utc};
use http::StatusCode;
use identity::requests::MOST_KEPT;
use identity::{Ending, NewKey, RequestFilter, RequestPage};
use serde_json::json;
use uuid::Uuid;

use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::former::check_version;
use crate::problem::Problem;
use crate::routes::Outcome;

/// The caller's keys, the newest first; none of them readable.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    let keys = call.identity().list_keys(&call.caller.tenant, Some(call.caller.actor.user_id)).await?;
    Ok(answer::data(&json!(keys)))
}

/// Makes a key and shows it, this once.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    let wish = read(call.asked.json()?)?;
    check_version(&call, wish.version.as_deref()).await?;
    let made = call.identity().create_key(&call.caller, wish).await?;
    let body = json!({ "id": made.id, "key": made.key.expose(), "prefix": made.prefix });
    Ok(answer::document(StatusCode::CREATED, &body))
}

/// Revokes a key, at once on every node.
pub(crate) async fn revoke(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    call.identity().revoke_key(&call.caller.tenant, Some(call.caller.actor.user_id), call.id()?).await?;
    Ok(answer::no_content())
}

/// `12` and `"2026-11-22"`.
fn version(value: &serde_json::Value) -> Option<String> {
    value.as_i64().map(|number| number.to_string()).or_else(|| value.as_str().map(str::to_owned))
}

/// The last requests of the caller's keys, the newest first.
pub(crate) async fn requests(call: Call) -> Outcome {
    call.require_credentials()?;
    list_requests(call.clone(), Some(call.caller.actor.user_id)).await
}

/// The last requests of everybody's keys.
pub(crate) async fn all_requests(call: Call) -> Outcome {
    list_requests(call, None).await
}

async fn list_requests(call: Call, user_id: Option<Uuid>) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let filter = RequestFilter {
        user_id,
        key_id: params.typed("key_id", "the id of a key", |text| text.parse().ok()),
        ending: params.typed("status", "success, client_error or server_error", Ending::find),
        request_id: params.text("request_id"),
    };
    let limit = params.limit(MOST_KEPT as u32);
    let before: Option<Uuid> =
        params.typed("cursor", "next_cursor of the page before", |text| text.parse().ok());
    params.finish()?;
    let page = call.identity().list_requests(&call.caller.tenant, &filter, (limit, before)).await?;
    let RequestPage { entries, next_cursor } = page;
    let pagination = json!({ "limit": limit, "next_cursor": next_cursor, "has_more": next_cursor.is_some() });
    Ok(answer::document(StatusCode::OK, &json!({ "data": entries, "pagination": pagination })))
}

fn read(body: &[u8]) -> Result<NewKey, Problem> {
    let mut form = Form::new(body)?;
    let instant = |value: &serde_json::Value| DateTime::parse_from_rfc3339(value.as_str()?).ok();
    let key = NewKey {
        name: form.required_text("name"),
        scopes: form.texts("scopes"),
        expires_at: form
            .typed("expires_at", "a time such as 2027-01-31T12:00:00Z", instant)
            .map(|at| at.with_timezone(&Utc)),
        rate_limit: form.typed("rate_limit", "a whole number", |value| u32::try_from(value.as_u64()?).ok()),
        allowed_ips: form.texts("allowed_ips"),
        role: form.text("role"),
        version: form.typed("version", "a revision or a day such as 2026-11-22", version),
    };
    form.finish()?;
    Ok(key)
}
