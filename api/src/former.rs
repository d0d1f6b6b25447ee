//! `Trellis-Version`: a request, or an API key, that goes by the names of an earlier version. Everything else of the
//! request does not know of it: its snapshot says those names ([`engine::former`]). Who says a name that is another one
//! now is told so in the answer's head, and counted.

use std::sync::Arc;

use axum::response::Response;
use chrono::Utc;
use engine::Snapshot;
use engine::former::{Renamed, SERVED, is_version};
use http::{HeaderName, HeaderValue, Method, header};
use identity::Caller;
use metadata::Problem as Detail;
use permissions::{Action, Actor, Sight};

use crate::asked::Asked;
use crate::call::Call;
use crate::problem::Problem;

const VERSION: HeaderName = HeaderName::from_static("trellis-version");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The snapshot that a request goes by, and the revision that was asked for. What describes metadata, users and sign-in
/// has the names of now alone.
pub(crate) async fn named(
    asked: &Asked,
    caller: &Caller,
    snapshot: Arc<Snapshot>,
) -> Result<(Arc<Snapshot>, Option<i64>), Problem> {
    let headers = &asked.head.headers;
    let path = asked.head.uri.path();
    let has_names = path.starts_with("/api/v1/") || path == "/graphql";
    if !has_names || (caller.version.is_none() && !headers.contains_key(&VERSION)) {
        return Ok((snapshot, None));
    }
    if headers.get_all(&VERSION).iter().count() > 1 {
        let detail = Detail::new("Trellis-Version", "bad-version", "expected one version");
        return Err(Problem::invalid(vec![detail]));
    }
    let said = headers.get(&VERSION).map(|value| value.to_str().unwrap_or_default());
    let wanted = said.or(caller.version.as_deref()).unwrap_or_default();
    let (snapshot, version) = asked.app.engine.under_version(&snapshot, (wanted, Utc::now())).await?;
    if path == "/graphql" && known(&snapshot, &caller.actor).any(|one| one.singular.is_some()) {
        let text = "objects were renamed since that version, and types of GraphQL have the names of now";
        let detail = Detail::new("Trellis-Version", "not-versioned", text);
        let hint = "say a later version here, or ask /api/v1";
        return Err(Problem::invalid(vec![detail.hint(hint)]));
    }
    Ok((snapshot, Some(version)))
}

/// Refuses what is remembered under the names of now and done later.
pub(crate) fn refuse_former(call: &Call) -> Result<(), Problem> {
    if known(&call.context.snapshot, &call.context.actor).next().is_none() {
        return Ok(());
    }
    let text = "an import takes the names of now";
    let detail = Detail::new("Trellis-Version", "not-versioned", text);
    Err(Problem::invalid(vec![detail.hint("say the current revision, and map columns to today's names")]))
}

/// Refuses a version that nothing can be asked under, for a key that is to have it.
pub(crate) async fn check_version(call: &Call, version: Option<&str>) -> Result<(), Problem> {
    let Some(version) = version.filter(|version| is_version(version)) else { return Ok(()) };
    let found = call.engine().under_version(&call.context.snapshot, (version, call.context.now)).await;
    match found {
        Err(engine::Error::Invalid(found)) => {
            let one = |problem: Detail| Detail::new("version", &problem.code, problem.message);
            Err(Problem::unprocessable(found.into_iter().map(one).collect()))
        }
        found => Ok(found.map(drop)?),
    }
}

/// The answer with the version that it is of, and what of its names has others now.
pub(crate) async fn told(call: &Call, mut response: Response) -> Response {
    let put = |response: &mut Response, name: HeaderName, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(name, value);
        }
    };
    call.version.iter().for_each(|version| put(&mut response, VERSION, version.to_string()));
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Trellis-Version"));
    let used = used(call, response.status().is_success());
    if let Some(since) = used.iter().map(|one| one.at).min() {
        // RFC 9745 and RFC 8594.
        put(&mut response, DEPRECATION, format!("@{}", since.timestamp()));
        put(&mut response, SUNSET, (since + SERVED).format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        let place = HeaderValue::from_static("</api/v1/openapi.json>; rel=\"successor-version\"");
        response.headers_mut().append(header::LINK, place);
        if let Err(error) = call.engine().note_former(&call.context, (&used, call.caller.key)).await {
            tracing::warn!(%error, "the use of former names could not be noted");
        }
    }
    response
}

/// The renames that somebody may know of.
fn known<'s>(snapshot: &'s Snapshot, actor: &'s Actor) -> impl Iterator<Item = &'s Renamed> {
    let catalog = &snapshot.catalog;
    let may_know = move |one: &&Renamed| {
        let object = catalog.objects.iter().find(|object| object.id == one.object);
        object.is_some_and(|object| {
            let decision = snapshot.policies.decide(actor, Action::Read, object, catalog);
            let field = object.find_field_by_id(&one.id);
            let is_shown = field.is_some_and(|field| decision.sight(field) != Sight::Hidden);
            decision.is_allowed() && (one.is_object || is_shown)
        })
    };
    let all = snapshot.former().map_or(&[][..], |names| names.renamed.as_slice());
    all.iter().filter(may_know)
}

/// The former names that a request said, or that are among what it was answered unasked. Not those of what the caller
/// may not know.
fn used(call: &Call, is_answered: bool) -> Vec<&Renamed> {
    let snapshot = &call.context.snapshot;
    let mut known = known(snapshot, &call.context.actor).peekable();
    if known.peek().is_none() {
        return Vec::new();
    }
    let (path, pairs) = (call.asked.head.uri.path(), call.asked.pairs().unwrap_or_default());
    let body = String::from_utf8_lossy(&call.asked.body);
    let words = pairs.iter().flat_map(|(key, value)| [key.as_str(), value.as_str()]);
    let said: Vec<&str> = words.chain([path, &*body]).collect();
    let here = call.asked.find_part("plural").and_then(|plural| snapshot.catalog.find_plural(plural));
    let asks_all = is_answered
        && call.asked.head.method != Method::DELETE
        && !pairs.iter().any(|(key, _)| key == "fields");
    let is_said = |one: &&Renamed| {
        let is_here = here.is_some_and(|object| object.id == one.object);
        one.words.iter().any(|word| said.iter().any(|text| mentions(text, word)))
            || (is_here && asks_all && !one.is_object)
    };
    known.filter(is_said).collect()
}

/// Whether a text has a word by itself.
fn mentions(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_by_themselves() {
        for text in ["amount", "filter[amount][gte]", "{\"amount\":1}", "-amount,name", "x.amount > 1"] {
            assert!(mentions(text, "amount"), "{text}");
        }
        for text in ["", "amounts", "net_amount", "amount_2", "Amount"] {
            assert!(!mentions(text, "amount"), "{text}");
        }
    }
}
