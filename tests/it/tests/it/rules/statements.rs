//! The number of SQL statements of a save follows from what the object obeys, not from how many records there are.

use engine::{Command, Context, Op, Operation, Update, What, Written};
use it::statements::counted;
use it::{World, fields};
use metadata::Kind;
use serde_json::json;
use uuid::Uuid;

/// Deals with rules, one of which reads their account, conditions, a process, roll-ups above them, and an account.
async fn world() -> (World, Context, Uuid) {
    let world = World::with_packages("rules_statements").await;
    let rule = |when: &str| Some(json!({ "object": "deal", "message": "no", "when": when }));
    let required = json!({ "object": "deal", "field": "loss_reason", "required": "stage = \"lost\"" });
    world
        .define([
            (Kind::ValidationRules, "deal.grows", rule("amount < PRIORVALUE(amount)")),
            (Kind::ValidationRules, "deal.fits", rule("account.industry = \"energy\" AND amount > 5000")),
            (Kind::FieldConditions, "deal.loss_reason", Some(required)),
        ])
        .await
        .unwrap();
    let ada = world.person("ada", "administrator").await;
    let acme = world.create(&world.again(&ada).await, "account", json!({ "name": "Acme" })).await.unwrap();
    (world, ada, acme)
}

async fn run(world: &World, ada: &Context, what: What) -> (Written, usize) {
    let context = world.again(ada).await;
    let (written, count) =
        counted(world.engine.write(&context, Command { object: "deal".into(), what })).await;
    (written.unwrap(), count)
}

async fn batch(world: &World, ada: &Context, operations: Vec<Operation>) -> (Vec<Written>, usize) {
    let context = world.again(ada).await;
    let (written, count) = counted(world.engine.batch(&context, None, operations)).await;
    (written.unwrap(), count)
}

fn record(acme: Uuid, prefix: &str, n: usize, amount: usize) -> engine::Fields {
    let id = format!("{prefix}-{n}");
    fields(&json!({ "name": id, "external_id": id, "amount": amount, "account_id": acme }))
}

fn operation(op: Op, fields: engine::Fields) -> Operation {
    Operation {
        object: "deal".into(),
        op,
        id: None,
        fields,
        by: None,
        if_version: None,
        reference: None,
        transition: None,
    }
}

/// Statements of each kind of save with so many records, in a fixed order.
async fn statements((world, ada, acme): (&World, &Context, Uuid), size: usize) -> Vec<(&'static str, usize)> {
    let word = format!("w{size}");
    let records =
        |prefix: &str, amount: usize| (0..size).map(|n| record(acme, prefix, n, amount)).collect::<Vec<_>>();
    let mut counts = Vec::new();
    let (created, count) = run(world, ada, What::Create(records(&word, 10))).await;
    counts.push(("create", count));
    let update = |id: &Uuid| Update { id: *id, fields: fields(&json!({ "amount": 20 })), if_version: None };
    let updates = created.ids.iter().map(update).collect();
    counts.push(("update", run(world, ada, What::Update(updates)).await.1));
    // Half of them are there, half are new.
    let mixed: Vec<engine::Fields> =
        (size / 2..size + size / 2).map(|n| record(acme, &word, n, 30)).collect();
    let by = "external_id".to_owned();
    counts.push(("upsert", run(world, ada, What::Upsert { by, records: mixed }).await.1));
    let made = records(&format!("{word}b"), 10).into_iter().map(|one| operation(Op::Create, one)).collect();
    counts.push(("batch of creates", batch(world, ada, made).await.1));
    let again = |n: usize| operation(Op::Upsert, record(acme, &format!("{word}b"), n, 40));
    let upserts: Vec<Operation> = (size / 2..size + size / 2).map(again).collect();
    let (written, count) = batch(world, ada, upserts).await;
    assert_eq!(written.iter().filter(|one| !one.created.is_empty()).count(), size / 2);
    counts.push(("batch of upserts", count));
    counts.push(("delete", run(world, ada, What::Delete(created.ids.clone())).await.1));
    counts.push(("restore", run(world, ada, What::Restore(created.ids)).await.1));
    counts
}

