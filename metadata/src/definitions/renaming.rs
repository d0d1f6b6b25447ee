//! Renames that files and packages speak of: `"renamed_from"` in the definition of an object or a field says what it was
//! called. Where that is there and the new name is not, the one is renamed to the other before anything else is looked
//! at; where the new name is there, nothing is said any more. It is no part of a definition: nobody stores it, and nothing
//! answers it. What else speaks of the name follows as in `rename`, beneath the tenant's layer too.

use std::collections::{HashMap, HashSet};

use serde_json::{Value as Json, json};

use super::change::path_of;
use super::field::FieldDefinition;
use super::{Change, Component, Definitions, Kind, rename};
use crate::catalog::check_name;
use crate::layers::plain;
use crate::problem::Problem;

const KEY: &str = "renamed_from";
/// Most former names of one component.
const MAX_FORMER: usize = 20;

/// An object or a field that says what it was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renaming {
    pub kind: Kind,
    /// What it is called: `car`, `car.price`.
    pub name: String,
    /// What it was called, the newest name first: `price` of a field.
    pub from: Vec<String>,
    /// Where it says so.
    pub path: String,
}

impl Renaming {
    /// The last word of its name, which is what former names are beside.
    fn word(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }
}

/// Takes what a package's changes say of former names out of them, with all that is wrong with it.
pub(crate) fn take(changes: &mut [Change]) -> (Vec<Renaming>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for change in changes {
        let place = path_of(change);
        if let Some(definition) = &mut change.definition {
            take_of((change.kind, &change.name), definition, (&place, &mut found), &mut problems);
        }
    }
    problems.extend(claimed_twice(&found));
    (found, problems)
}

/// The same of one definition that stands at `place`.
pub(crate) fn take_of(
    (kind, name): (Kind, &str),
    definition: &mut Json,
    (place, found): (&str, &mut Vec<Renaming>),
    problems: &mut Vec<Problem>,
) {
    let Some(map) = definition.as_object_mut().filter(|_| matches!(kind, Kind::Objects | Kind::Fields))
    else {
        return;
    };
    if let Some(said) = map.shift_remove(KEY) {
        let path = format!("{place}.{KEY}");
        let (from, wrong) = read(&said, name.rsplit('.').next().unwrap_or(name), &path);
        problems.extend(wrong);
        found.push(Renaming { kind, name: name.to_owned(), from, path });
    }
    let fields = map.get_mut("fields").and_then(Json::as_array_mut).filter(|_| kind == Kind::Objects);
    for field in fields.into_iter().flatten() {
        let Some(word) = field["name"].as_str().map(str::to_owned) else { continue };
        let (name, place) = (format!("{name}.{word}"), format!("{place}.fields.{word}"));
        take_of((Kind::Fields, &name), field, (&place, &mut *found), problems);
    }
}

/// A name, or several of them.
fn read(said: &Json, own: &str, path: &str) -> (Vec<String>, Vec<Problem>) {
    let said = match said {
        Json::Array(names) => names.iter().collect(),
        one => vec![one],
    };
    if said.len() > MAX_FORMER {
        let text = format!("at most {MAX_FORMER} former names fit");
        let problem = Problem::new(path, "too-many", text).hint("leave out the oldest");
        return (Vec::new(), vec![problem]);
    }
    let (mut from, mut problems) = (Vec::new(), Vec::new());
    for name in said {
        match name.as_str() {
            None => problems.push(Problem::new(path, "wrong-type", "expected a name, or a list of names")),
            Some(name) if name == own => {
                problems.push(Problem::new(path, "wrong-name", format!("`{name}` is what it is called now")));
            }
            Some(name) => match check_name(name) {
                Ok(()) => from.push(name.to_owned()),
                Err(fault) => {
                    let problem = fault.at(path);
                    problems.push(problem.hint("the last word alone, such as `price` of `car.price`"));
                }
            },
        }
    }
    (from, problems)
}

