//! Metadata as files: pulled from one tenant and applied to another both are the same, and nothing is asked twice.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

/// Without what differs by tenant: ids.
fn bare(json: Json) -> Json {
    match json {
        Json::Object(map) => {
            map.into_iter().filter(|(key, _)| key != "id").map(|(key, value)| (key, bare(value))).collect()
        }
        Json::Array(items) => items.into_iter().map(bare).collect(),
        other => other,
    }
}

async fn everything(site: &Site) -> Json {
    let (snapshot, _) = site.world.engine.fresh_snapshot(&site.world.tenant).await.unwrap();
    let all = metadata::Kind::ALL.map(|kind| bare(snapshot.catalog.list_json(kind).into_iter().collect()));
    all.into_iter().collect()
}

async fn pull(site: &Site) -> Json {
    site.get("/metadata/v1/files").await.data(200)["files"].clone()
}

async fn push(site: &Site, files: &Json, more: Json) -> Json {
    let mut body = json!({ "files": files });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    site.ask("POST", "/metadata/v1/files", Some(body)).await.data(200)
}

/// A tenant that has packages, changed some of it, and has its own.
async fn lived_in(name: &str) -> Site {
    let site = Site::new(World::with_packages(name).await).await;
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    put("/metadata/v1/objects/deal/fields/zeal", json!({ "kind": "integer", "label": "Zeal" })).await;
    put(
        "/metadata/v1/objects/deal/fields/area",
        json!({ "kind": "picklist", "options": [{ "value": "north" }] }),
    )
    .await;
    let mut deal = site.get("/metadata/v1/objects/deal").await.data(200);
    deal["label"] = "Opportunity".into();
    put("/metadata/v1/objects/deal", deal).await;
    let project = json!({ "plural": "projects", "sharing": { "default": "read" }, "fields": [
        { "name": "volume", "kind": "currency", "required": true },
        { "name": "account", "kind": "lookup", "to": "account", "inverse": "projects", "on_delete": "restrict" },
        { "name": "double", "kind": "formula", "formula": "volume * 2" }] });
    put("/metadata/v1/objects/project", project).await;
    let count = json!({ "kind": "rollup", "of": "projects", "function": "sum", "field": "volume" });
    put("/metadata/v1/objects/account/fields/project_volume", count).await;
    put(
        "/metadata/v1/validation-rules/project.positive",
        json!({ "object": "project", "when": "volume < 0", "message": "No" }),
    )
    .await;
    put(
        "/metadata/v1/roles/builder",
        json!({ "label": "Builder", "objects": { "project": { "read": "all" } } }),
    )
    .await;
    site.ask("DELETE", "/metadata/v1/list-views/task.urgent", None).await.data(200);
    site.ask("DELETE", "/metadata/v1/list-views/task.overdue", None).await.data(200);
    site
}

#[tokio::test]
async fn two_tenants_with_the_same_files_are_the_same() {
    let site = lived_in("files_from").await;
    let files = pull(&site).await;
    let paths: Vec<&String> = files.as_object().unwrap().keys().collect();
    assert!(paths.iter().any(|path| *path == "fields/deal.zeal.json"), "{paths:?}");
    assert!(paths.iter().any(|path| *path == "packages/deals/objects/deal.json"));
    assert!(!paths.iter().any(|path| path.starts_with("layouts/")), "what nobody changed is the package's");
    assert_eq!(files["list-views/task.urgent.json"], json!({ "removed": true }));
    let idle = push(&site, &files, json!({ "dry_run": true })).await;
    assert_eq!(idle["changes"], json!([]), "what was pulled is what is there");

    let other = Site::new(World::new("files_to").await).await;
    let plan = push(&other, &files, json!({ "dry_run": true })).await;
    assert!(plan["changes"].as_array().unwrap().len() > 100);
    assert_eq!(everything(&other).await[0].as_array().unwrap().len(), 1, "a plan changes nothing");
    push(&other, &files, json!({ "message": "From the other one" })).await;
    assert_eq!(everything(&other).await, everything(&site).await);
    assert_eq!(pull(&other).await, files);
    assert_eq!(other.world.engine.doctor(&other.world.tenant).await.unwrap(), []);
    let installed = other.get("/metadata/v1/packages").await.data(200);
    assert_eq!(installed.as_array().unwrap().iter().filter(|one| one["installed"] == true).count(), 4);
}

