//! What a package may do is agreed to: capabilities when they are asked for, and what an upgrade gives to people that the
//! version before did not. Looking at a plan locks nobody out.

use engine::packages::Install;
use engine::{AllowLoss, Error};
use it::World;
use it::site::Site;
use metadata::Package;
use serde_json::{Value as Json, json};

/// A package with a role, in a version that asks for capabilities.
fn fleet(version: &str, role: Json, capabilities: Json) -> Json {
    let manifest =
        json!({ "name": "fleet", "version": version, "label": "Fleet", "capabilities": capabilities });
    let car = json!({ "plural": "cars", "fields": [{ "name": "plate", "kind": "text" }] });
    json!({ "source": { "manifest.json": manifest, "objects/car.json": car, "roles/driver.json": role, "README.md": "# Fleet" } })
}

fn driver(car: Json) -> Json {
    json!({ "label": "Driver", "inherits": ["user"], "objects": { "car": car } })
}

fn with(mut body: Json, key: &str, value: Json) -> Json {
    body[key] = value;
    body
}

#[tokio::test]
async fn an_upgrade_that_gives_more_is_agreed_to_anew() {
    let site = Site::new(World::new("consent_upgrade").await).await;
    let install = async |body: Json| site.ask("POST", "/metadata/v1/packages", Some(body)).await;
    let first = fleet("1.0.0", driver(json!({ "read": "own", "create": true })), json!([]));
    install(first).await.data(201);
    // The same once more, less, and other words ask for nothing.
    let less = json!({ "label": "Chauffeur", "inherits": ["user"], "objects": { "car": { "read": "own" } } });
    install(fleet("1.1.0", less, json!([]))).await.data(201);
    let more =
        || fleet("2.0.0", driver(json!({ "read": "all", "delete": "own" })), json!(["outbound_webhook"]));
    let wanted =
        ["capabilities.outbound_webhook", "roles.driver.objects.car.delete", "roles.driver.objects.car.read"];
    let plan = install(with(more(), "dry_run", true.into())).await.data(200);
    assert_eq!(plan["grants"], json!(wanted));
    for approve in [json!(false), json!([]), json!(&wanted[..2])] {
        let refused = install(with(more(), "approve", approve)).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (409, &json!("consent-required")),
            "{}",
            refused.text()
        );
    }
    let refused = install(more()).await.json();
    let told: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(told, wanted);
    let read =
        async || site.get("/metadata/v1/roles/driver").await.data(200)["objects"]["car"]["read"].clone();
    assert_eq!(read().await, json!("own"));
    install(with(more(), "approve", json!(wanted))).await.data(201);
    assert_eq!(read().await, json!("all"));
    install(with(more(), "dry_run", true.into())).await.data(200);
}

#[tokio::test]
async fn a_step_back_is_asked_for() {
    let site = Site::new(World::new("consent_back").await).await;
    let install = async |body: Json| site.ask("POST", "/metadata/v1/packages", Some(body)).await;
    let version = |version: &str| fleet(version, driver(json!({ "read": "own" })), json!([]));
    install(version("1.10.0")).await.data(201);
    for body in [version("1.9.0"), with(version("1.9.0"), "dry_run", true.into())] {
        assert_eq!(install(body).await.problems(409), ["version older-version"]);
    }
    let listed = async || {
        let all = site.get("/metadata/v1/packages").await.data(200);
        all.as_array().unwrap().iter().find(|one| one["name"] == "fleet").unwrap().clone()
    };
    let one = listed().await;
    assert_eq!((&one["installed_version"], &one["is_newer"]), (&json!("1.10.0"), &json!(false)));
    install(with(version("1.9.0"), "allow_downgrade", true.into())).await.data(201);
    assert_eq!(listed().await["installed_version"], "1.9.0");
}

#[tokio::test]
async fn capabilities_are_agreed_to_from_the_first() {
    let site = Site::new(World::new("consent_first").await).await;
    let install = async |body: Json| site.ask("POST", "/metadata/v1/packages", Some(body)).await;
    let body = || fleet("1.0.0", driver(json!({ "read": "own" })), json!(["outbound_webhook"]));
    assert_eq!(install(body()).await.status, 409);
    install(with(body(), "approve", true.into())).await.data(201);
}

