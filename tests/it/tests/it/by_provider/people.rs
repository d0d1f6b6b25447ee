//! Who comes in, as whom, and with what: new people, people who were here before, groups, second factors, and the end of
//! passwords.

use chrono::TimeDelta;
use engine::TeamWish;
use identity::{LoginError, Origin, Secret};
use serde_json::{Value as Json, json};
use totp_rs::Builder;

use super::{ADMIN, Browser, House, refused};

const PASSWORD: &str = "correct horse";

#[tokio::test]
async fn somebody_new_comes_in_with_what_their_groups_give() {
    let house = House::new("by_new").await;
    let context = house.site.world.engine.system_context(&house.site.world.tenant, "test").await.unwrap();
    let team = TeamWish { name: Some("emea".into()), label: Some("EMEA".into()), ..TeamWish::default() };
    house.site.world.engine.create_team(&context, team).await.unwrap();
    let groups = json!([{ "group": "heads", "roles": ["manager"], "teams": [] }, { "group": "sales", "roles": ["user"], "teams": ["emea"] }]);
    house.set(json!({ "groups_claim": "realm.groups", "mappings": groups })).await;
    let person = |groups: Json| json!({ "sub": "grace", "email": "Grace@Example.com", "email_verified": true, "name": "Grace Hopper", "realm": { "groups": groups } });
    house.provider.person(person(json!(["heads", "sales", "unknown"])));

    let told = house
        .site
        .answer(axum::http::Request::get("/auth/v1/providers").body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(told.data(200), json!([{ "name": "acme", "label": "Acme" }]), "nothing else is told of it");
    let mut browser = Browser::default();
    assert_eq!(browser.sign_in(&house, "acme", "/deals?view=all").await, "/deals?view=all");
    let me = browser.me(&house).await;
    assert_eq!(
        (&me["user"]["name"], &me["user"]["email"]),
        (&json!("Grace Hopper"), &json!("grace@example.com"))
    );
    assert_eq!((&me["roles"], &me["came_by_provider"]), (&json!(["manager", "user"]), &json!(true)));
    let id = me["user"]["id"].as_str().unwrap().to_owned();
    assert_eq!(house.site.get(&format!("/admin/v1/users/{id}")).await.data(200)["teams"], json!(["emea"]));

    // The same person, however they write their address; what groups do not stand for stays.
    house
        .site
        .ask(
            "PATCH",
            &format!("/admin/v1/users/{id}"),
            Some(json!({ "roles": ["manager", "user", "guest"] })),
        )
        .await
        .data(200);
    house.provider.person(person(json!(["sales"])));
    let (again, end) = house.sign_in().await;
    assert_eq!(end, "/");
    let me = again.me(&house).await;
    assert_eq!((&me["user"]["id"], &me["roles"]), (&json!(id), &json!(["user", "guest"])));
    let history = house.site.get("/admin/v1/login-history?email=grace@example.com").await.data(200);
    let shown: Vec<Json> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| json!([row["method"], row["result"], row["user_id"]]))
        .collect();
    assert_eq!(shown, [json!(["provider:acme", "success", id]), json!(["provider:acme", "success", id])]);
    let log = house
        .site
        .get(&format!("/admin/v1/audit-log?record_id={id}&action=settings_changed"))
        .await
        .data(200);
    assert_eq!(log[0]["changes"], json!({ "provider": [null, "acme"], "subject": [null, "grace"] }), "{log}");

    // Signed out here, one is told where to do so there.
    let csrf = me["csrf_token"].as_str().unwrap().to_owned();
    let mut browser = again;
    let parting = browser.post(&house, "/auth/v1/logout", json!({}), &csrf).await.data(200);
    let url = parting["sign_out_url"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/end?client_id=trellis", house.provider.issuer)), "{url}");
    assert!(url.ends_with("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fsign-in"), "{url}");
    assert_eq!(browser.get(&house, "/auth/v1/me").await.status, 401);
}

#[tokio::test]
async fn the_last_administrator_stays_one_whatever_the_groups_say() {
    let house = House::new("by_last").await;
    let heads = json!([{ "group": "heads", "roles": ["administrator"] }]);
    house.set(json!({ "groups_claim": "groups", "mappings": heads })).await;
    let ada = |groups: Json| {
        let person =
            json!({ "sub": "ada", "email": "ada@example.com", "email_verified": true, "groups": groups });
        house.provider.person(person);
    };
    ada(json!([]));
    let (browser, _) = house.sign_in().await;
    assert_eq!(browser.me(&house).await["roles"], json!(["administrator"]));
    // With another one there she is what somebody new would be.
    house.site.person("bea", "administrator").await;
    let (browser, _) = house.sign_in().await;
    assert_eq!(browser.me(&house).await["roles"], json!(["user"]));
    ada(json!(["heads"]));
    let (browser, _) = house.sign_in().await;
    assert_eq!(browser.me(&house).await["roles"], json!(["user", "administrator"]));
}

#[tokio::test]
async fn somebody_who_was_here_is_known_by_the_account_from_then_on() {
    let house = House::new("by_link").await;
    house.site.person("grace", "manager").await;
    let (first, _) = house.sign_in().await;
    let id = first.me(&house).await["user"]["id"].clone();
    assert_eq!(first.me(&house).await["roles"], json!(["manager"]), "they stay who they were");
    // Another address there is no other person here, and takes nobody's account.
    house.provider.person(json!({ "sub": "grace", "email": "ada@example.com", "email_verified": true }));
    let (renamed, _) = house.sign_in().await;
    assert_eq!(renamed.me(&house).await["user"]["id"], id);
    // Somebody else who got the address later does not get the account.
    house.provider.person(json!({ "sub": "mallory", "email": "grace@example.com", "email_verified": true }));
    assert_eq!(house.refusal().await, "provider-linked");
    // Until somebody says that it is the same person after all.
    let path = format!("/admin/v1/users/{}/provider-links", id.as_str().unwrap());
    assert_eq!(house.site.ask("DELETE", &path, None).await.status, 204);
    let (moved, _) = house.sign_in().await;
    assert_eq!(moved.me(&house).await["user"]["id"], id);
}

#[tokio::test]
async fn who_may_not_come_in_is_told_why_and_noted() {
    let house = House::new("by_refusal").await;
    let grace = |more: Json| {
        let mut person = json!({ "sub": "grace", "email": "grace@example.com", "email_verified": true });
        person.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        house.provider.person(person);
    };
    grace(json!({ "email": null }));
    assert_eq!(house.refusal().await, "provider-no-email");
    grace(json!({}));
    house.set(json!({ "email_domains": ["Acme.example"] })).await;
    assert_eq!(house.refusal().await, "provider-domain");
    house.set(json!({ "email_domains": [], "create_users": false })).await;
    assert_eq!(house.refusal().await, "provider-no-user");
    house.set(json!({ "create_users": true, "default_role": null })).await;
    assert_eq!(house.refusal().await, "provider-no-role");
    house.set(json!({ "default_role": "user" })).await;
    let (browser, _) = house.sign_in().await;
    let id = browser.me(&house).await["user"]["id"].as_str().unwrap().to_owned();
    // A narrower list holds for those who were here too.
    house.set(json!({ "email_domains": ["acme.example"] })).await;
    assert_eq!(house.refusal().await, "provider-domain");
    house.set(json!({ "email_domains": [] })).await;
    // Deactivated: the session ends, and nobody comes back by this door.
    house.site.ask("DELETE", &format!("/admin/v1/users/{id}"), None).await;
    assert_eq!(browser.get(&house, "/auth/v1/me").await.status, 401);
    assert_eq!(house.refusal().await, "inactive");
    house.provider.person(json!({}));
    assert_eq!(house.refusal().await, "provider-refused");
    let failures = house.site.get("/admin/v1/login-history?result=failure").await.data(200);
    let reasons: Vec<&str> =
        failures.as_array().unwrap().iter().map(|row| row["reason"].as_str().unwrap()).collect();
    let expected = [
        "provider-refused",
        "inactive",
        "provider-domain",
        "provider-no-role",
        "provider-no-user",
        "provider-domain",
        "provider-no-email",
    ];
    assert_eq!(reasons, expected);
    // Put out of use it ends the sessions that came by it, and is no way any more.
    let other = House::new("by_off").await;
    let (browser, _) = other.sign_in().await;
    other.set(json!({ "active": false })).await;
    assert_eq!(browser.get(&other, "/auth/v1/me").await.status, 401);
    let (_, end) = other.sign_in().await;
    assert_eq!(refused(&end), "provider-unknown");
}

#[tokio::test]
async fn the_second_factor_is_asked_for_unless_the_provider_has_seen_one() {
    let house = House::new("by_totp").await;
    let (browser, _) = house.sign_in().await;
    let csrf = browser.me(&house).await["csrf_token"].as_str().unwrap().to_owned();
    // Who came by a provider this moment sets it up without a password, which they may not have.
    let mut browser = browser;
    let begun = browser.post(&house, "/auth/v1/two-factor", json!({}), &csrf).await.data(201);
    let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let device = Builder::new().with_secret(secret).build().unwrap();
    let code = || {
        let now = chrono::Utc::now().timestamp() + house.ahead.load(std::sync::atomic::Ordering::SeqCst);
        device.generate(u64::try_from(now).unwrap()).to_string()
    };
    let confirmed =
        browser.post(&house, "/auth/v1/two-factor/confirm", json!({ "code": code() }), &csrf).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    let csrf = browser.me(&house).await["csrf_token"].as_str().unwrap().to_owned();
    house.pass(TimeDelta::minutes(11));
    let late = browser.post(&house, "/auth/v1/two-factor/disable", json!({ "totp": code() }), &csrf).await;
    assert_eq!(late.problems(422), ["password required"]);

    let (mut browser, end) = house.sign_in().await;
    assert!(end.starts_with("/sign-in?code=1&tenant=demo"), "{end}");
    assert_eq!(browser.get(&house, "/auth/v1/me").await.status, 401, "nobody is in yet");
    let stranger =
        Browser::default().post(&house, "/auth/v1/providers/code", json!({ "totp": code() }), "").await;
    assert_eq!(stranger.status, 401, "only the browser that came");
    let wrong = browser.post(&house, "/auth/v1/providers/code", json!({ "totp": "000000" }), "").await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (401, Some("totp-required")));
    let mut second = browser.clone();
    let shown = code();
    let right = browser.post(&house, "/auth/v1/providers/code", json!({ "totp": shown }), "").await;
    assert_eq!(right.data(200), json!({ "return_to": "/" }));
    assert_eq!(browser.me(&house).await["must_set_up_two_factor"], false);
    let again = second.post(&house, "/auth/v1/providers/code", json!({ "totp": shown }), "").await;
    assert_eq!(again.status, 401, "it is over");
    // Guesses are counted.
    let (mut browser, _) = house.sign_in().await;
    for _ in 0..5 {
        browser.post(&house, "/auth/v1/providers/code", json!({ "totp": "000000" }), "").await;
    }
    house.pass(TimeDelta::seconds(31));
    let locked = browser.post(&house, "/auth/v1/providers/code", json!({ "totp": code() }), "").await;
    assert_eq!(locked.status, 429);
    house.provider.claim(json!({ "amr": ["pwd", "mfa"] }));
    assert_eq!(house.sign_in().await.1, "/");
    house.provider.claim(json!({ "acr": "gold" }));
    assert!(house.sign_in().await.1.contains("code=1"));
    house.set(json!({ "strong_acr": ["gold"] })).await;
    assert_eq!(house.sign_in().await.1, "/");
}

