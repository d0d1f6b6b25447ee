//! The administration over the wire: teams, users' places, shares, and the questions of a security officer. Each
//! change holds for the next request.

use axum::http::Request;
use it::site::{Reply, Site};

use super::*;
use metadata::Kind;

/// A site with a private object, a lead and a rep who reports to the lead.
struct Office {
    site: Site,
    lead: (String, Uuid),
    rep: (String, Uuid),
    deal: Uuid,
}

async fn office(name: &str) -> Office {
    let site = Site::new(World::new(name).await).await;
    let deal = json!({ "name": "deal", "plural": "deals", "fields": [{ "name": "stage", "kind": "text" }, { "name": "margin", "kind": "integer" }] });
    site.world.define([(Kind::Objects, "deal", Some(deal))]).await.unwrap();
    let (lead, rep) = (site.person("lead", "user").await, site.person("rep", "user").await);
    let users = site.get("/admin/v1/users").await.data(200);
    let id = |name: &str| {
        let user = users.as_array().unwrap().iter().find(|user| user["name"] == name).unwrap();
        Uuid::parse_str(user["id"].as_str().unwrap()).unwrap()
    };
    let (lead, rep) = ((lead, id("lead")), (rep, id("rep")));
    let made =
        asked(&site, &rep.0, "POST", "/api/v1/deals", json!({ "name": "Big", "stage": "won", "margin": 7 }))
            .await;
    let deal = Uuid::parse_str(made.data(201)["id"].as_str().unwrap()).unwrap();
    Office { site, lead, rep, deal }
}

async fn asked(site: &Site, token: &str, method: &str, path: &str, body: Json) -> Reply {
    let bearer = format!("Bearer {token}");
    let body = (!body.is_null()).then_some(body);
    site.ask_with(method, path, body, &[("authorization", &bearer)]).await
}

impl Office {
    async fn sees(&self) -> u16 {
        self.site.get_as(&self.lead.0, &format!("/api/v1/deals/{}", self.deal)).await.status
    }

    async fn explained(&self, user: Uuid, action: &str) -> Json {
        let path =
            format!("/admin/v1/access/explain?user={user}&object=deal&record={}&action={action}", self.deal);
        self.site.get(&path).await.data(200)
    }
}

