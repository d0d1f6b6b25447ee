//! Plans: what they allow is counted and refused, and told day by day.

use axum::http::Request;
use chrono::{TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use it::site::Reply;
use serde_json::json;

use super::{Shop, wish};
use crate::wire::pressure::shut;

/// A shop whose small plan allows what is said.
async fn small(name: &str, limits: &str) -> (Shop, String) {
    let shop = Shop::new(name).await;
    let text = format!("update platform.plans set {limits} where name = 'starter'");
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(shop.site.world.engine.pool()).await.unwrap();
    shop.ask("POST", "/tenants", Some(wish("acme", &["deals", "tasks"]))).await.data(201);
    let token = shop.token("acme").await;
    (shop, token)
}

#[tokio::test]
async fn no_record_is_made_past_the_plan() {
    let (shop, token) = small("records_limit", "records = 50").await;
    // The packages have brought some already.
    let tenant = shop.site.tenants.require("acme").await.unwrap();
    let had = shop.site.world.engine.usage(&tenant).await.unwrap().records;
    let left = usize::try_from(50 - had).unwrap();
    let deals =
        |count: usize| json!((0..count).map(|n| json!({ "name": format!("d{n}") })).collect::<Vec<_>>());
    let over = shop.inside(&token, ("POST", "/api/v1/deals"), Some(deals(left + 1))).await;
    assert_eq!((over.status, over.json()["code"].as_str()), (403, Some("plan-limit")), "{}", over.text());
    let made = shop.inside(&token, ("POST", "/api/v1/deals"), Some(deals(left))).await.data(201);
    let more = [
        ("POST", "/api/v1/deals", json!({ "name": "one" })),
        (
            "POST",
            "/api/v1/batch",
            json!({ "operations": [{ "op": "create", "object": "deal", "data": { "name": "b" } }] }),
        ),
        ("PUT", "/api/v1/deals/by/external_id/x", json!({ "name": "u" })),
        ("POST", "/graphql", json!({ "query": "mutation { create_deal(data: {name: \"g\"}) { id } }" })),
    ];
    for (method, path, body) in more {
        let reply = shop.inside(&token, (method, path), Some(body)).await;
        assert!(reply.text().contains("plan"), "{path}: {}", reply.text());
    }
    // What is there may be changed and thrown away; for good, it gives room again once it was counted.
    let id = made[0]["id"].as_str().unwrap();
    let path = format!("/api/v1/deals/{id}");
    shop.inside(&token, ("PATCH", &path), Some(json!({ "name": "other" }))).await.data(200);
    let gone = shop.inside(&token, ("DELETE", &format!("{path}?permanent=true")), None).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    shop.site.tenants.settle(Utc::now()).await.unwrap();
    shop.inside(&token, ("POST", "/api/v1/deals"), Some(json!({ "name": "again" }))).await.data(201);
    // A larger plan holds at once.
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "plan": "enterprise" }))).await.data(200);
    shop.inside(&token, ("POST", "/api/v1/deals"), Some(deals(20))).await.data(201);
}

#[tokio::test]
async fn no_person_is_made_past_the_plan() {
    let (shop, token) = small("users_limit", "users = 2").await;
    let person = |name: &str| json!({ "email": format!("{name}@acme.example"), "name": name });
    let bob = shop.inside(&token, ("POST", "/admin/v1/users"), Some(person("bob"))).await.data(201);
    let over = shop.inside(&token, ("POST", "/admin/v1/users"), Some(person("cy"))).await;
    assert_eq!(over.problems(403), [" users"]);
    let bob = format!("/admin/v1/users/{}", bob["id"].as_str().unwrap());
    assert_eq!(shop.inside(&token, ("DELETE", &bob), None).await.status, 204);
    shop.inside(&token, ("POST", "/admin/v1/users"), Some(person("cy"))).await.data(201);
    let back = shop.inside(&token, ("PATCH", &bob), Some(json!({ "active": true }))).await;
    assert_eq!(back.problems(403), [" users"]);
}

