//! Rules for names, and labels made from names. The same words stand in JSON, SQL, URLs and GraphQL.

use crate::problem::{Fault, Problem};

/// Most characters of a name.
const MAX_LENGTH: usize = 40;

/// Columns and keys that every record has, and the names of the fields behind them.
const STANDARD: &[&str] = &[
    "id",
    "name",
    "owner",
    "owner_id",
    "created_at",
    "created_by",
    "created_by_id",
    "updated_at",
    "updated_by",
    "updated_by_id",
    "version",
    "record_type",
    "deleted_at",
    "deleted_by",
    "deleted_by_id",
];

/// First words under `/api/v1/` that are not objects.
const URL_WORDS: &[&str] = &["batch", "imports", "search", "openapi"];

/// Checks the form of a name: `snake_case`, at most 40 characters.
pub fn check_name(name: &str) -> Result<(), Fault> {
    let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let rest = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let under = name.ends_with('_') || name.contains("__");
    if first && rest && !under && name.len() <= MAX_LENGTH {
        return Ok(());
    }
    let text =
        "a name is snake_case: it starts with a letter, has a-z, 0-9 and single `_`, at most 40 characters";
    Err(Fault::new("bad-name", text))
}

/// The form that a name should have had, when one can be made of it.
pub fn proper(name: &str) -> Option<String> {
    let mut words = String::new();
    for c in name.trim().chars() {
        match c.is_ascii_alphanumeric() {
            true => words.push(c.to_ascii_lowercase()),
            false if !words.is_empty() && !words.ends_with('_') => words.push('_'),
            false => {}
        }
    }
    let words: String = words.chars().skip_while(|c| !c.is_ascii_lowercase()).take(MAX_LENGTH).collect();
    let words = words.trim_end_matches('_').to_owned();
    check_name(&words).is_ok().then_some(words)
}

/// Problem with a name at `path`, if its form is wrong.
pub(crate) fn name_problem(path: String, name: &str) -> Option<Problem> {
    let problem = check_name(name).err()?.at(path);
    Some(match proper(name) {
        Some(better) => problem.hint(format!("for example `{better}`")),
        None => problem,
    })
}

/// Whether every record has a field, key or column of this name already.
pub(crate) fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
}

/// Whether a plural would hide another address.
pub(crate) fn is_url_word(name: &str) -> bool {
    URL_WORDS.contains(&name)
}

/// `close_date` → `Close date`.
pub fn label(name: &str) -> String {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}
