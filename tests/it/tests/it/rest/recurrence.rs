//! Records that come again: with one that is done comes the next one, once.

use engine::{Update, What};
use it::site::Site;
use it::{World, fields};
use metadata::Kind;
use serde_json::{Value as Json, json};
use tokio::task::JoinSet;
use uuid::Uuid;

async fn site(name: &str) -> Site {
    Site::new(World::with_packages(name).await).await
}

async fn make(site: &Site, record: Json) -> String {
    site.ask("POST", "/api/v1/tasks", Some(record)).await.data(201)["id"].as_str().unwrap().to_owned()
}

async fn set(site: &Site, id: &str, record: Json) -> Json {
    site.ask("PATCH", &format!("/api/v1/tasks/{id}"), Some(record)).await.data(200)
}

async fn next(site: &Site, id: &str) -> Vec<Json> {
    let list = format!("/api/v1/tasks?previous_task_id={id}&fields=*,collaborators.id");
    site.get(&list).await.data(200).as_array().unwrap().clone()
}

#[tokio::test]
async fn with_one_that_is_done_comes_the_next() {
    let site = site("recur").await;
    let me = site.get("/auth/v1/me").await.data(200)["user"]["id"].clone();
    let id = make(&site, json!({
        "title": "Report", "priority": "high", "recurrence_rule": "freq=weekly;byday=MO,TH;count=3", "tags": ["weekly"],
        "start_at": "2026-11-23T08:00:00Z", "due_at": "2026-11-23T09:00:00Z", "actual_hours": 2, "external_id": "X",
        "collaborators": [me], "description": "As ever",
    }))
    .await;
    let kept = site.get(&format!("/api/v1/tasks/{id}")).await.data(200)["recurrence_rule"].clone();
    assert_eq!(kept, "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3");
    set(&site, &id, json!({ "status": "done", "completed_at": "2026-11-23T10:00:00Z" })).await;
    let found = next(&site, &id).await;
    let [one] = found.as_slice() else { panic!("{found:?}") };
    for (key, value) in [
        ("title", json!("Report")),
        ("priority", json!("high")),
        ("status", json!("todo")),
        ("start_at", json!("2026-11-26T08:00:00.000000Z")),
        ("due_at", json!("2026-11-26T09:00:00.000000Z")),
        ("recurrence_rule", json!("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=2")),
        ("completed_at", Json::Null),
        ("actual_hours", Json::Null),
        ("external_id", Json::Null),
        ("tags", json!(["weekly"])),
        ("description", json!("As ever")),
        ("collaborators", json!([{ "id": me }])),
    ] {
        assert_eq!(one[key], value, "{key}");
    }
    // Opened and done again, in whatever way: there is one already.
    set(&site, &id, json!({ "status": "todo" })).await;
    set(&site, &id, json!({ "status": "done" })).await;
    assert_eq!(next(&site, &id).await.len(), 1);
    // Two more, and it ends.
    let second = one["id"].as_str().unwrap().to_owned();
    set(&site, &second, json!({ "status": "done" })).await;
    let third = next(&site, &second).await[0].clone();
    assert_eq!(
        (&third["due_at"], &third["recurrence_rule"]),
        (&json!("2026-11-30T09:00:00.000000Z"), &json!("FREQ=WEEKLY;BYDAY=MO,TH;COUNT=1"))
    );
    let third = third["id"].as_str().unwrap().to_owned();
    set(&site, &third, json!({ "status": "done" })).await;
    assert_eq!(next(&site, &third).await.len(), 0);
    // One in the recycle bin is one that was there.
    site.ask("DELETE", &format!("/api/v1/tasks/{third}"), None).await;
    set(&site, &second, json!({ "status": "todo" })).await;
    set(&site, &second, json!({ "status": "done" })).await;
    assert_eq!(next(&site, &second).await.len(), 0);
}

