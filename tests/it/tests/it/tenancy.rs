//! Tenants: migrations by several nodes at once, making, finding and deleting, and finishing what was cut off.

use engine::Engine;
use it::World;
use postgres::testing::{TestDatabase, test_database};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tenancy::{Error, Status, Tenants};
use uuid::Uuid;

async fn empty(name: &str) -> (PgPool, TestDatabase) {
    let database = test_database(name).await;
    let pool = PgPoolOptions::new()
        .max_connections(12)
        .connect_with(database.connect_options())
        .await
        .expect("the test database takes connections");
    (pool, database)
}

async fn migrated(name: &str) -> (Tenants, PgPool, TestDatabase) {
    let (pool, database) = empty(name).await;
    tenancy::migrate(&pool).await.expect("the platform migrates");
    (Tenants::new(Engine::new(pool.clone()), pool.clone()), pool, database)
}

async fn has_schema(pool: &PgPool, schema: &str) -> bool {
    sqlx::query_scalar("select exists (select 1 from pg_namespace where nspname = $1)")
        .bind(schema)
        .fetch_one(pool)
        .await
        .expect("an answer")
}

#[tokio::test]
async fn nodes_that_start_at_once_migrate_once() {
    let (pool, _database) = empty("migrate").await;
    assert!(!tenancy::is_migrated(&pool).await.unwrap());
    let (a, b, c) = tokio::join!(tenancy::migrate(&pool), tenancy::migrate(&pool), tenancy::migrate(&pool));
    a.and(b).and(c).unwrap();
    assert!(tenancy::is_migrated(&pool).await.unwrap());
    tenancy::migrate(&pool).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("select count(*) from platform.migrations").fetch_one(&pool).await.unwrap();
    let own = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations")).unwrap();
    assert_eq!(count, own.count() as i64);
}

#[tokio::test]
async fn a_tenant_comes_and_goes() {
    let (tenants, pool, _database) = migrated("tenants").await;
    assert!(tenants.only().await.unwrap().is_none());
    assert!(matches!(tenants.resolve(None, None, None).await, Err(Error::NotFound)));
    let acme = tenants.create("acme-eu", " Acme ").await.unwrap();
    assert_eq!((acme.slug.as_str(), acme.schema.as_str()), ("acme-eu", "t_acme_eu"));
    assert!(has_schema(&pool, "t_acme_eu").await);
    assert_eq!(tenants.find("acme-eu").await.unwrap(), Some(acme.clone()));
    assert_eq!(tenants.find_by_id(acme.id).await.unwrap(), Some(acme.clone()));
    assert_eq!(tenants.list().await.unwrap()[0].name, "Acme");
    assert!(matches!(tenants.create("acme-eu", "Other").await, Err(Error::Taken(_))));
    assert_eq!(tenants.ensure("acme-eu", "Other").await.unwrap(), acme);
    assert!(matches!(tenants.create("Acme", "Acme").await, Err(Error::Slug(_))));
    assert!(matches!(tenants.create("empty", " ").await, Err(Error::Name)));

    tenants.delete("acme-eu").await.unwrap();
    assert!(!has_schema(&pool, "t_acme_eu").await);
    assert!(tenants.list().await.unwrap().is_empty());
    assert!(matches!(tenants.delete("acme-eu").await, Err(Error::NotFound)));
    let newer = tenants.create("acme-eu", "Acme").await.unwrap();
    assert_ne!(newer.id, acme.id);
    let late = tenants.delete_found(&acme, tenancy::By::Operator).await;
    assert!(matches!(late, Err(Error::NotFound)), "the slug is another tenant's by now: {late:?}");
    assert_eq!(tenants.find("acme-eu").await.unwrap(), Some(newer));
}

