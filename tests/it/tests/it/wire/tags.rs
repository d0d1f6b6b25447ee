//! `ETag`, `If-Match` and `If-None-Match`, and two who change the same record.

use it::World;
use it::site::Site;
use serde_json::json;

async fn deal(site: &Site) -> String {
    let made = site.ask("POST", "/api/v1/deals", Some(json!({ "name": "One" }))).await;
    let place = made.header("location").to_owned();
    assert_eq!(place, format!("/api/v1/deals/{}", made.data(201)["id"].as_str().unwrap()));
    assert_eq!(made.header("etag"), "\"1\"");
    place
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let site = Site::new(World::with_packages("tags").await).await;
    let place = deal(&site).await;
    let with = async |tag: &str| site.ask_with("GET", &place, None, &[("if-none-match", tag)]).await;
    let known = with("\"1\"").await;
    assert_eq!((known.status, known.bytes.len(), known.header("etag")), (304, 0, "\"1\""));
    assert_eq!(with("W/\"1\"").await.status, 304);
    assert_eq!(with("\"2\"").await.status, 200);
    // What is nested may have changed although the record has not.
    let nested = format!("{place}?fields=name,account.name");
    assert_eq!(site.ask_with("GET", &nested, None, &[("if-none-match", "\"1\"")]).await.status, 200);
    let bootstrap = site.get("/metadata/v1/bootstrap").await;
    let tag = [("if-none-match", bootstrap.header("etag"))];
    assert_eq!(site.ask_with("GET", "/metadata/v1/bootstrap", None, &tag).await.status, 304);
}

#[tokio::test]
async fn the_slower_one_is_told() {
    let site = Site::new(World::with_packages("if_match").await).await;
    let place = deal(&site).await;
    let change = || Some(json!({ "name": "Two" }));
    for stale in ["\"7\"", "\"x\"", "W/\"1\"", "1"] {
        let refused = site.ask_with("PATCH", &place, change(), &[("if-match", stale)]).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (412, Some("stale")), "{stale}");
    }
    let changed = site.ask_with("PATCH", &place, change(), &[("if-match", "\"1\"")]).await;
    assert_eq!((changed.status, changed.header("etag")), (200, "\"2\""));
    let restore = format!("{place}/restore");
    let ask = async |method: &str, path: &str, tag: &str| {
        site.ask_with(method, path, None, &[("if-match", tag)]).await.status
    };
    assert_eq!(ask("DELETE", &place, "\"1\"").await, 412);
    assert_eq!(ask("DELETE", &place, "\"2\"").await, 204);
    assert_eq!(site.get(&place).await.status, 404);
    assert_eq!(ask("POST", &restore, "\"2\"").await, 412);
    assert_eq!(ask("POST", &restore, "\"3\"").await, 200);
    let forever = format!("{place}?permanent=true");
    assert_eq!(ask("DELETE", &forever, "\"3\"").await, 412);
    assert_eq!(ask("DELETE", &forever, "\"4\"").await, 204);
    assert_eq!(ask("POST", &restore, "\"5\"").await, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_change_and_a_delete_of_the_same_version_one_wins() {
    let site = Site::new(World::with_packages("if_match_race").await).await;
    for round in 0..15 {
        let place = deal(&site).await;
        let first = [("if-match", "\"1\"")];
        let (changed, deleted) = futures_util::future::join(
            site.ask_with("PATCH", &place, Some(json!({ "name": "Two" })), &first),
            site.ask_with("DELETE", &place, None, &first),
        )
        .await;
        let outcome = (changed.status, deleted.status);
        assert!([(200, 412), (404, 204)].contains(&outcome), "{round}: {outcome:?}");
    }
}
