//! `/admin/v1/teams`: who works together.

use axum::response::Response;
use engine::TeamWish;
use http::{HeaderValue, StatusCode, header};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// All teams by name.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().teams(&call.context).await?))
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().team(&call.context, call.id()?).await?))
}

/// A new one.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    let wish = read(call.asked.json()?)?;
    let team = call.engine().create_team(&call.context, wish).await?;
    let mut response: Response = answer::raw(StatusCode::CREATED, team.to_string().as_bytes());
    let place = format!("/admin/v1/teams/{}", team["id"].as_str().unwrap_or_default());
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Changes what is named.
pub(crate) async fn update(call: Call) -> Outcome {
    call.asked.plain()?;
    let wish = read(call.asked.json()?)?;
    Ok(answer::data(&call.engine().change_team(&call.context, call.id()?, wish).await?))
}

/// Ends one.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.asked.plain()?;
    call.engine().delete_team(&call.context, call.id()?).await?;
    Ok(answer::no_content())
}

fn read(body: &[u8]) -> Result<TeamWish, Problem> {
    let mut form = Form::new(body)?;
    let wish = TeamWish {
        name: form.text("name"),
        label: form.text("label"),
        queue: form.typed("queue", "true or false", Json::as_bool),
        members: form.typed("members", "a list of ids of users", ids),
    };
    form.finish()?;
    Ok(wish)
}

fn ids(value: &Json) -> Option<Vec<Uuid>> {
    value.as_array()?.iter().map(|id| Uuid::parse_str(id.as_str()?).ok()).collect()
}
