//! Static SQL on `platform.outbox`.

use chrono::{DateTime, Utc};
use engine::Tenant;
use sqlx::{PgConnection, PgPool, Row as _};
use uuid::Uuid;

use super::{Letter, Posted};

/// Puts a mail there; that of a tenant that is quiet is kept.
pub(crate) async fn insert(
    transaction: &mut PgConnection,
    (tenant, id): (Uuid, Uuid),
    letter: &Letter,
    (kept, now): (bool, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.outbox (id, tenant_id, created_at, recipient, subject, body, state, next_at) \
         select $1, t.id, $3, $4, $5, $6, s.state, case when s.state = 'waiting' then $3 end from platform.tenants t, \
         lateral (select case when t.quiet then 'kept' else $7 end as state) s where t.id = $2",
    )
    .bind(id)
    .bind(tenant)
    .bind(now)
    .bind(&letter.to)
    .bind(&letter.subject)
    .bind(&letter.body)
    .bind(if kept { "kept" } else { "waiting" })
    .execute(transaction)
    .await?;
    Ok(())
}

/// A mail that is to be carried.
pub(crate) struct Due {
    pub id: Uuid,
    pub attempts: i32,
    pub tenant: Tenant,
    pub letter: Letter,
}

/// The mail that has waited longest, kept from other nodes until the transaction ends.
pub(crate) async fn take_due(
    transaction: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Due>> {
    let row = sqlx::query(
        "select o.id, o.attempts, o.recipient, o.subject, o.body, t.id as tenant_id, t.slug, t.schema_name \
         from platform.outbox o join platform.tenants t on t.id = o.tenant_id \
         where o.state = 'waiting' and o.next_at <= $1 order by o.next_at limit 1 for update of o skip locked",
    )
    .bind(now)
    .fetch_optional(transaction)
    .await?;
    let due = |row: sqlx::postgres::PgRow| {
        let tenant = Tenant {
            id: row.try_get("tenant_id")?,
            slug: row.try_get("slug")?,
            schema: row.try_get("schema_name")?,
        };
        let letter = Letter {
            to: row.try_get("recipient")?,
            subject: row.try_get("subject")?,
            body: row.try_get::<Option<String>, _>("body")?.unwrap_or_default(),
        };
        Ok(Due { id: row.try_get("id")?, attempts: row.try_get("attempts")?, tenant, letter })
    };
    row.map(due).transpose()
}

/// Its text goes: it may hold a link.
pub(crate) async fn note_sent(
    transaction: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.outbox set state = 'sent', sent_at = $2, body = null, error = null, next_at = null, \
         attempts = attempts + 1 where id = $1",
    )
    .bind(id)
    .bind(now)
    .execute(transaction)
    .await?;
    Ok(())
}

/// To be tried again at `next`, or never.
pub(crate) async fn note_failed(
    transaction: &mut PgConnection,
    id: Uuid,
    (next, error): (Option<DateTime<Utc>>, &str),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.outbox set state = case when $2::timestamptz is null then 'failed' else 'waiting' end, \
         next_at = $2, error = $3, attempts = attempts + 1 where id = $1",
    )
    .bind(id)
    .bind(next)
    .bind(error)
    .execute(transaction)
    .await?;
    Ok(())
}

/// Takes the texts of somebody's mails away: the links in them work no more.
pub(crate) async fn drop_texts(
    transaction: &mut PgConnection,
    (tenant, recipient): (Uuid, &str),
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.outbox set body = null \
         where tenant_id = $1 and recipient = $2 and state in ('kept', 'failed') and body is not null",
    )
    .bind(tenant)
    .bind(recipient)
    .execute(transaction)
    .await?;
    Ok(())
}

pub(crate) async fn load(
    pool: &PgPool,
    tenant: Uuid,
    (limit, before): (i64, Option<Uuid>),
) -> sqlx::Result<Vec<Posted>> {
    let rows = sqlx::query(
        "select id, created_at, recipient, subject, body, state, attempts, sent_at, error from platform.outbox \
         where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
    )
    .bind(tenant)
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let posted = |row: &sqlx::postgres::PgRow| {
        Ok(Posted {
            id: row.try_get(0)?,
            created_at: row.try_get(1)?,
            to: row.try_get(2)?,
            subject: row.try_get(3)?,
            text: row.try_get(4)?,
            state: row.try_get(5)?,
            attempts: row.try_get(6)?,
            sent_at: row.try_get(7)?,
            error: row.try_get(8)?,
        })
    };
    rows.iter().map(posted).collect()
}
