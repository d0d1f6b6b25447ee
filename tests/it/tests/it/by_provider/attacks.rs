//! Attacks: sign-ins that are replayed, swapped or begun by somebody else, tokens that prove nothing, and addresses that
//! lead where they should not.

use chrono::{TimeDelta, Utc};
use it::provider::{Bent, Provider, Signed};
use serde_json::{Value as Json, json};

use super::{ADMIN, Browser, House, refused, wish_of};

#[tokio::test]
async fn a_sign_in_is_finished_once_by_the_browser_that_began_it() {
    let house = House::new("by_state").await;
    // Somebody else's browser, and one that has begun nothing.
    let mut ours = Browser::default();
    let page = ours.leave(&house, "acme", "/").await;
    let back = house.provider.visit(&page).await;
    let mut theirs = Browser::default();
    assert_eq!(refused(&theirs.come_back(&house, &back).await), "provider-over");
    // What nobody began.
    let page = ours.leave(&house, "acme", "/").await;
    let back = house.provider.visit(&page).await;
    let (start, _) = back.split_once("state=").unwrap();
    let forged = format!("{start}state={}&code=code&iss={}", "a".repeat(64), house.provider.issuer);
    assert_eq!(refused(&ours.clone().come_back(&house, &forged).await), "provider-over");
    assert_eq!(refused(&ours.clone().come_back(&house, start).await), "provider-over");
    // The right one, once.
    let before = ours.clone();
    assert_eq!(ours.come_back(&house, &back).await, "/");
    assert_eq!(refused(&before.clone().come_back(&house, &back).await), "provider-over", "replayed");
    assert_eq!(house.provider.asked("token"), 1, "nobody else's code was shown to the provider");
    // The code of one sign-in within another: the exchange does not fit.
    let mut other = Browser::default();
    let page = other.leave(&house, "acme", "/").await;
    let first = house.provider.visit(&page).await;
    let mut mine = Browser::default();
    let page = mine.leave(&house, "acme", "/").await;
    let second = house.provider.visit(&page).await;
    let code_of = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let mixed = second.replace(&code_of(&second), &code_of(&first));
    assert_eq!(refused(&mine.come_back(&house, &mixed).await), "provider-away");
    // Too late.
    let mut late = Browser::default();
    let page = late.leave(&house, "acme", "/").await;
    let back = house.provider.visit(&page).await;
    house.pass(TimeDelta::minutes(11));
    assert_eq!(refused(&late.come_back(&house, &back).await), "provider-over");
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM platform.sign_in_flows")
        .fetch_one(house.site.world.engine.pool())
        .await
        .unwrap();
    house.sign_in().await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM platform.sign_in_flows")
        .fetch_one(house.site.world.engine.pool())
        .await
        .unwrap();
    assert!(kept > 0 && left == 0, "what nobody came back with is tidied up: {kept} {left}");
}

#[tokio::test]
async fn tokens_that_prove_nothing_let_nobody_in() {
    let house = House::new("by_token").await;
    let now = Utc::now().timestamp();
    let claims = [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": ["trellis", "another"] }),
        json!({ "azp": "another" }),
        json!({ "iss": "https://accounts.example.com" }),
        json!({ "exp": now - 120 }),
        json!({ "exp": null }),
        json!({ "iat": now + 600 }),
        json!({ "sub": "" }),
    ];
    for change in claims {
        house.provider.claim(change.clone());
        assert_eq!(house.refusal().await, "provider-token", "{change}");
    }
    for signed in [Signed::Nothing, Signed::ByPublicKey, Signed::ByStranger] {
        house.provider.bend(Bent { signed: signed.clone(), ..Bent::default() });
        assert_eq!(house.refusal().await, "provider-token", "{signed:?}");
    }
    // A key that is there for something else, one that is not there, and any of them.
    for kid in [json!("for-encryption"), json!("nobody's"), json!("ec"), Json::Null] {
        let bent = Bent { signed: Signed::ByStranger, kid: Some(kid.clone()), ..Bent::default() };
        house.provider.bend(bent);
        assert_eq!(house.refusal().await, "provider-token", "{kid}");
    }
    let people = house.site.get("/admin/v1/users").await.data(200);
    assert_eq!(people.as_array().unwrap().len(), 1, "nobody was made");
    // All three ways to sign are taken, and a token that names no key.
    for signed in [Signed::Rs256, Signed::Es256, Signed::EdDsa] {
        house.provider.bend(Bent { signed: signed.clone(), ..Bent::default() });
        assert_eq!(house.sign_in().await.1, "/", "{signed:?}");
    }
    house.provider.bend(Bent { kid: Some(Json::Null), ..Bent::default() });
    assert_eq!(house.sign_in().await.1, "/");
    // A token of another sign-in is another's.
    let stolen = house.provider.last_token();
    house.provider.bend(Bent { replayed: stolen, ..Bent::default() });
    assert_eq!(house.refusal().await, "provider-token");
    for replayed in ["", "a.b", "a.b.c.d.e", &"x".repeat(70_000)] {
        house.provider.bend(Bent { replayed: Some(replayed.to_owned()), ..Bent::default() });
        assert_eq!(house.refusal().await, "provider-token", "{}", replayed.len());
    }
}

