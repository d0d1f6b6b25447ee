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
async fn options_are_those_that_conditions_leave() {
    let world = World::with_packages("cond_options").await;
    let limits = json!([
        { "when": "amount < 1000", "allow": ["price", "timing", "no_budget"] },
        { "when": "account.industry = \"retail\"", "allow": ["price", "competitor"] },
        { "when": "1 / (amount - 7777) > 5", "allow": ["price"] },
    ]);
    let mut condition = json!({ "object": "deal", "field": "loss_reason", "options_when": limits });
    let name = "deal.loss_reason";
    world.define([(Kind::FieldConditions, name, Some(condition.clone()))]).await.unwrap();
    let ada = world.person("ada", "administrator").await;
    let shop = world.create(&ada, "account", json!({ "name": "Shop", "industry": "retail" })).await.unwrap();
    let lost = |reason: &str| json!({ "name": "d", "loss_reason": reason, "amount": 5000 });
    let with = |mut deal: Json, key: &str, value: Json| {
        deal[key] = value;
        fields(&deal)
    };
    let records = vec![
        with(lost("competitor"), "amount", json!(5000)),
        with(lost("competitor"), "amount", json!(5)),
        with(lost("timing"), "amount", json!(5)),
        with(lost("timing"), "account_id", json!(shop)),
        with(lost("timing"), "amount", json!(7777)),
        with(lost("price"), "amount", json!(7777)),
    ];
    let found = problems(world.run(&ada, "deal", What::Create(records)).await.unwrap_err());
    let wrong = |n: usize| format!("{n}.loss_reason option-not-offered");
    assert_eq!(told(&found), [wrong(1), wrong(3), wrong(4)], "a condition without a value limits");
    assert_eq!(found[0].hint.as_deref(), Some("offered are price, timing, no_budget"));
    let id = world.create(&ada, "deal", lost("competitor")).await.unwrap();
    // What the condition reads changes, so that what is stored does not fit any more.
    let found = problems(world.update(&ada, "deal", id, json!({ "amount": 5 })).await.unwrap_err());
    assert_eq!(told(&found), ["loss_reason option-not-offered"]);
    world.update(&ada, "deal", id, json!({ "amount": 5, "loss_reason": "price" })).await.unwrap();
    world.update(&ada, "deal", id, json!({ "amount": 5000, "loss_reason": "competitor" })).await.unwrap();
    // A limit that grows stricter leaves what is there alone, until it is touched.
    condition["options_when"][0]["when"] = json!("amount < 9000");
    world.define([(Kind::FieldConditions, name, Some(condition.clone()))]).await.unwrap();
    world
        .update(&ada, "deal", id, json!({ "name": "e", "amount": 5001, "loss_reason": "competitor" }))
        .await
        .unwrap();
    let found =
        problems(world.update(&ada, "deal", id, json!({ "loss_reason": "other" })).await.unwrap_err());
    assert_eq!(told(&found), ["loss_reason option-not-offered"]);
    // Options and fields that are not there are told.
    condition["options_when"][0] = json!({ "when": "amont < 1", "allow": ["prise"] });
    let on_text =
        json!({ "object": "deal", "field": "next_step", "options_when": [{ "when": "TRUE", "allow": [] }] });
    let bad =
        [(Kind::FieldConditions, name, Some(condition)), (Kind::FieldConditions, "deal.text", Some(on_text))];
    let found = problems(world.define(bad).await.unwrap_err());
    let expected = [
        "field-conditions.deal.loss_reason.options_when.0.when F030",
        "field-conditions.deal.loss_reason.options_when.0.allow.0 unknown-option",
        "field-conditions.deal.text.options_when wrong-kind",
    ];
    assert_eq!(told(&found), expected);
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
