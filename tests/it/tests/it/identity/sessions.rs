//! Sessions: their tokens, their lists, and their time.

use std::net::IpAddr;

use chrono::TimeDelta;
use identity::{AuthError, Credential, Error, Origin, Secret};

use super::world::{PASSWORD, World};

#[tokio::test]
async fn a_token_is_a_caller_until_logout() {
    let (world, ada) = World::with_ada("token").await;
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    assert_eq!(session.expires_in.as_secs(), 12 * 3600);
    let caller = world.caller(&session.token).await.unwrap();
    assert_eq!((caller.actor.user_id, caller.actor.name.as_str()), (ada, "Ada"));
    assert_eq!(caller.actor.roles, ["administrator"]);
    assert_eq!(caller.email.as_deref(), Some("ada@example.com"));
    assert_eq!(*caller.tenant, world.tenant);
    let cookie = Credential::Cookie(session.token.expose());
    let info = world.other.authenticate(cookie, None).await.unwrap().session.unwrap();
    assert_eq!(info.id, session.id);
    assert!(info.csrf.matches(session.csrf.expose()) && !info.csrf.matches(session.token.expose()));

    world.node.logout(&caller).await.unwrap();
    assert!(matches!(world.node.authenticate_fresh(cookie, None).await, Err(AuthError::Unknown)));
    assert!(matches!(world.other.authenticate_fresh(cookie, None).await, Err(AuthError::Unknown)));
    world.node.logout(&caller).await.unwrap();
    assert!(matches!(world.caller(&Secret::new("")).await, Err(AuthError::Unknown)));
    assert!(matches!(world.caller(&Secret::new("trl_nothing")).await, Err(AuthError::Unknown)));
}

#[tokio::test]
async fn only_hashes_are_stored() {
    let (world, _) = World::with_ada("hashes").await;
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    let stored: String = sqlx::query_scalar(
        "select concat(s::text, c::text) from platform.sessions s, platform.credentials c",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert!(!stored.contains(session.token.expose()) && !stored.contains(PASSWORD));
    assert!(!stored.contains(session.csrf.expose()));
}

#[tokio::test]
async fn a_user_sees_and_closes_their_sessions() {
    let (world, ada) = World::with_ada("list").await;
    let bob = world.user("bob@example.com", "member").await;
    let origin = Origin { ip: Some(IpAddr::from([192, 0, 2, 7])), user_agent: Some("x".repeat(1000)) };
    let password = Secret::new(PASSWORD);
    let first = world.node.login(&world.tenant, "ada@example.com", &password, origin).await.unwrap();
    let second = world.login("ada@example.com", PASSWORD).await.unwrap();
    let open = world.node.list_sessions(&world.tenant, ada).await.unwrap();
    assert_eq!(open.iter().map(|session| session.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert_eq!(open[1].ip.as_deref(), Some("192.0.2.7"));
    assert_eq!(open[1].user_agent.as_ref().unwrap().len(), 400);
    assert!(world.node.list_sessions(&world.tenant, bob).await.unwrap().is_empty());
    let not_his = world.node.revoke_session(&world.tenant, bob, first.id).await;
    assert!(matches!(not_his, Err(Error::NotFound)));
    world.node.revoke_session(&world.tenant, ada, first.id).await.unwrap();
    let open = world.node.list_sessions(&world.tenant, ada).await.unwrap();
    assert_eq!(open.len(), 1);
}

#[tokio::test]
async fn use_keeps_a_session_open_and_time_ends_it() {
    let (world, ada) = World::with_ada("time").await;
    let (token, idle) = (world.session("ada@example.com").await, world.session("ada@example.com").await);
    for _ in 0..4 {
        world.pass(TimeDelta::hours(8));
        world.caller(&token).await.unwrap();
    }
    assert!(matches!(world.caller(&idle).await, Err(AuthError::Unknown)));
    // Prolonged by the first node only: the other one asks the database.
    world.pass(TimeDelta::hours(8));
    let credential = Credential::Bearer(token.expose());
    world.other.authenticate(credential, None).await.unwrap();
    world.pass(TimeDelta::hours(8));
    world.caller(&token).await.unwrap();
    world.pass(TimeDelta::hours(8));
    world.other.authenticate(credential, None).await.unwrap();
    let open = world.node.list_sessions(&world.tenant, ada).await.unwrap();
    assert_eq!(open.len(), 1);
    assert!((open[0].last_seen_at - world.now()).abs() < TimeDelta::minutes(1));

    for _ in 0..90 {
        world.pass(TimeDelta::hours(8));
        if world.caller(&token).await.is_err() {
            let age = world.now() - open[0].created_at;
            assert!((TimeDelta::days(30)..TimeDelta::days(31)).contains(&age), "{age}");
            world.session("ada@example.com").await;
            let rows: i64 = sqlx::query_scalar("select count(*) from platform.sessions")
                .fetch_one(&world.pool)
                .await
                .unwrap();
            assert_eq!(rows, 1, "signing in tidies up");
            return;
        }
    }
    panic!("the session never ended");
}
