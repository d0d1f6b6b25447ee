//! A page in another order than that of the ids for somebody who reaches few records: all of them, put in order, where
//! walking an index would pass everything that others own, and where without one everything would be sorted. Of parts of
//! few records in the order of the ids too: those are no parties of windows.
//!
//! The statement itself finds out how many ids the actor's ways lead to, and stops counting soon.

use metadata::catalog::Object;
use permissions::Reach;
use sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType, WithClause};

use super::parties::{Party, parties};
use super::scope::quoted;
use super::windows::piece;
use super::{Key, Render, keyset};
use crate::plan::{Cursor, Start};
use crate::query::Bin;

/// More are walked.
const FEW: u64 = 500;
/// What nobody reaches.
const NOTHING: &str = "SELECT NULL::uuid AS id WHERE FALSE";

impl<'p> Render<'p> {
    /// Whose records may be few enough, and the reach that they make up; nothing where the page is not to be put together
    /// of them.
    pub(super) fn may_be_few(&self) -> Option<(Vec<Party<'p>>, &'p Reach)> {
        let is_list = matches!(self.plan.start, Start::First | Start::After(_)) && self.plan.bin == Bin::Live;
        let by_id = self.plan.root.order.first().is_none_or(|key| key.column.name == "id");
        let reach = self.plan.root.allowed.as_ref().filter(|_| is_list)?;
        let is_little = |parties: &Vec<Party<'_>>| {
            let has_parts = parties.iter().any(|party| matches!(party, Party::Part { .. }));
            !parties.is_empty() && parties.iter().all(Party::is_found) && (has_parts || !by_id)
        };
        let parties = parties(reach.ways.as_deref()?).filter(is_little)?;
        (!self.finds_by_itself()).then_some((parties, reach))
    }

    /// The page of few records, or the one that walks.
    pub(super) fn few_or_walk(
        &'p self,
        (parties, reach): (&[Party<'_>], &Reach),
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
    fn held(&self, parties: &[Party<'_>]) -> SelectStatement {
        let most = FEW + 1;
        let mut held = Query::select();
        let legs = self.legs_of(&self.plan.root.object, parties);
        held.expr(Expr::cust_with_exprs(format!("z.id FROM ($1) AS z LIMIT {most}"), [legs]));
        held
    }

    /// `SELECT … AS id`: the same of an object, of each party one more than are few at most.
    fn legs_of(&self, object: &Object, parties: &[Party<'_>]) -> Expr {
        let most = FEW + 1;
        let mut legs = Vec::new();
        if parties.iter().any(Party::owns) {
            let text = format!(
                "SELECT i.id FROM ($1) AS q, LATERAL (SELECT o.id FROM {} AS o WHERE o.owner_id = q.id LIMIT {most}) AS i",
                self.table(&object.name)
            );
            legs.push(Expr::cust_with_exprs(text, [self.owners(parties)]));
        }
        for party in parties {
            match party {
                Party::Share(level) => {
                    let text = format!(
                        "SELECT i.id FROM (SELECT unnest($1) AS id) AS q, LATERAL ($2 LIMIT {most}) AS i"
                    );
                    let shares = self.shares_of_party(object, (*level, ""));
                    legs.push(Expr::cust_with_exprs(text, [self.ids(&self.plan.who.grantees), shares]));
                }
                Party::Part { field, master, parties, reach } => {
                    legs.push(self.parts(object, field, (master, parties, reach)));
                }
                _ => {}
            }
        }
        if legs.is_empty() {
            return Expr::cust(NOTHING);
        }
        let places: Vec<String> = (1..=legs.len()).map(|place| format!("${place}")).collect();
        Expr::cust_with_exprs(places.join(" UNION ALL "), legs)
    }

    /// Ids of what is part of few records. Each of those counts too, as nothing: who has many of them has many to look
    /// through, be they without parts.
    fn parts(
        &self,
        object: &Object,
        field: &str,
        (master, parties, reach): (&str, &[Party<'_>], &Reach),
    ) -> Expr {
        let column = object.find_field_by_id(field).and_then(|field| field.columns.first());
        let (Some(column), Some(master)) = (column, self.plan.catalog.find_object(master)) else {
            return Expr::cust(NOTHING);
        };
        let (most, alias, few) = (FEW + 1, self.alias(), self.alias());
        let limits = Reach { ways: None, limits: reach.limits.clone() };
        let within = self.reach((&alias, master), &limits).unwrap_or_else(|| Expr::cust("TRUE"));
        let text = format!(
            "SELECT k.id FROM (WITH \"{few}\" AS MATERIALIZED (SELECT z.id FROM ($1) AS z LIMIT {most}) \
             SELECT NULL::uuid AS id FROM \"{few}\" UNION ALL \
             SELECT i.id FROM (SELECT \"{alias}\".id FROM {} AS \"{alias}\" WHERE \"{alias}\".id = ANY(ARRAY(SELECT h.id FROM \"{few}\" AS h)) \
             AND \"{alias}\".deleted_at IS NULL AND $2) AS q, \
             LATERAL (SELECT o.id FROM {} AS o WHERE o.{} = q.id LIMIT {most}) AS i) AS k",
            self.table(&master.name),
            self.table(&object.name),
            quoted(&column.name),
        );
        Expr::cust_with_exprs(text, [self.legs_of(master, parties), within])
    }
}
