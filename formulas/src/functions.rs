//! The functions of the language: one declaration each, in files by group. How calls are checked, rendered and
//! evaluated follows from the declarations; nothing else in the crate knows a function by name.

pub(crate) mod choice;
pub(crate) mod date;
mod date_units;
mod logic;
mod math;
mod parameter;
mod record;
mod template;
pub(crate) mod text;
pub(crate) mod text_format;
mod text_pattern;

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::capability::Capability;
use crate::check::Rewriting;
use crate::diagnostic::Diagnostic;
use crate::evaluate::{Arguments, Evaluation};
use crate::expression::{Expression, common};
use crate::fault::Fault;
use crate::types::Type;
use crate::value::Value;

pub use parameter::{Accepts, Blank, Parameter, Presence};
pub(crate) use template::{Shape, Template};

/// What a computation gives.
pub(crate) type Outcome = Result<Value, Fault>;

/// The declaration of one function.
pub struct Function {
    /// In capitals; what canonical texts use.
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub takes: &'static [Parameter],
    pub gives: Gives,
    pub capability: Capability,
    /// A sentence for editors.
    pub doc: &'static str,
    pub(crate) form: Form,
}

/// The type of a function's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    Is(Type),
    /// The common type of all arguments that have one.
    Common,
    /// The type of the first argument.
    First,
}

/// How a call is carried out.
pub(crate) enum Form {
    /// The call becomes other expressions when it is checked.
    Rewrite(fn(&mut Rewriting<'_>) -> Result<Expression, Diagnostic>),
    /// All arguments are computed first.
    Plain { sql: fn(&Shape) -> Template, compute: fn(&Arguments) -> Outcome },
    /// The request decides; the call is replaced by its value before SQL is made.
    Request(fn(&Arguments, &crate::request::Request) -> Outcome),
    /// The record being saved decides; there is no SQL.
    Saving(fn(&[Expression], &Evaluation<'_>) -> Outcome),
}

impl Function {
    /// The least and the most arguments that an author writes.
    pub fn arity(&self) -> (usize, Option<usize>) {
        let written = || self.takes.iter().filter(|parameter| parameter.presence != Presence::Zone);
        let least = written().filter(|parameter| parameter.presence.is_required()).count();
        let endless = written().any(|parameter| parameter.presence.is_repeated());
        (least, if endless { None } else { Some(written().count()) })
    }

    /// How authors write a call, such as `LEFT(text, [count])`.
    pub fn signature(&self) -> String {
        let written = self.takes.iter().filter(|parameter| parameter.presence != Presence::Zone);
        let shown = written.map(|parameter| match parameter.presence {
            Presence::Required | Presence::Zone => parameter.name.to_owned(),
            Presence::Repeated => format!("{} …", parameter.name),
            _ => format!("[{}]", parameter.name),
        });
        format!("{}({})", self.name, shown.collect::<Vec<_>>().join(", "))
    }

    /// Whether authors can call it; others are only made by the checker.
    pub fn is_public(&self) -> bool {
        !self.name.starts_with('_')
    }

    /// The word for what it gives: a type's, or `as its arguments`.
    pub fn gives_word(&self) -> &'static str {
        match self.gives {
            Gives::Is(ty) => ty.word(),
            Gives::Common | Gives::First => "as its arguments",
        }
    }

    /// The parameter of the argument at `index`.
    pub(crate) fn parameter(&self, index: usize) -> Option<&'static Parameter> {
        let last = self.takes.last().filter(|parameter| parameter.presence.is_repeated());
        self.takes.get(index).or(last)
    }

    pub(crate) fn result(&self, arguments: &[Expression]) -> Type {
        match self.gives {
            Gives::Is(ty) => ty,
            Gives::Common => common(arguments.iter()),
            Gives::First => common(arguments.iter().take(1)),
        }
    }
}

/// All functions, the internal ones included.
pub fn all() -> impl Iterator<Item = &'static Function> {
    groups().into_iter().flat_map(|(_, functions)| functions)
}

/// All functions in the groups in which they are shown to people; a group may come twice.
pub fn groups() -> [(&'static str, &'static [Function]); 9] {
    [
        ("Logic", logic::FUNCTIONS),
        ("Numbers", math::FUNCTIONS),
        ("Text", text::FUNCTIONS),
        ("Text", text_pattern::FUNCTIONS),
        ("Text", text_format::FUNCTIONS),
        ("Dates", date::FUNCTIONS),
        ("Dates", date_units::FUNCTIONS),
        ("Choices", choice::FUNCTIONS),
        ("Record", record::FUNCTIONS),
    ]
}

/// The function of a name or alias, in any letter case.
pub fn find(name: &str) -> Option<&'static Function> {
    all().find(|function| {
        let mut names = [function.name].into_iter().chain(function.aliases.iter().copied());
        names.any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// A function by name in an expression; two are equal when their names are.
#[derive(Clone, Copy)]
pub struct FunctionRef(pub &'static Function);

impl FunctionRef {
    /// The function with this name, in any case.
    pub fn named(name: &str) -> Option<FunctionRef> {
        find(name).map(FunctionRef)
    }
}

impl std::ops::Deref for FunctionRef {
    type Target = Function;

    fn deref(&self) -> &Function {
        self.0
    }
}

impl PartialEq for FunctionRef {
    fn eq(&self, other: &FunctionRef) -> bool {
        self.name == other.name
    }
}

impl fmt::Debug for FunctionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Serialize for FunctionRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for FunctionRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<FunctionRef, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || de::Error::custom(format_args!("there is no function {name}"));
        find(&name).map(FunctionRef).ok_or_else(unknown)
    }
}
