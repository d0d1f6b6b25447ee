//! The log of states: of one record, of all, and counted.

use metadata::Object;
use serde_json::{Value as Json, json};

use super::{READ, filtered, named, past};
use crate::openapi::filters::Asked;
use crate::openapi::operation::Operation;
use crate::openapi::shape::{count, data, id, list, nullable, one_of, reference, shown, text, time, who};
use crate::rest::states::CHOSEN;

/// One record's.
pub(super) fn of_one(object: &Object, rest: &str) -> Operation {
    past(named(object, "states", "The states that the record went through, the newest first", rest))
        .answers(200, "The states", data(list(shown(entry()))))
        .refuses(READ)
}

/// All records', entry by entry or counted.
pub(super) fn of_all(asked: &Asked<'_>, rest: &str) -> Operation {
    let object = asked.object;
    let operation = named(object, "log", &format!("The states that {} came into", object.plural_label), rest);
    let operation = CHOSEN.into_iter().fold(operation, |operation, name| {
        operation.query(name, "Entries with one of these, by commas", text())
    });
    let operation = operation
        .query("since", "Entries from this moment on", time())
        .query("until", "Entries before this moment", time())
        .listed(
            "group_by",
            "Counts entries, and the time in the state before, by these words",
            (one_of(&CHOSEN), 5),
        );
    filtered(operation, asked)
        .shared(&["limit", "cursor", "page"])
        .answers(200, "Entries, the newest first, or with group_by counts", answer())
        .refuses(READ)
}

/// What is told of an entry.
fn entry() -> Json {
    let word = || nullable(text());
    json!({
        "field": word(), "from": word(), "to": word(), "process": word(), "transition": word(), "note": word(),
        "checklist": list(text()), "at": time(), "version": count(), "actor": who(), "seconds_in_previous": nullable(count()),
    })
}

/// Which of the two it is, `group_by` says; only entries have pages.
fn answer() -> Json {
    let mut one = entry();
    one["record_id"] = id();
    let number = || json!({ "type": ["number", "null"], "minimum": 0 });
    let seconds = shown(
        json!({ "sum": nullable(count()), "avg": number(), "min": nullable(count()), "max": nullable(count()) }),
    );
    let words: serde_json::Map<String, Json> =
        CHOSEN.iter().map(|word| ((*word).to_owned(), nullable(text()))).collect();
    let group = json!({ "type": "object", "properties": words });
    let counted = shown(json!({ "group": group, "count": count(), "seconds_in_previous": seconds }));
    json!({
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": { "anyOf": [list(shown(one)), list(counted)] },
            "pagination": reference("Pagination"),
        },
    })
}
