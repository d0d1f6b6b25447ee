//! The database ring: one binary, real PostgreSQL, a database for each test.

mod access;
mod bin;
mod concurrency;
mod filters;
mod identity;
mod import;
mod packages;
mod paging;
mod records;
mod round_trip;
mod tenancy;
mod wrong_input;
