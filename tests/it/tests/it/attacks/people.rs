//! Attacks by those who manage people, and by those who hold a key: to become more than they are.

use identity::{LoginError, Origin, Secret};
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

async fn ask_as(site: &Site, token: &str, (method, path): (&str, &str), body: Option<Json>) -> Reply {
    site.ask_with(method, path, body, &[("authorization", &format!("Bearer {token}"))]).await
}

/// A site with a role that manages people, one that inherits from an officer, and somebody with the first.
async fn site(name: &str) -> (Site, String) {
    let site = Site::new(World::with_packages(name).await).await;
    for role in [
        json!({ "name": "staff", "label": "Staff", "inherits": ["user"], "system": ["manage_users"] }),
        json!({ "name": "officer", "label": "Officer", "inherits": ["user"], "system": ["manage_security"] }),
        json!({ "name": "deputy", "label": "Deputy", "inherits": ["officer"] }),
    ] {
        let path = format!("/metadata/v1/roles/{}", role["name"].as_str().unwrap());
        let reply = site.ask("PUT", &path, Some(role)).await;
        assert!(reply.status < 300, "{}", reply.text());
    }
    let staff = site.person("sam", "staff").await;
    (site, staff)
}

#[tokio::test]
async fn who_manages_people_becomes_no_administrator() {
    let (site, staff) = site("raise").await;
    let ada = site.ada;
    for role in ["administrator", "deputy", "officer"] {
        let eve = json!({ "email": "eve@example.com", "name": "Eve", "roles": [role] });
        let reply = ask_as(&site, &staff, ("POST", "/admin/v1/users"), Some(eve)).await;
        assert_eq!(reply.problems(403), [" beyond-own-rights"], "{role}");
        let eve =
            json!({ "userName": "eve@example.com", "displayName": "Eve", "roles": [{ "value": role }] });
        assert_eq!(ask_as(&site, &staff, ("POST", "/scim/v2/Users"), Some(eve)).await.status, 403, "{role}");
    }
    let path = format!("/admin/v1/users/{ada}");
    for patch in [
        json!({ "password": "another horse" }),
        json!({ "email": "mine@example.com" }),
        json!({ "active": false }),
        json!({ "roles": ["user"] }),
    ] {
        let reply = ask_as(&site, &staff, ("PATCH", &path), Some(patch)).await;
        assert_eq!(reply.problems(403), [" beyond-own-rights"]);
    }
    for path in [path.clone(), format!("{path}/two-factor"), format!("/scim/v2/Users/{ada}")] {
        assert_eq!(ask_as(&site, &staff, ("DELETE", &path), None).await.status, 403, "{path}");
    }
    // What is theirs to do goes on.
    ask_as(&site, &staff, ("PATCH", &path), Some(json!({ "title": "Boss" }))).await.data(200);
    let bob = json!({ "email": "bob@example.com", "name": "Bob" });
    let bob = ask_as(&site, &staff, ("POST", "/admin/v1/users"), Some(bob)).await.data(201);
    let bob = format!("/admin/v1/users/{}", bob["id"].as_str().unwrap());
    ask_as(&site, &staff, ("PATCH", &bob), Some(json!({ "roles": ["staff"], "password": "another horse" })))
        .await
        .data(200);
}

#[tokio::test]
async fn ones_own_proofs_are_not_gone_round() {
    let (site, _) = site("own").await;
    let path = format!("/admin/v1/users/{}", site.ada);
    let own = site.ask("PATCH", &path, Some(json!({ "password": "another horse" }))).await;
    assert_eq!(own.status, 409, "{}", own.text());
    let own = site.ask("DELETE", &format!("{path}/two-factor"), None).await;
    assert_eq!(own.status, 409, "{}", own.text());
}

