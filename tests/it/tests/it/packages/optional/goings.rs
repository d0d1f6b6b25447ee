//! Packages with parts and those that the parts are about go and come back, in whichever order.

use super::*;

#[tokio::test]
async fn both_go_and_come_back_in_any_order() {
    let site = stage("optional_orders").await;
    install(&site, depots("1.0.0"), json!({})).await;
    install(&site, fleet("1.0.0"), json!({})).await;
    let before = everything(&site).await;
    let all = async || site.get("/api/v1/cars?fields=name,depot.name&sort=name").await.data(200);
    let cars = all().await;
    let files = |name: &str| if name == "fleet" { fleet("1.0.0") } else { depots("1.0.0") };
    for gone in [["depots", "fleet"], ["fleet", "depots"]] {
        for back in [["depots", "fleet"], ["fleet", "depots"]] {
            for name in gone {
                uninstall(&site, name).await;
                sound(&site).await;
            }
            for name in back {
                install(&site, files(name), json!({ "approve": true, "allow_data_loss": true })).await;
                sound(&site).await;
            }
            assert_eq!(everything(&site).await, before, "{gone:?} {back:?}");
            assert_eq!(all().await, cars, "{gone:?} {back:?}");
        }
    }
}

#[tokio::test]
async fn what_a_part_leaves_out_is_back_when_it_goes() {
    let site = stage("optional_left_out").await;
    let mut other = depots("1.0.0");
    other.remove("option-sets/colour.json");
    other["objects/depot.json"] =
        json!({ "plural": "depots", "fields": [{ "name": "spaces", "kind": "integer" }] });
    let mut cars = fleet("1.0.0");
    cars["objects/car.json"]["fields"] = json!([{ "name": "plate", "kind": "text" }]);
    cars["list-views/car.all.json"]["columns"] = json!(["name", "plate"]);
    install(&site, cars, json!({})).await;
    install(&site, other, json!({ "approve": true })).await;
    assert_eq!(site.get("/metadata/v1/option-sets/colour").await.status, 404);
    uninstall(&site, "depots").await;
    let layers = site.get("/metadata/v1/layers/option-sets/colour").await.data(200);
    assert_eq!(layers["package"], "fleet");
    sound(&site).await;
}

#[tokio::test]
async fn what_gives_more_alone_is_agreed_to_before_the_other_goes() {
    let site = stage("optional_more_alone").await;
    let mut cars = fleet("1.0.0");
    cars["roles/driver.json"]["objects"]["car"] = json!({ "read": "all", "delete": "all" });
    cars["with/depots/roles/driver.json"] = json!({ "objects": { "car": { "delete": "none" } } });
    install(&site, depots("1.0.0"), json!({})).await;
    install(&site, cars, json!({})).await;
    let path = |more: &str| format!("/metadata/v1/packages/depots?allow_data_loss=true{more}");
    let told = site.ask("DELETE", &path("&dry_run=true"), None).await.data(200);
    assert_eq!(told["grants"].as_array().unwrap().len(), 1, "{told}");
    let refused = site.ask("DELETE", &path(""), None).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    site.ask("DELETE", &path("&approve=true"), None).await.data(200);
}

#[tokio::test]
async fn one_that_waits_for_others_alone_outlives_a_rollback() {
    let site = stage("optional_waits").await;
    let bridge = json!({
        "manifest.json": { "name": "bridge", "version": "1.0.0", "label": "Bridge", "optional": { "depots": "^1.0" } },
        "with/depots/fields/depot.gates.json": { "kind": "integer" },
    });
    let put = async |name: &str| {
        let own = json!({ "plural": format!("{name}s"), "fields": [] });
        site.ask("PUT", &format!("/metadata/v1/objects/{name}"), Some(own)).await.data(200);
    };
    put("yard").await;
    let number = site.get("/metadata/v1/revisions").await.data(200)[0]["revision"].as_i64().unwrap();
    install(&site, bridge.as_object().unwrap().clone(), json!({})).await;
    put("fence").await;
    let path = format!("/metadata/v1/revisions/{number}/rollback");
    site.ask("POST", &path, Some(json!({ "allow_data_loss": true }))).await.data(200);
    assert_eq!(package(&site, "bridge").await["installed"], true);
    install(&site, depots("1.0.0"), json!({ "approve": true })).await;
    assert!(fields(&site, "depot").await.contains(&"gates".to_owned()));
}
