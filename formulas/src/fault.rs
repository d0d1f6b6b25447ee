//! Errors that a value can be: they travel through a formula like NaN. Not the errors of a formula's text.

use thiserror::Error;

/// Why an expression has no value for a record. Semantics 1.4 tells where faults end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum Fault {
    #[error("division by zero")]
    Div0,
    /// 10^18 and beyond, or an argument outside a function's domain.
    #[error("number out of range")]
    Num,
    #[error("text does not have the expected form")]
    Value,
    #[error("no such date")]
    Date,
    #[error("nested too deeply")]
    Depth,
}

impl Fault {
    /// The code that clients see.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Div0 => "DIV0",
            Fault::Num => "NUM",
            Fault::Value => "VALUE",
            Fault::Date => "DATE",
            Fault::Depth => "DEPTH",
        }
    }
}
