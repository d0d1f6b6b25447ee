//! Formula fields are grouped, added up and held to a bound like columns, over lookups too.

use engine::Context;
use engine::query::aggregate::{Aggregate, Group, Metric};
use serde_json::{Value as Json, json};

use super::{Filter, by, stage};

#[tokio::test]
async fn formulas_are_grouped_and_added_up() {
    let s = stage("formula_groups").await;
    s.deals().await;
    let ask = async |metrics: &[&str], groups: &[&str], rest: Aggregate| {
        let question = Aggregate {
            object: "deal".into(),
            metrics: metrics.iter().map(|text| Metric::parse(text).unwrap()).collect(),
            group_by: groups.iter().map(|text| Group::parse(text).unwrap()).collect(),
            ..rest
        };
        let now = "2026-11-20T12:00:00Z".parse().unwrap();
        let context = Context { now, ..s.world.again(&s.ada).await };
        let groups = s.world.engine.aggregate(&context, &question).await.unwrap();
        serde_json::from_slice::<Vec<Json>>(&groups.json).unwrap()
    };
    let sizes = ask(
        &["count", "sum(monthly)", "max(due)"],
        &["big"],
        Aggregate { sort: vec![by("big")], ..Aggregate::default() },
    )
    .await;
    let told: Vec<(Json, f64, Json)> = sizes
        .iter()
        .map(|one| {
            let sum = one["sum"]["monthly"].as_f64().unwrap();
            (one["group"]["big"].clone(), (sum * 1000.0).round() / 1000.0, one["max"]["due"].clone())
        })
        .collect();
    assert_eq!(
        told,
        [(json!(false), 50.042, json!("2026-12-31")), (json!(true), 2100.0, json!("2026-12-01"))]
    );
    // A fault is blank: it is counted in no average.
    let each = ask(&["avg(each)", "count(each)", "count_distinct(monthly)"], &[], Aggregate::default()).await;
    assert_eq!((&each[0]["count_of"]["each"], &each[0]["count_distinct"]["monthly"]), (&json!(3), &json!(4)));
    assert!((each[0]["avg"]["each"].as_f64().unwrap() - 1276.19).abs() < 0.01, "{each:?}");
    let having = Filter::from_json(&json!({ "sum(monthly)": { "gt": 500 } })).unwrap();
    let rest = Aggregate {
        filter: Some(Filter::Formula("NOT late".into())),
        having: Some(having),
        ..Aggregate::default()
    };
    let tiers = ask(&["count", "sum(monthly)"], &["account.tier"], rest).await;
    let told: Vec<(&Json, &Json)> =
        tiers.iter().map(|one| (&one["group"]["account.tier"], &one["count"])).collect();
    assert_eq!(told, [(&Json::Null, &json!(1))], "{tiers:?}");
}
