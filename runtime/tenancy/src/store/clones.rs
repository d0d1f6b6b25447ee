//! Static SQL on `platform.clones`.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row as _};
use uuid::Uuid;

use crate::clones::CloneJob;
use crate::tenants::Status;

macro_rules! clones {
    ($rest:literal) => {
        concat!(
            "select clones.id, source_id, source_slug, reseller_id, tenant_id, slug, name, asked_by, user_id, scope, records, ",
            "mask_emails, people, clones.status, step, rows, error, asked_at, finished_at, ",
            "made.status made_status, made.delete_at is not null made_waits from platform.clones ",
            "left join lateral (select status, delete_at from platform.tenants where tenants.id = tenant_id) made on true ",
            $rest
        )
    };
}

impl<'r> FromRow<'r, PgRow> for CloneJob {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            source: row.try_get("source_id")?,
            source_slug: row.try_get("source_slug")?,
            reseller: row.try_get("reseller_id")?,
            tenant: row.try_get("tenant_id")?,
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            asked_by: row.try_get("asked_by")?,
            user: row.try_get("user_id")?,
            scope: row.try_get("scope")?,
            records: row.try_get::<Option<i32>, _>("records")?.map(i32::cast_unsigned),
            mask_emails: row.try_get("mask_emails")?,
            people: row.try_get("people")?,
            status: row.try_get("status")?,
            step: row.try_get("step")?,
            rows: row.try_get("rows")?,
            error: row.try_get("error")?,
            asked_at: row.try_get("asked_at")?,
            finished_at: row.try_get("finished_at")?,
            made: (row.try_get::<Option<String>, _>("made_status")?)
                .map(|word| Ok::<_, sqlx::Error>(Status::of(&word, row.try_get("made_waits")?)))
                .transpose()?,
        })
    }
}

/// Puts one that is asked for; false when another one is about to have its slug.
pub(crate) async fn insert(held: &mut PgConnection, clone: &CloneJob) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.clones (id, source_id, source_slug, reseller_id, tenant_id, slug, name, asked_by, user_id, \
         scope, records, mask_emails, people, status, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'queued', $14) on conflict do nothing",
    )
    .bind(clone.id)
    .bind(clone.source)
    .bind(&clone.source_slug)
    .bind(clone.reseller)
    .bind(clone.tenant)
    .bind(&clone.slug)
    .bind(&clone.name)
    .bind(&clone.asked_by)
    .bind(clone.user)
    .bind(&clone.scope)
    .bind(clone.records.map(u32::cast_signed))
    .bind(clone.mask_emails)
    .bind(&clone.people)
    .bind(clone.asked_at)
    .execute(held)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Sandboxes that a tenant has, and those that it is about to have.
pub(crate) async fn count(held: &mut PgConnection, source: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select (select count(*) from platform.tenants where sandbox_of = $1 and status <> 'creating') \
         + (select count(*) from platform.clones where source_id = $1 and status in ('queued', 'running'))",
    )
    .bind(source)
    .fetch_one(held)
    .await
}

/// Copies of a tenant that wait or are made.
pub(crate) async fn count_open(pool: &PgPool, source: Uuid) -> sqlx::Result<i64> {
    let text =
        "select count(*) from platform.clones where source_id = $1 and status in ('queued', 'running')";
    sqlx::query_scalar(text).bind(source).fetch_one(pool).await
}

/// How far one is.
pub(crate) async fn note_step(
    pool: &PgPool,
    id: Uuid,
    (step, rows): (&str, Option<i64>),
) -> sqlx::Result<()> {
    let text = "update platform.clones set status = 'running', step = $2, rows = coalesce($3, rows), error = null, \
                finished_at = null where id = $1";
    sqlx::query(text).bind(id).bind(step).bind(rows).execute(pool).await?;
    Ok(())
}

/// What came of it: `done`, or `failed` with a reason. What it knew of passwords goes where it is done; one that has failed
/// may be tried again.
pub(crate) async fn finish(
    executor: impl PgExecutor<'_>,
    id: Uuid,
    (status, error): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.clones set status = $2, error = $3, finished_at = $4, step = null, \
         people = case when $2 = 'done' then jsonb_build_object() else people end where id = $1",
    )
    .bind(id)
    .bind(status)
    .bind(error)
    .bind(now)
    .execute(executor)
    .await?;
    Ok(())
}

/// Nobody tries it again: what it knew of passwords goes.
pub(crate) async fn forget_people(held: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    let text = "update platform.clones set people = jsonb_build_object() where id = $1";
    sqlx::query(text).bind(id).execute(held).await?;
    Ok(())
}

/// Takes away the jobs of those that are dead since before a moment, and what they knew of passwords.
pub(crate) async fn forget_dead(pool: &PgPool, before: DateTime<Utc>) -> sqlx::Result<()> {
    let text = "with gone as (delete from platform._jobs where starts_with(kind, 'clone/') and dead_at < $1 returning subject) \
                update platform.clones set people = jsonb_build_object() where id in (select subject::uuid from gone)";
    sqlx::query(text).bind(before).execute(pool).await?;
    Ok(())
}

/// Whether nobody makes it right now; nobody begins to until the transaction ends.
pub(crate) async fn is_left_alone(held: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let text = "select subject from platform._jobs where starts_with(kind, 'clone/') and subject = $1 for update skip locked";
    let locked: Option<String> =
        sqlx::query_scalar(text).bind(id.to_string()).fetch_optional(&mut *held).await?;
    if locked.is_some() {
        return Ok(true);
    }
    let text =
        "select not exists (select 1 from platform._jobs where starts_with(kind, 'clone/') and subject = $1)";
    sqlx::query_scalar(text).bind(id.to_string()).fetch_one(held).await
}

/// Why its last try failed, while it waits for the next one.
pub(crate) async fn note_error(executor: impl PgExecutor<'_>, id: Uuid, error: &str) -> sqlx::Result<()> {
    let text = "update platform.clones set status = 'queued', step = null, error = $2 where id = $1";
    sqlx::query(text).bind(id).bind(error).execute(executor).await?;
    Ok(())
}

pub(crate) async fn load(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<CloneJob>> {
    sqlx::query_as(clones!("where id = $1")).bind(id).fetch_optional(pool).await
}

/// A reseller's, the newest first, before `before`.
pub(crate) async fn load_of(
    pool: &PgPool,
    reseller: Uuid,
    (before, limit): (Option<Uuid>, i64),
) -> sqlx::Result<Vec<CloneJob>> {
    sqlx::query_as(clones!(
        "where reseller_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3"
    ))
    .bind(reseller)
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// Those of one tenant, the newest first.
pub(crate) async fn load_from(pool: &PgPool, source: Uuid, limit: i64) -> sqlx::Result<Vec<CloneJob>> {
    sqlx::query_as(clones!("where source_id = $1 order by id desc limit $2"))
        .bind(source)
        .bind(limit)
        .fetch_all(pool)
        .await
}

/// Whether a tenant sends anything by itself.
pub(crate) async fn update_quiet(executor: impl PgExecutor<'_>, id: Uuid, quiet: bool) -> sqlx::Result<()> {
    let text = "update platform.tenants set quiet = $2 where id = $1";
    sqlx::query(text).bind(id).bind(quiet).execute(executor).await?;
    Ok(())
}
