//! The database of the process: an external PostgreSQL, or a private cluster that Trellis makes, starts, watches
//! and stops by itself.
//!
//! The tour, in the order in which a start goes through it: [`binaries`] finds the installed programs, `place`
//! decides where the cluster lies and `account` as whom it runs, `lock` keeps a second Trellis out, `cluster`
//! makes the data once, `settings` writes the configuration at every start, `takeover` ends a server that an
//! earlier Trellis left behind, `server` is one running server process (`log` finds its last words) and `supervisor` keeps it running.
//! [`Database`] is the front door; [`testing`] gives tests a throw-away cluster.
//!
//! It is not a pool and knows no tables: who connects takes [`Database::connect_options`].

mod account;
pub mod binaries;
mod cluster;
mod command;
mod database;
mod error;
mod external;
mod lock;
mod log;
mod pid_file;
mod place;
mod process;
mod server;
mod settings;
mod store;
mod supervisor;
mod takeover;
pub mod testing;
mod unix;

pub use database::{Database, PrivateOptions, Source};
pub use error::Error;
