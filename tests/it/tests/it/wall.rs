//! The wall behind the wall: what PostgreSQL itself refuses, whoever made the mistake. The mistake is made on purpose: a
//! context of one tenant that names the schema of another.

use engine::audit::chain::SealKey;
use engine::audit::list::AuditQuery;
use engine::query::aggregate::{Aggregate, Function, Metric};
use engine::{Command, Context, Engine, Error, Query, Search, TeamWish, Tenant, Wall, What};
use it::{World, fields};
use postgres::testing::test_database_from;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use tenancy::Tenants;
use uuid::Uuid;

/// Another tenant of the same database, with the same objects.
async fn neighbour(world: &World) -> Tenant {
    let tenant = Tenant { id: Uuid::now_v7(), slug: "other".into(), schema: Tenant::schema_of("other") };
    world.engine.create_schema(&tenant).await.unwrap();
    let packages: Vec<_> = ["accounts", "leads", "deals", "tasks"].map(it::package).into();
    let context = world.engine.system_context(&tenant, "test").await.unwrap();
    world.engine.install(&context, &packages, Default::default()).await.unwrap();
    tenant
}

/// A context whose statements name the schema of `theirs` and run as `ours`.
async fn mixed_up(world: &World, theirs: &Tenant) -> Context {
    let forged = Tenant { id: world.tenant.id, ..theirs.clone() };
    world.engine.forget(&world.tenant);
    let context = world.engine.system_context(&forged, "a mistake").await.unwrap();
    world.engine.forget(&world.tenant);
    context
}

fn count(object: &str) -> Aggregate {
    let metric = Metric { function: Function::Count, path: None };
    Aggregate { object: object.into(), metrics: vec![metric], ..Aggregate::default() }
}

#[track_caller]
fn assert_walled<T>(what: &str, outcome: Result<T, Error>) {
    let Err(Error::Database(error)) = outcome else { panic!("{what}: nothing stood in the way") };
    let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default();
    assert_eq!(code, "42501", "{what}: {error}");
}

fn role_of(tenant: &Tenant) -> String {
    format!("trellis_{}", tenant.id.simple())
}

async fn run(pool: &PgPool, text: &str) {
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(pool).await.unwrap();
}

async fn has_role(pool: &PgPool, tenant: &Tenant) -> bool {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = $1)")
        .bind(role_of(tenant))
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_statement_with_another_tenants_schema_fails_in_postgresql() {
    let world = World::with_packages("walled").await;
    let theirs = neighbour(&world).await;
    let engine = &world.engine;
    assert_eq!(engine.wall().await.unwrap(), Wall::Up);
    let account = world.create(&world.system().await, "account", json!({ "name": "Ours" })).await.unwrap();
    let bad = mixed_up(&world, &theirs).await;

    let query = Query { object: "account".into(), ..Query::default() };
    assert_walled("list", engine.read(&bad, &query).await);
    assert_walled("get", engine.read_one(&bad, "account", account, Vec::new()).await);
    assert_walled("aggregate", engine.aggregate(&bad, &count("account")).await);
    assert_walled("search", engine.search(&bad, &Search { text: "ours".into(), ..Search::default() }).await);
    assert_walled("history", engine.history(&bad, ("account", account), (10, None)).await);
    assert_walled("export", engine.export(&bad, &query, engine::export::Form::Csv).await);
    assert_walled("audit", engine.audit_log(&bad, &AuditQuery { limit: 10, ..AuditQuery::default() }).await);
    assert_walled("teams", engine.teams(&bad).await);
    let wish = TeamWish { name: Some("x".into()), ..TeamWish::default() };
    assert_walled("team", engine.create_team(&bad, wish).await);
    assert_walled("usage", engine.usage(bad.tenant()).await);
    assert_walled("revisions", engine.revisions(&bad, 10, None).await);
    let create = || What::Create(vec![fields(&json!({ "name": "Theirs" }))]);
    let many = What::Create(vec![fields(&json!({ "name": "Theirs" })); 500]);
    for (what, wish) in [("create", create()), ("many", many), ("delete", What::Delete(vec![account]))] {
        let command = Command { object: "account".into(), what: wish };
        assert_walled(what, engine.write(&bad, command).await);
    }
    // The same engine goes on with both, each in its own.
    engine.forget(&world.tenant);
    assert_eq!(world.read(&world.system().await, &query).await.unwrap()[0]["name"], "Ours");
    let other = engine.system_context(&theirs, "test").await.unwrap();
    assert_eq!(world.read(&other, &query).await.unwrap(), json!([]));
}

