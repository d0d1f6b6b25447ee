//! Columns of one table without the name of the table, as an index is made of them.

use sea_query::{Alias, Expr};

use super::Columns;
use crate::expression::{Expression, Quantifier, Reference};

/// Columns by the stable ids of fields.
pub(super) struct Bare<'c> {
    pub column: &'c dyn Fn(&str) -> Option<String>,
}

impl Columns for Bare<'_> {
    fn column(&self, reference: &Reference) -> Expr {
        let name = if reference.path.is_empty() { (self.column)(&reference.field) } else { None };
        name.map_or_else(|| Expr::cust("NULL"), |name| Expr::col(Alias::new(name)))
    }

    /// No index looks at other records.
    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> Expr {
        Expr::cust("FALSE")
    }
}
