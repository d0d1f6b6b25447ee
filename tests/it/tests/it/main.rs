//! The database ring: one binary, real PostgreSQL, a database for each test.

mod filters;
mod identity;
mod packages;
mod paging;
mod records;
mod round_trip;
mod tenancy;
mod wrong_input;
