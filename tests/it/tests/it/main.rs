//! The database ring: one binary, real PostgreSQL, a database for each test.

mod identity;
mod packages;
mod records;
mod round_trip;
mod tenancy;
mod wrong_input;
