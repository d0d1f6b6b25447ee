//! An import bound to one tenant's catalog and one actor's rights: which column goes to which slot of a
//! record, which look up another record, and which field tells what is there already.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use metadata::catalog::encrypted::ENCRYPTED;
use metadata::catalog::{Field, Object};
use metadata::{FieldKind, Problem};
use permissions::Action;

use super::headers::{Guesser, is_natural_key, squash};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};
use crate::write::draft::{Slots, may_set};
use crate::write::rights::may_write;

/// What the caller wishes, in names.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub object: String,
    /// Header and goal, such as `Company` and `account.name`; an empty goal leaves the column out.
    pub mapping: Vec<(String, String)>,
    pub match_field: Option<String>,
    /// The columns of the file, or the keys of its lines.
    pub headers: Arc<Vec<String>>,
}

/// A bound import.
pub(super) struct Plan {
    pub context: Context,
    pub object: Arc<Object>,
    pub wish: Wish,
    /// One for each header.
    pub columns: Vec<Column>,
    pub lookups: Vec<Lookup>,
    pub matched: Option<Match>,
    /// Headers to columns, for rows that come by key.
    pub by_key: HashMap<String, usize>,
}

/// One column of the file.
#[derive(Default)]
pub(super) struct Column {
    /// As it is shown: a JSON key or a path; empty when the column is left out.
    pub shown: String,
    pub goal: Option<Goal>,
    /// Options of a picklist by squashed value and label.
    pub options: HashMap<String, String>,
}

/// Where the values of a column go.
pub(super) enum Goal {
    Slot {
        slot: usize,
        key: String,
    },
    /// A many-to-many field.
    Links {
        key: String,
    },
    /// By place in [`Plan::lookups`].
    Lookup(usize),
    /// Only tells which record is meant: a field that nobody writes.
    Known,
}

/// A relation that is filled by looking another record up.
pub(super) struct Lookup {
    pub slot: usize,
    /// The slot of the object's name, for a relation to several objects.
    pub object_slot: Option<usize>,
    pub key: String,
    pub target: Arc<Object>,
    /// Name of the target's field that is compared.
    pub field: String,
}

/// The unique field that tells whether a row changes a record.
pub(super) struct Match {
    /// Index in the object's fields.
    pub field: usize,
    /// The slot that holds the value; `None` when no import may write it.
    pub slot: Option<usize>,
    pub key: String,
}

impl Plan {
    /// Binds a wish, or tells all that is wrong with it.
    pub fn new(context: &Context, wish: &Wish) -> Result<Self> {
        let catalog = &context.snapshot.catalog;
        let object = catalog.find_object(&wish.object).ok_or(Error::NotFound)?.clone();
        check_rights(context, &object, wish.match_field.is_some())?;
        let mut binder = Binder {
            context,
            changes: wish.match_field.is_some(),
            slots: Slots::new(&object),
            object: &object,
            lookups: Vec::new(),
            problems: Vec::new(),
        };
        let goals = binder.goals(wish);
        let columns: Vec<Column> =
            goals.iter().map(|(header, goal)| binder.column(header, goal, wish)).collect();
        let matched = wish.match_field.as_ref().and_then(|name| binder.matched(name, &columns));
        let Binder { lookups, problems, .. } = binder;
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let by_key = wish.headers.iter().cloned().enumerate().map(|(at, header)| (header, at)).collect();
        Ok(Self { context: context.clone(), object, wish: wish.clone(), columns, lookups, matched, by_key })
    }

    /// The mapping for people: header to field, null where a column is left out.
    pub fn shown(&self) -> serde_json::Value {
        let shown = |column: &Column| {
            if column.goal.is_some() { column.shown.as_str().into() } else { serde_json::Value::Null }
        };
        self.wish
            .headers
            .iter()
            .cloned()
            .zip(self.columns.iter().map(shown))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// The column's header; for the keys of problems that are about a field.
    pub fn header_of(&self, key: &str) -> Option<&str> {
        let at = self.columns.iter().position(|column| match &column.goal {
            Some(Goal::Slot { key: own, .. } | Goal::Links { key: own }) => own == key,
            Some(Goal::Lookup(lookup)) => self.lookups[*lookup].key == key,
            _ => false,
        })?;
        self.wish.headers.get(at).map(String::as_str)
    }
}

fn check_rights(context: &Context, object: &Arc<Object>, changes: bool) -> Result<()> {
    if object.system && !context.actor.is_system() {
        return Err(Error::Forbidden(Refusal::SystemObject(object.name.clone())));
    }
    let actions: &[Action] = if changes { &[Action::Create, Action::Edit] } else { &[Action::Create] };
    for &action in actions {
        if !context.decide(action, object).is_allowed() {
            return Err(Error::Forbidden(Refusal::Action {
                action: action.word(),
                object: object.name.clone(),
            }));
        }
    }
    Ok(())
}

struct Binder<'c> {
    context: &'c Context,
    /// Whether records that are there may be changed.
    changes: bool,
    slots: Slots<'c>,
    object: &'c Arc<Object>,
    lookups: Vec<Lookup>,
    problems: Vec<Problem>,
}

