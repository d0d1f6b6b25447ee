//! Static SQL on `platform.publishers`.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

/// False when the name, or the key, is had already.
pub(crate) async fn insert(pool: &PgPool, name: &str, key: &[u8], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let text =
        "insert into platform.publishers (name, key, trusted_at) values ($1, $2, $3) on conflict do nothing";
    let done = sqlx::query(text).bind(name).bind(key).bind(now).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}

/// `name, key, trusted_at`, by name.
pub(crate) async fn load_all(pool: &PgPool) -> sqlx::Result<Vec<(String, Vec<u8>, DateTime<Utc>)>> {
    sqlx::query_as("select name, key, trusted_at from platform.publishers order by name")
        .fetch_all(pool)
        .await
}

/// False when there is none of that name.
pub(crate) async fn delete(pool: &PgPool, name: &str) -> sqlx::Result<bool> {
    let done =
        sqlx::query("delete from platform.publishers where name = $1").bind(name).execute(pool).await?;
    Ok(done.rows_affected() > 0)
}
