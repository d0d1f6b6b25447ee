//! Static SQL on `platform.certificates`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgPool, Row as _};
use uuid::Uuid;

/// One certificate as it is stored.
pub(crate) struct Row {
    pub id: Uuid,
    pub tenant: Uuid,
    pub reseller: Option<Uuid>,
    pub found: Json,
    pub deleted_at: Option<DateTime<Utc>>,
    pub statement: Option<String>,
    pub key: Option<Vec<u8>>,
    pub signature: Option<Vec<u8>>,
}

impl<'r> FromRow<'r, PgRow> for Row {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            tenant: row.try_get("tenant_id")?,
            reseller: row.try_get("reseller_id")?,
            found: row.try_get("found")?,
            deleted_at: row.try_get("deleted_at")?,
            statement: row.try_get("statement")?,
            key: row.try_get("key")?,
            signature: row.try_get("signature")?,
        })
    }
}

macro_rules! certificates {
    ($rest:literal) => {
        concat!(
            "select id, tenant_id, reseller_id, found, deleted_at, statement, key, signature from platform.certificates ",
            $rest
        )
    };
}

/// The one of a deletion that has not ended.
pub(crate) async fn load_open(pool: &PgPool, tenant: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(certificates!("where tenant_id = $1 and deleted_at is null"))
        .bind(tenant)
        .fetch_optional(pool)
        .await
}

/// Begins one with what there is before anything goes.
pub(crate) async fn insert(
    pool: &PgPool,
    id: Uuid,
    (tenant, reseller): (Uuid, Option<Uuid>),
    found: &Json,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.certificates (id, tenant_id, reseller_id, found) values ($1, $2, $3, $4)",
    )
    .bind(id)
    .bind(tenant)
    .bind(reseller)
    .bind(found)
    .execute(pool)
    .await?;
    Ok(())
}

/// Ends it: what was there is gone.
pub(crate) async fn finish(
    transaction: &mut PgConnection,
    (id, deleted_at): (Uuid, DateTime<Utc>),
    statement: &str,
    (key, signature): (Option<&[u8]>, Option<&[u8]>),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.certificates set deleted_at = $2, statement = $3, key = $4, signature = $5 where id = $1",
    )
    .bind(id)
    .bind(deleted_at)
    .bind(statement)
    .bind(key)
    .bind(signature)
    .execute(transaction)
    .await?;
    Ok(())
}

/// A reseller's, the newest first, before `before`.
pub(crate) async fn load_of(
    pool: &PgPool,
    reseller: Uuid,
    (before, limit): (Option<Uuid>, i64),
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(certificates!(
        "where reseller_id = $1 and deleted_at is not null and ($2::uuid is null or id < $2) order by id desc limit $3"
    ))
    .bind(reseller)
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// By its own id, or that of the tenant.
pub(crate) async fn load(pool: &PgPool, id: Uuid) -> sqlx::Result<Option<Row>> {
    sqlx::query_as(certificates!(
        "where (id = $1 or tenant_id = $1) and deleted_at is not null order by id desc limit 1"
    ))
    .bind(id)
    .fetch_optional(pool)
    .await
}
