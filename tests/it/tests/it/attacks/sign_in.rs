//! Attacks on the door: telling who exists by the clock, planting a session, forging requests, bending links.

use std::time::{Duration, Instant};

use api::routes::table;
use axum::body::Body;
use axum::http::Request;
use identity::{LoginError, NewUser, Origin, Secret};
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

const PASSWORD: &str = "correct horse";

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn login(site: &Site, cookie: Option<&str>, host: &str) -> Reply {
    let mut request = Request::builder().method("POST").uri("/auth/v1/login");
    request = request.header("content-type", "application/json").header("host", host);
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
    site.answer(request.body(Body::from(body)).unwrap()).await
}

fn cookie_of(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn with_cookie(site: &Site, cookie: &str, path: &str) -> u16 {
    let request = Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap();
    site.answer(request).await.status
}

/// The quickest of some tries is the work itself, whatever else the machine does. Checking a password takes tens of
/// milliseconds and all the rest a few, so somebody for whom none was checked would show.
#[tokio::test]
async fn the_clock_does_not_tell_who_exists() {
    let site = site("clock").await;
    let silent = json!({ "email": "silent@example.com", "name": "Silent" });
    let silent: NewUser = serde_json::from_value(silent).unwrap();
    site.identity.create_user(&site.world.tenant, silent).await.unwrap();
    let emails = ["ada@example.com", "nobody@example.com", "silent@example.com", "not an address"];
    let mut quickest = [Duration::MAX; 4];
    for _ in 0..4 {
        for (at, email) in emails.iter().enumerate() {
            let start = Instant::now();
            let wrong = Secret::new("wrong horse");
            let told = site.identity.login(&site.world.tenant, email, &wrong, Origin::default()).await;
            quickest[at] = quickest[at].min(start.elapsed());
            assert!(matches!(told, Err(LoginError::Wrong)), "{told:?}");
        }
    }
    let known = quickest[0];
    for (email, took) in emails.iter().zip(quickest) {
        assert!(took * 2 > known && took < known * 2, "{email}: {quickest:?}");
    }
}

#[tokio::test]
async fn a_planted_session_is_worth_nothing() {
    let site = site("fixation").await;
    // A made-up token is not taken over.
    let planted = format!("trellis_session={}", "a".repeat(64));
    let first = login(&site, Some(&planted), "crm.example.com").await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_ne!(cookie_of(&first), planted);
    assert_eq!(with_cookie(&site, &planted, "/auth/v1/me").await, 401);
    // Nor is one that is real: it ends when somebody signs in over it.
    let first = cookie_of(&first);
    assert_eq!(with_cookie(&site, &first, "/auth/v1/me").await, 200);
    let second = cookie_of(&login(&site, Some(&first), "crm.example.com").await);
    assert_ne!(second, first);
    assert_eq!(with_cookie(&site, &first, "/auth/v1/me").await, 401);
    assert_eq!(with_cookie(&site, &second, "/auth/v1/me").await, 200);
    // Keys are no cookies.
    let key = site.ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "k" }))).await;
    let key = format!("trellis_session={}", key.json()["key"].as_str().unwrap());
    assert_eq!(with_cookie(&site, &key, "/auth/v1/me").await, 401);
}

#[tokio::test]
async fn no_route_changes_anything_by_the_cookie_alone() {
    let site = site("csrf_all").await;
    let cookie = cookie_of(&login(&site, None, "crm.example.com").await);
    let mut asked = 0;
    for route in table() {
        let open = route.need == api::routes::Need::Nothing || route.path.starts_with("/reseller/");
        if route.method.is_safe() || open {
            continue;
        }
        let id = "00000000-0000-7000-8000-00000000abcd";
        let path = route.path.replace("{plural}", "deals").replace("{id}", id).replace("{kind}", "roles");
        let path = path.replace(['{', '}'], "");
        let request = Request::builder().method(route.method.clone()).uri(path).header("cookie", &cookie);
        let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
        let reply = site.answer(request).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (403, Some("csrf")), "{}", route.path);
        asked += 1;
    }
    assert!(asked > 30, "{asked}");
    // What a page elsewhere can send without asking first is no sign-in either.
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
        let request = Request::builder().method("POST").uri("/auth/v1/login").header("content-type", kind);
        let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
        assert_eq!(site.answer(request.body(Body::from(body)).unwrap()).await.status, 415, "{kind}");
    }
}

