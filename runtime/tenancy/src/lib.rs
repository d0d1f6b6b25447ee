//! Which tenants there are, where each one's records live, and which one a sign-in is about.
//!
//! Reading order: [`migrate`] (the platform's own tables), [`slug`] (what a tenant may be called), [`tenants`]
//! (create, find, list, delete), [`resolve`] (from a host name or a word to a tenant).
//!
//! It is not where records are: those are the engine's, in the schema that a tenant names. After sign-in the tenant
//! comes from the credential, so no request but a sign-in asks here.

mod error;
pub mod migrate;
pub mod resolve;
pub mod slug;
mod store;
pub mod tenants;

pub use error::{Error, Result};
pub use migrate::{is_migrated, migrate};
pub use slug::Slug;
pub use tenants::{Listed, Status, Tenants};
