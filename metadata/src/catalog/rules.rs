//! What a save of an object's records must obey beside the fields' own settings, compiled once a revision:
//! texts have become expressions, names of fields have become keys.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use formulas::{Expression, Options, Type};

use super::{Catalog, Object};
use crate::definitions::validation_rule::{Moment, Severity, ValidationRule};

/// The rules of one object, in their order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub validation: Vec<Rule>,
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
}

impl Catalog {
    /// The rules of an object; `None` where there are none.
    pub fn rules(&self, object: &Object) -> Option<&Arc<Rules>> {
        self.rules.get(&object.name)
    }
}

/// Compiles the rules of every object. What does not compile was told when it was checked.
pub(super) fn compile(catalog: &Catalog) -> HashMap<String, Arc<Rules>> {
    let mut all: HashMap<String, Rules> = HashMap::new();
    let mut validation: Vec<(&String, &Arc<ValidationRule>)> =
        catalog.parts.validation_rules.iter().filter(|(_, rule)| rule.active).collect();
    validation.sort_by_key(|(_, rule)| rule.order);
    for (name, rule) in validation {
        let Some(object) = catalog.find_object(&rule.object) else { continue };
        let Some(when) = expression(catalog, object, &rule.when) else { continue };
        let rules = all.entry(object.name.clone()).or_default();
        rules.validation.push(Rule {
            name: name.clone(),
            when,
            message: rule.message.clone(),
            key: rule.field.as_deref().map(|field| key(object, field)).unwrap_or_default(),
            severity: rule.severity,
            on: rule.on.clone(),
        });
    }
    all.into_iter().map(|(name, rules)| (name, Arc::new(rules.with_paths()))).collect()
}

/// A condition that is looked at while a record is saved.
fn expression(catalog: &Catalog, object: &Object, text: &str) -> Option<Expression> {
    let options = Options { expects: Some(Type::Bool), saving: true, ..Options::default() };
    Some(catalog.check_expression(object, text, &options).ok()?.expression)
}

/// The JSON key by which a field is written.
fn key(object: &Object, name: &str) -> String {
    let column = object.find_field(name).and_then(|field| field.columns.last());
    column.map_or_else(|| name.to_owned(), |column| column.key.clone())
}

impl Rules {
    /// Every condition.
    fn expressions(&self) -> Vec<&Expression> {
        self.validation.iter().map(|rule| &rule.when).collect()
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