#[tokio::test]
async fn the_role_of_a_tenant_reaches_nothing_else() {
    let world = World::with_packages("role").await;
    let theirs = neighbour(&world).await;
    tenancy::migrate(world.engine.pool()).await.unwrap();
    world.create(&world.system().await, "account", json!({ "name": "Ours" })).await.unwrap();
    world.engine.seal(&world.tenant, chrono::Utc::now()).await.unwrap();
    let month = chrono::Utc::now().format("%Y_%m");
    let mut ours = world.engine.pool().acquire().await.unwrap();
    ours.execute(AssertSqlSafe(format!("SET ROLE {}", role_of(&world.tenant)))).await.unwrap();
    for (allowed, text) in [
        (true, "SELECT 1 FROM t_demo.account".to_owned()),
        (true, "UPDATE t_demo.account SET name = 'Mine'".to_owned()),
        (true, "SELECT 1 FROM t_demo._audit".to_owned()),
        (false, format!("SELECT 1 FROM {}.account", theirs.schema)),
        (false, format!("INSERT INTO {}._audit_tail DEFAULT VALUES", theirs.schema)),
        (false, "SELECT 1 FROM platform.tenants".to_owned()),
        (false, "SELECT 1 FROM platform.credentials".to_owned()),
        // The log and the metadata are read, and the log is added to.
        (false, "UPDATE t_demo._audit_tail SET action = 'x'".to_owned()),
        (false, "DELETE FROM t_demo._audit_tail".to_owned()),
        (false, "DELETE FROM t_demo._audit".to_owned()),
        (false, "UPDATE t_demo._audit SET action = 'x'".to_owned()),
        (false, format!("DELETE FROM t_demo._audit_{month}")),
        (false, "UPDATE t_demo._audit_blocks SET hash = ''".to_owned()),
        (false, "UPDATE t_demo._metadata SET definition = '{}'".to_owned()),
        (false, "DELETE FROM t_demo._state".to_owned()),
        // Nor the tables themselves.
        (false, "DROP TABLE t_demo.account".to_owned()),
        (false, "TRUNCATE t_demo.account CASCADE".to_owned()),
        (false, "CREATE TABLE t_demo.mine (id int)".to_owned()),
        (false, "CREATE ROLE mine".to_owned()),
    ] {
        let outcome = ours.execute(AssertSqlSafe(text.clone())).await;
        let code = outcome.as_ref().err().and_then(|error| error.as_database_error()?.code());
        assert_eq!(code.as_deref(), (!allowed).then_some("42501"), "{text}: {outcome:?}");
    }
    ours.execute("RESET ROLE").await.unwrap();
}

#[tokio::test]
async fn connections_come_back_in_front_of_the_wall() {
    let world = World::with_packages("back").await;
    let theirs = neighbour(&world).await;
    let other = world.engine.system_context(&theirs, "test").await.unwrap();
    let system = world.system().await;
    let query = Query { object: "account".into(), ..Query::default() };
    let wrong = Query { object: "account".into(), fields: vec![], limit: 1, ..Query::default() };
    let bad = mixed_up(&world, &theirs).await;
    let one = async |n: usize| {
        let context = if n.is_multiple_of(2) { &system } else { &other };
        world.engine.read(context, &query).await.unwrap();
        world.engine.aggregate(context, &count("deal")).await.unwrap();
        world.create(context, "account", json!({ "name": format!("{n}") })).await.unwrap();
        // What is refused, and what is given up half way.
        world.engine.read(&bad, &wrong).await.unwrap_err();
        let _ = tokio::time::timeout(std::time::Duration::ZERO, world.engine.read(context, &query)).await;
    };
    futures_util::future::join_all((0..40).map(one)).await;
    // All eight at once, after those that rest have come back.
    let mut all = Vec::new();
    for _ in 0..8 {
        let mut connection = world.engine.pool().acquire().await.unwrap();
        let same: bool = sqlx::query_scalar("SELECT current_user = session_user")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert!(same, "a connection came back as a tenant");
        all.push(connection);
    }
    for (context, count) in [(&system, 20), (&other, 20)] {
        drop(std::mem::take(&mut all));
        assert_eq!(world.read(context, &query).await.unwrap().as_array().unwrap().len(), count);
    }
}

