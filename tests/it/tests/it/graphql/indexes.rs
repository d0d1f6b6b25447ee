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
            { "name": "code", "kind": "text", "unique": true },
            { "name": "sent_at", "kind": "datetime", "indexed": true },
            { "name": "fragile", "kind": "boolean" },
            { "name": "about", "kind": "any_lookup", "to": ["depot"], "inverse": "remarks" },
            { "name": "course", "kind": "picklist", "indexed": true, "options": [{ "value": "moving" }, { "value": "there" }, { "value": "lost" }] } ]),
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
    let (schema, ada) = (site.world.tenant.schema.clone(), site.ada);
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
            "depot_id, weight, code, sent_at, fragile, course",
            format!(
                "{}, n % 5000, 'P-' || n, timestamptz '2026-01-01Z' + n * interval '1 minute', n % 2 = 0, CASE WHEN n % 2000 = 0 THEN 'lost' ELSE 'there' END",
                id(1, &format!("1 + n % {count}"))
            ),
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
        analyze(&site, table).await;
    }
    // Each parcel came to where it is.
    let snapshot = site.world.system().await.snapshot;
    let parcel = snapshot.catalog.find_object("parcel").unwrap();
    let course = &parcel.find_field("course").unwrap().id;
    let text = format!(
        "INSERT INTO {schema}._states (record_id, field_id, version, object_id, happened_at, actor_id, from_state, to_state, seconds)
         SELECT id, '{course}', 1, '{}', sent_at, '{ada}', 'moving', course, 60 FROM {schema}.parcel",
        parcel.id
    );
    sqlx::query(AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
    analyze(&site, "_states").await;
    site
}

