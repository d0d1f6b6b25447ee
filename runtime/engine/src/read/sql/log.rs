//! The log of states as a page: entries of the records within reach, the newest first and each with its record if that
//! is asked for, or how many there are.

use sea_query::{Expr, JoinType, Order, Query, SelectStatement};

use super::reach::joined;
use super::scope::column_at;
use super::{Render, rows, width, written_level};
use crate::plan::Plan;
use crate::states::bound::{Entries, Log, Telling};

/// The columns of an entry with their types. Those of `u` are of who did it.
const ENTRY: [(&str, &str, &str); 13] = [
    ("s", "field_id", "text"),
    ("s", "from_state", "text"),
    ("s", "to_state", "text"),
    ("s", "process", "text"),
    ("s", "transition", "text"),
    ("s", "happened_at", "timestamptz"),
    ("s", "version", "bigint"),
    ("s", "actor_id", "uuid"),
    ("u", "name", "text"),
    ("s", "seconds", "bigint"),
    ("s", "note", "text"),
    ("s", "checklist", "text[]"),
    ("s", "record_id", "uuid"),
];
/// Where among them stands what they are sorted by.
const ORDER: [usize; 4] = [5, RECORD, 6, 0];
/// Where among them the record stands.
pub(crate) const RECORD: usize = 12;
/// How many there are; columns of the record stand behind them.
pub(crate) const WIDTH: usize = ENTRY.len();

/// What is told of a group, with its type.
const METRICS: [(&str, &str); 5] = [
    ("count(*)", "bigint"),
    ("sum(s.seconds)::bigint", "bigint"),
    ("round(avg(s.seconds), 2)::float8", "float8"),
    ("min(s.seconds)", "bigint"),
    ("max(s.seconds)", "bigint"),
];
/// Most groups of an answer.
const MOST_GROUPS: u64 = 1_000;

/// Types of the columns of the log's page, but for those of records.
pub(super) fn types(log: &Log) -> Vec<&'static str> {
    match &log.telling {
        Telling::Entries(_) => ENTRY.iter().map(|(_, _, ty)| *ty).collect(),
        Telling::Groups(by) => by.iter().map(|_| "text").chain(METRICS.iter().map(|(_, ty)| *ty)).collect(),
    }
}

/// The page with columns `c0 …`.
pub(super) fn page<'p>(render: &'p Render<'p>, log: &'p Log) -> SelectStatement {
    match &log.telling {
        Telling::Groups(by) => groups(render, (log, by)),
        Telling::Entries(entries) => {
            let page = self::entries(render, (log, entries));
            entries.records.as_ref().map_or(page.clone(), |plan| with_records(page, plan))
        }
    }
}

fn entries<'p>(render: &'p Render<'p>, (log, entries): (&'p Log, &Entries)) -> SelectStatement {
    let mut select = Query::select();
    for (at, (alias, name, _)) in ENTRY.iter().enumerate() {
        select.expr_as(column_at(alias, name), format!("c{at}"));
    }
    source(&mut select, render, log);
    let user = (log.plan.schema.clone(), "user");
    select.join_as(JoinType::LeftJoin, user, "u", Expr::cust("u.id = s.actor_id"));
    if let Some(place) = &entries.after {
        let text = "(s.happened_at, s.record_id, s.version, s.field_id) < ($1, $2, $3, $4)";
        let values: [Expr; 4] =
            [place.at.into(), place.record.into(), place.version.into(), place.field.clone().into()];
        select.and_where(Expr::cust_with_exprs(text, values));
    }
    in_order(&mut select, |at| column_at(ENTRY[at].0, ENTRY[at].1));
    select.limit(rows(entries.limit));
    if entries.skip > 0 {
        select.offset(u64::from(entries.skip));
    }
    select
}

