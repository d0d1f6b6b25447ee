//! Processes on a save: which one a record follows, what happens to it in a new state, and whether it may
//! come there.

use formulas::{Expression, Record, Value, evaluate};
use metadata::Problem;
use metadata::catalog::rules::{Rules, Set, Transition, Workflow};
use metadata::definitions::process::{Mode, Who};

use super::draft::Draft;
use super::facts::{Facts, Side};
use super::saving::{REQUIRED, Saving, Taken};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};

pub(super) mod during;
pub(super) mod locks;

/// Values that Trellis sets by itself: those of states that records come into, and of a transition that is taken.
pub(super) fn set(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) -> Result<()> {
    if rules.workflows.is_empty() {
        return Ok(());
    }
    let taken = take(saving, (rules, facts))?;
    for field in state_fields(rules) {
        let Some(slot) = facts.slot(field) else { continue };
        for n in 0..saving.drafts.len() {
            let entered = saving.is_readable(n) && is_entered(&saving.drafts[n], slot);
            let workflow =
                if entered { governing(saving, (rules, facts), (n, field, Side::After)) } else { None };
            let state = workflow.and_then(|workflow| workflow.find_state(saving.drafts[n].after(slot)));
            for one in state.into_iter().flat_map(|state| &state.enter) {
                let is_said = facts.slot(&one.field).is_some_and(|slot| is_said(&saving.drafts[n], slot));
                if !is_said {
                    put(saving, n, (one, facts));
                }
            }
        }
    }
    for one in taken.into_iter().flat_map(|(_, transition)| &transition.after) {
        (0..saving.drafts.len()).for_each(|n| put(saving, n, (one, facts)));
    }
    Ok(())
}

/// Refuses changes of state that the processes do not allow, and transitions on which something is missing.
pub(super) fn check(saving: &mut Saving<'_>, (rules, facts): (&Rules, &Facts)) {
    let taken = saving.transition.as_ref().and_then(|name| {
        let named = rules.workflows.iter().find(|workflow| workflow.name == name.process)?;
        Some((named, named.find_transition(&name.transition)?))
    });
    if let Some((workflow, transition)) = taken {
        check_fields(saving, (transition, facts));
        during::check(saving, (workflow, transition));
    }
    if rules.workflows.is_empty() || may_override(saving.context) {
        return;
    }
    locks::check(saving, (rules, facts), taken);
    for field in
        state_fields(rules).filter(|field| taken.is_none_or(|(workflow, _)| workflow.field != **field))
    {
        let Some(slot) = facts.slot(field) else { continue };
        for n in 0..saving.drafts.len() {
            if !saving.is_readable(n) || !is_entered(&saving.drafts[n], slot) {
                continue;
            }
            let side = if saving.drafts[n].is_new() { Side::After } else { Side::Before };
            let workflow = governing(saving, (rules, facts), (n, field, side));
            let problem = workflow.and_then(|workflow| refusal(&saving.drafts[n], slot, workflow));
            problem.into_iter().for_each(|problem| saving.blame(n, problem));
        }
    }
}

/// Stable ids of the picklists that have processes, each once.
pub(super) fn state_fields(rules: &Rules) -> impl Iterator<Item = &String> {
    let fields = rules.workflows.iter().map(|workflow| &workflow.field).enumerate();
    fields
        .filter(|(at, field)| rules.workflows[..*at].iter().all(|one| one.field != **field))
        .map(|(_, field)| field)
}

/// Whether the record comes into another state.
pub(super) fn is_entered(draft: &Draft, slot: usize) -> bool {
    let (before, after) = (draft.before(slot), draft.after(slot));
    before != after && !(before.is_blank() && after.is_blank())
}

/// The process that a record follows: the first that applies to one of its images.
pub(super) fn governing<'r>(
    saving: &Saving<'_>,
    (rules, facts): (&'r Rules, &Facts),
    (n, field, side): (usize, &str, Side),
) -> Option<&'r Workflow> {
    let image = facts.image(&saving.drafts, n, side);
    let mut workflows = rules.workflows.iter().filter(|workflow| workflow.field == field);
    // The record's type has the last word.
    let own = facts.record_type(&image).and_then(|name| rules.record_types.get(&name)?.process.as_ref());
    if let Some(named) = own.and_then(|own| workflows.clone().find(|workflow| workflow.name == *own)) {
        return Some(named);
    }
    workflows.find(|workflow| holds(&workflow.applies, &image, facts))
}

/// Whether a condition is true; one that is not there is.
fn holds(condition: &Option<Expression>, record: &dyn Record, facts: &Facts) -> bool {
    let Some(condition) = condition else { return true };
    evaluate(condition, record, &facts.request).is_ok_and(|value| value.is_true())
}

fn is_said(draft: &Draft, slot: usize) -> bool {
    draft.slots[slot].is_some() && !draft.filled.contains(&slot)
}

