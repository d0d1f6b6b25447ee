//! What a route is, what it asks of its caller, and how it answers. All of them are in [`table`].

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::{Method, Request};

use crate::asked::{Asked, Reading};
use crate::call::{Call, Trust, with_caller};
use crate::noted::{Noted, Whose};
use crate::pressure::{Pressure, Stay};
use crate::problem::{Code, Problem};
use crate::rest::resellers::ResellerCall;
use crate::{App, edge, former, ui};

mod table;

pub use table::table;

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

    /// What a key's scopes must name for it, where it needs a permission.
    pub(crate) fn area(&self) -> &'static str {
        area(self.path)
    }
}

fn area(path: &str) -> &'static str {
    if path.starts_with("/metadata/") { "metadata" } else { "admin" }
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

/// A route of callers at whose address others come too; the handler tells them apart.
fn door<F, A>(path: &'static str, handler: F) -> Route
where
    F: Fn(Arc<Asked>) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = Outcome> + Send + 'static,
{
    Route { need: Need::Caller, ..open(Method::GET, path, handler) }
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
    let guarded = move |call: Call| async move {
        call.require(permission, area(path))?;
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
pub(crate) async fn answered<F, A>(asked: Arc<Asked>, trust: Trust, handler: F) -> Outcome
where
    F: Fn(Call) -> A,
    A: Future<Output = Outcome>,
{
    // Whose answer says which version it is of, be it a refusal.
    let versioned: Mutex<Option<Call>> = Mutex::default();
    let asking = |call: Call| {
        let rate = call.caller.rate;
        if call.version.is_some()
            && let Ok(mut versioned) = versioned.lock()
        {
            *versioned = Some(call.clone());
        }
        call.asked.head.extensions.get::<Whose>().into_iter().for_each(|whose| whose.is(&call.caller));
        // Kilobytes, which would be copied each time they are passed on.
        let handling = Box::pin(handler(call));
        async move {
            let mut response = handling.await?;
            rate.iter().for_each(|rate| response.headers_mut().extend(crate::problem::rate_headers(rate)));
            Ok(response)
        }
    };
    let outcome = with_caller(asked, trust, asking).await;
    let Some(call) = versioned.into_inner().ok().flatten() else { return outcome };
    let response = outcome.unwrap_or_else(IntoResponse::into_response);
    Ok(Box::pin(former::told(&call, response)).await)
}

/// The table as a router, without the edge.
pub(crate) fn routed(app: Arc<App>) -> Router {
    let mut router = Router::new();
    let pressure = Pressure::new(app.engine.pool().options().get_max_connections());
    for Route { method, path, need, reading, handler } in table() {
        // Files come in as fast as the line is, and who asks whether we live is always answered. How a tenant looks, and
        // how one signs in there, is read from the database, whoever asks.
        let is_limited =
            reading == Reading::Whole && (need != Need::Nothing || !method.is_safe() || is_looked_up(path));
        let pressure = is_limited.then(|| pressure.clone());
        let Ok(filter) = MethodFilter::try_from(method) else { continue };
        let (patience, app) = (patience(path, reading, &app), app.clone());
        let run = Arc::new(Run { app, path, patience, reading, pressure, handler });
        let answering = move |request: Request<Body>| run.clone().answer(request);
        router = router.route(path, on(filter, answering));
    }
    router.fallback(ui::page).method_not_allowed_fallback(edge::wrong_method)
}

/// Who goes to a provider, or comes back, waits for a place elsewhere and has none here: one that is slow must not stand in
/// the way of everybody. How many of a tenant may wait for it `identity` holds.
fn is_looked_up(path: &str) -> bool {
    path.starts_with("/auth/v1/branding") || ["/auth/v1/providers", "/auth/v1/support"].contains(&path)
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

/// Ends the stay of a request that is answered or given up: what is made of it, as a stream, may keep it for long.
struct Leaving(Arc<Asked>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.stay.iter().for_each(Stay::end);
    }
}

/// How one route answers.
struct Run {
    app: Arc<App>,
    path: &'static str,
    patience: Duration,
    reading: Reading,
    pressure: Option<Pressure>,
    handler: Handler,
}

impl Run {
    async fn answer(self: Arc<Self>, mut request: Request<Body>) -> Response {
        let noted = Noted::begin(self.path, &mut request);
        let response = self.answer_in_time(request).await;
        noted.into_iter().for_each(|noted| noted.end(&self.app.identity, &response));
        response
    }

    async fn answer_in_time(&self, request: Request<Body>) -> Response {
        let answering = async {
            if let Some(pressure) = &self.pressure {
                pressure.check()?;
            }
            let mut asked = Asked::read(self.app.clone(), self.reading, request).await?;
            if let Some(pressure) = &self.pressure {
                asked.stay = Some(pressure.enter().await?);
            }
            let leaving = Leaving(Arc::new(asked));
            (self.handler)(leaving.0.clone()).await
        };
        let too_late = || Problem::new(Code::Timeout, "the request took too long and was given up");
        match tokio::time::timeout(self.patience, answering).await {
            Ok(outcome) => outcome.unwrap_or_else(IntoResponse::into_response),
            Err(_) => too_late().into_response(),
        }
    }
}
