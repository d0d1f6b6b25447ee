//! What is written is read back: random values of every kind, alone and in bulk, at the top and nested.

use std::collections::BTreeMap;

use engine::{Nested, Query, Selection, What};
use it::random::Random;
use it::{World, fields};
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

type Row = BTreeMap<String, Box<RawValue>>;

/// One random record: what is sent, and the JSON text of each value that must come back.
#[derive(Default)]
struct Sample {
    sent: Map<String, Json>,
    expected: BTreeMap<&'static str, String>,
}

impl Sample {
    fn put(&mut self, key: &'static str, sent: Json, expected: impl Into<String>) {
        self.sent.insert(key.into(), sent);
        self.expected.insert(key, expected.into());
    }

    /// A value that comes back as it was sent.
    fn same(&mut self, key: &'static str, value: Json) {
        let text = value.to_string();
        self.put(key, value, text);
    }
}

fn text(random: &mut Random, most: usize) -> String {
    let letters = [
        'a',
        'Z',
        '0',
        ' ',
        '"',
        '\\',
        '\n',
        '\t',
        '\u{1}',
        '\u{7f}',
        'é',
        'ß',
        '\u{1F600}',
        '\'',
        '%',
        '_',
        '<',
        '&',
        '{',
        ',',
        ';',
        '\u{2028}',
    ];
    let length = 1 + random.below(most);
    (0..length).map(|_| *random.pick(&letters)).collect()
}

fn number(random: &mut Random, whole_digits: u32, scale: usize) -> String {
    let limit = 10_i64.pow(whole_digits + scale as u32) - 1;
    let number = if random.once_in(4) {
        *random.pick(&[0, limit, -limit, 1, -1])
    } else {
        random.between(-limit, limit)
    };
    let digits = format!("{:0width$}", number.abs(), width = scale + 1);
    let (whole, rest) = digits.split_at(digits.len() - scale);
    format!("{}{whole}.{rest}", if number < 0 { "-" } else { "" })
}

fn numbers(random: &mut Random, sample: &mut Sample) {
    let extremes = [i64::MAX, i64::MIN, 0, -1];
    let whole = if random.once_in(3) { *random.pick(&extremes) } else { random.draw() as i64 };
    sample.same("whole", json!(whole));
    for (key, digits, scale) in [("weight", 7, 3), ("price", 10, 2), ("part", 3, 2)] {
        let number = number(random, digits, scale);
        // As a text, or as a number of the same digits.
        let sent: Json =
            if random.once_in(2) { number.clone().into() } else { serde_json::from_str(&number).unwrap() };
        sample.put(key, sent, number);
    }
}

fn moments(random: &mut Random, sample: &mut Sample) {
    let (year, month, day) = (random.between(1, 9999), random.between(1, 12), random.between(1, 28));
    let date = format!("{year:04}-{month:02}-{day:02}");
    sample.same("born", json!(date));
    let (hour, minute, second) = (random.between(0, 23), random.between(0, 59), random.between(0, 59));
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    sample.same("fed_at", json!(time));
    let micros = *random.pick(&[0, 1, 999_999, 120_000]);
    let printed = format!("\"{date}T{time}.{micros:06}Z\"");
    let sent = match random.below(3) {
        0 if micros == 0 => format!("{date}T{time}Z"),
        1 => format!("{date} {time}.{micros:06}"),
        _ => format!("{date}T{time}.{micros:06}+00:00"),
    };
    sample.put("seen_at", sent.into(), printed);
}

fn lists(random: &mut Random, sample: &mut Sample) {
    let moods: Vec<&str> = ["calm", "wild", "shy"].into_iter().filter(|_| random.once_in(2)).collect();
    sample.same("moods", json!(moods));
    let mut tags: Vec<String> = (0..random.below(4)).map(|_| text(random, 20)).collect();
    tags.sort();
    tags.dedup();
    sample.same("tags", json!(tags));
    sample.same("mood", json!(*random.pick(&["calm", "wild", "shy"])));
    sample.same("alive", json!(random.once_in(2)));
}

