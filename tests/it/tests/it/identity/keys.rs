//! API keys: what they may be limited to, and what limits do.

use std::net::IpAddr;

use chrono::TimeDelta;
use identity::{AuthError, Caller, Credential, Error, NewKey, Secret};
use permissions::ActorKind;
use serde_json::{Value as Json, json};

use super::world::World;

fn wish(json: Json) -> NewKey {
    serde_json::from_value(json).expect("a wish for a key")
}

async fn ada(world: &World) -> Caller {
    let token = world.session("ada@example.com").await;
    world.caller(&token).await.expect("a caller")
}

async fn key(world: &World, caller: &Caller, json: Json) -> Secret {
    world.node.create_key(caller, wish(json)).await.expect("a key").key
}

#[tokio::test]
async fn a_key_acts_for_its_user_until_revoked() {
    let (world, ada_id) = World::with_ada("key").await;
    let ada = ada(&world).await;
    let made = world.node.create_key(&ada, wish(json!({ "name": "sync" }))).await.unwrap();
    assert!(made.key.expose().starts_with(&made.prefix));
    let caller = world.caller(&made.key).await.unwrap();
    assert_eq!((caller.actor.user_id, &caller.actor.kind), (ada_id, &ActorKind::ApiKey));
    assert_eq!(caller.actor.roles, ["administrator"]);
    assert!(caller.session.is_none() && caller.actor.scopes.is_none() && !caller.is_limited);
    assert_eq!(caller.rate.unwrap().limit, identity::rate_limit::DEFAULT_PER_HOUR);
    let cookie = world.node.authenticate(Credential::Cookie(made.key.expose()), None).await;
    assert!(matches!(cookie, Err(AuthError::Unknown)), "a key is not a cookie");

    let keys = world.node.list_keys(&world.tenant, Some(ada_id)).await.unwrap();
    assert_eq!((keys[0].id, keys[0].prefix.as_str()), (made.id, made.prefix.as_str()));
    assert!(keys[0].last_used_at.is_some());
    let bob = world.user("bob@example.com", "member").await;
    assert!(world.node.list_keys(&world.tenant, Some(bob)).await.unwrap().is_empty());
    assert!(matches!(world.node.revoke_key(&world.tenant, Some(bob), made.id).await, Err(Error::NotFound)));
    world.node.revoke_key(&world.tenant, None, made.id).await.unwrap();
    let bearer = Credential::Bearer(made.key.expose());
    assert!(matches!(world.node.authenticate_fresh(bearer, None).await, Err(AuthError::Unknown)));
    assert!(world.node.list_keys(&world.tenant, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_may_be_limited() {
    let (world, _) = World::with_ada("limits").await;
    let ada = ada(&world).await;
    let limited = key(&world, &ada, json!({ "name": "k", "role": "member", "scopes": ["deals:read"] })).await;
    let caller = world.caller(&limited).await.unwrap();
    assert_eq!(caller.actor.roles, ["member"]);
    assert!(caller.actor.in_scope("deals", false) && !caller.actor.in_scope("deals", true));
    assert!(!caller.actor.in_scope("contacts", false));
    let refused = world.node.create_key(&caller, wish(json!({ "name": "wider" }))).await;
    assert!(matches!(refused, Err(Error::LimitedKey)), "{refused:?}");

    let here =
        key(&world, &ada, json!({ "name": "k", "allowed_ips": ["192.0.2.0/24", "2001:db8::1"] })).await;
    let from = async |ip: Option<&str>| {
        let ip = ip.map(|ip| ip.parse::<IpAddr>().unwrap());
        world.node.authenticate(Credential::Bearer(here.expose()), ip).await.map(|_| ())
    };
    from(Some("192.0.2.9")).await.unwrap();
    from(Some("2001:db8::1")).await.unwrap();
    assert!(matches!(from(Some("198.51.100.1")).await, Err(AuthError::Address)));
    assert!(matches!(from(None).await, Err(AuthError::Address)));

    let soon =
        key(&world, &ada, json!({ "name": "k", "expires_at": world.now() + TimeDelta::hours(1) })).await;
    world.caller(&soon).await.unwrap();
    world.pass(TimeDelta::minutes(61));
    assert!(matches!(world.caller(&soon).await, Err(AuthError::Unknown)));
}

#[tokio::test]
async fn a_key_runs_out_of_requests_on_all_nodes() {
    let (world, _) = World::with_ada("rate").await;
    let ada = ada(&world).await;
    let slow = key(&world, &ada, json!({ "name": "k", "rate_limit": 3 })).await;
    let bearer = Credential::Bearer(slow.expose());
    for (left, node) in [(2, &world.node), (1, &world.other), (0, &world.node)] {
        assert_eq!(node.authenticate(bearer, None).await.unwrap().rate.unwrap().remaining, left);
    }
    for node in [&world.node, &world.other] {
        let Err(AuthError::Throttled(rate)) = node.authenticate(bearer, None).await else { panic!() };
        assert!((3590..=3600).contains(&rate.retry_after.as_secs()), "{rate:?}");
        assert_eq!((rate.limit, rate.remaining), (3, 0));
    }
    let again = world.node.authenticate_again(bearer, None, None).await;
    assert!(again.is_ok(), "within a request that was counted already");
    world.pass(TimeDelta::minutes(61));
    assert_eq!(world.caller(&slow).await.unwrap().rate.unwrap().remaining, 2, "a new hour");
}

#[tokio::test]
async fn many_at_once_on_two_nodes_pass_no_limit() {
    let (world, _) = World::with_ada("rate_crowd").await;
    let ada = ada(&world).await;
    let key = key(&world, &ada, json!({ "name": "k", "rate_limit": 120 })).await;
    let ask = async |turn: usize| {
        let node = if turn.is_multiple_of(2) { &world.node } else { &world.other };
        node.authenticate(Credential::Bearer(key.expose()), None).await.is_ok()
    };
    let answers = futures_util::future::join_all((0..300).map(ask)).await;
    assert_eq!(answers.iter().filter(|ok| **ok).count(), 120);
    let listed = world.node.list_keys(&world.tenant, None).await.unwrap();
    let listed = [listed, world.other.list_keys(&world.tenant, None).await.unwrap()];
    assert_eq!(listed[1][0].use_count, 300, "{listed:?}");
}

#[tokio::test]
async fn a_tenant_may_limit_users_and_addresses() {
    let (world, _) = World::with_ada("rate_tenant").await;
    let ada = ada(&world).await;
    let patch = json!({ "rate_limits": { "per_user_per_hour": 60, "per_address_per_hour": 90 } });
    world.node.change_security_settings(&ada, None, &patch).await.unwrap();
    world.user("bob@example.com", "member").await;
    let (one, two) = (world.session("bob@example.com").await, world.session("bob@example.com").await);
    let ip = Some(IpAddr::from([192, 0, 2, 1]));
    let mut given = 0;
    for turn in 0..80 {
        let (node, token) = if turn % 2 == 0 { (&world.node, &one) } else { (&world.other, &two) };
        given += i32::from(node.authenticate(Credential::Bearer(token.expose()), ip).await.is_ok());
    }
    assert_eq!(given, 60, "both sessions together");
    let eve = world.session("ada@example.com").await;
    let mut given = 0;
    for _ in 0..40 {
        given += i32::from(world.node.authenticate(Credential::Bearer(eve.expose()), ip).await.is_ok());
    }
    assert_eq!(given, 30, "what the address had left");
    world
        .node
        .authenticate(Credential::Bearer(eve.expose()), Some(IpAddr::from([192, 0, 2, 2])))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_gives_no_more_than_its_user_has() {
    let (world, _) = World::with_ada("more").await;
    world.user("bob@example.com", "member").await;
    let token = world.session("bob@example.com").await;
    let bob = world.caller(&token).await.unwrap();
    let refused = world.node.create_key(&bob, wish(json!({ "name": "k", "role": "administrator" }))).await;
    assert!(
        matches!(&refused, Err(Error::Invalid(problems)) if problems[0].code == "not-allowed"),
        "{refused:?}"
    );

    let eve_id = world.user("eve@example.com", "administrator").await;
    let token = world.session("eve@example.com").await;
    let eve = world.caller(&token).await.unwrap();
    let kept = key(&world, &eve, json!({ "name": "k", "role": "administrator" })).await;
    let demote = serde_json::from_value(json!({ "roles": ["member"] })).unwrap();
    world.node.patch_user(&world.tenant, eve_id, demote).await.unwrap();
    let caller = world.node.authenticate_fresh(Credential::Bearer(kept.expose()), None).await.unwrap();
    assert!(caller.actor.roles.is_empty());
}

#[tokio::test]
async fn the_shell_makes_keys_without_limits() {
    let world = World::new("shell").await;
    let key = world.node.create_key_for_shell(&world.tenant, "script", None).await.unwrap();
    let caller = world.caller(&key.key).await.unwrap();
    assert_eq!(caller.actor.user_id, engine::SYSTEM_USER);
    assert_eq!(caller.actor.roles, ["administrator"]);
    assert!(caller.rate.is_none());

    let ada = world.user("ada@example.com", "administrator").await;
    let key = world.node.create_key_for_shell(&world.tenant, "script", Some("member".into())).await.unwrap();
    let caller = world.caller(&key.key).await.unwrap();
    assert_eq!(
        (caller.actor.user_id, caller.actor.roles.as_slice()),
        (ada, ["member".to_owned()].as_slice())
    );
    let refused = world.node.create_key_for_shell(&world.tenant, "script", Some("king".into())).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
}
