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
    let told = site.ask("POST", &revert, None).await.data(200);
    assert_eq!(told, json!({ "deleted": 2, "left": 0, "kept": 1 }));
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
        json!({ "deleted": 0, "left": 0, "kept": 1 })
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
