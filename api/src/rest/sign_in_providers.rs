//! `/admin/v1/sign-in-providers`: which providers a tenant believes. Their secrets go in and never come out.

use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use crate::answer;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// All of them.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.identity().list_providers(&call.caller.tenant).await?)))
}

/// One of them.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(
        call.identity().find_provider(&call.caller.tenant, call.asked.part("name")).await?
    )))
}

/// A new one.
pub(crate) async fn create(call: Call) -> Outcome {
    call.asked.plain()?;
    let wish = Form::new(call.asked.json()?)?.whole();
    let made = call.identity().create_provider(&call.caller, &wish).await?;
    let mut response = answer::document(StatusCode::CREATED, &json!({ "data": made }));
    if let Ok(place) = HeaderValue::try_from(format!("/admin/v1/sign-in-providers/{}", made.name)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Changes what is named.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    let patch = Form::new(call.asked.json()?)?.whole();
    let changed = call.identity().change_provider(&call.caller, call.asked.part("name"), &patch).await?;
    Ok(answer::data(&json!(changed)))
}

/// Takes one away; the sessions that came by it end.
pub(crate) async fn delete(call: Call) -> Outcome {
    call.asked.plain()?;
    call.identity().delete_provider(&call.caller, call.asked.part("name")).await?;
    Ok(answer::no_content())
}

/// Asks a provider what it says of itself, and tells what is wrong.
pub(crate) async fn check(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let issuer = form.required_word("issuer");
    form.finish()?;
    Ok(answer::data(&json!(call.identity().check_provider(&call.caller.tenant, issuer.trim()).await)))
}

/// Forgets which accounts elsewhere are somebody's: the next sign-in finds them by their address again.
pub(crate) async fn unlink(call: Call) -> Outcome {
    call.asked.plain()?;
    call.identity().unlink_user_as(&call.caller, call.id()?).await?;
    Ok(answer::no_content())
}
