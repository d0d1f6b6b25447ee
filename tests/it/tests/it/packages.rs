//! Packages: installed with their records, listed, taken away.

use engine::{AllowLoss, Error, Query};
use it::World;

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
async fn uninstall_asks_before_it_hides_data() {
    let world = World::with_samples("uninstall").await;
    let system = world.system().await;
    let refused = world.engine.uninstall(&system, "accounts", (false, AllowLoss::All)).await;
    assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
    let refused = world.engine.uninstall(&system, "tasks", (false, AllowLoss::None)).await;
    assert!(matches!(refused, Err(Error::DataLoss(_))), "{refused:?}");
    world.engine.uninstall(&system, "tasks", (false, AllowLoss::All)).await.unwrap();
    let system = world.system().await;
    assert!(system.snapshot.catalog.find_object("task").is_none());
    assert!(!world.engine.installed_packages(&system).await.unwrap().contains_key("tasks"));
}
