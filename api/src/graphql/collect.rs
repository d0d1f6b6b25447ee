//! Which fields an operation asks for: fragments opened, `@skip` and `@include` heeded, fields with the same key of
//! the answer put together; and the values of arguments.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use apollo_compiler::Node;
use apollo_compiler::ast::{DirectiveList, Value};
use apollo_compiler::executable::{self, Selection, SelectionSet};
use serde_json::{Map, Value as Json};

use super::Run;
use super::fault::Refused;
use super::limits::MAX_FIELDS;
use super::request::number;

/// One key of the answer with everything that asks for it.
pub(super) struct Field<'d> {
    pub key: &'d str,
    nodes: Vec<&'d Node<executable::Field>>,
}

impl<'d> Field<'d> {
    /// The name in the schema.
    pub(super) fn name(&self) -> &'d str {
        self.first().name.as_str()
    }

    /// The first place that asks for it; the others have the same name and arguments.
    pub(super) fn first(&self) -> &'d Node<executable::Field> {
        self.nodes[0]
    }

    /// What is asked for below it.
    pub(super) fn sets(&self) -> Vec<&'d SelectionSet> {
        self.nodes.iter().map(|node| &node.selection_set).collect()
    }
}

/// What is collected of one level.
struct Level<'d> {
    ty: &'d str,
    fields: Vec<Field<'d>>,
}

impl<'r> Run<'r> {
    /// The fields of selections on the type called `ty`.
    ///
    /// # Errors
    /// An operation that asks for more than [`MAX_FIELDS`], which fragments in fragments do with few words.
    pub(super) fn collect(&self, sets: &[&'r SelectionSet], ty: &'r str) -> Result<Vec<Field<'r>>, Refused> {
        let mut level = Level { ty, fields: Vec::new() };
        for set in sets {
            self.open(set, &mut level)?;
        }
        Ok(level.fields)
    }

    /// Names of the types that fragments of these selections are on, however deep the fragments are in one another.
    pub(super) fn types_of(&self, sets: &[&'r SelectionSet]) -> Result<HashSet<&'r str>, Refused> {
        let mut types = HashSet::new();
        for set in sets {
            self.add_types(set, &mut types)?;
        }
        Ok(types)
    }

    fn add_types(&self, set: &'r SelectionSet, types: &mut HashSet<&'r str>) -> Result<(), Refused> {
        for selection in &set.selections {
            self.count()?;
            let (on, below) = match selection {
                Selection::Field(_) => continue,
                Selection::InlineFragment(fragment) => {
                    (fragment.type_condition.as_ref(), &fragment.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    (Some(fragment.type_condition()), &fragment.selection_set)
                }
            };
            types.extend(on.map(|on| on.as_str()));
            self.add_types(below, types)?;
        }
        Ok(())
    }

    fn open(&self, set: &'r SelectionSet, level: &mut Level<'r>) -> Result<(), Refused> {
        for selection in &set.selections {
            self.count()?;
            if !self.is_wanted(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(node) => put(level, node),
                Selection::InlineFragment(fragment) => {
                    if fragment.type_condition.as_ref().is_none_or(|on| fits(on, level.ty)) {
                        self.open(&fragment.selection_set, level)?;
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    let fragment = fragment.filter(|fragment| fits(fragment.type_condition(), level.ty));
                    if let Some(fragment) = fragment {
                        self.open(&fragment.selection_set, level)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn count(&self) -> Result<(), Refused> {
        if self.collected.fetch_add(1, Ordering::Relaxed) >= MAX_FIELDS {
            let text = format!("the operation asks for more than {MAX_FIELDS} fields");
            return Err(Refused::coded("too-large", text));
        }
        Ok(())
    }

    fn is_wanted(&self, directives: &DirectiveList) -> bool {
        let says = |name: &str| {
            let condition = directives.get(name)?.specified_argument_by_name("if")?;
            self.value(condition).and_then(|value| value.as_bool())
        };
        says("skip") != Some(true) && says("include") != Some(false)
    }

    /// The arguments of a field that are given.
    pub(super) fn arguments(&self, field: &Field<'_>) -> Map<String, Json> {
        let given = field.first().arguments.iter();
        given.filter_map(|argument| Some((argument.name.to_string(), self.value(&argument.value)?))).collect()
    }

    /// A value with its variables filled in; `None` when it is a variable that was not given.
    fn value(&self, value: &Value) -> Option<Json> {
        Some(match value {
            Value::Null => Json::Null,
            Value::Enum(name) => name.as_str().into(),
            Value::Variable(name) => serde_json::to_value(self.variables.get(name.as_str())?).ok()?,
            Value::String(text) => text.as_str().into(),
            Value::Boolean(value) => (*value).into(),
            Value::Int(int) => number(int.as_str()),
            Value::Float(float) => number(float.as_str()),
            Value::List(items) => items.iter().filter_map(|item| self.value(item)).collect(),
            Value::Object(entries) => Json::Object(
                entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.to_string(), self.value(value)?)))
                    .collect(),
            ),
        })
    }
}

fn put<'d>(level: &mut Level<'d>, node: &'d Node<executable::Field>) {
    let key = node.response_key().as_str();
    match level.fields.iter_mut().find(|field| field.key == key) {
        Some(field) => field.nodes.push(node),
        None => level.fields.push(Field { key, nodes: vec![node] }),
    }
}

/// Whether a fragment on `on` says something of the type. `Node` is the only interface, and every record is one.
fn fits(on: &str, ty: &str) -> bool {
    on == ty || on == "Node"
}

/// How many selections an operation has been opened to.
pub(super) type Collected = AtomicUsize;
