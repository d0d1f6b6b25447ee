//! `/auth/v1/branding` and `/admin/v1/branding`: what the tenant looks like, told before one signs in, and set.

use std::sync::Arc;

use http::header;
use serde_json::json;
use tenancy::{Branding, Feature, Slug};

use super::session;
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::routes::Outcome;

/// The looks of the tenant that a sign-in would be about. One that is not there, or shut, looks as one without any, to the
/// letter, and what is no name of a tenant is not even looked for: nobody finds out who there is.
pub(crate) async fn look(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let tenant = params.text("tenant");
    params.finish()?;
    let is_name = tenant.as_deref().is_none_or(|slug| Slug::parse(slug).is_ok());
    let found = if is_name {
        session::find_tenant(&asked, tenant.as_deref()).await
    } else {
        Err(tenancy::Error::NotFound)
    };
    let (branding, since) = match found {
        Ok((tenant, false)) => asked.app.tenants.branding_since(&tenant).await?,
        Ok((_, true)) | Err(tenancy::Error::NotFound | tenancy::Error::Ambiguous) => Default::default(),
        Err(error) => return Err(error.into()),
    };
    // What was set and taken away again looks as never set.
    let since = since.filter(|_| branding != Branding::default());
    let tag = format!("\"{:x}\"", since.map_or(0, |since| since.timestamp_micros()));
    if answer::is_known(asked.header(&header::IF_NONE_MATCH), &tag) {
        return Ok(answer::not_modified(&tag));
    }
    Ok(answer::tagged(answer::data(&json!(branding)), &tag))
}

/// What is set.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.asked.app.tenants.branding(&call.caller.tenant).await?)))
}

/// Changes what is named; null takes it away.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    call.asked.app.tenants.require_feature(&call.caller.tenant, Feature::Branding).await?;
    let patch = Form::new(call.asked.json()?)?.whole();
    let patch = patch.as_object().cloned().unwrap_or_default();
    Ok(answer::data(&json!(call.asked.app.tenants.change_branding(&call.context, &patch).await?)))
}
