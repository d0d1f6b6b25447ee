//! The chain: it holds over every way of work, and whatever is tampered with is found and named.

use std::io::BufReader;

use chrono::{DateTime, Utc};
use engine::audit::chain::{Head, SealKey};
use engine::audit::verify_file;
use engine::{Context, What};
use it::{World, fields};
use serde_json::json;

/// Three blocks of ten rows.
async fn sealed(name: &str) -> (World, Context) {
    let world = World::with_packages(name).await;
    let ada = world.person("ada", "administrator").await;
    world.engine.seal(&world.tenant, Utc::now()).await.unwrap();
    for round in 0..3 {
        let accounts = (0..10).map(|n| fields(&json!({ "name": format!("Account {round} {n}") }))).collect();
        world.run(&ada, "account", What::Create(accounts)).await.unwrap();
        assert_eq!(world.engine.seal(&world.tenant, Utc::now()).await.unwrap(), 10);
    }
    (world, ada)
}

async fn told(world: &World) -> String {
    match world.engine.verify_audit(&world.tenant, &[]).await.unwrap() {
        Ok(found) => format!("{} rows, {} unsealed", found.rows, found.unsealed),
        Err(fault) => fault.to_string(),
    }
}

/// What is done to rows, and what is told of it: `last` is the newest one.
fn cases_of_rows(last: i64) -> Vec<(String, String)> {
    let (a, b) = (last - 15, last - 14);
    let columns = "sealed_at, record_id, version, object_id, happened_at, actor_id, action, request_id, changes, ip, user_agent, leaf";
    vec![
        // Changed.
        (
            format!("UPDATE t_demo._audit SET actor_id = gen_random_uuid() WHERE seq = {a}"),
            format!("row {a} (block 3) is not what was sealed there"),
        ),
        (
            format!("UPDATE t_demo._audit SET changes = '{{}}' WHERE seq = {a}"),
            format!("row {a} (block 3) is not what was sealed there"),
        ),
        (
            format!("UPDATE t_demo._audit SET ip = '' WHERE seq = {a}"),
            format!("row {a} (block 3) is not what was sealed there"),
        ),
        (
            format!(
                "UPDATE t_demo._audit SET happened_at = happened_at + interval '1 microsecond' WHERE seq = {a}"
            ),
            format!("row {a} (block 3) is not what was sealed there"),
        ),
        // Removed: in the middle, at the end of a block, at the end of all.
        (format!("DELETE FROM t_demo._audit WHERE seq = {a}"), format!("row {a} (block 3) is missing")),
        (
            format!("DELETE FROM t_demo._audit WHERE seq = {}", last - 10),
            format!("row {} (block 3) is missing", last - 10),
        ),
        (format!("DELETE FROM t_demo._audit WHERE seq = {last}"), format!("row {last} (block 4) is missing")),
        // Inserted: beside another, behind all, before all.
        (
            format!(
                "INSERT INTO t_demo._audit (seq, {columns}) SELECT seq, sealed_at + interval '1 microsecond', {} FROM t_demo._audit WHERE seq = {a}",
                columns.strip_prefix("sealed_at, ").unwrap()
            ),
            format!("row {a} (block 3) is there twice: one was added"),
        ),
        (
            format!(
                "INSERT INTO t_demo._audit (seq, {columns}) SELECT seq + 1, {columns} FROM t_demo._audit WHERE seq = {last}"
            ),
            format!("row {} (block 4) belongs to no block: it was added, or its block was removed", last + 1),
        ),
        (
            format!(
                "INSERT INTO t_demo._audit (seq, {columns}) SELECT 0, {columns} FROM t_demo._audit WHERE seq = {last}"
            ),
            "row 0 (block 4) belongs to no block: it was added, or its block was removed".into(),
        ),
        // Put in another order.
        (
            format!(
                "UPDATE t_demo._audit SET seq = CASE seq WHEN {a} THEN {b} ELSE {a} END WHERE seq IN ({a}, {b})"
            ),
            format!("row {a} (block 3) is not what was sealed there"),
        ),
    ]
}

fn cases_of_blocks() -> Vec<(String, String)> {
    let cases: [(&str, &str); 3] = [
        (
            "DELETE FROM t_demo._audit_blocks WHERE number = 3",
            "block 4 does not follow the one before: blocks are missing or were changed",
        ),
        (
            "UPDATE t_demo._audit_blocks SET hash = sha256(hash) WHERE number = 3",
            "block 3 was changed: its signature does not fit",
        ),
        (
            "UPDATE t_demo._audit_blocks SET last_seq = last_seq + 1 WHERE number = 4",
            "block 4 was changed: its signature does not fit",
        ),
    ];
    cases.map(|(tamper, told)| (tamper.to_owned(), told.to_owned())).into()
}

