//! Rows with their drafts, prepared under one plan; and the checks that need the database, which take
//! rows out with a reason and leave the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use metadata::Problem;
use metadata::catalog::Object;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::lookup;
use super::plan::{Match, Plan};
use super::row::{Row, complete, prepare};
use super::seen::Seen;
use super::source::Raw;
use crate::error::Result;
use crate::write::bulk;
use crate::write::draft::{Draft, Slots};
use crate::write::save::save;
use crate::write::saving::{Saving, Way};
use crate::write::source::printed;

/// Rows and drafts, side by side.
pub(super) struct Batch {
    pub plan: Arc<Plan>,
    pub rows: Vec<Row>,
    pub drafts: Vec<Draft>,
}

impl Batch {
    pub fn new(plan: Arc<Plan>) -> Self {
        Self { plan, rows: Vec::new(), drafts: Vec::new() }
    }

    pub fn push(&mut self, (row, draft): (Row, Draft)) {
        self.rows.push(row);
        self.drafts.push(draft);
    }

    /// The object, without borrowing from the batch.
    pub fn object(&self) -> Arc<Object> {
        self.plan.object.clone()
    }

    /// Reads the cells anew, by another plan or because an attempt has changed the drafts.
    pub fn prepare_again(&mut self, plan: Arc<Plan>) {
        let object = plan.object.clone();
        let slots = Slots::new(&object);
        let rows = std::mem::take(&mut self.rows);
        self.drafts.clear();
        for row in rows {
            let raw = Raw { number: row.number, cells: row.cells, fault: None };
            self.push(prepare(&plan, &slots, raw));
        }
        self.plan = plan;
    }

    /// The second part of the rows as a batch of its own.
    pub fn split_half(&mut self) -> Self {
        let half = self.rows.len() / 2;
        Self { plan: self.plan.clone(), rows: self.rows.split_off(half), drafts: self.drafts.split_off(half) }
    }

    /// Puts another batch's rows behind these.
    pub fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
        self.drafts.append(&mut other.drafts);
    }

    /// Takes out the rows for which `is_other` holds.
    pub fn split(&mut self, is_other: impl Fn(&Row) -> bool) -> Self {
        let mut other = Self::new(self.plan.clone());
        if !self.rows.iter().any(&is_other) {
            return other;
        }
        let pairs = std::mem::take(&mut self.rows).into_iter().zip(std::mem::take(&mut self.drafts));
        for (row, draft) in pairs {
            if is_other(&row) { other.push((row, draft)) } else { self.push((row, draft)) }
        }
        other
    }

    /// Moves rows with problems to the rejected ones; answers whether there were any.
    pub fn reject(&mut self, rejects: &mut Vec<Row>) -> bool {
        let bad = self.split(|row| !row.problems.is_empty());
        let any = !bad.rows.is_empty();
        rejects.extend(bad.rows);
        any
    }

    /// Notes problems by the rows' places.
    pub fn blame(&mut self, found: Vec<(usize, Problem)>) {
        for (n, problem) in found {
            self.rows[n].problems.push(problem);
        }
    }

    /// Looks up which records the rows speak of; rows that lead nowhere are rejected.
    pub async fn find(
        &mut self,
        connection: &mut PgConnection,
        seen: Option<&Seen>,
        rejects: &mut Vec<Row>,
    ) -> Result<()> {
        let (plan, object) = (self.plan.clone(), self.object());
        let slots = Slots::new(&object);
        lookup::resolve(connection, (&plan, &slots), self, seen).await?;
        self.reject(rejects);
        if let Some(matched) = &plan.matched {
            self.find_known(connection, (&plan, &slots), matched).await?;
            self.reject(rejects);
        }
        Ok(())
    }

    /// Saves the rows in the order of every save. Those that it refuses are rejected, and the rest is saved
    /// without them: a row that points to a row which stays out has to stay out too.
    pub async fn save(
        &mut self,
        connection: &mut PgConnection,
        seen: Option<&Seen>,
        rejects: &mut Vec<Row>,
    ) -> Result<()> {
        let (plan, object) = (self.plan.clone(), self.object());
        let slots = Slots::new(&object);
        while !self.rows.is_empty() {
            let way = if seen.is_some() { Way::Trial } else { Way::Rows };
            let mut saving = Saving::new(&plan.context, &slots, way);
            saving.drafts = std::mem::take(&mut self.drafts);
            let mut savepoint = connection.begin().await?;
            let outcome = save(&mut savepoint, &mut saving).await;
            self.drafts = saving.drafts;
            outcome?;
            for (n, problems) in saving.found {
                self.rows[n].problems.extend(problems);
            }
            if let Some(seen) = seen {
                self.blame(seen.duplicates(&slots, (&self.rows, &self.drafts), plan.matched.as_ref()));
            }
            if self.rows.iter().any(|row| !row.problems.is_empty()) {
                savepoint.rollback().await?;
                self.reject(rejects);
                continue;
            }
            match seen {
                Some(_) => savepoint.rollback().await?,
                None => savepoint.commit().await?,
            }
            break;
        }
        Ok(())
    }

    /// Tells the rows that change a record from those that are new.
    async fn find_known(
        &mut self,
        connection: &mut PgConnection,
        (plan, slots): (&Plan, &Slots<'_>),
        matched: &Match,
    ) -> Result<()> {
        let keys: Vec<Option<String>> =
            self.rows.iter().zip(&self.drafts).map(|(row, draft)| key(row, draft, matched)).collect();
        let known =
            lookup::matching(connection, plan, matched, keys.iter().flatten().cloned().collect()).await?;
        let ids: Vec<Uuid> = known.values().copied().collect();
        let (mut editable, visible) = match ids.is_empty() {
            true => (HashMap::new(), HashSet::new()),
            false => bulk::lock(connection, &plan.context, (slots, &ids)).await?,
        };
        for ((row, draft), key) in self.rows.iter_mut().zip(&mut self.drafts).zip(keys) {
            let Some(key) = key else {
                let message = "the row does not say which record it means";
                row.problems.push(Problem::new(&matched.key, "required", message));
                continue;
            };
            match known.get(&key) {
                Some(id) if editable.contains_key(id) => {
                    draft.id = *id;
                    draft.stored = editable.remove(id);
                    row.is_change = true;
                }
                Some(id) if visible.contains(id) => {
                    row.problems.push(Problem::new("", "forbidden", "you may not edit this record"));
                }
                // One that nobody may know of is found as a duplicate, as on every save.
                _ if matched.slot.is_some() => complete(plan, slots, (row, draft)),
                _ => {
                    let message = format!("there is no {} with {} `{key}`", plan.object.name, matched.key);
                    row.problems.push(Problem::new(&matched.key, "unknown-record", message));
                }
            }
        }
        Ok(())
    }
}

/// The value that tells which record a row means.
pub(super) fn key(row: &Row, draft: &Draft, matched: &Match) -> Option<String> {
    match matched.slot {
        Some(slot) => draft.slots[slot].as_ref().and_then(printed),
        None => row.known_by.clone(),
    }
}
