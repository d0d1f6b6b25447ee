//! Whether a process hangs together: states that are options, transitions between them, fields that are there.

use std::collections::HashSet;

use formulas::Type;
use serde_json::{Value as Json, value::to_raw_value};

use super::{Catalog, Field, Object};
use crate::definitions::process::{Action, DuringField, Process, Transition, Who, fits, set_options};
use crate::definitions::validation_rule::{condition, own_field};
use crate::field_kinds::FieldKind;
use crate::input::Input;
use crate::problem::Problem;
use crate::suggest;

/// Longest name of an event, longest item of a checklist in characters, and most items.
const MAX_EVENT: usize = 80;
const MAX_ITEM: usize = 200;
const MAX_ITEMS: usize = 20;
/// Most seconds that a record waits for a timed transition: ten years.
const LONGEST_WAIT: i64 = 10 * 366 * 86_400;

/// What is wrong with a process, with paths below it.
pub(crate) fn check(catalog: &Catalog, object: &Object, process: &Process) -> Vec<Problem> {
    let Some(field) = object.find_field(&process.field) else {
        return own_field(object, ("field", &process.field)).into_iter().collect();
    };
    if !matches!(field.kind, FieldKind::Picklist(_)) {
        let text = format!("`{}` is not a picklist", process.field);
        return vec![Problem::new("field", "wrong-kind", text)];
    }
    let check = Check { catalog, object, process, field };
    let mut problems = check.states();
    problems.extend(process.applies.iter().flat_map(|text| condition(catalog, object, ("applies", text))));
    let mut seen = HashSet::new();
    for (at, transition) in process.transitions.iter().enumerate() {
        let mut found = check.transition(transition);
        if !seen.insert(&transition.name) {
            found.push(Problem::new("name", "duplicate", format!("`{}` is there twice", transition.name)));
        }
        problems.extend(found.into_iter().map(|problem| problem.under(&format!("transitions.{at}"))));
    }
    problems
}

struct Check<'c> {
    catalog: &'c Catalog,
    object: &'c Object,
    process: &'c Process,
    field: &'c Field,
}

impl Check<'_> {
    fn states(&self) -> Vec<Problem> {
        let (mut problems, mut seen) = (Vec::new(), HashSet::new());
        for (at, state) in self.process.states.iter().enumerate() {
            let (place, value) = (format!("states.{at}"), state.value());
            if !self.field.options.iter().any(|option| option.value == value) {
                let text = format!("`{value}` is not an option of `{}`", self.field.name);
                let hint = suggest::hint(value, self.field.options.iter().map(|o| o.value.as_str()));
                let problem = Problem::new(&place, "unknown-option", text);
                problems.push(hint.into_iter().fold(problem, Problem::hint));
            }
            if !seen.insert(value) {
                problems.push(Problem::new(&place, "duplicate", format!("`{value}` is there twice")));
            }
            problems.extend(self.actions(state.enter(), &format!("{place}.enter")));
            let events =
                state.enter().iter().enumerate().filter(|(_, one)| matches!(one, Action::Emit { .. }));
            problems.extend(events.map(|(at, _)| {
                let text = "a state emits nothing";
                let problem = Problem::new(format!("{place}.enter.{at}"), "not-allowed", text);
                problem.hint("let the transitions that lead here emit it, in their `after`")
            }));
            if let crate::definitions::process::StateEntry::Full(state) = state {
                let places = state.key_fields.iter().enumerate();
                problems.extend(places.filter_map(|(n, name)| {
                    own_field(self.object, (&format!("{place}.key_fields.{n}"), name))
                }));
            }
        }
        let ends = self.process.initial.iter().map(|value| ("initial", value));
        for (key, value) in ends.chain(self.process.last.iter().map(|value| ("final", value))) {
            problems.extend(self.state(key, value));
        }
        problems
    }

    fn state(&self, place: &str, value: &str) -> Option<Problem> {
        if self.process.states.iter().any(|state| state.value() == value) {
            return None;
        }
        let hint = suggest::hint(value, self.process.states.iter().map(|state| state.value()));
        let problem =
            Problem::new(place, "unknown-state", format!("`{value}` is not a state of the process"));
        Some(hint.into_iter().fold(problem, Problem::hint))
    }

    fn transition(&self, transition: &Transition) -> Vec<Problem> {
        let from = transition.from.iter().enumerate();
        let mut problems: Vec<Problem> =
            from.filter_map(|(at, value)| self.state(&format!("from.{at}"), value)).collect();
        problems.extend(self.state("to", &transition.to));
        let who = transition.who.iter().enumerate();
        problems.extend(who.filter_map(|(at, who)| who_problem(who, format!("who.{at}"))));
        let before = transition.before.iter();
        problems.extend(before.flat_map(|text| condition(self.catalog, self.object, ("before", text))));
        let during = transition.during.iter().flat_map(|during| &during.fields).enumerate();
        for (at, field) in during {
            problems.extend(self.during(field, &format!("during.fields.{at}")));
        }
        problems.extend(self.actions(&transition.after, "after"));
        problems.extend(checklist(transition));
        problems.extend(automatic(transition));
        problems
    }

    fn during(&self, during: &DuringField, place: &str) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            writable(self.object, &during.field, &format!("{place}.field")).err().into_iter().collect();
        let when = format!("{place}.when");
        let texts = during.when.iter();
        problems.extend(texts.flat_map(|text| condition(self.catalog, self.object, (&when, text))));
        problems
    }

    fn actions(&self, actions: &[Action], place: &str) -> Vec<Problem> {
        actions_problems(self.catalog, self.object, (actions, place))
    }
}