impl Binder<'_> {
    /// Header and goal of every column: as told, else guessed.
    fn goals(&mut self, wish: &Wish) -> Vec<(String, Option<String>)> {
        let told: HashMap<&str, &str> = wish
            .mapping
            .iter()
            .map(|(header, goal)| (header.trim(), goal.trim().trim_start_matches('=')))
            .collect();
        for header in told.keys().filter(|header| !wish.headers.iter().any(|known| known == *header)) {
            let known =
                wish.headers.iter().take(50).map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
            let problem = Problem::new(
                format!("map.{header}"),
                "unknown-column",
                format!("the file has no column `{header}`"),
            );
            self.problems.push(problem.hint(format!("it has {known}")));
        }
        let taken: HashSet<String> =
            told.values().map(|goal| (*goal).to_owned()).chain(self.told_keys(&told)).collect();
        let sees = |object: &Object, field: &Field| self.context.decide(Action::Read, object).gives(field);
        let may_write = |field: &Field| self.refusal(field, "").is_none();
        let guesser = Guesser::new(&self.context.snapshot.catalog, self.object, (&may_write, &sees));
        let open: Vec<String> = wish
            .headers
            .iter()
            .map(|header| if told.contains_key(header.as_str()) { String::new() } else { header.clone() })
            .collect();
        let guessed = guesser.guess(&open, &taken);
        let mut goals = Vec::with_capacity(open.len());
        for (header, guess) in wish.headers.iter().zip(guessed) {
            // The matching field may be one that nobody writes: it is known by its own word.
            let own = || wish.match_field.clone().filter(|field| squash(field) == squash(header));
            let goal = told.get(header.as_str()).map(|goal| (*goal).to_owned()).or(guess).or_else(own);
            goals.push((header.clone(), goal.filter(|goal| !goal.is_empty())));
        }
        goals
    }

    /// Every other word for a relation that is told already: a column guessed for it would fill it twice.
    fn told_keys(&self, told: &HashMap<&str, &str>) -> Vec<String> {
        let mut keys = Vec::new();
        for goal in told.values().filter(|goal| !goal.is_empty()) {
            let head = goal.split('.').next().unwrap_or_default();
            let field =
                self.object.find_field(head).or_else(|| self.object.find_key(head).map(|(field, _)| field));
            let Some(field) = field else { continue };
            keys.extend(field.columns.iter().map(|column| column.key.clone()));
            let target = field.kind.target().and_then(|name| self.context.snapshot.catalog.find_object(name));
            let natural =
                target.iter().flat_map(|target| target.fields.iter()).filter(|other| is_natural_key(other));
            keys.extend(natural.map(|other| format!("{}.{}", field.name, other.name)));
        }
        keys
    }

    fn column(&mut self, header: &str, goal: &Option<String>, wish: &Wish) -> Column {
        let Some(goal) = goal else { return Column::default() };
        let bound = match goal.split_once('.') {
            Some((relation, path)) => self.related(relation, path),
            None => self.own(goal, wish),
        };
        match bound {
            Ok(bound) => Column { shown: goal.clone(), options: self.options(&bound), goal: Some(bound) },
            Err(problem) => {
                self.problems.push(problem.under(&format!("map.{header}")));
                Column::default()
            }
        }
    }

    /// An own field by JSON key or name.
    fn own(&mut self, goal: &str, wish: &Wish) -> Result<Goal, Problem> {
        if let Some(slot) = self.slots.find(goal) {
            let (field, _) = self.slots.columns[slot];
            return match self.refusal(field, goal) {
                None => Ok(Goal::Slot { slot, key: goal.to_owned() }),
                Some(_) if self.sees(field) && wish.match_field.as_deref() == Some(field.name.as_str()) => {
                    Ok(Goal::Known)
                }
                Some(problem) => Err(problem),
            };
        }
        match self.object.find_field(goal) {
            Some(field) if field.kind.is_to_many() => match self.refusal(field, goal) {
                None => Ok(Goal::Links { key: goal.to_owned() }),
                Some(problem) => Err(problem),
            },
            Some(field) if field.kind.target().is_some() => self.related(goal, "name"),
            _ => Err(self.unknown(goal)),
        }
    }

    fn sees(&self, field: &Field) -> bool {
        self.context.decide(Action::Read, self.object).gives(field)
    }

    /// Why rows may not write a field. One that the actor does not see is not there.
    fn refusal(&self, field: &Field, goal: &str) -> Option<Problem> {
        let actions: &[Action] =
            if self.changes { &[Action::Create, Action::Edit] } else { &[Action::Create] };
        if !self.sees(field) {
            return Some(self.unknown(goal));
        }
        if field.read_only && !may_set(self.context, field) {
            return Some(Problem::new("", "read-only", format!("`{goal}` is set by the system")));
        }
        let given = may_write(self.context, self.object, actions, field);
        (!given).then(|| Problem::new("", "not-editable", format!("you may not change `{goal}`")))
    }

    fn unknown(&self, goal: &str) -> Problem {
        Problem::new("", "unknown-field", format!("`{}` has no field `{goal}`", self.object.name))
    }

    /// `account.name`; for a relation to several objects `related_to.lead.email`.
    fn related(&mut self, relation: &str, path: &str) -> Result<Goal, Problem> {
        let field = self.object.find_field(relation).ok_or_else(|| self.unknown(relation))?;
        if let Some(problem) = self.refusal(field, relation) {
            return Err(problem);
        }
        let (target, other) = match &field.kind {
            FieldKind::AnyLookup(settings) => {
                let (target, other) = path.split_once('.').ok_or_else(|| any_path(relation))?;
                let allowed = settings.is_open() || settings.to.iter().any(|name| name == target);
                (Some(target).filter(|_| allowed), other)
            }
            kind => (kind.target(), path),
        };
        let target = target.and_then(|name| self.context.snapshot.catalog.find_object(name));
        let target = target.ok_or_else(|| self.unknown(&format!("{relation}.{path}")))?.clone();
        check_key(self.context, &target, other)?;
        let Some(column) = field.columns.last() else { return Err(self.unknown(relation)) };
        let slot = self.slots.column(&column.name).ok_or_else(|| self.unknown(relation))?;
        let object_slot =
            if field.columns.len() > 1 { self.slots.column(&field.columns[0].name) } else { None };
        self.lookups.push(Lookup {
            slot,
            object_slot,
            key: column.key.clone(),
            target,
            field: other.to_owned(),
        });
        Ok(Goal::Lookup(self.lookups.len() - 1))
    }

    fn options(&self, goal: &Goal) -> HashMap<String, String> {
        let Goal::Slot { slot, .. } = goal else { return HashMap::new() };
        let mut options = HashMap::new();
        let choices = &self.slots.columns[*slot].0.options;
        for choice in choices {
            options.entry(squash(&choice.value)).or_insert_with(|| choice.value.clone());
        }
        for choice in choices.iter().filter(|choice| choice.active) {
            let label = choice.label.as_deref().unwrap_or_default();
            options.entry(squash(label)).or_insert_with(|| choice.value.clone());
        }
        options
    }

    fn matched(&mut self, name: &str, columns: &[Column]) -> Option<Match> {
        let place = self.object.fields.iter().position(|field| field.name == name && self.sees(field));
        let Some((at, field)) = place.map(|at| (at, &self.object.fields[at])) else {
            self.problems.push(self.unknown(name).under("match"));
            return None;
        };
        if !field.unique || field.columns.len() != 1 {
            let problem = Problem::new("match", "not-unique", format!("`{name}` is not unique"));
            self.problems.push(problem.hint("match by a field whose values are unique"));
            return None;
        }
        if field.encrypted {
            let problem = Problem::new("match", ENCRYPTED, field.encrypted_reason(self.object));
            self.problems.push(problem.hint("match by a unique field that is not encrypted"));
            return None;
        }
        let slot = self.slots.column(&field.columns[0].name)?;
        let filled = columns.iter().find_map(|column| match &column.goal {
            Some(Goal::Slot { slot: own, .. }) if *own == slot => Some(Some(slot)),
            Some(Goal::Lookup(lookup)) if self.lookups[*lookup].slot == slot => Some(Some(slot)),
            Some(Goal::Known) => Some(None),
            _ => None,
        });
        if filled.is_none() {
            let message = format!("no column of the file goes to `{name}`");
            self.problems.push(Problem::new("match", "unknown-column", message));
        }
        Some(Match { field: at, slot: filled?, key: field.columns[0].key.clone() })
    }
}

fn any_path(relation: &str) -> Problem {
    Problem::new("", "unknown-field", format!("`{relation}` points to several objects"))
        .hint(format!("name the object and its field, such as `{relation}.account.name`"))
}

/// Records are looked up by what they are known by.
fn check_key(context: &Context, target: &Object, name: &str) -> Result<(), Problem> {
    let seen = |field: &&Field| context.decide(Action::Read, target).gives(field);
    let field = target.find_field(name).filter(|field| field.columns.len() == 1).filter(seen);
    match field {
        Some(field) if field.encrypted => Err(Problem::new("", ENCRYPTED, field.encrypted_reason(target))
            .hint("look records up by another field")),
        Some(field) if is_natural_key(field) || name == "id" => Ok(()),
        Some(_) => Err(Problem::new("", "not-unique", format!("`{}.{name}` is not unique", target.name))
            .hint("records are looked up by name or by a unique field")),
        None => Err(Problem::new("", "unknown-field", format!("`{}` has no field `{name}`", target.name))),
    }
}