#[tokio::test]
async fn a_role_that_needs_a_second_factor_is_content_with_the_providers() {
    let house = House::new("by_required").await;
    let needs = json!({ "two_factor": { "required_roles": ["user"] } });
    house.site.ask("PATCH", "/admin/v1/security-settings", Some(needs)).await.data(200);
    let (plain, _) = house.sign_in().await;
    assert_eq!(plain.me(&house).await["must_set_up_two_factor"], true);
    assert_eq!(plain.get(&house, "/api/v1/users").await.status, 403);
    house.provider.claim(json!({ "amr": ["mfa"] }));
    let (strong, _) = house.sign_in().await;
    assert_eq!(strong.me(&house).await["must_set_up_two_factor"], false);
    assert_eq!(strong.get(&house, "/api/v1/users").await.status, 200);
}

#[tokio::test]
async fn where_passwords_are_off_administrators_alone_come_by_one() {
    let house = House::without_provider("by_off_words").await;
    house.site.person("gus", "user").await;
    let off = json!({ "password": { "sign_in": false } });
    house.site.ask("PATCH", "/admin/v1/security-settings", Some(off)).await.data(200);
    let (identity, tenant) = (&house.site.identity, &house.site.world.tenant);
    let login =
        async |email: &str| identity.login(tenant, email, &Secret::new(PASSWORD), Origin::default()).await;
    login("gus@example.com").await.expect("without a provider there is no other way");
    // A link that was mailed before.
    let gus = identity.find_user_id(tenant, "gus@example.com").await.unwrap().unwrap();
    identity.invite(tenant, gus).await.unwrap();
    let (mails, _) = identity.outbox(tenant, (10, None)).await.unwrap();
    let text = mails[0].text.clone().unwrap();
    let token = Secret::new(text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap());

    let wish = house.wish("acme", json!({ "create_users": true, "default_role": "user" }));
    house.site.ask("POST", ADMIN, Some(wish)).await.data(201);
    assert!(matches!(login("gus@example.com").await, Err(LoginError::PasswordOff)));
    let wrong =
        identity.login(tenant, "gus@example.com", &Secret::new("wrong horse"), Origin::default()).await;
    assert!(matches!(wrong, Err(LoginError::Wrong)), "only who knows it is told");
    assert!(identity.redeem_link(&token, &Secret::new("another horse battery")).await.is_err());
    let invited = identity.invite(tenant, gus).await;
    assert!(matches!(invited, Err(identity::Error::Exists(_))), "{invited:?}");
    let body = json!({ "email": "gus@example.com", "password": PASSWORD });
    let told = house.site.ask("POST", "/auth/v1/login", Some(body)).await;
    assert_eq!(told.problems(403), ["password password-off"]);
    // Administrators are never shut out, and then show more than a password.
    let ada = login("ada@example.com").await.unwrap();
    let me = house.site.get_as(ada.token.expose(), "/auth/v1/me").await.data(200);
    assert_eq!(me["must_set_up_two_factor"], true);
    assert_eq!(house.site.get_as(ada.token.expose(), "/api/v1/users").await.status, 403);
}

#[tokio::test]
async fn addresses_and_times_of_sessions_hold_for_this_door_too() {
    let house = House::new("by_times").await;
    let times = json!({ "sessions": { "idle_minutes": 10, "absolute_hours": 1 } });
    house.site.ask("PATCH", "/admin/v1/security-settings", Some(times)).await.data(200);
    let (browser, _) = house.sign_in().await;
    browser.me(&house).await;
    house.pass(TimeDelta::minutes(11));
    assert_eq!(browser.get(&house, "/auth/v1/me").await.status, 401);
    sqlx::query("UPDATE platform.security_settings SET settings = jsonb_set(settings, '{allowed_ips}', '[\"10.0.0.0/8\"]')")
        .execute(house.site.world.engine.pool())
        .await
        .unwrap();
    assert_eq!(house.refusal().await, "address");
}
