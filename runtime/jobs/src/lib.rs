//! The durable queue: rows of work in the schema of the tenant that it is about, so that what a transaction asks for
//! is there exactly when the transaction is. It knows nobody: what the kinds mean is its users' business.
//!
//! A job is a kind and a subject, there at most once. It is done in steps; each step claims the job, does its part and
//! keeps how far it came in one transaction. A process that dies in between has done nothing of that step, and any
//! other goes on. What comes again and again rests until its next time instead of being done. Jobs of one kind are done in the order in which they were asked for, one at a time.

mod store;

pub use store::{claim, enqueue, finish, give_up, keep, list, postpone, rest, schedule, told};

/// The statement that makes the table; `{schema}` stands for the quoted schema.
pub const TABLE: &str = "CREATE TABLE IF NOT EXISTS {schema}._jobs (kind text NOT NULL, subject text NOT NULL, queued_at timestamptz NOT NULL, place int NOT NULL, progress jsonb NOT NULL DEFAULT 'null', attempts int NOT NULL DEFAULT 0, not_before timestamptz NOT NULL, error text, CONSTRAINT _jobs_pkey PRIMARY KEY (kind, subject))";

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
