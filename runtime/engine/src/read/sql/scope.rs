//! One use of an object's table in a statement: its columns, its conditions, the joins that paths ask for.

use std::cell::RefCell;
use std::sync::Arc;

use formulas::sql::{Columns, condition};
use formulas::{Expression, Quantifier, Reference};
use metadata::catalog::{Column, Link, Object, Relation};
use metadata::field_kinds::ColumnType;
use sea_query::{Alias, Expr, ExprTrait, JoinType, NullOrdering, Order, Query, SelectStatement};

use permissions::Reach;

use super::{Render, keyset};
use crate::plan::{BLIND, Level, OrderKey, Output, What, column_of};
use crate::query::{Bin, PLACE};

mod any;
mod computed;

use computed::formula;

/// Whether a value goes out as it is, or into JSON that PostgreSQL makes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Flat,
    Json,
}

/// One use of an object's table: its alias, and the to-one joins that columns asked for.
pub(crate) struct Scope<'p> {
    render: &'p Render<'p>,
    object: &'p Arc<Object>,
    alias: String,
    joins: RefCell<Vec<Join>>,
}

/// One to-one join: the path from the scope's object (stable ids), its alias and its target.
#[derive(Clone)]
struct Join {
    path: Vec<String>,
    sight: Sight,
    alias: String,
    /// The column that points to it.
    on: Expr,
    object: Arc<Object>,
}

/// With whose authority a path is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// What the actor may not read is blank.
    Actor,
    /// From so many lookups on it is the path of a formula field, whose author decided who may know its result.
    Definer(usize),
}

impl<'p> Scope<'p> {
    pub(super) fn new(render: &'p Render<'p>, object: &'p Arc<Object>, alias: String) -> Self {
        Self { render, object, alias, joins: RefCell::default() }
    }

    pub(super) fn alias(&self) -> &str {
        &self.alias
    }

    pub(super) fn column(&self, name: &str) -> Expr {
        column_at(&self.alias, name)
    }

    pub(crate) fn reference(&self, reference: &Reference) -> Expr {
        Columns::column(self, reference)
    }

    /// Live rows (or those of the bin), that the actor may read, that meet the level's condition.
    pub(super) fn filter(&self, select: &mut SelectStatement, level: &Level, bin: Bin) {
        self.meet(select, (level.allowed.as_ref(), level.condition.as_ref()), bin);
    }

    /// Live rows (or those of the bin) within reach that meet a condition.
    pub(super) fn meet(
        &self,
        select: &mut SelectStatement,
        (reach, wanted): (Option<&Reach>, Option<&Expression>),
        bin: Bin,
    ) {
        let deleted = self.column("deleted_at");
        select.and_where(if bin == Bin::Live { deleted.is_null() } else { deleted.is_not_null() });
        if let Some(allowed) = reach.and_then(|reach| self.reach(reach)) {
            select.and_where(allowed);
        }
        if let Some(expression) = wanted {
            select.and_where(condition(expression, true, self));
        }
    }

    /// Whether a row of this scope is within reach; `None` when every row is.
    fn reach(&self, reach: &Reach) -> Option<Expr> {
        self.render.reach((&self.alias, self.object), reach)
    }

    /// What the actor may read of the scope's object; `None` when everything.
    fn allowed(&self) -> Option<Expr> {
        self.render.readable((&self.alias, self.object))
    }

    pub(super) fn order(&self, select: &mut SelectStatement, order: &[OrderKey]) {
        for key in order {
            let expr = self.reference(&key.reference);
            // Blank is the smallest value, in both directions.
            match (key.descending, key.nullable || key.blank_first) {
                (false, false) => select.order_by_expr(expr, Order::Asc),
                (true, false) => select.order_by_expr(expr, Order::Desc),
                (false, true) => select.order_by_expr_with_nulls(expr, Order::Asc, NullOrdering::First),
                (true, true) => select.order_by_expr_with_nulls(expr, Order::Desc, NullOrdering::Last),
            };
        }
    }

    /// The statement with the table and every join that was asked for.
    pub(super) fn finish(&self, mut select: SelectStatement) -> SelectStatement {
        let table = (self.render.plan.schema.clone(), self.object.name.clone());
        select.from_as(table, self.alias.clone());
        self.finish_joins(select)
    }

    /// The statement with some rows of the table, and every join that was asked for.
    pub(super) fn finish_over(&self, mut select: SelectStatement, rows: SelectStatement) -> SelectStatement {
        select.from_subquery(rows, self.alias.clone());
        self.finish_joins(select)
    }

    fn finish_joins(&self, mut select: SelectStatement) -> SelectStatement {
        let schema = &self.render.plan.schema;
        // Rendering a join's own condition may ask for no further joins of this scope, so the list is final.
        for join in self.joins.borrow().iter() {
            select.join_as(
                JoinType::LeftJoin,
                (schema.clone(), join.object.name.clone()),
                join.alias.clone(),
                self.on(join),
            );
        }
        select
    }

