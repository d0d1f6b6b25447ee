//! The answer to one question: whether, on which rows, and why.

use formulas::{Comparison, Expression, Reference, Type, Value};
use serde::Serialize;
use uuid::Uuid;

/// Which records an action reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// The action is not given at all.
    None,
    /// Records that the actor owns.
    Own,
    /// Every record.
    All,
}

/// One decision. A plan holds one for every object that it touches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    pub rows: Rows,
    /// For objects that are part of a master record: stable ids of the lookups to follow; access is
    /// what the actor may do with the record at their end.
    pub through: Vec<String>,
    /// What gave it, one sentence each, for the explain view.
    pub reasons: Vec<String>,
    /// Whose records are own.
    pub user_id: Uuid,
}

impl Decision {
    /// Whether the action is given on any record.
    pub fn is_allowed(&self) -> bool {
        self.rows != Rows::None
    }

    /// The condition on rows; `None` when every record is reached.
    pub fn condition(&self) -> Option<Expression> {
        match self.rows {
            Rows::All => None,
            Rows::None => Some(Expression::never()),
            Rows::Own => Some(Expression::Compare {
                op: Comparison::Eq,
                left: Box::new(Expression::Field(Reference {
                    path: self.through.clone(),
                    field: "owner".into(),
                    ty: Type::Id,
                })),
                right: Box::new(Expression::Literal(Value::Id(self.user_id))),
            }),
        }
    }
}
