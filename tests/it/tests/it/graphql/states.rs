//! The log of states and fresh roll-ups over GraphQL: the same entries, rights and totals as over REST.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

use super::{ask, data, problems};

async fn deal(site: &Site, name: &str, amount: u32, stages: &[&str]) -> String {
    let made = json!({ "name": name, "amount": amount });
    let id = site.ask("POST", "/api/v1/deals", Some(made)).await.data(201)["id"].as_str().unwrap().to_owned();
    for stage in stages {
        let change = json!({ "stage": stage, "loss_reason": "price", "win_reason": "price", "close_date": "2026-12-01" });
        site.ask("PATCH", &format!("/api/v1/deals/{id}"), Some(change)).await.data(200);
    }
    id
}

async fn site(name: &str) -> (Site, String) {
    let site = Site::new(World::with_packages(name).await).await;
    let small = deal(&site, "small", 10, &["qualified", "lost"]).await;
    deal(&site, "large", 5000, &["qualified"]).await;
    deal(&site, "other", 7000, &["lost"]).await;
    (site, small)
}

const ENTRY: &str =
    "record_id field from to process transition note checklist at version actor seconds_in_previous";

#[tokio::test]
async fn the_log_is_that_of_rest() {
    let (site, small) = site("graphql_states").await;
    for (arguments, query) in [
        ("", ""),
        ("field: [\"stage\"]", "field=stage"),
        ("to: \"lost\", filter: {amount: {eq: 10}}", "to=lost&amount=10"),
        (
            "from: [\"new\", \"qualified\"], where: \"amount > 1000\"",
            "from=new,qualified&where=amount+%3E+1000",
        ),
        ("since: \"2000-01-01T00:00:00Z\", until: \"2001-01-01T00:00:00Z\"", "until=2001-01-01T00:00:00Z"),
        ("deleted: true, first: 5", "deleted=true"),
    ] {
        let arguments = if arguments.is_empty() { String::new() } else { format!("({arguments})") };
        let told = data(&site, &format!("{{ deals_states{arguments} {{ nodes {{ {ENTRY} }} }} }}")).await;
        let rest = site.get(&format!("/api/v1/deals/states?{query}")).await.data(200);
        assert_eq!(told["deals_states"]["nodes"], rest, "{arguments}");
    }
    let groups = data(
        &site,
        "{ a: deals_states_aggregate(field: \"stage\", group_by: \"to\") { group count seconds_in_previous { sum avg min max } }
           b: deals_states_aggregate(to: \"lost\", where: \"amount < 0\", group_by: [\"field\", \"to\"]) { count }
           deals { total_count } }",
    )
    .await;
    let rest = site.get("/api/v1/deals/states?field=stage&group_by=to").await.data(200);
    assert_eq!((&groups["a"], &groups["b"]), (&rest, &json!([])));
    assert_eq!(groups["deals"]["total_count"], 3);
    // What is asked of the records comes with the entries, however often one is there.
    let query = format!(
        "{{ deals_states(field: \"stage\", filter: {{id: {{eq: \"{small}\"}}}}) {{ __typename
            nodes {{ __typename to record {{ __typename name tasks {{ nodes {{ id }} }} }} }} edges {{ node {{ record {{ amount }} }} }} }} }}"
    );
    let told = &data(&site, &query).await["deals_states"];
    let stages: Vec<&Json> = told["nodes"].as_array().unwrap().iter().map(|one| &one["to"]).collect();
    assert_eq!(stages, ["lost", "qualified", "new"]);
    for at in 0..3 {
        let record = json!({ "__typename": "Deal", "name": "small", "tasks": { "nodes": [] } });
        assert_eq!(told["nodes"][at]["record"], record);
        assert_eq!(told["edges"][at]["node"]["record"]["amount"].as_f64(), Some(10.0));
        assert_eq!(told["nodes"][at]["__typename"], "DealStateEntry");
    }
    // Each entry once, in the same order, whatever is written meanwhile.
    let all = site.get("/api/v1/deals/states?field=stage").await.data(200);
    let (mut walked, mut after) = (Vec::new(), String::new());
    loop {
        let query = format!(
            "{{ deals_states(field: \"stage\", first: 2{after}) {{ edges {{ cursor node {{ {ENTRY} }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let page = &data(&site, &query).await["deals_states"];
        assert_eq!(page["pageInfo"]["hasPreviousPage"], !walked.is_empty());
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(page["pageInfo"]["endCursor"], edges.last().unwrap()["cursor"]);
        walked.extend(edges.iter().map(|edge| edge["node"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        deal(&site, "meanwhile", 1, &[]).await;
    }
    assert_eq!(json!(walked), all);
}

#[tokio::test]
async fn the_log_tells_nobody_more_than_the_records_do() {
    let (site, _) = site("graphql_states_rights").await;
    let clerk =
        json!({ "label": "Clerk", "objects": { "deal": { "create": true, "read": "own", "edit": "own" } } });
    site.ask("PUT", "/metadata/v1/roles/clerk", Some(clerk.clone())).await;
    let mut blind = clerk;
    blind["objects"]["deal"]["read"] = json!("all");
    blind["fields"] = json!({ "deal.stage": { "read": false } });
    site.ask("PUT", "/metadata/v1/roles/blind", Some(blind)).await;
    site.ask("PUT", "/metadata/v1/roles/stranger", Some(json!({ "label": "S", "objects": {} }))).await;
    for (role, status) in [("clerk", 200), ("blind", 200), ("stranger", 400)] {
        let bearer = format!("Bearer {}", site.person(role, role).await);
        let headers = [("authorization", bearer.as_str()), ("accept", "application/graphql-response+json")];
        for query in [
            "{ deals_states { nodes { field from to record { name } } } }",
            "{ deals_states_aggregate(group_by: [\"field\", \"to\"]) { group count } }",
        ] {
            let answer = site.ask_with("POST", "/graphql", Some(json!({ "query": query })), &headers).await;
            assert_eq!(answer.status, status, "{role}: {}", answer.text());
            assert!(!answer.text().contains("stage\""), "{role}: {}", answer.text());
            assert!(!answer.text().contains("lost"), "{role}: {}", answer.text());
        }
        let query = json!({ "query": "{ deals_states(field: \"stage\") { nodes { to } } }" });
        let answer = site.ask_with("POST", "/graphql", Some(query), &headers).await.json();
        match role {
            "clerk" => assert_eq!(answer["data"]["deals_states"]["nodes"], json!([])),
            "blind" => assert_eq!(problems(&answer), ["unknown-field field"]),
            _ => assert!(answer.get("data").is_none(), "{answer}"),
        }
    }
}

#[tokio::test]
async fn questions_that_mean_nothing_are_told_in_their_place() {
    let (site, _) = site("graphql_states_wrong").await;
    for (query, problem) in [
        ("deals_states_aggregate(group_by: \"colour\") { count }", "unknown-field group_by"),
        ("deals_states_aggregate(group_by: [\"to\", \"to\"]) { count }", "duplicate group_by"),
        ("deals_states(since: \"yesterday\") { nodes { to } }", "wrong-type since"),
        ("deals_states(after: \"1~2~3~4\") { nodes { to } }", "bad-cursor cursor"),
    ] {
        let answer = ask(&site, &format!("{{ log: {query} deals {{ total_count }} }}")).await;
        assert_eq!(problems(&answer), [problem], "{answer}");
        assert_eq!(
            (&answer["data"]["log"], &answer["data"]["deals"]["total_count"]),
            (&Json::Null, &json!(3))
        );
    }
    let nothing = data(&site, "{ deals_states(first: 0) { nodes { to } pageInfo { hasNextPage } } }").await;
    assert_eq!(nothing["deals_states"], json!({ "nodes": [], "pageInfo": { "hasNextPage": true } }));
    // An order and groups that stand alone are lists of themselves.
    let alone = data(
        &site,
        "{ deals(sort: \"-amount\") { nodes { name } } deals_aggregate(group_by: \"stage\") { group } }",
    )
    .await;
    assert_eq!(alone["deals"]["nodes"][0]["name"], "other");
    assert_eq!(alone["deals_aggregate"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn fresh_totals_are_computed_now() {
    let site = Site::new(World::trade("graphql_fresh", true).await).await;
    let firm = site.ask("POST", "/api/v1/firms", Some(json!({ "name": "f" }))).await.data(201);
    let id = firm["id"].as_str().unwrap();
    site.world.drain().await;
    let deal = json!({ "name": "d", "firm_id": id, "amount": 7 });
    site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201);
    let told = async |argument: &str| {
        let with = |other: &str| match (argument, other) {
            ("", "") => String::new(),
            ("", other) => format!("({other})"),
            (argument, "") => format!("({argument})"),
            (argument, other) => format!("({other}, {argument})"),
        };
        let by_id = with(&format!("id: \"{id}\""));
        let query = format!(
            "{{ firms{} {{ nodes {{ later }} }} firm{by_id} {{ later }} node{by_id} {{ ... on Firm {{ later }} }}
                firms_aggregate{} {{ sum {{ later }} }} deals{} {{ nodes {{ firm {{ later }} }} }} }}",
            with(""),
            with(""),
            with("")
        );
        let told = data(&site, &query).await;
        let places = [
            "/firms/nodes/0/later",
            "/firm/later",
            "/node/later",
            "/firms_aggregate/0/sum/later",
            "/deals/nodes/0/firm/later",
        ];
        places.map(|place| told.pointer(place).unwrap().as_f64().unwrap())
    };
    assert_eq!(told("").await, [0.0; 5]);
    assert_eq!(told("fresh: true").await, [7.0; 5]);
    let sum = async |fresh: &str| {
        let groups = site.get(&format!("/api/v1/firms/aggregate?metrics=sum(later){fresh}")).await.data(200);
        groups[0].to_string()
    };
    assert!(sum("").await.contains("0") && sum("&fresh=true").await.contains("7"));
}
