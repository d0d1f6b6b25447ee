//! `renamed_from` over a real database: records stay where they are, whether a folder or a package's new version says it.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

async fn push(site: &Site, files: &Json, more: Json) -> Json {
    let mut body = json!({ "files": files });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    site.ask("POST", "/metadata/v1/files", Some(body)).await.data(200)
}

#[tokio::test]
async fn a_folder_that_says_so_keeps_records() {
    let site = Site::new(World::new("renames_files").await).await;
    let car = json!({ "plural": "cars", "fields": [
        { "name": "preis", "kind": "integer" }, { "name": "double", "kind": "formula", "formula": "preis * 2" }] });
    site.ask("PUT", "/metadata/v1/objects/car", Some(car)).await.data(200);
    site.ask("POST", "/api/v1/cars", Some(json!({ "name": "Mine", "preis": 21 }))).await.data(201);
    let files = |price: Json| {
        json!({ "objects/auto.json": { "plural": "autos", "renamed_from": "car" }, "fields/auto.price.json": price,
            "fields/auto.double.json": { "kind": "formula", "formula": "price * 2" } })
    };
    // Unsaid it would hide what is there, and the plan asks.
    let unsaid = files(json!({ "kind": "integer" }));
    let plan = push(&site, &unsaid, json!({ "dry_run": true })).await;
    assert_eq!(plan["data_loss"], json!(["car.preis"]), "{plan}");
    assert_eq!(plan["hints"][0]["code"], "maybe-renamed", "{plan}");
    let refused = site.ask("POST", "/metadata/v1/files", Some(json!({ "files": unsaid }))).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    let said = files(json!({ "kind": "integer", "renamed_from": "preis" }));
    let plan = push(&site, &said, json!({ "dry_run": true })).await;
    let empty = json!([]);
    assert_eq!((&plan["data_loss"], &plan["hints"]), (&empty, &empty), "{plan}");
    push(&site, &said, json!({})).await;
    let auto = site.get("/api/v1/autos").await.data(200)[0].clone();
    assert_eq!((&auto["price"], &auto["double"]), (&json!(21), &json!(42)), "{auto}");
    assert_eq!(push(&site, &said, json!({ "dry_run": true })).await["changes"], json!([]));
    let pulled = site.get("/metadata/v1/files").await.data(200);
    assert!(!pulled.to_string().contains("renamed_from"), "{pulled}");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    // A field that goes while another of its kind comes is asked about.
    let other =
        json!({ "objects/auto.json": { "plural": "autos" }, "fields/auto.cost.json": { "kind": "integer" } });
    let plan = push(&site, &other, json!({ "dry_run": true })).await;
    assert_eq!(
        (&plan["hints"][0]["path"], &plan["hints"][0]["code"]),
        (&json!("fields/auto.cost.json"), &json!("maybe-renamed")),
        "{plan}"
    );
    let wrong = json!({ "objects/auto.json": { "plural": "autos", "renamed_from": "auto" } });
    let refused = site.ask("POST", "/metadata/v1/files", Some(json!({ "files": wrong }))).await;
    assert_eq!(refused.problems(422), ["objects/auto.json.renamed_from wrong-name"]);
}

fn fleet(version: &str, field: &Json, others: Json) -> Json {
    let manifest = json!({ "name": "fleet", "version": version, "label": "Fleet" });
    let name = &field["name"];
    let car = json!({ "plural": "cars", "fields": [field] });
    let view = json!({ "object": "car", "label": "All", "columns": ["name", name] });
    let mut source =
        json!({ "manifest.json": manifest, "objects/car.json": car, "list-views/car.all.json": view });
    source.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
    json!({ "source": source })
}

#[tokio::test]
async fn an_upgrade_that_says_so_keeps_records_and_the_tenants_label() {
    let site = Site::new(World::new("renames_package").await).await;
    let install = async |body: Json| site.ask("POST", "/metadata/v1/packages", Some(body)).await.data(201);
    install(fleet("1.0.0", &json!({ "name": "preis", "kind": "integer" }), json!({}))).await;
    let label = json!({ "kind": "integer", "label": "Kosten" });
    site.ask("PUT", "/metadata/v1/objects/car/fields/preis", Some(label)).await.data(200);
    let view = json!({ "object": "car", "label": "Mine", "columns": ["preis"], "sort": ["-preis"] });
    site.ask("PUT", "/metadata/v1/list-views/car.mine", Some(view)).await.data(200);
    site.ask("POST", "/api/v1/cars", Some(json!({ "name": "Mine", "preis": 21 }))).await.data(201);
    let price = json!({ "name": "price", "kind": "integer", "renamed_from": "preis" });
    let upgraded = install(fleet("2.0.0", &price, json!({}))).await;
    assert_eq!((&upgraded["data_loss"], &upgraded["conflicts"]), (&json!([]), &json!([])), "{upgraded}");
    assert_eq!(site.get("/api/v1/cars").await.data(200)[0]["price"], 21);
    let field = site.get("/metadata/v1/objects/car/fields/price").await.data(200);
    assert_eq!(field["label"], "Kosten");
    assert_eq!(site.get("/metadata/v1/list-views/car.mine").await.data(200)["columns"], json!(["price"]));
    assert_eq!(site.get("/metadata/v1/objects/car/fields/preis").await.status, 404);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    // A version between was left out: the package says all that the field was called.
    let cost = json!({ "name": "cost", "kind": "integer", "renamed_from": ["amount", "price"] });
    install(fleet("4.0.0", &cost, json!({}))).await;
    assert_eq!(site.get("/api/v1/cars").await.data(200)[0]["cost"], 21);
    // Taken away and installed again it is there under the name of then.
    site.ask("DELETE", "/metadata/v1/packages/fleet?allow_data_loss=car", None).await.data(200);
    let fee = json!({ "name": "fee", "kind": "integer", "renamed_from": ["cost", "price"] });
    install(fleet("5.0.0", &fee, json!({}))).await;
    assert_eq!(site.get("/api/v1/cars").await.data(200)[0]["fee"], 21);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    // Where the package comes for the first time there is nothing to rename.
    let other = Site::new(World::new("renames_fresh").await).await;
    other.ask("POST", "/metadata/v1/packages", Some(fleet("4.0.0", &cost, json!({})))).await.data(201);
    other.ask("POST", "/api/v1/cars", Some(json!({ "name": "New", "cost": 1 }))).await.data(201);
    let wrong = json!({ "name": "cost", "kind": "integer", "renamed_from": "car.price" });
    let refused = other.ask("POST", "/metadata/v1/packages", Some(fleet("5.0.0", &wrong, json!({})))).await;
    assert_eq!(refused.problems(422), ["objects.car.fields.cost.renamed_from bad-name"]);
}