    /// The statement over the rows that a statement around it has just written, where it needs nothing else.
    pub(super) fn finish_written(&self, mut select: SelectStatement) -> Option<SelectStatement> {
        select.from_as("written", self.alias.clone());
        self.joins.borrow().is_empty().then_some(select)
    }

    /// A joined record that is in the bin, or that the actor may not read, reads as blank.
    fn on(&self, join: &Join) -> Expr {
        let id = column_at(&join.alias, "id");
        let live = column_at(&join.alias, "deleted_at").is_null();
        let base = Expr::cust_with_exprs("$1 = $2 AND $3", [id, join.on.clone(), live]);
        if join.sight != Sight::Actor {
            return base;
        }
        match self.render.readable((&join.alias, &join.object)) {
            None => base,
            Some(allowed) => Expr::cust_with_exprs("$1 AND $2", [base, allowed]),
        }
    }

    /// The alias of the record at the end of a path of lookups that the actor follows.
    fn join(&self, path: &[String]) -> Option<(String, Arc<Object>)> {
        self.joined(path, Sight::Actor)
    }

    /// The same with either authority; joined once however often it is asked for.
    fn joined(&self, path: &[String], sight: Sight) -> Option<(String, Arc<Object>)> {
        // The first lookups of a formula's path are the actor's own.
        let sight =
            if matches!(sight, Sight::Definer(from) if path.len() > from) { sight } else { Sight::Actor };
        if path.is_empty() {
            return Some((self.alias.clone(), self.object.clone()));
        }
        if let Some(join) = self.joins.borrow().iter().find(|join| join.path == path && join.sight == sight) {
            return Some((join.alias.clone(), join.object.clone()));
        }
        let (last, before) = path.split_last()?;
        let (from, object) = self.joined(before, sight)?;
        let field = object.find_field_by_id(last)?;
        let target = self.render.plan.catalog.find_object(field.kind.target()?)?.clone();
        let alias = self.render.alias();
        let column = field.columns.first()?;
        let on = match sight {
            Sight::Actor => self.render.cell((&from, &object), column),
            Sight::Definer(_) => column_at(&from, &column.name),
        };
        self.joins.borrow_mut().push(Join {
            path: path.to_vec(),
            sight,
            alias: alias.clone(),
            on,
            object: target.clone(),
        });
        Some((alias, target))
    }

    /// Outputs of the record at the end of `path` (empty: the scope's own) as columns, one after the other.
    pub(super) fn flat(&self, path: &[String], outputs: &[Output], columns: &mut Vec<Expr>) {
        for output in outputs {
            match &output.what {
                What::ToOne { field, level } => {
                    self.flat(&[path, std::slice::from_ref(field)].concat(), &level.outputs, columns);
                }
                _ => columns.push(self.output(path, output, Form::Flat)),
            }
        }
    }

    /// One output of the record at the end of `path`.
    fn output(&self, path: &[String], output: &Output, form: Form) -> Expr {
        let Some((alias, object)) = self.join(path) else { return Expr::cust("NULL") };
        match &output.what {
            What::Column(column) if column.ty == ColumnType::Sealed => {
                self.render.sealed((&alias, &object), column)
            }
            What::Column(column) => value(self.render.cell((&alias, &object), column), column, form),
            What::Computed(computed) => {
                let cell = self.render.seen((&alias, &object), computed, self.computed(path, computed));
                value(cell, &computed.column, form)
            }
            What::Faults(computed) => self.faults(path, computed),
            What::ToOne { field, level } => self.to_one(&[path, std::slice::from_ref(field)].concat(), level),
            What::ToAny { field, levels } => self.to_any((&alias, &object), field, levels),
            What::ToMany { relation, level } => self.to_many((&alias, &object), relation, level),
            What::Total { relation, level } => self.total((&alias, &object), relation, level),
        }
    }

    /// `{…}` of the record at the end of a path, or NULL.
    fn to_one(&self, path: &[String], level: &Level) -> Expr {
        let Some((alias, _)) = self.join(path) else { return Expr::cust("NULL") };
        let mut row = Query::select();
        for output in &level.outputs {
            row.expr_as(self.output(path, output, Form::Json), output.key.clone());
        }
        let mut object = Query::select();
        object.expr(Expr::cust("row_to_json(x.*)")).from_subquery(row, "x");
        let object = Expr::SubQuery(None, Box::new(object.into()));
        Expr::cust_with_exprs("CASE WHEN $1 IS NULL THEN NULL ELSE $2 END", [column_at(&alias, "id"), object])
    }

    /// `[…]` of the related records.
    fn to_many(&self, from: (&str, &Arc<Object>), relation: &Relation, level: &Level) -> Expr {
        let (scope, mut select) = self.related_rows(from, relation, &level.object);
        for output in &level.outputs {
            select.expr_as(scope.output(&[], output, Form::Json), output.key.clone());
        }
        if let Some(shape) = &level.places {
            select.expr_as(keyset::place(&scope, shape, &level.order), PLACE);
        }
        if let Some(cursor) = &level.after {
            select.and_where(keyset::after(&scope, &cursor.values, &level.order));
        }
        scope.order(&mut select, &level.order);
        select.limit(u64::from(level.limit));
        scope.filter(&mut select, level, Bin::Live);
        let rows = scope.finish(select);
        let mut list = Query::select();
        list.expr(Expr::cust("coalesce(json_agg(row_to_json(x.*)), '[]'::json)")).from_subquery(rows, "x");
        Expr::SubQuery(None, Box::new(list.into()))
    }

