//! A package in another version beneath a reseller's layer, and that beneath a tenant's: what holds of each class, and what
//! becomes of a layer that does not fit any more.

use std::sync::Arc;

use api::Library;
use metadata::Package;
use serde_json::{Value as Json, json};

use super::{Shop, wish};

impl Shop {
    /// The same shop, in which these packages can be had beside the standard ones.
    fn offer(&mut self, packages: &[&Json]) {
        let mut app = self.site.app();
        let standard = ["accounts", "leads", "deals", "tasks"].map(it::package);
        let all = packages.iter().map(|source| package(source)).chain(standard).collect();
        app.library = Arc::new(Library::new(all));
        self.site.router = api::router(app);
    }
}

/// A package of its files.
fn package(source: &Json) -> Package {
    let files = source["source"].as_object().unwrap().clone().into_iter();
    Package::from_files(files.map(|(path, json)| (path, json.to_string().into_bytes()))).unwrap()
}

/// A package in a version, and the same in a later one that changes something of every class.
fn fleet(version: &str) -> Json {
    let later = version != "1.0.0";
    let or = |first: &str, second: &str| if later { second.to_owned() } else { first.to_owned() };
    let options = if later { json!(["petrol", "diesel", "electric"]) } else { json!(["petrol", "diesel"]) };
    let options: Json = options.as_array().unwrap().iter().map(|value| json!({ "value": value })).collect();
    let mut fields = json!([
        { "name": "plate", "kind": "text", "max_length": if later { 40 } else { 10 }, "label": or("Plate", "Registration"), "help": or("As on the car", "As on the plate") },
        { "name": "seats", "kind": "integer", "default": if later { 5 } else { 4 } },
        { "name": "fuel", "kind": "picklist", "options": options },
        { "name": "tax", "kind": "formula", "formula": or("seats * 10", "seats * 20") },
    ]);
    if later {
        fields.as_array_mut().unwrap().push(json!({ "name": "doors", "kind": "integer" }));
    }
    let car = json!({ "plural": "cars", "label": or("Car", "Vehicle"), "icon": or("car", "truck"), "fields": fields });
    let columns = if later { json!(["name", "doors", "plate"]) } else { json!(["name", "plate"]) };
    json!({ "source": {
        "manifest.json": { "name": "fleet", "version": version, "label": "Fleet" },
        "objects/car.json": car,
        "list-views/car.all.json": { "object": "car", "label": or("All", "Every car"), "columns": columns },
        "validation-rules/car.seated.json": { "object": "car", "when": or("seats < 1", "seats < 2"), "message": or("No seats", "Too few seats") },
    } })
}

/// What the reseller says of it.
fn rental() -> Json {
    json!({
        "objects": { "car": { "label": "Rental", "plural_label": "Rentals" } },
        "fields": {
            "car.plate": { "label": "Number plate", "help": "With blanks", "required": true, "max_length": 20 },
            "car.seats": { "default": 2 },
            "car.fuel": { "options": [{ "value": "diesel", "color": "red" }, { "value": "petrol", "label": "Super" }, { "value": "gas" }] },
        },
        "list-views": { "car.all": { "columns": ["name", "seats"] } },
        "validation-rules": { "car.seated": { "active": false } },
    })
}

/// What a tenant says itself: over the reseller's word, over the package's alone, and beside both.
async fn own_words(shop: &Shop, token: &str) {
    let mut plate = shop.component(token, "objects/car/fields/plate").await;
    assert_eq!((&plate["label"], &plate["max_length"]), (&json!("Number plate"), &json!(20)));
    plate["label"] = "Kennzeichen".into();
    shop.inside(token, ("PUT", "/metadata/v1/objects/car/fields/plate"), Some(plate)).await.data(200);
    let tax = json!({ "kind": "formula", "formula": "seats * 11" });
    shop.inside(token, ("PUT", "/metadata/v1/objects/car/fields/tax"), Some(tax)).await.data(200);
    let view = json!({ "object": "car", "label": "All", "columns": ["name", "seats", "plate", "fuel"] });
    shop.inside(token, ("PUT", "/metadata/v1/list-views/car.all"), Some(view)).await.data(200);
}

