//! What programs notice of a change, and what a change asks of records that are there.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use metadata::ddl::stricter;
use metadata::diff::noticed;
use metadata::{Catalog, Change, Definitions, Kind};
use serde_json::{Value as Json, json};

fn change(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: (!definition.is_null()).then_some(definition) }
}

/// A shop before and after some changes.
fn both(changes: &[Change]) -> (Catalog, Catalog) {
    let (old, new) = definitions(changes);
    (Catalog::resolve(&old).unwrap(), Catalog::resolve(&new).unwrap())
}

fn definitions(changes: &[Change]) -> (Definitions, Definitions) {
    let shelf = json!({ "plural": "shelves", "fields": [] });
    let item = json!({ "plural": "items", "fields": [
        { "name": "code", "kind": "text", "max_length": 20 },
        { "name": "price", "kind": "decimal", "precision": 12, "scale": 2 },
        { "name": "mood", "kind": "picklist", "options": [{ "value": "calm" }, { "value": "it's" }] },
        { "name": "moods", "kind": "multi_picklist", "options": [{ "value": "calm" }, { "value": "wild" }] },
        { "name": "shelf", "kind": "lookup", "to": "shelf", "inverse": "items" },
    ] });
    let first = [change(Kind::Objects, "shelf", shelf), change(Kind::Objects, "item", item)];
    let old = Definitions::initial().with_changes(&first, None).unwrap();
    let new = old.with_changes(changes, None).unwrap();
    (old, new)
}

fn field(name: &str, definition: Json) -> Change {
    change(Kind::Fields, &format!("item.{name}"), definition)
}

/// A line for each thing that programs notice; those that break them with a mark.
fn told(changes: &[Change]) -> Vec<String> {
    let (old, new) = both(changes);
    let line = |one: metadata::diff::Noticed| {
        let what = serde_json::to_value(one.what).unwrap();
        let mark = if one.breaking { "! " } else { "" };
        format!("{mark}{} {}: {}", what.as_str().unwrap(), one.name, one.text)
    };
    noticed(&old, &new).into_iter().map(line).collect()
}

