//! Every address on one page: method, path, what it needs of the caller, and the handler.
//!
//! *open*: anybody. *caller*: who is signed in or shows a key; what they may do is the engine's decision.
//! *compared*: the same for what is not answered by the engine's statements, so that the caller is compared with
//! the database first. *permission*: a system permission besides. *reseller*: who shows a reseller's key.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{Method, Request};

use crate::asked::{Asked, Reading};
use crate::call::{Call, Trust, with_caller};
use crate::pressure::Pressure;
use crate::problem::{Code, Problem};
use crate::rest::resellers::ResellerCall;
use crate::rest::{
    access, aggregate, api_keys, audit, batch, changes, deploy, docs, duplicates, files, formulas, health,
    history, import, metadata, openapi, packages, passwords, records, resellers, revisions, scim, search,
    security, session, sessions, shares, teams, transitions, two_factor, upsert, users,
};
use crate::{App, edge, graphql, ui};

/// What a handler answers.
pub(crate) type Outcome = Result<Response, Problem>;

type Answering = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Handler = Arc<dyn Fn(Arc<Asked>) -> Answering + Send + Sync>;

/// What a route asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    Nothing,
    Caller,
    /// A system permission such as `manage_metadata`.
    Permission(&'static str),
    /// A reseller's key; a caller of a tenant is nobody here.
    Reseller,
}

/// One row of the table.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    reading: Reading,
    handler: Handler,
}

