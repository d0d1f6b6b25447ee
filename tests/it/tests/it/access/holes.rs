//! What a hostile reading found: writes that forgot their key, parts that did not follow their master, and merges that
//! told of records which the caller does not see.

use it::site::Site;
use metadata::Kind;

use super::*;

fn matter() -> [(Kind, &'static str, Option<Json>); 4] {
    let stage = json!({ "name": "stage", "kind": "picklist", "options": [{ "value": "new" }, { "value": "won" }], "default": "new" });
    let matter = json!({ "name": "matter", "plural": "matters", "fields": [stage] });
    // Nothing is said of sharing.
    let page = json!({ "name": "page", "plural": "pages", "fields": [
        { "name": "matter", "kind": "master_detail", "to": "matter", "inverse": "pages" } ] });
    let note = json!({ "name": "note", "plural": "notes", "fields": [
        { "name": "matter", "kind": "lookup", "to": "matter", "inverse": "notes" },
        { "name": "secret", "kind": "text" } ] });
    let process = json!({ "object": "matter", "field": "stage", "mode": "enforce", "states": ["new", "won"],
        "transitions": [{ "name": "win", "from": ["new"], "to": "won" }] });
    [
        (Kind::Objects, "matter", Some(matter)),
        (Kind::Objects, "page", Some(page)),
        (Kind::Objects, "note", Some(note)),
        (Kind::Processes, "matter.life", Some(process)),
    ]
}

async fn site(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    site.world.define(matter()).await.unwrap();
    site
}

#[tokio::test]
async fn a_share_and_a_transition_happen_once_under_a_key() {
    let site = site("holes_keys").await;
    let matter = site.ask("POST", "/api/v1/matters", Some(json!({ "name": "m" }))).await.data(201);
    let path = format!("/api/v1/matters/{}", matter["id"].as_str().unwrap());
    let (take, shares) = (format!("{path}/transitions/win"), format!("{path}/shares"));
    let once = [("idempotency-key", "k1")];
    let first = site.ask_with("POST", &take, Some(json!({})), &once).await;
    assert_eq!(first.data(200)["stage"], "won");
    let again = site.ask_with("POST", &take, Some(json!({})), &once).await;
    assert_eq!(again.data(200), first.data(200));
    assert_eq!(site.ask("POST", &take, Some(json!({}))).await.status, 409);
    let reused =
        site.ask_with("POST", &shares, Some(json!({ "role": "user", "access": "read" })), &once).await;
    assert_eq!(reused.problems(422), ["Idempotency-Key key-reused"]);

    let once = [("idempotency-key", "k2")];
    let share = json!({ "role": "user", "access": "read" });
    let first = site.ask_with("POST", &shares, Some(share.clone()), &once).await;
    // Ended meanwhile: the key's answer is given, and nothing happens again.
    assert_eq!(
        site.ask_with("DELETE", &format!("{shares}?role=user"), None, &[("idempotency-key", "k3")])
            .await
            .status,
        204
    );
    assert_eq!(site.ask_with("POST", &shares, Some(share), &once).await.data(201), first.data(201));
    assert_eq!(site.get(&shares).await.data(200), json!([]));
    let other = json!({ "role": "user", "access": "edit" });
    assert_eq!(
        site.ask_with("POST", &shares, Some(other), &once).await.problems(422),
        ["Idempotency-Key key-reused"]
    );
    assert_eq!(
        site.ask_with("DELETE", &format!("{shares}?role=user"), None, &[("idempotency-key", "k3")])
            .await
            .status,
        204
    );
    assert_eq!(site.ask("DELETE", &format!("{shares}?role=user"), None).await.status, 404);
}

#[tokio::test]
async fn a_part_of_which_nothing_is_said_follows_its_master() {
    let site = site("holes_parts").await;
    let mia = site.person("mia", "user").await;
    let matter = site.ask("POST", "/api/v1/matters", Some(json!({ "name": "m" }))).await.data(201);
    let matter = matter["id"].as_str().unwrap();
    let page =
        site.ask("POST", "/api/v1/pages", Some(json!({ "name": "p", "matter_id": matter }))).await.data(201);
    let page = format!("/api/v1/pages/{}", page["id"].as_str().unwrap());
    assert_eq!(site.get_as(&mia, &page).await.status, 404);
    let share = json!({ "role": "user", "access": "read" });
    site.ask("POST", &format!("/api/v1/matters/{matter}/shares"), Some(share.clone())).await.data(201);
    site.get_as(&mia, &page).await.data(200);
    assert_eq!(
        site.ask("POST", &format!("{page}/shares"), Some(share)).await.problems(422),
        [" controlled-by-parent"]
    );
    let told = site.get("/metadata/v1/objects/page").await.data(200);
    assert_eq!(told["sharing_in_force"]["default"], "controlled_by_parent");
    // What is said holds.
    let alone = json!({ "name": "page", "plural": "pages", "sharing": { "default": "private" }, "fields": [
        { "name": "matter", "kind": "master_detail", "to": "matter", "inverse": "pages" } ] });
    site.ask("PUT", "/metadata/v1/objects/page", Some(alone)).await.data(200);
    assert_eq!(site.get_as(&mia, &page).await.status, 404);
}

#[tokio::test]
async fn a_merge_tells_nothing_of_records_that_are_not_seen() {
    let site = site("holes_merge").await;
    let rule = json!({ "object": "note", "when": "secret = \"classified\"", "message": "Classified notes stay", "field": "secret" });
    let mia = site.person("mia", "user").await;
    let (mut ids, bearer) = (Vec::new(), format!("Bearer {mia}"));
    for name in ["a", "b"] {
        let made = site
            .ask_with("POST", "/api/v1/matters", Some(json!({ "name": name })), &[("authorization", &bearer)])
            .await;
        ids.push(made.data(201)["id"].as_str().unwrap().to_owned());
    }
    let note = json!({ "name": "n", "matter_id": ids[1], "secret": "classified" });
    site.ask("POST", "/api/v1/notes", Some(note)).await.data(201);
    site.ask("PUT", "/metadata/v1/validation-rules/note.classified", Some(rule)).await.data(200);
    let merge = json!({ "others": [ids[1]] });
    let path = format!("/api/v1/matters/{}/merge", ids[0]);
    let refused = site.ask_with("POST", &path, Some(merge), &[("authorization", &bearer)]).await;
    assert_eq!(refused.problems(422), ["others cannot-repoint"]);
    assert!(!refused.text().contains("lassified"), "{}", refused.text());
}
