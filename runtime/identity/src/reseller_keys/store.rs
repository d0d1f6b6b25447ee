//! Static SQL on `platform.reseller_keys`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::secret::SecretHash;

pub(super) async fn insert(
    transaction: &mut PgConnection,
    reseller: Uuid,
    (hash, prefix): (SecretHash, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.reseller_keys (id, reseller_id, prefix, key_hash, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(reseller)
    .bind(prefix)
    .bind(hash.0.as_slice())
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(())
}

pub(super) async fn revoke_all(
    transaction: &mut PgConnection,
    reseller: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.reseller_keys set revoked_at = $2 where reseller_id = $1 and revoked_at is null",
    )
    .bind(reseller)
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(())
}

pub(super) async fn load_reseller(pool: &PgPool, hash: SecretHash) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar(
        "select reseller_id from platform.reseller_keys where key_hash = $1 and revoked_at is null",
    )
    .bind(hash.0.as_slice())
    .fetch_optional(pool)
    .await
}