#[tokio::test]
async fn a_forged_host_bends_no_link() {
    let site = site("host").await;
    for (name, value) in [("host", "evil.example"), ("x-forwarded-host", "evil.example")] {
        let request = Request::builder().method("POST").uri("/auth/v1/password/forgot").header(name, value);
        let request = request.header("content-type", "application/json");
        let body = json!({ "email": "ada@example.com" }).to_string();
        assert_eq!(site.answer(request.body(Body::from(body)).unwrap()).await.status, 202);
    }
    let mut mails = Vec::new();
    for _ in 0..100_000 {
        mails = site.get("/admin/v1/outbox").await.data(200).as_array().unwrap().clone();
        if !mails.is_empty() {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(!mails.is_empty());
    assert!(mails.iter().all(|mail| !mail["text"].as_str().unwrap().contains("evil")), "{mails:?}");
}

#[tokio::test]
async fn cookies_and_answers_are_guarded() {
    let site = site("guards").await;
    let reply = login(&site, None, "crm.example.com").await;
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert!(
        !cookie.contains("Secure"),
        "plain http, and nobody trusts a header that anybody may send: {cookie}"
    );
    let request =
        Request::builder().method("POST").uri("/auth/v1/login").header("x-forwarded-proto", "https");
    let request = request.header("content-type", "application/json");
    let body = json!({ "email": "ada@example.com", "password": PASSWORD }).to_string();
    let reply = site.answer(request.body(Body::from(body)).unwrap()).await;
    assert!(!reply.header("set-cookie").contains("Secure"));
    assert_eq!(reply.header("strict-transport-security"), "");
    let policy = reply.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("referrer-policy"), "same-origin");
    assert_eq!(reply.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_demanded_factor_shuts_every_other_route() {
    let site = site("demanded").await;
    let patch = json!({ "two_factor": { "required_roles": ["administrator"] } });
    site.ask("PATCH", "/admin/v1/security-settings", Some(patch)).await.data(200);
    for path in [
        "/api/v1/deals",
        "/admin/v1/users",
        "/auth/v1/api-keys",
        "/auth/v1/sessions",
        "/metadata/v1/bootstrap",
    ] {
        let reply = site.get(path).await;
        assert_eq!(
            (reply.status, reply.json()["code"].as_str()),
            (403, Some("totp-setup-required")),
            "{path}"
        );
    }
    for (method, path) in [("POST", "/graphql"), ("PATCH", "/admin/v1/security-settings")] {
        assert_eq!(
            site.ask(method, path, Some(json!({ "query": "{ deals { edges { node { id } } } }" })))
                .await
                .status,
            403
        );
    }
    assert_eq!(site.get("/auth/v1/me").await.data(200)["must_set_up_two_factor"], true);
    let wrong = site.ask("POST", "/auth/v1/two-factor", Some(json!({ "password": "x" }))).await;
    assert_eq!(wrong.problems(422), ["password wrong-password"]);
    let begun =
        site.ask("POST", "/auth/v1/two-factor", Some(json!({ "password": PASSWORD }))).await.data(201);
    let device = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let device = totp_rs::Builder::new().with_secret(device).build().unwrap();
    let now = u64::try_from(chrono::Utc::now().timestamp()).unwrap();
    let code = device.generate(now).to_string();
    let done = site.ask("POST", "/auth/v1/two-factor/confirm", Some(json!({ "code": code }))).await;
    let done = done.data(200);
    assert_eq!(done["recovery_codes"].as_array().unwrap().len(), 10);
    let token = done["access_token"].as_str().unwrap();
    assert_eq!(site.get_as(token, "/api/v1/deals").await.status, 200);
    let login = async |totp: Json| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "totp": totp });
        let request = Request::builder().method("POST").uri("/auth/v1/login");
        let request = request.header("content-type", "application/json");
        site.answer(request.body(Body::from(body.to_string())).unwrap()).await
    };
    let asked = login(Json::Null).await;
    assert_eq!((asked.status, asked.json()["code"].as_str()), (401, Some("totp-required")));
    let replayed = login(json!(code)).await;
    assert_eq!(replayed.problems(401), ["totp wrong-code"]);
    let tried = async || {
        let rows = site.get_as(token, "/admin/v1/login-history?email=ada@example.com").await.data(200);
        let reason = |row: &Json| row["reason"].as_str().unwrap_or("in").to_owned();
        rows.as_array().unwrap().iter().map(reason).collect::<Vec<_>>()
    };
    assert_eq!(tried().await[..2], ["wrong-code", "totp-required"]);
    assert_eq!(login(done["recovery_codes"][3].clone()).await.status, 200);
    // The step that asks for the code is one of the sign-in; a wrong code is told.
    assert_eq!(tried().await[..2], ["in", "wrong-code"]);
    assert!(!tried().await.contains(&"totp-required".to_owned()), "{:?}", tried().await);
}
