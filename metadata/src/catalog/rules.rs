//! What a save of an object's records must obey beside the fields' own settings, compiled once a revision:
//! texts have become expressions, names of fields have become ids and keys.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use formulas::{Expression, Options, Type, Value};
use serde_json::{Value as Json, value::to_raw_value};

use super::{Catalog, Field, Object};
use crate::definitions::Definitions;
use crate::definitions::field_condition::{Enforce, FieldCondition, WhenHidden};
use crate::definitions::record_type::{EVERY, RecordType};
use crate::definitions::validation_rule::{Moment, Severity, ValidationRule};
use crate::field_kinds::FieldKind;
use crate::input::Input;

pub use super::workflow::{Set, State, Transition, TransitionField, Workflow};

/// The rules of one object, in their order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub validation: Vec<Rule>,
    /// Those that every save is held to, and those of forms alone.
    pub conditions: Vec<Condition>,
    pub dependents: Vec<Dependent>,
    /// By name, without the object's.
    pub record_types: HashMap<String, RecordTypeRule>,
    /// The first that applies to a record is the one that counts.
    pub workflows: Vec<Workflow>,
    /// Paths of lookups (stable ids) at whose ends the conditions read something; every beginning of a path is
    /// among them, the short ones first.
    pub paths: Vec<Vec<String>>,
    /// What is read at the end of each path.
    pub reads: HashMap<Vec<String>, BTreeSet<String>>,
}

/// A validation rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// `deal.close_date_needed`
    pub name: String,
    /// True means wrong.
    pub when: Expression,
    pub message: String,
    /// The JSON key at which it is told; empty for the record as a whole.
    pub key: String,
    pub severity: Severity,
    /// Saves at which it is looked at; all when empty.
    pub on: Vec<Moment>,
    /// Whether Trellis's own changes are not held to it.
    pub spares_trellis: bool,
}

/// When a field is shown, must be filled, stays as it is.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Stable id of the field.
    pub field: String,
    pub visible: Option<Expression>,
    pub required: Option<Expression>,
    pub read_only: Option<Expression>,
    /// While a condition is true, only these options may be chosen.
    pub options: Vec<(Expression, Vec<String>)>,
    pub when_hidden: WhenHidden,
    pub enforce: Enforce,
}

/// What a record's type means for it.
#[derive(Clone, Debug)]
pub struct RecordTypeRule {
    /// Options that may be chosen, by the stable id of the picklist.
    pub options: HashMap<String, Vec<String>>,
    /// Values of new records, by column.
    pub defaults: Vec<(String, Value)>,
    /// Full name of the process that it follows.
    pub process: Option<String>,
}

/// A picklist whose options depend on another field's value.
#[derive(Clone, Debug)]
pub struct Dependent {
    /// Stable ids of the field and of the one that it depends on.
    pub field: String,
    pub by: String,
    pub matrix: BTreeMap<String, Vec<String>>,
}

impl Rules {
    /// Whether a record's type or a state that it comes into may give it a value of this field.
    pub fn may_fill(&self, field: &Field) -> bool {
        let states = self.workflows.iter().flat_map(|workflow| &workflow.states);
        let is_column = |name: &String| field.columns.iter().any(|column| column.name == *name);
        states.flat_map(|state| &state.enter).any(|set| set.field == field.id)
            || self.record_types.values().flat_map(|one| &one.defaults).any(|(name, _)| is_column(name))
    }
}

impl Catalog {
    /// The rules of an object; `None` where there are none.
    pub fn rules(&self, object: &Object) -> Option<&Arc<Rules>> {
        self.rules.get(&object.name)
    }
}

/// Compiles the rules of every object. What does not compile was told when it was checked.
pub(super) fn compile(catalog: &Catalog, definitions: &Definitions) -> HashMap<String, Arc<Rules>> {
    let mut all: HashMap<String, Rules> = HashMap::new();
    let mut validation: Vec<(&String, &Arc<ValidationRule>)> =
        catalog.parts.validation_rules.iter().filter(|(_, rule)| rule.active).collect();
    validation.sort_by_key(|(_, rule)| rule.order);
    for (name, rule) in validation {
        let compiled = catalog
            .find_object(&rule.object)
            .and_then(|object| validation_rule(catalog, object, (name, rule)));
        compiled
            .into_iter()
            .for_each(|rule_| all.entry(rule.object.clone()).or_default().validation.push(rule_));
    }
    for (name, source) in &catalog.parts.conversions {
        let Some(object) = catalog.find_object(&source.object) else { continue };
        let compiled = super::conversions::lock(source).and_then(|text| condition(catalog, object, &text));
        let message = format!("{} has been converted and stays as it is", object.label);
        let rule = |when| Rule {
            name: name.clone(),
            when,
            message,
            key: String::new(),
            severity: Severity::Error,
            on: vec![Moment::Update],
            // As with locks of states: what the record points to may be merged, its time may come.
            spares_trellis: true,
        };
        compiled.map(rule).into_iter().for_each(|rule| {
            all.entry(source.object.clone()).or_default().validation.push(rule);
        });
    }
    for condition in catalog.parts.field_conditions.values() {
        let found = catalog.find_object(&condition.object);
        let compiled = found.and_then(|object| field_condition(catalog, object, condition));
        compiled
            .into_iter()
            .for_each(|one| all.entry(condition.object.clone()).or_default().conditions.push(one));
    }
    for object in &catalog.objects {
        let dependents = dependents(object);
        if !dependents.is_empty() {
            all.entry(object.name.clone()).or_default().dependents = dependents;
        }
    }
    for (name, source) in &catalog.parts.record_types {
        let (Some(object), Some((_, word))) = (catalog.find_object(&source.object), name.split_once('.'))
        else {
            continue;
        };
        let rules = all.entry(source.object.clone()).or_default();
        rules.record_types.insert(word.to_owned(), record_type(object, source));
    }
    for workflow in super::workflow::all(catalog, definitions) {
        all.entry(workflow.object.clone()).or_default().workflows.push(workflow);
    }
    all.into_iter().map(|(name, rules)| (name, Arc::new(rules.with_paths()))).collect()
}

