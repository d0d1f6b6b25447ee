//! Random records of the zoo with many blanks and ties, read back as JSON for the oracle.

use std::collections::HashMap;

use engine::{Context, Query, What};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::oracle::{self, Sort};
use crate::random::Random;
use crate::{World, fields};

/// Own fields by key, and how each is compared.
pub const FIELDS: &[(&str, Sort)] = &[
    ("name", Sort::Text),
    ("word", Sort::Text),
    ("story", Sort::Text),
    ("page", Sort::Text),
    ("whole", Sort::Number),
    ("weight", Sort::Number),
    ("price", Sort::Number),
    ("part", Sort::Number),
    ("alive", Sort::Bool),
    ("born", Sort::Date),
    ("seen_at", Sort::Instant),
    ("fed_at", Sort::Time),
    ("mood", Sort::Text),
    ("moods", Sort::List),
    ("tags", Sort::List),
    ("email", Sort::Text),
    ("phone", Sort::Text),
    ("site", Sort::Text),
    ("extra", Sort::Document),
    ("blob", Sort::Document),
    ("keeper_id", Sort::Id),
    ("related_object", Sort::Text),
    ("related_id", Sort::Id),
    ("code", Sort::Text),
    ("chip", Sort::Text),
    ("owner_id", Sort::Id),
    ("created_at", Sort::Instant),
    ("version", Sort::Number),
];

/// Paths through to-one relations.
pub const PATHS: &[(&str, Sort)] = &[
    ("keeper.name", Sort::Text),
    ("keeper.rank", Sort::Number),
    ("keeper.unit", Sort::Text),
    ("keeper.hired", Sort::Date),
    ("keeper.on_duty", Sort::Bool),
    ("keeper.boss_id", Sort::Id),
    ("keeper.boss.rank", Sort::Number),
    ("keeper.boss.name", Sort::Text),
];

/// What was asked, in the form in which the kind of the field keeps it.
pub fn kept(path: &str, operator: &str, asked: &Json) -> Json {
    if ["contains", "not_contains", "starts_with", "ends_with", "search"].contains(&operator) {
        return asked.clone();
    }
    match (path, asked) {
        (_, Json::Array(items)) => items.iter().map(|item| kept(path, operator, item)).collect(),
        ("email", Json::String(text)) if text == "a@EXAMPLE.com" => "a@example.com".into(),
        ("phone", Json::String(text)) if text == "+1 415 555 0132" => "+14155550132".into(),
        ("site", Json::String(text)) if text == "a@EXAMPLE.com" => "https://a@example.com/".into(),
        _ => asked.clone(),
    }
}

/// The records as an administrator sees them, by object and id.
pub struct Herd {
    pub specimens: Vec<Json>,
    pub teeth: Vec<Json>,
    pub friends: HashMap<String, Vec<String>>,
    pub keepers: HashMap<String, Json>,
}

fn maybe(random: &mut Random, record: &mut Map<String, Json>, key: &str, values: &[Json]) {
    if !random.once_in(4) {
        record.insert(key.into(), random.pick(values).clone());
    }
}

fn specimen(random: &mut Random, keepers: &[Uuid], number: usize) -> Json {
    let mut record = Map::new();
    record.insert(
        "name".into(),
        random.pick(&["Rex", "rex", "Ünal", "a%b", "a_b", "a\\b", "Zoe", "Rex II"]).to_string().into(),
    );
    record.insert("alive".into(), random.once_in(2).into());
    let words =
        ["ant", "Ant", "bee", "%", "_", "\\", "Épée", "a,b", "x y", "ANT hill"].map(|word| json!(word));
    for key in ["word", "story", "page"] {
        maybe(random, &mut record, key, &words);
    }
    maybe(
        random,
        &mut record,
        "whole",
        &[json!(0), json!(-1), json!(7), json!(9_007_199_254_740_991_i64), json!(7)],
    );
    maybe(
        random,
        &mut record,
        "weight",
        &[json!(0), json!("0.001"), json!("-1.5"), json!("7.000"), json!("9999999.999")],
    );
    maybe(random, &mut record, "price", &[json!(0), json!("0.01"), json!("-1.50"), json!(7)]);
    maybe(random, &mut record, "part", &[json!(0), json!(15), json!("99.99")]);
    let days = [
        "2026-11-20",
        "2026-11-19",
        "2026-11-21",
        "2026-11-16",
        "2026-10-31",
        "2027-01-01",
        "2025-12-31",
        "2026-11-27",
        "0001-01-01",
        "9999-12-31",
    ];
    maybe(random, &mut record, "born", &days.map(|day| json!(day)));
    let times = ["00:00:00", "23:59:59", "12:00:00"];
    let at = format!(
        "{}T{}.{}Z",
        random.pick(&days[..8]),
        random.pick(&times),
        random.pick(&["000000", "999999"])
    );
    maybe(random, &mut record, "seen_at", &[json!(at)]);
    maybe(random, &mut record, "fed_at", &times.map(|time| json!(time)));
    maybe(random, &mut record, "mood", &["calm", "wild", "shy"].map(|word| json!(word)));
    maybe(
        random,
        &mut record,
        "moods",
        &[json!(["calm"]), json!(["wild", "calm"]), json!(["calm", "wild"]), json!(["shy"]), json!([])],
    );
    maybe(
        random,
        &mut record,
        "tags",
        &[json!(["a"]), json!(["A", "b"]), json!(["b", "A"]), json!(["x,y"]), json!([])],
    );
    maybe(random, &mut record, "email", &[json!("a@example.com"), json!("B@example.com")]);
    maybe(random, &mut record, "phone", &[json!("+14155550132"), json!("030/123")]);
    maybe(random, &mut record, "site", &[json!("https://example.com/"), json!("http://a.b/c")]);
    maybe(random, &mut record, "extra", &[json!({"size": 1}), json!({"size": 2, "a": null})]);
    maybe(
        random,
        &mut record,
        "blob",
        &[json!("x"), json!(1), json!(true), json!([1]), json!({"a": 1}), json!("")],
    );
    let ids: Vec<Json> = keepers.iter().map(|id| json!(id)).collect();
    maybe(random, &mut record, "keeper_id", &ids);
    if random.once_in(2) {
        record.insert("related_object".into(), "keeper".into());
        record.insert("related_id".into(), random.pick(&ids).clone());
    }
    maybe(random, &mut record, "chip", &[json!(format!("chip {number}"))]);
    maybe(random, &mut record, "friends", &[json!([]), json!(ids[..1]), json!(ids[1..3])]);
    Json::Object(record)
}

