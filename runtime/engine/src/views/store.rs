//! Static SQL on `_views` and `_view_defaults` of a tenant.

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::context::{Context, Tenant};
use crate::error::Result;
use crate::write::sql::table;

/// One kept view.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub id: Uuid,
    /// Stable id of the object.
    pub object: String,
    /// The definition of a list view, without its object.
    pub definition: Json,
}

fn row(row: &sqlx::postgres::PgRow) -> Result<Row> {
    Ok(Row {
        id: row.try_get("id")?,
        object: row.try_get("object_id")?,
        definition: row.try_get("definition")?,
    })
}

/// Somebody's views in their order.
pub(super) async fn load(connection: &mut PgConnection, tenant: &Tenant, user: Uuid) -> Result<Vec<Row>> {
    let text = format!(
        "SELECT id, object_id, definition FROM {} WHERE user_id = $1 ORDER BY object_id, position, id",
        table(&tenant.schema, "_views")
    );
    sqlx::query(AssertSqlSafe(text)).bind(user).fetch_all(connection).await?.iter().map(row).collect()
}

/// Everybody's that may name one of some fields: who changes the metadata waits for no others.
pub(super) async fn load_naming(
    connection: &mut PgConnection,
    tenant: &Tenant,
    words: &[&str],
) -> Result<Vec<Row>> {
    let text = format!(
        "SELECT id, object_id, definition FROM {} v WHERE EXISTS \
         (SELECT FROM unnest($1::text[]) AS w(word) WHERE strpos(lower(v.definition::text), lower(w.word)) > 0)",
        table(&tenant.schema, "_views")
    );
    sqlx::query(AssertSqlSafe(text)).bind(words).fetch_all(connection).await?.iter().map(row).collect()
}

/// What changes with whatever somebody keeps.
pub(super) async fn tag(connection: &mut PgConnection, tenant: &Tenant, user: Uuid) -> Result<String> {
    let text = format!(
        "SELECT md5(concat((SELECT string_agg(v::text, ';' ORDER BY v.id) FROM {} v WHERE v.user_id = $1), '|', \
         (SELECT string_agg(d::text, ';' ORDER BY d.object_id) FROM {} d WHERE d.user_id = $1)))",
        table(&tenant.schema, "_views"),
        table(&tenant.schema, "_view_defaults")
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(text)).bind(user).fetch_one(connection).await?)
}

/// Lets one view of somebody come at a time: they are counted.
pub(super) async fn lock(connection: &mut PgConnection, tenant: &Tenant, user: Uuid) -> Result<()> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(format!("trellis:views:{}:{user}", tenant.id))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn find(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (user, id): (Uuid, Uuid),
) -> Result<Option<Row>> {
    let text = format!(
        "SELECT id, object_id, definition FROM {} WHERE user_id = $1 AND id = $2 FOR UPDATE",
        table(&tenant.schema, "_views")
    );
    let found = sqlx::query(AssertSqlSafe(text)).bind(user).bind(id).fetch_optional(connection).await?;
    found.as_ref().map(row).transpose()
}

