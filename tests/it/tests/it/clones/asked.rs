//! Who may ask for a copy, what of it is refused, and that it is quiet until somebody says otherwise.

use engine::Tenant;
use identity::MailSettings;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use tenancy::resellers::Patch;

use super::{copied, count, make, token};
use crate::resellers::{Shop, wish};

#[tokio::test]
async fn what_is_wrong_with_a_wish_is_told_at_once_and_to_those_who_may_ask() {
    let site = Site::new(World::new("clone_wishes").await).await;
    let ben = site.person("ben", "user").await;
    let bearer = format!("Bearer {ben}");
    let asked = Some(json!({ "slug": "try" }));
    let reply = site.ask_with("POST", "/admin/v1/sandboxes", asked, &[("authorization", &bearer)]).await;
    assert_eq!(reply.status, 403);
    let wrong =
        json!({ "slug": "No!", "records": 0, "scope": "full", "passwords": "all", "mask_emails": "yes" });
    let problems = site.ask("POST", "/admin/v1/sandboxes", Some(wrong)).await.problems(422);
    let expected = [
        "slug invalid",
        "records out-of-range",
        "records not-here",
        "mask_emails wrong-type",
        "passwords unknown-key",
    ];
    assert_eq!(problems, expected);
    let scope = Some(json!({ "slug": "try", "scope": "half" }));
    assert_eq!(site.ask("POST", "/admin/v1/sandboxes", scope).await.problems(422), ["scope unknown-value"]);
    let own = Some(json!({ "slug": "demo" }));
    assert_eq!(site.ask("POST", "/admin/v1/sandboxes", own).await.problems(409), ["slug taken"]);
    // None of a copy.
    copied(&site, json!({ "slug": "try" })).await;
    let ada = format!("Bearer {}", token(&site, "try", "ada@example.com").await.unwrap());
    let again = Some(json!({ "slug": "try-again" }));
    let reply = site.ask_with("POST", "/admin/v1/sandboxes", again, &[("authorization", &ada)]).await;
    assert_eq!(reply.problems(422), [" sandbox"]);
    // And one tenant's are nobody else's to see.
    let listed = site.get("/admin/v1/sandboxes").await.data(200);
    let id = listed[0]["id"].as_str().unwrap();
    let path = format!("/admin/v1/sandboxes/{id}");
    let theirs = site.ask_with("GET", &path, None, &[("authorization", &ada)]).await;
    assert_eq!(theirs.status, 404);
}

#[tokio::test]
async fn a_reseller_copies_its_own_tenants_as_often_as_the_plan_allows() {
    let shop = Shop::new("clone_sold").await;
    shop.ask("POST", "/tenants", Some(wish("acme", &["deals"]))).await.data(201);
    let stranger = shop.site.reseller("Stranger").await;
    let body = json!({
        "slug": "acme-try", "scope": "full", "passwords": "none",
        "admin": { "email": "Dev@acme.example", "password": "correct horse" },
    });
    let path = "/tenants/acme/clone";
    let theirs = shop.ask_as(&stranger, ("POST", path), Some(body.clone()), None).await;
    assert_eq!(theirs.status, 404);
    let wrong = json!({ "slug": "x", "passwords": "some", "admin": { "email": "no", "phone": 1 } });
    let problems = shop.ask("POST", path, Some(wrong)).await.problems(422);
    assert_eq!(
        problems,
        ["slug invalid", "passwords unknown-value", "admin.password required", "admin.phone unknown-key"]
    );
    let asked = shop.ask("POST", path, Some(body)).await;
    assert!(!asked.text().contains("correct horse") && !asked.text().contains("argon2"), "{}", asked.text());
    let asked = asked.data(202);
    // The starter's plan has one, be it asked for or there.
    let over = |slug: &str| Some(json!({ "slug": slug }));
    for _ in 0..2 {
        let reply = shop.ask("POST", path, over("acme-two")).await;
        assert_eq!(
            (reply.status, reply.json()["code"].as_str()),
            (403, Some("plan-limit")),
            "{}",
            reply.text()
        );
        make(&shop.site).await;
    }
    let one = format!("/clones/{}", asked["id"].as_str().unwrap());
    assert_eq!(shop.ask("GET", &one, None).await.data(200)["status"], "done");
    assert_eq!(shop.ask_as(&stranger, ("GET", &one), None, None).await.status, 404);
    assert_eq!(shop.ask_as(&stranger, ("GET", "/clones"), None, None).await.data(200), json!([]));
    assert_eq!(shop.ask("GET", "/clones", None).await.data(200)[0]["tenant"]["slug"], "acme-try");
    // The administrator that was named gets in, whoever is in the original does not.
    assert_eq!(shop.login("acme-try", "ann@acme.example").await.status, 401);
    assert_eq!(shop.login("acme-try", "dev@acme.example").await.status, 200);
    let told = shop.ask("GET", "/tenants/acme-try", None).await.data(200);
    assert_eq!(
        (&told["sandbox"]["scope"], &told["quiet"], &told["plan"]),
        (&json!("full"), &json!(true), &json!("starter"))
    );
    let events = shop.ask("GET", "/events", None).await.data(200);
    let actions: Vec<&str> =
        events.as_array().unwrap().iter().filter_map(|one| one["action"].as_str()).collect();
    assert_eq!(actions, ["cloned", "created", "clone_asked", "created"]);
    // Another may be asked for when this one is gone.
    assert_eq!(shop.ask("DELETE", "/tenants/acme-try?permanent=true", None).await.status, 204);
    shop.ask("POST", path, over("acme-two")).await.data(202);
}