impl Route {
    /// The handler puts the body on disk instead of having it in memory.
    fn takes_file(self) -> Self {
        Self { reading: Reading::Later, ..self }
    }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// The table.
pub fn table() -> Vec<Route> {
    vec![
        // The process
        open(GET, "/healthz", health::alive),
        open(GET, "/readyz", health::ready),
        open(GET, "/metrics", health::metrics),
        // Who is asking
        open(POST, "/auth/v1/login", session::login),
        compared(POST, "/auth/v1/logout", session::logout),
        compared(GET, "/auth/v1/me", session::me),
        compared(GET, "/auth/v1/sessions", sessions::list),
        compared(DELETE, "/auth/v1/sessions/{id}", sessions::revoke),
        compared(GET, "/auth/v1/two-factor", two_factor::show),
        compared(POST, "/auth/v1/two-factor", two_factor::begin),
        compared(POST, "/auth/v1/two-factor/confirm", two_factor::confirm),
        compared(POST, "/auth/v1/two-factor/recovery-codes", two_factor::recovery_codes),
        compared(POST, "/auth/v1/two-factor/disable", two_factor::disable),
        compared(POST, "/auth/v1/password", passwords::change),
        open(POST, "/auth/v1/password/forgot", passwords::forgot),
        open(POST, "/auth/v1/password/reset", passwords::reset),
        compared(GET, "/auth/v1/login-history", security::own_login_history),
        compared(GET, "/auth/v1/api-keys", api_keys::list),
        compared(POST, "/auth/v1/api-keys", api_keys::create),
        compared(DELETE, "/auth/v1/api-keys/{id}", api_keys::revoke),
        // Records
        caller(GET, "/api/v1/{plural}", records::list),
        caller(POST, "/api/v1/{plural}", records::create),
        caller(GET, "/api/v1/{plural}/aggregate", aggregate::show),
        caller(GET, "/api/v1/{plural}/changes", changes::follow),
        caller(GET, "/api/v1/{plural}/{id}", records::show),
        caller(PATCH, "/api/v1/{plural}/{id}", records::update),
        caller(DELETE, "/api/v1/{plural}/{id}", records::delete),
        caller(POST, "/api/v1/{plural}/{id}/restore", records::restore),
        caller(PUT, "/api/v1/{plural}/by/{field}/{value}", upsert::put),
        caller(POST, "/api/v1/{plural}/{id}/clone", duplicates::clone),
        caller(POST, "/api/v1/{plural}/{id}/merge", duplicates::merge),
        caller(POST, "/api/v1/{plural}/mass", duplicates::mass),
        caller(POST, "/api/v1/batch", batch::run),
        caller(GET, "/api/v1/search", search::show),
        compared(GET, "/api/v1/openapi.json", openapi::show),
        open(GET, "/docs", docs::page),
        open(GET, "/docs/{file}", docs::page),
        caller(GET, "/api/v1/{plural}/{id}/history", history::list),
        caller(GET, "/api/v1/{plural}/{id}/states", transitions::states),
        caller(GET, "/api/v1/{plural}/{id}/transitions", transitions::list),
        caller(POST, "/api/v1/{plural}/{id}/transitions/{name}", transitions::take),
        caller(GET, "/api/v1/{plural}/{id}/shares", shares::list),
        caller(POST, "/api/v1/{plural}/{id}/shares", shares::create),
        caller(DELETE, "/api/v1/{plural}/{id}/shares", shares::delete),
        compared(POST, "/api/v1/{plural}/import", import::start).takes_file(),
        compared(GET, "/api/v1/imports/{id}", import::show),
        compared(GET, "/api/v1/imports/{id}/rejects", import::rejects),
        caller(POST, "/graphql", graphql::post),
        caller(GET, "/graphql", graphql::get),
        // Metadata
        compared(GET, "/metadata/v1/bootstrap", metadata::bootstrap),
        compared(GET, "/metadata/v1/schemas/{kind}", metadata::schema),
        permission(GET, "/metadata/v1/dependencies/{kind}/{name}", "manage_metadata", formulas::dependencies),
        compared(GET, "/metadata/v1/formulas/functions", formulas::functions),
        permission(POST, "/metadata/v1/formulas/check", "manage_metadata", formulas::check),
        compared(GET, "/metadata/v1/{kind}", metadata::list),
        compared(GET, "/metadata/v1/{kind}/{name}", metadata::show),
        compared(GET, "/metadata/v1/objects/{object}/fields/{field}", metadata::show_field),
        permission(PUT, "/metadata/v1/objects/{object}/fields/{field}", "manage_metadata", deploy::put_field),
        permission(
            DELETE,
            "/metadata/v1/objects/{object}/fields/{field}",
            "manage_metadata",
            deploy::delete_field,
        ),
        permission(PUT, "/metadata/v1/{kind}/{name}", "manage_metadata", deploy::put),
        permission(DELETE, "/metadata/v1/{kind}/{name}", "manage_metadata", deploy::delete),
        permission(POST, "/metadata/v1/deploy", "manage_metadata", deploy::deploy),
    ]
    .into_iter()
    .chain(changes())
    .chain(administration())
    .chain(directory())
    .chain(reselling())
    .collect()
}

/// Metadata as a whole: its history, packages and files.
fn changes() -> Vec<Route> {
    vec![
        permission(GET, "/metadata/v1/revisions", "manage_metadata", revisions::list),
        permission(GET, "/metadata/v1/revisions/{number}", "manage_metadata", revisions::show),
        permission(POST, "/metadata/v1/revisions/{number}/rollback", "manage_metadata", revisions::rollback),
        permission(GET, "/metadata/v1/packages", "manage_metadata", packages::list),
        permission(POST, "/metadata/v1/packages", "manage_metadata", packages::install),
        permission(DELETE, "/metadata/v1/packages/{name}", "manage_metadata", packages::uninstall),
        permission(GET, "/metadata/v1/layers/{kind}/{name}", "manage_metadata", packages::layers),
        permission(DELETE, "/metadata/v1/layers/{kind}/{name}", "manage_metadata", packages::reset),
        permission(GET, "/metadata/v1/files", "manage_metadata", files::show),
        permission(POST, "/metadata/v1/files", "manage_metadata", files::apply),
    ]
}

/// People and teams, kept by a directory elsewhere.
fn directory() -> Vec<Route> {
    vec![
        permission(GET, "/scim/v2/ServiceProviderConfig", "manage_users", scim::config),
        permission(GET, "/scim/v2/Users", "manage_users", scim::users::list),
        permission(POST, "/scim/v2/Users", "manage_users", scim::users::create),
        permission(GET, "/scim/v2/Users/{id}", "manage_users", scim::users::show),
        permission(PUT, "/scim/v2/Users/{id}", "manage_users", scim::users::replace),
        permission(PATCH, "/scim/v2/Users/{id}", "manage_users", scim::users::update),
        permission(DELETE, "/scim/v2/Users/{id}", "manage_users", scim::users::delete),
        permission(GET, "/scim/v2/Groups", "manage_users", scim::groups::list),
        permission(POST, "/scim/v2/Groups", "manage_users", scim::groups::create),
        permission(GET, "/scim/v2/Groups/{id}", "manage_users", scim::groups::show),
        permission(PUT, "/scim/v2/Groups/{id}", "manage_users", scim::groups::replace),
        permission(PATCH, "/scim/v2/Groups/{id}", "manage_users", scim::groups::update),
        permission(DELETE, "/scim/v2/Groups/{id}", "manage_users", scim::groups::delete),
    ]
}

/// People, and what they may do.
fn administration() -> Vec<Route> {
    vec![
        permission(GET, "/admin/v1/users", "manage_users", users::list),
        permission(POST, "/admin/v1/users", "manage_users", users::create),
        permission(GET, "/admin/v1/users/{id}", "manage_users", users::show),
        permission(PATCH, "/admin/v1/users/{id}", "manage_users", users::update),
        permission(DELETE, "/admin/v1/users/{id}", "manage_users", users::deactivate),
        permission(POST, "/admin/v1/users/{id}/invite", "manage_users", passwords::invite),
        permission(GET, "/admin/v1/users/{id}/sessions", "manage_users", sessions::list_of),
        permission(DELETE, "/admin/v1/users/{id}/sessions", "manage_users", sessions::revoke_of),
        permission(DELETE, "/admin/v1/users/{id}/two-factor", "manage_users", two_factor::reset),
        permission(GET, "/admin/v1/outbox", "manage_security", passwords::outbox),
        permission(GET, "/admin/v1/teams", "manage_users", teams::list),
        permission(POST, "/admin/v1/teams", "manage_users", teams::create),
        permission(GET, "/admin/v1/teams/{id}", "manage_users", teams::show),
        permission(PATCH, "/admin/v1/teams/{id}", "manage_users", teams::update),
        permission(DELETE, "/admin/v1/teams/{id}", "manage_users", teams::delete),
        permission(GET, "/admin/v1/security-settings", "manage_security", security::show),
        permission(PATCH, "/admin/v1/security-settings", "manage_security", security::change),
        permission(GET, "/admin/v1/login-history", "view_audit", security::login_history),
        permission(GET, "/admin/v1/access/explain", "explain_access", access::explain),
        permission(GET, "/admin/v1/access/who", "explain_access", access::who),
        permission(POST, "/admin/v1/access/simulate", "explain_access", access::simulate),
        permission(GET, "/admin/v1/record-shares", "manage_users", shares::list_all),
        permission(GET, "/admin/v1/audit-log", "view_audit", audit::list),
        permission(GET, "/admin/v1/audit-log/status", "view_audit", audit::status),
    ]
}

/// Tenants, for those who sell them.
fn reselling() -> Vec<Route> {
    vec![
        reseller(GET, "/reseller/v1/plans", resellers::plans),
        reseller(GET, "/reseller/v1/tenants", resellers::list),
        reseller(POST, "/reseller/v1/tenants", resellers::create),
        reseller(GET, "/reseller/v1/tenants/{id}", resellers::show),
        reseller(PATCH, "/reseller/v1/tenants/{id}", resellers::update),
        reseller(DELETE, "/reseller/v1/tenants/{id}", resellers::delete),
        reseller(POST, "/reseller/v1/tenants/{id}/suspend", resellers::suspend),
        reseller(POST, "/reseller/v1/tenants/{id}/resume", resellers::resume),
        reseller(GET, "/reseller/v1/tenants/{id}/usage", resellers::usage),
    ]
}

fn open<F, A>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Arc<Asked>) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let handler: Handler = Arc::new(move |asked| Box::pin(handler(asked)));
    Route { method, path, need: Need::Nothing, reading: Reading::Whole, handler }
}

