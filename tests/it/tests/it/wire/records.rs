//! The examples of the contract's sections 3 and 5, letter by letter.

use it::World;
use it::site::{Site, encoded};
use serde_json::{Value as Json, json};

async fn stage(name: &str) -> Site {
    let site = Site::new(World::with_packages(name).await).await;
    for (account, industry, amount) in
        [("Shop", "retail", 1000.5), ("Grid", "energy", 5000.0), ("Clinic", "healthcare", 9000.0)]
    {
        let account = site
            .ask("POST", "/api/v1/accounts", Some(json!({ "name": account, "industry": industry })))
            .await;
        let account = account.data(201)["id"].clone();
        let name = format!("{industry} deal");
        let deal = json!({ "name": name, "amount": amount, "stage": "proposal", "account_id": account });
        let deal = site.ask("POST", "/api/v1/deals", Some(deal)).await.data(201)["id"].clone();
        let tasks: Vec<Json> = (0..7)
            .map(|n| json!({ "title": format!("t{n}"), "due_at": format!("2026-01-0{}T00:00:00Z", n + 1), "related_to_object": "deal", "related_to_id": deal }))
            .collect();
        site.ask("POST", "/api/v1/tasks", Some(tasks.into())).await.data(201);
    }
    site
}

async fn names(site: &Site, query: &str) -> Vec<String> {
    let data = site.get(&format!("/api/v1/deals?{query}")).await.data(200);
    let mut names: Vec<String> =
        data.as_array().unwrap().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()).collect();
    if !query.contains("sort") {
        names.sort();
    }
    names
}

