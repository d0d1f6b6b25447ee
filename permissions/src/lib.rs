//! Who may do what: an actor, an action and an object give a decision. Pure: no I/O, no clock.
//!
//! Reading order: [`actor`] (who asks), [`action`] (what for), [`policies`] (what a tenant's roles say,
//! defined in casbin and expanded once), [`decision`] (the answer: which rows, and why).

pub mod action;
pub mod actor;
pub mod decision;
pub mod policies;

pub use action::Action;
pub use actor::{Actor, ActorKind, Scope};
pub use decision::{Decision, Rows};
pub use policies::{Policies, PolicyError};

/// The role that may do everything.
pub const ADMINISTRATOR: &str = "administrator";
/// The role of people who work with their own records.
pub const MEMBER: &str = "member";
