//! Formula fields as SQL: what they compute stands in the statement, and their paths are joins of their own authority.

use std::sync::Arc;

use formulas::sql::{self, Columns};
use formulas::{Capability, Expression, Quantifier, Reference};
use metadata::catalog::{Computed, Object};
use sea_query::Expr;

use super::{Scope, Sight, column_at};
use crate::plan::column_of;

/// What a formula field computes.
pub(super) fn formula<'o>(object: &'o Object, id: &str) -> Option<&'o Computed> {
    object.find_field_by_id(id)?.computed.as_deref()
}

/// The columns that a formula reads, seen from the record at the end of the path that led to the formula.
struct Inside<'s, 'p> {
    scope: &'s Scope<'p>,
    path: &'s [String],
}

impl Columns for Inside<'_, '_> {
    fn column(&self, reference: &Reference) -> Expr {
        let path = [self.path, &reference.path].concat();
        let found = self.scope.joined(&path, Sight::Definer(self.path.len())).and_then(|(alias, object)| {
            let column = column_of(&object, &reference.field)?;
            let field = object.find_field_by_id(&reference.field);
            Some(self.scope.render.stored(&alias, column, field))
        });
        found.unwrap_or_else(|| Expr::cust("NULL"))
    }

    /// A formula's text holds no conditions on related records.
    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> Expr {
        Expr::cust("FALSE")
    }
}

impl Scope<'_> {
    /// The value of a formula field of the record at the end of `path`; NULL where it has a fault.
    pub(super) fn computed(&self, path: &[String], computed: &Computed) -> Expr {
        let inside = Inside { scope: self, path };
        let value = match computed.capability {
            // Its text must be that of its index, and does not change with the request.
            Capability::Index => sql::inline_value(&computed.expression, &inside),
            _ => sql::value(&self.fixed(computed), &inside),
        };
        self.somewhere(path, value)
    }

    /// Where a path leads nowhere a formula is blank, as every field is there.
    fn somewhere(&self, path: &[String], value: Expr) -> Expr {
        match self.join(path) {
            Some((alias, _)) if !path.is_empty() => {
                let there = [column_at(&alias, "id"), value];
                Expr::cust_with_exprs("(CASE WHEN $1 IS NOT NULL THEN $2 END)", there)
            }
            _ => value,
        }
    }

    fn fixed(&self, computed: &Computed) -> Expression {
        self.render.plan.who.fixed(&computed.expression)
    }

    /// The code of its fault, if it can have one, for those who may see its value.
    pub(super) fn computed_fault(&self, path: &[String], computed: &Computed) -> Option<Expr> {
        let fault = sql::fault(&self.fixed(computed), &Inside { scope: self, path })?;
        let (alias, object) = self.join(path)?;
        Some(self.render.seen((&alias, &object), computed, self.somewhere(path, fault)))
    }

    /// `{"each": "DIV0"}` of those that have a fault, or NULL.
    pub(super) fn faults(&self, path: &[String], computed: &[(String, Arc<Computed>)]) -> Expr {
        let faulty = computed.iter().filter_map(|(key, computed)| {
            let fault = self.computed_fault(path, computed)?;
            Some([Expr::cust_with_exprs("$1::text", [key.clone().into()]), fault])
        });
        let parts: Vec<Expr> = faulty.flatten().collect();
        let places: Vec<String> = (1..=parts.len()).map(|place| format!("${place}")).collect();
        let text =
            format!("NULLIF(jsonb_strip_nulls(jsonb_build_object({})), '{{}}')::json", places.join(", "));
        Expr::cust_with_exprs(text, parts)
    }
}
