//! The wire: HTTP in, the engine's questions and commands out, and the other way round. Nobody else knows
//! envelopes, status codes or cookies; nothing here knows SQL or decides who may do what.
//!
//! Reading order: [`routes`] (every address on one page), `edge` (what holds for every request), `asked`
//! (a request with its body), `call` (the same with its caller, planned again while metadata moves), `former` (names of an earlier version),
//! `list` and `body` (from URLs and JSON to questions), `rest` (the handlers), [`graphql`] and `mcp` (the same in other forms), `answer` and `problem` (what goes
//! out), `ui` (the embedded pages), [`serve`] (the socket), `ending` (how it is let go).

mod answer;
mod asked;
mod body;
mod call;
mod credential;
mod edge;
mod ending;
mod follower;
mod former;
pub mod graphql;
pub mod library;
mod list;
mod mcp;
mod meter;
mod noted;
mod openapi;
mod places;
mod pressure;
mod problem;
mod rest;
pub mod routes;
mod serve;
mod ui;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use engine::Engine;
use identity::Identity;
use tenancy::Tenants;

pub use ending::Ending;
pub use library::Library;
pub use meter::upkeep;
pub use serve::serve;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub engine: Engine,
    pub identity: Identity,
    pub tenants: Tenants,
    /// Packages that can be installed by name.
    pub library: Arc<Library>,
    /// GraphQL schemas that are kept.
    pub graphql: Arc<graphql::Schemas>,
    pub settings: Arc<Settings>,
    /// How far the node is with its end.
    pub ending: Ending,
}

/// What an operator may set about the wire.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Domain under which tenants have host names: `acme` in `acme.crm.example.com`.
    pub base_domain: Option<String>,
    /// Whether `X-Forwarded-For` and `X-Forwarded-Proto` are written by a proxy of ours: the last address is the
    /// caller's then.
    pub trust_proxy: bool,
    /// Where people reach us; with `https` every cookie is `Secure`, whatever the proxy says.
    pub public_url: Option<String>,
    /// Largest body in bytes.
    pub max_body: usize,
    /// Largest file of an import in bytes.
    pub max_upload: u64,
    /// Where such files wait for their import.
    pub upload_dir: PathBuf,
    /// Longest time for one request; ten times that for changes of metadata, sixty times for files.
    pub timeout: Duration,
    /// Whether addresses that somebody named may lie within our network.
    pub allow_private_targets: bool,
    /// Days that a tenant waits whose reseller ends it.
    pub deletion_wait: u32,
    /// What one GraphQL operation may ask for.
    pub graphql: graphql::Limits,
    /// Lines that one caller may have on a node, and changes that they may follow.
    pub followers: usize,
    /// After this time without a change a follower is looked at again: whether they may still follow.
    pub quiet: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_domain: None,
            trust_proxy: false,
            public_url: None,
            max_body: 10 * 1024 * 1024,
            max_upload: 2 * 1024 * 1024 * 1024,
            upload_dir: std::env::temp_dir(),
            timeout: Duration::from_secs(30),
            allow_private_targets: false,
            deletion_wait: 30,
            graphql: graphql::Limits::default(),
            followers: 250,
            quiet: Duration::from_secs(15),
        }
    }
}

impl Settings {
    /// Whether the caller's side of a connection is encrypted, as far as we or a proxy of ours can tell.
    pub(crate) fn is_https(&self, head: &http::request::Parts) -> bool {
        let forwarded = head.headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        let told = forwarded.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"));
        (self.trust_proxy && told)
            || head.uri.scheme_str() == Some("https")
            || self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// Everything that the process answers to. Tests call it in process, without a socket.
pub fn router(app: App) -> Router {
    let settings = app.settings.clone();
    edge::around(routes::routed(Arc::new(app)), settings)
}
