//! Two layers over a real database: an upgrade keeps what the tenant made, uninstalling takes the package's layer
//! alone, and coming back brings data and layer.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// A package as its files, in a version.
fn fleet(version: &str, object: Json, others: Json) -> Json {
    let manifest = json!({ "name": "fleet", "version": version, "label": "Fleet" });
    let mut source = json!({ "manifest.json": manifest, "objects/car.json": object, "README.md": "# Fleet" });
    source.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    json!({ "source": source })
}

fn first() -> Json {
    let car = json!({ "plural": "cars", "fields": [
        { "name": "plate", "kind": "text", "unique": true },
        { "name": "seats", "kind": "integer" },
        { "name": "fuel", "kind": "picklist", "options": [{ "value": "petrol" }, { "value": "gas" }] },
        { "name": "tax", "kind": "formula", "formula": "seats * 10" }] });
    let others = json!({
        "validation-rules/car.seated.json": { "object": "car", "when": "seats < 1", "message": "No seats" },
        "list-views/car.all.json": { "object": "car", "label": "All", "columns": ["name", "plate"] },
        "data/10-car.json": { "object": "car", "kind": "reference",
            "records": [{ "ref": "demo_car", "data": { "name": "Demo", "plate": "D-1", "seats": 4, "fuel": "gas" } }] },
    });
    fleet("1.0.0", car, others)
}

fn second() -> Json {
    let car = json!({ "plural": "cars", "label": "Vehicle", "fields": [
        { "name": "plate", "kind": "text", "unique": true, "label": "Registration" },
        { "name": "doors", "kind": "integer", "default": 4 },
        { "name": "fuel", "kind": "picklist", "options": [{ "value": "petrol", "label": "Gasoline" }, { "value": "electric" }] },
        { "name": "tax", "kind": "formula", "formula": "doors * 20" }] });
    let others = json!({
        "validation-rules/car.seated.json": { "object": "car", "when": "doors < 1", "message": "No doors" },
        "list-views/car.all.json": { "object": "car", "label": "Every car", "columns": ["name", "doors", "plate"] },
    });
    fleet("2.0.0", car, others)
}

async fn stage(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    site.ask("POST", "/metadata/v1/packages", Some(first())).await.data(201);
    site
}

/// The version that is installed; null when it is not.
async fn version(site: &Site) -> Json {
    let all = site.get("/metadata/v1/packages").await.data(200);
    let found = all.as_array().unwrap().iter().find(|one| one["name"] == "fleet");
    found.map_or(Json::Null, |one| one["installed_version"].clone())
}

/// What an administrator changes, and one record.
async fn change(site: &Site) -> Json {
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    put("/metadata/v1/objects/car/fields/colour", json!({ "kind": "text" })).await;
    let plate = json!({ "kind": "text", "unique": true, "label": "Number plate" });
    put("/metadata/v1/objects/car/fields/plate", plate).await;
    put("/metadata/v1/objects/car/fields/tax", json!({ "kind": "formula", "formula": "seats * 11" })).await;
    let rule = json!({ "object": "car", "when": "seats < 1", "message": "No seats", "active": false });
    put("/metadata/v1/validation-rules/car.seated", rule).await;
    let view = json!({ "object": "car", "label": "All", "columns": ["name", "plate", "colour"] });
    put("/metadata/v1/list-views/car.all", view).await;
    put("/metadata/v1/list-views/car.red", json!({ "object": "car", "label": "Red", "columns": ["colour"] }))
        .await;
    let car = json!({ "name": "Mine", "plate": "M-1", "seats": 2, "fuel": "gas", "colour": "red" });
    site.ask("POST", "/api/v1/cars", Some(car)).await.data(201)
}