/// One name is the former one of one component.
pub(crate) fn claimed_twice(all: &[Renaming]) -> Vec<Problem> {
    let mut seen: HashMap<(Kind, &str, &str), &Renaming> = HashMap::new();
    let mut problems = Vec::new();
    for one in all {
        for from in &one.from {
            let object = one.name.strip_suffix(one.word()).unwrap_or_default();
            let Some(other) = seen.insert((one.kind, object, from), one) else { continue };
            let text = format!("`{}` says too that it was called `{from}`", other.name);
            problems.push(Problem::new(&one.path, "duplicate-name", text));
        }
    }
    problems
}

impl Definitions {
    /// These definitions with what is renamed. A package renames what it brought, the tenant what is its own.
    #[must_use]
    pub(crate) fn renamed(&self, renamings: &[Renaming], package: Option<&str>) -> Self {
        let mut next = self.clone();
        let mut done = HashSet::new();
        for kind in [Kind::Objects, Kind::Fields] {
            let mut left: Vec<&Renaming> = renamings.iter().filter(|one| one.kind == kind).collect();
            // What is renamed makes room for what is to have its name.
            loop {
                let count = left.len();
                left.retain(|one| !next.rename(one, package, &mut done));
                if left.len() == count {
                    break;
                }
            }
        }
        next
    }

    /// The same of what a package's changes say; what is wrong with it is told when they are applied.
    #[must_use]
    pub(crate) fn with_renames_of(&self, changes: &[Change], package: &str) -> Self {
        let (renamings, _) = take(&mut changes.to_vec());
        self.renamed(&renamings, Some(package))
    }

    /// Whether something was renamed; `done` holds the ids of what was.
    fn rename(&mut self, one: &Renaming, package: Option<&str>, done: &mut HashSet<String>) -> bool {
        match one.name.split_once('.') {
            None => self.rename_object((&one.name, &one.from), package, done),
            Some((object, field)) => self.rename_field((object, field, &one.from), package, done),
        }
    }

    fn rename_object(
        &mut self,
        (new, from): (&str, &[String]),
        package: Option<&str>,
        done: &mut HashSet<String>,
    ) -> bool {
        if self.spoken_of(new, package).is_some() {
            return false;
        }
        let known = from.iter().find_map(|old| self.own(old, package));
        let Some((at, id)) = known.map(|at| (at, self.objects[at].object.id.clone())) else { return false };
        let news = done.insert(id);
        if news {
            self.rename_both(|all| all.call_object(at, new));
        }
        news
    }

    fn rename_field(
        &mut self,
        (object, new, from): (&str, &str, &[String]),
        package: Option<&str>,
        done: &mut HashSet<String>,
    ) -> bool {
        let Some(at) = self.spoken_of(object, package) else { return false };
        let fields = &self.objects[at].fields;
        let named = |name: &str| {
            let mut known: Vec<_> = fields.iter().enumerate().collect();
            known.retain(|(_, one)| one.definition.common.name == name);
            // A live one hides what was taken away.
            known.sort_by_key(|(_, one)| (one.retired, !is_own(one, package)));
            known.into_iter().next().filter(|(_, one)| !one.retired || is_own(one, package))
        };
        if named(new).is_some() {
            return false;
        }
        let known = from.iter().find_map(|old| named(old).filter(|(_, one)| is_own(one, package)));
        let Some((found, id)) = known.map(|(found, one)| (found, one.id.clone())) else { return false };
        let news = done.insert(id);
        if news {
            self.rename_both(|all| all.call_field((at, found), new));
        }
        news
    }

    /// The object that a definition of this name is about: a live one, else one that the package can bring back.
    fn spoken_of(&self, name: &str, package: Option<&str>) -> Option<usize> {
        self.position(name).or_else(|| self.own(name, package))
    }

