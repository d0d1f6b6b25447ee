//! The standard packages each alone, and together in any order.

use engine::packages::Install;
use it::World;
use it::site::Site;
use metadata::Package;
use serde_json::{Value as Json, json};

/// As the demo does: only Trellis itself says when sample records were made.
async fn install(site: &Site, name: &str) -> Vec<String> {
    let (engine, system) = (&site.world.engine, site.world.system().await);
    let library = ["accounts", "leads", "deals", "tasks"].map(it::package);
    let installed = engine.installed_packages(&system).await.unwrap();
    let installed = installed.into_iter().map(|(name, one)| (name, one.manifest)).collect();
    let known = (&installed, &(|_: &Package| false) as &dyn Fn(&Package) -> bool);
    let chosen = metadata::package::resolve(&it::package(name), &library, known).unwrap();
    let options = Install { samples: true, approve: engine::AllowLoss::All, ..Install::default() };
    engine.install(&system, &chosen, options).await.unwrap();
    chosen.into_iter().map(|one| one.manifest.name).collect()
}

async fn total(site: &Site, path: &str) -> i64 {
    let one = site
        .get(&format!("{path}{}limit=1&include_total=true", if path.contains('?') { '&' } else { '?' }))
        .await;
    assert_eq!(one.status, 200, "{path}: {}", one.text());
    one.json()["pagination"]["total"].as_i64().unwrap()
}

async fn names(site: &Site, kind: metadata::Kind) -> Vec<String> {
    let (snapshot, _) = site.world.engine.fresh_snapshot(&site.world.tenant).await.unwrap();
    let mut names = snapshot.catalog.component_names(kind);
    names.sort();
    names
}

#[tokio::test]
async fn each_alone_is_of_use() {
    for (name, brought, plural, least) in [
        ("tasks", vec!["tasks"], "tasks", 13),
        ("leads", vec!["leads"], "leads", 100),
        ("deals", vec!["accounts", "deals"], "deals", 100),
    ] {
        let site = Site::new(World::new(&format!("alone_{name}")).await).await;
        assert_eq!(install(&site, name).await, brought);
        assert!(total(&site, &format!("/api/v1/{plural}")).await >= least, "{name}");
        assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    }
}

#[tokio::test]
async fn in_any_order_they_are_the_same_in_the_end() {
    let usual = Site::new(World::with_samples("standard_usual").await).await;
    let other = Site::new(World::new("standard_other").await).await;
    let parts = async |name: &str| {
        let all = other.get("/metadata/v1/packages").await.data(200);
        all.as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["parts"].clone()
    };
    install(&other, "tasks").await;
    install(&other, "leads").await;
    assert_eq!(parts("tasks").await, json!(["leads"]));
    assert_eq!(total(&other, "/api/v1/tasks").await, 43);
    let lead =
        json!({ "last_name": "Byron", "company": "Analytical", "industry": "technology", "rating": "hot" });
    other.ask("POST", "/api/v1/leads", Some(lead)).await.data(201);
    let done = install(&other, "deals").await;
    assert_eq!(done, ["accounts", "deals"]);
    assert_eq!(parts("leads").await, json!(["accounts"]));
    assert_eq!(parts("deals").await, json!(["leads"]));
    assert_eq!(parts("tasks").await, json!(["accounts", "deals", "leads"]));
    for kind in metadata::Kind::ALL {
        assert_eq!(names(&other, kind).await, names(&usual, kind).await, "{kind:?}");
    }
    for plural in ["accounts", "contacts", "deals", "tasks", "task_dependencies", "users"] {
        let path = format!("/api/v1/{plural}");
        assert_eq!(total(&other, &path).await, total(&usual, &path).await, "{plural}");
    }
    // A lead from before is converted as any other.
    let lead =
        other.get("/api/v1/leads?last_name=Byron").await.data(200)[0]["id"].as_str().unwrap().to_owned();
    let ways = other.get(&format!("/api/v1/leads/{lead}/conversions")).await;
    assert_eq!(ways.status, 200, "{}", ways.text());
    assert_eq!(other.world.engine.doctor(&other.world.tenant).await.unwrap(), []);
}

