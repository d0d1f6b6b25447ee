//! The log over the wire: who may see it, what they see of it, its filters, its pages and its files.

use it::World;
use it::site::Site;
use metadata::Kind;
use serde_json::{Value as Json, json};

/// A site with an object whose margin officers do not see, and an officer who reads their own records only.
async fn office(name: &str) -> (Site, String) {
    let site = Site::new(World::new(name).await).await;
    let deal = json!({ "name": "deal", "plural": "deals", "fields": [
        { "name": "stage", "kind": "text" }, { "name": "margin", "kind": "decimal", "precision": 24, "scale": 4 } ] });
    let officer = |read: &str| json!({ "label": "Officer", "objects": { "deal": { "read": read } }, "fields": { "deal.margin": { "read": false } }, "system": ["view_audit"] });
    let roles = [
        (Kind::Objects, "deal", Some(deal)),
        (Kind::Roles, "officer", Some(officer("all"))),
        (Kind::Roles, "own_officer", Some(officer("own"))),
    ];
    site.world.define(roles).await.unwrap();
    let officer = site.person("olga", "officer").await;
    (site, officer)
}

async fn log(site: &Site, token: Option<&str>, query: &str) -> Vec<Json> {
    let path = format!("/admin/v1/audit-log?{query}");
    let reply = match token {
        Some(token) => site.get_as(token, &path).await,
        None => site.get(&path).await,
    };
    reply.data(200).as_array().unwrap().clone()
}

