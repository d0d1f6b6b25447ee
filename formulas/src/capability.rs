//! Where an expression can be used: what an editor shows as "indexable", "sortable" or "form only".

use serde::{Deserialize, Serialize};

use crate::expression::Expression;
use crate::functions::{Accepts, FunctionRef};
use crate::sql::weight::length;
use crate::types::Type;

/// From the narrowest to the widest use; an expression has the narrowest of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Only in memory, while a record is being saved.
    Memory,
    /// Also in queries: lists can filter and sort by it.
    Query,
    /// Also in an index: immutable, of one record alone.
    Index,
}

/// PostgreSQL keeps an index's expression within one page; longer SQL than this may not fit.
const LONGEST_INDEXED: f64 = 1_700.0;

impl Expression {
    /// The narrowest capability of its parts; what is too long for an index serves queries only.
    pub fn capability(&self) -> Capability {
        let least = self.least_capability();
        match least == Capability::Index && length(self) > LONGEST_INDEXED {
            true => Capability::Query,
            false => least,
        }
    }

    /// About how many characters of SQL it becomes.
    pub fn sql_length(&self) -> usize {
        length(self) as usize
    }

    /// Whether its value depends on the moment or on who asks.
    pub fn asks(&self) -> bool {
        let mut asks = match self {
            Expression::Variable { .. } => true,
            Expression::Call { function, .. } => matches!(function.form, crate::functions::Form::Request(_)),
            _ => false,
        };
        self.parts(&mut |part| asks |= part.asks());
        asks
    }

    /// Whether its value depends on who asks, beside the zone of their days.
    pub fn asks_who(&self) -> bool {
        let mut asks = match self {
            Expression::Variable { name, .. } => name.starts_with("$User.") && name != "$User.zone",
            Expression::Call { function, .. } => matches!(function.name, "HASROLE" | "INTEAM"),
            _ => false,
        };
        self.parts(&mut |part| asks |= part.asks_who());
        asks
    }

    fn least_capability(&self) -> Capability {
        let mut least = match self {
            Expression::Variable { .. } | Expression::Related { .. } => Capability::Query,
            Expression::Field(reference) if !reference.path.is_empty() => Capability::Query,
            Expression::Call { function, arguments } => of_call(*function, arguments),
            _ => Capability::Index,
        };
        self.parts(&mut |part| least = least.min(part.least_capability()));
        least
    }
}

/// Forms and lists as text go through functions that PostgreSQL does not call immutable.
fn of_call(function: FunctionRef, arguments: &[Expression]) -> Capability {
    let formatted = (0..arguments.len())
        .any(|index| function.parameter(index).is_some_and(|parameter| parameter.accepts == Accepts::Format));
    let list_as_text = function.gives == crate::functions::Gives::Is(Type::Text)
        && arguments.first().is_some_and(|argument| argument.ty().is_list());
    if formatted || list_as_text { function.capability.min(Capability::Query) } else { function.capability }
}
