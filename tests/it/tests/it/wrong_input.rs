//! Wrong input: for every kind of field, what does not fit it is refused with the path of the field, and
//! nothing is written.

use engine::{Command, Update, What};
use it::{World, problems, raw_fields};
use metadata::FieldKind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// A record that is not there.
const NOBODY: &str = "\"00000000-0000-7000-8000-00000000abcd\"";

/// For each key what does not fit it, as JSON texts between bars.
const WRONG: &[(&str, &str)] = &[
    ("word", r#"["a"] | 5 | true | {}"#),
    ("chip", r#"5"#),
    ("story", r#"5 | false | [] | {"a":[{}]}"#),
    ("page", r#"5 | false | [] | {"a":[{}]}"#),
    (
        "whole",
        r#"9223372036854775808 | -9223372036854775809 | 1e30 | 1e400 | -1e999999999 | 1.5 | 1e-1 | true | [] | {}"#,
    ),
    ("whole", r#""abc" | "NaN" | "Infinity" | "0x10" | "1 000""#),
    ("small", r#"6 | -6 | "6" | 99999999999999999999999999"#),
    (
        "weight",
        r#"10000000 | -10000000 | 1.2345 | 1e20 | 1e400 | 0.00000000000000000000000000000000001 | true | [1] | {}"#,
    ),
    ("weight", r#""NaN" | "-Infinity" | "1,5""#),
    ("price", r#"10000000000 | 1.001 | "12 USD" | "$5" | 1e28 | [] | false"#),
    ("part", r#"1000 | 0.001 | "15%" | {}"#),
    ("alive", r#"null | 2 | 0 | "maybe" | [] | {} | """#),
    (
        "born",
        r#""2026-02-29" | "2026-13-01" | "0000-01-01" | "99999-01-01" | "20261120" | "11/20/2026" | "2026-1-1""#,
    ),
    ("born", r#""today" | "infinity" | "+2026-01-01" | "-001-01-01" | 20261120 | true | [] | {}"#),
    (
        "seen_at",
        r#""2026-02-29T00:00:00Z" | "2026-11-20T24:00:00Z" | "2026-11-20T12:60:00Z" | "99999-01-01T00:00:00Z""#,
    ),
    (
        "seen_at",
        r#""0001-01-01T00:00:00+14:00" | "9999-12-31T23:59:59-14:00" | "now" | "yesterday" | "infinity""#,
    ),
    ("seen_at", r#"1700000000 | [] | {} | false"#),
    ("fed_at", r#""24:00:00" | "12:60" | "12" | "12:00:00.5" | "noon" | "23:59:60" | 12 | [] | {}"#),
    ("mood", r#""angry" | "Calm" | "calm " | "old" | 5 | true | ["calm"] | {}"#),
    (
        "moods",
        r#"["angry"] | ["calm","angry"] | ["old"] | [1] | [["calm"]] | [null] | {"calm":true} | 5 | true"#,
    ),
    ("tags", r#"[1] | [["a"]] | [null] | {} | 5 | ["a\u0000"] | ["\ud800"]"#),
    (
        "email",
        r#""nobody" | "a@b" | "@example.com" | "a b@example.com" | "a@-x.com" | "<a@example.com>" | "a@example..com""#,
    ),
    ("email", r#"5 | [] | {}"#),
    ("phone", r#""call me" | "12" | "1234567890123456789012345678901234567890" | "+" | 5 | [] | {}"#),
    (
        "site",
        r#""javascript:alert(1)" | "javascript://x.com/%0aalert(1)" | "data:text/html,x" | "http://" | "not a url""#,
    ),
    ("site", r#""file:///etc/passwd" | 5 | [] | {}"#),
    ("extra", r#"{} | {"size":"big"} | {"size":1.5} | [] | 5 | "size" | {"size":1,"x":"\u0000"}"#),
    ("blob", r#"{"a":"b\u0000c"} | {"a\u0000":1} | ["\ud800"] | {"\udfff":1}"#),
    ("keeper_id", r#""x" | 5 | [] | {} | true"#),
    ("related_id", r#""x" | 5 | [] | {} | true"#),
    ("related_object", r#""nothing" | "user" | "_state" | "keeper" | 5 | [] | {}"#),
    ("friends", r#"5 | {} | [5] | [null] | ["x"] | [[]] | [""]"#),
    ("code", r#""SP-0009" | 5"#),
    ("id", r#"5 | "x" | true"#),
    ("version", r#"5 | "x" | true"#),
    ("created_at", r#"5 | "x" | true"#),
    ("created_by_id", r#"5 | "x" | true"#),
    ("updated_at", r#"5 | "x" | true"#),
    ("updated_by_id", r#"5 | "x" | true"#),
    ("name", r#"5 | [] | {}"#),
    ("owner_id", r#"null | "me" | 5"#),
];

/// Values that are too long to be written down.
fn too_long() -> Vec<(&'static str, String)> {
    let text = |n: usize| format!("\"{}\"", "x".repeat(n));
    let tags: Vec<String> = (0..501).map(|n| format!("\"t{n}\"")).collect();
    vec![
        ("word", text(21)),
        ("word", format!("\"{}\"", "é".repeat(21))),
        ("chip", text(41)),
        ("name", text(256)),
        ("story", text(1_000_001)),
        ("page", text(1_000_001)),
        ("tags", format!("[{}]", text(101))),
        ("tags", format!("[{}]", tags.join(","))),
        ("blob", deep(65)),
        ("blob", deep(120)),
        ("keeper_id", NOBODY.into()),
        ("keeper_id", format!("[{NOBODY}]")),
        ("related_id", NOBODY.into()),
        ("owner_id", NOBODY.into()),
        ("friends", NOBODY.into()),
        ("friends", format!("[{NOBODY}]")),
    ]
}

/// The whole table: key and JSON text.
pub(crate) fn table() -> Vec<(&'static str, String)> {
    let listed = |(key, texts): &(&'static str, &str)| {
        let key = *key;
        texts.split(" | ").map(move |text| (key, text.to_owned())).collect::<Vec<_>>()
    };
    let mut table: Vec<_> = WRONG.iter().flat_map(listed).collect();
    table.extend(too_long());
    let keys: std::collections::BTreeSet<&str> = table.iter().map(|(key, _)| *key).collect();
    for key in keys {
        // No text may hold a NUL or half a surrogate pair, whatever it is for.
        let never = ["\"a\\u0000b\"", "\"\\ud800\"", "\"\\udc00\\ud800\""];
        table.extend(never.map(|text| (key, text.to_owned())));
    }
    table
}

fn deep(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

#[tokio::test]
async fn every_kind_refuses_what_does_not_fit_and_writes_nothing() {
    let world = World::zoo("wrong").await;
    let ada = world.person("ada", "administrator").await;
    let id = world.create(&ada, "specimen", json!({ "name": "Rex", "word": "kept" })).await.unwrap();
    let before = world.fingerprint().await;
    let mut accepted = Vec::new();
    for (key, value) in &table() {
        for (way, what, path) in ways(id, key, value) {
            let refused = world.engine.write(&ada, Command { object: "specimen".into(), what }).await;
            let shown = format!("{way} {key}: {}", value.chars().take(60).collect::<String>());
            match refused {
                Ok(_) => accepted.push(format!("{shown} was taken")),
                Err(engine::Error::Invalid(found) | engine::Error::Unprocessable(found)) => {
                    if !found.iter().any(|problem| names(&problem.path, &path)) {
                        accepted.push(format!("{shown} was refused for {found:?}"));
                    }
                }
                Err(other) => accepted.push(format!("{shown} failed: {other:?}")),
            }
        }
    }
    assert!(accepted.is_empty(), "{}:\n{}", accepted.len(), accepted.join("\n"));
    assert_eq!(world.fingerprint().await, before);
}

/// A problem of an any-lookup names one of its two keys.
pub(crate) fn names(found: &str, path: &str) -> bool {
    let pair = |text: &str| text.replace("related_object", "related").replace("related_id", "related");
    pair(found) == pair(path)
}

/// The same wrong value in a new record, in a bulk, and in a change.
fn ways<'v>(id: Uuid, key: &'v str, value: &'v str) -> Vec<(&'static str, What, String)> {
    let with = |name: bool| {
        let mut pairs = vec![(key, value)];
        if name && key != "name" {
            pairs.push(("name", "\"New\""));
        }
        raw_fields(&pairs)
    };
    let good = || raw_fields(&[("name", "\"Good\"")]);
    let update = Update { id, fields: with(false), if_version: None };
    vec![
        ("create", What::Create(vec![with(true)]), key.to_owned()),
        ("bulk", What::Create(vec![good(), with(true), good()]), format!("1.{key}")),
        ("update", What::Update(vec![update]), key.to_owned()),
    ]
}

/// A record with a value for every required field.
fn full(keeper: Uuid) -> Json {
    let text = r#"{
        "name": "All", "word": "w", "story": "s", "page": "<p>p</p>", "whole": 1, "small": 1, "weight": 1, "price": 1, "part": 1,
        "alive": true, "born": "2020-01-01", "seen_at": "2020-01-01T00:00:00Z", "fed_at": "12:00", "mood": "calm", "moods": ["calm"],
        "tags": ["a"], "email": "a@example.com", "phone": "+1 415 555 0132", "site": "example.com", "extra": {"size": 1}, "blob": [1],
        "related_object": "keeper" }"#;
    let mut record: Json = serde_json::from_str(text).unwrap();
    record["keeper_id"] = json!(keeper);
    record["related_id"] = json!(keeper);
    record
}

/// Blanks that a field may be given, beside leaving it out.
fn blanks(kind: &FieldKind) -> Vec<Json> {
    match kind {
        FieldKind::MultiPicklist(_) | FieldKind::Tags(_) => {
            vec![json!(null), json!([]), json!([""]), json!("")]
        }
        kind if kind.behaviour().ty().is_text() || kind.target().is_some() => vec![json!(null), json!("")],
        _ => vec![json!(null)],
    }
}

#[tokio::test]
async fn required_means_neither_missing_nor_null_nor_blank() {
    let world = World::zoo("required").await;
    let ada = world.person("ada", "administrator").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let full = full(keeper);
    let id = world.create(&ada, "strict", full.clone()).await.unwrap();
    let before = world.fingerprint().await;
    let catalog = &ada.snapshot.catalog;
    let strict = catalog.find_object("strict").unwrap();
    for field in strict.fields.iter().filter(|field| !field.standard) {
        let key = field.columns[0].key.as_str();
        for blank in &blanks(&field.kind) {
            let mut record = full.clone();
            record[key] = blank.clone();
            let found = problems(world.create(&ada, "strict", record).await.expect_err(key));
            assert!(found.iter().any(|p| p.path == key && p.code == "required"), "{key} {blank}: {found:?}");
            let found =
                problems(world.update(&ada, "strict", id, json!({ key: blank })).await.expect_err(key));
            assert!(found.iter().any(|p| p.path == key && p.code == "required"), "{key} {blank}: {found:?}");
        }
        let mut record = full.clone();
        record.as_object_mut().unwrap().remove(key);
        // A boolean that is not named is false, never missing.
        if !matches!(field.kind, FieldKind::Boolean(_)) {
            let found = problems(world.create(&ada, "strict", record).await.expect_err(key));
            assert!(found.iter().any(|p| p.path == key), "{key}: {found:?}");
        }
    }
    assert_eq!(world.fingerprint().await, before);
}

#[tokio::test]
async fn all_problems_of_all_records_are_told_at_once() {
    let world = World::zoo("all_problems").await;
    let ada = world.person("ada", "administrator").await;
    let records = vec![
        raw_fields(&[("name", "\"a\""), ("nope", "1"), ("born", "\"x\"")]),
        raw_fields(&[("name", "\"b\"")]),
        raw_fields(&[("whole", "1.5"), ("keeper", "null"), ("friends", "[7]")]),
    ];
    let found = problems(world.run(&ada, "specimen", What::Create(records)).await.unwrap_err());
    let mut paths: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["0.born", "0.nope", "2.friends", "2.keeper", "2.name", "2.whole"]);
}

#[tokio::test]
async fn a_key_that_is_there_twice_is_refused() {
    let world = World::zoo("twice").await;
    let ada = world.person("ada", "administrator").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let links = format!("[\"{keeper}\"]");
    for pairs in [
        [("word", "\"a\""), ("word", "\"b\"")],
        [("word", "\"a\""), ("word", "\"a\"")],
        [("friends", links.as_str()), ("friends", links.as_str())],
    ] {
        let mut record = raw_fields(&pairs);
        record.extend(raw_fields(&[("name", "\"x\"")]));
        let found = problems(world.run(&ada, "specimen", What::Create(vec![record])).await.unwrap_err());
        assert!(
            found.iter().any(|problem| problem.path == pairs[0].0 && problem.code == "duplicate-key"),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn an_any_lookup_is_whole_or_blank() {
    let world = World::zoo("any").await;
    let ada = world.person("ada", "administrator").await;
    let keeper = world.create(&ada, "keeper", json!({ "name": "Kim" })).await.unwrap();
    let record = json!({ "name": "Rex", "related_object": "keeper", "related_id": keeper });
    let id = world.create(&ada, "specimen", record).await.unwrap();
    // Half of a target is none.
    for half in [
        json!({ "related_object": "specimen" }),
        json!({ "related_id": id }),
        json!({ "related_object": null, "related_id": keeper }),
        json!({ "related_object": "keeper", "related_id": null }),
    ] {
        problems(world.update(&ada, "specimen", id, half.clone()).await.expect_err(&half.to_string()));
    }
    // A record's id under another object's name leads nowhere.
    problems(
        world
            .update(&ada, "specimen", id, json!({ "related_object": "specimen", "related_id": keeper }))
            .await
            .unwrap_err(),
    );
    for key in ["related_object", "related_id"] {
        world
            .update(&ada, "specimen", id, json!({ "related_object": "keeper", "related_id": keeper }))
            .await
            .unwrap();
        world.update(&ada, "specimen", id, json!({ key: null })).await.unwrap();
        let one = world.one(&ada, "specimen", id).await.unwrap();
        assert_eq!((&one["related_object"], &one["related_id"]), (&json!(null), &json!(null)), "{key}");
    }
}
