//! What plans give besides limits: told, gated where it is used, and otherwise for one tenant.

use serde_json::{Value as Json, json};

use super::{Shop, wish};

#[tokio::test]
async fn a_feature_is_had_by_plan_or_otherwise_for_one_tenant() {
    let shop = Shop::new("features").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.data(201);
    let plans = shop.ask("GET", "/plans", None).await.data(200);
    assert_eq!(plans[0]["features"], json!(["branding", "domains", "sandboxes"]));
    assert_eq!(plans[2]["features"], Json::Null);
    let token = shop.token("acme").await;
    let own = async || shop.inside(&token, ("GET", "/admin/v1/plan"), None).await.data(200);
    let told = own().await;
    assert_eq!(
        told["features"],
        json!({ "branding": true, "domains": true, "mcp": false, "sandboxes": true })
    );
    assert_eq!((&told["plan"]["name"], &told["limits"]["users"]), (&json!("starter"), &json!(5)));
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let mcp = async || shop.inside(&token, ("POST", "/mcp"), Some(list.clone())).await;
    let looks = async || {
        shop.inside(&token, ("PATCH", "/admin/v1/branding"), Some(json!({ "accent": "#123456" }))).await
    };
    let refused = mcp().await;
    assert_eq!(
        (refused.status, refused.problems(403)),
        (403, vec![" feature".to_owned()]),
        "{}",
        refused.text()
    );
    assert_eq!(looks().await.status, 200);
    // For this tenant otherwise, from the next request on.
    let said = json!({ "features": { "mcp": true, "branding": false, "sandboxes": false } });
    let answered = shop.ask("PATCH", "/tenants/acme", Some(said)).await.data(200);
    assert_eq!(
        answered["features"],
        json!({ "branding": false, "domains": true, "mcp": true, "sandboxes": false })
    );
    assert_eq!((mcp().await.status, looks().await.problems(403)), (200, vec![" feature".to_owned()]));
    let clone = shop.ask("POST", "/tenants/acme/clone", Some(json!({ "slug": "try" }))).await;
    assert_eq!(clone.problems(403), [" feature"]);
    // And as the plan again; another plan is another plan.
    let said = json!({ "plan": "pro", "features": { "mcp": null, "branding": null } });
    shop.ask("PATCH", "/tenants/acme", Some(said)).await.data(200);
    assert_eq!(
        own().await["features"],
        json!({ "branding": true, "domains": true, "mcp": true, "sandboxes": false })
    );
    let events = shop.ask("GET", "/events", None).await.data(200);
    assert_eq!(events[0]["details"]["features"], json!({ "mcp": [true, null], "branding": [false, null] }));
    let wrong = json!({ "features": { "encryption": true, "mcp": "yes" } });
    let problems = shop.ask("PATCH", "/tenants/acme", Some(wrong)).await.problems(422);
    assert_eq!(problems, ["features.encryption unknown-feature", "features.mcp wrong-type"]);
    // What is looked at stays what it is; a tenant without a plan has everything.
    let demo = shop.site.get("/admin/v1/plan").await.data(200);
    assert_eq!((&demo["plan"], &demo["features"]["mcp"]), (&Json::Null, &json!(true)));
}
