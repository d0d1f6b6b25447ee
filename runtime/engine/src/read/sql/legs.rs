//! A page in the order of the ids for somebody who comes to records in several ways: the newest of each way, put
//! together, where the one condition of all ways would walk past everything that others own. Where all ways are looked
//! up it is made of windows ([`super::windows`]); here stand those of masters and of rules that open
//! what anybody owns.
//!
//! Which of both answers is decided by the statement itself: of the newest records it counts how many are within
//! reach. When a page is among them, walking on is right; else each way is asked on its own. Both answer the same.

use permissions::{Level, Reach, Way};
use sea_query::{
    Alias, Asterisk, CommonTableExpression, Expr, ExprTrait, JoinType, Query, SelectStatement, UnionType,
};

use super::keyset::{self, Stretch};
use super::text::Hole;
use super::{Key, Render};
use crate::plan::Start;
use crate::query::Bin;

/// How many of the newest records tell whether walking is right.
const LOOKED_AT: u64 = 300;
/// More ways than this are walked.
const MAX_WAYS: usize = 12;

impl<'p> Render<'p> {
    /// The ways of the page, when it can be put together of them.
    fn ways(&self) -> Option<(&'p [Way], &'p Reach)> {
        let root = &self.plan.root;
        let by_id = matches!(root.order.as_slice(), [key] if key.reference.path.is_empty() && key.column.name == "id");
        let is_walk = matches!(self.plan.start, Start::First | Start::After(_)) && self.plan.bin == Bin::Live;
        let reach = root.allowed.as_ref().filter(|_| by_id && is_walk)?;
        let ways = reach.ways.as_deref()?;
        // What is own alone is what the walk would ask too.
        let is_put_together = !matches!(ways, [] | [Way::Owner]) && ways.len() <= MAX_WAYS;
        is_put_together.then_some((ways, reach))
    }

    /// The page in whichever shape is right; `None` when there is only the walk.
    pub(super) fn either(
        &'p self,
        stretch: &Stretch<'_>,
        (keys, width): (&[Key], usize),
        limit: u64,
    ) -> Option<SelectStatement> {
        let (ways, reach) = self.ways()?;
        if let Some(page) = self.by_windows((ways, reach), stretch, (keys, width), limit) {
            return Some(page);
        }
        let near = self.alias();
        let is_near = Expr::cust(format!("(SELECT n.enough FROM \"{near}\" AS n)"));
        let mut walk = self.stretch(stretch, (keys, width), limit);
        walk.and_where(is_near.clone());
        let scope = self.scope(&self.plan.root.object);
        let mut few = self.columns(&scope);
        few.and_where(Expr::cust_with_exprs("NOT $1", [is_near]));
        few.and_where(scope.column("id").in_subquery(self.newest((ways, reach), stretch, limit)));
        scope.order(&mut few, &stretch.order);
        few.limit(limit);
        let mut page = Query::select();
        page.column(Asterisk).from_subquery(walk, "x").union(UnionType::All, scope.finish(few));
        let enough = CommonTableExpression::new()
            .query(self.enough(reach, stretch, limit))
            .table_name(Alias::new(near))
            .materialized(true)
            .to_owned();
        page.with_cte(enough);
        Some(page)
    }

    /// Whether the newest records hold a page that is within reach.
    fn enough(&'p self, reach: &Reach, stretch: &Stretch<'_>, limit: u64) -> SelectStatement {
        let object = &self.plan.root.object;
        let alias = self.alias();
        let mut reached = Query::select();
        reached.expr(Expr::cust("1")).from_subquery(self.newest_of_all(stretch), alias.clone());
        if let Some(within) = self.reach((&alias, object), reach) {
            reached.and_where(within);
        }
        reached.limit(limit);
        let mut select = Query::select();
        select.expr_as(Expr::cust(format!("count(*) >= {limit}")), "enough").from_subquery(reached, "y");
        select
    }

    /// The newest records, whoever reaches them.
    pub(super) fn newest_of_all(&'p self, stretch: &Stretch<'_>) -> SelectStatement {
        let scope = self.scope(&self.plan.root.object);
        let mut newest = Query::select();
        newest.expr(Expr::cust(format!("\"{}\".*", scope.alias())));
        newest.and_where(scope.column("deleted_at").is_null());
        if let Some(values) = stretch.after {
            newest.and_where(keyset::after(&scope, values, &stretch.order));
        }
        scope.order(&mut newest, &stretch.order);
        newest.limit(LOOKED_AT);
        scope.finish(newest)
    }