    /// Whoever's it is, a live one hides what was taken away.
    fn own(&self, name: &str, package: Option<&str>) -> Option<usize> {
        let live = self.position(name);
        let known = live.or_else(|| {
            let mut known = self.objects.iter();
            known.rposition(|one| one.object.definition.name == name && is_own(&one.object, package))
        });
        known.filter(|at| is_own(&self.objects[*at].object, package))
    }

    fn call_object(&mut self, at: usize, new: &str) {
        let component = &mut self.objects[at].object;
        if component.package.is_some()
            && let Ok(bare) = serde_json::from_value(plain(Kind::Objects, json!(component.definition)))
        {
            component.definition = bare;
        }
        let old = std::mem::replace(&mut component.definition.name, new.to_owned());
        rename::object(self, &old, new);
    }

    fn call_field(&mut self, (at, found): (usize, usize), new: &str) {
        let field = &mut self.objects[at].fields[found];
        let bare = plain(Kind::Fields, Json::Object(field.definition.to_json()));
        if field.package.is_some()
            && let Some(Ok(bare)) = bare.as_object().map(FieldDefinition::from_json)
        {
            field.definition = bare;
        }
        let old = field.definition.common.name.clone();
        rename::field(self, at, &old, new);
        new.clone_into(&mut self.objects[at].fields[found].definition.common.name);
    }

    /// Renames in what holds, and in what packages say of it beneath: what differs is the tenant's still, and nothing else.
    fn rename_both(&mut self, rename: impl Fn(&mut Self)) {
        let mut beneath = self.beneath();
        let before: HashMap<String, Json> =
            beneath.rows().into_iter().map(|row| (row.id, row.definition)).collect();
        rename(self);
        rename(&mut beneath);
        let rows = beneath.rows().into_iter();
        let said: HashMap<String, Json> = rows
            .filter(|row| before.get(&row.id) != Some(&row.definition))
            .map(|row| (row.id, plain(row.kind, row.definition)))
            .collect();
        for component in &mut self.objects {
            put_base(&mut component.object, &said);
            component.fields.iter_mut().for_each(|field| put_base(field, &said));
        }
        for (kind, shelf) in self.parts.shelves_mut() {
            for mut row in shelf.rows(kind) {
                if let (Some(base), Some(definition)) = (&mut row.base, said.get(&row.id)) {
                    base.definition = definition.clone();
                    // It was stored: it is read again without a fault.
                    shelf.put(row).unwrap_or_default();
                }
            }
        }
    }

    /// These definitions as packages say them, without the tenant's layers.
    fn beneath(&self) -> Self {
        let mut all = self.clone();
        for component in &mut all.objects {
            lower(&mut component.object, |json| serde_json::from_value(json.clone()).ok());
            let read = |json: &Json| FieldDefinition::from_json(json.as_object()?).ok();
            component.fields.iter_mut().for_each(|field| lower(field, read));
        }
        for (kind, shelf) in all.parts.shelves_mut() {
            for mut row in shelf.rows(kind) {
                if let Some(base) = &row.base {
                    row.definition = base.definition.clone();
                    shelf.put(row).unwrap_or_default();
                }
            }
        }
        all
    }
}

/// Whether it is the package's, there or to come back; without a package: whether it is the tenant's own and there.
fn is_own<T>(one: &Component<T>, package: Option<&str>) -> bool {
    one.package.as_deref() == package && (!one.retired || (package.is_some() && one.base.is_some()))
}

fn lower<T>(component: &mut Component<T>, read: impl Fn(&Json) -> Option<T>) {
    let base = component.base.as_ref().and_then(|base| read(&base.definition));
    base.into_iter().for_each(|definition| component.definition = definition);
}

fn put_base<T>(component: &mut Component<T>, said: &HashMap<String, Json>) {
    if let (Some(base), Some(definition)) = (&mut component.base, said.get(&component.id)) {
        base.definition = definition.clone();
    }
}
