//! `/auth/v1/providers`: signing in by a provider elsewhere. Browsers come here by their address, so what goes wrong is
//! told on the page on which they sign in.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use engine::Tenant;
use http::{HeaderValue, StatusCode, header};
use identity::{Admission, ArrivalError, Refused, Return};
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::session;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::routes::Outcome;
use crate::{answer, credential};

/// The ways to sign in to a tenant: names and labels, and nothing else of them. One that is not there, or shut, has none.
pub(crate) async fn list(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let named = params.text("tenant");
    params.finish()?;
    let buttons = match find(&asked, named.as_deref()).await? {
        Some(tenant) => asked.identity(None).list_buttons(&tenant).await?,
        None => Vec::new(),
    };
    Ok(answer::data(&json!(buttons)))
}

/// Sends a browser to a provider.
pub(crate) async fn start(asked: Arc<Asked>) -> Outcome {
    let mut params = Params::new(asked.pairs()?);
    let (named, return_to) = (params.text("tenant"), params.text("return_to").unwrap_or_else(|| "/".into()));
    let has_moved = params.flag("moved");
    params.finish()?;
    let Some(tenant) = find(&asked, named.as_deref()).await? else {
        return Ok(refused(&asked, &ArrivalError::Unknown.into()));
    };
    let (identity, name) = (asked.identity(None), asked.part("name"));
    let home = identity.home(&tenant);
    // The provider sends browsers to that address, and cookies are of one host.
    if !has_moved && !is_at(&asked, &home) {
        let mut query = Serializer::new(String::new());
        query
            .append_pair("tenant", &tenant.slug)
            .append_pair("return_to", &return_to)
            .append_pair("moved", "true");
        // A name of a provider is plain; anything else is none.
        let name = Serializer::new(String::new()).append_key_only(name).finish();
        return Ok(see(&format!("{home}/auth/v1/providers/{name}/start?{}", query.finish())));
    }
    match identity.leave_for_provider(&tenant, (name, &return_to), &asked.origin()).await {
        Ok(departure) => Ok(with_way(&asked, see(&departure.url), Some(&departure.browser))),
        Err(why) => Ok(refused(&asked, &Refused { why, place: Some((tenant.slug, return_to)) })),
    }
}

/// Takes what a provider sends a browser back with.
pub(crate) async fn callback(asked: Arc<Asked>) -> Outcome {
    let came = read(&asked)?;
    let (identity, origin) = (asked.identity(None), asked.origin());
    let browser = credential::on_the_way(&asked.head.headers);
    let arrival = match identity.arrive(&came, browser.as_ref(), &origin).await {
        Ok(arrival) => arrival,
        Err(error) => return Ok(refused(&asked, &error)),
    };
    let (tenant, return_to) = (arrival.tenant.clone(), arrival.return_to.clone());
    // Between counting people, or administrators, and changing how many there are nobody else does.
    let counts = arrival.is_new || arrival.is_ruled;
    let _turn = if counts { Some(identity.turn(&tenant).await?) } else { None };
    if arrival.is_new
        && let Err(error) = asked.app.tenants.require_seat(&tenant).await
    {
        let tenancy::Error::Over(_) = error else { return Err(error.into()) };
        return Ok(back(&asked, "full", Some((&tenant.slug, &return_to))));
    }
    match identity.admit(arrival, &origin).await {
        Ok(Admission::In(session)) => {
            session::end_former(&asked).await;
            let response = session::with_cookie(&asked, see(&return_to), &session);
            Ok(with_way(&asked, response, None))
        }
        Ok(Admission::Code(browser)) => {
            let mut query = Serializer::new(String::new());
            query.append_pair("code", "1").append_pair("tenant", &tenant.slug);
            Ok(with_way(&asked, see(&format!("/sign-in?{}", query.finish())), Some(&browser)))
        }
        Err(error) => Ok(refused(&asked, &error)),
    }
}

/// Takes the code of the second factor of somebody whom a provider has told.
pub(crate) async fn code(asked: Arc<Asked>) -> Outcome {
    asked.plain()?;
    let mut form = Form::new(asked.json()?)?;
    let totp = form.required_text("totp");
    form.finish()?;
    let over = || Problem::from(identity::LoginError::Wrong);
    let browser = credential::on_the_way(&asked.head.headers).ok_or_else(over)?;
    let admitted = asked.identity(None).admit_with_code((&browser, &totp), &asked.origin()).await;
    let (session, return_to) = admitted?;
    session::end_former(&asked).await;
    let answer = answer::data(&json!({ "return_to": return_to }));
    Ok(with_way(&asked, session::with_cookie(&asked, answer, &session), None))
}

/// The tenant that is open, if there is one.
async fn find(asked: &Asked, named: Option<&str>) -> Result<Option<Tenant>, Problem> {
    if named.is_some_and(|slug| tenancy::Slug::parse(slug).is_err()) {
        return Ok(None);
    }
    match session::find_tenant(asked, named).await {
        Ok((tenant, false)) => Ok(Some(tenant)),
        Ok((_, true)) | Err(tenancy::Error::NotFound | tenancy::Error::Ambiguous) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the provider says; more than that it may say, and it means nothing here.
fn read(asked: &Asked) -> Result<Return, Problem> {
    let mut came = Return { provider: asked.part("name").to_owned(), ..Return::default() };
    for (key, value) in asked.pairs()? {
        match key.as_str() {
            "state" => came.state = value,
            "code" => came.code = Some(value),
            "error" => came.error = Some(value),
            "iss" => came.issuer = Some(value),
            _ => {}
        }
    }
    Ok(came)
}

/// Whether the request came to that place; where it does not say, it did.
fn is_at(asked: &Asked, home: &str) -> bool {
    let authority =
        home.split_once("://").map_or(home, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let host = asked.header(&header::HOST).or_else(|| asked.head.uri.host());
    host.is_none_or(|host| host.eq_ignore_ascii_case(authority))
}

/// Another page, read anew.
pub(super) fn see(place: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let place = HeaderValue::try_from(place).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, place);
    response
}

/// The page on which one signs in, with what went wrong.
fn refused(asked: &Asked, refused: &Refused) -> Response {
    if let ArrivalError::Failed(error) = &refused.why {
        tracing::error!(%error, request_id = &*asked.id, "a sign-in by a provider failed");
    }
    let place = refused.place.as_ref().map(|(slug, return_to)| (slug.as_str(), return_to.as_str()));
    back(asked, refused.why.word(), place)
}

pub(super) fn back(asked: &Asked, word: &str, place: Option<(&str, &str)>) -> Response {
    let mut query = Serializer::new(String::new());
    query.append_pair("refused", word);
    if let Some((slug, return_to)) = place {
        query.append_pair("tenant", slug);
        if return_to != "/" {
            query.append_pair("next", return_to);
        }
    }
    with_way(asked, see(&format!("/sign-in?{}", query.finish())), None)
}

/// The same with the cookie of a sign-in that is on its way, or without one from now on.
fn with_way(asked: &Asked, mut response: Response, secret: Option<&identity::Secret>) -> Response {
    if let Some(cookie) = credential::way_cookie(secret, asked.is_https()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
