//! What was retired goes for good after thirty days: behind the wall, whenever it is interrupted, and so that whoever asks
//! for it later is told.

use std::time::Duration;

use engine::Applied;
use it::random::Random;
use sqlx::AssertSqlSafe;

use super::*;

/// Fields of every kind of column, of links and of numbers, and an object.
const GONE: [&str; 5] =
    ["specimen.word", "specimen.related", "specimen.friends", "specimen.code", "specimen.chip"];

/// Tables and columns that are hidden, and tables of links.
pub(super) async fn hidden(world: &World) -> Vec<String> {
    let text = "SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c LEFT JOIN pg_attribute a \
         ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attname LIKE '\\_gone\\_%' AND c.relname NOT LIKE '\\_gone\\_%' \
         WHERE c.relnamespace = 't_demo'::regnamespace AND c.relkind = 'r' \
         AND (c.relname LIKE '\\_gone\\_%' OR a.attname IS NOT NULL) ORDER BY 1";
    sqlx::query_scalar(text).fetch_all(world.engine.pool()).await.unwrap()
}

async fn links(world: &World) -> i64 {
    let text = "SELECT count(*) FROM pg_tables WHERE schemaname = 't_demo' AND tablename LIKE '\\_link\\_%'";
    sqlx::query_scalar(text).fetch_one(world.engine.pool()).await.unwrap()
}

async fn count(world: &World, of: &str) -> i64 {
    let text = format!("SELECT count(*) FROM t_demo.{of}");
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap()
}

/// Everything that is due after so many days.
pub(super) async fn wait(world: &World, days: i64) {
    let later = chrono::Utc::now() + chrono::TimeDelta::days(days);
    while world.engine.work_at(&world.tenant, later).await.unwrap() {}
}

async fn remove(world: &World, names: &[&str]) -> i64 {
    let kind = |name: &str| if name.contains('.') { Kind::Fields } else { Kind::Objects };
    world.define(names.iter().map(|name| (kind(name), *name, None))).await.unwrap()
}

async fn go_back(world: &World, revision: i64, dry_run: bool) -> engine::Result<Applied> {
    world.engine.rollback(&world.system().await, revision, Apply { dry_run, ..any_loss() }).await
}

/// A keeper, and a specimen of theirs with a tooth.
async fn living(world: &World, ada: &Context) -> (Uuid, Uuid) {
    let ada = &world.again(ada).await;
    let keeper = world.create(ada, "keeper", json!({ "name": "k", "rank": 1 })).await.unwrap();
    let record = json!({ "name": "s", "word": "w", "whole": 7, "keeper_id": keeper, "friends": [keeper], "chip": "c1" });
    let specimen = world.create(ada, "specimen", record).await.unwrap();
    world.create(ada, "tooth", json!({ "specimen_id": specimen, "place": 1 })).await.unwrap();
    (keeper, specimen)
}

