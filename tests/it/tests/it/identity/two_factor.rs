//! The second factor: set up, asked for, taken once, lost, and demanded of a role.

use chrono::TimeDelta;
use identity::{AuthError, Caller, Credential, Enrolled, Error, LoginError, NewSession, Origin, Secret};
use serde_json::json;
use totp_rs::{Builder, Totp};

use super::world::{PASSWORD, World};

fn here() -> Origin {
    Origin::default()
}

/// What the device with this secret shows.
fn device(secret: &Secret) -> Totp {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).unwrap();
    Builder::new().with_secret(secret).build().unwrap()
}

fn code(world: &World, device: &Totp) -> String {
    device.generate(u64::try_from(world.now().timestamp()).unwrap()).to_string()
}

async fn sign_in(world: &World, email: &str, code: Option<&str>) -> Result<NewSession, LoginError> {
    let password = Secret::new(PASSWORD);
    world.node.login_with_code(&world.tenant, email, (&password, code), here()).await
}

/// The device, what was told, and the code that confirmed it: another one may be shown any moment.
async fn enrol(world: &World, caller: &Caller) -> (Totp, Enrolled, String) {
    let begun = world.node.begin_two_factor(caller, Some(&Secret::new(PASSWORD)), &here()).await.unwrap();
    assert!(begun.url.expose().starts_with("otpauth://totp/"), "{}", begun.url.expose());
    let device = device(&begun.secret);
    let shown = code(world, &device);
    let enrolled = world.node.confirm_two_factor(caller, &shown).await.unwrap();
    (device, enrolled, shown)
}

async fn caller(world: &World, email: &str) -> (Secret, Caller) {
    let token = world.session(email).await;
    let caller = world.caller(&token).await.unwrap();
    (token, caller)
}

#[tokio::test]
async fn a_code_is_needed_and_taken_once() {
    let (world, _) = World::with_ada("totp").await;
    let other = world.session("ada@example.com").await;
    let (token, ada) = caller(&world, "ada@example.com").await;
    assert!(!world.node.two_factor(&ada).await.unwrap().enabled);
    let (device, enrolled, used) = enrol(&world, &ada).await;
    // Sessions of before are over, and the one that confirmed goes on under another token.
    for old in [&other, &token] {
        let known = world.other.authenticate_fresh(Credential::Bearer(old.expose()), None).await;
        assert!(matches!(known, Err(AuthError::Unknown)));
    }
    let ada = world.caller(&enrolled.session.token).await.unwrap();
    let state = world.node.two_factor(&ada).await.unwrap();
    assert_eq!((state.enabled, state.recovery_codes_left), (true, 10));

    let missing = sign_in(&world, "ada@example.com", None).await;
    assert!(matches!(missing, Err(LoginError::TotpRequired { wrong: false })), "{missing:?}");
    let replayed = sign_in(&world, "ada@example.com", Some(&used)).await;
    assert!(matches!(replayed, Err(LoginError::TotpRequired { wrong: true })), "it confirmed: {replayed:?}");
    world.pass(TimeDelta::seconds(60));
    let fresh = code(&world, &device);
    let password = Secret::new(PASSWORD);
    let (tenant, proofs) = (&world.tenant, (&password, Some(fresh.as_str())));
    let (one, two) = tokio::join!(
        world.node.login_with_code(tenant, "ada@example.com", proofs, here()),
        world.other.login_with_code(tenant, "ada@example.com", proofs, here())
    );
    assert_eq!([&one, &two].iter().filter(|answer| answer.is_ok()).count(), 1, "{one:?} {two:?}");
    world.pass(TimeDelta::seconds(60));
    let spaced = code(&world, &device);
    let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
    sign_in(&world, "ada@example.com", Some(&spaced)).await.unwrap();
}

#[tokio::test]
async fn without_the_password_no_lock_is_put_on_the_door() {
    let (world, _) = World::with_ada("totp_begin").await;
    let (_, ada) = caller(&world, "ada@example.com").await;
    let refused = world.node.begin_two_factor(&ada, Some(&Secret::new("wrong horse")), &here()).await;
    let Err(LoginError::Failed(Error::Invalid(problems))) = refused else { panic!("{refused:?}") };
    assert_eq!(problems[0].code, "wrong-password");
    let begun = world.node.begin_two_factor(&ada, Some(&Secret::new(PASSWORD)), &here()).await.unwrap();
    let wrong = world.node.confirm_two_factor(&ada, "000000").await;
    assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
    sign_in(&world, "ada@example.com", None).await.expect("what is not confirmed is not asked for");
    // Somebody else's secret does not confirm this one.
    let again = world.node.begin_two_factor(&ada, Some(&Secret::new(PASSWORD)), &here()).await.unwrap();
    assert_ne!(begun.secret.expose(), again.secret.expose());
    let old = world.node.confirm_two_factor(&ada, &code(&world, &device(&begun.secret))).await;
    assert!(matches!(old, Err(Error::Invalid(_))), "{old:?}");
    for _ in 0..5 {
        world.node.begin_two_factor(&ada, Some(&Secret::new("wrong horse")), &here()).await.unwrap_err();
    }
    let locked = world.node.begin_two_factor(&ada, Some(&Secret::new(PASSWORD)), &here()).await;
    assert!(matches!(locked, Err(LoginError::Throttled { .. })), "{locked:?}");
}

