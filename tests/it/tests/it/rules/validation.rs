//! Validation rules on every way in.

use engine::import::{Format, Source};
use engine::{Consent, Context, ImportJob, Op, Operation, Update, What};
use it::{World, fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::told;

/// Deals with three rules: one at a field, one about what changes, one that reads the account.
async fn world(name: &str) -> World {
    let world = World::with_packages(name).await;
    let rules = [
        (
            "deal.close_date_needed",
            json!({ "object": "deal", "field": "close_date", "message": "A won deal needs its close date",
            "when": "stage = \"won\" AND ISBLANK(close_date)" }),
        ),
        (
            "deal.only_up",
            json!({ "object": "deal", "field": "amount", "message": "The amount only grows",
            "when": "ISCHANGED(amount) AND amount < PRIORVALUE(amount)", "order": 2 }),
        ),
        (
            "deal.no_spam",
            json!({ "object": "deal", "message": "Not with them",
            "when": "account.industry = \"energy\" AND (ISNEW() OR CHANGEDTO(stage, \"won\"))", "order": 1 }),
        ),
        ("deal.asleep", json!({ "object": "deal", "message": "never", "when": "TRUE", "active": false })),
    ];
    let changes = rules.iter().map(|(name, rule)| (Kind::ValidationRules, *name, Some(rule.clone())));
    world.define(changes).await.expect("the rules are good");
    world
}

fn bad() -> Vec<engine::Fields> {
    let records = [
        json!({ "name": "good", "stage": "won", "close_date": "2026-01-01" }),
        json!({ "name": "no date", "stage": "won" }),
        json!({ "name": "good too" }),
        json!({ "name": "no number", "amount": "many", "stage": "won" }),
        json!({ "name": "no date", "stage": "won" }),
    ];
    records.iter().map(fields).collect()
}

#[tokio::test]
async fn every_broken_rule_of_every_record_is_told() {
    let world = world("rules_all").await;
    let ada = world.person("ada", "administrator").await;
    let gas = world.create(&ada, "account", json!({ "name": "Gas", "industry": "energy" })).await.unwrap();
    let found = problems(world.run(&ada, "deal", What::Create(bad())).await.unwrap_err());
    // What cannot be read is told as that, beside the rules that do not read it.
    let expected = [
        "1.close_date broken-rule",
        "3.amount wrong-type",
        "3.close_date broken-rule",
        "4.close_date broken-rule",
    ];
    assert_eq!(told(&found), expected.map(str::to_owned));
    assert_eq!(found[0].message, "A won deal needs its close date");
    let both = json!({ "name": "both", "stage": "won", "account_id": gas });
    let found = problems(world.create(&world.again(&ada).await, "deal", both).await.unwrap_err());
    assert_eq!(told(&found), ["close_date broken-rule", " broken-rule"]);
    assert_eq!(found[1].message, "Not with them");
    let all = engine::Query { object: "deal".into(), ..engine::Query::default() };
    assert_eq!(world.read(&world.again(&ada).await, &all).await.unwrap(), json!([]), "nothing was written");
}

#[tokio::test]
async fn problems_of_fields_and_rules_come_together() {
    let world = world("rules_together").await;
    let ada = world.person("ada", "administrator").await;
    let taken = json!({ "name": "first", "external_id": "E-1", "amount": 5 });
    let id = world.create(&ada, "deal", taken).await.unwrap();
    // A type, an option, a reference, a rule and a value that another record has: one answer tells all of them.
    let wrong = json!({ "name": "second", "stage": "won", "amount": "many", "type": "odd", "colour": 1,
        "account_id": Uuid::nil(), "external_id": "E-1" });
    let found = problems(world.create(&world.again(&ada).await, "deal", wrong).await.unwrap_err());
    let mut all = told(&found);
    all.sort_unstable();
    let expected = [
        "account_id unknown-reference",
        "amount wrong-type",
        "close_date broken-rule",
        "colour unknown-field",
        "external_id duplicate",
        "type unknown-option",
    ];
    assert_eq!(all, expected);
    // A rule that reads what could not be read says nothing: whether the amount grows is not known.
    let wrong = json!({ "amount": "less" });
    let found = problems(world.update(&ada, "deal", id, wrong).await.unwrap_err());
    assert_eq!(told(&found), ["amount wrong-type"]);
}

#[tokio::test]
async fn changes_are_judged_by_what_was_and_what_will_be() {
    let world = world("rules_change").await;
    let ada = world.person("ada", "administrator").await;
    let gas = world.create(&ada, "account", json!({ "name": "Gas", "industry": "energy" })).await.unwrap();
    let deal = |extra: Json| {
        let mut record = json!({ "name": "d", "amount": 100 });
        record.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        record
    };
    let one = world.create(&ada, "deal", deal(json!({}))).await.unwrap();
    let two = world.create(&ada, "deal", deal(json!({ "close_date": "2026-05-01" }))).await.unwrap();
    let change = |id: Uuid, record: Json| Update { id, fields: fields(&record), if_version: None };
    // The stage alone is named; the date that is missing is the stored one.
    let updates =
        vec![change(one, json!({ "stage": "won" })), change(two, json!({ "stage": "won", "amount": 99.99 }))];
    let found = problems(world.run(&ada, "deal", What::Update(updates)).await.unwrap_err());
    assert_eq!(told(&found), ["0.close_date broken-rule", "1.amount broken-rule"]);
    // The same number written in another way has not changed, and a change of the account is seen.
    world.update(&ada, "deal", two, json!({ "amount": "100.00", "account_id": gas })).await.unwrap();
    let found = problems(world.update(&ada, "deal", two, json!({ "stage": "won" })).await.unwrap_err());
    assert_eq!(told(&found), [" broken-rule"]);
    world.update(&ada, "account", gas, json!({ "industry": "retail" })).await.unwrap();
    world.update(&ada, "deal", two, json!({ "stage": "won", "amount": 101 })).await.unwrap();
    // It is won already: nothing changes to won.
    world.update(&ada, "account", gas, json!({ "industry": "energy" })).await.unwrap();
    world.update(&ada, "deal", two, json!({ "stage": "won" })).await.unwrap();
}

#[tokio::test]
async fn upserts_and_batches_obey() {
    let world = world("rules_upsert").await;
    let ada = world.person("ada", "administrator").await;
    world.create(&ada, "deal", json!({ "name": "x", "external_id": "X", "amount": 5 })).await.unwrap();
    let records = [
        json!({ "name": "n", "external_id": "N", "stage": "won" }),
        json!({ "name": "m", "external_id": "M" }),
    ];
    let upsert = |records: &[Json]| What::Upsert {
        by: "external_id".into(),
        records: records.iter().map(fields).collect(),
    };
    let found = problems(world.run(&ada, "deal", upsert(&records)).await.unwrap_err());
    assert_eq!(told(&found), ["0.close_date broken-rule"]);
    let change = [json!({ "external_id": "X", "amount": 4 })];
    assert_eq!(
        told(&problems(world.run(&ada, "deal", upsert(&change)).await.unwrap_err())),
        ["amount broken-rule"]
    );
    let operation = |op, record: &Json| Operation {
        op,
        object: "deal".into(),
        id: None,
        fields: fields(record),
        by: (op == Op::Upsert).then(|| "external_id".into()),
        if_version: None,
        reference: None,
        transition: None,
    };
    let operations = vec![
        operation(Op::Create, &json!({ "name": "fine" })),
        operation(Op::Create, &records[0]),
        operation(Op::Upsert, &change[0]),
    ];
    let batch = world.engine.batch(&world.again(&ada).await, None, operations).await;
    let found = problems(batch.unwrap_err());
    assert_eq!(
        told(&found),
        ["operations.1.data.close_date broken-rule", "operations.2.data.amount broken-rule"]
    );
}

#[tokio::test]
async fn rows_of_a_file_obey_each_for_itself() {
    let world = world("rules_import").await;
    let ada = world.person("ada", "administrator").await;
    let text = "name,stage,close_date,external_id,amount\nA,won,,A,1\nB,won,2026-01-01,B,1\nC,new,,C,1\n";
    let job = |text: &str, dry_run| ImportJob {
        object: "deal".into(),
        source: Source::Bytes(text.as_bytes().to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: Some("external_id".into()),
        dry_run,
    };
    for dry_run in [true, false] {
        let import = world.engine.run_import(&world.again(&ada).await, job(text, dry_run)).await.unwrap();
        assert_eq!((import.created, import.updated, import.rejected), (2, 0, 1));
        let rejects = world.engine.import_rejects(&ada, import.id).await.unwrap().all().await.unwrap();
        let rejects = String::from_utf8(rejects).unwrap();
        assert!(rejects.contains("A,won,,A,1,2,close_date: A won deal needs its close date"), "{rejects}");
    }
    let text = "external_id,amount,stage\nB,0.5,won\nC,2,won\n";
    let import = world.engine.run_import(&world.again(&ada).await, job(text, false)).await.unwrap();
    assert_eq!((import.created, import.updated, import.rejected), (0, 0, 2));
}

#[tokio::test]
async fn warnings_let_through_who_confirms() {
    let world = World::with_packages("rules_warn").await;
    let warning = json!({ "object": "deal", "field": "amount", "message": "That is a lot", "severity": "warning", "when": "amount > 1000" });
    let failing = json!({ "object": "deal", "message": "odd", "when": "1 / amount > 5" });
    let rules = [("deal.large", warning), ("deal.odd", failing)];
    world.define(rules.map(|(name, rule)| (Kind::ValidationRules, name, Some(rule)))).await.unwrap();
    let ada = world.person("ada", "administrator").await;
    let records = || {
        What::Create(vec![
            fields(&json!({ "name": "a", "amount": 5 })),
            fields(&json!({ "name": "b", "amount": 5000 })),
        ])
    };
    let found = problems(world.run(&ada, "deal", records()).await.unwrap_err());
    assert_eq!(told(&found), ["1.amount warning"]);
    assert!(found[0].hint.as_deref().unwrap().contains("confirm_warnings"));
    let sure = Context { consent: Consent { warnings: true, ..Consent::default() }, ..ada.clone() };
    let written = world.run(&sure, "deal", records()).await.unwrap();
    assert_eq!(told(&written.warnings), ["1.amount warning"]);
    let written = world.update(&sure, "deal", written.ids[1], json!({ "amount": 6000 })).await.unwrap();
    assert_eq!(told(&written.warnings), ["amount warning"]);
    // A condition that has no value refuses, and says which rule it was. A blank amount is no zero here.
    let found = problems(world.create(&sure, "deal", json!({ "name": "c", "amount": 0 })).await.unwrap_err());
    assert_eq!(told(&found), [" rule-failed"]);
    assert!(found[0].message.contains("deal.odd"), "{found:?}");
}

#[tokio::test]
async fn records_of_one_command_are_seen_by_each_other() {
    let world = World::zoo("rules_siblings").await;
    let rule = json!({ "object": "keeper", "field": "boss", "message": "A boss has the higher rank", "when": "rank >= boss.rank" });
    world.define([(Kind::ValidationRules, "keeper.order", Some(rule))]).await.unwrap();
    let system = world.system().await;
    let [a, b, c] = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    let operation = |reference: &str, record: Json| Operation {
        op: Op::Create,
        object: "keeper".into(),
        id: None,
        fields: fields(&record),
        by: None,
        if_version: None,
        reference: Some(reference.into()),
        transition: None,
    };
    let herd = |rank| {
        vec![
            operation("a", json!({ "name": "a", "rank": 9 })),
            operation("b", json!({ "name": "b", "rank": 5, "boss_id": "@a.id" })),
            operation("c", json!({ "name": "c", "rank": rank, "boss_id": "@b.id" })),
        ]
    };
    let found = problems(world.engine.batch(&system, None, herd(5)).await.unwrap_err());
    assert_eq!(told(&found), ["operations.2.data.boss_id broken-rule"]);
    let written = world.engine.batch(&system, None, herd(4)).await.unwrap();
    let ids: Vec<Uuid> = written.iter().map(|one| one.ids[0]).collect();
    assert!(![a, b, c].contains(&ids[0]));
    // Both change at once: what counts is what both will be.
    let change =
        |id: Uuid, rank: i64| Update { id, fields: fields(&json!({ "rank": rank })), if_version: None };
    let swap = vec![change(ids[1], 3), change(ids[2], 2)];
    world.run(&system, "keeper", What::Update(swap)).await.unwrap();
    let wrong = vec![change(ids[1], 2), change(ids[2], 2)];
    let found = problems(world.run(&system, "keeper", What::Update(wrong)).await.unwrap_err());
    assert_eq!(told(&found), ["1.boss_id broken-rule"]);
}

#[tokio::test]
async fn definitions_that_mean_nothing_are_refused_whole() {
    let world = World::with_packages("rules_bad").await;
    let rule = |when: &str| json!({ "object": "deal", "message": "x", "when": when });
    let deep = "(".repeat(7000);
    let bad = [
        ("deal.a", rule("amont > 1 AND stage = \"wno\"")),
        ("deal.b", rule("amount")),
        ("deal.c", json!({ "object": "deal", "message": "x", "when": "TRUE", "field": "closing" })),
        ("deal.d", json!({ "object": "dael", "message": "x", "when": "TRUE" })),
        ("deal.e", json!({ "object": "deal", "message": "", "when": "TRUE", "wehn": 1 })),
        ("deal.f", rule(&deep)),
        ("deal.g", rule("\u{0}")),
        ("lead.h", rule("TRUE")),
    ];
    let found = problems(
        world.define(bad.map(|(name, rule)| (Kind::ValidationRules, name, Some(rule)))).await.unwrap_err(),
    );
    for start in ["a.when", "b.when", "c.field", "d", "e.message", "e.wehn", "f.when", "g.when"] {
        let path = format!("validation-rules.deal.{start}");
        assert!(found.iter().any(|problem| problem.path.starts_with(&path)), "{path} in {found:?}");
    }
    assert!(
        found.iter().filter(|problem| problem.path == "validation-rules.deal.a.when").count() > 1,
        "{found:?}"
    );
    assert!(found.iter().any(|problem| problem.path.starts_with("validation-rules.lead.h")));
}
