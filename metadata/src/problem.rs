//! How the pure crates complain: every problem with its place, a stable code and a way out.

use formulas::Span;
use serde::Serialize;

/// What is wrong with one value, before its place is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable kebab-case code, e.g. `wrong-type`.
    pub code: &'static str,
    /// One sentence for people.
    pub message: String,
}

impl Fault {
    /// A fault with a code and a sentence.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The commonest fault: another JSON type than the kind takes.
    pub fn wrong_type(expected: &str) -> Self {
        Self::new("wrong-type", format!("expected {expected}"))
    }

    /// The same fault at a place, e.g. `amount` or `fields.2.options`.
    pub fn at(self, path: impl Into<String>) -> Problem {
        Problem {
            path: path.into(),
            code: self.code.to_owned(),
            message: self.message,
            hint: None,
            span: None,
        }
    }
}

/// One problem at one place of a document; checks return all of them at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Dotted path from the root of the document, e.g. `objects.deal.fields.amount.scale`.
    pub path: String,
    /// Stable kebab-case code.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where in the text of a formula, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

impl Problem {
    /// A problem without a hint.
    pub fn new(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { path: path.into(), code: code.to_owned(), message: message.into(), hint: None, span: None }
    }

    /// The same problem with a way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem at a place within a formula's text.
    #[must_use]
    pub fn within(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same problem seen from one level further out: `prefix.path`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = if self.path.is_empty() { prefix.to_owned() } else { format!("{prefix}.{}", self.path) };
        self
    }
}
