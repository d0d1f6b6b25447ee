//! Who is let in, over the wire: sign-in, the cookie with its token, keys that are limited, and an import whose key
//! is taken away.

use axum::body::Body;
use axum::http::Request;
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn login(site: &Site, body: Json) -> Reply {
    let request =
        Request::builder().method("POST").uri("/auth/v1/login").header("content-type", "application/json");
    site.answer(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_failed_sign_in_does_not_tell_who_exists() {
    let site = site("login").await;
    let mut told = Vec::new();
    for (email, password) in [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", "wrong"),
        ("not an address", "wrong"),
        ("ada@example.com", ""),
    ] {
        let reply = login(&site, json!({ "email": email, "password": password })).await;
        assert_eq!(reply.status, 401, "{}", reply.text());
        let mut body = reply.json();
        body["request_id"] = Json::Null;
        told.push((body.to_string(), reply.header("set-cookie").to_owned()));
    }
    let other_tenant =
        login(&site, json!({ "email": "ada@example.com", "password": "x", "tenant": "nowhere" })).await;
    let mut body = other_tenant.json();
    body["request_id"] = Json::Null;
    told.push((body.to_string(), String::new()));
    assert!(told.iter().all(|reply| *reply == told[0]), "{told:#?}");
    assert_eq!(login(&site, json!({ "email": 5, "extra": 1 })).await.problems(422).len(), 3);
    let reply = login(&site, json!({ "email": "ADA@example.com", "password": "correct horse" })).await;
    assert_eq!((reply.status, reply.json()["token_type"].as_str()), (200, Some("Bearer")));
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite"), "{cookie}");
}

#[tokio::test]
async fn a_cookie_changes_nothing_without_its_token() {
    let site = site("csrf").await;
    let reply = login(&site, json!({ "email": "ada@example.com", "password": "correct horse" })).await;
    let cookie = reply.header("set-cookie").split(';').next().unwrap().to_owned();
    let ask = async |method: &str, path: &str, token: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path).header("cookie", &cookie);
        request = request.header("content-type", "application/json");
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        let body = if method == "GET" { Body::empty() } else { Body::from(r#"{"name":"By cookie"}"#) };
        site.answer(request.body(body).unwrap()).await
    };
    let token = ask("GET", "/auth/v1/me", None).await.data(200)["csrf_token"].as_str().unwrap().to_owned();
    for wrong in [None, Some(""), Some("x"), Some(&token[1..])] {
        let refused = ask("POST", "/api/v1/deals", wrong).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("csrf")), "{wrong:?}");
    }
    ask("POST", "/api/v1/deals", Some(&token)).await.data(201);
    assert_eq!(site.get("/api/v1/deals").await.data(200).as_array().unwrap().len(), 1);
}

