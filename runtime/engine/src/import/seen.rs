//! What a dry run has seen of unique values. It leaves nothing in the table, so a value that comes twice
//! in the file, far apart, must be known from here. Sixteen bytes a value.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use metadata::Problem;

use super::plan::{Match, Plan};
use super::row::Row;
use crate::write::draft::{Draft, Slots};
use crate::write::source::printed;

/// Hashes of values by slot. Two keyed hashes of 64 bits each: no two values of a file share both.
pub(super) struct Seen {
    hashers: [RandomState; 2],
    values: HashSet<u128>,
    slots: Vec<usize>,
}

impl Seen {
    /// Watches unique fields, and what rows of the file are looked up by.
    pub fn new(plan: &Plan) -> Self {
        let slots = Slots::new(&plan.object);
        let own = plan.lookups.iter().filter(|lookup| lookup.target.name == plan.object.name);
        let looked: Vec<&str> = own.map(|lookup| lookup.field.as_str()).collect();
        let watched = slots.columns.iter().enumerate().filter(|(_, (field, column))| {
            column.name != "id"
                && (field.unique
                    || looked.contains(&field.name.as_str())
                    || looked.contains(&column.key.as_str()))
        });
        let watched = watched.map(|(slot, _)| slot).collect();
        Self { hashers: [RandomState::new(), RandomState::new()], values: HashSet::new(), slots: watched }
    }

    fn hash(&self, slot: usize, value: &str) -> u128 {
        let [high, low] = &self.hashers;
        (u128::from(high.hash_one((slot, value))) << 64) | u128::from(low.hash_one((slot, value)))
    }

    /// Whether an earlier good row has the value.
    pub fn contains(&self, slot: usize, value: &str) -> bool {
        self.values.contains(&self.hash(slot, value))
    }

    /// Values that an earlier batch has, by place; not those by which rows are matched.
    pub fn duplicates(
        &self,
        slots: &Slots<'_>,
        (rows, drafts): (&[Row], &[Draft]),
        matched: Option<&Match>,
    ) -> Vec<(usize, Problem)> {
        let mut found = Vec::new();
        let by = matched.and_then(|matched| matched.slot);
        for (n, draft) in drafts.iter().enumerate().filter(|(n, _)| !rows[*n].is_change) {
            for &slot in self.slots.iter().filter(|slot| Some(**slot) != by) {
                let (field, column) = slots.columns[slot];
                let Some(value) = draft.slots[slot].as_ref().and_then(printed) else { continue };
                if field.unique && self.contains(slot, &value) {
                    let message = format!("another row has this {}", field.label);
                    found.push((n, Problem::new(&column.key, "duplicate", message)));
                }
            }
        }
        found
    }

    /// Remembers good new rows; answers how many of them an earlier row would have made already.
    pub fn remember(&mut self, drafts: &[Draft], matched: Option<&Match>) -> u64 {
        let by = matched.and_then(|matched| matched.slot);
        let mut again = 0;
        for draft in drafts.iter().filter(|draft| draft.is_new()) {
            for slot in self.slots.clone() {
                let Some(value) = draft.slots[slot].as_ref().and_then(printed) else { continue };
                let is_new = self.values.insert(self.hash(slot, &value));
                again += u64::from(Some(slot) == by && !is_new);
            }
        }
        again
    }
}
