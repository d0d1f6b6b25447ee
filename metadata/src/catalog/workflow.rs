//! Processes as a save and its callers use them: states and transitions with their conditions compiled.

use std::sync::Arc;

use formulas::{Expression, Value};
use serde_json::{Value as Json, value::to_raw_value};

use super::rules::{condition, key};
use super::{Catalog, Field, Object};
use crate::definitions::Definitions;
use crate::definitions::process::{Action, Mode, Process, StateEntry, set_options};
use crate::input::Input;

/// One process.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// `deal.sales`
    pub name: String,
    pub object: String,
    /// Stable id and JSON key of the picklist.
    pub field: String,
    pub key: String,
    pub mode: Mode,
    /// Which records follow it; all when there is none.
    pub applies: Option<Expression>,
    pub states: Vec<State>,
    pub transitions: Vec<Transition>,
    pub initial: Vec<String>,
    /// As written, for what people read of it.
    pub source: Arc<Process>,
}

/// One state.
#[derive(Clone, Debug)]
pub struct State {
    pub value: String,
    pub enter: Vec<Set>,
    /// Whether records change by transitions alone here.
    pub lock: bool,
}

/// One transition.
#[derive(Clone, Debug)]
pub struct Transition {
    pub name: String,
    pub to: String,
    pub before: Option<Expression>,
    pub fields: Vec<TransitionField>,
    pub after: Vec<Set>,
    /// Events that it tells of.
    pub emits: Vec<String>,
    /// Seconds in the state after which Trellis takes it; `None` where people do.
    pub wait: Option<i64>,
    /// Its place in the process as written.
    pub at: usize,
}

/// A field that is filled on the way.
#[derive(Clone, Debug)]
pub struct TransitionField {
    /// Stable id and JSON key.
    pub field: String,
    pub key: String,
    pub label: String,
    pub required: bool,
    /// What must be true afterwards.
    pub when: Option<Expression>,
    pub message: Option<String>,
}

/// A value that is put into a field.
#[derive(Clone, Debug)]
pub struct Set {
    /// Stable id and JSON key.
    pub field: String,
    pub key: String,
    pub value: Expression,
}

impl Workflow {
    /// The state of this value.
    pub fn find_state(&self, value: &Value) -> Option<&State> {
        let Value::Text(value) = value else { return None };
        self.states.iter().find(|state| state.value == *value)
    }

    /// The transition of this name.
    pub fn find_transition(&self, name: &str) -> Option<&Transition> {
        self.transitions.iter().find(|transition| transition.name == name)
    }

    /// Whether a transition leads out of a state.
    pub fn leads_from(&self, transition: &Transition, state: &Value) -> bool {
        let from = &self.source.transitions[transition.at].from;
        match state {
            Value::Text(state) if *state == transition.to => false,
            Value::Text(state) => from.is_empty() || from.contains(state),
            _ => from.is_empty(),
        }
    }

    /// Every condition and value.
    pub(super) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let enter = self.states.iter().flat_map(|state| &state.enter).map(|set| &set.value);
        let transitions = self.transitions.iter().flat_map(|transition| {
            let fields = transition.fields.iter().filter_map(|field| field.when.as_ref());
            transition.before.iter().chain(fields).chain(transition.after.iter().map(|set| &set.value))
        });
        self.applies.iter().chain(enter).chain(transitions)
    }
}

/// All active processes: the tenant's own before those that packages brought, then by their order.
pub(super) fn all(catalog: &Catalog, definitions: &Definitions) -> Vec<Workflow> {
    let mut sources: Vec<(&String, &Arc<Process>)> =
        catalog.parts.processes.iter().filter(|(_, process)| process.active).collect();
    let brought = |name: &str| definitions.parts.processes.get(name).is_some_and(|one| one.package.is_some());
    sources.sort_by_key(|(name, process)| (brought(name), process.order));
    let compiled = |(name, process): (&String, &Arc<Process>)| {
        workflow(catalog, catalog.find_object(&process.object)?, (name, process))
    };
    sources.into_iter().filter_map(compiled).collect()
}

fn workflow(catalog: &Catalog, object: &Object, (name, process): (&str, &Arc<Process>)) -> Option<Workflow> {
    let compile = Compile { catalog, object };
    let state = |entry: &StateEntry| State {
        value: entry.value().to_owned(),
        enter: compile.sets(entry.enter()),
        lock: matches!(entry, StateEntry::Full(state) if state.lock),
    };
    Some(Workflow {
        name: name.to_owned(),
        object: object.name.clone(),
        field: object.find_field(&process.field)?.id.clone(),
        key: key(object, &process.field),
        mode: process.mode,
        applies: process.applies.as_ref().and_then(|text| condition(catalog, object, text)),
        states: process.states.iter().map(state).collect(),
        transitions: (0..process.transitions.len()).map(|at| compile.transition(process, at)).collect(),
        initial: process.initial.clone(),
        source: process.clone(),
    })
}

struct Compile<'c> {
    catalog: &'c Catalog,
    object: &'c Object,
}

impl Compile<'_> {
    fn transition(&self, process: &Process, at: usize) -> Transition {
        let source = &process.transitions[at];
        let when = |text: &Option<String>| condition(self.catalog, self.object, text.as_ref()?);
        let fields = source.during.iter().flat_map(|during| &during.fields).filter_map(|during| {
            let field = self.field(&during.field)?;
            Some(TransitionField {
                field: field.id.clone(),
                key: key(self.object, &field.name),
                label: field.label.clone(),
                required: during.required,
                when: when(&during.when),
                message: during.message.clone(),
            })
        });
        Transition {
            name: source.name.clone(),
            to: source.to.clone(),
            before: when(&source.before),
            fields: fields.collect(),
            after: self.sets(&source.after),
            emits: source.after.iter().filter_map(event).collect(),
            wait: source.trigger.wait(),
            at,
        }
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.object.find_field(name).or_else(|| Some(self.object.find_key(name)?.0))
    }

    fn sets(&self, actions: &[Action]) -> Vec<Set> {
        sets(self.catalog, self.object, actions)
    }
}

fn event(action: &Action) -> Option<String> {
    match action {
        Action::Set { .. } => None,
        Action::Emit { event } => Some(event.clone()),
    }
}

/// What Trellis puts into fields of an object's records, compiled.
pub(super) fn sets(catalog: &Catalog, object: &Object, actions: &[Action]) -> Vec<Set> {
    let set = |action: &Action| {
        let Action::Set { field, value } = action else { return None };
        let field = object.find_field(field).or_else(|| Some(object.find_key(field)?.0))?;
        let value = match value {
            Json::String(text) => catalog.check_expression(object, text, &set_options()).ok()?.expression,
            value => {
                let raw = to_raw_value(value).ok()?;
                Expression::Literal(field.parse_known(&Input::from_raw(&raw)).ok()?)
            }
        };
        Some(Set { field: field.id.clone(), key: key(object, &field.name), value })
    };
    actions.iter().filter_map(set).collect()
}
