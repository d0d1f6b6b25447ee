//! Who follows what changes: as many as one caller may, and only as long as they may. Their keys and what is shared with
//! them end by time alone, which nothing else tells them of.

use std::time::Duration;

use api::Settings;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

/// Followers are looked at again so soon that a test need not wait.
const SOON: Duration = Duration::from_millis(20);
/// After this a test fails rather than waits on.
const PATIENCE: Duration = Duration::from_secs(60);

async fn site(name: &str) -> (Site, Router) {
    let site = Site::new(World::with_packages(name).await).await;
    let node = site.with(Settings { quiet: SOON, followers: 2, ..Settings::default() });
    (site, node)
}

async fn follow(node: &Router, token: &str) -> Response<Body> {
    let request = Request::builder()
        .uri("/api/v1/deals/changes")
        .header("accept", "text/event-stream")
        .header("authorization", format!("Bearer {token}"));
    let Ok(response) = node.clone().oneshot(request.body(Body::empty()).unwrap()).await;
    response
}

struct Events(BoxStream<'static, Result<Bytes, axum::Error>>);

impl Events {
    async fn of(node: &Router, token: &str) -> Self {
        let response = follow(node, token).await;
        assert_eq!(response.status(), 200);
        let mut events = Self(response.into_body().into_data_stream().boxed());
        assert!(events.piece().await.unwrap().contains("event: ready"));
        events
    }

    /// What is sent next; `None` when it has ended.
    async fn piece(&mut self) -> Option<String> {
        let piece =
            tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something is sent in time")?;
        Some(String::from_utf8(piece.unwrap().to_vec()).unwrap())
    }

    /// The records that something is told of before `last`.
    async fn before(&mut self, last: &Json) -> Vec<Json> {
        let mut heard = Vec::new();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            assert!(tokio::time::Instant::now() < deadline, "{last} is not told of, only {heard:?}");
            let piece = self.piece().await.expect("the answer goes on");
            let Some(data) = piece.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
            let change: Json = serde_json::from_str(data).unwrap();
            if change["id"] == *last {
                return heard;
            }
            heard.push(change["id"].clone());
        }
    }
}

#[tokio::test]
async fn nobody_follows_at_more_places_than_one_may() {
    let (site, node) = site("followers_places").await;
    let (ada, gus) = (site.token_of("ada@example.com").await, site.person("gus", "sales_rep").await);
    let mut mine = vec![Events::of(&node, &ada).await, Events::of(&node, &ada).await];
    let refused = follow(&node, &ada).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "15"));
    // Another session of the same person is no way around it, and it is no matter to anybody else.
    assert_eq!(follow(&node, &site.token_of("ada@example.com").await).await.status(), 429);
    let _theirs = Events::of(&node, &gus).await;
    mine.pop();
    Events::of(&node, &ada).await;
}

#[tokio::test]
async fn a_key_that_ends_by_time_ends_what_it_follows() {
    let (site, node) = site("followers_key").await;
    let wish = json!({ "name": "short", "expires_at": "2999-01-01T00:00:00Z" });
    let made = site.ask("POST", "/auth/v1/api-keys", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let key = made.json()["key"].as_str().unwrap().to_owned();
    let mut events = Events::of(&node, &key).await;
    for _ in 0..3 {
        assert!(events.piece().await.unwrap().contains(": quiet"), "nothing happens, and it stands");
    }
    // As when the time has come: nothing else is told to anybody.
    let text = "UPDATE platform.api_keys SET expires_at = now() - interval '1 second' WHERE name = 'short'";
    sqlx::query(text).execute(site.world.engine.pool()).await.unwrap();
    while let Some(piece) = events.piece().await {
        assert!(piece.contains(": quiet"), "{piece}");
    }
    assert_eq!(follow(&node, &key).await.status(), 401);
}

#[tokio::test]
async fn a_share_that_ends_by_time_tells_no_more() {
    let (site, node) = site("followers_share").await;
    let role = json!({ "label": "Visitor", "objects": { "deal": { "read": "own", "create": true } } });
    site.world.define([(metadata::Kind::Roles, "visitor", Some(role))]).await.unwrap();
    let gus = site.person("gus", "visitor").await;
    let deal = site.ask("POST", "/api/v1/deals", Some(json!({ "name": "shared" }))).await.data(201);
    let path = format!("/api/v1/deals/{}", deal["id"].as_str().unwrap());
    let user = site.get_as(&gus, "/auth/v1/me").await.data(200)["user"]["id"].clone();
    let share = json!({ "user_id": user, "access": "read", "expires_at": "2999-01-01T00:00:00Z" });
    site.ask("POST", &format!("{path}/shares"), Some(share)).await.data(201);
    let mut events = Events::of(&node, &gus).await;
    let change = async |step: &str| {
        site.ask("PATCH", &path, Some(json!({ "next_step": step }))).await.data(200);
    };
    let own = async || {
        let (body, bearer) = (json!({ "name": "own" }), format!("Bearer {gus}"));
        let made = site.ask_with("POST", "/api/v1/deals", Some(body), &[("authorization", &bearer)]).await;
        made.data(201)["id"].clone()
    };
    change("first").await;
    assert_eq!(events.before(&own().await).await, [deal["id"].clone()]);
    let text =
        format!("UPDATE {}._shares SET expires_at = now() - interval '1 second'", site.world.tenant.schema);
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
    change("second").await;
    assert_eq!(events.before(&own().await).await, Vec::<Json>::new());
}
