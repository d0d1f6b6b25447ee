//! Requests while others move the ground: metadata and access that change without pause, a statement that takes too
//! long, a master that goes while its part comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::Engine;
use it::World;
use it::site::Site;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_is_lost_while_access_changes_without_pause() {
    let site = Site::new(World::with_packages("overtaken").await).await;
    let (over, engine, tenant) =
        (Arc::new(AtomicBool::new(false)), site.world.engine.clone(), site.world.tenant.clone());
    let movers: Vec<_> = (0..3)
        .map(|_| {
            let (over, engine, tenant) = (over.clone(), engine.clone(), tenant.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    engine.touch_access(&tenant).await.unwrap();
                }
            })
        })
        .collect();
    for round in 0..30 {
        site.get("/api/v1/deals").await.data(200);
        let name = format!("Deal {round}");
        site.ask("POST", "/api/v1/deals", Some(json!({ "name": name }))).await.data(201);
    }
    over.store(true, Ordering::Relaxed);
    for mover in movers {
        mover.await.unwrap();
    }
    assert_eq!(site.get("/api/v1/deals").await.data(200).as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up_but_a_change_of_metadata_is_not() {
    let mut world = World::with_packages("too_long").await;
    let plain = world.engine.clone();
    let options = (*plain.pool().connect_options()).clone().options([("statement_timeout", "300")]);
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    world.engine = Engine::new(pool);
    let site = Site::new(world).await;
    let mut lock = plain.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE t_demo.deal IN ACCESS EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let late = site.get("/api/v1/deals").await;
    assert_eq!((late.status, late.json()["code"].as_str()), (503, Some("timeout")), "{}", late.text());
    assert_eq!(late.header("retry-after"), "1");
    lock.rollback().await.unwrap();
    site.get("/api/v1/deals").await.data(200);
    // What a change of metadata begins with says that it takes its time.
    let field = json!({ "kind": "integer" });
    site.ask("PUT", "/metadata/v1/objects/deal/fields/weeks", Some(field)).await.data(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_part_never_outlives_its_master() {
    let site = Site::new(World::zoo("outlive").await).await;
    let made = async |path: &str, body| {
        site.ask("POST", path, Some(body)).await.data(201)["id"].as_str().unwrap().to_owned()
    };
    for round in 0..25 {
        let master = made("/api/v1/specimens", json!({ "name": "Rex" })).await;
        let place = format!("/api/v1/specimens/{master}");
        let tooth = || Some(json!({ "name": "t", "specimen_id": master }));
        let ((a, b), gone) = futures_util::future::join(
            futures_util::future::join(
                site.ask("POST", "/api/v1/teeth", tooth()),
                site.ask("POST", "/api/v1/teeth", tooth()),
            ),
            site.ask("DELETE", &place, None),
        )
        .await;
        assert_eq!(gone.status, 204, "{round}: {}", gone.text());
        for tooth in [a, b] {
            assert!([201, 422].contains(&tooth.status), "{round}: {}", tooth.text());
        }
    }
    let text = "SELECT count(*) FROM t_demo.tooth t JOIN t_demo.specimen s ON s.id = t.specimen_id WHERE t.deleted_at IS NULL AND s.deleted_at IS NOT NULL";
    let orphans: i64 = sqlx::query_scalar(text).fetch_one(site.world.engine.pool()).await.unwrap();
    assert_eq!(orphans, 0);
}
