//! What a consent may not give, and what a support session may not do whatever it gives: nothing that outlives it, and
//! nothing about who may do what.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};

use super::{ACCESS, Counter, DEALS, refused, token_in};

#[tokio::test]
async fn nothing_that_outlives_the_session_is_done_in_it() {
    let counter = Counter::new("support_bounds").await;
    counter.grant(json!({ "roles": ["administrator"], "access": "write" })).await;
    let sam = counter.enter().await;
    let made = counter.sam(&sam, ("POST", DEALS), Some(json!({ "name": "Mended" }))).await.data(201);
    let own = counter.ann("GET", "/auth/v1/me", None).await.data(200);
    let ann = own["user"]["id"].as_str().unwrap();
    let share = format!("{DEALS}/{}/shares", made["id"].as_str().unwrap());
    let asked: Vec<(&str, String, Option<Json>)> = vec![
        ("POST", "/auth/v1/api-keys".into(), Some(json!({ "name": "back door" }))),
        ("POST", "/auth/v1/password".into(), Some(json!({ "current_password": "x", "new_password": "y" }))),
        ("POST", "/auth/v1/two-factor".into(), Some(json!({}))),
        ("POST", "/admin/v1/users".into(), Some(json!({ "email": "eve@shop.example", "name": "Eve" }))),
        ("PATCH", format!("/admin/v1/users/{ann}"), Some(json!({ "password": "another horse battery" }))),
        ("DELETE", format!("/admin/v1/users/{ann}"), None),
        ("DELETE", format!("/admin/v1/users/{ann}/two-factor"), None),
        ("POST", format!("/admin/v1/users/{ann}/invite"), Some(json!({}))),
        ("PATCH", "/admin/v1/security-settings".into(), Some(json!({ "password": { "min_length": 8 } }))),
        ("POST", "/admin/v1/sign-in-providers".into(), Some(json!({}))),
        ("POST", ACCESS.into(), Some(json!({ "hours": 72 }))),
        ("POST", "/admin/v1/sandboxes".into(), Some(json!({ "slug": "copy" }))),
        ("GET", "/admin/v1/outbox".into(), None),
        ("GET", "/scim/v2/Users".into(), None),
        ("POST", "/mcp".into(), Some(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }))),
        (
            "PUT",
            "/metadata/v1/roles/user".into(),
            Some(json!({ "label": "User", "system": ["manage_users"] })),
        ),
        ("POST", "/metadata/v1/deploy".into(), Some(json!({ "changes": [] }))),
        ("POST", "/metadata/v1/packages".into(), Some(json!({ "name": "leads" }))),
        ("GET", format!("{DEALS}?format=csv"), None),
        ("GET", "/admin/v1/audit-log?format=ndjson".into(), None),
        ("POST", share.clone(), Some(json!({ "role": "user", "access": "edit" }))),
        ("DELETE", format!("{share}?role=user"), None),
    ];
    for (method, path, body) in asked {
        let reply = counter.sam(&sam, (method, &path), body).await;
        let told = (reply.status, reply.json()["code"].clone());
        assert_eq!(told, (403, json!("support-session")), "{method} {path}: {}", reply.text());
    }
    // What it is there for: to look.
    for path in
        ["/admin/v1/users", "/admin/v1/audit-log", "/metadata/v1/roles", "/metadata/v1/revisions", ACCESS]
    {
        counter.sam(&sam, ("GET", path), None).await.data(200);
    }
    // No person: no seat, no name in the list of people, nothing that lets it in by itself.
    let people = counter.ann("GET", "/admin/v1/users", None).await.data(200);
    assert_eq!(people.as_array().unwrap().len(), 1, "{people}");
    let plan = counter.ann("GET", "/admin/v1/plan", None).await.data(200);
    assert_eq!(plan["now"]["users"], 1);
    let user = made["owner_id"].as_str().unwrap();
    let of_it = |path: &str| format!("/admin/v1/users/{user}/{path}");
    assert_eq!(counter.ann("POST", &of_it("invite"), Some(json!({}))).await.status, 404);
    let open = counter.ann("GET", &of_it("sessions"), None).await.data(200);
    assert_eq!(open.as_array().unwrap().len(), 1, "{open}");
    let patch = Some(json!({ "email": "eve@shop.example", "password": "another horse battery" }));
    assert_eq!(counter.ann("PATCH", &format!("/admin/v1/users/{user}"), patch).await.status, 404);
}

