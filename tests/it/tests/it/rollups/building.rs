//! Roll-ups that come to records that are there already: right from the first moment, whatever happens meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{Error, Query, SortKey, What};
use it::random::Random;
use it::trade::rollups;
use it::{World, fields};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;

use super::random::{Stock, command};

fn fields_of(object: &str, definitions: Vec<Json>) -> Vec<Change> {
    let put = |definition: Json| Change {
        kind: Kind::Fields,
        name: format!("{object}.{}", definition["name"].as_str().unwrap_or_default()),
        definition: Some(definition),
    };
    definitions.into_iter().map(put).collect()
}

fn all() -> Vec<Change> {
    let total =
        json!({ "name": "total", "kind": "rollup", "of": "lines", "function": "sum", "field": "price" });
    let mut changes = fields_of("deal", vec![total]);
    changes.extend(fields_of("firm", rollups()));
    changes
}

/// What the API answers of every firm, by the same truth as what is stored.
async fn read(world: &World, ada: &engine::Context) -> Vec<(Json, Json, Json)> {
    let query = Query { object: "firm".into(), limit: 1000, ..Query::default() };
    let Json::Array(rows) = world.read(&world.again(ada).await, &query).await.unwrap() else {
        return Vec::new();
    };
    rows.into_iter()
        .map(|row| (row["id"].clone(), row["open_deals"].clone(), row["branch_worth"].clone()))
        .collect()
}

#[tokio::test]
async fn a_new_rollup_is_right_before_during_and_after_its_building() {
    let world = World::trade("rollup_building", false).await;
    let ada = world.person("ada", "administrator").await;
    let firms = (0..900).map(|n| fields(&json!({ "name": format!("F{n}") }))).collect();
    let firms = world.run(&ada, "firm", What::Create(firms)).await.unwrap().ids;
    let deal =
        |n: usize| json!({ "name": "d", "firm_id": firms[n % firms.len()], "amount": n, "stage": "won" });
    let deals = (0..3000).map(|n| fields(&deal(n))).collect();
    let deals = world.run(&ada, "deal", What::Create(deals)).await.unwrap().ids;
    let lines = (0..500).map(|n| fields(&json!({ "name": "l", "deal_id": deals[n], "price": n }))).collect();
    world.run(&ada, "line", What::Create(lines)).await.unwrap();
    world.deploy(all()).await;
    let before = read(&world, &ada).await;
    assert_eq!(before.iter().map(|(_, count, _)| count.as_i64().unwrap()).sum::<i64>(), 3000);
    let query = Query {
        object: "firm".into(),
        sort: vec![SortKey { path: "won".into(), descending: true }],
        limit: 1,
        ..Query::default()
    };
    let first = world.read(&world.again(&ada).await, &query).await.unwrap();
    assert_eq!(super::plain(&first[0]["won"]), json!(299 + 1199 + 2099 + 2999), "sorting reads the same");
    // Half way: one change of a record that is built, one of a record that is not.
    for _ in 0..8 {
        assert!(world.engine.work(&world.tenant).await.unwrap());
    }
    for n in [0, firms.len() - 1] {
        world.run(&ada, "deal", What::Create(vec![fields(&deal(n))])).await.unwrap();
    }
    let half = read(&world, &ada).await;
    assert_eq!(half.iter().map(|(_, count, _)| count.as_i64().unwrap()).sum::<i64>(), 3002);
    // The node that began is gone; another goes on where it was.
    it::trade::drain(&world.node(2).await, &world.tenant).await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    assert!(read(&world, &ada).await == half, "what was built is what was read before");
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
    let (snapshot, _) = world.engine.fresh_snapshot(&world.tenant).await.unwrap();
    assert!(snapshot.building.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rollups_come_and_change_while_everybody_writes() {
    let world = Arc::new(World::trade("rollup_live", false).await);
    let ada = world.person("ada", "administrator").await;
    let over = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for seed in 10..15 {
        let (world, ada, over) = (world.clone(), ada.clone(), over.clone());
        writers.spawn(async move {
            let (mut random, mut stock, mut written) = (Random::new(seed), Stock::default(), 0);
            while !over.load(Ordering::Relaxed) {
                let command = command(&mut random, &mut stock);
                let (object, is_create) = (command.object.clone(), matches!(command.what, What::Create(_)));
                match world.engine.write(&world.again(&ada).await, command).await {
                    Ok(done) => {
                        written += 1;
                        if is_create {
                            stock.of(&object).extend(done.ids);
                        }
                    }
                    // Another revision came: the API asks again, a test may as well go on.
                    Err(
                        Error::NotFound | Error::Unprocessable(_) | Error::Conflict(_) | Error::Outdated(_),
                    ) => {}
                    Err(error) => panic!("seed {seed}: {error:?}"),
                }
            }
            written
        });
    }
    for round in 0..6 {
        world.deploy(all()).await;
        // Another node works while writers write.
        let node = world.node(2).await;
        it::trade::drain(&node, &world.tenant).await;
        let other = json!({ "name": "won", "kind": "rollup", "of": "deals", "function": "sum", "field": "amount",
            "where": "stage = \"new\"" });
        world.put_field("firm", other).await;
        if round % 2 == 0 {
            let gone = ["mean", "best"].map(|name| Change {
                kind: Kind::Fields,
                name: format!("firm.{name}"),
                definition: None,
            });
            world.deploy(gone.into()).await;
        }
    }
    world.deploy(all()).await;
    over.store(true, Ordering::Relaxed);
    let written: usize = writers.join_all().await.into_iter().sum();
    assert!(written > 50, "{written}");
    world.drain().await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn drift_is_told_and_mended() {
    let (world, ada) = super::trade("rollup_drift").await;
    let a = super::firm(&world, &ada, "A").await;
    world
        .create(&ada, "deal", json!({ "name": "d", "firm_id": a, "amount": 7, "stage": "won" }))
        .await
        .unwrap();
    world.drain().await;
    assert!(world.engine.check_rollups(&world.tenant, false).await.unwrap().is_empty());
    sqlx::query("UPDATE t_demo.firm SET won = 8").execute(world.engine.pool()).await.unwrap();
    let found = world.engine.check_rollups(&world.tenant, false).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].field.as_str(), found[0].records, found[0].example), ("firm.won", 1, a));
    assert_eq!(world.engine.check_rollups(&world.tenant, true).await.unwrap().len(), 1);
    assert!(world.engine.check_rollups(&world.tenant, false).await.unwrap().is_empty());
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
}
