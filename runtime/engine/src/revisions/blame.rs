//! Who has set which property of a component, when and why: read out of the history of revisions.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use metadata::Kind;
use metadata::definitions::properties;
use serde_json::{Map, Value as Json, json};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use crate::Engine;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::write::sql::table;

impl Engine {
    /// The properties of a component as they were set last, each with its revision. What was set as a whole is one
    /// property until a part of it is set by itself.
    pub async fn blame(&self, context: &Context, (kind, name): (Kind, &str)) -> Result<Json> {
        let rows = context.snapshot.definitions.rows();
        let found = rows.iter().find(|row| row.kind == kind && row.name == name && !row.retired);
        let id = &found.ok_or(Error::NotFound)?.id;
        let text = format!(
            "SELECT r.number, r.made_at, r.actor_id, r.actor_name, r.message, \
             jsonb_path_query_first(r.before, '$[*] ? (@.id == $id)', v.v), \
             jsonb_path_query_first(r.after, '$[*] ? (@.id == $id)', v.v) \
             FROM {} r, jsonb_build_object('id', $1::text) AS v(v) \
             WHERE r.after @> jsonb_build_array(v.v) ORDER BY r.number",
            table(&context.tenant().schema, "_revisions")
        );
        let mut connection = self.connection(context.tenant()).await?;
        let revisions = sqlx::query(AssertSqlSafe(text)).bind(id).fetch_all(&mut *connection).await?;
        let mut last = Blamed::default();
        for revision in &revisions {
            let (before, after): (Option<Json>, Json) = (revision.try_get(5)?, revision.try_get(6)?);
            last.set(kind, (before.as_ref(), &after), &by(revision)?);
        }
        Ok(json!({ "kind": kind.word(), "name": name, "properties": last.told() }))
    }
}

fn by(revision: &sqlx::postgres::PgRow) -> Result<Json> {
    let at: DateTime<Utc> = revision.try_get("made_at")?;
    Ok(json!({
        "revision": revision.try_get::<i64, _>("number")?,
        "at": at.to_rfc3339_opts(SecondsFormat::Micros, true),
        "actor": { "id": revision.try_get::<Uuid, _>("actor_id")?, "name": revision.try_get::<String, _>("actor_name")? },
        "message": revision.try_get::<Option<String>, _>("message")?,
    }))
}

/// By path: who has set it last.
#[derive(Default)]
struct Blamed(BTreeMap<String, Json>);

impl Blamed {
    /// One revision of the component. What comes back is as it was when it went.
    fn set(&mut self, kind: Kind, (before, after): (Option<&Json>, &Json), by: &Json) {
        let nothing = Json::Object(Map::new());
        let was = before.map_or(&nothing, |row| &row["definition"]);
        for property in properties(kind, was, &after["definition"]) {
            let below = format!("{}.", property.path);
            self.0.retain(|path, _| *path != property.path && !path.starts_with(&below));
            if property.after.is_some() {
                self.0.insert(property.path, by.clone());
            }
        }
    }

    fn told(self) -> Vec<Json> {
        let one = |(path, mut by): (String, Json)| {
            by["path"] = path.into();
            by
        };
        self.0.into_iter().map(one).collect()
    }
}
