//! What uses what: computed of the catalog whenever it is asked for, never stored, so that it cannot be wrong.
//!
//! Each kind tells what it uses by handing its paths, texts and filters to [`Uses`]. A change that would take away
//! what others use is refused by [`Catalog::resolve`] already; here the refusal gets the list of those others.

use std::collections::BTreeSet;

use formulas::Options;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Catalog, Checked, Field, FieldName, Object};
use crate::definitions::{Definitions, Kind, Part};
use crate::field_kinds::FieldKind;
use crate::field_kinds::rollup::Rollup;
use crate::problem::Problem;

/// A component by kind and name: `fields` `deal.amount`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Named {
    pub kind: Kind,
    pub name: String,
}

/// One component on the other side of a use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Use {
    #[serde(flatten)]
    pub component: Named,
    /// Where in the definition of the one that uses, such as `formula` or `columns.2`.
    pub at: String,
}

/// A component with what uses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependants {
    #[serde(flatten)]
    pub component: Named,
    pub used_by: Vec<Use>,
}

/// What one component uses.
type User = (Named, Vec<Use>);

impl Named {
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }

    /// The start of the paths of its problems.
    fn path(&self) -> String {
        match (self.kind, self.name.split_once('.')) {
            (Kind::Fields, Some((object, field))) => format!("objects.{object}.fields.{field}"),
            _ => format!("{}.{}", self.kind.word(), self.name),
        }
    }
}

/// Collects what one component uses.
pub struct Uses<'c> {
    catalog: &'c Catalog,
    found: BTreeSet<Use>,
}

impl Uses<'_> {
    /// Another component.
    pub fn component(&mut self, kind: Kind, name: &str, at: &str) {
        self.found.insert(Use { component: Named::new(kind, name), at: at.to_owned() });
    }

    /// The fields along a path of `object`; a `-` before it is a direction.
    pub fn path(&mut self, object: &str, path: &str, at: &str) {
        let Some(object) = self.catalog.find_object(object) else { return };
        let path = path.strip_prefix('-').unwrap_or(path);
        for step in self.catalog.resolve_path(object, path).unwrap_or_default() {
            self.field(step.object, step.field, at);
        }
    }

    fn field(&mut self, object: &Object, field: &Field, at: &str) {
        if !field.standard {
            self.component(Kind::Fields, &format!("{}.{}", object.name, field.name), at);
        }
    }

    /// What a text in the formula language about records of `object` speaks of.
    pub fn text(&mut self, object: &str, text: &str, at: &str) {
        let Some(object) = self.catalog.find_object(object) else { return };
        let options = Options { saving: true, ..Options::default() };
        if let Ok(checked) = self.catalog.check_expression(object, text, &options) {
            self.checked(&checked, at);
        }
    }

    /// The same of a text that was checked already.
    pub fn checked(&mut self, checked: &Checked, at: &str) {
        self.names(&checked.uses, at);
    }

    fn names(&mut self, names: &BTreeSet<FieldName>, at: &str) {
        for name in names {
            let object = self.catalog.find_object(&name.object);
            if let Some((object, field)) =
                object.and_then(|object| Some((object, object.find_field(&name.field)?)))
            {
                self.field(object, field, at);
            }
        }
    }

    /// The fields of a filter in its JSON form.
    pub fn filter(&mut self, object: &str, filter: &Json, at: &str) {
        let Some(map) = filter.as_object() else { return };
        for (key, value) in map {
            match (key.as_str(), value) {
                ("and" | "or", Json::Array(parts)) => {
                    parts.iter().for_each(|part| self.filter(object, part, at))
                }
                ("not", part) => self.filter(object, part, at),
                (path, value) => self.condition(object, (path, value), at),
            }
        }
    }

    fn condition(&mut self, object: &str, (path, value): (&str, &Json), at: &str) {
        let relation = self.catalog.find_object(object).and_then(|object| object.find_relation(path));
        let Some(relation) = relation else { return self.path(object, path, at) };
        // A relation is the field on its other side.
        let (other, field) = (relation.object.clone(), relation.field.clone());
        match relation.is_own() {
            true => self.path(object, &field, at),
            false => self.path(&other, &field, at),
        }
        value
            .as_object()
            .into_iter()
            .flat_map(|map| map.values())
            .for_each(|part| self.filter(&other, part, at));
    }
}

impl Catalog {
    /// What a component uses; an object what its fields use outside of it.
    pub fn uses(&self, of: &Named) -> Vec<Use> {
        let mut uses = Uses { catalog: self, found: BTreeSet::new() };
        match of.kind {
            Kind::Objects => {
                let fields =
                    self.find_object(&of.name).map(|object| object.fields.as_slice()).unwrap_or_default();
                for field in fields {
                    let mut inner = Uses { catalog: self, found: BTreeSet::new() };
                    self.field_uses(&of.name, field, &mut inner);
                    let own = |used: &Use| is_of(&used.component, &of.name);
                    let at = |at: &str| format!("fields.{}.{at}", field.name);
                    let outside = inner.found.into_iter().filter(|used| !own(used));
                    uses.found.extend(outside.map(|used| Use { at: at(&used.at), ..used }));
                }
            }
            Kind::Fields => {
                if let Some((object, field)) = of.name.split_once('.')
                    && let Some(field) = self.find_object(object).and_then(|object| object.find_field(field))
                {
                    self.field_uses(object, field, &mut uses);
                }
            }
            kind => self.parts.uses(kind, &of.name, &mut uses),
        }
        uses.found.into_iter().collect()
    }

    /// What a definition uses that is no component.
    pub fn uses_of(&self, part: &impl Part) -> Vec<Use> {
        let mut uses = Uses { catalog: self, found: BTreeSet::new() };
        part.uses(&mut uses);
        uses.found.into_iter().collect()
    }

