//! Optional parts of packages: they come and go with the package that they are about, whichever comes first, and what the
//! tenant made of them stays theirs.

mod goings;

use engine::packages::Install;
use it::World;
use it::site::Site;
use metadata::Package;
use serde_json::{Value as Json, json};

type Files = serde_json::Map<String, Json>;

/// Places for cars, with the colours that both know.
fn depots(version: &str) -> Files {
    let depot = json!({ "plural": "depots", "fields": [
        { "name": "spaces", "kind": "integer" }, { "name": "colour", "kind": "picklist", "option_set": "colour" }] });
    let files = json!({
        "manifest.json": { "name": "depots", "version": version, "label": "Depots" },
        "objects/depot.json": depot, "option-sets/colour.json": colours(),
        "data/10-depot.json": { "object": "depot", "kind": "sample", "records": [{ "ref": "north", "data": { "name": "North" } }] },
        "data/00-user.json": people(),
    });
    files.as_object().unwrap().clone()
}

fn colours() -> Json {
    json!({ "label": "Colour", "options": [{ "value": "red" }, { "value": "blue" }] })
}

fn people() -> Json {
    let kim = json!({ "name": "Kim", "email": "kim@fleet.example", "roles": ["member"] });
    json!({ "object": "user", "kind": "sample", "records": [{ "ref": "kim", "data": kim }] })
}

/// Cars alone, and what they are beside depots.
fn fleet(version: &str) -> Files {
    let car = json!({ "plural": "cars", "fields": [
        { "name": "plate", "kind": "text" }, { "name": "colour", "kind": "picklist", "option_set": "colour" }] });
    let view = json!({ "object": "car", "label": "All", "columns": ["name", "plate", "colour"] });
    let driver = json!({ "label": "Driver", "inherits": ["user"], "objects": { "car": { "read": "all" } } });
    let more = json!({ "fields": [{ "name": "plate" }, { "name": "depot", "kind": "lookup", "to": "depot", "inverse": "cars" }] });
    let count = json!({ "kind": "rollup", "of": "cars", "function": "count" });
    let rule =
        json!({ "object": "depot", "when": "spaces < 0", "message": "No depot has less than nothing" });
    let sample = |records: Json| json!({ "object": "car", "kind": "sample", "records": records });
    let files = json!({
        "manifest.json": { "name": "fleet", "version": version, "label": "Fleet", "optional": { "depots": "^1.0" } },
        "objects/car.json": car, "option-sets/colour.json": colours(),
        "list-views/car.all.json": view, "roles/driver.json": driver,
        "data/00-user.json": people(),
        "data/10-car.json": sample(json!([{ "ref": "a", "data": { "name": "A", "owner_id": "@kim" } }])),
        "with/depots/objects/car.json": more,
        "with/depots/fields/depot.car_count.json": count,
        "with/depots/validation-rules/depot.spaces.json": rule,
        "with/depots/option-sets/colour.json": null,
        "with/depots/list-views/car.all.json": { "columns": ["plate", "depot"] },
        "with/depots/roles/driver.json": { "objects": { "depot": { "read": "all" } } },
        "with/depots/data/10-car.json": sample(json!([
            { "ref": "a", "data": { "depot_id": "@north" } }, { "ref": "b", "data": { "name": "B", "depot_id": "@north" } }])),
    });
    files.as_object().unwrap().clone()
}

