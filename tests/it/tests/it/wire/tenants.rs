//! A record of another tenant is not there, on any route, and is told in the words of one that never was.

use api::routes::table;
use axum::http::Method;
use engine::packages::Install;
use engine::{Command, What};
use it::site::Site;
use it::{World, fields, package};
use serde_json::{Value as Json, json};
use tenancy::Tenants;

#[tokio::test]
async fn records_of_another_tenant_are_not_there() {
    let site = Site::new(World::with_packages("foreign").await).await;
    let engine = &site.world.engine;
    let other = Tenants::new(engine.clone(), engine.pool().clone()).create("other", "Other").await.unwrap();
    let packages = ["accounts", "leads", "deals"].map(package);
    let system = async || engine.system_context(&other, "test").await.unwrap();
    engine.install(&system().await, &packages, Install::default()).await.unwrap();
    let record = vec![fields(&json!({ "name": "Theirs" }))];
    let written = engine
        .write(&system().await, Command { object: "deal".into(), what: What::Create(record) })
        .await
        .unwrap();
    let (theirs, never) = (written.ids[0].to_string(), "00000000-0000-7000-8000-00000000abcd");
    let routes =
        table().into_iter().filter(|route| route.path.starts_with("/api/v1/") && route.path.contains("{id}"));
    let mut asked = 0;
    for route in routes {
        let mut told = Vec::new();
        for id in [theirs.as_str(), never] {
            let path = route.path.replace("{plural}", "deals").replace("{id}", id).replace("{name}", "win");
            let whom = if path.ends_with("/shares") && route.method == Method::DELETE {
                format!("?user_id={}", site.ada)
            } else {
                String::new()
            };
            let path = format!("{path}{whom}");
            // Each route gets what it takes, so that it gets as far as the record.
            let body = match path.rsplit('/').next() {
                _ if route.method != Method::PATCH && route.method != Method::POST => None,
                Some(word) if word.starts_with("shares") => {
                    Some(json!({ "user_id": site.ada, "access": "read" }))
                }
                Some("merge") => Some(json!({ "others": ["00000000-0000-7000-8000-00000000ef01"] })),
                _ => Some(json!({ "name": "Mine now" })),
            };
            let reply = site.ask(route.method.as_str(), &path, body).await;
            assert_eq!(reply.status, 404, "{} {path}: {}", route.method, reply.text());
            let mut body = reply.json();
            body["request_id"] = Json::Null;
            told.push(body.to_string());
        }
        assert_eq!(told[0], told[1], "{} {}", route.method, route.path);
        asked += 1;
    }
    assert!(asked >= 7, "{asked}");
    // Nor can it be pointed to.
    let task = json!({ "title": "t", "related_to_object": "deal", "related_to_id": theirs });
    assert_eq!(
        site.ask("POST", "/api/v1/tasks", Some(task)).await.problems(422),
        ["related_to_id unknown-reference"]
    );
    let one = engine.read_one(&system().await, "deal", written.ids[0], Vec::new()).await.unwrap();
    assert_eq!(one.version, 1, "it is as it was");
}
