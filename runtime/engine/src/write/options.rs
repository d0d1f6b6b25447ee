//! Options of picklists: what cannot be chosen any more may stay where it is, and what depends on another
//! field's value fits that value.

use formulas::Value;
use metadata::Problem;
use metadata::catalog::rules::{Dependent, Rules};
use metadata::catalog::standard::RECORD_TYPE;

use super::draft::Draft;
use super::facts::Facts;
use super::saving::Saving;

/// Refuses options that the record may not have.
pub(super) fn check(saving: &mut Saving<'_>, law: (&Rules, &Facts)) {
    check_inactive(saving);
    check_dependents(saving, law);
    check_types(saving, law);
}

/// Refuses inactive options that are not on the record already.
fn check_inactive(saving: &mut Saving<'_>) {
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
    words(draft.before(slot)).any(|word| word == option)
}

/// The options in a value.
pub(super) fn words(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().filter_map(|item| match item {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

/// Refuses options of dependent picklists that the other field's value does not offer, where one of the two
/// changes.
fn check_dependents(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) {
    for dependent in &rules.dependents {
        let (Some(slot), Some(by)) = (facts.slot(&dependent.field), facts.slot(&dependent.by)) else {
            continue;
        };
        for n in 0..saving.drafts.len() {
            let draft = &saving.drafts[n];
            let is_named = draft.slots[slot].is_some() || draft.slots[by].is_some();
            if is_named
                && saving.is_readable(n)
                && (draft.is_new() || has_changed(draft, slot) || has_changed(draft, by))
                && let Some(problem) = misfit(saving, draft, (dependent, slot, by))
            {
                saving.blame(n, problem);
            }
        }
    }
}

/// Refuses options that the record's type does not have, where one of the two changes.
fn check_types(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) {
    let Some(by) = facts.slot(RECORD_TYPE).filter(|_| !rules.record_types.is_empty()) else { return };
    let mut found = Vec::new();
    for (n, draft) in saving.drafts.iter().enumerate().filter(|(n, _)| saving.is_readable(*n)) {
        let Value::Text(name) = draft.after(by) else { continue };
        let Some(rule) = rules.record_types.get(name) else { continue };
        for (id, allowed) in &rule.options {
            let Some(slot) = facts.slot(id) else { continue };
            let is_touched = draft.is_new() || has_changed(draft, slot) || has_changed(draft, by);
            let wrong = words(draft.after(slot)).find(|word| !allowed.iter().any(|one| one == word));
            if let Some(wrong) = wrong.filter(|_| is_touched) {
                let (field, column) = saving.slots.columns[slot];
                let message =
                    format!("`{wrong}` is not an option of {} for the record type `{name}`", field.label);
                found.push((n, Problem::new(&column.key, "option-not-offered", message)));
            }
        }
    }
    found.into_iter().for_each(|(n, problem)| saving.blame(n, problem));
}

fn has_changed(draft: &Draft, slot: usize) -> bool {
    draft.after(slot) != draft.before(slot)
}

fn misfit(
    saving: &Saving<'_>,
    draft: &Draft,
    (dependent, slot, by): (&Dependent, usize, usize),
) -> Option<Problem> {
    let controlling = match draft.after(by) {
        Value::Text(word) => word.as_str(),
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        _ => "",
    };
    let offered = dependent.matrix.get(controlling).map(Vec::as_slice).unwrap_or_default();
    let wrong = words(draft.after(slot)).find(|word| !offered.iter().any(|offer| offer == word))?;
    let (field, column) = saving.slots.columns[slot];
    let (other, _) = saving.slots.columns[by];
    let message = match controlling {
        "" => format!("{} needs {} first", field.label, other.label),
        word => format!("`{wrong}` is not offered where {} is `{word}`", other.label),
    };
    let few: Vec<&str> = offered.iter().take(12).map(String::as_str).collect();
    let problem = Problem::new(&column.key, "option-not-offered", message);
    Some(if few.is_empty() { problem } else { problem.hint(format!("offered are {}", few.join(", "))) })
}
