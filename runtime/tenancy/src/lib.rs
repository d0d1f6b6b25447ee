//! Which tenants there are, where each one's records live, and which one a sign-in is about.
//!
//! Reading order: [`migrate`] (the platform's own tables), [`slug`] (what a tenant may be called), [`tenants`]
//! (create, find, list, delete), [`resolve`] and [`domains`] (from a host name or a word to a tenant), [`branding`] (what it
//! looks like), [`layers`] (what its packages look like), [`plans`] and [`features`] (what a tenant may use), [`publishers`] (whose packages are believed), [`usage`] (what it has
//! used), [`resellers`] (who sells tenants to others) and [`billing`] (what they get of it), [`founding`] (a tenant with all that
//! it shall begin with, all or nothing), [`clones`] (copied to try things in), [`turns`] (shut, opened, to be deleted), [`ending`] (gone, and what is left to show
//! for it), [`events`] (what of this happened), [`support`] (whether the reseller may sign in), [`webhooks`] (and who is told), `notices`
//! (what nobody did to it as such), `queue` (what is left for later).
//!
//! It is not where records are: those are the engine's, in the schema that a tenant names. After sign-in the tenant
//! comes from the credential, so no request but a sign-in asks here.

pub mod billing;
pub mod branding;
pub mod clones;
pub mod domains;
pub mod ending;
mod error;
pub mod events;
pub mod features;
pub mod founding;
pub mod layers;
pub mod migrate;
mod notices;
pub mod plans;
pub mod publishers;
mod queue;
pub mod resellers;
pub mod resolve;
pub mod slug;
mod store;
pub mod support;
pub mod tenants;
pub mod turns;
pub mod usage;
pub mod webhooks;

pub use branding::Branding;
pub use clones::{CloneJob, CloneWish};
pub use domains::{Domain, Own};
pub use ending::Certificate;
pub use error::{Error, Result};
pub use events::By;
pub use features::Feature;
pub use founding::{Founded, Founding, Sandbox};
pub use migrate::{is_migrated, migrate};
pub use plans::{Limits, Plan};
pub use publishers::Publisher;
pub use resellers::Reseller;
pub use slug::Slug;
pub use support::{Consent, SupportRequest, SupportWish};
pub use tenants::{Listed, Status, Tenants};
