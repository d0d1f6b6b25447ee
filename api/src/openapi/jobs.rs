//! Work that is left for later.

use serde_json::json;

use super::operation::Operation;
use super::shape::{count, data, flag, list, nullable, shown, taken, text, time, whole, word};

pub(super) fn operation(path: &str, operation: Operation) -> Operation {
    let progress = shown(json!({ "done": nullable(count()), "total": nullable(count()) }));
    let job = json!({
        "kind": text(), "subject": text(), "queued_at": time(), "progress": progress, "attempts": count(),
        "next_at": nullable(time()), "error": nullable(text()), "dead_at": nullable(time()),
    });
    let named = || taken(&["kind"], json!({ "kind": word(), "subject": text() }));
    match path {
        "jobs" => operation
            .says("What is left for later, the oldest first")
            .query("dead", "What has failed too often alone", flag())
            .query("limit", "How many at most", whole(1, 1000))
            .answers(200, "The jobs", data(list(shown(job)))),
        "jobs/retry" => operation
            .says("Lets a job be tried at once, as if it had never failed; not one that came to nothing")
            .body(named())
            .example(json!({ "kind": "build_rollup", "subject": "f12" }))
            .answers_nothing(204, "It is tried soon"),
        _ => operation
            .says("Gives a job up that has failed too often, or forgets one that came to nothing")
            .body(named())
            .example(json!({ "kind": "build_indexes" }))
            .answers_nothing(204, "It is gone"),
    }
}
