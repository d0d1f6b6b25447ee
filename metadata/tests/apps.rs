//! Definitions of apps: what is wrong is told at its place, what is added stands after what is there, and a renamed
//! object stays in its apps.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use metadata::definitions::Kind;
use metadata::{Catalog, Change, Definitions, Problem};
use serde_json::{Value as Json, json};

fn change(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn objects() -> Vec<Change> {
    let object = |name: &str| {
        change(Kind::Objects, name, json!({ "name": name, "plural": format!("{name}s"), "fields": [] }))
    };
    let view = json!({ "object": "tree", "label": "Old", "columns": ["name"] });
    vec![object("tree"), object("bird"), change(Kind::ListViews, "tree.old", view)]
}

fn resolve(more: Vec<Change>) -> Result<(Definitions, Catalog), Vec<Problem>> {
    let all: Vec<Change> = objects().into_iter().chain(more).collect();
    let definitions = Definitions::initial().with_changes(&all, None)?;
    Catalog::resolve(&definitions).map(|catalog| (definitions, catalog))
}

fn app(name: &str, definition: Json) -> Change {
    change(Kind::Apps, name, definition)
}

fn codes(definition: Json) -> Vec<String> {
    let garden = app("garden", json!({ "label": "Garden", "items": [{ "object": "tree" }] }));
    let found = resolve(vec![garden, app("wrong", definition)]).map(drop).unwrap_err();
    found.iter().map(|one| format!("{} {}", one.path.replace("apps.wrong.", ""), one.code)).collect()
}

/// Each app with the objects and views of its lines.
fn shown(catalog: &Catalog) -> Vec<(String, Vec<String>)> {
    let lines = |app: &metadata::catalog::apps::App| {
        let line = |item: &metadata::definitions::app::Item| item.view_name().unwrap_or(item.object.clone());
        (app.label.clone(), app.items.iter().map(line).collect())
    };
    catalog.apps().iter().map(lines).collect()
}

#[test]
fn each_mistake_has_its_place() {
    let tree = json!([{ "object": "tree" }]);
    for (definition, expected) in [
        (json!({ "items": [] }), vec!["items required"]),
        (json!({ "items": [{ "object": "tre" }] }), vec!["items.0.object unknown-object"]),
        (json!({ "items": [{ "object": "tree", "view": "young" }] }), vec!["items.0.view unknown-view"]),
        (
            json!({ "items": [{ "object": "tree" }, { "object": "tree", "view": "old" }, { "object": "tree" }] }),
            vec!["items.2 duplicate"],
        ),
        (json!({ "extends": "wood", "items": tree }), vec!["extends unknown-app"]),
        (json!({ "extends": "wrong", "items": tree }), vec!["extends unknown-app"]),
        (
            json!({ "extends": "garden", "label": "Mine", "icon": "x", "items": tree }),
            vec!["label contradiction", "icon contradiction"],
        ),
        (
            json!({ "items": tree, "shared_with": [{ "everyone": true }, { "role": "nobody" }] }),
            vec!["shared_with.1.role unknown-role"],
        ),
    ] {
        assert_eq!(codes(definition.clone()), expected, "{definition}");
    }
}

#[test]
fn a_definition_is_held_to_its_schema() {
    for wrong in
        [json!({}), json!({ "items": [{}] }), json!({ "items": [{ "object": "tree" }], "url": "https://x" })]
    {
        assert!(resolve(vec![app("wrong", wrong.clone())]).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_added_stands_after_what_is_there_and_nothing_stands_twice() {
    let all = vec![
        app("wood", json!({ "order": 5, "items": [{ "object": "tree" }] })),
        app(
            "garden",
            json!({ "label": "Garden", "order": 1, "items": [{ "object": "tree", "view": "old" }] }),
        ),
        app(
            "more",
            json!({ "extends": "garden", "items": [{ "object": "bird" }, { "object": "tree", "view": "old" }] }),
        ),
        app("off", json!({ "active": false, "items": [{ "object": "bird" }] })),
    ];
    let (_, catalog) = resolve(all).unwrap();
    let lines = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let expected = [("Garden", lines(&["tree.old", "bird"])), ("Wood", lines(&["tree"]))];
    assert_eq!(shown(&catalog), expected.map(|(label, items)| (label.to_owned(), items)));
}

#[test]
fn a_renamed_object_stays_and_a_used_one_cannot_go() {
    let garden =
        app("garden", json!({ "items": [{ "object": "tree", "view": "old" }, { "object": "bird" }] }));
    let (definitions, _) = resolve(vec![garden]).unwrap();
    let renamed = change(Kind::Objects, "tree", json!({ "name": "oak", "plural": "oaks", "fields": [] }));
    let definitions = definitions.with_changes(&[renamed], None).unwrap();
    let catalog = Catalog::resolve(&definitions).unwrap();
    assert_eq!(shown(&catalog)[0].1, ["oak.old", "bird"]);
    let gone = Change { kind: Kind::Objects, name: "bird".into(), definition: None };
    let problems =
        definitions.with_changes(&[gone], None).and_then(|next| Catalog::resolve(&next)).unwrap_err();
    assert!(problems.iter().any(|one| one.code == "unknown-object"), "{problems:?}");
}
