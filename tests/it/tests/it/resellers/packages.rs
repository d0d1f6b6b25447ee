//! What a reseller is told of packages: those that can be installed, and what each of them says.

use serde_json::{Value as Json, json};

use super::Shop;

#[tokio::test]
async fn what_a_package_says_is_told_as_a_layer_speaks_of_it() {
    let shop = Shop::new("offered_packages").await;
    let all = shop.ask("GET", "/packages", None).await.data(200);
    let names: Vec<&str> = all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["accounts", "deals", "leads", "tasks"]);
    assert_eq!(all[1]["label"], "Deals");

    let deals = shop.ask("GET", "/packages/deals", None).await.data(200);
    let find = |kind: &str, name: &str| -> Json {
        let mut all = deals["components"].as_array().unwrap().iter();
        all.find(|one| one["kind"] == kind && one["name"] == name).cloned().unwrap_or_default()
    };
    let deal = find("objects", "deal");
    assert_eq!((&deal["definition"]["label"], &deal["definition"]["fields"]), (&json!("Deal"), &Json::Null));
    // A field of its own object, one of another package's, and what comes beside another package.
    assert_eq!(find("fields", "deal.next_step")["definition"]["kind"], "text");
    assert_eq!(find("fields", "account.open_deals")["definition"]["label"], "Open deals");
    assert_ne!(find("conversions", "lead.deal"), Json::Null);

    // Each is of what a layer may speak.
    let mut layer = json!({});
    for one in deals["components"].as_array().unwrap() {
        if let Some(label) = one["definition"]["label"].as_str() {
            layer[one["kind"].as_str().unwrap()][one["name"].as_str().unwrap()] = json!({ "label": label });
        }
    }
    shop.ask("PUT", "/layers/deals?dry_run=true", Some(layer)).await.data(200);
    assert_eq!(shop.ask("GET", "/packages/nothing", None).await.status, 404);
}
