//! What is wrong with a formula's text, and how to mend it. Not the faults of values.

use std::fmt;

use serde::Serialize;

use crate::span::Span;

/// One problem of a formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    pub code: Code,
    pub span: Span,
    /// A sentence about what is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { code, span, message: message.into(), hint: String::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Diagnostic {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}..{} {}", self.code.as_str(), self.span.start, self.span.end, self.message)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, " {}", self.hint) }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The stable code of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Code {
            /// The code as clients see it, such as `F012`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $code,)* }
            }
        }
    };
}

codes! {
    /// A character that begins nothing.
    Character = "F001",
    UnterminatedText = "F002",
    Number = "F003",
    Escape = "F004",
    UnterminatedComment = "F005",
    Braces = "F006",
    UnexpectedToken = "F010",
    UnexpectedEnd = "F011",
    /// An operator of another language.
    Operator = "F012",
    ChainedComparison = "F013",
    AmbiguousPower = "F014",
    EmptyArgument = "F015",
    /// Two expressions side by side.
    MissingOperator = "F016",
    Parenthesis = "F017",
    ReservedWord = "F018",
    TooDeep = "F020",
    TooLarge = "F021",
    TooLong = "F022",
    UnknownField = "F030",
    UnknownFunction = "F031",
    ArgumentCount = "F032",
    Mismatch = "F033",
    UnknownOption = "F034",
    NotConstant = "F035",
    Pattern = "F036",
    /// A function that has no meaning in this place.
    Place = "F037",
    TooManyHops = "F038",
    ResultType = "F039",
    Literal = "F040",
    /// Only a warning: an ordering is negated and a blank makes it true.
    NegatedOrdering = "F090",
}
