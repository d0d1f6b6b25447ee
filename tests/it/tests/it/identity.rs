//! Who is asking: users, sign-in, sessions, keys, and what revocation does to other nodes.

mod keys;
mod revocation;
mod sessions;
mod users;
mod world;
