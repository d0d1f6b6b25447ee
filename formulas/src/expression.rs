//! The typed, resolved tree that every condition in the product becomes: filters, rules, formulas, grants.
//!
//! It knows stable ids, not names, and carries no SQL. It is built by the checker from text, or directly by whoever
//! translates another notation (a JSON filter, a policy) into conditions. Its JSON form is what browsers evaluate.

mod fix;
mod walk;

use serde::{Deserialize, Serialize};

use crate::functions::FunctionRef;
use crate::types::Type;
use crate::value::Value;

/// A field that an expression reads, after names became stable ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// Stable ids of the to-one lookups to follow from the record, outermost first, e.g. `["f12"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Stable id of the field, or the name of a standard field such as `created_at`.
    pub field: String,
    pub ty: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// The operators on numbers; results are rounded to twelve decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Where the part must stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextMatch {
    Contains,
    Starts,
    Ends,
}

/// How many related records must meet a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantifier {
    Some,
    None,
    /// True also where there are no related records.
    Every,
}

/// One alternative of a [`Expression::Case`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    pub when: Expression,
    pub then: Expression,
}

/// A typed, resolved expression. Conditions are its boolean forms; they are two-valued, blank included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expression {
    Literal(Value),
    Field(Reference),
    /// What only a request knows, such as `$User.id`; [`Expression::fixed`] replaces it.
    Variable {
        name: String,
        ty: Type,
    },
    /// `Eq` and `Ne` are exact complements: blank equals blank only. An ordering with a blank is false.
    Compare {
        op: Comparison,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// Whether the item equals one of the values; a `Null` among them matches blank.
    In {
        item: Box<Expression>,
        list: Vec<Value>,
    },
    IsBlank(Box<Expression>),
    /// A blank text reads as empty; a blank part is found in every text.
    TextMatch {
        how: TextMatch,
        ignore_case: bool,
        text: Box<Expression>,
        part: Box<Expression>,
    },
    HasAny {
        list: Box<Expression>,
        values: Vec<Value>,
    },
    HasAll {
        list: Box<Expression>,
        values: Vec<Value>,
    },
    /// False where any part is false; else a fault of any part is the fault of the whole.
    And(Vec<Expression>),
    /// True where any part is true; else a fault of any part is the fault of the whole.
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// A condition on the records of a to-many relation.
    Related {
        /// Opaque to this crate; whoever renders the SQL knows it.
        relation: String,
        how: Quantifier,
        condition: Box<Expression>,
    },
    /// A blank operand makes the result blank.
    Arithmetic {
        op: Arithmetic,
        left: Box<Expression>,
        right: Box<Expression>,
    },
    /// A number, where blank reads as zero: how `blank_as: zero` is written into the tree.
    OrZero(Box<Expression>),
    /// The value of the first branch whose condition is true; a fault in a condition before that is the result.
    Case {
        branches: Vec<Branch>,
        otherwise: Box<Expression>,
    },
    /// The first value that is not blank.
    Coalesce(Vec<Expression>),
    IfError {
        value: Box<Expression>,
        otherwise: Box<Expression>,
    },
    IsError(Box<Expression>),
    Call {
        function: FunctionRef,
        arguments: Vec<Expression>,
    },
}

impl Expression {
    /// The condition that every record meets.
    pub fn always() -> Expression {
        Expression::And(Vec::new())
    }

    /// The condition that no record meets.
    pub fn never() -> Expression {
        Expression::Or(Vec::new())
    }

    /// The type of the expression's value. Only fields are [`Type::Integer`].
    pub fn ty(&self) -> Type {
        match self {
            Expression::Literal(value) => literal_type(value),
            Expression::Field(reference) => reference.ty,
            Expression::Variable { ty, .. } => *ty,
            Expression::Arithmetic { .. } | Expression::OrZero(_) => Type::Number,
            Expression::Case { branches, otherwise } => {
                common(branches.iter().map(|branch| &branch.then).chain([&**otherwise]))
            }
            Expression::Coalesce(values) => common(values.iter()),
            Expression::IfError { value, otherwise } => common([&**value, &**otherwise].into_iter()),
            Expression::Call { function, arguments } => function.result(arguments),
            _ => Type::Bool,
        }
    }
}

/// The type of values that may stand for one another; all computed numbers are `numeric`.
pub(crate) fn common<'a>(values: impl Iterator<Item = &'a Expression>) -> Type {
    match values.map(Expression::ty).find(|ty| *ty != Type::Null) {
        Some(Type::Integer) => Type::Number,
        Some(ty) => ty,
        None => Type::Null,
    }
}

fn literal_type(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::Text(_) => Type::Text,
        Value::Date(_) => Type::Date,
        Value::DateTime(_) => Type::DateTime,
        Value::Time(_) => Type::Time,
        Value::Id(_) => Type::Id,
        Value::List(items) if matches!(items.first(), Some(Value::Id(_))) => Type::Ids,
        Value::List(_) => Type::Choices,
        Value::Json(_) => Type::Json,
    }
}
