//! What is changed is changed as a whole, noted with who did it, and nobody's change is lost in another's.

use serde_json::{Value as Json, json};
use tenancy::Tenants;

use super::{Shop, wish};

async fn events(shop: &Shop) -> Vec<Json> {
    shop.ask("GET", "/events", None).await.data(200).as_array().unwrap().clone()
}

#[tokio::test]
async fn a_change_of_a_tenant_is_made_as_a_whole_or_not_at_all() {
    let shop = Shop::new("patch_whole").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let said = json!({ "name": "Other", "plan": "pro", "features": { "mcp": true }, "quiet": true });
    let pool = shop.site.world.engine.pool();
    // The last of it cannot be done.
    sqlx::query("alter table t_acme._jobs rename to _jobs_gone").execute(pool).await.unwrap();
    assert_eq!(shop.ask("PATCH", "/tenants/acme", Some(said.clone())).await.status, 500);
    let told = shop.ask("GET", "/tenants/acme", None).await.data(200);
    assert_eq!(
        (&told["name"], &told["plan"], &told["quiet"], &told["features"]["mcp"]),
        (&json!("Acme"), &json!("starter"), &json!(false), &json!(false))
    );
    assert_eq!(events(&shop).await.len(), 1, "nothing but that it was made");
    sqlx::query("alter table t_acme._jobs_gone rename to _jobs").execute(pool).await.unwrap();
    let told = shop.ask("PATCH", "/tenants/acme", Some(said)).await.data(200);
    assert_eq!(
        (&told["name"], &told["plan"], &told["quiet"], &told["features"]["mcp"]),
        (&json!("Other"), &json!("pro"), &json!(true), &json!(true))
    );
    let details: Vec<Json> = events(&shop).await.iter().map(|one| one["details"].clone()).collect();
    let expected = [
        json!({ "quiet": [false, true] }),
        json!({ "features": { "mcp": [null, true] } }),
        json!({ "name": ["Acme", "Other"], "plan": ["starter", "pro"] }),
    ];
    assert_eq!(details[..3], expected);
}

#[tokio::test]
async fn what_is_changed_about_a_reseller_stands_among_what_happened() {
    let shop = Shop::new("noted").await;
    let stranger = shop.site.reseller("Stranger").await;
    let url = "https://shop.example.com/hook";
    let hook = shop.ask("POST", "/webhooks", Some(json!({ "url": url }))).await.data(201);
    let path = format!("/webhooks/{}", hook["id"].as_str().unwrap());
    for patch in [json!({}), json!({ "url": url }), json!({ "events": ["tenant.created"] })] {
        shop.ask("PATCH", &path, Some(patch)).await.data(200);
    }
    shop.ask("POST", &format!("{path}/rotate-secret"), None).await.data(200);
    assert_eq!(shop.ask("DELETE", &path, None).await.status, 204);
    assert_eq!(shop.ask("DELETE", &path, None).await.status, 404);
    let resellers = shop.site.tenants.list_resellers().await.unwrap();
    let shops = resellers.iter().find(|one| one.name == "Shop").unwrap().id;
    for (of, percent) in [(Some(shops), 1250), (Some(shops), 1250), (Some(shops), 2005), (None, 1000)] {
        shop.site.tenants.put_commission((of, Some("pro")), percent).await.unwrap();
    }
    let found = events(&shop).await;
    let actions: Vec<&str> = found.iter().filter_map(|one| one["action"].as_str()).collect();
    let expected = [
        "commission_changed",
        "commission_changed",
        "webhook_removed",
        "webhook_secret_rotated",
        "webhook_changed",
        "webhook_added",
    ];
    assert_eq!(actions, expected, "once each, and nothing where nothing changed");
    assert_eq!(found[0]["details"], json!({ "plan": "pro", "percent": [12.5, 20.05] }));
    assert_eq!(found[1]["details"], json!({ "plan": "pro", "percent": [null, 12.5] }));
    assert_eq!((&found[0]["actor"], &found[2]["actor"]), (&json!("operator"), &json!("reseller")));
    assert_eq!((&found[4]["tenant_id"], &found[4]["slug"]), (&Json::Null, &Json::Null));
    assert_eq!(found[4]["details"], json!({ "webhook": hook["id"], "events": [null, ["tenant.created"]] }));
    assert!(!json!(found).to_string().contains("whsec_"));
    // Page by page it is the same, between what happened to tenants.
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = shop.ask("GET", &format!("/events?limit=2{cursor}"), None).await.json();
        paged.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["pagination"]["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, events(&shop).await);
    assert_eq!(paged.len(), 7);
    assert_eq!(shop.ask_as(&stranger, ("GET", "/events"), None, None).await.data(200), json!([]));
    // What is said of all is the operator's to look at.
    let all = shop.site.tenants.list_newest_events(100).await.unwrap();
    assert_eq!((all.len(), all[1].action.as_str(), all[1].tenant), (8, "commission_changed", None));
}

#[tokio::test]
async fn two_who_change_an_address_change_both() {
    let shop = Shop::new("hooks_both").await;
    let made =
        shop.ask("POST", "/webhooks", Some(json!({ "url": "https://one.example.com/" }))).await.data(201);
    let tenants = &shop.site.tenants;
    let reseller = tenants.list_resellers().await.unwrap()[0].id;
    // As both have read it before either writes.
    let read = tenants.find_webhook(reseller, made["id"].as_str().unwrap().parse().unwrap()).await.unwrap();
    let events = ["tenant.created".to_owned()];
    tenants.update_webhook(&read, (None, Some(Some(&events[..])))).await.unwrap();
    let after = tenants.update_webhook(&read, (Some("https://two.example.com/"), None)).await.unwrap();
    assert_eq!(
        (after.url.as_str(), after.events.as_deref()),
        ("https://two.example.com/", Some(&events[..]))
    );
    tenants.delete_webhook(&read).await.unwrap();
    let gone = tenants.update_webhook(&read, (None, Some(None))).await;
    assert!(matches!(gone, Err(tenancy::Error::NotFound)), "{gone:?}");
}

#[tokio::test]
async fn packages_are_told_by_few_connections_however_many_ask() {
    let shop = Shop::new("packages_crowd").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &["deals", "leads"]))).await.data(201);
    let forget = "delete from platform.tenant_packages; delete from platform.tenant_events";
    sqlx::raw_sql(forget).execute(shop.site.world.engine.pool()).await.unwrap();
    let engine = shop.site.world.node(3).await;
    let tenants = Tenants::new(engine.clone(), engine.pool().clone());
    let acme = tenants.require("acme").await.unwrap();
    let told = futures_util::future::join_all((0..12).map(|_| tenants.note_packages(&acme))).await;
    let failed: Vec<_> = told.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let mut told: Vec<String> =
        events(&shop).await.iter().map(|one| one["details"]["package"].to_string()).collect();
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!((told.len(), all), (3, 3), "they and what they require, each once: {told:?}");
}