fn texts(random: &mut Random, sample: &mut Sample) {
    sample.same("word", json!(text(random, 20)));
    sample.same("story", json!(text(random, 300)));
    let (sent, kept) = *random.pick(&[
        ("<b>x</b><script>alert(1)</script>", "<b>x</b>"),
        ("plain", "plain"),
        ("<p onclick=\"x()\">hi</p>", "<p>hi</p>"),
    ]);
    sample.put("page", sent.into(), json!(kept).to_string());
    let (sent, kept) = *random.pick(&[
        ("Ada.L@EXAMPLE.com", "Ada.L@example.com"),
        (" x@y.org ", "x@y.org"),
        ("a+b@münchen.de", "a+b@münchen.de"),
    ]);
    sample.put("email", sent.into(), json!(kept).to_string());
    let (sent, kept) = *random.pick(&[
        ("+1 415 555 0132", "+14155550132"),
        ("030/1234-567", "030/1234-567"),
        ("(415) 555-0132 x12", "(415) 555-0132 x12"),
    ]);
    sample.put("phone", sent.into(), json!(kept).to_string());
    let (sent, kept) = *random
        .pick(&[("example.com", "https://example.com/"), ("http://a.b/c?d=e#f", "http://a.b/c?d=e#f")]);
    sample.put("site", sent.into(), json!(kept).to_string());
}

fn documents(random: &mut Random, sample: &mut Sample) {
    sample.same("extra", json!({ "size": random.between(-9, 9), "note": text(random, 9) }));
    let leaf = |random: &mut Random| match random.below(5) {
        0 => json!(null),
        1 => json!(random.draw() as i64),
        2 => json!(text(random, 12)),
        3 => json!(-0.5),
        _ => json!(true),
    };
    let blob = match random.below(3) {
        0 => json!([leaf(random), [], {}]),
        1 => json!({ "a": leaf(random), "b": { "c": [leaf(random)] }, "": 1 }),
        _ => json!(text(random, 12)),
    };
    sample.same("blob", blob);
}

fn sample(random: &mut Random, keepers: &[Uuid]) -> Sample {
    let mut sample = Sample::default();
    sample.same("name", json!(text(random, 60)));
    texts(random, &mut sample);
    numbers(random, &mut sample);
    moments(random, &mut sample);
    lists(random, &mut sample);
    documents(random, &mut sample);
    let keeper = random.pick(keepers);
    sample.same("keeper_id", json!(keeper));
    sample.same("related_object", json!("keeper"));
    sample.same("related_id", json!(random.pick(keepers)));
    for key in ["word", "whole", "weight", "born", "seen_at", "fed_at", "mood", "email", "extra", "blob"] {
        if random.once_in(6) {
            sample.same(key, json!(null));
        }
    }
    sample
}

fn assert_same(row: &Row, sample: &Sample, place: &str) {
    for (key, expected) in &sample.expected {
        let found = row.get(*key).unwrap_or_else(|| panic!("{place}: {key} is not answered")).get();
        let same = match *key {
            // Numbers and moments to the letter, the rest by meaning.
            "whole" | "weight" | "price" | "part" | "born" | "fed_at" | "seen_at" | "alive" => {
                found == expected
            }
            _ => {
                serde_json::from_str::<Json>(found).unwrap()
                    == serde_json::from_str::<Json>(expected).unwrap()
            }
        };
        assert!(same, "{place}: {key} is {found}, not {expected}");
    }
}

fn query(object: &str, ids: Vec<Uuid>) -> Query {
    Query { limit: 1000, ..Query::of(object, ids) }
}

async fn rows<T: serde::de::DeserializeOwned>(
    world: &World,
    context: &engine::Context,
    query: &Query,
) -> Vec<T> {
    serde_json::from_slice(&world.engine.read(context, query).await.unwrap().json).unwrap()
}

