//! The end of support access: said, by time, or with the tenant; each holds for the next request on every node.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::{ACCESS, Counter, DEALS, refused};

fn actions(events: &Json) -> Vec<&str> {
    let all = events.as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap());
    all.filter(|action| action.starts_with("support")).collect()
}

#[tokio::test]
async fn a_consent_that_ends_takes_its_sessions_and_links_with_it_on_every_node() {
    let counter = Counter::new("support_ended").await;
    let other = counter.other_node().await;
    let consent = counter.grant(json!({ "roles": ["administrator"] })).await;
    let (sam, link) = (counter.enter().await, counter.link().await);
    // Both nodes remember the session.
    for _ in 0..2 {
        assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 200);
        assert_eq!(counter.status_at(&other, &sam).await, 200);
    }
    let path = format!("{ACCESS}/{consent}");
    assert_eq!(counter.ann("DELETE", &path, None).await.status, 204);
    assert_eq!(counter.status_at(&other, &sam).await, 401);
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 401);
    assert_eq!(counter.sam(&sam, ("GET", "/auth/v1/me"), None).await.status, 401);
    assert_eq!(refused(&counter.follow(&link).await), "support-over");
    assert_eq!(counter.ask_in("acme").await.problems(409), [" no-support-access"]);
    assert_eq!(counter.ann("DELETE", &path, None).await.status, 404);
    assert_eq!(counter.shop.ask("GET", "/tenants/acme", None).await.data(200)["support"], Json::Null);
    let listed = counter.ann("GET", ACCESS, None).await.data(200);
    assert_eq!(
        (&listed["consents"][0]["open"], listed["consents"].as_array().unwrap().len()),
        (&json!(false), 1)
    );
    assert!(listed["consents"][0]["ended_at"].is_string());
    // Another one is another: the session of before stays out.
    counter.grant(json!({ "roles": ["administrator"] })).await;
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 401);
    let again = counter.enter().await;
    assert_eq!(counter.sam(&again, ("GET", DEALS), None).await.status, 200);
    // Who leaves is out, and nobody else.
    let colleague = counter.enter().await;
    assert_eq!(counter.sam(&again, ("POST", "/auth/v1/logout"), None).await.status, 204);
    assert_eq!(counter.sam(&again, ("GET", DEALS), None).await.status, 401);
    assert_eq!(counter.sam(&colleague, ("GET", DEALS), None).await.status, 200);
}

#[tokio::test]
async fn an_end_that_fails_half_way_leaves_the_consent_to_be_ended_again() {
    let counter = Counter::new("support_half_ended").await;
    let other = counter.other_node().await;
    let consent = counter.grant(json!({ "roles": ["administrator"] })).await;
    let sam = counter.enter().await;
    assert_eq!(counter.status_at(&other, &sam).await, 200);
    let pool = counter.shop.site.world.engine.pool();
    let fault = "create function t_acme.fault() returns trigger language plpgsql as 'begin raise exception ''away''; end'; \
                 create trigger fault before update on t_acme._state for each row execute function t_acme.fault()";
    sqlx::raw_sql(fault).execute(pool).await.unwrap();
    let path = format!("{ACCESS}/{consent}");
    assert!(counter.ann("DELETE", &path, None).await.status >= 500);
    sqlx::raw_sql("drop trigger fault on t_acme._state").execute(pool).await.unwrap();
    let listed = counter.ann("GET", ACCESS, None).await.data(200);
    assert_eq!(listed["consents"][0]["open"], json!(true), "who is told that it failed finds it so");
    assert_eq!(counter.ann("DELETE", &path, None).await.status, 204);
    assert_eq!(counter.status_at(&other, &sam).await, 401);
    let events = counter.shop.ask("GET", "/events", None).await.data(200);
    assert_eq!(actions(&events), ["support_ended", "support_signed_in", "support_granted"]);
}