/// The same with what is told of each entry's record, behind it: blank where there is none that may be seen.
fn with_records(entries: SelectStatement, plan: &Plan) -> SelectStatement {
    let render = Render::new(plan);
    let scope = render.scope(&plan.root.object);
    let mut record = render.columns(&scope);
    record.and_where(Expr::cust_with_exprs(
        "$1 = $2",
        [scope.column("id"), column_at("e", &format!("c{RECORD}"))],
    ));
    scope.filter(&mut record, &plan.root, plan.bin);
    let mut page = Query::select();
    page.expr(Expr::cust("e.*"));
    for at in 0..width(&written_level(plan, &plan.root)) {
        page.expr_as(column_at("x", &format!("c{at}")), format!("c{}", WIDTH + at));
    }
    page.from_subquery(entries, "e");
    page.join_lateral(JoinType::LeftJoin, scope.finish(record), "x", Expr::cust("TRUE"));
    in_order(&mut page, |at| column_at("e", &format!("c{at}")));
    page
}

/// The newest first; nothing else happened to the same field in the same version.
fn in_order(select: &mut SelectStatement, column: impl Fn(usize) -> Expr) {
    for at in ORDER {
        select.order_by_expr(column(at), Order::Desc);
    }
}

/// The most first.
fn groups<'p>(render: &'p Render<'p>, (log, by): (&'p Log, &[(String, &'static str)])) -> SelectStatement {
    let mut select = Query::select();
    for (at, (_, name)) in by.iter().enumerate() {
        select.expr_as(column_at("s", name), format!("c{at}"));
        select.add_group_by([column_at("s", name)]);
    }
    for (at, (metric, _)) in METRICS.iter().enumerate() {
        select.expr_as(Expr::cust(*metric), format!("c{}", by.len() + at));
    }
    source(&mut select, render, log);
    select.order_by_expr(Expr::cust("count(*)"), Order::Desc);
    for (_, name) in by {
        select.order_by_expr(column_at("s", name), Order::Asc);
    }
    select.limit(MOST_GROUPS);
    select
}

/// The entries `s` that are asked for.
fn source<'p>(select: &mut SelectStatement, render: &'p Render<'p>, log: &'p Log) {
    let object = log.plan.object();
    select.from_as((log.plan.schema.clone(), "_states"), "s");
    let records = reached(render, &log.somewhere);
    select.join_subquery(JoinType::InnerJoin, records, "r", Expr::cust("r.id = s.record_id"));
    select.and_where(Expr::cust_with_exprs("s.object_id = $1", [Expr::from(object.id.clone())]));
    let mut seen = vec![is_any_of("field_id", &log.everywhere)];
    for (at, field) in log.somewhere.iter().enumerate() {
        let text = format!("(s.field_id = $1 AND r.shown{at})");
        seen.push(Expr::cust_with_exprs(text, [Expr::from(field.clone())]));
    }
    select.and_where(joined(seen, " OR ", "FALSE"));
    for (column, values) in &log.chosen {
        select.and_where(is_any_of(column, values));
    }
    for (text, moment) in [("s.happened_at >= $1", log.since), ("s.happened_at < $1", log.until)] {
        if let Some(moment) = moment {
            select.and_where(Expr::cust_with_exprs(text, [Expr::from(moment)]));
        }
    }
}

fn is_any_of(column: &str, values: &[String]) -> Expr {
    Expr::cust_with_exprs("$1 = ANY($2)", [column_at("s", column), Expr::from(values.to_vec())])
}

/// Ids of the plan's records, in no order, and as `shown0` … whether each of some fields (stable ids) is shown on them.
pub(super) fn reached<'p>(render: &'p Render<'p>, fields: &[String]) -> SelectStatement {
    let (plan, object) = (render.plan, &render.plan.root.object);
    let scope = render.scope(object);
    let mut select = Query::select();
    select.expr(scope.column("id"));
    for (at, field) in fields.iter().enumerate() {
        let shown = object.find_field_by_id(field).map(|field| render.shown((scope.alias(), object), field));
        let shown = shown.map_or_else(|| Expr::cust("FALSE"), |shown| shown.unwrap_or(Expr::cust("TRUE")));
        select.expr_as(shown, format!("shown{at}"));
    }
    scope.filter(&mut select, &plan.root, plan.bin);
    scope.finish(select)
}
