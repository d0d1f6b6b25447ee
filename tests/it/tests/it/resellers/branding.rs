//! What a reseller's tenants look like where they say nothing themselves: told live, to nobody else's, and taken back.

use axum::http::Request;
use it::site::Reply;
use serde_json::{Value as Json, json};
use tenancy::{By, Domain, Own};

use super::{Shop, wish};

const ADMIN: &str = "/admin/v1/branding";
const LOGO: &str = "data:image/png;base64,iVBORw0KGgoAAA==";

fn none() -> Json {
    json!({ "name": null, "accent": null, "logo": null })
}

/// Asked without any credential, by who has the answer of this tag.
async fn look(shop: &Shop, slug: &str, tag: &str) -> Reply {
    let request = Request::get(format!("/auth/v1/branding?tenant={slug}")).header("if-none-match", tag);
    shop.site.send(request, Vec::new()).await
}

async fn worn(shop: &Shop, slug: &str) -> Json {
    look(shop, slug, "").await.data(200)
}

#[tokio::test]
async fn who_has_the_looks_is_told_so_without_reading_them() {
    let shop = Shop::new("looks_known").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    shop.ask("PUT", "/branding", Some(json!({ "name": "Shop", "logo": LOGO }))).await.data(200);
    let token = shop.token("acme").await;
    shop.inside(&token, ("PATCH", ADMIN), Some(json!({ "logo": LOGO }))).await.data(200);
    let tag = look(&shop, "acme", "").await.header("etag").to_owned();
    // Whoever reads these logos fails.
    for table in ["branding", "reseller_branding"] {
        let text = format!("UPDATE platform.{table} SET settings = settings || '{{\"logo\": [7]}}'");
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(shop.site.world.engine.pool()).await.unwrap();
    }
    assert!(look(&shop, "acme", "").await.status >= 500);
    assert_eq!(look(&shop, "acme", &tag).await.status, 304);
}

#[tokio::test]
async fn defaults_hold_where_a_tenant_says_nothing() {
    let shop = Shop::new("looks").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    assert_eq!(shop.ask("GET", "/branding", None).await.data(200), none());
    let defaults = json!({ "name": "Crm for all", "accent": "#0F766E", "logo": LOGO });
    let set = shop.ask("PUT", "/branding", Some(defaults)).await.data(200);
    assert_eq!(set, json!({ "name": "Crm for all", "accent": "#0f766e", "logo": LOGO }));
    assert_eq!(shop.ask("GET", "/branding", None).await.data(200), set);
    // Tenants that were there and those that come, before anybody signs in.
    shop.ask("POST", "/tenants", Some(wish("beta", &[]))).await.data(201);
    assert_eq!((worn(&shop, "acme").await, worn(&shop, "beta").await), (set.clone(), set.clone()));
    // Field by field: what a tenant says counts, and it is told what holds where it says nothing.
    let token = shop.token("acme").await;
    let said = json!({ "accent": "#123456" });
    let own = shop.inside(&token, ("PATCH", ADMIN), Some(said)).await.data(200);
    assert_eq!(own, json!({ "name": null, "accent": "#123456", "logo": null, "defaults": set }));
    assert_eq!(shop.inside(&token, ("GET", ADMIN), None).await.data(200), own);
    let mixed = json!({ "name": "Crm for all", "accent": "#123456", "logo": LOGO });
    assert_eq!((worn(&shop, "acme").await, worn(&shop, "beta").await), (mixed, set.clone()));
    shop.inside(&token, ("PATCH", ADMIN), Some(json!({ "accent": null }))).await.data(200);
    assert_eq!(worn(&shop, "acme").await, set);
    // Whose plan has no looks of their own has those of the reseller still.
    shop.ask("PATCH", "/tenants/acme", Some(json!({ "features": { "branding": false } }))).await.data(200);
    let refused = shop.inside(&token, ("PATCH", ADMIN), Some(json!({ "accent": "#123456" }))).await;
    assert_eq!((refused.status, worn(&shop, "acme").await), (403, set.clone()));
    // A tenant that is shut looks like none that is there, until it is opened.
    shop.ask("POST", "/tenants/beta/suspend", None).await.data(200);
    assert_eq!(worn(&shop, "beta").await, none());
    shop.ask("POST", "/tenants/beta/resume", None).await.data(200);
    assert_eq!(worn(&shop, "beta").await, set);
    for _ in 0..2 {
        assert_eq!(shop.ask("DELETE", "/branding", None).await.status, 204);
    }
    assert_eq!((worn(&shop, "acme").await, worn(&shop, "beta").await), (none(), none()));
    assert_eq!(shop.ask("GET", "/branding", None).await.data(200), none());
}