#[tokio::test]
async fn many_are_done_at_once_and_each_comes_again() {
    let site = site("recur_many").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        let until = if n == 4 { ";UNTIL=20261124" } else { "" };
        let rule = format!("FREQ=DAILY;INTERVAL=2{until}");
        ids.push(make(&site, json!({ "title": format!("t{n}"), "recurrence_rule": rule, "due_at": "2026-11-23T09:00:00Z" })).await);
    }
    make(&site, json!({ "title": "once", "due_at": "2026-11-23T09:00:00Z" })).await;
    let body = json!({ "op": "update", "filter": {}, "data": { "status": "done" } });
    site.ask("POST", "/api/v1/tasks/mass", Some(body)).await.data(200);
    let open = site.get("/api/v1/tasks?status=todo&fields=title,due_at&sort=title").await.data(200);
    let told: Vec<String> = open
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {}", one["title"].as_str().unwrap(), one["due_at"].as_str().unwrap()))
        .collect();
    let expected: Vec<String> = (0..4).map(|n| format!("t{n} 2026-11-25T09:00:00.000000Z")).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn more_are_done_at_once_than_one_answer_holds() {
    let site = site("recur_more").await;
    let world = site.world;
    let ada = world.person("grace", "administrator").await;
    let task = |n: usize| fields(&json!({ "title": format!("t{n}"), "recurrence_rule": "FREQ=DAILY" }));
    let ids = world.run(&ada, "task", What::Create((0..600).map(task).collect())).await.unwrap().ids;
    let done = fields(&json!({ "status": "done" }));
    let update = |id: &Uuid| Update { id: *id, fields: done.clone(), if_version: None };
    world.run(&ada, "task", What::Update(ids.iter().map(update).collect())).await.unwrap();
    let text = format!(
        "SELECT count(*) FROM {}.task WHERE status = 'todo' AND previous_task_id IS NOT NULL",
        world.tenant.schema
    );
    let next: i64 =
        sqlx::query_scalar(sqlx::AssertSqlSafe(text)).fetch_one(world.engine.pool()).await.unwrap();
    assert_eq!(next, 600);
}