#[tokio::test]
async fn a_thousand_records_take_as_many_statements_as_ten() {
    let (world, ada, acme) = world().await;
    let few = statements((&world, &ada, acme), 10).await;
    let many = statements((&world, &ada, acme), 1_000).await;
    assert!(few.iter().all(|(_, count)| *count > 3), "nothing was counted: {few:?}");
    assert_eq!(few, many);
    println!("{few:?}");
}

/// Saves of one record by somebody whom nothing holds back, and what it takes.
#[tokio::test]
async fn one_record_is_saved_in_one_statement() {
    let world = World::with_packages("statements_alone").await;
    let ada = world.person("ada", "administrator").await;
    let acme = world.create(&world.again(&ada).await, "account", json!({ "name": "Acme" })).await.unwrap();
    let deal = json!({ "name": "One", "account_id": acme, "amount": 100, "stage": "qualified" });
    let (created, count) = run(&world, &ada, What::Create(vec![fields(&deal)])).await;
    assert_eq!(count, 1, "create: row, stream, state, totals, answer");
    let answer = String::from_utf8(created.answer.unwrap().json).unwrap();
    assert!(answer.contains("\"amount\":\"100\"") || answer.contains("\"amount\":100"), "{answer}");
    let change = |fields: serde_json::Value| {
        What::Update(vec![Update { id: created.ids[0], fields: it::fields(&fields), if_version: None }])
    };
    let (changed, count) = run(&world, &ada, change(json!({ "amount": 250, "stage": "proposal" }))).await;
    // A deal has a total of its tasks, and rules that may look at it: its row is locked before it is judged.
    assert_eq!(count, 4, "update: begin, what is there, the rest in one, commit");
    assert_eq!(changed.versions, [2]);
    let totals = "SELECT open_deals::bigint, open_amount::text FROM t_demo.account WHERE id = $1";
    let totals: (i64, String) =
        sqlx::query_as(totals).bind(acme).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(totals, (1, "250.00".to_owned()));
    let left = "SELECT (SELECT count(*) FROM t_demo._audit_tail WHERE record_id = $1), (SELECT count(*) FROM t_demo._states WHERE record_id = $1)";
    let left: (i64, i64) =
        sqlx::query_as(left).bind(created.ids[0]).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(left, (2, 2));
}

/// What one statement cannot do is done in a transaction, and tells everything that is wrong.
#[tokio::test]
async fn what_does_not_hold_when_it_is_saved_is_told_and_leaves_nothing() {
    let world = World::with_packages("statements_undone").await;
    let ada = world.person("ada", "administrator").await;
    let context = world.again(&ada).await;
    let acme = world.create(&context, "account", json!({ "name": "Acme" })).await.unwrap();
    let gone = world.create(&context, "account", json!({ "name": "Gone" })).await.unwrap();
    let delete = Command { object: "account".into(), what: What::Delete(vec![gone]) };
    world.engine.write(&context, delete).await.unwrap();
    for account in [gone, Uuid::now_v7()] {
        let deal = json!({ "name": "One", "account_id": account });
        let refused = world.create(&context, "deal", deal).await.unwrap_err();
        assert!(format!("{refused:?}").contains("unknown-reference"), "{refused:?}");
    }
    let twice = json!({ "name": "One", "account_id": acme, "external_id": "same" });
    let one = world.create(&context, "deal", twice.clone()).await.unwrap();
    let refused = world.create(&context, "deal", twice).await.unwrap_err();
    assert!(format!("{refused:?}").contains("duplicate"), "{refused:?}");
    let update = Update { id: one, fields: fields(&json!({ "account_id": gone })), if_version: None };
    let command = Command { object: "deal".into(), what: What::Update(vec![update]) };
    let refused = world.engine.write(&context, command).await.unwrap_err();
    assert!(format!("{refused:?}").contains("unknown-reference"), "{refused:?}");
    // Metadata that came meanwhile is found out before anything is written.
    world.define([(Kind::Fields, "deal.extra", Some(json!({ "kind": "text" })))]).await.unwrap();
    let refused = world.create(&context, "deal", json!({ "name": "Late" })).await.unwrap_err();
    assert!(matches!(refused, engine::Error::Outdated(_)), "{refused:?}");
    let count = "SELECT (SELECT count(*) FROM t_demo.deal), (SELECT count(*) FROM t_demo._audit_tail a JOIN t_demo.deal d ON d.id = a.record_id)";
    let count: (i64, i64) = sqlx::query_as(count).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(count, (1, 1));
}
