//! `renamed_from` in files and packages: what is renamed keeps its id, and what speaks of it follows, beneath the tenant's
//! layer too.
#![allow(clippy::unwrap_used, reason = "a broken definition should stop its test")]

use std::collections::BTreeMap;

use metadata::definitions::layering::Layering;
use metadata::files::{self, Files};
use metadata::layers::Merged;
use metadata::package::Company;
use metadata::{Catalog, Change, Definitions, Kind};
use serde_json::{Value as Json, json};

fn change(kind: &str, name: &str, definition: Json) -> Change {
    Change { kind: Kind::find(kind).unwrap(), name: name.into(), definition: Some(definition) }
}

fn codes(problems: &[metadata::Problem]) -> Vec<String> {
    problems.iter().map(|one| format!("{} {}", one.path, one.code)).collect()
}

/// The stable id of what is there and live.
fn id(definitions: &Definitions, name: &str) -> Option<String> {
    let rows = definitions.rows().into_iter().filter(|row| !row.retired);
    rows.filter(|row| row.name == name).map(|row| row.id).next()
}

/// The tenant's files after an edit of them.
fn edited(definitions: &Definitions, edit: impl Fn(&mut Files)) -> Files {
    let mut files = definitions.files(&BTreeMap::new(), &Company::default());
    edit(&mut files);
    files
}

fn applied(definitions: &Definitions, files: Files) -> Definitions {
    let wanted = files::read(files).unwrap();
    let (next, _) = definitions.with_files(&wanted, &Company::default(), &|_| false).unwrap();
    Catalog::resolve(&next).unwrap();
    next
}

fn hints(definitions: &Definitions, files: Files) -> Vec<String> {
    let wanted = files::read(files).unwrap();
    let (next, _) = definitions.with_files(&wanted, &Company::default(), &|_| false).unwrap();
    codes(&wanted.hints(definitions, &definitions.touched(&next)))
}

/// Calls a file otherwise, with what it says besides.
fn moved(files: &mut Files, (from, to): (&str, &str), said: Json) {
    let mut json = files.remove(from).unwrap();
    json.as_object_mut().unwrap().shift_remove("name");
    json.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    files.insert(to.to_owned(), json);
}

fn own() -> Definitions {
    let car = json!({ "plural": "cars", "fields": [
        { "name": "preis", "kind": "currency" }, { "name": "plate", "kind": "text" },
        { "name": "tax", "kind": "formula", "formula": "preis * 0.1" }] });
    let view = json!({ "object": "car", "label": "All", "columns": ["preis"], "sort": ["-preis"] });
    let changes = [change("objects", "car", car), change("list-views", "car.all", view)];
    Definitions::initial().with_changes(&changes, None).unwrap()
}

#[test]
fn a_file_under_another_name_that_says_so_is_a_rename() {
    let before = own();
    let files = edited(&before, |files| {
        moved(
            files,
            ("fields/car.preis.json", "fields/car.price.json"),
            json!({ "renamed_from": "preis", "name": "price" }),
        );
        files.insert(
            "fields/car.tax.json".into(),
            json!({ "name": "tax", "kind": "formula", "formula": "price * 0.1" }),
        );
        files.insert(
            "list-views/car.all.json".into(),
            json!({ "object": "car", "label": "All", "columns": ["price"], "sort": ["-price"] }),
        );
        files.get_mut("objects/car.json").unwrap()["field_order"] = json!(["price", "plate", "tax"]);
    });
    let next = applied(&before, files.clone());
    assert_eq!(id(&next, "car.price"), id(&before, "car.preis"));
    assert_eq!(id(&next, "car.preis"), None);
    assert!(id(&next, "car.price").is_some());
    // It is not stored, a second time it says nothing, and where nothing is yet it is passed over.
    let pulled = next.files(&BTreeMap::new(), &Company::default());
    assert!(!json!(pulled).to_string().contains("renamed_from"), "{pulled:?}");
    assert_eq!(applied(&next, files.clone()), next);
    assert!(hints(&next, files.clone()).is_empty() && hints(&before, files.clone()).is_empty());
    let fresh = applied(&Definitions::initial(), files.clone());
    assert_eq!(fresh.files(&BTreeMap::new(), &Company::default()), pulled);
    assert_eq!(hints(&Definitions::initial(), files), Vec::<String>::new());
}

