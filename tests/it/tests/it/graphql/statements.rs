//! One SQL statement answers a query operation, however deep it is and however many root fields it has; and a root
//! field answers the same among others as alone.

use it::random::Random;
use it::site::Site;
use it::statements::counted;
use serde_json::{Map, Value as Json, json};

use super::{data, zoo};

/// Which roots are asked for together.
const SEED: u64 = 40;

/// Root fields as different from each other as they come. `K` and `S` stand for ids of a keeper and a specimen, `C` for
/// a cursor of specimens by name.
const ROOTS: &[&str] = &[
    "specimens { nodes { id } }",
    "specimens(first: 0) { nodes { id } pageInfo { hasNextPage } }",
    "specimens(first: 1000) { total_count }",
    "specimens { __typename }",
    "specimens(first: 3, sort: [\"-whole\", \"name\"]) { edges { cursor node { name whole } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
    "specimens(last: 4, sort: [\"name\"]) { edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } total_count }",
    "specimens(first: 5, after: \"C\", sort: [\"name\"]) { nodes { name } pageInfo { hasNextPage hasPreviousPage } }",
    "specimens(last: 2, before: \"C\", sort: [\"name\"]) { nodes { name } }",
    "specimens(filter: {mood: {in: [\"calm\", \"wild\"]}, whole: {gte: 0}}) { nodes { mood whole } total_count }",
    "specimens(filter: {or: [{alive: {eq: true}}, {not: {price: {is_null: true}}}]}) { nodes { alive price } }",
    "specimens(filter: {keeper: {rank: {gt: 0}}}) { nodes { keeper_id keeper { rank } } }",
    "specimens(filter: {keeper: {boss: {name: {contains: \"e\"}}}}) { nodes { id } }",
    "specimens(filter: {teeth: {some: {place: {lte: 2}}}}) { nodes { teeth { nodes { place } } } }",
    "specimens(filter: {teeth: {none: {place: {gt: 1}}}}) { total_count }",
    "specimens(filter: {friends: {every: {rank: {gt: 0}}}}) { total_count }",
    "specimens(filter: {seen_at: {lt: \"today\"}}) { nodes { seen_at } }",
    "specimens(where: \"whole > 0 AND mood = 'calm'\") { nodes { name } }",
    "specimens(where: \"keeper.rank > 1\", sort: [\"keeper.name\", \"-price\"]) { nodes { name keeper { name } } }",
    "specimens(first: 7) { nodes { id name word story page whole small weight price part alive born seen_at fed_at mood moods tags email phone site extra blob keeper_id related_object related_id code chip owner_id created_at updated_at version } }",
    "specimens(first: 7) { nodes { keeper { boss { boss { boss { name rank } } } } } }",
    "specimens(first: 4) { nodes { a: keeper { name } b: keeper { rank } name n: name } }",
    "specimens(first: 3) { nodes { friends(first: 2, sort: [\"-name\"]) { nodes { name boss { name } } has_more } } }",
    "keepers { nodes { name specimen_kept(first: 2, sort: [\"-seen_at\"]) { total_count edges { cursor node { name friends(last: 1) { total_count pageInfo { startCursor hasPreviousPage } } } } pageInfo { endCursor } } } }",
    "keepers { nodes { crew(last: 2, sort: [\"name\"]) { nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }",
    "keepers { nodes { name specimen_kept(first: 2) { nodes { name teeth { nodes { place specimen { keeper { name } } } } } } } }",
    "keepers(first: 5) { nodes { crew(filter: {on_duty: {eq: true}}) { edges { node { name hired } } } few: crew(first: 1) { nodes { name } has_more } } }",
    "keepers(sort: [\"-rank\"]) { nodes { rank unit hired on_duty } total_count }",
    "teeth { nodes { place specimen { name } } }",
    "stricts { total_count nodes { id } }",
    "users(first: 2) { nodes { id name } }",
    "specimen(id: \"S\") { id name keeper { name } teeth(first: 1) { nodes { place } } __typename }",
    "specimen(id: \"00000000-0000-7000-8000-000000000000\") { id }",
    "specimen(id: \"none\") { id }",
    "keeper(id: \"K\") { name befriended { nodes { name } } version }",
    "node(id: \"K\") { id __typename ... on Keeper { name rank } ... on Specimen { whole keeper { name } } }",
    "node(id: \"S\") { ... on Node { id } ... on Keeper { name } }",
    "node(id: \"00000000-0000-7000-8000-000000000000\") { id }",
    "specimens_aggregate { count }",
    "specimens_aggregate(group_by: [\"mood\"], sort: [\"-count\"]) { group count sum { weight price } avg { part } min { born whole } max { seen_at } }",
    "specimens_aggregate(group_by: [\"created_at:month\", \"alive\"]) { group n: count }",
    "specimens_aggregate(group_by: [\"keeper.unit\"], having: {count: {gt: 1}}, first: 3) { group count }",
    "specimens_aggregate(filter: {teeth: {some: {place: {gt: 0}}}}, where: \"whole > 0\") { count max { whole } }",
    "keepers_aggregate(where: \"rank > 1000000\", group_by: [\"unit\"]) { group count }",
    "specimens_states { nodes { record_id field from to at version actor seconds_in_previous checklist note } }",
    "specimens_states(first: 3, to: [\"calm\", \"wild\"], where: \"whole > 0\") { edges { cursor node { to record { name keeper { name } teeth(first: 1) { nodes { place } has_more } friends { total_count } } } } pageInfo { hasNextPage hasPreviousPage endCursor } }",
    "specimens_states(first: 0) { pageInfo { hasNextPage } }",
    "specimens_states(deleted: true) { nodes { record { name } } }",
    "specimens_states_aggregate(field: [\"mood\"], group_by: [\"field\", \"to\"]) { group count seconds_in_previous { sum avg min max } }",
    "specimens_states_aggregate { count }",
];

