//! Options of picklists: what cannot be chosen any more may stay where it is.

use formulas::Value;
use metadata::Problem;

use super::draft::Draft;
use super::saving::Saving;

/// Refuses inactive options that are not on the record already.
pub(super) fn check(saving: &mut Saving<'_>) {
    let slots = saving.slots;
    let mut found = Vec::new();
    for (slot, (field, column)) in slots.columns.iter().enumerate() {
        if field.options.iter().all(|option| option.active) {
            continue;
        }
        for (n, draft) in saving.drafts.iter().enumerate() {
            let wrong = draft.slots[slot].as_ref().and_then(|value| field.inactive(value));
            if let Some(option) = wrong.filter(|option| !keeps(draft, slot, option)) {
                let message = format!("`{option}` cannot be chosen any more");
                found.push((n, Problem::new(&column.key, "inactive-option", message)));
            }
        }
    }
    found.into_iter().for_each(|(n, problem)| saving.blame(n, problem));
}

/// Whether the record has the option already.
fn keeps(draft: &Draft, slot: usize, option: &str) -> bool {
    match draft.before(slot) {
        Value::Text(text) => text == option,
        Value::List(items) => items.iter().any(|item| matches!(item, Value::Text(text) if text == option)),
        _ => false,
    }
}