#[tokio::test]
async fn links_are_shown_to_administrators_in_a_session() {
    let (site, _) = site("mails").await;
    let officer = site.person("olga", "officer").await;
    let ada = site.ada;
    assert_eq!(site.ask("POST", &format!("/admin/v1/users/{ada}/invite"), None).await.status, 202);
    let text = |reply: Reply| reply.data(200)[0]["text"].clone();
    let shown = text(site.get("/admin/v1/outbox").await);
    let link = shown.as_str().unwrap();
    let key = site.ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "k" }))).await;
    let key = key.json()["key"].as_str().unwrap().to_owned();
    for token in [&officer, &key] {
        assert_eq!(text(site.get_as(token, "/admin/v1/outbox").await), Json::Null);
    }
    // Used up, it is gone.
    let token = link.split("#token=").nth(1).unwrap().split_whitespace().next().unwrap();
    site.identity.redeem_link(&Secret::new(token), &Secret::new("another horse")).await.unwrap();
    let login = async |password: &str| {
        let (password, origin) = (Secret::new(password), Origin::default());
        site.identity.login(&site.world.tenant, "ada@example.com", &password, origin).await
    };
    let session = login("another horse").await.unwrap().token;
    assert_eq!(text(site.get_as(session.expose(), "/admin/v1/outbox").await), Json::Null);
}

#[tokio::test]
async fn a_stranger_locks_nobody_out_for_good() {
    let (site, _) = site("lock").await;
    let login = async |password: &str, ip: [u8; 4]| {
        let origin = Origin { ip: Some(ip.into()), user_agent: None };
        site.identity.login(&site.world.tenant, "ada@example.com", &Secret::new(password), origin).await
    };
    for _ in 0..5 {
        assert!(matches!(login("wrong horse", [192, 0, 2, 1]).await, Err(LoginError::Wrong)));
    }
    let locked = login("correct horse", [192, 0, 2, 1]).await;
    assert!(matches!(locked, Err(LoginError::Throttled { .. })), "{locked:?}");
    login("correct horse", [198, 51, 100, 7]).await.unwrap();
    // Many addresses lock it for everybody; a mailed link opens it again.
    for at in 0..10 {
        for _ in 0..5 {
            assert!(matches!(login("wrong horse", [203, 0, 113, at]).await, Err(LoginError::Wrong)));
        }
    }
    let locked = login("correct horse", [198, 51, 100, 7]).await;
    assert!(matches!(locked, Err(LoginError::Throttled { .. })), "{locked:?}");
    site.identity.invite(&site.world.tenant, site.ada).await.unwrap();
    let mails = site.get("/admin/v1/outbox").await.data(200);
    let token = mails[0]["text"].as_str().unwrap().split("#token=").nth(1).unwrap();
    let token = Secret::new(token.split_whitespace().next().unwrap());
    site.identity.redeem_link(&token, &Secret::new("another horse")).await.unwrap();
    login("another horse", [198, 51, 100, 7]).await.unwrap();
    login("another horse", [203, 0, 113, 1]).await.unwrap();
}

#[tokio::test]
async fn a_bounded_key_makes_no_key_that_outlives_it() {
    let (site, _) = site("bounded").await;
    for bound in [
        json!({ "name": "k", "expires_at": "2100-01-01T00:00:00Z" }),
        json!({ "name": "k", "rate_limit": 5 }),
    ] {
        let key = site.ask("POST", "/auth/v1/api-keys", Some(bound)).await;
        let key = key.json()["key"].as_str().unwrap().to_owned();
        let more = ask_as(&site, &key, ("POST", "/auth/v1/api-keys"), Some(json!({ "name": "x" }))).await;
        assert_eq!(more.problems(403), [" limited-key"]);
    }
}

#[tokio::test]
async fn a_demanded_factor_follows_inheritance() {
    let (site, _) = site("inherits").await;
    let deputy = site.person("dan", "deputy").await;
    let patch = json!({ "two_factor": { "required_roles": ["officer"] } });
    site.ask("PATCH", "/admin/v1/security-settings", Some(patch)).await.data(200);
    let reply = site.get_as(&deputy, "/api/v1/deals").await;
    assert_eq!(reply.json()["code"], json!("totp-setup-required"), "{}", reply.text());
}

