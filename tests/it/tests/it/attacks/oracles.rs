//! Somebody who may not see a field tries to learn its value by questions: whatever the value is, the answers are the same,
//! and no question about it is one.

use axum::http::Request;
use it::World;
use it::site::{Site, encoded};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

struct Field {
    site: Site,
    mia: String,
    id: Uuid,
}

/// Mia's own deal, whose margin she does not see.
async fn hidden(name: &str) -> Field {
    let site = Site::new(World::new(name).await).await;
    let deal = json!({ "name": "deal", "plural": "deals", "fields": [
        { "name": "stage", "kind": "text" },
        { "name": "margin", "kind": "integer", "indexed": true },
        { "name": "code", "kind": "text", "searchable": true } ] });
    let rights = json!({ "create": true, "read": "own", "edit": "own", "delete": "own", "export": true, "share": "own" });
    let rep = json!({ "inherits": ["user"], "objects": { "deal": rights },
        "fields": { "deal.margin": { "read": false }, "deal.code": { "read": false } } });
    site.world.define([(Kind::Objects, "deal", Some(deal)), (Kind::Roles, "rep", Some(rep))]).await.unwrap();
    let mia = site.person("mia", "rep").await;
    let me = site.get_as(&mia, "/auth/v1/me").await.data(200)["user"]["id"].clone();
    let system = site.world.system().await;
    let record = json!({ "name": "Own", "stage": "new", "margin": 1, "code": "tulip", "owner_id": me });
    let id = site.world.create(&system, "deal", record).await.unwrap();
    Field { site, mia, id }
}

/// Questions about fields by their names, each with whether it is refused: what only finds nothing is not.
fn questions(id: Uuid) -> Vec<(&'static str, String, Json, bool)> {
    let mut asked = Vec::new();
    for rest in [
        "filter[margin][gt]=4",
        "filter[margin][eq]=5",
        "filter[margin][is_null]=true",
        "filter[code][starts_with]=tu",
        "filter[code][search]=tulip",
        "margin=5",
        "where=margin%20%3E%204",
        "where=IF(margin%20%3E%204%2C%20TRUE%2C%20FALSE)",
        "where=LEN(code)%20%3D%205",
        "sort=margin",
        "sort=-code,name",
        "fields=margin",
        "fields=name,code&format=csv",
    ] {
        asked.push(("GET", format!("/api/v1/deals?{rest}"), Json::Null, true));
    }
    for rest in ["metrics=max(margin)", "metrics=count&group_by=margin", "metrics=count&filter[margin][gt]=4"]
    {
        asked.push(("GET", format!("/api/v1/deals/aggregate?{rest}"), Json::Null, true));
    }
    for text in ["tulip", "tulips", "rose"] {
        asked.push(("GET", format!("/api/v1/search?q={text}"), Json::Null, false));
    }
    for query in [
        "{ deals(filter: {margin: {gt: 4}}) { nodes { id } } }",
        "{ deals(sort: \"margin\") { nodes { id } } }",
        "{ deals_aggregate(metrics: [\"max(margin)\"]) { count } }",
        "{ deals { nodes { margin } } }",
    ] {
        asked.push(("GET", format!("/graphql?query={}", encoded(query)), Json::Null, true));
    }
    asked.push(("PUT", "/api/v1/deals/by/margin/5".into(), json!({ "stage": "new" }), true));
    asked.push(("PATCH", format!("/api/v1/deals/{id}"), json!({ "margin": 5 }), true));
    let mass = json!({ "filter": { "margin": { "gt": 4 } }, "update": { "stage": "new" } });
    asked.push(("POST", "/api/v1/deals/mass".into(), mass, true));
    let view =
        json!({ "object": "deal", "label": "x", "columns": ["margin"], "filter": { "margin": { "gt": 4 } } });
    asked.push(("PUT", "/metadata/v1/list-views/deal.x".into(), view, true));
    let formula = json!({ "object": "deal", "formula": "margin > 4", "record_id": id });
    asked.push(("POST", "/metadata/v1/formulas/check".into(), formula, false));
    asked.push(("GET", format!("/api/v1/deals/{id}/history"), Json::Null, false));
    asked.push(("POST", format!("/api/v1/deals/{id}/duplicates"), json!({}), false));
    asked
}

#[tokio::test]
async fn no_question_tells_the_value_of_a_hidden_field() {
    let field = hidden("oracle_field").await;
    let Field { site, mia, id } = &field;
    let bearer = format!("Bearer {mia}");
    let headers = [("authorization", bearer.as_str())];
    let ask = async || {
        let mut told = Vec::new();
        for (method, path, body, is_refused) in questions(*id) {
            let body = (!body.is_null()).then_some(body);
            let reply = site.ask_with(method, &path, body, &headers).await;
            let is_error = reply.status >= 400 || reply.json().get("errors").is_some();
            assert!(is_error || !is_refused, "{method} {path}: {}", reply.text());
            let request = reply.json()["request_id"].as_str().unwrap_or("-").to_owned();
            told.push((path, reply.status, reply.text().replace(&request, "")));
        }
        told
    };
    let first = ask().await;
    for values in
        ["margin = 5, code = 'rose'", "margin = NULL, code = NULL", "margin = 7, code = 'tulips and roses'"]
    {
        let text = format!("UPDATE t_demo.deal SET {values}");
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
        for (before, now) in first.iter().zip(ask().await) {
            assert_eq!(*before, now, "{values}");
        }
    }
}

/// Which rows of a file are known by a value tells of it too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_finds_no_record_by_a_hidden_field() {
    let Field { site, mia, .. } = hidden("oracle_import").await;
    for (kind, file) in [
        ("text/csv", "name,margin\nx,1\n".to_owned()),
        ("application/x-ndjson", json!({ "name": "x", "margin": 1 }).to_string()),
    ] {
        for query in ["?match=margin", "?match=code", "?dry_run=true&match=margin"] {
            let head = Request::post(format!("/api/v1/deals/import{query}")).header("content-type", kind);
            let head = head.header("authorization", format!("Bearer {mia}"));
            let reply = site.send(head, file.clone().into_bytes()).await;
            assert!([400, 403, 422].contains(&reply.status), "{query}: {} {}", reply.status, reply.text());
        }
    }
}
