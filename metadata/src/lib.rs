//! What a tenant's objects are: definitions → catalog → difference → DDL plan. Pure: no I/O, no clock.
//!
//! Reading order: [`problem`] (how everything here complains), [`input`] (one JSON value as it came
//! in), [`field_kinds`] (the closed list of kinds, one file each), [`definitions`] (what people write),
//! [`catalog`] (what it means), [`diff`] and [`ddl`] (what must happen to the tables), [`package`]
//! (definitions as an installable folder) and [`schemas`] (JSON Schema of each kind of definition).

pub mod problem;
mod suggest;
pub mod input;
pub mod field_kinds;
pub mod definitions;
pub mod schemas;
pub mod catalog;
// pub mod diff;
// pub mod ddl;

pub use catalog::{Catalog, Field, Object, Relation};
pub use definitions::{Change, Definitions, Kind};
pub use field_kinds::FieldKind;
pub use input::Input;
pub use problem::{Fault, Problem};
