//! Static SQL on `platform.sign_in_failures`.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use super::failures::{Counted, Counting};
use crate::security::Lockout;

type Row = (Vec<u8>, Option<DateTime<Utc>>);

fn counted(rows: Vec<Row>) -> Vec<Counted> {
    rows.into_iter().map(|(subject, locked_until)| Counted { subject, locked_until }).collect()
}

pub(super) async fn load_failures(pool: &PgPool, subjects: &[Vec<u8>]) -> sqlx::Result<Vec<Counted>> {
    let rows =
        sqlx::query_as("select subject, locked_until from platform.sign_in_failures where subject = any($1)")
            .bind(subjects)
            .fetch_all(pool)
            .await?;
    Ok(counted(rows))
}

/// Counts one failure. Those before a quiet time of the window's length are forgotten; from the limit on each doubles
/// the wait, up to the longest. One statement decides, so that two nodes do not count one failure for two.
pub(super) async fn count_failure(
    pool: &PgPool,
    counting: &Counting,
    (lockout, now): (&Lockout, DateTime<Utc>),
) -> sqlx::Result<Counted> {
    let row = sqlx::query_as(
        "insert into platform.sign_in_failures as kept (subject, failures, last_at, locked_until) \
         values ($1, 1, $2, case when 1 >= $3 then $2 + make_interval(secs => $5) end) \
         on conflict (subject) do update set (failures, last_at, refused, locked_until) = ( \
             select n, $2, 0, case when n >= $3 then \
                 $2 + make_interval(secs => least($6, $5 * power(2, least(n - $3, 30)))) end \
             from (select case when greatest(kept.last_at, kept.locked_until) <= $2 - make_interval(mins => $4) \
                   then 1 else kept.failures + 1 end) told(n)) \
         returning subject, locked_until",
    )
    .bind(counting.subject.as_slice())
    .bind(now)
    .bind(counting.most)
    .bind(i32::try_from(lockout.window_minutes).unwrap_or(i32::MAX))
    .bind(f64::from(lockout.first_wait_seconds))
    .bind(f64::from(lockout.longest_wait_seconds))
    .fetch_one(pool)
    .await?;
    let (subject, locked_until): Row = row;
    Ok(Counted { subject, locked_until })
}

/// Counts what a lock has turned away, and tells the counts.
pub(super) async fn count_refusal(pool: &PgPool, subjects: &[Vec<u8>]) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar(
        "update platform.sign_in_failures set refused = least(refused + 1, 1000000) where subject in \
         (select subject from platform.sign_in_failures where subject = any($1) and locked_until is not null \
          order by subject for update) returning refused",
    )
    .bind(subjects)
    .fetch_all(pool)
    .await
}

pub(super) async fn forget_failures(
    pool: &PgPool,
    accounts: &[Vec<u8>],
    older: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "delete from platform.sign_in_failures where subject = any($1) or subject in \
         (select subject from platform.sign_in_failures where last_at < $2 limit 1000 for update skip locked)",
    )
    .bind(accounts)
    .bind(older)
    .execute(pool)
    .await?;
    Ok(())
}

/// Everything whose subject begins with the account's, by the primary key.
pub(super) async fn forget_account(transaction: &mut PgConnection, account: Vec<u8>) -> sqlx::Result<()> {
    let last: Vec<u8> = account.iter().copied().chain([u8::MAX; 33]).collect();
    sqlx::query("delete from platform.sign_in_failures where subject between $1 and $2")
        .bind(account)
        .bind(last)
        .execute(transaction)
        .await?;
    Ok(())
}