async fn key(site: &Site, wish: Json) -> (String, String) {
    let made = site.ask("POST", "/auth/v1/api-keys", Some(wish)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let text = |key: &str| made.json()[key].as_str().unwrap().to_owned();
    (text("key"), text("id"))
}

async fn ask_as(site: &Site, token: &str, method: &str, path: &str) -> Reply {
    site.ask_with(method, path, None, &[("authorization", &format!("Bearer {token}"))]).await
}

#[tokio::test]
async fn a_limited_key_has_no_say_in_sessions_and_keys() {
    let site = site("limited").await;
    let (scoped, _) = key(&site, json!({ "name": "k", "scopes": ["deals:write", "*:write"] })).await;
    let (lesser, _) = key(&site, json!({ "name": "k", "role": "member" })).await;
    let (whole, id) = key(&site, json!({ "name": "k" })).await;
    let (administering, _) = key(&site, json!({ "name": "k", "scopes": ["admin:write"] })).await;
    let (looking, _) = key(&site, json!({ "name": "k", "scopes": ["admin:read"] })).await;
    let session = site.get("/auth/v1/sessions").await.data(200)[0]["id"].as_str().unwrap().to_owned();
    let reads = ["/auth/v1/sessions".to_owned(), "/auth/v1/api-keys".to_owned()];
    let revokes = [format!("/auth/v1/sessions/{session}"), format!("/auth/v1/api-keys/{id}")];
    for limited in [&scoped, &lesser] {
        for (method, paths) in [("GET", &reads), ("DELETE", &revokes)] {
            for path in paths {
                assert_eq!(
                    ask_as(&site, limited, method, path).await.problems(403),
                    [" limited-key"],
                    "{path}"
                );
            }
        }
    }
    for path in &reads {
        for token in [&whole, &administering, &looking] {
            ask_as(&site, token, "GET", path).await.data(200);
        }
    }
    assert_eq!(ask_as(&site, &looking, "DELETE", &revokes[1]).await.status, 403);
    assert_eq!(ask_as(&site, &administering, "DELETE", &revokes[1]).await.status, 204);
    assert_eq!(ask_as(&site, &whole, "GET", &reads[0]).await.status, 401);
}

#[tokio::test]
async fn an_explanation_is_within_a_keys_scopes() {
    let site = site("explain_scopes").await;
    let (scoped, _) = key(&site, json!({ "name": "k", "scopes": ["deals:read"] })).await;
    let refused = ask_as(&site, &scoped, "GET", "/api/v1/deals?explain=true").await;
    assert_eq!(refused.problems(403), [" no-permission"]);
    let (both, _) = key(&site, json!({ "name": "k", "scopes": ["deals:read", "admin:read"] })).await;
    assert!(ask_as(&site, &both, "GET", "/api/v1/deals?explain=true").await.data(200)["sql"].is_string());
}

async fn import(site: &Site, token: &str, rows: usize) -> String {
    let text: String = (0..rows).map(|n| format!("Deal {n}\n")).collect();
    let request =
        Request::builder().method("POST").uri("/api/v1/deals/import").header("content-type", "text/csv");
    let request = request.header("authorization", format!("Bearer {token}"));
    let started = site.send(request, format!("name\n{text}").into_bytes()).await;
    started.data(202)["id"].as_str().unwrap().to_owned()
}

async fn ended(site: &Site, id: &str) -> Json {
    for _ in 0..100_000 {
        let import = site.get(&format!("/api/v1/imports/{id}")).await.data(200);
        if ["done", "failed"].contains(&import["status"].as_str().unwrap()) {
            return import;
        }
        tokio::task::yield_now().await;
    }
    panic!("the import does not end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_imported_is_for_those_who_may_read_it() {
    let site = site("import_read").await;
    let (whole, _) = key(&site, json!({ "name": "k" })).await;
    let id = import(&site, &whole, 3).await;
    assert_eq!(ended(&site, &id).await["created"], 3);
    let (other, _) = key(&site, json!({ "name": "k", "scopes": ["contacts:read"] })).await;
    let (deals, _) = key(&site, json!({ "name": "k", "scopes": ["deals:read"] })).await;
    for path in [format!("/api/v1/imports/{id}"), format!("/api/v1/imports/{id}/rejects")] {
        assert_eq!(ask_as(&site, &other, "GET", &path).await.status, 404, "{path}");
        assert_eq!(ask_as(&site, &deals, "GET", &path).await.status, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_import_ends_when_its_key_is_revoked() {
    let site = site("import_revoked").await;
    let (token, key_id) = key(&site, json!({ "name": "k" })).await;
    // The first batch waits for this lock, so the key is gone before the second.
    let mut lock = site.world.engine.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE t_demo.deal IN SHARE MODE").execute(&mut *lock).await.unwrap();
    let id = import(&site, &token, 20_000).await;
    assert_eq!(site.ask("DELETE", &format!("/auth/v1/api-keys/{key_id}"), None).await.status, 204);
    lock.rollback().await.unwrap();
    let import = ended(&site, &id).await;
    assert_eq!(import["status"], "failed", "{import}");
    assert!(import["error"].as_str().unwrap().contains("does not hold any more"), "{import}");
    assert!(import["created"].as_i64().unwrap() <= 10_000, "{import}");
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM t_demo.deal")
        .fetch_one(site.world.engine.pool())
        .await
        .unwrap();
    assert_eq!(import["created"], there, "what was counted is in, and nothing else");
}
