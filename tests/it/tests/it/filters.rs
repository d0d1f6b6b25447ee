//! Filters: every operator on every kind of field, paths, relations and combinations answer what the
//! oracle works out record by record.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use engine::filter::Filter;
use engine::{Context, Error, Query, Selection};
use it::World;
use it::herd::{FIELDS, Herd, PATHS, kept};
use it::oracle::{self, Sort};
use it::random::Random;
use serde_json::{Value as Json, json};

const OPERATORS: &[&str] = &[
    "eq",
    "ne",
    "gt",
    "gte",
    "lt",
    "lte",
    "between",
    "in",
    "not_in",
    "is_null",
    "contains",
    "not_contains",
    "starts_with",
    "ends_with",
    "has_any",
    "has_all",
    "search",
];

const WORDS: &[&str] = &[
    "today",
    "yesterday",
    "tomorrow",
    "this_week",
    "this_month",
    "this_quarter",
    "this_year",
    "last_week",
    "last_month",
    "last_quarter",
    "last_year",
    "next_week",
    "next_month",
    "next_quarter",
    "next_year",
    "last_n_days:1",
    "last_n_days:5",
    "last_n_days:400",
    "next_n_days:1",
    "next_n_days:8",
];

fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn today() -> NaiveDate {
    now().date_naive()
}

async fn world(name: &str) -> (World, Context, Herd) {
    let world = World::zoo(name).await;
    let ada = world.person("ada", "administrator").await;
    let herd = Herd::new(&world, &ada, 60).await;
    let ada = Context { now: now(), ..world.again(&ada).await };
    (world, ada, herd)
}

async fn ids(world: &World, context: &Context, filter: &Json) -> Result<BTreeSet<String>, Error> {
    let filter = Filter::from_json(filter).map_err(Error::Invalid)?;
    let query = Query {
        object: "specimen".into(),
        fields: vec![Selection::Field("id".into())],
        filter: Some(filter),
        limit: 1000,
        include_total: true,
        ..Query::default()
    };
    let answer = world.engine.read(context, &query).await?;
    let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap();
    assert_eq!(answer.total, Some(rows.len() as i64));
    Ok(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect())
}

