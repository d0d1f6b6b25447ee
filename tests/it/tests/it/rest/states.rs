//! The log of states of all records: chosen by its own words and by the records', counted, and only of what its reader
//! may see.

use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};

async fn deal(site: &Site, name: &str, amount: u32, stages: &[&str]) {
    let made = json!({ "name": name, "amount": amount });
    let id = site.ask("POST", "/api/v1/deals", Some(made)).await.data(201)["id"].as_str().unwrap().to_owned();
    for stage in stages {
        let change = json!({ "stage": stage, "loss_reason": "price", "win_reason": "price", "close_date": "2026-12-01" });
        site.ask("PATCH", &format!("/api/v1/deals/{id}"), Some(change)).await.data(200);
    }
}

async fn site() -> Site {
    let site = Site::new(World::with_packages("state_log").await).await;
    deal(&site, "small", 10, &["qualified", "lost"]).await;
    deal(&site, "large", 5000, &["qualified"]).await;
    deal(&site, "other", 7000, &["lost"]).await;
    site
}

fn ways(found: &Json) -> Vec<String> {
    let word = |entry: &Json, key: &str| entry[key].as_str().unwrap_or("-").to_owned();
    found
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| format!("{}>{}", word(entry, "from"), word(entry, "to")))
        .collect()
}

#[tokio::test]
async fn the_log_of_all_records_is_asked_like_records() {
    let site = site().await;
    let ask = async |query: &str| site.get(&format!("/api/v1/deals/states?{query}")).await.data(200);
    let all = ask("field=stage").await;
    assert_eq!(
        ways(&all),
        ["new>lost", "->new", "new>qualified", "->new", "qualified>lost", "new>qualified", "->new"]
    );
    let entry = &all[0];
    assert!(entry["record_id"].is_string() && entry["seconds_in_previous"].is_i64(), "{entry}");
    assert_eq!((&entry["field"], &entry["actor"]["name"]), (&json!("stage"), &json!("Ada")));
    assert_eq!(ways(&ask("to=lost&amount=10").await), ["qualified>lost"]);
    assert_eq!(ways(&ask("from=new&where=amount+%3E+1000").await), ["new>lost", "new>qualified"]);
    assert_eq!(ways(&ask("filter[name][eq]=small&to=qualified").await), ["new>qualified"]);
    assert_eq!(ways(&ask("since=2000-01-01T00:00:00Z&until=2001-01-01T00:00:00Z").await), [""; 0]);
    let page = site.get("/api/v1/deals/states?field=stage&limit=3&page=3").await;
    assert_eq!(page.json()["pagination"], json!({ "limit": 3, "next_cursor": null, "has_more": false }));
    assert_eq!(ways(&page.data(200)), ["->new"]);
    // By cursors each entry comes once, in the same order, whatever is written meanwhile.
    let (mut walked, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = site.get(&format!("/api/v1/deals/states?field=stage&limit=2{cursor}")).await;
        walked.extend(page.data(200).as_array().unwrap().clone());
        match page.json()["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        site.ask("POST", "/api/v1/deals", Some(json!({ "name": "meanwhile" }))).await.data(201);
    }
    assert_eq!(json!(walked), all);
    let counts = ask("field=stage&group_by=to&where=name+%3C%3E+%22meanwhile%22").await;
    let told: Vec<(&Json, &Json)> =
        counts.as_array().unwrap().iter().map(|one| (&one["group"]["to"], &one["count"])).collect();
    assert_eq!(
        told,
        [(&json!("new"), &json!(3)), (&json!("lost"), &json!(2)), (&json!("qualified"), &json!(2))]
    );
    assert!(
        counts[1]["seconds_in_previous"]["avg"].is_number()
            && counts[0]["seconds_in_previous"]["avg"].is_null()
    );
    assert_eq!(ask("group_by=field,to&to=lost&where=amount+%3C+0").await, json!([]));
}

#[tokio::test]
async fn the_log_tells_nobody_more_than_the_records_do() {
    let site = site().await;
    let clerk =
        json!({ "label": "Clerk", "objects": { "deal": { "create": true, "read": "own", "edit": "own" } } });
    site.ask("PUT", "/metadata/v1/roles/clerk", Some(clerk.clone())).await;
    let mut blind = clerk;
    blind["objects"]["deal"]["read"] = json!("all");
    blind["fields"] = json!({ "deal.stage": { "read": false } });
    site.ask("PUT", "/metadata/v1/roles/blind", Some(blind)).await;
    for role in ["clerk", "blind"] {
        let token = site.person(role, role).await;
        let found = site.get_as(&token, "/api/v1/deals/states").await.data(200);
        let stages: Vec<&Json> =
            found.as_array().unwrap().iter().filter(|one| one["field"] == "stage").collect();
        assert!(stages.is_empty(), "{role}: {found}");
        assert!(!found.to_string().contains("lost"), "{role}: {found}");
    }
    let nobody = site.person("mia", "member").await;
    assert_eq!(site.get_as(&nobody, "/api/v1/deals/states?group_by=to").await.data(200), json!([]));
    for (query, problem) in [
        ("group_by=colour", "group_by unknown-field"),
        ("sort=name", "sort unknown-parameter"),
        ("since=yesterday", "since wrong-type"),
        ("colour=1", "colour unknown-parameter"),
        ("cursor=1~2~3~4", "cursor bad-cursor"),
        ("cursor=1&group_by=to", "cursor not-allowed"),
        ("where=amont+%3E+1", "where.0 F030"),
    ] {
        let answer = site.get(&format!("/api/v1/deals/states?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text());
        if !query.starts_with("where") {
            assert_eq!(answer.problems(400), [problem], "{query}");
        }
    }
}