#[tokio::test]
async fn who_manages_people_gives_no_records_that_they_do_not_reach() {
    let (site, staff) = site("reach").await;
    let everything =
        json!({ "label": "Everything", "objects": { "deal": { "read": "all", "edit": "all" } } });
    let margin =
        json!({ "label": "Margins", "inherits": ["user"], "fields": { "deal.amount": { "edit": false } } });
    for (path, definition) in [
        ("/metadata/v1/roles/everything", &everything),
        ("/metadata/v1/permission-sets/everything", &everything),
        ("/metadata/v1/roles/less", &margin),
    ] {
        let reply = site.ask("PUT", path, Some(definition.clone())).await;
        assert!(reply.status < 300, "{}", reply.text());
    }
    let eve = |more: Json| {
        let mut eve = json!({ "email": "eve@example.com", "name": "Eve" });
        eve.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        eve
    };
    for more in [json!({ "roles": ["everything"] }), json!({ "permission_sets": ["everything"] })] {
        let reply = ask_as(&site, &staff, ("POST", "/admin/v1/users"), Some(eve(more))).await;
        assert_eq!(reply.problems(403), [" beyond-own-rights"]);
    }
    let made =
        ask_as(&site, &staff, ("POST", "/admin/v1/users"), Some(eve(json!({ "roles": ["less"] })))).await;
    let path = format!("/admin/v1/users/{}", made.data(201)["id"].as_str().unwrap());
    for patch in [json!({ "roles": ["everything"] }), json!({ "permission_sets": ["everything"] })] {
        let reply = ask_as(&site, &staff, ("PATCH", &path), Some(patch.clone())).await;
        assert_eq!(reply.problems(403), [" beyond-own-rights"]);
        site.ask("PATCH", &path, Some(patch)).await.data(200);
    }
    // Nor is somebody who reaches more taken over.
    let reply = ask_as(&site, &staff, ("PATCH", &path), Some(json!({ "password": "another horse" }))).await;
    assert_eq!(reply.problems(403), [" beyond-own-rights"]);
}

#[tokio::test]
async fn of_two_administrators_who_demote_each_other_one_stays() {
    let site = Site::new(World::with_packages("demote").await).await;
    for round in 0..5 {
        let bea = site.person(&format!("bea{round}"), "administrator").await;
        let me = site.get_as(&bea, "/auth/v1/me").await.data(200);
        let (ada, other) = (site.ada.to_string(), me["user"]["id"].as_str().unwrap().to_owned());
        let demote = async |token: Option<&str>, id: &str| {
            let (path, patch) = (format!("/admin/v1/users/{id}"), Some(json!({ "roles": ["user"] })));
            match token {
                Some(token) => ask_as(&site, token, ("PATCH", &path), patch).await.status,
                None => site.ask("PATCH", &path, patch).await.status,
            }
        };
        let (a, b) = tokio::join!(demote(None, &other), demote(Some(&bea), &ada));
        // Whoever came second was no administrator any more, or was the last one.
        assert!((a == 200) != (b == 200), "round {round}: {a} {b}");
        if b == 200 {
            return;
        }
    }
}

#[tokio::test]
async fn a_session_that_was_found_open_leads_no_mails_elsewhere() {
    let site = it::site::Site::new(it::World::new("attack_own_address").await).await;
    let path = format!("/admin/v1/users/{}", site.ada);
    let change = |more: serde_json::Value| {
        let mut body = serde_json::json!({ "email": "eve@example.com" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        site.ask("PATCH", &path, Some(body))
    };
    assert_eq!(change(serde_json::json!({})).await.status, 409);
    let told = change(serde_json::json!({ "current_password": "wrong horse" })).await.problems(422);
    assert_eq!(told, ["password wrong-password"]);
    let same = serde_json::json!({ "email": "Ada@example.com", "title": "Dr" });
    site.ask("PATCH", &path, Some(same)).await.data(200);
    let changed = change(serde_json::json!({ "current_password": "correct horse" })).await.data(200);
    assert_eq!(changed["email"], "eve@example.com");
}