#[tokio::test]
async fn random_values_of_every_kind_come_back() {
    let world = World::zoo("round_trip").await;
    let ada = world.person("ada", "administrator").await;
    let mut random = Random::new(11);
    let mut keepers = Vec::new();
    for name in ["Kim", "Lee", "Max"] {
        keepers.push(world.create(&ada, "keeper", json!({ "name": name })).await.unwrap());
    }
    let samples: Vec<Sample> = (0..120).map(|_| sample(&mut random, &keepers)).collect();
    let record = |sample: &Sample| fields(&Json::Object(sample.sent.clone()));
    // In bulk.
    let bulk = world.run(&ada, "specimen", What::Create(samples.iter().map(record).collect())).await.unwrap();
    let answered: Vec<Row> = serde_json::from_slice(&bulk.answer.unwrap().json).unwrap();
    for (row, sample) in answered.iter().zip(&samples) {
        assert_same(row, sample, "the answer of a bulk");
    }
    for (row, sample) in
        rows::<Row>(&world, &ada, &query("specimen", bulk.ids.clone())).await.iter().zip(&samples)
    {
        assert_same(row, sample, "a bulk");
    }
    // Alone, and as a change of a record that has other values.
    for (index, sample) in samples.iter().take(30).enumerate() {
        let alone = world.run(&ada, "specimen", What::Create(vec![record(sample)])).await.unwrap().ids[0];
        assert_same(&rows::<Row>(&world, &ada, &query("specimen", vec![alone])).await[0], sample, "alone");
        let id = bulk.ids[(index + 1) % samples.len()];
        world.update(&ada, "specimen", id, Json::Object(sample.sent.clone())).await.unwrap();
        assert_same(&rows::<Row>(&world, &ada, &query("specimen", vec![id])).await[0], sample, "a change");
    }
}

fn nested(relation: &str, fields: Vec<Selection>) -> Selection {
    Selection::Nested(Nested {
        relation: relation.into(),
        alias: None,
        fields,
        sort: vec![],
        limit: Some(1000),
        filter: None,
    })
}

#[tokio::test]
async fn nested_values_print_as_at_the_top() {
    #[derive(serde::Deserialize)]
    struct Keeper {
        specimen_kept: Vec<Row>,
        specimen_notes: Vec<Row>,
        befriended: Vec<Row>,
    }
    #[derive(serde::Deserialize)]
    struct Tooth {
        specimen: Row,
    }
    let world = World::zoo("nested").await;
    let ada = world.person("ada", "administrator").await;
    let mut random = Random::new(12);
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let mut ids = BTreeMap::new();
    for index in 0..40 {
        let mut sample = sample(&mut random, &[keeper]);
        sample.sent.insert("friends".into(), json!([keeper]));
        let id = world.create(&ada, "specimen", Json::Object(sample.sent.clone())).await.unwrap();
        world.create(&ada, "tooth", json!({ "name": "t", "specimen_id": id, "place": index })).await.unwrap();
        ids.insert(format!("\"{id}\""), sample);
    }
    let all = || vec![Selection::Field("*".into())];
    let question = Query {
        fields: ["specimen_kept", "specimen_notes", "befriended"].map(|name| nested(name, all())).into(),
        ..query("keeper", vec![keeper])
    };
    let keeper = rows::<Keeper>(&world, &ada, &question).await.remove(0);
    let question =
        Query { object: "tooth".into(), fields: vec![nested("specimen", all())], ..Query::default() };
    let teeth: Vec<Row> =
        rows::<Tooth>(&world, &ada, &question).await.into_iter().map(|tooth| tooth.specimen).collect();
    let top =
        rows::<Row>(&world, &ada, &Query { object: "specimen".into(), limit: 1000, ..Query::default() })
            .await;
    for (place, found) in [
        ("kept", &keeper.specimen_kept),
        ("notes", &keeper.specimen_notes),
        ("friends", &keeper.befriended),
        ("teeth", &teeth),
        ("top", &top),
    ] {
        assert_eq!(found.len(), ids.len(), "{place}");
        for row in found {
            assert_same(row, &ids[row["id"].get()], place);
            let twin = top.iter().find(|other| other["id"].get() == row["id"].get()).unwrap();
            for (key, value) in row {
                let (here, there): (Json, Json) = (
                    serde_json::from_str(value.get()).unwrap(),
                    serde_json::from_str(twin[key].get()).unwrap(),
                );
                assert_eq!(here, there, "{place} {key}");
            }
            assert!(
                row["created_at"].get().ends_with("Z\"")
                    && row["created_at"].get() == twin["created_at"].get(),
                "{place}"
            );
        }
    }
}
