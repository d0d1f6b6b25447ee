//! What one user asks the engine, each question with the answer that the naive evaluator gives.

use std::collections::BTreeMap;

use engine::query::aggregate::{Aggregate, Group, Metric};
use it::random::Random;

use super::naive::{Eyes, Record};
use super::*;

/// What the record shows of a field.
pub(super) fn shown(eyes: &Eyes<'_>, record: &Record, field: &str) -> Json {
    match (eyes.sees(record, field), field) {
        (false, _) => Json::Null,
        (_, "amount" | "size") => json!(record.number),
        (_, "account") => json!(record.up.map(|at| eyes.data.accounts[at].id)),
        _ => json!(record.word),
    }
}

/// The record as a list answers it.
pub(super) fn row(eyes: &Eyes<'_>, record: &Record, fields: &[&str]) -> Json {
    let mut row = json!({ "id": record.id });
    for field in fields.iter().filter(|field| eyes.knows(record.object, field)) {
        let key = if *field == "account" { "account_id" } else { field };
        row[key] = shown(eyes, record, field);
    }
    row
}

pub(super) fn readable<'d>(eyes: &Eyes<'_>, records: &'d [Record]) -> Vec<&'d Record> {
    let mut all: Vec<&Record> = records.iter().filter(|record| eyes.reaches(record, "read")).collect();
    all.sort_by_key(|record| std::cmp::Reverse(record.id));
    all
}

/// The account behind a deal, as far as the user gets there.
pub(super) fn account<'d>(eyes: &Eyes<'d>, deal: &Record) -> Option<&'d Record> {
    let account = &eyes.data.accounts[deal.up?];
    (eyes.sees(deal, "account") && eyes.reaches(account, "read")).then_some(account)
}

/// Questions by name, each with its answer; `None` where it must be refused.
pub(super) type Asked = Vec<(String, Query, Option<Json>)>;

pub(super) fn plain(object: &str, names: &[&str]) -> Query {
    Query { fields: names.iter().map(|name| field(name)).collect(), ..list(object) }
}

pub(super) fn ids(records: Vec<&Record>) -> Json {
    records.iter().map(|record| json!({ "id": record.id })).collect()
}

pub(super) fn filtered(object: &str, filter: Json) -> Query {
    Query { filter: Some(Filter::from_json(&filter).unwrap()), ..plain(object, &["id"]) }
}

/// Everything that one user asks.
pub(super) fn questions(eyes: &Eyes<'_>, random: &mut Random) -> Asked {
    let mut asked = lists(eyes, random);
    if eyes.given("deal", "read", None) > 0 {
        asked.extend(by_own_fields(eyes));
        asked.extend(through_the_account(eyes));
        if eyes.given("account", "read", None) > 0 {
            asked.extend(through_the_deals(eyes));
        }
    }
    asked
}

/// Lists with every field, and one record by its id.
pub(super) fn lists(eyes: &Eyes<'_>, random: &mut Random) -> Asked {
    let mut asked = Asked::new();
    for (object, records, names) in [
        ("account", &eyes.data.accounts, vec!["industry", "size"]),
        ("deal", &eyes.data.deals, vec!["stage", "amount", "account"]),
        ("part", &eyes.data.parts, vec!["label"]),
    ] {
        let can = eyes.given(object, "read", None) > 0;
        let known = names.iter().filter(|name| eyes.knows(object, name));
        let keys = known.map(|name| if *name == "account" { "account_id" } else { *name });
        let keys: Vec<&str> = std::iter::once("id").chain(keys).collect();
        let rows = |records: Vec<&Record>| records.iter().map(|r| row(eyes, r, &names)).collect::<Json>();
        let all = can.then(|| rows(readable(eyes, records)));
        asked.push((format!("{object} list"), plain(object, &keys), all));
        let one = random.pick(records);
        let page = engine::Page::Ids(vec![one.id]);
        let by_id = Query { page, include_total: false, ..plain(object, &keys) };
        let found = [one].into_iter().filter(|one| eyes.reaches(one, "read")).collect();
        asked.push((format!("{object} by id"), by_id, can.then(|| rows(found))));
    }
    asked
}

/// Filters in their notations, and an order with blanks smallest.
pub(super) fn by_own_fields(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let stage = |test: &dyn Fn(&Json) -> bool| {
        let meets = |deal: &&Record| test(&shown(eyes, deal, "stage"));
        eyes.knows("deal", "stage").then(|| ids(deals.iter().copied().filter(meets).collect()))
    };
    let formula = Filter::Formula("stage = \"won\"".into());
    let mut sorted = deals.clone();
    let amount = |deal: &Record| shown(eyes, deal, "amount").as_i64();
    sorted.sort_by_key(|deal| (std::cmp::Reverse(amount(deal)), std::cmp::Reverse(deal.id)));
    let sort = vec![SortKey { path: "amount".into(), descending: true }];
    vec![
        ("stage eq".into(), filtered("deal", json!({ "stage": "won" })), stage(&|s| s == "won")),
        ("stage ne".into(), filtered("deal", json!({ "stage": { "ne": "won" } })), stage(&|s| s != "won")),
        ("stage null".into(), filtered("deal", json!({ "stage": null })), stage(&Json::is_null)),
        ("where".into(), Query { filter: Some(formula), ..plain("deal", &["id"]) }, stage(&|s| s == "won")),
        ("search".into(), filtered("deal", json!({ "stage": { "search": "WO" } })), stage(&|s| s == "won")),
        (
            "sort".into(),
            Query { sort, ..plain("deal", &["id"]) },
            eyes.knows("deal", "amount").then(|| ids(sorted)),
        ),
    ]
}

