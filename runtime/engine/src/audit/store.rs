//! Static SQL on the tables of the stream: `_audit_tail` (what is not sealed yet, where everything is written),
//! `_audit` (sealed rows, a partition for each month) and `_audit_blocks`.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use super::chain::{Block, Hex, Purge, Row};
use super::{Deed, Event};
use crate::context::Tenant;
use crate::error::Result;
use crate::wall;
use crate::write::sql::table;

/// Rows that are not sealed yet.
pub(crate) const TAIL: &str = "_audit_tail";
/// Rows that are.
pub(crate) const SEALED: &str = "_audit";
/// What proves them.
pub(crate) const BLOCKS: &str = "_audit_blocks";

/// What both tables of rows have.
const COLUMNS: &str =
    "happened_at, actor_id, action, object_id, record_id, version, changes, ip, user_agent, request_id";

pub(super) async fn put(connection: &mut PgConnection, tenant: &Tenant, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let text = format!(
        "INSERT INTO {} (happened_at, actor_id, action, object_id, record_id, changes, ip, user_agent, request_id) \
         SELECT e.at, e.actor, e.action, e.object, e.record, e.changes::jsonb, e.ip, e.agent, e.request \
         FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[]) AS e(at, actor, action, object, record, changes, ip, agent, request)",
        table(&tenant.schema, TAIL)
    );
    // A character that jsonb does not take must not undo what is told.
    let changes = |event: &Event| {
        Some(event.changes.to_string().replace("\\u0000", "\\ufffd")).filter(|_| !event.changes.is_null())
    };
    let all = |of: fn(&Event) -> Option<String>| -> Vec<Option<String>> { events.iter().map(of).collect() };
    sqlx::query(AssertSqlSafe(text))
        .bind(events.iter().map(|event| event.at).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.actor_id).collect::<Vec<_>>())
        .bind(events.iter().map(|event| event.deed.word()).collect::<Vec<_>>())
        .bind(all(|event| Some(event.object.clone())))
        .bind(events.iter().map(|event| event.record_id).collect::<Vec<_>>())
        .bind(all(changes))
        .bind(all(|event| event.origin.address()))
        .bind(all(|event| event.origin.user_agent.as_deref().map(str::to_owned)))
        .bind(all(|event| Some(event.request_id.to_string())))
        .execute(connection)
        .await?;
    Ok(())
}

/// One event for each of some records; without any, one that is about none.
pub(super) async fn put_for_each(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (event, ids): (&Event, &[uuid::Uuid]),
) -> Result<()> {
    if ids.is_empty() {
        return put(connection, tenant, std::slice::from_ref(event)).await;
    }
    let text = format!(
        "INSERT INTO {} (happened_at, actor_id, action, object_id, record_id, changes, ip, user_agent, request_id) \
         SELECT $1, $2, $3, $4, e.id, $6, $7, $8, $9 FROM unnest($5::uuid[]) AS e(id)",
        table(&tenant.schema, TAIL)
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(event.at)
        .bind(event.actor_id)
        .bind(event.deed.word())
        .bind(&event.object)
        .bind(ids)
        .bind(&event.changes)
        .bind(event.origin.address())
        .bind(event.origin.user_agent.as_deref())
        .bind(&*event.request_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether anything waits to be sealed.
pub(super) async fn has_tail(connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
    let text = format!("SELECT EXISTS (SELECT 1 FROM {})", table(&tenant.schema, TAIL));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// One sealer of a tenant at a time, until the end of the transaction.
pub(super) async fn lock_chain(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("trellis:audit:{}", tenant.id))
        .execute(connection)
        .await?;
    Ok(())
}

/// One view of everything until the end of the transaction, however long it takes.
pub(super) async fn hold_snapshot(connection: &mut PgConnection) -> Result<()> {
    let text = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0";
    sqlx::raw_sql(text).execute(connection).await?;
    Ok(())
}

/// The oldest rows of the tail with their places in the table; their place in the chain is still to be given.
pub(super) async fn load_tail(
    connection: &mut PgConnection,
    tenant: &Tenant,
    limit: usize,
) -> Result<Vec<(String, Row)>> {
    let text = format!(
        "SELECT 0::bigint AS seq, happened_at AS sealed_at, ''::bytea AS leaf, {COLUMNS_AS_TEXT}, ctid::text AS place FROM {} \
         ORDER BY happened_at, record_id, version LIMIT $1",
        table(&tenant.schema, TAIL)
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("place")?, read(row)?))).collect()
}

const COLUMNS_AS_TEXT: &str = "happened_at, actor_id, action, object_id, record_id, version, changes::text AS changes, ip, user_agent, request_id";

fn read(row: &PgRow) -> sqlx::Result<Row> {
    Ok(Row {
        seq: row.try_get("seq")?,
        sealed_at: row.try_get("sealed_at")?,
        happened_at: row.try_get("happened_at")?,
        actor_id: row.try_get("actor_id")?,
        action: row.try_get("action")?,
        object_id: row.try_get("object_id")?,
        record_id: row.try_get("record_id")?,
        version: row.try_get("version")?,
        changes: row.try_get("changes")?,
        ip: row.try_get("ip")?,
        user_agent: row.try_get("user_agent")?,
        request_id: row.try_get("request_id")?,
        leaf: Hex(row.try_get("leaf")?),
    })
}

/// Makes the partition of a month, if it is not there. It is made apart and then attached: that waits for no reader of
/// the log, however long one takes, and no reader waits behind it.
pub(crate) async fn ensure_month(
    connection: &mut PgConnection,
    tenant: &Tenant,
    at: DateTime<Utc>,
) -> Result<()> {
    let first = at.date_naive().with_day(1).unwrap_or_default();
    let name = table(&tenant.schema, &format!("{SEALED}_{}", first.format("%Y_%m")));
    let known: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&name)
        .fetch_one(&mut *connection)
        .await?;
    if known {
        return Ok(());
    }
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX);
    let sealed = table(&tenant.schema, SEALED);
    let text = format!(
        "CREATE TABLE {name} (LIKE {sealed}); \
         ALTER TABLE {sealed} ATTACH PARTITION {name} FOR VALUES FROM ('{first} 00:00:00+00') TO ('{next} 00:00:00+00')"
    );
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut *connection).await?;
    // The log is read through its whole alone, and written by who seals.
    wall::store::close(connection, tenant, &name).await
}

