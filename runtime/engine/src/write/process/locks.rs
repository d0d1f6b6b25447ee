//! Records that stay as they are while they are in a state: they change by transitions alone, and by what Trellis
//! computes. Who may change states past their process may change these records too.

use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use metadata::catalog::rules::{Rules, Transition, Workflow};
use permissions::{Action, Actor};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{governing, may_override, state_fields};
use crate::SYSTEM_USER;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::query::Bin;
use crate::read::sql::Lock;
use crate::write::draft::{Draft, Slots};
use crate::write::facts::{Facts, Side};
use crate::write::saving::{Saving, Way};
use crate::write::{load, reach};

/// Blames changes of locked records. On a transition only what it asks for may be filled in.
pub(super) fn check(saving: &mut Saving<'_>, law: (&Rules, &Facts), taken: Option<(&Workflow, &Transition)>) {
    let mut found = Vec::new();
    for (n, workflow) in locked(saving, law) {
        let draft = &saving.drafts[n];
        let asked = taken.filter(|(taken, _)| taken.name == workflow.name).map(|(_, one)| one);
        let is_asked = |slot: usize| {
            asked.is_some_and(|one| one.fields.iter().any(|field| law.1.slot(&field.field) == Some(slot)))
        };
        let is_written = |slot: &usize| draft.slots[*slot].is_some() && !draft.filled.contains(slot);
        let changed = (0..draft.slots.len()).filter(is_written).find(|slot| !is_asked(*slot));
        if changed.is_some() || !draft.links.is_empty() {
            found.push((n, problem(workflow, asked.is_some())));
        }
    }
    found.into_iter().for_each(|(n, problem)| saving.blame(n, problem));
}

/// The stored records that are locked, each with the process that says so.
fn locked<'r>(saving: &Saving<'_>, (rules, facts): (&'r Rules, &Facts)) -> Vec<(usize, &'r Workflow)> {
    let has_lock = |field: &&String| {
        let mut workflows = rules.workflows.iter().filter(|one| one.field == **field);
        workflows.any(|one| one.states.iter().any(|state| state.lock))
    };
    let mut found: Vec<(usize, &Workflow)> = Vec::new();
    for field in state_fields(rules).filter(has_lock) {
        let Some(slot) = facts.slot(field) else { continue };
        for n in (0..saving.drafts.len()).filter(|n| !saving.drafts[*n].is_new()) {
            let workflow = governing(saving, (rules, facts), (n, field, Side::Before));
            let state = workflow.and_then(|workflow| workflow.find_state(saving.drafts[n].before(slot)));
            if let Some(workflow) = workflow.filter(|_| state.is_some_and(|state| state.lock)) {
                found.push((n, workflow));
            }
        }
    }
    found
}

fn problem(workflow: &Workflow, on_the_way: bool) -> Problem {
    let problem = Problem::new("", "locked", "the record is locked in this state");
    problem.hint(match on_the_way {
        true => "fill in only what the transition asks for".to_owned(),
        false => format!("it changes by transitions of `{}` alone", workflow.name),
    })
}

/// Refuses to remove records that are locked.
pub(in crate::write) async fn require_open(
    connection: &mut PgConnection,
    context: &Context,
    (object, ids): (&Arc<Object>, &[Uuid]),
) -> Result<()> {
    let Some(rules) = context.snapshot.catalog.rules(object) else { return Ok(()) };
    let has_lock = rules.workflows.iter().flat_map(|one| &one.states).any(|state| state.lock);
    if !has_lock || may_override(context) {
        return Ok(());
    }
    // What goes along with a record is looked at whether or not the actor may see it.
    let actor = Actor::system(SYSTEM_USER, "locks of states").into();
    let context = Context { actor, ..context.clone() };
    let slots = Slots::new(object);
    let columns = load::columns(&context, &slots);
    let place = (object.name.as_str(), ids, Bin::Live);
    let stored = reach::find_with(connection, &context, place, (Action::Read, Lock::None, &columns)).await?;
    let mut saving = Saving::new(&context, &slots, Way::Command);
    let draft = |(id, stored)| Draft { stored: Some(stored), ..slots.blank(id) };
    saving.drafts = stored.into_iter().map(draft).collect();
    let facts = Facts::load(connection, &saving).await?;
    let found = locked(&saving, facts.law());
    let Some((_, workflow)) = found.first() else { return Ok(()) };
    let text = format!("{} is locked in its state", object.label);
    let hint = format!("take a transition of `{}` first", workflow.name);
    Err(Error::Conflict(vec![Problem::new("", "locked", text).hint(hint)]))
}
