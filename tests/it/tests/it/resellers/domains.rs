//! Hosts of a tenant's own: a sign-in that comes by one is about its tenant and no other.

use api::Settings;
use serde_json::{Value as Json, json};

use super::{Shop, wish};

async fn login(shop: &Shop, host: &str, named: Option<&str>) -> (u16, Json) {
    let mut body = json!({ "email": "ann@acme.example", "password": "correct horse" });
    if let Some(named) = named {
        body["tenant"] = named.into();
    }
    let reply = shop.site.ask_with("POST", "/auth/v1/login", Some(body), &[("host", host)]).await;
    let token = reply.json()["access_token"].as_str().unwrap_or_default().to_owned();
    if reply.status != 200 {
        return (reply.status, Json::Null);
    }
    let me = shop.inside(&token, ("GET", "/auth/v1/me"), None).await.data(200);
    (200, me["tenant"]["slug"].clone())
}

#[tokio::test]
async fn a_host_leads_to_its_tenant_alone() {
    let mut shop = Shop::new("domains").await;
    let settings = Settings { public_url: Some("https://trellis.example/".into()), ..Settings::default() };
    let told_where = shop.site.with(settings);
    let untold = std::mem::replace(&mut shop.site.router, told_where);
    for slug in ["acme", "beta"] {
        shop.ask("POST", "/tenants", Some(wish(slug, &[]))).await.data(201);
    }
    let put = async |slug: &str, host: &str| {
        shop.ask("PUT", &format!("/tenants/{slug}/domains/{host}"), Some(json!({}))).await
    };
    let told = put("acme", "CRM.Acme.example").await.data(200);
    assert_eq!(told["domains"], json!(["crm.acme.example"]));
    assert_eq!(
        put("acme", "crm.acme.example").await.data(200)["domains"],
        told["domains"],
        "again is the same"
    );
    // Whatever the request says itself: a page of one tenant never signs in to another.
    for named in [None, Some("acme"), Some("beta")] {
        assert_eq!(login(&shop, "crm.acme.example:8443", named).await, (200, json!("acme")), "{named:?}");
    }
    assert_eq!(login(&shop, "other.example", Some("beta")).await, (200, json!("beta")));
    // It is had once, by hosts that are names, and never by another reseller.
    assert_eq!(put("beta", "crm.acme.example").await.problems(409), ["domain taken"]);
    for bad in ["localhost", "127.0.0.1", "a_b.example"] {
        assert_eq!(put("beta", bad).await.problems(422), ["domain invalid"], "{bad}");
    }
    // Nobody has a host by which everybody signs in, and none is given away where it is not known which that is.
    for ours in ["Trellis.example", "crm.localhost"] {
        assert_eq!(put("beta", ours).await.problems(409), ["domain taken"], "{ours}");
    }
    let known = std::mem::replace(&mut shop.site.router, untold);
    let refused = shop.ask("PUT", "/tenants/beta/domains/new.example", Some(json!({}))).await;
    assert_eq!(refused.problems(409), ["domain unknown-own"]);
    shop.site.router = known;
    let put = async |slug: &str, host: &str| {
        shop.ask("PUT", &format!("/tenants/{slug}/domains/{host}"), Some(json!({}))).await
    };
    let other = shop.site.reseller("Other").await;
    let path = "/tenants/acme/domains/crm.acme.example";
    for method in ["PUT", "DELETE"] {
        assert_eq!(shop.ask_as(&other, (method, path), None, None).await.status, 404);
    }
    // Shut is shut by any door; and it goes with what it is of.
    shop.ask("POST", "/tenants/acme/suspend", None).await.data(200);
    assert_eq!(login(&shop, "crm.acme.example", None).await.0, 403);
    assert_eq!(shop.ask("DELETE", "/tenants/acme?permanent=true", None).await.status, 204);
    assert_eq!(put("beta", "crm.acme.example").await.data(200)["domains"], json!(["crm.acme.example"]));
    let path = "/tenants/beta/domains/crm.acme.example";
    assert_eq!(shop.ask("DELETE", path, None).await.status, 204);
    assert_eq!(shop.ask("DELETE", path, None).await.status, 404);
    let events = shop.ask("GET", "/events?limit=2", None).await.json();
    assert_eq!(events["data"][0]["details"], json!({ "domain": "crm.acme.example" }));
}
