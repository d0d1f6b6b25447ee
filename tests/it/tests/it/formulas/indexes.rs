//! Indexes of formulas and of columns: used by orders and filters, made beside writers on large tables, and found
//! again when a build was interrupted.

use sqlx::AssertSqlSafe;

use super::*;

/// Deals made by one statement: as many as it takes for the table to be large.
async fn many(s: &Stage, count: u32) {
    let text = format!(
        "INSERT INTO {0}.deal (id, name, owner_id, created_at, created_by_id, updated_at, updated_by_id, version, amount, seats, open) \
         SELECT gen_random_uuid(), repeat('x', 80) || n, '{1}', now(), '{1}', now(), '{1}', 1, n, n % 100, false FROM generate_series(1, {count}) n",
        s.world.tenant.schema, s.ada.actor.user_id
    );
    sqlx::query(AssertSqlSafe(text)).execute(s.world.engine.pool()).await.unwrap();
    let analyze = format!("ANALYZE {}.deal", s.world.tenant.schema);
    sqlx::query(AssertSqlSafe(analyze)).execute(s.world.engine.pool()).await.unwrap();
}

async fn apply(s: &Stage, changes: Vec<Change>) -> engine::Applied {
    let context = s.world.again(&s.ada).await;
    s.world.engine.apply(&context, Apply { changes, ..Apply::default() }).await.unwrap()
}

fn score(text: &str) -> Change {
    put(Kind::Fields, "deal.score", json!({"kind": "formula", "formula": text, "indexed": true}))
}

/// The plan that PostgreSQL makes for a query.
async fn plan(s: &Stage, query: &Query) -> String {
    explained(&s.world, &s.ada, query, "").await
}

/// The plan where rows are neither read one after the other nor sorted, as long as there is an index.
pub(super) async fn forced_plan(world: &World, actor: &Context, query: &Query) -> String {
    let forced = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off;";
    explained(world, actor, query, forced).await
}

async fn explained(world: &World, actor: &Context, query: &Query, settings: &str) -> String {
    let context = world.again(actor).await;
    let view = world.engine.explain(&context, query).unwrap();
    let literals: Vec<String> = view["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| {
            let value = value.as_str().unwrap();
            let bare = value.rsplit_once('(').map_or(value, |(_, rest)| rest);
            format!("'{}'", bare.trim_matches([')', '"']))
        })
        .collect();
    let values = if literals.is_empty() { String::new() } else { format!("({})", literals.join(", ")) };
    let mut connection = world.engine.pool().acquire().await.unwrap();
    let prepare = format!("{settings} DEALLOCATE ALL; PREPARE asked AS {}", view["sql"].as_str().unwrap());
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut *connection).await.unwrap();
    let rows = sqlx::raw_sql(AssertSqlSafe(format!("EXPLAIN EXECUTE asked{values}")))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    // What others prepared on this connection is gone.
    connection.close().await.unwrap();
    let rows: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
    rows.join("\n")
}

