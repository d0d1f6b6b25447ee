//! Clones, merges and changes of many records at once.

use std::collections::BTreeSet;

use it::World;
use it::site::{Reply, Site};
use metadata::Kind;
use serde_json::{Value as Json, json};

async fn make(site: &Site, plural: &str, record: Json) -> String {
    site.ask("POST", &format!("/api/v1/{plural}"), Some(record)).await.data(201)["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn show(site: &Site, plural: &str, id: &str) -> Reply {
    site.get(&format!("/api/v1/{plural}/{id}")).await
}

#[tokio::test]
async fn a_clone_has_what_can_be_had_twice() {
    let site = Site::new(World::zoo("clone").await).await;
    let keeper = make(&site, "keepers", json!({ "name": "Kim" })).await;
    let record = json!({ "name": "Rex", "weight": "7.100", "moods": ["calm"], "keeper_id": keeper, "friends": [keeper], "chip": "c1", "blob": { "a": 1.10 } });
    let rex = make(&site, "specimens", record).await;
    let copy =
        site.ask("POST", &format!("/api/v1/specimens/{rex}/clone"), Some(json!({ "name": "Rex II" }))).await;
    assert!(copy.header("location").starts_with("/api/v1/specimens/"));
    let copy = copy.data(201);
    let old = show(&site, "specimens", &rex).await.data(200);
    for key in ["weight", "moods", "keeper_id", "blob"] {
        assert_eq!(copy[key], old[key], "{key}");
    }
    assert_eq!((&copy["name"], &copy["chip"]), (&json!("Rex II"), &Json::Null));
    assert!(copy["code"] != old["code"] && copy["id"] != old["id"] && copy["version"] == 1);
    let friends =
        site.get(&format!("/api/v1/specimens/{}?fields=friends.name", copy["id"].as_str().unwrap())).await;
    assert_eq!(friends.data(200)["friends"][0]["name"], "Kim");
    let nobody = "/api/v1/specimens/01990000-0000-7000-8000-000000000000/clone";
    assert_eq!(site.ask("POST", nobody, None).await.status, 404);
}

#[tokio::test]
async fn what_points_to_the_others_points_to_the_one() {
    let site = Site::new(World::zoo("merge").await).await;
    let keepers = [
        make(&site, "keepers", json!({ "name": "Kim" })).await,
        make(&site, "keepers", json!({ "name": "Kim K" })).await,
        make(&site, "keepers", json!({ "name": "K", "rank": 3 })).await,
    ];
    let [one, two, three] = keepers.each_ref();
    site.ask("PATCH", &format!("/api/v1/keepers/{one}"), Some(json!({ "boss_id": two }))).await.data(200);
    let crew = make(&site, "keepers", json!({ "name": "Crew", "boss_id": three })).await;
    let a = make(&site, "specimens", json!({ "name": "a", "keeper_id": two, "friends": [one, two, three] }))
        .await;
    let b = make(
        &site,
        "specimens",
        json!({ "name": "b", "related_object": "keeper", "related_id": three, "friends": [three] }),
    )
    .await;
    let body = json!({ "others": [two, three], "fields": { "rank": 3 } });
    let merged = site.ask("POST", &format!("/api/v1/keepers/{one}/merge"), Some(body)).await.data(200);
    assert_eq!((&merged["rank"], &merged["boss_id"]), (&json!(3), &Json::Null));
    let specimen =
        async |id: &str| site.get(&format!("/api/v1/specimens/{id}?fields=*,friends.id")).await.data(200);
    let (a, b) = (specimen(&a).await, specimen(&b).await);
    assert_eq!((&a["keeper_id"], &b["related_id"]), (&json!(one), &json!(one)));
    for specimen in [&a, &b] {
        assert_eq!(specimen["friends"], json!([{ "id": one }]));
    }
    assert_eq!(show(&site, "keepers", &crew).await.data(200)["boss_id"], json!(one));
    assert_eq!(
        (show(&site, "keepers", two).await.status, show(&site, "keepers", three).await.status),
        (404, 404)
    );
    let wrong = json!({ "others": [one, one], "fields": 5, "colour": 1 });
    let found = site.ask("POST", &format!("/api/v1/keepers/{one}/merge"), Some(wrong)).await.problems(422);
    assert_eq!(found, ["fields wrong-type", "colour unknown-key"]);
    let itself =
        site.ask("POST", &format!("/api/v1/keepers/{one}/merge"), Some(json!({ "others": [one] }))).await;
    assert_eq!(itself.problems(422), ["others.0 duplicate"]);
    let gone =
        site.ask("POST", &format!("/api/v1/keepers/{one}/merge"), Some(json!({ "others": [two] }))).await;
    assert_eq!(gone.status, 404);
}

/// Ids of a record's friends, in order.
async fn friends(site: &Site, id: &str) -> Vec<String> {
    let record = site.get(&format!("/api/v1/specimens/{id}?fields=friends.id")).await.data(200);
    let ids = record["friends"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn links_of_merged_records_move_and_their_histories_tell_it() {
    let site = Site::new(World::zoo("merge_links").await).await;
    let mut keepers = Vec::new();
    for name in ["Kim", "Kim K", "Lee", "Max"] {
        keepers.push(make(&site, "keepers", json!({ "name": name })).await);
    }
    let [kim, other, lee, max] = keepers.try_into().unwrap();
    let a = make(&site, "specimens", json!({ "name": "a", "friends": [kim, other] })).await;
    let b = make(&site, "specimens", json!({ "name": "b", "friends": [other, lee, max] })).await;
    let c = make(&site, "specimens", json!({ "name": "c", "friends": [lee] })).await;
    site.ask("DELETE", &format!("/api/v1/keepers/{max}"), None).await;
    let merge = format!("/api/v1/keepers/{kim}/merge");
    site.ask("POST", &merge, Some(json!({ "others": [other] }))).await.data(200);
    assert_eq!(
        (friends(&site, &a).await, friends(&site, &b).await),
        (sorted(&[&kim]), sorted(&[&kim, &lee]))
    );
    let newest = async |id: &str| {
        site.get(&format!("/api/v1/specimens/{id}/history")).await.data(200)[0]["changes"].clone()
    };
    assert_eq!(newest(&a).await, json!({ "friends": [sorted(&[&kim, &other]), [kim]] }));
    assert_eq!(newest(&b).await, json!({ "friends": [sorted(&[&other, &lee]), sorted(&[&kim, &lee])] }));
    assert!(newest(&c).await["friends"].is_null(), "nothing was done to it");
    assert_eq!(show(&site, "specimens", &a).await.data(200)["version"], 2);
    // What is in the recycle bin keeps its links.
    site.ask("POST", &format!("/api/v1/keepers/{max}/restore"), None).await.data(200);
    assert_eq!(friends(&site, &b).await, sorted(&[&kim, &lee, &max]));

    // What the others are linked to comes to the one, and stays with them.
    let merge = format!("/api/v1/specimens/{a}/merge");
    let merged = site.ask("POST", &merge, Some(json!({ "others": [b, c] }))).await.data(200);
    assert_eq!(friends(&site, &a).await, sorted(&[&kim, &lee, &max]));
    assert_eq!(newest(&a).await, json!({ "friends": [[kim], sorted(&[&kim, &lee, &max])] }));
    assert_eq!(merged["version"], show(&site, "specimens", &a).await.data(200)["version"]);
    site.ask("POST", &format!("/api/v1/specimens/{b}/restore"), None).await.data(200);
    assert_eq!(friends(&site, &b).await, sorted(&[&kim, &lee, &max]));
    // Unless something else is said.
    let said = json!({ "others": [b], "fields": { "friends": [lee] } });
    site.ask("POST", &merge, Some(said)).await.data(200);
    assert_eq!(friends(&site, &a).await, sorted(&[&lee]));
}

#[tokio::test]
async fn nobody_links_by_a_merge_what_they_may_not_link() {
    let site = Site::new(World::zoo("merge_link_rights").await).await;
    let rights = json!({ "keeper": { "read": "all" }, "specimen": { "create": true, "read": "all", "edit": "all", "delete": "all" } });
    let blind =
        json!({ "label": "Blind", "objects": rights, "fields": { "specimen.friends": { "read": false } } });
    let reader =
        json!({ "label": "Reader", "objects": rights, "fields": { "specimen.friends": { "edit": false } } });
    let roles = [(Kind::Roles, "blind", Some(blind)), (Kind::Roles, "reader", Some(reader))];
    site.world.define(roles).await.unwrap();
    let kim = make(&site, "keepers", json!({ "name": "Kim" })).await;
    for role in ["blind", "reader"] {
        let bearer = format!("Bearer {}", site.person(role, role).await);
        let one = make(&site, "specimens", json!({ "name": "one" })).await;
        let other = make(&site, "specimens", json!({ "name": "other", "friends": [kim] })).await;
        let (path, body) = (format!("/api/v1/specimens/{one}/merge"), json!({ "others": [other] }));
        site.ask_with("POST", &path, Some(body), &[("authorization", &bearer)]).await.data(200);
        assert!(friends(&site, &one).await.is_empty(), "{role}");
        // Whoever puts it back finds its links.
        site.ask("POST", &format!("/api/v1/specimens/{other}/restore"), None).await.data(200);
        assert_eq!(friends(&site, &other).await, sorted(&[&kim]), "{role}");
    }
}

#[tokio::test]
async fn many_are_changed_by_a_filter_after_a_look() {
    let site = Site::new(World::with_packages("mass").await).await;
    for n in 0..5 {
        make(&site, "deals", json!({ "name": format!("deal {n}"), "amount": n })).await;
    }
    let mass = async |body: Json| site.ask("POST", "/api/v1/deals/mass", Some(body)).await;
    let wish = |dry_run: bool| json!({ "op": "update", "filter": { "amount": { "gte": 2 } }, "data": { "amount": 10 }, "dry_run": dry_run });
    assert_eq!(mass(wish(true)).await.data(200), json!({ "matched": 3, "count": 3, "dry_run": true }));
    let count = async || {
        site.get("/api/v1/deals?amount=10&include_total=true").await.json()["pagination"]["total"].clone()
    };
    assert_eq!(count().await, 0);
    let mut unexpected = wish(false);
    unexpected["expected"] = 2.into();
    assert_eq!(mass(unexpected).await.problems(409), ["expected other-count"]);
    assert_eq!(mass(wish(false)).await.data(200)["count"], 3);
    assert_eq!(count().await, 3);
    let mia = format!("Bearer {}", site.person("mia", "member").await);
    let hers =
        site.ask_with("POST", "/api/v1/deals/mass", Some(wish(false)), &[("authorization", &mia)]).await;
    assert_eq!(hers.data(200), json!({ "matched": 0, "count": 0, "dry_run": false }));
    assert_eq!(mass(json!({ "op": "delete", "where": "amount < 10" })).await.data(200)["count"], 2);
    assert_eq!(site.get("/api/v1/deals").await.data(200).as_array().unwrap().len(), 3);
    let found = mass(json!({ "op": "burn", "data": {}, "colour": 1 })).await.problems(422);
    assert_eq!(
        found,
        ["op unknown-operation", "data contradiction", "filter required", "colour unknown-key"]
    );
}
