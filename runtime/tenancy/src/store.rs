//! Static SQL on `platform.tenants` and on the list of migrations that were run. Other tables have files of their own.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row as _};
use uuid::Uuid;

/// The columns of a [`Row`] with what follows them. By name: a node of the older version may run beside a migration.
macro_rules! tenants {
    ($rest:literal) => {
        concat!(
            "select id, slug, name, schema_name, status, created_at, reseller_id, plan, suspended_at, delete_at, sandbox_of, ",
            "sandbox, quiet ",
            "from platform.tenants ",
            $rest
        )
    };
}

pub(crate) mod billing;
pub(crate) mod branding;
pub(crate) mod certificates;
pub(crate) mod clones;
pub(crate) mod domains;
pub(crate) mod events;
pub(crate) mod features;
pub(crate) mod layers;
pub(crate) mod notices;
pub(crate) mod plans;
pub(crate) mod publishers;
pub(crate) mod resellers;
pub(crate) mod support;
pub(crate) mod turns;
pub(crate) mod usage;
pub(crate) mod webhooks;

/// One tenant as it is stored.
pub(crate) struct Row {
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub schema_name: String,
    pub status: String,
    pub created_at: DateTime<Utc>,
    pub reseller_id: Option<Uuid>,
    pub plan: Option<String>,
    pub suspended_at: Option<DateTime<Utc>>,
    pub delete_at: Option<DateTime<Utc>>,
    pub sandbox_of: Option<Uuid>,
    pub sandbox: Option<String>,
    pub quiet: bool,
}

impl<'r> FromRow<'r, PgRow> for Row {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            schema_name: row.try_get("schema_name")?,
            status: row.try_get("status")?,
            created_at: row.try_get("created_at")?,
            reseller_id: row.try_get("reseller_id")?,
            plan: row.try_get("plan")?,
            suspended_at: row.try_get("suspended_at")?,
            delete_at: row.try_get("delete_at")?,
            sandbox_of: row.try_get("sandbox_of")?,
            sandbox: row.try_get("sandbox")?,
            quiet: row.try_get("quiet")?,
        })
    }
}

/// A tenant to be.
pub(crate) struct Insert<'a> {
    pub id: Uuid,
    pub slug: &'a str,
    pub name: &'a str,
    pub schema: &'a str,
    pub reseller: Option<Uuid>,
    pub plan: Option<&'a str>,
    /// What it is a copy of, and of how much; it is quiet then.
    pub sandbox: Option<(Uuid, &'a str)>,
}

/// Number of the newest migration that was run; `None` before the first.
pub(crate) async fn load_newest_migration(pool: &PgPool) -> sqlx::Result<Option<i64>> {
    let there: bool =
        sqlx::query_scalar("select to_regclass('platform.migrations') is not null").fetch_one(pool).await?;
    if !there {
        return Ok(None);
    }
    sqlx::query_scalar("select max(version) from platform.migrations where success").fetch_one(pool).await
}

/// Waits until nobody else migrates; held until the transaction ends.
pub(crate) async fn lock_migrations(transaction: &mut PgConnection) -> sqlx::Result<()> {
    let text = "select pg_advisory_xact_lock(hashtextextended('trellis migrations', 0))";
    sqlx::query(text).execute(transaction).await?;
    Ok(())
}

/// Waits until nobody else makes or deletes the tenant; held until the transaction ends.
pub(crate) async fn lock(transaction: &mut PgConnection, slug: &str) -> sqlx::Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('trellis tenant ' || $1, 0))")
        .bind(slug)
        .execute(transaction)
        .await?;
    Ok(())
}

/// The same without waiting; false when somebody else is at it.
pub(crate) async fn try_lock(transaction: &mut PgConnection, slug: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtextextended('trellis tenant ' || $1, 0))")
        .bind(slug)
        .fetch_one(transaction)
        .await
}

/// Lets what comes in this transaction take its time: much may go with one row.
pub(crate) async fn allow_time(transaction: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("set local statement_timeout = 0").execute(transaction).await?;
    Ok(())
}

