//! `/reseller/v1/branding`: what a reseller's tenants look like where they say nothing themselves.

use serde_json::json;

use super::ResellerCall;
use crate::answer;
use crate::body::form::Form;
use crate::routes::Outcome;

/// What is set.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.tenants().branding_defaults(call.reseller).await?)))
}

/// Sets all of it: what is not named is as Trellis has it.
pub(crate) async fn put(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let document = Form::new(call.asked.json()?)?.whole();
    let document = document.as_object().cloned().unwrap_or_default();
    Ok(answer::data(&json!(call.tenants().put_branding_defaults(call.reseller, &document).await?)))
}

/// Takes all of it back.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    call.tenants().delete_branding_defaults(call.reseller).await?;
    Ok(answer::no_content())
}
