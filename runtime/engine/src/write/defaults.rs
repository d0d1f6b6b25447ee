//! Computed defaults of new records: in memory, of what the record holds already, one field after the other.

use formulas::{Record, Reference, Value, evaluate};
use metadata::Problem;

use super::draft::{Draft, Slots};
use crate::context::Context;
use crate::plan::column_of;

/// A record in the making as an expression sees it.
struct Making<'d> {
    slots: &'d Slots<'d>,
    draft: &'d Draft,
}

impl Record for Making<'_> {
    fn value(&self, reference: &Reference) -> Value {
        let column = column_of(self.slots.object, &reference.field);
        let slot = column.and_then(|column| self.slots.column(&column.name));
        slot.and_then(|slot| self.draft.slots[slot].clone()).unwrap_or(Value::Null)
    }

    fn is_new(&self) -> bool {
        true
    }
}

/// Fills what is still not said and has a computed default. A fault, or a value that the field cannot hold, is blank;
/// faults are told.
pub(super) fn compute(slots: &Slots<'_>, context: &Context, draft: &mut Draft) -> Vec<Problem> {
    let mut faults = Vec::new();
    for (slot, (field, column)) in slots.columns.iter().enumerate() {
        let Some(checked) = field.default_formula.as_ref().filter(|_| draft.slots[slot].is_none()) else {
            continue;
        };
        let value = evaluate(&checked.expression, &Making { slots, draft }, &context.request());
        if let Err(fault) = &value {
            let text = format!("the default of {} could not be computed: {fault}", field.label);
            faults.push(Problem::new(&column.key, "default-failed", text));
        }
        let value = value.ok().and_then(|value| field.fitted(value)).unwrap_or(Value::Null);
        draft.slots[slot] = match value {
            Value::Null if super::draft::is_boolean(field) => Some(Value::Bool(false)),
            value => Some(value),
        };
        if !field.standard {
            draft.filled.push(slot);
        }
    }
    faults
}
