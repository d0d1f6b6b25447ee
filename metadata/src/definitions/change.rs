//! Definitions with changes applied: pure, all or nothing, every problem at once. What becomes of the two layers of a
//! packaged component is in `layering`.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::change_object::renamed_nothing;
use super::layering::{self, Layering};
use super::structure::{self, without_nulls};
use super::{Change, Definitions, Kind, ObjectComponent, Row, Shelf, rename};
use crate::catalog::Catalog;
use crate::catalog::json::READ_ONLY_OTHER;
use crate::catalog::standard::USER;
use crate::layers::Merged;
use crate::problem::Problem;
use crate::suggest;

impl Definitions {
    /// The definitions after the changes. New components get ids from `next_id`; what a package
    /// brings is marked with its name, and a package changes only what it brought.
    ///
    /// # Errors
    /// Every problem of the changes' form, and, as far as the rest can be understood, of their meaning
    /// (what [`Catalog::resolve`] would say).
    pub fn with_changes(&self, changes: &[Change], package: Option<&str>) -> Result<Self, Vec<Problem>> {
        let mut draft = Draft::new(self.clone(), package.map(Layering::of));
        draft.apply_all(changes);
        draft.finish().map(|(definitions, _)| definitions)
    }
}

/// Definitions in the making.
pub(super) struct Draft<'a> {
    pub definitions: Definitions,
    /// The package that speaks; `None` is the tenant.
    pub layering: Option<Layering<'a>>,
    pub problems: Vec<Problem>,
    /// What became of what both changed.
    pub merged: Vec<Merged>,
    /// Ids of the components that the package spoke of.
    pub seen: HashSet<String>,
    /// Parts that stand in for faulty ones.
    pub replaced: Vec<String>,
    /// Whether what is left is worth resolving.
    usable: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(definitions: Definitions, layering: Option<Layering<'a>>) -> Self {
        let (problems, merged, replaced, seen) = Default::default();
        Self { definitions, layering, problems, merged, seen, replaced, usable: true }
    }

    /// The package that speaks.
    pub(super) fn package(&self) -> Option<&'a str> {
        self.layering.map(|layering| layering.package)
    }

    pub(super) fn apply_all(&mut self, changes: &[Change]) {
        let mut ordered: Vec<&Change> = changes.iter().collect();
        ordered.sort_by_key(|change| !(change.definition.is_some() && self.is_new_base(change)));
        ordered.into_iter().for_each(|change| self.apply(change));
    }

    /// Objects and option sets that other changes may build on come first.
    fn is_new_base(&self, change: &Change) -> bool {
        match change.kind {
            Kind::Objects => self.definitions.find_object(&change.name).is_none(),
            Kind::OptionSets => {
                self.definitions.parts.option_sets.get(&change.name).is_none_or(|set| set.retired)
            }
            _ => false,
        }
    }

    fn apply(&mut self, change: &Change) {
        match (change.kind, change.definition.clone()) {
            (Kind::Objects | Kind::Fields, _) if change.name.split('.').next() == Some(USER) => {
                let text = "the object `user` is part of the system and cannot be changed";
                self.refuse(Problem::new(path_of(change), "system-object", text));
            }
            (Kind::Objects, Some(definition)) => self.put_object(&change.name, definition),
            (Kind::Objects, None) => self.delete_object(&change.name),
            (Kind::Fields, definition) => self.change_field(&change.name, definition),
            (Kind::OptionSets, definition) => self.change_option_set(change, definition),
            (_, definition) => self.change_part(change, definition),
        }
    }

    /// The result, or all problems: the form's first, then those of meaning that are not its echo.
    pub(super) fn finish(mut self) -> Result<(Definitions, Vec<Merged>), Vec<Problem>> {
        if self.problems.is_empty() {
            return Ok((self.definitions, self.merged));
        }
        if self.usable
            && let Err(found) = Catalog::resolve(&self.definitions)
        {
            let known: Vec<String> = self.problems.iter().map(|problem| problem.path.clone()).collect();
            let is_echo = |problem: &Problem| {
                self.replaced.iter().any(|path| problem.path.starts_with(path.as_str()))
                    || known.contains(&problem.path)
            };
            let meant: Vec<Problem> = found.into_iter().filter(|problem| !is_echo(problem)).collect();
            self.problems.extend(meant);
        }
        Err(self.problems)
    }

    /// Notes a problem after which the rest is still understood.
    pub(super) fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Checks a definition's form; `None` when nothing can be made of it. Only what is a base takes the rest with it.
    pub(super) fn check(&mut self, kind: Kind, definition: &mut Json, path: &str) -> Option<()> {
        let checked = structure::check(kind, definition, path);
        self.problems.extend(checked.problems);
        self.replaced.extend(checked.replaced);
        self.usable &= checked.usable || !kind.is_base();
        checked.usable.then_some(())
    }

    /// The next id with this letter.
    pub(super) fn next_id(&mut self, letter: char) -> String {
        let number = self.definitions.next_id.max(1);
        self.definitions.next_id = number + 1;
        format!("{letter}{number}")
    }

    /// Whether the change may touch a component: a package only its own.
    pub(super) fn may_touch(&mut self, owner: Option<&str>, path: &str) -> bool {
        let may = self.package().is_none() || self.package() == owner;
        if !may {
            let whose = owner.map_or("the tenant".to_owned(), |owner| format!("the package `{owner}`"));
            let problem =
                Problem::new(path, "owned-elsewhere", format!("it exists already and belongs to {whose}"));
            self.refuse(problem.hint("rename or remove the existing one first"));
        }
        may
    }

    fn change_option_set(&mut self, change: &Change, definition: Option<Json>) {
        let renamed = definition.as_ref().and_then(|d| d["name"].as_str()).filter(|new| *new != change.name);
        let renamed = renamed.map(str::to_owned);
        self.change_part(change, definition);
        if let Some(new) = renamed.filter(|new| self.definitions.parts.option_sets.contains_key(new)) {
            rename::option_set(&mut self.definitions, &change.name, &new);
        }
    }

    /// Puts or removes a component that has no data of its own; `name` in its definition renames it.
    fn change_part(&mut self, change: &Change, definition: Option<Json>) {
        let path = path_of(change);
        let old = self.shelf(change.kind).and_then(|shelf| shelf.find(change.kind, &change.name));
        let old = old.filter(|old| self.is_meant(old, definition.is_some()));
        if let Some(old) = &old
            && !self.inherits(old)
            && !self.may_touch(old.package.as_deref(), &path)
        {
            return;
        }
        let Some(definition) = definition else { return self.remove_part(change, path, old) };
        let Some((name, definition)) = self.read_part(change, definition, &path) else { return };
        if old.is_none() && name != change.name {
            return self.refuse(renamed_nothing(&path, &change.name, &name));
        }
        let Some(row) = self.layered_part((change.kind, name), old, definition, &path) else { return };
        let Some(shelf) = self.shelf(change.kind) else { return };
        if row.name != change.name && shelf.names().contains(&row.name.as_str()) {
            let text = format!("`{}` exists already", row.name);
            return self.refuse(Problem::new(format!("{path}.name"), "duplicate-name", text));
        }
        let name = row.name.clone();
        match shelf.put(row) {
            Ok(()) if name != change.name => shelf.remove(&change.name),
            Ok(()) => {}
            Err(error) => {
                if !self.problems.iter().any(|problem| problem.path.starts_with(&path)) {
                    self.refuse(Problem::new(path, "bad-definition", error.to_string()));
                }
            }
        }
    }

    pub(super) fn shelf(&mut self, kind: Kind) -> Option<&mut dyn Shelf> {
        self.definitions.parts.shelf(kind)
    }

    /// What is the tenant's own is removed; of what a package brought the tenant's layer says that it is not there.
    fn remove_part(&mut self, change: &Change, path: String, old: Option<Row>) {
        let tenant = self.layering.is_none();
        let Some(shelf) = self.definitions.parts.shelf(change.kind) else { return };
        if let Some(old) = old {
            let Some(hidden) = layering::hidden(old).filter(|_| tenant) else {
                return shelf.remove(&change.name);
            };
            // It was stored: it is read again without a fault.
            return shelf.put(hidden).unwrap_or_default();
        }
        let problem = unknown(path, &change.name, shelf.names());
        self.refuse(problem);
    }

    /// The definition, held to its form, and the name it gives itself.
    fn read_part(&mut self, change: &Change, json: Json, path: &str) -> Option<(String, Json)> {
        let mut map = self.map(json, path)?;
        READ_ONLY_OTHER.iter().for_each(|key| drop(map.shift_remove(*key)));
        let name = match map.shift_remove("name") {
            Some(Json::String(name)) => name,
            _ => change.name.clone(),
        };
        let mut json = Json::Object(map);
        self.check(change.kind, &mut json, path)?;
        Some((name, json))
    }

    /// A definition is an object; nulls in it count as not given.
    pub(super) fn map(&mut self, json: Json, path: &str) -> Option<Map<String, Json>> {
        match json {
            Json::Object(map) => Some(without_nulls(map)),
            _ => {
                self.usable = false;
                self.refuse(Problem::new(path, "wrong-type", "a definition is a JSON object"));
                None
            }
        }
    }
}

/// Path of a change's component.
pub(crate) fn path_of(change: &Change) -> String {
    match (change.kind, change.name.split_once('.')) {
        (Kind::Fields, Some((object, field))) => format!("objects.{object}.fields.{field}"),
        _ => format!("{}.{}", change.kind.word(), change.name),
    }
}

/// A name that should exist and does not.
pub(super) fn unknown<'n>(path: String, name: &str, known: impl IntoIterator<Item = &'n str>) -> Problem {
    let problem = Problem::new(path, "not-found", format!("there is no `{name}`"));
    suggest::hint(name, known).into_iter().fold(problem, Problem::hint)
}

impl Definitions {
    /// The live object with this name.
    pub fn find_object(&self, name: &str) -> Option<&ObjectComponent> {
        self.objects.iter().find(|object| !object.object.retired && object.object.definition.name == name)
    }

    /// Position of the live object with this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.objects.iter().position(|object| !object.object.retired && object.object.definition.name == name)
    }
}
