//! The standard packages as they were first given out: a tenant that has them, has worked in them and has changed them
//! gets those of today, and loses nothing of that.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

const FIRST: [(&str, &str); 4] = [
    ("accounts", include_str!("first/accounts.json")),
    ("leads", include_str!("first/leads.json")),
    ("deals", include_str!("first/deals.json")),
    ("tasks", include_str!("first/tasks.json")),
];

async fn stage(name: &str) -> Site {
    let site = Site::new(World::new(name).await).await;
    for (_, files) in FIRST {
        let source: Json = serde_json::from_str(files).unwrap();
        site.ask("POST", "/metadata/v1/packages", Some(json!({ "source": source }))).await.data(201);
    }
    site
}

/// What is told of a package.
async fn package(site: &Site, name: &str) -> Json {
    let all = site.get("/metadata/v1/packages").await.data(200);
    all.as_array().unwrap().iter().find(|one| one["name"] == name).cloned().unwrap()
}

#[tokio::test]
async fn each_is_offered_anew_and_keeps_the_tenants_work() {
    let site = stage("packages_first").await;
    let put = async |path: &str, json: Json| site.ask("PUT", path, Some(json)).await.data(200);
    let mut amount = site.get("/metadata/v1/objects/deal/fields/amount").await.data(200);
    for told in ["id", "package", "standard", "read_only", "name"] {
        amount.as_object_mut().unwrap().remove(told);
    }
    amount["label"] = "Worth".into();
    put("/metadata/v1/objects/deal/fields/amount", amount).await;
    put("/metadata/v1/objects/deal/fields/colour", json!({ "kind": "text", "label": "Colour" })).await;
    let view = json!({ "object": "lead", "label": "Every lead", "columns": ["name", "company"] });
    put("/metadata/v1/list-views/lead.all", view).await;
    let made =
        async |path: &str, json: Json| site.ask("POST", path, Some(json)).await.data(201)["id"].clone();
    let account = made("/api/v1/accounts", json!({ "name": "Acme" })).await;
    let deal =
        json!({ "name": "Big", "account_id": account, "amount": 500, "stage": "proposal", "colour": "red" });
    let deal = made("/api/v1/deals", deal).await;
    let task = json!({ "title": "Call", "related_to_object": "account", "related_to_id": account, "recurrence_rule": "FREQ=WEEKLY" });
    made("/api/v1/tasks", task).await;

    for (name, _) in FIRST {
        let before = package(&site, name).await;
        assert_eq!(
            (&before["installed_version"], &before["is_newer"]),
            (&json!("1.0.0"), &json!(true)),
            "{name}"
        );
        let wish = |dry: bool| Some(json!({ "name": name, "approve": true, "dry_run": dry }));
        let plan = site.ask("POST", "/metadata/v1/packages", wish(true)).await.data(200);
        assert_eq!(plan["conflicts"], json!([]), "{name}");
        let told = plan["changes"].as_array().unwrap();
        let gone: Vec<&Json> = told.iter().filter(|one| one["action"] == "delete").collect();
        assert!(gone.is_empty(), "{name}: {gone:?}");
        site.ask("POST", "/metadata/v1/packages", wish(false)).await.data(201);
        let after = package(&site, name).await;
        assert_eq!(
            (&after["installed_version"], &after["is_newer"]),
            (&after["version"], &json!(false)),
            "{name}"
        );
        assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), [], "{name}");
    }

    // What the tenant has made of them stays.
    let amount = site.get("/metadata/v1/objects/deal/fields/amount").await.data(200);
    assert_eq!(amount["label"], "Worth");
    let view = site.get("/metadata/v1/list-views/lead.all").await.data(200);
    assert_eq!((&view["label"], &view["columns"]), (&json!("Every lead"), &json!(["name", "company"])));
    let path = format!("/api/v1/deals/{}", deal.as_str().unwrap());
    let shown = site.get(&path).await.data(200);
    assert_eq!((shown["amount"].as_f64(), &shown["colour"]), (Some(500.0), &json!("red")));

    // What is new counts the records that were there, and does what it is for.
    let path = format!("/api/v1/accounts/{}", account.as_str().unwrap());
    let shown = site.get(&format!("{path}?fresh=true")).await.data(200);
    assert_eq!((&shown["open_deals"], &shown["open_tasks"]), (&json!(1), &json!(1)), "{shown}");
    let begun = site.get("/metadata/v1/bootstrap?language=de").await.data(200);
    let deals = begun["objects"].as_array().unwrap().iter().find(|one| one["name"] == "deal").unwrap();
    assert_eq!(deals["plural_label"], "Geschäfte");
}

#[tokio::test]
async fn what_is_too_old_for_a_part_comes_along() {
    let site = stage("packages_first_deals").await;
    let lead = json!({ "last_name": "Byron" });
    let lead = site.ask("POST", "/api/v1/leads", Some(lead)).await.data(201)["id"].clone();
    let deal = json!({ "name": "Big", "lead_id": lead });
    let deal = site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201)["id"].clone();
    let wish = json!({ "name": "deals", "approve": true });
    let done = site.ask("POST", "/metadata/v1/packages", Some(wish)).await.data(201);
    assert_eq!((&done["installed"], &done["notes"]), (&json!(["leads", "deals"]), &json!([])));
    let shown = site.get(&format!("/api/v1/deals/{}", deal.as_str().unwrap())).await.data(200);
    assert_eq!(shown["lead_id"], lead);
    assert_eq!(package(&site, "deals").await["parts"], json!(["leads"]));
    assert_eq!(site.world.engine.doctor(&site.world.tenant).await.unwrap(), []);
}
