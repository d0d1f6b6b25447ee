//! Indexes of large tables: made after the change that asked for them is committed, beside writers.
//!
//! What is missing follows from the catalog, so that a build may be interrupted anywhere and is found again: the change
//! leaves a job, and `trellis doctor --repair` needs none. Until it is there, questions are only slower. What is of no use
//! any more goes when nothing is missing: until then it serves those who still ask for it.

use std::collections::BTreeMap;
use std::time::Duration;

use metadata::ddl::{EARLIER, Index, drop_concurrently};
use metadata::{Catalog, Language, Object, Problem};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::Engine;
use crate::context::{Context, Tenant};
use crate::error::{Error, Result};
use crate::snapshot::Snapshot;
use crate::work::Kind as Work;

/// Tables up to this size, all those of one change together, are indexed while their writers wait: a moment.
const SMALL: i64 = 8 * 1024 * 1024;
/// Locks of sessions that make indexes: one a tenant. The number tells them from other advisory locks.
const LOCK: i32 = 73_114;

/// The one subject of jobs that make indexes.
pub(crate) const SUBJECT: &str = "all";
/// Pause before the turn is asked for again.
const TURN: Duration = Duration::from_millis(50);

/// Whether an index of the table is better made later than beside those that the same change has made of `indexed` bytes.
pub(crate) async fn is_large(
    connection: &mut PgConnection,
    (tenant, table): (&Tenant, &str),
    indexed: &mut i64,
) -> Result<bool> {
    let size: i64 =
        sqlx::query_scalar("SELECT pg_relation_size(format('%I.%I', $1::text, $2::text)::regclass)")
            .bind(&tenant.schema)
            .bind(table)
            .fetch_one(connection)
            .await?;
    Ok(is_more(u64::try_from(size).unwrap_or_default(), indexed))
}

/// The same of a size that is known.
pub(crate) fn is_more(bytes: u64, indexed: &mut i64) -> bool {
    let all = i64::try_from(bytes).unwrap_or(i64::MAX).saturating_add(*indexed);
    if all > SMALL {
        return true;
    }
    *indexed = all;
    false
}

/// Whether a table of this size alone is large.
pub(crate) fn is_size_large(bytes: u64) -> bool {
    i64::try_from(bytes).is_ok_and(|size| size > SMALL)
}

impl Engine {
    /// Makes every index that the tenant's metadata asks for and that is not there, or was only half made. Answers
    /// their names.
    pub async fn build_indexes(&self, tenant: &Tenant) -> Result<Vec<String>> {
        // A connection of its own: it waits for others' transactions, and its lock goes with it.
        let mut connection = self.pool().acquire().await?.detach();
        let outcome = build(self, &mut connection, tenant).await;
        sqlx::Connection::close(connection).await?;
        outcome
    }
}

impl Engine {
    /// Makes some indexes beside writers, unless they are there and whole.
    pub(crate) async fn make_indexes(&self, tenant: &Tenant, wanted: &[Index]) -> Result<()> {
        let mut connection = self.pool().acquire().await?.detach();
        let outcome = make_all(&mut connection, tenant, wanted).await;
        sqlx::Connection::close(connection).await?;
        outcome
    }
}

async fn make_all(connection: &mut PgConnection, tenant: &Tenant, wanted: &[Index]) -> Result<()> {
    sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
    lock(connection, tenant).await?;
    for index in wanted {
        let there = load(&mut *connection, tenant).await?;
        let found = there.iter().find(|(name, _)| *name == index.name);
        if found.is_none_or(|(_, is_whole)| !is_whole) {
            make(&mut *connection, tenant, (index, found.is_some())).await?;
        }
    }
    Ok(())
}

async fn build(engine: &Engine, connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<String>> {
    sqlx::query("SET statement_timeout = 0").execute(&mut *connection).await?;
    lock(connection, tenant).await?;
    let mut made: Vec<String> = Vec::new();
    loop {
        // The metadata may move on meanwhile, so what is missing is asked for anew after each.
        let (snapshot, _) = engine.fresh_snapshot(tenant).await?;
        let there = load(&mut *connection, tenant).await?;
        let mut wanted = snapshot.catalog.indexes();
        wanted.extend(load_alike(&mut *connection, tenant, &snapshot.catalog).await?);
        let missing = wanted.into_iter().find(|index| {
            !made.contains(&index.name) && !there.iter().any(|(name, valid)| *name == index.name && *valid)
        });
        let Some(index) = missing else {
            let former = there.into_iter().map(|(name, _)| name);
            let former = former.filter(|name| snapshot.catalog.is_former_index(name)).collect();
            drop_former(engine, connection, (tenant, former)).await?;
            return Ok(made);
        };
        let half = there.iter().any(|(name, _)| *name == index.name);
        make(&mut *connection, tenant, (&index, half)).await?;
        made.push(index.name);
    }
}

/// The indexes by which names are found that are much like a text: of large tables, which take some seconds to be read
/// to the end, and where the database has `pg_trgm`.
async fn load_alike(connection: &mut PgConnection, tenant: &Tenant, catalog: &Catalog) -> Result<Vec<Index>> {
    let text = "SELECT c.relname::text FROM unnest($3::text[]) AS w(name) \
         JOIN pg_class c ON c.relname = w.name AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) \
         WHERE to_regproc('word_similarity') IS NOT NULL AND pg_relation_size(c.oid) > $2";
    let names: Vec<&str> = catalog.objects.iter().map(|object| object.name.as_str()).collect();
    let large: Vec<String> =
        sqlx::query_scalar(text).bind(&tenant.schema).bind(SMALL).bind(names).fetch_all(connection).await?;
    Ok(catalog
        .objects
        .iter()
        .filter(|object| large.contains(&object.name))
        .map(|one| Index::alike(one))
        .collect())
}

/// Whether the database can tell how much texts are alike, for a search in the names of some objects. What it would find
/// them by in large tables and has not yet is asked for.
pub(crate) async fn can_tell_alike(
    connection: &mut PgConnection,
    context: &Context,
    objects: &[&Object],
) -> Result<bool> {
    let schema = &context.tenant().schema;
    let (tables, indexes): (Vec<String>, Vec<String>) =
        objects.iter().map(|object| Index::alike(object)).map(|index| (index.table, index.name)).unzip();
    let text = "SELECT to_regproc('word_similarity') IS NOT NULL, EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS w(name, wanted) \
         JOIN pg_class t ON t.relname = w.name AND t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) \
         WHERE pg_relation_size(t.oid) > $4 AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
           WHERE i.indrelid = t.oid AND i.indisvalid AND c.relname = w.wanted))";
    let asked = sqlx::query_as(text).bind(schema).bind(tables).bind(indexes).bind(SMALL);
    let (can_tell, lacks): (bool, bool) = asked.fetch_one(&mut *connection).await?;
    if can_tell && lacks {
        let when = (context.now, context.now);
        jobs::schedule(connection, schema, (Work::BuildIndexes.word(), SUBJECT), when).await?;
    }
    Ok(can_tell)
}