    /// How many related records there are.
    fn total(&self, from: (&str, &Arc<Object>), relation: &Relation, level: &Level) -> Expr {
        let (scope, mut select) = self.related_rows(from, relation, &level.object);
        select.expr(Expr::cust("count(*)"));
        scope.filter(&mut select, level, Bin::Live);
        Expr::SubQuery(None, Box::new(scope.finish(select).into()))
    }

    /// A select over the other side of a relation, tied to this scope's row.
    fn related_rows<'s>(
        &'s self,
        (alias, object): (&str, &Arc<Object>),
        relation: &Relation,
        other: &'s Arc<Object>,
    ) -> (Scope<'s>, SelectStatement) {
        let scope = Scope {
            render: self.render,
            object: other,
            alias: self.render.alias(),
            joins: RefCell::default(),
        };
        let mut select = Query::select();
        let here = column_at(alias, "id");
        match &relation.link {
            Link::Lookup { column, .. } => select.and_where(scope.column(column).eq(here)),
            Link::AnyLookup { object_column, id_column, .. } => {
                select.and_where(scope.column(id_column).eq(here));
                select.and_where(scope.column(object_column).eq(object.name.clone()))
            }
            Link::Table { table, here: near, there, .. } => {
                let link = self.render.alias();
                let text = format!(
                    "EXISTS (SELECT 1 FROM {}.{} AS \"{link}\" WHERE \"{link}\".{} = $1 AND \"{link}\".{} = $2)",
                    quoted(&self.render.plan.schema),
                    quoted(table),
                    quoted(near),
                    quoted(there),
                );
                select.and_where(Expr::cust_with_exprs(text, [here, scope.column("id")]))
            }
        };
        // Where the field behind the relation is not shown, nothing stands behind it.
        let holder = if relation.is_own() { (alias, object) } else { (scope.alias(), other) };
        let field = holder.1.find_field(&relation.field);
        if let Some(shown) = field.and_then(|field| self.render.shown(holder, field)) {
            select.and_where(shown);
        }
        (scope, select)
    }
}

impl Columns for Scope<'_> {
    fn column(&self, reference: &Reference) -> Expr {
        let found = self.join(&reference.path).and_then(|(alias, object)| {
            if let Some(computed) = formula(&object, &reference.field) {
                let value = self.computed(&reference.path, computed);
                return Some(self.render.seen((&alias, &object), computed, value));
            }
            let column = column_of(&object, &reference.field)?;
            let place = (alias.as_str(), &object);
            let is_blind = reference.field.ends_with(BLIND);
            Some(if is_blind { self.render.blind(place, column) } else { self.render.cell(place, column) })
        });
        found.unwrap_or_else(|| Expr::cust("NULL"))
    }

    fn fault(&self, reference: &Reference) -> Option<Expr> {
        let (_, object) = self.join(&reference.path)?;
        self.computed_fault(&reference.path, formula(&object, &reference.field)?)
    }

    fn related(&self, relation: &str, how: Quantifier, inner: &Expression) -> Expr {
        let found = self
            .object
            .find_relation(relation)
            .and_then(|relation| Some((relation, self.render.plan.catalog.find_object(&relation.object)?)));
        let Some((relation, other)) = found else { return Expr::cust("FALSE") };
        let (scope, mut select) = self.related_rows((&self.alias, self.object), relation, other);
        select.expr(Expr::cust("1")).and_where(scope.column("deleted_at").is_null());
        if let Some(allowed) = scope.allowed() {
            select.and_where(allowed);
        }
        let negated = Expression::Not(Box::new(inner.clone()));
        let tested = if how == Quantifier::Every { &negated } else { inner };
        select.and_where(condition(tested, true, &scope));
        let exists = Expr::exists(scope.finish(select));
        if how == Quantifier::Some { exists } else { exists.not() }
    }
}

pub(super) fn column_at(alias: &str, name: &str) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(name)))
}

/// A column as the answer wants it: instants in UTC with six digits, lists never null.
fn value(column: Expr, meta: &Column, form: Form) -> Expr {
    match (form, meta.ty) {
        (Form::Json, ColumnType::Timestamptz) => Expr::cust_with_exprs(
            "to_char($1 AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
            [column],
        ),
        (Form::Json, ColumnType::TextArray) => Expr::cust_with_exprs("coalesce($1, '{}'::text[])", [column]),
        _ => column,
    }
}

/// Schema-qualified table.
pub(super) fn table(schema: &str, name: &str) -> String {
    format!("{}.{}", quoted(schema), quoted(name))
}

/// An identifier in double quotes. Names come from the catalog, which lets no quote in.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
