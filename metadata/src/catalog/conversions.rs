//! What a record can become, with its formulas compiled, and what is wrong with a definition of it.

use std::collections::HashSet;
use std::sync::Arc;

use formulas::Expression;
use serde_json::Value as Json;

use super::processes::{actions_problems, value_problems, writable};
use super::rules::{Set, condition, key};
use super::{Catalog, Field, Object, workflow};
use crate::definitions::conversion as source;
use crate::definitions::validation_rule;
use crate::field_kinds::FieldKind;
use crate::problem::Problem;
use crate::suggest;

/// Most targets of one definition.
const MAX_TARGETS: usize = 20;

/// One conversion with what others add to it.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// The word in URLs.
    pub name: String,
    pub label: String,
    pub when: Option<Expression>,
    pub set: Vec<Set>,
    /// JSON key of the field that tells when it happened.
    pub mark: String,
    pub targets: Vec<Target>,
    /// Names of targets in the order in which they take over what points to the record.
    pub moves: Vec<String>,
    /// As written.
    pub source: Arc<source::Conversion>,
}

/// One record that comes out.
#[derive(Clone, Debug)]
pub struct Target {
    pub name: String,
    pub label: String,
    pub object: Arc<Object>,
    pub optional: bool,
    /// By the JSON keys of its fields.
    pub values: Vec<(String, Mapped)>,
    /// Names of fields.
    pub matching: Vec<Vec<String>>,
    /// JSON keys of its lookups, with the names of the targets that they point to.
    pub with: Vec<(String, String)>,
    /// JSON key of the converted record's lookup.
    pub link: Option<String>,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Mapped {
    /// A field of the converted record, by name: whatever it holds.
    Field(String),
    Formula(Expression),
    Literal(Json),
}

impl Catalog {
    /// What records of the object can become.
    pub fn conversions(&self, object: &Object) -> Vec<Conversion> {
        let own = |(name, one): &(&String, &Arc<source::Conversion>)| {
            one.active && one.object == object.name && name.contains('.')
        };
        let mut all: Vec<_> = self.parts.conversions.iter().filter(own).collect();
        all.sort_by_key(|(_, one)| one.order);
        let (bases, more): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, one)| one.extends.is_none());
        let compiled = |(name, base): (&String, &Arc<source::Conversion>)| {
            let word = name.split_once('.')?.1;
            let added = more.iter().filter(|(_, one)| one.extends.as_deref() == Some(word));
            let added: Vec<_> = added.map(|(_, one)| one.as_ref()).collect();
            self.conversion(object, (word, base), &added)
        };
        bases.into_iter().filter_map(compiled).collect()
    }

    fn conversion(
        &self,
        object: &Object,
        (name, base): (&str, &Arc<source::Conversion>),
        added: &[&source::Conversion],
    ) -> Option<Conversion> {
        let all = || std::iter::once(base.as_ref()).chain(added.iter().copied());
        let targets = all().flat_map(|one| &one.targets).filter_map(|target| self.target(object, target));
        Some(Conversion {
            name: name.to_owned(),
            label: base.label.clone().unwrap_or_else(|| super::label(name)),
            when: base.when.as_ref().and_then(|text| condition(self, object, text)),
            set: all().flat_map(|one| workflow::sets(self, object, &one.set)).collect(),
            mark: key(object, base.mark.as_ref()?),
            targets: targets.collect(),
            moves: all().flat_map(|one| one.moves.clone()).collect(),
            source: base.clone(),
        })
    }

    fn target(&self, object: &Object, target: &source::Target) -> Option<Target> {
        let other = self.find_object(&target.object)?.clone();
        let value = |(field, value): (&String, &Json)| {
            let mapped = match value {
                Json::String(text) if object.find_field(text).is_some() => Mapped::Field(text.clone()),
                Json::String(text) => {
                    let options = crate::definitions::process::set_options();
                    Mapped::Formula(self.check_expression(object, text, &options).ok()?.expression)
                }
                literal => Mapped::Literal(literal.clone()),
            };
            Some((key(&other, field), mapped))
        };
        Some(Target {
            name: target.name.clone(),
            label: target.label.clone().unwrap_or_else(|| other.label.clone()),
            optional: target.optional,
            values: target.values.iter().filter_map(value).collect(),
            matching: target.matching.clone(),
            with: target.with.iter().map(|(field, name)| (key(&other, field), name.clone())).collect(),
            link: target.link.as_ref().map(|field| key(object, field)),
            object: other,
        })
    }
}

