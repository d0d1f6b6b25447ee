//! Rules, warnings and processes over GraphQL and in batches: what every other way in is held to, and what lets through.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

use super::{ask, data, problems};

async fn site(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    let object = json!({ "name": "ticket", "plural": "tickets", "fields": [
        { "name": "state", "kind": "picklist", "default": "open", "options": [{ "value": "open" }, { "value": "done" }] },
        { "name": "code", "kind": "text", "unique": true },
        { "name": "cost", "kind": "integer" }, { "name": "answer", "kind": "text" } ] });
    let process = json!({ "object": "ticket", "field": "state", "mode": "enforce", "states": ["open", "done"],
        "transitions": [{ "name": "close", "from": ["open"], "to": "done", "during": {
            "fields": [{ "field": "answer", "required": true }], "checklist": ["Tested"], "note": "required" } }] });
    let wrong = json!({ "object": "ticket", "field": "cost", "when": "cost < 0", "message": "Nothing is given away" });
    let named = json!({ "object": "ticket", "when": "BEGINS(name, \"x\")", "message": "Not this name" });
    let warns = json!({ "object": "ticket", "field": "cost", "when": "cost > 1000", "message": "That is a lot", "severity": "warning" });
    for (path, definition) in [
        ("objects/ticket", object),
        ("processes/ticket.flow", process),
        ("validation-rules/ticket.cost", wrong),
        ("validation-rules/ticket.named", named),
        ("validation-rules/ticket.large", warns),
    ] {
        site.ask("PUT", &format!("/metadata/v1/{path}"), Some(definition)).await.data(200);
    }
    site
}

#[tokio::test]
async fn all_broken_rules_of_all_records_are_told_at_once() {
    let site = site("graphql_rules").await;
    let answer = ask(
        &site,
        r#"mutation { a: create_tickets(data: [{name: "fine"}, {name: "xa", cost: -1}, {name: "b", cost: -2}]) { id }
            b: create_ticket(data: {name: "xc"}) { id } }"#,
    )
    .await;
    assert_eq!(answer["data"], json!({ "a": null, "b": null }));
    let mut told = problems(&answer);
    told.sort();
    let expected =
        ["broken-rule data", "broken-rule data.1", "broken-rule data.1.cost", "broken-rule data.2.cost"];
    assert_eq!(told, expected, "{answer:#}");
    assert_eq!(data(&site, "{ tickets { total_count } }").await["tickets"]["total_count"], 0);
}

#[tokio::test]
async fn who_confirms_is_let_through_and_told() {
    let site = site("graphql_warnings").await;
    let make = |consent: &str| {
        format!(
            r#"mutation {{ a: create_ticket(data: {{name: "a", cost: 5000, code: "A"}}{consent}) {{ id }}
                b: create_tickets(data: [{{name: "b"}}, {{name: "c", cost: 7000}}], confirm_warnings: true) {{ name }} }}"#
        )
    };
    // Both are one transaction, so both have to say it.
    let answer = ask(&site, &make("")).await;
    let mut told = problems(&answer);
    told.sort();
    assert_eq!(told, ["warning data.1.cost", "warning data.cost"], "{answer:#}");
    let answer = ask(&site, &make(", confirm_warnings: true")).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let warned = |field: &str, path: &str| json!({ "field": field, "path": path, "code": "warning", "message": "That is a lot" });
    assert_eq!(
        answer["extensions"]["warnings"],
        json!([warned("a", "data.cost"), warned("b", "data.1.cost")])
    );
    let put = json!({ "name": "A", "cost": 6000 });
    let upsert = site.ask("PUT", "/api/v1/tickets/by/code/A?confirm_warnings=true", Some(put)).await;
    assert_eq!(
        (upsert.status, &upsert.json()["warnings"][0]["path"]),
        (200, &json!("cost")),
        "{}",
        upsert.text()
    );
    let batch = json!({ "operations": [
        { "op": "create", "object": "ticket", "data": { "name": "d", "cost": 1 } },
        { "op": "create", "object": "ticket", "data": { "name": "e", "cost": 2000 } },
        { "op": "upsert", "object": "ticket", "by": "code", "data": { "code": "A", "cost": 3000 } } ] });
    let done = site.ask("POST", "/api/v1/batch?confirm_warnings=true", Some(batch)).await.data(200);
    let told: Vec<&Json> = done.as_array().unwrap().iter().map(|one| &one["warnings"][0]["path"]).collect();
    assert_eq!(told, [&Json::Null, &json!("cost"), &json!("cost")], "{done}");
}

