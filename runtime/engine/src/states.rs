//! The states that a record went through, as its reader may see them: which, how it came there, for how long.

pub(crate) mod bound;
pub mod log;

use metadata::catalog::Object;
use serde_json::{Value as Json, json};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::read::encode::Places;
use crate::write::sql::table;

impl Engine {
    /// The newest entries of one record, before version `before` if given, as a JSON array of `{field, from, to,
    /// process, transition, note, checklist, at, version, actor: {id, name}, seconds_in_previous}`. Only for those who may read
    /// the record, and of fields that they may read.
    pub async fn states(
        &self,
        context: &Context,
        (object, id): (&str, Uuid),
        (limit, before): (u32, Option<i64>),
    ) -> Result<Json> {
        self.require_readable(context, object, id).await?;
        let object = context.snapshot.catalog.find_object(object).ok_or(Error::NotFound)?;
        let hidden = self.hidden_fields(context, object, id).await?;
        let fields = object.fields.iter().filter(|field| !hidden.contains(field.name.as_str()));
        let fields: Vec<&str> = fields.map(|field| field.id.as_str()).collect();
        let schema = &context.tenant().schema;
        let text = format!(
            "SELECT s.field_id, s.from_state, s.to_state, s.process, s.transition, s.happened_at, s.version, s.actor_id, u.name AS actor, s.seconds, s.note, s.checklist \
             FROM {} s LEFT JOIN {} u ON u.id = s.actor_id WHERE s.record_id = $1 AND s.object_id = $2 AND s.version < $3 AND s.field_id = ANY($4) \
             ORDER BY s.version DESC, s.field_id LIMIT $5",
            table(schema, "_states"),
            table(schema, "user"),
        );
        let rows = sqlx::query(AssertSqlSafe(text))
            .bind(id)
            .bind(&object.id)
            .bind(before.unwrap_or(i64::MAX))
            .bind(fields)
            .bind(i64::from(limit.clamp(1, 1000)))
            .fetch_all(&mut *self.connection(context.tenant()).await?)
            .await?;
        let entries: Result<Vec<Json>, sqlx::Error> =
            rows.iter().map(|row| entry(object, row, Places::From(0))).collect();
        Ok(Json::Array(entries?))
    }
}

/// An entry from its columns in the order in which `read::sql::log` has them too.
fn entry(object: &Object, row: &PgRow, places: Places<'_>) -> Result<Json, sqlx::Error> {
    let text = |number: usize| row.try_get::<Option<String>, _>(places.of(number));
    let field: String = row.try_get(places.of(0))?;
    let at: chrono::DateTime<chrono::Utc> = row.try_get(places.of(5))?;
    Ok(json!({
        "field": object.find_field_by_id(&field).map(|field| field.name.as_str()),
        "from": text(1)?,
        "to": text(2)?,
        "process": text(3)?,
        "transition": text(4)?,
        "at": at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "version": row.try_get::<i64, _>(places.of(6))?,
        "actor": { "id": row.try_get::<Uuid, _>(places.of(7))?, "name": text(8)? },
        "seconds_in_previous": row.try_get::<Option<i64>, _>(places.of(9))?,
        "note": text(10)?,
        "checklist": row.try_get::<Option<Vec<String>>, _>(places.of(11))?.unwrap_or_default(),
    }))
}
