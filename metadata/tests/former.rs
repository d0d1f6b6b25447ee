//! Definitions under names of before: everything that speaks of a field says its former name, and leads to the column of
//! today.
#![allow(clippy::unwrap_used, reason = "a broken definition should stop its test")]

use std::collections::BTreeMap;

use metadata::definitions::Former;
use metadata::{Catalog, Change, Definitions, Kind};
use serde_json::{Value as Json, json};

fn change(kind: &str, name: &str, definition: Json) -> Change {
    Change { kind: Kind::find(kind).unwrap(), name: name.into(), definition: Some(definition) }
}

fn world() -> Definitions {
    let changes = [
        change("objects", "firm", json!({"name": "firm", "plural": "firms", "fields": []})),
        change(
            "objects",
            "offer",
            json!({"name": "offer", "plural": "offers", "fields": [
            {"name": "total", "kind": "currency"},
            {"name": "amount", "kind": "text"},
            {"name": "customer", "kind": "lookup", "to": "firm", "inverse": "offers"},
            {"name": "first", "kind": "integer"},
            {"name": "second", "kind": "integer"},
            {"name": "twice", "kind": "formula", "formula": "total * 2 + first"}]}),
        ),
        change(
            "list-views",
            "offer.all",
            json!({"object": "offer", "label": "All", "columns": ["total", "customer.name"], "sort": ["-total"], "where": "total > 3"}),
        ),
        change(
            "roles",
            "clerk",
            json!({"label": "Clerk", "objects": {"offer": {"read": "all"}}, "fields": {"offer.total": {"read": false, "edit": false}}}),
        ),
        change(
            "fields",
            "firm.worth",
            json!({"name": "worth", "kind": "rollup", "of": "offers", "function": "sum", "field": "total"}),
        ),
    ];
    Definitions::initial().with_changes(&changes, None).unwrap()
}

/// What fields are called at last, by what they are called now.
fn under(definitions: &Definitions, names: &[(&str, &str)]) -> (Definitions, Catalog) {
    let offer = definitions.objects.iter().find(|one| one.object.definition.name == "offer").unwrap();
    let id = |name: &str| {
        offer.fields.iter().find(|field| field.definition.common.name == name).unwrap().id.clone()
    };
    let fields = names.iter().map(|(now, then)| (id(now), (*then).to_owned())).collect();
    let old = definitions.under(&Former { fields, plurals: BTreeMap::new() });
    let stored = Catalog::resolve(definitions).unwrap();
    let catalog = Catalog::resolve_over(&old, &stored).unwrap();
    (old, catalog)
}

#[test]
fn what_speaks_of_a_field_says_its_former_name_and_its_column_stays() {
    let (old, catalog) = under(&world(), &[("total", "amount"), ("customer", "firm")]);
    let offer = catalog.find_object("offer").unwrap();
    let column = |key: &str| offer.find_key(key).map(|(_, column)| column.name.as_str());
    assert_eq!((column("amount"), column("firm_id")), (Some("total"), Some("customer_id")));
    // Who has the name now makes room.
    assert_eq!((column("amount_new"), column("total"), column("customer_id")), (Some("amount"), None, None));
    let json = |kind, name: &str| catalog.component_json(kind, name).unwrap();
    let view = json(Kind::ListViews, "offer.all");
    assert_eq!((&view["columns"], &view["sort"]), (&json!(["amount", "firm.name"]), &json!(["-amount"])));
    assert_eq!(view["where"], "amount > 3");
    assert_eq!(json(Kind::Roles, "clerk")["fields"], json!({"offer.amount": {"read": false, "edit": false}}));
    assert_eq!(json(Kind::Fields, "firm.worth")["field"], "amount");
    assert!(json(Kind::Fields, "offer.twice")["formula"].as_str().unwrap().starts_with("amount"));
    assert_eq!(old.objects.len(), world().objects.len());
}

#[test]
fn two_fields_that_have_changed_their_names_have_them_back() {
    let (_, catalog) = under(&world(), &[("first", "second"), ("second", "first")]);
    let offer = catalog.find_object("offer").unwrap();
    let column = |key: &str| offer.find_key(key).unwrap().1.name.as_str();
    assert_eq!((column("first"), column("second")), ("second", "first"));
    let twice = catalog.component_json(Kind::Fields, "offer.twice").unwrap();
    assert_eq!(twice["formula"], "total * 2 + second");
}

#[test]
fn plurals_that_are_taken_make_room_too() {
    let definitions = world();
    let id = |name: &str| {
        let found = definitions.objects.iter().find(|one| one.object.definition.name == name);
        found.unwrap().object.id.clone()
    };
    let plurals = BTreeMap::from([(id("offer"), "firms".to_owned())]);
    let old = definitions.under(&Former { fields: BTreeMap::new(), plurals });
    let catalog = Catalog::resolve_over(&old, &Catalog::resolve(&definitions).unwrap()).unwrap();
    let name = |plural: &str| catalog.find_plural(plural).map(|object| object.name.as_str());
    assert_eq!((name("firms"), name("firms_new"), name("offers")), (Some("offer"), Some("firm"), None));
    assert_eq!(catalog.find_object("offer").unwrap().scope, "offers", "scopes know it by its plural of now");
}
