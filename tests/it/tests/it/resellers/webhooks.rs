//! Resellers are told what happens to their tenants: with the event or not at all, signed, again after pauses, and never
//! at an address within.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use engine::keys::signature;
use identity::Outside;
use serde_json::{Value as Json, json};
use tenancy::webhooks::{Post, Sent};

use super::{Shop, wish};

/// What came in, and what is answered.
#[derive(Clone)]
struct Receiver {
    came: Arc<Mutex<Vec<Post>>>,
    answer: u16,
}

impl Receiver {
    fn new(answer: u16) -> Self {
        Self { came: Arc::default(), answer }
    }

    fn take(&self, post: Post) -> Sent {
        self.came.lock().unwrap().push(post);
        Ok((self.answer, "noted".into()))
    }

    /// Everything that is due at a moment.
    async fn drain(&self, shop: &Shop, now: DateTime<Utc>) -> Vec<Post> {
        while shop.site.tenants.deliver_next(now, async |post| self.take(post)).await.unwrap() {}
        std::mem::take(&mut *self.came.lock().unwrap())
    }
}

fn header<'a>(post: &'a Post, name: &str) -> &'a str {
    post.headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str()).unwrap_or_default()
}

/// Whether one of the signatures is that of the secret.
fn signed_by(post: &Post, secret: &str) -> bool {
    let told = header(post, "trellis-signature");
    let at = told.strip_prefix("t=").and_then(|rest| rest.split_once(',')).unwrap().0;
    told.contains(&format!(",v1={}", signature(secret, &format!("{at}.{}", post.body))))
}