/// A package as it was before it had parts: everything in one, and all others required.
fn former(name: &str) -> Package {
    let mut package = it::package(name).with_all_parts();
    package.manifest.version = "1.1.0".parse().unwrap();
    let optional = std::mem::take(&mut package.manifest.optional);
    package.manifest.requires.extend(optional);
    package
}

#[tokio::test]
async fn who_has_all_of_them_notices_nothing() {
    let site = Site::new(World::new("standard_former").await).await;
    let packages: Vec<Package> = ["accounts", "leads", "deals", "tasks"].map(former).into();
    let options = Install { samples: true, ..Install::default() };
    site.world.engine.install(&site.world.system().await, &packages, options).await.unwrap();
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    let mut layout = site.get("/metadata/v1/layouts/lead.default").await.data(200);
    ["name", "package"].iter().for_each(|key| drop(layout.as_object_mut().unwrap().remove(*key)));
    layout["highlights"] = json!(["status", "converted_account"]);
    put("/metadata/v1/layouts/lead.default", layout).await;
    let mut set = site.get("/metadata/v1/option-sets/rating").await.data(200);
    set["options"].as_array_mut().unwrap().push(json!({ "value": "icy", "label": "Icy" }));
    put("/metadata/v1/option-sets/rating", json!({ "label": set["label"], "options": set["options"] })).await;
    site.ask("DELETE", "/metadata/v1/objects/contact/fields/open_tasks", None).await.data(200);
    let before = site.world.catalog().await;
    let counts = async || {
        let mut all = Vec::new();
        for plural in ["accounts", "contacts", "leads", "deals", "tasks", "users"] {
            all.push(total(&site, &format!("/api/v1/{plural}")).await);
        }
        all
    };
    let records = counts().await;
    for name in ["tasks", "deals", "leads"] {
        let wish = |dry: bool| Some(json!({ "name": name, "dry_run": dry }));
        let plan = site.ask("POST", "/metadata/v1/packages", wish(true)).await.data(200);
        let told =
            ["installed", "changes", "conflicts", "grants", "parts", "notes"].map(|key| plan[key].clone());
        assert_eq!(told, [json!([name]), json!([]), json!([]), json!([]), json!([]), json!([])], "{name}");
        site.ask("POST", "/metadata/v1/packages", wish(false)).await.data(201);
    }
    assert_eq!(site.world.catalog().await, before);
    assert_eq!(counts().await, records);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
    // Now leads and tasks stay when the rest goes.
    for name in ["deals", "accounts"] {
        let path = format!("/metadata/v1/packages/{name}?allow_data_loss=true");
        let gone = site.ask("DELETE", &path, None).await;
        if name == "accounts" {
            // What the tenant has put on its own layout is the tenant's to take away.
            let told = gone.problems(422);
            assert!(told.contains(&"layouts.lead.default.highlights.1 unknown-field".to_owned()), "{told:?}");
            site.ask("DELETE", "/metadata/v1/layers/layouts/lead.default", None).await.data(200);
            site.ask("DELETE", &path, None).await.data(200);
        } else {
            gone.data(200);
        }
    }
    let set = site.get("/metadata/v1/option-sets/rating").await.data(200);
    assert_eq!(set["options"].as_array().unwrap().len(), 4);
    assert_eq!(total(&site, "/api/v1/leads").await, records[2]);
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}

#[test]
fn the_option_sets_that_leads_shares_are_those_of_accounts() {
    let (accounts, leads) = (it::package("accounts"), it::package("leads"));
    let sets = |package: &Package| -> std::collections::BTreeMap<String, Json> {
        let sets = package.changes.iter().filter(|one| one.kind == metadata::Kind::OptionSets);
        sets.map(|one| (one.name.clone(), one.definition.clone().unwrap())).collect()
    };
    let (accounts, leads) = (sets(&accounts), sets(&leads));
    let shared: Vec<&String> = leads.keys().filter(|name| accounts.contains_key(*name)).collect();
    assert_eq!(shared.len(), 4);
    shared.into_iter().for_each(|name| assert_eq!(leads[name], accounts[name], "{name}"));
}