/// Drops the partitions of months that were over at a moment; answers the newest row in them. Readers in the way are
/// waited for a short time only: there is another day.
pub(super) async fn drop_months(
    connection: &mut PgConnection,
    tenant: &Tenant,
    before: DateTime<Utc>,
) -> Result<Option<i64>> {
    let text = "SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = to_regclass($1) ORDER BY 1";
    let parent = table(&tenant.schema, SEALED);
    let names: Vec<String> = sqlx::query_scalar(text).bind(parent).fetch_all(&mut *connection).await?;
    let is_over = |name: &&String| {
        let month = name
            .strip_prefix(SEALED)
            .and_then(|month| NaiveDate::parse_from_str(&format!("{month}_01"), "_%Y_%m_%d").ok());
        let end = month.and_then(|first| first.checked_add_months(chrono::Months::new(1)));
        end.and_then(|end| end.and_hms_opt(0, 0, 0)).is_some_and(|end| end.and_utc() <= before)
    };
    let mut through = None;
    sqlx::query("SET LOCAL lock_timeout = '2s'").execute(&mut *connection).await?;
    for name in names.iter().filter(is_over) {
        let month = table(&tenant.schema, name);
        let newest: Option<i64> = sqlx::query_scalar(AssertSqlSafe(format!("SELECT max(seq) FROM {month}")))
            .fetch_one(&mut *connection)
            .await?;
        sqlx::query(AssertSqlSafe(format!("DROP TABLE {month}"))).execute(&mut *connection).await?;
        through = through.max(newest);
    }
    Ok(through)
}

/// Moves rows from their places in the tail to the block's places in the chain.
pub(super) async fn move_rows(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (block, places, leaves): (&Block, &[String], &[Vec<u8>]),
) -> Result<()> {
    let moved: Vec<String> = COLUMNS.split(", ").map(|column| format!("t.{column}")).collect();
    let text = format!(
        "WITH sealed AS (SELECT s.place::tid AS place, s.leaf, s.n FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS s(place, leaf, n)), \
         gone AS (DELETE FROM {} t USING sealed s WHERE t.ctid = s.place RETURNING s.n, s.leaf, {}) \
         INSERT INTO {} (seq, sealed_at, leaf, {COLUMNS}) SELECT $3 - 1 + n, $4, leaf, {COLUMNS} FROM gone ORDER BY n",
        table(&tenant.schema, TAIL),
        moved.join(", "),
        table(&tenant.schema, SEALED),
    );
    let moved = sqlx::query(AssertSqlSafe(text))
        .bind(places)
        .bind(leaves)
        .bind(block.first_seq)
        .bind(block.sealed_at)
        .execute(connection)
        .await?;
    // Nobody else takes rows out of the tail; were it so, the block would be of rows that are not there.
    if moved.rows_affected() != places.len() as u64 {
        return Err(crate::Error::Busy);
    }
    Ok(())
}