#[tokio::test]
async fn lists_take_what_the_contract_says() {
    let site = stage("contract_lists").await;
    let nested =
        "fields=name,amount,account.name,tasks.title&limit[tasks]=5&sort[tasks]=-due_at&sort=-amount,name";
    let page = site.get(&format!("/api/v1/deals?{nested}&limit=1&include_total=true")).await;
    let deal = &page.data(200)[0];
    assert_eq!((&deal["account"]["name"], &deal["amount"]), (&json!("Clinic"), &json!(9000.0)));
    assert_eq!(deal["tasks"].as_array().unwrap().len(), 5);
    assert_eq!(deal["tasks"][0]["title"], "t6");
    let pagination = &page.json()["pagination"];
    assert_eq!(
        (&pagination["limit"], &pagination["has_more"], &pagination["total"]),
        (&json!(1), &json!(true), &json!(3))
    );
    let cursor = pagination["next_cursor"].as_str().unwrap();
    assert_eq!(names(&site, &format!("sort=-amount,name&limit=1&cursor={cursor}")).await, ["energy deal"]);
    assert_eq!(names(&site, "sort=-amount,name&limit=1&page=3").await, ["retail deal"]);
    let both = "filter[amount][gte]=1000&filter[account.industry][in]=retail,energy";
    assert_eq!(names(&site, both).await, ["energy deal", "retail deal"]);
    let json = r#"{"and":[{"amount":{"gte":1000}},{"or":[{"stage":"won"},{"stage":"proposal"}]},{"tasks":{"some":{"status":{"ne":"done"}}}}]}"#;
    assert_eq!(names(&site, &format!("filter={}", encoded(json))).await.len(), 3);
    assert_eq!(names(&site, "stage=won").await.len(), 0);
    let formula = encoded("amount > 1000 AND stage = \"proposal\"");
    assert_eq!(names(&site, &format!("where={formula}&filter[amount][lt]=6000")).await.len(), 2);
    assert_eq!(names(&site, "filter[name][contains]=RETAIL").await, ["retail deal"]);
    assert_eq!(names(&site, "filter[created_at][eq]=today").await.len(), 3);
    let own = site.get("/api/v1/deals?limit=1").await.data(200)[0].clone();
    for key in [
        "id",
        "name",
        "owner_id",
        "created_at",
        "created_by_id",
        "updated_at",
        "updated_by_id",
        "version",
        "account_id",
    ] {
        assert!(!own[key].is_null(), "{key}");
    }
    assert!(own["created_at"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn records_are_made_many_at_once_or_not_at_all() {
    let site = stage("contract_bulk").await;
    let made =
        site.ask("POST", "/api/v1/accounts", Some(json!([{ "name": "A" }, { "name": "B" }]))).await.data(201);
    assert_eq!((&made[0]["name"], &made[1]["name"]), (&json!("A"), &json!("B")));
    let before = site.world.fingerprint().await;
    let wrong = json!([{ "name": "C" }, { "name": "D", "industry": "magic", "nothing": 1 }, { "name": 5 }]);
    let mut problems = site.ask("POST", "/api/v1/accounts", Some(wrong)).await.problems(422);
    problems.sort();
    assert_eq!(problems, ["1.industry unknown-option", "1.nothing unknown-field", "2.name wrong-type"]);
    assert_eq!(site.world.fingerprint().await, before);
}

#[tokio::test]
async fn metadata_is_live_for_the_next_request() {
    let site = Site::new(World::with_packages("contract_metadata").await).await;
    let project = json!({ "plural": "projects", "label": "Project", "plural_label": "Projects",
        "icon": "folder", "description": "…", "name_field": { "label": "Project name" },
        "fields": [
          { "name": "budget", "kind": "currency", "label": "Budget", "required": true },
          { "name": "account", "kind": "lookup", "to": "account", "inverse": "projects", "on_delete": "restrict" },
          { "name": "phase", "kind": "picklist", "options": [{ "value": "plan", "label": "Plan", "color": "blue" }], "default": "plan" },
          { "name": "code", "kind": "autonumber", "pattern": "PRJ-{0000}" } ] });
    let put = site.ask("PUT", "/metadata/v1/objects/project", Some(project)).await;
    assert_eq!((put.status, &put.json()["data"]["name"]), (200, &json!("project")), "{}", put.text());
    let made =
        site.ask("POST", "/api/v1/projects", Some(json!({ "name": "Roof", "budget": 12 }))).await.data(201);
    assert_eq!((&made["phase"], &made["code"]), (&json!("plan"), &json!("PRJ-0001")));
    let field = json!({ "kind": "integer", "label": "Weeks" });
    site.ask("PUT", "/metadata/v1/objects/project/fields/weeks", Some(field)).await.data(200);
    assert_eq!(
        site.get("/api/v1/projects?filter[weeks][is_null]=true").await.data(200).as_array().unwrap().len(),
        1
    );
    let wrong = json!({ "fields": [{ "name": "x", "kind": "nothing" }, { "name": "y", "kind": "text", "max_lenght": 5 }] });
    let refused = site.ask("PUT", "/metadata/v1/objects/project", Some(wrong)).await;
    assert!(refused.problems(422).len() >= 2, "{}", refused.text());
    let loss = site.ask("DELETE", "/metadata/v1/objects/project", None).await;
    assert_eq!((loss.status, loss.json()["code"].as_str()), (409, Some("data-loss")), "{}", loss.text());
    let revisions = site.get("/metadata/v1/revisions").await.data(200);
    let revision = revisions[0]["revision"].as_i64().unwrap_or_else(|| panic!("{revisions}"));
    let deploy = json!({ "changes": [{ "kind": "fields", "name": "project.weeks", "definition": null }], "expected_revision": revision - 1 });
    assert_eq!(
        site.ask("POST", "/metadata/v1/deploy", Some(deploy)).await.problems(409),
        ["expected_revision stale-revision"]
    );
    let dry = json!({ "changes": [{ "kind": "fields", "name": "project.weeks", "definition": null }], "dry_run": true });
    let plan = site.ask("POST", "/metadata/v1/deploy", Some(dry)).await.data(200);
    assert!(plan["steps"][0]["sql"].is_string(), "{plan}");
    site.get("/metadata/v1/schemas/fields").await;
    assert_eq!(site.get("/metadata/v1/objects/project/fields/weeks").await.data(200)["kind"], "integer");
}
