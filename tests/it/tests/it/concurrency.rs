//! Many at once: one of two writers is told to look again, nobody meets a deadlock, numbers have no gaps.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{Command, Context, Error, Update, What};
use it::random::Random;
use it::{World, fields, problems};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;
use uuid::Uuid;

async fn world(name: &str) -> (Arc<World>, Context) {
    let world = World::zoo(name).await;
    let ada = world.person("ada", "administrator").await;
    (Arc::new(world), ada)
}

fn update(id: Uuid, record: &Json, if_version: Option<i64>) -> Update {
    Update { id, fields: fields(record), if_version }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_writers_with_the_same_version_one_is_stale() {
    let (world, ada) = world("stale").await;
    for round in 0..10 {
        let id = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
        let mut writers = JoinSet::new();
        for writer in 0..4 {
            let (world, ada) = (world.clone(), ada.clone());
            let what = What::Update(vec![update(id, &json!({ "rank": writer }), Some(1))]);
            writers.spawn(async move { world.run(&ada, "keeper", what).await });
        }
        let outcomes = writers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{round}");
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(Error::Stale))), "{outcomes:?}");
        assert_eq!(world.one(&ada, "keeper", id).await.unwrap()["version"], 2);
    }
    // In a bulk one stale record refuses all.
    let mut ids = Vec::new();
    for name in ["a", "b"] {
        ids.push(world.create(&ada, "keeper", json!({ "name": name })).await.unwrap());
    }
    let both =
        vec![update(ids[0], &json!({ "rank": 1 }), Some(1)), update(ids[1], &json!({ "rank": 1 }), Some(7))];
    assert!(matches!(world.run(&ada, "keeper", What::Update(both)).await, Err(Error::Stale)));
    assert_eq!(world.one(&ada, "keeper", ids[0]).await.unwrap()["rank"], json!(null));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_the_same_records_wait_and_never_deadlock() {
    let (world, ada) = world("deadlock").await;
    let records = (0..12).map(|n| fields(&json!({ "name": format!("k{n}"), "rank": 0 }))).collect();
    let ids = world.run(&ada, "keeper", What::Create(records)).await.unwrap().ids;
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (world, ada, ids) = (world.clone(), ada.clone(), ids.clone());
        writers.spawn(async move {
            let mut random = Random::new(writer);
            let mut written = 0;
            for _ in 0..12 {
                let mut mine = ids.clone();
                // Each in another order, and not all of them.
                mine.sort_by_cached_key(|_| random.draw());
                mine.truncate(2 + random.below(8));
                let count = mine.len();
                let updates = mine
                    .into_iter()
                    .map(|id| update(id, &json!({ "rank": writer, "boss_id": random.pick(&ids) }), None));
                world.run(&ada, "keeper", What::Update(updates.collect())).await?;
                written += count;
            }
            Ok::<_, Error>(written)
        });
    }
    let mut written = 0;
    for outcome in writers.join_all().await {
        written += outcome.unwrap();
    }
    let history: i64 = sqlx::query_scalar("SELECT count(*) FROM t_demo._audit_tail WHERE action = 'update'")
        .fetch_one(world.engine.pool())
        .await
        .unwrap();
    assert_eq!(history, written as i64);
    let sum: i64 = sqlx::query_scalar("SELECT sum(version - 1)::int8 FROM t_demo.keeper")
        .fetch_one(world.engine.pool())
        .await
        .unwrap();
    assert_eq!(sum, written as i64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn deletes_restores_and_changes_do_not_deadlock_either() {
    let (world, ada) = world("churn").await;
    let records = (0..6).map(|n| fields(&json!({ "name": format!("s{n}") }))).collect();
    let ids = world.run(&ada, "specimen", What::Create(records)).await.unwrap().ids;
    for id in &ids {
        world.create(&ada, "tooth", json!({ "name": "t", "specimen_id": id })).await.unwrap();
    }
    let mut workers = JoinSet::new();
    for worker in 0..8 {
        let (world, ada, ids) = (world.clone(), ada.clone(), ids.clone());
        workers.spawn(async move {
            let mut random = Random::new(worker);
            for _ in 0..15 {
                let mut mine = ids.clone();
                mine.sort_by_cached_key(|_| random.draw());
                mine.truncate(3);
                let what = match random.below(4) {
                    0 => What::Delete(mine),
                    1 => What::Restore(mine),
                    _ => What::Update(
                        mine.into_iter().map(|id| update(id, &json!({ "word": "x" }), None)).collect(),
                    ),
                };
                match world.run(&ada, "specimen", what).await {
                    Ok(_) | Err(Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
    }
    for outcome in workers.join_all().await {
        outcome.unwrap();
    }
    // Each part is where its master is.
    let text = "SELECT count(*) FROM t_demo.tooth t JOIN t_demo.specimen s ON s.id = t.specimen_id WHERE (t.deleted_at IS NULL) <> (s.deleted_at IS NULL)";
    assert_eq!(sqlx::query_scalar::<_, i64>(text).fetch_one(world.engine.pool()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_race_for_a_unique_value_has_one_winner() {
    let (world, ada) = world("race").await;
    for round in 0..8 {
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let (world, ada) = (world.clone(), ada.clone());
            let chip = format!("chip {round}");
            writers.spawn(async move {
                let single = fields(&json!({ "name": "x", "chip": chip }));
                let other = fields(&json!({ "name": "y", "chip": format!("{chip} {writer}") }));
                let records = if writer % 2 == 0 { vec![single] } else { vec![other, single] };
                world.run(&ada, "specimen", What::Create(records)).await
            });
        }
        let (mut won, mut lost) = (0, 0);
        for outcome in writers.join_all().await {
            match outcome {
                Ok(_) => won += 1,
                Err(error) => {
                    assert!(matches!(error, Error::Conflict(_)), "{error:?}");
                    assert!(problems(error)[0].path.ends_with("chip"));
                    lost += 1;
                }
            }
        }
        assert_eq!((won, lost), (1, 7));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_are_given_once_and_without_gaps() {
    let (world, ada) = world("numbers").await;
    let mut creators = JoinSet::new();
    for creator in 0..16 {
        let (world, ada) = (world.clone(), ada.clone());
        creators.spawn(async move {
            let mut codes = Vec::new();
            for round in 0..6 {
                let count = 1 + (creator + round) % 3;
                let mut records: Vec<_> = (0..count).map(|_| fields(&json!({ "name": "x" }))).collect();
                if round == 3 {
                    // Refused at the last moment: its number must not be lost.
                    records.push(fields(&json!({ "name": "x", "chip": "same" })));
                    records.push(fields(&json!({ "name": "x", "chip": "same" })));
                    problems(world.run(&ada, "specimen", What::Create(records)).await.unwrap_err());
                    continue;
                }
                let command = Command { object: "specimen".into(), what: What::Create(records) };
                let written = world.engine.write(&world.again(&ada).await, command).await.unwrap();
                let rows: Vec<Json> = serde_json::from_slice(&written.answer.unwrap().json).unwrap();
                codes.extend(rows.iter().map(|row| row["code"].as_str().unwrap().to_owned()));
            }
            codes
        });
    }
    let codes: Vec<String> = creators.join_all().await.concat();
    let expected: BTreeSet<String> = (1..=codes.len()).map(|n| format!("SP-{n:04}")).collect();
    assert_eq!(codes.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_begin_anew_with_each_month_also_when_both_are_busy() {
    let (world, ada) = world("periods").await;
    world
        .put_field(
            "keeper",
            json!({ "name": "badge", "kind": "autonumber", "pattern": "K-{YYYY}-{MM}/{000}" }),
        )
        .await;
    let mut creators = JoinSet::new();
    for creator in 0..8 {
        let (world, ada) = (world.clone(), ada.clone());
        creators.spawn(async move {
            let mut badges = Vec::new();
            for round in 0..10 {
                // Some nodes are in the new month already, and one save of each is refused.
                let month =
                    if (creator + round) % 2 == 0 { "2031-12-31T23:59:59Z" } else { "2032-01-01T00:00:00Z" };
                let context = Context { now: month.parse().unwrap(), ..world.again(&ada).await };
                let mut records: Vec<_> =
                    (0..1 + round % 3).map(|_| fields(&json!({ "name": "x" }))).collect();
                if round == 5 {
                    records.push(fields(&json!({ "name": "x", "boss_id": Uuid::nil() })));
                }
                let command = Command { object: "keeper".into(), what: What::Create(records) };
                match world.engine.write(&context, command).await {
                    Ok(written) => {
                        let rows: Vec<Json> = serde_json::from_slice(&written.answer.unwrap().json).unwrap();
                        badges.extend(rows.iter().map(|row| row["badge"].as_str().unwrap().to_owned()));
                    }
                    Err(error) => assert_eq!(problems(error)[0].code, "unknown-reference"),
                }
            }
            badges
        });
    }
    let badges: Vec<String> = creators.join_all().await.concat();
    let of = |month: &str| badges.iter().filter(|badge| badge.starts_with(month)).count();
    let (old, new) = (of("K-2031-12/"), of("K-2032-01/"));
    assert_eq!(old + new, badges.len());
    assert!(old > 20 && new > 20, "{old} {new}");
    let expected: BTreeSet<String> = (1..=old)
        .map(|n| format!("K-2031-12/{n:03}"))
        .chain((1..=new).map(|n| format!("K-2032-01/{n:03}")))
        .collect();
    assert_eq!(badges.into_iter().collect::<BTreeSet<_>>(), expected);
}
