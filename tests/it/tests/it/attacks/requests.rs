//! Attacks by requests of somebody who is in: fields that are not theirs to set, ids that are not theirs to name,
//! texts that mean something to somebody else, and patterns that never end.

use std::time::{Duration, Instant};

use api::routes::{Need, table};
use axum::body::Body;
use axum::http::{Method, Request};
use identity::{NewKey, NewUser, Origin, Secret};
use it::World;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};
use tenancy::Tenants;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

#[tokio::test]
async fn what_the_system_sets_is_set_by_nobody_else() {
    let site = site("mass").await;
    let deal =
        site.ask("POST", "/api/v1/deals", Some(json!({ "name": "Mine", "amount": 1 }))).await.data(201);
    let id = deal["id"].as_str().unwrap();
    let forged = "00000000-0000-7000-8000-00000000ef01";
    for (key, value) in [
        ("created_at", json!("2001-01-01T00:00:00Z")),
        ("updated_at", json!("2001-01-01T00:00:00Z")),
        ("created_by_id", json!(forged)),
        ("updated_by_id", json!(forged)),
        ("deleted_at", json!(null)),
        ("tenant_id", json!(forged)),
        ("__proto__", json!({ "admin": true })),
    ] {
        for (method, path) in [("POST", "/api/v1/deals".to_owned()), ("PATCH", format!("/api/v1/deals/{id}"))]
        {
            let reply = site.ask(method, &path, Some(json!({ "name": "Forged", key: value }))).await;
            let told = reply.problems(422);
            assert!(told.iter().any(|problem| problem.starts_with(key)), "{method} {key}: {told:?}");
        }
    }
    let after = site.get(&format!("/api/v1/deals/{id}")).await.data(200);
    assert_eq!(after, deal, "nothing has changed");
    // People are no records to be written: roles and kinds come by administration alone.
    let gus = site.person("gus", "guest").await;
    let me = site.get_as(&gus, "/auth/v1/me").await.data(200)["user"]["id"].as_str().unwrap().to_owned();
    for token in [None, Some(gus.as_str())] {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> =
            bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        let raise = json!({ "roles": ["administrator"] });
        let reply = site.ask_with("PATCH", &format!("/api/v1/users/{me}"), Some(raise), &headers).await;
        assert!([403, 404].contains(&reply.status), "{}", reply.text());
    }
    let told = site
        .ask(
            "POST",
            "/admin/v1/users",
            Some(json!({ "email": "x@example.com", "name": "X", "kind": "system", "id": forged })),
        )
        .await;
    assert_eq!(told.problems(422), ["kind unknown-key", "id unknown-key"]);
    assert_eq!(site.get_as(&gus, "/auth/v1/me").await.data(200)["roles"], json!(["guest"]));
}

#[tokio::test]
async fn an_owner_is_not_given_by_whoever_may_not_transfer() {
    let site = site("owner").await;
    let bob = site.person("bob", "user").await;
    let bearer = format!("Bearer {bob}");
    let headers = [("authorization", bearer.as_str())];
    let mine = site.ask_with("POST", "/api/v1/tasks", Some(json!({ "title": "Mine" })), &headers).await;
    if mine.status != 201 {
        // The standard role may not make tasks: then there is nothing to give away.
        assert_eq!(mine.status, 403, "{}", mine.text());
        return;
    }
    let id = mine.data(201)["id"].as_str().unwrap().to_owned();
    let rights = site.get_as(&bob, "/auth/v1/me").await.data(200)["permissions"]["objects"]["task"].clone();
    let given = site
        .ask_with("PATCH", &format!("/api/v1/tasks/{id}"), Some(json!({ "owner_id": site.ada })), &headers)
        .await;
    assert_eq!(given.status == 200, rights["transfer"] != "none", "{rights} {}", given.text());
}

