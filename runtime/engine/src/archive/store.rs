//! The statements of archives: whole tables as lines of JSON, and back. They know columns and no meaning.

use futures_util::TryStreamExt;
use metadata::catalog::{Catalog, Link};
use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use uuid::Uuid;

use crate::context::Tenant;
use crate::error::Result;
use crate::write::sql::{quoted, table};

/// Tables that an archive leaves out: answers that are kept for a day, files that were taken in, and what stands in
/// files of its own.
const LEFT_OUT: [&str; 6] = ["_once", "_imports", "_import_rejects", "_retypes", "_state", "_metadata"];

/// What a tenant's `_state` says of its tables.
pub(super) struct State {
    pub revision: i64,
    pub next_id: i32,
    pub level: i32,
}

/// Everything after this in the transaction is of one moment.
pub(super) async fn begin_snapshot(connection: &mut PgConnection) -> Result<()> {
    let text = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";
    sqlx::raw_sql(text).execute(&mut *connection).await?;
    be_patient(connection).await
}

/// Statements may be long, and so may be what is done between them: files are read and written, however slow the disk is.
pub(super) async fn be_patient(connection: &mut PgConnection) -> Result<()> {
    let text = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";
    sqlx::raw_sql(text).execute(connection).await?;
    Ok(())
}

pub(super) async fn load_state(connection: &mut PgConnection, tenant: &Tenant) -> Result<State> {
    let text = format!("SELECT revision, next_id, level FROM {}", table(&tenant.schema, "_state"));
    let row = sqlx::query(AssertSqlSafe(text)).fetch_one(connection).await?;
    Ok(State { revision: row.try_get(0)?, next_id: row.try_get(1)?, level: row.try_get(2)? })
}

pub(super) async fn put_state(connection: &mut PgConnection, tenant: &Tenant, state: State) -> Result<()> {
    let text = format!("UPDATE {} SET revision = $1, next_id = $2", table(&tenant.schema, "_state"));
    sqlx::query(AssertSqlSafe(text)).bind(state.revision).bind(state.next_id).execute(connection).await?;
    Ok(())
}

/// The tables of a tenant that an archive has, partitions with their whole: the system's, and those that the metadata
/// names. What is retired leaves tables of links behind.
pub(super) async fn list_tables(
    connection: &mut PgConnection,
    (tenant, catalog): (&Tenant, &Catalog),
) -> Result<Vec<String>> {
    let relations = catalog.objects.iter().flat_map(|object| &object.relations);
    let links = relations.filter_map(|relation| match &relation.link {
        Link::Table { table, .. } => Some(table.as_str()),
        _ => None,
    });
    let named: Vec<&str> = catalog.objects.iter().map(|object| object.name.as_str()).chain(links).collect();
    let left_out: Vec<&str> = LEFT_OUT.into();
    let tables = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
         AND (c.relname = ANY ($2) OR c.relname LIKE '\\_%' AND c.relname NOT LIKE '\\_link\\_%' \
         AND c.relname NOT LIKE '\\_gone\\_%' AND c.relname <> ALL ($3)) ORDER BY 1",
    )
    .bind(&tenant.schema)
    .bind(named)
    .bind(left_out)
    .fetch_all(connection)
    .await?;
    Ok(tables)
}

/// The components that are live, each as its row of `_metadata`: kind, name and the row. What the tenant removed of a
/// package is its layer, and comes along where no table would have to.
pub(super) async fn load_components(
    connection: &mut PgConnection,
    tenant: &Tenant,
) -> Result<Vec<(String, String, Json)>> {
    let metadata = table(&tenant.schema, "_metadata");
    let removed = format!(
        "m.kind NOT IN ('objects', 'fields') AND m.base IS NOT NULL AND m.base->>'withdrawn' IS DISTINCT FROM 'true' \
         AND (coalesce(m.definition->>'object', 'user') = 'user' OR EXISTS (SELECT 1 FROM {metadata} o \
         WHERE o.kind = 'objects' AND o.retired_at IS NULL AND o.name = m.definition->>'object'))"
    );
    let text = format!(
        "SELECT m.kind, m.name, row_to_json(m) FROM {metadata} m WHERE (m.retired_at IS NULL OR {removed}) AND NOT EXISTS \
         (SELECT 1 FROM {metadata} p WHERE p.id = m.parent AND p.retired_at IS NOT NULL) ORDER BY m.position, m.id"
    );
    Ok(sqlx::query_as(AssertSqlSafe(text)).fetch_all(connection).await?)
}