/// Drops what is of no use any more, after every node has been told that its successor is there.
async fn drop_former(
    engine: &Engine,
    connection: &mut PgConnection,
    (tenant, former): (&Tenant, Vec<String>),
) -> Result<()> {
    if !former.is_empty() {
        engine.touch_access(tenant).await?;
    }
    for index in former {
        let sql = drop_concurrently(&tenant.schema, &index);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Which objects are searched in the language of before, for a snapshot. Where no job waits, none is.
pub(crate) async fn load_searched_before(
    connection: &mut PgConnection,
    snapshot: &Snapshot,
) -> Result<BTreeMap<String, &'static Language>> {
    let tenant = &snapshot.tenant;
    if jobs::list(&mut *connection, &tenant.schema, Work::BuildIndexes.word()).await?.is_empty() {
        return Ok(BTreeMap::new());
    }
    let there = load(connection, tenant).await?;
    let is_whole = |index: &str| there.iter().any(|(name, is_whole)| name == index && *is_whole);
    let found = snapshot.catalog.searched_before(is_whole);
    Ok(found.map(|(id, language)| (id.to_owned(), language)).collect())
}

/// Whether an index of an earlier version is still there: then it is not known whether its successor is. A node of that
/// version may have taken the job, and found nothing to do.
pub(crate) async fn has_earlier(connection: &mut PgConnection, tenant: &Tenant) -> Result<bool> {
    // From the schema to its tables to their indexes: of other tenants nothing is read.
    let text = "SELECT EXISTS (SELECT FROM pg_namespace n \
         JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.classid = 'pg_class'::regclass \
         JOIN pg_index i ON i.indrelid = d.objid JOIN pg_class c ON c.oid = i.indexrelid \
         WHERE n.nspname = $1 AND right(c.relname::text, length($2)) = $2)";
    Ok(sqlx::query_scalar(text).bind(&tenant.schema).bind(EARLIER).fetch_one(connection).await?)
}

/// Waits its turn by asking again and again: a session that waits in a statement would be waited for by the build.
async fn lock(connection: &mut PgConnection, tenant: &Tenant) -> Result<()> {
    loop {
        let free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
            .bind(LOCK)
            .bind(&tenant.schema)
            .fetch_one(&mut *connection)
            .await?;
        if free {
            return Ok(());
        }
        tokio::time::sleep(TURN).await;
    }
}

async fn make(connection: &mut PgConnection, tenant: &Tenant, (index, half): (&Index, bool)) -> Result<()> {
    if half {
        let sql = drop_concurrently(&tenant.schema, &index.name);
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    }
    let text = index.create_concurrently(&tenant.schema);
    let made = sqlx::query(AssertSqlSafe(text)).execute(&mut *connection).await;
    made.map(drop).map_err(explain)
}

/// Values that are there twice are the data's conflict.
fn explain(error: sqlx::Error) -> Error {
    match error.as_database_error() {
        Some(database) if database.is_unique_violation() => {
            let text = "existing records hold the same value twice";
            Error::Conflict(vec![Problem::new("", "duplicate", text).hint("make the values differ first")])
        }
        _ => error.into(),
    }
}

/// Names of the tenant's indexes, and whether each is whole.
async fn load(connection: &mut PgConnection, tenant: &Tenant) -> Result<Vec<(String, bool)>> {
    // From the schema to its tables to their indexes, as above.
    let text = "SELECT c.relname::text, i.indisvalid FROM pg_namespace n \
         JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid AND d.classid = 'pg_class'::regclass \
         JOIN pg_index i ON i.indrelid = d.objid JOIN pg_class c ON c.oid = i.indexrelid WHERE n.nspname = $1";
    Ok(sqlx::query_as(text).bind(&tenant.schema).fetch_all(connection).await?)
}