#[tokio::test]
async fn a_consent_gives_no_more_than_whoever_gives_it_has() {
    let counter = Counter::new("support_wishes").await;
    let wrong = json!({ "hours": 73, "roles": [], "access": "all", "reason": "x".repeat(501), "colour": 1 });
    let expected = [
        "hours out-of-range",
        "roles required",
        "access wrong-type",
        "reason too-long",
        "colour unknown-key",
    ];
    assert_eq!(counter.ann("POST", ACCESS, Some(wrong)).await.problems(422), expected);
    let nobody = json!({ "roles": ["user", "king"] });
    assert_eq!(counter.ann("POST", ACCESS, Some(nobody)).await.problems(422), ["roles.1 unknown-role"]);
    // An officer for security is no administrator, and lets nobody be one.
    let officer = json!({ "label": "Officer", "inherits": ["user"], "system": ["manage_security"] });
    assert!(counter.ann("PUT", "/metadata/v1/roles/officer", Some(officer)).await.status < 300);
    for (email, role) in [("olga@acme.example", "officer"), ("ulf@acme.example", "user")] {
        let person = json!({ "email": email, "name": role, "roles": [role], "password": "correct horse" });
        counter.ann("POST", "/admin/v1/users", Some(person)).await.data(201);
    }
    let session = async |email: &str| {
        counter.shop.login("acme", email).await.json()["access_token"].as_str().unwrap().to_owned()
    };
    let (olga, ulf) = (session("olga@acme.example").await, session("ulf@acme.example").await);
    let ask = async |token: &str, wish: Json| counter.sam(token, ("POST", ACCESS), Some(wish)).await;
    assert_eq!(ask(&ulf, json!({})).await.status, 403);
    assert_eq!(ask(&olga, json!({ "roles": ["administrator"] })).await.problems(403), [" beyond-own-rights"]);
    // A key gives no consent: a person does.
    let key = counter.ann("POST", "/auth/v1/api-keys", Some(json!({ "name": "script" }))).await.json();
    assert_eq!(ask(key["key"].as_str().unwrap(), json!({})).await.problems(403), [" needs-session"]);
    let granted = ask(&olga, json!({})).await.data(201);
    assert_eq!((&granted["roles"], &granted["access"]), (&json!(["user"]), &json!("read")));
    assert_eq!(ask(&olga, json!({})).await.problems(409), [" support-open"]);
    let sam = counter.enter().await;
    let me = counter.sam(&sam, ("GET", "/auth/v1/me"), None).await.data(200);
    assert_eq!(me["roles"], json!(["user"]));
    assert_eq!(counter.sam(&sam, ("GET", ACCESS), None).await.status, 403);
    // Nobody has sold this one.
    let own = counter.shop.site.ask("POST", ACCESS, Some(json!({}))).await;
    assert_eq!(own.problems(409), [" no-reseller"]);
    assert_eq!(counter.shop.site.get(ACCESS).await.data(200)["reseller"], Json::Null);
}