#[tokio::test]
async fn new_keys_are_found_and_nobody_makes_us_ask_all_the_time() {
    let house = House::new("by_keys").await;
    assert_eq!(house.sign_in().await.1, "/");
    assert_eq!((house.provider.asked("keys"), house.provider.asked("description")), (1, 1));
    house.provider.renames_key("k2");
    assert_eq!(house.refusal().await, "provider-token", "asked this moment");
    house.pass(TimeDelta::seconds(31));
    assert_eq!(house.sign_in().await.1, "/");
    assert_eq!(house.provider.asked("keys"), 2);
    house.provider.bend(Bent { kid: Some(json!("unknown")), ..Bent::default() });
    for _ in 0..3 {
        assert_eq!(house.refusal().await, "provider-token");
    }
    assert_eq!((house.provider.asked("keys"), house.provider.asked("description")), (2, 1));
}

#[tokio::test]
async fn an_address_that_nobody_has_checked_takes_no_account() {
    let house = House::new("by_takeover").await;
    let ada = |more: Json| {
        let mut person = json!({ "sub": "mallory", "email": "ada@example.com" });
        person.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        house.provider.person(person);
    };
    for unchecked in [
        json!({}),
        json!({ "email_verified": false }),
        json!({ "email_verified": "no" }),
        json!({ "email_verified": 1 }),
    ] {
        ada(unchecked.clone());
        assert_eq!(house.refusal().await, "provider-unverified", "{unchecked}");
    }
    // Of somebody new neither: the address may be another's tomorrow.
    house.provider.person(json!({ "sub": "x", "email": "new@example.com", "email_verified": false }));
    assert_eq!(house.refusal().await, "provider-unverified");
    // Where an administrator says that all addresses are the house's own, silence is enough, and a no is a no.
    house.set(json!({ "trust_email": true })).await;
    ada(json!({ "email_verified": false }));
    assert_eq!(house.refusal().await, "provider-unverified");
    ada(json!({}));
    let (browser, _) = house.sign_in().await;
    assert_eq!(browser.me(&house).await["user"]["id"], json!(house.site.ada));
}

#[tokio::test]
async fn who_made_the_record_beforehand_has_no_way_in_afterwards() {
    let house = House::new("by_hijack").await;
    // Somebody who may make people makes one with a password, a session and a key of their own.
    let planted = house.site.person("grace", "user").await;
    let bearer = format!("Bearer {planted}");
    let key = json!({ "name": "back door" });
    let key =
        house.site.ask_with("POST", "/auth/v1/api-keys", Some(key), &[("authorization", &bearer)]).await;
    let key = key.json()["key"].as_str().unwrap().to_owned();
    let (identity, tenant) = (&house.site.identity, &house.site.world.tenant);
    let id = identity.find_user_id(tenant, "grace@example.com").await.unwrap().unwrap();
    identity.invite(tenant, id).await.unwrap();
    let (mails, _) = identity.outbox(tenant, (10, None)).await.unwrap();
    let text = mails[0].text.clone().unwrap();
    let link = identity::Secret::new(text.split("token=").nth(1).unwrap().split_whitespace().next().unwrap());

    let (browser, _) = house.sign_in().await;
    assert_eq!(browser.me(&house).await["user"]["id"], json!(id));
    let login = json!({ "email": "grace@example.com", "password": "correct horse" });
    assert_eq!(house.site.ask("POST", "/auth/v1/login", Some(login)).await.status, 401);
    for credential in [&planted, &key] {
        assert_eq!(house.site.get_as(credential, "/auth/v1/me").await.status, 401);
    }
    let other = identity::Secret::new("another horse battery");
    assert!(identity.redeem_link(&link, &other).await.is_err());
    // Administrators keep their password: nobody less than them can have chosen it.
    house.provider.person(json!({ "sub": "ada", "email": "ada@example.com", "email_verified": true }));
    house.sign_in().await;
    house.site.token_of("ada@example.com").await;
}