#[tokio::test]
async fn a_manager_a_team_and_a_share_each_open_a_record_at_once() {
    let o = office("wire_open").await;
    let user = |id: Uuid| format!("/admin/v1/users/{id}");
    assert_eq!(o.sees().await, 404);
    // The hierarchy.
    let patched = o.site.ask("PATCH", &user(o.rep.1), Some(json!({ "manager_id": o.lead.1 }))).await;
    assert_eq!(patched.data(200)["manager_id"], json!(o.lead.1));
    assert_eq!(o.sees().await, 200);
    assert_eq!(
        o.explained(o.lead.1, "edit").await["reasons"],
        json!(["somebody who reports to the user owns it"])
    );
    let ring = o.site.ask("PATCH", &user(o.lead.1), Some(json!({ "manager_id": o.rep.1 }))).await;
    assert_eq!(ring.problems(422), ["manager_id hierarchy-ring"]);
    o.site.ask("PATCH", &user(o.rep.1), Some(json!({ "manager_id": null }))).await.data(200);
    assert_eq!(o.sees().await, 404);
    // A team, for those whose role reaches it.
    let team = json!({ "name": "emea", "label": "EMEA", "members": [o.rep.1, o.lead.1] });
    let team = o.site.ask("POST", "/admin/v1/teams", Some(team)).await.data(201);
    assert_eq!(o.sees().await, 404);
    let seer = json!({ "objects": { "deal": { "read": "team" } } });
    o.site.ask("PUT", "/metadata/v1/permission-sets/seer", Some(seer)).await.data(200);
    o.site.ask("PATCH", &user(o.lead.1), Some(json!({ "permission_sets": ["seer"] }))).await.data(200);
    assert_eq!(o.sees().await, 200);
    let place = format!("/admin/v1/teams/{}", team["id"].as_str().unwrap());
    o.site.ask("PATCH", &place, Some(json!({ "members": [o.lead.1] }))).await.data(200);
    assert_eq!(o.sees().await, 404);
    // A share by hand, by its owner; level and end count.
    let shares = format!("/api/v1/deals/{}/shares", o.deal);
    assert_eq!(
        asked(&o.site, &o.lead.0, "POST", &shares, json!({ "user_id": o.lead.1, "access": "edit" }))
            .await
            .status,
        404
    );
    let shared = asked(&o.site, &o.rep.0, "POST", &shares, json!({ "team": "emea", "access": "read" }))
        .await
        .data(201);
    assert_eq!((&shared["team"], &shared["access"]), (&json!("emea"), &json!("read")));
    assert_eq!(o.sees().await, 200);
    let change = json!({ "stage": "lost" });
    let deal = format!("/api/v1/deals/{}", o.deal);
    assert_eq!(asked(&o.site, &o.lead.0, "PATCH", &deal, change.clone()).await.status, 403);
    asked(&o.site, &o.rep.0, "POST", &shares, json!({ "role": "user", "access": "edit" })).await.data(201);
    asked(&o.site, &o.lead.0, "PATCH", &deal, change).await.data(200);
    assert_eq!(asked(&o.site, &o.lead.0, "GET", &shares, Json::Null).await.status, 403);
    assert_eq!(
        asked(&o.site, &o.rep.0, "GET", &shares, Json::Null).await.data(200).as_array().unwrap().len(),
        2
    );
    let wrong = json!({ "access": "all", "expires_at": "soon", "user_id": o.lead.1, "team": "emea" });
    let told = asked(&o.site, &o.rep.0, "POST", &shares, wrong).await.problems(422);
    assert_eq!(told, ["access wrong-type", "expires_at wrong-type", " one-of"]);
    for query in ["?team=emea", "?role=user"] {
        assert_eq!(
            asked(&o.site, &o.rep.0, "DELETE", &format!("{shares}{query}"), Json::Null).await.status,
            204
        );
    }
    assert_eq!(o.sees().await, 404);
    // Who has no place any more is nobody.
    assert_eq!(o.site.ask("DELETE", &user(o.lead.1), None).await.status, 204);
    assert_eq!(o.sees().await, 401);
}

