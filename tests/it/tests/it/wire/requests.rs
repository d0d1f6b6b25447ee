//! What is remembered of requests under API keys: how each was asked and ended, for whoever made the key.

use axum::http::Request;
use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

const OWN: &str = "/auth/v1/api-keys/requests";
const ALL: &str = "/admin/v1/api-keys/requests";

async fn with_key(site: &Site, key: &str, path: &str) -> Reply {
    let request = Request::get(path).header("authorization", format!("Bearer {key}"));
    site.answer(request.body(axum::body::Body::empty()).unwrap()).await
}

async fn make(site: &Site, token: &str, wish: Json) -> (String, String) {
    let bearer = format!("Bearer {token}");
    let made = site.ask_with("POST", "/auth/v1/api-keys", Some(wish), &[("authorization", &bearer)]).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    (made["key"].as_str().unwrap().to_owned(), made["id"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn requests_are_remembered_without_what_was_in_them() {
    let site = Site::new(World::with_packages("requests").await).await;
    let (anna, ben) = (site.person("anna", "administrator").await, site.person("ben", "user").await);
    let (key, id) = make(&site, &anna, json!({ "name": "sync" })).await;
    with_key(&site, &key, "/api/v1/deals?filter[name][eq]=top-secret&limit=5").await.data(200);
    let wrong = with_key(&site, &key, "/api/v1/deals?nonsense=top-secret").await;
    assert_eq!(wrong.status, 400);
    let request_id = wrong.json()["request_id"].as_str().unwrap().to_owned();
    with_key(&site, &key, "/api/v1/deals/00000000-0000-7000-8000-00000000abcd").await;
    // A session's requests are nobody's log.
    site.get_as(&anna, "/api/v1/deals").await.data(200);
    let rows = site.get_as(&anna, OWN).await.data(200);
    let told = |row: &Json| {
        let words = ["method", "route", "code"].map(|key| row[key].as_str().unwrap_or("-").to_owned());
        format!("{} {} {}", words.join(" "), row["status"], row["parameters"])
    };
    let told: Vec<String> = rows.as_array().unwrap().iter().map(told).collect();
    let expected = [
        "GET /api/v1/{plural}/{id} not-found 404 []",
        r#"GET /api/v1/{plural} invalid-request 400 ["nonsense"]"#,
        r#"GET /api/v1/{plural} - 200 ["filter[name][eq]","limit"]"#,
    ];
    assert_eq!(told, expected);
    assert!(!rows.to_string().contains("top-secret"), "{rows}");
    assert_eq!((&rows[0]["key_id"], &rows[0]["key_name"]), (&json!(id), &json!("sync")));
    // By the id of an answer, by how it ended, and page by page.
    let found = site.get_as(&anna, &format!("{OWN}?request_id={request_id}")).await.data(200);
    assert_eq!((found.as_array().unwrap().len(), &found[0]["status"]), (1, &json!(400)));
    let good = site.get_as(&anna, &format!("{OWN}?status=success&key_id={id}")).await.data(200);
    assert_eq!(good.as_array().unwrap().len(), 1);
    let page = site.get_as(&anna, &format!("{OWN}?limit=2")).await.json();
    let cursor = page["pagination"]["next_cursor"].as_str().unwrap();
    let rest = site.get_as(&anna, &format!("{OWN}?limit=2&cursor={cursor}")).await.data(200);
    assert_eq!(rest.as_array().unwrap().len(), 1);
    assert_eq!(site.get_as(&anna, &format!("{OWN}?status=odd")).await.status, 400);
    // Others see none of it; who looks after security sees all.
    assert_eq!(site.get_as(&ben, OWN).await.data(200), json!([]));
    assert_eq!(site.get_as(&ben, ALL).await.status, 403);
    assert_eq!(site.get(ALL).await.data(200).as_array().unwrap().len(), 3);
    // A key that is limited does not look at what other keys of its user do.
    let (narrow, _) = make(&site, &anna, json!({ "name": "narrow", "scopes": ["deals:read"] })).await;
    assert_eq!(with_key(&site, &narrow, OWN).await.status, 403);
}

#[tokio::test]
async fn a_key_has_its_last_requests_and_another_tenant_none_of_them() {
    let site = Site::new(World::with_packages("requests_ring").await).await;
    let anna = site.person("anna", "administrator").await;
    let (key, id) = make(&site, &anna, json!({ "name": "loud", "rate_limit": 100_000 })).await;
    for _ in 0..3 {
        for _ in 0..90 {
            assert_eq!(with_key(&site, &key, "/auth/v1/me").await.status, 200);
        }
        site.identity.write_requests().await.unwrap();
    }
    let kept =
        sqlx::query_scalar::<_, i64>("select count(*) from platform.key_requests where key_id::text = $1");
    let kept: i64 = kept.bind(&id).fetch_one(site.world.engine.pool()).await.unwrap();
    assert_eq!(kept, 200);
    let other = site.tenants.create("requests-other", "Other").await.unwrap();
    let filter = identity::RequestFilter::default();
    let page = site.identity.list_requests(&other, &filter, (50, None)).await.unwrap();
    assert!(page.entries.is_empty());
    // What is too old goes when something new comes, and is not shown before.
    let old = "update platform.key_requests set at = now() - interval '8 days'";
    sqlx::query(old).execute(site.world.engine.pool()).await.unwrap();
    assert_eq!(site.get_as(&anna, OWN).await.data(200), json!([]));
    with_key(&site, &key, "/auth/v1/me").await;
    assert_eq!(site.get_as(&anna, OWN).await.data(200).as_array().unwrap().len(), 1);
    let left = sqlx::query_scalar::<_, i64>("select count(*) from platform.key_requests");
    assert_eq!(left.fetch_one(site.world.engine.pool()).await.unwrap(), 1);
}
