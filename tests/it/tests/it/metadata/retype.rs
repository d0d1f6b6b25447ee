//! A field becomes another kind: while people write, whenever it is interrupted, and back again with what was written
//! meanwhile.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Applied, Command};
use it::random::Random;
use metadata::retype::Formulas;
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;

use super::*;

pub(super) const PRICE: &str = "keeper.price";

pub(super) fn text() -> Json {
    json!({ "name": "price", "kind": "text" })
}

pub(super) fn decimal() -> Json {
    json!({ "name": "price", "kind": "decimal", "precision": 12, "scale": 2 })
}

/// Keepers with a price in a text.
pub(super) async fn world(name: &str, count: usize, definition: Json) -> (World, Context, Vec<Uuid>) {
    let world = World::zoo(name).await;
    let ada = world.person("ada", "administrator").await;
    put_field(&world, PRICE, definition).await.unwrap();
    let mut ids = Vec::new();
    for from in (0..count).step_by(1000) {
        let record = |n: usize| fields(&json!({ "name": format!("k{n}"), "price": format!("{n}.50") }));
        let records = (from..count.min(from + 1000)).map(record).collect();
        ids.extend(world.run(&ada, "keeper", What::Create(records)).await.unwrap().ids);
    }
    (world, ada, ids)
}

