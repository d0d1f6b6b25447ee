//! How long a step takes: by the size of its table, and by what such statements were measured to do on PostgreSQL 15 with
//! two million rows of 200 bytes. A class of time, not a promise: it is to tell a moment from a coffee from a night.

use serde::Serialize;

use super::{Risk, Step};

/// What a table holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Size {
    pub rows: u64,
    pub bytes: u64,
}

/// What a step is expected to cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Estimate {
    /// Of the table that it works on.
    #[serde(flatten)]
    pub size: Size,
    pub takes: Takes,
}

/// A class of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Takes {
    /// Less than a fifth of a second: nobody notices who waits for it.
    Moment,
    /// Up to ten seconds.
    Seconds,
    /// Up to ten minutes.
    Minutes,
    Hours,
}

/// Rows a second that a statement reads to make an index of them, or to look whether they obey.
const SCANNED: u64 = 1_000_000;
/// Rows and bytes a second that are written anew.
const REWRITTEN: (u64, u64) = (300_000, 60_000_000);
/// Rows a second that a job takes over in batches, beside writers.
const TAKEN_OVER: u64 = 20_000;

impl Estimate {
    /// Of one step on a table of this size.
    pub fn of(step: &Step, size: Size) -> Self {
        let by = |rate: u64| size.rows.saturating_mul(1_000) / rate;
        let millis = match step.risk {
            Risk::Safe | Risk::DataLoss => 0,
            Risk::Scan => by(SCANNED),
            Risk::Background if step.makes_index() => by(SCANNED).saturating_mul(2),
            Risk::Background if step.is_moment() => 0,
            Risk::Background => by(TAKEN_OVER),
            Risk::Rewrite => by(REWRITTEN.0).max(size.bytes.saturating_mul(1_000) / REWRITTEN.1),
        };
        Self { size, takes: Takes::of(millis) }
    }
}

impl Takes {
    fn of(millis: u64) -> Self {
        match millis {
            0..200 => Self::Moment,
            200..10_000 => Self::Seconds,
            10_000..600_000 => Self::Minutes,
            _ => Self::Hours,
        }
    }

    /// In the words of plans.
    pub fn word(self) -> &'static str {
        match self {
            Self::Moment => "moment",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
        }
    }
}

impl Step {
    fn makes_index(&self) -> bool {
        self.sql.starts_with("CREATE INDEX") || self.sql.starts_with("CREATE UNIQUE INDEX")
    }

    /// Whether only names change: the end of what a job does.
    fn is_moment(&self) -> bool {
        self.lock == super::Lock::AccessExclusive
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ddl::{Doing, Lock};

    fn takes(risk: Risk, (lock, sql): (Lock, &str), rows: u64) -> Takes {
        let act = Doing::Add.of("deal.x");
        let step = Step::new(sql.to_owned(), (lock, risk), (act, String::new()));
        Estimate::of(&step, Size { rows, bytes: rows * 200 }).takes
    }

    #[test]
    fn what_is_measured_falls_into_its_class() {
        let plain = (Lock::AccessExclusive, "ALTER TABLE");
        let index = (Lock::RowExclusive, "CREATE INDEX CONCURRENTLY");
        let batches = (Lock::RowExclusive, "WITH b AS");
        for (risk, what, rows, expected) in [
            (Risk::Safe, plain, u64::MAX / 200, Takes::Moment),
            (Risk::DataLoss, plain, 2_000_000, Takes::Moment),
            (Risk::Scan, plain, 20_000, Takes::Moment),
            (Risk::Scan, plain, 2_000_000, Takes::Seconds),
            (Risk::Rewrite, plain, 2_000_000, Takes::Seconds),
            (Risk::Rewrite, plain, 100_000_000, Takes::Minutes),
            (Risk::Background, index, 1_000_000, Takes::Seconds),
            (Risk::Background, batches, 1_000_000, Takes::Minutes),
            (Risk::Background, batches, 100_000_000, Takes::Hours),
            (Risk::Background, plain, 100_000_000, Takes::Moment),
        ] {
            assert_eq!(takes(risk, what, rows), expected, "{risk:?} {what:?} {rows}");
        }
    }
}
