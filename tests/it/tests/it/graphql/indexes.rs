//! What is asked for by something that has an index reads no large table from end to end: PostgreSQL itself counts how
//! often it did, on connections that nobody else uses.

use it::World;
use it::site::{Site, answer_by};
use metadata::Kind;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

/// Depots, their parcels, and scans of those: twice and three times as many.
async fn depots(name: &str, count: u32) -> Site {
    let world = World::new(name).await;
    let object =
        |name: &str, fields: Json| json!({ "name": name, "plural": format!("{name}s"), "fields": fields });
    let depot = object("depot", json!([{ "name": "town", "kind": "text", "indexed": true }]));
    let parcel = object(
        "parcel",
        json!([
            { "name": "depot", "kind": "lookup", "to": "depot", "inverse": "parcels" },
            { "name": "weight", "kind": "decimal", "indexed": true },
            { "name": "code", "kind": "text", "unique": true } ]),
    );
    let scan = object(
        "scan",
        json!([{ "name": "parcel", "kind": "master_detail", "to": "parcel", "inverse": "scans" }]),
    );
    // Nobody asks for these: what Trellis looks at for itself is seen by them.
    let other = object("other", json!([{ "name": "weight", "kind": "integer" }]));
    let objects = [("depot", depot), ("parcel", parcel), ("scan", scan), ("other", other)];
    world.define(objects.map(|(name, definition)| (Kind::Objects, name, Some(definition)))).await.unwrap();
    let site = Site::new(world).await;
    // Helpers of one scan are counted as scans of their own.
    let alone = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET max_parallel_workers_per_gather = 0', current_database()); END $$";
    sqlx::query(alone).execute(site.world.engine.pool()).await.unwrap();
    let (schema, ada) = (&site.world.tenant.schema, site.ada);
    // Ids that say their number, so that one row finds another.
    let id = |kind: u32, number: &str| {
        format!("('00000000-0000-7000-800{kind}-' || lpad(to_hex({number}), 12, '0'))::uuid")
    };
    let rest = format!("'{ada}', now(), '{ada}', now(), '{ada}', 1");
    let columns = "id, name, owner_id, created_at, created_by_id, updated_at, updated_by_id, version";
    for (table, more, values, many) in [
        ("depot", "town", "'Town ' || n % 1000".to_owned(), count),
        (
            "parcel",
            "depot_id, weight, code",
            format!("{}, n % 5000, 'P-' || n", id(1, &format!("1 + n % {count}"))),
            2 * count,
        ),
        ("scan", "parcel_id", id(2, &format!("1 + n % {}", 2 * count)), 3 * count),
        ("other", "weight", "n".to_owned(), count),
    ] {
        let kind =
            ["depot", "parcel", "scan", "other"].iter().position(|known| *known == table).unwrap() as u32 + 1;
        let text = format!(
            "INSERT INTO {schema}.{table} ({columns}, {more}) SELECT {}, 'N ' || n, {rest}, {values} FROM generate_series(1, {many}) n",
            id(kind, "n")
        );
        sqlx::query(AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
        let analyze = format!("ANALYZE {schema}.{table}");
        sqlx::query(AssertSqlSafe(analyze)).execute(site.world.engine.pool()).await.unwrap();
    }
    site
}

const QUERIES: &[&str] = &[
    "{ parcels(first: 50) { nodes { id name weight } pageInfo { hasNextPage endCursor } } }",
    "{ parcels(last: 50) { edges { cursor node { name } } } }",
    "{ parcels(first: 50, sort: [\"-weight\"]) { nodes { name weight depot { name town } } } }",
    "{ parcels(first: 50, sort: [\"weight\"]) { nodes { name weight } } }",
    "{ parcels(filter: {weight: {gt: 4990}}, sort: [\"weight\"]) { nodes { name } } }",
    "{ parcels(filter: {code: {eq: \"P-77\"}}) { nodes { name } total_count } }",
    "{ parcels(filter: {depot_id: {eq: \"DEPOT\"}}) { nodes { name scans { nodes { name } } } } }",
    "{ parcels(filter: {id: {in: [\"PARCEL\"]}}) { nodes { name } } }",
    "{ depots(filter: {town: {eq: \"Town 7\"}}) { nodes { name parcels(first: 3) { nodes { name scans(first: 2) { nodes { name parcel { depot { name } } } } } } } } }",
    "{ depots(first: 20) { nodes { name parcels(first: 5, sort: [\"-weight\"]) { nodes { weight } has_more } } } }",
    "{ depots(first: 20) { nodes { name parcels(first: 5) { total_count edges { cursor node { weight } } pageInfo { endCursor } } } } }",
    "{ depots(first: 20, filter: {parcels: {some: {code: {eq: \"P-9\"}}}}, sort: [\"town\"]) { nodes { name } } }",
    "{ parcel(id: \"PARCEL\") { name depot { parcels { nodes { scans { nodes { name } } } } } } }",
    "{ node(id: \"PARCEL\") { id __typename ... on Parcel { weight scans { nodes { name } } } ... on Depot { town } } }",
    "{ parcels_aggregate(filter: {depot_id: {eq: \"DEPOT\"}}, group_by: [\"depot.town\"]) { group count sum { weight } } }",
    "{ a: parcels(first: 5) { nodes { name } } b: parcel(id: \"PARCEL\") { name } c: depots(sort: [\"town\"], first: 3) { nodes { town } } d: node(id: \"DEPOT\") { id } e: parcels(where: \"code = 'P-5'\") { nodes { scans { nodes { name } } } } }",
];

async fn nothing_is_read_from_end_to_end(site: &Site) {
    let token = site.token_of("ada@example.com").await;
    let scans = async || -> Vec<(String, i64)> {
        let text = "SELECT relname::text, seq_scan FROM pg_stat_user_tables WHERE relname IN ('depot', 'parcel', 'scan', 'other') ORDER BY relname = 'other', 1";
        sqlx::query_as(text).fetch_all(site.world.engine.pool()).await.unwrap()
    };
    // What was counted while the tables were filled is told now and not in between.
    let pool = site.world.engine.pool();
    let mut all = Vec::new();
    for _ in 0..pool.options().get_max_connections() {
        let mut connection = pool.acquire().await.unwrap();
        sqlx::query("SELECT pg_stat_force_next_flush()").execute(&mut *connection).await.unwrap();
        all.push(connection);
    }
    drop(all);
    let backends = async || -> Vec<i32> {
        let text = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'";
        sqlx::query_scalar(text).fetch_all(site.world.engine.pool()).await.unwrap()
    };
    let ask = async |query: &str| {
        let (before, others) = (scans().await, backends().await);
        let (node, engine) = site.node_with_engine().await;
        let request = axum::http::Request::post("/graphql")
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string().into())
            .unwrap();
        let reply = answer_by(&node, request).await.json();
        assert!(reply.get("errors").is_none(), "{reply:#}");
        // A process of the database tells what it counted when it ends, which it does after its connection.
        engine.pool().close().await;
        for _ in 0..1_000 {
            if backends().await.iter().all(|pid| others.contains(pid)) {
                break;
            }
            sqlx::query("SELECT pg_sleep(0.01)").execute(site.world.engine.pool()).await.unwrap();
        }
        let mut counted: Vec<i64> =
            scans().await.iter().zip(before).map(|(now, before)| now.1 - before.1).collect();
        let by_itself = counted.pop().unwrap();
        counted.iter().map(|times| times - by_itself).collect::<Vec<_>>()
    };
    for query in QUERIES {
        let filled = query
            .replace("DEPOT", "00000000-0000-7000-8001-000000000007")
            .replace("PARCEL", "00000000-0000-7000-8002-000000000007");
        assert_eq!(ask(&filled).await, [0, 0, 0], "{query}");
    }
    // What has no index is found out: depots, parcels, scans.
    let read =
        ask("{ parcels(filter: {name: {contains: \"7\"}}, sort: [\"name\"], first: 1) { total_count } }")
            .await;
    assert!(read[1] > 0, "{read:?}");
}

#[tokio::test]
async fn indexes_are_used() {
    nothing_is_read_from_end_to_end(&depots("graphql_indexes", 5_000).await).await;
}

#[tokio::test]
#[ignore = "a minute; the same with 200,000 and more records"]
async fn indexes_are_used_on_large_tables() {
    nothing_is_read_from_end_to_end(&depots("graphql_indexes_large", 100_000).await).await;
}