#[tokio::test]
async fn what_an_upgrade_brings_along_is_agreed_to_too() {
    let world = World::new("consent_along").await;
    let package = |manifest: Json, role: Option<&str>| {
        let mut files = vec![("manifest.json".to_owned(), manifest.to_string().into_bytes())];
        let given = json!({ "label": "R", "objects": { "user": { "read": "all" } } });
        files.extend(role.map(|name| (format!("roles/{name}.json"), given.to_string().into_bytes())));
        Package::from_files(files.into_iter()).unwrap()
    };
    let app = |version: &str, requires: Json| {
        package(json!({ "name": "app", "version": version, "label": "App", "requires": requires }), None)
    };
    let base =
        |role: &str| package(json!({ "name": "base", "version": "1.0.0", "label": "Base" }), Some(role));
    let install = async |packages: &[Package], approve: AllowLoss| {
        let options = Install { approve, ..Install::default() };
        world.engine.install(&world.system().await, packages, options).await
    };
    install(&[app("1.0.0", json!({}))], AllowLoss::None).await.unwrap();
    let next = [base("watcher"), app("1.1.0", json!({ "base": "^1" }))];
    let wanted = "roles.watcher.objects.user.read";
    let refused = install(&next, AllowLoss::None).await.unwrap_err();
    assert!(matches!(&refused, Error::Consent(names) if names == &[wanted]), "{refused:?}");
    let dry = Install { dry_run: true, ..Install::default() };
    let plan = world.engine.install(&world.system().await, &next, dry).await.unwrap();
    assert_eq!(plan.grants, [wanted]);
    let installed = world.engine.installed_packages(&world.system().await).await.unwrap();
    assert_eq!(installed.keys().collect::<Vec<_>>(), ["app"], "nothing came");
    install(&next, AllowLoss::Named(vec![wanted.into()])).await.unwrap();
    // Who installs something for the first time is shown all of it, and has agreed.
    let fresh = World::new("consent_along_fresh").await;
    fresh.engine.install(&fresh.system().await, &next, Install::default()).await.unwrap();
}

#[tokio::test]
async fn who_has_seen_another_revision_changes_nothing() {
    let site = Site::new(World::new("consent_revision").await).await;
    let ask = async |method: &str, path: &str, body: Option<Json>| site.ask(method, path, body).await;
    let body = || fleet("1.0.0", driver(json!({ "read": "own" })), json!([]));
    let stale = |answer: it::site::Reply| {
        let json = answer.json();
        assert_eq!((answer.status, &json["errors"][0]["code"]), (409, &json!("stale-revision")), "{json}");
    };
    stale(ask("POST", "/metadata/v1/packages", Some(with(body(), "expected_revision", 77.into()))).await);
    let done = ask("POST", "/metadata/v1/packages", Some(with(body(), "expected_revision", 0.into())))
        .await
        .data(201);
    let now = done["revision"].as_i64().unwrap();
    stale(ask("DELETE", &format!("/metadata/v1/packages/fleet?expected_revision={}", now + 1), None).await);
    let back = "/metadata/v1/revisions/0/rollback";
    stale(ask("POST", back, Some(json!({ "expected_revision": now + 1, "allow_data_loss": true }))).await);
    ask("POST", back, Some(json!({ "expected_revision": now, "allow_data_loss": true }))).await.data(200);
}

#[tokio::test]
async fn a_plan_of_an_install_waits_for_nobody_and_nobody_for_it() {
    let site = Site::new(World::new("consent_locks").await).await;
    let body = |version: &str, plate: &str| {
        let car = json!({ "plural": "cars", "fields": [{ "name": plate, "kind": "text", "unique": true }] });
        let manifest = json!({ "name": "fleet", "version": version, "label": "Fleet" });
        json!({ "source": { "manifest.json": manifest, "objects/car.json": car, "README.md": "# Fleet" } })
    };
    site.ask("POST", "/metadata/v1/packages", Some(body("1.0.0", "plate"))).await.data(201);
    // Somebody changes the metadata at the same time, and holds a table that the upgrade changes.
    let mut other = site.world.engine.pool().begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("trellis:{}", site.world.tenant.id))
        .execute(&mut *other)
        .await
        .unwrap();
    sqlx::query("LOCK TABLE t_demo.car IN ROW EXCLUSIVE MODE").execute(&mut *other).await.unwrap();
    let dry = with(body("2.0.0", "number"), "dry_run", true.into());
    let plan = site.ask("POST", "/metadata/v1/packages", Some(dry)).await.data(200);
    assert!(plan["steps"].as_array().unwrap().len() > 1, "{plan}");
    let dry = site.ask("DELETE", "/metadata/v1/packages/fleet?dry_run=true", None).await.data(200);
    assert!(!dry["steps"].as_array().unwrap().is_empty(), "{dry}");
    drop(other);
    let installed = site.get("/metadata/v1/packages").await.data(200);
    let found = installed.as_array().unwrap().iter().find(|one| one["name"] == "fleet").unwrap();
    assert_eq!(found["installed_version"], "1.0.0");
}
