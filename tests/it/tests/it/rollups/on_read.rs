//! Roll-ups that are computed when they are read: sorted, filtered, judged by rules and never stored; and what would
//! need a value that is not there is refused.

use engine::{Context, Filter, Operator, Query, SortKey, What};
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
    // What changes with time is computed when it is read, or not at all.
    let late = |rest: Json| {
        let mut all = json!({ "function": "count", "where": "due < TODAY()" });
        all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        all
    };
    assert_eq!(put("late", late(json!({ "mode": "immediate" }))).await, ["where not-stored"]);
    assert_eq!(put("late", late(json!({ "mode": "deferred" }))).await, ["where not-stored"]);
    assert_eq!(put("late", late(json!({ "indexed": true }))).await, ["indexed not-allowed"]);
    assert_eq!(put("late", late(json!({ "where": "owner_id = $User.id" }))).await, ["where not-stored"]);
    assert_eq!(put("late", late(json!({ "where": "HASROLE(\"clerk\")" }))).await, ["where not-stored"]);
    assert_eq!(put("late", late(json!({ "where": "partner.name = \"x\"" }))).await, ["where not-stored"]);
    let long = json!({ "where": "TEXT(due, \"yyyy\") = \"2026\"", "mode": "immediate" });
    assert_eq!(put("late", late(long)).await, ["where not-stored"]);
    assert_eq!(put("late", late(json!({}))).await, ["late is good"]);
    let over = json!({ "kind": "rollup", "of": "branches", "function": "sum", "field": "late" });
    assert_eq!(put("b", over).await, ["mode not-stored"]);
    let formula = json!({ "kind": "formula", "formula": "late + 1", "indexed": true });
    assert_eq!(put("c", formula).await, ["indexed not-allowed"]);
}

/// The same person at another moment.
fn at(context: &Context, moment: &str) -> Context {
    Context { now: moment.parse().unwrap(), ..context.clone() }
}

#[tokio::test]
async fn what_depends_on_the_day_turns_with_it() {
    let (world, ada) = super::trade("rollup_day").await;
    let firm = super::firm(&world, &ada, "f").await;
    let other = super::firm(&world, &ada, "g").await;
    let due = |firm, day: &str| json!({ "name": "d", "firm_id": firm, "due": day, "amount": 3 });
    let early = at(&ada, "2026-03-01T12:00:00Z");
    for (firm, day) in
        [(firm, "2026-03-09"), (firm, "2026-03-10"), (firm, "2026-03-12"), (other, "2026-03-10")]
    {
        world.create(&early, "deal", due(firm, day)).await.unwrap();
    }
    let rollup = |name: &str, rest: Json| {
        let mut field = json!({ "name": name, "kind": "rollup", "of": "deals", "function": "count" });
        field.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        field
    };
    world.put_field("firm", rollup("late", json!({ "where": "due < TODAY()" }))).await;
    // The same, said by a formula of the deals.
    world
        .put_field("deal", json!({ "name": "is_late", "kind": "formula", "formula": "due < TODAY()" }))
        .await;
    let of_late = json!({ "function": "sum", "field": "amount", "where": "is_late", "mode": "on_read" });
    world.put_field("firm", rollup("late_amount", of_late)).await;
    world.put_field("firm", rollup("new_ones", json!({ "where": "created_at > NOW() - 1" }))).await;
    world.put_field("firm", json!({ "name": "is_bad", "kind": "formula", "formula": "late > 1" })).await;
    let rule = json!({ "object": "deal", "when": "firm.late > 1", "message": "They are late already" });
    world.define([(Kind::ValidationRules, "deal.late", Some(rule))]).await.unwrap();
    let ada = world.again(&ada).await;
    let told = async |moment: &str| {
        let query = Query::of("firm", vec![firm]);
        let told = world.read(&at(&ada, moment), &query).await.unwrap();
        ["late", "late_amount", "new_ones", "is_bad"].map(|key| super::plain(&told[0][key]))
    };
    let list = async |moment: &str, condition: &str| {
        let query = Query {
            object: "firm".into(),
            filter: Some(Filter::Formula(condition.into())),
            sort: vec![
                SortKey { path: "late".into(), descending: true },
                SortKey { path: "name".into(), descending: false },
            ],
            ..Query::default()
        };
        let told = world.read(&at(&ada, moment), &query).await.unwrap();
        told.as_array().unwrap().iter().map(|f| format!("{}{}", f["name"], f["late"])).collect::<String>()
    };
    // Twice, so that what was prepared before midnight is there after it; and back again.
    for _ in 0..2 {
        assert_eq!(told("2026-03-02T11:59:59Z").await, [json!(0), json!(0), json!(3), json!(false)]);
        assert_eq!(told("2026-03-02T12:00:00Z").await, [json!(0), json!(0), json!(0), json!(false)]);
        assert_eq!(told("2026-03-10T23:59:59.999999Z").await, [json!(1), json!(3), json!(0), json!(false)]);
        assert_eq!(told("2026-03-11T00:00:00Z").await, [json!(2), json!(6), json!(0), json!(true)]);
        assert_eq!(list("2026-03-10T23:59:59Z", "late >= 0").await, "\"f\"1\"g\"0");
        assert_eq!(list("2026-03-11T00:00:00Z", "late >= 0").await, "\"f\"2\"g\"1");
        assert_eq!(list("2026-03-10T23:59:59Z", "is_bad").await, "");
        assert_eq!(list("2026-03-11T00:00:00Z", "is_bad OR late_amount > 5").await, "\"f\"2");
    }
    // Whoever saves is judged by the day on which they save.
    world.create(&at(&ada, "2026-03-10T23:59:59Z"), "deal", due(firm, "2026-04-01")).await.unwrap();
    let late = world.create(&at(&ada, "2026-03-11T00:00:00Z"), "deal", due(firm, "2026-04-01")).await;
    assert_eq!(problems(late.unwrap_err())[0].code, "broken-rule");
    assert_eq!(world.engine.doctor(&world.tenant).await.unwrap(), []);
    assert!(world.engine.check_rollups(&world.tenant, false).await.unwrap().is_empty());
}