#[tokio::test]
async fn whatever_is_tampered_with_is_named() {
    let (world, _) = sealed("audit_tamper").await;
    let last: i64 = sqlx::query_scalar("SELECT max(seq) FROM t_demo._audit")
        .fetch_one(world.engine.pool())
        .await
        .unwrap();
    let sound = format!("{last} rows, 0 unsealed");
    assert_eq!(told(&world).await, sound);
    let keep = "CREATE TABLE kept_rows AS SELECT * FROM t_demo._audit; CREATE TABLE kept_blocks AS SELECT * FROM t_demo._audit_blocks; \
         ALTER TABLE t_demo._audit DROP CONSTRAINT _audit_pkey";
    let restore = "TRUNCATE t_demo._audit, t_demo._audit_blocks; INSERT INTO t_demo._audit SELECT * FROM kept_rows; \
         INSERT INTO t_demo._audit_blocks SELECT * FROM kept_blocks";
    let pool = world.engine.pool();
    sqlx::raw_sql(keep).execute(pool).await.unwrap();
    for (tamper, expected) in cases_of_rows(last).into_iter().chain(cases_of_blocks()) {
        let touched = sqlx::query(sqlx::AssertSqlSafe(tamper.clone())).execute(pool).await.unwrap();
        assert!(touched.rows_affected() > 0, "{tamper}");
        assert_eq!(told(&world).await, expected, "{tamper}");
        sqlx::raw_sql(restore).execute(pool).await.unwrap();
        assert_eq!(told(&world).await, sound, "after {tamper}");
    }
}

#[tokio::test]
async fn a_row_changed_together_with_its_hash_is_found_by_the_block() {
    let (world, _) = sealed("audit_rehash").await;
    let text = "UPDATE t_demo._audit SET action = 'delete', leaf = sha256(leaf) WHERE seq = (SELECT max(seq) FROM t_demo._audit)";
    sqlx::query(text).execute(world.engine.pool()).await.unwrap();
    assert!(told(&world).await.ends_with("is not what was sealed there"));
}

#[tokio::test]
async fn a_chain_made_anew_is_signed_for_another_key() {
    let (world, _) = sealed("audit_anew").await;
    // Whoever can write the database takes all out, and lets a node of their own seal it again.
    let text = "INSERT INTO t_demo._audit_tail (happened_at, actor_id, action, object_id, record_id, version, request_id) \
         SELECT happened_at, actor_id, action, object_id, record_id, version, request_id FROM t_demo._audit WHERE seq > 5; \
         TRUNCATE t_demo._audit, t_demo._audit_blocks";
    sqlx::raw_sql(text).execute(world.engine.pool()).await.unwrap();
    let forger = world.node(2).await;
    forger.seal_with(SealKey::new(&[9; 32]).unwrap());
    forger.seal(&world.tenant, Utc::now()).await.unwrap();
    assert!(world.engine.verify_audit(&world.tenant, &[]).await.unwrap().is_ok());
    let ours = [SealKey::new(&[7; 32]).unwrap().public()];
    let fault = world.engine.verify_audit(&world.tenant, &ours).await.unwrap().unwrap_err();
    assert_eq!(fault.to_string(), "block 1 is signed with a key that is not trusted here");
}

