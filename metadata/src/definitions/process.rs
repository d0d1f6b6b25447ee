//! `processes/{object}.{name}`: the states of a picklist and the ways from one to another.

use formulas::{Options, Type};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value as Json};

use super::{Part, Renamed};
use crate::catalog::{Catalog, Object, Uses, processes};
use crate::problem::Problem;

/// A process, as in contract §5a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Name of the object.
    pub object: String,
    /// The picklist whose options are the states.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which records follow it: a condition; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<String>,
    #[serde(default)]
    pub mode: Mode,
    pub states: Vec<StateEntry>,
    pub transitions: Vec<Transition>,
    /// States in which a record may begin; any when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub initial: Vec<String>,
    /// States in which it ends; for screens and reports.
    #[serde(default, rename = "final", skip_serializing_if = "Vec::is_empty")]
    pub last: Vec<String>,
    /// Place among the object's processes, smallest first; the first that applies counts.
    #[serde(default, skip_serializing_if = "super::is_zero")]
    pub order: i32,
    #[serde(default = "super::yes")]
    pub active: bool,
}

/// How strict it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The field may also be changed by itself.
    #[default]
    Guide,
    /// The field changes by transitions alone.
    Enforce,
}

/// A state: the value alone, or with what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum StateEntry {
    Bare(String),
    Full(State),
}

impl StateEntry {
    /// The option that is the state.
    pub fn value(&self) -> &str {
        match self {
            Self::Bare(value) => value,
            Self::Full(state) => &state.value,
        }
    }

    /// What happens to a record that comes into the state.
    pub fn enter(&self) -> &[Action] {
        match self {
            Self::Bare(_) => &[],
            Self::Full(state) => &state.enter,
        }
    }
}

/// What is said of a state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    pub value: String,
    /// What to do here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guidance: Option<String>,
    /// Fields that matter here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_fields: Vec<String>,
    /// What every record gets that comes here, on whichever way; not where the writer says otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enter: Vec<Action>,
    /// Whether records stay as they are here, but for what transitions do.
    #[serde(default, skip_serializing_if = "super::is_no")]
    pub lock: bool,
}

/// A way from some states to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// States that it leads out of; any when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    pub to: String,
    /// Who begins it.
    #[serde(default, skip_serializing_if = "Trigger::is_manual")]
    pub trigger: Trigger,
    /// Who may take it; whoever may edit the record when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<Who>,
    /// What must be true of the record before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What is told when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub during: Option<During>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Action>,
}

/// Who begins a transition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// People and programs.
    #[default]
    Manual,
    /// Trellis alone, when a record has been in its state for so long.
    Automatic(Automatic),
}

/// When Trellis takes a transition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    /// Hours in the state, from a minute to ten years.
    pub after_hours: Number,
}

impl Trigger {
    fn is_manual(&self) -> bool {
        *self == Self::Manual
    }

    /// Seconds that a record has to have been in its state; `None` where people take the transition.
    pub fn wait(&self) -> Option<i64> {
        let Self::Automatic(Automatic { after_hours }) = self else { return None };
        Some((after_hours.as_f64()? * 3600.0).round() as i64)
    }
}

/// Somebody: `owner`, `role:sales`, `team:emea`, `user:…`, or `{"role": "sales"}` and the like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Who {
    Word(String),
    Named(Box<Named>),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<bool>,
}

/// What is filled in on the way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct During {
    #[serde(default)]
    pub fields: Vec<DuringField>,
    /// What whoever takes it confirms, each by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<String>,
    /// Whether whoever takes it may or must say why; nothing is asked when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Whether a transition comes with a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    Optional,
    Required,
}

/// One field of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DuringField {
    pub field: String,
    #[serde(default)]
    pub required: bool,
    /// What must be true of the record afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What is told when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What Trellis does by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Puts a value into a field: a formula, or a number, true, false or null as it is.
    Set { field: String, value: Json },
    /// Tells those who follow the records' changes that something of this name has happened.
    Emit { event: String },
}

impl Part for Process {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        object.map(|object| processes::check(catalog, object, self)).unwrap_or_default()
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        let object = &self.object;
        uses.path(object, &self.field, "field");
        self.applies.iter().for_each(|text| uses.text(object, text, "applies"));
        for (at, entry) in self.states.iter().enumerate() {
            let StateEntry::Full(state) = entry else { continue };
            let place = format!("states.{at}");
            state.key_fields.iter().for_each(|name| uses.path(object, name, &format!("{place}.key_fields")));
            actions_use(&state.enter, object, (uses, &format!("{place}.enter")));
        }
        for (at, transition) in self.transitions.iter().enumerate() {
            let place = format!("transitions.{at}");
            transition.before.iter().for_each(|text| uses.text(object, text, &format!("{place}.before")));
            for field in transition.during.iter().flat_map(|during| &during.fields) {
                uses.path(object, &field.field, &format!("{place}.during"));
                field.when.iter().for_each(|text| uses.text(object, text, &format!("{place}.during")));
            }
            actions_use(&transition.after, object, (uses, &format!("{place}.after")));
        }
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        let before = self.transitions.iter_mut().filter_map(|transition| transition.before.as_mut());
        self.applies.iter_mut().chain(before).for_each(|text| *text = renamed.formula(&object, text));
        self.field = renamed.path(&object, &self.field);
        for entry in &mut self.states {
            let StateEntry::Full(state) = entry else { continue };
            state.key_fields.iter_mut().for_each(|name| *name = renamed.path(&object, name));
            rename_actions(&mut state.enter, &object, renamed);
        }
        for transition in &mut self.transitions {
            rename_actions(&mut transition.after, &object, renamed);
            for field in transition.during.iter_mut().flat_map(|during| &mut during.fields) {
                field.field = renamed.path(&object, &field.field);
                field.when.iter_mut().for_each(|text| *text = renamed.formula(&object, text));
            }
        }
    }
}

pub(super) fn actions_use(actions: &[Action], object: &str, (uses, place): (&mut Uses<'_>, &str)) {
    for action in actions {
        let Action::Set { field, value } = action else { continue };
        uses.path(object, field, place);
        value.as_str().into_iter().for_each(|text| uses.text(object, text, place));
    }
}

pub(super) fn rename_actions(actions: &mut [Action], object: &str, renamed: &Renamed<'_>) {
    for action in actions {
        let Action::Set { field, value } = action else { continue };
        *field = renamed.path(object, field);
        if let Json::String(text) = value {
            *text = renamed.formula(object, text);
        }
    }
}

/// How the formula of a `set` is meant.
pub(crate) fn set_options() -> Options {
    Options { saving: true, ..Options::default() }
}

/// Whether a value of one type may be put into a field of another.
pub(crate) fn fits(value: Type, field: Type) -> bool {
    let is_same = value == field || value == Type::Null;
    is_same || (value.is_number() && field.is_number()) || (value.is_text() && field.is_text())
}
