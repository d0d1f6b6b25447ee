//! From a select to its text and parameters. How many rows are wanted stands in the text, so that a plan which is
//! made once for all values is made for the real size of the page and not for a guess.
//!
//! Some parameters are *holes*: what they hold differs from request to request although the question is the same.

use std::fmt::{self, Display, Write};

use chrono::{DateTime, Utc};
use sea_query::{Expr, PostgresQueryBuilder, QueryBuilder, SelectStatement, SqlWriter, Value, Values};
use uuid::Uuid;

use crate::plan::{Plan, Start};

/// What a statement is given anew each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    /// The ids that were asked for: one, or a list of several.
    Ids,
    /// The request's moment.
    Now,
}

impl Hole {
    /// A character marks a hole on its way through the builder. No column and no literal is one.
    fn mark(self) -> char {
        match self {
            Self::Ids => 'i',
            Self::Now => 'n',
        }
    }

    fn of(value: &Value) -> Option<Self> {
        let Value::Char(Some(mark)) = value else { return None };
        [Self::Ids, Self::Now].into_iter().find(|hole| hole.mark() == *mark)
    }
}

impl From<Hole> for Expr {
    fn from(hole: Hole) -> Self {
        Expr::Value(Value::Char(Some(hole.mark())))
    }
}

/// The parameters of a statement, holes among them.
#[derive(Clone, Debug)]
pub(crate) struct Parameters(Vec<Value>);

impl Parameters {
    /// The values for one request.
    pub(crate) fn filled(&self, ids: &[Uuid], now: DateTime<Utc>) -> Values {
        self.filled_in_turn(std::iter::repeat(ids), now)
    }

    /// The same where the first hole takes the first ids and so on.
    pub(crate) fn filled_in_turn<'i>(
        &self,
        mut ids: impl Iterator<Item = &'i [Uuid]>,
        now: DateTime<Utc>,
    ) -> Values {
        let value = |value: &Value| match Hole::of(value) {
            None => value.clone(),
            Some(Hole::Now) => now.into(),
            Some(Hole::Ids) => match ids.next().unwrap_or_default() {
                [id] => (*id).into(),
                ids => ids.to_vec().into(),
            },
        };
        Values(self.0.iter().map(value).collect())
    }

    /// The values for the request that the plan is of.
    pub(crate) fn of(&self, plan: &Plan) -> Values {
        let ids = if let Start::Ids(ids) = &plan.start { ids.as_slice() } else { &[] };
        self.filled(ids, plan.who.now())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

/// The text, with `$1 …` in place of the parameters.
pub(super) fn build(select: &SelectStatement) -> (String, Parameters) {
    let mut text = Text { text: String::with_capacity(4096), values: Vec::new() };
    select.build_collect_into(PostgresQueryBuilder, &mut text);
    (text.text, Parameters(text.values))
}

struct Text {
    text: String,
    values: Vec<Value>,
}

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.write_str(text)
    }
}

impl Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl SqlWriter for Text {
    fn push_param<T: QueryBuilder>(&mut self, value: Value, _: &T) {
        // Writing into a string cannot fail.
        let _ = match value {
            Value::BigUnsigned(Some(rows)) if self.text.ends_with(" LIMIT ") => write!(self.text, "{rows}"),
            value => {
                self.values.push(value);
                write!(self.text, "${}", self.values.len())
            }
        };
    }

    fn as_writer(&mut self) -> &mut dyn Write {
        self
    }
}
