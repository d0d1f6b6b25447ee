//! Pages of lists within records: every related record once and in order, both ways, whatever the order is by.

use super::*;

/// Orders by columns of every type that gives one, blank values among them, and by another record's.
const ORDERS: &[&str] = &[
    "[]",
    "[\"name\"]",
    "[\"-whole\", \"name\"]",
    "[\"mood\", \"-price\"]",
    "[\"-seen_at\"]",
    "[\"created_at\"]",
    "[\"born\", \"-fed_at\"]",
    "[\"-alive\", \"part\"]",
    "[\"-weight\", \"story\"]",
    "[\"keeper.rank\", \"-id\"]",
];

/// Ids of a list within a record.
fn ids(list: &Json) -> Vec<String> {
    let edges = list["edges"].as_array().unwrap_or_else(|| panic!("{list:#}"));
    edges.iter().map(|edge| edge["node"]["id"].as_str().unwrap().to_owned()).collect()
}

/// The list `relation` of one record, with these arguments.
async fn list(site: &Site, of: (&str, &str), (relation, arguments): (&str, &str)) -> Json {
    let (object, id) = of;
    let query = format!(
        "{{ {object}(id: \"{id}\") {{ list: {relation}({arguments}) {{ total_count has_more
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ id }} }} }} }} }}"
    );
    data(site, &query).await[object]["list"].clone()
}

/// Reads the list page by page, and again from behind.
async fn walk(site: &Site, of: (&str, &str), (relation, sort): (&str, &str)) -> usize {
    let whole = list(site, of, (relation, &format!("sort: {sort}, first: 1000"))).await;
    let all = ids(&whole);
    assert_eq!((&whole["total_count"], &whole["has_more"]), (&json!(all.len()), &json!(false)), "{sort}");
    for (word, place, flag, edge) in [
        ("first: 2", "after", "hasNextPage", "endCursor"),
        ("last: 3", "before", "hasPreviousPage", "startCursor"),
    ] {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), Json::Null, 0);
        loop {
            let at = if cursor.is_null() { String::new() } else { format!(", {place}: {cursor}") };
            let page = list(site, of, (relation, &format!("sort: {sort}, {word}{at}"))).await;
            assert_eq!(page["total_count"], json!(all.len()), "all are counted on each page");
            match place {
                "after" => seen.extend(ids(&page)),
                _ => drop(seen.splice(0..0, ids(&page))),
            }
            let info = &page["pageInfo"];
            let other = if place == "after" { "hasPreviousPage" } else { "hasNextPage" };
            assert_eq!(
                (&info[flag], &info[other]),
                (&page["has_more"], &json!(pages > 0)),
                "{relation} {sort}"
            );
            if info[flag] != true {
                break;
            }
            (cursor, pages) = (info[edge].clone(), pages + 1);
            assert!(pages < 1000, "{relation} {sort} goes round");
        }
        assert_eq!(seen, all, "{relation} {sort} {word}");
    }
    all.len()
}

#[tokio::test]
async fn lists_within_records_are_read_page_by_page() {
    let site = zoo("graphql_nested_pages").await;
    let found = data(
        &site,
        "{ keepers { nodes { id specimen_kept { total_count } befriended { total_count } } } specimens(first: 60) { nodes { id friends { total_count } } } }",
    )
    .await;
    // Whoever has the most has several pages.
    let most = |list: &str, relation: &str| {
        let count = |one: &&Json| one[relation]["total_count"].as_i64().unwrap();
        let one = found[list]["nodes"].as_array().unwrap().iter().max_by_key(count).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let (keeper, friend, specimen) =
        (most("keepers", "specimen_kept"), most("keepers", "befriended"), most("specimens", "friends"));
    for sort in ORDERS {
        let met = walk(&site, ("keeper", &keeper), ("specimen_kept", sort)).await;
        assert!(met > 3, "{met} records are no list");
    }
    walk(&site, ("keeper", &friend), ("befriended", "[\"-price\"]")).await;
    walk(&site, ("specimen", &specimen), ("friends", "[\"-name\"]")).await;
    walk(&site, ("keeper", &keeper), ("specimen_notes", "[\"name\"]")).await;
}

/// A place within a record is the same place as in the list itself, and what is no place is told where it stands.
#[tokio::test]
async fn places_are_those_of_lists() {
    let site = zoo("graphql_nested_places").await;
    let keepers = data(
        &site,
        "{ keepers(sort: [\"name\"]) { nodes { id specimen_kept(sort: [\"-seen_at\", \"name\"]) { edges { cursor node { id } } } } } }",
    )
    .await;
    let mut met = 0;
    for keeper in keepers["keepers"]["nodes"].as_array().unwrap() {
        let (id, all) = (keeper["id"].as_str().unwrap(), ids(&keeper["specimen_kept"]));
        let Some(first) = keeper["specimen_kept"]["edges"].get(0).map(|edge| &edge["cursor"]) else {
            continue;
        };
        let query = format!(
            "{{ specimens(filter: {{keeper_id: {{eq: \"{id}\"}}}}, sort: [\"-seen_at\", \"name\"], after: {first}) {{ edges {{ node {{ id }} }} }} }}"
        );
        assert_eq!(ids(&data(&site, &query).await["specimens"]), all[1..], "{id}");
        met += 1;
    }
    assert!(met > 0);
    for (arguments, code) in [
        ("after: \"00\"", "bad-cursor cursor[specimen_kept]"),
        ("first: 1, last: 1", ""),
        ("first: 1001", ""),
    ] {
        let answer = ask(
            &site,
            &format!("{{ keepers {{ nodes {{ specimen_kept({arguments}) {{ total_count }} }} }} }}"),
        )
        .await;
        assert_eq!(problems(&answer).join(""), code, "{answer:#}");
        assert_eq!(answer["errors"][0]["path"], json!(["keepers"]));
    }
    // Nothing is asked for, and how much there is is told.
    let none = data(
        &site,
        "{ keepers(first: 1) { nodes { specimen_kept(first: 0) { nodes { id } has_more total_count } } } }",
    )
    .await;
    let none = &none["keepers"]["nodes"][0]["specimen_kept"];
    assert_eq!(
        (&none["nodes"], &none["has_more"]),
        (&json!([]), &json!(none["total_count"].as_i64().unwrap() > 0))
    );
}

/// Each record's list goes on from its own place, and who sees fewer records counts fewer.
#[tokio::test]
async fn totals_are_of_what_one_sees() {
    let site = zoo("graphql_nested_totals").await;
    let clerk = json!({ "label": "Clerk", "objects": { "keeper": { "read": "all" }, "specimen": { "read": "own" } } });
    site.world.define([(metadata::Kind::Roles, "clerk", Some(clerk))]).await.unwrap();
    let token = site.person("cleo", "clerk").await;
    let query = "{ keepers(first: 1000) { nodes { specimen_kept(filter: {alive: {eq: true}}) { total_count nodes { alive } } } } }";
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let hers = site.ask_with("POST", "/graphql", Some(json!({ "query": query })), &headers).await.json();
    let sum = |answer: &Json| -> i64 {
        let nodes = answer["keepers"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["specimen_kept"]["total_count"].as_i64().unwrap()).sum()
    };
    assert_eq!(sum(&hers["data"]), 0, "{hers:#}");
    let all = site
        .get("/api/v1/specimens?alive=true&filter[keeper.name][is_null]=false&include_total=true")
        .await
        .json();
    assert_eq!(json!(sum(&data(&site, query).await)), all["pagination"]["total"]);
}
