//! The records of one save on their way through it, and what is found wrong with them.

use std::collections::{BTreeMap, HashSet};

use formulas::Expression;
use metadata::Problem;
use metadata::catalog::Field;
use uuid::Uuid;

use super::draft::{Draft, Slots};
use crate::context::Context;
use crate::error::{Error, Refusal, Result};

/// The code of a record that the actor could not have written as it stands.
pub(crate) const FORBIDDEN: &str = "forbidden";
/// The key of a record's owner, at which a refused transfer is told.
pub(crate) const OWNER: &str = "owner_id";
/// The code of a value that is missing.
pub(crate) const REQUIRED: &str = "required";
/// The code of a unique value that another record has.
pub(crate) const DUPLICATE: &str = "duplicate";

/// How the records came, and how they are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Named one by one in a command: its answer tells every problem, or the records.
    Command,
    /// One of them, which one statement is to save, without a transaction around it ([`super::alone`]).
    Alone,
    /// Rows of a file: bad ones are rejected, the others go in by COPY.
    Rows,
    /// Rows of a file that are looked at only. They are written, to be taken back, where nothing else tells
    /// whether the actor may.
    Trial,
}

/// New and changed records of one object within one transaction.
pub(crate) struct Saving<'s> {
    pub context: &'s Context,
    pub slots: &'s Slots<'s>,
    pub way: Way,
    pub drafts: Vec<Draft>,
    /// Records that get another owner.
    pub moved: HashSet<Uuid>,
    /// What is wrong, by place in `drafts`.
    pub found: BTreeMap<usize, Vec<Problem>>,
    /// What rules warn of and the caller has confirmed, with the record's place where there are several.
    pub warnings: Vec<Problem>,
    /// The transition that the one record takes, or all of them where Trellis takes it.
    pub transition: Option<Taken>,
    /// Records by object that must be there while a record is saved alone.
    pub held: Vec<(String, Vec<Uuid>)>,
}

/// A transition on its way: its name, and the process that it is said or turned out to belong to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    pub transition: String,
    pub process: String,
    /// Whether Trellis takes it because its time has come.
    pub is_timed: bool,
    /// Why it is taken, and what its taker has confirmed.
    pub note: Option<String>,
    pub confirmed: Vec<String>,
    /// Events that it tells of.
    pub events: Vec<String>,
}

impl<'s> Saving<'s> {
    pub(crate) fn new(context: &'s Context, slots: &'s Slots<'s>, way: Way) -> Self {
        Self {
            context,
            slots,
            way,
            drafts: Vec::new(),
            moved: HashSet::new(),
            found: BTreeMap::new(),
            warnings: Vec::new(),
            transition: None,
            held: Vec::new(),
        }
    }

    /// Notes a problem of one record.
    pub(crate) fn blame(&mut self, n: usize, problem: Problem) {
        self.found.entry(n).or_default().push(problem);
    }

    /// The same, unless another problem is noted at the same key: what cannot be read is not missing too.
    pub(crate) fn blame_once(&mut self, n: usize, problem: Problem) {
        let found = self.found.entry(n).or_default();
        if found.iter().all(|known| known.path != problem.path) {
            found.push(problem);
        }
    }

    /// Notes a warning: a problem until the caller confirms it.
    pub(crate) fn warn(&mut self, n: usize, warning: Problem) {
        if !self.context.consent.warnings {
            return self.blame(n, warning);
        }
        self.note(n, Problem { hint: None, ..warning });
    }

    /// Notes what the caller is told beside what was saved, and need not confirm.
    pub(crate) fn note(&mut self, n: usize, warning: Problem) {
        let many = self.is_many();
        self.warnings.push(if many { warning.under(&n.to_string()) } else { warning });
    }

    /// Whether a record's values are what its writer meant, so that conditions can be asked about them. One
    /// that only lacks something can be understood.
    pub(crate) fn is_readable(&self, n: usize) -> bool {
        self.found.get(&n).is_none_or(|found| found.iter().all(|problem| problem.code == REQUIRED))
    }

    /// Whether what an expression reads of a record is what its writer meant, or only missing: then it can be asked,
    /// whatever is wrong with the rest of the record.
    pub(crate) fn is_meant(&self, n: usize, expression: &Expression) -> bool {
        let found = self.found.get(&n).map(Vec::as_slice).unwrap_or_default();
        let wrong: Vec<&Problem> = found.iter().filter(|problem| problem.code != REQUIRED).collect();
        if wrong.iter().any(|problem| problem.path.is_empty() || problem.code == FORBIDDEN) {
            return false;
        }
        let mut is_meant = true;
        if !wrong.is_empty() {
            expression.references(&mut |reference| {
                let id = reference.path.first().unwrap_or(&reference.field);
                let field = self.slots.object.find_field_by_id(id);
                is_meant &= field.is_some_and(|field| !wrong.iter().any(|problem| is_about(problem, field)));
            });
        }
        is_meant
    }

    /// Whether the actor may not write one of the records: then nothing else is told about them.
    pub(crate) fn is_forbidden(&self) -> bool {
        self.found.values().flatten().any(|problem| problem.code == FORBIDDEN)
    }

    /// Whether anything is wrong with any record.
    pub(crate) fn is_refused(&self) -> bool {
        !self.found.is_empty()
    }

    /// Whether there are several records, so that problems and uniqueness are told by record.
    pub(crate) fn is_many(&self) -> bool {
        self.drafts.len() > 1 || matches!(self.way, Way::Rows | Way::Trial)
    }

    /// Fails with everything that was found, each problem under its record's place where there are several.
    pub(crate) fn refuse(&mut self) -> Result<()> {
        if !self.is_refused() {
            return Ok(());
        }
        let many = self.is_many();
        let found = std::mem::take(&mut self.found);
        let all = |code: &str| found.values().flatten().all(|problem| problem.code == code);
        if all(FORBIDDEN) {
            let is_new = found.keys().next().is_some_and(|n| self.drafts[*n].is_new());
            let moves = found.values().flatten().all(|problem| problem.path == OWNER);
            let action = if is_new {
                "create"
            } else if moves {
                "transfer"
            } else {
                "edit"
            };
            let object = self.slots.object.name.clone();
            return Err(Error::Forbidden(Refusal::Action { action, object }));
        }
        let is_conflict = all(DUPLICATE);
        let problems = found.into_iter().flat_map(|(n, problems)| {
            problems.into_iter().map(
                move |problem| {
                    if many { problem.under(&n.to_string()) } else { problem }
                },
            )
        });
        let problems: Vec<Problem> = problems.collect();
        Err(if is_conflict { Error::Conflict(problems) } else { Error::Unprocessable(problems) })
    }
}

/// Whether a problem of a record is told at one of the field's keys.
fn is_about(problem: &Problem, field: &Field) -> bool {
    let key = problem.path.split('.').next().unwrap_or_default();
    key == field.name || field.columns.iter().any(|column| column.key == key)
}
