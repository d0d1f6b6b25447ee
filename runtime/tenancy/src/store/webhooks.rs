//! Static SQL on `platform.webhooks` and `platform.webhook_deliveries`.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgConnection, PgExecutor, PgPool, Row as _};
use uuid::Uuid;

use crate::webhooks::{Delivery, Webhook};

impl<'r> FromRow<'r, PgRow> for Webhook {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            reseller: row.try_get("reseller_id")?,
            url: row.try_get("url")?,
            events: row.try_get("events")?,
            secret: row.try_get("secret")?,
            previous_until: row.try_get("previous_until")?,
            silences: row.try_get("silences")?,
            created_at: row.try_get("created_at")?,
        })
    }
}

impl<'r> FromRow<'r, PgRow> for Delivery {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            webhook: row.try_get("webhook_id")?,
            event: row.try_get("event_id")?,
            kind: row.try_get("kind")?,
            body: row.try_get("body")?,
            status: row.try_get("status")?,
            attempts: row.try_get("attempts")?,
            response_status: row.try_get("response_status")?,
            response: row.try_get("response")?,
            error: row.try_get("error")?,
            created_at: row.try_get("created_at")?,
            last_at: row.try_get("last_at")?,
        })
    }
}

macro_rules! webhooks {
    ($rest:literal) => {
        concat!(
            "select id, reseller_id, url, events, secret, previous_until, silences, created_at from platform.webhooks ",
            $rest
        )
    };
}

macro_rules! deliveries {
    ($rest:literal) => {
        concat!(
            "select id, webhook_id, event_id, kind, body, status, attempts, response_status, response, error, created_at, ",
            "last_at from platform.webhook_deliveries ",
            $rest
        )
    };
}

