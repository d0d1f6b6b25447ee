//! Who may do what: an actor, an action and an object give a decision. Pure: no I/O, no clock.
//!
//! Reading order: [`actor`] (who asks), [`action`] (what for), [`rights`] (what roles and permission sets say),
//! `rulebook` (the same in casbin, which is the definition), [`grant`] (casbin's answers in bits), [`policies`]
//! (the decision), [`differences`] (before a change is made), [`decision`] (the answer: which records, which fields) and [`reach`] (which records, as one
//! form for queries, checks and explanations).

pub mod action;
pub mod actor;
pub mod decision;
pub mod differences;
pub mod grant;
pub mod policies;
pub mod reach;
pub mod rights;
mod rulebook;
mod rules;

pub use action::Action;
pub use actor::{Actor, ActorKind, Membership, Scope, Team};
pub use decision::{Decision, Sight};
pub use grant::Grant;
pub use metadata::catalog::roles::ADMINISTRATOR;
pub use metadata::definitions::role::{Reaches, SYSTEM_PERMISSIONS};
pub use policies::{Policies, role_id};
pub use reach::{Level, Party, Reach, Rule, Test, Way};
pub use rights::Holder;

/// The role of people who work with their own records.
pub const USER: &str = "user";

/// Casbin refused the model or a policy.
#[derive(Debug, thiserror::Error)]
#[error("the roles cannot be compiled: {0}")]
pub struct PolicyError(#[from] casbin::Error);