#[test]
fn an_object_takes_its_fields_and_what_speaks_of_it_along() {
    let before = own();
    let files = edited(&before, |files| {
        moved(
            files,
            ("objects/car.json", "objects/auto.json"),
            json!({ "renamed_from": "car", "plural": "autos" }),
        );
        for field in ["plate", "tax"] {
            let path = |object: &str| format!("fields/{object}.{field}.json");
            moved(files, (&path("car"), &path("auto")), json!({}));
        }
        // Both at once.
        moved(files, ("fields/car.preis.json", "fields/auto.price.json"), json!({ "renamed_from": "preis" }));
        files.get_mut("fields/auto.tax.json").unwrap()["formula"] = json!("price * 0.1");
        files.get_mut("objects/auto.json").unwrap()["field_order"] = json!(["price", "plate", "tax"]);
        let view = json!({ "object": "auto", "columns": ["price"], "sort": ["-price"] });
        moved(files, ("list-views/car.all.json", "list-views/auto.all.json"), view);
    });
    let next = applied(&before, files);
    for (old, new) in
        [("car", "auto"), ("car.preis", "auto.price"), ("car.plate", "auto.plate"), ("car.all", "auto.all")]
    {
        assert!(id(&before, old).is_some() && id(&next, new) == id(&before, old), "{old} {new}");
    }
}

#[test]
fn one_makes_room_for_another_and_nothing_is_renamed_twice() {
    let text = |name: &str| json!({ "name": name, "kind": "text" });
    let said = |name: &str, from: Json| json!({ "name": name, "kind": "text", "renamed_from": from });
    let with = |names: &[&str]| {
        let fields: Vec<Json> = names.iter().map(|name| text(name)).collect();
        let car = json!({ "plural": "cars", "fields": fields });
        Definitions::initial().with_changes(&[change("objects", "car", car)], None).unwrap()
    };
    let files = |fields: &[(&str, Json)]| {
        let mut files = Files::from([("objects/car.json".to_owned(), json!({ "plural": "cars" }))]);
        files.extend(fields.iter().map(|(name, json)| (format!("fields/car.{name}.json"), json.clone())));
        files
    };
    let chain = files(&[("a", said("a", json!("b"))), ("b", said("b", json!("c")))]);
    let (both, last) = (with(&["b", "c"]), with(&["c"]));
    let next = applied(&both, chain.clone());
    assert_eq!((id(&next, "car.a"), id(&next, "car.b")), (id(&both, "car.b"), id(&both, "car.c")));
    assert_eq!(applied(&next, chain.clone()), next);
    // What was `c` is `b` now, and not `a` as well.
    let next = applied(&last, chain);
    assert_eq!(id(&next, "car.b"), id(&last, "car.c"));
    assert!(id(&next, "car.a").is_some() && id(&next, "car.a") != id(&last, "car.c"));
    // Of several former names the first that is there counts.
    let several = files(&[("a", said("a", json!(["b", "c"])))]);
    assert_eq!(id(&applied(&last, several.clone()), "car.a"), id(&last, "car.c"));
    assert_eq!(id(&applied(&both, several), "car.a"), id(&both, "car.b"));
    // Where both are there, the new one stays what it is, and the old one what the files say of it.
    let (there, files) = (with(&["a", "b"]), files(&[("a", said("a", json!("b"))), ("b", text("b"))]));
    let next = applied(&there, files.clone());
    assert_eq!((id(&next, "car.a"), id(&next, "car.b")), (id(&there, "car.a"), id(&there, "car.b")));
    // With the old one alone it is renamed, and another comes in its place.
    let next = applied(&with(&["b"]), files);
    assert_eq!(id(&next, "car.a"), id(&with(&["b"]), "car.b"));
    assert_ne!(id(&next, "car.b"), id(&next, "car.a"));
}

