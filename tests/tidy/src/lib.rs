//! The rules of the house that no compiler holds: who may import whom, which third-party crate has which door,
//! how files are named, headed and sized.
//!
//! Every rule is a pure function from what was read to [`Finding`]s, with its own red tests on made-up input, so
//! that a rule is known to fail when it must. `tests/house.rs` applies all of them to this repository.
//! This crate is a test: nothing in the product uses it.

pub mod workspace;

pub mod sources;

pub mod edges;

pub mod doors;

pub mod licences;

pub mod rules;

/// One broken rule: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// A path from the top of the repository, `path:line`, or a crate's name.
    pub place: String,
    /// What is wrong and the way out, as one sentence or two.
    pub advice: String,
}

impl Finding {
    /// A finding at `place`.
    pub fn new(place: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place: place.into(), advice: advice.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.advice)
    }
}
