//! What fails too often is left alone, told, tried again when somebody says so, and given up only where nothing relies on it.

use chrono::{TimeDelta, Utc};
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

async fn sql(site: &Site, text: &str) {
    let text = text.replace("{schema}", &site.world.tenant.schema);
    sqlx::query(AssertSqlSafe(text)).execute(site.world.engine.pool()).await.unwrap();
}

async fn listed(site: &Site, dead: bool) -> Vec<Json> {
    let all = site.get(&format!("/admin/v1/jobs?dead={dead}")).await.data(200);
    all.as_array().unwrap().iter().filter(|job| job["kind"] == "build_rollup").cloned().collect()
}

#[tokio::test]
async fn a_job_that_fails_too_often_is_dead_until_somebody_retries_it() {
    let site = Site::new(World::with_samples("dead").await).await;
    let field = json!({ "name": "worth", "kind": "rollup", "of": "deals", "function": "sum", "field": "amount", "label": "Worth" });
    site.ask("PUT", "/metadata/v1/objects/account/fields/worth", Some(field)).await.data(200);
    // Something that no retry mends: the step meets it each time.
    let trap = "create function {schema}.trap() returns trigger language plpgsql as $$ begin raise exception 'trapped'; end $$";
    sql(&site, trap).await;
    sql(&site, "create trigger trap before update on {schema}.account execute function {schema}.trap()")
        .await;
    let engine = &site.world.engine;
    let mut now = Utc::now() + TimeDelta::seconds(1);
    for _ in 0..200 {
        let _ = engine.work_at(&site.world.tenant, now).await;
        now += TimeDelta::minutes(6);
    }
    let dead = listed(&site, true).await;
    assert_eq!(dead.len(), 1, "{:?}", listed(&site, false).await);
    assert_eq!((&dead[0]["attempts"], &dead[0]["next_at"]), (&json!(150), &Json::Null));
    assert!(dead[0]["dead_at"].is_string() && dead[0]["error"].is_string(), "{dead:?}");
    assert!(!dead[0]["error"].as_str().unwrap().contains("trapped"), "no text of the database is told");
    // The roll-up is read from its records meanwhile: it cannot be given up.
    let named = json!({ "kind": "build_rollup", "subject": dead[0]["subject"] });
    let refused = site.ask("POST", "/admin/v1/jobs/drop", Some(named.clone())).await;
    assert_eq!(refused.problems(409), ["kind relied-on"]);
    sql(&site, "drop trigger trap on {schema}.account").await;
    assert_eq!(site.ask("POST", "/admin/v1/jobs/retry", Some(named.clone())).await.status, 204);
    while engine.work(&site.world.tenant).await.unwrap() {}
    assert_eq!(listed(&site, false).await, Vec::<Json>::new());
    assert_eq!(engine.doctor(&site.world.tenant).await.unwrap(), []);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/retry", Some(named)).await.status, 404);
}

#[tokio::test]
async fn only_the_dead_are_given_up_and_by_those_who_may() {
    let site = Site::new(World::new("given_up").await).await;
    let job =
        "insert into {schema}._jobs (kind, subject, queued_at, place, not_before, error, dead_at) values";
    sql(&site, &format!("{job} ('of_a_later_version', 'x', now(), 1, 'infinity', 'why', now())")).await;
    sql(&site, &format!("{job} ('of_a_later_version', 'y', now(), 1, 'infinity', null, null)")).await;
    // One that came to nothing stands behind all others.
    sql(&site, &format!("{job} ('make_unique', 'z', 'infinity', 1, 'infinity', 'twice', null)")).await;
    let named = |subject: &str| Some(json!({ "kind": "of_a_later_version", "subject": subject }));
    let ben = format!("Bearer {}", site.person("ben", "user").await);
    let headers = [("authorization", ben.as_str())];
    assert_eq!(site.ask_with("POST", "/admin/v1/jobs/drop", named("x"), &headers).await.status, 403);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/drop", named("y")).await.status, 404);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/drop", named("x")).await.status, 204);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/drop", named("x")).await.status, 404);
    let left = site.get("/admin/v1/jobs").await.data(200);
    let left: Vec<&Json> = left.as_array().unwrap().iter().map(|job| &job["subject"]).collect();
    assert!(left.contains(&&json!("y")) && !left.contains(&&json!("x")));
}

/// What a job keeps for itself may name records that nobody who looks at it may see, and what came to nothing is neither
/// tried again nor relied on.
#[tokio::test]
async fn what_came_to_nothing_is_told_without_records_and_only_taken_away() {
    let site = Site::new(World::new("came_to_nothing").await).await;
    let id = "00000000-0000-7000-8000-00000000abcd";
    let kept = json!({ "ended": { "code": "duplicate", "records": [id] }, "after": id, "unfit": [id], "done": 5, "total": "x" });
    let columns =
        "insert into {schema}._jobs (kind, subject, queued_at, place, not_before, error, dead_at, progress)";
    let values =
        format!("values ('make_unique', 'f1_key', 'infinity', 1, 'infinity', 'twice', now(), '{kept}')");
    sql(&site, &format!("{columns} {values}")).await;
    let all = site.get("/admin/v1/jobs?dead=true").await;
    assert!(!all.text().contains(id), "{}", all.text());
    assert_eq!(all.data(200)[0]["progress"], json!({ "done": 5, "total": null }));
    let named = json!({ "kind": "make_unique", "subject": "f1_key" });
    let refused = site.ask("POST", "/admin/v1/jobs/retry", Some(named.clone())).await;
    assert_eq!(refused.problems(409), ["kind ended"]);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/drop", Some(named.clone())).await.status, 204);
    assert_eq!(site.ask("POST", "/admin/v1/jobs/drop", Some(named)).await.problems(409), ["kind relied-on"]);
}
