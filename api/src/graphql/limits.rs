//! What one request may ask for. The product of nested page sizes is the engine's to refuse.

use super::Run;
use super::collect::Field;
use super::fault::Refused;

/// Longest document in bytes.
pub(super) const MAX_TEXT: usize = 100_000;
/// Most tokens of a document.
pub(super) const MAX_TOKENS: usize = 20_000;
/// Deepest nesting of a document: six levels of records are three brackets each.
pub(super) const MAX_DEPTH: usize = 40;
/// Most selections once fragments are opened.
pub(super) const MAX_FIELDS: usize = 5_000;
/// Most keys at the root: each is a statement of its own.
const MAX_ROOTS: usize = 50;

/// Refuses an operation with too many roots.
pub(super) fn check(_: &Run<'_>, fields: &[Field<'_>]) -> Result<(), Refused> {
    if fields.len() > MAX_ROOTS {
        let text =
            format!("an operation has at most {MAX_ROOTS} fields at its root, this one has {}", fields.len());
        return Err(Refused::coded("too-large", text));
    }
    Ok(())
}
