//! Values of encrypted fields become ciphertext: after everything that looks at values in memory, and before anything of
//! the save goes to the database.

use formulas::Value;
use metadata::field_kinds::ColumnType;

use super::draft::{Draft, Slots};
use super::saving::Saving;
use crate::context::Context;
use crate::error::Result;
use crate::keys::Place;

/// Seals what the drafts hold. A value that is what is stored already stays the ciphertext that it is, so that nothing
/// seems to change.
pub(super) fn apply(saving: &mut Saving<'_>) -> Result<()> {
    let (context, slots) = (saving.context, saving.slots);
    let columns = slots.columns.iter().enumerate();
    let sealed: Vec<usize> =
        columns.filter(|(_, (_, column))| column.ty == ColumnType::Sealed).map(|(slot, _)| slot).collect();
    if sealed.is_empty() {
        return Ok(());
    }
    for draft in &mut saving.drafts {
        if std::mem::replace(&mut draft.is_sealed, true) {
            continue;
        }
        for &slot in &sealed {
            let Some(Value::Text(plain)) = &draft.slots[slot] else { continue };
            let keys = context.keys()?;
            let field = slots.columns[slot].0;
            let stored = match draft.before(slot) {
                stored if is_stored((context, slots), draft, slot) => stored.clone(),
                _ => Value::Text(keys.seal(
                    Place::of(slots.object, field, draft.id),
                    field.blind_index,
                    plain,
                )?),
            };
            draft.slots[slot] = Some(stored);
        }
    }
    Ok(())
}

/// Whether a draft gives an encrypted field the value that is stored already.
pub(super) fn is_stored((context, slots): (&Context, &Slots<'_>), draft: &Draft, slot: usize) -> bool {
    let place = Place::of(slots.object, slots.columns[slot].0, draft.id);
    let (Some(Value::Text(plain)), Value::Text(stored)) = (&draft.slots[slot], draft.before(slot)) else {
        return false;
    };
    context.keys().is_ok_and(|keys| keys.open(place, stored).as_ref() == Some(plain))
}
