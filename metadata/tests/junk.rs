//! Wrong input everywhere: each place of good definitions in turn holds something that does not belong
//! there. Nothing panics, and what is refused says where.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use metadata::definitions::Kind;
use metadata::{Catalog, Change, DdlPlan, Definitions, Version, diff};
use serde_json::{Value as Json, json};

fn good() -> Vec<(Kind, &'static str, Json)> {
    let deal = json!({
        "name": "deal", "plural": "deals", "label": "Deal", "name_field": {"label": "Name", "compose": ["code"]},
        "sharing": {"default": "read", "hierarchy": true}, "traits": ["pipeline"], "history": true,
        "fields": [
            {"name": "code", "kind": "text", "max_length": 20, "unique": true},
            {"name": "amount", "kind": "currency", "precision": 12, "scale": 2, "min": 0, "max": 9, "currency": "EUR", "default": 3},
            {"name": "stage", "kind": "picklist", "options": [{"value": "a", "label": "A", "active": true}], "default": "a"},
            {"name": "industry", "kind": "picklist", "option_set": "industry"},
            {"name": "parent", "kind": "lookup", "to": "deal", "inverse": "children", "on_delete": "cascade"},
            {"name": "about", "kind": "any_lookup", "to": ["*"], "inverse": "mentions"},
            {"name": "others", "kind": "many_to_many", "to": "user", "inverse": "other_deals"},
            {"name": "no", "kind": "autonumber", "pattern": "D-{000}"},
            {"name": "extra", "kind": "json", "schema": {"type": "object"}},
            {"name": "staff", "kind": "integer", "min": 1, "max": 5},
        ],
    });
    let view = json!({"object": "deal", "label": "All", "scope": "all", "columns": ["name", "parent.amount"],
        "pinned": ["parent.amount"], "sort": ["-amount"], "group_by": "stage", "weight_by": "staff", "display": "board", "shared_with": [],
        "filter": {"and": [{"amount": {"gt": 1}}, {"children": {"some": {"stage": {"eq": "a"}}}}]}});
    let layout = json!({"object": "deal", "highlights": ["amount"], "assign": [{"role": "*"}],
        "sections": [{"label": "A", "columns": 2, "items": [{"field": "code"}, {"related": "children"}, {"component": "x"}]}]});
    vec![
        (
            Kind::OptionSets,
            "industry",
            json!({"label": "Industry", "options": [{"value": "x", "color": "blue"}]}),
        ),
        (Kind::Objects, "deal", deal),
        (Kind::ListViews, "deal.all", view),
        (Kind::Layouts, "deal.main", layout),
    ]
}

fn junk() -> Vec<Json> {
    let long = "x".repeat(5000);
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(99_999_999_999_u64),
        json!(0.5),
        json!(""),
        json!(long),
        json!("no such thing"),
        json!("'; drop table \"x\"; --"),
        json!("\u{0}é_日本"),
        json!([]),
        json!([[]]),
        json!([1, "a"]),
        json!({}),
        json!({"name": 1}),
        json!({"x": {"y": [null]}}),
    ]
}

/// JSON pointers to every value of a document.
fn places(value: &Json, here: String, found: &mut Vec<String>) {
    match value {
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(item, format!("{here}/{at}"), found));
        }
        Json::Object(map) => map.iter().for_each(|(key, item)| places(item, format!("{here}/{key}"), found)),
        _ => {}
    }
    found.push(here);
}

fn attempt(base: &Definitions, changes: &[Change]) -> Result<(), Vec<metadata::Problem>> {
    let definitions = base.with_changes(changes, None)?;
    let catalog = Catalog::resolve(&definitions)?;
    let before = Catalog::resolve(base).unwrap();
    let old = Version { definitions: base, catalog: &before };
    DdlPlan::new("t", &diff(Some(old), Version { definitions: &definitions, catalog: &catalog })).map(drop)
}

#[test]
fn junk_at_every_place_is_answered() {
    let (good, mut refused) = (good(), 0);
    let all = |replaced: Option<(usize, Json)>| -> Vec<Change> {
        let one = |(at, (kind, name, json)): (usize, &(Kind, &str, Json))| {
            let junk = replaced.as_ref().filter(|(place, _)| *place == at).map(|(_, json)| json.clone());
            Change {
                kind: *kind,
                name: (*name).to_owned(),
                definition: Some(junk.unwrap_or_else(|| json.clone())),
            }
        };
        good.iter().enumerate().map(one).collect()
    };
    attempt(&Definitions::initial(), &all(None)).unwrap();
    let defined = Definitions::initial().with_changes(&all(None), None).unwrap();
    for (at, (kind, name, json)) in good.iter().enumerate() {
        let mut pointers = Vec::new();
        places(json, String::new(), &mut pointers);
        for (pointer, junk) in
            pointers.iter().flat_map(|pointer| junk().into_iter().map(move |j| (pointer, j)))
        {
            let mut broken = json.clone();
            *broken.pointer_mut(pointer).unwrap() = junk;
            // On a fresh tenant only now and then: it takes the longest.
            let fresh = (pointer.len() + refused).is_multiple_of(16);
            let outcome = match fresh {
                true => attempt(&Definitions::initial(), &all(Some((at, broken)))),
                false => attempt(
                    &defined,
                    &[Change { kind: *kind, name: (*name).to_owned(), definition: Some(broken) }],
                ),
            };
            if let Err(problems) = outcome {
                refused += 1;
                assert!(!problems.is_empty());
                assert!(
                    problems.iter().all(|p| !p.path.is_empty() && !p.message.is_empty()),
                    "{pointer}: {problems:?}"
                );
            }
        }
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn junk_in_a_field_alone_is_answered() {
    let (base, kinds) = (good(), metadata::FieldKind::NAMES);
    let changes: Vec<Change> = base
        .into_iter()
        .map(|(kind, name, json)| Change { kind, name: name.to_owned(), definition: Some(json) })
        .collect();
    let base = Definitions::initial().with_changes(&changes, None).unwrap();
    let keys = [
        "name",
        "max_length",
        "min",
        "precision",
        "options",
        "option_set",
        "to",
        "pattern",
        "default",
        "unique",
        "indexed",
    ];
    for kind in kinds {
        for (key, junk) in keys.iter().flat_map(|key| junk().into_iter().map(move |junk| (key, junk))) {
            let definition = Some(json!({"kind": kind, *key: junk}));
            let _ = attempt(&base, &[Change { kind: Kind::Fields, name: "deal.fresh".into(), definition }]);
        }
    }
    for (name, junk) in ["", ".", "deal", "deal.", ".x", "deal.a.b"]
        .iter()
        .flat_map(|n| junk().into_iter().map(move |j| (n, j)))
    {
        for kind in Kind::ALL {
            let change = Change { kind, name: (*name).to_owned(), definition: Some(junk.clone()) };
            let _ = attempt(&base, &[change, Change { kind, name: (*name).to_owned(), definition: None }]);
        }
    }
}
