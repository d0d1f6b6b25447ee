//! Roll-ups with their names resolved: which relation, which field, which records count, and what is used on
//! the way. Types come first, because conditions may speak of roll-ups; then conditions, then their order.

use std::collections::BTreeSet;

use formulas::Expression;

use super::{Column, Link};
use crate::field_kinds::ColumnType;
use crate::field_kinds::rollup::{Function, Mode};

mod condition;
mod order;
mod resolve;

pub(super) use condition::resolve as conditions;
pub(super) use resolve::resolve as types;

/// Most roll-ups of one object.
pub const MAX_ROLLUPS: usize = 40;
/// Most roll-ups in a chain of roll-ups over roll-ups.
pub const MAX_LEVELS: usize = 3;
/// Digits of a sum.
const SUM_PRECISION: u8 = 28;

/// One roll-up: a field of `parent` made of records of `child`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rollup {
    /// Stable id of the field.
    pub id: String,
    /// The object that has the field, and its stable id.
    pub parent: String,
    pub parent_id: String,
    /// The object whose records it is made of.
    pub child: String,
    pub child_id: String,
    /// How the child points to the parent: a lookup or an any-lookup.
    pub link: Link,
    pub function: Function,
    pub mode: Mode,
    /// Whether the sum of nothing is blank.
    pub blank: bool,
    /// Stable id and column of the child's field; none for a count.
    pub source: Option<(String, Column)>,
    /// The child's column by which one is the first or last.
    pub by: Option<Column>,
    /// Which children count, over their own stored columns.
    pub condition: Option<Expression>,
    /// The parent's column.
    pub column: Column,
    /// Names of the child's columns that it depends on.
    pub inputs: BTreeSet<String>,
    /// Stable ids of the child's roll-ups that it is made of.
    pub uses: BTreeSet<String>,
    /// 1 for one that is made of plain fields.
    pub level: usize,
    /// The kind whose values it shows, and the currency of an amount.
    pub shown_as: &'static str,
    pub currency: Option<String>,
}

/// A column of the parent that nobody sees: what averages and extremes are kept by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    pub name: String,
    pub ty: ColumnType,
}

impl Rollup {
    /// Whether its values are stored, rather than computed when they are read.
    pub fn is_kept(&self) -> bool {
        self.mode != Mode::OnRead
    }

    /// Whether how many values went in says whether there is anything.
    pub fn counts(&self) -> bool {
        match self.function {
            Function::Sum => self.blank,
            Function::Avg | Function::Min | Function::Max => true,
            Function::Count | Function::CountDistinct | Function::First | Function::Last => false,
        }
    }

    /// The column that counts the values that went in; the visible one where that is a count.
    pub fn count_column(&self) -> Option<Hidden> {
        (self.counts() && self.is_kept())
            .then(|| Hidden { name: format!("_n_{}", self.id), ty: ColumnType::Bigint })
    }

    /// The column that holds the sum behind an average.
    pub fn sum_column(&self) -> Option<Hidden> {
        let scale = match self.source.as_ref().map(|(_, column)| column.ty) {
            Some(ColumnType::Numeric(_, scale)) => scale,
            _ => 0,
        };
        let ty = ColumnType::Numeric(SUM_PRECISION, scale);
        (self.function == Function::Avg && self.is_kept())
            .then(|| Hidden { name: format!("_s_{}", self.id), ty })
    }

    pub fn hidden_columns(&self) -> impl Iterator<Item = Hidden> {
        self.sum_column().into_iter().chain(self.count_column())
    }

    /// The column that is NULL for as long as a record's roll-up has not been built, and never after: always where
    /// nothing is kept.
    pub fn built_column(&self) -> String {
        self.count_column().map_or_else(|| self.column.name.clone(), |hidden| hidden.name)
    }

    /// What a record without children shows, as a default of the column.
    pub fn zero(&self) -> bool {
        self.is_kept()
            && match self.function {
                Function::Count => true,
                Function::Sum => !self.blank,
                _ => false,
            }
    }

    /// Whether what is stored for `other` would be right for this one too; names do not matter.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let told = |rollup: &Self| {
            let (Link::Lookup { field, .. } | Link::AnyLookup { field, .. } | Link::Table { field, .. }) =
                &rollup.link;
            let source = rollup.source.as_ref().map(|(id, column)| (id.clone(), column.ty));
            let ids = (rollup.parent_id.clone(), rollup.child_id.clone(), field.clone(), source);
            (ids, rollup.function, rollup.mode, rollup.blank, rollup.column.ty)
        };
        told(self) == told(other) && self.condition == other.condition
    }
}
