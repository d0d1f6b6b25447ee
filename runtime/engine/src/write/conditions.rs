//! Conditional fields: what is not shown counts for nothing, what must be filled is, what stays stays, and options are
//! those that are left.
//!
//! A condition that has no value is taken as the strict one: shown, required, read-only.

use formulas::{Expression, Record, Value, evaluate};
use metadata::Problem;
use metadata::catalog::Field;
use metadata::catalog::rules::{Condition, Rules};
use metadata::definitions::field_condition::WhenHidden;
use metadata::field_kinds::FieldKind;

use super::draft::Draft;
use super::facts::{Facts, Side, View};
use super::options::words;
use super::saving::{REQUIRED, Saving};
use super::seal;

/// What a condition says about one record's field.
enum Verdict {
    Hidden,
    Shown { required: bool, read_only: bool },
}

/// Applies every condition to every record of which it reads what can be understood, in their order.
pub(super) fn apply(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) {
    for condition in rules.enforced() {
        let Some(field) = saving.slots.object.find_field_by_id(&condition.field) else { continue };
        let column = |name: &str| saving.slots.column(name);
        let slots: Vec<usize> = field.columns.iter().filter_map(|one| column(&one.name)).collect();
        for n in 0..saving.drafts.len() {
            let predicates = [&condition.visible, &condition.required, &condition.read_only];
            if !predicates.into_iter().flatten().all(|predicate| saving.is_meant(n, predicate)) {
                continue;
            }
            match verdict(condition, &facts.view(&saving.drafts, n), facts) {
                Verdict::Hidden => hide(&mut saving.drafts[n], (field, &slots), condition.when_hidden),
                Verdict::Shown { required, read_only } => {
                    hold(saving, n, (field, &slots), (required, read_only));
                    limit(saving, n, (condition, field), facts);
                }
            }
        }
    }
}

fn verdict(condition: &Condition, view: &View<'_>, facts: &Facts) -> Verdict {
    let holds = |expression: &Option<Expression>, missing: bool| match expression {
        None => missing,
        Some(expression) => evaluate(expression, view, &facts.request).map_or(true, |value| value.is_true()),
    };
    if !holds(&condition.visible, true) {
        return Verdict::Hidden;
    }
    Verdict::Shown {
        required: holds(&condition.required, false),
        read_only: holds(&condition.read_only, false),
    }
}

/// What was sent for a hidden field is not looked at; the stored value stays, or goes.
fn hide(draft: &mut Draft, (field, slots): (&Field, &[usize]), when_hidden: WhenHidden) {
    for &slot in slots {
        let is_sent = draft.slots[slot].is_some() && !draft.filled.contains(&slot);
        match when_hidden {
            WhenHidden::Keep if is_sent => draft.slots[slot] = None,
            WhenHidden::Keep => {}
            WhenHidden::Clear => {
                let blank = match field.kind {
                    FieldKind::Boolean(_) => Value::Bool(false),
                    _ => Value::Null,
                };
                if draft.slots[slot].is_some() || (!draft.is_new() && *draft.before(slot) != blank) {
                    draft.slots[slot] = Some(blank);
                    draft.filled.push(slot);
                }
            }
        }
    }
}

fn hold(
    saving: &mut Saving<'_>,
    n: usize,
    (field, slots): (&Field, &[usize]),
    (required, read_only): (bool, bool),
) {
    let Some((&slot, column)) = slots.last().zip(field.columns.last()) else { return };
    let draft = &saving.drafts[n];
    let is_same = |slot| field.encrypted && seal::is_stored((saving.context, saving.slots), draft, slot);
    if read_only && slots.iter().any(|&slot| is_changed(draft, slot) && !is_same(slot)) {
        let message = format!("{} cannot be changed as the record stands", field.label);
        return saving.blame_once(n, Problem::new(&column.key, "read-only", message));
    }
    if required && draft.after(slot).is_blank() {
        saving.blame_once(n, Problem::new(&column.key, REQUIRED, format!("{} is required", field.label)));
    }
}

/// Whether the writer, and not Trellis, gives the slot another value than it has.
fn is_changed(draft: &Draft, slot: usize) -> bool {
    let same = |a: &Value, b: &Value| a == b || (a.is_blank() && b.is_blank());
    let sent = draft.slots[slot].as_ref().filter(|_| !draft.filled.contains(&slot));
    sent.is_some_and(|value| !same(value, draft.before(slot)))
}

/// Refuses options that the conditions do not leave. What does not fit any more stays until the field is changed, or
/// what the conditions read.
fn limit(saving: &mut Saving<'_>, n: usize, (condition, field): (&Condition, &Field), facts: &Facts) {
    let Some((slot, column)) = facts.slot(&condition.field).zip(field.columns.last()) else { return };
    for (when, allowed) in &condition.options {
        let draft = &saving.drafts[n];
        let is_left = |option: &str| allowed.iter().any(|one| one == option);
        let Some(wrong) = words(draft.after(slot)).find(|option| !is_left(option)) else { continue };
        let holds = |record: &dyn Record| {
            evaluate(when, record, &facts.request).map_or(true, |value| value.is_true())
        };
        let was_wrong = !draft.is_new()
            && words(draft.before(slot)).any(|option| option == wrong)
            && holds(&facts.image(&saving.drafts, n, Side::Before));
        if was_wrong || !saving.is_meant(n, when) || !holds(&facts.view(&saving.drafts, n)) {
            continue;
        }
        let message = format!("`{wrong}` is not offered as the record stands");
        let problem = Problem::new(&column.key, "option-not-offered", message);
        let few: Vec<&str> = allowed.iter().take(12).map(String::as_str).collect();
        let problem =
            if few.is_empty() { problem } else { problem.hint(format!("offered are {}", few.join(", "))) };
        saving.blame_once(n, problem);
    }
}
