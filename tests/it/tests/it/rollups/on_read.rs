//! Roll-ups that are computed when they are read: sorted, filtered, judged by rules and never stored; and what would
//! need a value that is not there is refused.

use engine::{Filter, Operator, Query, SortKey, What};
use it::{fields, problems};
use metadata::Kind;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

#[tokio::test]
async fn it_is_sorted_filtered_and_judged_like_what_is_stored() {
    let (world, ada) = super::trade("rollup_on_read").await;
    let firms = (0..3).map(|n| fields(&json!({ "name": format!("f{n}") }))).collect();
    let firms = world.run(&ada, "firm", What::Create(firms)).await.unwrap().ids;
    let deal = |firm: usize, stage: &str, due: &str, amount: i64| {
        fields(&json!({ "name": "d", "firm_id": firms[firm], "stage": stage, "due": due, "amount": amount }))
    };
    let deals = vec![
        deal(0, "new", "2026-03-01", 5),
        deal(0, "new", "2026-01-01", 50),
        deal(1, "new", "2026-01-01", 7),
        deal(1, "won", "2026-02-01", 8),
    ];
    world.run(&ada, "deal", What::Create(deals)).await.unwrap();
    let query = Query {
        object: "firm".into(),
        sort: vec![
            SortKey { path: "stages".into(), descending: true },
            SortKey { path: "name".into(), descending: false },
        ],
        filter: Some(Filter::Field { path: "stages".into(), operator: Operator::Gte, value: json!(1) }),
        ..Query::default()
    };
    let told = world.read(&world.again(&ada).await, &query).await.unwrap();
    let told: Vec<String> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|f| format!("{} {} {}", f["name"], super::plain(&f["first_amount"]), f["last_stage"]))
        .collect();
    assert_eq!(told, ["\"f1\" 7 \"won\"", "\"f0\" 50 \"new\""]);
    let text = "last_stage = \"won\" AND first_amount < 10";
    let query =
        Query { object: "firm".into(), filter: Some(Filter::Formula(text.into())), ..Query::default() };
    assert_eq!(world.read(&world.again(&ada).await, &query).await.unwrap().as_array().unwrap().len(), 1);
    // Rules of the firm itself, and of records that point to it.
    let own = json!({ "object": "firm", "when": "stages > 1", "message": "No" });
    let other = json!({ "object": "deal", "when": "firm.stages > 1", "message": "No" });
    world
        .define([
            (Kind::ValidationRules, "firm.own", Some(own)),
            (Kind::ValidationRules, "deal.other", Some(other)),
        ])
        .await
        .unwrap();
    let ada = world.again(&ada).await;
    assert!(world.update(&ada, "firm", firms[1], json!({ "name": "x" })).await.is_err());
    world.update(&ada, "firm", firms[0], json!({ "name": "x" })).await.unwrap();
    let found =
        problems(world.create(&ada, "deal", json!({ "name": "d", "firm_id": firms[1] })).await.unwrap_err());
    assert_eq!(found[0].code, "broken-rule");
    // Nothing is kept anywhere, and nobody waits for a parent.
    let text = "SELECT count(*) FROM t_demo.firm WHERE num_nonnulls(stages, first_amount, last_stage, partners, read_won, read_mean, read_branches) > 0";
    let kept: i64 = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(kept, 0);
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn a_mode_may_change_and_change_back() {
    let (world, ada) = super::trade("rollup_modes").await;
    let firm = super::firm(&world, &ada, "f").await;
    world
        .create(&ada, "deal", json!({ "name": "d", "firm_id": firm, "amount": 3, "stage": "won" }))
        .await
        .unwrap();
    let read =
        async || super::plain(&world.one(&world.again(&ada).await, "firm", firm).await.unwrap()["won"]);
    for mode in ["on_read", "deferred", "on_read", "immediate"] {
        let field = json!({ "name": "won", "kind": "rollup", "of": "deals", "function": "sum", "field": "amount", "where": "stage = \"won\"", "mode": mode });
        let spare = if mode == "on_read" {
            // What is kept of it goes first.
            json!({ "name": "x", "kind": "text" })
        } else {
            json!({ "name": "y", "kind": "text" })
        };
        world.put_field("firm", spare).await;
        world.put_field("firm", field).await;
        assert_eq!(read().await, json!(3), "{mode}");
        let other = json!({ "name": "d", "firm_id": firm, "amount": 3, "stage": "lost" });
        world.create(&world.again(&ada).await, "deal", other).await.unwrap();
        world.drain().await;
        assert_eq!(read().await, json!(3), "{mode}");
    }
    assert!(world.engine.check_rollups(&world.tenant, false).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_would_need_a_stored_value_is_refused() {
    let (world, _) = super::trade("rollup_unkept").await;
    let put = async |name: &str, rest: Json| {
        let mut field = json!({ "kind": "rollup", "of": "deals" });
        field.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        let field = if rest.get("kind").is_some() { rest } else { field };
        let outcome = world.define([(Kind::Fields, &*format!("firm.{name}"), Some(field))]).await;
        let Err(error) = outcome else { return vec![format!("{name} is good")] };
        problems(error)
            .iter()
            .map(|one| format!("{} {}", one.path.rsplit('.').next().unwrap(), one.code))
            .collect::<Vec<_>>()
    };
    let last = |rest: Json| {
        let mut all = json!({ "function": "last", "field": "amount" });
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        all
    };
    assert_eq!(put("a", last(json!({ "mode": "immediate" }))).await, ["mode not-allowed"]);
    assert_eq!(put("a", last(json!({ "mode": "deferred" }))).await, ["mode not-allowed"]);
    assert_eq!(put("a", last(json!({ "indexed": true }))).await, ["indexed not-allowed"]);
    assert_eq!(put("a", last(json!({ "by": "stage" }))).await, ["by unknown-field"]);
    assert_eq!(put("a", json!({ "function": "count", "by": "due" })).await, ["by not-allowed"]);
    assert_eq!(put("a", json!({ "function": "count_distinct" })).await, ["field missing"]);
    assert_eq!(put("a", json!({ "function": "first", "field": "firm" })).await, ["field wrong-kind"]);
    let over = json!({ "kind": "rollup", "of": "branches", "function": "sum", "field": "read_won" });
    assert_eq!(put("b", over).await, ["mode not-stored"]);
    let over = json!({ "kind": "rollup", "of": "branches", "function": "count", "where": "stages > 1" });
    assert_eq!(put("b", over).await, ["mode not-stored"]);
    let formula = json!({ "kind": "formula", "formula": "stages + 1", "indexed": true });
    assert_eq!(put("c", formula).await, ["indexed not-allowed"]);
}
