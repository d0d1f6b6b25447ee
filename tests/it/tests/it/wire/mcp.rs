//! The tenant as tools for language models: the protocol's rules, and that a tool does what its caller may do.

use it::World;
use it::site::{Reply, Site};
use serde_json::{Value as Json, json};

async fn send(site: &Site, token: &str, body: Json, headers: &[(&str, &str)]) -> Reply {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("authorization", bearer.as_str()), ("accept", "application/json, text/event-stream")];
    all.extend_from_slice(headers);
    site.ask_with("POST", "/mcp", Some(body), &all).await
}

async fn ask(site: &Site, token: &str, method: &str, params: Json) -> Json {
    let body = json!({ "jsonrpc": "2.0", "id": "a", "method": method, "params": params });
    let reply = send(site, token, body, &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{}", reply.text());
    let answer = reply.json();
    assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!("a")));
    answer
}

/// What a tool answers, and whether that is a refusal.
async fn tool(site: &Site, token: &str, name: &str, arguments: Json) -> (bool, Json) {
    let answer = ask(site, token, "tools/call", json!({ "name": name, "arguments": arguments })).await;
    let result = &answer["result"];
    let text: Json = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, result["structuredContent"]);
    (result["isError"].as_bool().unwrap(), text)
}

async fn names(site: &Site, token: &str) -> Vec<String> {
    let answer = ask(site, token, "tools/list", json!({})).await;
    let tools = answer["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_protocol_is_spoken() {
    let site = Site::new(World::with_packages("mcp_protocol").await).await;
    let ada = site.token_of("ada@example.com").await;
    for (asked, answered) in
        [("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"), ("1999-01-01", "2025-11-25")]
    {
        let welcome =
            ask(&site, &ada, "initialize", json!({ "protocolVersion": asked, "capabilities": {} })).await;
        assert_eq!(welcome["result"]["protocolVersion"], answered);
        assert!(welcome["result"]["capabilities"]["tools"].is_object());
    }
    let told =
        send(&site, &ada, json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }), &[]).await;
    assert_eq!((told.status, told.bytes.len()), (202, 0));
    assert_eq!(ask(&site, &ada, "ping", json!({})).await["result"], json!({}));
    assert_eq!(ask(&site, &ada, "resources/list", json!({})).await["error"]["code"], -32601);
    assert_eq!(ask(&site, &ada, "tools/call", json!({ "name": "drop" })).await["error"]["code"], -32602);
    let ping = || json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    for (headers, status) in [
        (&[("origin", "https://evil.example"), ("host", "crm.example.com")][..], 403),
        (&[("origin", "https://crm.example.com"), ("host", "crm.example.com")], 200),
        (&[("mcp-protocol-version", "1999-01-01")], 400),
        (&[("mcp-protocol-version", "2025-03-26")], 200),
        (&[("mcp-session-id", "gone")], 200),
    ] {
        assert_eq!(send(&site, &ada, ping(), headers).await.status, status, "{headers:?}");
    }
    assert_eq!(send(&site, &ada, json!([ping()]), &[]).await.status, 400);
    let only_events = [("authorization", format!("Bearer {ada}")), ("accept", "text/event-stream".into())];
    let only_events = only_events.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(site.ask_with("POST", "/mcp", Some(ping()), &only_events).await.status, 406);
    // There is no stream to listen to, and no session to end.
    for method in ["GET", "DELETE"] {
        let refused = site.ask(method, "/mcp", None).await;
        assert_eq!((refused.status, refused.header("allow")), (405, "POST"), "{method}");
    }
    let nobody = site.ask_with("POST", "/mcp", Some(ping()), &[("authorization", "Bearer nobody")]).await;
    assert!(nobody.status == 401 && nobody.header("www-authenticate").starts_with("Bearer"));
}