#[tokio::test]
async fn a_head_that_is_kept_elsewhere_tells_of_blocks_that_were_cut_off() {
    let (world, ada) = sealed("audit_cut").await;
    let early = world.engine.audit_head(&world.tenant).await.unwrap().unwrap();
    world.create(&world.again(&ada).await, "account", json!({ "name": "Later" })).await.unwrap();
    world.engine.seal(&world.tenant, Utc::now()).await.unwrap();
    let late = world.engine.audit_head(&world.tenant).await.unwrap().unwrap();
    let heads = [&early, &late].map(|block| Head { block: block.number, hash: block.hash.clone() });
    let told = async |heads: &[Head]| match world.engine.verify_audit_with(&world.tenant, (&[], heads)).await
    {
        Ok(Ok(found)) => format!("{} blocks", found.blocks),
        Ok(Err(fault)) => fault.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(told(&heads).await, format!("{} blocks", late.number));
    let mut file = Vec::new();
    world.engine.export_chain(&world.tenant, &mut file).await.unwrap();
    let in_file = |heads: &[Head]| verify_file(&mut BufReader::new(file.as_slice()), (&[], heads)).unwrap();
    assert!(in_file(&heads).is_ok());
    let cut = format!(
        "DELETE FROM t_demo._audit WHERE seq > {}; DELETE FROM t_demo._audit_blocks WHERE number > {}",
        early.last_seq, early.number
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(cut)).execute(world.engine.pool()).await.unwrap();
    // What is left is a chain as sound as any.
    assert_eq!(told(&[]).await, format!("{} blocks", early.number));
    let missing = "is missing: a head of it is kept elsewhere, so the last blocks were cut off";
    assert_eq!(told(&heads).await, format!("block {} {missing}", late.number));
    let other = Head { hash: late.hash.clone(), ..heads[0].clone() };
    let anew = "is not the one whose head is kept elsewhere: the chain was made anew";
    assert_eq!(told(&[other]).await, format!("block {} {anew}", early.number));
    assert_eq!(format!("{}:{}", late.number, late.hash).parse(), Ok(heads[1].clone()));
    assert!("12:no".parse::<Head>().is_err() && "5f1c".parse::<Head>().is_err());
}

#[tokio::test]
async fn a_file_proves_the_same_elsewhere() {
    let (world, _) = sealed("audit_file").await;
    let mut file = Vec::new();
    let rows = world.engine.export_chain(&world.tenant, &mut file).await.unwrap();
    let verify = |text: &str| match verify_file(&mut BufReader::new(text.as_bytes()), (&[], &[])) {
        Ok(Ok(found)) => format!("{} rows", found.rows),
        Ok(Err(fault)) => fault.to_string(),
        Err(error) => error.to_string(),
    };
    let text = String::from_utf8(file).unwrap();
    assert_eq!(verify(&text), format!("{rows} rows"));
    let lines: Vec<&str> = text.lines().collect();
    let without = |n: usize| {
        let kept: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != n).map(|(_, line)| *line).collect();
        kept.join("\n")
    };
    let last = lines.len() - 1;
    assert_eq!(verify(&without(last)), format!("row {rows} (block 4) is missing"));
    assert_eq!(verify(&without(last - 3)), format!("row {} (block 4) is missing", rows - 3));
    let block = lines.iter().rposition(|line| line.starts_with("{\"block\"")).unwrap();
    assert!(verify(&without(block)).contains("belongs to no block"), "{}", verify(&without(block)));
    let changed = text.replacen("\"action\":\"create\"", "\"action\":\"delete\"", 1);
    assert!(verify(&changed).ends_with("is not what was sealed there"), "{}", verify(&changed));
    assert!(verify(&text.replacen("\"seq\"", "\"sequ\"", 1)).starts_with("line "));
    assert_eq!(verify(""), "line 1: the file is empty");
    // The end of a file alone is a chain too.
    let end = format!("{}\n{}", lines[0], lines[block..].join("\n"));
    assert_eq!(verify(&end), "10 rows");
}

#[tokio::test]
async fn nothing_is_lost_or_sealed_twice_when_sealers_are_cut_off() {
    let world = World::with_packages("audit_cut").await;
    let ada = world.person("ada", "administrator").await;
    let other = world.node(4).await;
    other.seal_with(SealKey::new(&[7; 32]).unwrap());
    let mut written = 0;
    for round in 0..40_u64 {
        let accounts = (0..20).map(|n| fields(&json!({ "name": format!("{round} {n}") }))).collect();
        world.run(&ada, "account", What::Create(accounts)).await.unwrap();
        written += 20;
        // Two sealers at once, one of them cut off after a number of its steps.
        let (engine, tenant) = (other.clone(), world.tenant.clone());
        let cut = tokio::spawn(async move { engine.seal(&tenant, Utc::now()).await });
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        cut.abort();
        if round % 3 == 0 {
            world.engine.seal(&world.tenant, Utc::now()).await.unwrap();
        }
        let _ = cut.await;
    }
    while world.engine.seal(&world.tenant, Utc::now()).await.unwrap() > 0 {}
    let found = world.engine.verify_audit(&world.tenant, &[]).await.unwrap().unwrap();
    let created: i64 = sqlx::query_scalar("SELECT count(*) FROM t_demo._audit a JOIN t_demo.account r ON r.id = a.record_id AND a.action = 'create'")
        .fetch_one(world.engine.pool())
        .await
        .unwrap();
    assert_eq!((created, found.unsealed, found.last_seq), (written, 0, found.rows));
}