fn put(saving: &mut Saving<'_>, n: usize, (set, facts): (&Set, &Facts)) {
    let Some(slot) = facts.slot(&set.field) else { return };
    let (field, _) = saving.slots.columns[slot];
    // A formula without a value leaves the field blank, as every default does.
    let value = evaluate(&set.value, &facts.view(&saving.drafts, n), &facts.request).unwrap_or(Value::Null);
    match field.fitted(value) {
        Some(value) => {
            saving.drafts[n].slots[slot] = Some(value);
            saving.drafts[n].filled.push(slot);
        }
        None => {
            let message = format!("the process sets a value that does not fit into {}", field.label);
            saving.blame(n, Problem::new(&set.key, "does-not-fit", message));
        }
    }
}

/// The transition that the records take, with the state that it leads to put into their drafts.
fn take<'r>(
    saving: &mut Saving<'_>,
    (rules, facts): (&'r Rules, &Facts),
) -> Result<Option<(&'r Workflow, &'r Transition)>> {
    let Some(name) = saving.transition.clone() else { return Ok(None) };
    let is_meant = |workflow: &&Workflow| name.process.is_empty() || workflow.name == name.process;
    let named = state_fields(rules)
        .filter_map(|field| governing(saving, (rules, facts), (0, field, Side::Before)))
        .filter(is_meant)
        .find_map(|workflow| Some((workflow, workflow.find_transition(&name.transition)?)));
    let Some((workflow, transition)) = named else { return Err(Error::NotFound) };
    for n in 0..saving.drafts.len() {
        step(saving, n, (workflow, transition, facts))?;
    }
    saving.transition =
        Some(Taken { process: workflow.name.clone(), events: transition.emits.clone(), ..name });
    Ok(Some((workflow, transition)))
}

/// Puts the state that a transition leads to into one draft.
fn step(
    saving: &mut Saving<'_>,
    n: usize,
    (workflow, transition, facts): (&Workflow, &Transition, &Facts),
) -> Result<()> {
    let (Some(slot), draft) = (facts.slot(&workflow.field), &saving.drafts[n]) else {
        return Err(Error::NotFound);
    };
    if !workflow.leads_from(transition, draft.before(slot)) {
        let message = format!("`{}` does not lead out of this state", transition.name);
        return Err(Error::Conflict(vec![Problem::new(&workflow.key, "wrong-state", message)]));
    }
    let image = facts.image(&saving.drafts, n, Side::Before);
    let is_timed = saving.transition.as_ref().is_some_and(|taken| taken.is_timed);
    let is_one = is_one_of(&workflow.source.transitions[transition.at].who, (saving.context, facts), &image);
    if !is_one || is_timed != transition.wait.is_some() {
        return Err(Error::Forbidden(Refusal::Transition(transition.name.clone())));
    }
    let is_ready = holds(&transition.before, &image, facts);
    let to = Value::Text(transition.to.clone());
    if draft.slots[slot].as_ref().is_some_and(|value| *value != to) {
        let message = format!("the transition leads to `{}`", transition.to);
        saving.blame(n, Problem::new(&workflow.key, "contradiction", message));
    }
    if !is_ready {
        saving.blame(n, not_ready(workflow, transition));
    }
    let draft = &mut saving.drafts[n];
    draft.slots[slot] = Some(to);
    draft.filled.push(slot);
    Ok(())
}

/// Which of the records Trellis may take through a timed transition now: those that follow its process, are where it
/// leads out of and are ready for it.
pub(super) fn ready(
    saving: &Saving<'_>,
    (rules, facts): (&Rules, &Facts),
    (workflow, transition): (&Workflow, &Transition),
) -> Vec<bool> {
    let Some(slot) = facts.slot(&workflow.field) else { return vec![false; saving.drafts.len()] };
    let is_ready = |n: usize| {
        let followed = governing(saving, (rules, facts), (n, &workflow.field, Side::Before));
        followed.is_some_and(|followed| followed.name == workflow.name)
            && workflow.leads_from(transition, saving.drafts[n].before(slot))
            && holds(&transition.before, &facts.image(&saving.drafts, n, Side::Before), facts)
    };
    (0..saving.drafts.len()).map(is_ready).collect()
}

/// Why a transition cannot be taken yet.
fn not_ready(workflow: &Workflow, transition: &Transition) -> Problem {
    let source = &workflow.source.transitions[transition.at];
    let message =
        source.message.clone().unwrap_or_else(|| "the record is not ready for this transition".into());
    Problem::new("", "not-ready", message)
}

