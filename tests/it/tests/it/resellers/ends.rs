//! The end of a tenant: it waits and can come back, then all of it goes, and what it was is certified.

use chrono::{TimeDelta, Utc};
use serde_json::{Value as Json, json};
use tenancy::Status;

use super::{Shop, wish};

const DEALS: (&str, &str) = ("GET", "/api/v1/deals");

async fn furnished(name: &str) -> (Shop, String, Json) {
    let shop = Shop::new(name).await;
    let made = shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
    let token = shop.token("acme").await;
    for name in ["First", "Second"] {
        shop.inside(&token, ("POST", "/api/v1/deals"), Some(json!({ "name": name }))).await.data(201);
    }
    (shop, token, made["id"].clone())
}

fn actions(events: &Json) -> Vec<&str> {
    events["data"].as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_tenant_waits_and_comes_back() {
    let (shop, token, _) = furnished("waits").await;
    let told = shop.ask("DELETE", "/tenants/acme", None).await;
    let waiting = told.data(202);
    assert_eq!(waiting["status"], "pending_delete");
    let at = waiting["delete_at"].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
    let wait = at - Utc::now();
    assert!(wait > TimeDelta::days(29) && wait <= TimeDelta::days(30), "{wait}");
    // Asked again, it keeps its moment; nobody is in, and it is not opened by the way.
    assert_eq!(shop.ask("DELETE", "/tenants/acme", None).await.data(202)["delete_at"], waiting["delete_at"]);
    let shut = shop.inside(&token, DEALS, None).await;
    assert_eq!((shut.status, shut.json()["code"].as_str()), (403, Some("tenant-suspended")));
    let refused = shop.ask("POST", "/tenants/acme/resume", None).await;
    assert_eq!(refused.problems(409), [" pending-delete"]);
    assert_eq!(shop.ask("POST", "/tenants/acme/suspend", None).await.data(200)["status"], "pending_delete");
    // Its slug is its own meanwhile, and its time is not over.
    assert_eq!(shop.ask("POST", "/tenants", Some(wish("acme", &[]))).await.problems(409), ["slug taken"]);
    assert_eq!(shop.site.tenants.delete_due(Utc::now()).await.unwrap(), 0);
    assert_eq!(shop.ask("POST", "/tenants/acme/restore", None).await.data(200)["status"], "active");
    assert_eq!(shop.inside(&token, DEALS, None).await.data(200).as_array().unwrap().len(), 2);
    // Nothing happens to one that does not wait, and one that was shut before is shut again.
    shop.ask("POST", "/tenants/acme/restore", None).await.data(200);
    for (path, method) in [("/tenants/acme/suspend", "POST"), ("/tenants/acme", "DELETE")] {
        shop.ask(method, path, None).await;
    }
    assert_eq!(shop.ask("POST", "/tenants/acme/restore", None).await.data(200)["status"], "suspended");
    assert_eq!(shop.ask("POST", "/tenants/acme/resume", None).await.data(200)["status"], "active");
    let events = shop.ask("GET", "/events", None).await.json();
    let expected = [
        "resumed",
        "restored",
        "deletion_scheduled",
        "suspended",
        "restored",
        "deletion_scheduled",
        "created",
    ];
    assert_eq!(actions(&events), expected);
    assert_eq!(events["data"][5]["details"]["delete_at"], waiting["delete_at"]);
}

#[tokio::test]
async fn when_its_time_is_over_it_is_gone_and_certified() {
    let (shop, token, id) = furnished("over").await;
    let patch = json!({ "plan": "pro" });
    shop.ask("PATCH", "/tenants/acme", Some(patch)).await.data(200);
    let report = shop.ask("GET", "/usage", None).await.data(200);
    let line = &report["tenants"][0];
    assert_eq!((&line["slug"], &line["plan"], &line["days"]), (&json!("acme"), &json!("pro"), &json!(1)));
    assert!(line["requests"].as_u64().unwrap() >= 2, "{report}");
    shop.ask("DELETE", "/tenants/acme", None).await.data(202);
    let later = Utc::now() + TimeDelta::days(31);
    // Two nodes at once: one of them does it.
    let tenants = &shop.site.tenants;
    let (one, other) = tokio::join!(tenants.delete_due(later), tenants.delete_due(later));
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(shop.ask("GET", "/tenants/acme", None).await.status, 404);
    assert_eq!(shop.inside(&token, DEALS, None).await.status, 401);
    let pool = shop.site.world.engine.pool();
    let left: bool =
        sqlx::query_scalar("select to_regnamespace('t_acme') is not null").fetch_one(pool).await.unwrap();
    assert!(!left);
    let certificate =
        shop.ask("GET", &format!("/certificates/{}", id.as_str().unwrap()), None).await.data(200);
    assert_eq!((&certificate["tenant_id"], &certificate["sound"]), (&id, &json!(true)));
    let statement: Json = serde_json::from_str(certificate["statement"].as_str().unwrap()).unwrap();
    assert_eq!((&statement["rows"]["deal"], &statement["tenant"]["slug"]), (&json!(2), &json!("acme")));
    assert!(statement["usage"][0]["requests"].as_u64().unwrap() >= 2, "{statement}");
    assert_eq!(
        (&statement["certificate"], &statement["deleted_at"]),
        (&certificate["id"], &certificate["deleted_at"])
    );
    let listed = shop.ask("GET", "/certificates", None).await.json();
    assert_eq!(listed["data"], json!([certificate]));
    let events = shop.ask("GET", "/events?limit=2", None).await.json();
    assert_eq!(actions(&events), ["deleted", "deletion_scheduled"]);
    assert_eq!(events["data"][0]["details"]["certificate"], certificate["id"]);
    assert_eq!(events["data"][0]["actor"], "trellis");
    let rest = format!("/events?cursor={}", events["pagination"]["next_cursor"].as_str().unwrap());
    let rest = shop.ask("GET", &rest, None).await.json();
    assert_eq!(actions(&rest), ["changed", "created"]);
    assert_eq!(rest["data"][0]["details"], json!({ "plan": ["starter", "pro"] }));
    // All of it is the reseller's own business.
    let other = shop.site.reseller("Other").await;
    let path = format!("/certificates/{}", certificate["id"].as_str().unwrap());
    assert_eq!(shop.ask_as(&other, ("GET", &path), None, None).await.status, 404);
    assert_eq!(shop.ask_as(&other, ("GET", "/usage"), None, None).await.data(200)["tenants"], json!([]));
    for path in ["/certificates", "/events"] {
        assert_eq!(shop.ask_as(&other, ("GET", path), None, None).await.data(200), json!([]));
    }
    assert_eq!(shop.ask("GET", "/events?cursor=x", None).await.problems(400), ["cursor wrong-type"]);
    // What was signed is this statement and no other.
    let mut forged = tenants.find_certificate(id.as_str().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert!(forged.is_sound());
    forged.statement = forged.statement.replace("\"deal\":2", "\"deal\":1");
    assert!(!forged.is_sound());
}

#[tokio::test]
async fn a_deletion_that_was_cut_off_is_finished_with_what_was_counted() {
    let (shop, _, id) = furnished("cut_off").await;
    let (tenants, engine) = (&shop.site.tenants, &shop.site.world.engine);
    // As a process leaves it that is killed after the schema is gone: what was there is noted, the row is there.
    let found = json!({ "rows": { "deal": 2 } });
    let tenant = tenants.find("acme").await.unwrap().unwrap();
    let noted = "insert into platform.certificates (id, tenant_id, found) values (gen_random_uuid(), $1, $2)";
    sqlx::query(noted).bind(tenant.id).bind(&found).execute(engine.pool()).await.unwrap();
    sqlx::query("update platform.tenants set status = 'deleting' where id = $1")
        .bind(tenant.id)
        .execute(engine.pool())
        .await
        .unwrap();
    engine.drop_schema(&tenant).await.unwrap();
    tenants.clear_remains().await.unwrap();
    assert!(tenants.list().await.unwrap().iter().all(|listed| listed.tenant.id != tenant.id));
    let certificate = tenants.find_certificate(id.as_str().unwrap().parse().unwrap()).await.unwrap().unwrap();
    assert!(certificate.is_sound() && certificate.statement.contains("\"deal\":2"));
}

#[tokio::test]
async fn a_node_looks_only_into_schemas_that_it_does_not_know() {
    let shop = Shop::new("levels").await;
    let (tenants, pool) = (&shop.site.tenants, shop.site.world.engine.pool());
    let levels = async || -> Vec<Option<i32>> {
        sqlx::query_scalar("select level from platform.tenants").fetch_all(pool).await.unwrap()
    };
    assert_eq!(levels().await, [None]);
    tenants.upgrade().await.unwrap();
    assert_eq!(levels().await, [Some(engine::schema::LEVEL)]);
    // One that an older version has made is brought to this one.
    sqlx::raw_sql("update platform.tenants set level = 1; alter table t_demo._packages drop column removed_at; update t_demo._state set level = 6")
        .execute(pool)
        .await
        .unwrap();
    tenants.upgrade().await.unwrap();
    sqlx::query("select removed_at from t_demo._packages").execute(pool).await.unwrap();
    assert_eq!(tenants.list().await.unwrap()[0].status, Status::Active);
}
