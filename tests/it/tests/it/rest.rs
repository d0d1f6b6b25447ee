//! Records over the wire: what contract §3 says, request by request.

mod aggregate;
mod any;
mod batch;
mod branding;
mod changes;
mod conversions;
mod duplicates;
mod export;
mod followers;
mod former;
mod once;
mod openapi;
mod recurrence;
mod search;
mod states;
mod upsert;
mod views;