/// Whether the actor is among those who may; everybody where nobody is named.
fn is_one_of(who: &[Who], (context, facts): (&Context, &Facts), record: &dyn Record) -> bool {
    let is = |kind: &str, name: &str| match kind {
        "role" => facts.request.roles.iter().any(|role| role == name),
        "team" => facts.request.teams.iter().any(|team| team == name),
        _ => context.actor.user_id.to_string().eq_ignore_ascii_case(name),
    };
    let owner = || facts.owner(record) == Some(context.actor.user_id);
    let is_who = |who: &Who| match who {
        Who::Word(word) => word.split_once(':').map_or_else(owner, |(kind, name)| is(kind, name)),
        Who::Named(named) => {
            let pairs = [("role", &named.role), ("team", &named.team), ("user", &named.user)];
            pairs.into_iter().any(|(kind, name)| name.as_ref().is_some_and(|name| is(kind, name)))
                || (named.owner == Some(true) && owner())
        }
    };
    who.is_empty() || who.iter().any(is_who)
}

/// Whether the actor may change states past every process.
pub(super) fn may_override(context: &Context) -> bool {
    if context.actor.is_system() {
        return true;
    }
    // Administrators hold every permission, so that they have to say that they mean it.
    let is_meant = context.consent.process_override || !context.actor.is_administrator();
    is_meant && context.snapshot.policies.holds(&context.actor, "process_override")
}

/// Why a change of state is not allowed by itself.
fn refusal(draft: &Draft, slot: usize, workflow: &Workflow) -> Option<Problem> {
    if workflow.mode == Mode::Guide {
        return None;
    }
    let (before, after) = (draft.before(slot), draft.after(slot));
    // What is not in the process yet comes in as a new record does.
    if draft.is_new() || workflow.find_state(before).is_none() {
        let begins = workflow.initial.is_empty()
            || matches!(after, Value::Text(state) if workflow.initial.contains(state));
        let fits = after.is_blank() || (begins && workflow.find_state(after).is_some());
        let first: Vec<&str> = match workflow.initial.is_empty() {
            true => workflow.states.iter().map(|state| state.value.as_str()).collect(),
            false => workflow.initial.iter().map(String::as_str).collect(),
        };
        let problem = Problem::new(&workflow.key, "not-initial", "the process does not begin in this state");
        return (!fits).then(|| problem.hint(format!("it begins with {}", first.join(", "))));
    }
    let ways = workflow.transitions.iter().filter(|one| one.wait.is_none());
    let ways = ways.filter(|transition| workflow.leads_from(transition, before));
    let ways: Vec<&str> = ways.map(|transition| transition.name.as_str()).collect();
    let problem = Problem::new(&workflow.key, "transition-needed", "this changes by transitions alone");
    Some(match ways.is_empty() {
        true => problem.hint("none leads out of this state"),
        false => problem.hint(format!("POST …/transitions/ one of {}", ways.join(", "))),
    })
}

/// What must be filled on the way, and what must be true of it.
fn check_fields(saving: &mut Saving<'_>, (transition, facts): (&Transition, &Facts)) {
    if !saving.is_readable(0) {
        return;
    }
    let mut found = Vec::new();
    for field in &transition.fields {
        let Some(slot) = facts.slot(&field.field) else { continue };
        if field.required && saving.drafts[0].after(slot).is_blank() {
            found.push(Problem::new(&field.key, REQUIRED, format!("{} is required", field.label)));
        } else if !holds(&field.when, &facts.view(&saving.drafts, 0), facts) {
            let message =
                field.message.clone().unwrap_or_else(|| format!("{} does not fit here", field.label));
            found.push(Problem::new(&field.key, "unsuitable", message));
        }
    }
    found.into_iter().for_each(|problem| saving.blame_once(0, problem));
}

/// A process with the ways that are open, each with the reason why it cannot be taken yet.
pub(super) type Open<'r> = (&'r Workflow, Vec<(&'r Transition, Option<Problem>)>);

/// The transitions that lead out of the state of the one record, for those who may take them.
pub(super) fn possible<'r>(saving: &Saving<'_>, (rules, facts): (&'r Rules, &Facts)) -> Vec<Open<'r>> {
    let image = facts.image(&saving.drafts, 0, Side::Before);
    let followed =
        state_fields(rules).filter_map(|field| governing(saving, (rules, facts), (0, field, Side::Before)));
    let ways = |workflow: &'r Workflow| {
        let slot = facts.slot(&workflow.field);
        let state = slot.map_or(&Value::Null, |slot| saving.drafts[0].before(slot));
        let open = workflow.transitions.iter().filter(|one| {
            let who = &workflow.source.transitions[one.at].who;
            one.wait.is_none()
                && workflow.leads_from(one, state)
                && is_one_of(who, (saving.context, facts), &image)
        });
        let judged =
            open.map(|one| (one, (!holds(&one.before, &image, facts)).then(|| not_ready(workflow, one))));
        (workflow, judged.collect())
    };
    followed.map(ways).collect()
}
