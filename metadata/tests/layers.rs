//! A package's layer and the tenant's: what holds after an upgrade, for each class of property; what goes and comes
//! back.
#![allow(clippy::unwrap_used, reason = "a broken definition should stop its test")]

use metadata::definitions::layering::Layering;
use metadata::layers::{Class, Merged, Outcome};
use metadata::{Catalog, Change, Definitions, Kind};
use serde_json::{Value as Json, json};

fn change(kind: &str, name: &str, definition: Json) -> Change {
    let definition = Some(definition).filter(|definition| !definition.is_null());
    Change { kind: Kind::find(kind).unwrap(), name: name.into(), definition }
}

/// The first version of a package.
fn first() -> Vec<Change> {
    vec![
        change(
            "objects",
            "car",
            json!({"name": "car", "plural": "cars", "icon": "car", "fields": [
            {"name": "plate", "kind": "text", "max_length": 10, "help": "As on the car"},
            {"name": "price", "kind": "currency"},
            {"name": "fuel", "kind": "picklist", "options": [{"value": "petrol"}, {"value": "diesel"}, {"value": "gas"}]},
            {"name": "tax", "kind": "formula", "formula": "price * 0.1"},
            {"name": "old", "kind": "text"}]}),
        ),
        change(
            "layouts",
            "car.default",
            json!({"object": "car", "sections": [
            {"label": "Car", "columns": 2, "items": [{"field": "plate"}, {"field": "price"}, {"field": "fuel"}]}]}),
        ),
        change(
            "list-views",
            "car.all",
            json!({"object": "car", "label": "All", "columns": ["plate", "price"], "sort": ["-price"]}),
        ),
        change("list-views", "car.spare", json!({"object": "car", "label": "Spare", "columns": ["plate"]})),
        change(
            "validation-rules",
            "car.priced",
            json!({"object": "car", "when": "price < 0", "message": "Too cheap"}),
        ),
        change(
            "roles",
            "dealer",
            json!({"label": "Dealer", "objects": {"car": {"create": true, "read": "own"}}}),
        ),
    ]
}

/// The second: it changes what the first said, in every class.
fn second() -> Vec<Change> {
    vec![
        change(
            "objects",
            "car",
            json!({"name": "car", "plural": "cars", "label": "Vehicle", "icon": "truck", "fields": [
            {"name": "plate", "kind": "text", "max_length": 12, "label": "Registration", "help": "As on the plate"},
            {"name": "seats", "kind": "integer"},
            {"name": "price", "kind": "currency", "label": "List price", "required": true},
            {"name": "fuel", "kind": "picklist", "options": [{"value": "petrol", "label": "Gasoline"}, {"value": "diesel"}, {"value": "electric"}]},
            {"name": "tax", "kind": "formula", "formula": "price * 0.2"}]}),
        ),
        change(
            "layouts",
            "car.default",
            json!({"object": "car", "sections": [
            {"label": "Car", "columns": 2, "items": [{"field": "plate"}, {"field": "seats"}, {"field": "price"}, {"field": "fuel"}]},
            {"label": "Money", "items": [{"field": "tax"}]}]}),
        ),
        change(
            "list-views",
            "car.all",
            json!({"object": "car", "label": "All cars", "columns": ["plate", "seats", "price"], "sort": ["plate"]}),
        ),
        change(
            "validation-rules",
            "car.priced",
            json!({"object": "car", "when": "price <= 0", "message": "Name a price"}),
        ),
        change(
            "roles",
            "dealer",
            json!({"label": "Dealer", "objects": {"car": {"create": true, "read": "all"}}}),
        ),
    ]
}

fn installed() -> Definitions {
    let (definitions, merged) = Definitions::initial().with_package(&first(), Layering::of("cars")).unwrap();
    assert_eq!(merged, []);
    definitions
}

fn put(definitions: &Definitions, changes: &[Change]) -> Definitions {
    let next = definitions.with_changes(changes, None).unwrap();
    Catalog::resolve(&next).unwrap();
    next
}

