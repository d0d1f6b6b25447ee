//! Apps with what others add to them, and what is wrong with a definition of one. Who sees which is told with
//! everything else that a caller may know of.

use std::collections::HashSet;
use std::sync::Arc;

use super::Catalog;
use crate::definitions::app::{self as source, Item};
use crate::problem::Problem;
use crate::suggest;

/// Most lines of one definition.
const MAX_ITEMS: usize = 60;

/// One app with what others add to it.
#[derive(Clone, Debug)]
pub struct App {
    pub name: String,
    pub label: String,
    /// Those that were added stand after its own; nothing stands twice.
    pub items: Vec<Item>,
    /// As written.
    pub source: Arc<source::App>,
}

impl Catalog {
    /// All apps in their order.
    pub fn apps(&self) -> Vec<App> {
        let active = || self.parts.apps.iter().filter(|(_, one)| one.active);
        let mut all: Vec<_> = active().filter(|(_, one)| one.extends.is_none()).collect();
        all.sort_by_key(|(_, one)| one.order);
        let whole = |(name, base): (&String, &Arc<source::App>)| {
            let mut added: Vec<_> = active().filter(|(_, one)| one.extends.as_ref() == Some(name)).collect();
            added.sort_by_key(|(_, one)| one.order);
            let items = std::iter::once(base).chain(added.into_iter().map(|(_, one)| one));
            let mut known = HashSet::new();
            let items =
                items.flat_map(|one| &one.items).filter(|item| known.insert((&item.object, &item.view)));
            App {
                name: name.clone(),
                label: base.label.clone().unwrap_or_else(|| super::label(name)),
                items: items.cloned().collect(),
                source: base.clone(),
            }
        };
        all.into_iter().map(whole).collect()
    }
}

/// What is wrong with a definition, with paths below it.
pub(crate) fn check(catalog: &Catalog, app: &source::App) -> Vec<Problem> {
    let mut problems = extension(catalog, app);
    if app.items.is_empty() {
        problems.push(Problem::new("items", "required", "say what its navigation holds"));
    }
    if app.items.len() > MAX_ITEMS {
        problems.push(Problem::new("items", "too-many", format!("at most {MAX_ITEMS} items")));
    }
    let mut known = HashSet::new();
    for (at, entry) in app.items.iter().enumerate() {
        let place = format!("items.{at}");
        problems.extend(item(catalog, entry, &place));
        if !known.insert((&entry.object, &entry.view)) {
            problems.push(Problem::new(place, "duplicate", format!("`{}` is there twice", entry.object)));
        }
    }
    for (at, people) in app.shared_with.iter().enumerate() {
        problems.extend(people.check(catalog, &format!("shared_with.{at}")));
    }
    problems
}

fn item(catalog: &Catalog, item: &Item, place: &str) -> Option<Problem> {
    if catalog.find_object(&item.object).is_none() {
        let text = format!("there is no object `{}`", item.object);
        let problem = Problem::new(format!("{place}.object"), "unknown-object", text);
        let hint = suggest::hint(&item.object, catalog.by_name.keys().map(String::as_str));
        return Some(hint.into_iter().fold(problem, Problem::hint));
    }
    let name = item.view_name().filter(|name| !catalog.parts.list_views.contains_key(name))?;
    let problem =
        Problem::new(format!("{place}.view"), "unknown-view", format!("there is no list view `{name}`"));
    let hint = suggest::hint(&name, catalog.parts.list_views.keys().map(String::as_str));
    Some(hint.into_iter().fold(problem, Problem::hint))
}

/// What is wrong with what it says of the app that it adds to.
fn extension(catalog: &Catalog, app: &source::App) -> Vec<Problem> {
    let Some(name) = &app.extends else { return Vec::new() };
    let mut problems = Vec::new();
    if catalog.parts.apps.get(name).is_none_or(|base| base.extends.is_some()) {
        let text = format!("there is no app `{name}` that can be extended");
        problems.push(Problem::new("extends", "unknown-app", text));
    }
    let own = [
        ("label", app.label.is_some()),
        ("icon", app.icon.is_some()),
        ("shared_with", !app.shared_with.is_empty()),
    ];
    for (key, _) in own.into_iter().filter(|(_, said)| *said) {
        problems.push(Problem::new(key, "contradiction", "this is said by the app that is extended"));
    }
    problems
}
