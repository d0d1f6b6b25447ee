//! `recurrences/{object}.{name}`: how records of an object come again: which field holds the rule, which dates move
//! on, when one is done.

use serde::{Deserialize, Serialize};

use super::{Part, Renamed};
use crate::catalog::{Catalog, Object, Uses, recurrences};
use crate::problem::Problem;

/// How an object's records come again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// Name of the object.
    pub object: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The text field that holds the rule, in the format `recurrence`.
    pub rule: String,
    /// The date, or date and time, that the rule counts from and moves on.
    pub due: String,
    /// Dates that keep their distance to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shift: Vec<String>,
    /// The picklist that tells when a record is done.
    pub status: String,
    /// Its options with which the next record comes.
    pub done: Vec<String>,
    /// The lookup of the object to itself by which a record points to the one before it.
    pub previous: String,
    /// Fields that the next record does not take over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave: Vec<String>,
    /// Zone in which days are counted; that of the record's owner when left out, and UTC where they have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(default = "super::yes")]
    pub active: bool,
}

impl Recurrence {
    /// Every field that it names, with its place.
    pub(crate) fn fields(&self) -> Vec<(String, &String)> {
        let single = [("rule", &self.rule), ("due", &self.due), ("status", &self.status)];
        let single = single.into_iter().chain([("previous", &self.previous)]);
        let listed = |word: &'static str| move |(at, name)| (format!("{word}.{at}"), name);
        let shift = self.shift.iter().enumerate().map(listed("shift"));
        let leave = self.leave.iter().enumerate().map(listed("leave"));
        single.map(|(place, name)| (place.to_owned(), name)).chain(shift).chain(leave).collect()
    }
}

impl Part for Recurrence {
    fn object(&self) -> Option<&str> {
        Some(&self.object)
    }

    fn object_mut(&mut self) -> Option<&mut String> {
        Some(&mut self.object)
    }

    fn check(&self, catalog: &Catalog, object: Option<&Object>) -> Vec<Problem> {
        object.map(|object| recurrences::check(catalog, object, self)).unwrap_or_default()
    }

    fn uses(&self, uses: &mut Uses<'_>) {
        self.fields().into_iter().for_each(|(place, name)| uses.path(&self.object, name, &place));
    }

    fn rename_field(&mut self, renamed: &Renamed<'_>) {
        let object = self.object.clone();
        let single = [&mut self.rule, &mut self.due, &mut self.status, &mut self.previous];
        let all = single.into_iter().chain(&mut self.shift).chain(&mut self.leave);
        all.for_each(|name| *name = renamed.path(&object, name));
    }
}
