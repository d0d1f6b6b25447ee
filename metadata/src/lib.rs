//! What a tenant's objects are: definitions → catalog → difference → DDL plan. Pure: no I/O, no clock.
//!
//! Reading order: [`problem`] (how everything here complains), [`language`] (what texts are in), [`input`] (one JSON value as it came
//! in), [`field_kinds`] (the closed list of kinds, one file each), [`definitions`] (what people write),
//! [`layers`] (a package's word beneath the tenant's), [`catalog`] (what it means), [`diff`] and [`ddl`] (what must
//! happen to the tables), [`package`] (definitions as an installable folder), [`files`] (all of a tenant's as files) with [`relative`] dates, [`recurrence`] (how things repeat), and [`schemas`]
//! (JSON Schema of each kind of definition).

pub mod catalog;
pub mod retype;
pub mod ddl;
pub mod definitions;
pub mod diff;
pub mod field_kinds;
pub mod files;
pub mod input;
pub mod language;
pub mod layers;
pub mod package;
pub mod problem;
pub mod recurrence;
pub mod relative;
pub mod schemas;
pub mod suggest;

pub use catalog::{Catalog, Field, Object, Relation};
pub use ddl::{DdlPlan, Step};
pub use definitions::{Change, Definitions, Kind};
pub use diff::{Difference, Version, diff};
pub use field_kinds::FieldKind;
pub use input::Input;
pub use language::Language;
pub use package::Package;
pub use problem::{Fault, Problem};