/// Whether there was room for it.
pub(super) async fn insert(
    connection: &mut PgConnection,
    context: &Context,
    (row, most): (&Row, i64),
) -> Result<bool> {
    let views = table(&context.tenant().schema, "_views");
    let text = format!(
        "INSERT INTO {views} (id, user_id, object_id, position, definition, changed_at) \
         SELECT $1, $2, $3, coalesce((SELECT max(position) + 1 FROM {views} WHERE user_id = $2 AND object_id = $3), 0), $4, $5 \
         WHERE (SELECT count(*) FROM {views} WHERE user_id = $2) < $6"
    );
    let done = sqlx::query(AssertSqlSafe(text))
        .bind(row.id)
        .bind(context.actor.user_id)
        .bind(&row.object)
        .bind(&row.definition)
        .bind(context.now)
        .bind(most)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn put(connection: &mut PgConnection, context: &Context, row: &Row) -> Result<()> {
    let text = format!(
        "UPDATE {} SET definition = $3, changed_at = $4 WHERE user_id = $1 AND id = $2",
        table(&context.tenant().schema, "_views")
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(context.actor.user_id)
        .bind(row.id)
        .bind(&row.definition)
        .bind(context.now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Other definitions of some rows, whoever they belong to.
pub(super) async fn put_definitions(
    connection: &mut PgConnection,
    tenant: &Tenant,
    changed: &[(Uuid, Json)],
) -> Result<()> {
    let (ids, definitions): (Vec<Uuid>, Vec<&Json>) = changed.iter().map(|(id, json)| (*id, json)).unzip();
    if ids.is_empty() {
        return Ok(());
    }
    let text = format!(
        "UPDATE {} v SET definition = n.definition FROM unnest($1::uuid[], $2::jsonb[]) AS n(id, definition) WHERE v.id = n.id",
        table(&tenant.schema, "_views")
    );
    sqlx::query(AssertSqlSafe(text)).bind(ids).bind(definitions).execute(connection).await?;
    Ok(())
}

/// Puts one at a place among its owner's views of the object, counted from 0; the others keep their order.
pub(super) async fn place(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (user, row): (Uuid, &Row),
    position: u32,
) -> Result<()> {
    let views = table(&tenant.schema, "_views");
    let text = format!(
        "UPDATE {views} v SET position = n.place FROM (SELECT o.id, row_number() OVER (ORDER BY o.at, o.id) - 1 AS place FROM (\
         SELECT id, (row_number() OVER (ORDER BY position, id))::float8 AS at FROM {views} WHERE user_id = $1 AND object_id = $2 AND id <> $3 \
         UNION ALL SELECT $3, $4::float8 + 0.5) o) n WHERE v.id = n.id AND v.user_id = $1"
    );
    sqlx::query(AssertSqlSafe(text))
        .bind(user)
        .bind(&row.object)
        .bind(row.id)
        .bind(f64::from(position))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn delete(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (user, id): (Uuid, Uuid),
) -> Result<()> {
    let text = format!("DELETE FROM {} WHERE user_id = $1 AND id = $2", table(&tenant.schema, "_views"));
    sqlx::query(AssertSqlSafe(text)).bind(user).bind(id).execute(&mut *connection).await?;
    let text =
        format!("DELETE FROM {} WHERE user_id = $1 AND view = $2", table(&tenant.schema, "_view_defaults"));
    sqlx::query(AssertSqlSafe(text)).bind(user).bind(id.to_string()).execute(connection).await?;
    Ok(())
}

/// Stable ids of objects, and with which view their lists open for somebody.
pub(super) async fn load_defaults(
    connection: &mut PgConnection,
    tenant: &Tenant,
    user: Uuid,
) -> Result<Vec<(String, String)>> {
    let text = format!(
        "SELECT object_id, view FROM {} WHERE user_id = $1 ORDER BY object_id",
        table(&tenant.schema, "_view_defaults")
    );
    Ok(sqlx::query_as(AssertSqlSafe(text)).bind(user).fetch_all(connection).await?)
}

pub(super) async fn choose(
    connection: &mut PgConnection,
    tenant: &Tenant,
    (user, object): (Uuid, &str),
    view: Option<&str>,
) -> Result<()> {
    let defaults = table(&tenant.schema, "_view_defaults");
    let text = match view {
        Some(_) => format!(
            "INSERT INTO {defaults} (user_id, object_id, view) VALUES ($1, $2, $3) \
             ON CONFLICT (user_id, object_id) DO UPDATE SET view = excluded.view"
        ),
        None => {
            format!("DELETE FROM {defaults} WHERE user_id = $1 AND object_id = $2 AND $3::text IS NULL")
        }
    };
    sqlx::query(AssertSqlSafe(text)).bind(user).bind(object).bind(view).execute(connection).await?;
    Ok(())
}
