//! What may have been meant otherwise: a component that goes while one like it comes, and a former name that nothing has.
//! Told beside a plan; it stops nothing.

use super::{Wanted, path};
use crate::definitions::{Action, Definitions, Kind, Touched};
use crate::problem::Problem;
use crate::suggest;

/// A component of the tenant's own that goes or comes.
struct Moved<'a> {
    name: &'a str,
    /// The object of a field.
    object: &'a str,
    /// The kind of a field.
    sort: Option<&'a str>,
}

impl Moved<'_> {
    fn is_like(&self, other: &Self) -> bool {
        (self.object, self.sort) == (other.object, other.sort)
    }
}

impl Wanted {
    /// Of what happens to `old`.
    pub fn hints(&self, old: &Definitions, changes: &[Touched]) -> Vec<Problem> {
        [Kind::Objects, Kind::Fields].into_iter().flat_map(|kind| self.hints_of(kind, old, changes)).collect()
    }

    fn hints_of(&self, kind: Kind, old: &Definitions, changes: &[Touched]) -> Vec<Problem> {
        let of = |action| changes.iter().filter(move |one| one.kind == kind && one.action == action);
        let gone: Vec<Moved<'_>> = of(Action::Delete).filter_map(|one| owned(old, one, changes)).collect();
        let came: Vec<Moved<'_>> = of(Action::Create).filter_map(|one| self.own(one)).collect();
        let hint = |one: &Moved<'_>| {
            let beside = gone.iter().filter(|other| other.object == one.object);
            let beside: Vec<&str> = beside.map(|other| other.name).collect();
            let alone = came.iter().filter(|other| other.is_like(one)).count() == 1;
            let mut alike = gone.iter().filter(|other| other.is_like(one) && alone);
            let other = alike.next().filter(|_| alike.next().is_none());
            self.missed(kind, one.name, &beside).or_else(|| Some(maybe(kind, one.name, other?.name)))
        };
        came.iter().filter_map(hint).collect()
    }

    /// What the files bring outside of packages.
    fn own<'a>(&'a self, one: &'a Touched) -> Option<Moved<'a>> {
        let definition = self.components.get(&(one.kind, one.name.clone()))?;
        let object = one.name.split_once('.').map_or("", |(object, _)| object);
        Some(Moved { name: &one.name, object, sort: definition["kind"].as_str() })
    }

    /// What comes anew though it says what it was called, while something beside it goes.
    fn missed(&self, kind: Kind, name: &str, gone: &[&str]) -> Option<Problem> {
        let said = self.renamings.iter().find(|one| one.kind == kind && one.name == name)?;
        let from = said.from.first().filter(|_| !gone.is_empty())?;
        let text = format!("there is no `{from}` to rename, so `{name}` is new");
        let hint = suggest::hint(from, gone.iter().map(|name| last(name)));
        let hint = hint.unwrap_or_else(|| format!("what goes is {}", gone.join(", ")));
        Some(Problem::new(&said.path, "not-found", text).hint(hint))
    }
}

/// What goes of the tenant's own; a field is beside those of its object as that is called now.
fn owned<'a>(old: &'a Definitions, one: &'a Touched, changes: &'a [Touched]) -> Option<Moved<'a>> {
    let Some((object, field)) = one.name.split_once('.') else {
        let own = old.find_object(&one.name).is_some_and(|known| known.object.package.is_none());
        return own.then_some(Moved { name: &one.name, object: "", sort: None });
    };
    let mut fields = old.find_object(object)?.fields.iter().filter(|one| !one.retired);
    let field = fields.find(|one| one.definition.common.name == field && one.package.is_none())?;
    let same = |other: &&Touched| other.kind == Kind::Objects && other.former.as_deref() == Some(object);
    let object = changes.iter().find(same).map_or(object, |other| other.name.as_str());
    Some(Moved { name: &one.name, object, sort: Some(field.definition.kind.name()) })
}

fn maybe(kind: Kind, new: &str, old: &str) -> Problem {
    let text = format!("`{old}` goes and `{new}` comes: was this a rename?");
    Problem::new(path(kind, new), "maybe-renamed", text)
        .hint(format!("say `\"renamed_from\": \"{}\"` there, and what it holds stays", last(old)))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
