//! GraphQL over the wire: the same records, rights and rules as REST's, in the form that the specification says.

mod indexes;
mod limits;
mod nested;
mod restarts;
mod rules;
mod statements;
mod states;
mod subscriptions;

use it::World;
use it::herd::Herd;
use it::site::{Reply, Site, encoded};
use serde_json::{Value as Json, json};

pub(crate) async fn zoo(name: &str) -> Site {
    let site = Site::new(World::zoo(name).await).await;
    let system = site.world.system().await;
    Herd::new(&site.world, &system, 60).await;
    site
}

async fn send(site: &Site, body: Json, accept: &str) -> Reply {
    site.ask_with("POST", "/graphql", Some(body), &[("accept", accept)]).await
}

async fn ask(site: &Site, query: &str) -> Json {
    let reply = send(site, json!({ "query": query }), "application/graphql-response+json").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// The data of an answer without errors.
async fn data(site: &Site, query: &str) -> Json {
    let answer = ask(site, query).await;
    assert!(answer.get("errors").is_none(), "{answer:#}");
    answer["data"].clone()
}

/// `code path` of each problem told by an answer.
fn problems(answer: &Json) -> Vec<String> {
    let errors = answer["errors"].as_array().into_iter().flatten();
    let details =
        errors.flat_map(|error| error["extensions"]["errors"].as_array().cloned().unwrap_or_default());
    details
        .map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["path"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn lists_are_those_of_rest() {
    let site = zoo("graphql_lists").await;
    let rest = site
        .get(
            "/api/v1/specimens?where=whole%20%3E%200&sort=-whole,name&limit=7&include_total=true"
                .replace(' ', "%20")
                .as_str(),
        )
        .await
        .json();
    let query = r#"{ specimens(filter: {whole: {gt: 0}}, sort: ["-whole", "name"], first: 7) {
        total_count pageInfo { hasNextPage endCursor }
        edges { cursor node { id it: name whole __typename keeper { name } } } } }"#;
    let answer = data(&site, query).await;
    let list = &answer["specimens"];
    assert_eq!(list["total_count"], rest["pagination"]["total"]);
    assert_eq!(list["pageInfo"]["endCursor"], rest["pagination"]["next_cursor"]);
    let pairs = list["edges"].as_array().unwrap().iter().zip(rest["data"].as_array().unwrap());
    let mut count = 0;
    for (edge, record) in pairs {
        let node = &edge["node"];
        assert_eq!(
            (&node["id"], &node["it"], &node["whole"]),
            (&record["id"], &record["name"], &record["whole"])
        );
        assert_eq!(node["__typename"], "Specimen");
        count += 1;
    }
    assert_eq!(count, 7);
}

#[tokio::test]
async fn pages_visit_every_record_once_both_ways() {
    let site = zoo("graphql_pages").await;
    let all = site.get("/api/v1/specimens?sort=mood,-whole&fields=name&limit=1000").await.data(200);
    let ids: Vec<String> =
        all.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    for (size, word, place, flag, edge) in [
        (7, "first", "after", "hasNextPage", "endCursor"),
        (9, "last", "before", "hasPreviousPage", "startCursor"),
    ] {
        let (mut seen, mut cursor) = (Vec::new(), Json::Null);
        loop {
            let at = if cursor.is_null() { String::new() } else { format!(", {place}: {cursor}") };
            let query = format!(
                "{{ specimens(sort: [\"mood\", \"-whole\"], {word}: {size}{at}) {{ nodes {{ id }}
                   pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
            );
            let answer = data(&site, &query).await;
            let page: Vec<String> = answer["specimens"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row["id"].as_str().unwrap().to_owned())
                .collect();
            assert!(!page.is_empty() && page.len() <= size);
            if word == "first" {
                seen.extend(page)
            } else {
                seen.splice(0..0, page).for_each(drop)
            }
            let info = &answer["specimens"]["pageInfo"];
            if info[flag] != true {
                break;
            }
            cursor = info[edge].clone();
        }
        assert_eq!(seen, ids, "{word}");
    }
}

#[tokio::test]
async fn relations_nest_both_ways_and_twice() {
    let site = zoo("graphql_nests").await;
    let query = "query($n: Int = 2, $deep: Boolean!) { keepers(first: 5, sort: [\"name\"]) { nodes { ...K
        few: specimen_kept(first: $n, sort: [\"name\"]) { nodes { name } has_more pageInfo { hasNextPage hasPreviousPage } }
        many: specimen_kept(sort: [\"-name\"]) { edges { node { name keeper { ...K } } } }
        boss @include(if: $deep) { name boss { name } } } } } fragment K on Keeper { id name }";
    let reply =
        send(&site, json!({ "query": query, "variables": { "deep": true } }), "application/json").await;
    let answer = reply.json();
    assert!(answer.get("errors").is_none(), "{answer:#}");
    let mut met = 0;
    for keeper in answer["data"]["keepers"]["nodes"].as_array().unwrap() {
        let (few, many) = (&keeper["few"], keeper["many"]["edges"].as_array().unwrap());
        met += many.len();
        assert_eq!(few["has_more"], many.len() > 2);
        assert_eq!(few["pageInfo"], json!({ "hasNextPage": many.len() > 2, "hasPreviousPage": false }));
        assert!(many.iter().all(|edge| edge["node"]["keeper"]["id"] == keeper["id"]));
        if let (Some(first), Some(last)) = (few["nodes"].get(0), many.last().filter(|_| many.len() < 20)) {
            assert_eq!(first["name"], last["node"]["name"]);
        }
        assert!(keeper.get("boss").is_some());
    }
    assert!(met > 0);
    let reply =
        send(&site, json!({ "query": query, "variables": { "deep": false } }), "application/json").await;
    assert!(reply.json()["data"]["keepers"]["nodes"][0].get("boss").is_none());
}

#[tokio::test]
async fn filters_reach_through_relations() {
    let site = zoo("graphql_filters").await;
    let pairs = [
        ("{keeper: {rank: {gt: 0}}}", r#"{"keeper.rank":{"gt":0}}"#),
        ("{teeth: {some: {place: {lte: 2}}}}", r#"{"teeth":{"some":{"place":{"lte":2}}}}"#),
        (
            "{or: [{alive: {eq: true}}, {keeper: {not: {rank: {eq: 1}}}}]}",
            r#"{"or":[{"alive":{"eq":true}},{"not":{"keeper.rank":{"eq":1}}}]}"#,
        ),
        ("{name: {in: [\"x\", \"y\"]}, whole: null}", r#"{"name":{"in":["x","y"]}}"#),
    ];
    for (graphql, rest) in pairs {
        let answer =
            data(&site, &format!("{{ specimens(filter: {graphql}, first: 1000) {{ nodes {{ id }} }} }}"))
                .await;
        let list = site
            .get(&format!("/api/v1/specimens?limit=1000&fields=id&filter={}", encoded(rest)))
            .await
            .data(200);
        let ids = |rows: &Json| -> Vec<Json> {
            rows.as_array().unwrap().iter().map(|row| row["id"].clone()).collect()
        };
        assert_eq!(ids(&answer["specimens"]["nodes"]), ids(&list), "{graphql}");
    }
}

#[tokio::test]
async fn numbers_of_groups_are_those_of_rest() {
    let site = zoo("graphql_groups").await;
    let query = r#"{ specimens_aggregate(group_by: ["mood"], sort: ["mood"]) { group count n: count
        sum { weight } max { whole born } } }"#;
    let answer = data(&site, query).await;
    let rest = site.get("/api/v1/specimens/aggregate?group_by=mood&sort=mood&metrics=count,sum(weight),max(whole),max(born)").await.data(200);
    let groups = answer["specimens_aggregate"].as_array().unwrap();
    assert_eq!(groups.len(), rest.as_array().unwrap().len());
    for (ours, theirs) in groups.iter().zip(rest.as_array().unwrap()) {
        for key in ["group", "count", "sum", "max"] {
            assert_eq!(ours[key], theirs[key]);
        }
        assert_eq!(ours["n"], theirs["count"]);
    }
}

#[tokio::test]
async fn changes_are_one_transaction() {
    let site = zoo("graphql_writes").await;
    let made = data(&site, r#"mutation {
        a: create_specimen(data: {name: "Rex", price: 9876543210.10, keeper: {create: {name: "New"}},
            teeth: {create: [{place: 1}, {place: 2}]}}) { id version price keeper { name } teeth(sort: ["place"]) { nodes { place } } }
        b: create_specimens(data: [{name: "One"}, {name: "Two"}]) { name } }"#).await;
    assert_eq!(made["a"]["keeper"]["name"], "New");
    assert_eq!(made["a"]["price"], json!(9_876_543_210.1));
    assert_eq!(made["a"]["teeth"]["nodes"], json!([{ "place": 1 }, { "place": 2 }]));
    assert_eq!(made["b"], json!([{ "name": "One" }, { "name": "Two" }]));
    let id = made["a"]["id"].as_str().unwrap();

    // The second field fails, so the first has changed nothing.
    let answer = ask(
        &site,
        &format!(
            r#"mutation {{ x: update_specimen(id: "{id}", data: {{name: "Max"}}) {{ name }}
           y: create_specimen(data: {{name: "Bad", whole: "many", mood: "odd"}}) {{ id }} }}"#
        ),
    )
    .await;
    assert_eq!(answer["data"], json!({ "x": null, "y": null }));
    assert_eq!(problems(&answer), ["wrong-type data.whole", "unknown-option data.mood"], "{answer:#}");
    assert_eq!(answer["errors"][0]["path"], json!(["y"]));
    let record = site.get(&format!("/api/v1/specimens/{id}")).await.data(200);
    assert_eq!(record["name"], "Rex");

    let stale = ask(
        &site,
        &format!(
            r#"mutation {{ update_specimen(id: "{id}", version: 9, data: {{name: "Max"}}) {{ name }} }}"#
        ),
    )
    .await;
    assert_eq!(stale["errors"][0]["extensions"]["code"], "stale");
    let gone = data(&site, &format!(r#"mutation {{ delete_specimen(id: "{id}") }}"#)).await;
    assert_eq!(gone["delete_specimen"], id);
    assert_eq!(data(&site, &format!(r#"{{ specimen(id: "{id}") {{ id }} }}"#)).await["specimen"], Json::Null);
}

#[tokio::test]
async fn upserts_find_their_record() {
    let site = zoo("graphql_upsert").await;
    let put = |name: &str| {
        format!(
            r#"mutation {{ upsert_specimen(by: "chip", data: {{chip: "C-1", name: "{name}"}}) {{ id name version }} }}"#
        )
    };
    let (first, second) = (data(&site, &put("Rex")).await, data(&site, &put("Max")).await);
    assert_eq!(first["upsert_specimen"]["id"], second["upsert_specimen"]["id"]);
    assert_eq!(second["upsert_specimen"]["name"], "Max");
}

#[tokio::test]
async fn anything_has_an_id() {
    let site = zoo("graphql_node").await;
    let found = data(&site, "{ keepers(first: 1) { nodes { id name } } }").await;
    let id = found["keepers"]["nodes"][0]["id"].as_str().unwrap();
    let node = data(&site, &format!(r#"{{ node(id: "{id}") {{ __typename id ... on Keeper {{ name }} ... on Specimen {{ whole }} }} }}"#)).await;
    assert_eq!(node["node"]["__typename"], "Keeper");
    assert_eq!(node["node"]["name"], found["keepers"]["nodes"][0]["name"]);
    assert_eq!(data(&site, r#"{ node(id: "nothing") { id } }"#).await["node"], Json::Null);
}

#[tokio::test]
async fn others_records_are_not_there() {
    let site = zoo("graphql_member").await;
    let token = site.person("bob", "member").await;
    let bearer = format!("Bearer {token}");
    let id = site.get("/api/v1/specimens?limit=1").await.data(200)[0]["id"].as_str().unwrap().to_owned();
    let query = format!(
        r#"{{ specimen(id: "{id}") {{ id }} node(id: "{id}") {{ id }} specimens {{ total_count nodes {{ id }} }}
        specimens_aggregate {{ count }} }}"#
    );
    let headers = [("authorization", bearer.as_str())];
    let answer = site.ask_with("POST", "/graphql", Some(json!({ "query": query })), &headers).await.json();
    let expected = json!({ "specimen": null, "node": null, "specimens": { "total_count": 0, "nodes": [] }, "specimens_aggregate": [{ "count": 0 }] });
    assert_eq!(answer["data"], expected, "{answer:#}");
}

#[tokio::test]
async fn the_transport_keeps_to_its_specification() {
    let site = zoo("graphql_http").await;
    let (plain, exact) = ("application/json", "application/graphql-response+json");
    let status = async |body: Json, accept: &str| send(&site, body, accept).await.status;
    assert_eq!(status(json!({ "query": "{ nope }" }), plain).await, 200);
    assert_eq!(status(json!({ "query": "{ nope }" }), exact).await, 400);
    assert_eq!(status(json!({ "query": "{ spec" }), exact).await, 400);
    assert_eq!(status(json!({ "query": 7 }), exact).await, 400);
    assert_eq!(status(json!({}), exact).await, 400);
    assert_eq!(status(json!([{ "query": "{ __typename }" }]), exact).await, 400);
    assert_eq!(status(json!({ "query": "{ __typename }", "variables": [] }), exact).await, 400);
    assert_eq!(status(json!({ "query": "query A { __typename } query B { __typename }" }), exact).await, 400);
    let named = json!({ "query": "query A { __typename } query B { __typename }", "operationName": "B" });
    assert_eq!(send(&site, named, exact).await.json()["data"]["__typename"], "Query");
    let get = async |query: &str| site.get(&format!("/graphql?query={}", encoded(query))).await;
    assert_eq!(get("{ __typename }").await.json()["data"]["__typename"], "Query");
    assert_eq!(get("mutation { __typename }").await.status, 405);
    assert_eq!(site.ask("POST", "/graphql", None).await.status, 415);
    let nobody = site.ask_with(
        "POST",
        "/graphql",
        Some(json!({ "query": "{ __typename }" })),
        &[("authorization", "Bearer x")],
    );
    assert_eq!(nobody.await.status, 401);
}

#[tokio::test]
async fn too_much_is_refused() {
    let site = zoo("graphql_limits").await;
    let refused = async |query: String| {
        let reply = send(&site, json!({ "query": query }), "application/graphql-response+json").await;
        assert_eq!(reply.status, 400, "{}", reply.text());
    };
    refused(format!(
        "{{ {} }}",
        (0..60).map(|n| format!("a{n}: specimens {{ nodes {{ id }} }}")).collect::<String>()
    ))
    .await;
    refused(format!("{}{}", "{ specimens { nodes { keeper ".repeat(30), " }}}".repeat(30))).await;
    // Fragments in fragments ask for thousands of fields in few words.
    let fragments: String =
        (0..14).map(|n| format!("fragment F{n} on Query {{ ...F{m} ...F{m} }} ", m = n + 1)).collect();
    refused(format!("{{ ...F0 }} {fragments} fragment F14 on Query {{ a: __typename }}")).await;
    refused(format!("{{ __typename {} }}", "#".repeat(200_000))).await;
}

#[tokio::test]
async fn persisted_queries_are_found_by_their_hash() {
    let site = zoo("graphql_persisted").await;
    // SHA-256 of `{ __typename }`.
    let hash = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let by_hash = json!({ "extensions": extensions });
    let missing = send(&site, by_hash.clone(), "application/json").await.json();
    assert_eq!(missing["errors"][0]["message"], "PersistedQueryNotFound");
    let wrong = json!({ "query": "{ a: __typename }", "extensions": extensions });
    assert!(send(&site, wrong, "application/json").await.json()["errors"].is_array());
    let put = json!({ "query": "{ __typename }", "extensions": extensions });
    assert_eq!(send(&site, put, "application/json").await.json()["data"]["__typename"], "Query");
    assert_eq!(send(&site, by_hash, "application/json").await.json()["data"]["__typename"], "Query");
}

#[tokio::test]
async fn the_schema_tells_of_itself() {
    let site = zoo("graphql_schema").await;
    let answer = data(&site, r#"{ __schema { queryType { name } mutationType { name } types { name } }
        __type(name: "Specimen") { interfaces { name } fields { name type { kind name ofType { name } } } } }"#).await;
    assert_eq!(answer["__schema"]["queryType"]["name"], "Query");
    let fields = answer["__type"]["fields"].as_array().unwrap();
    let kind =
        |name: &str| fields.iter().find(|field| field["name"] == name).map(|field| field["type"].clone());
    assert_eq!(kind("weight").unwrap()["name"], "Decimal");
    assert_eq!(kind("id").unwrap()["ofType"]["name"], "ID");
    assert_eq!(kind("keeper").unwrap()["name"], "Keeper");
    // A new field is there for the next request.
    let field = json!({ "name": "fresh", "kind": "date" });
    assert_eq!(site.ask("PUT", "/metadata/v1/objects/specimen/fields/fresh", Some(field)).await.status, 200);
    assert!(
        data(&site, "{ specimens(filter: {fresh: {eq: \"today\"}}) { nodes { fresh } } }").await["specimens"]
            ["nodes"]
            .is_array()
    );
}

#[tokio::test]
async fn hidden_fields_are_not_in_the_schema() {
    let site = zoo("graphql_hidden").await;
    let clerk = json!({ "label": "Clerk", "objects": { "specimen": { "read": "all" } },
        "fields": { "specimen.price": { "read": false } } });
    site.world.define([(metadata::Kind::Roles, "clerk", Some(clerk))]).await.unwrap();
    let bearer = format!("Bearer {}", site.person("cleo", "clerk").await);
    let headers = [("authorization", bearer.as_str()), ("accept", "application/graphql-response+json")];
    let ask = async |query: &str| {
        site.ask_with("POST", "/graphql", Some(json!({ "query": query })), &headers).await
    };
    for query in [
        "{ specimens { nodes { price } } }",
        "{ specimens(filter: {price: {gt: 0}}) { nodes { id } } }",
        "{ specimens { nodes { teeth { nodes { id } } } } }",
        "{ specimens_aggregate { sum { price } } }",
        "{ keepers { nodes { specimen_kept { nodes { price } } } } }",
    ] {
        assert_eq!(ask(query).await.status, 400, "{query}");
    }
    for query in [
        "{ specimens(sort: [\"price\"]) { nodes { id } } }",
        "{ specimens(where: \"price > 0\") { nodes { id } } }",
        "{ specimens_aggregate(group_by: [\"price\"]) { count } }",
    ] {
        let answer = ask(query).await.json();
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("price"), "{query} {answer:#}");
    }
    let schema = ask("{ __schema { types { name fields { name } inputFields { name } } } }").await.text();
    assert!(schema.contains("\"weight\"") && !schema.contains("\"price\"") && !schema.contains("Tooth"));
}

#[tokio::test]
async fn deep_variables_are_refused_wherever_they_come_from() {
    let site = zoo("graphql_deep").await;
    for name in ["variables", "extensions"] {
        let deep = format!("{}{}", "%5B".repeat(100), "%5D".repeat(100));
        let reply = site.get(&format!("/graphql?query={}&{name}={deep}", encoded("{ __typename }"))).await;
        // For its depth, not for being no object: thousands of levels would fit into an address.
        assert_eq!(reply.status, 400, "{name}");
        assert!(reply.text().contains("levels"), "{}", reply.text());
    }
}