#[tokio::test]
async fn files_say_what_comes_changes_and_goes() {
    let site = lived_in("files_edit").await;
    let mut files = pull(&site).await;
    let map = files.as_object_mut().unwrap();
    map.shift_remove("fields/deal.area.json");
    map.shift_remove("list-views/task.urgent.json");
    map.shift_remove("objects/deal.json");
    map.shift_remove("roles/builder.json");
    map["fields/project.volume.json"]["label"] = "Size".into();
    map.insert("option-sets/size.json".into(), json!({ "label": "Size", "options": [{ "value": "big" }] }));
    let plan = push(&site, &files, json!({ "dry_run": true })).await;
    let told: Vec<String> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let properties = one["properties"].as_array().into_iter().flatten();
            let paths: Vec<&str> = properties.filter_map(|one| one["path"].as_str()).collect();
            format!(
                "{} {} {} {}",
                one["action"].as_str().unwrap(),
                one["kind"].as_str().unwrap(),
                one["name"].as_str().unwrap(),
                paths.join(",")
            )
        })
        .collect();
    assert_eq!(
        told.iter().map(|one| one.trim_end()).collect::<Vec<_>>(),
        [
            "change objects deal label",
            "delete fields deal.area",
            "change fields project.volume label",
            "create option-sets size",
            "create list-views task.urgent",
            "delete roles builder",
        ]
    );
    push(&site, &files, json!({})).await;
    assert_eq!(site.get("/metadata/v1/objects/deal").await.data(200)["label"], "Deal");
    assert_eq!(site.get("/metadata/v1/list-views/task.urgent").await.status, 200);
    assert_eq!(site.get("/metadata/v1/list-views/task.overdue").await.status, 404);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);

    // Taking a package's folder away takes the package.
    let mut files = pull(&site).await;
    files
        .as_object_mut()
        .unwrap()
        .retain(|path, _| !path.starts_with("packages/tasks/") && !path.contains("/task."));
    push(&site, &files, json!({})).await;
    assert_eq!(site.get("/metadata/v1/objects/task").await.status, 404);
}

#[tokio::test]
async fn wrong_files_are_told_by_their_paths() {
    let site = Site::new(World::new("files_wrong").await).await;
    let files = json!({ "objets/car.json": {}, "objects/car.json": { "name": "van", "plural": "cars" },
        "packages/fleet/objects/bus.json": { "plural": "buses" }, "/etc/passwd": "x" });
    let refused = site.ask("POST", "/metadata/v1/files", Some(json!({ "files": files }))).await;
    let mut paths = refused.problems(422);
    paths.sort();
    let text = paths.join(" ");
    for path in ["/etc/passwd", "objects/car.json.name", "objets/car.json", "packages/fleet/manifest.json"] {
        assert!(text.contains(path), "{path} in {text}");
    }
    let files =
        json!({ "objects/car.json": { "plural": "cars" }, "fields/car.size.json": { "kind": "nothing" } });
    site.ask("POST", "/metadata/v1/files", Some(json!({ "files": files }))).await.problems(422);
    site.ask("POST", "/metadata/v1/files", Some(json!({ "files": [] }))).await.problems(422);
}

#[tokio::test]
async fn files_without_what_a_package_needs_are_refused() {
    let site = Site::new(World::with_packages("files_needs").await).await;
    let mut files = pull(&site).await;
    files.as_object_mut().unwrap().retain(|path, _| !path.starts_with("packages/accounts/"));
    let refused = site.ask("POST", "/metadata/v1/files", Some(json!({ "files": files }))).await.problems(422);
    let expected = "packages/deals/manifest.json.requires.accounts missing-package";
    assert!(refused.iter().any(|one| one == expected), "{refused:?}");
}

#[tokio::test]
async fn an_object_that_files_archive_comes_back_with_files() {
    let site = Site::new(World::new("files_return").await).await;
    let object =
        |name: &str| json!({ "plural": format!("{name}s"), "fields": [{ "name": "plate", "kind": "text" }] });
    let version = |version: &str, name: &str| {
        json!({ "packages/fleet/manifest.json": { "name": "fleet", "version": version, "label": "Fleet" },
            format!("packages/fleet/objects/{name}.json"): object(name) })
    };
    push(&site, &version("1.0.0", "car"), json!({})).await;
    let car = json!({ "name": "Mine", "plate": "M-1" });
    site.ask("POST", "/api/v1/cars", Some(car)).await.data(201);
    push(&site, &version("2.0.0", "van"), json!({ "allow_data_loss": ["car"] })).await;
    assert_eq!(site.get("/api/v1/cars").await.status, 404);
    let idle = push(&site, &pull(&site).await, json!({ "dry_run": true })).await;
    assert_eq!(idle["changes"], json!([]));
    push(&site, &version("3.0.0", "car"), json!({ "allow_data_loss": true })).await;
    assert_eq!(site.get("/api/v1/cars").await.data(200)[0]["plate"], "M-1");
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}
