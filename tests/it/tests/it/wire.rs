//! What holds for every address, over the wire in process: who is let in, what is refused and how it is told.

mod coverage;
mod credentials;
mod exact;
mod limits;
mod mcp;
pub(crate) mod pressure;
mod records;
mod requests;
mod scim;
mod security;
mod tags;
mod tenants;
mod unfit;
mod unsettled;
