//! A question bound to one tenant's catalog and one actor's rights: what to answer of which rows.
//!
//! A plan has no public constructor other than [`Plan::new`], which asks `permissions` for every object
//! it touches: a read without a decision cannot be written down.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use formulas::{Expression, Reference};
use metadata::catalog::{Column, Computed, Object, Relation};
use permissions::{Action, Decision, Reach};
use serde_json::json;

use crate::context::Context;
use crate::error::Result;
use crate::keys::KeyRing;
use crate::query::{Bin, Query};

pub mod aggregate;
pub(crate) mod any;
mod bind;
mod condition;
mod cursor;
mod encrypted;
mod formula;
mod paths;
mod who;

pub use cursor::Cursor;
pub(crate) use encrypted::BLIND;
pub(crate) use paths::column_of;
pub(crate) use who::Who;

/// One planned read.
#[derive(Debug)]
pub struct Plan {
    pub(crate) schema: String,
    pub(crate) root: Level,
    pub(crate) start: Start,
    pub(crate) include_total: bool,
    pub(crate) bin: Bin,
    /// The rows come in the opposite order, because the last ones were asked for.
    pub(crate) reversed: bool,
    /// Whether each record's place in the order is told.
    pub(crate) cursors: bool,
    /// What was decided about reading each object that the plan touches, by name.
    pub(crate) decisions: BTreeMap<String, Decision>,
    pub(crate) catalog: Arc<metadata::Catalog>,
    /// Roll-ups (stable ids) that are read from their records instead of their columns.
    pub(crate) unstored: Arc<BTreeSet<String>>,
    /// What encrypted fields are opened with; nothing where there are none.
    pub(crate) keys: Option<Arc<KeyRing>>,
    pub(crate) who: Who,
}

/// Where the page begins.
#[derive(Debug)]
pub(crate) enum Start {
    First,
    After(Cursor),
    Offset(u32),
    Ids(Vec<uuid::Uuid>),
}

/// What to answer of one object's records.
#[derive(Debug)]
pub(crate) struct Level {
    pub object: Arc<Object>,
    pub outputs: Vec<Output>,
    /// Which rows the actor reaches; `None` where the way to them says it already.
    pub allowed: Option<Reach>,
    pub condition: Option<Expression>,
    pub order: Vec<OrderKey>,
    pub limit: u32,
    /// Where related records begin.
    pub after: Option<Cursor>,
    /// What their places are told for; nothing where they are not told.
    pub places: Option<String>,
}

/// One key of the answer.
#[derive(Debug)]
pub(crate) struct Output {
    pub key: String,
    pub what: What,
}

/// What stands under a key.
#[derive(Debug)]
pub(crate) enum What {
    Column(Column),
    /// What a formula computes; it has no column in the table.
    Computed(Arc<Computed>),
    /// The codes of the faults of formulas, by key; blank without any.
    Faults(Vec<(String, Arc<Computed>)>),
    /// The record at the end of a lookup (stable id).
    ToOne {
        field: String,
        level: Box<Level>,
    },
    /// The record that an any-lookup (by name) points to, of one of several objects.
    ToAny {
        field: String,
        levels: Vec<Level>,
    },
    /// Records of a relation.
    ToMany {
        relation: Relation,
        level: Box<Level>,
    },
    /// How many those are.
    Total {
        relation: Relation,
        level: Box<Level>,
    },
}

/// One key of the order. Blank is the smallest value.
#[derive(Clone, Debug)]
pub(crate) struct OrderKey {
    pub reference: Reference,
    pub column: Column,
    pub descending: bool,
    /// Whether the value may be blank.
    pub nullable: bool,
    /// Whether the records have an index by it.
    pub indexed: bool,
    /// Whether that index has blanks first, as those of indexed fields do and those of unique ones do not. An order
    /// walks an index only when it says the same, also where no blanks are left.
    pub blank_first: bool,
}

impl OrderKey {
    /// Whether it is this column of the record itself.
    pub fn is(&self, column: &Column) -> bool {
        self.reference.path.is_empty() && self.column == *column
    }
}

impl Plan {
    /// Binds `query` to the context's snapshot and actor. All problems of the question at once.
    pub fn new(context: &Context, query: &Query) -> Result<Self> {
        bind::plan(context, query, Action::Read)
    }

    /// The same for records that shall be changed: rows are those that the action reaches.
    pub(crate) fn for_action(context: &Context, query: &Query, action: Action) -> Result<Self> {
        bind::plan(context, query, action)
    }

    /// Keys of each record.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.root.outputs.iter().map(|output| output.key.as_str())
    }

    /// The order that was asked for, which the rows of a page before another do not come in.
    pub(crate) fn asked_order(&self) -> Vec<OrderKey> {
        let turned = |key: &OrderKey| OrderKey { descending: key.descending != self.reversed, ..key.clone() };
        self.root.order.iter().map(turned).collect()
    }

    /// The same question about fewer of the records.
    pub(crate) fn within(mut self, reach: Reach) -> Self {
        self.root.allowed = Some(reach);
        self
    }

    /// Records of a page.
    pub(crate) fn limit(&self) -> u32 {
        self.root.limit
    }

    /// The object that is asked for.
    pub fn object(&self) -> &Arc<Object> {
        &self.root.object
    }

    /// The plan for people: what was decided and which condition follows.
    pub fn explain(&self, context: &Context) -> serde_json::Value {
        let decisions: serde_json::Map<String, serde_json::Value> = self
            .decisions
            .iter()
            .map(|(name, decision)| {
                let mut view = decision.to_json();
                let object = self.catalog.find_object(name);
                let reasons =
                    object.map(|o| context.snapshot.policies.reasons(&context.actor, Action::Read, o));
                view["reasons"] = json!(reasons);
                (name.clone(), view)
            })
            .collect();
        json!({ "object": self.root.object.name, "decisions": decisions })
    }
}