#[tokio::test]
async fn a_consent_whose_time_is_over_lets_nobody_in_or_stay() {
    let counter = Counter::new("support_over").await;
    let other = counter.other_node().await;
    let tenants = &counter.shop.site.tenants;
    counter.grant(json!({ "hours": 1, "roles": ["administrator"] })).await;
    let sam = counter.enter().await;
    assert_eq!(counter.status_at(&other, &sam).await, 200);
    counter.pass(TimeDelta::minutes(59));
    // In use to the last minute, which prolongs nothing.
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 200);
    counter.pass(TimeDelta::minutes(2));
    assert_eq!(counter.status_at(&other, &sam).await, 401);
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 401);
    assert_eq!(counter.ask_in("acme").await.problems(409), [" no-support-access"]);
    // Its end is told once, by whichever node looks first.
    let now = counter.shop.site.identity.now();
    let (one, two) = tokio::join!(tenants.end_due_support(now), tenants.end_due_support(now));
    one.unwrap();
    two.unwrap();
    let events = counter.shop.ask("GET", "/events", None).await.data(200);
    assert_eq!(actions(&events), ["support_ended", "support_signed_in", "support_granted"]);
    assert_eq!(events[0]["actor"], "trellis");
    let log = counter.ann("GET", "/admin/v1/audit-log?action=support_ended", None).await.data(200);
    assert_eq!(log.as_array().unwrap().len(), 1, "{log}");
    // Nobody needs to have looked for the next one.
    counter.grant(json!({ "hours": 1 })).await;
    counter.pass(TimeDelta::minutes(61));
    counter.grant(json!({ "hours": 1 })).await;
    let events = counter.shop.ask("GET", "/events", None).await.data(200);
    assert_eq!(actions(&events)[..3], ["support_granted", "support_ended", "support_granted"]);
}

#[tokio::test]
async fn a_tenant_that_is_shut_lets_nobody_in_and_one_that_is_gone_keeps_nothing() {
    let counter = Counter::new("support_shut").await;
    let shop = &counter.shop;
    counter.grant(json!({ "roles": ["administrator"] })).await;
    let (sam, link) = (counter.enter().await, counter.link().await);
    shop.ask("POST", "/tenants/acme/suspend", None).await.data(200);
    let shut = counter.sam(&sam, ("GET", DEALS), None).await;
    assert_eq!((shut.status, shut.json()["code"].as_str()), (403, Some("tenant-suspended")));
    let asked = counter.ask_in("acme").await;
    assert_eq!((asked.status, asked.json()["code"].as_str()), (403, Some("tenant-suspended")));
    assert_eq!(refused(&counter.follow(&link).await), "support-over");
    shop.ask("POST", "/tenants/acme/resume", None).await.data(200);
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 200);
    assert_eq!(shop.ask("DELETE", "/tenants/acme?permanent=true", None).await.status, 204);
    assert_eq!(counter.sam(&sam, ("GET", DEALS), None).await.status, 401);
    assert_eq!(counter.ask_in("acme").await.status, 404);
    for table in ["support_access", "support_links", "sessions where support_id is not null"] {
        let text = sqlx::AssertSqlSafe(format!("select count(*) from platform.{table}"));
        let left: i64 = sqlx::query_scalar(text).fetch_one(shop.site.world.engine.pool()).await.unwrap();
        assert_eq!(left, 0, "{table}");
    }
}

#[tokio::test]
async fn a_copy_of_a_tenant_gives_its_own_consent() {
    let counter = Counter::new("support_copy").await;
    let shop = &counter.shop;
    counter.grant(json!({ "roles": ["administrator"] })).await;
    let sam = counter.enter().await;
    let wish = json!({
        "slug": "acme-try", "scope": "full", "passwords": "none",
        "admin": { "email": "dev@acme.example", "password": "correct horse" },
    });
    shop.ask("POST", "/tenants/acme/clone", Some(wish)).await.data(202);
    assert!(crate::clones::make(&shop.site).await);
    assert_eq!(counter.ask_in("acme-try").await.problems(409), [" no-support-access"]);
    let dev = shop.login("acme-try", "dev@acme.example").await.json();
    let dev = dev["access_token"].as_str().unwrap();
    let granted = counter.sam(dev, ("POST", ACCESS), Some(json!({ "roles": ["administrator"] }))).await;
    granted.data(201);
    let url = counter.ask_in("acme-try").await.data(201)["url"].clone();
    let url = url::Url::parse(url.as_str().unwrap()).unwrap();
    let reply = counter.follow(&format!("{}?{}", url.path(), url.query().unwrap())).await;
    let copied = super::token_in(&reply).unwrap();
    let me = async |token: &str| counter.sam(token, ("GET", "/auth/v1/me"), None).await.data(200);
    assert_eq!(me(&copied).await["tenant"]["slug"], "acme-try");
    assert_eq!(me(&sam).await["tenant"]["slug"], "acme");
}
