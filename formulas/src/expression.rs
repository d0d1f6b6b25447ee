//! The typed, resolved tree that every condition in the product becomes: filters, rules, formulas, grants.
//!
//! It knows stable ids, not names, and carries no SQL. It is built by the checker from text, or directly by whoever
//! translates another notation (a JSON filter, a policy) into conditions.

use crate::types::Type;
use crate::value::Value;

/// A field that an expression reads, after names became stable ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Stable ids of the to-one lookups to follow from the record, outermost first, e.g. `["f12"]`.
    pub path: Vec<String>,
    /// Stable id of the field, or the name of a standard field such as `created_at`.
    pub field: String,
    pub ty: Type,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Where the part must stand in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextMatch {
    Contains,
    Starts,
    Ends,
}

/// How many related records must meet a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    Some,
    None,
    /// True also where there are no related records.
    Every,
}

/// A typed, resolved expression. Conditions are its boolean forms; they are two-valued, blank included.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Literal(Value),
    Field(Reference),
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
    And(Vec<Expression>),
    Or(Vec<Expression>),
    Not(Box<Expression>),
    /// A condition on the records of a to-many relation.
    Related {
        /// Opaque to this crate; whoever renders the SQL knows it.
        relation: String,
        how: Quantifier,
        condition: Box<Expression>,
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

    /// The type of the expression's value.
    pub fn ty(&self) -> Type {
        match self {
            Expression::Literal(value) => literal_type(value),
            Expression::Field(reference) => reference.ty,
            _ => Type::Bool,
        }
    }

    /// Calls `visit` with every reference of this expression, except those inside related conditions,
    /// which speak of another object.
    pub fn references<'a>(&'a self, visit: &mut dyn FnMut(&'a Reference)) {
        match self {
            Expression::Literal(_) | Expression::Related { .. } => {}
            Expression::Field(reference) => visit(reference),
            Expression::Compare { left, right, .. } => {
                left.references(visit);
                right.references(visit);
            }
            Expression::TextMatch { text, part, .. } => {
                text.references(visit);
                part.references(visit);
            }
            Expression::In { item, .. } => item.references(visit),
            Expression::HasAny { list, .. } | Expression::HasAll { list, .. } => list.references(visit),
            Expression::IsBlank(inner) | Expression::Not(inner) => inner.references(visit),
            Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().for_each(|part| part.references(visit));
            }
        }
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