/// The condition under which a change of a converted record is refused; nothing where it is not.
pub(super) fn lock(one: &source::Conversion) -> Option<String> {
    let mark = one.mark.as_ref().filter(|_| one.active && one.lock)?;
    Some(format!("NOT(ISBLANK(PRIORVALUE({mark})))"))
}

/// What is wrong with a definition, with paths below it.
pub(crate) fn check(catalog: &Catalog, object: &Object, source: &source::Conversion) -> Vec<Problem> {
    let check = Check { catalog, object, source };
    let mut problems = check.head();
    if source.targets.is_empty() {
        problems.push(Problem::new("targets", "required", "say what comes out of it"));
    }
    if source.targets.len() > MAX_TARGETS {
        problems.push(Problem::new("targets", "too-many", format!("at most {MAX_TARGETS} targets")));
    }
    let mut before: HashSet<&str> =
        check.base().into_iter().flat_map(|base| &base.targets).map(|one| one.name.as_str()).collect();
    for (at, target) in source.targets.iter().enumerate() {
        let mut found = check.target(target, &before);
        if !before.insert(&target.name) {
            found.push(Problem::new("name", "duplicate", format!("`{}` is there twice", target.name)));
        }
        problems.extend(found.into_iter().map(|problem| problem.under(&format!("targets.{at}"))));
    }
    for (at, name) in source.moves.iter().enumerate().filter(|(_, name)| !before.contains(name.as_str())) {
        problems.push(unknown_target(&format!("moves.{at}"), name, &before));
    }
    problems
}

fn unknown_target(place: &str, name: &str, known: &HashSet<&str>) -> Problem {
    let problem = Problem::new(place, "unknown-target", format!("there is no target `{name}` before this"));
    suggest::hint(name, known.iter().copied()).into_iter().fold(problem, Problem::hint)
}

struct Check<'c> {
    catalog: &'c Catalog,
    object: &'c Object,
    source: &'c source::Conversion,
}