/// Columns that can be written, without those of what is retired.
pub(super) async fn list_columns(
    connection: &mut PgConnection,
    tenant: &Tenant,
    name: &str,
) -> Result<Vec<String>> {
    let columns = sqlx::query_scalar(
        "SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 \
         AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname NOT LIKE '\\_gone\\_%' ORDER BY a.attname <> 'id', a.attname",
    )
    .bind(table(&tenant.schema, name))
    .fetch_all(connection)
    .await?;
    Ok(columns)
}

/// Which rows of a table come along: those whose columns have one of these ids each; all of them without any.
#[derive(Default)]
pub(super) struct Pick(Vec<(String, Vec<Uuid>)>);

impl Pick {
    pub fn of(limits: Vec<(String, Vec<Uuid>)>) -> Self {
        Self(limits)
    }
}

/// Hands out the rows of a table as lines; answers how many.
pub(super) async fn copy_out(
    connection: &mut PgConnection,
    (tenant, name): (&Tenant, &str),
    (columns, pick): (&[String], &Pick),
    mut each: impl FnMut(String) -> Result<()>,
) -> Result<u64> {
    let picked: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let limits: Vec<String> = (1..)
        .zip(&pick.0)
        .map(|(place, (column, _))| format!("{} = ANY (${place}::uuid[])", quoted(column)))
        .collect();
    let limits = if limits.is_empty() { String::new() } else { format!(" WHERE {}", limits.join(" AND ")) };
    // Ids are sorted by time, so that a later archive of the same tenant differs by what is new.
    let order = if columns.iter().any(|column| column == "id") { " ORDER BY id" } else { "" };
    let text = format!(
        "SELECT row_to_json(x)::text FROM (SELECT {} FROM {}{limits}{order}) x",
        picked.join(", "),
        table(&tenant.schema, name)
    );
    let query = sqlx::query_scalar::<_, String>(AssertSqlSafe(text));
    let mut rows = pick.0.iter().fold(query, |query, (_, ids)| query.bind(ids)).fetch(connection);
    let mut count = 0;
    while let Some(line) = rows.try_next().await? {
        each(line)?;
        count += 1;
    }
    Ok(count)
}

/// The newest records of an object that are not in the recycle bin.
pub(super) async fn list_newest(
    connection: &mut PgConnection,
    (tenant, object): (&Tenant, &str),
    most: u32,
) -> Result<Vec<Uuid>> {
    let from = table(&tenant.schema, object);
    let text = format!("SELECT id FROM {from} WHERE deleted_at IS NULL ORDER BY id DESC LIMIT $1");
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(i64::from(most)).fetch_all(connection).await?)
}

/// What records point to with a field: the object where a column names it, and the id.
pub(super) async fn list_targets(
    connection: &mut PgConnection,
    (tenant, object): (&Tenant, &str),
    (object_column, id_column): (Option<&str>, &str),
    ids: &[Uuid],
) -> Result<Vec<(Option<String>, Uuid)>> {
    let (from, id) = (table(&tenant.schema, object), quoted(id_column));
    let named = object_column.map_or_else(|| "NULL::text".to_owned(), quoted);
    let text = format!("SELECT DISTINCT {named}, {id} FROM {from} WHERE id = ANY ($1) AND {id} IS NOT NULL");
    Ok(sqlx::query_as(AssertSqlSafe(text)).bind(ids).fetch_all(connection).await?)
}

/// Writes the rows of a JSON array into a table.
pub(super) async fn copy_in(
    connection: &mut PgConnection,
    (tenant, name): (&Tenant, &str),
    columns: &[String],
    rows: &str,
) -> Result<()> {
    let into = table(&tenant.schema, name);
    let named: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    let given: Vec<String> =
        columns.iter().zip(&named).map(|(column, named)| given(name, column, named)).collect();
    let text = format!(
        "INSERT INTO {into} ({}) SELECT {} FROM json_populate_recordset(NULL::{into}, $1::text::json)",
        named.join(", "),
        given.join(", ")
    );
    sqlx::query(AssertSqlSafe(text)).bind(rows).execute(connection).await?;
    Ok(())
}

/// What a column gets: the JSON null of a job that has not begun is a value, and comes as a blank.
fn given(table: &str, column: &str, named: &str) -> String {
    match (table, column) {
        ("_jobs", "progress") => format!("coalesce({named}, 'null')"),
        _ => named.to_owned(),
    }
}

/// Runs one step of the plan that makes the tables.
pub(super) async fn run(connection: &mut PgConnection, step: String) -> Result<()> {
    sqlx::query(AssertSqlSafe(step)).execute(connection).await?;
    Ok(())
}
