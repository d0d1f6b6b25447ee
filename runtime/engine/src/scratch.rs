//! A schema in which something is tried: tables of a tenant under another name and empty, within a transaction that is
//! never committed. Nobody waits for it, and nothing is left. The cases of packages write to one that has everything
//! ([`whole`]); the steps of a plan run in one that has what they touch ([`partly`]).

use metadata::Definitions;
use metadata::ddl::search_functions;
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::quoted;
use crate::{apply, schema};

/// What is copied of a tenant, by the names that it has there. What is not there is passed over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// With all columns, constraints and indexes.
    pub whole: Vec<String>,
    /// What those point to, or count, or are about to: with their keys alone. What they point to already need not be said.
    pub targets: Vec<String>,
    /// Names that nothing else may have where the tenant has something of that name.
    pub taken: Vec<String>,
    /// Functions that steps call.
    pub functions: Vec<String>,
}

/// Everything that these definitions ask for, and the system tables.
pub(crate) async fn whole(connection: &mut PgConnection, definitions: &Definitions) -> Result<Tenant> {
    let tenant = open(connection).await?;
    schema::put_system_tables(connection, &tenant).await?;
    for step in apply::initial_steps(&tenant, definitions)? {
        raw_sql(AssertSqlSafe(step)).execute(&mut *connection).await?;
    }
    schema::insert_system_user(connection, &tenant).await?;
    Ok(tenant)
}

/// These tables as they are, what is hidden in them too. They are read off the catalog of PostgreSQL, which locks none of
/// them, and knows what no definition does: columns that were dropped, which count when there are too many.
pub(crate) async fn partly(
    connection: &mut PgConnection,
    tenant: &Tenant,
    tables: &Tables,
) -> Result<Tenant> {
    let scratch = open(connection).await?;
    let statements: Vec<String> = sqlx::query_scalar(COPY)
        .bind(&tenant.schema)
        .bind(quoted(&scratch.schema))
        .bind(&tables.whole)
        .bind(&tables.targets)
        .bind(&tables.taken)
        .bind(&tables.functions)
        .fetch_all(&mut *connection)
        .await?;
    raw_sql(AssertSqlSafe(statements.join(";\n"))).execute(connection).await?;
    Ok(scratch)
}

/// A schema of a name that no tenant has, with the functions that indexes call.
async fn open(connection: &mut PgConnection) -> Result<Tenant> {
    let id = Uuid::now_v7();
    let tenant = Tenant { id, slug: "trial".into(), schema: format!("trial_{}", id.simple()) };
    let made = std::iter::once(format!("CREATE SCHEMA {}", quoted(&tenant.schema)));
    let statements: Vec<String> = made.chain(search_functions(&tenant.schema)).collect();
    raw_sql(AssertSqlSafe(statements.join(";\n"))).execute(connection).await?;
    Ok(tenant)
}

/// The statements that copy tables, in their order: `$1` is the tenant's schema, `$2` the other one, quoted. Defaults are
/// left out, for there are no rows; a column that was dropped is one that nobody asks for. Nothing here opens a table of
/// the tenant.
const COPY: &str = r"
WITH here AS (SELECT oid FROM pg_namespace WHERE nspname = $1::name),
whole AS (
  SELECT c.oid, c.relname FROM pg_class c JOIN here ON here.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relname = ANY($3::name[])
),
keys AS (
  SELECT k.conname, k.conrelid, k.confrelid, k.conkey, k.confdeltype FROM pg_constraint k JOIN whole w ON w.oid = k.conrelid WHERE k.contype = 'f'
),
held AS (
  SELECT oid, relname, true AS is_whole FROM whole
  UNION ALL
  SELECT t.oid, t.relname, false FROM (
    SELECT c.oid, c.relname FROM pg_class c JOIN here ON here.oid = c.relnamespace WHERE c.relkind = 'r' AND c.relname = ANY($4::name[])
    UNION
    SELECT c.oid, c.relname FROM pg_class c JOIN keys k ON k.confrelid = c.oid
  ) t WHERE t.oid NOT IN (SELECT oid FROM whole)
),
columns AS (
  SELECT h.oid, a.attnum, format('%I', CASE WHEN a.attisdropped THEN '_dropped_' || a.attnum ELSE a.attname END) AS name,
    CASE WHEN a.attisdropped THEN 'smallint' ELSE format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END END AS type
  FROM held h JOIN pg_attribute a ON a.attrelid = h.oid AND a.attnum > 0 WHERE h.is_whole OR a.attname = 'id'
),
statements AS (
  SELECT 1 AS rank, p.oid, replace(pg_get_functiondef(p.oid), 'FUNCTION ' || quote_ident($1) || '.', 'FUNCTION ' || $2 || '.') AS text
    FROM pg_proc p JOIN here ON here.oid = p.pronamespace WHERE p.proname = ANY($6::name[])
  UNION ALL
  SELECT 2, h.oid, format('CREATE TABLE %s.%I (%s)', $2, h.relname, string_agg(c.name || ' ' || c.type, ', ' ORDER BY c.attnum))
    FROM held h JOIN columns c ON c.oid = h.oid GROUP BY h.oid, h.relname
  UNION ALL
  SELECT 3, k.oid, format('ALTER TABLE %s.%I ADD CONSTRAINT %I %s', $2, h.relname, k.conname, pg_get_constraintdef(k.oid))
    FROM held h JOIN pg_constraint k ON k.conrelid = h.oid AND k.contype IN ('p', 'u', 'c') WHERE h.is_whole OR k.contype = 'p'
  UNION ALL
  SELECT 4, i.indexrelid, format('CREATE %sINDEX %I ON %s.%I %s', CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, x.relname, $2, h.relname, d.text)
    FROM held h JOIN pg_index i ON i.indrelid = h.oid JOIN pg_class x ON x.oid = i.indexrelid,
    LATERAL (SELECT substr(def, strpos(def, ' USING ')) AS text FROM pg_get_indexdef(i.indexrelid) AS def) d
    WHERE h.is_whole AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = h.oid AND k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
  UNION ALL
  SELECT 5, h.oid, format('ALTER TABLE %s.%I ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s.%I (id)%s', $2, h.relname, k.conname, a.attname, $2, t.relname,
    CASE k.confdeltype WHEN 'c' THEN ' ON DELETE CASCADE' WHEN 'n' THEN ' ON DELETE SET NULL' WHEN 'r' THEN ' ON DELETE RESTRICT' ELSE '' END)
    FROM keys k JOIN held h ON h.oid = k.conrelid JOIN held t ON t.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
  UNION ALL
  SELECT 6, c.oid, format('CREATE VIEW %s.%I AS SELECT 1 AS one', $2, c.relname)
    FROM pg_class c JOIN here ON here.oid = c.relnamespace WHERE c.relname = ANY($5::name[]) AND c.oid NOT IN (SELECT oid FROM held)
    AND NOT EXISTS (SELECT FROM pg_index i JOIN held h ON h.oid = i.indrelid WHERE i.indexrelid = c.oid AND (h.is_whole OR i.indisprimary))
)
SELECT text FROM statements ORDER BY rank, oid";