#[tokio::test]
async fn an_upgrade_keeps_what_the_tenant_made() {
    let site = stage("layers_upgrade").await;
    let mine = change(&site).await;
    let mut dry = second();
    dry["dry_run"] = true.into();
    let plan = site.ask("POST", "/metadata/v1/packages", Some(dry)).await.data(200);
    let told = |data: &Json, path: &str| {
        let merges = data["merges"].as_array().unwrap();
        merges.iter().find(|one| one["path"] == path).map_or(Json::Null, |one| one["outcome"].clone())
    };
    assert_eq!(told(&plan, "objects.car.fields.tax.formula"), "conflict");
    assert_eq!(told(&plan, "objects.car.fields.seats"), "adopted");
    assert_eq!(plan["conflicts"].as_array().unwrap().len(), 3, "{plan}");
    assert_eq!(version(&site).await, "1.0.0");

    let done = site.ask("POST", "/metadata/v1/packages", Some(second())).await.data(201);
    assert_eq!(done["merges"], plan["merges"]);
    let car = site.get("/metadata/v1/objects/car").await.data(200);
    assert_eq!(car["label"], "Vehicle");
    let field =
        |name: &str| car["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).cloned().unwrap();
    assert_eq!(field("plate")["label"], "Number plate");
    assert_eq!(field("tax")["formula"], "seats * 11");
    assert_eq!((&field("seats")["package"], &field("colour")["package"]), (&Json::Null, &Json::Null));
    assert_eq!(field("doors")["package"], "fleet");
    let rule = site.get("/metadata/v1/validation-rules/car.seated").await.data(200);
    assert_eq!((&rule["active"], &rule["when"]), (&json!(false), &json!("doors < 1")));
    let view = site.get("/metadata/v1/list-views/car.all").await.data(200);
    assert_eq!(
        (&view["label"], &view["columns"]),
        (&json!("Every car"), &json!(["name", "doors", "plate", "colour"]))
    );

    // Records keep what they hold, an option that is gone for new ones among it.
    let shown = site.get(&format!("/api/v1/cars/{}", mine["id"].as_str().unwrap())).await.data(200);
    assert_eq!((&shown["fuel"], &shown["seats"], &shown["tax"]), (&json!("gas"), &json!(2), &json!(22)));
    let refused = site.ask("POST", "/api/v1/cars", Some(json!({ "name": "New", "fuel": "gas" }))).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);

    // The tenant's layer can be looked at and taken away.
    let layers = site.get("/metadata/v1/layers/fields/car.tax").await.data(200);
    assert_eq!(
        layers["changes"][0],
        json!({ "path": "formula", "class": "package", "base": "doors * 20", "value": "seats * 11" })
    );
    site.ask("DELETE", "/metadata/v1/layers/fields/car.tax", None).await.data(200);
    assert_eq!(site.get("/metadata/v1/objects/car/fields/tax").await.data(200)["formula"], "doors * 20");
    assert_eq!(site.get("/metadata/v1/layers/fields/car.colour").await.status, 404);
}

#[tokio::test]
async fn what_goes_with_a_package_comes_back_with_it() {
    let site = stage("layers_return").await;
    let mine = change(&site).await;
    let refused = site.ask("DELETE", "/metadata/v1/packages/fleet", None).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("data-loss")), "{}", refused.text());
    site.ask("DELETE", "/metadata/v1/packages/fleet?allow_data_loss=car", None).await.data(200);
    assert_eq!(site.get("/api/v1/cars").await.status, 404);
    assert_eq!(version(&site).await, Json::Null);
    site.ask("DELETE", "/metadata/v1/packages/fleet", None).await.problems(404);

    site.ask("POST", "/metadata/v1/packages", Some(first())).await.data(201);
    let cars = site.get("/api/v1/cars?sort=name").await.data(200);
    let names: Vec<&Json> = cars.as_array().unwrap().iter().map(|car| &car["name"]).collect();
    assert_eq!(names, ["Demo", "Mine"], "no record is there twice");
    assert_eq!((&cars[1]["id"], &cars[1]["colour"]), (&mine["id"], &json!("red")));
    assert_eq!(site.get("/metadata/v1/list-views/car.red").await.data(200)["label"], "Red");
    let rule = site.get("/metadata/v1/validation-rules/car.seated").await.data(200);
    assert_eq!(rule["active"], false, "the tenant's layer is back too");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn without_records_nothing_is_asked() {
    let site = Site::new(World::new("layers_empty").await).await;
    site.ask(
        "PUT",
        "/metadata/v1/objects/van",
        Some(json!({ "plural": "vans", "fields": [{ "name": "size", "kind": "integer" }] })),
    )
    .await
    .data(200);
    site.ask("DELETE", "/metadata/v1/objects/van/fields/size", None).await.data(200);
    site.ask("PUT", "/metadata/v1/objects/van/fields/tall", Some(json!({ "kind": "integer" })))
        .await
        .data(200);
    site.ask("POST", "/api/v1/vans", Some(json!({ "name": "A" }))).await.data(201);
    site.ask("DELETE", "/metadata/v1/objects/van/fields/tall", None).await.data(200);
    let refused = site.ask("DELETE", "/metadata/v1/objects/van", None).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("data-loss")));
}