#[tokio::test]
async fn nobody_elses_tenants_see_them() {
    let shop = Shop::new("looks_others").await;
    let other = shop.site.reseller("Other").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    shop.ask_as(&other, ("POST", "/tenants"), Some(wish("rival", &[])), None).await.data(201);
    shop.ask("PUT", "/branding", Some(json!({ "name": "Crm for all" }))).await.data(200);
    let demo = shop.site.world.tenant.slug.clone();
    for slug in ["rival", &demo, "nobody"] {
        assert_eq!(worn(&shop, slug).await, none(), "{slug}");
    }
    assert_eq!(shop.site.get(ADMIN).await.data(200)["defaults"], none());
    assert_eq!(shop.ask_as(&other, ("GET", "/branding"), None, None).await.data(200), none());
    // What the other says of its own is no word about these, nor is what it takes back.
    shop.ask_as(&other, ("PUT", "/branding"), Some(json!({ "name": "Rivals" })), None).await.data(200);
    assert_eq!(
        (worn(&shop, "acme").await["name"].clone(), worn(&shop, "rival").await["name"].clone()),
        (json!("Crm for all"), json!("Rivals"))
    );
    assert_eq!(shop.ask_as(&other, ("DELETE", "/branding"), None, None).await.status, 204);
    assert_eq!(worn(&shop, "acme").await["name"], "Crm for all");
    // A person of a tenant is no reseller.
    let token = shop.token("acme").await;
    for method in ["GET", "PUT", "DELETE"] {
        let body = (method == "PUT").then(|| json!({ "name": "Mine" }));
        assert_eq!(shop.ask_as(&token, (method, "/branding"), body, None).await.status, 401, "{method}");
    }
}

#[tokio::test]
async fn they_are_checked_replaced_as_a_whole_and_noted() {
    let shop = Shop::new("looks_noted").await;
    let set = json!({ "name": "Crm for all", "logo": LOGO });
    shop.ask("PUT", "/branding", Some(set.clone())).await.data(200);
    let wrong =
        json!({ "name": "", "accent": "red; }", "logo": "https://elsewhere.example/x.png", "css": "*{}" });
    let problems = shop.ask("PUT", "/branding", Some(wrong)).await.problems(422);
    for path in ["name invalid", "accent invalid", "logo invalid", "css unknown-key"] {
        assert!(problems.iter().any(|one| one == path), "{path}: {problems:?}");
    }
    assert_eq!(shop.ask("GET", "/branding", None).await.data(200)["name"], "Crm for all");
    // The same once more is no news; what is not named goes.
    shop.ask("PUT", "/branding", Some(set)).await.data(200);
    let told = shop.ask("PUT", "/branding", Some(json!({ "accent": "#0f766e" }))).await.data(200);
    assert_eq!(told, json!({ "name": null, "accent": "#0f766e", "logo": null }));
    for _ in 0..2 {
        shop.ask("DELETE", "/branding", None).await;
    }
    let events = shop.ask("GET", "/events", None).await.data(200);
    let told: Vec<_> =
        events.as_array().unwrap().iter().map(|one| (&one["action"], &one["details"])).collect();
    let size = format!("{} characters", LOGO.len());
    let (changed, removed) = (json!("branding_changed"), json!("branding_removed"));
    let second = json!({ "name": ["Crm for all", null], "accent": [null, "#0f766e"], "logo": [size, null] });
    let expected = [
        (&removed, &json!({ "accent": ["#0f766e", null] })),
        (&changed, &second),
        (&changed, &json!({ "name": [null, "Crm for all"], "logo": [null, size] })),
    ];
    assert_eq!(told, expected);
    assert_eq!((&events[0]["actor"], &events[0]["tenant_id"]), (&json!("reseller"), &Json::Null));
}

#[tokio::test]
async fn what_a_browser_has_is_good_until_it_looks_otherwise() {
    let shop = Shop::new("looks_kept").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let tag = async || look(&shop, "acme", "").await.header("etag").to_owned();
    let plain = tag().await;
    shop.ask("PUT", "/branding", Some(json!({ "name": "Crm for all" }))).await.data(200);
    assert_eq!(look(&shop, "acme", &plain).await.data(200)["name"], "Crm for all");
    let sold = tag().await;
    assert_eq!(look(&shop, "acme", &sold).await.status, 304);
    shop.ask("PUT", "/branding", Some(json!({ "name": "Crm for you" }))).await.data(200);
    assert_eq!(look(&shop, "acme", &sold).await.data(200)["name"], "Crm for you");
    // What does not show is no news.
    let token = shop.token("acme").await;
    shop.inside(&token, ("PATCH", ADMIN), Some(json!({ "name": "Acme" }))).await.data(200);
    let own = tag().await;
    shop.ask("PUT", "/branding", Some(json!({ "name": "Crm for all" }))).await.data(200);
    assert_eq!(look(&shop, "acme", &own).await.status, 304);
    shop.inside(&token, ("PATCH", ADMIN), Some(json!({ "name": null }))).await.data(200);
    assert_eq!(look(&shop, "acme", &own).await.data(200)["name"], "Crm for all");
    shop.ask("DELETE", "/branding", None).await;
    assert_eq!(tag().await, plain);
    // The page as an app is that of the host's tenant.
    shop.ask("PUT", "/branding", Some(json!({ "name": "Crm for all" }))).await.data(200);
    let acme = shop.site.tenants.require("acme").await.unwrap();
    let host = Domain::parse("crm.acme.example").unwrap();
    shop.site.tenants.add_domain(acme.id, (&host, &Own::default()), By::Operator).await.unwrap();
    let request = Request::get("/auth/v1/branding/manifest").header("host", "crm.acme.example");
    assert_eq!(shop.site.send(request, Vec::new()).await.json()["name"], "Crm for all");
}