#[tokio::test]
async fn what_is_gone_is_not_pointed_to_again() {
    let site = site("recur_gone").await;
    let account = site.ask("POST", "/api/v1/accounts", Some(json!({ "name": "Gone" }))).await.data(201);
    let account = account["id"].as_str().unwrap().to_owned();
    let kept = site.ask("POST", "/api/v1/accounts", Some(json!({ "name": "Here" }))).await.data(201);
    let mut ids = Vec::new();
    for about in [&account, kept["id"].as_str().unwrap()] {
        let record = json!({ "title": "Call", "recurrence_rule": "FREQ=DAILY", "related_to_object": "account", "related_to_id": about });
        ids.push(make(&site, record).await);
    }
    assert_eq!(site.ask("DELETE", &format!("/api/v1/accounts/{account}"), None).await.status, 204);
    for id in &ids {
        set(&site, id, json!({ "status": "done" })).await;
    }
    let (gone, here) = (next(&site, &ids[0]).await, next(&site, &ids[1]).await);
    assert_eq!((&gone[0]["related_to_object"], &gone[0]["related_to_id"]), (&Json::Null, &Json::Null));
    assert_eq!((&here[0]["related_to_object"], &here[0]["related_to_id"]), (&json!("account"), &kept["id"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_finish_it_at_once_one_brings_the_next() {
    let site = site("recur_race").await;
    let world = std::sync::Arc::new(site.world);
    let ada = world.person("grace", "administrator").await;
    for round in 0..5 {
        let task = json!({ "title": format!("t{round}"), "recurrence_rule": "FREQ=DAILY", "due_at": "2026-11-23T09:00:00Z" });
        let id: Uuid = world.create(&ada, "task", task).await.unwrap();
        let mut writers = JoinSet::new();
        for writer in 0..6 {
            let (world, ada) = (world.clone(), ada.clone());
            let status = if writer % 3 == 2 { "todo" } else { "done" };
            let update = Update { id, fields: fields(&json!({ "status": status })), if_version: None };
            writers.spawn(async move { world.run(&ada, "task", What::Update(vec![update])).await.map(drop) });
        }
        writers.join_all().await.into_iter().for_each(|outcome| outcome.unwrap());
    }
    let query = engine::Query { object: "task".into(), limit: 100, ..Default::default() };
    let all = world.read(&ada, &query).await.unwrap();
    let followers = all.as_array().unwrap().iter().filter(|one| !one["previous_task_id"].is_null()).count();
    assert_eq!(followers, 5);
}

#[tokio::test]
async fn days_are_counted_where_the_owner_is() {
    let site = site("recur_zone").await;
    let me = site.get("/auth/v1/me").await.data(200)["user"]["id"].as_str().unwrap().to_owned();
    let zone = json!({ "time_zone": "Europe/Budapest" });
    site.ask("PATCH", &format!("/admin/v1/users/{me}"), Some(zone)).await.data(200);
    // 9 o'clock in summer, 9 o'clock in winter.
    let id = make(
        &site,
        json!({ "title": "t", "recurrence_rule": "FREQ=WEEKLY", "due_at": "2026-10-19T07:00:00Z" }),
    )
    .await;
    set(&site, &id, json!({ "status": "done" })).await;
    assert_eq!(next(&site, &id).await[0]["due_at"], "2026-10-26T08:00:00.000000Z");
}

#[tokio::test]
async fn what_does_not_come_again_and_what_is_refused() {
    let site = site("recur_wrong").await;
    for (rule, code) in [
        ("weekly", "recurrence_rule bad-recurrence"),
        ("FREQ=WEEKLY;BYDAY=XX", "recurrence_rule bad-recurrence"),
        ("FREQ=HOURLY", "recurrence_rule bad-recurrence"),
    ] {
        let body = json!({ "title": "t", "recurrence_rule": rule });
        assert_eq!(site.ask("POST", "/api/v1/tasks", Some(body)).await.problems(422), [code], "{rule}");
    }
    let done = make(&site, json!({ "title": "t", "recurrence_rule": "FREQ=DAILY", "status": "done" })).await;
    let cancelled = make(&site, json!({ "title": "t", "recurrence_rule": "FREQ=DAILY" })).await;
    set(&site, &cancelled, json!({ "status": "cancelled" })).await;
    assert_eq!((next(&site, &done).await.len(), next(&site, &cancelled).await.len()), (0, 0));
    // A rule that the next one would break refuses the change, and tells nothing of it.
    let rule = json!({ "object": "task", "when": "NOT(ISBLANK(previous_task_id))", "message": "secret" });
    site.world.define([(Kind::ValidationRules, "task.no", Some(rule))]).await.unwrap();
    let id = make(&site, json!({ "title": "t", "recurrence_rule": "FREQ=DAILY" })).await;
    let refused = site.ask("PATCH", &format!("/api/v1/tasks/{id}"), Some(json!({ "status": "done" }))).await;
    assert_eq!(refused.problems(422), ["status next-refused"]);
    assert!(!refused.text().contains("secret"), "{}", refused.text());
    assert_eq!(site.get(&format!("/api/v1/tasks/{id}")).await.data(200)["status"], "todo");
}

#[tokio::test]
async fn a_rule_is_shown_before_it_is_kept() {
    let site = site("recur_preview").await;
    let ask = async |body: Json| site.ask("POST", "/api/v1/recurrence/preview", Some(body)).await;
    let body = json!({ "rule": "freq=monthly;bymonthday=-1;count=3", "start": "2027-01-31T09:00:00Z", "time_zone": "Europe/Budapest" });
    let told = ask(body).await.data(200);
    assert_eq!(told["occurrences"], json!(["2027-02-28T09:00:00Z", "2027-03-31T08:00:00Z"]));
    let wrong =
        json!({ "rule": "FREQ=DAILY;COUNT=0", "time_zone": "Mars", "start": "then", "count": 1000, "x": 1 });
    let mut found = ask(wrong).await.problems(422);
    found.sort_unstable();
    assert_eq!(found, ["count out-of-range", "start wrong-type", "x unknown-key"]);
    let wrong = json!({ "rule": "FREQ=DAILY;COUNT=0", "time_zone": "Mars" });
    assert_eq!(ask(wrong).await.problems(422), ["rule bad-recurrence", "time_zone unknown-zone"]);
}
