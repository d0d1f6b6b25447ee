//! People go on working while fields are added: no request is lost, none sees half a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::task::JoinSet;

use super::*;

/// One request of one of four sorts.
async fn ask(world: &World, context: &Context, id: Uuid, number: usize) -> engine::Result<()> {
    let list = Query { object: "keeper".into(), include_total: true, ..Query::default() };
    let update = engine::Update { id, fields: fields(&json!({ "rank": number })), if_version: None };
    match number % 4 {
        0 => world.engine.read(context, &list).await.map(drop),
        1 => world.create(context, "keeper", json!({ "name": "new" })).await.map(drop),
        2 => {
            let what = What::Update(vec![update]);
            world.engine.write(context, engine::Command { object: "keeper".into(), what }).await.map(drop)
        }
        _ => world.engine.read_one(context, "keeper", id, Vec::new()).await.map(drop),
    }
}

/// As the api does it: asked again in a new context while the engine says that the old one is outdated.
async fn patiently(world: &World, like: &Context, id: Uuid, number: usize) -> engine::Result<()> {
    for _ in 0..30 {
        match ask(world, &world.again(like).await, id, number).await {
            Err(Error::Outdated(_)) => {}
            outcome => return outcome,
        }
    }
    ask(world, &world.again(like).await, id, number).await
}

async fn work(
    world: Arc<World>,
    ada: Context,
    ids: Vec<Uuid>,
    (number, done): (usize, Arc<AtomicBool>),
) -> usize {
    let mut count = 0;
    while !done.load(Ordering::Relaxed) {
        let outcome = patiently(&world, &ada, ids[(number + count) % ids.len()], number + count).await;
        outcome.unwrap_or_else(|error| panic!("request {count} of worker {number}: {error:?}"));
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_new_fields_lose_no_request() {
    let world = Arc::new(World::zoo("working").await);
    let ada = world.person("ada", "administrator").await;
    let ids = keepers(&world, &ada, 50).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut workers = JoinSet::new();
    for number in 0..8 {
        workers.spawn(work(world.clone(), ada.clone(), ids.clone(), (number, done.clone())));
    }
    for number in 0..20 {
        let name = format!("added_{number}");
        let kinds = [
            json!({ "name": name, "kind": "text", "indexed": true }),
            json!({ "name": name, "kind": "boolean", "default": true }),
            json!({ "name": name, "kind": "lookup", "to": "keeper" }),
            json!({ "name": name, "kind": "autonumber", "pattern": "{0000}" }),
            json!({ "name": name, "kind": "text", "unique": true }),
        ];
        put_field(&world, &format!("keeper.{name}"), kinds[number % kinds.len()].clone()).await.unwrap();
        let filter = Some(Filter::from_json(&json!({ name: { "is_null": true } })).unwrap());
        let query = Query { object: "keeper".into(), filter, ..Query::default() };
        world.engine.read(&world.again(&ada).await, &query).await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    let counts = workers.join_all().await;
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert_sound(&world).await;
}

/// Two fields change places again and again: a write planned before must not land in the other one.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_value_lands_in_a_field_that_took_the_name() {
    let world = Arc::new(World::zoo("swap").await);
    let ada = world.person("ada", "administrator").await;
    for name in ["left", "right"] {
        put_field(
            &world,
            &format!("keeper.{name}"),
            json!({ "name": name, "kind": "text", "default": name }),
        )
        .await
        .unwrap();
    }
    let original = world.catalog().await;
    let done = Arc::new(AtomicBool::new(false));
    let created = Arc::new(AtomicUsize::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..6 {
        let (world, ada, done, created) = (world.clone(), ada.clone(), done.clone(), created.clone());
        workers.spawn(async move {
            while !done.load(Ordering::Relaxed) {
                let record = json!({ "name": "n" });
                match world.create(&world.again(&ada).await, "keeper", record).await {
                    Ok(_) => drop(created.fetch_add(1, Ordering::Relaxed)),
                    Err(Error::Outdated(_)) => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
        });
    }
    for _ in 0..12 {
        let mut document = world.again(&ada).await.snapshot.catalog.find_object("keeper").unwrap().to_json();
        for field in document["fields"].as_array_mut().unwrap() {
            let other = match field["name"].as_str() {
                Some("left") => "right",
                Some("right") => "left",
                _ => continue,
            };
            field["name"] = other.into();
        }
        world.define([(Kind::Objects, "keeper", Some(document))]).await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    workers.join_all().await;
    assert_eq!(world.catalog().await["objects"][1]["name"], original["objects"][1]["name"]);
    // Each field's default is its own, wherever the name went.
    let filter = Some(
        Filter::from_json(&json!({ "or": [{ "left": { "ne": "left" } }, { "right": { "ne": "right" } }] }))
            .unwrap(),
    );
    let query = Query { object: "keeper".into(), filter, include_total: true, ..Query::default() };
    assert_eq!(world.engine.read(&world.again(&ada).await, &query).await.unwrap().total, Some(0));
    assert!(created.load(Ordering::Relaxed) > 10);
}