async fn hook(shop: &Shop, events: Json) -> (String, String) {
    let body = json!({ "url": "https://shop.example.com/hook", "events": events });
    let made = shop.ask("POST", "/webhooks", Some(body)).await.data(201);
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

fn kinds(posts: &[Post]) -> Vec<String> {
    posts.iter().map(|post| header(post, "trellis-event").to_owned()).collect()
}

#[tokio::test]
async fn what_happens_to_tenants_is_told_signed_and_in_order() {
    let shop = Shop::new("hooks").await;
    let (_, secret) = hook(&shop, Json::Null).await;
    let (plans, _) = hook(&shop, json!(["tenant.plan_changed"])).await;
    let made = shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "plan": "pro" }))).await.data(200);
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "name": "Acme Ltd" }))).await.data(200);
    shop.ask("POST", "/tenants/acme/suspend", None).await.data(200);
    shop.ask("POST", "/tenants/acme/resume", None).await.data(200);
    let token = shop.token("acme").await;
    let install = json!({ "name": "leads", "approve": true });
    shop.inside(&token, ("POST", "/metadata/v1/packages"), Some(install)).await.data(201);
    shop.ask("DELETE", "/tenants/acme", None).await.data(202);
    shop.ask("POST", "/tenants/acme/restore", None).await.data(200);
    assert_eq!(shop.ask("DELETE", "/tenants/acme?permanent=true", None).await.status, 204);
    let receiver = Receiver::new(204);
    let posts = receiver.drain(&shop, Utc::now()).await;
    let (narrow, all): (Vec<Post>, Vec<Post>) = posts.into_iter().partition(|post| !signed_by(post, &secret));
    assert_eq!(kinds(&narrow), ["tenant.plan_changed"]);
    let told = kinds(&all);
    let mut plain = told.clone();
    plain.retain(|kind| !kind.contains("package"));
    let expected = [
        "tenant.created",
        "tenant.plan_changed",
        "tenant.changed",
        "tenant.suspended",
        "tenant.resumed",
        "tenant.deletion_scheduled",
        "tenant.restored",
        "tenant.deleted",
    ];
    assert_eq!(plain, expected);
    assert!(told.iter().filter(|kind| *kind == "tenant.package_installed").count() >= 2, "{told:?}");
    let body: Json = serde_json::from_str(&all[1].body).unwrap();
    assert_eq!((&body["tenant"]["id"], &body["details"]["plan"]), (&made["id"], &json!(["starter", "pro"])));
    assert_eq!((&body["type"], &body["actor"]), (&json!("tenant.plan_changed"), &json!("reseller")));
    // Noted, for this reseller alone.
    let log = format!("/webhooks/{plans}/deliveries");
    let delivered = shop.ask("GET", &log, None).await.data(200);
    assert_eq!(
        (&delivered[0]["status"], &delivered[0]["response_status"]),
        (&json!("delivered"), &json!(204))
    );
    let stranger = shop.site.reseller("Stranger").await;
    let one = format!("/deliveries/{}", delivered[0]["id"].as_str().unwrap());
    for (method, path) in [("GET", log.as_str()), ("GET", &one), ("POST", &format!("{one}/replay"))] {
        let body = (method == "POST").then(|| json!({}));
        assert_eq!(shop.ask_as(&stranger, (method, path), body, None).await.status, 404, "{path}");
    }
    // Sent again when it is asked for: the same words under the same id.
    shop.ask("POST", &format!("{one}/replay"), None).await.data(202);
    let again = receiver.drain(&shop, Utc::now()).await;
    assert_eq!((again.len(), &again[0].body), (1, &narrow[0].body));
    assert_eq!(header(&again[0], "trellis-delivery"), header(&narrow[0], "trellis-delivery"));
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_and_dead_at_last() {
    let shop = Shop::new("hooks_dead").await;
    let (id, _) = hook(&shop, json!(["tenant.created"])).await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let failing = Receiver::new(500);
    let mut now = Utc::now();
    assert_eq!(failing.drain(&shop, now).await.len(), 1);
    assert_eq!(
        failing.drain(&shop, now + TimeDelta::seconds(4)).await.len(),
        0,
        "not before its pause is over"
    );
    let log = format!("/webhooks/{id}/deliveries");
    let waits = shop.ask("GET", &log, None).await.data(200);
    assert_eq!((&waits[0]["status"], &waits[0]["attempts"]), (&json!("waiting"), &json!(1)));
    let mut tries = 1;
    while tries < 100 && shop.ask("GET", &log, None).await.data(200)[0]["status"] == "waiting" {
        now += TimeDelta::hours(7);
        tries += failing.drain(&shop, now).await.len();
    }
    assert_eq!(tries, 15);
    let dead = shop.ask("GET", &format!("{log}?status=dead"), None).await.data(200);
    assert_eq!((&dead[0]["error"], &dead[0]["response"]), (&json!("the answer was 500"), &json!("noted")));
    assert_eq!(failing.drain(&shop, now + TimeDelta::days(30)).await.len(), 0, "the dead rest");
    let one = format!("/deliveries/{}/replay", dead[0]["id"].as_str().unwrap());
    assert_eq!(shop.ask("POST", &one, None).await.data(202)["status"], "waiting");
    assert_eq!(Receiver::new(200).drain(&shop, Utc::now()).await.len(), 1);
    assert_eq!(shop.ask("GET", &log, None).await.data(200)[0]["status"], "delivered");
    // With the address goes what was to be sent there.
    shop.ask("POST", &format!("/webhooks/{id}/ping"), None).await.data(202);
    assert_eq!(shop.ask("DELETE", &format!("/webhooks/{id}"), None).await.status, 204);
    assert_eq!(Receiver::new(200).drain(&shop, Utc::now()).await.len(), 0);
}

