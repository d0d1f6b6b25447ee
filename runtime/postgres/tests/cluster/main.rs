//! The life of private clusters against the installed PostgreSQL. Every test has its own data directory and ends its
//! own servers.

mod crashes;
mod helper;
mod life;
mod placement;
mod refusals;
mod support;
mod throwaway;
