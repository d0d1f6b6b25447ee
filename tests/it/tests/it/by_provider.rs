//! Signing in by a provider, from the button to the session, with a real provider on loopback; and what stands against
//! those who would use that door for somebody else's account.

mod attacks;
mod people;
mod settings;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::Settings;
use axum::body::Body;
use axum::http::Request;
use chrono::{TimeDelta, Utc};
use identity::{Clock, Identity};
use it::World;
use it::provider::{CLIENT, Provider, SECRET};
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

const ADMIN: &str = "/admin/v1/sign-in-providers";

/// A tenant that believes a provider.
struct House {
    site: Site,
    provider: Provider,
    ahead: Arc<AtomicI64>,
}

impl House {
    /// The provider makes people of the role `user`.
    async fn new(name: &str) -> Self {
        let house = Self::without_provider(name).await;
        let wish = house.wish("acme", json!({ "create_users": true, "default_role": "user" }));
        house.site.ask("POST", ADMIN, Some(wish)).await.data(201);
        house
    }

    async fn without_provider(name: &str) -> Self {
        let mut site = Site::new(World::new(name).await).await;
        let (ahead, engine) = (Arc::new(AtomicI64::new(0)), site.world.engine.clone());
        let told = ahead.clone();
        let clock = Clock::new(move || Utc::now() + TimeDelta::seconds(told.load(Ordering::SeqCst)));
        let pool = engine.pool().clone();
        site.identity = Identity::with_clock(engine, pool, clock).with_private_targets(true);
        site.router = site.with(Settings::default());
        Self { site, provider: Provider::start().await, ahead }
    }

    fn wish(&self, name: &str, more: Json) -> Json {
        wish_of(&self.provider, name, more)
    }

    async fn set(&self, patch: Json) {
        self.site.ask("PATCH", &format!("{ADMIN}/acme"), Some(patch)).await.data(200);
    }

    fn pass(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// Whoever is signed in at the provider signs in here, in a new browser: the browser, and where it ended.
    async fn sign_in(&self) -> (Browser, String) {
        let mut browser = Browser::default();
        let end = browser.sign_in(self, "acme", "/").await;
        (browser, end)
    }

    /// Why nobody came in.
    async fn refusal(&self) -> String {
        let (browser, end) = self.sign_in().await;
        assert_eq!(browser.get(self, "/auth/v1/me").await.status, 401, "{end}");
        refused(&end)
    }
}

/// What is said of a provider.
fn wish_of(provider: &Provider, name: &str, more: Json) -> Json {
    let mut wish = json!({ "name": name, "label": "Acme", "issuer": provider.issuer, "client_id": CLIENT, "client_secret": SECRET });
    wish.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    wish
}

/// The word on the page on which one signs in.
fn refused(place: &str) -> String {
    let query = place.strip_prefix("/sign-in?").unwrap_or_else(|| panic!("{place} is not the sign-in"));
    let found = query.split('&').find_map(|pair| pair.strip_prefix("refused="));
    found.unwrap_or_else(|| panic!("{place} says nothing")).to_owned()
}

/// A browser, with its cookies.
#[derive(Clone, Default)]
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    async fn get(&self, house: &House, path: &str) -> Reply {
        house.site.answer(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// The same for an address that sets cookies.
    async fn go(&mut self, house: &House, path: &str) -> Reply {
        let reply = self.get(house, path).await;
        self.keep(&reply);
        reply
    }

    async fn post(&mut self, house: &House, path: &str, body: Json, csrf: &str) -> Reply {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .header("x-csrf-token", csrf);
        let reply = house.site.answer(request.body(Body::from(body.to_string())).unwrap()).await;
        self.keep(&reply);
        reply
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder().method(method).uri(path).header("cookie", cookies.join("; "))
    }

    fn keep(&mut self, reply: &Reply) {
        for cookie in reply.headers.get_all("set-cookie") {
            let (pair, flags) = cookie.to_str().unwrap().split_once(';').unwrap();
            assert!(flags.contains("HttpOnly") && flags.contains("SameSite=Lax"), "{flags}");
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// To the provider: the address of its page.
    async fn leave(&mut self, house: &House, name: &str, return_to: &str) -> String {
        let path = format!("/auth/v1/providers/{name}/start?return_to={}", it::site::encoded(return_to));
        let reply = self.go(house, &path).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply.header("location").to_owned()
    }

    /// Back from it: where that ends.
    async fn come_back(&mut self, house: &House, address: &str) -> String {
        let path = address.strip_prefix("http://127.0.0.1:8080").unwrap_or(address).to_owned();
        let reply = self.go(house, &path).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        assert_eq!(self.cookie("trellis_sign_in").is_some(), reply.header("location").contains("code=1"));
        reply.header("location").to_owned()
    }

    async fn sign_in(&mut self, house: &House, name: &str, return_to: &str) -> String {
        let page = self.leave(house, name, return_to).await;
        if page.starts_with("/sign-in") {
            return page;
        }
        let back = house.provider.visit(&page).await;
        self.come_back(house, &back).await
    }

    async fn me(&self, house: &House) -> Json {
        self.get(house, "/auth/v1/me").await.data(200)
    }
}