fn upgrade(definitions: &Definitions, take: &[&str], archive: &[&str]) -> (Definitions, Vec<Merged>) {
    let take: Vec<String> = take.iter().map(|path| (*path).to_owned()).collect();
    let archive = |name: &str| archive.contains(&name);
    let layering = Layering { take: &take, archive: &archive, ..Layering::of("cars") };
    let (next, merged) = definitions.with_package(&second(), layering).unwrap();
    Catalog::resolve(&next).unwrap();
    (next, merged)
}

fn field(definitions: &Definitions, name: &str) -> Json {
    Catalog::resolve(definitions).unwrap().component_json(Kind::Fields, name).unwrap()
}

fn part(definitions: &Definitions, kind: Kind, name: &str) -> Json {
    Catalog::resolve(definitions).unwrap().component_json(kind, name).unwrap_or_default()
}

fn everything(definitions: &Definitions) -> Vec<Json> {
    let catalog = Catalog::resolve(definitions).unwrap();
    Kind::ALL.into_iter().flat_map(|kind| catalog.list_json(kind)).collect()
}

/// What an administrator does over a year.
fn changed() -> Definitions {
    let start = installed();
    let mut car = part(&start, Kind::Objects, "car");
    car["label"] = "Auto".into();
    let start = put(&start, &[change("objects", "car", car)]);
    let mut fuel = field(&start, "car.fuel");
    fuel["options"][0]["color"] = "red".into();
    fuel["options"].as_array_mut().unwrap().push(json!({"value": "steam"}));
    fuel["options"][1]["active"] = false.into();
    let mut plate = field(&start, "car.plate");
    plate["label"] = "Number plate".into();
    plate["max_length"] = 20.into();
    let mut tax = field(&start, "car.tax");
    tax["formula"] = "price * 0.15".into();
    let mut layout = part(&start, Kind::Layouts, "car.default");
    layout["sections"][0]["items"].as_array_mut().unwrap().insert(1, json!({"field": "colour"}));
    let mut view = part(&start, Kind::ListViews, "car.all");
    view["columns"].as_array_mut().unwrap().push("colour".into());
    view["label"] = "Fleet".into();
    let mut rule = part(&start, Kind::ValidationRules, "car.priced");
    rule["active"] = false.into();
    let mut role = part(&start, Kind::Roles, "dealer");
    role["objects"]["car"]["read"] = "team".into();
    put(
        &start,
        &[
            change("fields", "car.colour", json!({"name": "colour", "kind": "text"})),
            change("fields", "car.fuel", fuel),
            change("fields", "car.plate", plate),
            change("fields", "car.tax", tax),
            change("layouts", "car.default", layout),
            change("list-views", "car.all", view),
            change("validation-rules", "car.priced", rule),
            change("roles", "dealer", role),
            change(
                "list-views",
                "car.mine",
                json!({"object": "car", "label": "Mine", "columns": ["colour"]}),
            ),
        ],
    )
}