fn expected(herd: &Herd, test: impl Fn(&Json) -> bool) -> BTreeSet<String> {
    herd.specimens.iter().filter(|row| test(row)).map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// Values to ask for: those that are there, those that are not, blanks and words.
fn pool(herd: &Herd, sort: Sort, path: &str) -> Vec<Json> {
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    match sort {
        Sort::Text if path == "mood" => texts(&["calm", "wild", "shy", "old"]),
        Sort::Text => texts(&[
            "ant",
            "An",
            "%",
            "_",
            "\\",
            "é",
            "É",
            "",
            "a@EXAMPLE.com",
            "+1 415 555 0132",
            "Rex",
            "keeper",
            "SP-00",
            "Keeper 0",
            "cats",
            "z",
        ]),
        Sort::Number => vec![
            json!(0),
            json!(7),
            json!("7.0"),
            json!(-1.5),
            json!("9007199254740991"),
            json!(1),
            json!(2),
            json!("1e3"),
            json!(0.001),
        ],
        Sort::Bool => vec![json!(true), json!(false), json!("true"), json!("false")],
        Sort::Date => {
            [texts(&["2026-11-20", "2026-10-31", "0001-01-01", "9999-12-31", "2020-02-29"]), texts(WORDS)]
                .concat()
        }
        Sort::Instant => {
            let moments = [
                "2026-11-20",
                "2026-11-19T23:59:59.999999Z",
                "2026-11-20T12:00:00Z",
                "2026-11-20T13:00:00+01:00",
            ];
            [texts(&moments), texts(WORDS)].concat()
        }
        Sort::Time => texts(&["00:00:00", "12:00:00", "12:00", "23:59:59"]),
        Sort::Id => herd
            .keepers
            .keys()
            .map(|id| json!(id))
            .chain([json!("00000000-0000-7000-8000-00000000abcd")])
            .collect(),
        Sort::List => texts(&["calm", "a", "A,b", "wild,calm", ""]),
        Sort::Document => vec![json!("x"), json!(1), json!(true), json!("y")],
    }
}

/// A value of the form that the operator takes.
fn asked(random: &mut Random, herd: &Herd, (path, sort): (&str, Sort), operator: &str) -> Json {
    let pool = pool(herd, sort, path);
    let several = |random: &mut Random, from: &[Json]| {
        (0..1 + random.below(3)).map(|_| random.pick(from).clone()).collect::<Vec<_>>()
    };
    match operator {
        "between" => json!([random.pick(&pool), random.pick(&pool)]),
        "in" | "not_in" => json!(several(random, &pool)),
        "is_null" => json!(random.once_in(2)),
        "has_any" | "has_all" => {
            json!(several(random, &["calm", "wild", "a", "A", "b", "nothing"].map(|t| json!(t))))
        }
        _ => random.pick(&pool).clone(),
    }
}

#[tokio::test]
async fn every_operator_on_every_kind_answers_as_the_oracle() {
    let (world, ada, herd) = world("operators").await;
    let mut random = Random::new(5);
    let mut wrong = Vec::new();
    for &(path, sort) in FIELDS.iter().chain(PATHS) {
        for &operator in OPERATORS {
            for _ in 0..2 {
                let value = asked(&mut random, &herd, (path, sort), operator);
                let filter = json!({ path: { operator: value } });
                let outcome = ids(&world, &ada, &filter).await;
                let suits = oracle::suits(sort, operator);
                let value = kept(path, operator, &value);
                match outcome {
                    Ok(found) if suits => {
                        let expected = expected(&herd, |row| {
                            oracle::meets(sort, &herd.value(row, path, sort), operator, &value, today())
                        });
                        if found != expected {
                            let sample = |set: &BTreeSet<String>, other: &BTreeSet<String>| {
                                let id = set.difference(other).next().cloned();
                                herd.specimens
                                    .iter()
                                    .find(|row| row["id"].as_str() == id.as_deref())
                                    .map(|row| row[path].clone())
                            };
                            wrong.push(format!(
                                "{filter}: {} not {}; too many like {:?}, missing like {:?}",
                                found.len(),
                                expected.len(),
                                sample(&found, &expected),
                                sample(&expected, &found)
                            ));
                        }
                    }
                    Ok(_) => wrong.push(format!("{filter} should not suit")),
                    Err(Error::Invalid(found)) if !suits || path == "mood" => {
                        assert!(found[0].path.starts_with("filter."), "{found:?}")
                    }
                    Err(error) => wrong.push(format!("{filter}: {error:?}")),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A random tree of conditions, and whether a record meets it.
type Test<'h> = Box<dyn Fn(&Json) -> bool + 'h>;

fn tree<'h>(random: &mut Random, herd: &'h Herd, depth: usize) -> (Json, Test<'h>) {
    if depth == 0 || random.once_in(3) {
        return if random.once_in(4) { related(random, herd) } else { leaf(random, herd) };
    }
    let count = random.below(4);
    match random.below(3) {
        0 => {
            let (json, test) = tree(random, herd, depth - 1);
            (json!({ "not": json }), Box::new(move |row| !test(row)))
        }
        1 => {
            let (parts, tests): (Vec<Json>, Vec<Test<'h>>) =
                (0..count).map(|_| tree(random, herd, depth - 1)).unzip();
            (json!({ "and": parts }), Box::new(move |row| tests.iter().all(|test| test(row))))
        }
        _ => {
            let (parts, tests): (Vec<Json>, Vec<Test<'h>>) =
                (0..count).map(|_| tree(random, herd, depth - 1)).unzip();
            (json!({ "or": parts }), Box::new(move |row| tests.iter().any(|test| test(row))))
        }
    }
}

fn leaf<'h>(random: &mut Random, herd: &'h Herd) -> (Json, Test<'h>) {
    let all: Vec<(&str, Sort)> =
        FIELDS.iter().chain(PATHS).copied().filter(|(path, _)| *path != "mood").collect();
    let (path, sort) = *random.pick(&all);
    let fitting: Vec<&str> = OPERATORS
        .iter()
        .copied()
        .filter(|operator| oracle::suits(sort, operator) && *operator != "search")
        .collect();
    let operator = *random.pick(&fitting);
    let operator =
        if sort == Sort::List && matches!(operator, "in" | "not_in") { "has_any" } else { operator };
    let value = asked(random, herd, (path, sort), operator);
    let json = json!({ path: { operator: value } });
    let value = kept(path, operator, &value);
    (json, Box::new(move |row| oracle::meets(sort, &herd.value(row, path, sort), operator, &value, today())))
}

/// A condition on the teeth, or on the friends, of a specimen.
fn related<'h>(random: &mut Random, herd: &'h Herd) -> (Json, Test<'h>) {
    let how = *random.pick(&["some", "none", "every"]);
    let (least, relation) = (random.between(1, 3), *random.pick(&["teeth", "friends"]));
    let key = if relation == "teeth" { "place" } else { "rank" };
    let negated = random.once_in(2);
    let condition =
        if negated { json!({ "not": { key: { "gte": least } } }) } else { json!({ key: { "gte": least } }) };
    let test = move |row: &Json| {
        let of: Vec<Json> = match relation {
            "teeth" => herd
                .teeth
                .iter()
                .filter(|tooth| tooth["specimen_id"] == row["id"])
                .map(|tooth| tooth[key].clone())
                .collect(),
            _ => herd.friends[row["id"].as_str().unwrap()]
                .iter()
                .map(|id| herd.keepers[id][key].clone())
                .collect(),
        };
        let meets = |value: &Json| value.as_i64().is_some_and(|number| number >= least) != negated;
        match how {
            "some" => of.iter().any(meets),
            "none" => !of.iter().any(meets),
            _ => of.iter().all(meets),
        }
    };
    (json!({ relation: { how: condition } }), Box::new(test))
}

#[tokio::test]
async fn random_combinations_answer_as_the_oracle() {
    let (world, ada, herd) = world("combinations").await;
    let mut random = Random::new(6);
    for round in 0..250 {
        let (filter, test) = tree(&mut random, &herd, 4);
        let found =
            ids(&world, &ada, &filter).await.unwrap_or_else(|error| panic!("{round} {filter}: {error:?}"));
        assert_eq!(found, expected(&herd, test), "{round} {filter}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_so_by_its_path() {
    let (world, ada, _) = world("cannot").await;
    let deep = (0..30).fold(json!({ "name": "x" }), |inner, _| json!({ "not": inner }));
    let many: Vec<Json> = (0..501).map(|n| json!({ "whole": n })).collect();
    let cases = [
        (json!({ "nope": 1 }), "filter.nope"),
        (json!({ "whole": { "like": 1 } }), "filter.whole.like"),
        (json!({ "whole": { "gte": "x" } }), "filter.whole.gte"),
        (json!({ "whole": { "gte": {} } }), "filter.whole.gte"),
        (json!({ "whole": { "in": 5 } }), "filter.whole.in"),
        (json!({ "whole": { "between": [1] } }), "filter.whole.between"),
        (json!({ "whole": { "is_null": 3 } }), "filter.whole.is_null"),
        (json!({ "whole": [] }), "filter.whole.eq"),
        (json!({ "whole": { "gte": "1e99999" } }), "filter.whole.gte"),
        (json!({ "mood": "angry" }), "filter.mood.eq"),
        (json!({ "born": { "gt": "2026-02-30" } }), "filter.born.gt"),
        (json!({ "born": { "gt": "last_n_days:99999999" } }), "filter.born.gt"),
        (json!({ "seen_at": "soon" }), "filter.seen_at.eq"),
        (json!({ "keeper_id": "x" }), "filter.keeper_id.eq"),
        (json!({ "keeper_id": "" }), "filter.keeper_id.eq"),
        (json!({ "mood": { "in": ["calm", ""] } }), "filter.mood.in"),
        (json!({ "keeper.nope": 1 }), "filter.keeper.nope"),
        (json!({ "related.name": "x" }), "filter.related.name"),
        (json!({ "word.x": "x" }), "filter.word.x"),
        (json!({ "friends": { "eq": "x" } }), "filter.friends"),
        (json!({ "nope": { "some": {} } }), "filter.nope"),
        (json!({ "teeth": { "some": { "nope": 1 } } }), "filter.nope"),
        (json!({ "and": {} }), "filter.and"),
        (json!({ "or": [5] }), "filter.or.0"),
        (json!([]), "filter"),
        (json!("x"), "filter"),
        (json!({ "word": {} }), "filter.word"),
        (
            json!({ "keeper.boss.boss.boss.boss.boss.boss.name": "x" }),
            "filter.keeper.boss.boss.boss.boss.boss.boss.name",
        ),
        (json!({ "word": "a\u{0}b" }), "filter.word.eq"),
        (json!({ "word": { "contains": "a\u{0}b" } }), "filter.word.contains"),
        (json!({ "word": { "in": ["a", "a\u{0}b"] } }), "filter.word.in"),
        (json!({ "word": { "search": "a\u{0}b" } }), "filter.word"),
        (json!({ "tags": { "has_any": ["a\u{0}b"] } }), "filter.tags.has_any"),
        (json!({ "email": "a\u{0}@b.c" }), "filter.email.eq"),
        (json!({ "blob": "a\u{0}b" }), "filter.blob.eq"),
        (json!({ "related_object": "a\u{0}b" }), "filter.related_object.eq"),
        (json!({ "whole": { "search": "1" } }), "filter.whole"),
        (json!({ "blob": { "search": "" } }), "filter.blob"),
        (json!({ "nope": { "search": "" } }), "filter.nope"),
        (json!({ "keeper_id": { "search": "1" } }), "filter.keeper_id"),
        (deep, ""),
        (json!({ "or": many }), "filter"),
    ];
    let mut wrong = Vec::new();
    for (filter, path) in cases {
        let shown: String = filter.to_string().chars().take(100).collect();
        match ids(&world, &ada, &filter).await {
            Err(Error::Invalid(found))
                if found.iter().any(|problem| path.is_empty() || problem.path.starts_with(path)) => {}
            other => wrong.push(format!("{shown}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