#[test]
fn a_wrong_former_name_is_told_with_its_place() {
    let field = |from: Json| json!({ "kind": "text", "renamed_from": from });
    let files = Files::from([
        ("objects/car.json".to_owned(), json!({ "plural": "cars", "renamed_from": "car" })),
        ("fields/car.a.json".to_owned(), field(json!(5))),
        ("fields/car.b.json".to_owned(), field(json!("car.x"))),
        ("fields/car.c.json".to_owned(), field(json!("was"))),
        ("fields/car.d.json".to_owned(), field(json!(["was"]))),
        ("fields/van.d.json".to_owned(), field(json!(["was"]))),
        ("fields/van.e.json".to_owned(), field((0..20).map(|n| format!("e{n}")).collect())),
        ("fields/van.f.json".to_owned(), field((0..21).map(|n| format!("f{n}")).collect())),
    ]);
    let mut told = codes(&files::read(files).unwrap_err());
    told.sort();
    let expected = [
        "fields/car.a.json.renamed_from wrong-type",
        "fields/car.b.json.renamed_from bad-name",
        "fields/car.d.json.renamed_from duplicate-name",
        "fields/van.f.json.renamed_from too-many",
        "objects/car.json.renamed_from wrong-name",
    ];
    assert_eq!(told, expected);
    // Other components have no data, and no such key.
    let view = json!({ "object": "car", "label": "All", "columns": [], "renamed_from": "every" });
    let mut files = edited(&own(), |_| {});
    files.insert("list-views/car.all.json".into(), view);
    let wanted = files::read(files).unwrap();
    let problems = own().with_files(&wanted, &Company::default(), &|_| false).unwrap_err();
    assert_eq!(codes(&problems), ["list-views.car.all.renamed_from unknown-key"]);
    // A package is told so too.
    let car = json!({ "plural": "cars", "fields": [{ "name": "a", "kind": "text", "renamed_from": "A b" }] });
    let told = Definitions::initial().with_package(&[change("objects", "car", car)], Layering::of("cars"));
    assert_eq!(codes(&told.unwrap_err()), ["objects.car.fields.a.renamed_from bad-name"]);
}

#[test]
fn a_plan_asks_whether_what_goes_and_comes_was_a_rename() {
    let car = json!({ "plural": "cars", "fields": [{ "name": "preis", "kind": "currency" }, { "name": "plate", "kind": "text" },
        { "name": "one", "kind": "date" }, { "name": "two", "kind": "date" }] });
    let before = Definitions::initial().with_changes(&[change("objects", "car", car)], None).unwrap();
    let swapped = |from: &[&str], to: &[(&str, Json)]| {
        let files = edited(&before, |files| {
            from.iter().for_each(|name| drop(files.remove(&format!("fields/car.{name}.json")).unwrap()));
            files.extend(to.iter().map(|(name, json)| (format!("fields/car.{name}.json"), json.clone())));
            files.get_mut("objects/car.json").unwrap().as_object_mut().unwrap().shift_remove("field_order");
        });
        hints(&before, files)
    };
    let price = json!({ "kind": "currency" });
    assert_eq!(swapped(&["preis"], &[("price", price.clone())]), ["fields/car.price.json maybe-renamed"]);
    // Another kind, or more than one, is no rename that one could guess.
    assert!(swapped(&["plate"], &[("price", price.clone())]).is_empty());
    assert!(swapped(&["one", "two"], &[("day", json!({ "kind": "date" }))]).is_empty());
    assert!(swapped(&["preis"], &[("price", price.clone()), ("cost", price)]).is_empty());
    assert!(swapped(&[], &[("price", json!({ "kind": "currency" }))]).is_empty());
    // A former name that nothing has is told, with what may be meant.
    let typo = json!({ "kind": "currency", "renamed_from": "pries" });
    assert_eq!(swapped(&["preis"], &[("price", typo)]), ["fields/car.price.json.renamed_from not-found"]);
}

