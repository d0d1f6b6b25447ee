//! A page in another order than that of the ids for somebody who reaches few records: all of them, put in order, where
//! walking an index would pass everything that others own, and where without one everything would be sorted.
//!
//! The statement itself finds out how many ids the actor's ways lead to, and stops counting soon.

use permissions::Reach;
use sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType, WithClause};

use super::windows::{Party, parties, piece};
use super::{Key, Render, keyset};
use crate::plan::{Cursor, Start};
use crate::query::Bin;

/// More are walked.
const FEW: u64 = 500;

impl<'p> Render<'p> {
    /// Whose records may be few enough, and the reach that they make up; nothing where the page is not to be put together
    /// of them.
    pub(super) fn may_be_few(&self) -> Option<(Vec<Party>, &'p Reach)> {
        let is_list = matches!(self.plan.start, Start::First | Start::After(_)) && self.plan.bin == Bin::Live;
        let by_id = self.plan.root.order.first().is_none_or(|key| key.column.name == "id");
        let reach = self.plan.root.allowed.as_ref().filter(|_| is_list && !by_id)?;
        let parties = parties(reach.ways.as_deref()?).filter(|parties| !parties.is_empty())?;
        (!self.finds_by_itself()).then_some((parties, reach))
    }

    /// The page of few records, or the one that walks.
    pub(super) fn few_or_walk(
        &'p self,
        (parties, reach): (&[Party], &Reach),
        walk: SelectStatement,
        (after, limit): (Option<&Cursor>, u64),
        keys: (&[Key], usize),
    ) -> SelectStatement {
        let root = &self.plan.root;
        let is_few = Expr::cust("(SELECT f.few FROM few AS f)");
        let scope = self.scope(&root.object);
        let mut few = self.with_keys(&scope, keys);
        few.and_where(is_few.clone());
        let held = "$1 = ANY(ARRAY(SELECT DISTINCT h.id FROM held AS h))";
        few.and_where(Expr::cust_with_exprs(held, [scope.column("id")]));
        let limits = Reach { ways: None, limits: reach.limits.clone() };
        scope.meet(&mut few, (Some(&limits), root.condition.as_ref()), self.plan.bin);
        if let Some(cursor) = after {
            few.and_where(keyset::after(&scope, &cursor.values, &root.order));
        }
        scope.order(&mut few, &root.order);
        few.limit(limit);
        let mut other = Query::select();
        other.column(Asterisk).from_subquery(walk, "y").and_where(Expr::cust_with_exprs("NOT $1", [is_few]));
        let mut either = Query::select();
        either.column(Asterisk).from_subquery(scope.finish(few), "x").union(UnionType::All, other);
        let mut count = Query::select();
        count.expr_as(Expr::cust(format!("count(*) <= {FEW}")), "few").from("held");
        let mut with = WithClause::new();
        with.cte(piece("held", self.held(parties))).cte(piece("few", count));
        either.with_cte(with);
        either
    }

    /// Ids that the ways lead to, one more than are few at most.
    fn held(&self, parties: &[Party]) -> SelectStatement {
        let most = FEW + 1;
        let mut legs = Vec::new();
        if parties.iter().any(|party| !matches!(party, Party::Share(_))) {
            let text = format!(
                "SELECT i.id FROM ($1) AS q, LATERAL (SELECT o.id FROM {} AS o WHERE o.owner_id = q.id LIMIT {most}) AS i",
                self.table(&self.plan.root.object.name)
            );
            legs.push(Expr::cust_with_exprs(text, [self.owners(parties)]));
        }
        for party in parties {
            let Party::Share(level) = party else { continue };
            let text =
                format!("SELECT i.id FROM (SELECT unnest($1) AS id) AS q, LATERAL ($2 LIMIT {most}) AS i");
            let shares = self.shares_of_party(*level, "");
            legs.push(Expr::cust_with_exprs(text, [self.ids(&self.plan.who.grantees), shares]));
        }
        let places: Vec<String> = (1..=legs.len()).map(|place| format!("${place}")).collect();
        let mut held = Query::select();
        let text = format!("z.id FROM ({}) AS z LIMIT {most}", places.join(" UNION ALL "));
        held.expr(Expr::cust_with_exprs(text, legs));
        held
    }
}
