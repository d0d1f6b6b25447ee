//! How far fields are that become something else in the background, and what came to nothing.

use serde_json::{Value as Json, json};

use super::store::{self, State, Stored};
use super::{ENDED, KEPT, field_of};
use crate::apply::foresee;
use crate::context::Context;
use crate::error::Result;
use crate::work::Kind;
use crate::{Engine, uniques};

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
        let going = stored.iter().filter_map(|one| {
            let job = jobs.iter().find(|job| job.subject == one.field);
            going(context, one, job)
        });
        let is_gone = |job: &&Told| !stored.iter().any(|one| one.field == job.subject);
        let ended = jobs.iter().filter(is_gone).filter_map(|job| ended(context, job));
        Ok(going.chain(ended).collect())
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