impl<'c> Check<'c> {
    /// The definition that this one adds to.
    fn base(&self) -> Option<&'c source::Conversion> {
        let name = format!("{}.{}", self.object.name, self.source.extends.as_ref()?);
        self.catalog.parts.conversions.get(&name).map(AsRef::as_ref)
    }

    fn head(&self) -> Vec<Problem> {
        let (source, object) = (self.source, self.object);
        let mut problems = actions_problems(self.catalog, object, (&source.set, "set"));
        let when = source.when.iter();
        problems
            .extend(when.flat_map(|text| validation_rule::condition(self.catalog, object, ("when", text))));
        let Some(base) = &source.extends else {
            problems.extend(self.mark());
            return problems;
        };
        if self.base().is_none_or(|base| base.extends.is_some()) {
            let text = format!("`{}` has no conversion `{base}` that can be extended", object.name);
            problems.push(Problem::new("extends", "unknown-conversion", text));
        }
        let own = [("when", source.when.is_some()), ("mark", source.mark.is_some()), ("lock", source.lock)];
        for (key, _) in own.into_iter().filter(|(_, said)| *said) {
            let text = "this is said by the conversion that is extended";
            problems.push(Problem::new(key, "contradiction", text));
        }
        problems
    }

    fn mark(&self) -> Option<Problem> {
        let Some(mark) = &self.source.mark else {
            let problem =
                Problem::new("mark", "required", "say which field tells that a record was converted");
            return Some(problem.hint("a date and time field of its own, such as converted_at"));
        };
        match writable(self.object, mark, "mark") {
            Ok(field) if matches!(field.kind, FieldKind::Datetime(_)) => None,
            Ok(_) => Some(Problem::new("mark", "wrong-kind", format!("`{mark}` is not a date and time"))),
            Err(problem) => Some(problem),
        }
    }

    fn target(&self, target: &source::Target, before: &HashSet<&str>) -> Vec<Problem> {
        let Some(other) = self.catalog.find_object(&target.object) else {
            let text = format!("there is no object `{}`", target.object);
            let hint = suggest::hint(&target.object, self.catalog.by_name.keys().map(String::as_str));
            let problem = Problem::new("object", "unknown-object", text);
            return vec![hint.into_iter().fold(problem, Problem::hint)];
        };
        let mut problems = Vec::new();
        if other.system {
            let text = format!("`{}` records are not made this way", other.name);
            problems.push(Problem::new("object", "system-object", text));
        }
        for (name, value) in &target.values {
            problems.extend(self.value(other, (name, value)));
        }
        for (at, list) in target.matching.iter().enumerate() {
            let place = format!("match.{at}");
            if list.is_empty() {
                problems.push(Problem::new(&place, "required", "say which fields have to agree"));
            }
            for name in list {
                let field = other.find_field(name);
                problems.extend(validation_rule::own_field(other, (&place, name)));
                if field.is_some_and(|field| {
                    field.encrypted || field.computed.is_some() || field.value_column().is_none()
                }) {
                    problems.push(Problem::new(&place, "wrong-kind", format!("`{name}` cannot be compared")));
                }
            }
        }
        for (name, points_to) in &target.with {
            problems.extend(self.with(other, (name, points_to), before));
        }
        problems
            .extend(target.link.as_ref().and_then(|link| lookup_problem(self.object, other, ("link", link))));
        problems
    }

    fn value(&self, other: &Object, (name, value): (&str, &Json)) -> Vec<Problem> {
        let place = format!("values.{name}");
        let bare = value.as_str().and_then(|text| self.object.find_field(text));
        let links = other.find_field(name).filter(|field| field.kind.is_to_many());
        if let Some(field) = links {
            let same =
                bare.is_some_and(|from| from.kind.is_to_many() && from.kind.target() == field.kind.target());
            let text = "only a field with links to the same object can be carried over";
            return if same { Vec::new() } else { vec![Problem::new(place, "wrong-type", text)] };
        }
        let field = match writable(other, name, &place) {
            Ok(field) => field,
            Err(problem) => return vec![problem],
        };
        let any = |field: &Field| matches!(field.kind, FieldKind::AnyLookup(_));
        if any(field) || bare.is_some_and(|from| any(from) || from.kind.is_to_many()) {
            let text = "a relation to any object, or to many records, cannot be carried over here";
            return vec![Problem::new(place, "wrong-type", text)];
        }
        match bare.filter(|from| from.encrypted) {
            Some(_) if field.encrypted => Vec::new(),
            Some(_) => {
                let text = format!("`{name}` is not encrypted, and what it would get is");
                vec![Problem::new(place, "encrypted", text)]
            }
            None => value_problems(self.catalog, self.object, (field, value, &place)),
        }
    }

    fn with(&self, other: &Object, (name, to): (&str, &str), before: &HashSet<&str>) -> Option<Problem> {
        let place = format!("with.{name}");
        if !before.contains(to) {
            return Some(unknown_target(&place, to, before));
        }
        let all = self.source.targets.iter().chain(self.base().into_iter().flat_map(|base| &base.targets));
        let target = all.into_iter().find(|one| one.name == to)?;
        lookup_problem(other, self.catalog.find_object(&target.object)?, (&place, name))
    }
}

/// What is wrong with a lookup that has to lead from one object to another.
fn lookup_problem(from: &Object, to: &Object, (place, name): (&str, &str)) -> Option<Problem> {
    let Some(field) = from.find_field(name) else {
        return validation_rule::own_field(from, (place, name))
            .or_else(|| Some(Problem::new(place, "unknown-field", "name the field, not its key")));
    };
    let leads = matches!(field.kind, FieldKind::Lookup(_) | FieldKind::MasterDetail(_))
        && field.kind.target() == Some(&to.name);
    let text = format!("`{name}` is not a lookup to `{}`", to.name);
    (!leads).then(|| Problem::new(place, "wrong-kind", text))
}