#[tokio::test]
async fn recovery_codes_work_once_and_are_stored_hashed() {
    let (world, ada_id) = World::with_ada("recovery").await;
    let (_, ada) = caller(&world, "ada@example.com").await;
    let (device, enrolled, _) = enrol(&world, &ada).await;
    let stored: String = sqlx::query_scalar("select string_agg(r::text, '') from platform.recovery_codes r")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(enrolled.recovery_codes.iter().all(|code| !stored.contains(code.expose())));
    let first = enrolled.recovery_codes[0].expose();
    sign_in(&world, "ada@example.com", Some(&first.to_uppercase())).await.unwrap();
    let again = sign_in(&world, "ada@example.com", Some(first)).await;
    assert!(matches!(again, Err(LoginError::TotpRequired { wrong: true })), "{again:?}");
    let ada = world.caller(&enrolled.session.token).await.unwrap();
    assert_eq!(world.node.two_factor(&ada).await.unwrap().recovery_codes_left, 9);
    world.pass(TimeDelta::seconds(60));
    let proofs = (Some(&Secret::new(PASSWORD)), &*code(&world, &device));
    let renewed = world.node.renew_recovery_codes(&ada, proofs, &here()).await.unwrap();
    let second = enrolled.recovery_codes[1].expose();
    assert!(sign_in(&world, "ada@example.com", Some(second)).await.is_err(), "the old set is void");
    sign_in(&world, "ada@example.com", Some(renewed[0].expose())).await.unwrap();
    // The device is lost: an administrator takes the factor away, and all sessions with it.
    world.node.reset_two_factor(&world.tenant, ada_id).await.unwrap();
    let credential = Credential::Bearer(enrolled.session.token.expose());
    assert!(matches!(world.other.authenticate_fresh(credential, None).await, Err(AuthError::Unknown)));
    sign_in(&world, "ada@example.com", None).await.unwrap();
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_the_password_resets_nothing() {
    let (world, _) = World::with_ada("totp_guess").await;
    let (_, ada) = caller(&world, "ada@example.com").await;
    let (device, _, _) = enrol(&world, &ada).await;
    for turn in 0..5 {
        let guessed = sign_in(&world, "ada@example.com", Some(&format!("00000{turn}"))).await;
        assert!(matches!(guessed, Err(LoginError::TotpRequired { wrong: true })), "{guessed:?}");
        if turn < 4 {
            let bare = sign_in(&world, "ada@example.com", None).await;
            assert!(matches!(bare, Err(LoginError::TotpRequired { wrong: false })), "{bare:?}");
        }
    }
    world.pass(TimeDelta::seconds(30));
    let locked = sign_in(&world, "ada@example.com", Some(&code(&world, &device))).await;
    assert!(matches!(locked, Err(LoginError::Throttled { .. })), "{locked:?}");
}

#[tokio::test]
async fn a_role_may_demand_it() {
    let (world, _) = World::with_ada("demand").await;
    world.user("bob@example.com", "member").await;
    let (bob_token, _) = caller(&world, "bob@example.com").await;
    let (ada_token, ada) = caller(&world, "ada@example.com").await;
    let patch = json!({ "two_factor": { "required_roles": ["administrator"] } });
    world.node.change_security_settings(&ada, None, &patch).await.unwrap();
    let on_other = async |token: &Secret| {
        world.other.authenticate_fresh(Credential::Bearer(token.expose()), None).await.unwrap().must_enrol
    };
    assert!(on_other(&ada_token).await, "open sessions too, on every node");
    assert!(!on_other(&bob_token).await);
    let (device, enrolled, _) = enrol(&world, &ada).await;
    assert!(!on_other(&enrolled.session.token).await);
    world.pass(TimeDelta::seconds(60));
    let ada = world.caller(&enrolled.session.token).await.unwrap();
    let proofs = (Some(&Secret::new(PASSWORD)), &*code(&world, &device));
    let refused = world.node.disable_two_factor(&ada, proofs, &here()).await;
    assert!(matches!(refused, Err(LoginError::Failed(Error::Exists(_)))), "{refused:?}");
    let lifted = json!({ "two_factor": { "required_roles": [] } });
    world.node.change_security_settings(&ada, None, &lifted).await.unwrap();
    world.pass(TimeDelta::seconds(60));
    let proofs = (Some(&Secret::new(PASSWORD)), &*code(&world, &device));
    world.node.disable_two_factor(&ada, proofs, &here()).await.unwrap();
    sign_in(&world, "ada@example.com", None).await.unwrap();
}
