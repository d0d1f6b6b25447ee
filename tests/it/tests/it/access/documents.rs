//! What tells of metadata speaks to nobody of a field or an object that does not exist for them, not in the definition of
//! something else either.

use it::site::{Site, encoded};
use metadata::Kind;

use super::*;

/// All documents that tell what there is, as somebody reads them.
async fn documents(site: &Site, token: &str) -> Vec<(String, String)> {
    let mut paths: Vec<String> = Kind::ALL.map(|kind| format!("/metadata/v1/{}", kind.word())).into();
    let schema = "{ __schema { types { name description fields { name description args { name } } inputFields { name } enumValues { name } } } }";
    paths.extend(["/metadata/v1/bootstrap".into(), "/api/v1/openapi.json".into()]);
    paths.push(format!("/graphql?query={}", encoded(schema)));
    for name in ["objects/deal", "objects/account", "fields/deal.tier", "fields/account.total"] {
        paths.push(format!("/metadata/v1/{name}"));
    }
    for name in [
        "fields/account.hush_worth",
        "option-sets/hush_level",
        "validation-rules/deal.worthy",
        "sharing-rules/deal.worthy",
        "list-views/deal.worthy",
        "conversions/deal.settle",
        "objects/hush_ledger",
    ] {
        paths.push(format!("/metadata/v1/{name}"));
    }
    let mut told = Vec::new();
    for path in paths {
        let reply = site.get_as(token, &path).await;
        told.push((path, format!("{} {}", reply.status, reply.text())));
    }
    told
}

fn definitions() -> Vec<(Kind, &'static str, Option<Json>)> {
    let account = json!({ "name": "account", "plural": "accounts", "fields": [
        { "name": "industry", "kind": "text" },
        { "name": "hush_worth", "kind": "integer", "label": "Hush worth" },
        { "name": "level", "kind": "picklist", "label": "Level", "option_set": "hush_level" },
        { "name": "total", "kind": "rollup", "of": "deals", "function": "sum", "field": "price", "where": "hush_cost > 5" } ] });
    let deal = json!({ "name": "deal", "plural": "deals", "fields": [
        { "name": "account", "kind": "lookup", "to": "account", "inverse": "deals" },
        { "name": "price", "kind": "integer" },
        { "name": "settled_at", "kind": "datetime" },
        { "name": "hush_cost", "kind": "integer" },
        { "name": "tier", "kind": "formula", "formula": "IF(account.hush_worth > 1000, 1, 2)" } ] });
    let ledger = json!({ "name": "hush_ledger", "plural": "hush_ledgers", "fields": [{ "name": "hush_date", "kind": "date" }] });
    let level = json!({ "label": "Level", "options": [{ "value": "hush_high", "label": "Hush, high" }] });
    let rule = json!({ "object": "deal", "when": "account.hush_worth < 0", "message": "Hush: nobody has less than nothing", "active": true });
    let opened = json!({ "object": "deal", "when": "account.hush_worth > 5", "share_with": { "everyone": true }, "access": "read" });
    let view = json!({ "object": "deal", "label": "Worthy", "columns": ["name"], "where": "account.hush_worth > 5" });
    let settle = json!({ "object": "deal", "label": "Settle", "mark": "settled_at", "targets": [{ "name": "book", "object": "hush_ledger", "values": { "name": "name" } }] });
    let rights = json!({ "create": true, "read": "own", "edit": "own" });
    let hidden = json!({ "read": false });
    let rep = json!({ "objects": { "account": rights, "deal": rights },
        "fields": { "account.hush_worth": hidden, "account.level": hidden, "deal.hush_cost": hidden } });
    vec![
        (Kind::OptionSets, "hush_level", Some(level)),
        (Kind::Objects, "account", Some(account)),
        (Kind::Objects, "deal", Some(deal)),
        (Kind::Objects, "hush_ledger", Some(ledger)),
        (Kind::ValidationRules, "deal.worthy", Some(rule)),
        (Kind::SharingRules, "deal.worthy", Some(opened)),
        (Kind::ListViews, "deal.worthy", Some(view)),
        (Kind::Conversions, "deal.settle", Some(settle)),
        (Kind::Roles, "rep", Some(rep)),
    ]
}

#[tokio::test]
async fn what_speaks_of_hidden_fields_does_not_name_them() {
    let site = Site::new(World::new("documents").await).await;
    site.world.define(definitions()).await.unwrap();
    let mia = site.person("mia", "rep").await;
    for (path, told) in documents(&site, &mia).await {
        let told = told.replace(&path, "");
        assert!(!told.to_lowercase().contains("hush"), "{path}: {told}");
    }
    // What is worked out of them is there, with its value.
    let field = site.get_as(&mia, "/metadata/v1/fields/deal.tier").await.data(200);
    assert_eq!((&field["kind"], &field["formula"]), (&json!("formula"), &json!(null)));
    let made = json!({ "name": "Rich", "hush_worth": 5000 });
    let account = site.ask("POST", "/api/v1/accounts", Some(made)).await.data(201)["id"].clone();
    let me = site.get_as(&mia, "/auth/v1/me").await.data(200)["user"]["id"].clone();
    let deal = json!({ "name": "Own", "account_id": account, "owner_id": me });
    let deal = site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201);
    let path = format!("/api/v1/deals/{}", deal["id"].as_str().unwrap());
    assert_eq!(site.get_as(&mia, &path).await.data(200)["tier"].as_f64(), Some(1.0));
    // Who shapes the tenant reads all of it.
    let ada = site.token_of("ada@example.com").await;
    for (path, told) in documents(&site, &ada).await {
        assert!(told.starts_with("200"), "{path}: {told}");
    }
    let field = site.get("/metadata/v1/fields/deal.tier").await.data(200);
    assert_eq!(field["formula"], "IF(account.hush_worth > 1000, 1, 2)");
}