#[tokio::test]
async fn transitions_are_taken_with_what_they_ask_for() {
    let site = site("graphql_transitions").await;
    let made =
        data(&site, r#"mutation { create_tickets(data: [{name: "a"}, {name: "b"}, {name: "c"}]) { id } }"#)
            .await;
    let id = |n: usize| made["create_tickets"][n]["id"].as_str().unwrap().to_owned();
    let direct = ask(
        &site,
        &format!(r#"mutation {{ update_ticket(id: "{}", data: {{state: "done"}}) {{ id }} }}"#, id(0)),
    )
    .await;
    assert_eq!(problems(&direct), ["transition-needed data.state"]);
    let take = |n: usize, rest: &str| {
        format!(r#"transition_ticket(id: "{}", transition: "close"{rest}) {{ state answer }}"#, id(n))
    };
    let answer = ask(&site, &format!("mutation {{ {} }}", take(0, ""))).await;
    let mut told = problems(&answer);
    told.sort();
    assert_eq!(told, ["required _checklist", "required _note", "required answer"], "{answer:#}");
    let said = r#", data: {answer: "42"}, note: "because", checklist: ["Tested"]"#;
    // All or nothing, as all that a mutation changes.
    let both = format!("mutation {{ a: {} b: {} }}", take(0, said), take(1, ""));
    assert_eq!(ask(&site, &both).await["data"], json!({ "a": null, "b": null }));
    let done = data(&site, &format!("mutation {{ a: {} b: {} }}", take(0, said), take(1, said))).await;
    assert_eq!(done["b"], json!({ "state": "done", "answer": "42" }));
    let log = data(&site, r#"{ tickets_states(transition: "close") { nodes { to note checklist } } }"#).await;
    let entry = json!({ "to": "done", "note": "because", "checklist": ["Tested"] });
    assert_eq!(log["tickets_states"]["nodes"], json!([entry, entry]));
    // Out of another state, and one that is not there.
    let again = ask(&site, &format!("mutation {{ {} }}", take(0, said))).await;
    assert_eq!(again["errors"][0]["extensions"]["status"], 409, "{again}");
    let unknown = take(2, said).replace("close", "open");
    assert_eq!(
        problems(&ask(&site, &format!("mutation {{ {unknown} }}")).await),
        ["unknown-transition transition"]
    );
    let past = format!(
        r#"mutation {{ update_ticket(id: "{}", data: {{state: "done"}}, process_override: true) {{ state }} }}"#,
        id(2)
    );
    assert_eq!(data(&site, &past).await["update_ticket"]["state"], "done");
    // In a batch, also of a record that it makes.
    let data = json!({ "answer": "x", "_note": "n", "_checklist": ["Tested"] });
    let batch = json!({ "operations": [
        { "op": "create", "object": "ticket", "data": { "name": "d" }, "ref": "t" },
        { "op": "transition", "object": "ticket", "id": "@t.id", "transition": "close", "data": data } ] });
    let done = site.ask("POST", "/api/v1/batch", Some(batch)).await.data(200);
    assert_eq!((&done[0]["data"]["state"], &done[1]["data"]["answer"]), (&json!("done"), &json!("x")));
    let wrong = json!({ "operations": [{ "op": "transition", "object": "ticket", "id": id(0) }] });
    let wrong = site.ask("POST", "/api/v1/batch", Some(wrong)).await;
    assert_eq!(wrong.problems(422), ["operations.0.transition required"]);
}