#[tokio::test]
async fn months_are_partitions_and_the_tail_is_told() {
    let world = World::with_packages("audit_months").await;
    let ada = world.person("ada", "administrator").await;
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    for now in ["2027-01-31T23:59:59.999999Z", "2027-02-01T00:00:00Z", "2027-02-28T12:00:00Z"] {
        let ada = Context { now: at(now), ..world.again(&ada).await };
        world.create(&ada, "account", json!({ "name": now })).await.unwrap();
        world.engine.seal(&world.tenant, at(now)).await.unwrap();
    }
    world.create(&world.again(&ada).await, "account", json!({ "name": "unsealed" })).await.unwrap();
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 't_demo._audit'::regclass ORDER BY 1",
    )
    .fetch_all(world.engine.pool())
    .await
    .unwrap();
    assert_eq!(names, ["_audit_2027_01", "_audit_2027_02"]);
    let status = world.engine.audit_status(&world.tenant).await.unwrap();
    assert_eq!((status.unsealed, status.sealed.unwrap().number), (1, 3));
    assert!(told(&world).await.ends_with("1 unsealed"));
    // A clock that goes back does not seal into a month that is over.
    world.engine.seal(&world.tenant, at("2026-01-01T00:00:00Z")).await.unwrap();
    assert!(told(&world).await.ends_with("0 unsealed"));
    // The first key of a node counts.
    world.engine.seal_with(SealKey::new(&[1; 32]).unwrap());
    let key = world.engine.audit_status(&world.tenant).await.unwrap().key;
    assert_eq!((&key, status.key), (&Some(SealKey::new(&[7; 32]).unwrap().public()), key.clone()));
}

#[tokio::test]
async fn months_whose_time_is_over_go_and_the_rest_still_proves() {
    let times =
        ["2028-01-15T00:00:00Z", "2028-01-31T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"];
    let world = blocks_at("audit_purged", &times).await;
    assert_eq!(world.engine.purge_audit(&world.tenant, at("2028-01-31T23:59:59Z")).await.unwrap(), None);
    let through = world.engine.purge_audit(&world.tenant, at("2028-02-01T00:00:00Z")).await.unwrap().unwrap();
    for _ in 0..2 {
        let found = world.engine.verify_audit(&world.tenant, &[]).await.unwrap().unwrap();
        assert_eq!((found.purged_through, found.last_seq - through), (through, found.rows));
        world.engine.seal(&world.tenant, at("2028-03-02T00:00:00Z")).await.unwrap();
    }
    // What goes without being told is missing.
    sqlx::raw_sql("DROP TABLE t_demo._audit_2028_02").execute(world.engine.pool()).await.unwrap();
    assert!(told(&world).await.ends_with("is missing"), "{}", told(&world).await);
}

/// Says in the database that rows up to one were removed because their time was over.
async fn forge(world: &World, (place, through): (&str, i64), (key, signature): (&str, &str)) {
    let text = format!(
        "INSERT INTO t_demo.{place} (happened_at, actor_id, action, object_id, request_id, changes) \
         VALUES (now(), gen_random_uuid(), 'audit_purged', 'audit_log', '', \
         jsonb_build_object('through', jsonb_build_array(null, $1::bigint), 'key', jsonb_build_array(null, $2::text), 'signature', jsonb_build_array(null, $3::text)))"
    );
    let forged = sqlx::query(sqlx::AssertSqlSafe(text)).bind(through).bind(key).bind(signature);
    forged.execute(world.engine.pool()).await.unwrap();
}