#[tokio::test]
async fn roles_come_with_upgrades_and_go_with_tenants() {
    let world = World::with_packages("roles").await;
    let (pool, superuser) = (world.engine.pool(), world.superuser().await);
    let drop = format!("DROP OWNED BY {0}; DROP ROLE {0}", role_of(&world.tenant));
    let query = Query { object: "account".into(), ..Query::default() };

    // At the start of a new version, and when an old one has made a tenant beside it.
    run(&superuser, &drop).await;
    let found = world.engine.doctor(&world.tenant).await.unwrap();
    assert!(format!("{found:?}").contains("MissingRole"), "{found:?}");
    for _ in 0..2 {
        world.engine.upgrade_schema(&world.tenant).await.unwrap();
        assert!(has_role(pool, &world.tenant).await);
    }
    assert!(world.engine.doctor(&world.tenant).await.unwrap().is_empty());
    run(&superuser, &drop).await;
    let node = world.node(4).await;
    node.read(&world.system().await, &query).await.unwrap();
    assert!(has_role(pool, &world.tenant).await);

    // What somebody else took away is found, and given again.
    run(&superuser, &format!("REVOKE UPDATE ON t_demo.deal FROM {}", role_of(&world.tenant))).await;
    let found = world.engine.doctor(&world.tenant).await.unwrap();
    let closed = r#"ClosedTable { table: "t_demo.deal", rights: ["UPDATE"] }"#;
    assert!(format!("{found:?}").contains(closed), "{found:?}");
    assert!(world.engine.mend_wall(&world.tenant).await.unwrap());
    assert!(!world.engine.mend_wall(&world.tenant).await.unwrap());
    assert!(world.engine.doctor(&world.tenant).await.unwrap().is_empty());

    tenancy::migrate(pool).await.unwrap();
    let tenants = Tenants::new(world.engine.clone(), pool.clone());
    let acme = tenants.create("acme", "Acme").await.unwrap();
    assert!(has_role(pool, &acme).await);
    tenants.delete("acme").await.unwrap();
    assert!(!has_role(pool, &acme).await);
}

