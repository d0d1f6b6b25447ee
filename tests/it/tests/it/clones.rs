//! Copies of tenants to try things in: the same metadata, records in which nothing points to nowhere, people who sign in
//! only where that was said, and nothing half made whatever dies.

mod asked;
mod ends;
mod people;
mod sampled;

use std::collections::BTreeMap;

use engine::Tenant;
use identity::Identity;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use sqlx::AssertSqlSafe;

const PASSWORD: &str = "correct horse";

/// What a worker gives the people of a copy.
async fn settled(identity: Identity, from: Tenant, to: Tenant, said: Json) -> identity::Result<()> {
    let said = serde_json::from_value(said)?;
    identity.settle_copy((&from, &to), &said).await
}

/// Makes the next copy, as a worker does; answers whether there was one.
pub async fn make(site: &Site) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let identity = site.identity.clone();
    let settle = |from, to, said| settled(identity, from, to, said);
    let made = site.tenants.clone_next(folder.path(), settle).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "files are left");
    made
}

/// A copy of the site's tenant that Ada asks for, made.
async fn copied(site: &Site, wish: Json) -> Tenant {
    let asked = site.ask("POST", "/admin/v1/sandboxes", Some(wish)).await.data(202);
    assert_eq!(asked["status"], "queued");
    assert!(make(site).await);
    let path = format!("/admin/v1/sandboxes/{}", asked["id"].as_str().unwrap());
    let done = site.get(&path).await.data(200);
    assert_eq!((&done["status"], &done["error"]), (&json!("done"), &Json::Null), "{done}");
    site.tenants.require(done["tenant"]["slug"].as_str().unwrap()).await.unwrap()
}

/// A session in a copy; the answer's status where there is none.
async fn token(site: &Site, slug: &str, email: &str) -> Result<String, u16> {
    let body = json!({ "tenant": slug, "email": email, "password": PASSWORD });
    let reply = site.ask("POST", "/auth/v1/login", Some(body)).await;
    match reply.status {
        200 => Ok(reply.json()["access_token"].as_str().unwrap().to_owned()),
        status => Err(status),
    }
}

async fn count(site: &Site, tenant: &Tenant, rest: &str) -> i64 {
    let text = format!("select count(*) from \"{}\".{rest}", tenant.schema);
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(site.world.engine.pool()).await.unwrap()
}

/// Rows of each table but those that a tenant's workers fill.
async fn sizes(site: &Site, tenant: &Tenant) -> BTreeMap<String, i64> {
    let text = "select tablename::text from pg_tables where schemaname = $1 and tablename not like '\\_audit%' \
                and tablename not in ('_jobs', '_once', '_keys')";
    let tables: Vec<String> =
        sqlx::query_scalar(text).bind(&tenant.schema).fetch_all(site.world.engine.pool()).await.unwrap();
    let mut found = BTreeMap::new();
    for table in tables {
        let rows = count(site, tenant, &format!("\"{table}\"")).await;
        found.insert(table, rows);
    }
    found
}

#[tokio::test]
async fn the_metadata_of_a_copy_is_the_same_and_no_record_is_there() {
    let site = Site::new(World::with_samples("clone_metadata").await).await;
    site.person("ben", "sales_rep").await;
    let field = json!({ "name": "shade", "kind": "text", "label": "Shade" });
    site.ask("PUT", "/metadata/v1/objects/deal/fields/shade", Some(field)).await.data(200);
    let copy = copied(&site, json!({ "slug": "try", "scope": "metadata" })).await;
    assert_eq!(site.world.engine.doctor(&copy).await.unwrap(), []);
    // Who asked signs in as at home, nobody else does, and all people are there.
    assert_eq!(token(&site, "try", "ben@example.com").await, Err(401));
    let ada = token(&site, "try", "ada@example.com").await.unwrap();
    let pulled = site.get("/metadata/v1/files").await.data(200);
    let theirs = site.get_as(&ada, "/metadata/v1/files").await.data(200);
    assert_eq!(pulled["files"], theirs["files"]);
    assert!(pulled["files"].to_string().contains("shade"));
    for object in ["deal", "account", "contact", "task", "lead", "_states", "_shares", "_counters"] {
        assert_eq!(count(&site, &copy, &format!("\"{object}\"")).await, 0, "{object}");
    }
    let people = "\"user\"";
    assert_eq!(count(&site, &copy, people).await, count(&site, &site.world.tenant, people).await);
    let me = site.get_as(&ada, "/auth/v1/me").await.data(200);
    assert_eq!((&me["tenant"]["sandbox"], &me["tenant"]["quiet"]), (&json!("metadata"), &json!(true)));
    assert_eq!(me["tenant"]["name"], "Demo (sandbox)");
    // It works, changes on its own, and a rollback of what came along works too.
    site.ask_with(
        "POST",
        "/api/v1/deals",
        Some(json!({ "name": "New" })),
        &[("authorization", &format!("Bearer {ada}"))],
    )
    .await
    .data(201);
    let back = site.get_as(&ada, "/metadata/v1/revisions").await.data(200);
    assert_eq!(back, site.get("/metadata/v1/revisions").await.data(200));
    // Told on both sides.
    for (token, key) in [(None, "sandbox"), (Some(&ada), "sandbox_of")] {
        let path = "/admin/v1/audit-log?object=tenant";
        let rows = match token {
            Some(token) => site.get_as(token, path).await.data(200),
            None => site.get(path).await.data(200),
        };
        assert!(rows[0]["changes"].get(key).is_some(), "{rows}");
        assert_eq!(rows[0]["actor"]["id"], json!(site.ada), "{rows}");
    }
}

