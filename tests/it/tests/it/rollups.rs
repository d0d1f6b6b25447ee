//! Roll-ups are what their records say: after single steps, after any number of random ones, under many writers
//! at once, and while they are being built.

use engine::{Context, What};
use it::{World, fields};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

mod building;
mod crowd;
mod on_read;
mod random;
mod reconcile;

pub(super) async fn trade(name: &str) -> (World, Context) {
    let world = World::trade(name, true).await;
    let ada = world.person("ada", "administrator").await;
    (world, ada)
}

pub(super) async fn firm(world: &World, ada: &Context, name: &str) -> Uuid {
    world.create(ada, "firm", json!({ "name": name })).await.unwrap()
}

async fn values(world: &World, ada: &Context, id: Uuid, keys: &[&str]) -> Vec<Json> {
    let record = world.one(ada, "firm", id).await.unwrap();
    keys.iter().map(|key| plain(&record[*key])).collect()
}

/// A number without the zeros that its column has after the point.
pub(super) fn plain(value: &Json) -> Json {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 => json!(number as i64),
        Some(number) => json!(number),
        None => value.clone(),
    }
}

#[tokio::test]
async fn a_record_that_comes_changes_and_goes_is_counted_each_time() {
    let (world, ada) = trade("rollup_steps").await;
    let (a, b) = (firm(&world, &ada, "A").await, firm(&world, &ada, "B").await);
    let keys = ["open_deals", "won", "mean", "first", "best", "partner_amount"];
    let nothing = [json!(0), json!(0), json!(null), json!(null), json!(null), json!(null)];
    assert_eq!(values(&world, &ada, a, &keys).await, nothing);
    let deal = json!({ "name": "d", "firm_id": a, "partner_id": b, "stage": "won", "amount": "10.50", "due": "2026-03-01" });
    let deal = world.create(&ada, "deal", deal).await.unwrap();
    let other = json!({ "name": "e", "firm_id": a, "stage": "new", "amount": 4, "due": "2026-01-15" });
    let other = world.create(&ada, "deal", other).await.unwrap();
    let after = json!([2, 10.5, 7.25, "2026-01-15", 10.5, null]);
    assert_eq!(json!(values(&world, &ada, a, &keys).await), after);
    assert_eq!(values(&world, &ada, b, &["partner_amount"]).await, [json!(10.5)]);
    // Leaving a filter, another value, and the extreme that goes.
    world.update(&ada, "deal", deal, json!({ "stage": "lost" })).await.unwrap();
    assert_eq!(values(&world, &ada, a, &["open_deals", "won"]).await, [json!(1), json!(0)]);
    world.update(&ada, "deal", other, json!({ "amount": 20 })).await.unwrap();
    world.update(&ada, "deal", other, json!({ "amount": 2 })).await.unwrap();
    assert_eq!(values(&world, &ada, a, &["best"]).await, [json!(10.5)]);
    // To another parent, to none, into the bin and back.
    world.update(&ada, "deal", deal, json!({ "firm_id": b })).await.unwrap();
    assert_eq!(values(&world, &ada, a, &["best"]).await, [json!(2)]);
    world.update(&ada, "deal", deal, json!({ "firm_id": null, "partner_id": null })).await.unwrap();
    assert_eq!(values(&world, &ada, b, &keys).await, nothing);
    world.run(&ada, "deal", What::Delete(vec![other])).await.unwrap();
    assert_eq!(values(&world, &ada, a, &keys).await, nothing);
    world.run(&ada, "deal", What::Restore(vec![other])).await.unwrap();
    assert_eq!(values(&world, &ada, a, &["open_deals"]).await, [json!(1)]);
    world.run(&ada, "deal", What::Purge(vec![other])).await.unwrap();
    assert_eq!(values(&world, &ada, a, &keys).await, nothing);
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_parent_that_only_a_rollup_changes_keeps_its_version_and_history() {
    let (world, ada) = trade("rollup_version").await;
    let a = firm(&world, &ada, "A").await;
    let before = world.one(&ada, "firm", a).await.unwrap();
    let deal = world.create(&ada, "deal", json!({ "name": "d", "firm_id": a, "amount": 3 })).await.unwrap();
    world.create(&ada, "line", json!({ "name": "l", "deal_id": deal, "price": 60 })).await.unwrap();
    let now = world.one(&ada, "firm", a).await.unwrap();
    assert_eq!(
        ["open_deals", "worth", "rich_deals"].map(|key| plain(&now[key])),
        [json!(1), json!(60), json!(1)]
    );
    for key in ["version", "updated_at", "updated_by_id"] {
        assert_eq!(now[key], before[key], "{key}");
    }
    assert_eq!(world.history(&ada, "firm", a).await.unwrap().as_array().unwrap().len(), 1);
    assert_eq!(world.one(&ada, "deal", deal).await.unwrap()["version"], 1);
}

/// Totals come without a new version of their record, so a rule that looks at one holds only where the record was locked
/// before it was read.
#[tokio::test]
async fn a_rule_over_a_total_sees_who_was_first() {
    let (world, ada) = trade("rollup_rule").await;
    let rule = json!({ "object": "firm", "when": "ISCHANGED(name) AND open_deals > 0", "message": "It has deals", "field": "name" });
    world.define([(Kind::ValidationRules, "firm.busy", Some(rule))]).await.unwrap();
    let ada = world.again(&ada).await;
    let a = firm(&world, &ada, "A").await;
    // Somebody has counted a deal and not committed yet.
    let mut first = world.engine.pool().begin().await.unwrap();
    let count = "UPDATE t_demo.firm SET open_deals = 1 WHERE id = $1";
    sqlx::query(count).bind(a).execute(&mut *first).await.unwrap();
    let commit = async {
        let waits = "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity s USING (pid) WHERE NOT l.granted AND s.datname = current_database())";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(world.engine.pool()).await.unwrap() {}
        first.commit().await.unwrap();
    };
    let (changed, ()) = tokio::join!(world.update(&ada, "firm", a, json!({ "name": "B" })), commit);
    let found = it::problems(changed.unwrap_err());
    assert_eq!((found[0].path.as_str(), found[0].message.as_str()), ("name", "It has deals"));
}

#[tokio::test]
async fn nobody_writes_a_rollup() {
    let (world, ada) = trade("rollup_read_only").await;
    let record = json!({ "name": "A", "won": 1_000_000 });
    let found = it::problems(world.create(&ada, "firm", record).await.unwrap_err());
    assert_eq!((found[0].path.as_str(), found[0].code.as_str()), ("won", "read-only"));
}

#[tokio::test]
async fn a_total_with_too_many_digits_is_the_writers_problem() {
    let (world, ada) = trade("rollup_overflow").await;
    world
        .put_field("deal", json!({ "name": "amount", "kind": "currency", "precision": 28, "scale": 2 }))
        .await;
    world.drain().await;
    let ada = world.again(&ada).await;
    let a = firm(&world, &ada, "A").await;
    let deal = json!({ "name": "d", "firm_id": a, "amount": "99999999999999999999999999.99" });
    world.create(&ada, "deal", deal.clone()).await.unwrap();
    let found = it::problems(world.create(&ada, "deal", deal).await.unwrap_err());
    assert_eq!(found[0].code, "out-of-range");
    assert_eq!(world.wrong_rollups().await, ["firm.later: 1 of 1"]);
    world.drain().await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_part_of_a_firm_takes_its_values_along() {
    let (world, ada) = trade("rollup_cascade").await;
    let top = firm(&world, &ada, "Top").await;
    let branch = world.create(&ada, "firm", json!({ "name": "Branch", "parent_id": top })).await.unwrap();
    let deal =
        world.create(&ada, "deal", json!({ "name": "d", "firm_id": branch, "partner_id": top, "amount": 9 }));
    let deal = deal.await.unwrap();
    let lines = (1..=4).map(|n| fields(&json!({ "name": "l", "deal_id": deal, "price": n }))).collect();
    let lines = world.run(&ada, "line", What::Create(lines)).await.unwrap().ids;
    assert_eq!(values(&world, &ada, top, &["branch_worth"]).await, [json!(10)]);
    world.run(&ada, "line", What::Delete(lines[..2].to_vec())).await.unwrap();
    assert_eq!(values(&world, &ada, top, &["branch_worth", "partner_amount"]).await, [json!(7), json!(9)]);
    world.run(&ada, "firm", What::Delete(vec![branch])).await.unwrap();
    assert_eq!(values(&world, &ada, top, &["branch_worth", "partner_amount"]).await, [json!(0), json!(null)]);
    world.run(&ada, "firm", What::Restore(vec![branch])).await.unwrap();
    assert_eq!(values(&world, &ada, top, &["branch_worth", "partner_amount"]).await, [json!(7), json!(9)]);
    // The partner goes for good: the deal stays and points to nobody.
    world.run(&ada, "firm", What::Purge(vec![top])).await.unwrap();
    assert_eq!(world.one(&ada, "deal", deal).await.unwrap()["partner_id"], json!(null));
    world.drain().await;
    assert_eq!(world.wrong_rollups().await, Vec::<String>::new());
}
