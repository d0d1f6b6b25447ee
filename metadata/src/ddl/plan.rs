//! Differences → steps, in phases: names are freed before they are taken, columns exist before their
//! indexes, both tables before their foreign key.

use std::collections::HashSet;

use super::act::Act;
use super::names::quote;
use super::renames::Renames;
use super::{DdlPlan, Index, Lock, Numbering, Risk, Step, Turn};
use crate::catalog::Object;
use crate::diff::Difference;
use crate::problem::Problem;

/// Phases in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Retire: constraints first, then columns and tables move away.
    Loosen,
    Retire,
    /// Restore and rename tables, then columns.
    Tables,
    Columns,
    /// Columns of another kind take the place of the former.
    Convert,
    /// New tables and columns, other types.
    Create,
    Fill,
    Index,
    ForeignKey,
}

/// A plan in the making.
pub(super) struct Builder<'a> {
    pub schema: &'a str,
    /// Ids of objects whose tables this plan makes: nobody else can hold a lock on them.
    pub new: HashSet<&'a str>,
    /// Ids of objects that come back from where they were hidden.
    pub restored: HashSet<&'a str>,
    /// Names of the new ones.
    pub new_tables: HashSet<&'a str>,
    /// The object whose steps are being said, by its stable id.
    object: String,
    steps: Vec<(Phase, Step)>,
    pub data_loss: Vec<String>,
    pub numberings: Vec<Numbering>,
    /// Roll-ups to build: level and stable id.
    pub rollups: Vec<(usize, String)>,
    pub leaves_indexes: bool,
    /// Names of the objects whose writers the plan waits for.
    pub awaited: HashSet<String>,
    pub problems: Vec<Problem>,
    pub tables: Renames,
    pub columns: Renames,
}

pub(super) fn build(
    schema: &str,
    differences: &[Difference],
    turns: &[Turn],
) -> Result<DdlPlan, Vec<Problem>> {
    let created = || {
        differences.iter().filter_map(|difference| match difference {
            Difference::CreateObject { object } => Some(object),
            _ => None,
        })
    };
    let restored = differences.iter().filter_map(|difference| match difference {
        Difference::RestoreObject { object } => Some(object.id.as_str()),
        _ => None,
    });
    let mut builder = Builder {
        restored: restored.collect(),
        new: created().map(|object| object.id.as_str()).collect(),
        new_tables: created().map(|object| object.name.as_str()).collect(),
        ..Builder::new(schema)
    };
    // Those come with their columns and indexes.
    let turned = |difference: &&Difference| difference.field().is_some_and(|id| is_swapped(turns, id));
    let others = differences.iter().filter(|difference| !(difference.is_of_column() && turned(difference)));
    for difference in others {
        builder.object.clone_from(&difference.object().id);
        builder.difference(difference);
    }
    for turn in turns {
        turn.object().clone_into(&mut builder.object);
        builder.turn(turn);
    }
    builder.finish()
}

fn is_swapped(turns: &[Turn], id: &str) -> bool {
    turns.iter().any(|turn| matches!(turn, Turn::Swap(one) | Turn::Whole(one) if one.id == id))
}

impl<'a> Builder<'a> {
    /// A plan of nothing yet.
    pub fn new(schema: &'a str) -> Self {
        Self {
            schema,
            restored: HashSet::new(),
            new: HashSet::new(),
            new_tables: HashSet::new(),
            object: String::new(),
            steps: Vec::new(),
            data_loss: Vec::new(),
            numberings: Vec::new(),
            rollups: Vec::new(),
            leaves_indexes: false,
            awaited: HashSet::new(),
            problems: Vec::new(),
            tables: Renames::default(),
            columns: Renames::default(),
        }
    }

    /// What is said next is about this object.
    pub fn about(&mut self, object: &Object) {
        self.object.clone_from(&object.id);
    }

    /// The steps by themselves, in their order.
    pub fn steps(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|(phase, _)| *phase);
        self.steps.into_iter().map(|(_, step)| step).collect()
    }
}

impl Builder<'_> {
    fn finish(mut self) -> Result<DdlPlan, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let tables = std::mem::take(&mut self.tables).steps(self.schema);
        let columns = std::mem::take(&mut self.columns).steps(self.schema);
        self.steps.extend(tables.into_iter().map(|step| (Phase::Tables, step)));
        self.steps.extend(columns.into_iter().map(|step| (Phase::Columns, step)));
        self.steps.sort_by_key(|(phase, _)| *phase);
        let steps = self.steps.into_iter().map(|(_, step)| step).collect();
        self.rollups.sort();
        let rollups = self.rollups.into_iter().map(|(_, id)| id).collect();
        let Self { data_loss, numberings, leaves_indexes, .. } = self;
        Ok(DdlPlan { steps, data_loss, numberings, rollups, leaves_indexes })
    }

    /// The quoted name of a table in the tenant's schema.
    pub fn table(&self, name: &str) -> String {
        format!("{}.{}", quote(self.schema), quote(name))
    }

    /// The lock that a statement takes, which is nobody's matter on a table that is new.
    pub fn lock(&self, object: &Object, lock: Lock) -> Lock {
        if self.new.contains(object.id.as_str()) { Lock::None } else { lock }
    }

    /// The lock of a foreign key, which is taken on both tables.
    pub fn foreign_lock(&self, object: &Object, target: &str) -> Lock {
        let new = self.new.contains(object.id.as_str()) && self.new_tables.contains(target);
        if new { Lock::None } else { Lock::ShareRowExclusive }
    }

    /// The risk of reading a table, which is empty when it is new.
    pub fn scan(&self, object: &Object) -> Risk {
        if self.new.contains(object.id.as_str()) { Risk::Safe } else { Risk::Scan }
    }

    pub fn push(&mut self, phase: Phase, sql: String, weight: (Lock, Risk), act: Act) {
        self.steps.push((phase, Step::new(sql, weight, (act, self.object.clone()))));
    }

    /// The step that was pushed last can be run later.
    pub fn defer(&mut self, later: Option<Index>) {
        if let Some((_, step)) = self.steps.last_mut() {
            step.later = later;
        }
    }
}