#[tokio::test]
async fn a_security_officer_is_told_who_may_and_why() {
    let o = office("wire_officer").await;
    let rule = json!({ "object": "deal", "when": "stage = \"won\"", "share_with": { "user": o.lead.1 }, "access": "read" });
    o.site.ask("PUT", "/metadata/v1/sharing-rules/deal.won", Some(rule)).await.data(200);
    let view = o.explained(o.lead.1, "read").await;
    assert_eq!(
        (&view["allowed"], &view["reasons"]),
        (&json!(true), &json!(["the sharing rule `deal.won` opens it"]))
    );
    let view = o.explained(o.lead.1, "edit").await;
    assert_eq!(
        (&view["allowed"], &view["object"]["by"]),
        (&json!(false), &json!(["role `user` gives edit on own records"]))
    );
    let who = o.site.get(&format!("/admin/v1/access/who?object=deal&record={}", o.deal)).await.data(200);
    let names: Vec<&str> =
        who.as_array().unwrap().iter().map(|one| one["user"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Ada", "lead", "rep"]);
    let limit = json!({ "object": "deal", "when": "stage = \"new\"", "applies_to": { "role": "user" } });
    o.site.ask("PUT", "/metadata/v1/restriction-rules/deal.new_only", Some(limit)).await.data(200);
    let view = o.explained(o.lead.1, "read").await;
    assert_eq!(view["reasons"][1], "the restriction rule `deal.new_only` keeps it back");
    assert_eq!(o.sees().await, 404);
    // What a change would give, before it is made.
    let role = json!({ "inherits": ["user"], "objects": { "deal": { "read": "all" } }, "fields": { "deal.margin": { "read": false } } });
    let change = json!({ "changes": [{ "kind": "roles", "name": "rep", "definition": role }] });
    let told = o.site.ask("POST", "/admin/v1/access/simulate", Some(change)).await.data(200);
    let told = told["changes"].to_string();
    assert!(
        told.contains(
            r#"{"holder":"role:rep","object":"deal","action":"read","before":"none","after":"all"}"#
        ),
        "{told}"
    );
    assert_eq!(o.site.get("/metadata/v1/roles/rep").await.status, 404);
    for path in [
        "explain?object=deal",
        "explain?user=x&object=deal",
        "who?object=deal&record=1",
        "explain?user=1&object=deal&action=fly",
    ] {
        assert_eq!(o.site.get(&format!("/admin/v1/access/{path}")).await.status, 400, "{path}");
    }
    for path in ["access/who?object=deal&record=1", "teams", "users", "record-shares"] {
        assert_eq!(o.site.get_as(&o.rep.0, &format!("/admin/v1/{path}")).await.status, 403, "{path}");
    }
    assert_eq!(
        o.site
            .send(Request::get("/admin/v1/teams").header("authorization", "Bearer x"), Vec::new())
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn metadata_is_told_as_far_as_its_reader_sees() {
    let o = office("wire_metadata").await;
    let role = json!({ "inherits": ["user"], "fields": { "deal.margin": { "read": false }, "deal.stage": { "edit": false } } });
    o.site.ask("PUT", "/metadata/v1/roles/seller", Some(role)).await.data(200);
    let view =
        json!({ "object": "deal", "label": "Rich", "columns": ["name", "margin"], "sort": ["-margin"] });
    o.site.ask("PUT", "/metadata/v1/list-views/deal.rich", Some(view)).await.data(200);
    let view = json!({ "object": "deal", "label": "Richest", "columns": ["name"], "filter": { "margin": { "gt": 5 } } });
    o.site.ask("PUT", "/metadata/v1/list-views/deal.richest", Some(view)).await.data(200);
    let layout = json!({ "object": "deal", "sections": [{ "label": "All", "items": [{ "field": "margin" }, { "field": "stage" }] }], "highlights": ["margin"] });
    o.site.ask("PUT", "/metadata/v1/layouts/deal.default", Some(layout)).await.data(200);
    o.site
        .ask("PATCH", &format!("/admin/v1/users/{}", o.rep.1), Some(json!({ "roles": ["seller"] })))
        .await
        .data(200);
    for path in [
        "/metadata/v1/bootstrap",
        "/metadata/v1/objects",
        "/metadata/v1/objects/deal",
        "/metadata/v1/layouts/deal.default",
        "/metadata/v1/list-views/deal.rich",
    ] {
        let text = o.site.get_as(&o.rep.0, path).await.text();
        assert!(
            text.contains("deal") && !text.contains("margin") && !text.contains("ichest"),
            "{path}: {text}"
        );
        assert!(o.site.get(path).await.text().contains("margin"), "{path}");
    }
    for path in [
        "fields/deal.margin",
        "objects/deal/fields/margin",
        "list-views/deal.richest",
        "roles/seller",
        "roles/user",
    ] {
        assert_eq!(o.site.get_as(&o.rep.0, &format!("/metadata/v1/{path}")).await.status, 404, "{path}");
        assert_eq!(o.site.get(&format!("/metadata/v1/{path}")).await.status, 200, "{path}");
    }
    let deal = o.site.get_as(&o.rep.0, "/metadata/v1/objects/deal").await.data(200);
    let stage = deal["fields"].as_array().unwrap().iter().find(|field| field["name"] == "stage").unwrap();
    assert_eq!(stage["read_only"], true);
    assert_eq!(o.site.get("/metadata/v1/roles/user").await.data(200)["built_in"], true);
}
