//! Who says which providers are believed, and what becomes of their secrets.

use axum::body::Body;
use axum::http::Request;
use it::provider::SECRET;
use serde_json::{Value as Json, json};

use super::{ADMIN, House};

#[tokio::test]
async fn providers_are_made_changed_and_taken_away() {
    let house = House::without_provider("by_settings").await;
    let made = house.site.ask("POST", ADMIN, Some(house.wish("acme", json!({})))).await;
    assert_eq!(made.header("location"), "/admin/v1/sign-in-providers/acme");
    let made = made.data(201);
    assert_eq!(made["redirect_uri"], "http://127.0.0.1:8080/auth/v1/providers/acme/callback");
    assert_eq!(
        (&made["has_secret"], &made["scopes"], &made["create_users"]),
        (&json!(true), &json!(["openid", "email", "profile"]), &json!(false))
    );
    assert_eq!(house.site.get(&format!("{ADMIN}/acme")).await.data(200), made);
    assert_eq!(house.site.get(ADMIN).await.data(200), json!([made]));
    let twice = house.site.ask("POST", ADMIN, Some(house.wish("acme", json!({})))).await;
    assert_eq!(twice.problems(422), ["name taken"]);
    let wrong =
        house.wish("Acme!", json!({ "default_role": "king", "label": "", "colour": 1, "issuer": "ftp://x" }));
    let problems = house.site.ask("POST", ADMIN, Some(wrong)).await.problems(422);
    for expected in
        ["name invalid", "default_role unknown-role", "label invalid", "colour unknown-key", "issuer invalid"]
    {
        assert!(problems.iter().any(|problem| problem == expected), "{expected}: {problems:?}");
    }
    let changed = house
        .site
        .ask("PATCH", &format!("{ADMIN}/acme"), Some(json!({ "label": "Acme Inc." })))
        .await
        .data(200);
    assert_eq!((&changed["label"], &changed["has_secret"]), (&json!("Acme Inc."), &json!(true)));
    let bare = house
        .site
        .ask("PATCH", &format!("{ADMIN}/acme"), Some(json!({ "client_secret": null })))
        .await
        .data(200);
    assert_eq!(bare["has_secret"], false);
    let checked = house
        .site
        .ask("POST", &format!("{ADMIN}/check"), Some(json!({ "issuer": house.provider.issuer })))
        .await
        .data(200);
    assert_eq!(
        (&checked["ok"], &checked["findings"], &checked["keys"]),
        (&json!(true), &json!([]), &json!(3))
    );
    house.provider.describes(
        json!({ "issuer": "https://else.example.com", "code_challenge_methods_supported": ["plain"] }),
    );
    let other = house
        .site
        .ask("POST", &format!("{ADMIN}/check"), Some(json!({ "issuer": house.provider.issuer })))
        .await
        .data(200);
    assert!(other["findings"][0].as_str().unwrap().contains("`https://else.example.com`"), "{other}");
    assert_eq!(house.site.ask("DELETE", &format!("{ADMIN}/acme"), None).await.status, 204);
    assert_eq!(house.site.get(ADMIN).await.data(200), json!([]));
    let log = house.site.get("/admin/v1/audit-log?object=sign_in_provider").await.data(200);
    let words: Vec<String> = log.as_array().unwrap().iter().map(|row| row["changes"].to_string()).collect();
    assert_eq!(words.len(), 4, "{words:?}");
    assert_eq!(words[1], r#"{"client_secret":["••••",null]}"#);
    assert_eq!(words[2], r#"{"label":["Acme","Acme Inc."]}"#);
}

#[tokio::test]
async fn the_secret_goes_in_and_never_comes_out() {
    let house = House::new("by_secret").await;
    house.sign_in().await;
    let rotated = "another secret of ours";
    house.set(json!({ "client_secret": rotated })).await;
    let paths = [
        ADMIN.to_owned(),
        format!("{ADMIN}/acme"),
        "/admin/v1/audit-log?limit=1000".into(),
        "/admin/v1/audit-log?format=ndjson".into(),
        "/admin/v1/audit-log?format=csv".into(),
        "/admin/v1/security-settings".into(),
        "/admin/v1/login-history".into(),
        "/auth/v1/providers".into(),
        "/api/v1/openapi.json".into(),
        "/metadata/v1/files".into(),
        "/metadata/v1/bootstrap".into(),
    ];
    for path in paths {
        let text = house.site.get(&path).await.text();
        assert!(!text.contains(SECRET) && !text.contains(rotated), "{path} tells it");
    }
    // Nor does the database, nor an archive.
    let pool = house.site.world.engine.pool();
    let stored: Vec<String> =
        sqlx::query_scalar("SELECT p::text FROM platform.sign_in_providers p").fetch_all(pool).await.unwrap();
    assert!(stored.iter().all(|row| !row.contains(SECRET) && !row.contains(rotated)), "{stored:?}");
    let moved = sqlx::query("UPDATE platform.sign_in_providers SET id = gen_random_uuid()")
        .execute(pool)
        .await
        .unwrap();
    assert_eq!(moved.rows_affected(), 1);
    assert_eq!(
        super::refused(&house.sign_in().await.1),
        "failed",
        "sealed for one provider, it opens for no other"
    );
    let folder = tempfile::tempdir().unwrap();
    house.site.world.engine.save_archive(&house.site.world.tenant, folder.path()).await.unwrap();
    let mut folders = vec![folder.path().to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
                assert!(!text.contains(SECRET) && !text.contains(rotated), "{}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn who_is_no_administrator_does_not_say_whom_to_believe() {
    let house = House::new("by_trust").await;
    let officer =
        json!({ "label": "Officer", "inherits": ["user"], "system": ["manage_security", "manage_users"] });
    house.site.ask("PUT", "/metadata/v1/roles/officer", Some(officer)).await;
    let olive = house.site.person("olive", "officer").await;
    let as_olive = async |method: &str, path: &str, body: Option<Json>| {
        house.site.ask_with(method, path, body, &[("authorization", &format!("Bearer {olive}"))]).await
    };
    assert_eq!(as_olive("GET", ADMIN, None).await.status, 200, "what is set may be looked at");
    let mine = house.wish("mine", json!({}));
    let one = format!("{ADMIN}/acme");
    let tries = [
        ("POST", ADMIN, Some(mine)),
        ("PATCH", one.as_str(), Some(json!({ "issuer": "http://127.0.0.1:1" }))),
        ("DELETE", one.as_str(), None),
    ];
    for (method, path, body) in tries {
        assert_eq!(as_olive(method, path, body).await.problems(403), [" beyond-own-rights"], "{method}");
    }
    // Nor a key that is less than its user, or ends before them.
    for wish in [
        json!({ "name": "k", "scopes": ["admin:write"] }),
        json!({ "name": "e", "expires_at": "2099-01-01T00:00:00Z" }),
    ] {
        let key = house.site.ask("POST", "/auth/v1/api-keys", Some(wish)).await.json()["key"]
            .as_str()
            .unwrap()
            .to_owned();
        let bearer = format!("Bearer {key}");
        let reply = house
            .site
            .ask_with("PATCH", &one, Some(json!({ "label": "Mine" })), &[("authorization", &bearer)])
            .await;
        assert_eq!(reply.problems(403), [" limited-key"]);
    }
    let nobody = house.site.answer(Request::get(ADMIN).body(Body::empty()).unwrap()).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(house.site.get(&one).await.data(200)["label"], "Acme");
}
