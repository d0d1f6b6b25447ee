//! The expression language of the product: typed values, expressions, and their SQL form.
//!
//! Every condition (filter, grant, validation rule, formula field, roll-up condition) is one [`Expression`].
//! The crate is pure: no database, no clock, no environment.

mod expression;
pub mod sql;
mod types;
mod value;

pub use expression::{Comparison, Expression, Quantifier, Reference, TextMatch};
pub use types::Type;
pub use value::Value;
