//! A change of what somebody may do holds for the next request on every node: two nodes on one database, each with
//! memories of its own, the change made at one and the question asked at the other.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use it::site::{Site, answer_by};
use metadata::Kind;

use super::*;

struct Two {
    site: Site,
    other: Router,
    mia: String,
    mia_id: String,
    deal: Uuid,
    shared: Uuid,
}

async fn two(name: &str) -> Two {
    let site = Site::new(World::new(name).await).await;
    let deal = json!({ "name": "deal", "plural": "deals", "sharing": { "default": "private", "hierarchy": true },
        "fields": [{ "name": "stage", "kind": "text" }, { "name": "margin", "kind": "integer" }] });
    let rep = json!({ "objects": { "deal": { "read": "own", "edit": "own" } } });
    site.world.define([(Kind::Objects, "deal", Some(deal)), (Kind::Roles, "rep", Some(rep))]).await.unwrap();
    let mia = site.person("mia", "rep").await;
    let mia_id = site.get_as(&mia, "/auth/v1/me").await.data(200)["user"]["id"].as_str().unwrap().to_owned();
    let system = site.world.system().await;
    let own = json!({ "name": "Own", "owner_id": mia_id, "stage": "new", "margin": 1 });
    let deal = site.world.create(&system, "deal", own).await.unwrap();
    let shared = site.world.create(&system, "deal", json!({ "name": "Other" })).await.unwrap();
    let other = site.node().await;
    let two = Two { site, other, mia, mia_id, deal, shared };
    assert_eq!(two.asks(&format!("/api/v1/deals/{deal}")).await, 200);
    assert_eq!(two.asks(&format!("/api/v1/deals/{shared}")).await, 404);
    two
}

impl Two {
    /// What Mia is answered by the other node.
    async fn asks(&self, path: &str) -> u16 {
        self.asks_with(&self.mia, path).await
    }

    async fn asks_with(&self, token: &str, path: &str) -> u16 {
        let request = Request::get(path).header("authorization", format!("Bearer {token}"));
        answer_by(&self.other, request.body(Body::empty()).unwrap()).await.status
    }

    async fn changes(&self, method: &str, path: &str, body: Json) -> Json {
        let reply = self.site.ask(method, path, (!body.is_null()).then_some(body)).await;
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()["data"].clone()
    }

    async fn role(&self, rights: Json) {
        let role = json!({ "objects": { "deal": rights } });
        self.changes("PUT", "/metadata/v1/roles/rep", role).await;
    }
}

#[tokio::test]
async fn an_edited_role_holds_at_once_whether_it_takes_or_gives() {
    let two = two("nodes_roles").await;
    let own = format!("/api/v1/deals/{}", two.deal);
    let other = format!("/api/v1/deals/{}", two.shared);
    for _ in 0..3 {
        two.role(json!({})).await;
        assert_eq!((two.asks(&own).await, two.asks("/api/v1/deals").await), (403, 403));
        two.role(json!({ "read": "all" })).await;
        assert_eq!((two.asks(&own).await, two.asks(&other).await), (200, 200));
        two.role(json!({ "read": "own" })).await;
        assert_eq!((two.asks(&own).await, two.asks(&other).await), (200, 404));
    }
    // What memory alone would refuse: an object, a field and a schema that came a moment ago.
    assert_eq!(two.asks("/api/v1/deals?sort=colour").await, 400);
    let colour = json!({ "name": "colour", "kind": "text" });
    two.changes("PUT", "/metadata/v1/objects/deal/fields/colour", colour).await;
    assert_eq!(two.asks("/api/v1/deals?sort=colour").await, 200);
    assert_eq!(two.asks("/api/v1/things").await, 404);
    two.changes(
        "PUT",
        "/metadata/v1/objects/thing",
        json!({ "name": "thing", "plural": "things", "fields": [] }),
    )
    .await;
    assert_eq!(two.asks("/api/v1/things").await, 403);
    assert_eq!(two.asks("/graphql?query=%7Bthings%7Bnodes%7Bid%7D%7D%7D").await, 200);
    let role = json!({ "objects": { "thing": { "read": "all" } } });
    two.changes("PUT", "/metadata/v1/roles/rep", role).await;
    assert_eq!(two.asks("/api/v1/things").await, 200);
    let request = Request::get("/graphql?query=%7Bthings%7Bnodes%7Bid%7D%7D%7D")
        .header("authorization", format!("Bearer {}", two.mia));
    let reply = answer_by(&two.other, request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.json(), json!({ "data": { "things": { "nodes": [] } } }));
}