#[tokio::test]
async fn requests_are_counted_and_refused() {
    let (shop, token) = small("requests_limit", "requests_per_minute = 5").await;
    for _ in 0..5 {
        shop.inside(&token, ("GET", "/api/v1/deals"), None).await.data(200);
    }
    let over = shop.inside(&token, ("GET", "/api/v1/deals"), None).await;
    assert_eq!(
        (over.status, over.header("ratelimit-limit"), over.header("ratelimit-remaining")),
        (429, "5", "0")
    );
    assert!(!over.header("retry-after").is_empty());
    // Another tenant is not in the way.
    assert_eq!(shop.site.get("/auth/v1/me").await.status, 200);
    let usage = shop.ask("GET", "/tenants/acme/usage", None).await.data(200);
    assert_eq!((&usage["plan"], &usage["limits"]["requests_per_minute"]), (&json!("starter"), &json!(5)));
    let today = &usage["days"][0];
    assert_eq!((&today["requests"], &today["users"]), (&json!(5), &json!(1)), "{usage}");
    assert_eq!((&usage["now"]["users"], &today["records"]), (&json!(1), &usage["now"]["records"]));
    let wrong = shop.ask("GET", "/tenants/acme/usage?from=x&to=2026-13-01", None).await;
    assert_eq!(wrong.problems(400), ["to wrong-type", "from wrong-type"]);
    let turned = shop.ask("GET", "/tenants/acme/usage?from=2026-02-02&to=2026-02-01", None).await;
    assert_eq!(turned.problems(400), ["from out-of-range"]);
}

#[tokio::test]
async fn a_days_requests_are_of_all_nodes() {
    let (shop, token) = small("day_limit", "requests_per_day = 4").await;
    let other = tenancy::Tenants::new(shop.site.world.node(2).await, shop.site.world.engine.pool().clone());
    let tenant = shop.site.tenants.require("acme").await.unwrap();
    for _ in 0..3 {
        other.admit(&tenant, None, Utc::now()).await.unwrap();
    }
    other.settle(Utc::now()).await.unwrap();
    shop.inside(&token, ("GET", "/api/v1/deals"), None).await.data(200);
    assert_eq!(shop.inside(&token, ("GET", "/api/v1/deals"), None).await.status, 429);
    shop.site.tenants.settle(Utc::now()).await.unwrap();
    let usage = shop.ask("GET", "/tenants/acme/usage", None).await.data(200);
    assert_eq!(usage["days"][0]["requests"], 4);
}

#[tokio::test]
async fn a_minutes_requests_are_of_all_nodes() {
    let (shop, _) = small("minute_limit", "requests_per_minute = 100").await;
    let other = tenancy::Tenants::new(shop.site.world.node(2).await, shop.site.world.engine.pool().clone());
    let tenant = shop.site.tenants.require("acme").await.unwrap();
    let now = Utc::now();
    let passed = async |at| {
        let mut passed = 0;
        for n in 0..300 {
            let node = if n % 2 == 0 { &shop.site.tenants } else { &other };
            passed += usize::from(node.admit(&tenant, None, at).await.is_ok());
        }
        passed
    };
    assert_eq!(passed(now).await, 100);
    // They come back evenly, to whoever asks first.
    assert_eq!(passed(now + TimeDelta::seconds(6)).await, 10);
    assert_eq!(passed(now + TimeDelta::seconds(90)).await, 100);
}

#[tokio::test]
async fn no_more_requests_are_worked_on_at_once_than_the_plan_says() {
    let (shop, token) = small("connections_limit", "connections = 2").await;
    let ask = || shop.inside(&token, ("GET", "/api/v1/deals"), None);
    ask().await.data(200);
    let lock = shut(&shop.site, "t_acme").await;
    let mut flood: FuturesUnordered<_> = (0..2 + 2 * 4 + 5).map(|_| ask()).collect();
    for _ in 0..5 {
        let over = flood.next().await.unwrap();
        assert_eq!((over.status, over.header("retry-after")), (429, "1"), "{}", over.text());
        assert!(over.text().contains("2 requests at once"), "{}", over.text());
    }
    lock.rollback().await.unwrap();
    let mut answered = 0;
    while let Some(reply) = flood.next().await {
        assert!([200, 429].contains(&reply.status), "{} {}", reply.status, reply.text());
        answered += usize::from(reply.status == 200);
    }
    assert!(answered >= 2, "{answered}");
    ask().await.data(200);
}