#[tokio::test]
async fn an_upgrade_goes_beneath_the_layer_and_that_beneath_the_tenant() {
    let mut shop = Shop::new("layer_upgrade").await;
    shop.offer(&[&fleet("1.0.0")]);
    shop.ask("PUT", "/layers/fleet", Some(rental())).await.data(200);
    shop.ask("POST", "/tenants", Some(wish("acme", &["fleet"]))).await.data(201);
    let token = shop.token("acme").await;
    own_words(&shop, &token).await;

    shop.offer(&[&fleet("2.0.0"), &fleet("1.0.0")]);
    let install = ("POST", "/metadata/v1/packages");
    let done = shop.inside(&token, install, Some(json!({ "name": "fleet" }))).await.data(201);
    assert_eq!(done["layers"], json!([{ "package": "fleet", "fits": true, "kept": false, "problems": [] }]));
    assert_eq!(shop.fate("fleet", "acme").await["version"], "2.0.0", "the version that is there by now");
    assert_eq!(shop.ask("GET", "/layers/fleet", None).await.data(200)["problems"], json!([]));
    // Both said something else than before of these, and only of these.
    let merges: Vec<(&str, &str)> = done["merges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["path"].as_str().unwrap(), one["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(merges, [("objects.car.fields.tax.formula", "conflict")], "{done}");

    let car = shop.component(&token, "objects/car").await;
    let field =
        |name: &str| car["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).cloned().unwrap();
    let said = [
        ("the reseller's label over the package's new one", car["label"].clone(), json!("Rental")),
        ("the reseller's alone", car["plural_label"].clone(), json!("Rentals")),
        ("the package's new icon, of which nobody else speaks", car["icon"].clone(), json!("truck")),
        ("the tenant's label over both", field("plate")["label"].clone(), json!("Kennzeichen")),
        (
            "the reseller's help over the package's new one",
            field("plate")["help"].clone(),
            json!("With blanks"),
        ),
        ("the stricter required stays", field("plate")["required"].clone(), json!(true)),
        ("the wider length is the package's by now", field("plate")["max_length"].clone(), json!(40)),
        ("the reseller's default", field("seats")["default"].clone(), json!(2)),
        ("the tenant's formula, told as a conflict", field("tax")["formula"].clone(), json!("seats * 11")),
        ("a new field comes", field("doors")["kind"].clone(), json!("integer")),
    ];
    for (what, found, expected) in said {
        assert_eq!(found, expected, "{what}");
    }
    let options: Vec<Json> = field("fuel")["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["value"], one["label"], one["color"]]))
        .collect();
    let expected = json!([
        ["diesel", "Diesel", "red"],
        ["electric", "Electric", null],
        ["petrol", "Super", null],
        ["gas", "Gas", null]
    ]);
    let mut found = options.clone();
    found.sort_by_key(|one| expected.as_array().unwrap().iter().position(|known| known[0] == one[0]));
    assert_eq!(
        json!(found),
        expected,
        "colour, label and a new option of the reseller, and the package's new one"
    );
    let place = |value: &str| options.iter().position(|one| one[0] == value);
    assert!(place("diesel") < place("petrol"), "the reseller's order");
    let view = shop.component(&token, "list-views/car.all").await;
    assert_eq!(view["label"], "Every car", "of the label the tenant said nothing");
    assert_eq!(view["columns"], json!(["name", "seats", "doors", "plate", "fuel"]));
    let rule = shop.component(&token, "validation-rules/car.seated").await;
    assert_eq!(rule["active"], false, "the reseller's switch");
    assert_eq!((&rule["when"], &rule["message"]), (&json!("seats < 2"), &json!("Too few seats")));
    let acme = shop.site.tenants.require("acme").await.unwrap();
    assert_eq!(shop.site.world.engine.doctor(&acme).await.unwrap(), []);
}

/// A version in which something is gone of which the layer speaks.
fn broken(version: &str) -> Json {
    let mut fleet = fleet(version);
    fleet["source"].as_object_mut().unwrap().remove("validation-rules/car.seated.json");
    fleet
}

#[tokio::test]
async fn what_does_not_fit_a_later_version_is_told_and_never_half_there() {
    let mut shop = Shop::new("layer_misfit").await;
    shop.offer(&[&fleet("1.0.0")]);
    shop.ask("PUT", "/layers/fleet", Some(rental())).await.data(200);
    shop.ask("POST", "/tenants", Some(wish("acme", &["fleet"]))).await.data(201);
    let acme = shop.token("acme").await;
    let before = shop.files(&acme).await;

    shop.offer(&[&broken("3.0.0")]);
    let told = shop.ask("GET", "/layers/fleet", None).await.data(200);
    let problems: Vec<(&Json, &Json)> =
        told["problems"].as_array().unwrap().iter().map(|one| (&one["path"], &one["code"])).collect();
    assert_eq!(problems, [(&json!("validation-rules.car.seated"), &json!("not-found"))]);
    assert_eq!(told["version"], "3.0.0");
    // Who has it keeps its looks: the upgrade waits for the reseller, or for a word.
    let install = ("POST", "/metadata/v1/packages");
    let refused = shop.inside(&acme, install, Some(json!({ "name": "fleet" }))).await;
    assert_eq!(refused.problems(409), ["layer.validation-rules.car.seated not-found"]);
    assert_eq!(shop.files(&acme).await, before);
    // A new tenant is made, without any of it, and that is told.
    let made = shop.ask("POST", "/tenants", Some(wish("beta", &["fleet"]))).await.data(201);
    assert_eq!(
        (&made["layers"][0]["fits"], &made["layers"][0]["problems"][0]["path"]),
        (&json!(false), &json!("validation-rules.car.seated"))
    );
    let beta = shop.token("beta").await;
    let car = shop.component(&beta, "objects/car").await;
    assert_eq!(
        (&car["label"], car.get("plural_label").filter(|label| **label == "Rentals")),
        (&json!("Vehicle"), None)
    );
    shop.roll_out().await;
    let fate = shop.fate("fleet", "beta").await;
    assert_eq!(
        (&fate["state"], &fate["problems"][0]["code"]),
        (&json!("refused"), &json!("not-found")),
        "{fate}"
    );
    assert_eq!(shop.fate("fleet", "acme").await["state"], "applied");
    let events = shop.ask("GET", "/events", None).await.data(200);
    let refused = events.as_array().unwrap().iter().filter(|one| one["action"] == "layer_refused");
    assert_eq!(refused.map(|one| one["slug"].clone()).collect::<Vec<_>>(), ["beta"]);

    // Set right, it reaches those who are at the later version, and those who are not yet.
    let mut right = rental();
    right.as_object_mut().unwrap().remove("validation-rules");
    right["fields"]["car.plate"]["max_length"] = 50.into();
    shop.ask("PUT", "/layers/fleet", Some(right)).await.data(200);
    shop.roll_out().await;
    assert_eq!(shop.component(&beta, "objects/car").await["label"], "Rental");
    let rule = shop.component(&acme, "validation-rules/car.seated").await;
    assert!(rule["active"] != false, "what is not said any more is the package's");
    shop.inside(&acme, install, Some(json!({ "name": "fleet" }))).await.data(201);
    assert_eq!(shop.component(&acme, "objects/car").await["label"], "Rental");

    // Or somebody goes without.
    shop.ask("PUT", "/layers/fleet", Some(json!({ "fields": { "car.doors": { "label": "Ways in" } } })))
        .await
        .data(200);
    shop.roll_out().await;
    shop.offer(&[
        &json!({ "source": { "manifest.json": { "name": "fleet", "version": "4.0.0", "label": "Fleet" },
        "objects/car.json": { "plural": "cars", "fields": [{ "name": "plate", "kind": "text" }] } } }),
    ]);
    let body = json!({ "name": "fleet", "without_layer": true });
    let done = shop.inside(&acme, install, Some(body)).await.data(201);
    assert_eq!(
        (&done["layers"][0]["fits"], &done["layers"][0]["problems"][0]["path"]),
        (&json!(false), &json!("objects.car.fields.doors"))
    );
}

#[tokio::test]
async fn what_was_said_before_holds_on_where_the_newest_word_does_not_fit() {
    let mut shop = Shop::new("layer_former").await;
    shop.offer(&[&fleet("1.0.0")]);
    let first = json!({ "objects": { "car": { "label": "Rental" } } });
    shop.ask("PUT", "/layers/fleet", Some(first)).await.data(200);
    shop.ask("POST", "/tenants", Some(wish("acme", &["fleet"]))).await.data(201);
    let acme = shop.token("acme").await;
    // The newest word speaks of what the later version is without, and has not come to the tenant yet.
    shop.ask("PUT", "/layers/fleet", Some(rental())).await.data(200);
    shop.offer(&[&broken("3.0.0")]);
    let install = ("POST", "/metadata/v1/packages");
    let plan = json!({ "name": "fleet", "dry_run": true });
    let told = shop.inside(&acme, install, Some(plan)).await.data(200)["layers"][0].clone();
    assert_eq!((&told["fits"], &told["kept"]), (&json!(false), &json!(true)), "{told}");
    assert_eq!(told["problems"][0]["path"], "validation-rules.car.seated");
    let done = shop.inside(&acme, install, Some(json!({ "name": "fleet" }))).await.data(201);
    assert_eq!(done["layers"][0], told);
    let car = shop.component(&acme, "objects/car").await;
    assert_eq!((&car["label"], &car["icon"]), (&json!("Rental"), &json!("truck")));
    // What is said now is tried there all the same, and told.
    shop.roll_out().await;
    let fate = shop.fate("fleet", "acme").await;
    assert_eq!((&fate["state"], &fate["version"]), (&json!("refused"), &json!("3.0.0")), "{fate}");
    assert_eq!(shop.component(&acme, "objects/car").await["label"], "Rental");
    // Who wants none of it says so.
    let body = json!({ "name": "fleet", "without_layer": true });
    let done = shop.inside(&acme, install, Some(body)).await.data(201);
    assert_eq!((&done["layers"][0]["fits"], &done["layers"][0]["kept"]), (&json!(false), &json!(false)));
    assert_eq!(shop.component(&acme, "objects/car").await["label"], "Vehicle");
}
