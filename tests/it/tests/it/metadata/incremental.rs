//! A snapshot that is brought up to date is what one that is loaded whole would be, whatever happened meanwhile, and only
//! what changed is read for it.

use std::sync::Arc;

use engine::Snapshot;
use engine::packages::Install;
use it::random::Random;
use metadata::package::{Package, Version};

use super::*;

/// Everything that both say.
fn assert_same(brought: &Snapshot, whole: &Snapshot, place: &str) {
    assert_eq!(
        (brought.revision, brought.definitions.next_id),
        (whole.revision, whole.definitions.next_id),
        "{place}"
    );
    assert!(
        brought.definitions == whole.definitions,
        "{place}: {:#?}",
        brought.definitions.touched(&whole.definitions)
    );
    // In one order, too.
    assert_eq!(brought.definitions.rows(), whole.definitions.rows(), "{place}");
    for kind in Kind::ALL {
        let (ours, theirs) = (brought.catalog.list_json(kind), whole.catalog.list_json(kind));
        assert_eq!(ours.into_iter().collect::<Json>(), theirs.into_iter().collect::<Json>(), "{place}");
    }
}

/// A standard package in another version: some of what it brings is called otherwise, or not there.
fn variant(random: &mut Random, name: &str) -> Package {
    let mut package = it::package(name);
    package.manifest.version = Version::new(1 + random.below(3) as u64, random.below(9) as u64, 0);
    package.changes.retain(|change| change.kind != Kind::ListViews || !random.once_in(4));
    for change in package.changes.iter_mut().filter(|change| change.kind == Kind::Objects) {
        let label = json!(format!("Label {}", random.below(100)));
        change.definition.as_mut().unwrap()["label"] = label;
    }
    package
}

/// Something else than the tables: a role, an option set or a view, which come, change and go.
fn part(random: &mut Random) -> Change {
    let label = format!("L{}", random.below(1_000));
    let (kind, definition) = match random.below(3) {
        0 => (Kind::Roles, json!({ "label": label, "system": ["view_audit"] })),
        1 => (Kind::OptionSets, json!({ "label": label, "options": [{ "value": "a" }, { "value": "b" }] })),
        _ => (Kind::ListViews, json!({ "object": "user", "label": label, "columns": ["name"] })),
    };
    let word = format!("x{}", random.below(4));
    let name = if kind == Kind::ListViews { format!("user.{word}") } else { word };
    change(kind, &name, (!random.once_in(4)).then_some(definition))
}

/// One step of the tenant's life; what is refused is no step.
async fn step(world: &World, random: &mut Random, number: usize) {
    let system = world.system().await;
    let name = *random.pick(&["accounts", "leads"]);
    match random.below(10) {
        0..=3 => {
            let some = changes::random(random, &system.snapshot.catalog, number);
            let _ = changes::apply(&world.engine, &system, some).await;
        }
        4 | 5 => {
            let _ = changes::apply(&world.engine, &system, vec![part(random)]).await;
        }
        6 => {
            let revision = random.below(usize::try_from(system.snapshot.revision).unwrap() + 1);
            let _ = world.engine.rollback(&system, revision as i64, any_loss()).await;
        }
        7 | 8 => {
            let options = Install {
                allow_downgrade: true,
                allow_data_loss: AllowLoss::All,
                approve: AllowLoss::All,
                ..Install::default()
            };
            let _ = world.engine.install(&system, &[variant(random, name)], options).await;
        }
        _ if random.once_in(2) => {
            let _ = world.engine.uninstall(&system, name, any_loss()).await;
        }
        _ => purged::wait(world, 31).await,
    }
}

#[tokio::test]
async fn what_is_brought_up_to_date_is_what_is_loaded_whole() {
    let mut revisions = 0;
    for seed in 400..406 {
        let world = World::new(&format!("incremental{seed}")).await;
        let (late, fresh) = (world.node(2).await, world.node(2).await);
        let mut random = Random::new(seed);
        late.snapshot(&world.tenant).await.unwrap();
        for number in 0..40 {
            step(&world, &mut random, number).await;
            // It looks now and then: one revision or several are between.
            if random.once_in(3) {
                fresh.forget(&world.tenant);
                let brought = late.fresh_snapshot(&world.tenant).await.unwrap().0;
                let whole = fresh.fresh_snapshot(&world.tenant).await.unwrap().0;
                assert_same(&brought, &whole, &format!("seed {seed}, step {number}"));
            }
        }
        revisions += world.system().await.snapshot.revision;
    }
    assert!(revisions > 100, "{revisions} revisions");
}

#[tokio::test]
async fn only_what_changed_is_read() {
    let world = World::zoo("incremental_read").await;
    let late = world.node(2).await;
    let before = late.snapshot(&world.tenant).await.unwrap();
    put_field(&world, "keeper.extra", json!({ "name": "extra", "kind": "text" })).await.unwrap();
    // Whoever reads this one fails.
    let text = "UPDATE t_demo._metadata SET definition = '7' WHERE name = 'tooth'";
    assert_eq!(sqlx::query(text).execute(world.engine.pool()).await.unwrap().rows_affected(), 1);
    let after = late.fresh_snapshot(&world.tenant).await.unwrap().0;
    assert!(after.catalog.find_object("keeper").unwrap().find_field("extra").is_some());
    assert!(before.catalog.find_object("keeper").unwrap().find_field("extra").is_none());
    late.forget(&world.tenant);
    assert!(matches!(late.fresh_snapshot(&world.tenant).await, Err(Error::Damaged(_))));
}

#[tokio::test]
async fn what_is_the_same_revision_means_the_same() {
    let world = World::zoo("incremental_same").await;
    put_field(&world, "keeper.secret", json!({ "name": "secret", "kind": "text", "encrypted": true }))
        .await
        .unwrap();
    let before = world.system().await.snapshot;
    world.engine.touch_access(&world.tenant).await.unwrap();
    let after = world.system().await.snapshot;
    assert!(!Arc::ptr_eq(&before, &after), "a new key may have come");
    assert!(Arc::ptr_eq(&before.catalog, &after.catalog) && Arc::ptr_eq(&before.policies, &after.policies));
}

#[tokio::test]
async fn all_is_read_where_revisions_are_missing() {
    let world = World::zoo("incremental_gap").await;
    let (late, fresh) = (world.node(2).await, world.node(2).await);
    let from = late.snapshot(&world.tenant).await.unwrap().revision;
    for name in ["one", "two"] {
        put_field(&world, &format!("keeper.{name}"), json!({ "name": name, "kind": "text" })).await.unwrap();
    }
    sqlx::query("DELETE FROM t_demo._revisions WHERE number = $1")
        .bind(from + 1)
        .execute(world.engine.pool())
        .await
        .unwrap();
    let brought = late.fresh_snapshot(&world.tenant).await.unwrap().0;
    assert_same(&brought, &fresh.fresh_snapshot(&world.tenant).await.unwrap().0, "a gap");
    assert!(brought.catalog.find_object("keeper").unwrap().find_field("one").is_some());
}
