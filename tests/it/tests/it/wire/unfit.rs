//! The table of wrong input over the wire: each value is refused with the path of its field, and nothing is written.

use it::World;
use it::site::Site;

use crate::wrong_input::{names, table};

#[tokio::test]
async fn what_does_not_fit_is_a_problem_with_its_path() {
    let site = Site::new(World::zoo("unfit").await).await;
    let before = site.world.fingerprint().await;
    let mut wrong = Vec::new();
    for (key, value) in &table() {
        let name = if *key == "name" { "" } else { "\"name\":\"New\"," };
        let body = format!("{{{name}\"{key}\":{value}}}");
        let request = axum::http::Request::builder().method("POST").uri("/api/v1/specimens");
        let reply = site.send(request.header("content-type", "application/json"), body.into_bytes()).await;
        let json = reply.json();
        let errors = json["errors"].as_array().cloned().unwrap_or_default();
        let shown = format!("{key}: {}", value.chars().take(60).collect::<String>());
        let named = errors.iter().any(|error| names(error["path"].as_str().unwrap_or_default(), key));
        // What nests too deep is refused before anybody knows fields.
        let deep = json["code"] == "malformed-json" && value.starts_with("[[[");
        let is_problem = reply.header("content-type") == "application/problem+json";
        if !(is_problem && (deep || (reply.status == 422 && named))) {
            wrong.push(format!("{shown}: {} {}", reply.status, reply.text()));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(site.world.fingerprint().await, before);
}
