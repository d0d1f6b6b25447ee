//! `/auth/v1/branding` and `/admin/v1/branding`: what the tenant looks like, told before one signs in, and set.

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use serde_json::{Value as Json, json};
use tenancy::branding::defaults::Worn;
use tenancy::{Branding, Feature, Slug};

use super::session;
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// What the page is called and coloured where the tenant says nothing.
const PRODUCT: &str = "Trellis";
const COLOUR: &str = "#4f46e5";
/// Longest name under an icon, in characters.
const SHORT: usize = 12;

/// The looks of the tenant that a sign-in would be about. One that is not there, or shut, looks as one without any, to the
/// letter, and what is no name of a tenant is not even looked for: nobody finds out who there is.
pub(crate) async fn look(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let tenant = params.text("tenant");
    params.finish()?;
    match told(&asked, tenant.as_deref()).await? {
        Told::Known(tag) => Ok(answer::not_modified(&tag)),
        Told::New(branding, tag) => Ok(answer::tagged(answer::data(&json!(branding)), &tag)),
    }
}

/// Looks with their version, or the version alone where whoever asks has these looks.
enum Told {
    Known(String),
    New(Branding, String),
}

/// The looks of the tenant that is named, or whose host it is.
async fn told(asked: &Asked, tenant: Option<&str>) -> Result<Told, Problem> {
    let is_name = tenant.is_none_or(|slug| Slug::parse(slug).is_ok());
    let found =
        if is_name { session::find_tenant(asked, tenant).await } else { Err(tenancy::Error::NotFound) };
    let found = match found {
        Ok((tenant, false)) => Some(tenant),
        Ok((_, true)) | Err(tenancy::Error::NotFound | tenancy::Error::Ambiguous) => None,
        Err(error) => return Err(error.into()),
    };
    let (tenants, known) = (&asked.app.tenants, asked.header(&header::IF_NONE_MATCH));
    // Who says what they have mostly has what there is.
    if known.is_some() {
        let tag = tag(match &found {
            Some(tenant) => tenants.worn_version(tenant).await?,
            None => Worn::default().version,
        });
        if answer::is_known(known, &tag) {
            return Ok(Told::Known(tag));
        }
    }
    let worn = match &found {
        Some(tenant) => tenants.worn(tenant).await?,
        None => Worn::default(),
    };
    Ok(Told::New(worn.branding, tag(worn.version)))
}

fn tag((own, defaults): (i64, i64)) -> String {
    format!("\"{own:x}-{defaults:x}\"")
}

/// The same as a web app manifest, for browsers that keep the page as an app: that of the tenant whose host it is.
pub(crate) async fn manifest(asked: Arc<Asked>) -> Outcome {
    asked.plain()?;
    let (branding, tag) = match told(&asked, None).await? {
        Told::Known(tag) => return Ok(answer::not_modified(&tag)),
        Told::New(branding, tag) => (branding, tag),
    };
    let mut response = answer::tagged(answer::document(StatusCode::OK, &app_of(&branding)), &tag);
    let kind = HeaderValue::from_static("application/manifest+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// What the page is as an app. The logo stands for the product's icons; a launcher may cut neither as it likes.
fn app_of(branding: &Branding) -> Json {
    let icon = |src: &str, kind: &str, purpose: &str| json!({ "src": src, "sizes": "any", "type": kind, "purpose": purpose });
    let icons = match branding.logo.as_deref() {
        Some(logo) => {
            let kind = logo.strip_prefix("data:").and_then(|rest| rest.split(';').next()).unwrap_or_default();
            vec![icon(logo, kind, "any")]
        }
        None => vec![
            icon("/icon.svg", "image/svg+xml", "any"),
            icon("/icon-maskable.svg", "image/svg+xml", "maskable"),
        ],
    };
    let name = branding.name.as_deref().unwrap_or(PRODUCT);
    json!({
        "id": "/", "name": name, "short_name": name.chars().take(SHORT).collect::<String>().trim_end(),
        "description": "Records, processes and the people who work with them.",
        "start_url": "/", "scope": "/", "display": "standalone", "background_color": "#f5f5fa",
        "theme_color": branding.accent.as_deref().unwrap_or(COLOUR), "icons": icons,
    })
}

/// What is set, and what the tenant's reseller has set for where nothing is.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    Ok(answer::data(&json!(call.asked.app.tenants.looks(&call.caller.tenant).await?)))
}

/// Changes what is named; null takes it away.
pub(crate) async fn change(call: Call) -> Outcome {
    call.asked.plain()?;
    call.asked.app.tenants.require_feature(&call.caller.tenant, Feature::Branding).await?;
    let patch = Form::new(call.asked.json()?)?.whole();
    let mut patch = patch.as_object().cloned().unwrap_or_default();
    // What was told with the rest is not the tenant's to say; whoever sends back what they got says nothing by it.
    patch.remove("defaults");
    call.asked.app.tenants.change_branding(&call.context, &patch).await?;
    Ok(answer::data(&json!(call.asked.app.tenants.looks(&call.caller.tenant).await?)))
}
