//! Static SQL on `platform.resellers` and `platform.reseller_once`.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// False when the name is taken.
pub(crate) async fn insert(pool: &PgPool, id: Uuid, name: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into platform.resellers (id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing",
    )
    .bind(id)
    .bind(name)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Keeps what a reseller has set from others until the transaction ends, whether it is there or not.
pub(crate) async fn lock(held: &mut PgConnection, reseller: Uuid) -> sqlx::Result<()> {
    let text = "select from platform.resellers where id = $1 for no key update";
    sqlx::query(text).bind(reseller).execute(held).await?;
    Ok(())
}

/// `id, name, created_at, tenants`, by name.
pub(crate) async fn load_all(pool: &PgPool) -> sqlx::Result<Vec<(Uuid, String, DateTime<Utc>, i64)>> {
    sqlx::query_as(
        "select r.id, r.name, r.created_at, (select count(*) from platform.tenants t where t.reseller_id = r.id) \
         from platform.resellers r order by r.name",
    )
    .fetch_all(pool)
    .await
}

/// Makes the key the caller's to answer; waits for another request with the same key. False when it was used.
pub(crate) async fn claim_once(
    transaction: &mut PgConnection,
    reseller: Uuid,
    (key, fingerprint): (&str, &[u8]),
    (now, kept_since): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<bool> {
    let claimed: Option<bool> = sqlx::query_scalar(
        "insert into platform.reseller_once as o (reseller_id, key, fingerprint, made_at) values ($1, $2, $3, $4) \
         on conflict (reseller_id, key) do update set fingerprint = excluded.fingerprint, made_at = excluded.made_at, \
         answer = null where o.made_at < $5 returning true",
    )
    .bind(reseller)
    .bind(key)
    .bind(fingerprint)
    .bind(now)
    .bind(kept_since)
    .fetch_optional(transaction)
    .await?;
    Ok(claimed.is_some())
}

/// Fingerprint and answer of a key.
pub(crate) async fn load_once(
    transaction: &mut PgConnection,
    reseller: Uuid,
    key: &str,
) -> sqlx::Result<(Vec<u8>, Option<Json>)> {
    sqlx::query_as(
        "select fingerprint, answer from platform.reseller_once where reseller_id = $1 and key = $2",
    )
    .bind(reseller)
    .bind(key)
    .fetch_one(transaction)
    .await
}

/// Leaves the answer under the key.
pub(crate) async fn put_once(
    transaction: &mut PgConnection,
    reseller: Uuid,
    key: &str,
    answer: &Json,
) -> sqlx::Result<()> {
    sqlx::query("update platform.reseller_once set answer = $3 where reseller_id = $1 and key = $2")
        .bind(reseller)
        .bind(key)
        .bind(answer)
        .execute(transaction)
        .await?;
    Ok(())
}