impl Herd {
    /// Creates `count` specimens with their keepers and teeth; some of each in the recycle bin.
    pub async fn new(world: &World, context: &Context, count: usize) -> Self {
        let mut random = Random::new(77);
        let mut keepers: Vec<Uuid> = Vec::new();
        for number in 0..6 {
            let mut record = Map::new();
            record.insert("name".into(), format!("Keeper {}", number / 2).into());
            maybe(&mut random, &mut record, "rank", &[json!(1), json!(2), json!(-3)]);
            maybe(&mut random, &mut record, "unit", &[json!("cats"), json!("Dogs")]);
            maybe(&mut random, &mut record, "hired", &[json!("2026-11-20"), json!("2020-02-29")]);
            maybe(&mut random, &mut record, "on_duty", &[json!(true)]);
            if let Some(boss) = keepers.last() {
                record.insert("boss_id".into(), json!(boss));
            }
            keepers.push(world.create(context, "keeper", Json::Object(record)).await.expect("a keeper"));
        }
        let records = (0..count).map(|number| fields(&specimen(&mut random, &keepers, number))).collect();
        let ids = world.run(context, "specimen", What::Create(records)).await.expect("a herd").ids;
        let tooth = |random: &mut Random| json!({ "name": "t", "specimen_id": random.pick(&ids), "place": random.between(1, 3) });
        let teeth = (0..count).map(|_| fields(&tooth(&mut random))).collect();
        let teeth = world.run(context, "tooth", What::Create(teeth)).await.expect("teeth").ids;
        world.run(context, "tooth", What::Delete(teeth[..3].to_vec())).await.expect("a delete");
        world.run(context, "specimen", What::Delete(ids[..3].to_vec())).await.expect("a delete");
        world.run(context, "keeper", What::Delete(vec![keepers[1]])).await.expect("a delete");
        Self::read(world, context).await
    }

    async fn read(world: &World, context: &Context) -> Self {
        let all = |object: &str| Query { object: object.into(), limit: 1000, ..Query::default() };
        let list = async |query: &Query| match world.read(context, query).await.expect("a list") {
            Json::Array(rows) => rows,
            _ => Vec::new(),
        };
        let linked = Query { fields: vec![engine::Selection::Field("friends".into())], ..all("specimen") };
        let id = |row: &Json| row["id"].as_str().unwrap_or_default().to_owned();
        let friends = list(&linked)
            .await
            .into_iter()
            .map(|row| (id(&row), row["friends"].as_array().into_iter().flatten().map(id).collect()));
        Self {
            specimens: list(&all("specimen")).await,
            teeth: list(&all("tooth")).await,
            friends: friends.collect(),
            keepers: list(&all("keeper")).await.into_iter().map(|row| (id(&row), row)).collect(),
        }
    }

    /// The value at the end of a path from a specimen.
    pub fn value(&self, specimen: &Json, path: &str, sort: Sort) -> Option<oracle::Value> {
        let (mut here, mut rest) = (specimen, path);
        while let Some((head, tail)) = rest.split_once('.') {
            here = self.keepers.get(here[format!("{head}_id")].as_str()?)?;
            rest = tail;
        }
        oracle::value(sort, &here[rest])
    }
}