/// From a deal to its account: as a nested record, and in filters.
pub(super) fn through_the_account(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let through = eyes.knows("deal", "account") && eyes.given("account", "read", None) > 0;
    let industry = |deal: &Record| account(eyes, deal).map_or(Json::Null, |a| shown(eyes, a, "industry"));
    let with = |test: &dyn Fn(&Json) -> bool| {
        let meets = |deal: &&Record| test(&industry(deal));
        let known = through && eyes.knows("account", "industry");
        known.then(|| ids(deals.iter().copied().filter(meets).collect()))
    };
    let named = |deal: &Record| {
        let at =
            eyes.data.accounts.iter().position(|known| Some(known.id) == account(eyes, deal).map(|a| a.id));
        at.map(|at| json!({ "id": eyes.data.accounts[at].id, "name": format!("a{at}") }))
    };
    let rows = || deals.iter().map(|deal| json!({ "id": deal.id, "account": named(deal) })).collect::<Json>();
    let nests = Query { fields: vec![nested("account", vec![field("name")])], ..list("deal") };
    let formula = Filter::Formula("account.industry = \"won\"".into());
    vec![
        ("path eq".into(), filtered("deal", json!({ "account.industry": "won" })), with(&|i| i == "won")),
        (
            "where path".into(),
            Query { filter: Some(formula), ..plain("deal", &["id"]) },
            with(&|i| i == "won"),
        ),
        ("path null".into(), filtered("deal", json!({ "account.industry": null })), with(&Json::is_null)),
        ("to one".into(), nests, through.then(rows)),
    ]
}

/// From an account to its deals: as nested records, and in filters.
pub(super) fn through_the_deals(eyes: &Eyes<'_>) -> Asked {
    let deals = readable(eyes, &eyes.data.deals);
    let accounts = readable(eyes, &eyes.data.accounts);
    let below = |account: &Record| -> Vec<&Record> {
        let points = |deal: &Record| deal.up.is_some_and(|at| eyes.data.accounts[at].id == account.id);
        deals.iter().copied().filter(|deal| points(deal) && eyes.sees(deal, "account")).collect()
    };
    let rows = || accounts.iter().map(|a| json!({ "id": a.id, "deals": ids(below(a)) })).collect::<Json>();
    let many = Query { fields: vec![nested("deals", vec![field("id")])], ..list("account") };
    let mut asked = vec![("to many".into(), many, eyes.knows("deal", "account").then(rows))];
    let both = eyes.knows("deal", "account") && eyes.knows("deal", "amount");
    for (how, wanted) in [("some", true), ("none", false)] {
        let asking = filtered("account", json!({ "deals": { how: { "amount": { "gt": 10 } } } }));
        let is_big = |deal: &Record| shown(eyes, deal, "amount").as_i64() > Some(10);
        let meets = |a: &&Record| below(a).into_iter().any(is_big) == wanted;
        let found = both.then(|| ids(accounts.iter().copied().filter(meets).collect()));
        asked.push((how.into(), asking, found));
    }
    asked
}

pub(super) async fn aggregates(world: &World, context: &Context, eyes: &Eyes<'_>, place: &str) {
    let metrics = ["count", "sum(amount)"].iter().filter_map(|text| Metric::parse(text)).collect();
    let group_by = Group::parse("stage").into_iter().collect();
    let question = Aggregate { object: "deal".into(), metrics, group_by, ..Aggregate::default() };
    let outcome = world.engine.aggregate(context, &question).await;
    if !eyes.knows("deal", "stage") || !eyes.knows("deal", "amount") {
        return assert!(outcome.is_err(), "{place} aggregate");
    }
    let mut expected: BTreeMap<String, (i64, Option<i64>)> = BTreeMap::new();
    for deal in readable(eyes, &eyes.data.deals) {
        let group = expected.entry(shown(eyes, deal, "stage").to_string()).or_default();
        let amount = shown(eyes, deal, "amount").as_i64();
        *group = (group.0 + 1, amount.map(|amount| amount + group.1.unwrap_or(0)).or(group.1));
    }
    let found: Json = serde_json::from_slice(&outcome.unwrap().json).unwrap();
    let found = found.as_array().unwrap().iter().map(|group| {
        let sum = group["sum"]["amount"].as_i64().filter(|_| !group["sum"]["amount"].is_null());
        (group["group"]["stage"].to_string(), (group["count"].as_i64().unwrap(), sum))
    });
    // A sum of nothing may be told as blank or as zero.
    let zero = |groups: BTreeMap<String, (i64, Option<i64>)>| -> Vec<(String, i64, i64)> {
        groups.into_iter().map(|(stage, (count, sum))| (stage, count, sum.unwrap_or(0))).collect()
    };
    assert_eq!(zero(found.collect()), zero(expected), "{place} aggregate");
}