#[tokio::test]
async fn what_was_retired_goes_after_thirty_days_and_comes_back_empty() {
    let world = World::zoo("purged").await;
    assert_eq!(world.engine.wall().await.unwrap(), engine::Wall::Up);
    let ada = world.person("ada", "administrator").await;
    let long = json!({ "name": "long", "kind": "formula", "formula": "word" });
    put_field(&world, "specimen.long", long).await.unwrap();
    let (_, specimen) = living(&world, &ada).await;
    let (before, catalog) = (world.system().await.snapshot.revision, world.catalog().await);
    remove(&world, &["specimen.long"]).await;
    remove(&world, &GONE).await;
    let revision = remove(&world, &["tooth"]).await;
    let all = hidden(&world).await;
    assert!(all.len() == 6 && links(&world).await == 1, "{all:?}");
    wait(&world, 29).await;
    assert_eq!((hidden(&world).await, world.system().await.snapshot.revision), (all, revision));
    // What comes back in time has all of it.
    let plan = go_back(&world, before, true).await.unwrap();
    assert_eq!(plan.comes_back_empty, [""; 0]);
    wait(&world, 31).await;
    assert_eq!((hidden(&world).await, links(&world).await), (Vec::new(), 0));
    assert_sound(&world).await;

    // The history and the log tell of it.
    let history = world.engine.revisions(&world.system().await, 2, None).await.unwrap();
    let told = |one: &Json| one["message"].as_str().unwrap().to_owned();
    assert_eq!(told(&history[0]), "What `tooth` held is purged: it was retired 30 days ago");
    assert_eq!(history[0]["changes"], json!([{ "action": "purge", "kind": "objects", "name": "tooth" }]));
    assert!(GONE.iter().all(|name| told(&history[1]).contains(&format!("`{name}`"))), "{history}");
    assert!(!told(&history[1]).contains("long"), "what is computed is not lost: {history}");
    let log = "SELECT changes->'purged'->1 FROM t_demo._audit_tail WHERE action = 'metadata' AND changes ? 'purged' ORDER BY (changes->'revision'->>1)::int";
    let log: Vec<Json> = sqlx::query_scalar(log).fetch_all(world.engine.pool()).await.unwrap();
    assert_eq!((log.len(), &log[1]), (2, &json!(["tooth"])), "{log:?}");
    wait(&world, 100).await;
    assert_eq!(world.system().await.snapshot.revision, revision + 2, "nothing goes twice");

    // Whoever goes back is told what is empty, and told once.
    let plan = go_back(&world, before, true).await.unwrap();
    let done = go_back(&world, before, false).await.unwrap();
    let mut empty = GONE.to_vec();
    empty.push("tooth");
    empty.sort_unstable();
    for told in [plan.comes_back_empty, done.comes_back_empty] {
        let mut told = told;
        told.sort_unstable();
        assert_eq!(told, empty);
    }
    assert_eq!(world.catalog().await, catalog);
    assert_sound(&world).await;
    assert!(go_back(&world, revision, true).await.unwrap().comes_back_empty.is_empty());
    let shown = world.one(&ada, "specimen", specimen).await.unwrap();
    assert_eq!((&shown["whole"], &shown["word"], &shown["chip"]), (&json!(7), &json!(null), &json!(null)));
    assert_eq!((count(&world, "tooth").await, links(&world).await), (0, 1));
    assert_eq!(shown["code"], "SP-0001", "records are numbered anew");
    living(&world, &ada).await;
    let twice = json!({ "name": "s", "chip": "c1" });
    let twice = world.create(&world.again(&ada).await, "specimen", twice).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    // And all of it may go once more, with its data for another thirty days.
    remove(&world, &["specimen.long"]).await;
    remove(&world, &GONE).await;
    remove(&world, &["tooth"]).await;
    wait(&world, 29).await;
    assert!(go_back(&world, before, false).await.unwrap().comes_back_empty.is_empty());
    assert_eq!(count(&world, "tooth").await, 1);
    assert_sound(&world).await;
}