/// A package in two versions, of which the second calls things otherwise.
fn version(price: &str, said: Json, factor: &str) -> Vec<Change> {
    let mut field = json!({ "name": price, "kind": "currency" });
    field.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
    let car = json!({ "plural": "cars", "fields": [field, { "name": "plate", "kind": "text" },
        { "name": "tax", "kind": "formula", "formula": format!("{price} * {factor}") }] });
    let view = json!({ "object": "car", "label": "All", "columns": [price, "plate"] });
    let rule = json!({ "object": "car", "when": format!("{price} < 0"), "message": "Too cheap" });
    vec![
        change("objects", "car", car),
        change("list-views", "car.all", view),
        change("validation-rules", "car.cheap", rule),
    ]
}

fn upgraded(definitions: &Definitions, changes: &[Change]) -> (Definitions, Vec<Merged>) {
    let (next, merged) = definitions.with_package(changes, Layering::of("cars")).unwrap();
    Catalog::resolve(&next).unwrap();
    (next, merged)
}

fn field(definitions: &Definitions, name: &str) -> Json {
    Catalog::resolve(definitions).unwrap().component_json(Kind::Fields, name).unwrap()
}

#[test]
fn a_version_that_renames_a_field_takes_the_tenants_layer_along() {
    let (before, _) = upgraded(&Definitions::initial(), &version("preis", json!({}), "0.1"));
    // The tenant's label, a column and a rule of its own, which speak of the field.
    let mut label = field(&before, "car.preis");
    label["label"] = "Kosten".into();
    let view = json!({ "object": "car", "label": "All", "columns": ["preis", "plate", "name"] });
    let rule = json!({ "object": "car", "when": "preis > 100", "message": "Too dear" });
    let before = before
        .with_changes(
            &[
                change("fields", "car.preis", label),
                change("list-views", "car.all", view),
                change("validation-rules", "car.dear", rule),
            ],
            None,
        )
        .unwrap();
    let second = version("price", json!({ "renamed_from": "preis", "help": "Net" }), "0.2");
    let (next, merged) = upgraded(&before, &second);
    assert_eq!(merged, []);
    assert_eq!(id(&next, "car.price"), id(&before, "car.preis"));
    let price = field(&next, "car.price");
    assert_eq!((&price["label"], &price["help"]), (&json!("Kosten"), &json!("Net")));
    // What nobody changed is what the new version says: the rename alone is no word of the tenant's.
    assert_eq!(field(&next, "car.tax")["formula"], "price * 0.2");
    let part = |kind, name: &str| Catalog::resolve(&next).unwrap().component_json(kind, name).unwrap();
    assert_eq!(part(Kind::ListViews, "car.all")["columns"], json!(["price", "plate", "name"]));
    assert_eq!(part(Kind::ValidationRules, "car.dear")["when"], "price > 100");
    let layers = next.layers(Kind::Fields, "car.price").unwrap();
    assert_eq!(layers.changes.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(), ["label"]);
    assert!(next.layers(Kind::Fields, "car.tax").unwrap().changes.is_empty());
    assert!(!json!(layers.base).to_string().contains("renamed_from"));
    // The same version once more changes nothing; one that says nothing of it leaves it where it is.
    assert_eq!(upgraded(&next, &second).0, next);
    assert_eq!(
        id(&upgraded(&next, &version("price", json!({}), "0.2")).0, "car.price"),
        id(&next, "car.price")
    );
}