/// Puts one there unless the reseller has so many; two at once are counted one after the other.
pub(crate) async fn insert(held: &mut PgConnection, webhook: &Webhook, most: i64) -> sqlx::Result<bool> {
    let text = "select id from platform.resellers where id = $1 for no key update";
    sqlx::query(text).bind(webhook.reseller).execute(&mut *held).await?;
    let done = sqlx::query(
        "insert into platform.webhooks (id, reseller_id, url, events, created_at) select $1, $2, $3, $4, $5 \
         where (select count(*) from platform.webhooks where reseller_id = $2) < $6",
    )
    .bind(webhook.id)
    .bind(webhook.reseller)
    .bind(&webhook.url)
    .bind(&webhook.events)
    .bind(webhook.created_at)
    .bind(most)
    .execute(held)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn load_of(pool: &PgPool, reseller: Uuid) -> sqlx::Result<Vec<Webhook>> {
    sqlx::query_as(webhooks!("where reseller_id = $1 order by id")).bind(reseller).fetch_all(pool).await
}

pub(crate) async fn load(executor: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as(webhooks!("where id = $1")).bind(id).fetch_optional(executor).await
}

/// All those of some resellers.
pub(crate) async fn list_of(held: &mut PgConnection, resellers: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    let text = "select id from platform.webhooks where reseller_id = any ($1)";
    sqlx::query_scalar(text).bind(resellers).fetch_all(held).await
}

/// The reseller's that want to be told of a kind of event, and until when nothing is sent there. They stay until the
/// transaction ends: what is to be sent points to them.
pub(crate) async fn list_told(
    held: &mut PgConnection,
    (reseller, kind): (Uuid, &str),
) -> sqlx::Result<Vec<(Uuid, Option<DateTime<Utc>>)>> {
    let text = "select id, silent_until from platform.webhooks \
                where reseller_id = $1 and (events is null or $2 = any (events)) order by id for key share";
    sqlx::query_as(text).bind(reseller).bind(kind).fetch_all(held).await
}

/// Keeps one from others who would change it, and answers it as it is.
pub(crate) async fn lock(held: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as(webhooks!("where id = $1 for no key update")).bind(id).fetch_optional(held).await
}

/// Changes what is given; events that are given may be all of them. Another address has kept no silence yet.
pub(crate) async fn update(
    held: &mut PgConnection,
    id: Uuid,
    (url, events): (Option<&str>, Option<Option<&[String]>>),
) -> sqlx::Result<Webhook> {
    let text = "update platform.webhooks set url = coalesce($2, url), events = case when $3 then $4 else events end, \
                silences = case when $2 <> url then 0 else silences end, \
                silent_until = case when $2 <> url then null else silent_until end \
                where id = $1 returning id, reseller_id, url, events, secret, previous_until, silences, created_at";
    sqlx::query_as(text)
        .bind(id)
        .bind(url)
        .bind(events.is_some())
        .bind(events.flatten())
        .fetch_one(held)
        .await
}

/// How often in a row nobody has answered, and until when nothing is sent there.
pub(crate) async fn note_silence(
    held: &mut PgConnection,
    id: Uuid,
    (silences, until): (i32, Option<DateTime<Utc>>),
) -> sqlx::Result<()> {
    let text = "update platform.webhooks set silences = $2, silent_until = $3 where id = $1";
    sqlx::query(text).bind(id).bind(silences).bind(until).execute(held).await?;
    Ok(())
}

/// The next secret; the one before holds until a moment.
pub(crate) async fn rotate(
    held: &mut PgConnection,
    id: Uuid,
    previous_until: DateTime<Utc>,
) -> sqlx::Result<Option<i32>> {
    let text = "update platform.webhooks set secret = secret + 1, previous_until = $2 where id = $1 returning secret";
    sqlx::query_scalar(text).bind(id).bind(previous_until).fetch_optional(held).await
}

/// False when it is gone already.
pub(crate) async fn delete(held: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from platform.webhooks where id = $1").bind(id).execute(held).await?;
    Ok(done.rows_affected() > 0)
}

/// Puts what is to be sent of one event, to each of these.
pub(crate) async fn insert_deliveries(
    held: &mut PgConnection,
    (ids, webhooks): (&[Uuid], &[Uuid]),
    (event, kind, body): (Uuid, &str, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into platform.webhook_deliveries (id, webhook_id, event_id, kind, body, status, created_at) \
         select d.id, d.webhook, $3, $4, $5, 'waiting', $6 from unnest($1::uuid[], $2::uuid[]) as d (id, webhook)",
    )
    .bind(ids)
    .bind(webhooks)
    .bind(event)
    .bind(kind)
    .bind(body)
    .bind(now)
    .execute(held)
    .await?;
    Ok(())
}

pub(crate) async fn load_delivery(executor: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Delivery>> {
    sqlx::query_as(deliveries!("where id = $1")).bind(id).fetch_optional(executor).await
}

/// Those of one webhook, the newest first, before `before`; all, or with one status.
pub(crate) async fn list_deliveries(
    pool: &PgPool,
    (webhook, status): (Uuid, Option<&str>),
    (before, limit): (Option<Uuid>, i64),
) -> sqlx::Result<Vec<Delivery>> {
    sqlx::query_as(deliveries!(
        "where webhook_id = $1 and ($2::text is null or status = $2) and ($3::uuid is null or id < $3) order by id desc limit $4"
    ))
    .bind(webhook)
    .bind(status)
    .bind(before)
    .bind(limit)
    .fetch_all(pool)
    .await
}

/// What came of a try.
pub(crate) struct Tried<'a> {
    pub status: &'a str,
    pub response_status: Option<i32>,
    pub response: Option<&'a str>,
    pub error: Option<&'a str>,
}

pub(crate) async fn note_tried(
    held: &mut PgConnection,
    id: Uuid,
    tried: Tried<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.webhook_deliveries set status = $2, attempts = attempts + 1, response_status = $3, response = $4, \
         error = $5, last_at = $6 where id = $1",
    )
    .bind(id)
    .bind(tried.status)
    .bind(tried.response_status)
    .bind(tried.response)
    .bind(tried.error)
    .bind(now)
    .execute(held)
    .await?;
    Ok(())
}

pub(crate) async fn note_waiting(held: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    let text = "update platform.webhook_deliveries set status = 'waiting' where id = $1";
    sqlx::query(text).bind(id).execute(held).await?;
    Ok(())
}

/// Removes what came in and is older; what did not stays twice as long. With it go the dead jobs that were to carry it.
pub(crate) async fn forget(pool: &PgPool, before: (DateTime<Utc>, DateTime<Utc>)) -> sqlx::Result<()> {
    let text = "delete from platform.webhook_deliveries where created_at < $1 and (status = 'delivered' or created_at < $2)";
    sqlx::query(text).bind(before.0).bind(before.1).execute(pool).await?;
    let text = "delete from platform._jobs j where starts_with(j.kind, 'webhook/') and j.dead_at is not null \
                and not exists (select 1 from platform.webhook_deliveries d where d.id::text = j.subject)";
    sqlx::query(text).execute(pool).await?;
    Ok(())
}
