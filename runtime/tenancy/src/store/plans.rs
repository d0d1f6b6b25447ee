//! Static SQL on `platform.plans`.

use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};

use crate::{Limits, Plan};

/// All plans, the smallest first.
pub(crate) async fn load_all(pool: &PgPool) -> sqlx::Result<Vec<Plan>> {
    let rows = sqlx::query(
        "select name, label, requests_per_minute, requests_per_day, records, users, sandboxes, connections, storage_bytes, jobs, \
         features from platform.plans order by position, name",
    )
    .fetch_all(pool)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Plan {
                name: row.try_get("name")?,
                label: row.try_get("label")?,
                limits: limits(row)?,
                features: row.try_get("features")?,
            })
        })
        .collect()
}

/// The limits in a row that has the columns of a plan. The table's check allows no negative ones.
pub(crate) fn limits(row: &PgRow) -> sqlx::Result<Limits> {
    Ok(Limits {
        requests_per_minute: row.try_get::<Option<i32>, _>("requests_per_minute")?.map(i32::cast_unsigned),
        requests_per_day: row.try_get::<Option<i64>, _>("requests_per_day")?.map(i64::cast_unsigned),
        records: row.try_get::<Option<i64>, _>("records")?.map(i64::cast_unsigned),
        users: row.try_get::<Option<i32>, _>("users")?.and_then(|users| u64::try_from(users).ok()),
        sandboxes: row.try_get::<Option<i32>, _>("sandboxes")?.and_then(|most| u64::try_from(most).ok()),
        connections: row.try_get::<Option<i32>, _>("connections")?.map(i32::cast_unsigned),
        storage_bytes: row.try_get::<Option<i64>, _>("storage_bytes")?.map(i64::cast_unsigned),
        jobs: row.try_get::<Option<i32>, _>("jobs")?.and_then(|most| u64::try_from(most).ok()),
    })
}
