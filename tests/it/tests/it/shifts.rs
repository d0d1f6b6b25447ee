//! Work that takes long holds up nobody else's: tenants have their turns beside each other.

use std::time::Duration;

use engine::import::{Format, Source, Status};
use engine::packages::Install;
use engine::{ImportJob, Shifts, Tenant};
use it::World;
use it::site::Site;
use serde_json::json;
use sqlx::AssertSqlSafe;

/// Far more than all of it takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Jobs of a kind that a tenant has.
async fn jobs(site: &Site, (tenant, kind): (&Tenant, &str)) -> i64 {
    let text = format!("SELECT count(*) FROM {}._jobs WHERE kind = $1", tenant.schema);
    sqlx::query_scalar(AssertSqlSafe(text)).bind(kind).fetch_one(site.world.engine.pool()).await.unwrap()
}

/// A tenant that lacks an index and has a job that makes it.
async fn lacking(site: &Site, slug: &str) -> Tenant {
    let tenant = site.tenants.ensure(slug, slug).await.unwrap();
    let (engine, schema) = (&site.world.engine, &tenant.schema);
    let snapshot = engine.system_context(&tenant, "test").await.unwrap().snapshot;
    let index = snapshot.catalog.indexes().into_iter().find(|index| index.table == "user").expect("an index");
    let text = format!(
        "DROP INDEX {schema}.\"{}\"; DELETE FROM {schema}._jobs; INSERT INTO {schema}._jobs \
         (kind, subject, queued_at, place, not_before) VALUES ('build_indexes', 'all', now(), 1, now())",
        index.name
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(engine.pool()).await.unwrap();
    tenant
}

/// Lets turns pass until a tenant has no job of a kind; all of these are asked for again and again.
async fn until_done(shifts: &mut Shifts, (site, all): (&Site, &[Tenant]), wanted: (&Tenant, &str)) {
    let passing = async {
        loop {
            tokio::select! {
                () = shifts.ended() => {}
                count = jobs(site, wanted) => {
                    if count == 0 {
                        return;
                    }
                    all.iter().for_each(|tenant| shifts.ask(tenant.clone()));
                    shifts.ask_again();
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, passing).await.unwrap_or_else(|_| panic!("{wanted:?} waits for others"));
}

#[tokio::test]
async fn a_build_that_is_held_up_in_one_tenant_lets_others_pass() {
    let site = Site::new(World::with_samples("shifts").await).await;
    let mut all = Vec::new();
    for slug in ["first", "second", "third"] {
        all.push(lacking(&site, slug).await);
    }
    let field = json!({ "name": "worth", "kind": "rollup", "of": "deals", "function": "sum", "field": "amount", "label": "Worth" });
    site.ask("PUT", "/metadata/v1/objects/account/fields/worth", Some(field)).await.data(200);
    let demo = site.world.tenant.clone();
    assert_eq!(jobs(&site, (&demo, "build_rollup")).await, 1);
    // Somebody has begun to write in each of the three, and does not end.
    let superuser = site.world.superuser().await;
    let mut writer = superuser.begin().await.unwrap();
    for tenant in &all {
        let text = format!("LOCK TABLE {}.\"user\" IN ROW EXCLUSIVE MODE", tenant.schema);
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *writer).await.unwrap();
    }
    let mut shifts = Shifts::new(&site.world.engine);
    all.iter().for_each(|tenant| shifts.ask(tenant.clone()));
    all.push(demo.clone());
    until_done(&mut shifts, (&site, &all), (&demo, "build_rollup")).await;
    for tenant in &all[..3] {
        assert_eq!(jobs(&site, (tenant, "build_indexes")).await, 1, "{}", tenant.slug);
    }
    assert_eq!(site.world.engine.doctor(&demo).await.unwrap(), []);
    // Once they end, each gets its index, one after the other.
    writer.rollback().await.unwrap();
    for tenant in &all[..3] {
        until_done(&mut shifts, (&site, &all), (tenant, "build_indexes")).await;
        assert_eq!(site.world.engine.doctor(tenant).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_turn_that_is_cut_off_leaves_its_job() {
    let site = Site::new(World::new("shifts_cut").await).await;
    let tenant = lacking(&site, "first").await;
    let superuser = site.world.superuser().await;
    let mut writer = superuser.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE t_first.\"user\" IN ROW EXCLUSIVE MODE").execute(&mut *writer).await.unwrap();
    let mut shifts = Shifts::new(&site.world.engine);
    shifts.ask(tenant.clone());
    // The build waits for the writer, with its connection.
    let text = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX CONCURRENTLY%'";
    while sqlx::query_scalar::<_, i64>(text).fetch_one(&superuser).await.unwrap() == 0 {}
    drop(shifts);
    writer.rollback().await.unwrap();
    assert_eq!(jobs(&site, (&tenant, "build_indexes")).await, 1);
    let mut next = Shifts::new(&site.world.engine);
    until_done(&mut next, (&site, std::slice::from_ref(&tenant)), (&tenant, "build_indexes")).await;
    assert_eq!(site.world.engine.doctor(&tenant).await.unwrap(), []);
}

fn file() -> ImportJob {
    ImportJob {
        object: "deal".into(),
        source: Source::Bytes(b"name\nfirst\n".to_vec()),
        format: Format::Csv,
        file_name: None,
        mapping: Vec::new(),
        match_field: None,
        dry_run: false,
    }
}

#[tokio::test]
async fn imports_of_one_tenant_let_others_pass() {
    let site = Site::new(World::with_packages("shifts_imports").await).await;
    let engine = &site.world.engine;
    let other = site.tenants.ensure("other", "Other").await.unwrap();
    let context = engine.system_context(&other, "test").await.unwrap();
    let packages: Vec<_> = ["accounts", "leads", "deals"].map(it::package).into();
    engine.install(&context, &packages, Install::default()).await.unwrap();
    let superuser = site.world.superuser().await;
    let mut writer = superuser.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE t_demo.deal IN ACCESS EXCLUSIVE MODE").execute(&mut *writer).await.unwrap();
    let own = site.world.system().await;
    for _ in 0..3 {
        engine.import(&own, file(), None).await.unwrap();
    }
    let context = engine.system_context(&other, "test").await.unwrap();
    let passing = tokio::time::timeout(PATIENCE, engine.run_import(&context, file())).await;
    let import = passing.expect("it waits for others").unwrap();
    assert_eq!((import.status, import.created), (Status::Done, 1));
    writer.rollback().await.unwrap();
    engine.finish_imports().await;
}