#[tokio::test]
async fn what_changed_while_a_provider_was_asked_holds() {
    let house = House::new("by_meanwhile").await;
    house.site.person("grace", "user").await;
    let (identity, origin) = (&house.site.identity, identity::Origin::default());
    let arrive = async || {
        let mut browser = Browser::default();
        let page = browser.leave(&house, "acme", "/").await;
        let back = url::Url::parse(&house.provider.visit(&page).await).unwrap();
        let said =
            |name: &str| back.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let came = identity::Return {
            provider: "acme".into(),
            state: said("state").unwrap(),
            code: said("code"),
            error: None,
            issuer: said("iss"),
        };
        let secret = identity::Secret::new(browser.cookie("trellis_sign_in").unwrap());
        identity
            .arrive(&came, Some(&secret), &origin)
            .await
            .unwrap_or_else(|refused| panic!("{:?}", refused.why))
    };
    // The person that was there is there under another address: nobody is made without having been counted.
    let arrival = arrive().await;
    assert!(!arrival.is_new);
    let tenant = &house.site.world.tenant;
    let id = identity.find_user_id(tenant, "grace@example.com").await.unwrap().unwrap();
    let moved = json!({ "email": "grace@elsewhere.example" });
    house.site.ask("PATCH", &format!("/admin/v1/users/{id}"), Some(moved)).await.data(200);
    let refused = identity.admit(arrival, &origin).await.unwrap_err();
    assert_eq!(refused.why.word(), "provider-over");
    // Out of use before the session was there: there is none.
    let arrival = arrive().await;
    house.set(json!({ "active": false })).await;
    let refused = identity.admit(arrival, &origin).await.unwrap_err();
    assert_eq!(refused.why.word(), "provider-unknown");
    let sessions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM platform.sessions WHERE provider_id IS NOT NULL")
            .fetch_one(house.site.world.engine.pool())
            .await
            .unwrap();
    assert_eq!(sessions, 0);
}

#[tokio::test]
async fn who_fails_is_asked_once_for_everybody_and_not_again_at_once() {
    let house = House::new("by_failing").await;
    let many = (0..20).map(|_| async {
        let mut browser = Browser::default();
        browser.leave(&house, "acme", "/").await
    });
    let pages = futures_util::future::join_all(many).await;
    assert!(pages.iter().all(|page| page.starts_with(&house.provider.issuer)));
    assert_eq!(house.provider.asked("description"), 1);
    let other = House::new("by_failing_again").await;
    other.provider.sends_to("http://127.0.0.1:1/");
    for _ in 0..3 {
        assert_eq!(other.refusal().await, "provider-away");
    }
    assert_eq!(other.provider.asked("description"), 1);
    other.pass(TimeDelta::seconds(31));
    assert_eq!(other.refusal().await, "provider-away");
    assert_eq!(other.provider.asked("description"), 2);
}

#[tokio::test]
async fn one_providers_answer_is_not_taken_for_anothers() {
    let house = House::new("by_mix_up").await;
    let evil = Provider::start().await;
    evil.person(json!({ "sub": "grace", "email": "ada@example.com", "email_verified": true }));
    house
        .site
        .ask("POST", ADMIN, Some(wish_of(&evil, "evil", json!({ "create_users": false }))))
        .await
        .data(201);
    // The answer of one at the address of the other.
    let mut browser = Browser::default();
    let page = browser.leave(&house, "acme", "/").await;
    let back = house.provider.visit(&page).await.replace("/providers/acme/", "/providers/evil/");
    assert_eq!(refused(&browser.come_back(&house, &back).await), "provider-over");
    assert_eq!(evil.asked("token"), 0, "the other never saw the code");
    // An answer that says that it is the other's, or nobody's where it should say.
    for said in [evil.issuer.as_str(), "", "nobody"] {
        let mut browser = Browser::default();
        let page = browser.leave(&house, "acme", "/").await;
        let back = house.provider.visit(&page).await;
        let (rest, _) = back.split_once("&iss=").unwrap();
        let code = back.split("&code=").nth(1).unwrap();
        let bent = match said {
            "nobody" => format!("{rest}&code={code}"),
            said => format!("{rest}&iss={}&code={code}", it::site::encoded(said)),
        };
        assert_eq!(refused(&browser.come_back(&house, &bent).await), "provider-over", "{said}");
    }
    // The same name of an account at another issuer is another account.
    let (grace, _) = house.sign_in().await;
    assert_eq!(grace.me(&house).await["user"]["email"], "grace@example.com");
    let mut browser = Browser::default();
    let page = browser.leave(&house, "evil", "/").await;
    let back = evil.visit(&page).await;
    assert_eq!(browser.come_back(&house, &back).await, "/");
    assert_eq!(browser.me(&house).await["user"]["id"], json!(house.site.ada));
}

