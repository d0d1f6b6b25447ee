//! Orders and pages: blank is the smallest value in every kind, pages visit each record exactly once, and
//! no cursor that was tampered with gets further than a refusal.

use std::cmp::Ordering;

use engine::{Context, Error, Page, Query, Selection, SortKey};
use it::World;
use it::herd::{FIELDS, Herd, PATHS};
use it::oracle::{self, Sort};
use it::random::Random;
use serde_json::{Value as Json, json};

type Key = (&'static str, Sort, bool);

fn query(keys: &[Key], page: Page, limit: u32) -> Query {
    Query {
        object: "specimen".into(),
        fields: vec![Selection::Field("id".into())],
        sort: keys
            .iter()
            .map(|(path, _, descending)| SortKey { path: (*path).into(), descending: *descending })
            .collect(),
        page,
        limit,
        ..Query::default()
    }
}

fn sortable() -> Vec<(&'static str, Sort)> {
    FIELDS
        .iter()
        .chain(PATHS)
        .copied()
        .filter(|(_, sort)| !matches!(sort, Sort::List | Sort::Document))
        .collect()
}

fn expected(herd: &Herd, keys: &[Key]) -> Vec<String> {
    let mut rows: Vec<&Json> = herd.specimens.iter().collect();
    let id = |row: &Json| row["id"].as_str().unwrap().to_owned();
    let last_descends = keys.last().is_none_or(|(_, _, descending)| *descending);
    rows.sort_by(|a, b| {
        for (path, sort, descending) in keys {
            let order = oracle::order(&herd.value(a, path, *sort), &herd.value(b, path, *sort));
            let order = if *descending { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        if last_descends { id(b).cmp(&id(a)) } else { id(a).cmp(&id(b)) }
    });
    rows.into_iter().map(id).collect()
}

async fn page(
    world: &World,
    context: &Context,
    query: &Query,
) -> Result<(Vec<String>, Option<String>), Error> {
    let answer = world.engine.read(context, query).await?;
    let rows: Vec<Json> = serde_json::from_slice(&answer.json).unwrap();
    Ok((rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect(), answer.next_cursor))
}

async fn world(name: &str) -> (World, Context, Herd) {
    let world = World::zoo(name).await;
    let ada = world.person("ada", "administrator").await;
    let herd = Herd::new(&world, &ada, 60).await;
    let ada = world.again(&ada).await;
    (world, ada, herd)
}

#[tokio::test]
async fn every_sort_is_the_oracles_and_pages_visit_each_record_once() {
    let (world, ada, herd) = world("sorts").await;
    let mut random = Random::new(9);
    let all = sortable();
    let mut sorts: Vec<Vec<Key>> = vec![Vec::new()];
    sorts.extend(
        all.iter().flat_map(|(path, sort)| [vec![(*path, *sort, false)], vec![(*path, *sort, true)]]),
    );
    for _ in 0..60 {
        let mut key = || {
            let (path, sort) = *random.pick(&all);
            (path, sort, random.once_in(2))
        };
        sorts.push(vec![key(), key(), key()]);
    }
    for keys in sorts {
        let expected = expected(&herd, &keys);
        let (whole, end) = page(&world, &ada, &query(&keys, Page::First, 1000)).await.unwrap();
        assert_eq!(whole, expected, "{keys:?}");
        assert_eq!(end, None);
        let limit = 5 + random.below(20) as u32;
        let (mut seen, mut place) = (Vec::new(), Page::First);
        loop {
            let (ids, next) = page(&world, &ada, &query(&keys, place, limit))
                .await
                .unwrap_or_else(|e| panic!("{keys:?}: {e:?}"));
            assert!(ids.len() <= limit as usize);
            seen.extend(ids);
            let Some(next) = next else { break };
            place = Page::After(next);
        }
        assert_eq!(seen, expected, "{keys:?} by {limit}");
        let skipped = page(&world, &ada, &query(&keys, Page::Offset(limit), limit)).await.unwrap().0;
        assert_eq!(
            skipped,
            expected.iter().skip(limit as usize).take(limit as usize).cloned().collect::<Vec<_>>()
        );
    }
}

#[tokio::test]
async fn pages_do_not_lose_records_while_others_come_and_go() {
    let (world, ada, herd) = world("moving").await;
    let keys = [("word", Sort::Text, false), ("whole", Sort::Number, true)];
    let before = expected(&herd, &keys);
    let (mut seen, mut place, mut number) = (Vec::new(), Page::First, 0);
    loop {
        let (ids, next) = page(&world, &ada, &query(&keys, place, 4)).await.unwrap();
        // What was seen already goes, and new ones come in at both ends.
        if let Some(gone) = ids.first() {
            world.run(&ada, "specimen", engine::What::Delete(vec![gone.parse().unwrap()])).await.unwrap();
        }
        number += 1;
        world
            .create(
                &ada,
                "specimen",
                json!({ "name": "new", "word": if number % 2 == 0 { "\u{1}" } else { "~" } }),
            )
            .await
            .unwrap();
        seen.extend(ids);
        let Some(next) = next else { break };
        place = Page::After(next);
    }
    let seen_old: Vec<&String> = seen.iter().filter(|id| before.contains(id)).collect();
    assert_eq!(seen_old, before.iter().collect::<Vec<_>>());
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), seen.len());
}

#[tokio::test]
async fn lists_and_documents_are_no_order() {
    let (world, ada, _) = world("no_order").await;
    for path in ["tags", "moods", "blob", "extra", "nope", "friends", "keeper.nope", "related.name", ""] {
        let outcome = page(&world, &ada, &query(&[(path, Sort::Text, false)], Page::First, 3)).await;
        match outcome {
            Err(Error::Invalid(found)) => assert_eq!(found[0].path, format!("sort.{path}")),
            other => panic!("{path}: {other:?}"),
        }
    }
    for limit in [1001, u32::MAX] {
        assert!(matches!(page(&world, &ada, &query(&[], Page::First, limit)).await, Err(Error::Invalid(_))));
    }
    assert_eq!(
        page(&world, &ada, &query(&[], Page::Offset(u32::MAX), 3)).await.unwrap().0,
        Vec::<String>::new()
    );
}

/// Texts that some reader takes for a value of the type and another does not.
const NASTY: &[&str] = &[
    "1_000",
    "1e9999",
    "NaN",
    "Infinity",
    "infinity",
    "-infinity",
    "+1",
    " 1",
    "1 ",
    "0x1",
    "99999999999999999999999999999",
    "1e27",
    "+262142-01-01",
    "0000-01-01",
    "-0044-03-15",
    "2026-11-20 BC",
    "now",
    "today",
    "epoch",
    "2026-1-1",
    "+262142-01-01 00:00:00+00",
    "2026-11-20 12:00:00+0",
    "2026-11-20 12:00:60+00",
    "0000-01-01 00:00:00+00",
    "23:59:60",
    "24:00:00",
    "allballs",
    "TRUE",
    "t",
    "",
    "urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8",
    "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
    "67e5504410b1426f9247bb680e5fe0c8",
    "a\u{0}b",
];

#[tokio::test]
async fn no_cursor_reaches_further_than_a_refusal() {
    let (world, ada, _) = world("tampered").await;
    let mut random = Random::new(3);
    let mut wrong = Vec::new();
    for (path, sort) in sortable() {
        for descending in [false, true] {
            let keys = [(path, sort, descending)];
            let (_, next) = page(&world, &ada, &query(&keys, Page::First, 30)).await.unwrap();
            let good = next.unwrap();
            let text = String::from_utf8(
                (0..good.len())
                    .step_by(2)
                    .map(|at| u8::from_str_radix(&good[at..at + 2], 16).unwrap())
                    .collect(),
            )
            .unwrap();
            let (shape, values): (String, Vec<Option<String>>) = serde_json::from_str(&text).unwrap();
            let mut forged: Vec<String> = NASTY
                .iter()
                .map(|nasty| forge(&shape, &[Some((*nasty).into()), values[1].clone()]))
                .collect();
            forged.extend([
                forge(&shape, &[None, None]),
                forge(&shape, &[values[0].clone(), None]),
                forge(&shape, &[values[0].clone()]),
            ]);
            forged.extend([
                forge("", &values),
                forge(&shape, &[]),
                good[1..].into(),
                good[..good.len() - 2].into(),
                String::new(),
                "zz".into(),
                "é".into(),
            ]);
            for _ in 0..6 {
                let mut bytes = text.clone().into_bytes();
                let at = random.below(bytes.len());
                bytes[at] = random.draw() as u8;
                forged.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
            }
            for cursor in forged {
                match page(&world, &ada, &query(&keys, Page::After(cursor.clone()), 3)).await {
                    Ok(_) | Err(Error::Invalid(_)) => {}
                    Err(error) => wrong.push(format!("{path}: {:?}: {error:?}", unhex(&cursor))),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

fn forge(shape: &str, values: &[Option<String>]) -> String {
    json!([shape, values]).to_string().bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> String {
    (0..text.len() / 2)
        .filter_map(|at| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok())
        .map(char::from)
        .collect()
}
