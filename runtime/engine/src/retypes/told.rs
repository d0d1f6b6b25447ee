//! How far fields are that become something else in the background, and what came to nothing.

use std::collections::HashSet;

use metadata::Field;
use metadata::catalog::Object;
use permissions::{Action, Sight};
use serde_json::{Map, Value as Json, json};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::store::{self, State, Stored};
use super::{ENDED, KEPT, field_of, find};
use crate::apply::foresee;
use crate::context::Context;
use crate::error::Result;
use crate::query::{Query, Selection};
use crate::read;
use crate::work::Kind;
use crate::{Engine, uniques};

/// Offending records that are looked for, and that are named.
const LOOKED_AT: i64 = 100;
const FEW: usize = 5;

/// What a job tells.
struct Told {
    subject: String,
    progress: Json,
    error: Option<String>,
}

impl Engine {
    /// The fields that have a second column or are about to be unique: what they are, what they were or will be, how far
    /// that is; and those of which it came to nothing, until it is asked for anew.
    pub async fn retypes(&self, context: &Context) -> Result<Json> {
        let tenant = context.tenant();
        let mut connection = self.connection(tenant).await?;
        let mut jobs = Vec::new();
        for kind in [Kind::Retype, Kind::MakeUnique] {
            let all = jobs::told(&mut connection, &tenant.schema, kind.word()).await?;
            jobs.extend(all.into_iter().map(|(subject, progress, error)| Told { subject, progress, error }));
        }
        let stored = store::list(&mut connection, tenant).await?;
        let mut told = Vec::new();
        for one in &stored {
            let job = jobs.iter().find(|job| job.subject == one.field);
            let Some(mut view) = going(context, one, job) else { continue };
            if job.is_some_and(|job| job.error.is_some()) {
                view["records"] = json!(in_the_way(&mut connection, context, one).await?);
            }
            told.push(view);
        }
        let is_gone = |job: &&Told| !stored.iter().any(|one| one.field == job.subject);
        told.extend(jobs.iter().filter(is_gone).filter_map(|job| ended(context, job)));
        Ok(Json::Array(told))
    }
}

fn going(context: &Context, stored: &Stored, job: Option<&Told>) -> Option<Json> {
    let (object, field) = field_of(&context.snapshot.catalog, uniques::field(&stored.field))?;
    let is_kept = stored.state == State::Kept;
    let is_looking =
        stored.state == State::Filling && job.is_some_and(|job| !job.progress["looked"].is_null());
    let next = match stored.state {
        State::Indexing => json!({ "unique": true }),
        _ => stored.hidden.clone(),
    };
    let number = |key: &str| job.map(|job| job.progress[key].clone()).unwrap_or_default();
    Some(json!({
        "field": format!("{}.{}", object.name, field.name),
        "kind": field.kind.name(),
        if is_kept { "former" } else { "next" }: next,
        "state": if is_looking { "looking" } else { stored.state.word() },
        "revision": stored.revision,
        "done": number("done"),
        "total": number("total"),
        "error": job.and_then(|job| job.error.clone()),
        "kept_until": is_kept.then(|| (stored.at + KEPT).to_rfc3339()),
    }))
}

/// The first records whose values would be lost, of those that whoever asks may see with their values.
async fn in_the_way(connection: &mut PgConnection, context: &Context, stored: &Stored) -> Result<Vec<Uuid>> {
    let id = &stored.field;
    let is_turning = matches!(stored.state, State::Filling | State::Ready);
    let past = field_of(&context.snapshot.catalog, id).filter(|_| is_turning);
    let Some((past, found)) = past.zip(find(connection, context, id).await?) else { return Ok(Vec::new()) };
    let text = found.retype.offending(&context.tenant().schema);
    let ids = sqlx::query_scalar(AssertSqlSafe(text)).bind(LOOKED_AT).fetch_all(&mut *connection).await?;
    let mut seen = seen(connection, context, (past, ids)).await?;
    seen.truncate(FEW);
    Ok(seen)
}

/// Of some records those that somebody may read together with a field of them.
pub(crate) async fn seen(
    connection: &mut PgConnection,
    context: &Context,
    ((object, field), ids): ((&Object, &Field), Vec<Uuid>),
) -> Result<Vec<Uuid>> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let decision = context.decide(Action::Read, object);
    let Some(column) = field.columns.first().filter(|_| decision.is_allowed()) else { return Ok(Vec::new()) };
    if decision.sight(field) == Sight::Hidden || decision.plain(field) != Sight::Shown {
        return Ok(Vec::new());
    }
    let fields = ["id", column.key.as_str()].map(|key| Selection::Field(key.to_owned())).into();
    let query = Query { fields, ..Query::of(&object.name, ids.clone()) };
    let answer = read::run(connection, context, &query).await?;
    let rows: Vec<Map<String, Json>> = serde_json::from_slice(&answer.json).unwrap_or_default();
    // Each of them has a value, so where there is none it is not shown.
    let shown = rows.iter().filter(|row| row.get(&column.key).is_some_and(|value| !value.is_null()));
    let shown: HashSet<&str> = shown.filter_map(|row| row.get("id")?.as_str()).collect();
    Ok(ids.into_iter().filter(|id| shown.contains(id.to_string().as_str())).collect())
}

/// What came to nothing. Its records are named to those alone who read the field of all of them.
fn ended(context: &Context, job: &Told) -> Option<Json> {
    let ended = job.progress.get(ENDED)?;
    let (object, field) = field_of(&context.snapshot.catalog, uniques::field(&job.subject))?;
    let about = (object.id.clone(), field.id.clone());
    let may_know = foresee::sees_all(&context.snapshot, &context.actor, &about);
    Some(json!({
        "field": format!("{}.{}", object.name, field.name),
        "kind": field.kind.name(),
        "next": ended.get("next").cloned().unwrap_or_else(|| json!({ "unique": true })),
        "state": "failed",
        "revision": ended["revision"],
        "code": ended["code"],
        "records": may_know.then(|| ended["records"].clone()),
        "error": job.error,
    }))
}
