//! Conditional fields: shown, required, read-only, on every way in.

use engine::{Context, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::told;

async fn world(name: &str) -> (World, Context) {
    let world = World::with_packages(name).await;
    let conditions = [
        (
            "deal.loss_reason",
            json!({ "object": "deal", "field": "loss_reason", "visible": "stage = \"lost\"",
            "required": "stage = \"lost\"", "when_hidden": "clear" }),
        ),
        ("deal.next_step", json!({ "object": "deal", "field": "next_step", "visible": "stage <> \"lost\"" })),
        (
            "deal.amount",
            json!({ "object": "deal", "field": "amount", "read_only": "PRIORVALUE(stage) = \"won\"" }),
        ),
        (
            "deal.campaign",
            json!({ "object": "deal", "field": "campaign", "required": "TRUE", "enforce": "layout" }),
        ),
    ];
    let conditions = conditions.map(|(name, one)| (Kind::FieldConditions, name, Some(one)));
    world.define(conditions).await.expect("the conditions are good");
    let ada = world.person("ada", "administrator").await;
    (world, ada)
}

async fn show(world: &World, ada: &Context, id: Uuid) -> [Json; 3] {
    let deal = world.one(ada, "deal", id).await.unwrap();
    ["loss_reason", "next_step", "amount"].map(|key| deal[key].clone())
}

#[tokio::test]
async fn what_is_hidden_counts_for_nothing() {
    let (world, ada) = world("cond_hidden").await;
    let record =
        json!({ "name": "d", "stage": "new", "loss_reason": "price", "next_step": "Call", "amount": 5 });
    let id = world.create(&ada, "deal", record).await.unwrap();
    assert_eq!(show(&world, &ada, id).await, [json!(null), json!("Call"), json!(5.0)]);
    // Hidden now: what is sent is not looked at, and the stored value stays.
    let lost = json!({ "stage": "lost", "loss_reason": "price", "next_step": "Never" });
    world.update(&ada, "deal", id, lost).await.unwrap();
    assert_eq!(show(&world, &ada, id).await, [json!("price"), json!("Call"), json!(5.0)]);
    // Hidden again: the other is cleared, although nobody names it.
    world.update(&ada, "deal", id, json!({ "stage": "new" })).await.unwrap();
    assert_eq!(show(&world, &ada, id).await, [json!(null), json!("Call"), json!(5.0)]);
}

#[tokio::test]
async fn what_is_required_or_read_only_is_held() {
    let (world, ada) = world("cond_held").await;
    let records = [
        json!({ "name": "a", "stage": "lost" }),
        json!({ "name": "b" }),
        json!({ "name": "c", "contract_months": 12 }),
    ];
    let create = What::Create(records.iter().map(fields).collect());
    let found = problems(world.run(&ada, "deal", create).await.unwrap_err());
    assert_eq!(told(&found), ["0.loss_reason required"]);
    // A condition without a value is the strict one.
    world
        .define([(
            Kind::FieldConditions,
            "deal.odd",
            Some(json!({ "object": "deal", "field": "external_id", "required": "1 / amount > 5" })),
        )])
        .await
        .unwrap();
    let found = problems(
        world
            .create(&world.again(&ada).await, "deal", json!({ "name": "z", "amount": 0 }))
            .await
            .unwrap_err(),
    );
    assert_eq!(told(&found), ["external_id required"]);
    let id = world
        .create(&world.again(&ada).await, "deal", json!({ "name": "d", "amount": 5, "stage": "won" }))
        .await
        .unwrap();
    let found = problems(world.update(&ada, "deal", id, json!({ "amount": 6 })).await.unwrap_err());
    assert_eq!(told(&found), ["amount read-only"]);
    world.update(&ada, "deal", id, json!({ "amount": "5.00", "name": "same" })).await.unwrap();
    world.update(&ada, "deal", id, json!({ "stage": "new" })).await.unwrap();
    world.update(&ada, "deal", id, json!({ "amount": 6 })).await.unwrap();
}

#[tokio::test]
async fn conditions_that_mean_nothing_are_refused() {
    let world = World::with_packages("cond_bad").await;
    let bad = [
        ("deal.a", json!({ "object": "deal", "field": "stagee", "visible": "TRUE" })),
        ("deal.b", json!({ "object": "deal", "field": "stage" })),
        ("deal.c", json!({ "object": "deal", "field": "created_at", "visible": "amount" })),
        ("deal.d", json!({ "object": "deal", "field": "stage", "visible": "FALSE", "when_hidden": "clear" })),
        ("deal.e", json!({ "object": "deal", "field": "amount", "visible": "TRUE", "when_hidden": "burn" })),
    ];
    let bad = bad.map(|(name, one)| (Kind::FieldConditions, name, Some(one)));
    let found = problems(world.define(bad).await.unwrap_err());
    for start in ["a.field", "b", "c.visible", "c.field", "d.field", "e.when_hidden"] {
        let path = format!("field-conditions.deal.{start}");
        assert!(found.iter().any(|problem| problem.path == path), "{path} in {found:?}");
    }
}
