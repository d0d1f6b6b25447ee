//! A copy that takes long, fails, or loses its tenant: what holds it is held, what it knew is forgotten, nothing stays half.

use std::path::Path;

use chrono::{TimeDelta, Utc};
use engine::{Engine, Tenant};
use identity::Identity;
use it::World;
use it::site::Site;
use serde_json::{Value as Json, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use tenancy::{By, Status, Tenants};

use super::{make, settled, token};

/// Longest time in milliseconds that a transaction may rest.
const REST: i32 = 300;

async fn sql(site: &Site, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(site.world.engine.pool()).await.unwrap();
}

async fn count(site: &Site, of: &str) -> i64 {
    let text = format!("select count(*) from {of}");
    sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(site.world.engine.pool()).await.unwrap()
}

/// A copy that Ada asks for; answers where it is told.
async fn asked(site: &Site) -> String {
    let asked = site.ask("POST", "/admin/v1/sandboxes", Some(json!({ "slug": "try" }))).await.data(202);
    format!("/admin/v1/sandboxes/{}", asked["id"].as_str().unwrap())
}

/// Hashes of passwords that wait for copies.
async fn hashes(site: &Site) -> i64 {
    count(site, "platform.clones where people <> '{}'").await
}

/// A node whose transactions must not rest for long.
async fn hasty(site: &Site) -> (Tenants, Identity, PgPool) {
    let limit = format!("{REST}ms");
    let options: PgConnectOptions = site.world.url().parse().unwrap();
    let options = options.options([("idle_in_transaction_session_timeout", limit)]);
    let pool = PgPoolOptions::new().max_connections(6).connect_with(options).await.unwrap();
    let engine = Engine::new(pool.clone());
    engine.protect_with(it::master_key());
    (Tenants::new(engine.clone(), pool.clone()), Identity::new(engine, pool.clone()), pool)
}

/// Returns when two transactions have rested for longer than they may; fails when the database has ended one.
async fn rest(pool: &PgPool) {
    let text = "select count(*), count(*) filter (where now() - state_change > $1 * interval '1 millisecond') \
                from pg_stat_activity where datname = current_database() and state = 'idle in transaction'";
    loop {
        let found: (i64, i64) = sqlx::query_as(text).bind(REST * 2).fetch_one(pool).await.unwrap();
        assert!(found.0 >= 2, "what held the copy has come to an end");
        if found.1 >= 2 {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_copy_that_takes_long_is_one_nodes_own() {
    let site = Site::new(World::new("clone_long").await).await;
    let path = asked(&site).await;
    let (tenants, identity, pool) = hasty(&site).await;
    let folder = tempfile::tempdir().unwrap();
    let watching = site.world.superuser().await;
    let settle = async |from: Tenant, to: Tenant, said: Json| {
        rest(&watching).await;
        assert!(!make(&site).await, "another node has taken it over");
        tenants.clear_copies(folder.path()).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "it is worked on");
        settled(identity.clone(), from, to, said).await
    };
    assert!(tenants.clone_next(folder.path(), settle).await.unwrap());
    assert_eq!(site.get(&path).await.data(200)["status"], "done");
    token(&site, "try", "ada@example.com").await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_taken_back_and_tried_again() {
    let site = Site::new(World::new("clone_shut").await).await;
    let path = asked(&site).await;
    let trap = "create function trap() returns trigger language plpgsql as $$ begin raise exception 'trapped'; end $$; \
                create trigger trap before update on platform.tenants for each row when (new.status = 'active') execute function trap()";
    sql(&site, trap).await;
    assert!(make(&site).await);
    let waits = site.get(&path).await.data(200);
    assert_eq!((&waits["status"], &waits["error"]), (&json!("queued"), &json!("the database failed")));
    assert_eq!(count(&site, "pg_namespace where nspname = 't_try'").await, 0);
    assert_eq!(count(&site, "platform.tenants where slug = 'try'").await, 0);
    // Until it is dead; it may be tried again, with what it knows.
    for _ in 0..4 {
        sql(&site, "update platform._jobs set not_before = now()").await;
        assert!(make(&site).await);
    }
    assert_eq!(site.get(&path).await.data(200)["status"], "failed");
    assert_eq!((hashes(&site).await, count(&site, "platform._jobs where dead_at is not null").await), (1, 1));
    sql(&site, "drop trigger trap on platform.tenants").await;
    let dead = site.tenants.list_jobs((true, 10)).await.unwrap().remove(0);
    assert!(site.tenants.retry_job((&dead.kind, &dead.subject)).await.unwrap());
    assert!(make(&site).await);
    let done = site.get(&path).await.data(200);
    assert_eq!((&done["status"], &done["error"]), (&json!("done"), &Json::Null));
    assert_eq!(hashes(&site).await, 0);
    token(&site, "try", "ada@example.com").await.unwrap();
}

#[tokio::test]
async fn what_came_to_nothing_knows_no_passwords() {
    let site = Site::new(World::new("clone_forgets").await).await;
    // Nothing that another try would change.
    let path = asked(&site).await;
    site.tenants.create("try", "Another").await.unwrap();
    assert_eq!(hashes(&site).await, 1);
    assert!(make(&site).await);
    let failed = site.get(&path).await.data(200);
    assert_eq!(
        (&failed["status"], &failed["error"]),
        (&json!("failed"), &json!("there is a tenant `try` already"))
    );
    assert_eq!((hashes(&site).await, count(&site, "platform._jobs").await), (0, 0));
    site.tenants.delete("try").await.unwrap();
    // Dead, and given up by somebody, or by nobody for a week.
    let dies = async || {
        asked(&site).await;
        sql(&site, "update platform._jobs set dead_at = now(), not_before = 'infinity'; update platform.clones set status = 'failed'").await;
        assert_eq!(hashes(&site).await, 1);
        site.tenants.list_jobs((true, 10)).await.unwrap().remove(0)
    };
    let dead = dies().await;
    assert!(site.tenants.drop_job((&dead.kind, &dead.subject)).await.unwrap());
    assert_eq!(hashes(&site).await, 0);
    dies().await;
    site.tenants.forget_copies(Utc::now() + TimeDelta::days(6)).await.unwrap();
    assert_eq!(hashes(&site).await, 1);
    site.tenants.forget_copies(Utc::now() + TimeDelta::days(8)).await.unwrap();
    assert_eq!((hashes(&site).await, count(&site, "platform._jobs").await), (0, 0));
}

#[tokio::test]
async fn files_of_what_was_cut_off_are_removed() {
    let site = Site::new(World::new("clone_files").await).await;
    let place = tempfile::tempdir().unwrap();
    let left = |name: &str| {
        let folder = place.path().join(name);
        std::fs::create_dir_all(folder.join("records")).unwrap();
        std::fs::write(folder.join("records/user.ndjson"), "{}").unwrap();
        folder
    };
    // One that waits for its next try, one that nobody knows, and what is none of ours.
    let waits = left(asked(&site).await.rsplit('/').next().unwrap());
    let (unknown, other) = (left(&uuid::Uuid::now_v7().to_string()), left("notes"));
    site.tenants.clear_copies(place.path()).await.unwrap();
    let there = [&waits, &unknown, &other].map(|folder: &std::path::PathBuf| Path::exists(folder));
    assert_eq!(there, [false, false, true]);
    site.tenants.clear_copies(&place.path().join("none")).await.unwrap();
}

#[tokio::test]
async fn a_copy_goes_with_its_tenant() {
    let site = Site::new(World::new("clone_follows").await).await;
    asked(&site).await;
    assert!(make(&site).await);
    let ada = token(&site, "try", "ada@example.com").await.unwrap();
    site.get_as(&ada, "/auth/v1/me").await.data(200);
    // Another is about to be made when the tenant goes.
    let late = site.ask("POST", "/admin/v1/sandboxes", Some(json!({ "slug": "late" }))).await;
    late.data(202);
    let folder = tempfile::tempdir().unwrap();
    let settle = async |from: Tenant, to: Tenant, said: Json| {
        settled(site.identity.clone(), from, to, said).await?;
        site.tenants.delete("demo").await.unwrap();
        Ok::<_, identity::Error>(())
    };
    assert!(site.tenants.clone_next(folder.path(), settle).await.unwrap());
    // Shut at once, for whoever was in; gone when it is next looked.
    assert_eq!(site.get_as(&ada, "/auth/v1/me").await.status, 403);
    let left = site.tenants.list().await.unwrap();
    let left: Vec<(&str, Status)> = left.iter().map(|one| (one.tenant.slug.as_str(), one.status)).collect();
    assert_eq!(left, [("late", Status::Waiting), ("try", Status::Waiting)]);
    assert_eq!(site.tenants.delete_due(Utc::now() + TimeDelta::seconds(1)).await.unwrap(), 2);
    assert_eq!(count(&site, "pg_namespace where nspname like 't\\_%'").await, 0);
    assert_eq!(count(&site, "platform._jobs").await, 0);
}

#[tokio::test]
async fn many_who_ask_at_once_wait_for_each_other_and_not_for_connections() {
    let site = Site::new(World::new("clone_crowd").await).await;
    let engine = site.world.node(3).await;
    let tenants = Tenants::new(engine.clone(), engine.pool().clone());
    let source = tenants.find_listed(site.world.tenant.id).await.unwrap().unwrap();
    let ask = |n: usize| {
        let wish = tenancy::CloneWish {
            slug: tenancy::Slug::parse(&format!("try-{n}")).unwrap(),
            name: None,
            cut: engine::archive::Cut::Metadata,
            mask_emails: false,
            people: json!({}),
            user: None,
        };
        tenants.ask_clone(&source, wish, By::Operator)
    };
    let asked = futures_util::future::join_all((0..12).map(ask)).await;
    let failed: Vec<_> = asked.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{failed:?}");
}
