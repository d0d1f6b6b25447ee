//! The handlers, one file a subject. Each is extract → question or command → engine → answer; what a handler
//! needs of its caller stands in [`crate::routes`].

pub(crate) mod access;
pub(crate) mod aggregate;
pub(crate) mod api_keys;
pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod changes;
pub(crate) mod deploy;
pub(crate) mod docs;
pub(crate) mod duplicates;
pub(crate) mod files;
pub(crate) mod formulas;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod health;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod metadata;
pub(crate) mod openapi;
pub(crate) mod packages;
pub(crate) mod passwords;
pub(crate) mod records;
pub(crate) mod resellers;
pub(crate) mod revisions;
pub(crate) mod rights;
pub(crate) mod scim;
pub(crate) mod search;
pub(crate) mod security;
mod seen;
pub(crate) mod session;
pub(crate) mod sessions;
pub(crate) mod shares;
pub(crate) mod teams;
pub(crate) mod transitions;
pub(crate) mod two_factor;
pub(crate) mod upsert;
pub(crate) mod users;