/// Makes a table large enough for its fields to be left to jobs, whatever it holds: free space counts too.
pub(super) async fn grow(world: &World) {
    // In one transaction, so that no space is used twice.
    let mut transaction = world.engine.pool().begin().await.unwrap();
    for _ in 0..8 {
        let text = "UPDATE t_demo.keeper SET updated_at = updated_at";
        sqlx::query(text).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

pub(super) async fn retype(world: &World, wish: Apply, definition: Json) -> engine::Result<Applied> {
    let changes = vec![change(Kind::Fields, PRICE, Some(definition))];
    world.engine.apply(&world.system().await, Apply { changes, ..wish }).await
}

pub(super) async fn kind(world: &World) -> String {
    let snapshot = world.system().await.snapshot;
    let field = snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap();
    field.kind.name().to_owned()
}

pub(super) async fn drain(world: &World) {
    it::trade::drain(&world.engine, &world.tenant).await;
}

/// Prices by record as they are stored.
async fn prices(world: &World) -> BTreeMap<Uuid, Option<String>> {
    let text = "SELECT id, price::text FROM t_demo.keeper";
    sqlx::query_as(text).fetch_all(world.engine.pool()).await.unwrap().into_iter().collect()
}

#[tokio::test]
async fn a_small_table_turns_at_once_and_comes_back_as_it_was() {
    let (world, ada, ids) = world("retype_small", 30, text()).await;
    let before = world.system().await.snapshot.revision;
    world.update(&ada, "keeper", ids[0], json!({ "price": " 007.10" })).await.unwrap();
    let applied = retype(&world, Apply::default(), decimal()).await.unwrap();
    assert!(applied.offending.is_empty() && applied.data_loss.is_empty(), "{applied:?}");
    assert_eq!(kind(&world).await, "decimal");
    drain(&world).await;
    assert_sound(&world).await;
    let price = |row: Json| row["price"].clone();
    assert_eq!(price(world.one(&ada, "keeper", ids[0]).await.unwrap()), json!(7.1));
    assert_eq!(price(world.one(&ada, "keeper", ids[3]).await.unwrap()), json!(3.5));
    // Whoever goes on sending texts is understood.
    world.update(&ada, "keeper", ids[1], json!({ "price": "12.25" })).await.unwrap();
    world.update(&ada, "keeper", ids[2], json!({ "price": null })).await.unwrap();
    let new =
        world.create(&world.again(&ada).await, "keeper", json!({ "name": "n", "price": 5 })).await.unwrap();
    world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
    assert_eq!(kind(&world).await, "text");
    drain(&world).await;
    assert_sound(&world).await;
    // What nobody touched is what it was to the letter; what was written meanwhile came along.
    for (id, expected) in
        [(ids[0], json!(" 007.10")), (ids[1], json!("12.25")), (ids[2], json!(null)), (ids[3], json!("3.50"))]
    {
        assert_eq!(price(world.one(&ada, "keeper", id).await.unwrap()), expected);
    }
    assert_eq!(price(world.one(&ada, "keeper", new).await.unwrap()), json!("5"));
}

#[tokio::test]
async fn what_does_not_fit_is_listed_and_stays_unless_its_loss_is_allowed() {
    let (world, ada, ids) = world("retype_unfit", 30, text()).await;
    for (id, price) in [(ids[4], "cheap"), (ids[5], "1.234"), (ids[6], "99999999999")] {
        world.update(&ada, "keeper", id, json!({ "price": price })).await.unwrap();
    }
    let dry = retype(&world, Apply { dry_run: true, ..Apply::default() }, decimal()).await.unwrap();
    let told: Vec<_> =
        dry.offending.iter().map(|one| (one.path.as_str(), one.count, one.records.clone())).collect();
    assert_eq!(told, [("objects.keeper.fields.price", Some(3), vec![ids[4], ids[5], ids[6]])]);
    let refused = retype(&world, Apply::default(), decimal()).await.unwrap_err();
    assert!(matches!(&refused, Error::DataLoss(names) if names == &[PRICE]), "{refused:?}");
    assert_eq!(kind(&world).await, "text");
    // Said by a formula: what is rounded fits.
    let up = Formulas { up: Some("IF(ISNUMBER(price), ROUND(VALUE(price), 2), 0)".into()), down: None };
    let convert = BTreeMap::from([(PRICE.to_owned(), up)]);
    let dry = retype(&world, Apply { dry_run: true, convert, ..Apply::default() }, decimal()).await.unwrap();
    assert_eq!(dry.offending.iter().map(|one| one.count).collect::<Vec<_>>(), [Some(1)]);
    let before = world.system().await.snapshot.revision;
    let allow = Apply { allow_data_loss: AllowLoss::Named(vec![PRICE.into()]), ..Apply::default() };
    retype(&world, allow, decimal()).await.unwrap();
    assert_eq!(world.one(&ada, "keeper", ids[4]).await.unwrap()["price"], json!(null));
    world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
    assert_eq!(world.one(&ada, "keeper", ids[4]).await.unwrap()["price"], json!("cheap"));
}

#[tokio::test]
async fn formulas_of_other_fields_and_hostile_ones_are_refused() {
    let (world, _, _) = world("retype_formulas", 3, text()).await;
    let wish = |up: &str| Apply {
        convert: BTreeMap::from([(PRICE.to_owned(), Formulas { up: Some(up.into()), down: None })]),
        ..Apply::default()
    };
    for (up, code) in [("rank", "not-allowed"), ("1", "not-allowed"), ("VALUE(nothing)", "F"), ("name", "F")]
    {
        let found = problems(retype(&world, wish(up), decimal()).await.unwrap_err());
        assert_eq!(found[0].path, "convert.keeper.price.up", "{up}");
        assert!(found[0].code.starts_with(code), "{up}: {found:?}");
    }
    let quoted = "IF(price = \"'; DROP TABLE t_demo.keeper; --$$\", 1, VALUE(price))";
    retype(&world, wish(quoted), decimal()).await.unwrap();
    assert_sound(&world).await;
}

/// A log of what writers were told was written: the last of each record.
type Log = BTreeMap<Uuid, String>;

/// Writes prices to records of its own until it is told to stop; every answer has to be good.
async fn write(
    world: Arc<World>,
    ada: Context,
    (ids, from): (Vec<Uuid>, usize),
    done: Arc<AtomicBool>,
) -> Log {
    let (mut log, mut number) = (Log::new(), 0_usize);
    while !done.load(Ordering::Relaxed) || number < 20 {
        let id = ids[number % ids.len()];
        let price = format!("{}.{:02}", from + number, number % 100);
        let command = || {
            let record = fields(&json!({ "price": price, "rank": number }));
            let what = What::Update(vec![engine::Update { id, fields: record, if_version: None }]);
            Command { object: "keeper".into(), what }
        };
        loop {
            match world.engine.write(&world.again(&ada).await, command()).await {
                Ok(_) => break,
                Err(Error::Outdated(_)) => {}
                Err(error) => panic!("write {number}: {error:?}"),
            }
        }
        log.insert(id, price);
        number += 1;
    }
    log
}

/// Reads by the price, as a list does, until it is told to stop.
async fn look(world: Arc<World>, ada: Context, done: Arc<AtomicBool>) -> usize {
    let mut count = 0;
    while !done.load(Ordering::Relaxed) {
        let filter = Some(Filter::from_json(&json!({ "price": "3.50" })).unwrap());
        let query = Query { object: "keeper".into(), filter, ..Query::default() };
        match world.engine.read(&world.again(&ada).await, &query).await {
            Ok(_) => count += 1,
            Err(Error::Outdated(_)) => {}
            Err(error) => panic!("read {count}: {error:?}"),
        }
    }
    count
}

/// Works until all values are looked at, so that what comes from then on comes meanwhile.
pub(super) async fn look_through(world: &World) {
    let text =
        "SELECT EXISTS (SELECT FROM t_demo._jobs WHERE kind = 'retype' AND progress->>'fits' = 'true')";
    while !sqlx::query_scalar::<_, bool>(text).fetch_one(world.engine.pool()).await.unwrap() {
        assert!(world.engine.work(&world.tenant).await.unwrap());
    }
}

/// Works as processes that are killed again and again do: each is given up after a random while.
async fn work_killed(world: &World, random: &mut Random) -> usize {
    let mut killed = 0;
    loop {
        let node = world.node(3).await;
        // Longer and longer, so that it ends on a machine that is busy.
        let patience = Duration::from_millis((100 + random.below(600) + 100 * killed) as u64);
        let work = async { while node.work(&world.tenant).await.expect("the work is done") {} };
        killed += usize::from(tokio::time::timeout(patience, work).await.is_err());
        // What a killed process had claimed is free when its connections are known to be gone.
        // One that came to nothing is only there to be looked at.
        let text = "SELECT count(*) FROM t_demo._jobs WHERE kind = 'retype' AND not_before < 'infinity'";
        let left: i64 = sqlx::query_scalar(text).fetch_one(world.engine.pool()).await.unwrap();
        if left == 0 {
            return killed;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_large_table_turns_beside_writers_whenever_it_is_killed_and_goes_back() {
    let unique = json!({ "name": "price", "kind": "text", "indexed": true, "unique": true });
    let (world, ada, ids) = world("retype_large", 20_000, unique.clone()).await;
    grow(&world).await;
    let before = world.system().await.snapshot.revision;
    let (world, done) = (Arc::new(world), Arc::new(AtomicBool::new(false)));
    let (mut writers, mut readers) = (JoinSet::new(), JoinSet::new());
    for (own, from) in ids[..18_000].chunks(4_500).zip((1_000_000..).step_by(1_000_000)) {
        writers.spawn(write(world.clone(), ada.clone(), (own.to_vec(), from), done.clone()));
    }
    readers.spawn(look(world.clone(), ada.clone(), done.clone()));
    let mut definition = decimal();
    definition["indexed"] = true.into();
    definition["unique"] = true.into();
    let applied = retype(&world, Apply::default(), definition).await.unwrap();
    assert!(applied.steps.iter().any(|step| step.risk == metadata::ddl::Risk::Background));
    assert_eq!(kind(&world).await, "text", "it has its kind until all is filled");
    let told = world.engine.retypes(&world.system().await).await.unwrap();
    assert_eq!((&told[0]["field"], &told[0]["state"]), (&json!(PRICE), &json!("filling")));
    let mut random = Random::new(7);
    let killed = work_killed(&world, &mut random).await;
    assert_eq!(kind(&world).await, "decimal", "after {killed} killed processes");
    // And back, while they go on writing.
    world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
    let again = work_killed(&world, &mut random).await;
    assert_eq!(kind(&world).await, "text", "after {again} killed processes");
    done.store(true, Ordering::Relaxed);
    let log: Log = writers.join_all().await.into_iter().flatten().collect();
    assert!(readers.join_all().await.iter().all(|count| *count > 0));
    let stored = prices(&world).await;
    let wrong: Vec<_> =
        log.iter().filter(|(id, price)| !same(stored[id].as_deref(), price)).take(5).collect();
    assert!(wrong.is_empty() && log.len() > 50, "{} written, lost: {wrong:?}", log.len());
    let written: BTreeSet<&Uuid> = log.keys().collect();
    for (n, id) in ids.iter().enumerate().filter(|(_, id)| !written.contains(id)) {
        assert_eq!(stored[id].as_deref(), Some(format!("{n}.50").as_str()), "nobody touched it");
    }
    assert_sound(&world).await;
}

/// A number that went there and back may have lost zeros behind the point.
fn same(stored: Option<&str>, written: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    stored.is_some_and(|stored| number(stored) == number(written))
}

#[tokio::test]
async fn a_value_that_comes_meanwhile_and_does_not_fit_stops_the_turn_until_it_does() {
    let (world, ada, ids) = world("retype_meanwhile", 12_000, text()).await;
    grow(&world).await;
    retype(&world, Apply::default(), decimal()).await.unwrap();
    look_through(&world).await;
    world.update(&ada, "keeper", ids[9], json!({ "price": "on request" })).await.unwrap();
    let outcome = loop {
        match world.engine.work(&world.tenant).await {
            Ok(true) => {}
            other => break other,
        }
    };
    let found = problems(outcome.unwrap_err());
    assert!(!found[0].message.contains(&ids[9].to_string()), "{found:?}");
    assert_eq!(kind(&world).await, "text");
    let told = world.engine.retypes(&world.system().await).await.unwrap();
    assert!(told[0]["error"].as_str().unwrap().contains("do not fit"), "{told}");
    assert_eq!(told[0]["records"], json!([ids[9]]));
    // Who does not read them is not told which they are.
    let planner = json!({ "objects": { "keeper": { "read": "own" } }, "system": ["manage_metadata"] });
    world.define([(Kind::Roles, "planner", Some(planner))]).await.unwrap();
    let mia = world.person("mia", "planner").await;
    let told = world.engine.retypes(&world.again(&mia).await).await.unwrap();
    assert_eq!((&told[0]["field"], &told[0]["records"]), (&json!(PRICE), &json!([])));
    // It keeps no other field waiting.
    let rank = vec![change(Kind::Fields, "keeper.rank", Some(json!({ "name": "rank", "kind": "text" })))];
    let wish = Apply { changes: rank, ..Apply::default() };
    world.engine.apply(&world.system().await, wish).await.unwrap();
    let is_text = async || {
        let snapshot = world.system().await.snapshot;
        snapshot.catalog.find_object("keeper").unwrap().find_field("rank").unwrap().kind.name() == "text"
    };
    for _ in 0..100 {
        // The first one is tried again now and then.
        let _ = world.engine.work(&world.tenant).await;
    }
    assert!(is_text().await);
    // What is said of the field besides its kind comes with it.
    let mut labelled = decimal();
    labelled["label"] = "What it costs".into();
    retype(&world, Apply::default(), labelled).await.unwrap();
    // The field is renamed meanwhile, and the value set right.
    put_field(&world, PRICE, json!({ "name": "cost", "kind": "text" })).await.unwrap();
    world.update(&ada, "keeper", ids[9], json!({ "cost": "17" })).await.unwrap();
    sqlx::query(AssertSqlSafe("UPDATE t_demo._jobs SET not_before = now()"))
        .execute(world.engine.pool())
        .await
        .unwrap();
    drain(&world).await;
    assert_eq!(world.one(&ada, "keeper", ids[9]).await.unwrap()["cost"].as_f64(), Some(17.0));
    assert_eq!(world.one(&ada, "keeper", ids[10]).await.unwrap()["cost"], json!(10.5));
    let snapshot = world.system().await.snapshot;
    let field = snapshot.catalog.find_object("keeper").unwrap().find_field("cost").unwrap().clone();
    assert_eq!(field.label, "What it costs");
    assert_sound(&world).await;
}

#[tokio::test]
async fn what_is_on_its_way_is_given_up_by_a_rollback_and_by_taking_the_field_away() {
    let (world, ada, ids) = world("retype_given_up", 12_000, text()).await;
    grow(&world).await;
    for by_rollback in [true, false] {
        let before = world.system().await.snapshot.revision;
        let applied = retype(&world, Apply::default(), decimal()).await.unwrap();
        assert_eq!(applied.background, [PRICE]);
        look_through(&world).await;
        assert!(world.engine.work(&world.tenant).await.unwrap());
        let other = json!({ "name": "price", "kind": "date" });
        let found = problems(retype(&world, Apply::default(), other).await.unwrap_err());
        assert_eq!(found[0].code, "cannot-change");
        if by_rollback {
            world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
        } else {
            let wish = Apply { allow_data_loss: AllowLoss::All, ..Apply::default() };
            let changes = vec![change(Kind::Fields, PRICE, None)];
            world.engine.apply(&world.system().await, Apply { changes, ..wish }).await.unwrap();
        }
        drain(&world).await;
        assert_eq!(world.engine.retypes(&world.system().await).await.unwrap(), json!([]));
        world.update(&ada, "keeper", ids[1], json!({ "rank": 3 })).await.unwrap();
        assert_sound(&world).await;
    }
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
         WHERE n.nspname = 't_demo' AND p.prorettype = 'trigger'::regtype",
    )
    .fetch_one(world.engine.pool())
    .await
    .unwrap();
    assert_eq!(left, 0, "functions are gone with their field");
}

/// What the newest revision says of itself, and whether it changed any component.
async fn last_revision(world: &World) -> (String, Json) {
    let told = world.engine.revisions(&world.system().await, 1, None).await.unwrap();
    (told[0]["message"].as_str().unwrap_or_default().to_owned(), told[0]["changes"].clone())
}

#[tokio::test]
async fn a_large_table_is_only_glanced_at_and_what_its_job_finds_ends_the_change() {
    let (world, ada, ids) = world("retype_ended", 12_000, text()).await;
    grow(&world).await;
    // Early ones are seen at once, as in a small table.
    world.update(&ada, "keeper", ids[2], json!({ "price": "cheap" })).await.unwrap();
    let refused = retype(&world, Apply::default(), decimal()).await.unwrap_err();
    assert!(matches!(&refused, Error::DataLoss(names) if names == &[PRICE]), "{refused:?}");
    assert_eq!(second(&world).await, [""; 0]);
    world.update(&ada, "keeper", ids[2], json!({ "price": "2.50" })).await.unwrap();
    let applied = retype(&world, Apply::default(), decimal()).await.unwrap();
    assert_eq!((applied.background.clone(), applied.offending.len()), (vec![PRICE.to_owned()], 0));
    // In the second batch of its look.
    world.update(&ada, "keeper", ids[11_000], json!({ "price": "dear" })).await.unwrap();
    let mut random = Random::new(11);
    let killed = work_killed(&world, &mut random).await;
    drain(&world).await;
    assert_eq!(kind(&world).await, "text", "after {killed} killed processes");
    assert_eq!(second(&world).await, [""; 0], "nothing is left behind");
    let told = world.engine.retypes(&world.again(&ada).await).await.unwrap();
    assert_eq!((&told[0]["field"], &told[0]["state"]), (&json!(PRICE), &json!("failed")), "{told}");
    assert_eq!((&told[0]["records"], &told[0]["next"]["kind"]), (&json!([ids[11_000]]), &json!("decimal")));
    let (message, changes) = last_revision(&world).await;
    assert!(message.contains("stays as it is") && changes == json!([]), "{message} {changes}");
    assert!(!message.contains(&ids[11_000].to_string()), "who reads the history may not read the record");
    let noted: i64 =
        sqlx::query_scalar("SELECT count(*) FROM t_demo._audit_tail WHERE changes->'message'->>1 = $1")
            .bind(&message)
            .fetch_one(world.engine.pool())
            .await
            .unwrap();
    assert_eq!(noted, 1, "the audit stream tells it");
    assert_sound(&world).await;
    // The field goes on, and the next attempt forgets the one before.
    world.update(&ada, "keeper", ids[11_000], json!({ "price": "11.25" })).await.unwrap();
    retype(&world, Apply::default(), decimal()).await.unwrap();
    drain(&world).await;
    assert_eq!(kind(&world).await, "decimal");
    let told = world.engine.retypes(&world.system().await).await.unwrap();
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert_eq!(world.one(&ada, "keeper", ids[11_000]).await.unwrap()["price"].as_f64(), Some(11.25));
    assert_sound(&world).await;
}

#[tokio::test]
async fn a_field_of_a_large_table_becomes_unique_beside_writers() {
    let (world, ada, ids) = world("unique_large", 12_000, text()).await;
    grow(&world).await;
    let unique = || json!({ "name": "price", "kind": "text", "unique": true, "label": "Cost" });
    let is_unique = async || {
        let snapshot = world.system().await.snapshot;
        let field = snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap();
        (field.unique, field.label.clone())
    };
    let failed =
        async |world: &World| world.engine.retypes(&world.again(&ada).await).await.unwrap()[0].clone();
    // A value that is there twice, far behind.
    world.update(&ada, "keeper", ids[11_500], json!({ "price": "3.50" })).await.unwrap();
    let applied = retype(&world, Apply::default(), unique()).await.unwrap();
    assert_eq!(applied.background, [PRICE]);
    assert_eq!(is_unique().await, (false, "Cost".into()), "the rest of the change holds at once");
    assert_eq!(failed(&world).await["state"], "indexing");
    let decided = problems(retype(&world, Apply::default(), decimal()).await.unwrap_err());
    assert_eq!(
        (decided[0].path.as_str(), decided[0].code.as_str()),
        ("objects.keeper.fields.price.kind", "cannot-change")
    );
    drain(&world).await;
    assert!(!is_unique().await.0);
    let told = failed(&world).await;
    assert_eq!((&told["state"], &told["code"]), (&json!("failed"), &json!("duplicate")), "{told}");
    assert_eq!(told["records"], json!([ids[3], ids[11_500]]));
    let (message, changes) = last_revision(&world).await;
    assert!(message.contains("does not become unique") && changes == json!([]), "{message}");
    let key = "SELECT count(*) FROM pg_indexes WHERE schemaname = 't_demo' AND tablename = 'keeper' AND indexname LIKE '%\\_key' AND indexdef LIKE '%price%'";
    let keys = async || sqlx::query_scalar::<_, i64>(key).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(keys().await, 0);
    // What nobody may see of all records is not named to them.
    let blind = world.person("blind", "user").await;
    let told = world.engine.retypes(&blind).await.unwrap();
    assert_eq!(told[0]["records"], json!(null), "{told}");
    // The same value may still be written, until there is none.
    world.update(&ada, "keeper", ids[11_501], json!({ "price": "4.50" })).await.unwrap();
    for (n, id) in [(11_500, ids[11_500]), (11_501, ids[11_501])] {
        world.update(&ada, "keeper", id, json!({ "price": format!("{n}.50") })).await.unwrap();
    }
    let before = world.system().await.snapshot.revision;
    // Given up by a rollback, with what a killed process left.
    retype(&world, Apply::default(), unique()).await.unwrap();
    let snapshot = world.system().await.snapshot;
    let id = snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap().id.clone();
    let half = format!("CREATE UNIQUE INDEX \"{id}_key\" ON t_demo.keeper (price) WHERE deleted_at IS NULL");
    sqlx::query(AssertSqlSafe(half)).execute(world.engine.pool()).await.unwrap();
    world.engine.rollback(&world.system().await, before, Apply::default()).await.unwrap();
    drain(&world).await;
    assert_eq!((is_unique().await.0, keys().await), (false, 0));
    // And to the end, beside a writer and whenever its process is killed.
    let (world, done) = (Arc::new(world), Arc::new(AtomicBool::new(false)));
    let writer =
        tokio::spawn(write(world.clone(), ada.clone(), (ids[..50].to_vec(), 2_000_000), done.clone()));
    retype(&world, Apply::default(), unique()).await.unwrap();
    let mut random = Random::new(5);
    loop {
        let node = world.node(3).await;
        let patience = Duration::from_millis((50 + random.below(400)) as u64);
        let work = async { while node.work(&world.tenant).await.expect("the work is done") {} };
        let _ = tokio::time::timeout(patience, work).await;
        let text = "SELECT count(*) FROM t_demo._jobs WHERE kind = 'make_unique'";
        if sqlx::query_scalar::<_, i64>(text).fetch_one(world.engine.pool()).await.unwrap() == 0 {
            break;
        }
    }
    done.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap().len() >= 20);
    let snapshot = world.system().await.snapshot;
    assert!(snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap().unique);
    let twice = world.update(&ada, "keeper", ids[60], json!({ "price": "61.50" })).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    assert_sound(&world).await;
}

/// Names of the tenant's indexes and columns that belong to second columns.
pub(super) async fn second(world: &World) -> Vec<String> {
    let text = "SELECT indexname::text FROM pg_indexes WHERE schemaname = 't_demo' AND indexdef LIKE '%\\_other\\_%' \
         UNION ALL SELECT column_name::text FROM information_schema.columns WHERE table_schema = 't_demo' AND column_name LIKE '\\_other\\_%' ORDER BY 1";
    sqlx::query_scalar(text).fetch_all(world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn what_was_kept_goes_after_thirty_days_behind_the_wall() {
    let (world, ada, ids) = world("retype_forgotten", 30, text()).await;
    assert_eq!(world.engine.wall().await.unwrap(), engine::Wall::Up);
    retype(&world, Apply::default(), decimal()).await.unwrap();
    drain(&world).await;
    let role = format!("trellis_{}", world.tenant.id.simple());
    for (word, may) in [("SELECT", true), ("INSERT", false), ("UPDATE", false), ("DELETE", false)] {
        let asked = sqlx::query_scalar("SELECT has_table_privilege($1, 't_demo._retypes', $2)");
        let told: bool = asked.bind(&role).bind(word).fetch_one(world.engine.pool()).await.unwrap();
        assert_eq!(told, may, "{word}");
    }
    assert_eq!(second(&world).await.len(), 1);
    for (days, left) in [(29, 1), (31, 0)] {
        let later = chrono::Utc::now() + chrono::TimeDelta::days(days);
        while world.engine.work_at(&world.tenant, later).await.unwrap() {}
        assert_eq!(second(&world).await.len(), left, "after {days} days");
    }
    assert_eq!(world.engine.retypes(&world.system().await).await.unwrap(), json!([]));
    world.update(&ada, "keeper", ids[1], json!({ "price": 8 })).await.unwrap();
    assert_eq!(world.one(&ada, "keeper", ids[1]).await.unwrap()["price"].as_f64(), Some(8.0));
    assert_sound(&world).await;
}

#[tokio::test]
async fn what_would_be_the_same_is_no_error_of_its_writer() {
    let with = |mut definition: Json| {
        definition["unique"] = true.into();
        definition
    };
    let (world, ada, ids) = world("retype_same", 12_000, with(text())).await;
    grow(&world).await;
    world.update(&ada, "keeper", ids[4], json!({ "price": "003.50" })).await.unwrap();
    retype(&world, Apply::default(), with(decimal())).await.unwrap();
    let fill = async || loop {
        match world.engine.work(&world.tenant).await {
            Ok(true) => {}
            other => break other,
        }
    };
    assert_eq!(problems(fill().await.unwrap_err())[0].code, "duplicate");
    assert!(!second(&world).await.iter().any(|name| name.ends_with("_key")), "it goes when the turn fails");
    // A killed process leaves its index.
    world.update(&ada, "keeper", ids[4], json!({ "price": "4.50" })).await.unwrap();
    let snapshot = world.system().await.snapshot;
    let id = snapshot.catalog.find_object("keeper").unwrap().find_field("price").unwrap().id.clone();
    let text = format!(
        "CREATE UNIQUE INDEX \"{id}_other_key\" ON t_demo.keeper (\"_other_{id}\") WHERE deleted_at IS NULL"
    );
    sqlx::query(AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
    let ada = world.again(&ada).await;
    world.update(&ada, "keeper", ids[5], json!({ "price": "0006.50" })).await.unwrap();
    world.update(&ada, "keeper", ids[5], json!({ "rank": 5 })).await.unwrap();
    world.create(&ada, "keeper", json!({ "name": "n", "price": "07.50" })).await.unwrap();
    world.run(&ada, "keeper", What::Delete(vec![ids[8]])).await.unwrap();
    let new = world.create(&ada, "keeper", json!({ "name": "n", "price": "08.50" })).await.unwrap();
    world.run(&ada, "keeper", What::Restore(vec![ids[8]])).await.unwrap();
    let due = async || {
        let text = "UPDATE t_demo._jobs SET not_before = now() WHERE kind = 'retype'";
        sqlx::query(text).execute(world.engine.pool()).await.unwrap();
    };
    due().await;
    assert_eq!(problems(fill().await.unwrap_err())[0].code, "duplicate");
    assert_eq!(kind(&world).await, "text");
    // Set right, all of it goes over.
    for (id, price) in [(ids[5], "5.50"), (ids[7], "70000"), (new, "80000")] {
        world.update(&ada, "keeper", id, json!({ "price": price })).await.unwrap();
    }
    due().await;
    drain(&world).await;
    assert_eq!(kind(&world).await, "decimal");
    for (id, price) in [(ids[5], 5.5), (ids[7], 70000.0), (ids[8], 8.5), (new, 80000.0)] {
        assert_eq!(world.one(&ada, "keeper", id).await.unwrap()["price"].as_f64(), Some(price));
    }
    let context = world.again(&ada).await;
    let twice = world.create(&context, "keeper", json!({ "name": "n", "price": 5.5 })).await;
    assert!(matches!(twice, Err(Error::Conflict(_))), "{twice:?}");
    assert_sound(&world).await;
}

#[tokio::test]
async fn nothing_is_cut_unsaid_and_no_form_is_broken() {
    let (world, _, _) = world("retype_said", 3, decimal()).await;
    put_field(&world, "keeper.seen", json!({ "name": "seen", "kind": "datetime" })).await.unwrap();
    let day = json!({ "name": "seen", "kind": "date" });
    let wish = Apply { changes: vec![change(Kind::Fields, "keeper.seen", Some(day))], ..Apply::default() };
    let found = problems(world.engine.apply(&world.system().await, wish).await.unwrap_err());
    assert_eq!((found[0].path.as_str(), found[0].code.as_str()), ("convert.keeper.seen.up", "required"));
    let rule = json!({ "name": "price", "kind": "text", "format": "recurrence" });
    let found = problems(retype(&world, Apply::default(), rule).await.unwrap_err());
    assert!(found[0].message.contains("cannot become"), "{found:?}");
}