/// The roots with real ids and a real cursor in them.
async fn roots(site: &Site) -> Vec<String> {
    let found = data(
        site,
        "{ keepers(first: 1) { nodes { id } } specimens(first: 9, sort: [\"name\"]) { edges { cursor node { id } } } }",
    )
    .await;
    let keeper = found["keepers"]["nodes"][0]["id"].as_str().unwrap();
    let edge = &found["specimens"]["edges"][8];
    let (specimen, cursor) = (edge["node"]["id"].as_str().unwrap(), edge["cursor"].as_str().unwrap());
    let fill = |root: &&str| {
        let filled =
            root.replace("\"K\"", &format!("\"{keeper}\"")).replace("\"S\"", &format!("\"{specimen}\""));
        filled.replace("\"C\"", &format!("\"{cursor}\""))
    };
    ROOTS.iter().map(fill).collect()
}

/// `{ r0: … r7: … }`.
fn operation(roots: &[(usize, &str)]) -> String {
    let fields = roots.iter().map(|(n, root)| format!("r{n}: {root}\n"));
    format!("{{ {} }}", fields.collect::<String>())
}

#[tokio::test]
async fn an_operation_is_one_statement() {
    let site = zoo("graphql_statements").await;
    let roots = roots(&site).await;
    assert!(roots.len() >= 40);
    let mut alone = Map::new();
    for (n, root) in roots.iter().enumerate() {
        let query = operation(&[(n, root)]);
        let first = data(&site, &query).await;
        let (again, count) = counted(data(&site, &query)).await;
        // What names no record at all is not asked for; the caller is compared with the database by a statement.
        assert_eq!(count, 1, "{root}");
        assert_eq!(again, first, "{root}");
        alone.extend(first.as_object().unwrap().clone());
    }
    // All of them at once, and some of them in any order, answer what each answers alone.
    let all: Vec<(usize, &str)> = roots.iter().map(String::as_str).enumerate().collect();
    let (together, count) = counted(data(&site, &operation(&all))).await;
    assert_eq!(count, 1);
    assert_eq!(together, Json::Object(alone.clone()));
    let mut random = Random::new(SEED);
    for _ in 0..40 {
        let mut some: Vec<(usize, &str)> = Vec::new();
        while some.len() < 4 {
            let pick = all[random.below(all.len())];
            if !some.contains(&pick) {
                some.push(pick);
            }
        }
        let (told, count) = counted(data(&site, &operation(&some))).await;
        let expected: Map<String, Json> =
            some.iter().map(|(n, _)| (format!("r{n}"), alone[&format!("r{n}")].clone())).collect();
        assert_eq!((Json::Object(expected), count), (told, 1), "seed {SEED}: {some:#?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_field_keeps_no_other_from_its_answer() {
    let site = zoo("graphql_statements_wrong").await;
    let query =
        "{ good: keepers(first: 1) { total_count } bad: specimens(sort: [\"nothing\"]) { nodes { id } }
        worse: specimens(where: \"whole >\") { nodes { id } } fine: specimens_aggregate { count } }";
    data(&site, "{ keepers { total_count } }").await;
    let (answer, count) = counted(super::ask(&site, query)).await;
    assert_eq!(count, 1);
    let told = |key: &str| answer["data"][key].clone();
    assert_eq!((told("bad"), told("worse")), (Json::Null, Json::Null));
    assert!(
        told("good")["total_count"].as_i64().unwrap() > 0 && told("fine")[0]["count"].as_i64().unwrap() > 0
    );
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(
        errors.iter().map(|error| error["path"].clone()).collect::<Vec<_>>(),
        [json!(["bad"]), json!(["worse"])]
    );
    assert!(errors.iter().all(|error| error["extensions"]["code"].is_string()));
}

#[tokio::test]
async fn what_a_mutation_answers_is_read_by_one_statement() {
    let site = zoo("graphql_statements_writes").await;
    let made = |count: usize| {
        let fields = (0..count).map(|n| {
            format!("m{n}: create_keeper(data: {{name: \"New {n}\"}}) {{ name rank crew {{ nodes {{ name }} }} }}\n")
        });
        format!("mutation {{ {} }}", fields.collect::<String>())
    };
    data(&site, &made(1)).await;
    let (_, two) = counted(data(&site, &made(2))).await;
    let (told, many) = counted(data(&site, &made(20))).await;
    assert_eq!(two, many);
    assert_eq!(told["m19"]["name"], "New 19");
}
