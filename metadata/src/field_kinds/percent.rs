//! `percent`: a percentage as shown (15 means 15 %). A decimal in all but its name.

pub use super::decimal::Decimal as Percent;