#[tokio::test]
async fn a_new_session_begins_and_leads_to_places_here_alone() {
    let house = House::new("by_redirect").await;
    let elsewhere = [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/..//evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ];
    for place in elsewhere {
        let mut browser = Browser::default();
        assert_eq!(browser.sign_in(&house, "acme", place).await, "/", "{place}");
    }
    // What went wrong leads to the sign-in, and no further.
    house.provider.claim(json!({ "nonce": "x" }));
    let mut browser = Browser::default();
    let end = browser.sign_in(&house, "acme", "//evil.example").await;
    assert_eq!(end, "/sign-in?refused=provider-token&tenant=demo");
    house.provider.claim(json!({}));
    // A planted session is not taken over, and one that is real ends.
    let planted = "a".repeat(64);
    let mut browser = Browser { cookies: vec![("trellis_session".into(), planted.clone())] };
    browser.sign_in(&house, "acme", "/").await;
    let first = browser.clone();
    assert_ne!(first.cookie("trellis_session"), Some(planted.as_str()));
    browser.sign_in(&house, "acme", "/").await;
    assert_ne!(first.cookie("trellis_session"), browser.cookie("trellis_session"));
    assert_eq!(first.get(&house, "/auth/v1/me").await.status, 401);
    browser.me(&house).await;
}

#[tokio::test]
async fn another_tenants_provider_is_no_way_in() {
    let house = House::new("by_tenant").await;
    let other = house.site.tenants.create("other-by", "Other").await.unwrap();
    house.site.identity.first_administrator(&other, "ada@example.com", Some("Ada"), None).await.unwrap();
    for path in [
        "/auth/v1/providers?tenant=other-by",
        "/auth/v1/providers?tenant=nobody",
        "/auth/v1/providers?tenant=%01",
    ] {
        assert_eq!(Browser::default().get(&house, path).await.data(200), json!([]), "{path}");
    }
    for tenant in ["other-by", "nobody", "%01"] {
        let path = format!("/auth/v1/providers/acme/start?tenant={tenant}");
        let reply = Browser::default().get(&house, &path).await;
        assert_eq!(refused(reply.header("location")), "provider-unknown", "{tenant}");
    }
    // The one that is meant comes in to its own tenant.
    let mut browser = Browser::default();
    let reply = browser.go(&house, "/auth/v1/providers/acme/start?tenant=demo").await;
    let back = house.provider.visit(reply.header("location")).await;
    assert_eq!(browser.come_back(&house, &back).await, "/");
    assert_eq!(browser.me(&house).await["tenant"]["slug"], "demo");
    // A tenant that was shut meanwhile lets nobody in.
    let mut browser = Browser::default();
    let reply = browser.go(&house, "/auth/v1/providers/acme/start?tenant=demo").await;
    let back = house.provider.visit(reply.header("location")).await;
    sqlx::query("UPDATE platform.tenants SET status = 'suspended' WHERE slug = 'demo'")
        .execute(house.site.world.engine.pool())
        .await
        .unwrap();
    assert_eq!(refused(&browser.come_back(&house, &back).await), "provider-over");
}

#[tokio::test]
async fn requests_go_to_the_public_internet_alone_and_follow_nobody() {
    let house = House::new("by_ssrf").await;
    house.provider.sends_to("http://127.0.0.1:1/secret");
    let check = async |issuer: &str| {
        let body = json!({ "issuer": issuer });
        house.site.ask("POST", &format!("{ADMIN}/check"), Some(body)).await.data(200)
    };
    let moved = check(&house.provider.issuer).await;
    assert!(moved["findings"][0].as_str().unwrap().ends_with("it answers with the status 302"), "{moved}");

    // As an operator leaves it: neither what is within, nor what leads there, nor what is not encrypted.
    let mut strict = House::without_provider("by_strict").await;
    strict.site.identity = strict.site.identity.clone().with_private_targets(false);
    strict.site.router = strict.site.with(api::Settings::default());
    for issuer in [
        "http://id.example.com",
        "https://127.0.0.1",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://2130706433",
        "file:///etc/passwd",
    ] {
        let wish = json!({ "name": "inner", "label": "Inner", "issuer": issuer, "client_id": "x" });
        let problems = strict.site.ask("POST", ADMIN, Some(wish)).await.problems(422);
        assert_eq!(problems, ["issuer invalid"], "{issuer}");
    }
    // A name tells where it leads only when it is asked.
    let port = strict.provider.issuer.rsplit(':').next().unwrap().to_owned();
    let inner = format!("https://localhost:{port}");
    let wish = json!({ "name": "acme", "label": "Inner", "issuer": inner, "client_id": "x" });
    strict.site.ask("POST", ADMIN, Some(wish)).await.data(201);
    let told =
        strict.site.ask("POST", &format!("{ADMIN}/check"), Some(json!({ "issuer": inner }))).await.data(200);
    assert_eq!(told["ok"], false);
    assert!(told["findings"][0].as_str().unwrap().contains("not in the public internet"), "{told}");
    let (_, end) = strict.sign_in().await;
    assert_eq!(refused(&end), "provider-away");
    assert_eq!(strict.provider.asked("description"), 0);
}