#[tokio::test]
async fn a_place_in_a_team_or_under_a_manager_holds_at_once() {
    let two = two("nodes_teams").await;
    let other = format!("/api/v1/deals/{}", two.shared);
    let rule = json!({ "object": "deal", "when": "name = \"Other\"", "share_with": { "team": "emea" }, "access": "read" });
    let team = two
        .changes("POST", "/admin/v1/teams", json!({ "name": "emea", "label": "EMEA", "members": [] }))
        .await;
    two.changes("PUT", "/metadata/v1/sharing-rules/deal.emea", rule).await;
    let path = format!("/admin/v1/teams/{}", team["id"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(two.asks(&other).await, 404);
        two.changes("PATCH", &path, json!({ "members": [two.mia_id] })).await;
        assert_eq!(two.asks(&other).await, 200);
        two.changes("PATCH", &path, json!({ "members": [] })).await;
    }
    // As manager of the owner.
    let owner = two.site.person("olaf", "user").await;
    let owner = two.site.get_as(&owner, "/auth/v1/me").await.data(200)["user"]["id"].clone();
    two.changes("PATCH", &other, json!({ "owner_id": owner })).await;
    assert_eq!(two.asks(&other).await, 404);
    let user = format!("/admin/v1/users/{}", owner.as_str().unwrap());
    two.changes("PATCH", &user, json!({ "manager_id": two.mia_id })).await;
    assert_eq!(two.asks(&other).await, 200);
    two.changes("PATCH", &user, json!({ "manager_id": null })).await;
    assert_eq!(two.asks(&other).await, 404);
    // A share, and its end.
    two.changes("POST", &format!("{other}/shares"), json!({ "user_id": two.mia_id, "access": "read" })).await;
    assert_eq!(two.asks(&other).await, 200);
    let gone = format!("{other}/shares?user_id={}", two.mia_id);
    assert_eq!(two.site.ask("DELETE", &gone, None).await.status, 204);
    assert_eq!(two.asks(&other).await, 404);
    // The roles of the user, and the user.
    let me = format!("/admin/v1/users/{}", two.mia_id);
    for (role, expected) in [("administrator", 200), ("user", 404), ("administrator", 200)] {
        two.changes("PATCH", &me, json!({ "roles": [role] })).await;
        assert_eq!(two.asks(&other).await, expected);
    }
    assert_eq!(two.site.ask("DELETE", &me, None).await.status / 100, 2);
    assert_eq!(two.asks(&other).await, 401);
}

#[tokio::test]
async fn a_revoked_session_or_key_is_nobody_at_once() {
    let two = two("nodes_keys").await;
    let own = format!("/api/v1/deals/{}", two.deal);
    let key =
        two.site.ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "k", "scopes": ["*:read"] }))).await;
    let key = key.json();
    let (id, key) = (key["id"].as_str().unwrap().to_owned(), key["key"].as_str().unwrap().to_owned());
    assert_eq!(two.asks_with(&key, &own).await, 200);
    assert_eq!(two.site.ask("DELETE", &format!("/auth/v1/api-keys/{id}"), None).await.status, 204);
    assert_eq!(two.asks_with(&key, &own).await, 401);
    assert_eq!(two.asks(&own).await, 200);
    let sessions = two.site.get_as(&two.mia, "/auth/v1/sessions").await.data(200);
    let session = sessions[0]["id"].as_str().unwrap();
    let head = Request::delete(format!("/auth/v1/sessions/{session}"));
    let head = head.header("authorization", format!("Bearer {}", two.mia));
    assert_eq!(two.site.send(head, Vec::new()).await.status, 204);
    assert_eq!(two.asks(&own).await, 401);
    assert_eq!(two.asks("/api/v1/nothing").await, 401);
}

