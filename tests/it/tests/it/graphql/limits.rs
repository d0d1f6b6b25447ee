//! What hostile operations are told, each by its code and before the database is asked anything.

use it::statements::counted;
use serde_json::{Value as Json, json};

use super::{send, zoo};

/// The first error of an operation that is not run.
async fn refused(site: &it::site::Site, query: &str) -> Json {
    let body = json!({ "query": query });
    let reply = send(site, body, "application/graphql-response+json").await;
    assert_eq!(reply.status, 400, "{} {}", &query[..query.len().min(200)], reply.text());
    let errors = reply.json()["errors"].clone();
    assert!(errors[0]["message"].as_str().is_some_and(|text| text.len() > 10), "{errors:#}");
    errors[0].clone()
}

#[tokio::test]
async fn too_much_is_told_by_its_code() {
    let site = zoo("graphql_limits_codes").await;
    send(&site, json!({ "query": "{ __typename }" }), "application/json").await;
    let aliases =
        |count: usize, field: &str| (0..count).map(|n| format!("a{n}: {field} ")).collect::<String>();
    let deep = |levels: usize| format!("{}name{}", "boss { ".repeat(levels), " }".repeat(levels));
    let nested = format!("{}id{}", "crew(first: 100) { nodes { ".repeat(3), " } }".repeat(3));
    let bomb: String = (0..14)
        .map(|n| format!("fragment F{n} on Keeper {{ ...F{m} x{n}: boss {{ ...F{m} }} }} ", m = n + 1))
        .collect();
    let cases = [
        (format!("{{ {} }}", aliases(60, "keepers { total_count }")), "too-large"),
        (format!("{{ keepers {{ nodes {{ {} }} }} }}", aliases(300, "name")), "too-large"),
        (format!("{{ keepers {{ nodes {{ {} }} }} }}", deep(30)), "too-deep"),
        (format!("{{ keepers {{ nodes {{ {} }} }} }}", deep(300)), "too-deep"),
        (
            format!("{{ keepers {{ nodes {{ ...F0 }} }} }} {bomb} fragment F14 on Keeper {{ name }}"),
            "too-large",
        ),
        (
            "{ keepers { nodes { ...A } } } fragment A on Keeper { ...B } fragment B on Keeper { ...A }"
                .into(),
            "not-in-schema",
        ),
        (format!("{{ keepers(first: 1000) {{ nodes {{ {nested} }} }} }}"), "too-costly"),
        (
            format!(
                "{{ keepers(first: 1000) {{ nodes {{ {} }} }} }}",
                aliases(60, "crew(first: 50) { nodes { id } }")
            ),
            "too-costly",
        ),
        (
            "mutation { create_keeper(data: {}) { crew(first: 1000) { nodes { crew(first: 1000) { nodes { id } } } } } }"
                .into(),
            "too-costly",
        ),
        ("{ keepers { nodes { nothing } } }".into(), "not-in-schema"),
        ("{ keepers { ".into(), "bad-syntax"),
        (format!("{{ __typename {} }}", "#".repeat(200_000)), "too-large"),
    ];
    for (query, code) in cases {
        let (error, count) = counted(refused(&site, &query)).await;
        assert_eq!(error["extensions"]["code"], code, "{} {error:#}", &query[..query.len().min(200)]);
        // A caller is compared with the database before they are told of a refusal; nothing else is asked.
        assert!(count <= 1, "{count} {code}");
        if code == "too-costly" {
            assert!(
                error["path"][0].is_string()
                    && error["extensions"]["cost"].as_u64() > error["extensions"]["limit"].as_u64()
            );
        }
    }
    // Nothing was made by what was refused.
    let count = super::data(&site, "{ keepers(filter: {name: {is_null: true}}) { total_count } }").await;
    assert_eq!(count["keepers"]["total_count"], 0);
}

#[tokio::test]
async fn what_is_asked_for_every_day_is_allowed() {
    let site = zoo("graphql_limits_fine").await;
    let introspection = "query { __schema { types { name fields(includeDeprecated: true) { name args { name type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { name } } } } } } } } } } } } }";
    for query in [
        introspection,
        "{ keepers(first: 1000) { total_count edges { cursor node { id name rank unit crew(first: 50) { edges { node { id name rank } } } } } } }",
        "{ a: keepers(first: 1000) { nodes { id name } } b: specimens(first: 1000) { nodes { id name keeper { id name } } } c: specimens_aggregate(group_by: [\"mood\"]) { group count } }",
    ] {
        super::data(&site, query).await;
    }
}
