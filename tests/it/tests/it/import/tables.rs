//! Public sample data with its relations.
