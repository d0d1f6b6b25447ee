//! Static SQL on `_keys` of a tenant's schema.

use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::table;

/// One key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrapped {
    pub number: i32,
    /// The tenant that it was made for.
    pub home: Uuid,
    pub wrapped: Vec<u8>,
    /// The name of the master key that wraps it.
    pub master: String,
}

pub(crate) async fn load(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Wrapped>> {
    let text = format!(
        "SELECT number, home, wrapped, master FROM {} ORDER BY number",
        table(&tenant.schema, "_keys")
    );
    let rows = sqlx::query(AssertSqlSafe(text)).fetch_all(connection).await?;
    let one = |row: &sqlx::postgres::PgRow| {
        Ok(Wrapped {
            number: row.try_get(0)?,
            home: row.try_get(1)?,
            wrapped: row.try_get(2)?,
            master: row.try_get(3)?,
        })
    };
    rows.iter().map(one).collect()
}

/// Adds keys; one that is there already stays.
pub(crate) async fn put(connection: &mut PgConnection, tenant: &Tenant, keys: &[Wrapped]) -> Result<()> {
    let text = format!(
        "INSERT INTO {} (number, home, wrapped, master, made_at) \
         SELECT k.number, k.home, k.wrapped, k.master, $5 FROM unnest($1::int[], $2::uuid[], $3::bytea[], $4::text[]) AS k(number, home, wrapped, master) \
         ON CONFLICT DO NOTHING",
        table(&tenant.schema, "_keys")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(keys.iter().map(|key| key.number).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.home).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.wrapped.clone()).collect::<Vec<_>>())
        .bind(keys.iter().map(|key| key.master.clone()).collect::<Vec<_>>())
        .bind(chrono::Utc::now())
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes all of them, to be put back otherwise.
pub(crate) async fn clear(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    let text = format!("DELETE FROM {}", table(&tenant.schema, "_keys"));
    sqlx::query(AssertSqlSafe(text)).execute(connection).await?;
    Ok(())
}