/// Lets the transaction wait while other connections work: what it keeps from others is kept until that is done.
pub(crate) async fn allow_idle(transaction: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("set local idle_in_transaction_session_timeout = 0").execute(transaction).await?;
    Ok(())
}

/// Keeps the row of a tenant from others who would change it, and answers it as it is.
pub(crate) async fn lock_row(transaction: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(tenants!("where id = $1 for no key update")).bind(id).fetch_optional(transaction).await
}

pub(crate) async fn insert(pool: &PgPool, tenant: Insert<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.tenants (id, slug, name, schema_name, status, reseller_id, plan, sandbox_of, sandbox, quiet) \
         values ($1, $2, $3, $4, 'creating', $5, $6, $7, $8, $7 is not null)",
    )
    .bind(tenant.id)
    .bind(tenant.slug)
    .bind(tenant.name)
    .bind(tenant.schema)
    .bind(tenant.reseller)
    .bind(tenant.plan)
    .bind(tenant.sandbox.map(|(of, _)| of))
    .bind(tenant.sandbox.map(|(_, scope)| scope))
    .execute(pool)
    .await?;
    Ok(())
}

pub(crate) async fn update_status(executor: impl PgExecutor<'_>, id: Uuid, status: &str) -> sqlx::Result<()> {
    sqlx::query("update platform.tenants set status = $2 where id = $1")
        .bind(id)
        .bind(status)
        .execute(executor)
        .await?;
    Ok(())
}

/// Changes what is given.
pub(crate) async fn update(
    executor: impl PgExecutor<'_>,
    id: Uuid,
    (name, plan): (Option<&str>, Option<&str>),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.tenants set name = coalesce($2, name), plan = coalesce($3, plan) where id = $1",
    )
    .bind(id)
    .bind(name)
    .bind(plan)
    .execute(executor)
    .await?;
    Ok(())
}

/// Sessions, keys and credentials of the tenant go with it.
pub(crate) async fn delete(executor: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from platform.tenants where id = $1").bind(id).execute(executor).await?;
    Ok(())
}

pub(crate) async fn load_by_slug(executor: impl PgExecutor<'_>, slug: &str) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(tenants!("where slug = $1")).bind(slug).fetch_optional(executor).await
}

pub(crate) async fn load_by_id(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(tenants!("where id = $1")).bind(id).fetch_optional(pool).await
}

pub(crate) async fn load_all(pool: &PgPool) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(tenants!("order by slug")).fetch_all(pool).await
}

/// A reseller's tenants by slug, after `after`.
pub(crate) async fn load_of(
    pool: &PgPool,
    reseller: Uuid,
    (after, limit): (&str, i64),
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(tenants!("where reseller_id = $1 and slug > $2 order by slug limit $3"))
        .bind(reseller)
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// At most two active tenants: enough to know whether there is exactly one.
pub(crate) async fn load_two_active(pool: &PgPool) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(tenants!("where status = 'active' limit 2")).fetch_all(pool).await
}

/// The name of the master key of this database, if it ever had one.
pub(crate) async fn load_master_key(pool: &PgPool) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select name from platform.master_key").fetch_optional(pool).await
}

/// The first name that is put counts.
pub(crate) async fn put_master_key(pool: &PgPool, name: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("insert into platform.master_key (name, made_at) values ($1, $2) on conflict do nothing")
        .bind(name)
        .bind(now)
        .execute(pool)
        .await?;
    Ok(())
}

/// Tenants whose system tables are not known to be at a level.
pub(crate) async fn load_below(pool: &PgPool, level: i32) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(tenants!(
        "where level is distinct from $1 and status in ('active', 'suspended') order by slug"
    ))
    .bind(level)
    .fetch_all(pool)
    .await
}

pub(crate) async fn update_level(pool: &PgPool, id: Uuid, level: i32) -> sqlx::Result<()> {
    sqlx::query("update platform.tenants set level = $2 where id = $1")
        .bind(id)
        .bind(level)
        .execute(pool)
        .await?;
    Ok(())
}