#[tokio::test]
async fn an_event_that_did_not_happen_is_not_told() {
    let shop = Shop::new("hooks_half").await;
    hook(&shop, Json::Null).await;
    // Refused by the plan's name: the transaction with the event is rolled back.
    let refused = shop.ask("PATCH", "/tenants/none", Some(json!({ "plan": "pro" }))).await;
    assert_eq!(refused.status, 404);
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let again = shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await;
    assert_eq!(again.status, 409);
    // One that dies while it sends has sent, and noted nothing.
    let receiver = Receiver::new(200);
    let (reached, mut here) = tokio::sync::mpsc::channel(1);
    tokio::select! {
        _ = shop.site.tenants.deliver_next(Utc::now(), |_| async move {
            reached.send(()).await.unwrap();
            std::future::pending::<Sent>().await
        }) => panic!("it never ends"),
        _ = here.recv() => {}
    }
    // What held it is let go when its connection comes back.
    let mut told = Vec::new();
    while told.is_empty() {
        told = kinds(&receiver.drain(&shop, Utc::now()).await);
        tokio::task::yield_now().await;
    }
    assert_eq!(told, ["tenant.created"]);
    assert_eq!(receiver.drain(&shop, Utc::now()).await.len(), 0, "once");
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_one_before_for_a_day() {
    let shop = Shop::new("hooks_secrets").await;
    let (id, first) = hook(&shop, Json::Null).await;
    assert!(first.starts_with("whsec_") && first.len() > 60);
    let shown = shop.ask("GET", &format!("/webhooks/{id}"), None).await;
    assert!(!shown.text().contains("whsec_") && !shown.text().contains(&first));
    let second = shop.ask("POST", &format!("/webhooks/{id}/rotate-secret"), None).await.data(200);
    let second = second["secret"].as_str().unwrap();
    assert_ne!(first, second);
    let receiver = Receiver::new(200);
    let ping = format!("/webhooks/{id}/ping");
    shop.ask("POST", &ping, None).await.data(202);
    let today = receiver.drain(&shop, Utc::now()).await;
    assert!(signed_by(&today[0], &first) && signed_by(&today[0], second));
    shop.ask("POST", &ping, None).await.data(202);
    let later = receiver.drain(&shop, Utc::now() + TimeDelta::hours(25)).await;
    assert!(!signed_by(&later[0], &first) && signed_by(&later[0], second));
    // Nowhere in the database.
    let text = "select count(*) from platform.webhooks w where w::text like '%' || $1 || '%'";
    let found: i64 = sqlx::query_scalar(text)
        .bind(second.trim_start_matches("whsec_"))
        .fetch_one(shop.site.world.engine.pool())
        .await
        .unwrap();
    assert_eq!(found, 0);
}

#[tokio::test]
async fn wrong_addresses_and_events_are_told_at_once_and_none_leads_within() {
    let shop = Shop::new("hooks_wrong").await;
    let body =
        json!({ "url": "http://127.0.0.1/x", "events": ["tenant.created", "deal.won"], "secret": "mine" });
    let problems = shop.ask("POST", "/webhooks", Some(body)).await.problems(422);
    assert_eq!(problems, ["url invalid-target", "events.1 unknown-event", "secret unknown-key"]);
    for url in
        ["https://10.0.0.1/x", "https://[::1]/", "ftp://example.com", "https://user:pw@example.com/", ""]
    {
        let reply = shop.ask("POST", "/webhooks", Some(json!({ "url": url }))).await;
        assert!(!reply.problems(422).is_empty(), "{url}");
    }
    // A name that leads within is found out when it is asked for.
    let outside = Outside::new(false);
    let address = outside.address("https://localhost:1/hook").unwrap();
    let refused = outside.post(&address, &[("trellis-event", "ping".to_owned())], "{}".into()).await;
    assert!(matches!(refused, Err(identity::TargetError::Private)), "{refused:?}");
    // And there are not too many.
    for n in 0..10 {
        let body = json!({ "url": format!("https://shop.example.com/{n}") });
        shop.ask("POST", "/webhooks", Some(body)).await.data(201);
    }
    let body = json!({ "url": "https://shop.example.com/more" });
    assert_eq!(shop.ask("POST", "/webhooks", Some(body)).await.problems(422), ["url too-many"]);
}

#[tokio::test]
async fn a_limit_that_is_reached_is_told_once_a_day() {
    let shop = Shop::new("hooks_limits").await;
    let text = "update platform.plans set records = 3 where name = 'starter'";
    sqlx::query(text).execute(shop.site.world.engine.pool()).await.unwrap();
    hook(&shop, json!(["tenant.limit_reached"])).await;
    shop.ask("POST", "/tenants", Some(wish("acme", &["accounts"]))).await.data(201);
    let token = shop.token("acme").await;
    for n in 0..4 {
        shop.inside(&token, ("POST", "/api/v1/accounts"), Some(json!({ "name": format!("a{n}") }))).await;
    }
    for _ in 0..3 {
        shop.inside(&token, ("GET", "/api/v1/accounts"), None).await.data(200);
        shop.site.tenants.settle(Utc::now()).await.unwrap();
    }
    let told = Receiver::new(200).drain(&shop, Utc::now()).await;
    assert_eq!(kinds(&told), ["tenant.limit_reached"]);
    let body: Json = serde_json::from_str(&told[0].body).unwrap();
    assert_eq!(body["details"], json!({ "limit": "records", "allowed": 3 }));
}
