//! The rules over source files, one file each; every one is `&[Source] → Vec<Finding>` and reads nothing by itself.

mod field_kinds;
mod heads;
mod locks;
mod manifests;
mod names;
mod object_names;
mod pure;
mod sizes;
mod sql;
mod top_level;

pub use field_kinds::unequal_field_kinds;
pub use heads::missing_heads;
pub use locks::addresses_in_locks;
pub use manifests::own_versions;
pub use names::{empty_names, forbidden_suffixes, mod_files};
pub use object_names::packaged_names_in_ui;
pub use pure::impure_calls;
pub use sizes::oversized_files;
pub use sql::stray_sea_query;
pub use top_level::strangers_at_the_top;
