//! The answer to one question: whether, on which records, and with which of their fields.

use std::collections::BTreeMap;
use std::sync::Arc;

use metadata::catalog::Field;
use metadata::definitions::role::Reaches;
use serde_json::{Value as Json, json};

use crate::action::Action;
use crate::reach::Reach;

/// One decision. A plan holds one for every object that it touches.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub action: Action,
    /// The most that one of the actor's roles or permission sets gives by itself.
    pub given: Reaches,
    pub reach: Reach,
    /// Fields by stable id that not every role gives where it gives the record: on which records they are
    /// given, `None` for none at all.
    pub(crate) restricted: BTreeMap<String, Option<Arc<Reach>>>,
    /// Fields by stable id that are not shown as they are wherever they are given: on which records they are.
    pub(crate) masked: BTreeMap<String, Option<Arc<Reach>>>,
}

/// Whether a field is there for the actor: to be read, or to be written, as the action says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sight<'d> {
    Shown,
    /// As if it did not exist.
    Hidden,
    /// On these records only; on others it is blank.
    Within(&'d Reach),
}

impl Decision {
    /// The decision that nothing is given.
    pub fn none(action: Action) -> Self {
        Self {
            action,
            given: Reaches::None,
            reach: Reach::nothing(),
            restricted: BTreeMap::new(),
            masked: BTreeMap::new(),
        }
    }

    /// Whether the action is given on any record.
    pub fn is_allowed(&self) -> bool {
        self.given != Reaches::None
    }

    /// Whether a field is part of what is given.
    pub fn sight(&self, field: &Field) -> Sight<'_> {
        match self.restricted.get(&field.id) {
            None => Sight::Shown,
            Some(None) => Sight::Hidden,
            Some(Some(reach)) => Sight::Within(reach),
        }
    }

    /// Where a field that is given is shown as it is; elsewhere only the end of its values is.
    pub fn plain(&self, field: &Field) -> Sight<'_> {
        match self.masked.get(&field.id) {
            None => Sight::Shown,
            Some(None) => Sight::Hidden,
            Some(Some(reach)) => Sight::Within(reach),
        }
    }

    /// Whether a field is given on any record.
    pub fn gives(&self, field: &Field) -> bool {
        self.sight(field) != Sight::Hidden
    }

    /// What the action reaches in one word, for the caller's own summary.
    pub fn widest(&self) -> Reaches {
        if self.is_allowed() && self.reach.is_all() { Reaches::All } else { self.given }
    }

    /// The decision for people.
    pub fn to_json(&self) -> Json {
        let ways = self.reach.ways.as_ref().map(|ways| ways.iter().map(crate::Way::word).collect::<Vec<_>>());
        let limits: Vec<&str> = self.reach.limits.iter().map(|rule| rule.name.as_str()).collect();
        let hidden = self.restricted.iter().filter(|(_, reach)| reach.is_none()).map(|(id, _)| id);
        let partly = self.restricted.iter().filter(|(_, reach)| reach.is_some()).map(|(id, _)| id);
        json!({
            "action": self.action.word(), "rows": self.widest(), "ways": ways, "limits": limits,
            "hidden_fields": hidden.collect::<Vec<_>>(), "partly_shown_fields": partly.collect::<Vec<_>>(),
            "masked_fields": self.masked.keys().collect::<Vec<_>>(),
        })
    }
}
