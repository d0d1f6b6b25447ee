//! Bodies, addresses and questions that are too large, too deep, of the wrong type or no text at all.

use it::World;
use it::site::{Reply, Site, encoded};

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn post(site: &Site, kind: &str, body: Vec<u8>) -> Reply {
    let mut request = axum::http::Request::builder().method("POST").uri("/api/v1/deals");
    if !kind.is_empty() {
        request = request.header("content-type", kind);
    }
    site.send(request, body).await
}

fn refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{}", reply.text());
    assert_eq!(reply.header("content-type"), "application/problem+json");
    let body = reply.json();
    for key in ["type", "title", "status", "code", "detail", "errors", "request_id"] {
        assert!(!body[key].is_null(), "{key}: {body}");
    }
}

#[tokio::test]
async fn bodies_are_json_within_limits() {
    let site = site("body_limits").await;
    let before = site.world.fingerprint().await;
    let json = "application/json";
    refused(&post(&site, json, vec![b' '; 10 * 1024 * 1024 + 1]).await, 413, "too-large");
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"] {
        refused(&post(&site, kind, b"{\"name\":\"x\"}".to_vec()).await, 415, "not-json");
    }
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let bottomless = "[".repeat(1_000_000);
    for body in [
        b"".as_slice(),
        b"{",
        b"{\"name\":}",
        b"{\"name\":\"x\"} {}",
        b"{\"name\":NaN}",
        b"{\"name\":\"\xff\xfe\"}",
        b"{\"name\":\"x\",\"name\":\"y\"}",
        deep.as_bytes(),
        bottomless.as_bytes(),
    ] {
        refused(&post(&site, json, body.to_vec()).await, 400, "malformed-json");
    }
    for body in ["null", "5", "\"x\"", "[1]", "[[]]", "[]"] {
        refused(&post(&site, json, body.into()).await, 422, "invalid-data");
    }
    let many = format!("[{}]", vec!["{}"; 10_001].join(","));
    refused(&post(&site, json, many.into_bytes()).await, 400, "invalid-request");
    assert_eq!(site.world.fingerprint().await, before, "nothing was written");
}

#[tokio::test]
async fn questions_name_what_they_do_not_know() {
    let site = site("question_limits").await;
    let deep = encoded(&format!("{}{{\"name\":\"x\"}}{}", "{\"not\":".repeat(60), "}".repeat(60)));
    for (query, path) in [
        ("colour=red", "colour"),
        ("fields=nothing", "fields.nothing"),
        ("fields=account.nothing", "fields.nothing"),
        ("sort=nothing", "sort.nothing"),
        ("filter[amount][about]=5", "filter.amount.about"),
        ("filter[nothing][eq]=5", "filter.nothing"),
        ("filter=nonsense", "filter"),
        ("limit=1001", "limit"),
        ("limit=0", "limit"),
        ("cursor=nonsense", "cursor"),
        ("where=", "where"),
        ("where=amount+%3E", "where"),
        ("name=%ff", "name"),
        ("name=%00", "name"),
        // 1000 deals with 1000 tasks each.
        ("limit=1000&fields=name,tasks.title&limit[tasks]=1000", "limit"),
    ] {
        let reply = site.get(&format!("/api/v1/deals?{query}")).await;
        refused(&reply, 400, "invalid-request");
        let problems = reply.problems(400);
        assert!(problems.iter().any(|problem| problem.starts_with(path)), "{query}: {problems:?}");
    }
    refused(&site.get(&format!("/api/v1/deals?filter={deep}")).await, 400, "invalid-request");
    let long = "x".repeat(40_000);
    refused(&site.get(&format!("/api/v1/deals?name={long}")).await, 414, "uri-too-long");
    for path in ["/api/v1/nothings", "/api/v1/deals/5", "/api/v1/deals/%ff", "/api/v1/nothing/at/all"] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    let wrong_method = site.ask("PATCH", "/api/v1/deals", None).await;
    refused(&wrong_method, 405, "method-not-allowed");
    assert!(wrong_method.header("allow").contains("POST"));
    site.get("/api/v1/deals?limit=500&fields=name,tasks.title&limit[tasks]=900").await.data(200);
}