fn caller<F, A>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let handler: Handler = Arc::new(move |asked| Box::pin(answered(asked, Trust::Remembered, handler)));
    Route { method, path, need: Need::Caller, reading: Reading::Whole, handler }
}

fn compared<F, A>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let handler: Handler = Arc::new(move |asked| Box::pin(answered(asked, Trust::Compared, handler)));
    Route { method, path, need: Need::Caller, reading: Reading::Whole, handler }
}

fn permission<F, A>(method: Method, path: &'static str, permission: &'static str, handler: F) -> Route
where
    F: Fn(Call) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let area = if path.starts_with("/metadata/") { "metadata" } else { "admin" };
    let guarded = move |call: Call| async move {
        call.require(permission, area)?;
        handler(call).await
    };
    let handler: Handler = Arc::new(move |asked| Box::pin(answered(asked, Trust::Compared, guarded)));
    Route { method, path, need: Need::Permission(permission), reading: Reading::Whole, handler }
}

fn reseller<F, A>(method: Method, path: &'static str, handler: F) -> Route
where
    F: Fn(ResellerCall) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    let handler: Handler =
        Arc::new(move |asked| Box::pin(async move { handler(ResellerCall::admit(asked).await?).await }));
    Route { method, path, need: Need::Reseller, reading: Reading::Whole, handler }
}