#[tokio::test]
async fn who_can_only_write_the_database_cannot_say_that_rows_were_over() {
    let (world, _) = sealed("audit_forged_purge").await;
    let pool = world.engine.pool();
    let (last, first): (i64, i64) =
        sqlx::query_as("SELECT max(last_seq), min(last_seq) FROM t_demo._audit_blocks")
            .fetch_one(pool)
            .await
            .unwrap();
    let ours = SealKey::new(&[7; 32]).unwrap().public().to_string();
    for (key, signature) in [("", ""), ("no key", "no signature"), (ours.as_str(), "00")] {
        forge(&world, ("_audit_tail", last), (key, signature)).await;
    }
    // Sealed by the node that knows no better.
    world.engine.seal(&world.tenant, Utc::now()).await.unwrap();
    forge(&world, ("_audit_tail", last), ("", "")).await;
    let delete = format!("DELETE FROM t_demo._audit WHERE seq <= {first}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(delete)).execute(pool).await.unwrap();
    assert_eq!(told(&world).await, "row 1 (block 1) is missing");
    // A word that is none at all.
    let none = "INSERT INTO t_demo._audit_tail (happened_at, actor_id, action, object_id, request_id, changes) \
         VALUES (now(), gen_random_uuid(), 'audit_purged', 'audit_log', '', '{\"through\": [null, \"all\"]}')";
    sqlx::raw_sql(none).execute(pool).await.unwrap();
    assert_eq!(told(&world).await, "row 1 (block 1) is missing");
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// An account at each of these times, sealed in a block of its own.
async fn blocks_at(name: &str, times: &[&str]) -> World {
    let world = World::with_packages(name).await;
    let ada = world.person("ada", "administrator").await;
    for now in times {
        let ada = Context { now: at(now), ..world.again(&ada).await };
        world.create(&ada, "account", json!({ "name": now })).await.unwrap();
        world.engine.seal(&world.tenant, at(now)).await.unwrap();
    }
    world
}

const THREE_MONTHS: [&str; 3] = ["2028-01-15T00:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"];

#[tokio::test]
async fn what_was_said_of_old_rows_covers_neither_newer_ones_nor_another_tenant() {
    let world = blocks_at("audit_purge_reach", &THREE_MONTHS).await;
    let pool = world.engine.pool();
    let blocks: Vec<i64> = sqlx::query_scalar("SELECT last_seq FROM t_demo._audit_blocks ORDER BY number")
        .fetch_all(pool)
        .await
        .unwrap();
    let through = world.engine.purge_audit(&world.tenant, at("2028-02-01T00:00:00Z")).await.unwrap().unwrap();
    assert_eq!(through, blocks[0]);
    assert!(told(&world).await.ends_with("1 unsealed"));
    let trusted = |secret| [SealKey::new(&[secret; 32]).unwrap().public()];
    assert!(world.engine.verify_audit(&world.tenant, &trusted(7)).await.unwrap().is_ok());
    // The signature of what was removed, moved on to more.
    let (key, signature): (String, String) = sqlx::query_as(
        "SELECT changes->'key'->>1, changes->'signature'->>1 FROM t_demo._audit_tail WHERE action = 'audit_purged'",
    )
    .fetch_one(pool)
    .await
    .unwrap();
    forge(&world, ("_audit_tail", blocks[1]), (&key, &signature)).await;
    sqlx::raw_sql("DELETE FROM t_demo._audit_2028_02").execute(pool).await.unwrap();
    assert_eq!(told(&world).await, format!("row {} (block 2) is missing", through + 1));
}

#[tokio::test]
async fn a_new_month_waits_for_no_reader_and_no_reader_waits_for_it() {
    let (world, ada) = sealed("audit_month_apart").await;
    let mut reader = world.engine.pool().begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM t_demo._audit").execute(&mut *reader).await.unwrap();
    world.create(&world.again(&ada).await, "account", json!({ "name": "later" })).await.unwrap();
    let later = Utc::now() + chrono::Months::new(2);
    let sealing = world.engine.seal(&world.tenant, later);
    let patience = std::time::Duration::from_secs(10);
    let sealed = tokio::time::timeout(patience, sealing).await.expect("sealed beside the reader");
    assert_eq!(sealed.unwrap(), 1);
    sqlx::query("SELECT count(*) FROM t_demo._audit").execute(&mut *reader).await.unwrap();
    reader.rollback().await.unwrap();
    assert!(told(&world).await.ends_with("rows, 0 unsealed"), "{}", told(&world).await);
    let keys: i64 = sqlx::query_scalar(
        "SELECT count(DISTINCT c.conindid) FROM pg_inherits i JOIN pg_constraint c ON c.conrelid = i.inhrelid AND c.contype = 'p' WHERE i.inhparent = 't_demo._audit'::regclass",
    )
    .fetch_one(world.engine.pool())
    .await
    .unwrap();
    assert_eq!(keys, 2, "each month has the key of the whole");
}

#[tokio::test]
async fn only_the_oldest_blocks_may_be_without_rows() {
    let world = blocks_at("audit_purge_prefix", &THREE_MONTHS).await;
    let pool = world.engine.pool();
    sqlx::raw_sql("CREATE TABLE kept AS SELECT * FROM t_demo._audit_2028_01").execute(pool).await.unwrap();
    let through = world.engine.purge_audit(&world.tenant, at("2028-03-01T00:00:00Z")).await.unwrap().unwrap();
    // What was removed first comes back: then what follows it must be there too.
    let back = "CREATE TABLE t_demo._audit_2028_01 PARTITION OF t_demo._audit FOR VALUES FROM ('2028-01-01 00:00:00+00') TO ('2028-02-01 00:00:00+00'); \
         INSERT INTO t_demo._audit SELECT * FROM kept";
    sqlx::raw_sql(back).execute(pool).await.unwrap();
    assert_eq!(told(&world).await, format!("row {through} (block 2) is missing"));
}
