//! What a record must obey before it is saved, on every way in.

mod options;