#[tokio::test]
async fn tools_do_what_their_caller_may_do() {
    let site = Site::new(World::with_packages("mcp_rights").await).await;
    let (ada, mia) = (site.token_of("ada@example.com").await, site.person("mia", "member").await);
    assert!(names(&site, &ada).await.contains(&"plan_metadata_change".to_owned()));
    assert!(!names(&site, &mia).await.contains(&"plan_metadata_change".to_owned()));
    let (wrong, made) = tool(
        &site,
        &ada,
        "create",
        json!({ "object": "deal", "records": [{ "name": "Hers", "amount": "1234567890123456.25" }] }),
    )
    .await;
    assert!(!wrong, "{made}");
    let id = made["data"][0]["id"].clone();
    // What REST does not tell somebody, no tool does: the same question by both ways.
    let arguments = json!({ "object": "deal", "fields": ["name", "amount"] });
    for token in [&ada, &mia] {
        let listed = site.get_as(token, "/api/v1/deals?fields=name,amount&limit=20").await.json();
        assert_eq!(tool(&site, token, "query", arguments.clone()).await.1, listed);
    }
    let rest = site
        .ask_with(
            "PATCH",
            &format!("/api/v1/deals/{}", id.as_str().unwrap()),
            Some(json!({ "name": "His" })),
            &[("authorization", &format!("Bearer {mia}"))],
        )
        .await;
    let (wrong, refused) =
        tool(&site, &mia, "update", json!({ "object": "deal", "id": id, "data": { "name": "His" } })).await;
    assert_eq!((wrong, &refused["code"]), (rest.status >= 400, &rest.json()["code"]), "{refused}");
    let changes = json!({ "changes": [{ "kind": "fields", "name": "deal.margin", "definition": { "kind": "currency" } }] });
    let (wrong, refused) = tool(&site, &mia, "plan_metadata_change", changes.clone()).await;
    assert_eq!((wrong, &refused["code"]), (true, &json!("forbidden")));
    let (wrong, planned) = tool(&site, &ada, "plan_metadata_change", changes).await;
    assert!(!wrong && planned["data"]["steps"].to_string().contains("margin"), "{planned}");
    assert_eq!(site.get("/metadata/v1/objects/deal/fields/margin").await.status, 404);
    // A key that may only read has no tools that write.
    let key = json!({ "name": "k", "scopes": ["deals:read"] });
    let key =
        site.ask("POST", "/auth/v1/api-keys", Some(key)).await.json()["key"].as_str().unwrap().to_owned();
    assert_eq!(names(&site, &key).await, ["list_objects", "describe_object", "query", "aggregate"]);
    let (wrong, refused) =
        tool(&site, &key, "create", json!({ "object": "deal", "records": [{ "name": "x" }] })).await;
    assert_eq!((wrong, &refused["code"]), (true, &json!("forbidden")), "{refused}");
    let (wrong, hidden) = tool(&site, &key, "query", json!({ "object": "account" })).await;
    assert_eq!((wrong, &hidden["errors"][0]["code"]), (true, &json!("unknown-object")), "{hidden}");
}

#[tokio::test]
async fn refusals_are_results_that_help() {
    let site = Site::new(World::with_packages("mcp_refusals").await).await;
    let ada = site.token_of("ada@example.com").await;
    let cases = [
        ("query", json!({ "object": "deals" }), "object unknown-object"),
        ("query", json!({}), "object required"),
        ("query", json!({ "object": "deal", "colour": 1 }), "colour unknown-key"),
        ("query", json!({ "object": "deal", "limit": 201 }), "limit out-of-range"),
        (
            "query",
            json!({ "object": "deal", "filter": { "amount": { "above": 1 } } }),
            "filter.amount.above unknown-operator",
        ),
        ("aggregate", json!({ "object": "deal", "metrics": ["total(amount)"] }), "metrics bad-value"),
        ("create", json!({ "object": "deal", "records": [] }), "records required"),
        (
            "create",
            json!({ "object": "deal", "records": [{ "name": "x", "stage": "nowhere" }] }),
            "stage unknown-option",
        ),
        ("update", json!({ "object": "deal", "id": "x", "data": {} }), "id required"),
        ("describe_object", json!({ "object": "\u{0}" }), "object unknown-object"),
    ];
    for (name, arguments, expected) in cases {
        let (wrong, told) = tool(&site, &ada, name, arguments.clone()).await;
        let first = &told["errors"][0];
        let found = format!(
            "{} {}",
            first["path"].as_str().unwrap_or_default(),
            first["code"].as_str().unwrap_or_default()
        );
        assert!(wrong, "{name} {arguments}");
        assert_eq!(found, expected, "{name} {arguments}: {told}");
    }
    let (_, described) = tool(&site, &ada, "describe_object", json!({ "object": "deal" })).await;
    assert!(described["data"]["fields"].as_array().unwrap().iter().any(|field| field["name"] == "stage"));
    let (_, groups) = tool(&site, &ada, "aggregate", json!({ "object": "deal", "metrics": ["count"] })).await;
    assert_eq!(groups["data"][0]["count"], 0);
}