#[tokio::test]
async fn a_sign_in_finds_its_tenant() {
    let (tenants, _pool, _database) = migrated("resolve").await;
    let base = Some("crm.example.com");
    let acme = tenants.create("acme", "Acme").await.unwrap();
    assert_eq!(tenants.resolve(Some("localhost:8080"), base, None).await.unwrap(), acme);
    let other = tenants.create("other", "Other").await.unwrap();
    assert!(matches!(tenants.resolve(Some("localhost:8080"), base, None).await, Err(Error::Ambiguous)));
    assert_eq!(tenants.resolve(Some("localhost:8080"), base, Some("other")).await.unwrap(), other);
    assert_eq!(tenants.resolve(Some("acme.crm.example.com:8080"), base, Some("other")).await.unwrap(), acme);
    assert_eq!(tenants.resolve(Some("www.crm.example.com"), base, Some("other")).await.unwrap(), other);
    assert!(matches!(
        tenants.resolve(Some("nobody.crm.example.com"), base, Some("other")).await,
        Err(Error::NotFound)
    ));
    assert!(matches!(tenants.resolve(None, None, Some("nobody")).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn what_was_cut_off_is_finished_by_doing_it_again() {
    let (tenants, pool, _database) = migrated("half").await;
    let half = "insert into platform.tenants (id, slug, name, schema_name, status) values ($1, 'half', 'Half', 't_half', 'creating')";
    sqlx::query(half).bind(Uuid::now_v7()).execute(&pool).await.unwrap();
    assert!(tenants.find("half").await.unwrap().is_none());
    assert_eq!(tenants.list().await.unwrap()[0].status, Status::Creating);
    tenants.create("half", "Half").await.unwrap();
    assert!(tenants.find("half").await.unwrap().is_some());

    sqlx::query("update platform.tenants set status = 'deleting'").execute(&pool).await.unwrap();
    assert!(tenants.find("half").await.unwrap().is_none());
    assert!(matches!(tenants.create("half", "Half").await, Err(Error::Deleting(_))));
    tenants.delete("half").await.unwrap();
    assert!(!has_schema(&pool, "t_half").await);
}

#[tokio::test]
async fn nodes_that_start_at_once_make_one_tenant() {
    let (tenants, pool, _database) = migrated("ensure").await;
    let other = Tenants::new(Engine::new(pool.clone()), pool);
    let (a, b, c) = tokio::join!(
        tenants.ensure("demo", "Demo"),
        other.ensure("demo", "Demo"),
        tenants.ensure("demo", "Demo")
    );
    let a = a.unwrap();
    assert_eq!((&a, &a), (&b.unwrap(), &c.unwrap()));
    assert_eq!(tenants.list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_tenant_of_an_earlier_version_gets_what_it_lacks() {
    let world = World::zoo("earlier").await;
    let schema = &world.tenant.schema;
    for lost in [
        "DROP TABLE {s}._shares, {s}._teams, {s}._team_members, {s}._reports, {s}._once, {s}._jobs, {s}._states",
        "ALTER TABLE {s}._state DROP COLUMN level",
        "ALTER TABLE {s}.\"user\" DROP COLUMN permission_sets",
        "ALTER TABLE {s}._metadata DROP COLUMN purged_at",
    ] {
        let text = lost.replace("{s}", &format!("\"{schema}\""));
        sqlx::query(sqlx::AssertSqlSafe(text)).execute(world.engine.pool()).await.unwrap();
    }
    let before = world.engine.snapshot(&world.tenant).await.unwrap().revision;
    for _ in 0..2 {
        world.engine.upgrade_schema(&world.tenant).await.unwrap();
    }
    let system = world.system().await;
    assert_eq!(system.snapshot.revision, before);
    assert!(world.engine.doctor(&world.tenant).await.unwrap().is_empty());
    let query = engine::Query { object: "specimen".into(), ..engine::Query::default() };
    world.engine.read(&system, &query).await.unwrap();
}

#[tokio::test]
async fn who_has_left_something_is_known_without_looking_at_everybody() {
    let (tenants, pool, database) = migrated("left").await;
    let (quiet, busy) =
        (tenants.create("quiet", "Quiet").await.unwrap(), tenants.create("busy", "Busy").await.unwrap());
    for text in [
        "insert into t_busy._rollup_dirty (field_id, parent_id) values ('f1', gen_random_uuid())",
        "insert into t_busy._audit_tail (object_id, happened_at, actor_id, action, request_id) \
         values ('o1', now(), gen_random_uuid(), 'read', 'r')",
    ] {
        sqlx::query(text).execute(&pool).await.unwrap();
    }
    // A session tells what it has done at its end at the latest.
    pool.close().await;
    let pool = PgPoolOptions::new().connect_with(database.connect_options()).await.unwrap();
    let engine = Engine::new(pool);
    let mut left = engine.leftovers().await.unwrap();
    for _ in 0..10_000 {
        if left.work.contains_key("t_busy") && left.rows.contains("t_busy") {
            break;
        }
        left = engine.leftovers().await.unwrap();
    }
    assert!(left.work.contains_key("t_busy") && left.rows.contains("t_busy"), "{left:?}");
    assert!(!left.work.contains_key("t_quiet"), "{left:?}");
    let has_work = async |tenant: &engine::Tenant| {
        engine.next_work(tenant).await.unwrap().is_some_and(|moment| moment <= chrono::Utc::now())
    };
    assert!(has_work(&busy).await && engine.next_work(&quiet).await.unwrap().is_none());
    // What rests is no work until its moment.
    assert!(engine.asks_nothing(&quiet).await.unwrap());
    let rests = "insert into t_quiet._jobs (kind, subject, queued_at, place, not_before) values ('reconcile', '', now(), 1, now() + interval '1 hour')";
    sqlx::query(rests).execute(engine.pool()).await.unwrap();
    assert!(!has_work(&quiet).await && !engine.asks_nothing(&quiet).await.unwrap());
    sqlx::query("update t_quiet._jobs set not_before = now()").execute(engine.pool()).await.unwrap();
    assert!(has_work(&quiet).await);
}
