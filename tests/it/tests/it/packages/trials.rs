//! A package is held to its own cases in a dry run: they run through the one way to write, in a world of their own, of
//! which nothing is left.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

fn fleet(trials: Json) -> Json {
    let manifest = json!({ "name": "fleet", "version": "1.0.0", "label": "Fleet" });
    let depot = json!({ "plural": "depots", "fields": [{ "name": "spaces", "kind": "integer" }] });
    let car = json!({ "plural": "cars", "fields": [
        { "name": "plate", "kind": "text", "required": true, "unique": true },
        { "name": "price", "kind": "decimal", "precision": 12, "scale": 2 },
        { "name": "depot", "kind": "lookup", "to": "depot", "inverse": "cars" },
        { "name": "rate", "kind": "formula", "formula": "price / 10" },
    ] });
    let rule = json!({ "object": "car", "when": "price < 0", "message": "No car costs less than nothing", "field": "price" });
    json!({ "dry_run": true, "source": { "manifest.json": manifest, "objects/car.json": car, "objects/depot.json": depot,
        "validation-rules/car.price.json": rule, "tests/cars.json": trials, "README.md": "# Fleet" } })
}

fn depot() -> Json {
    json!([{ "ref": "north", "object": "depot", "data": { "name": "North", "spaces": 3 } }])
}

async fn schemas(site: &Site) -> Vec<String> {
    let text = "SELECT nspname::text FROM pg_namespace ORDER BY 1";
    sqlx::query_scalar(text).fetch_all(site.world.engine.pool()).await.unwrap()
}

#[tokio::test]
async fn what_a_package_says_of_itself_is_tried_before_it_comes() {
    let site = Site::new(World::new("trials_good").await).await;
    let before = (schemas(&site).await, site.world.fingerprint().await);
    let trials = json!([
        { "about": "A car has a rate, and stands in a depot", "given": depot(),
          "create": { "object": "car", "data": { "name": "A", "plate": "B-1", "price": 12.5, "depot_id": "@north" } },
          "expect": { "record": { "plate": "B-1", "rate": 1.250, "depot_id": "@north" } } },
        { "about": "A car needs its plate", "create": { "object": "car", "data": { "name": "A" } },
          "expect": { "refused": ["plate"] } },
        { "about": "No plate is there twice",
          "given": [{ "ref": "a", "object": "car", "data": { "name": "A", "plate": "B-1" } }],
          "create": { "object": "car", "data": { "name": "B", "plate": "B-1" } }, "expect": { "refused": ["plate"] } },
        { "about": "No price is less than nothing",
          "given": [{ "ref": "a", "object": "car", "data": { "name": "A", "plate": "B-1" } }],
          "update": { "ref": "a", "data": { "price": -1 } }, "expect": { "refused": ["price"] } },
    ]);
    let mut body = fleet(trials);
    let told = site.ask("POST", "/metadata/v1/packages", Some(body.clone())).await.data(200);
    assert_eq!((&told["tried"]["refused"], &told["tried"]["untried"]), (&json!([]), &json!([])), "{told}");
    assert_eq!((schemas(&site).await, site.world.fingerprint().await), before, "something is left");
    body["dry_run"] = false.into();
    site.ask("POST", "/metadata/v1/packages", Some(body.clone())).await.data(201);
    // The cases of the next version run beside what the tenant has made of it.
    let extra = json!({ "name": "colour", "kind": "text", "required": true });
    site.ask("PUT", "/metadata/v1/objects/car/fields/colour", Some(extra)).await.data(200);
    (body["dry_run"], body["source"]["manifest.json"]["version"]) = (true.into(), "1.1.0".into());
    let refused = site.ask("POST", "/metadata/v1/packages", Some(body)).await;
    let told = refused.problems(422);
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(refused.text().contains("colour"), "{}", refused.text());
}

#[tokio::test]
async fn what_does_not_hold_is_told_with_its_case() {
    let site = Site::new(World::new("trials_bad").await).await;
    let car = |data: Json| json!({ "object": "car", "data": data });
    let trials = json!([
        { "about": "Wrong rate", "create": car(json!({ "name": "A", "plate": "B-1", "price": 12.5 })),
          "expect": { "record": { "rate": 2 } } },
        { "about": "Let through", "create": car(json!({ "name": "A", "plate": "B-1" })), "expect": { "refused": ["price"] } },
        { "about": "Refused", "create": car(json!({ "name": "A" })), "expect": { "record": {} } },
        { "about": "Elsewhere", "create": car(json!({ "name": "A" })), "expect": { "refused": ["name"] } },
        { "about": "Nowhere", "create": { "object": "boat", "data": {} }, "expect": { "record": {} } },
        { "about": "Unknown", "create": car(json!({ "name": "A", "plate": "B", "depot_id": "@south" })), "expect": { "record": {} } },
        { "about": "Sound", "create": car(json!({ "name": "A", "plate": "B-1" })), "expect": { "record": { "price": null } } },
    ]);
    let refused = site.ask("POST", "/metadata/v1/packages", Some(fleet(trials))).await;
    let errors = refused.json()["errors"].clone();
    let told: Vec<(&str, &str)> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["path"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect();
    let expected = [
        ("fleet.tests/cars.json.0", "Wrong rate: `rate` should be 2, and is 1.25"),
        ("fleet.tests/cars.json.1", "Let through: it should be refused, and was not"),
        ("fleet.tests/cars.json.2", "Refused: it was refused: plate: "),
        ("fleet.tests/cars.json.3", "Elsewhere: it should be refused at name, and was: plate: "),
        ("fleet.tests/cars.json.4", "Nowhere: it was refused: object: there is no object `boat`"),
        ("fleet.tests/cars.json.5", "Unknown: there is no record `@south`"),
    ];
    assert_eq!(told.len(), expected.len(), "{told:?}");
    for (found, wanted) in told.iter().zip(expected) {
        assert!(found.0 == wanted.0 && found.1.starts_with(wanted.1), "{found:?} {wanted:?}");
    }
    // What is no case is told when the package is read.
    let odd = json!([{ "about": "Nothing", "expect": {} }, { "about": 5, "expect": {}, "delete": {} }]);
    let refused = site.ask("POST", "/metadata/v1/packages", Some(fleet(odd))).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
}