/// Runs a handler as its caller; a key sees in each answer what is left of its requests.
async fn answered<F, A>(asked: Arc<Asked>, trust: Trust, handler: F) -> Outcome
where
    F: Fn(Call) -> A,
    A: Future<Output = Outcome>,
{
    let asking = |call: Call| {
        let rate = call.caller.rate;
        let handling = handler(call);
        async move {
            let mut response = handling.await?;
            rate.iter().for_each(|rate| response.headers_mut().extend(crate::problem::rate_headers(rate)));
            Ok(response)
        }
    };
    with_caller(asked, trust, asking).await
}

/// The table as a router, without the edge.
pub(crate) fn routed(app: Arc<App>) -> Router {
    let mut router = Router::new();
    let pressure = Pressure::new(app.engine.pool().options().get_max_connections());
    for Route { method, path, need, reading, handler } in table() {
        // Files come in as fast as the line is, and who asks whether we live is always answered.
        let is_limited = reading == Reading::Whole && (need != Need::Nothing || !method.is_safe());
        let pressure = is_limited.then(|| pressure.clone());
        let Ok(filter) = MethodFilter::try_from(method) else { continue };
        let app = app.clone();
        let run = Run { patience: patience(path, reading, &app), reading, pressure, handler };
        let answering = move |request: Request<Body>| run.clone().answer(app.clone(), request);
        router = router.route(path, on(filter, answering));
    }
    router.fallback(ui::page).method_not_allowed_fallback(edge::wrong_method)
}

/// Changes of metadata wait for locks and may rewrite tables; files come in as fast as the line is.
fn patience(path: &str, reading: Reading, app: &App) -> Duration {
    match reading {
        Reading::Later => app.settings.timeout * 60,
        Reading::Whole if path.starts_with("/metadata/") || path.starts_with("/reseller/") => {
            app.settings.timeout * 10
        }
        Reading::Whole => app.settings.timeout,
    }
}

/// How one route answers.
#[derive(Clone)]
struct Run {
    patience: Duration,
    reading: Reading,
    pressure: Option<Pressure>,
    handler: Handler,
}

impl Run {
    async fn answer(self, app: Arc<App>, request: Request<Body>) -> Response {
        let answering = async {
            if let Some(pressure) = &self.pressure {
                pressure.check()?;
            }
            let asked = Asked::read(app, self.reading, request).await?;
            let _place = match &self.pressure {
                Some(pressure) => Some(pressure.enter().await?),
                None => None,
            };
            (self.handler)(Arc::new(asked)).await
        };
        let too_late = || Problem::new(Code::Timeout, "the request took too long and was given up");
        match tokio::time::timeout(self.patience, answering).await {
            Ok(outcome) => outcome.unwrap_or_else(IntoResponse::into_response),
            Err(_) => too_late().into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_routes_are_open() {
        let open: Vec<&str> =
            table().iter().filter(|route| route.need == Need::Nothing).map(|route| route.path).collect();
        let expected = [
            "/healthz",
            "/readyz",
            "/metrics",
            "/auth/v1/login",
            "/auth/v1/password/forgot",
            "/auth/v1/password/reset",
            "/docs",
            "/docs/{file}",
        ];
        assert_eq!(open, expected);
    }

    #[test]
    fn what_changes_metadata_or_users_needs_a_permission() {
        for route in table() {
            let guarded = route.path.starts_with("/admin/")
                || (route.path.starts_with("/metadata/") && !route.method.is_safe());
            assert!(!guarded || matches!(route.need, Need::Permission(_)), "{} {}", route.method, route.path);
        }
    }
}
