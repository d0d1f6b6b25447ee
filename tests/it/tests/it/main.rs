//! The database ring: one binary, real PostgreSQL, a database for each test.

// Steps of tests that are functions of their own fail the test, as the tests themselves do.
#![allow(clippy::unwrap_used)]

mod access;
mod archive;
mod attacks;
mod audit;
mod bin;
mod clones;
mod by_provider;
mod concurrency;
mod connections;
mod filters;
mod encrypted;
mod formulas;
mod graphql;
mod identity;
mod import;
mod jobs;
mod metadata;
mod packages;
mod paging;
mod pooled;
mod records;
mod replica;
mod resellers;
mod rest;
mod rollups;
mod round_trip;
mod rules;
mod shifts;
mod tenancy;
mod wall;
mod wire;
mod wrong_input;