fn validation_rule(
    catalog: &Catalog,
    object: &Object,
    (name, rule): (&str, &ValidationRule),
) -> Option<Rule> {
    Some(Rule {
        name: name.to_owned(),
        when: condition(catalog, object, &rule.when)?,
        message: rule.message.clone(),
        key: rule.field.as_deref().map(|field| key(object, field)).unwrap_or_default(),
        severity: rule.severity,
        on: rule.on.clone(),
        spares_trellis: false,
    })
}

fn field_condition(catalog: &Catalog, object: &Object, source: &FieldCondition) -> Option<Condition> {
    if !source.active {
        return None;
    }
    let compile = |text: &Option<String>| condition(catalog, object, text.as_ref()?);
    Some(Condition {
        field: object.find_field(&source.field)?.id.clone(),
        visible: compile(&source.visible),
        required: compile(&source.required),
        read_only: compile(&source.read_only),
        options: source
            .options_when
            .iter()
            .filter_map(|one| Some((condition(catalog, object, &one.when)?, one.allow.clone())))
            .collect(),
        when_hidden: source.when_hidden,
        enforce: source.enforce,
    })
}

fn record_type(object: &Object, source: &RecordType) -> RecordTypeRule {
    let limited = source.options.iter().filter(|(_, allowed)| !allowed.iter().any(|one| one == EVERY));
    let options =
        limited.filter_map(|(name, allowed)| Some((object.find_field(name)?.id.clone(), allowed.clone())));
    let default = |(key, value): (&String, &Json)| {
        let by_name = || object.find_field(key).and_then(|field| Some((field, field.columns.last()?)));
        let (field, column) = object.find_key(key).or_else(by_name)?;
        let raw = to_raw_value(value).ok()?;
        Some((column.name.clone(), field.parse_known(&Input::from_raw(&raw)).ok()?))
    };
    RecordTypeRule {
        options: options.collect(),
        defaults: source.defaults.iter().filter_map(default).collect(),
        process: source.process.as_ref().map(|process| format!("{}.{process}", source.object)),
    }
}

fn dependents(object: &Object) -> Vec<Dependent> {
    let of = |field: &super::Field| {
        let depends = match &field.kind {
            FieldKind::Picklist(list) => list.depends_on.as_ref()?,
            FieldKind::MultiPicklist(list) => list.depends_on.as_ref()?,
            _ => return None,
        };
        let by = object.find_field(&depends.field)?.id.clone();
        Some(Dependent { field: field.id.clone(), by, matrix: depends.matrix.clone() })
    };
    object.fields.iter().filter_map(of).collect()
}

/// A condition that is looked at while a record is saved.
pub(super) fn condition(catalog: &Catalog, object: &Object, text: &str) -> Option<Expression> {
    let options = Options { expects: Some(Type::Bool), saving: true, ..Options::default() };
    Some(catalog.check_expression(object, text, &options).ok()?.expression)
}

/// The JSON key by which a field is written.
pub(super) fn key(object: &Object, name: &str) -> String {
    let column = object.find_field(name).and_then(|field| field.columns.last());
    column.map_or_else(|| name.to_owned(), |column| column.key.clone())
}

impl Rules {
    /// The conditions that every save is held to.
    pub fn enforced(&self) -> impl Iterator<Item = &Condition> {
        self.conditions.iter().filter(|condition| condition.enforce == Enforce::Server)
    }

    /// Every condition and value that a save looks at.
    fn expressions(&self) -> Vec<&Expression> {
        let conditions = self.enforced();
        let conditions = conditions.flat_map(|one| {
            let plain = [&one.visible, &one.required, &one.read_only].into_iter().flatten();
            plain.chain(one.options.iter().map(|(when, _)| when))
        });
        let workflows = self.workflows.iter().flat_map(Workflow::expressions);
        self.validation.iter().map(|rule| &rule.when).chain(conditions).chain(workflows).collect()
    }

    /// Notes what is read behind lookups.
    fn with_paths(mut self) -> Self {
        let mut reads: HashMap<Vec<String>, BTreeSet<String>> = HashMap::new();
        for expression in self.expressions() {
            expression.references(&mut |reference| {
                for end in 1..reference.path.len() {
                    let next = reference.path[end].clone();
                    reads.entry(reference.path[..end].to_vec()).or_default().insert(next);
                }
                if !reference.path.is_empty() {
                    reads.entry(reference.path.clone()).or_default().insert(reference.field.clone());
                }
            });
        }
        self.paths = reads.keys().cloned().collect();
        self.paths.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        self.reads = reads;
        self
    }
}