#[tokio::test]
async fn the_doctor_finds_rights_that_are_missing_or_too_wide_on_every_table() {
    let world = World::with_packages("rights").await;
    let theirs = neighbour(&world).await;
    let (superuser, role) = (world.superuser().await, role_of(&world.tenant));
    tenancy::migrate(world.engine.pool()).await.unwrap();
    world.create(&world.system().await, "account", json!({ "name": "Ours" })).await.unwrap();
    world.engine.seal(&world.tenant, chrono::Utc::now()).await.unwrap();
    let month = format!("t_demo._audit_{}", chrono::Utc::now().format("%Y_%m"));
    let other = format!("{}.account", theirs.schema);
    for tenant in [&world.tenant, &theirs] {
        assert_eq!(format!("{:?}", world.engine.doctor(tenant).await.unwrap()), "[]");
    }
    let open = |table: &str, rights: &str| format!(r#"OpenTable {{ table: "{table}", rights: [{rights}] }}"#);
    let closed =
        |table: &str, rights: &str| format!(r#"ClosedTable {{ table: "{table}", rights: [{rights}] }}"#);
    for (text, told) in [
        ("REVOKE SELECT ON t_demo._shares FROM {}".to_owned(), closed("t_demo._shares", r#""SELECT""#)),
        ("REVOKE INSERT ON t_demo._audit_tail FROM {}".into(), closed("t_demo._audit_tail", r#""INSERT""#)),
        ("GRANT DELETE ON t_demo._audit_tail TO {}".into(), open("t_demo._audit_tail", r#""DELETE""#)),
        (
            "GRANT UPDATE (definition) ON t_demo._metadata TO {}".into(),
            open("t_demo._metadata", r#""UPDATE""#),
        ),
        (
            "GRANT TRUNCATE, TRIGGER ON t_demo.deal TO {}".into(),
            open("t_demo.deal", r#""TRUNCATE", "TRIGGER""#),
        ),
        (format!("GRANT SELECT ON {month} TO {{}}"), open(&month, r#""SELECT""#)),
        (
            format!(
                "GRANT USAGE ON SCHEMA {} TO {{}}; GRANT SELECT (name) ON {other} TO {{}}",
                theirs.schema
            ),
            open(&other, r#""SELECT""#),
        ),
        (
            "GRANT USAGE ON SCHEMA platform TO {}; GRANT SELECT ON platform.tenants TO {}".into(),
            open("platform.tenants", r#""SELECT""#),
        ),
    ] {
        run(&superuser, &text.replace("{}", &role)).await;
        let found = format!("{:?}", world.engine.doctor(&world.tenant).await.unwrap());
        assert_eq!(found, format!("[{told}]"), "{text}");
        assert!(world.engine.mend_wall(&world.tenant).await.unwrap(), "{text}");
        assert_eq!(format!("{:?}", world.engine.doctor(&world.tenant).await.unwrap()), "[]", "{text}");
    }
    // What a role is by itself is told, and stays for whoever made it so.
    run(&superuser, &format!("ALTER ROLE {role} BYPASSRLS; GRANT {} TO {role}", role_of(&theirs))).await;
    let found = format!("{:?}", world.engine.doctor(&world.tenant).await.unwrap());
    let rights = format!(r#"rights: ["BYPASSRLS", "member of {}"]"#, role_of(&theirs));
    assert!(found.contains(&rights), "{found}");
}

#[tokio::test]
async fn a_copy_of_the_database_shares_its_roles() {
    let world = World::with_packages("original").await;
    let tenant = world.tenant.clone();
    world.engine.pool().close().await;
    let copy = test_database_from(world.database_name()).await;
    let engine = Engine::new(
        PgPoolOptions::new().max_connections(4).connect_with(copy.connect_options()).await.unwrap(),
    );
    let original = world.node(2).await;
    let query = Query { object: "account".into(), ..Query::default() };
    engine.read(&engine.system_context(&tenant, "test").await.unwrap(), &query).await.unwrap();
    // The one goes, the other stays whole.
    engine.drop_schema(&tenant).await.unwrap();
    assert!(has_role(original.pool(), &tenant).await);
    original.read(&original.system_context(&tenant, "test").await.unwrap(), &query).await.unwrap();
    original.drop_schema(&tenant).await.unwrap();
    assert!(!has_role(original.pool(), &tenant).await);
}

/// A pool whose connections are those of a user who is no superuser and owns nothing yet.
async fn pool_of(world: &World, user: &str, rights: &str) -> PgPool {
    let name = format!("{user}_{}", Uuid::now_v7().simple());
    let owner = &world.superuser().await;
    run(owner, &format!("CREATE ROLE {name} NOSUPERUSER {rights}")).await;
    let database: String = sqlx::query_scalar("SELECT current_database()").fetch_one(owner).await.unwrap();
    run(owner, &format!("GRANT CREATE ON DATABASE {database} TO {name}")).await;
    let options = owner.connect_options().as_ref().clone();
    PgPoolOptions::new()
        .max_connections(4)
        .after_connect(move |connection, _| {
            let text = AssertSqlSafe(format!("SET SESSION AUTHORIZATION {name}"));
            Box::pin(async move { connection.execute(text).await.map(drop) })
        })
        .connect_with(options)
        .await
        .unwrap()
}

/// Makes a tenant, changes its metadata, writes, reads and deletes it.
async fn live(engine: &Engine, slug: &str) {
    engine.seal_with(SealKey::new(&[7; 32]).unwrap());
    let tenant = Tenant { id: Uuid::now_v7(), slug: slug.into(), schema: Tenant::schema_of(slug) };
    engine.create_schema(&tenant).await.unwrap();
    let packages: Vec<_> = ["accounts", "leads", "deals", "tasks"].map(it::package).into();
    let context = engine.system_context(&tenant, "test").await.unwrap();
    engine.install(&context, &packages, Default::default()).await.unwrap();
    let context = engine.system_context(&tenant, "test").await.unwrap();
    let what = What::Create(vec![fields(&json!({ "name": "One" }))]);
    engine.write(&context, Command { object: "account".into(), what }).await.unwrap();
    let query = Query { object: "account".into(), ..Query::default() };
    assert_eq!(engine.read(&context, &query).await.unwrap().count, 1);
    engine.seal(&tenant, chrono::Utc::now()).await.unwrap();
    assert!(engine.doctor(&tenant).await.unwrap().is_empty());
    engine.drop_schema(&tenant).await.unwrap();
    assert!(!has_role(engine.pool(), &tenant).await);
}

#[tokio::test]
async fn a_user_who_may_make_roles_has_walls_and_who_may_not_goes_without() {
    let world = World::new("users").await;
    let able = Engine::new(pool_of(&world, "able", "CREATEROLE").await);
    assert_eq!(able.wall().await.unwrap(), Wall::Up);
    live(&able, "able").await;
    let unable = Engine::new(pool_of(&world, "unable", "NOCREATEROLE").await);
    assert_eq!(unable.wall().await.unwrap(), Wall::NotAllowed);
    assert!(unable.wall().await.unwrap().warning().is_some());
    live(&unable, "unable").await;
    let off = Engine::new(world.engine.pool().clone()).without_walls();
    assert_eq!(off.wall().await.unwrap(), Wall::Off);
    live(&off, "off").await;
}
