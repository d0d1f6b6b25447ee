//! Guessing: locked out with growing waits, on every node, whether the account exists or not; and written down.

use std::net::IpAddr;

use chrono::TimeDelta;
use identity::{HistoryFilter, LoginError, Origin, Secret, SecuritySettings};
use serde_json::json;

use super::world::{PASSWORD, World};

/// Seconds to wait; 0 when the attempt was looked at.
async fn guess(node: &identity::Identity, world: &World, email: &str, ip: Option<&str>) -> u64 {
    let origin = Origin { ip: ip.map(|ip| ip.parse::<IpAddr>().unwrap()), user_agent: None };
    match node.login(&world.tenant, email, &Secret::new("wrong horse"), origin).await {
        Err(LoginError::Wrong) => 0,
        Err(LoginError::Throttled { retry_after, .. }) => retry_after.as_secs() + 1,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_failure_past_the_limit_doubles_the_wait_on_every_node() {
    let (world, _) = World::with_ada("backoff").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        for turn in 0..5 {
            let node = if turn % 2 == 0 { &world.node } else { &world.other };
            assert_eq!(guess(node, &world, email, None).await, 0, "{email} {turn}");
        }
        let mut waits = Vec::new();
        for _ in 0..6 {
            let wait = guess(&world.other, &world, email, None).await;
            waits.push(wait);
            assert_eq!(
                wait,
                guess(&world.node, &world, email, None).await,
                "{email}: one lock for all nodes"
            );
            world.pass(TimeDelta::seconds(i64::try_from(wait).unwrap()));
            assert_eq!(guess(&world.node, &world, email, None).await, 0, "{email}");
        }
        let near = |wait: u64, expected: u64| (expected - 3..=expected).contains(&wait);
        let expected = [60, 120, 240, 480, 900, 900];
        assert!(
            waits.iter().zip(expected).all(|(wait, expected)| near(*wait, expected)),
            "{email} {waits:?}"
        );
    }
    world.pass(TimeDelta::minutes(16));
    world.login("ada@example.com", PASSWORD).await.unwrap();
    for _ in 0..5 {
        assert_eq!(guess(&world.node, &world, "ada@example.com", None).await, 0, "success forgets failures");
    }
}

#[tokio::test]
async fn who_knocks_at_a_tenant_that_there_is_not_waits_too() {
    let (world, _) = World::with_ada("stranger").await;
    let knock = async |node: &identity::Identity, ip: &str| {
        let origin = Origin { ip: Some(ip.parse::<IpAddr>().unwrap()), user_agent: None };
        node.refuse_stranger(&Secret::new("wrong horse"), origin).await
    };
    for turn in 0..20 {
        let told = knock(&world.node, "203.0.113.9").await;
        assert!(matches!(told, LoginError::Wrong), "{turn} {told:?}");
    }
    for node in [&world.node, &world.other] {
        let told = knock(node, "203.0.113.9").await;
        assert!(matches!(told, LoginError::Throttled { .. }), "{told:?}");
    }
    // Neither does another address wait, nor the tenants that there are.
    assert!(matches!(knock(&world.node, "203.0.113.10").await, LoginError::Wrong));
    assert_eq!(guess(&world.node, &world, "nobody@example.com", Some("203.0.113.9")).await, 0);
}

#[tokio::test]
async fn a_quiet_time_forgets_failures() {
    let (world, _) = World::with_ada("quiet").await;
    for _ in 0..4 {
        assert_eq!(guess(&world.node, &world, "ada@example.com", None).await, 0);
    }
    world.pass(TimeDelta::minutes(16));
    for _ in 0..5 {
        assert_eq!(guess(&world.node, &world, "ada@example.com", None).await, 0);
    }
    assert!(guess(&world.node, &world, "ada@example.com", None).await > 0);
}

#[tokio::test]
async fn an_address_that_tries_many_accounts_waits() {
    let (world, _) = World::with_ada("spray").await;
    for turn in 0..20 {
        let email = format!("a{turn}@example.com");
        assert_eq!(guess(&world.node, &world, &email, Some("192.0.2.1")).await, 0);
        assert_eq!(guess(&world.node, &world, &format!("b{turn}@example.com"), Some("127.0.0.1")).await, 0);
    }
    assert!(guess(&world.other, &world, "c@example.com", Some("192.0.2.1")).await > 0);
    assert_eq!(guess(&world.other, &world, "d@example.com", Some("192.0.2.2")).await, 0);
    assert_eq!(guess(&world.other, &world, "e@example.com", Some("127.0.0.1")).await, 0, "a proxy of ours");
}

async fn change(world: &World, patch: serde_json::Value) -> Result<SecuritySettings, identity::Error> {
    let token = world.session("ada@example.com").await;
    let caller = world.caller(&token).await.unwrap();
    world.node.change_security_settings(&caller, Some(IpAddr::from([10, 0, 0, 1])), &patch).await
}

#[tokio::test]
async fn the_tenant_says_how_many_and_how_long() {
    let (world, _) = World::with_ada("says").await;
    let patch = json!({ "lockout": { "attempts": 2, "first_wait_seconds": 7, "longest_wait_seconds": 7 } });
    change(&world, patch).await.unwrap();
    for _ in 0..2 {
        assert_eq!(guess(&world.other, &world, "bob@example.com", None).await, 0);
    }
    assert!((1..=7).contains(&guess(&world.node, &world, "bob@example.com", None).await));
}

#[tokio::test]
async fn why_it_failed_is_written_down() {
    let (world, ada) = World::with_ada("history").await;
    for _ in 0..5 {
        guess(&world.node, &world, "ada@example.com", Some("192.0.2.9")).await;
    }
    for _ in 0..3 {
        assert!(guess(&world.node, &world, "ada@example.com", Some("192.0.2.9")).await > 0);
    }
    guess(&world.node, &world, "nobody@example.com", None).await;
    guess(&world.node, &world, "my secret password", None).await;
    let told = async |filter: HistoryFilter| {
        let page = world.node.login_history(&world.tenant, &filter, (50, None)).await.unwrap();
        let word = |entry: &identity::login_history::Entry| {
            format!("{} {}", entry.email.as_deref().unwrap_or("-"), entry.reason.as_deref().unwrap_or("ok"))
        };
        page.entries.iter().map(word).collect::<Vec<_>>()
    };
    let all = told(HistoryFilter::default()).await;
    let expected = [
        "- unknown-user",
        "nobody@example.com unknown-user",
        "ada@example.com locked",
        "ada@example.com locked-out",
    ];
    assert_eq!(all[..4], expected, "one row for a lock, and none of what looks like a password");
    assert_eq!(all[4..].iter().filter(|row| row.ends_with("wrong-password")).count(), 4);
    world.pass(TimeDelta::minutes(5));
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    let own =
        HistoryFilter { user_id: Some(ada), result: Some("success".into()), ..HistoryFilter::default() };
    let page = world.other.login_history(&world.tenant, &own, (50, None)).await.unwrap();
    assert_eq!(page.entries[0].session_id, Some(session.id));
    let mut seen = Vec::new();
    let mut before = None;
    loop {
        let page =
            world.node.login_history(&world.tenant, &HistoryFilter::default(), (3, before)).await.unwrap();
        seen.extend(page.entries.iter().map(|entry| entry.id));
        before = page.next_cursor;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 9);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "each once, the newest first");
}