    /// Ids of the newest records of all ways.
    fn newest(
        &'p self,
        (ways, reach): (&[Way], &Reach),
        stretch: &Stretch<'_>,
        limit: u64,
    ) -> SelectStatement {
        let mut legs = ways.iter().map(|way| self.leg((way, reach), stretch, limit));
        let mut all = Query::select();
        // A page has at least one way.
        if let Some(first) = legs.next() {
            all.column(Asterisk).from_subquery(first, "l0");
        }
        for (n, leg) in legs.enumerate() {
            let mut other = Query::select();
            other.column(Asterisk).from_subquery(leg, format!("l{}", n + 1));
            all.union(UnionType::All, other);
        }
        let mut select = Query::select();
        select.distinct().expr(Expr::cust("z.id")).from_subquery(all, "z");
        let descending = stretch.order.iter().any(|key| key.descending);
        let order = if descending { sea_query::Order::Desc } else { sea_query::Order::Asc };
        select.order_by_expr(Expr::cust("z.id"), order).limit(limit);
        select
    }

    /// Ids of the newest records of one way.
    fn leg(&'p self, (way, reach): (&Way, &Reach), stretch: &Stretch<'_>, limit: u64) -> SelectStatement {
        let who = &self.plan.who;
        let of = |parties: SelectStatement, party: &str, leg: SelectStatement| {
            let mut select = Query::select();
            select.expr(Expr::cust("y.id")).from_subquery(parties, party.to_owned());
            select.join_lateral(JoinType::InnerJoin, leg, "y", Expr::cust("TRUE"));
            select
        };
        let party = self.alias();
        let owned = || {
            let own = |alias: &str| Expr::cust(format!("\"{alias}\".owner_id = \"{party}\".id"));
            self.narrowed(reach, stretch, (limit, &own))
        };
        match way {
            Way::Queue => {
                let mut queues = Query::select();
                queues.expr(Expr::cust_with_exprs("unnest($1) AS id", [self.ids(&who.queues)]));
                of(queues, &party, owned())
            }
            Way::Team => {
                let mut members = Query::select();
                members.distinct().expr(Expr::cust("m.user_id AS id"));
                members.from_as((self.plan.schema.clone(), "_team_members"), "m");
                members.and_where(Expr::cust_with_exprs("m.team_id = ANY($1)", [self.ids(&who.teams)]));
                of(members, &party, owned())
            }
            Way::Hierarchy => {
                let mut below = Query::select();
                below.expr(Expr::cust("h.below_id AS id"));
                below.from_as((self.plan.schema.clone(), "_reports"), "h");
                below.and_where(Expr::cust_with_exprs("h.above_id = $1", [who.user.into()]));
                of(below, &party, owned())
            }
            Way::Share(level) => {
                let mut grantees = Query::select();
                grantees.expr(Expr::cust_with_exprs("unnest($1) AS id", [self.ids(&who.grantees)]));
                of(grantees, &party, self.shared(reach, stretch, (limit, *level, &party)))
            }
            way => {
                let lone = |alias: &str| self.way((alias, &self.plan.root.object), way);
                self.narrowed(reach, stretch, (limit, &lone))
            }
        }
    }

    /// The newest records with one condition in place of the ways.
    fn narrowed(
        &'p self,
        reach: &Reach,
        stretch: &Stretch<'_>,
        (limit, condition): (u64, &dyn Fn(&str) -> Expr),
    ) -> SelectStatement {
        self.bare(reach, stretch, limit, |alias, select| {
            select.and_where(condition(alias));
        })
    }

    /// The newest records that are shared with one grantee.
    fn shared(
        &'p self,
        reach: &Reach,
        stretch: &Stretch<'_>,
        (limit, level, grantee): (u64, Level, &str),
    ) -> SelectStatement {
        let (plan, share) = (self.plan, self.alias());
        self.bare(reach, stretch, limit, |alias, select| {
            let text = format!(
                "\"{share}\".record_id = \"{alias}\".id AND \"{share}\".grantee_id = \"{grantee}\".id AND \"{share}\".object_id = $1 \
                 AND \"{share}\".level >= {} AND (\"{share}\".expires_at IS NULL OR \"{share}\".expires_at > $2)",
                level.number()
            );
            let object: Expr = plan.root.object.id.clone().into();
            let on = Expr::cust_with_exprs(text, [object, Hole::Now.into()]);
            select.join_as(JoinType::InnerJoin, (plan.schema.clone(), "_shares"), share.clone(), on);
        })
    }

    /// Ids of live records within the limits, that meet the question's condition, from its place on.
    fn bare(
        &'p self,
        reach: &Reach,
        stretch: &Stretch<'_>,
        limit: u64,
        narrow: impl FnOnce(&str, &mut SelectStatement),
    ) -> SelectStatement {
        let root = &self.plan.root;
        let scope = self.scope(&root.object);
        let mut select = Query::select();
        select.expr_as(scope.column("id"), "id");
        narrow(scope.alias(), &mut select);
        let limits = Reach { ways: None, limits: reach.limits.clone() };
        scope.meet(&mut select, (Some(&limits), root.condition.as_ref()), self.plan.bin);
        if let Some(values) = stretch.after {
            select.and_where(keyset::after(&scope, values, &stretch.order));
        }
        scope.order(&mut select, &stretch.order);
        select.limit(limit);
        scope.finish(select)
    }
}
