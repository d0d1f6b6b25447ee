//! The database ring: one binary, real PostgreSQL, a database for each test.

mod packages;
mod records;