#[tokio::test]
async fn a_link_works_once_for_a_minute_and_for_its_tenant() {
    let counter = Counter::new("support_links").await;
    let shop = &counter.shop;
    counter.grant(json!({})).await;
    let wrong = json!({ "email": "sam", "name": " ", "who": 1 });
    let expected = ["name required", "reason required", "email invalid-email", "who unknown-key"];
    let path = "/tenants/acme/sign-in";
    assert_eq!(shop.ask("POST", path, Some(wrong)).await.problems(422), expected);
    let other = shop.site.reseller("Other").await;
    let sam = json!({ "email": "sam@shop.example", "name": "Sam", "reason": "Curious" });
    assert_eq!(shop.ask_as(&other, ("POST", path), Some(sam.clone()), None).await.status, 404);
    assert_eq!(
        shop.inside(&counter.ann, ("POST", &format!("/reseller/v1{path}")), Some(sam)).await.status,
        401
    );

    // Two at once: one of them comes in.
    let link = counter.link().await;
    let (one, two) = tokio::join!(counter.follow(&link), counter.follow(&link));
    let came = [token_in(&one), token_in(&two)].into_iter().flatten().count();
    assert_eq!(came, 1, "{} {}", one.header("location"), two.header("location"));
    assert_eq!(refused(&counter.follow(&link).await), "support-over");
    for link in ["/auth/v1/support", "/auth/v1/support?token=", "/auth/v1/support?token=0123"] {
        assert_eq!(refused(&counter.follow(link).await), "support-over");
    }
    assert_eq!(counter.follow("/auth/v1/support?token=a&then=/").await.status, 400);
    let link = counter.link().await;
    counter.pass(TimeDelta::seconds(61));
    assert_eq!(refused(&counter.follow(&link).await), "support-over");
    // Where the tenant is signed in to from some addresses alone, that holds for them too.
    let mine = json!({ "allowed_ips": ["10.0.0.0/8"] });
    let identity = &shop.site.identity;
    let tenant = shop.site.tenants.find("acme").await.unwrap().unwrap();
    let mut settings = identity.security_settings(&tenant).await.unwrap();
    settings.allowed_ips = serde_json::from_value(mine["allowed_ips"].clone()).unwrap();
    identity.put_security_settings(&tenant, &settings).await.unwrap();
    assert_eq!(refused(&counter.follow(&counter.link().await).await), "support-address");
}

#[tokio::test]
async fn asking_gives_nothing_and_is_answered_or_forgotten() {
    let counter = Counter::new("support_asked").await;
    let shop = &counter.shop;
    let sam = json!({ "email": "sam@shop.example", "name": "Sam", "reason": "Ticket 4711" });
    let path = "/tenants/acme/support-requests";
    let other = shop.site.reseller("Other").await;
    assert_eq!(shop.ask_as(&other, ("POST", path), Some(sam.clone()), None).await.status, 404);
    let expected = ["email required", "name required", "reason required"];
    assert_eq!(shop.ask("POST", path, Some(json!({}))).await.problems(422), expected);
    shop.ask("POST", path, Some(sam.clone())).await.data(202);
    let again = shop.ask("POST", path, Some(sam.clone())).await.data(202);
    assert_eq!(counter.ask_in("acme").await.problems(409), [" no-support-access"]);
    let asked = async || counter.ann("GET", ACCESS, None).await.data(200)["asked"].clone();
    let seen = asked().await;
    assert_eq!(
        (&seen["id"], &seen["name"], &seen["reason"]),
        (&again["id"], &json!("Sam"), &json!("Ticket 4711"))
    );
    // No is said once.
    let one = format!("{ACCESS}/{}", again["id"].as_str().unwrap());
    assert_eq!(shop.site.ask("DELETE", &one, None).await.status, 404, "another tenant's");
    assert_eq!(counter.ann("DELETE", &one, None).await.status, 204);
    assert_eq!(counter.ann("DELETE", &one, None).await.status, 404);
    assert_eq!(asked().await, Json::Null);
    // Yes answers it too, and then there is nothing to ask.
    shop.ask("POST", path, Some(sam.clone())).await.data(202);
    counter.grant(json!({})).await;
    assert_eq!(asked().await, Json::Null);
    assert_eq!(shop.ask("POST", path, Some(sam.clone())).await.problems(409), [" support-open"]);
    counter.pass(TimeDelta::hours(25));
    shop.ask("POST", path, Some(sam)).await.data(202);
    counter.pass(TimeDelta::days(8));
    let session = shop.login("acme", "ann@acme.example").await.json();
    let token = session["access_token"].as_str().unwrap();
    assert_eq!(counter.sam(token, ("GET", ACCESS), None).await.data(200)["asked"], Json::Null);
    let events = shop.ask("GET", "/events", None).await.data(200);
    let told: Vec<&str> =
        events.as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    let expected = [
        "support_asked",
        "support_granted",
        "support_asked",
        "support_declined",
        "support_asked",
        "support_asked",
    ];
    assert_eq!(told[..6], expected);
}
