//! Security settings and login histories over the wire: shapes, permissions, and what a locked-out caller is told.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

/// A request that comes from an address, with a token or without.
async fn from(site: &Site, ip: &str, (method, path): (&str, &str), token: Option<&str>, body: Json) -> Reply {
    let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut request = request.body(body).unwrap();
    let peer: SocketAddr = format!("{ip}:1234").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    site.answer(request).await
}

#[tokio::test]
async fn an_officer_sets_what_others_may_not_even_see() {
    let site = site("officer").await;
    let path = "/admin/v1/security-settings";
    let before = site.get(path).await.data(200);
    assert_eq!(
        before["password"],
        json!({ "sign_in": true, "min_length": 8, "forbid_common": true, "forbid_email": true })
    );
    assert_eq!(before["two_factor"], json!({ "required_roles": [] }));
    let gus = site.person("gus", "guest").await;
    assert_eq!(site.get_as(&gus, path).await.status, 403);
    assert_eq!(site.get_as(&gus, "/admin/v1/login-history").await.status, 403);
    let changed =
        site.ask("PATCH", path, Some(json!({ "sessions": { "idle_minutes": 30 } }))).await.data(200);
    assert_eq!(changed["sessions"], json!({ "idle_minutes": 30, "absolute_hours": 720 }));
    assert_eq!(changed["lockout"], before["lockout"]);
    let wrong =
        json!({ "sessions": { "idle_minutes": 1 }, "magic": true, "password": { "min_length": "x" } });
    let told = site.ask("PATCH", path, Some(wrong)).await.problems(422);
    let expected =
        ["sessions.idle_minutes out-of-range", "magic unknown-key", "password.min_length out-of-range"];
    assert_eq!(told, expected);
    assert_eq!(site.get(path).await.data(200), changed, "nothing has changed");
}

#[tokio::test]
async fn nobody_shuts_themselves_out() {
    let site = site("shut_out").await;
    let ada = site.token_of("ada@example.com").await;
    let patch = ("PATCH", "/admin/v1/security-settings");
    let elsewhere = json!({ "allowed_ips": ["10.0.0.0/8"] });
    let refused = from(&site, "192.0.2.1", patch, Some(&ada), elsewhere.clone()).await;
    assert_eq!(refused.problems(422), ["allowed_ips shuts-out"]);
    from(&site, "10.0.0.5", patch, Some(&ada), elsewhere).await.data(200);
    let outside = from(&site, "192.0.2.1", ("GET", "/auth/v1/me"), Some(&ada), Json::Null).await;
    assert_eq!(outside.status, 403, "{}", outside.text());
    from(&site, "10.0.0.5", ("GET", "/auth/v1/me"), Some(&ada), Json::Null).await.data(200);
    let credentials = json!({ "email": "ada@example.com", "password": "correct horse" });
    let outside = from(&site, "192.0.2.1", ("POST", "/auth/v1/login"), None, credentials.clone()).await;
    assert_eq!(outside.status, 403, "{}", outside.text());
    assert_eq!(from(&site, "10.9.9.9", ("POST", "/auth/v1/login"), None, credentials).await.status, 200);
}

#[tokio::test]
async fn who_is_locked_out_is_told_how_long_and_nothing_else() {
    let site = site("locked").await;
    let login = ("POST", "/auth/v1/login");
    let mut told = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        for _ in 0..5 {
            let reply =
                from(&site, "127.0.0.1", login, None, json!({ "email": email, "password": "wrong" })).await;
            assert_eq!(reply.status, 401);
        }
        // The right password makes no difference.
        let reply =
            from(&site, "127.0.0.1", login, None, json!({ "email": email, "password": "correct horse" }))
                .await;
        assert_eq!(reply.status, 429, "{}", reply.text());
        let wait: u64 = reply.header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
        let headers = ["ratelimit-limit", "ratelimit-remaining"].map(|name| reply.header(name).to_owned());
        assert_eq!(
            (headers, reply.header("ratelimit-reset")),
            (["5".into(), "0".into()], reply.header("retry-after"))
        );
        told.push(reply.json()["code"].clone());
    }
    assert_eq!(told[0], told[1]);
    let rows = site.get("/admin/v1/login-history?email=nobody@example.com&limit=2").await;
    assert_eq!(rows.json()["pagination"]["has_more"], true);
    assert_eq!(rows.data(200)[0]["reason"], "locked");
    let cursor = rows.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    let next = site.get(&format!("/admin/v1/login-history?email=nobody@example.com&cursor={cursor}")).await;
    assert_eq!(next.data(200).as_array().unwrap().len(), 4);
    let wrong = site.get("/admin/v1/login-history?result=maybe&cursor=x&user=1").await;
    assert_eq!(wrong.problems(400), ["result wrong-type", "cursor wrong-type", "user unknown-parameter"]);
}

#[tokio::test]
async fn everybody_sees_their_own_sign_ins() {
    let site = site("own_history").await;
    let gus = site.person("gus", "guest").await;
    let rows = site.get_as(&gus, "/auth/v1/login-history").await.data(200);
    assert_eq!(rows.as_array().unwrap().len(), 1);
    assert_eq!(
        (rows[0]["email"].as_str(), rows[0]["result"].as_str()),
        (Some("gus@example.com"), Some("success"))
    );
    assert_eq!(site.get_as(&gus, "/auth/v1/login-history?user_id=x").await.status, 400);
}

#[tokio::test]
async fn the_audit_stream_names_who_did_what() {
    let site = site("security_audit").await;
    let key = site.ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "sync" }))).await.json();
    let key = key["id"].as_str().unwrap();
    assert_eq!(site.ask("DELETE", &format!("/auth/v1/api-keys/{key}"), None).await.status, 204);
    let settings = json!({ "password": { "min_length": 9 } });
    site.ask("PATCH", "/admin/v1/security-settings", Some(settings)).await.data(200);
    let wrong = json!({ "email": "ada@example.com", "password": "wrong" });
    from(&site, "192.0.2.7", ("POST", "/auth/v1/login"), None, wrong).await;
    let rows: Vec<(String, String, Option<String>)> = sqlx::query_as(
        "select action, actor_id::text, changes::text from t_demo._audit_tail where object_id not like 'o%'",
    )
    .fetch_all(site.world.engine.pool())
    .await
    .unwrap();
    let told = |action: &str| rows.iter().find(|row| row.0 == action).cloned().expect(action);
    let ada = site.ada.to_string();
    for action in ["sign_in", "key_created", "key_revoked", "settings_changed"] {
        assert_eq!(told(action).1, ada, "{action}");
    }
    assert_eq!(told("settings_changed").2.unwrap().replace(' ', ""), "{\"password.min_length\":[8,9]}");
    let failed = told("sign_in_failed");
    assert_ne!(failed.1, ada, "who failed has not shown that it was her");
    assert!(failed.2.unwrap().contains("wrong-password"));
    assert!(
        rows.iter()
            .all(|row| !row.2.as_deref().unwrap_or_default().contains("trl_") || row.0 == "key_created")
    );
}
