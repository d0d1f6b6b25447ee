//! One statement that looks for words in the records of many objects: each object's own index is asked, and what
//! comes of it is held against the texts that the actor may see.

use formulas::Type;
use metadata::ddl::Searched;
use sea_query::{Asterisk, Expr, JoinType, Order, Query, SelectStatement, UnionType, Values};

use super::Render;
use crate::plan::{Output, Plan, What};

/// How words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looking<'q> {
    /// All of them must be there, by their beginnings or in another form.
    Words(&'q [String]),
    /// A name much like the text.
    Similar(&'q str),
}

/// How much a text is like the most similar part of a name, from 0 to 1, to be found by it.
const ENOUGH: f32 = 0.45;
/// Most characters of a text that are looked at again.
const MAX_TEXT: usize = 50_000;

/// The statement over plans whose outputs are the id and the texts to look into, the name's first.
pub(crate) fn statement(plans: &[Plan], looking: Looking<'_>, limit: u32) -> (String, Values) {
    let renders: Vec<Render<'_>> = plans.iter().map(Render::new).collect();
    let mut branches = renders.iter().enumerate().map(|(n, render)| branch(render, n, (looking, limit)));
    let mut page = Query::select();
    let Some(first) = branches.next() else { return (String::new(), Values(Vec::new())) };
    page.column(Asterisk).from_subquery(first, "x");
    for (n, next) in branches.enumerate() {
        let mut other = Query::select();
        other.column(Asterisk).from_subquery(next, format!("x{n}"));
        page.union(UnionType::All, other);
    }
    page.order_by_expr(Expr::cust("4"), Order::Desc).order_by_expr(Expr::cust("2"), Order::Desc);
    page.limit(u64::from(limit) + 1);
    let mut outer = Query::select();
    outer.expr(Expr::cust("g.revision")).expr(Expr::cust("g.access")).expr(Expr::cust("p.*"));
    outer.expr_as(found(plans, looking), "found");
    outer.from_as((plans[0].schema.clone(), "_state"), "g");
    outer.join_subquery(JoinType::LeftJoin, page, "p", Expr::cust("TRUE"));
    outer.order_by_expr(Expr::cust("p.rank"), Order::Desc).order_by_expr(Expr::cust("p.id"), Order::Desc);
    super::built(&plans[0], &outer)
}

/// The words of a hit's texts by which it was found, which only the page's own hits are asked for.
fn found(plans: &[Plan], looking: Looking<'_>) -> Expr {
    let Looking::Words(words) = looking else { return Expr::cust("NULL::text[]") };
    let mut languages: Vec<(Searched, Vec<String>)> = Vec::new();
    for (place, plan) in plans.iter().enumerate() {
        let searched = Searched::of(&plan.root.object);
        match languages.iter_mut().find(|(known, _)| known.language() == searched.language()) {
            Some((_, places)) => places.push(place.to_string()),
            None => languages.push((searched, vec![place.to_string()])),
        }
    }
    let when = |(searched, places): &(Searched, Vec<String>)| {
        let found = searched.found(&plans[0].schema, "p.texts", "$1");
        format!("WHEN p.place IN ({}) THEN {found}", places.join(", "))
    };
    let cases: Vec<String> = languages.iter().map(when).collect();
    Expr::cust_with_exprs(format!("CASE {} END", cases.join(" ")), [Expr::from(words.to_vec())])
}

/// The best of one object: its place among the plans, id, name, rank, texts.
fn branch<'p>(render: &'p Render<'p>, place: usize, (looking, limit): (Looking<'_>, u32)) -> SelectStatement {
    let plan = render.plan;
    let scope = render.scope(&plan.root.object);
    let mut outputs = Vec::new();
    scope.flat(&[], &plan.root.outputs, &mut outputs);
    let texts: Vec<Expr> = outputs.split_off(1);
    let mut select = Query::select();
    select.expr_as(Expr::cust(place.to_string()), "place");
    select.expr_as(scope.column("id"), "id");
    // A name that the actor may not see is not among the texts.
    let has_name = plan.root.outputs.get(1).is_some_and(|output| output.key == "name");
    let name = texts.first().filter(|_| has_name).cloned().unwrap_or_else(|| Expr::cust("NULL::text"));
    select.expr_as(name.clone(), "name");
    match looking {
        Looking::Words(words) => {
            let searched = Searched::of(&plan.root.object);
            // The texts that the actor sees; the index may know of more.
            let seen =
                (1..=texts.len()).map(|n| (format!("${n}"), if n == 1 && has_name { 'A' } else { 'B' }));
            let seen = format!("({})", searched.vector_of(&plan.schema, seen));
            let seen = Expr::cust_with_exprs(seen, texts.clone());
            let query = searched.asked(&plan.schema, "$1");
            let query = Expr::cust_with_exprs(query, [Expr::from(words.to_vec())]);
            select.expr_as(Expr::cust_with_exprs("ts_rank($1, $2)", [seen.clone(), query.clone()]), "rank");
            let indexed = Expr::cust(format!("({})", searched.vector(&plan.schema, Some(scope.alias()))));
            select.and_where(Expr::cust_with_exprs("$1 @@ $2", [indexed, query.clone()]));
            select.and_where(Expr::cust_with_exprs("$1 @@ $2", [seen, query]));
        }
        Looking::Similar(words) => {
            let texts = [Expr::from(words.to_owned()), name];
            select.expr_as(Expr::cust_with_exprs("word_similarity($1, $2)", texts.clone()), "rank");
            // How much is enough is told to the operator, which an index knows, before the first record is looked at; it
            // holds until the statement ends.
            let enough = format!(
                "(SELECT set_config('pg_trgm.word_similarity_threshold', '{ENOUGH}', TRUE)) IS NOT NULL"
            );
            select.and_where(Expr::cust(enough));
            select.and_where(Expr::cust_with_exprs("$1 <% $2", texts));
        }
    }
    let slots: Vec<String> = (1..=texts.len()).map(|n| format!("left(${n}, {MAX_TEXT})")).collect();
    let list = format!("json_build_array({})", slots.join(", "));
    select.expr_as(Expr::cust_with_exprs(list, texts), "texts");
    scope.filter(&mut select, &plan.root, plan.bin);
    select.order_by_expr(Expr::cust("4"), Order::Desc);
    select.limit(u64::from(limit) + 1);
    scope.finish(select)
}

/// Whether an output of a plan is a text that search looks into.
pub(crate) fn is_searched(plan: &Plan, output: &Output) -> bool {
    let What::Column(column) = &output.what else { return false };
    let object = &plan.root.object;
    let name = object.find_field("name").and_then(|field| field.columns.first());
    let is_name = name.is_some_and(|name| name.name == column.name) && output.key == "name";
    let field = object.find_key(&output.key).map(|(field, _)| field);
    is_name || field.is_some_and(|field| field.searchable && !field.standard && field.ty() == Type::Text)
}
