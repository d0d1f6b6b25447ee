//! Rules in memory say the same as the database: a rule breaks for exactly those new records that a list with
//! the rule's condition answers once they are stored.

use std::collections::BTreeSet;

use engine::filter::Filter;
use engine::{Consent, Context, Query, Selection, What};
use it::random::Random;
use it::{World, fields};
use metadata::Kind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

const SEED: u64 = 20_261_121;
const CONDITIONS: usize = 60;
const RECORDS: usize = 40;

fn number(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.once_in(3) {
        let leaves =
            ["whole", "weight", "price", "part", "keeper.rank", "keeper.boss.rank", "2", "0.5", "-3"];
        return (*random.pick(&leaves)).to_owned();
    }
    let (a, b) = (number(random, depth - 1), number(random, depth - 1));
    match random.below(7) {
        0 => format!("({a} + {b})"),
        1 => format!("({a} - {b})"),
        2 => format!("({a} * {b})"),
        3 => format!("({a} / {b})"),
        4 => format!("ROUND({a}, 1)"),
        5 => format!("BLANKVALUE({a}, {b})"),
        _ => format!("LEN({})", text(random, depth - 1)),
    }
}

fn text(random: &mut Random, depth: usize) -> String {
    if depth == 0 || random.once_in(3) {
        let leaves = ["word", "story", "name", "keeper.name", "keeper.unit", "\"a\"", "\"ß€\"", "email"];
        return (*random.pick(&leaves)).to_owned();
    }
    match random.below(3) {
        0 => format!("UPPER({})", text(random, depth - 1)),
        1 => format!("LEFT({}, 2)", text(random, depth - 1)),
        _ => format!("({} & {})", text(random, depth - 1), text(random, depth - 1)),
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    let op = *random.pick(&["=", "<>", "<", "<=", ">", ">="]);
    if depth == 0 || random.once_in(3) {
        return match random.below(9) {
            0 => format!("{} {op} {}", number(random, 2), number(random, 2)),
            1 => format!("{} {op} {}", text(random, 1), text(random, 1)),
            2 => format!("born {op} keeper.hired"),
            3 => format!("ISBLANK({})", random.pick(&["word", "whole", "born", "mood", "keeper", "moods"])),
            4 => "mood = \"wild\"".into(),
            5 => "INCLUDES(moods, \"calm\")".into(),
            6 => format!("CONTAINS({}, {})", text(random, 1), text(random, 0)),
            7 => (*random.pick(&["alive", "keeper.on_duty", "mood IN [\"calm\", \"shy\"]"])).into(),
            _ => format!("YEAR(born) {op} 2024"),
        };
    }
    let (a, b) = (condition(random, depth - 1), condition(random, depth - 1));
    match random.below(4) {
        0 => format!("({a} AND {b})"),
        1 => format!("({a} OR {b})"),
        2 => format!("NOT ({a})"),
        _ => format!("IF({a}, {b}, {})", condition(random, depth - 1)),
    }
}

fn record(random: &mut Random, keepers: &[Uuid]) -> Json {
    let mut record = json!({ "name": *random.pick(&["a", "Anna", "b c", "ßa"]) });
    let mut put = |random: &mut Random, key: &str, values: &[Json]| {
        if !random.once_in(3) {
            record[key] = random.pick(values).clone();
        }
    };
    put(random, "word", &[json!("a"), json!("A"), json!("ß€x"), json!("zz"), json!("")]);
    put(random, "story", &[json!("Anna"), json!("a b"), json!("%_")]);
    put(random, "email", &[json!("a@example.com"), json!("b@example.com")]);
    put(random, "whole", &[json!(0), json!(2), json!(-3), json!(9)]);
    put(random, "weight", &[json!(0.5), json!("2.000"), json!(-0.125), json!(0)]);
    put(random, "price", &[json!(0.5), json!("10.10"), json!(2)]);
    put(random, "part", &[json!(50), json!("0.5")]);
    put(random, "alive", &[json!(true), json!(false)]);
    put(random, "born", &[json!("2024-02-29"), json!("2023-01-01"), json!("2025-12-31")]);
    put(random, "mood", &[json!("calm"), json!("wild"), json!("shy")]);
    put(random, "moods", &[json!([]), json!(["calm"]), json!(["wild", "calm"])]);
    put(random, "keeper_id", &keepers.iter().map(|id| json!(id)).collect::<Vec<_>>());
    record
}

async fn keepers(world: &World, context: &Context) -> Vec<Uuid> {
    let records = [
        json!({ "name": "Boss", "rank": 2, "unit": "a", "hired": "2024-02-29", "on_duty": true }),
        json!({ "name": "", "rank": null, "on_duty": false }),
        json!({ "name": "Anna", "rank": 0, "hired": "2020-01-01" }),
    ];
    let mut ids = Vec::new();
    for (n, mut record) in records.into_iter().enumerate() {
        if n > 0 {
            record["boss_id"] = json!(ids[0]);
        }
        ids.push(world.create(context, "keeper", record).await.expect("a keeper"));
    }
    // One that is in the bin reads as blank, to a rule as to a list.
    world.run(context, "keeper", What::Delete(vec![ids[2]])).await.expect("it goes");
    ids.truncate(2);
    ids
}

#[tokio::test]
async fn a_rule_breaks_where_a_list_finds() {
    let world = World::zoo("rules_same").await;
    let mut random = Random::new(SEED);
    let system = world.system().await;
    let keepers = keepers(&world, &system).await;
    let sure = Context {
        consent: Consent { warnings: true, ..Consent::default() },
        ..world.person("ada", "administrator").await
    };
    let (mut broken, mut faults) = (0, 0);
    for n in 0..CONDITIONS {
        let when = condition(&mut random, 3);
        let rule = json!({ "object": "specimen", "message": "m", "severity": "warning", "when": when });
        world.define([(Kind::ValidationRules, "specimen.same", Some(rule))]).await.expect(&when);
        let mut records: Vec<Json> = (0..RECORDS).map(|_| record(&mut random, &keepers)).collect();
        let create = |records: &[Json]| What::Create(records.iter().map(fields).collect());
        let mut outcome = world.run(&sure, "specimen", create(&records)).await;
        if let Err(engine::Error::Unprocessable(found)) = &outcome {
            // Where the condition has no value the rule refuses and the list leaves out.
            let place = |path: &str| path.split('.').next().and_then(|n| n.parse::<usize>().ok());
            let bad: BTreeSet<usize> = found.iter().filter_map(|problem| place(&problem.path)).collect();
            assert!(found.iter().all(|problem| problem.code == "rule-failed"), "{when}: {found:?}");
            faults += bad.len();
            let kept = |n: &usize| !bad.contains(n);
            records = (0..RECORDS).filter(kept).map(|n| records[n].clone()).collect();
            if records.is_empty() {
                continue;
            }
            outcome = world.run(&sure, "specimen", create(&records)).await;
        }
        let written = outcome.expect(&when);
        let many = records.len() > 1;
        let place = |path: &str| if many { path.parse().expect("a place") } else { 0 };
        let in_memory: BTreeSet<Uuid> =
            written.warnings.iter().map(|warning| written.ids[place(&warning.path)]).collect();
        broken += in_memory.len();
        let query = Query {
            object: "specimen".into(),
            fields: vec![Selection::Field("id".into())],
            filter: Some(Filter::Formula(when.clone())),
            limit: 1000,
            ..Query::default()
        };
        let answer = world.read(&world.again(&sure).await, &query).await.expect(&when);
        let ids =
            answer.as_array().expect("a list").iter().filter_map(|row| row["id"].as_str()?.parse().ok());
        let stored: BTreeSet<Uuid> = ids.filter(|id| written.ids.contains(id)).collect();
        assert_eq!(in_memory, stored, "seed {SEED}, condition {n}: {when}");
    }
    assert!(broken > 100 && faults > 0, "{broken} broken, {faults} faults: the conditions say too little");
}
