//! What a function takes: the type of each argument, what a blank means, and whether it may be absent.

use crate::types::Type;

/// One parameter of a function.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub accepts: Accepts,
    pub blank: Blank,
    pub presence: Presence,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepts {
    Is(Type),
    /// A date or a date/time.
    Moment,
    /// A date, a date/time, or a text that shows one.
    Dated,
    /// Anything that has an order: numbers, dates, date/times, times.
    Ordered,
    Any,
    /// Anything; what is not text is shown as text.
    Shown,
    /// A field itself, not a computation.
    Field,
    /// A text literal.
    Words,
    /// A text literal that names a unit of time.
    Unit,
    /// A text literal that is a regular expression.
    Pattern,
    /// A text literal that is a path into JSON.
    JsonPath,
    /// A text literal that tells how to show a value.
    Format,
}

/// What a blank argument means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blank {
    /// The result is blank.
    Propagates,
    /// It reads as empty text.
    Empty,
    /// It reads as zero, unless the formula says `blank_as: blank`; then the result is blank.
    Zero,
    /// The function decides.
    Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// May be absent, also in the checked expression.
    Optional,
    /// Where absent, this number stands in its place.
    OrNumber(i64),
    /// Where absent, this text stands in its place.
    OrText(&'static str),
    /// One or more; only the last parameter.
    Repeated,
    /// Not written by authors: the formula's zone is added.
    Zone,
}

impl Presence {
    pub(crate) fn is_required(self) -> bool {
        matches!(self, Presence::Required | Presence::Repeated)
    }

    pub(crate) fn is_repeated(self) -> bool {
        matches!(self, Presence::Repeated)
    }
}

const fn parameter(name: &'static str, accepts: Accepts, blank: Blank) -> Parameter {
    Parameter { name, accepts, blank, presence: Presence::Required }
}

/// A number; blank follows the formula's `blank_as`.
pub(super) const fn number(name: &'static str) -> Parameter {
    parameter(name, Accepts::Is(Type::Number), Blank::Zero)
}

/// A text; blank reads as empty.
pub(super) const fn text(name: &'static str) -> Parameter {
    parameter(name, Accepts::Is(Type::Text), Blank::Empty)
}

/// An argument of the type; a blank makes the result blank.
pub(super) const fn strict(name: &'static str, ty: Type) -> Parameter {
    parameter(name, Accepts::Is(ty), Blank::Propagates)
}

/// An argument of the type; the function sees blanks.
pub(super) const fn kept(name: &'static str, accepts: Accepts) -> Parameter {
    parameter(name, accepts, Blank::Kept)
}

/// A date or date/time; a blank makes the result blank.
pub(super) const fn moment(name: &'static str) -> Parameter {
    parameter(name, Accepts::Moment, Blank::Propagates)
}

/// A text literal of some form.
pub(super) const fn constant(name: &'static str, accepts: Accepts) -> Parameter {
    parameter(name, accepts, Blank::Kept)
}

/// The formula's zone, which the checker adds.
pub(super) const ZONE: Parameter = Parameter {
    name: "zone",
    accepts: Accepts::Is(Type::Text),
    blank: Blank::Propagates,
    presence: Presence::Zone,
};

impl Parameter {
    pub(super) const fn optional(mut self) -> Parameter {
        self.presence = Presence::Optional;
        self
    }

    pub(super) const fn or(mut self, number: i64) -> Parameter {
        self.presence = Presence::OrNumber(number);
        self
    }

    pub(super) const fn or_text(mut self, text: &'static str) -> Parameter {
        self.presence = Presence::OrText(text);
        self
    }

    pub(super) const fn repeated(mut self) -> Parameter {
        self.presence = Presence::Repeated;
        self
    }

    /// A blank argument makes the result blank.
    pub(super) const fn or_blank(mut self) -> Parameter {
        self.blank = Blank::Propagates;
        self
    }
}
