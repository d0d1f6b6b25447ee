//! Records through the engine: what goes in comes out, and who may see it.

use engine::filter::Filter;
use engine::{Nested, Query, Selection, SortKey};
use it::World;
use serde_json::json;

fn query(object: &str) -> Query {
    Query { object: object.into(), ..Query::default() }
}

#[tokio::test]
async fn what_goes_in_comes_out() {
    let world = World::with_packages("in_out").await;
    let ada = world.person("ada", "administrator").await;
    let account = world
        .create(&ada, "account", json!({ "name": "Tidewater", "annual_revenue": "1200000.50" }))
        .await
        .unwrap();
    let deal = json!({ "name": "Array", "account_id": account, "amount": 12.5, "stage": "proposal", "close_date": "2026-12-24", "pipeline_id": null });
    world.create(&ada, "deal", deal).await.unwrap();
    let mut question = query("deal");
    question.fields = vec![
        Selection::Field("amount".into()),
        Selection::Field("close_date".into()),
        Selection::Field("account".into()),
    ];
    question.filter = Some(
        Filter::from_json(&json!({ "account.name": { "contains": "tide" }, "amount": { "gte": 12 } }))
            .unwrap(),
    );
    question.sort = vec![SortKey { path: "account.name".into(), descending: true }];
    question.include_total = true;
    let answer = world.read(&ada, &question).await.unwrap();
    assert_eq!(answer[0]["amount"].to_string(), "12.5");
    assert_eq!(answer[0]["close_date"], "2026-12-24");
    assert_eq!(answer[0]["account"]["name"], "Tidewater");
    let mut accounts = query("account");
    accounts.fields = vec![Selection::Nested(Nested {
        relation: "deals".into(),
        alias: None,
        fields: vec![Selection::Field("name".into()), Selection::Field("created_at".into())],
        sort: vec![],
        limit: None,
        filter: None,
    })];
    let answer = world.read(&ada, &accounts).await.unwrap();
    assert_eq!(answer[0]["deals"][0]["name"], "Array");
}

#[tokio::test]
async fn where_speaks_the_formula_language() {
    let world = World::with_packages("where").await;
    let ada = world.person("ada", "administrator").await;
    for (name, amount, stage) in [("a", 500, "new"), ("b", 1500, "proposal"), ("c", 2500, "won")] {
        let deal = json!({ "name": name, "amount": amount, "stage": stage });
        world.create(&ada, "deal", deal).await.unwrap();
    }
    let asked = |text: &str| Query { filter: Some(Filter::Formula(text.into())), ..query("deal") };
    let answer =
        world.read(&ada, &asked("amount / 2 > 300 AND (stage = 'proposal' OR CONTAINS(name, 'zzz'))")).await;
    assert_eq!(answer.unwrap()[0]["name"], "b");
    let answer = world.read(&ada, &asked("amount > 1000 AND NOT stage IN ['won']")).await;
    assert_eq!(answer.unwrap().as_array().unwrap().len(), 1);
    let problems = match world.read(&ada, &asked("amont > 1000 AND stage = 'prposal'")).await {
        Err(engine::Error::Invalid(problems)) => problems,
        other => panic!("{other:?}"),
    };
    assert_eq!(problems.len(), 2, "{problems:?}");
}

/// Fields may have the names that statements use inside.
#[tokio::test]
async fn no_field_name_stands_in_the_way() {
    let world = World::new("names").await;
    let system = world.system().await;
    let names =
        ["x", "t", "s", "p", "g", "r0", "c0", "k0", "n", "image", "only", "select", "w", "b", "before"];
    let fields: Vec<_> = names.iter().map(|name| json!({ "name": name, "kind": "integer" })).collect();
    let mut definition = json!({ "name": "odd", "plural": "odds", "fields": fields });
    definition["fields"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "up", "kind": "lookup", "to": "odd", "inverse": "downs" }));
    let change =
        metadata::Change { kind: metadata::Kind::Objects, name: "odd".into(), definition: Some(definition) };
    world.engine.apply(&system, engine::Apply { changes: vec![change], ..Default::default() }).await.unwrap();
    let system = world.system().await;
    let values = |extra: serde_json::Value| {
        let mut record = json!(
            names
                .iter()
                .map(|name| (name.to_string(), json!(7)))
                .collect::<std::collections::BTreeMap<_, _>>()
        );
        record["name"] = "odd".into();
        record["up_id"] = extra;
        record
    };
    let top = world.create(&system, "odd", values(json!(null))).await.unwrap();
    let below = world.create(&system, "odd", values(json!(top))).await.unwrap();
    let mut question = query("odd");
    question.fields =
        vec![Selection::Field("*".into()), Selection::Field("up".into()), Selection::Field("downs".into())];
    question.sort = vec![SortKey { path: "x".into(), descending: true }];
    question.include_total = true;
    let answer = world.read(&system, &question).await.unwrap();
    assert_eq!(answer[0]["up"]["name"], "odd");
    assert_eq!(answer[1]["downs"][0]["id"], json!(below));
    let update = engine::Update {
        id: below,
        fields: it::fields(&json!({ "x": 8, "t": 9, "before": 1 })),
        if_version: None,
    };
    let command = engine::Command { object: "odd".into(), what: engine::What::Update(vec![update]) };
    world.engine.write(&system, command).await.unwrap();
    let command = engine::Command { object: "odd".into(), what: engine::What::Purge(vec![below]) };
    world.engine.write(&system, command).await.unwrap();
}
