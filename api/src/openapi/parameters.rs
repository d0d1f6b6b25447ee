//! Parameters that many routes share.

use serde_json::{Map, Value as Json, json};

use super::shape::{flag, one_of, text, whole};
use crate::list::MAX_PAGE;

/// All of them by name.
pub(super) fn shared() -> Json {
    let all = list().into_iter().chain(write());
    Json::Object(Map::from_iter(all.map(|(name, json)| (name.to_owned(), json))))
}

fn query(name: &str, text: &str, schema: Json) -> Json {
    json!({ "name": name, "in": "query", "description": text, "schema": schema })
}

/// True or false, false when missing.
fn off() -> Json {
    json!({ "type": "boolean", "default": false })
}

/// What a list may be asked for besides its fields and filters.
fn list() -> Vec<(&'static str, Json)> {
    let mut limit = whole(1, 1000);
    limit["default"] = 50.into();
    let condition = "A condition in the formula language: amount > 1000 AND stage = \"proposal\"";
    let page = "The number of a page, in place of a cursor";
    let format = one_of(&["json", "csv", "ndjson", "xlsx"]);
    vec![
        ("where", query("where", condition, text())),
        ("deleted", query("deleted", "The recycle bin", off())),
        ("limit", query("limit", "How many at most", limit)),
        ("cursor", query("cursor", "next_cursor of the page before", text())),
        ("page", query("page", page, whole(1, MAX_PAGE.into()))),
        ("include_total", query("include_total", "Count all matches too", off())),
        ("fresh", query("fresh", "Compute roll-ups now that a worker brings up to date", off())),
        ("errors", query("errors", "Tell what kept formulas from a value", off())),
        ("format", query("format", "A file in place of a page; the same by Accept", format)),
        (
            "explain",
            query("explain", "Decisions and SQL in place of the result; needs explain_access", flag()),
        ),
    ]
}

/// What a write may say besides its records.
fn write() -> Vec<(&'static str, Json)> {
    let once = json!({
        "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" },
        "description": "Sent again with the same body within 24 hours, it gives the first answer",
    });
    let if_match = json!({
        "name": "If-Match", "in": "header", "schema": { "type": "string", "pattern": "^(\\*|\"[0-9]{1,18}(-[0-9]{1,18})?\")$" },
        "description": "The version that the caller saw; any with *",
    });
    let process = "Save although a process does not allow the step, if the caller may";
    vec![
        ("confirm_warnings", query("confirm_warnings", "Save although rules warn", off())),
        ("process_override", query("process_override", process, off())),
        ("idempotency", once),
        ("version", version()),
        ("if_match", if_match),
    ]
}

/// The version whose names a request says, and is answered in.
fn version() -> Json {
    json!({
        "name": "Trellis-Version", "in": "header", "schema": { "type": "string", "pattern": "^[0-9TZ:.+-]{1,40}$" },
        "description": "The version whose names it says: a revision, a day or a moment; today's names without it",
    })
}

/// What answers say of their version.
pub(super) fn heads() -> Json {
    let head = |text: &str| json!({ "description": text, "schema": { "type": "string" } });
    json!({
        "version": head("The revision that was asked for; only with Trellis-Version, or a key that has one"),
        "deprecation": head("Since when a name that was said, or answered, is another one (RFC 9745)"),
        "sunset": head("Until when it is answered (RFC 8594)"),
    })
}
