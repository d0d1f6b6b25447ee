//! Somebody at the reseller signs in to a tenant: with its consent and never without, as it says, until it ends, and told
//! on both sides.

mod bounds;
mod ends;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use api::Settings;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use chrono::{TimeDelta, Utc};
use identity::{Clock, Identity};
use it::site::{Reply, answer_by};
use serde_json::{Value as Json, json};
use tenancy::Tenants;
use tenancy::webhooks::Post;

use super::{Shop, wish};

const ACCESS: &str = "/admin/v1/support-access";
const DEALS: &str = "/api/v1/deals";

/// A reseller with a tenant whose administrator is Ann, and a clock that can be moved.
struct Counter {
    shop: Shop,
    ann: String,
    ahead: Arc<AtomicI64>,
}

fn clock(ahead: &Arc<AtomicI64>) -> Clock {
    let told = ahead.clone();
    Clock::new(move || Utc::now() + TimeDelta::seconds(told.load(Ordering::SeqCst)))
}

impl Counter {
    async fn new(name: &str) -> Self {
        let mut shop = Shop::new(name).await;
        let (ahead, engine) = (Arc::new(AtomicI64::new(0)), shop.site.world.engine.clone());
        let pool = engine.pool().clone();
        shop.site.identity = Identity::with_clock(engine, pool, clock(&ahead));
        shop.site.router = shop.site.with(Settings::default());
        shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
        let ann = shop.token("acme").await;
        Self { shop, ann, ahead }
    }