#[tokio::test]
async fn a_full_copy_has_everything_and_masks_whom_nobody_should_write_to() {
    let site = Site::new(World::with_samples("clone_full").await).await;
    site.person("ben", "sales_rep").await;
    let whole = copied(&site, json!({ "slug": "whole", "scope": "full" })).await;
    assert_eq!(sizes(&site, &whole).await, sizes(&site, &site.world.tenant).await);
    assert!(count(&site, &whole, "_audit_tail").await > 100);
    let masked = copied(&site, json!({ "slug": "masked", "scope": "full", "mask_emails": true })).await;
    assert_eq!(sizes(&site, &masked).await, sizes(&site, &whole).await);
    // Ada keeps hers, to sign in with.
    token(&site, "masked", "ada@example.com").await.unwrap();
    let known = "email is not null and email not like '%@masked.invalid'";
    assert_eq!(count(&site, &masked, &format!("\"user\" where {known}")).await, 1);
    for object in ["contact", "lead"] {
        assert_eq!(count(&site, &masked, &format!("{object} where {known}")).await, 0, "{object}");
        assert!(count(&site, &masked, &format!("{object} where email is not null")).await > 3, "{object}");
        assert!(count(&site, &whole, &format!("{object} where {known}")).await > 3, "{object}");
    }
    // What was written of them once is not there either: the log has its own beginning alone.
    assert!(count(&site, &masked, "_audit_tail").await < 10);
    for copy in [&whole, &masked] {
        assert_eq!(site.world.engine.doctor(copy).await.unwrap(), []);
        while site.world.engine.seal(copy, chrono::Utc::now()).await.unwrap() > 0 {}
        site.world.engine.verify_audit(copy, &[]).await.unwrap().expect("its own chain holds");
    }
}

#[tokio::test]
async fn a_copy_that_is_cut_off_is_made_anew_and_leaves_nothing_half() {
    let site = Site::new(World::with_packages("clone_killed").await).await;
    let wish = json!({ "slug": "try", "scope": "full" });
    let asked = site.ask("POST", "/admin/v1/sandboxes", Some(wish.clone())).await.data(202);
    let path = format!("/admin/v1/sandboxes/{}", asked["id"].as_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let (reached, mut here) = tokio::sync::mpsc::channel(1);
    {
        // Everything is there but the people; then the process dies.
        let settle = |_, _, _| async move {
            reached.send(()).await.unwrap();
            std::future::pending::<identity::Result<()>>().await
        };
        tokio::select! {
            _ = site.tenants.clone_next(folder.path(), settle) => panic!("it never ends"),
            _ = here.recv() => {}
        }
    }
    assert_eq!(site.get(&path).await.data(200)["status"], "running");
    assert_eq!(token(&site, "try", "ada@example.com").await, Err(401), "nobody is served half of it");
    // Nobody else gets its name meanwhile, and nobody asks for it twice.
    let taken = site.ask("POST", "/admin/v1/sandboxes", Some(wish)).await;
    assert_eq!(taken.problems(409), ["slug taken"]);
    // What held it is let go when its connection comes back.
    let is_there =
        async || site.tenants.list().await.unwrap().iter().any(|listed| listed.tenant.slug == "try");
    while is_there().await {
        site.tenants.clear_remains().await.unwrap();
        tokio::task::yield_now().await;
    }
    while !make(&site).await {
        tokio::task::yield_now().await;
    }
    assert!(!make(&site).await);
    assert_eq!(site.get(&path).await.data(200)["status"], "done");
    token(&site, "try", "ada@example.com").await.unwrap();
    let copy = site.tenants.require("try").await.unwrap();
    assert_eq!(site.world.engine.doctor(&copy).await.unwrap(), []);
}