#[tokio::test]
async fn a_source_is_held_to_everything() {
    let site = stage("layers_source").await;
    let post = async |body: Json| site.ask("POST", "/metadata/v1/packages", Some(body)).await;
    let broken =
        json!({ "source": { "objects/car.json": { "name": "van", "plural": "cars" }, "odd.txt": "?" } });
    let problems = post(broken).await.problems(422);
    assert_eq!(problems.len(), 3, "{problems:?}");
    let mut needy = first();
    needy["source"]["manifest.json"]["requires"] = json!({ "base": "^3" });
    needy["source"]["manifest.json"]["version"] = "1.1.0".into();
    let refused = post(needy).await;
    assert!(
        refused.text().contains("`fleet` needs `base` ^3; there is no such package here"),
        "{}",
        refused.text()
    );
    post(json!({ "name": "fleet" })).await.problems(422);
    post(json!({ "source": "/etc/passwd" })).await.problems(422);
    let mut other = first();
    other["version"] = "^2".into();
    post(other).await.problems(422);
    let locked = json!({ "kind": "integer" });
    let refused = site.ask("PUT", "/metadata/v1/objects/car/fields/plate", Some(locked)).await;
    assert!(refused.text().contains("locked"), "{}", refused.text());
}

#[tokio::test]
async fn a_way_back_over_an_installation_is_a_way_forward_too() {
    let site = stage("layers_rollback").await;
    let car = json!({ "name": "Mine", "plate": "M-1", "seats": 2 });
    site.ask("POST", "/api/v1/cars", Some(car)).await.data(201);
    let allow = json!({ "allow_data_loss": true });
    site.ask("POST", "/metadata/v1/revisions/0/rollback", Some(allow)).await.data(200);
    assert_eq!(version(&site).await, Json::Null);
    assert_eq!(site.get("/api/v1/cars").await.status, 404);
    site.ask("POST", "/metadata/v1/packages", Some(first())).await.data(201);
    assert_eq!(site.get("/api/v1/cars?sort=name").await.data(200).as_array().unwrap().len(), 2);
    assert_eq!(site.get("/metadata/v1/list-views/car.all").await.status, 200);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

/// A version that is without the car.
fn without_car(allow: &Json) -> Json {
    let mut second = fleet("2.0.0", Json::Null, json!({ "objects/van.json": { "plural": "vans" } }));
    second["source"].as_object_mut().unwrap().shift_remove("objects/car.json");
    second["allow_data_loss"] = allow.clone();
    second
}

async fn assert_cars_are_back(site: &Site) {
    let cars = site.get("/api/v1/cars?sort=name").await.data(200);
    let seen: Vec<[&Json; 3]> =
        cars.as_array().unwrap().iter().map(|car| ["name", "plate", "colour"].map(|key| &car[key])).collect();
    assert_eq!(
        seen,
        [[&json!("Demo"), &json!("D-1"), &Json::Null], [&json!("Mine"), &json!("M-1"), &json!("red")]]
    );
    let rule = site.get("/metadata/v1/validation-rules/car.seated").await.data(200);
    assert_eq!(rule["active"], false);
    assert_eq!(
        site.get("/metadata/v1/layers/validation-rules/car.seated").await.data(200)["package"],
        "fleet"
    );
    assert_eq!(site.get("/metadata/v1/list-views/car.red").await.status, 200);
    let car = site.get("/metadata/v1/objects/car").await.data(200);
    let plate = car["fields"].as_array().unwrap().iter().find(|field| field["name"] == "plate").unwrap();
    assert_eq!((&plate["package"], &plate["label"]), (&json!("fleet"), &json!("Number plate")));
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn what_an_upgrade_archives_comes_back_with_a_later_version() {
    for (name, allow) in [("layers_named", json!(["car"])), ("layers_all", json!(true))] {
        let site = stage(name).await;
        change(&site).await;
        let before = site.get("/metadata/v1/revisions").await.data(200)[0]["revision"].clone();
        site.ask("POST", "/metadata/v1/packages", Some(without_car(&allow))).await.data(201);
        assert_eq!(site.get("/api/v1/cars").await.status, 404);
        let files = site.get("/metadata/v1/files").await.data(200)["files"].clone();
        assert!(files.as_object().unwrap().keys().all(|path| !path.contains("/car.")), "{files}");
        let second_van = without_car(&allow)["source"]["objects/van.json"].clone();
        let mut third = first();
        third["source"]["manifest.json"]["version"] = "3.0.0".into();
        third["source"]["objects/van.json"] = second_van.clone();
        site.ask("POST", "/metadata/v1/packages", Some(third)).await.data(201);
        assert_cars_are_back(&site).await;
        // Without it once more, and then back the other way.
        let mut fourth = without_car(&allow);
        fourth["source"]["manifest.json"]["version"] = "4.0.0".into();
        site.ask("POST", "/metadata/v1/packages", Some(fourth)).await.data(201);
        let back = format!("/metadata/v1/revisions/{before}/rollback");
        site.ask("POST", &back, Some(json!({ "allow_data_loss": true }))).await.data(200);
        assert_cars_are_back(&site).await;
        assert_eq!(version(&site).await, "1.0.0");
    }
}

#[tokio::test]
async fn a_way_back_knows_the_version_of_then() {
    let site = stage("layers_versions").await;
    let newest = async || site.get("/metadata/v1/revisions").await.data(200)[0]["revision"].clone();
    let back = async |number: &Json| {
        let path = format!("/metadata/v1/revisions/{number}/rollback");
        site.ask("POST", &path, Some(json!({ "allow_data_loss": true }))).await.data(200);
    };
    let one = newest().await;
    site.ask("POST", "/metadata/v1/packages", Some(second())).await.data(201);
    let two = newest().await;
    back(&one).await;
    assert_eq!(version(&site).await, "1.0.0");
    back(&two).await;
    assert_eq!(version(&site).await, "2.0.0");
    site.ask("DELETE", "/metadata/v1/packages/fleet?allow_data_loss=car", None).await.data(200);
    back(&one).await;
    assert_eq!(version(&site).await, "1.0.0");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn a_package_leaves_the_roles_of_everybody_alone() {
    let site = stage("layers_roles").await;
    let mut greedy = first();
    greedy["source"]["roles/user.json"] = json!({ "label": "User", "objects": { "*": { "read": "all" } } });
    let refused = site.ask("POST", "/metadata/v1/packages", Some(greedy)).await.problems(422);
    assert!(
        refused.iter().any(|one| one.contains("roles/user.json") && one.ends_with("reserved-name")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_definition_under_another_name_makes_nothing_anew() {
    let site = stage("layers_names").await;
    let field = json!({ "name": "bbb", "kind": "text" });
    let refused = site.ask("PUT", "/metadata/v1/objects/car/fields/aaa", Some(field.clone())).await;
    assert_eq!(refused.problems(422), ["objects.car.fields.aaa.name wrong-name"]);
    site.ask("PUT", "/metadata/v1/objects/aaa", Some(json!({ "name": "bbb", "plural": "bbbs" })))
        .await
        .problems(422);
    let view = json!({ "name": "car.b", "object": "car", "label": "B", "columns": ["name"] });
    site.ask("PUT", "/metadata/v1/list-views/car.a", Some(view)).await.problems(422);
    assert_eq!(site.get("/metadata/v1/objects/car/fields/bbb").await.status, 404);
    // What is there is renamed.
    site.ask("PUT", "/metadata/v1/objects/car/fields/aaa", Some(json!({ "kind": "text" }))).await.data(200);
    site.ask("PUT", "/metadata/v1/objects/car/fields/aaa", Some(field)).await.data(200);
    assert_eq!(site.get("/metadata/v1/objects/car/fields/aaa").await.status, 404);
}

#[tokio::test]
async fn views_and_layouts_say_for_whom_and_when() {
    let site = stage("layers_views").await;
    let view = |more: Json| {
        let mut view = json!({ "object": "car", "label": "Big", "columns": ["name"], "where": "seats > 4" });
        view.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        view
    };
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await;
    put("/metadata/v1/list-views/car.big", view(json!({ "filter": { "fuel": "gas" }, "group_by": "fuel" })))
        .await
        .data(200);
    put("/metadata/v1/list-views/car.ours", view(json!({ "shared_with": [{ "role": "administrator" }] })))
        .await
        .data(200);
    let wrong = view(json!({ "where": "sets > 4", "shared_with": [{ "role": "nobody" }, {}] }));
    let problems = put("/metadata/v1/list-views/car.odd", wrong).await.problems(422);
    assert!(problems.iter().any(|one| one.starts_with("list-views.car.odd.shared_with")), "{problems:?}");
    let wrong = view(json!({ "where": "sets > 4" }));
    assert_eq!(put("/metadata/v1/list-views/car.odd", wrong).await.problems(422).len(), 1);
    let layout = json!({ "object": "car", "sections": [
        { "label": "A", "items": [{ "field": "plate" }] },
        { "label": "B", "visible": "seats > 4", "items": [{ "field": "fuel" }] }],
        "assign": [{ "role": "administrator", "device": "desktop" }] });
    put("/metadata/v1/layouts/car.main", layout.clone()).await.data(200);
    let mut wrong = layout;
    wrong["sections"][1]["visible"] = "seats +".into();
    wrong["assign"] = json!([{ "role": "none" }]);
    assert_eq!(put("/metadata/v1/layouts/car.main", wrong).await.problems(422).len(), 2);

    // A rename reaches conditions.
    let field = json!({ "name": "places", "kind": "integer" });
    let own = json!({ "kind": "integer" });
    put("/metadata/v1/objects/car/fields/space", own).await.data(200);
    put("/metadata/v1/list-views/car.spacious", view(json!({ "where": "space > 2" }))).await.data(200);
    put("/metadata/v1/objects/car/fields/space", field).await.data(200);
    let shown = site.get("/metadata/v1/list-views/car.spacious").await.data(200);
    assert_eq!(shown["where"], "places > 2");

    let gus = site.person("gus", "user").await;
    let names = async |token: &str| -> Vec<String> {
        let views = site.get_as(token, "/metadata/v1/bootstrap").await.data(200)["list_views"].clone();
        views.as_array().unwrap().iter().filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
    };
    assert!(!names(&gus).await.contains(&"car.ours".to_owned()));
}

/// Everything that is due in thirty days.
async fn later(site: &Site) {
    let later = chrono::Utc::now() + chrono::TimeDelta::days(31);
    while site.world.engine.work_at(&site.world.tenant, later).await.unwrap() {}
}

#[tokio::test]
async fn what_was_purged_of_a_package_is_made_anew_with_its_records() {
    let site = stage("layers_purged").await;
    let mine = change(&site).await;
    // What the tenant removed stays removed, with its data or without.
    for path in ["validation-rules/car.seated", "objects/car/fields/tax", "objects/car/fields/seats"] {
        let path = format!("/metadata/v1/{path}?allow_data_loss=true");
        site.ask("DELETE", &path, None).await.data(200);
    }
    later(&site).await;
    let mut again = first();
    again["source"]["manifest.json"]["version"] = "1.1.0".into();
    site.ask("POST", "/metadata/v1/packages", Some(again.clone())).await.data(201);
    let car = site.get("/metadata/v1/objects/car").await.data(200);
    assert!(car["fields"].as_array().unwrap().iter().all(|field| field["name"] != "seats"), "{car}");
    // Taken again it is there, empty.
    again["source"]["manifest.json"]["version"] = "1.2.0".into();
    again["take"] = json!(["objects.car.fields.seats"]);
    let taken = site.ask("POST", "/metadata/v1/packages", Some(again.clone())).await.data(201);
    assert_eq!(taken["comes_back_empty"], json!(["car.seats"]));
    let shown = site.get(&format!("/api/v1/cars/{}", mine["id"].as_str().unwrap())).await.data(200);
    assert_eq!((&shown["seats"], &shown["plate"]), (&json!(null), &json!("M-1")));
    // The whole package, and its records with it.
    site.ask("DELETE", "/metadata/v1/packages/fleet?allow_data_loss=car", None).await.data(200);
    later(&site).await;
    again["dry_run"] = true.into();
    let plan = site.ask("POST", "/metadata/v1/packages", Some(again.clone())).await.data(200);
    assert_eq!(plan["comes_back_empty"], json!(["car"]));
    again["dry_run"] = false.into();
    let done = site.ask("POST", "/metadata/v1/packages", Some(again)).await.data(201);
    assert_eq!(done["comes_back_empty"], json!(["car"]));
    let cars = site.get("/api/v1/cars").await.data(200);
    let cars: Vec<&Json> = cars.as_array().unwrap().iter().map(|car| &car["plate"]).collect();
    assert_eq!(cars, ["D-1"]);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[tokio::test]
async fn what_an_upgrade_brings_to_an_object_that_was_removed_is_there_with_it() {
    let site = stage("layers_hidden").await;
    site.ask("DELETE", "/metadata/v1/objects/car?allow_data_loss=true", None).await.data(200);
    site.ask("POST", "/metadata/v1/packages", Some(second())).await.data(201);
    site.ask("DELETE", "/metadata/v1/layers/objects/car", None).await.data(200);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    let cars = site.get("/api/v1/cars").await.data(200);
    assert_eq!(cars[0]["plate"], "D-1");
    site.ask("POST", "/api/v1/cars", Some(json!({ "name": "New", "doors": 5 }))).await.data(201);
}
