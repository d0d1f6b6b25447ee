//! `/auth/v1/views` and `/auth/v1/default-views`: what the caller keeps of lists, for themselves alone.

use std::sync::Arc;

use axum::response::Response;
use engine::{ViewWish, views};
use http::{HeaderValue, StatusCode, header};
use metadata::{Kind, Object, Problem as Detail};
use serde_json::Value as Json;
use uuid::Uuid;

use super::rights;
use super::seen::Seen;
use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// The caller's views in their order, without what of them the caller does not see.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().own_views(&call.context).await?.views))
}

/// Keeps a new one.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    let view = call.engine().create_view(&call.context, read(&call)?).await?;
    let mut response: Response = answer::raw(StatusCode::CREATED, view.to_string().as_bytes());
    let place = format!("/auth/v1/views/{}", view["id"].as_str().unwrap_or_default());
    if let Ok(place) = HeaderValue::try_from(place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Changes what is named; null takes a key away.
pub(crate) async fn update(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    Ok(answer::data(&call.engine().change_view(&call.context, call.id()?, read(&call)?).await?))
}

/// Ends one.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    call.engine().delete_view(&call.context, call.id()?).await?;
    Ok(answer::no_content())
}

/// By object, the view that its list opens with for the caller, where they chose one.
pub(crate) async fn defaults(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&call.engine().own_views(&call.context).await?.defaults))
}

/// Chooses one; null is the list's first view again.
pub(crate) async fn choose(call: Call) -> Outcome {
    call.asked.plain()?;
    call.require_credentials()?;
    let object = object(&call)?;
    let mut form = Form::new(call.asked.json()?)?;
    if !form.has("view") {
        form.problem("view", "required", "this is required; null is the first view of the list");
    }
    let view = form.text("view");
    if let Some(word) = view.as_deref().filter(|word| Uuid::parse_str(word).is_err()) {
        let name = format!("{}.{word}", object.name);
        if Seen::new(&call).component(Kind::ListViews, &name).is_none() {
            form.note([views::no_view("view")].into_iter());
        }
    }
    form.finish()?;
    call.engine().choose_view(&call.context, &object, view.as_deref()).await?;
    Ok(answer::no_content())
}

/// The object that the path names, by its name.
fn object(call: &Call) -> Result<Arc<Object>, Problem> {
    let object = call.context.snapshot.catalog.find_object(call.asked.part("object"));
    object.filter(|object| rights::sees(call, object)).cloned().ok_or_else(Problem::not_found)
}

fn read(call: &Call) -> Result<ViewWish, Problem> {
    let mut keys = Form::new(call.asked.json()?)?.whole().as_object().cloned().unwrap_or_default();
    let position = keys.shift_remove("position").filter(|position| !position.is_null());
    let place = |position: &Json| u32::try_from(position.as_u64()?).ok();
    if position.as_ref().is_some_and(|position| place(position).is_none()) {
        let problem = Detail::new("position", "wrong-type", "expected a whole number from 0");
        return Err(Problem::unprocessable(vec![problem]));
    }
    Ok(ViewWish { keys, position: position.as_ref().and_then(place) })
}
