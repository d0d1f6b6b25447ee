//! `Trellis-Version`: a request, or an API key, that goes by the names of an earlier version. Everything else of the
//! request does not know of it: its snapshot says those names ([`engine::former`]). Who says a name that is another one
//! now is told so in the answer's head, and counted.

use std::sync::Arc;

use axum::response::Response;
use chrono::Utc;
use engine::Snapshot;
use engine::former::{Names, Renamed, SERVED};
use http::{HeaderName, HeaderValue, Method, header};
use identity::Caller;
use metadata::Problem as Detail;
use permissions::{Action, Sight};

use crate::asked::Asked;
use crate::call::Call;
use crate::problem::Problem;

const VERSION: HeaderName = HeaderName::from_static("trellis-version");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The snapshot that a request goes by. What describes metadata, users and sign-in has the names of now alone.
pub(crate) async fn named(
    asked: &Asked,
    caller: &Caller,
    snapshot: Arc<Snapshot>,
) -> Result<Arc<Snapshot>, Problem> {
    let headers = &asked.head.headers;
    let path = asked.head.uri.path();
    let has_names = path.starts_with("/api/v1/") || path == "/graphql";
    if !has_names || (caller.version.is_none() && !headers.contains_key(&VERSION)) {
        return Ok(snapshot);
    }
    if headers.get_all(&VERSION).iter().count() > 1 {
        return Err(Problem::invalid(vec![Detail::new(
            "Trellis-Version",
            "bad-version",
            "expected one version",
        )]));
    }
    let said = headers.get(&VERSION).map(|value| value.to_str().unwrap_or_default());
    let wanted = said.or(caller.version.as_deref()).unwrap_or_default();
    let snapshot = asked.app.engine.under_version(&snapshot, (wanted, Utc::now())).await?;
    let renamed =
        snapshot.former().is_some_and(|names| names.renamed.iter().any(|one| one.singular.is_some()));
    if path == "/graphql" && renamed {
        let text = "objects were renamed since that version, and types of GraphQL have the names of now";
        let detail = Detail::new("Trellis-Version", "not-versioned", text);
        let hint = "say a later version here, or ask /api/v1";
        return Err(Problem::invalid(vec![detail.hint(hint)]));
    }
    Ok(snapshot)
}

/// Refuses what is remembered under the names of now and done later.
pub(crate) fn refuse_former(call: &Call) -> Result<(), Problem> {
    let renamed = call.context.snapshot.former().is_some_and(|names| !names.renamed.is_empty());
    if !renamed {
        return Ok(());
    }
    let text = "an import takes the names of now";
    let detail = Detail::new("Trellis-Version", "not-versioned", text);
    Err(Problem::invalid(vec![detail.hint("say the current revision, and map columns to today's names")]))
}

/// Answers as `handled` does, and says in which names, and what of them has others now.
pub(crate) async fn told(call: &Call, names: &Names, mut response: Response) -> Response {
    let used = used(call, names);
    let put = |response: &mut Response, name: HeaderName, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().insert(name, value);
        }
    };
    put(&mut response, VERSION, names.revision.to_string());
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Trellis-Version"));
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

/// The former names that a request said, or that are among what it was answered unasked. Not those of what the caller
/// may not know.
fn used<'n>(call: &Call, names: &'n Names) -> Vec<&'n Renamed> {
    let said = said(call);
    let catalog = &call.context.snapshot.catalog;
    let here = call.asked.find_part("plural").and_then(|plural| catalog.find_plural(plural));
    let asks_all = call.asked.head.method != Method::DELETE
        && call.asked.pairs().is_ok_and(|pairs| !pairs.iter().any(|(key, _)| key == "fields"));
    let may_know = |one: &&Renamed| {
        let object = catalog.objects.iter().find(|object| object.id == one.object);
        object.is_some_and(|object| {
            let decision = call.context.decide(Action::Read, object);
            let field = object.find_field_by_id(&one.id);
            decision.is_allowed()
                && (one.is_object || field.is_some_and(|field| decision.sight(field) != Sight::Hidden))
        })
    };
    let is_said = |one: &&Renamed| {
        let is_here = here.is_some_and(|object| object.id == one.object);
        one.words.iter().any(|word| said.iter().any(|text| mentions(text, word)))
            || (is_here && asks_all && !one.is_object)
    };
    names.renamed.iter().filter(is_said).filter(may_know).collect()
}

/// All texts of a request that may hold names.
fn said(call: &Call) -> Vec<String> {
    let path = call.asked.head.uri.path().to_owned();
    let pairs = call.asked.pairs().unwrap_or_default();
    let body = String::from_utf8_lossy(&call.asked.body).into_owned();
    pairs.into_iter().flat_map(|(key, value)| [key, value]).chain([path, body]).collect()
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