#[tokio::test]
async fn nothing_is_written_past_the_storage_of_the_plan() {
    let (shop, token) = small("storage_limit", "records = 1000").await;
    let deal = || Some(json!({ "name": "one" }));
    let made = shop.inside(&token, ("POST", "/api/v1/deals"), deal()).await.data(201);
    let id = made["id"].as_str().unwrap();
    let one = format!("/api/v1/deals/{id}");
    let for_good = format!("{one}?permanent=true");
    let ask = |method, path, body| shop.inside(&token, (method, path), body);
    let tenant = shop.site.tenants.require("acme").await.unwrap();
    let engine = &shop.site.world.engine;
    // Room for one more, until it is measured next.
    let limit = engine.usage(&tenant).await.unwrap().bytes + 1200;
    let text = format!("update platform.plans set storage_bytes = {limit} where name = 'starter'");
    sqlx::query(sqlx::AssertSqlSafe(text)).execute(engine.pool()).await.unwrap();
    shop.site.tenants.settle(Utc::now()).await.unwrap();
    ask("POST", "/api/v1/deals", deal()).await.data(201);
    assert_eq!(ask("POST", "/api/v1/deals", deal()).await.problems(403), [" storage_bytes"]);
    let text = "update platform.plans set storage_bytes = 1 where name = 'starter'";
    sqlx::query(text).execute(engine.pool()).await.unwrap();
    ask("GET", &one, None).await.data(200);
    shop.site.tenants.settle(Utc::now()).await.unwrap();
    assert_eq!(import(&shop, &token, false).await.problems(403), [" storage_bytes"]);
    assert_eq!(import(&shop, &token, true).await.status, 202);
    let other = Some(json!({ "name": "other" }));
    assert_eq!(ask("PATCH", &one, other).await.problems(403), [" storage_bytes"]);
    let batch = json!({ "operations": [{ "op": "create", "object": "deal", "data": { "name": "b" } }] });
    assert_eq!(ask("POST", "/api/v1/batch", Some(batch)).await.status, 403);
    // It may be thrown away, and looked at.
    assert_eq!(ask("DELETE", &for_good, None).await.status, 204);
    let usage = shop.ask("GET", "/tenants/acme/usage", None).await.data(200);
    assert_eq!(usage["limits"]["storage_bytes"], 1);
    for bytes in [&usage["days"][0]["bytes"], &usage["now"]["bytes"]] {
        assert!(bytes.as_u64().unwrap() > 100_000, "{usage}");
    }
    let events = shop.ask("GET", "/events", None).await.data(200);
    let reached = json!({ "limit": "storage_bytes", "allowed": 1 });
    assert!(events.as_array().unwrap().iter().any(|event| event["details"] == reached), "{events}");
    // A larger plan holds at once.
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "plan": "enterprise" }))).await.data(200);
    ask("POST", "/api/v1/deals", deal()).await.data(201);
}

/// A file with one deal.
async fn import(shop: &Shop, token: &str, dry_run: bool) -> Reply {
    let asked = Request::builder()
        .method("POST")
        .uri(format!("/api/v1/deals/import?dry_run={dry_run}"))
        .header("content-type", "text/csv")
        .header("authorization", format!("Bearer {token}"));
    shop.site.send(asked, b"name\nfirst\n".to_vec()).await
}

#[tokio::test]
async fn no_more_imports_run_at_a_time_than_the_plan_says() {
    let (shop, token) = small("jobs_limit", "jobs = 1, requests_per_minute = null").await;
    // A tenant that a node meets first is measured, which would wait for the lock.
    shop.inside(&token, ("GET", "/api/v1/deals"), None).await.data(200);
    let lock = shut(&shop.site, "t_acme").await;
    let first = import(&shop, &token, false).await.data(202);
    assert_eq!(import(&shop, &token, false).await.problems(403), [" jobs"]);
    assert_eq!(import(&shop, &token, true).await.problems(403), [" jobs"]);
    lock.rollback().await.unwrap();
    let path = format!("/api/v1/imports/{}", first["id"].as_str().unwrap());
    let status = async || shop.inside(&token, ("GET", &path), None).await.data(200)["status"].clone();
    while status().await != "done" {}
    let next = import(&shop, &token, false).await;
    assert_eq!(next.status, 202, "{}", next.text());
}
