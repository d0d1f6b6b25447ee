//! What is the caller's own: views of lists, and what was asked with their keys.

use serde_json::{Value as Json, json};

use super::auth::limit;
use super::operation::Operation;
use super::shape::{
    by_name, count, data, id, list, nullable, one_of, page, reference, shown, taken, text, time, whole,
};

/// Schemas that these routes share.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let parts = one_of(&["columns", "pinned", "sort", "group_by", "weight_by", "filter", "where"]);
    let mut view = shown(json!({
        "id": id(), "object": text(), "label": text(), "columns": list(text()), "display": kept()["display"],
        "left_out": list(parts),
    }));
    for key in ["scope", "filter", "where", "pinned", "sort", "group_by", "weight_by"] {
        view["properties"][key] = kept()[key].take();
    }
    let requested = json!({
        "id": id(), "at": time(), "key_id": id(), "key_name": text(), "user_id": id(), "method": text(), "route": text(),
        "parameters": list(text()), "status": count(), "took": count(), "code": nullable(text()), "request_id": text(),
    });
    vec![("OwnView", view), ("KeyRequest", shown(requested))]
}

/// Keys of a view that one says oneself.
fn kept() -> Json {
    json!({
        "label": text(), "scope": one_of(&["mine", "team", "all"]), "filter": { "type": "object" }, "where": text(),
        "columns": list(text()), "pinned": list(text()), "sort": list(text()), "group_by": text(), "weight_by": text(),
        "display": one_of(&["table", "board", "calendar", "timeline"]),
    })
}

/// What is written, with where it stands.
fn wished() -> Json {
    let mut wish = kept();
    wish["object"] = text();
    wish["position"] = whole(0, i64::from(u32::MAX));
    wish
}

pub(super) fn operation(method: &str, path: &str, operation: Operation) -> Operation {
    match (method, path.trim_start_matches("/auth/v1/")) {
        ("GET", "views") => operation
            .says("Views of lists that the caller keeps for themselves, without what of them the caller does not see any more")
            .answers(200, "The views in their order", data(list(reference("OwnView")))),
        ("POST", "views") => operation
            .says("Keeps a view of a list, for the caller alone; it is held to what list views are held to")
            .body(taken(&["object", "label", "columns"], wished()))
            .example(json!({ "object": "deal", "label": "Large ones", "columns": ["name", "amount"], "sort": ["-amount"] }))
            .answers(201, "The view", data(reference("OwnView")))
            .tells(201, "Location", "Where it is"),
        ("PATCH", "views/{id}") => operation
            .says("Changes what is named of a view: what it shows, what it is called, its place among the others")
            .body(taken(&[], wished()))
            .answers(200, "The view", data(reference("OwnView"))),
        ("DELETE", "views/{id}") => {
            operation.says("Ends a view").answers_nothing(204, "It is gone")
        }
        ("GET", _) => operation
            .says("The views that lists open with for the caller, by object, where they chose one")
            .answers(200, "Words of list views, or ids of own views", data(by_name(text()))),
        _ => operation
            .says("Chooses the view that a list opens with for the caller")
            .body(taken(&["view"], json!({ "view": nullable(text()) })))
            .answers_nothing(204, "It is chosen"),
    }
}

/// What was asked with keys: the caller's own, or everybody's.
pub(super) fn requests(operation: Operation) -> Operation {
    operation
        .says("The last requests under API keys: how each was asked and how it ended, without anything that was in it")
        .query("key_id", "Of one key", id())
        .query("status", "How it ended", one_of(&["success", "client_error", "server_error"]))
        .query("request_id", "The request_id of an answer", text())
        .query("limit", "How many at most", limit(200))
        .query("cursor", "next_cursor of the page before", id())
        .answers(200, "A page of them, the newest first; at most 200 of a key, of the last seven days", page(reference("KeyRequest")))
}