async fn analyze(site: &Site, table: &str) {
    let text = format!("ANALYZE {}.{table}", site.world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
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
    // Pages, in each direction, from a place on.
    "{ parcels { nodes { id } } }",
    "{ parcels(first: 0) { nodes { id } pageInfo { hasNextPage } } }",
    "{ parcels { __typename } }",
    "{ parcels(first: 20, after: \"CURSOR\") { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }",
    "{ parcels(last: 20, before: \"CURSOR\") { edges { cursor node { name } } pageInfo { startCursor } } }",
    "{ parcels(first: 20, sort: [\"-sent_at\"]) { nodes { sent_at course fragile about_id about_object } } }",
    "{ parcels(first: 20, sort: [\"depot_id\", \"weight\"], filter: {depot_id: {eq: \"DEPOT\"}}) { nodes { weight } } }",
    "{ a: parcels(first: 4) { nodes { x: depot { town } y: depot { name } name n: name } } }",
    // Conditions.
    "{ parcels(filter: {or: [{code: {eq: \"P-1\"}}, {code: {eq: \"P-2\"}}]}) { nodes { code } } }",
    "{ parcels(filter: {code: {in: [\"P-1\", \"P-2\", \"P-3\"]}}) { nodes { code } total_count } }",
    "{ parcels(filter: {and: [{weight: {gte: 4998}}, {not: {fragile: {eq: true}}}]}, sort: [\"weight\"]) { nodes { weight fragile } } }",
    "{ parcels(filter: {sent_at: {lt: \"2026-01-01T01:00:00Z\"}}, sort: [\"sent_at\"]) { nodes { sent_at } total_count } }",
    "{ parcels(filter: {course: {eq: \"lost\"}}) { nodes { course } total_count } }",
    "{ parcels(where: \"course = 'lost' AND weight > 10\") { nodes { weight } } }",
    "{ parcels(where: \"depot.town = 'Town 7'\", first: 10) { nodes { name depot { town } } } }",
    "{ parcels(filter: {depot: {town: {eq: \"Town 7\"}}}, sort: [\"-weight\"], first: 5) { nodes { weight } total_count } }",
    "{ parcels(filter: {depot_id: {eq: \"DEPOT\"}, scans: {some: {name: {contains: \"1\"}}}}) { nodes { name } } }",
    "{ parcels(filter: {depot_id: {eq: \"DEPOT\"}, scans: {none: {name: {contains: \"x\"}}}}) { total_count } }",
    "{ depots(filter: {town: {eq: \"Town 7\"}, parcels: {every: {weight: {gte: 0}}}}) { nodes { name } total_count } }",
    "{ scans(filter: {parcel: {code: {eq: \"P-77\"}}}) { nodes { name parcel { code } } } }",
    "{ scans(filter: {parcel: {depot_id: {eq: \"DEPOT\"}}}) { nodes { parcel { depot { town } } } total_count } }",
    // Nested lists.
    "{ depots(filter: {id: {eq: \"DEPOT\"}}) { nodes { parcels(filter: {weight: {gt: 10}}, sort: [\"-weight\"], last: 2) { nodes { weight } pageInfo { startCursor hasPreviousPage } } few: parcels(first: 1) { nodes { name } has_more } } } }",
    "{ depots(first: 10) { nodes { parcels(first: 2) { nodes { name scans { total_count nodes { name } } } } } } }",
    // One record, by whichever name.
    "{ depot(id: \"DEPOT\") { name parcels(first: 3) { edges { node { code } } } version __typename } }",
    "{ parcel(id: \"00000000-0000-7000-8000-000000000000\") { id } }",
    "{ node(id: \"DEPOT\") { ... on Node { id } ... on Parcel { name } } }",
    // Groups and totals of a part.
    "{ parcels_aggregate(filter: {weight: {gt: 4990}}) { count sum { weight } min { sent_at } max { sent_at } } }",
    "{ parcels_aggregate(filter: {course: {eq: \"lost\"}}, group_by: [\"sent_at:month\", \"fragile\"], sort: [\"-count\"]) { group count avg { weight } } }",
    "{ parcels_aggregate(where: \"course = 'lost'\", group_by: [\"depot.town\"], having: {count: {gt: 1}}, first: 3) { group count } }",
    "{ scans_aggregate(filter: {parcel: {code: {in: [\"P-1\", \"P-2\"]}}}, group_by: [\"parcel.code\"]) { group count } }",
    // The log of states.
    "{ parcels_states(first: 20) { nodes { record_id field from to at seconds_in_previous } pageInfo { hasNextPage endCursor } } }",
    "{ parcels_states(first: 5) { nodes { to record { name depot { town } scans(first: 1) { nodes { name } has_more } } } } }",
    "{ parcels_states(filter: {id: {eq: \"PARCEL\"}}) { nodes { to record { name } } } }",
    "{ parcels_states(since: \"2026-01-01T00:10:00Z\", until: \"2026-01-01T00:20:00Z\") { nodes { at to } } }",
    "{ parcels_states_aggregate(until: \"2026-01-01T00:20:00Z\", group_by: [\"field\", \"to\"]) { group count seconds_in_previous { sum max } } }",
];

async fn nothing_is_read_from_end_to_end(site: &Site) {
    let token = site.token_of("ada@example.com").await;
    let scans = async || -> Vec<(String, i64)> {
        let text = "SELECT relname::text, seq_scan FROM pg_stat_user_tables WHERE relname IN ('_states', 'depot', 'parcel', 'scan', 'other') ORDER BY relname = 'other', 1";
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
        // At what people make and not at the log of states.
        let by_itself = counted.pop().unwrap();
        counted[1..].iter_mut().for_each(|times| *times -= by_itself);
        counted
    };
    let page = super::data(site, "{ parcels(first: 9) { pageInfo { endCursor } } }").await;
    let cursor = page["parcels"]["pageInfo"]["endCursor"].as_str().unwrap();
    assert!(QUERIES.len() >= 40);
    let mut found = Vec::new();
    for query in QUERIES {
        let filled = query
            .replace("CURSOR", cursor)
            .replace("DEPOT", "00000000-0000-7000-8001-000000000007")
            .replace("PARCEL", "00000000-0000-7000-8002-000000000007");
        // What Trellis looks at for itself may be cut off half way when the node ends. A query does the same each time.
        if ask(&filled).await == [0, 0, 0, 0] {
            continue;
        }
        let read = ask(&filled).await;
        if read != [0, 0, 0, 0] {
            found.push((query, read));
        }
    }
    assert!(found.is_empty(), "states, depots, parcels, scans: {found:#?}");
    // What has no index is found out.
    let read =
        ask("{ parcels(filter: {name: {contains: \"7\"}}, sort: [\"name\"], first: 1) { total_count } }")
            .await;
    assert!(read[2] > 0, "{read:?}");
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