/// Ids of users, sessions, keys and teams of another tenant, on every route of administration and of credentials.
#[tokio::test]
async fn ids_of_another_tenant_name_nothing() {
    let site = site("foreign_admin").await;
    let engine = &site.world.engine;
    let other = Tenants::new(engine.clone(), engine.pool().clone()).create("other", "Other").await.unwrap();
    let eve = json!({ "email": "eve@example.com", "name": "Eve", "password": "correct horse", "roles": ["administrator"] });
    let eve: NewUser = serde_json::from_value(eve).unwrap();
    let user = site.identity.create_user(&other, eve).await.unwrap();
    let (password, origin) = (Secret::new("correct horse"), Origin::default());
    let session = site.identity.login(&other, "eve@example.com", &password, origin).await.unwrap();
    let credential = identity::Credential::Bearer(session.token.expose());
    let caller = site.identity.authenticate(credential, None).await.unwrap();
    let wish = NewKey { name: "k".into(), ..NewKey::default() };
    let key = site.identity.create_key(&caller, wish).await.unwrap();
    let mut asked = 0;
    for route in table() {
        let ours = route.path.starts_with("/admin/") || route.path.starts_with("/auth/");
        if !ours || !route.path.contains("{id}") || route.need == Need::Nothing {
            continue;
        }
        for id in [user, session.id, key.id] {
            let path = route.path.replace("{id}", &id.to_string());
            let body = (route.method != Method::GET).then(|| json!({}));
            let reply = site.ask(route.method.as_str(), &path, body).await;
            assert_eq!(reply.status, 404, "{} {path}: {}", route.method, reply.text());
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
    site.identity.authenticate_fresh(credential, None).await.expect("Eve is still in");
    let bearer = identity::Credential::Bearer(key.key.expose());
    site.identity.authenticate_fresh(bearer, None).await.expect("and so is her key");
    let named = json!({ "manager_id": user, "name": "Ada" });
    let path = format!("/admin/v1/users/{}", site.ada);
    assert_eq!(site.ask("PATCH", &path, Some(named)).await.status, 422, "nor is she anybody's manager");
    let history = site.get(&format!("/admin/v1/login-history?user_id={user}")).await.data(200);
    assert_eq!(history, json!([]));
    // Her session is asked for by id, her token shows its own tenant alone.
    let mine = site.get_as(session.token.expose(), "/admin/v1/users").await.data(200);
    assert_eq!(mine.as_array().unwrap().len(), 1, "{mine}");
}

#[tokio::test]
async fn no_answer_leads_elsewhere() {
    let site = site("redirect").await;
    let evil = encoded("https://evil.example/");
    for path in [
        "//evil.example",
        "/\\evil.example",
        "/sign-in",
        "/docs",
        "/auth/v1/login",
        "/auth/v1/me",
        "/api/v1/deals",
    ] {
        for query in ["", "?next=", "?return_to=", "?redirect_uri="] {
            let target = if query.is_empty() { path.to_owned() } else { format!("{path}{query}{evil}") };
            let Ok(request) = Request::builder().uri(&target).body(Body::empty()) else { continue };
            let reply = site.answer(request).await;
            assert!(!(300..400).contains(&reply.status), "{target}: {}", reply.status);
            assert_eq!(reply.header("location"), "", "{target}");
        }
    }
}

#[tokio::test]
async fn texts_write_no_headers() {
    let site = site("headers").await;
    let name = "Injected\r\nSet-Cookie: trellis_session=evil\r\nX-Evil: 1";
    let made = site.ask("POST", "/api/v1/deals", Some(json!({ "name": name, "amount": 1 }))).await;
    assert!([201, 422].contains(&made.status), "{}", made.text());
    let targets = [
        format!("/api/v1/deals?filter[name][eq]={}", encoded(name)),
        format!("/api/v1/{}", encoded(name)),
        format!("/api/v1/deals?format=csv&fields=name&{}=1", encoded("x\r\nX-Evil: 1")),
        format!("/admin/v1/login-history?cursor={}", encoded(name)),
        format!("/docs/{}", encoded(name)),
    ];
    for target in targets {
        for (header, value) in [("x-request-id", "a%0d%0aX-Evil:1"), ("origin", "https://evil.example")] {
            let reply = site.ask_with("GET", &target, None, &[(header, value)]).await;
            assert!(!reply.headers.contains_key("x-evil"), "{target}");
            assert!(reply.headers.values().all(|value| !value.as_bytes().contains(&b'\n')), "{target}");
            assert_eq!(reply.header("set-cookie"), "", "{target}");
            // No page elsewhere may read an answer.
            assert_eq!(reply.header("access-control-allow-origin"), "", "{target}");
        }
    }
    let subject = site
        .ask(
            "POST",
            "/admin/v1/users",
            Some(json!({ "email": "bcc@example.com\r\nBcc: evil@example.com", "name": "B" })),
        )
        .await;
    assert_eq!(subject.problems(422), ["email invalid-email"]);
}

#[tokio::test]
async fn patterns_end() {
    let site = site("redos").await;
    let text = format!("{}!", "a".repeat(200));
    site.ask("POST", "/api/v1/deals", Some(json!({ "name": text, "amount": 1 }))).await.data(201);
    for pattern in
        ["(a+)+$", "(a|aa)+$", "(.*a){20}", "((a*)*)*b", "(a{1,100}){1,100}{1,100}", "(?=a)b", "\\\\1(a)"]
    {
        for formula in
            [format!("MATCHES(name, \"{pattern}\")"), format!("EXTRACT(name, \"{pattern}\") = \"x\"")]
        {
            let start = Instant::now();
            let reply = site.get(&format!("/api/v1/deals?where={}", encoded(&formula))).await;
            let took = start.elapsed();
            assert!([200, 400, 422].contains(&reply.status), "{formula}: {}", reply.text());
            assert!(took < Duration::from_secs(10), "{formula} took {took:?}");
        }
    }
    // Deep and long formulas are refused, not walked into the ground.
    for formula in ["(".repeat(10_000), "NOT ".repeat(5_000) + "TRUE", "1+".repeat(10_000) + "1 > 0"] {
        let start = Instant::now();
        let reply = site.get(&format!("/api/v1/deals?where={}", encoded(&formula))).await;
        assert!([400, 414].contains(&reply.status), "{}", reply.status);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

/// Nothing that a caller sends is an address that the server goes to: what looks like one is refused, or kept as text.
#[tokio::test]
async fn the_server_fetches_nothing_for_a_caller() {
    let site = site("ssrf").await;
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let url = format!("http://{}/secret", trap.local_addr().unwrap());
    let issuer = json!({ "name": "evil", "label": "Evil", "issuer": url, "client_id": "x" });
    let tries: [(&str, &str, Json); 5] = [
        ("POST", "/metadata/v1/packages", json!({ "name": "evil", "source": url })),
        ("POST", "/metadata/v1/packages", json!({ "source": url })),
        ("POST", "/metadata/v1/packages", json!({ "name": url })),
        ("PATCH", "/admin/v1/security-settings", json!({ "webhook": url })),
        ("POST", "/admin/v1/sign-in-providers", issuer),
    ];
    for (method, path, body) in tries {
        let reply = site.ask(method, path, Some(body)).await;
        assert!((400..500).contains(&reply.status), "{path}: {} {}", reply.status, reply.text());
    }
    let checked =
        site.ask("POST", "/admin/v1/sign-in-providers/check", Some(json!({ "issuer": url }))).await.data(200);
    assert_eq!(checked["ok"], false);
    let page = json!({ "name": "Link", "website": url });
    site.ask("POST", "/api/v1/accounts", Some(page)).await;
    let schema = json!({ "name": "note", "kind": "json", "label": "Note", "schema": { "$ref": url } });
    let reply = site.ask("PUT", "/metadata/v1/objects/deal/fields/note", Some(schema)).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    let came = trap.accept();
    assert!(came.is_err(), "somebody came: {came:?}");
}