#[test]
fn what_breaks_programs_is_told_apart_from_what_does_not() {
    assert_eq!(told(&[]), [""; 0]);
    let text = |more: Json| {
        let mut field = json!({ "name": "code", "kind": "text", "max_length": 20 });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    for (definition, expected) in [
        (text(json!({ "label": "Other" })), None),
        (text(json!({ "max_length": 30 })), Some("field item.code: more values are taken")),
        (text(json!({ "max_length": 10 })), Some("! field item.code: fewer values are taken")),
        (text(json!({ "required": true })), Some("! field item.code: whoever makes a record must say it")),
        (
            text(json!({ "required": true, "default": "x" })),
            Some("! field item.code: it cannot be blank any more"),
        ),
        (text(json!({ "unique": true })), Some("! field item.code: a value may be there once only")),
        (text(json!({ "name": "sku" })), Some("! field item.sku: it is called `sku` in place of `code`")),
        (
            json!({ "name": "code", "kind": "long_text" }),
            Some("field item.code: it is long_text in place of text"),
        ),
        (
            json!({ "name": "code", "kind": "integer" }),
            Some("! field item.code: it is integer in place of text"),
        ),
        (Json::Null, Some("! field item.code: it is not answered and not taken any more")),
    ] {
        let found = told(&[field("code", definition.clone())]);
        assert_eq!(found, expected.map(str::to_owned).into_iter().collect::<Vec<_>>(), "{definition}");
    }
    let mood = |options: Json| json!({ "name": "mood", "kind": "picklist", "options": options });
    let options = json!([{ "value": "calm", "active": false }, { "value": "new" }]);
    assert_eq!(
        told(&[field("mood", mood(options))]),
        [
            "! field item.mood: options are gone: it's; options cannot be chosen any more: calm; options are new: new"
        ]
    );
    assert_eq!(
        told(&[
            field("a", json!({ "name": "a", "kind": "text" })),
            field("b", json!({ "name": "b", "kind": "text", "required": true }))
        ]),
        ["field item.a: it is new", "! field item.b: it is new, and whoever makes a record must say it"]
    );
}

#[test]
fn values_of_another_type_are_noticed_where_the_kind_stays() {
    let formula = |text: &str| json!({ "name": "f", "kind": "formula", "formula": text });
    let total = |more: Json| {
        let mut field = json!({ "name": "total", "kind": "rollup", "of": "items" });
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        change(Kind::Fields, "shelf.total", field)
    };
    let first = [field("f", formula("price * 2")), total(json!({ "function": "sum", "field": "price" }))];
    let (_, old) = definitions(&first);
    let told = |changes: &[Change]| {
        let new = old.with_changes(changes, None).unwrap();
        let found = noticed(&Catalog::resolve(&old).unwrap(), &Catalog::resolve(&new).unwrap());
        found.into_iter().map(|one| (one.breaking, one.name, one.text)).collect::<Vec<_>>()
    };
    assert_eq!(told(&[field("f", formula("price * 3"))]), []);
    let text = |text: &str| text.to_owned();
    assert_eq!(
        told(&[field("f", formula("code")), total(json!({ "function": "count" }))]),
        [
            (true, text("shelf.total"), text("its values are integer in place of decimal")),
            (true, text("item.f"), text("its values are text in place of decimal")),
        ]
    );
    let sealed = json!({ "name": "code", "kind": "text", "max_length": 20, "encrypted": true });
    let found = told(&[field("f", formula("price * 2")), field("code", sealed)]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0 && found[0].2.starts_with("it is encrypted"), "{found:?}");
}

#[test]
fn what_is_otherwise_is_told_in_parts_beside_the_sentence() {
    let (old, new) = both(&[
        field("code", json!({ "name": "sku", "kind": "long_text", "required": true })),
        field(
            "mood",
            json!({ "name": "mood", "kind": "picklist", "options": [{ "value": "calm" }, { "value": "new" }] }),
        ),
        field("size", json!({ "name": "size", "kind": "integer", "required": true })),
        field("moods", Json::Null),
    ]);
    let parts = |one: &metadata::diff::Noticed| (one.name.clone(), json!(one)["differences"].clone());
    let found: Vec<_> = noticed(&old, &new).iter().map(parts).collect();
    let expected = [
        (
            "item.sku",
            json!([
                { "code": "renamed", "before": "code", "after": "sku" },
                { "code": "kind", "before": "text", "after": "long_text" },
                { "code": "needed" },
            ]),
        ),
        (
            "item.mood",
            json!([
                { "code": "options-gone", "options": ["it's"] },
                { "code": "options-new", "options": ["new"] },
            ]),
        ),
        ("item.moods", json!([{ "code": "gone" }])),
        ("item.size", json!([{ "code": "new-and-needed" }])),
    ];
    assert_eq!(found, expected.map(|(name, parts)| (name.to_owned(), parts)));
}

#[test]
fn objects_and_relations_are_noticed_by_their_names() {
    let renamed = json!({ "name": "ware", "plural": "wares" });
    let shelf = json!({ "name": "shelf", "kind": "lookup", "to": "shelf", "inverse": "wares" });
    assert_eq!(
        told(&[field("shelf", shelf), change(Kind::Objects, "item", renamed)]),
        [
            "! relation shelf.wares: it is called `wares` in place of `items`",
            "! route /api/v1/wares: records are at /api/v1/wares in place of /api/v1/items",
            "! type ware: the type is called `ware` in place of `item`",
        ]
    );
    assert_eq!(
        told(&[
            change(Kind::Objects, "item", Json::Null),
            change(Kind::Objects, "box", json!({ "plural": "boxes" }))
        ]),
        [
            "! relation shelf.items: it is not answered any more",
            "! route /api/v1/items: the route is gone",
            "! type item: the type is gone",
            "route /api/v1/boxes: the route is new",
            "type box: the type is new",
        ]
    );
}

#[test]
fn what_is_asked_anew_of_records_is_a_question() {
    let (old, new) = both(&[
        field(
            "code",
            json!({ "name": "sku", "kind": "text", "max_length": 10, "required": true, "unique": true }),
        ),
        field(
            "price",
            json!({ "name": "price", "kind": "decimal", "precision": 12, "scale": 2, "min": 0, "max": 99.5 }),
        ),
        field("mood", json!({ "name": "mood", "kind": "picklist", "options": [{ "value": "calm" }] })),
        field(
            "moods",
            json!({ "name": "moods", "kind": "multi_picklist", "options": [{ "value": "wild" }], "required": true }),
        ),
    ]);
    let found = stricter(&old, &new);
    let told: Vec<String> =
        found.iter().map(|one| format!("{} {}: {}", one.path, one.code, one.question("t_demo"))).collect();
    insta::assert_snapshot!("stricter", told.join("\n"));
    assert!(stricter(&new, &old).is_empty(), "less strict");
}
