//! Receivers that are slow, keep silent or are replayed to while they are asked: nobody else waits for them, and nothing
//! waits for itself.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tenancy::webhooks::{Post, Sent};

use super::{Shop, wish};

/// Whither each of all that is due is sent at a moment; who is silent answers nobody.
async fn drain(shop: &Shop, now: DateTime<Utc>, silent: &str) -> Vec<String> {
    let came = Mutex::new(Vec::new());
    let take = |post: Post| -> Sent {
        came.lock().unwrap().push(post.url.clone());
        if post.url.contains(silent) { Err("nobody answered".into()) } else { Ok((200, String::new())) }
    };
    while shop.site.tenants.deliver_next(now, async |post| take(post)).await.unwrap() {}
    came.into_inner().unwrap()
}

async fn hook(shop: &Shop, (key, name): (&str, &str)) -> String {
    let body = json!({ "url": format!("https://{name}.example.com/hook") });
    let made = shop.ask_as(key, ("POST", "/webhooks"), Some(body), None).await.data(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn ping(shop: &Shop, (key, hook): (&str, &str)) -> Json {
    shop.ask_as(key, ("POST", &format!("/webhooks/{hook}/ping")), None, None).await.data(202)
}

async fn rename(shop: &Shop, n: usize) {
    let name = json!({ "name": format!("Acme {n}") });
    shop.ask("PATCH", "/tenants/acme", Some(name)).await.data(200);
}

#[tokio::test]
async fn who_keeps_silent_is_asked_seldom_whatever_happens() {
    let shop = Shop::new("hooks_silent").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    hook(&shop, (&shop.key, "silent")).await;
    hook(&shop, (&shop.key, "fine")).await;
    for n in 0..5 {
        rename(&shop, n).await;
    }
    let begin = Utc::now();
    let of = |urls: &[String], name: &str| urls.iter().filter(|url| url.contains(name)).count();
    let told = drain(&shop, begin, "silent").await;
    assert_eq!((of(&told, "silent"), of(&told, "fine")), (1, 5), "one has found out for all");
    // What happens meanwhile waits with the rest.
    rename(&shop, 5).await;
    let told = drain(&shop, begin + TimeDelta::seconds(1), "silent").await;
    assert_eq!((of(&told, "silent"), of(&told, "fine")), (0, 1));
    // For an hour of seconds, with something new every minute: the pauses are no shorter for what was never tried.
    let mut tries = 0;
    for second in (2..3600).step_by(5) {
        if second % 60 == 2 {
            rename(&shop, 100 + second).await;
        }
        tries += of(
            &drain(&shop, begin + TimeDelta::seconds(second.try_into().unwrap()), "silent").await,
            "silent",
        );
    }
    // Seven while the pauses grow, then one in five minutes.
    assert!((10..=25).contains(&tries), "{tries} tries in an hour");
    // Once it answers it gets all of it in turn, and what is new at once.
    let later = begin + TimeDelta::hours(12);
    let told = drain(&shop, later, "nobody").await;
    assert_eq!(of(&told, "silent"), 66, "{told:?}");
    rename(&shop, 7).await;
    assert_eq!(drain(&shop, Utc::now(), "nobody").await.len(), 2);
}

#[tokio::test]
async fn a_node_sends_to_one_reseller_once_at_a_time() {
    let shop = Shop::new("hooks_lanes").await;
    let other = shop.site.reseller("Other").await;
    let (one, two) = (hook(&shop, (&shop.key, "one")).await, hook(&shop, (&shop.key, "two")).await);
    let theirs = hook(&shop, (&other, "theirs")).await;
    for (key, hook) in [(&shop.key, &one), (&shop.key, &two), (&other, &theirs)] {
        ping(&shop, (key, hook)).await;
    }
    let slow = async |_: Post| -> Sent {
        // While it is slow others carry on.
        assert_eq!(drain(&shop, Utc::now(), "nobody").await, ["https://theirs.example.com/hook"]);
        Ok((200, String::new()))
    };
    assert!(shop.site.tenants.deliver_next(Utc::now(), slow).await.unwrap());
    assert_eq!(drain(&shop, Utc::now(), "nobody").await, ["https://two.example.com/hook"]);
}

#[tokio::test]
async fn who_asks_for_it_again_while_it_is_sent_waits_for_that() {
    let shop = Shop::new("hooks_again").await;
    let hook = hook(&shop, (&shop.key, "one")).await;
    let sent = ping(&shop, (&shop.key, &hook)).await;
    let replay = format!("/deliveries/{}/replay", sent["id"].as_str().unwrap());
    let superuser = shop.site.world.superuser().await;
    let (begun, mut begins) = tokio::sync::mpsc::channel(1);
    let sends = shop.site.tenants.deliver_next(Utc::now(), async |_| {
        begun.send(()).await.unwrap();
        let waits = "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&superuser).await.unwrap() {
            tokio::task::yield_now().await;
        }
        Ok((200, String::new()))
    });
    let asks = async {
        begins.recv().await.unwrap();
        shop.ask("POST", &replay, None).await.data(202)
    };
    let (sends, asks) = tokio::join!(sends, asks);
    assert!(sends.unwrap());
    assert_eq!(asks["status"], "waiting");
    assert_eq!(drain(&shop, Utc::now(), "nobody").await.len(), 1, "and is sent once more");
}

#[tokio::test]
async fn what_was_sent_to_nobody_is_forgotten_with_what_carried_it() {
    let shop = Shop::new("hooks_forgotten").await;
    let hook = hook(&shop, (&shop.key, "silent")).await;
    ping(&shop, (&shop.key, &hook)).await;
    let mut now = Utc::now();
    for _ in 0..15 {
        drain(&shop, now, "silent").await;
        now += TimeDelta::hours(7);
    }
    let count = async |of: &str| -> i64 {
        let text = sqlx::AssertSqlSafe(format!("select count(*) from platform.{of}"));
        sqlx::query_scalar(text).fetch_one(shop.site.world.engine.pool()).await.unwrap()
    };
    let dead = "_jobs where dead_at is not null";
    assert_eq!((count(dead).await, count("webhook_deliveries where status = 'dead'").await), (1, 1));
    shop.site.tenants.forget_deliveries(Utc::now() + TimeDelta::days(59)).await.unwrap();
    assert_eq!(count(dead).await, 1, "it may be replayed");
    shop.site.tenants.forget_deliveries(Utc::now() + TimeDelta::days(61)).await.unwrap();
    assert_eq!((count("_jobs").await, count("webhook_deliveries").await), (0, 0));
}
