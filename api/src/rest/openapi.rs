//! `/api/v1/openapi.json`: the API as the caller may use it.

use http::header;

use crate::answer;
use crate::call::Call;
use crate::openapi;
use crate::routes::Outcome;

/// The document. It changes with the metadata and with what the caller may do.
pub(crate) async fn show(call: Call) -> Outcome {
    call.asked.plain()?;
    let who = call.context.actor.user_id;
    let scopes = format!("{:?}", call.context.actor.scopes);
    let snapshot = &call.context.snapshot;
    let names = snapshot.former().map_or(snapshot.revision, |names| names.revision);
    let tag = format!("\"{}-{names}-{}-{who}-{:x}\"", snapshot.revision, call.caller.access, digest(&scopes));
    if answer::is_known(call.asked.header(&header::IF_NONE_MATCH), &tag) {
        return Ok(answer::not_modified(&tag));
    }
    Ok(answer::tagged(answer::document(http::StatusCode::OK, &openapi::document(&call)), &tag))
}

/// Keys of one person differ by their scopes.
fn digest(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
