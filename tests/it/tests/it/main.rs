//! The database ring: one binary, real PostgreSQL, a database for each test.

mod import;
mod packages;
mod records;
