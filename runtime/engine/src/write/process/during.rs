//! What whoever takes a transition says besides its fields: why, and what they have confirmed. It comes with the fields,
//! under keys that no field has.

use metadata::catalog::rules::{Transition, Workflow};
use metadata::definitions::process::{During, Note};
use metadata::{Input, Problem, suggest};

use crate::command::Fields;
use crate::error::{Error, Result};
use crate::write::saving::{REQUIRED, Saving, Taken};

/// The key of the note.
const NOTE: &str = "_note";
/// The key of the items that are confirmed.
const CHECKLIST: &str = "_checklist";
/// Longest note, in characters.
const MAX_NOTE: usize = 4_000;

/// Takes the two out of what is filled in on the way.
pub(in crate::write) fn read(fields: &mut Fields, taken: &mut Taken) -> Result<()> {
    let mut problems = Vec::new();
    fields.retain(|(key, raw)| {
        let input = Input::from_raw(raw);
        let found = match key.as_str() {
            NOTE => note(&input).map(|note| taken.note = note),
            CHECKLIST => items(raw.get()).map(|items| taken.confirmed = items),
            _ => return true,
        };
        problems.extend(found.err());
        false
    });
    if problems.is_empty() { Ok(()) } else { Err(Error::Unprocessable(problems)) }
}

fn note(input: &Input<'_>) -> Result<Option<String>, Problem> {
    let text = match input {
        Input::Null => return Ok(None),
        Input::Text(text) => text.trim(),
        _ => return Err(Problem::new(NOTE, "wrong-type", "a note is a text")),
    };
    if text.chars().count() > MAX_NOTE {
        return Err(Problem::new(NOTE, "too-long", format!("a note has at most {MAX_NOTE} characters")));
    }
    if text.contains('\0') {
        return Err(Problem::new(NOTE, "bad-character", "the note contains a NUL character"));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn items(json: &str) -> Result<Vec<String>, Problem> {
    let items: Result<Option<Vec<String>>, _> = serde_json::from_str(json);
    let problem = || Problem::new(CHECKLIST, "wrong-type", "the checklist is a list of its items");
    items.map(Option::unwrap_or_default).map_err(|_| problem())
}

/// Whether the one who takes the transition has said what it asks for, and nothing else.
pub(super) fn check(saving: &mut Saving<'_>, (workflow, transition): (&Workflow, &Transition)) {
    let Some(taken) = &mut saving.transition else { return };
    let nothing = During::default();
    let asked = workflow.source.transitions[transition.at].during.as_ref().unwrap_or(&nothing);
    let mut problems = Vec::new();
    if asked.note == Some(Note::Required) && taken.note.is_none() {
        problems.push(Problem::new(NOTE, REQUIRED, "a note says why"));
    }
    if asked.note.is_none() && taken.note.is_some() {
        problems.push(Problem::new(NOTE, "not-asked", "this transition takes no note"));
    }
    for (at, item) in taken.confirmed.iter().enumerate().filter(|(_, item)| !asked.checklist.contains(item)) {
        let path = format!("{CHECKLIST}.{at}");
        let problem = Problem::new(path, "unknown-item", "this is not on the checklist of the transition");
        let hint = suggest::hint(item, asked.checklist.iter().map(String::as_str));
        problems.push(hint.into_iter().fold(problem, Problem::hint));
    }
    let missing: Vec<&str> =
        asked.checklist.iter().filter(|item| !taken.confirmed.contains(item)).map(String::as_str).collect();
    if !missing.is_empty() {
        let text = format!("still to be confirmed: {}", missing.join("; "));
        problems.push(Problem::new(CHECKLIST, REQUIRED, text));
    }
    // In the order of the list, each once: what was confirmed is kept as it was asked for.
    let confirmed = asked.checklist.iter().filter(|item| taken.confirmed.contains(item));
    taken.confirmed = confirmed.cloned().collect();
    problems.into_iter().for_each(|problem| saving.blame(0, problem));
}
