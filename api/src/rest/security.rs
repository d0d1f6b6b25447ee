//! `/admin/v1/security-settings` and the login histories: what a security officer sets and looks at.

use chrono::{DateTime, Utc};
use identity::{HistoryFilter, HistoryPage};
use serde_json::json;
use uuid::Uuid;

use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Most rows of a page.
const MOST: u32 = 1000;

/// What holds in the tenant.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.identity().security_settings(&call.caller.tenant).await?)))
}

/// Changes what is named, section by section.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    let patch = Form::new(call.asked.json()?)?.whole();
    let settings = call.identity().change_security_settings(&call.caller, call.asked.ip, &patch).await?;
    Ok(answer::data(&json!(settings)))
}

/// Who signed in, or tried to.
pub(crate) async fn login_history(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let filter = HistoryFilter {
        user_id: params.typed("user_id", "the id of a user", |text| text.parse().ok()),
        email: params.text("email").map(|email| email.trim().to_lowercase()),
        ..own_filter(&mut params)
    };
    list(&call, filter, params).await
}

/// The same of the caller alone.
pub(crate) async fn own_login_history(call: Call) -> Outcome {
    call.require_credentials()?;
    let mut params = Params::new(call.asked.pairs()?);
    let filter = HistoryFilter { user_id: Some(call.caller.actor.user_id), ..own_filter(&mut params) };
    list(&call, filter, params).await
}

fn own_filter(params: &mut Params) -> HistoryFilter {
    let time = |text: &str| Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc));
    HistoryFilter {
        ip: params.typed("ip", "an IP address", |text| text.parse().ok()),
        result: params.typed("result", "success or failure", |text| {
            ["success", "failure"].contains(&text).then(|| text.to_owned())
        }),
        from: params.typed("from", "a time such as 2027-01-31T12:00:00Z", time),
        to: params.typed("to", "a time such as 2027-01-31T12:00:00Z", time),
        ..HistoryFilter::default()
    }
}

async fn list(
    call: &Call,
    filter: HistoryFilter,
    mut params: Params,
) -> Result<axum::response::Response, Problem> {
    let limit = params.limit(MOST);
    let before: Option<Uuid> =
        params.typed("cursor", "next_cursor of the page before", |text| text.parse().ok());
    params.finish()?;
    let page = call.identity().login_history(&call.caller.tenant, &filter, (limit, before)).await?;
    let HistoryPage { entries, next_cursor } = page;
    let pagination = json!({ "limit": limit, "next_cursor": next_cursor, "has_more": next_cursor.is_some() });
    Ok(answer::document(http::StatusCode::OK, &json!({ "data": entries, "pagination": pagination })))
}
