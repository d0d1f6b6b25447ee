//! An import that is taken back: what it made goes, what somebody touched since stays, and nothing else is meant.

use axum::http::Request;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// Imports a file of deals and waits for its end.
async fn import(site: &Site, query: &str, file: &str) -> String {
    let path = format!("/api/v1/deals/import?{query}");
    let request = Request::post(path).header("content-type", "text/csv");
    let started = site.send(request, file.as_bytes().to_vec()).await.data(202);
    let id = started["id"].as_str().unwrap().to_owned();
    for _ in 0..100_000 {
        if site.get(&format!("/api/v1/imports/{id}")).await.data(200)["status"] == "done" {
            return id;
        }
        tokio::task::yield_now().await;
    }
    panic!("the import does not end");
}

async fn names(site: &Site) -> Vec<String> {
    let deals = site.get("/api/v1/deals?fields=name&sort=name&limit=1000").await.data(200);
    deals.as_array().unwrap().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_an_import_made_goes_to_the_bin_and_what_was_touched_since_stays() {
    let site = Site::new(World::with_packages("revert").await).await;
    let own = json!({ "name": "Ownmade", "external_id": "o-1" });
    let own = site.ask("POST", "/api/v1/deals", Some(own)).await.data(201);
    let file = "name,external_id\nAbel,a-1\nBaker,b-1\nCole,c-1\nOwnmade,o-1\n";
    let id = import(&site, "match=external_id", file).await;
    let status = site.get(&format!("/api/v1/imports/{id}")).await.data(200);
    assert_eq!((&status["created"], &status["updated"]), (&json!(3), &json!(1)), "{status}");
    let other = import(&site, "", "name\nOther\n").await;
    let deals = site.get("/api/v1/deals?fields=name&limit=100").await.data(200);
    let baker = deals.as_array().unwrap().iter().find(|deal| deal["name"] == "Baker").unwrap();
    let path = format!("/api/v1/deals/{}", baker["id"].as_str().unwrap());
    site.ask("PATCH", &path, Some(json!({ "amount": 5 }))).await.data(200);
    let revert = format!("/api/v1/imports/{id}/revert");
    // Neither somebody who did not import it, nor with words that mean nothing.
    let ben = site.person("ben", "user").await;
    let theirs = site.ask_with("POST", &revert, None, &[("authorization", &format!("Bearer {ben}"))]).await;
    assert_eq!(theirs.status, 404);
    assert_eq!(
        site.ask("POST", &revert, Some(json!({ "all": true }))).await.problems(422),
        ["all unknown-key"]
    );
    let stays = json!([{ "id": baker["id"], "code": "changed", "message": "somebody has changed it since" }]);
    let told = site.ask("POST", &revert, None).await.data(200);
    assert_eq!(told, json!({ "deleted": 2, "left": 0, "kept": 1, "stays": stays }));
    let left = names(&site).await;
    assert!(
        left.iter().any(|name| name.contains("Baker")) && left.iter().any(|name| name.contains("Other")),
        "{left:?}"
    );
    assert!(!left.iter().any(|name| name.contains("Abel") || name.contains("Cole")), "{left:?}");
    assert!(site.get(&format!("/api/v1/deals/{}", own["id"].as_str().unwrap())).await.status == 200);
    // Again it finds nothing more; what was sealed meanwhile is known too.
    while site.world.engine.seal(&site.world.tenant, chrono::Utc::now()).await.unwrap() > 0 {}
    assert_eq!(
        site.ask("POST", &revert, None).await.data(200),
        json!({ "deleted": 0, "left": 0, "kept": 1, "stays": stays })
    );
    let told = site.ask("POST", &format!("/api/v1/imports/{other}/revert"), None).await.data(200);
    assert_eq!(told["deleted"], 1);
}

#[tokio::test]
async fn a_large_import_is_taken_back_in_steps_and_a_trial_not_at_all() {
    let site = Site::new(World::with_packages("revert_large").await).await;
    let rows: String = (0..2_300).map(|at| format!("Row {at}\n")).collect();
    let file = format!("name\n{rows}");
    let trial = import(&site, "dry_run=true", &file).await;
    let refused = site.ask("POST", &format!("/api/v1/imports/{trial}/revert"), None).await;
    assert_eq!(refused.problems(409), [" not-revertible"]);
    let id = import(&site, "", &file).await;
    let mut left = Vec::new();
    loop {
        let told: Json = site.ask("POST", &format!("/api/v1/imports/{id}/revert"), None).await.data(200);
        left.push(told["left"].as_i64().unwrap());
        if told["left"] == 0 {
            break;
        }
    }
    assert_eq!(left, [1300, 300, 0]);
    assert!(names(&site).await.is_empty());
}

/// Imports a file of accounts under the id that the caller gives its request.
async fn import_as(site: &Site, request_id: &str, object: &str, file: &str) -> String {
    let request = Request::post(format!("/api/v1/{object}/import")).header("content-type", "text/csv");
    let request = request.header("x-request-id", request_id);
    let started = site.send(request, file.as_bytes().to_vec()).await.data(202);
    let id = started["id"].as_str().unwrap().to_owned();
    for _ in 0..100_000 {
        if site.get(&format!("/api/v1/imports/{id}")).await.data(200)["status"] == "done" {
            return id;
        }
        tokio::task::yield_now().await;
    }
    panic!("the import does not end");
}

#[tokio::test]
async fn another_request_of_the_same_id_is_not_taken_back() {
    let site = Site::new(World::with_packages("revert_ids").await).await;
    let id = import_as(&site, "nightly", "deals", "name\nAbel\nBaker\n").await;
    let other = import_as(&site, "nightly", "deals", "name\nCole\n").await;
    // Whatever a request calls itself, with the import's own id too.
    for request_id in ["nightly".to_owned(), id.clone(), format!("nightly/{id}")] {
        let headers = [("x-request-id", request_id.as_str())];
        let made = json!({ "name": "By hand" });
        site.ask_with("POST", "/api/v1/deals", Some(made), &headers).await.data(201);
    }
    let told = site.ask("POST", &format!("/api/v1/imports/{id}/revert"), None).await.data(200);
    assert_eq!(told, json!({ "deleted": 2, "left": 0, "kept": 0, "stays": [] }));
    assert_eq!(names(&site).await, ["By hand", "By hand", "By hand", "Cole"]);
    let told = site.ask("POST", &format!("/api/v1/imports/{other}/revert"), None).await.data(200);
    assert_eq!(told["deleted"], 1);
    // Who looks for the request in the log still finds the import by it.
    let log = site.get("/admin/v1/audit-log?object=deal&action=create&limit=100").await.data(200);
    let words: Vec<&str> =
        log.as_array().unwrap().iter().filter_map(|row| row["request_id"].as_str()).collect();
    let own = format!("nightly/{id}");
    assert_eq!(words.iter().filter(|word| **word == own).count(), 2, "{words:?}");
}

/// What is held back by what points to it stays, with its reason, and keeps nothing else from going.
#[tokio::test]
async fn what_is_held_back_keeps_nothing_else_from_going() {
    let site = Site::new(World::new("revert_held").await).await;
    let pen = json!({ "name": "pen", "plural": "pens", "label": "Pen", "fields": [] });
    let mut beast =
        json!({ "name": "beast", "plural": "beasts", "label": "Beast", "plural_label": "Beasts" });
    beast["fields"] = json!([{ "name": "pen", "kind": "lookup", "to": "pen", "on_delete": "restrict" }]);
    site.ask("PUT", "/metadata/v1/objects/pen", Some(pen)).await.data(200);
    site.ask("PUT", "/metadata/v1/objects/beast", Some(beast)).await.data(200);
    let rows: String = (0..2_100).map(|at| format!("Pen {at:04}\n")).collect();
    let id = import_as(&site, "pens", "pens", &format!("name\n{rows}")).await;
    // A few far apart, and more in a row than one request can tell apart.
    let all = site.get("/api/v1/pens?fields=id,name&sort=name&limit=1000").await.data(200);
    let held: Vec<&Json> = all
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .filter(|(at, _)| at % 333 == 0 || (600..660).contains(at))
        .map(|(_, pen)| pen)
        .collect();
    let beasts: Vec<Json> = held.iter().map(|pen| json!({ "name": "Rex", "pen_id": pen["id"] })).collect();
    site.ask("POST", "/api/v1/beasts", Some(json!(beasts))).await.data(201);
    let revert = format!("/api/v1/imports/{id}/revert");
    let (mut deleted, mut stays, mut left) = (0, Vec::new(), i64::MAX);
    for round in 0.. {
        assert!(round < 20, "it comes to an end");
        let told = site.ask("POST", &revert, None).await.data(200);
        deleted += told["deleted"].as_u64().unwrap();
        stays.extend(told["stays"].as_array().unwrap().clone());
        assert_eq!(told["kept"], json!(stays.len()), "each is told once");
        assert!(told["left"].as_i64().unwrap() < left, "each request gets further: {told}");
        left = told["left"].as_i64().unwrap();
        if left == 0 {
            break;
        }
    }
    assert_eq!((deleted as usize, stays.len()), (2_100 - held.len(), held.len()));
    assert!(
        stays.iter().all(|stay| stay["code"] == "in-use" && stay["message"] == "Beasts still point to it")
    );
    let there = site.get("/api/v1/pens?fields=name&sort=name&limit=1000").await.data(200);
    let names =
        |pens: &mut dyn Iterator<Item = &Json>| pens.map(|pen| pen["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&mut there.as_array().unwrap().iter()), names(&mut held.iter().copied()));
    // When nothing holds them back any more they go too.
    let beasts = json!({ "op": "delete", "where": "name = \"Rex\"" });
    site.ask("POST", "/api/v1/beasts/mass", Some(beasts)).await.data(200);
    let told = site.ask("POST", &revert, None).await.data(200);
    assert_eq!((told["left"].as_i64().unwrap() > 0, told["kept"].clone()), (true, json!(0)));
    while site.ask("POST", &revert, None).await.data(200)["left"] != 0 {}
    assert!(site.get("/api/v1/pens").await.data(200).as_array().unwrap().is_empty());
}

/// Who may no longer delete is refused, whatever they imported.
#[tokio::test]
async fn who_may_not_delete_takes_nothing_back() {
    let site = Site::new(World::with_packages("revert_rights").await).await;
    let clerk =
        json!({ "label": "Clerk", "objects": { "deal": { "create": true, "read": "own", "edit": "own" } } });
    site.ask("PUT", "/metadata/v1/roles/clerk", Some(clerk)).await.data(200);
    let token = format!("Bearer {}", site.person("carl", "clerk").await);
    let request = Request::post("/api/v1/deals/import").header("content-type", "text/csv");
    let started =
        site.send(request.header("authorization", &token), b"name\nAbel\n".to_vec()).await.data(202);
    let id = started["id"].as_str().unwrap();
    site.world.engine.finish_imports().await;
    let headers = [("authorization", token.as_str())];
    let answer = site.ask_with("POST", &format!("/api/v1/imports/{id}/revert"), None, &headers).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
}
