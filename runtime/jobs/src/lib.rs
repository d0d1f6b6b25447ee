//! The durable queue: rows of work in the schema of the tenant that it is about, so that what a transaction asks for
//! is there exactly when the transaction is. It knows nobody: what the kinds mean is its users' business.
//!
//! A job is a kind and a subject, there at most once. It is done in steps; each step claims the job, does its part and
//! keeps how far it came in one transaction. A process that dies in between has done nothing of that step, and any
//! other goes on. What comes again and again rests until its next time instead of being done. Jobs of one kind are done in the order in which they were asked for, one at a time.

mod store;

pub use store::waiting::{Waiting, drop, find_progress, list_waiting, retry};
pub use store::{
    claim_of, clear, enqueue, finish, give_up, hold, keep, list, postpone, put_off, rest, rest_leased,
    schedule, told, wake,
};

/// The statement that makes the table; `{schema}` stands for the quoted schema.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS {schema}._jobs (kind text NOT NULL, subject text NOT NULL, queued_at timestamptz NOT NULL, place int NOT NULL, progress jsonb NOT NULL DEFAULT 'null', attempts int NOT NULL DEFAULT 0, not_before timestamptz NOT NULL, error text, dead_at timestamptz, CONSTRAINT _jobs_pkey PRIMARY KEY (kind, subject))";

/// One piece of work that was claimed: locked until the transaction ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub kind: String,
    /// What it is about, e.g. a stable id.
    pub subject: String,
    /// How far it is; null at the beginning.
    pub progress: serde_json::Value,
    /// How often it has failed since it last got further.
    pub attempts: i32,
}

/// How patient a kind of work is with what fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Seconds until the first new attempt; each further one takes twice as long.
    pub first: i64,
    /// The longest pause in seconds.
    pub longest: i64,
    /// After so many failures in a row it is dead; `None` is tried for ever.
    pub most: Option<i32>,
}

impl Patience {
    /// Seconds until the next attempt of what has failed so often before.
    pub fn pause(self, attempts: i32) -> i64 {
        self.first.saturating_mul(1 << attempts.clamp(0, 40)).min(self.longest)
    }

    /// Whether one more failure is the last one.
    pub(crate) fn ends(self, attempts: i32) -> bool {
        self.most.is_some_and(|most| attempts + 1 >= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_end() {
        let patience = Patience { first: 5, longest: 300, most: Some(3) };
        let pauses: Vec<i64> = [0, 1, 2, 5, 6, 7, i32::MAX].map(|n| patience.pause(n)).into();
        assert_eq!(pauses, [5, 10, 20, 160, 300, 300, 300]);
        assert_eq!([0, 1, 2, 3].map(|n| patience.ends(n)), [false, false, true, true]);
        assert!(!Patience { most: None, ..patience }.ends(i32::MAX - 1));
    }
}