    fn field_uses(&self, object: &str, field: &Field, uses: &mut Uses<'_>) {
        // Every object has owners; that tells nothing.
        let targets = field.targets.iter().map(String::as_str).chain(field.kind.target());
        for target in targets.filter(|_| !field.standard) {
            uses.component(Kind::Objects, target, "to");
        }
        if let Some((_, Some(set))) = field.kind.choices() {
            uses.component(Kind::OptionSets, set, "option_set");
        }
        let depends = match &field.kind {
            FieldKind::Picklist(list) => list.depends_on.as_ref(),
            FieldKind::MultiPicklist(list) => list.depends_on.as_ref(),
            _ => None,
        };
        depends.iter().for_each(|on| uses.path(object, &on.field, "depends_on"));
        if let Some(computed) = &field.computed {
            uses.names(&computed.uses, "formula");
        }
        if let FieldKind::Rollup(rollup) = &field.kind {
            self.rollup_uses(object, rollup, uses);
        }
        if let Some(checked) = &field.default_formula {
            uses.checked(checked, "default");
        }
        let name_field = self.find_object(object).filter(|_| field.name == "name" && field.standard);
        for name in name_field
            .iter()
            .flat_map(|object| object.name_field.field.iter().chain(&object.name_field.compose))
        {
            uses.path(object, name, "name_field");
        }
    }

    /// A relation is the field on its other side, and so is what a roll-up asks of the records there.
    fn rollup_uses(&self, object: &str, rollup: &Rollup, uses: &mut Uses<'_>) {
        let relation = self.find_object(object).and_then(|object| object.find_relation(&rollup.of));
        let Some(relation) = relation else { return };
        uses.path(&relation.object, &relation.field, "of");
        rollup.field.iter().for_each(|field| uses.path(&relation.object, field, "field"));
        rollup.by.iter().for_each(|field| uses.path(&relation.object, field, "by"));
        rollup.condition.iter().for_each(|text| uses.text(&relation.object, text, "where"));
    }

    /// What uses a component; of an object also what uses its fields from outside of it.
    pub fn used_by(&self, of: &Named) -> Vec<Use> {
        using(of, &self.users())
    }

    /// What uses each of some components, without those that nothing uses.
    pub fn dependants(&self, of: &[Named]) -> Vec<Dependants> {
        if of.is_empty() {
            return Vec::new();
        }
        let users = self.users();
        let all = of.iter().map(|one| Dependants { component: one.clone(), used_by: using(one, &users) });
        all.filter(|one| !one.used_by.is_empty()).collect()
    }

    /// Every component but objects, whose uses are those of their fields.
    fn users(&self) -> Vec<User> {
        let kinds = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Objects);
        let all = kinds
            .flat_map(|kind| self.component_names(kind).into_iter().map(move |name| Named::new(kind, name)));
        let one = |user: Named| {
            let uses = self.uses(&user);
            (user, uses)
        };
        all.map(one).collect()
    }

    /// Adds to problems of new definitions which of them come from taking away something that others use here.
    #[must_use]
    pub fn with_dependents(&self, new: &Definitions, problems: Vec<Problem>) -> Vec<Problem> {
        let mut told = Vec::new();
        for named in self.taken_away(new) {
            let broken = |user: &Use| {
                let path = user.component.path();
                problems
                    .iter()
                    .any(|problem| problem.path == path || problem.path.starts_with(&format!("{path}.")))
            };
            let users: BTreeSet<String> = self
                .used_by(&named)
                .iter()
                .filter(|user| broken(user))
                .map(|user| format!("`{}` ({})", user.component.name, user.component.kind.word()))
                .collect();
            if !users.is_empty() {
                let users: Vec<String> = users.into_iter().collect();
                let text = format!("`{}` is used by {}", named.name, users.join(", "));
                let problem = Problem::new(named.path(), "in-use", text);
                told.push(problem.hint("change or remove what uses it in the same deployment"));
            }
        }
        told.into_iter().chain(problems).collect()
    }

    /// Objects that go, and fields that go or become another kind.
    fn taken_away(&self, new: &Definitions) -> Vec<Named> {
        let mut gone = Vec::new();
        for object in self.objects.iter().filter(|object| !object.system) {
            let live = new.objects.iter().find(|other| other.object.id == object.id && !other.object.retired);
            let Some(live) = live else {
                gone.push(Named::new(Kind::Objects, object.name.clone()));
                continue;
            };
            for field in object.fields.iter().filter(|field| !field.standard) {
                let stays = live.fields.iter().find(|other| other.id == field.id && !other.retired);
                if stays.is_none_or(|other| other.definition.kind.name() != field.kind.name()) {
                    gone.push(Named::new(Kind::Fields, format!("{}.{}", object.name, field.name)));
                }
            }
        }
        let sets = self
            .parts
            .option_sets
            .keys()
            .filter(|set| new.parts.option_sets.get(*set).is_none_or(|set| set.retired));
        gone.extend(sets.map(|set| Named::new(Kind::OptionSets, set.clone())));
        gone
    }
}

/// Those that use one component.
fn using(of: &Named, users: &[User]) -> Vec<Use> {
    let own = |one: &Named| of.kind == Kind::Objects && is_of(one, &of.name);
    let mut found = BTreeSet::new();
    for (user, uses) in users.iter().filter(|(user, _)| !own(user)) {
        let meant = uses.iter().filter(|used| used.component == *of || own(&used.component));
        found.extend(meant.map(|used| Use { component: user.clone(), at: used.at.clone() }));
    }
    found.into_iter().collect()
}

/// Whether a field belongs to the object.
fn is_of(named: &Named, object: &str) -> bool {
    named.kind == Kind::Fields && named.name.split('.').next() == Some(object)
}
