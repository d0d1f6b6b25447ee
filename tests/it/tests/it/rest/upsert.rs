//! `PUT /api/v1/{plural}/by/{field}/{value}`: one record for one value, however many write it at once.

use it::World;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};

async fn site(name: &str) -> Site {
    Site::new(World::zoo(name).await).await
}

async fn put(site: &Site, value: &str, body: Json) -> it::site::Reply {
    site.ask("PUT", &format!("/api/v1/specimens/by/chip/{}", encoded(value)), Some(body)).await
}

#[tokio::test]
async fn new_the_first_time_changed_the_next() {
    let site = site("upsert").await;
    let made = put(&site, "A/1 ü", json!({ "name": "Rex" })).await;
    let record = made.data(201);
    assert_eq!((record["chip"].as_str(), made.header("etag")), (Some("A/1 ü"), "\"1\""));
    assert_eq!(made.header("location"), format!("/api/v1/specimens/{}", record["id"].as_str().unwrap()));
    let changed = put(&site, "A/1 ü", json!({ "whole": 7, "chip": "A/1 ü" })).await;
    let again = changed.data(200);
    assert_eq!((&again["id"], &again["name"], &again["whole"]), (&record["id"], &json!("Rex"), &json!(7)));
    assert_eq!(changed.header("etag"), "\"2\"");
    // What is in the bin frees its value.
    let place = format!("/api/v1/specimens/{}", record["id"].as_str().unwrap());
    assert_eq!(site.ask("DELETE", &place, None).await.status, 204);
    assert_ne!(put(&site, "A/1 ü", json!({ "name": "Rex" })).await.data(201)["id"], record["id"]);
}

#[tokio::test]
async fn many_at_once_make_one_record() {
    let site = site("upsert_race").await;
    let asking = (0..12).map(|n| put(&site, "one", json!({ "name": "Rex", "whole": n })));
    let replies = futures_util::future::join_all(asking).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[10], statuses[11]), (200, 200, 201), "{statuses:?}");
    let all = site.get("/api/v1/specimens").await.data(200);
    assert_eq!((all.as_array().unwrap().len(), &all[0]["version"]), (1, &json!(12)));
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let site = site("upsert_wrong").await;
    let by = |field: &str| format!("/api/v1/specimens/by/{field}/x");
    let body = || Some(json!({ "name": "Rex" }));
    assert_eq!(site.ask("PUT", &by("word"), body()).await.problems(400), ["by not-unique"]);
    assert_eq!(site.ask("PUT", &by("colour"), body()).await.problems(400), ["by unknown-field"]);
    assert_eq!(
        put(&site, "x", json!({ "name": "R", "chip": "y" })).await.problems(422),
        ["chip contradiction"]
    );
    assert_eq!(put(&site, &"x".repeat(41), json!({ "name": "R" })).await.problems(422), ["chip too-long"]);
    let found = put(&site, "x", json!({ "whole": "much", "colour": 1 })).await.problems(422);
    assert_eq!(found, ["whole wrong-type", "colour unknown-field", "name required"]);
    assert_eq!(site.ask("PUT", &format!("{}?dry_run=true", by("chip")), body()).await.status, 400);
}

#[tokio::test]
async fn a_record_out_of_sight_keeps_its_value() {
    let site = site("upsert_hidden").await;
    put(&site, "x", json!({ "name": "Ada's" })).await.data(201);
    let mia = format!("Bearer {}", site.person("mia", "member").await);
    let headers = [("authorization", mia.as_str())];
    let refused =
        site.ask_with("PUT", "/api/v1/specimens/by/chip/x", Some(json!({ "name": "M" })), &headers).await;
    assert_eq!(refused.problems(409), ["chip duplicate"]);
    site.ask_with("PUT", "/api/v1/specimens/by/chip/y", Some(json!({ "name": "M" })), &headers)
        .await
        .data(201);
}