#[tokio::test]
async fn a_permission_set_a_rule_and_a_hidden_field_hold_at_once() {
    let two = two("nodes_sets").await;
    let (own, other) = (format!("/api/v1/deals/{}", two.deal), format!("/api/v1/deals/{}", two.shared));
    let (me, seer) = (format!("/admin/v1/users/{}", two.mia_id), "/metadata/v1/permission-sets/seer");
    let set = |read: &str| json!({ "objects": { "deal": { "read": read } } });
    two.changes("PUT", seer, set("all")).await;
    for _ in 0..2 {
        two.changes("PATCH", &me, json!({ "permission_sets": ["seer"] })).await;
        assert_eq!(two.asks(&other).await, 200);
        two.changes("PUT", seer, set("own")).await;
        assert_eq!(two.asks(&other).await, 404);
        two.changes("PUT", seer, set("all")).await;
        assert_eq!(two.asks(&other).await, 200);
        two.changes("PATCH", &me, json!({ "permission_sets": [] })).await;
        assert_eq!(two.asks(&other).await, 404);
    }
    // Rules that open and that take away.
    let opens = json!({ "object": "deal", "when": "name = \"Other\"", "share_with": { "everyone": true }, "access": "read" });
    let takes = json!({ "object": "deal", "when": "stage <> \"new\"", "applies_to": { "everyone": true } });
    for _ in 0..2 {
        two.changes("PUT", "/metadata/v1/sharing-rules/deal.opens", opens.clone()).await;
        assert_eq!(two.asks(&other).await, 200);
        two.changes("DELETE", "/metadata/v1/sharing-rules/deal.opens", Json::Null).await;
        assert_eq!(two.asks(&other).await, 404);
        two.changes("PUT", "/metadata/v1/restriction-rules/deal.takes", takes.clone()).await;
        assert_eq!(two.asks(&own).await, 404);
        two.changes("DELETE", "/metadata/v1/restriction-rules/deal.takes", Json::Null).await;
        assert_eq!(two.asks(&own).await, 200);
    }
    // A field.
    let rights = json!({ "deal": { "read": "own", "edit": "own" } });
    for seen in [false, true, false] {
        let role = json!({ "objects": rights, "fields": { "deal.margin": { "read": seen } } });
        two.changes("PUT", "/metadata/v1/roles/rep", role).await;
        assert_eq!(two.asks(&format!("{own}?fields=margin")).await, if seen { 200 } else { 400 });
    }
}

#[tokio::test]
async fn a_sign_out_and_a_new_password_end_sessions_at_once() {
    let two = two("nodes_ends").await;
    let own = format!("/api/v1/deals/{}", two.deal);
    let head = Request::post("/auth/v1/logout").header("authorization", format!("Bearer {}", two.mia));
    assert_eq!(two.site.send(head, Vec::new()).await.status / 100, 2);
    assert_eq!(two.asks(&own).await, 401);
    let me = format!("/admin/v1/users/{}", two.mia_id);
    let again = two.site.token_of("mia@example.com").await;
    assert_eq!(two.asks_with(&again, &own).await, 200);
    two.changes("PATCH", &me, json!({ "password": "another horse entirely" })).await;
    assert_eq!(two.asks_with(&again, &own).await, 401);
    // A key that acts in a role of its own.
    let key = two
        .site
        .ask("POST", "/auth/v1/api-keys", Some(json!({ "name": "k", "role": "administrator" })))
        .await;
    let (id, key) = (key.json()["id"].clone(), key.json()["key"].as_str().unwrap().to_owned());
    assert_eq!(two.asks_with(&key, &own).await, 200);
    let path = format!("/auth/v1/api-keys/{}", id.as_str().unwrap());
    assert_eq!(two.site.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(two.asks_with(&key, &own).await, 401);
}
