//! `/scim/v2` (RFC 7643 and 7644): a directory elsewhere makes, changes and ends people and teams. A user of SCIM is a
//! person, found by e-mail address; a group is a team. Refusals are problem documents, as everywhere.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use metadata::Problem as Detail;
use serde_json::{Value as Json, json};

use crate::answer;
use crate::asked::params::Params;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

pub(crate) mod groups;
mod patch;
pub(crate) mod users;

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
/// Most resources of a page.
const MOST: u32 = 1000;
/// Resources of a page whose size is not said.
const USUAL: i64 = 100;

/// What this side can do.
pub(crate) async fn config(call: Call) -> Outcome {
    call.asked.plain()?;
    let no = json!({ "supported": false });
    let scheme = json!({ "type": "oauthbearertoken", "name": "API key", "description": "Authorization: Bearer trl_…" });
    Ok(document(
        StatusCode::OK,
        &json!({
            "schemas": [CONFIG],
            "patch": { "supported": true },
            "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
            "filter": { "supported": true, "maxResults": MOST },
            "changePassword": { "supported": true },
            "sort": no,
            "etag": no,
            "authenticationSchemes": [scheme],
        }),
    ))
}

/// Which resources a list shows.
struct Asking {
    /// Attribute and text of `attribute eq "text"`.
    filter: Option<(String, String)>,
    /// Counted from one.
    start: u32,
    count: u32,
}

/// Directories may ask for some attributes alone. Resources are small: they come whole.
fn whole(call: &Call) -> Result<(), Problem> {
    let mut params = Params::new(call.asked.pairs()?);
    drop((params.text("attributes"), params.text("excludedAttributes")));
    params.finish()
}

impl Asking {
    fn of(call: &Call) -> Result<Self, Problem> {
        let mut params = Params::new(call.asked.pairs()?);
        let filter = params.typed("filter", "attribute eq \"text\"", equality);
        let start = params.number("startIndex", i64::MIN, i64::from(i32::MAX)).unwrap_or(1).max(1);
        let count = params.number("count", i64::MIN, i64::MAX).unwrap_or(USUAL).clamp(0, i64::from(MOST));
        // Resources are small: they come whole.
        drop((params.text("attributes"), params.text("excludedAttributes")));
        params.finish()?;
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        Ok(Self { filter, start: small(start), count: small(count) })
    }

    /// The text that one of these attributes must have; a filter on another one is refused.
    fn text_of(&self, attributes: &[&str]) -> Result<Option<&str>, Problem> {
        match &self.filter {
            None => Ok(None),
            Some((attribute, text))
                if attributes.iter().any(|known| known.eq_ignore_ascii_case(attribute)) =>
            {
                Ok(Some(text))
            }
            Some((attribute, _)) => {
                let message = format!("`{attribute}` is not filtered by; there is {}", attributes.join(", "));
                Err(Problem::invalid(vec![Detail::new("filter", "unknown-field", message)]))
            }
        }
    }
}

/// `userName eq "ada@example.com"`.
fn equality(text: &str) -> Option<(String, String)> {
    let (attribute, rest) = text.trim().split_once(' ')?;
    let (operator, value) = rest.trim().split_once(' ')?;
    let value: String = serde_json::from_str(value.trim()).ok()?;
    operator.eq_ignore_ascii_case("eq").then(|| (attribute.to_owned(), value))
}

fn list(resources: Vec<Json>, total: usize, start: u32) -> Response {
    document(
        StatusCode::OK,
        &json!({
            "schemas": [LIST],
            "totalResults": total,
            "startIndex": start,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        }),
    )
}

fn document(status: StatusCode, json: &Json) -> Response {
    let mut response = answer::document(status, json);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    response
}

/// The document of a body; keys that we do not keep are left aside, as the standard says.
fn body(call: &Call) -> Result<Json, Problem> {
    let json = crate::body::document(call.asked.json()?)?;
    if json.is_object() {
        return Ok(json);
    }
    Err(Problem::unprocessable(vec![Detail::new("", "wrong-type", "expected an object")]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equalities_are_read() {
        let read = |text: &str| equality(text).map(|(attribute, value)| format!("{attribute}={value}"));
        assert_eq!(read("userName eq \"ada@example.com\"").as_deref(), Some("userName=ada@example.com"));
        assert_eq!(read(" displayName  Eq  \"a \\\" b\"").as_deref(), Some("displayName=a \" b"));
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName co \"a\"",
            "userName eq ada",
            "a eq \"b\" or c eq \"d\"",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
