//! Who is asking: users, sign-in, sessions, keys, and what revocation does to other nodes.

mod keys;
mod links;
mod lockout;
mod revocation;
mod sessions;
mod two_factor;
mod users;
mod world;
