//! What list views say of columns that stay in sight and of what amounts are weighted by.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use std::collections::BTreeMap;

use metadata::package::Company;
use metadata::{Catalog, Change, Definitions, Kind, files};
use serde_json::{Value as Json, json};

fn change(kind: Kind, name: &str, definition: Json) -> Change {
    Change { kind, name: name.into(), definition: Some(definition) }
}

fn own() -> Definitions {
    let yard = json!({ "plural": "yards", "fields": [{ "name": "size", "kind": "integer" }] });
    let boat = json!({ "plural": "boats", "fields": [
        { "name": "price", "kind": "currency" }, { "name": "chance", "kind": "percent" },
        { "name": "tons", "kind": "decimal" }, { "name": "port", "kind": "text" },
        { "name": "yard", "kind": "lookup", "to": "yard", "inverse": "boats" },
        { "name": "half", "kind": "formula", "formula": "chance / 2" }] });
    let changes = [change(Kind::Objects, "yard", yard), change(Kind::Objects, "boat", boat)];
    Definitions::initial().with_changes(&changes, None).unwrap()
}

fn view(more: Json) -> Change {
    let mut view = json!({ "object": "boat", "label": "All", "columns": ["price", "port", "yard.size"] });
    view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    change(Kind::ListViews, "boat.all", view)
}

/// What is wrong with a view, in its form or beside the catalog.
fn wrong(more: Json) -> Vec<String> {
    let put = own().with_changes(&[view(more)], None).and_then(|next| Catalog::resolve(&next));
    let problems = put.err().unwrap_or_default();
    problems.iter().map(|one| format!("{} {}", one.path, one.code)).collect()
}

#[test]
fn pins_are_paths_and_weights_are_numbers_of_the_object() {
    for good in [
        json!({ "pinned": ["port", "yard.size"] }),
        json!({ "weight_by": "chance" }),
        json!({ "weight_by": "tons", "display": "board" }),
        json!({ "weight_by": "half" }),
        json!({ "weight_by": "none" }),
        // A pin of what is no column of the view any more pins nothing.
        json!({ "pinned": ["tons"] }),
    ] {
        assert_eq!(wrong(good.clone()), Vec::<String>::new(), "{good}");
    }
    for (bad, expected) in [
        (json!({ "pinned": ["port", "prot"] }), "list-views.boat.all.pinned.1 unknown-field"),
        (json!({ "pinned": "port" }), "list-views.boat.all.pinned wrong-type"),
        (json!({ "weight_by": "chanse" }), "list-views.boat.all.weight_by unknown-field"),
        (json!({ "weight_by": "port" }), "list-views.boat.all.weight_by wrong-kind"),
        (json!({ "weight_by": "yard" }), "list-views.boat.all.weight_by wrong-kind"),
        (json!({ "weight_by": "yard.size" }), "list-views.boat.all.weight_by unknown-field"),
        (json!({ "weight_by": 3 }), "list-views.boat.all.weight_by wrong-type"),
    ] {
        assert_eq!(wrong(bad.clone()), [expected], "{bad}");
    }
}

#[test]
fn they_follow_renames_and_hold_their_fields() {
    let said = json!({ "pinned": ["port"], "weight_by": "chance" });
    let before = own().with_changes(&[view(said)], None).unwrap();
    let renamed = [
        change(Kind::Fields, "boat.port", json!({ "name": "harbour", "kind": "text" })),
        change(Kind::Fields, "boat.chance", json!({ "name": "odds", "kind": "percent" })),
        change(
            Kind::Fields,
            "boat.half",
            json!({ "name": "half", "kind": "formula", "formula": "odds / 2" }),
        ),
    ];
    let next = before.with_changes(&renamed, None).unwrap();
    let shown = |definitions: &Definitions| {
        let catalog = Catalog::resolve(definitions).unwrap();
        serde_json::to_value(&*catalog.parts.list_views["boat.all"]).unwrap()
    };
    let view = shown(&next);
    assert_eq!((&view["pinned"], &view["weight_by"]), (&json!(["harbour"]), &json!("odds")));
    // Who takes a field away is told of them.
    let gone = [Change { kind: Kind::Fields, name: "boat.harbour".into(), definition: None }];
    let without = next.with_changes(&gone, None).unwrap();
    let problems = Catalog::resolve(&without).unwrap_err();
    let told = Catalog::resolve(&next).unwrap().with_dependents(&without, problems);
    assert!(told.iter().any(|one| one.code == "in-use" && one.message.contains("boat.all")), "{told:?}");
}

#[test]
fn as_files_they_come_back_as_they_were() {
    let said = json!({ "pinned": ["port", "yard.size"], "weight_by": "none", "display": "board", "group_by": "port" });
    let before = own().with_changes(&[view(said.clone())], None).unwrap();
    let pulled = before.files(&BTreeMap::new(), &Company::default());
    let file = &pulled["list-views/boat.all.json"];
    for (key, value) in said.as_object().unwrap() {
        assert_eq!(&file[key], value, "{key}");
    }
    let wanted = files::read(pulled.clone()).unwrap();
    let (next, _) = Definitions::initial().with_files(&wanted, &Company::default(), &|_| false).unwrap();
    Catalog::resolve(&next).unwrap();
    assert_eq!(next.files(&BTreeMap::new(), &Company::default()), pulled);
}
