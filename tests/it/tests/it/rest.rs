//! Records over the wire: what contract §3 says, request by request.

mod aggregate;
mod batch;
mod once;
mod upsert;