#[test]
fn a_package_renames_what_it_brought_and_nothing_else() {
    let (before, _) = upgraded(&Definitions::initial(), &version("preis", json!({}), "0.1"));
    let own = change("fields", "car.kosten", json!({ "kind": "currency" }));
    let before = before.with_changes(&[own], None).unwrap();
    let third = version("price", json!({ "renamed_from": ["kosten", "preis"] }), "0.1");
    let (next, _) = upgraded(&before, &third);
    assert_eq!(id(&next, "car.kosten"), id(&before, "car.kosten"));
    assert_eq!(id(&next, "car.price"), id(&before, "car.preis"));
    // What the tenant removed comes back under no other name.
    let removed = Change { definition: None, ..change("fields", "car.preis", json!({})) };
    let mut bare = version("preis", json!({}), "0.1");
    bare.truncate(1);
    bare[0].definition.as_mut().unwrap()["fields"].as_array_mut().unwrap().pop();
    let (before, _) = upgraded(&Definitions::initial(), &bare);
    let hidden = before.with_changes(&[removed], None).unwrap();
    let mut again = version("price", json!({ "renamed_from": "preis" }), "0.1");
    again.truncate(1);
    again[0].definition.as_mut().unwrap()["fields"].as_array_mut().unwrap().pop();
    let (next, _) = upgraded(&hidden, &again);
    assert_eq!((id(&next, "car.price"), id(&next, "car.preis")), (None, None));
    // Gone with its package, it comes back with what it held, as the version calls it then.
    let (next, _) = upgraded(&before.without_package("cars"), &again);
    assert_eq!(id(&next, "car.price"), id(&before, "car.preis"));
}

#[test]
fn a_package_renames_an_object() {
    let (before, _) = upgraded(&Definitions::initial(), &version("price", json!({}), "0.1"));
    let label = json!({ "name": "car", "plural": "cars", "label": "Wagen" });
    let own = json!({ "kind": "lookup", "to": "car" });
    let trip = json!({ "plural": "trips", "fields": [] });
    let before = before
        .with_changes(
            &[
                change("objects", "car", label),
                change("objects", "trip", trip),
                change("fields", "trip.with", own),
            ],
            None,
        )
        .unwrap();
    let mut second = version("price", json!({}), "0.2");
    for change in &mut second {
        change.name = change.name.replacen("car", "auto", 1);
        let definition = change.definition.as_mut().unwrap();
        if definition.get("object").is_some() {
            definition["object"] = "auto".into();
        } else {
            definition["renamed_from"] = "car".into();
            definition["plural"] = "autos".into();
        }
    }
    let (next, merged) = upgraded(&before, &second);
    assert_eq!(merged, []);
    for (old, new) in
        [("car", "auto"), ("car.price", "auto.price"), ("car.all", "auto.all"), ("car.cheap", "auto.cheap")]
    {
        assert!(id(&before, old).is_some() && id(&next, new) == id(&before, old), "{old} {new}");
    }
    let auto = Catalog::resolve(&next).unwrap().component_json(Kind::Objects, "auto").unwrap();
    assert_eq!((&auto["label"], &auto["plural"]), (&json!("Wagen"), &json!("autos")));
    assert_eq!(field(&next, "trip.with")["to"], "auto");
    assert_eq!(field(&next, "auto.tax")["formula"], "price * 0.2");
}

#[test]
fn a_folder_with_a_packages_new_version_has_the_tenants_layer_under_the_new_name() {
    let manifest = |version: &str| json!({ "name": "cars", "version": version, "label": "Cars" });
    let files = |version: &str, name: &str, said: Json| {
        let mut field = json!({ "name": name, "kind": "currency" });
        field.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
        Files::from([
            ("packages/cars/manifest.json".to_owned(), manifest(version)),
            ("packages/cars/objects/car.json".to_owned(), json!({ "plural": "cars", "fields": [field] })),
            (
                format!("fields/car.{name}.json"),
                json!({ "name": name, "kind": "currency", "label": "Kosten" }),
            ),
        ])
    };
    let before = applied(&Definitions::initial(), files("1.0.0", "preis", json!({})));
    let versions = BTreeMap::from([("cars".to_owned(), "1.0.0".parse().unwrap())]);
    let installed = Company { versions, ..Company::default() };
    let wanted = files::read(files("2.0.0", "price", json!({ "renamed_from": "preis" }))).unwrap();
    let (next, _) = before.with_files(&wanted, &installed, &|_| false).unwrap();
    assert_eq!(id(&next, "car.price"), id(&before, "car.preis"));
    assert!(id(&next, "car.price").is_some() && id(&next, "car.preis").is_none());
    assert_eq!(field(&next, "car.price")["label"], "Kosten");
}
