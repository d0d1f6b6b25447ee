//! The steps that bring a tenant's tables from one version to the next: SQL, the lock each takes,
//! whether it rewrites, and how risky it is. Pure: a plan is shown before it is run.
//!
//! Every statement makes one constraint or index, named by stable ids (`f12_key`, `f12_idx`, `f12_fk`,
//! `o3_pkey`), so that renames never collide and a database error tells its field. Nothing is dropped:
//! what is retired is renamed to `_gone_<id>`, where a rollback finds it until it is purged.

use serde::Serialize;

use crate::diff::Difference;
use crate::problem::Problem;

mod act;
mod changes;
mod estimate;
mod retypes;
mod indexes;
mod kinds;
mod mend;
mod names;
mod numbering;
mod plan;
mod purge;
mod renames;
mod rollups;
mod search;
mod stricter;
mod tables;

pub use act::{Act, Doing};
pub use estimate::{Estimate, Size, Takes};
pub use indexes::{Index, blind, drop_concurrently};
pub use kinds::is_rewrite;
pub use mend::{Lack, mending};
pub use names::{gone, literal, quote};
pub use numbering::Numbering;
pub use purge::Purge;
pub use retypes::{Retype, Turn, is_retype, other};
pub(crate) use search::search_columns;
pub use search::{EARLIER, Searched, search_functions};
pub(crate) use stricter::{Bounds, gone_options};
pub use stricter::{Stricter, distinct, stricter};
pub use tables::table_columns;

/// The strongest table lock that a statement takes on a table that others may be using.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// None: the table is made by the same plan.
    None,
    /// Others read and write.
    RowExclusive,
    /// Others read; writes wait.
    Share,
    /// Others read; writes wait. On both tables of a foreign key.
    ShareRowExclusive,
    /// Everybody waits.
    AccessExclusive,
}

/// What can be said of a step before it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Changes the catalog of PostgreSQL only; takes a millisecond on any table.
    Safe,
    /// Reads the whole table once.
    Scan,
    /// Done in pieces by a job, while everybody goes on.
    Background,
    /// Writes the whole table anew.
    Rewrite,
    /// Hides data.
    DataLoss,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    pub sql: String,
    pub lock: Lock,
    /// Whether the table is written anew.
    pub rewrite: bool,
    pub risk: Risk,
    /// What it does, in parts.
    pub does: Act,
    /// The same in English, as one sentence for people.
    pub description: String,
    /// What it is expected to cost; of a plan that is only looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// The index that it makes, which on a large table can be made afterwards instead, while others write.
    #[serde(skip)]
    pub later: Option<Index>,
    /// Stable id of the object whose table it works on; empty where it only renames.
    #[serde(skip)]
    pub object: String,
}

impl Step {
    fn new(sql: String, (lock, risk): (Lock, Risk), (does, object): (Act, String)) -> Self {
        let (rewrite, description) = (risk == Risk::Rewrite, does.text());
        Self { sql, lock, rewrite, risk, does, description, estimate: None, later: None, object }
    }

    /// The step as it is done on a large table: its index is made afterwards, beside writers.
    pub fn put_off(&mut self, schema: &str) {
        if let Some(index) = &self.later {
            self.sql = index.create_concurrently(schema);
            (self.lock, self.risk) = (Lock::RowExclusive, Risk::Background);
        }
    }
}

/// Steps in the order in which one transaction runs them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DdlPlan {
    pub steps: Vec<Step>,
    /// Names of the components whose data would be hidden: `deal`, `deal.amount`.
    pub data_loss: Vec<String>,
    /// Counters to set after the steps, because existing records were numbered.
    pub numberings: Vec<Numbering>,
    /// Stable ids of roll-ups to build after the change, each after those that it is made of.
    pub rollups: Vec<String>,
    /// Whether indexes stay that are of no use after it, to be dropped beside everybody.
    #[serde(skip)]
    pub leaves_indexes: bool,
}

impl DdlPlan {
    /// The plan for the differences, in the PostgreSQL schema `schema`.
    ///
    /// # Errors
    /// Differences that no table can follow, each with a way out.
    pub fn new(schema: &str, differences: &[Difference]) -> Result<Self, Vec<Problem>> {
        plan::build(schema, differences, &[])
    }

    /// The same with fields that change their kind.
    ///
    /// # Errors
    /// As [`DdlPlan::new`].
    pub fn with_turns(
        schema: &str,
        differences: &[Difference],
        turns: &[Turn],
    ) -> Result<Self, Vec<Problem>> {
        plan::build(schema, differences, turns)
    }

    /// Whether there is nothing to do for the tables.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
