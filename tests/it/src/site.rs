//! The whole wire in process: requests go through the router as they would over a socket, cookies apart.

use std::sync::Arc;

use api::Settings;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use engine::Engine;
use identity::{FirstAdministrator, Identity, NewUser, Origin, Secret};
use serde_json::Value as Json;
use tenancy::Tenants;
use tower::ServiceExt;
use uuid::Uuid;

use crate::World;

const PASSWORD: &str = "correct horse";
/// Packages that come with Trellis.
const STANDARD: [&str; 4] = ["accounts", "leads", "deals", "tasks"];

fn router(engine: Engine, identity: Identity, tenants: Tenants) -> Router {
    router_with(engine, identity, tenants, Settings::default())
}

fn router_with(engine: Engine, identity: Identity, tenants: Tenants, settings: Settings) -> Router {
    api::router(app_with(engine, identity, tenants, settings))
}

fn app_with(engine: Engine, identity: Identity, tenants: Tenants, settings: Settings) -> api::App {
    let library = Arc::new(api::Library::new(STANDARD.map(crate::package).into()));
    let settings = Arc::new(settings);
    let (graphql, ending) = Default::default();
    api::App { graphql, engine, identity, tenants, library, settings, ending }
}

/// A world with the wire in front of it and an administrator, Ada, whose token is used unless another is named.
pub struct Site {
    pub world: World,
    pub router: Router,
    pub ada: Uuid,
    pub identity: Identity,
    pub tenants: Tenants,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `data` of an answer with this status; a panic with the body otherwise.
    pub fn data(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()["data"].clone()
    }

    /// `path code` of each problem, of an answer with this status.
    pub fn problems(&self, status: u16) -> Vec<String> {
        assert_eq!(self.status, status, "{}", self.text());
        let json = self.json();
        let word = |detail: &Json, key: &str| detail[key].as_str().unwrap_or_default().to_owned();
        let one = |detail: &Json| format!("{} {}", word(detail, "path"), word(detail, "code"));
        json["errors"].as_array().into_iter().flatten().map(one).collect()
    }
}

impl Site {
    /// The wire in front of a world.
    pub async fn new(mut world: World) -> Self {
        let pool = world.engine.pool().clone();
        tenancy::migrate(&pool).await.expect("the platform migrates");
        let tenants = Tenants::new(world.engine.clone(), pool.clone());
        world.tenant = tenants.ensure("demo", "Demo").await.expect("a tenant");
        let identity = Identity::new(world.engine.clone(), pool);
        let password = Some(Secret::new(PASSWORD));
        let made =
            identity.first_administrator(&world.tenant, "ada@example.com", Some("Ada"), password).await;
        let Ok(FirstAdministrator::Made { user_id: ada, .. }) = made else { panic!("{made:?}") };
        let router = router(world.engine.clone(), identity.clone(), tenants.clone());
        let mut site = Self { world, router, ada, identity, tenants, token: String::new() };
        site.token = site.token_of("ada@example.com").await;
        site
    }

    /// The same wire with other settings.
    pub fn with(&self, settings: Settings) -> Router {
        router_with(self.world.engine.clone(), self.identity.clone(), self.tenants.clone(), settings)
    }

    /// What a node of its own serves on a socket.
    pub fn app(&self) -> api::App {
        let (engine, identity) = (self.world.engine.clone(), self.identity.clone());
        app_with(engine, identity, self.tenants.clone(), Settings::default())
    }

    /// Another node on the same database, with memories of its own.
    pub async fn node(&self) -> Router {
        self.node_with_engine().await.0
    }

    /// The same with its engine, whose connections nobody else uses.
    pub async fn node_with_engine(&self) -> (Router, Engine) {
        let engine = self.world.node(4).await;
        let identity = Identity::new(engine.clone(), engine.pool().clone());
        let tenants = Tenants::new(engine.clone(), engine.pool().clone());
        (router(engine.clone(), identity, tenants), engine)
    }

    /// A new person with a role; answers their token.
    pub async fn person(&self, name: &str, role: &str) -> String {
        let email = format!("{name}@example.com");
        let user = NewUser {
            email: email.clone(),
            name: name.into(),
            password: Some(Secret::new(PASSWORD)),
            roles: vec![role.into()],
            permission_sets: Vec::new(),
            teams: Vec::new(),
            manager_id: None,
            title: None,
            time_zone: None,
        };
        self.identity.create_user(&self.world.tenant, user).await.expect("a user");
        self.token_of(&email).await
    }

    /// A new reseller; answers their key.
    pub async fn reseller(&self, name: &str) -> String {
        let reseller = self.tenants.create_reseller(name).await.expect("a reseller");
        self.identity.create_reseller_key(reseller).await.expect("a key").expose().to_owned()
    }

    /// A new session of somebody.
    pub async fn token_of(&self, email: &str) -> String {
        let password = Secret::new(PASSWORD);
        let session = self.identity.login(&self.world.tenant, email, &password, Origin::default()).await;
        session.expect("a session").token.expose().to_owned()
    }

    /// Any request, as Ada unless its head says who asks.
    pub async fn send(&self, request: axum::http::request::Builder, body: Vec<u8>) -> Reply {
        let mut request = request.body(Body::from(body)).expect("a request");
        if !request.headers().contains_key("authorization") {
            let bearer = format!("Bearer {}", self.token).parse().expect("a header");
            request.headers_mut().insert("authorization", bearer);
        }
        self.answer(request).await
    }

    /// A request as it is, whoever it says that it comes from.
    pub async fn answer(&self, request: Request<Body>) -> Reply {
        answer_by(&self.router, request).await
    }

    /// A request with a JSON body, or without one.
    pub async fn ask(&self, method: &str, path: &str, body: Option<Json>) -> Reply {
        self.ask_with(method, path, body, &[]).await
    }

    /// The same with headers.
    pub async fn ask_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Json>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.send(request, body.map(|json| json.to_string().into_bytes()).unwrap_or_default()).await
    }

    /// A read as Ada.
    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, None).await
    }

    /// A read as somebody else.
    pub async fn get_as(&self, token: &str, path: &str) -> Reply {
        self.ask_with("GET", path, None, &[("authorization", &format!("Bearer {token}"))]).await
    }
}

/// A request to one node.
pub async fn answer_by(node: &Router, request: Request<Body>) -> Reply {
    let Ok(response) = node.clone().oneshot(request).await;
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the whole body").to_vec();
    Reply { status: head.status.as_u16(), headers: head.headers, bytes }
}

/// A text as it stands in an address.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
