//! `/auth/v1/branding` and `/admin/v1/branding`: what the tenant looks like, told before one signs in, and set.

use std::sync::Arc;

use http::header;
use serde_json::json;
use sha2::{Digest, Sha256};
use tenancy::Branding;

use super::session;
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// The looks of the tenant that a sign-in would be about. One that is not there, or shut, looks as one without any.
pub(crate) async fn look(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let tenant = params.text("tenant");
    params.finish()?;
    let branding = match session::find_tenant(&asked, tenant.as_deref()).await {
        Ok((tenant, false)) => asked.app.tenants.branding(&tenant).await?,
        Ok((_, true)) | Err(tenancy::Error::NotFound | tenancy::Error::Ambiguous) => Branding::default(),
        Err(error) => return Err(error.into()),
    };
    let told = json!(branding);
    let hash = Sha256::digest(told.to_string());
    let tag: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{tag}\"");
    if answer::is_known(asked.header(&header::IF_NONE_MATCH), &tag) {
        return Ok(answer::not_modified(&tag));
    }
    Ok(answer::tagged(answer::data(&told), &tag))
}

/// What is set.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.asked.app.tenants.branding(&call.caller.tenant).await?)))
}

/// Changes what is named; null takes it away.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    let patch = Form::new(call.asked.json()?)?.whole();
    let patch = patch.as_object().cloned().unwrap_or_default();
    Ok(answer::data(&json!(call.asked.app.tenants.change_branding(&call.context, &patch).await?)))
}