    fn pass(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// Another node, with memories of its own and the same clock.
    async fn other_node(&self) -> Router {
        let engine = self.shop.site.world.node(4).await;
        let pool = engine.pool().clone();
        let identity = Identity::with_clock(engine.clone(), pool.clone(), clock(&self.ahead));
        let tenants = Tenants::new(engine.clone(), pool);
        api::router(api::App { engine, identity, tenants, ..self.shop.site.app() })
    }

    /// A request of Ann's.
    async fn ann(&self, method: &str, path: &str, body: Option<Json>) -> Reply {
        self.shop.inside(&self.ann, (method, path), body).await
    }

    /// Ann lets the reseller in; the consent's id.
    async fn grant(&self, wish: Json) -> String {
        let granted = self.ann("POST", ACCESS, Some(wish)).await.data(201);
        granted["id"].as_str().unwrap().to_owned()
    }

    /// Sam of the reseller asks for a link.
    async fn ask_in(&self, tenant: &str) -> Reply {
        let sam = json!({ "email": "Sam@shop.example", "name": "Sam", "reason": "Ticket 4711" });
        self.shop.ask("POST", &format!("/tenants/{tenant}/sign-in"), Some(sam)).await
    }

    /// The same as the address within the site.
    async fn link(&self) -> String {
        let link = self.ask_in("acme").await.data(201);
        let url = url::Url::parse(link["url"].as_str().unwrap()).unwrap();
        format!("{}?{}", url.path(), url.query().unwrap())
    }

    /// Follows a link, as a browser does.
    async fn follow(&self, link: &str) -> Reply {
        self.shop.site.answer(Request::builder().uri(link).body(Body::empty()).unwrap()).await
    }

    /// Sam comes in; the token of the session.
    async fn enter(&self) -> String {
        let reply = self.follow(&self.link().await).await;
        token_in(&reply).unwrap_or_else(|| panic!("{} {}", reply.status, reply.header("location")))
    }

    /// A request of Sam's.
    async fn sam(&self, token: &str, (method, path): (&str, &str), body: Option<Json>) -> Reply {
        self.shop.inside(token, (method, path), body).await
    }

    /// What a node answers Sam.
    async fn status_at(&self, node: &Router, token: &str) -> u16 {
        let request = Request::builder().uri(DEALS).header("authorization", format!("Bearer {token}"));
        answer_by(node, request.body(Body::empty()).unwrap()).await.status
    }
}

/// The session that a browser got, if it was let in.
fn token_in(reply: &Reply) -> Option<String> {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let cookie = reply.header("set-cookie").strip_prefix("trellis_session=")?.split(';').next()?;
    (reply.header("location") == "/" && !cookie.is_empty()).then(|| cookie.to_owned())
}

/// The word on the page on which one signs in.
fn refused(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").strip_prefix("/sign-in?refused=").unwrap_or("let in")
}

#[tokio::test]
async fn nobody_comes_in_unless_the_tenant_says_so_and_then_as_it_says() {
    let counter = Counter::new("support").await;
    let (shop, ann) = (&counter.shop, &counter.ann);
    let deal = json!({ "name": "First", "amount": 5 });
    counter.ann("POST", DEALS, Some(deal.clone())).await.data(201);
    assert_eq!(counter.ask_in("acme").await.problems(409), [" no-support-access"]);
    let list = counter.ann("GET", ACCESS, None).await.data(200);
    assert_eq!(list, json!({ "reseller": "Shop", "asked": null, "consents": [] }));

    let wish = json!({ "hours": 2, "roles": ["administrator"], "reason": "A list is empty" });
    let granted = counter.ann("POST", ACCESS, Some(wish)).await.data(201);
    assert_eq!((&granted["open"], &granted["access"]), (&json!(true), &json!("read")));
    assert_eq!(granted["granted_by"]["name"], "Ann");
    let seen = shop.ask("GET", "/tenants/acme", None).await.data(200);
    assert_eq!((&seen["support"]["until"], &seen["support"]["access"]), (&granted["until"], &json!("read")));
    let told = counter.ask_in("acme").await.data(201);
    assert_eq!(told["support"], seen["support"]);

    let sam = counter.enter().await;
    let me = counter.sam(&sam, ("GET", "/auth/v1/me"), None).await.data(200);
    assert_eq!(me["user"]["name"], "Support (Shop)");
    let support = json!({ "until": granted["until"], "reseller": "Shop", "by": "Sam", "access": "read" });
    assert_eq!(me["support"], support);
    assert_eq!(me["permissions"]["objects"]["deal"]["edit"], "none");
    let own = shop.inside(ann, ("GET", "/auth/v1/me"), None).await.data(200);
    assert_eq!(own["support"], Json::Null);

    // Reads all that the role reads, and changes nothing in any way.
    let deals = counter.sam(&sam, ("GET", DEALS), None).await.data(200);
    let id = deals[0]["id"].as_str().unwrap();
    let one = format!("{DEALS}/{id}");
    let graphql = format!("mutation {{ update_deal(id: \"{id}\", data: {{ name: \"Theirs\" }}) {{ id }} }}");
    assert_eq!(counter.sam(&sam, ("POST", DEALS), Some(deal)).await.status, 403);
    assert_eq!(counter.sam(&sam, ("PATCH", &one), Some(json!({ "name": "Theirs" }))).await.status, 403);
    assert_eq!(counter.sam(&sam, ("DELETE", &one), None).await.status, 403);
    let batch = json!({ "operations": [{ "op": "delete", "object": "deal", "id": id }] });
    assert!(counter.sam(&sam, ("POST", "/api/v1/batch"), Some(batch)).await.status >= 400);
    let answered = counter.sam(&sam, ("POST", "/graphql"), Some(json!({ "query": graphql }))).await;
    assert!(answered.json()["errors"].is_array(), "{}", answered.text());
    assert_eq!(counter.ann("GET", &one, None).await.data(200)["name"], "First");
}

#[tokio::test]
async fn both_sides_are_told_who_was_there_and_what_they_did() {
    let counter = Counter::new("support_told").await;
    let shop = &counter.shop;
    let hook = json!({ "url": "https://shop.example.com/hook", "events": ["tenant.support_granted", "tenant.support_signed_in", "tenant.support_ended"] });
    shop.ask("POST", "/webhooks", Some(hook)).await.data(201);
    let wish = json!({ "roles": ["administrator"], "access": "write", "reason": "Help us" });
    let consent = counter.grant(wish).await;
    let sam = counter.enter().await;
    let made = counter.sam(&sam, ("POST", DEALS), Some(json!({ "name": "By Sam" }))).await.data(201);
    assert_eq!(counter.ann("DELETE", &format!("{ACCESS}/{consent}"), None).await.status, 204);

    let rows = counter.ann("GET", "/admin/v1/audit-log?limit=1000", None).await.data(200);
    let rows = rows.as_array().unwrap();
    let find = |action: &str, id: &Json| {
        rows.iter().find(|row| row["action"] == action && (id.is_null() || row["record_id"] == *id))
    };
    let granted = find("support_granted", &json!(consent)).unwrap();
    assert_eq!((&granted["actor"]["name"], &granted["object"]), (&json!("Ann"), &json!("support_access")));
    assert_eq!(granted["changes"]["reason"], json!([null, "Help us"]));
    assert_eq!(granted["changes"]["roles"], json!([null, ["administrator"]]));
    let came = rows.iter().find(|row| row["changes"]["method"] == json!([null, "support"])).unwrap();
    assert_eq!((&came["action"], &came["actor"]["name"]), (&json!("sign_in"), &json!("Support (Shop)")));
    let changes = &came["changes"];
    assert_eq!((&changes["person"][1], &changes["purpose"][1]), (&json!("Sam"), &json!("Ticket 4711")));
    assert_eq!(changes["support_access"][1], json!(consent));
    let did = find("create", &made["id"]).unwrap();
    assert_eq!(did["actor"]["name"], "Support (Shop)");
    assert_eq!(find("support_ended", &json!(consent)).unwrap()["actor"]["name"], "Ann");

    let history = counter.ann("GET", "/admin/v1/login-history", None).await.data(200);
    let entry = history.as_array().unwrap().iter().find(|entry| entry["method"] == "support").unwrap();
    assert_eq!((&entry["email"], &entry["result"]), (&json!("sam@shop.example"), &json!("success")));

    let events = shop.ask("GET", "/events", None).await.data(200);
    let told: Vec<(&str, &str)> = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["action"].as_str().unwrap().starts_with("support"))
        .map(|event| (event["action"].as_str().unwrap(), event["actor"].as_str().unwrap()))
        .collect();
    let expected =
        [("support_ended", "tenant"), ("support_signed_in", "reseller"), ("support_granted", "tenant")];
    assert_eq!(told, expected);
    assert_eq!(events[1]["details"]["name"], "Sam");
    assert!(!events.to_string().contains(&sam) && !events.to_string().contains("token="));
    let posted = Mutex::new(Vec::new());
    let take = |post: Post| {
        let body: Json = serde_json::from_str(&post.body).unwrap();
        posted.lock().unwrap().push(body["type"].as_str().unwrap().to_owned());
        Ok((204, String::new()))
    };
    while shop.site.tenants.deliver_next(Utc::now(), async |post| take(post)).await.unwrap() {}
    assert_eq!(
        *posted.lock().unwrap(),
        ["tenant.support_granted", "tenant.support_signed_in", "tenant.support_ended"]
    );
}
