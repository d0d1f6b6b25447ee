//! Static SQL on `platform.rate_windows`.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::{Granted, WINDOW};
use crate::secret::SecretHash;

/// Takes up to `wish` of what is left of the present hour, or begins a new one.
pub(super) async fn take(
    pool: &PgPool,
    subject: SecretHash,
    (limit, wish): (u32, u32),
    now: DateTime<Utc>,
) -> sqlx::Result<Granted> {
    let (began_at, used, granted): (DateTime<Utc>, i64, i64) = sqlx::query_as(
        "insert into platform.rate_windows as kept (subject, began_at, used, granted) \
         values ($1, $2, least($4, $3), least($4, $3)) on conflict (subject) do update set \
         (began_at, used, granted) = ( \
             select start, taken + part, part from ( \
                 select start, taken, greatest(least($4, $3 - taken), 0) as part from ( \
                     select case when over then $2 else kept.began_at end as start, \
                            case when over then 0 else kept.used end as taken \
                     from (select kept.began_at <= $5 as over) a) b) c) \
         returning began_at, used, granted",
    )
    .bind(subject.0.as_slice())
    .bind(now)
    .bind(i64::from(limit))
    .bind(i64::from(wish))
    .bind(now - WINDOW)
    .fetch_one(pool)
    .await?;
    let number = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    Ok(Granted {
        granted: number(granted),
        untaken: number(i64::from(limit) - used),
        until: began_at + WINDOW,
    })
}

/// Hours that are long over.
pub(crate) async fn delete_before(pool: &PgPool, at: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query(
        "delete from platform.rate_windows where subject in (select subject from platform.rate_windows \
         where began_at < $1 limit 1000 for update skip locked)",
    )
    .bind(at)
    .execute(pool)
    .await?;
    Ok(())
}