/// An enforced process that moves on by time.
async fn timed(site: &Site) {
    let status = json!({ "name": "phase", "kind": "picklist", "label": "Phase", "default": "new",
        "options": [{ "value": "new", "label": "New" }, { "value": "old", "label": "Old" }] });
    let object = json!({ "name": "thing", "plural": "things", "label": "Thing", "fields": [status] });
    site.ask("PUT", "/metadata/v1/objects/thing", Some(object)).await.data(200);
    let process = json!({
        "object": "thing", "field": "phase", "mode": "enforce",
        "initial": ["new"], "states": ["new", "old"],
        "transitions": [{
            "name": "age", "from": ["new"], "to": "old", "trigger": { "automatic": { "after_hours": 1 } },
        }],
    });
    site.ask("PUT", "/metadata/v1/processes/thing.life", Some(process)).await.data(200);
}

async fn next_timed(site: &Site, tenant: &Tenant) -> Option<Json> {
    let all = site.world.engine.list_jobs(tenant, (false, 100)).await.unwrap();
    all.iter().find(|job| job.kind == "take_timed").map(|job| json!(job.next_at))
}

#[tokio::test]
async fn a_copy_sends_nothing_and_does_nothing_by_time_until_it_may() {
    let site = Site::new(World::new("clone_quiet").await).await;
    timed(&site).await;
    site.ask("POST", "/api/v1/things", Some(json!({ "name": "t" }))).await.data(201);
    let copy = copied(&site, json!({ "slug": "try", "scope": "full" })).await;
    let engine = &site.world.engine;
    let later = chrono::Utc::now() + chrono::TimeDelta::hours(3);
    let work = async || {
        for _ in 0..20 {
            if !engine.work_at(&copy, later).await.unwrap() {
                return;
            }
        }
    };
    assert_eq!(next_timed(&site, &copy).await, Some(Json::Null), "held");
    work().await;
    // What is held or dead has no time at which it is due.
    assert_eq!(engine.next_work(&copy).await.unwrap(), None);
    assert_eq!(count(&site, &copy, "thing where phase = 'new'").await, 1);
    // Mails are kept, whatever mail server there is.
    let settings = MailSettings { smtp_url: Some("smtp://127.0.0.1:1".into()), ..MailSettings::default() };
    let posting = site.identity.clone().with_mail(settings).unwrap();
    let state = async |tenant: &Tenant| -> String {
        posting.invite(tenant, site.ada).await.unwrap();
        let text = "select state from platform.outbox where tenant_id = $1 order by id desc limit 1";
        sqlx::query_scalar(text).bind(tenant.id).fetch_one(engine.pool()).await.unwrap()
    };
    assert_eq!(state(&copy).await, "kept");
    assert_ne!(state(&site.world.tenant).await, "kept");
    let turn = async |quiet: bool| {
        let listed = site.tenants.find_listed(copy.id).await.unwrap().unwrap();
        let patch = Patch { quiet: Some(quiet), ..Patch::default() };
        site.tenants.patch(&listed, &patch, tenancy::By::Operator).await.unwrap();
    };
    turn(false).await;
    assert_ne!(state(&copy).await, "kept");
    work().await;
    assert_eq!(count(&site, &copy, "thing where phase = 'old'").await, 1);
    // And back again.
    turn(true).await;
    assert_eq!(next_timed(&site, &copy).await, Some(Json::Null));
}
