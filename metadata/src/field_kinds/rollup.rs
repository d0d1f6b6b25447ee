//! `rollup`: a number or date made of the records on the other side of a to-many relation, kept beside the
//! record by the engine. What its names mean is found by the catalog (`catalog::rollups`).

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// How many become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Count,
    Sum,
    Avg,
    Min,
    Max,
    /// How many different values there are.
    CountDistinct,
    /// The value of the record that comes first, of those that have one.
    First,
    Last,
}

impl Function {
    /// The word in definitions; of counts, sums and extremes the name of PostgreSQL's aggregate too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Min => "min",
            Self::Max => "max",
            Self::CountDistinct => "count_distinct",
            Self::First => "first",
            Self::Last => "last",
        }
    }

    /// Whether it is the smallest or the largest value: what cannot be taken away from a sum.
    pub fn is_extreme(self) -> bool {
        matches!(self, Self::Min | Self::Max)
    }

    /// Whether only all records together tell it, so that no difference can be added to what was there.
    pub fn needs_all(self) -> bool {
        matches!(self, Self::CountDistinct | Self::First | Self::Last)
    }

    /// Whether it is the value of one record.
    pub fn is_of_one(self) -> bool {
        matches!(self, Self::First | Self::Last)
    }
}

/// When a change of a record reaches the roll-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In the same transaction.
    #[default]
    Immediate,
    /// Soon after, by a worker: writers of one busy parent do not wait for one another.
    Deferred,
    /// Never: nothing is stored, and it is computed of all records whenever it is read.
    OnRead,
}

/// What the sum of nothing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    Zero,
    Blank,
}

/// What a roll-up holds; found by the catalog, so it says nothing about the definition.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    pub ty: Type,
    pub column: ColumnType,
}

impl Default for Outcome {
    fn default() -> Self {
        Self { ty: Type::Number, column: ColumnType::Numeric(28, 4) }
    }
}

/// Settings of a `rollup` field.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollup {
    /// Name of the to-many relation of this object.
    pub of: String,
    /// How many become one.
    pub function: Function,
    /// Name of the other side's field; none for a count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Which records count, in the formula language over their own fields; all when left out.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Name of the other side's field by which one is the first or last; the moment of its making when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When changes arrive; at once where they can when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// What the sum of nothing is; zero when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<Empty>,
    #[serde(skip)]
    pub outcome: Outcome,
}

/// The same definition; what the catalog found in it is another matter.
impl PartialEq for Rollup {
    fn eq(&self, other: &Self) -> bool {
        let told = |rollup: &Self| {
            let Self { of, function, field, condition, by, mode: _, empty, outcome: _ } = rollup.clone();
            (of, function, field, condition, by, rollup.mode(), empty)
        };
        told(self) == told(other)
    }
}

impl Rollup {
    /// When changes arrive.
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or(if self.function.needs_all() { Mode::OnRead } else { Mode::Immediate })
    }
}

impl Behaviour for Rollup {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", self.outcome.column)]
    }

    fn ty(&self) -> Type {
        self.outcome.ty
    }

    fn parse(&self, _: &Input<'_>) -> Result<Value, Fault> {
        Err(Fault::new("read-only", "a roll-up is computed by the system"))
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let word = self.function.word();
        match (self.function, &self.field) {
            (Function::Count, Some(_)) => {
                let problem = Problem::new("field", "not-allowed", "a `count` counts records, not a field");
                problems.push(problem.hint("leave `field` out; to count filled values say so in `where`"));
            }
            (Function::Count, None) | (_, Some(_)) => {}
            (_, None) => {
                let problem = Problem::new("field", "missing", format!("a `{word}` needs a `field`"));
                problems.push(problem.hint("name a number (or for min and max a date) of the other side"));
            }
        }
        if self.function.needs_all() && self.mode() != Mode::OnRead {
            let text = format!("a `{word}` cannot be kept: one change may need all records to be read");
            problems
                .push(Problem::new("mode", "not-allowed", text).hint("leave `mode` out, or say `on_read`"));
        }
        if self.by.is_some() && !self.function.is_of_one() {
            let text = "`by` is for `first` and `last` alone";
            problems.push(Problem::new("by", "not-allowed", text).hint("leave `by` out"));
        }
        if self.empty.is_some() && self.function != Function::Sum {
            let text = "`empty` is for `sum` alone: a count of nothing is zero, the others are blank";
            problems.push(Problem::new("empty", "not-allowed", text).hint("leave `empty` out"));
        }
        problems
    }
}