async fn big_deal(site: &Site) -> String {
    let made =
        site.ask("POST", "/api/v1/deals", Some(json!({ "name": "Big", "stage": "open" }))).await.data(201);
    let path = format!("/api/v1/deals/{}", made["id"].as_str().unwrap());
    let change = br#"{"stage":"won","margin":12345678901234567890.1234}"#.to_vec();
    let request = axum::http::Request::builder().method("PATCH").uri(&path);
    let request = request.header("content-type", "application/json").header("user-agent", "browser/1");
    let reply = site.send(request.header("x-request-id", "r-1"), change).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rows_have_the_shape_of_the_contract() {
    let (site, _) = office("audit_shape").await;
    let id = big_deal(&site).await;
    let reply = site.get(&format!("/admin/v1/audit-log?object=deal&record_id={id}")).await;
    let rows = reply.data(200);
    assert_eq!(rows.as_array().unwrap().len(), 2);
    let row = &rows[0];
    let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
    let expected =
        ["seq", "at", "actor", "action", "object", "record_id", "changes", "ip", "user_agent", "request_id"];
    assert_eq!(keys, expected);
    assert_eq!(
        (&row["action"], &row["object"], &row["record_id"]),
        (&json!("update"), &json!("deal"), &json!(id))
    );
    assert_eq!(
        (&row["user_agent"], &row["request_id"], &row["ip"]),
        (&json!("browser/1"), &json!("r-1"), &Json::Null)
    );
    assert_eq!(row["actor"], json!({ "id": site.ada, "name": "Ada" }));
    assert_eq!(row["changes"]["stage"], json!(["open", "won"]));
    assert!(reply.text().contains(r#""margin":[null, 12345678901234567890.1234]"#), "{}", reply.text());
    assert_eq!(row["seq"].as_i64().unwrap() - 1, rows[1]["seq"].as_i64().unwrap());
}

#[tokio::test]
async fn only_who_may_see_the_log_does_and_only_values_that_they_may_read() {
    let (site, officer) = office("audit_sight").await;
    let id = big_deal(&site).await;
    let user = site.person("uwe", "user").await;
    for path in ["/admin/v1/audit-log", "/admin/v1/audit-log/status", "/admin/v1/audit-log?format=csv"] {
        assert_eq!(site.get_as(&user, path).await.status, 403, "{path}");
    }
    let query = format!("record_id={id}&action=update");
    assert_eq!(log(&site, Some(&officer), &query).await[0]["changes"], json!({ "stage": ["open", "won"] }));
    // That something happened is seen of records out of reach too.
    let other = site.person("oto", "own_officer").await;
    let rows = log(&site, Some(&other), &query).await;
    assert_eq!((&rows[0]["record_id"], &rows[0]["changes"]), (&json!(id), &json!({})));
    for (form, line) in [("csv", "update,deal,"), ("ndjson", "\"action\":\"update\"")] {
        let file = site.get_as(&officer, &format!("/admin/v1/audit-log?{query}&format={form}")).await.text();
        assert!(file.contains(line) && file.contains("won") && !file.contains("margin"), "{file}");
    }
    // In the bin, and gone for good.
    site.ask("DELETE", &format!("/api/v1/deals/{id}"), None).await;
    assert_eq!(log(&site, Some(&officer), &query).await[0]["changes"], json!({ "stage": ["open", "won"] }));
    site.ask("DELETE", &format!("/api/v1/deals/{id}?permanent=true"), None).await;
    let purged = log(&site, Some(&officer), &format!("record_id={id}&action=purge")).await;
    assert_eq!(purged[0]["changes"]["stage"], json!(["won", null]));
    assert!(purged[0]["changes"].get("margin").is_none());
    let whole = log(&site, None, &format!("record_id={id}")).await;
    let actions: Vec<&str> = whole.iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["purge", "delete", "update", "create"]);
}

#[tokio::test]
async fn filters_pages_and_wrong_questions() {
    let (site, _) = office("audit_filters").await;
    let deals: Vec<Json> = (0..25).map(|n| json!({ "name": format!("Deal {n}") })).collect();
    site.ask("POST", "/api/v1/deals", Some(Json::Array(deals))).await.data(201);
    let all = log(&site, None, "object=deal&limit=1000").await;
    assert_eq!(all.len(), 25);
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = site.get(&format!("/admin/v1/audit-log?object=deal&limit=10{cursor}")).await;
        seen.extend(reply.data(200).as_array().unwrap().clone());
        match reply.json()["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, all);
    let at = all[0]["at"].as_str().unwrap();
    for (query, count) in [
        (format!("object=deal&from={at}"), 25),
        (format!("object=deal&to={at}"), 0),
        ("object=deal&from=2001-01-01&to=2002-01-01".into(), 0),
        ("object=deal&action=delete".into(), 0),
        (format!("object=deal&user_id={}", site.ada), 25),
        (format!("object=deal&user_id={}", uuid::Uuid::nil()), 0),
        ("object=nothing".into(), 0),
    ] {
        assert_eq!(log(&site, None, &format!("{query}&limit=1000")).await.len(), count, "{query}");
    }
    for (query, problem) in [
        ("action=eat", "action wrong-type"),
        ("record_id=7", "record_id wrong-type"),
        ("user_id=x", "user_id wrong-type"),
        ("from=yesterday", "from wrong-type"),
        ("to=99999-01-01T00:00:00Z", "to wrong-type"),
        ("cursor=x", "cursor out-of-range"),
        ("limit=1001", "limit out-of-range"),
        ("colour=red", "colour unknown-parameter"),
        ("format=xlsx", "format unknown-format"),
        ("format=csv&cursor=5", "cursor contradiction"),
    ] {
        assert_eq!(site.get(&format!("/admin/v1/audit-log?{query}")).await.problems(400), [problem]);
    }
    let status = site.get("/admin/v1/audit-log/status").await.data(200);
    assert_eq!(status["unsealed"]["count"], 0);
    assert!(status["sealed"]["seq"].as_i64().unwrap() >= 25 && status["sealed"]["key"] == status["key"]);
}

#[tokio::test]
async fn taking_the_log_out_is_noted() {
    let (site, officer) = office("audit_taken").await;
    let reply = site.get_as(&officer, "/admin/v1/audit-log?format=csv&object=deal").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/csv; charset=utf-8"));
    let rows = log(&site, None, "object=audit_log").await;
    assert_eq!((rows.len(), &rows[0]["actor"]["name"]), (1, &json!("olga")));
    assert_eq!(rows[0]["changes"]["object"], json!([null, "deal"]));
}