async fn open_jobs(world: &World) -> i64 {
    let text = "SELECT count(*) FROM t_demo._jobs WHERE kind = 'purge'";
    sqlx::query_scalar(text).fetch_one(world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn what_points_to_each_other_goes_together_whenever_it_is_killed() {
    let world = World::zoo("purged_together").await;
    let ada = world.person("ada", "administrator").await;
    let (keeper, _) = living(&world, &ada).await;
    let favourite = json!({ "name": "favourite", "kind": "lookup", "to": "specimen" });
    put_field(&world, "keeper.favourite", favourite).await.unwrap();
    let id = world.system().await.snapshot.catalog.find_object("keeper").unwrap().id.clone();
    // More than one batch of what stands elsewhere, and some that stays.
    for text in [
        "INSERT INTO t_demo._shares SELECT gen_random_uuid(), CASE WHEN n > 5 THEN '{id}' ELSE 'o0' END, gen_random_uuid(), 'user', 'u', 1, NULL, now(), '{by}' FROM generate_series(1, 6005) n",
        "INSERT INTO t_demo._states (record_id, field_id, version, object_id, happened_at, actor_id) VALUES ('{by}', 'f0', 1, '{id}', now(), '{by}')",
        "INSERT INTO t_demo._views VALUES (gen_random_uuid(), '{by}', '{id}', 1, '{{}}', now())",
        "INSERT INTO t_demo._view_defaults VALUES ('{by}', '{id}', 'v')",
    ] {
        let text = text.replace("{id}", &id).replace("{by}", &keeper.to_string()).replace("{{}}", "{}");
        sqlx::query(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
    }
    let before = world.system().await.snapshot.revision;
    remove(&world, &["tooth", "specimen", "strict", "keeper"]).await;
    // One of them later than the others: they wait for it.
    let later =
        "UPDATE t_demo._metadata SET retired_at = retired_at + interval '9 days' WHERE name = 'strict'";
    sqlx::query(later).execute(world.engine.pool()).await.unwrap();
    wait(&world, 31).await;
    assert_eq!(hidden(&world).await.len(), 3, "the part goes, and whoever has no other");
    let mut random = Random::new(7);
    for attempt in 0.. {
        let node = world.node(3).await;
        let patience = Duration::from_millis(10 * attempt + random.below(40) as u64);
        let at = chrono::Utc::now() + chrono::TimeDelta::days(41);
        let work = async { while node.work_at(&world.tenant, at).await.expect("it goes") {} };
        // What was killed may still be at it in the database, and holds its job.
        let is_done = tokio::time::timeout(patience, work).await.is_ok() && open_jobs(&world).await == 0;
        if is_done && hidden(&world).await.is_empty() {
            break;
        }
    }
    assert_eq!(links(&world).await, 0);
    for (table, left) in [("_shares", 5), ("_states", 0), ("_views", 0), ("_view_defaults", 0)] {
        assert_eq!(count(&world, table).await, left, "{table}");
    }
    assert_sound(&world).await;
    let mut empty = go_back(&world, before, false).await.unwrap().comes_back_empty;
    empty.sort_unstable();
    assert_eq!(empty, ["keeper", "specimen", "strict", "tooth"]);
    assert_sound(&world).await;
    living(&world, &ada).await;
}

#[tokio::test]
async fn a_rollback_meanwhile_has_the_data_or_is_told() {
    let world = World::zoo("purged_meanwhile").await;
    let ada = world.person("ada", "administrator").await;
    let (_, specimen) = living(&world, &ada).await;
    let before = world.system().await.snapshot.revision;
    let mut random = Random::new(11);
    let (mut empty, mut whole) = (0, 0);
    for round in 0..12 {
        world.update(&ada, "specimen", specimen, json!({ "word": "w" })).await.unwrap();
        remove(&world, &["specimen.word"]).await;
        let node = world.node(3).await;
        let at = chrono::Utc::now() + chrono::TimeDelta::days(31);
        // One of them asks the database some other questions first.
        let pauses = [0, random.below(30)];
        let pause = async |count: usize| {
            for _ in 0..count {
                links(&world).await;
            }
        };
        let purge = async {
            pause(pauses[round % 2]).await;
            while node.work_at(&world.tenant, at).await.expect("it goes") {}
        };
        let back = async {
            pause(pauses[(round + 1) % 2]).await;
            loop {
                match go_back(&world, before, false).await {
                    Ok(applied) => return applied,
                    // Purging was faster: it is a change as any other.
                    Err(Error::Conflict(problems)) if problems[0].code == "stale-revision" => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        };
        let (_, applied) = tokio::join!(purge, back);
        let word = world.one(&ada, "specimen", specimen).await.unwrap()["word"].clone();
        if applied.comes_back_empty.is_empty() {
            assert_eq!(word, "w");
            whole += 1;
        } else {
            assert_eq!((word, applied.comes_back_empty), (json!(null), vec!["specimen.word".to_owned()]));
            empty += 1;
        }
        assert_sound(&world).await;
    }
    println!("{whole} had the data, {empty} were told");
}
