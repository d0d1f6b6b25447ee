//! `Idempotency-Key`: a write happens once, whatever is sent how often, and together with its answer or not at all.

use std::collections::BTreeSet;

use it::World;
use it::site::Site;
use serde_json::json;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn deals(site: &Site) -> usize {
    site.get("/api/v1/deals").await.data(200).as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_again_gives_the_first_answer() {
    let site = site("once_same").await;
    let key = [("idempotency-key", "abc")];
    let deal = || Some(json!({ "name": "One", "amount": 1.10 }));
    let first = site.ask_with("POST", "/api/v1/deals", deal(), &key).await;
    let id = first.data(201)["id"].as_str().unwrap().to_owned();
    site.ask("PATCH", &format!("/api/v1/deals/{id}"), Some(json!({ "name": "Changed since" })))
        .await
        .data(200);
    let again = site.ask_with("POST", "/api/v1/deals", deal(), &key).await;
    assert_eq!((again.status, again.text()), (201, first.text()));
    for header in ["location", "etag", "content-type"] {
        assert_eq!(again.header(header), first.header(header), "{header}");
    }
    assert_eq!(deals(&site).await, 1);
    // Another key is another wish.
    site.ask_with("POST", "/api/v1/deals", deal(), &[("idempotency-key", "abd")]).await.data(201);
    assert_eq!(deals(&site).await, 2);
}

#[tokio::test]
async fn every_write_takes_a_key() {
    let site = site("once_all").await;
    let create = Some(json!({ "name": "One" }));
    let id = site.ask("POST", "/api/v1/deals", create).await.data(201)["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/deals/{id}");
    let restore = format!("{place}/restore");
    let batch = json!({ "operations": [{ "op": "create", "object": "task", "data": { "title": "t" } }] });
    for (n, (method, path, body)) in [
        ("PATCH", place.as_str(), Some(json!({ "amount": 5 }))),
        ("DELETE", &place, None),
        ("POST", &restore, Some(json!({}))),
        ("POST", "/api/v1/batch", Some(batch)),
        ("POST", "/api/v1/tasks", Some(json!([{ "title": "a" }, { "title": "b" }]))),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("key {n}");
        let first = site.ask_with(method, path, body.clone(), &[("idempotency-key", &key)]).await;
        assert!(first.status < 300, "{method} {path}: {}", first.text());
        let again = site.ask_with(method, path, body, &[("idempotency-key", &key)]).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()), "{method} {path}");
    }
    assert_eq!(site.get("/api/v1/tasks").await.data(200).as_array().unwrap().len(), 3);
    assert_eq!(site.get(&place).await.header("etag"), "\"4\"");
}

#[tokio::test]
async fn another_request_under_the_key_is_refused() {
    let site = site("once_other").await;
    let key = [("idempotency-key", "k")];
    site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "One" })), &key).await.data(201);
    let other_body = site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "Two" })), &key).await;
    assert_eq!(other_body.problems(422), ["Idempotency-Key key-reused"]);
    let other_place = site.ask_with("POST", "/api/v1/accounts", Some(json!({ "name": "One" })), &key).await;
    assert_eq!(other_place.problems(422), ["Idempotency-Key key-reused"]);
    for bad in ["", " ", "a\tb", &"x".repeat(256)] {
        let headers = [("idempotency-key", bad)];
        let refused = site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "x" })), &headers).await;
        assert_eq!(refused.problems(400), ["Idempotency-Key bad-key"]);
    }
    // Keys are each caller's own.
    let mia = format!("Bearer {}", site.person("mia", "member").await);
    let hers = [("idempotency-key", "k"), ("authorization", mia.as_str())];
    site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "Hers" })), &hers).await.data(201);
}

#[tokio::test]
async fn a_refused_write_leaves_its_key_free() {
    let site = site("once_refused").await;
    let key = [("idempotency-key", "k")];
    let wrong =
        site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "x", "amount": "much" })), &key).await;
    assert_eq!(wrong.status, 422);
    site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "x", "amount": 1 })), &key).await.data(201);
}

#[tokio::test]
async fn two_at_once_make_one_record() {
    let site = site("once_race").await;
    let key = [("idempotency-key", "race")];
    let asking =
        (0..12).map(|_| site.ask_with("POST", "/api/v1/deals", Some(json!({ "name": "One" })), &key));
    let replies = futures_util::future::join_all(asking).await;
    let answers: BTreeSet<String> = replies
        .iter()
        .map(|reply| {
            assert_eq!(reply.status, 201, "{}", reply.text());
            reply.text()
        })
        .collect();
    assert_eq!(answers.len(), 1);
    assert_eq!(deals(&site).await, 1);
}

#[tokio::test]
async fn a_day_later_the_key_is_new_and_old_ones_are_swept() {
    let site = site("once_day").await;
    let deal = || Some(json!({ "name": "One" }));
    for key in ["a", "b", "c"] {
        site.ask_with("POST", "/api/v1/deals", deal(), &[("idempotency-key", key)]).await.data(201);
    }
    let pool = site.world.engine.pool();
    sqlx::query("UPDATE t_demo._once SET made_at = made_at - interval '25 hours'")
        .execute(pool)
        .await
        .unwrap();
    site.ask_with("POST", "/api/v1/deals", deal(), &[("idempotency-key", "a")]).await.data(201);
    assert_eq!(deals(&site).await, 4);
    let kept: Vec<String> = sqlx::query_scalar("SELECT key FROM t_demo._once").fetch_all(pool).await.unwrap();
    assert_eq!(kept, ["a"]);
}
