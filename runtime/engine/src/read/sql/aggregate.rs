//! A planned question about many records as one statement: the tenant's versions, and the groups of the rows that
//! a list with the same filter would answer.

use formulas::sql::{Columns, condition};
use formulas::{Expression, Quantifier, Reference};
use sea_query::{Alias, Expr, JoinType, NullOrdering, Order, Query, SelectStatement, Values};

use super::Render;
use super::scope::Scope;
use crate::plan::aggregate::{Aggregation, BoundGroup, BoundMetric};
use crate::query::aggregate::Function;

/// The statement: versions, whether there is a group at all, then groups and metrics.
pub(crate) fn statement(question: &Aggregation) -> (String, Values) {
    let render = Render::new(&question.plan);
    let page = page(&render, question);
    let mut outer = Query::select();
    outer.expr(Expr::cust("g.revision")).expr(Expr::cust("g.access")).expr(Expr::cust("p.*"));
    outer.from_as((question.plan.schema.clone(), "_state"), "g");
    outer.join_subquery(JoinType::LeftJoin, page, "p", Expr::cust("TRUE"));
    super::built(&question.plan, &outer)
}

/// The groups that are answered, in their order: columns `there`, then groups and metrics as `c0 …`.
pub(super) fn page<'p>(render: &'p Render<'p>, question: &'p Aggregation) -> SelectStatement {
    let mut page = Query::select();
    page.expr(Expr::cust("a.*")).from_subquery(groups(render, question), "a");
    if let Some(having) = &question.having {
        page.and_where(condition(having, true, &Worked));
    }
    for (column, descending) in &question.order {
        let expr = worked(&format!("c{column}"));
        // Blank is the smallest value, as in every order.
        match descending {
            true => page.order_by_expr_with_nulls(expr, Order::Desc, NullOrdering::Last),
            false => page.order_by_expr_with_nulls(expr, Order::Asc, NullOrdering::First),
        };
    }
    page.limit(u64::from(question.limit) + 1);
    if question.skip > 0 {
        page.offset(u64::from(question.skip));
    }
    page
}

fn groups<'p>(render: &'p Render<'p>, question: &'p Aggregation) -> SelectStatement {
    let rows = question.rows();
    let scope = render.scope(&rows.object);
    let mut select = Query::select();
    select.expr_as(Expr::cust("TRUE"), "there");
    for (n, group) in question.groups.iter().enumerate() {
        select.expr_as(group_value(&scope, group), format!("c{n}"));
        // By its place, since parameters of the same value are not the same to PostgreSQL.
        select.add_group_by([Expr::cust((n + 2).to_string())]);
    }
    for (n, metric) in question.metrics.iter().enumerate() {
        select.expr_as(metric_value(&scope, metric), format!("c{}", question.groups.len() + n));
    }
    scope.filter(&mut select, rows, question.plan.bin);
    scope.finish(select)
}

fn group_value(scope: &Scope<'_>, group: &BoundGroup) -> Expr {
    let column = scope.reference(&group.reference);
    let Some((bucket, zone)) = &group.bucket else { return column };
    let local = match group.reference.ty {
        formulas::Type::DateTime => {
            Expr::cust_with_exprs("$1 AT TIME ZONE $2", [column, Expr::from(zone.name().to_owned())])
        }
        _ => Expr::cust_with_exprs("CAST($1 AS timestamp)", [column]),
    };
    Expr::cust_with_exprs(format!("CAST(date_trunc('{}', $1) AS date)", bucket.word()), [local])
}

fn metric_value(scope: &Scope<'_>, metric: &BoundMetric) -> Expr {
    let Some(reference) = &metric.reference else { return Expr::cust("count(*)") };
    let text = match metric.function {
        Function::Count => "count($1)",
        Function::CountDistinct => "count(DISTINCT $1)",
        Function::Sum => "sum($1)",
        // An average has no digits that say nothing.
        Function::Avg => "trim_scale(round(avg($1), 12))",
        Function::Min => "min($1)",
        Function::Max => "max($1)",
    };
    let value = match metric.function {
        // Whole numbers are summed beyond what one of them can be.
        Function::Sum | Function::Avg => {
            Expr::cust_with_exprs("CAST($1 AS numeric)", [scope.reference(reference)])
        }
        _ => scope.reference(reference),
    };
    Expr::cust_with_exprs(text, [value])
}

/// What was worked out, as the fields of a condition.
struct Worked;

impl Columns for Worked {
    fn column(&self, reference: &Reference) -> Expr {
        worked(&reference.field)
    }

    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> Expr {
        Expr::cust("FALSE")
    }
}

fn worked(column: &str) -> Expr {
    Expr::col((Alias::new("a"), Alias::new(column)))
}