#[test]
fn each_class_of_property_has_its_answer() {
    let (after, merged) = upgrade(&changed(), &[], &[]);
    let outcome = |path: &str| merged.iter().find(|one| one.path == path).map(|one| (one.class, one.outcome));

    // Tenant's: labels, options, layouts, views, switches. The tenant's word stays, additions of both are there.
    let catalog = Catalog::resolve(&after).unwrap();
    let car = catalog.find_object("car").unwrap();
    assert_eq!((car.label.as_str(), car.icon.as_deref()), ("Auto", Some("truck")));
    assert_eq!(outcome("objects.car.label"), Some((Class::Tenant, Outcome::Kept)));
    let plate = field(&after, "car.plate");
    assert_eq!((&plate["label"], &plate["help"]), (&json!("Number plate"), &json!("As on the plate")));
    assert_eq!(plate["max_length"], 20, "the wider of both");
    assert_eq!(outcome("objects.car.fields.plate.max_length"), Some((Class::Tenant, Outcome::Kept)));
    let options = field(&after, "car.fuel")["options"].clone();
    let expected = json!([
        {"value": "petrol", "label": "Gasoline", "color": "red"},
        {"value": "diesel", "label": "Diesel", "active": false},
        {"value": "steam", "label": "Steam"},
        {"value": "electric", "label": "Electric"},
        {"value": "gas", "label": "Gas", "active": false}]);
    let mut sorted = options.as_array().unwrap().clone();
    sorted.sort_by_key(|one| {
        expected.as_array().unwrap().iter().position(|known| known["value"] == one["value"])
    });
    assert_eq!(Json::Array(sorted), expected);
    assert_eq!(outcome("objects.car.fields.fuel.options.gas"), Some((Class::Tenant, Outcome::Adopted)));
    let layout = part(&after, Kind::Layouts, "car.default");
    let items = json!([{"field": "plate"}, {"field": "colour"}, {"field": "seats"}, {"field": "price"}, {"field": "fuel"}]);
    assert_eq!(layout["sections"][0]["items"], items);
    assert_eq!(layout["sections"][1]["label"], "Money");
    let view = part(&after, Kind::ListViews, "car.all");
    assert_eq!((&view["label"], &view["sort"]), (&json!("Fleet"), &json!(["plate"])));
    assert_eq!(view["columns"], json!(["plate", "seats", "price", "colour"]));
    assert!(catalog.parts.list_views.contains_key("car.mine"));

    // A rule that the tenant switched off stays off, with the package's new condition and message.
    let rule = part(&after, Kind::ValidationRules, "car.priced");
    assert_eq!(
        (&rule["active"], &rule["when"], &rule["message"]),
        (&json!(false), &json!("price <= 0"), &json!("Name a price"))
    );

    // The package's: formulas, permissions. Kept, and told.
    assert_eq!(field(&after, "car.tax")["formula"], "price * 0.15");
    assert_eq!(outcome("objects.car.fields.tax.formula"), Some((Class::Package, Outcome::Conflict)));
    assert_eq!(part(&after, Kind::Roles, "dealer")["objects"]["car"]["read"], "team");
    assert_eq!(outcome("roles.dealer.objects.car.read"), Some((Class::Package, Outcome::Conflict)));

    // What the tenant left alone follows; what the version is without is the tenant's own, or gone.
    let price = field(&after, "car.price");
    assert_eq!(
        (&price["label"], &price["required"], &price["package"]),
        (&json!("List price"), &json!(true), &json!("cars"))
    );
    assert_eq!(field(&after, "car.old")["package"], Json::Null);
    assert_eq!(outcome("objects.car.fields.old"), Some((Class::Package, Outcome::Adopted)));
    assert_eq!(outcome("list-views.car.spare"), Some((Class::Package, Outcome::Removed)));
    assert_eq!(field(&after, "car.colour")["package"], Json::Null);
    let order: Vec<&str> =
        car.fields.iter().filter(|field| !field.standard).map(|field| field.name.as_str()).collect();
    assert_eq!(order, ["plate", "seats", "price", "fuel", "tax", "old", "colour"]);

    let (again, merged) = upgrade(&after, &[], &[]);
    assert_eq!((again, merged), (after, Vec::new()), "coming again changes nothing");
}

#[test]
fn a_conflict_is_decided_by_name() {
    let (after, merged) = upgrade(&changed(), &["objects.car.fields.tax", "roles.dealer"], &["car.old"]);
    assert_eq!(field(&after, "car.tax")["formula"], "price * 0.2");
    assert_eq!(part(&after, Kind::Roles, "dealer")["objects"]["car"]["read"], "all");
    let taken = merged.iter().filter(|one| one.outcome == Outcome::Taken).count();
    assert_eq!(taken, 2);
    assert!(Catalog::resolve(&after).unwrap().find_object("car").unwrap().find_field("old").is_none());
}

