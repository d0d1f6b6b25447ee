//! Several planned questions as one statement. The pages stand one below the other; columns of one type stand in the
//! same place whichever page they are of, so that many questions are not wider than the widest of each type.

use metadata::field_kinds::ColumnType;
use sea_query::{Alias, Expr, JoinType, Query, SelectStatement, UnionType};

use super::{Arriving, Parameters, Render, Shape, Written, aggregate, log, shape, text};
use crate::plan::aggregate::Aggregation;
use crate::plan::{Plan, Start};
use crate::states::bound::Log;

/// Most columns of a statement; PostgreSQL takes 1,664.
pub(crate) const MAX_COLUMNS: usize = 1_600;

/// One question.
#[derive(Clone, Copy)]
pub(crate) enum Part<'p> {
    Records(&'p Plan),
    Groups(&'p Aggregation),
    Log(&'p Log),
}

/// One statement for all of them. Its rows are the versions, the totals that are asked for, the number of the
/// question and the columns.
pub(crate) struct Together {
    pub text: String,
    pub parameters: Parameters,
    /// For each question.
    pub places: Vec<Placed>,
    /// Where the number of the question stands.
    pub number: usize,
    /// How many columns there are.
    pub width: usize,
}

/// Where one question's columns are.
pub(crate) struct Placed {
    pub shape: Option<Shape>,
    pub columns: Vec<usize>,
    pub total: Option<usize>,
}

/// Types of the columns that the questions share.
#[derive(Default)]
struct Slots(Vec<&'static str>);

impl Slots {
    /// Places for columns of these types, each in a place of its own.
    fn place(&mut self, types: &[&'static str]) -> Vec<usize> {
        let mut taken = vec![false; self.0.len()];
        let place = |ty: &&'static str| {
            let free = |at: &usize| !taken[*at] && self.0[*at] == *ty;
            let at = (0..self.0.len()).find(free).unwrap_or_else(|| {
                self.0.push(ty);
                taken.push(false);
                self.0.len() - 1
            });
            taken[at] = true;
            at
        };
        types.iter().map(place).collect()
    }
}

/// The statement of some questions about one tenant, at least one.
pub(crate) fn statement(schema: &str, parts: &[Part<'_>]) -> Together {
    let renders: Vec<Render<'_>> = parts.iter().map(|part| Render::new(part.plan())).collect();
    let mut slots = Slots::default();
    let mut outer = Query::select();
    outer.expr(Expr::cust("g.revision")).expr(Expr::cust("g.access"));
    let mut totals = 0..;
    let mut places = Vec::with_capacity(parts.len());
    for (part, render) in parts.iter().zip(&renders) {
        let shape = part.shape();
        let columns = slots.place(&part.types(shape.as_ref()));
        let has_total = matches!(part, Part::Records(plan) if plan.include_total);
        let total = totals.next().filter(|_| has_total);
        if has_total {
            outer.expr(Expr::SubQuery(None, Box::new(render.total().into())));
        }
        places.push(Placed { shape, columns, total });
    }
    let totals = places.iter_mut().filter_map(|placed| placed.total.as_mut());
    let number = 2 + totals.enumerate().map(|(n, total)| *total = 2 + n).count();
    let mut branches = parts.iter().zip(&renders).zip(&places).enumerate();
    let mut branches = branches.by_ref().map(|(n, ((part, render), placed))| {
        let page = part.page(render, placed.shape.as_ref());
        branch((n, page), (part, &placed.columns), &slots.0)
    });
    let mut pages = branches.next().unwrap_or_default();
    for branch in branches {
        pages.union(UnionType::All, branch);
    }
    outer.expr(Expr::cust("u.*")).from_as((schema.to_owned(), "_state"), "g");
    outer.join_subquery(JoinType::LeftJoin, pages, "u", Expr::cust("TRUE"));
    let (text, parameters) = text::build(&outer);
    for column in places.iter_mut().flat_map(|placed| &mut placed.columns) {
        *column += number + 1;
    }
    Together { text, parameters, places, number, width: number + 1 + slots.0.len() }
}

/// One page in the columns of all; blank where it has none. Casts also give a type to what is always blank.
fn branch(
    (n, page): (usize, SelectStatement),
    (part, columns): (&Part<'_>, &[usize]),
    slots: &[&'static str],
) -> SelectStatement {
    let mut select = Query::select();
    select.expr_as(Expr::cust(n.to_string()), "n");
    let names = part.names(columns.len());
    for (at, ty) in slots.iter().enumerate() {
        let value = match columns.iter().position(|column| *column == at) {
            Some(own) => Expr::col((Alias::new("x"), Alias::new(&names[own]))),
            None => Expr::cust("NULL"),
        };
        select.expr_as(Expr::cust_with_exprs(format!("CAST($1 AS {ty})"), [value]), format!("s{at}"));
    }
    select.from_subquery(page, "x").take()
}

impl<'p> Part<'p> {
    fn plan(self) -> &'p Plan {
        match self {
            Self::Records(plan) => plan,
            Self::Groups(bound) => &bound.plan,
            Self::Log(log) => &log.plan,
        }
    }

    fn shape(self) -> Option<Shape> {
        match self {
            Self::Records(plan) => Some(shape(plan)),
            Self::Groups(_) => None,
            Self::Log(log) => log.records().map(shape),
        }
    }

    fn page<'r>(self, render: &'r Render<'r>, shape: Option<&Shape>) -> SelectStatement
    where
        'p: 'r,
    {
        match (self, shape) {
            (Self::Groups(bound), _) => aggregate::page(render, bound),
            (Self::Log(asked), _) => log::page(render, asked),
            (Self::Records(_), Some(shape)) => render.page(&shape.keys, shape.width),
            (Self::Records(_), None) => Query::select(),
        }
    }

    /// Types of the page's columns in their order.
    fn types(self, shape: Option<&Shape>) -> Vec<&'static str> {
        let mut types = Vec::new();
        match (self, shape) {
            (Self::Groups(bound), _) => {
                types.extend(bound.groups.iter().map(|group| sql_type(group.ty)));
                types.extend(bound.metrics.iter().map(|metric| sql_type(metric.ty)));
            }
            (Self::Log(asked), shape) => {
                types.extend(log::types(asked));
                let records = shape.iter().flat_map(|shape| &shape.columns);
                records.for_each(|column| flat(column, &mut types));
            }
            (Self::Records(plan), Some(shape)) => {
                shape.columns.iter().for_each(|column| flat(column, &mut types));
                let behind = shape.keys.iter().filter(|key| key.at >= shape.width);
                types.extend(behind.map(|key| sql_type(key.ty)));
                if matches!(plan.start, Start::Ids(_)) {
                    types.push("bigint");
                }
            }
            (Self::Records(_), None) => {}
        }
        types
    }

    /// Names of the page's columns in the same order.
    fn names(self, count: usize) -> Vec<String> {
        let by_id = matches!(self, Self::Records(plan) if matches!(plan.start, Start::Ids(_)));
        let name = |at: usize| if by_id && at + 1 == count { "v".to_owned() } else { format!("c{at}") };
        (0..count).map(name).collect()
    }
}

fn flat(column: &Written, types: &mut Vec<&'static str>) {
    match &column.value {
        Arriving::Column(ty) => types.push(sql_type(*ty)),
        Arriving::Sealed(_) => types.push("text"),
        Arriving::Json | Arriving::List(_) => types.push("json"),
        Arriving::Record(columns) => columns.iter().for_each(|column| flat(column, types)),
    }
}

/// The type without its precision: what differs in nothing else arrives in one form.
fn sql_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Uuid => "uuid",
        ColumnType::Text | ColumnType::Sealed => "text",
        ColumnType::Bigint => "bigint",
        ColumnType::Numeric(..) => "numeric",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::Timestamptz => "timestamptz",
        ColumnType::Time => "time",
        ColumnType::TextArray => "text[]",
        ColumnType::Jsonb => "jsonb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_one_type_are_shared_by_questions_and_not_within_one() {
        let mut slots = Slots::default();
        assert_eq!(slots.place(&["uuid", "text", "text"]), [0, 1, 2]);
        assert_eq!(slots.place(&["text", "uuid", "json"]), [1, 0, 3]);
        assert_eq!(slots.place(&["uuid", "uuid"]), [0, 4]);
        assert_eq!(slots.0, ["uuid", "text", "text", "json", "uuid"]);
    }
}