async fn indexes(s: &Stage) -> Vec<(String, bool)> {
    let text = "SELECT c.relname::text, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname LIKE 'f%\\_idx' ORDER BY 1";
    sqlx::query_as(text).bind(&s.world.tenant.schema).fetch_all(s.world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn orders_and_filters_walk_the_index_of_a_formula() {
    let s = stage("formula_index").await;
    many(&s, 5_000).await;
    // With all that could upset who makes SQL of it.
    let text = r"ROUND(amount / 7, 2) + LEN(name & 'it''s $1 ? \\ \n')";
    let applied = apply(&s, vec![score(text)]).await;
    assert!(applied.steps[0].sql.starts_with("CREATE INDEX") && !applied.unfinished, "{:?}", applied.steps);
    let sorted = Query { sort: vec![by("-score")], limit: 50, ..list(&["name", "score"]) };
    let index = applied.steps[0].sql.split('"').nth(1).unwrap().to_owned();
    let told = plan(&s, &sorted).await;
    assert!(told.contains(&format!("Index Scan Backward using {index}")), "{told}");
    // The next page begins within the index.
    let context = s.world.again(&s.ada).await;
    let first = s.world.engine.read(&context, &sorted).await.unwrap();
    let after = Query { page: Page::After(first.next_cursor.unwrap()), ..sorted };
    let told = plan(&s, &after).await;
    assert!(told.contains(&index) && told.contains("Index Cond"), "{told}");
    let analyze = format!("ANALYZE {}.deal", s.world.tenant.schema);
    sqlx::query(AssertSqlSafe(analyze)).execute(s.world.engine.pool()).await.unwrap();
    let found = Query {
        filter: Some(Filter::from_json(&json!({"score": {"gte": 810}})).unwrap()),
        ..list(&["name"])
    };
    let told = plan(&s, &found).await;
    assert!(told.contains(&index), "{told}");
    // Another text, and what a text reads: the index is made anew. Another label is nothing.
    let applied = apply(&s, vec![score("amount + monthly")]).await;
    assert_eq!(applied.steps.len(), 2);
    let monthly = json!({"kind": "formula", "formula": "amount / 24", "label": "A month"});
    assert_eq!(apply(&s, vec![put(Kind::Fields, "deal.monthly", monthly.clone())]).await.steps.len(), 2);
    let again = json!({"kind": "formula", "formula": "amount / 24", "label": "Month"});
    assert_eq!(apply(&s, vec![put(Kind::Fields, "deal.monthly", again)]).await.steps.len(), 0);
    // A rename follows by itself.
    let renamed = json!({"kind": "currency", "name": "value"});
    apply(&s, vec![put(Kind::Fields, "deal.amount", renamed)]).await;
    let told = plan(&s, &Query { sort: vec![by("score")], limit: 50, ..list(&["name", "score"]) }).await;
    assert!(told.contains(&format!("using {index}")), "{told}");
    apply(&s, vec![Change { kind: Kind::Fields, name: "deal.score".into(), definition: None }]).await;
    assert!(!indexes(&s).await.iter().any(|(name, _)| *name == index));
    assert!(s.world.engine.doctor(&s.world.tenant).await.unwrap().is_empty());
}

#[tokio::test]
async fn large_tables_are_indexed_beside_their_writers() {
    let s = stage("index_later").await;
    many(&s, 60_000).await;
    // Somebody is writing and does not end: a build that keeps writers waiting, or waits for a lock, would fail.
    let mut writing = s.world.engine.pool().begin().await.unwrap();
    let text = format!("UPDATE {}.deal SET seats = 5 WHERE amount = 1", s.world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(&mut *writing).await.unwrap();
    let seats = json!({"kind": "integer", "indexed": true});
    let applied = apply(&s, vec![score("amount * 2"), put(Kind::Fields, "deal.seats", seats)]).await;
    assert!(applied.unfinished);
    let sorted = Query { sort: vec![by("-score")], limit: 2, ..list(&["score"]) };
    assert_eq!(
        s.ask(&s.ada, &sorted).await.unwrap()[0]["score"],
        json!(120_000),
        "it is read without its index"
    );
    writing.rollback().await.unwrap();
    assert!(s.world.engine.work(&s.world.tenant).await.unwrap(), "the change has left a job");
    assert!(s.world.engine.doctor(&s.world.tenant).await.unwrap().is_empty());
    let told = plan(&s, &sorted).await;
    assert!(told.contains("Index Scan Backward"), "{told}");
    // An index of a column is walked all the same.
    let seats = Query { sort: vec![by("-seats")], limit: 2, ..list(&["seats"]) };
    let told = plan(&s, &seats).await;
    assert!(told.contains("Index Scan Backward"), "{told}");
    // A build that was killed leaves an index that is not valid, or none.
    let made = indexes(&s).await;
    let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
    // A build that fails leaves what one that was killed leaves.
    let last = names[names.len() - 1];
    let schema = &s.world.tenant.schema;
    for text in [
        format!("DROP INDEX {schema}.{last}"),
        format!("CREATE UNIQUE INDEX CONCURRENTLY {last} ON {schema}.deal (open)"),
    ] {
        let outcome = sqlx::query(AssertSqlSafe(text.as_str())).execute(s.world.engine.pool()).await;
        assert_eq!(outcome.is_err(), text.starts_with("CREATE"), "{outcome:?}");
    }
    let drop = format!("DROP INDEX {}.{}", s.world.tenant.schema, names[names.len() - 2]);
    sqlx::query(AssertSqlSafe(drop)).execute(s.world.engine.pool()).await.unwrap();
    assert_eq!(s.world.engine.doctor(&s.world.tenant).await.unwrap().len(), 2);
    let mended = s.world.engine.build_indexes(&s.world.tenant).await.unwrap();
    assert_eq!(mended.len(), 2, "{mended:?}");
    assert_eq!(indexes(&s).await, made);
    assert!(s.world.engine.doctor(&s.world.tenant).await.unwrap().is_empty());
}