#[test]
fn what_the_tenant_removed_stays_removed() {
    let removed = put(
        &installed(),
        &[
            change("fields", "car.old", Json::Null),
            change("fields", "car.tax", Json::Null),
            change("list-views", "car.all", Json::Null),
        ],
    );
    // The new layout shows a field that is not there any more: nothing is guessed.
    let (refused, _) = removed.with_package(&second(), Layering::of("cars")).unwrap();
    let problems = Catalog::resolve(&refused).unwrap_err();
    assert_eq!(problems[0].path, "layouts.car.default.sections.1.items.0.field");

    let (after, _) = upgrade(&removed, &["objects.car.fields.tax"], &[]);
    let catalog = Catalog::resolve(&after).unwrap();
    let car = catalog.find_object("car").unwrap();
    assert!(
        car.find_field("tax").is_some()
            && car.find_field("old").is_none()
            && car.find_field("seats").is_some()
    );
    assert!(!catalog.parts.list_views.contains_key("car.all"));
    assert!(after.layers(Kind::ListViews, "car.all").unwrap().removed);
    let reset = after.without_layer(Kind::ListViews, "car.all").unwrap();
    assert_eq!(part(&reset, Kind::ListViews, "car.all")["label"], "All cars");
    let plate = change("fields", "car.plate", Json::Null);
    let gone = put(
        &put(
            &reset,
            &[change("list-views", "car.all", Json::Null), change("layouts", "car.default", Json::Null)],
        ),
        &[plate],
    );
    let reset = gone.without_layer(Kind::Fields, "car.plate").unwrap();
    assert_eq!(field(&reset, "car.plate")["label"], "Registration");
    assert!(reset.without_layer(Kind::Fields, "car.none").is_err());
}

#[test]
fn an_object_that_the_tenant_removed_stays_removed_with_its_parts() {
    let removed =
        put(&installed(), &[change("objects", "car", Json::Null), change("roles", "dealer", Json::Null)]);
    let (after, _) = upgrade(&removed, &[], &[]);
    let catalog = Catalog::resolve(&after).unwrap();
    assert!(catalog.find_object("car").is_none() && catalog.parts.layouts.is_empty());
}

#[test]
fn uninstalling_takes_the_layer_and_coming_back_brings_both() {
    let before = changed();
    let without = before.without_package("cars");
    let catalog = Catalog::resolve(&without).unwrap();
    assert!(catalog.find_object("car").is_none() && catalog.parts.list_views.is_empty());
    let (back, merged) = without.with_package(&first(), Layering::of("cars")).unwrap();
    assert_eq!(merged, []);
    assert_eq!(everything(&back), everything(&before));
    let (newer, _) = upgrade(&without, &[], &[]);
    assert_eq!(field(&newer, "car.plate")["label"], "Number plate");
    assert!(Catalog::resolve(&newer).unwrap().find_object("car").unwrap().find_field("colour").is_some());
}

#[test]
fn names_and_types_of_what_a_package_brought_stay() {
    let start = installed();
    let refused = |change: Change| {
        let problems = start.with_changes(&[change], None).unwrap_err();
        problems.into_iter().map(|problem| (problem.path, problem.code)).collect::<Vec<_>>()
    };
    let locked = |path: &str| vec![(path.to_owned(), "locked".to_owned())];
    let text = json!({"name": "old", "kind": "integer"});
    assert_eq!(refused(change("fields", "car.old", text)), locked("objects.car.fields.old.kind"));
    let text = json!({"name": "older", "kind": "text"});
    assert_eq!(refused(change("fields", "car.old", text)), locked("objects.car.fields.old.name"));
    let text = json!({"name": "car", "plural": "autos"});
    assert_eq!(refused(change("objects", "car", text)), locked("objects.car.plural"));
}

#[test]
fn a_package_does_not_take_what_is_the_tenants() {
    let own = change("fields", "car.seats", json!({"name": "seats", "kind": "text"}));
    let start = put(&installed(), &[own]);
    let problems = start.with_package(&second(), Layering::of("cars")).unwrap_err();
    assert_eq!(problems[0].path, "objects.car.fields.seats");
    assert_eq!(problems[0].code, "owned-elsewhere");
}

#[test]
fn layers_tell_what_the_tenant_changed() {
    let layers = changed().layers(Kind::Fields, "car.fuel").unwrap();
    let paths: Vec<&str> = layers.changes.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["options.diesel.active", "options.petrol.color", "options.steam"]);
    assert_eq!(installed().layers(Kind::Objects, "car").unwrap().changes, []);
}
