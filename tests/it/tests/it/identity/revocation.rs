//! What one node revokes, another node's memory does not keep alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use identity::{AuthError, Credential};
use serde_json::json;

use super::world::{PASSWORD, World};

#[tokio::test]
async fn a_remembered_caller_is_found_out_by_the_next_statement() {
    let (world, ada) = World::with_ada("outdated").await;
    let session = world.login("ada@example.com", PASSWORD).await.unwrap();
    let credential = Credential::Bearer(session.token.expose());
    let caller = world.other.authenticate(credential, None).await.unwrap();
    world.read_on_other(&caller).await.unwrap();
    world.node.revoke_session(&world.tenant, ada, session.id).await.unwrap();

    let remembered = world.other.authenticate(credential, None).await.unwrap();
    let outdated = world.read_on_other(&remembered).await;
    assert!(matches!(outdated, Err(engine::Error::Outdated(_))), "{outdated:?}");
    let again = world.other.authenticate_again(credential, None, None).await;
    assert!(matches!(again, Err(AuthError::Unknown)));
}

#[tokio::test]
async fn a_change_of_roles_counts_for_the_next_request() {
    let (world, _) = World::with_ada("roles").await;
    let bob = world.user("bob@example.com", "member").await;
    let token = world.session("bob@example.com").await;
    let credential = Credential::Bearer(token.expose());
    let before = world.other.authenticate(credential, None).await.unwrap();
    let promote = serde_json::from_value(json!({ "roles": ["administrator"] })).unwrap();
    world.node.patch_user(&world.tenant, bob, promote).await.unwrap();
    assert!(matches!(world.read_on_other(&before).await, Err(engine::Error::Outdated(_))));
    let after = world.other.authenticate_again(credential, None, None).await.unwrap();
    assert_eq!(after.actor.roles, ["administrator"]);
    world.read_on_other(&after).await.unwrap();
}

#[tokio::test]
async fn an_inactive_user_is_out_everywhere() {
    let (world, ada) = World::with_ada("inactive").await;
    let bob = world.user("bob@example.com", "member").await;
    let token = world.session("bob@example.com").await;
    let caller = world.caller(&token).await.unwrap();
    let key = world
        .node
        .create_key(&caller, serde_json::from_value(json!({ "name": "k" })).unwrap())
        .await
        .unwrap();
    world.other.authenticate(Credential::Bearer(key.key.expose()), None).await.unwrap();
    let patch = |change| serde_json::from_value(change).unwrap();
    world.node.patch_user(&world.tenant, bob, patch(json!({ "active": false }))).await.unwrap();
    for secret in [&token, &key.key] {
        let refused = world.other.authenticate_fresh(Credential::Bearer(secret.expose()), None).await;
        assert!(matches!(refused, Err(AuthError::Unknown)), "{refused:?}");
    }
    // Coming back does not bring old sessions and keys back.
    world.node.patch_user(&world.tenant, bob, patch(json!({ "active": true }))).await.unwrap();
    for secret in [&token, &key.key] {
        assert!(world.other.authenticate_fresh(Credential::Bearer(secret.expose()), None).await.is_err());
    }
    // A new password closes sessions, and leaves keys.
    let token = world.session("ada@example.com").await;
    let caller = world.caller(&token).await.unwrap();
    let key = world
        .node
        .create_key(&caller, serde_json::from_value(json!({ "name": "k" })).unwrap())
        .await
        .unwrap();
    world.node.patch_user(&world.tenant, ada, patch(json!({ "password": "another horse" }))).await.unwrap();
    assert!(world.node.authenticate_fresh(Credential::Bearer(token.expose()), None).await.is_err());
    world.node.authenticate_fresh(Credential::Bearer(key.key.expose()), None).await.unwrap();
    world.login("ada@example.com", PASSWORD).await.unwrap_err();
    world.login("ada@example.com", "another horse").await.unwrap();
}

#[tokio::test]
async fn nobody_signs_in_to_a_deleted_tenant() {
    let (world, _) = World::with_ada("deleted").await;
    let token = world.session("ada@example.com").await;
    let credential = Credential::Bearer(token.expose());
    world.other.authenticate(credential, None).await.unwrap();
    let tenants = tenancy::Tenants::new(engine::Engine::new(world.pool.clone()), world.pool.clone());
    tenants.delete("demo").await.unwrap();
    let refused = world.other.authenticate_fresh(credential, None).await;
    assert!(matches!(refused, Err(AuthError::Unknown)), "{refused:?}");
}

/// Readers hammer a session on another node while it is revoked: once the revocation has been answered, no read
/// that begins succeeds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_begins_after_a_revocation() {
    let (world, ada) = World::with_ada("race").await;
    let world = Arc::new(world);
    for _ in 0..30 {
        let session = world.login("ada@example.com", PASSWORD).await.unwrap();
        let revoked = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..3)
            .map(|_| tokio::spawn(read_until_refused(world.clone(), session.token.clone(), revoked.clone())))
            .collect();
        tokio::task::yield_now().await;
        world.node.revoke_session(&world.tenant, ada, session.id).await.unwrap();
        revoked.store(true, Ordering::SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
    }
}

async fn read_until_refused(world: Arc<World>, token: identity::Secret, revoked: Arc<AtomicBool>) {
    let credential = Credential::Bearer(token.expose());
    loop {
        let over = revoked.load(Ordering::SeqCst);
        let mut caller = match world.other.authenticate(credential, None).await {
            Ok(caller) => caller,
            Err(AuthError::Unknown) => return,
            Err(other) => panic!("{other:?}"),
        };
        // As the api does it: asked again with a new caller for as long as the engine says so.
        while matches!(world.read_on_other(&caller).await, Err(engine::Error::Outdated(_))) {
            caller = match world.other.authenticate_again(credential, None, None).await {
                Ok(caller) => caller,
                Err(_) => return,
            };
        }
        assert!(!over, "a read succeeded after the revocation was answered");
    }
}
