//! Packages: installed with their records, listed, taken away.

mod consent;
mod files;
mod first;
mod layers;
mod optional;
mod renames;
mod standard;
mod translations;
mod trials;

use engine::{AllowLoss, Apply, Error, Query};
use it::World;
use serde_json::json;

fn any_loss() -> Apply {
    Apply { allow_data_loss: AllowLoss::All, ..Apply::default() }
}

#[tokio::test]
async fn samples_load_and_hang_together() {
    let world = World::with_samples("samples").await;
    let system = world.system().await;
    for (object, least) in [
        ("account", 50),
        ("contact", 100),
        ("lead", 100),
        ("deal", 100),
        ("task", 200),
        ("pipeline_stage", 5),
    ] {
        let query = Query { object: object.into(), include_total: true, ..Query::default() };
        let answer = world.engine.read(&system, &query).await.unwrap();
        assert!(answer.total.unwrap() >= least, "{object}: {:?}", answer.total);
    }
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn accounts_count_their_deals_and_tasks() {
    let world = World::with_samples("package_rollups").await;
    let system = world.system().await;
    let deals = "SELECT count(*) FROM t_demo.deal d WHERE d.account_id = a.id AND d.deleted_at IS NULL";
    let wrong = format!(
        "SELECT count(*) FROM t_demo.account a WHERE a.open_deals <> ({deals} AND d.stage NOT IN ('won', 'lost')) \
         OR a.won_amount <> coalesce((SELECT sum(d.amount) FROM t_demo.deal d WHERE d.account_id = a.id AND d.stage = 'won'), 0) \
         OR a.open_tasks <> (SELECT count(*) FROM t_demo.task t WHERE t.related_to_id = a.id AND t.status NOT IN ('done', 'cancelled'))"
    );
    let count = async |text: &str| -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap()
    };
    assert_eq!(count(&wrong).await, 0);
    assert!(count("SELECT count(*) FROM t_demo.account WHERE open_deals > 0 AND won_amount > 0").await > 5);
    assert!(count("SELECT sum(open_tasks)::int8 FROM t_demo.deal").await > 10);
    let account = world.create(&system, "account", json!({ "name": "Acme" })).await.unwrap();
    let deal = json!({ "name": "Big", "account_id": account, "amount": 500, "stage": "proposal" });
    let deal = world.create(&system, "deal", deal).await.unwrap();
    let task = json!({ "title": "Call", "related_to_object": "account", "related_to_id": account });
    world.create(&system, "task", task).await.unwrap();
    let shown = world.one(&system, "account", account).await.unwrap();
    assert_eq!((&shown["open_deals"], &shown["open_tasks"]), (&json!(1), &json!(1)));
    world
        .update(&system, "deal", deal, json!({ "stage": "won", "actual_close_date": "2026-11-20" }))
        .await
        .unwrap();
    let shown = world.one(&system, "account", account).await.unwrap();
    assert_eq!((&shown["open_deals"], &shown["last_won_on"]), (&json!(0), &json!("2026-11-20")));
    assert_eq!(shown["won_amount"].as_f64(), Some(500.0));
}

#[tokio::test]
async fn uninstall_asks_before_it_hides_data() {
    let world = World::with_samples("uninstall").await;
    let system = world.system().await;
    let refused = world.engine.uninstall(&system, "accounts", any_loss()).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let refused = world.engine.uninstall(&system, "tasks", Apply::default()).await;
    assert!(matches!(refused, Err(Error::DataLoss(_))), "{refused:?}");
    world.engine.uninstall(&system, "tasks", any_loss()).await.unwrap();
    let system = world.system().await;
    assert!(system.snapshot.catalog.find_object("task").is_none());
    assert!(!world.engine.installed_packages(&system).await.unwrap().contains_key("tasks"));
}
