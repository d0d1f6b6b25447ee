//! The record that an any-lookup points to, as JSON: of whichever object it is, if the actor may read it.

use std::cell::RefCell;
use std::sync::Arc;

use metadata::catalog::Object;
use sea_query::{Expr, ExprTrait, Query};

use super::{Form, Scope};
use crate::plan::Level;
use crate::plan::any::OBJECT;
use crate::query::Bin;

impl Scope<'_> {
    /// `{"id", "object", …}` of the record, or NULL; `from` holds the any-lookup with this name. Only the branch of
    /// the record's own object is executed.
    pub(super) fn to_any(&self, from: (&str, &Arc<Object>), field: &str, levels: &[Level]) -> Expr {
        let columns = from.1.find_field(field).map(|field| field.columns.as_slice());
        let (Some([name, id]), false) = (columns, levels.is_empty()) else { return Expr::cust("NULL::json") };
        let id = self.render.cell(from, id);
        let mut text = "CASE $1".to_owned();
        let mut parts = vec![self.render.cell(from, name)];
        for level in levels {
            parts.push(self.one_of(level, id.clone()));
            // Names of objects are words of a-z, 0-9 and `_`.
            text.push_str(&format!(" WHEN '{}' THEN ${}", level.object.name, parts.len()));
        }
        Expr::cust_with_exprs(format!("({text} END)"), parts)
    }

    fn one_of(&self, level: &Level, id: Expr) -> Expr {
        let render = self.render;
        let scope = Scope { render, object: &level.object, alias: render.alias(), joins: RefCell::default() };
        let mut select = Query::select();
        for (at, output) in level.outputs.iter().enumerate() {
            select.expr_as(scope.output(&[], output, Form::Json), output.key.clone());
            if at == 0 {
                select.expr_as(Expr::cust(format!("'{}'::text", level.object.name)), OBJECT);
            }
        }
        select.and_where(scope.column("id").eq(id));
        scope.filter(&mut select, level, Bin::Live);
        let mut object = Query::select();
        object.expr(Expr::cust("row_to_json(x.*)")).from_subquery(scope.finish(select), "x");
        Expr::SubQuery(None, Box::new(object.into()))
    }
}