pub(super) async fn put_block(connection: &mut PgConnection, tenant: &Tenant, block: &Block) -> Result<()> {
    let text = format!(
        "INSERT INTO {} (number, first_seq, last_seq, sealed_at, previous, hash, key, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        table(&tenant.schema, BLOCKS)
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(block.number)
        .bind(block.first_seq)
        .bind(block.last_seq)
        .bind(block.sealed_at)
        .bind(&block.previous.0)
        .bind(&block.hash.0)
        .bind(&block.key.0)
        .bind(&block.signature.0)
        .execute(connection)
        .await?;
    Ok(())
}

const BLOCK_COLUMNS: &str = "number, first_seq, last_seq, sealed_at, previous, hash, key, signature";

fn read_block(row: &PgRow) -> sqlx::Result<Block> {
    Ok(Block {
        number: row.try_get(0)?,
        first_seq: row.try_get(1)?,
        last_seq: row.try_get(2)?,
        sealed_at: row.try_get(3)?,
        previous: Hex(row.try_get(4)?),
        hash: Hex(row.try_get(5)?),
        key: Hex(row.try_get(6)?),
        signature: Hex(row.try_get(7)?),
    })
}

pub(super) async fn load_last_block(connection: &mut PgConnection, tenant: &Tenant) -> Result<Option<Block>> {
    let blocks = table(&tenant.schema, BLOCKS);
    let text = format!("SELECT {BLOCK_COLUMNS} FROM {blocks} ORDER BY number DESC LIMIT 1");
    let row = sqlx::query(AssertSqlSafe(text)).fetch_optional(connection).await?;
    Ok(row.as_ref().map(read_block).transpose()?)
}

/// The first block behind a number.
pub(super) async fn load_block_after(
    connection: &mut PgConnection,
    tenant: &Tenant,
    number: i64,
) -> Result<Option<Block>> {
    let blocks = table(&tenant.schema, BLOCKS);
    let text = format!("SELECT {BLOCK_COLUMNS} FROM {blocks} WHERE number > $1 ORDER BY number LIMIT 1");
    let row = sqlx::query(AssertSqlSafe(text)).bind(number).fetch_optional(connection).await?;
    Ok(row.as_ref().map(read_block).transpose()?)
}

/// Sealed rows of a range in their order, whatever month they are kept in.
pub(super) async fn load_rows(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (first, last): (i64, i64),
) -> Result<Vec<Row>> {
    let text = format!(
        "SELECT seq, sealed_at, leaf, {COLUMNS_AS_TEXT} FROM {} WHERE seq BETWEEN $1 AND $2 ORDER BY seq",
        table(&tenant.schema, SEALED)
    );
    let rows = sqlx::query(AssertSqlSafe(text)).bind(first).bind(last).fetch_all(connection).await?;
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// A row before or behind all blocks.
pub(super) async fn load_row_outside(
    connection: &mut PgConnection,
    tenant: &Tenant,
    last: i64,
) -> Result<Option<i64>> {
    let text = format!("SELECT seq FROM {} WHERE seq > $1 OR seq < 1 LIMIT 1", table(&tenant.schema, SEALED));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(last).fetch_optional(connection).await?)
}

/// How many rows wait to be sealed, and since when.
pub(super) async fn load_unsealed(
    connection: &mut PgConnection,
    tenant: &Tenant,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    let text = format!("SELECT count(*), min(happened_at) FROM {}", table(&tenant.schema, TAIL));
    Ok(sqlx::query_as(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// What is told of rows that were removed because their time was over, whoever wrote it. What cannot be such a word is
/// none.
pub(super) async fn load_purges(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<Purge>> {
    let one = |name: &str| {
        format!(
            "SELECT changes->'through'->>1, changes->'key'->>1, changes->'signature'->>1 FROM {} WHERE object_id = 'audit_log' AND action = $1",
            table(&tenant.schema, name)
        )
    };
    type Told = (Option<String>, Option<String>, Option<String>);
    let text = format!("{} UNION ALL {}", one(SEALED), one(TAIL));
    let told = sqlx::query_as(AssertSqlSafe(text)).bind(Deed::AuditPurged.word());
    let told: Vec<Told> = told.fetch_all(connection).await?;
    let purge = |(through, key, signature): Told| {
        let hex = |text: Option<String>| Hex::try_from(text?).ok();
        Some(Purge { through: through?.parse().ok()?, key: hex(key)?, signature: hex(signature)? })
    };
    Ok(told.into_iter().filter_map(purge).collect())
}

/// A sealed row with its actor's name.
pub(super) struct Listed {
    pub seq: i64,
    pub happened_at: DateTime<Utc>,
    pub actor_id: uuid::Uuid,
    pub actor: Option<String>,
    pub action: String,
    pub object_id: String,
    pub record_id: Option<uuid::Uuid>,
    pub changes: Option<String>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: String,
}

/// The newest sealed rows that a query means, one more than it asks for. Conditions that are not asked for are not in
/// the statement, so that an index by the others is used.
pub(super) async fn list(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (query, object): (&super::list::AuditQuery, Option<&[String]>),
) -> Result<Vec<Listed>> {
    let mut conditions = vec!["a.seq < $1"];
    let mut when = |asked: bool, condition| conditions.extend(asked.then_some(condition));
    when(object.is_some(), "a.object_id = ANY($3)");
    when(query.record_id.is_some(), "a.record_id = $4");
    when(query.user_id.is_some(), "a.actor_id = $5");
    when(query.action.is_some(), "a.action = $6");
    // Nothing is sealed before it happened: months before it hold none of it.
    when(query.from.is_some(), "a.happened_at >= $7 AND a.sealed_at >= $7");
    when(query.to.is_some(), "a.happened_at < $8");
    let text = format!(
        "SELECT a.seq, a.happened_at, a.actor_id, u.name AS actor, a.action, a.object_id, a.record_id, a.changes::text AS changes, a.ip, a.user_agent, a.request_id \
         FROM (SELECT a.* FROM {} a WHERE {} AND ($3::text[], $4::uuid, $5::uuid, $6::text, $7::timestamptz, $8::timestamptz) IS DISTINCT FROM NULL \
         ORDER BY a.seq DESC LIMIT $2) a LEFT JOIN {} u ON u.id = a.actor_id ORDER BY a.seq DESC",
        table(&tenant.schema, SEALED),
        conditions.join(" AND "),
        table(&tenant.schema, "user"),
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(query.before.unwrap_or(i64::MAX))
        .bind(i64::from(query.limit) + 1)
        .bind(object)
        .bind(query.record_id)
        .bind(query.user_id)
        .bind(&query.action)
        .bind(query.from)
        .bind(query.to)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(listed(row)?)).collect()
}

/// The place of the newest sealed row; 0 when there is none.
pub(super) async fn load_head(connection: &mut PgConnection, tenant: &Tenant) -> Result<i64> {
    let text = format!("SELECT coalesce(max(last_seq), 0) FROM {}", table(&tenant.schema, BLOCKS));
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(connection).await?)
}

/// Rows of one object behind a place and up to another, the oldest first and one more than asked for, each with the
/// record's version.
pub(super) async fn list_after(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (object, (since, upto), limit): (&str, (i64, i64), u32),
) -> Result<Vec<(Option<i64>, Listed)>> {
    let text = format!(
        "SELECT a.seq, a.happened_at, a.actor_id, u.name AS actor, a.action, a.object_id, a.record_id, a.version, a.changes::text AS changes, a.ip, a.user_agent, a.request_id \
         FROM {} a LEFT JOIN {} u ON u.id = a.actor_id WHERE a.seq > $1 AND a.seq <= $2 AND a.object_id = $3 AND a.version IS NOT NULL ORDER BY a.seq LIMIT $4",
        table(&tenant.schema, SEALED),
        table(&tenant.schema, "user"),
    );
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(since)
        .bind(upto)
        .bind(object)
        .bind(i64::from(limit) + 1)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("version")?, listed(row)?))).collect()
}

/// Places, objects and records of the rows of records behind a place and up to another.
pub(super) async fn list_touched(
    connection: &mut PgConnection,
    tenant: &Tenant,
    ((since, upto), limit): ((i64, i64), usize),
) -> Result<Vec<(i64, String, Uuid)>> {
    let text = format!(
        "SELECT seq, object_id, record_id FROM {} WHERE seq > $1 AND seq <= $2 AND version IS NOT NULL AND record_id IS NOT NULL ORDER BY seq LIMIT $3",
        table(&tenant.schema, SEALED)
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows =
        sqlx::query(AssertSqlSafe(text)).bind(since).bind(upto).bind(limit).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}

fn listed(row: &PgRow) -> sqlx::Result<Listed> {
    Ok(Listed {
        seq: row.try_get("seq")?,
        happened_at: row.try_get("happened_at")?,
        actor_id: row.try_get("actor_id")?,
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        object_id: row.try_get("object_id")?,
        record_id: row.try_get("record_id")?,
        changes: row.try_get("changes")?,
        ip: row.try_get("ip")?,
        user_agent: row.try_get("user_agent")?,
        request_id: row.try_get("request_id")?,
    })
}