#[tokio::test]
async fn shorter_sessions_and_addresses_hold_at_once_on_every_node() {
    let (world, _) = World::with_ada("settings").await;
    world.user("bob@example.com", "member").await;
    let bob = world.session("bob@example.com").await;
    let on_other = async |ip: [u8; 4]| {
        let credential = identity::Credential::Bearer(bob.expose());
        world.other.authenticate_fresh(credential, Some(IpAddr::from(ip))).await.map(|_| ())
    };
    on_other([192, 0, 2, 1]).await.unwrap();
    change(&world, json!({ "allowed_ips": ["10.0.0.0/8"] })).await.unwrap();
    assert!(matches!(on_other([192, 0, 2, 1]).await, Err(identity::AuthError::Address)));
    on_other([10, 1, 1, 1]).await.unwrap();
    let origin = Origin { ip: Some(IpAddr::from([192, 0, 2, 1])), user_agent: None };
    let outside = world.node.login(&world.tenant, "ada@example.com", &Secret::new(PASSWORD), origin).await;
    assert!(matches!(outside, Err(LoginError::Address)), "{outside:?}");
    // Nobody sits at no address.
    assert!(matches!(world.login("ada@example.com", PASSWORD).await, Err(LoginError::Address)));
    let inside = Origin { ip: Some(IpAddr::from([10, 0, 0, 1])), user_agent: None };
    let ada =
        world.node.login(&world.tenant, "ada@example.com", &Secret::new(PASSWORD), inside).await.unwrap();
    let credential = identity::Credential::Bearer(ada.token.expose());
    let caller = world.node.authenticate(credential, Some(IpAddr::from([10, 0, 0, 1]))).await.unwrap();
    let set = async |patch: serde_json::Value| {
        world.node.change_security_settings(&caller, Some(IpAddr::from([10, 0, 0, 1])), &patch).await
    };
    set(json!({ "sessions": { "idle_minutes": 10 } })).await.unwrap();
    on_other([10, 1, 1, 1]).await.unwrap();
    world.pass(TimeDelta::minutes(11));
    assert!(matches!(on_other([10, 1, 1, 1]).await, Err(identity::AuthError::Unknown)));
}
