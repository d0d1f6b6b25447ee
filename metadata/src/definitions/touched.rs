//! What a change does to components, told to people: which come, change and go, and in which properties.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::{Definitions, Kind, Row};
use crate::layers::{differences, plain};

/// What happens to one component.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It comes, or comes back.
    Create,
    Change,
    /// It goes; an object or field is retired.
    Delete,
}

/// One component that a change touches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Touched {
    pub action: Action,
    pub kind: Kind,
    pub name: String,
    /// What it was called before, where it was there.
    #[serde(skip)]
    pub former: Option<String>,
    /// What a changed one says otherwise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<Property>,
}

/// One property before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Property {
    /// Below the component; members of lists by their names.
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Json>,
}

impl Definitions {
    /// What is touched on the way from these definitions to `next`, by kind and name.
    pub fn touched(&self, next: &Self) -> Vec<Touched> {
        let (before, after) = (self.rows(), next.rows());
        let was: HashMap<&str, &Row> = live(&before);
        let is: HashMap<&str, &Row> = live(&after);
        let gone = was.values().filter(|row| !is.contains_key(row.id.as_str()));
        let mut touched: Vec<Touched> =
            gone.map(|&row| one(Action::Delete, (Some(row), row), Vec::new())).collect();
        for &row in is.values() {
            match was.get(row.id.as_str()) {
                None => touched.push(one(Action::Create, (None, row), Vec::new())),
                Some(old) => touched.extend(changed(old, row)),
            }
        }
        touched.sort_by(|a, b| (a.kind, &a.name, a.action as u8).cmp(&(b.kind, &b.name, b.action as u8)));
        touched
    }
}

/// The properties in which one definition of a component is not another.
pub fn properties(kind: Kind, was: &Json, is: &Json) -> Vec<Property> {
    let (was, is) = (plain(kind, was.clone()), plain(kind, is.clone()));
    let property =
        |one: crate::layers::Override| Property { path: one.path, before: one.base, after: one.value };
    differences(kind, &was, &is).into_iter().map(property).collect()
}

fn live(rows: &[Row]) -> HashMap<&str, &Row> {
    rows.iter().filter(|row| !row.retired).map(|row| (row.id.as_str(), row)).collect()
}

fn changed(old: &Row, new: &Row) -> Option<Touched> {
    let properties = properties(new.kind, &old.definition, &new.definition);
    (!properties.is_empty()).then(|| one(Action::Change, (Some(old), new), properties))
}

fn one(action: Action, (old, row): (Option<&Row>, &Row), properties: Vec<Property>) -> Touched {
    let former = old.map(|old| old.name.clone());
    Touched { action, kind: row.kind, name: row.name.clone(), former, properties }
}