fn wish(files: Files, more: Json) -> Option<Json> {
    let mut body = json!({ "source": files, "samples": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Some(body)
}

async fn install(site: &Site, files: Files, more: Json) -> Json {
    let status = if more["dry_run"] == true { 200 } else { 201 };
    site.ask("POST", "/metadata/v1/packages", wish(files, more)).await.data(status)
}

async fn uninstall(site: &Site, name: &str) -> Json {
    let path = format!("/metadata/v1/packages/{name}?allow_data_loss=true");
    site.ask("DELETE", &path, None).await.data(200)
}

async fn stage(name: &str) -> Site {
    Site::new(World::new(name).await).await
}

async fn package(site: &Site, name: &str) -> Json {
    let all = site.get("/metadata/v1/packages").await.data(200);
    all.as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
}

async fn fields(site: &Site, object: &str) -> Vec<String> {
    let all = site.get(&format!("/metadata/v1/objects/{object}")).await.data(200);
    let own = all["fields"].as_array().unwrap().iter().filter(|one| one["standard"] != true);
    own.map(|one| one["name"].as_str().unwrap().to_owned()).collect()
}

async fn sound(site: &Site) {
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

/// All metadata by kind and name, without what depends on the order of coming.
async fn everything(site: &Site) -> Json {
    fn bare(json: Json) -> Json {
        match json {
            Json::Object(map) => {
                map.into_iter().filter(|(key, _)| key != "id").map(|(key, one)| (key, bare(one))).collect()
            }
            Json::Array(items) if items.iter().all(|one| one["name"].is_string()) => {
                let mut items: Vec<Json> = items.into_iter().map(bare).collect();
                items.sort_by_key(Json::to_string);
                Json::Array(items)
            }
            Json::Array(items) => items.into_iter().map(bare).collect(),
            other => other,
        }
    }
    let (snapshot, _) = site.world.engine.fresh_snapshot(&site.world.tenant).await.unwrap();
    metadata::Kind::ALL
        .map(|kind| bare(snapshot.catalog.list_json(kind).into_iter().collect()))
        .into_iter()
        .collect()
}

#[tokio::test]
async fn alone_a_package_brings_what_is_its_own() {
    let site = stage("optional_alone").await;
    let done = install(&site, fleet("1.0.0"), json!({})).await;
    assert_eq!(
        (&done["installed"], &done["parts"], &done["notes"]),
        (&json!(["fleet"]), &json!([]), &json!([]))
    );
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    let told = package(&site, "fleet").await;
    assert_eq!((&told["optional"], &told["parts"]), (&json!({ "depots": "^1.0" }), &json!([])));
    let cars = site.get("/api/v1/cars?fields=name,owner.name").await.data(200);
    assert_eq!(cars.as_array().unwrap().len(), 1);
    assert_eq!(cars[0]["owner"]["name"], "Kim");
    sound(&site).await;
}

#[tokio::test]
async fn what_comes_later_brings_the_part_in_the_same_revision() {
    let site = stage("optional_later").await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let plan = install(&site, depots("1.0.0"), json!({ "dry_run": true })).await;
    assert_eq!(plan["parts"], json!([{ "package": "fleet", "with": "depots", "comes": true }]));
    assert_eq!(plan["grants"], json!(["roles.driver.objects.depot.read"]));
    let comes = |name: &str| plan["changes"].as_array().unwrap().iter().any(|one| one["name"] == name);
    assert!(
        ["car.depot", "depot.car_count", "depot.spaces", "car.all"].iter().all(|name| comes(name)),
        "{plan}"
    );
    let refused = site.ask("POST", "/metadata/v1/packages", wish(depots("1.0.0"), json!({}))).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("consent-required")));
    let done = install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(done["revision"].as_i64(), plan["revision"].as_i64().map(|before| before + 1));
    assert_eq!(fields(&site, "car").await, ["plate", "depot", "colour"]);
    let view = site.get("/metadata/v1/list-views/car.all").await.data(200);
    assert_eq!(view["columns"], json!(["name", "plate", "depot", "colour"]));
    assert_eq!(package(&site, "fleet").await["parts"], json!(["depots"]));
    // What was loaded stays as it is, what the part brings comes, and colleagues come once.
    let cars = site.get("/api/v1/cars?fields=name,depot.name&sort=name").await.data(200);
    assert_eq!((&cars[0]["depot"], &cars[1]["depot"]["name"]), (&Json::Null, &json!("North")));
    let depots = site.get("/api/v1/depots?fields=name,car_count&fresh=true").await.data(200);
    assert_eq!(depots[0]["car_count"], 1);
    let kims = site.get("/api/v1/users?name=Kim&include_total=true").await.json();
    assert_eq!(kims["pagination"]["total"], 1, "{kims}");
    sound(&site).await;

    let other = stage("optional_earlier").await;
    install(&other, self::depots("1.0.0"), json!({})).await;
    install(&other, fleet("1.0.0"), json!({})).await;
    assert_eq!(everything(&other).await, everything(&site).await, "whichever comes first");
    let cars = other.get("/api/v1/cars?fields=name,depot.name&sort=name").await.data(200);
    assert_eq!((&cars[0]["depot"]["name"], &cars[1]["depot"]["name"]), (&json!("North"), &json!("North")));
}

#[tokio::test]
async fn two_of_one_request_find_each_other() {
    let read = |files: Files| {
        let bytes = files.into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
        Package::from_files(bytes).unwrap()
    };
    let mut seen = Vec::new();
    for order in [["fleet", "depots"], ["depots", "fleet"]] {
        let site = stage(&format!("optional_{}", order[0])).await;
        let packages = order.map(|name| read(if name == "fleet" { fleet("1.0.0") } else { depots("1.0.0") }));
        let options = Install { samples: true, ..Install::default() };
        let done = site.world.engine.install(&site.world.system().await, &packages, options).await.unwrap();
        assert_eq!(done.parts, [], "nothing was there before");
        assert_eq!(site.get("/api/v1/cars").await.data(200).as_array().unwrap().len(), 2);
        sound(&site).await;
        seen.push(everything(&site).await);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_part_goes_with_its_package_and_comes_back_with_it() {
    let site = stage("optional_back").await;
    install(&site, depots("1.0.0"), json!({})).await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    put(
        "/metadata/v1/objects/car/fields/depot",
        json!({ "kind": "lookup", "label": "Home", "to": "depot", "inverse": "cars" }),
    )
    .await;
    site.ask("DELETE", "/metadata/v1/validation-rules/depot.spaces", None).await.data(200);
    let before = everything(&site).await;
    let plan = site.ask("DELETE", "/metadata/v1/packages/depots?dry_run=true", None).await.data(200);
    assert_eq!(plan["parts"], json!([{ "package": "fleet", "with": "depots", "comes": false }]));
    assert!(plan["data_loss"].as_array().unwrap().contains(&json!("car.depot")), "{plan}");
    uninstall(&site, "depots").await;
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    assert_eq!(package(&site, "fleet").await["parts"], json!([]));
    let role = site.get("/metadata/v1/roles/driver").await.data(200);
    assert_eq!(role["objects"]["depot"], Json::Null);
    sound(&site).await;
    // Another version of the package while the other one is away changes nothing of what waits.
    install(&site, fleet("1.0.1"), json!({})).await;
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(everything(&site).await, before);
    let cars = site.get("/api/v1/cars?fields=name,depot.name&sort=name").await.data(200);
    assert_eq!((cars.as_array().unwrap().len(), &cars[1]["depot"]["name"]), (2, &json!("North")));
    sound(&site).await;
    // The package itself goes and comes as every other.
    uninstall(&site, "fleet").await;
    uninstall(&site, "depots").await;
    // It comes back without what it had beside the other one, which is said to be data that is hidden.
    install(&site, fleet("1.0.1"), json!({ "approve": true, "allow_data_loss": ["car.depot"] })).await;
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(everything(&site).await, before);
    sound(&site).await;
}

#[tokio::test]
async fn what_both_bring_changes_hands_with_the_tenants_layer() {
    let site = stage("optional_hands").await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let mine = json!({ "label": "Colour", "options": [{ "value": "red" }, { "value": "blue" }, { "value": "pink" }] });
    site.ask("PUT", "/metadata/v1/option-sets/colour", Some(mine)).await.data(200);
    let car = json!({ "name": "P", "colour": "pink" });
    let car = site.ask("POST", "/api/v1/cars", Some(car)).await.data(201)["id"].as_str().unwrap().to_owned();
    let owner = async || {
        let layers = site.get("/metadata/v1/layers/option-sets/colour").await.data(200);
        let set = site.get("/metadata/v1/option-sets/colour").await.data(200);
        (layers["package"].as_str().unwrap().to_owned(), set["options"].as_array().unwrap().len())
    };
    assert_eq!(owner().await, ("fleet".to_owned(), 3));
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(owner().await, ("depots".to_owned(), 3));
    uninstall(&site, "depots").await;
    assert_eq!(owner().await, ("fleet".to_owned(), 3));
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(owner().await, ("depots".to_owned(), 3));
    let shown = site.get(&format!("/api/v1/cars/{car}")).await.data(200);
    assert_eq!(shown["colour"], "pink");
    // Nobody takes what another one goes on bringing.
    let mut rival = depots("1.0.0");
    rival["manifest.json"]["name"] = "rivals".into();
    let refused = site.ask("POST", "/metadata/v1/packages", wish(rival, json!({}))).await.problems(422);
    assert!(refused.contains(&"option-sets.colour owned-elsewhere".to_owned()), "{refused:?}");
    sound(&site).await;
}

#[tokio::test]
async fn a_version_that_does_not_go_with_it_is_told() {
    let site = stage("optional_range").await;
    // What is shared is only handed over where the part says so.
    let other = |version: &str| {
        let mut files = depots(version);
        files.retain(|path, _| path != "option-sets/colour.json");
        files["objects/depot.json"]["fields"].as_array_mut().unwrap().truncate(1);
        files
    };
    let fleet = |version: &str| {
        let mut files = fleet(version);
        files.shift_remove("with/depots/option-sets/colour.json");
        files
    };
    install(&site, other("2.0.0"), json!({})).await;
    let done = install(&site, fleet("1.0.0"), json!({})).await;
    let note = "what `fleet` brings with `depots` ^1.0 does not come: installed is 2.0.0";
    assert_eq!((&done["notes"], &done["parts"]), (&json!([note]), &json!([])));
    let passed = json!({ "package": "fleet", "with": "depots", "reason": "version", "range": "^1.0", "installed": "2.0.0" });
    assert_eq!(done["passed_over"], json!([passed]));
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    install(&site, other("1.5.0"), json!({ "allow_downgrade": true, "approve": true })).await;
    assert_eq!(fields(&site, "car").await, ["plate", "depot", "colour"]);
    let depot = site.get("/api/v1/depots").await.data(200)[0]["id"].clone();
    site.ask("POST", "/api/v1/cars", Some(json!({ "name": "C", "depot_id": depot }))).await.data(201);
    let refused = site.ask("POST", "/metadata/v1/packages", wish(other("2.0.0"), json!({}))).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("data-loss")), "{}", refused.text());
    let done = install(&site, other("2.0.0"), json!({ "allow_data_loss": true })).await;
    assert_eq!(done["parts"], json!([{ "package": "fleet", "with": "depots", "comes": false }]));
    assert_eq!(done["notes"], json!([note]));
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    sound(&site).await;
}

#[tokio::test]
async fn from_required_to_optional_nothing_changes_for_the_tenant() {
    let site = stage("optional_upgrade").await;
    install(&site, depots("1.0.0"), json!({})).await;
    // As it was before there were parts: everything in one folder.
    let mut before = fleet("0.9.0");
    before.retain(|path, _| !path.starts_with("with/") && !path.starts_with("option-sets/"));
    before["manifest.json"] =
        json!({ "name": "fleet", "version": "0.9.0", "label": "Fleet", "requires": { "depots": "^1.0" } });
    let depot = json!({ "name": "depot", "kind": "lookup", "to": "depot", "inverse": "cars" });
    before["objects/car.json"]["fields"].as_array_mut().unwrap().insert(1, depot);
    before["list-views/car.all.json"]["columns"] = json!(["name", "plate", "depot", "colour"]);
    before["roles/driver.json"]["objects"]["depot"] = json!({ "read": "all" });
    let parts = fleet("0.9.0");
    for path in ["fields/depot.car_count.json", "validation-rules/depot.spaces.json"] {
        before.insert(path.to_owned(), parts[&format!("with/depots/{path}")].clone());
    }
    before["data/10-car.json"]["records"] = json!([
        { "ref": "a", "data": { "name": "A", "owner_id": "@kim", "depot_id": "@north" } },
        { "ref": "b", "data": { "name": "B", "depot_id": "@north" } }]);
    install(&site, before, json!({})).await;
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    put(
        "/metadata/v1/objects/car/fields/depot",
        json!({ "kind": "lookup", "label": "Home", "to": "depot", "inverse": "cars" }),
    )
    .await;
    put("/metadata/v1/objects/depot/fields/area", json!({ "kind": "text" })).await;
    let was = everything(&site).await;
    let plan = install(&site, fleet("1.0.0"), json!({ "dry_run": true })).await;
    assert_eq!((&plan["changes"], &plan["conflicts"], &plan["grants"]), (&json!([]), &json!([]), &json!([])));
    install(&site, fleet("1.0.0"), json!({})).await;
    assert_eq!(everything(&site).await, was);
    let cars = site.get("/api/v1/cars?fields=name,depot.name&sort=name").await.data(200);
    assert_eq!((cars.as_array().unwrap().len(), &cars[0]["depot"]["name"]), (2, &json!("North")));
    // From now on the other one can go.
    uninstall(&site, "depots").await;
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    sound(&site).await;
}

#[tokio::test]
async fn a_way_back_takes_parts_along() {
    let site = stage("optional_rollback").await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let alone = everything(&site).await;
    let first = site.get("/metadata/v1/revisions").await.data(200)[0]["revision"].as_i64().unwrap();
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    let both = everything(&site).await;
    let back = async |revision: i64| {
        let path = format!("/metadata/v1/revisions/{revision}/rollback");
        site.ask("POST", &path, Some(json!({ "allow_data_loss": true }))).await.data(200)
    };
    back(first).await;
    assert_eq!(everything(&site).await, alone);
    assert_eq!(package(&site, "fleet").await["parts"], json!([]));
    sound(&site).await;
    back(first + 1).await;
    assert_eq!(everything(&site).await, both);
    assert_eq!(package(&site, "fleet").await["parts"], json!(["depots"]));
    sound(&site).await;
    // The way back over an upgrade brings what was kept then: that version had no parts.
    let mut plain = fleet("1.1.0");
    plain.retain(|path, _| !path.starts_with("with/"));
    plain["manifest.json"] = json!({ "name": "fleet", "version": "1.1.0", "label": "Fleet" });
    plain.shift_remove("option-sets/colour.json");
    install(&site, plain, json!({ "allow_data_loss": true })).await;
    assert_eq!(package(&site, "fleet").await["parts"], json!([]));
    back(first + 1).await;
    assert_eq!(package(&site, "fleet").await["parts"], json!(["depots"]));
    uninstall(&site, "depots").await;
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    sound(&site).await;
}

#[tokio::test]
async fn files_hold_the_parts_too() {
    let site = stage("optional_files").await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let pull = async |site: &Site| site.get("/metadata/v1/files").await.data(200)["files"].clone();
    let push = async |site: &Site, files: &Json, more: Json| {
        let mut body = json!({ "files": files });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        site.ask("POST", "/metadata/v1/files", Some(body)).await.data(200)
    };
    let alone = pull(&site).await;
    assert_eq!(alone["packages/fleet/with/depots/fields/depot.car_count.json"]["kind"], "rollup");
    assert_eq!(alone["packages/fleet/manifest.json"]["optional"], json!({ "depots": "^1.0" }));
    let idle = push(&site, &alone, json!({ "dry_run": true })).await;
    assert_eq!(idle["changes"], json!([]), "what was pulled is what is there");
    // Another tenant gets it from the files, parts and all.
    let other = stage("optional_files_to").await;
    push(&other, &alone, json!({})).await;
    assert_eq!(everything(&other).await, everything(&site).await);
    install(&other, depots("1.0.0"), json!({ "approve": true, "samples": false })).await;
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert_eq!(everything(&other).await, everything(&site).await);
    let both = pull(&other).await;
    assert_eq!(push(&other, &both, json!({ "dry_run": true })).await["changes"], json!([]));
    // A folder more or less is a package that comes or goes, with its parts.
    push(&site, &alone, json!({ "allow_data_loss": true })).await;
    assert_eq!(fields(&site, "car").await, ["plate", "colour"]);
    let mut with = alone.as_object().unwrap().clone();
    with.extend(
        both.as_object()
            .unwrap()
            .iter()
            .filter(|(path, _)| path.starts_with("packages/depots/"))
            .map(|(path, one)| (path.clone(), one.clone())),
    );
    push(&site, &Json::Object(with), json!({})).await;
    assert_eq!(everything(&site).await, everything(&other).await);
    sound(&site).await;
    sound(&other).await;
}

#[tokio::test]
async fn a_copy_of_a_tenant_keeps_what_can_come() {
    let site = stage("optional_copy").await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let engine = &site.world.engine;
    engine.save_archive(&site.world.tenant, folder.path()).await.unwrap().write(folder.path()).unwrap();
    let copy = engine::Tenant {
        id: uuid::Uuid::now_v7(),
        slug: "copy".into(),
        schema: engine::Tenant::schema_of("copy"),
    };
    engine.load_archive(&copy, folder.path()).await.unwrap();
    let bytes = depots("1.0.0").into_iter().map(|(path, json)| (path, json.to_string().into_bytes()));
    let depots = Package::from_files(bytes).unwrap();
    let system = engine.system_context(&copy, "test").await.unwrap();
    let options = Install { approve: engine::AllowLoss::All, ..Install::default() };
    engine.install(&system, &[depots], options).await.unwrap();
    let system = engine.system_context(&copy, "test").await.unwrap();
    let car = system.snapshot.catalog.find_object("car").unwrap();
    assert!(car.find_field("depot").is_some());
    assert_eq!(engine.doctor(&copy).await.unwrap(), []);
}

#[tokio::test]
async fn cases_of_a_part_are_tried_when_it_comes() {
    let site = stage("optional_trials").await;
    let mut files = fleet("1.0.0");
    let case = |refused: Json| {
        json!([{ "about": "No depot has less than nothing",
            "create": { "object": "depot", "data": { "name": "South", "spaces": -1 } }, "expect": { "refused": refused } }])
    };
    files.insert("with/depots/tests/depots.json".into(), case(json!(["name"])));
    install(&site, files.clone(), json!({ "dry_run": true })).await;
    install(&site, files.clone(), json!({})).await;
    let refused =
        site.ask("POST", "/metadata/v1/packages", wish(depots("1.0.0"), json!({ "dry_run": true }))).await;
    let found = refused.problems(422);
    assert!(
        found.iter().any(|one| one.starts_with("fleet.with/depots/tests/") && one.ends_with("test-failed")),
        "{found:?}"
    );
}

#[tokio::test]
async fn samples_about_records_that_never_came_are_passed_over() {
    let site = stage("optional_samples").await;
    install(&site, depots("1.0.0"), json!({ "samples": false })).await;
    let mut files = fleet("1.0.0");
    let last = json!({ "ref": "c", "data": { "name": "C" } });
    files["with/depots/data/10-car.json"]["records"].as_array_mut().unwrap().push(last);
    install(&site, files, json!({})).await;
    let cars = site.get("/api/v1/cars?fields=name").await.data(200);
    assert_eq!(cars.as_array().unwrap().iter().map(|car| car["name"].clone()).collect::<Vec<_>>(), ["C"]);
    sound(&site).await;
}

#[tokio::test]
async fn wrong_parts_are_told_with_their_place() {
    let site = stage("optional_wrong").await;
    let mut files = fleet("1.0.0");
    files.insert("with/garages/fields/garage.cars.json".into(), json!({ "kind": "integer" }));
    files.insert("with/depots/option-sets/size.json".into(), Json::Null);
    files.insert("with/depots/manifest.json".into(), json!({}));
    files["manifest.json"]["optional"]["fleet"] = "^1.0".into();
    let refused = site.ask("POST", "/metadata/v1/packages", wish(files, json!({}))).await.problems(422);
    for problem in [
        "source.with/garages unknown-part",
        "source.with/depots/option-sets/size.json not-found",
        "source.with/depots/manifest.json unknown-file",
        "source.manifest.json.optional.fleet not-optional",
    ] {
        assert!(refused.iter().any(|one| one == problem), "{problem} in {refused:?}");
    }
}