/// What is wrong with values that Trellis puts into fields of an object.
pub(crate) fn actions_problems(
    catalog: &Catalog,
    object: &Object,
    (actions, place): (&[Action], &str),
) -> Vec<Problem> {
    let each = actions.iter().enumerate();
    let one = |(at, action): (usize, &Action)| {
        let place = format!("{place}.{at}");
        let (field, value) = match action {
            Action::Set { field, value } => (field, value),
            Action::Emit { event } => return event_problem(event, &place).into_iter().collect(),
        };
        match writable(object, field, &format!("{place}.field")) {
            Ok(field) => value_problems(catalog, object, (field, value, &format!("{place}.value"))),
            Err(problem) => vec![problem],
        }
    };
    each.flat_map(one).collect()
}

/// The field of this name, which people or actions may fill.
pub(crate) fn writable<'o>(object: &'o Object, name: &str, place: &str) -> Result<&'o Field, Problem> {
    let found = object.find_field(name).or_else(|| Some(object.find_key(name)?.0));
    let Some(field) = found else {
        let unknown = own_field(object, (place, name));
        return Err(unknown.unwrap_or_else(|| Problem::new(place, "unknown-field", "no such field")));
    };
    if field.read_only || field.columns.is_empty() {
        return Err(Problem::new(place, "read-only", format!("`{name}` is set by the system")));
    }
    Ok(field)
}

/// What is wrong with a value, a formula about records of `object`, that a field gets.
pub(crate) fn value_problems(
    catalog: &Catalog,
    object: &Object,
    (field, value, place): (&Field, &Json, &str),
) -> Vec<Problem> {
    let Json::String(text) = value else {
        let Ok(raw) = to_raw_value(value) else { return Vec::new() };
        let fault = field.parse_known(&Input::from_raw(&raw)).err();
        return fault.map(|fault| fault.at(place)).into_iter().collect();
    };
    match catalog.check_expression(object, text, &set_options()) {
        Ok(checked) if fits(checked.ty, field.ty()) => Vec::new(),
        Ok(checked) => vec![misfit(field, checked.ty).under(place)],
        Err(found) => found.into_iter().map(|problem| quoted(problem.under(place))).collect(),
    }
}

/// How a text is told from a formula.
const QUOTES: &str = "the value is a formula; a text stands in quotes of its own: \"\\\"closed\\\"\"";

fn quoted(problem: Problem) -> Problem {
    if problem.hint.is_some() { problem } else { problem.hint(QUOTES) }
}

fn misfit(field: &Field, ty: Type) -> Problem {
    let text = format!("a {} does not fit into `{}`", ty.word(), field.name);
    Problem::new("", "wrong-type", text)
}

/// What is wrong with the name of an event.
fn event_problem(event: &str, place: &str) -> Option<Problem> {
    let is_word = |word: &str| {
        let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(rest)
    };
    let fits = event.len() <= MAX_EVENT && event.split('.').all(is_word);
    let text = format!("`{event}` does not name an event");
    let problem = Problem::new(format!("{place}.event"), "bad-name", text);
    let hint = format!(
        "words of a-z, 0-9 and _ with dots between, such as `quote.sent`; at most {MAX_EVENT} characters"
    );
    (!fits).then(|| problem.hint(hint))
}

fn checklist(transition: &Transition) -> Vec<Problem> {
    let items = transition.during.iter().flat_map(|during| &during.checklist);
    let (mut problems, mut seen) = (Vec::new(), HashSet::new());
    for (at, item) in items.enumerate() {
        let place = format!("during.checklist.{at}");
        if item.trim().is_empty() || item.chars().count() > MAX_ITEM {
            let text = format!("an item has between 1 and {MAX_ITEM} characters");
            problems.push(Problem::new(&place, "bad-length", text));
        }
        if !seen.insert(item) {
            problems.push(Problem::new(&place, "duplicate", format!("`{item}` is there twice")));
        }
        if at == MAX_ITEMS {
            let text = format!("at most {MAX_ITEMS} items can be confirmed");
            problems.push(Problem::new("during.checklist", "too-many", text));
        }
    }
    problems
}

/// What nobody is there to do when Trellis takes a transition by itself.
fn automatic(transition: &Transition) -> Vec<Problem> {
    let Some(seconds) = transition.trigger.wait() else { return Vec::new() };
    let mut problems = Vec::new();
    if !(60..=LONGEST_WAIT).contains(&seconds) {
        let text = "the time in the state is between a minute and ten years";
        let problem = Problem::new("trigger.automatic.after_hours", "out-of-range", text);
        problems.push(problem.hint("a quarter of an hour is 0.25, a week 168"));
    }
    if transition.from.is_empty() {
        let problem = Problem::new("from", "missing", "a timed transition leads out of named states");
        problems.push(problem.hint("say in which states records wait"));
    }
    let unheard = [("who", !transition.who.is_empty()), ("during", transition.during.is_some())];
    for (key, _) in unheard.into_iter().filter(|(_, given)| *given) {
        let problem = Problem::new(key, "not-allowed", "nobody is there when Trellis takes a transition");
        problems.push(problem.hint("say in `before` what must be true, and in `after` what is set"));
    }
    problems
}

fn who_problem(who: &Who, place: String) -> Option<Problem> {
    let good = match who {
        Who::Word(word) => {
            let known =
                |(kind, name): (&str, &str)| ["role", "team", "user"].contains(&kind) && !name.is_empty();
            word == "owner" || word.split_once(':').is_some_and(known)
        }
        Who::Named(named) => {
            let given =
                [named.role.is_some(), named.team.is_some(), named.user.is_some(), named.owner == Some(true)];
            given.iter().filter(|given| **given).count() == 1
        }
    };
    let text = "say `owner`, `role:…`, `team:…` or `user:…`";
    (!good).then(|| Problem::new(place, "bad-who", text))
}
