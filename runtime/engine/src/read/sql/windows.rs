//! A page in the order of the ids for somebody who comes to records in ways that are looked up: what is own, what
//! queues, teams and people below own, what is shared, what rules open. Each owner and each grantee is a *party*
//! ([`super::parties`]), whose records an index has in that order; what meets the condition of a rule is walked to in it. A
//! window is what all parties have down to the place at which the first of them has shown as much as it was asked for;
//! from there the next, wider one goes on, until the page is full. So a page costs about as much as the number of
//! parties, however many records there are and however few of them are within reach.
//!
//! Ids come out of indexes alone; a record is looked at when its turn comes, so that what is in the recycle bin, beyond a
//! limit or not asked for only takes the next id.
//!
//! What is known of the actor stands in subqueries of its own. The planner learns nothing from it and so makes one plan
//! that is as good for everybody, which PostgreSQL keeps after a few uses.

use permissions::{Level, Reach, Rule, Way};
use sea_query::{
    Alias, Asterisk, CommonTableExpression, Expr, JoinType, Query, SelectStatement, UnionType, WithClause,
};

use super::keyset::{self, Stretch};
use super::parties::{Party, parties};
use super::{Key, Render};

/// A later window asks each party for so many times as much as the one before, and at most for [`MOST`].
const GROWTH: u32 = 4;
const MOST: u32 = 4096;
/// The least that a party is asked for.
const LEAST: u64 = 12;
/// How many parties those are taken for that the statement has to find out.
const UNKNOWN: usize = 16;
/// With more owners than this the newest records are looked at first.
const CROWD: u64 = 32;

/// The way down, or up, the ids.
struct Course {
    sign: &'static str,
    back: &'static str,
    word: &'static str,
    /// Before the first id, and behind the last.
    ends: [&'static str; 2],
}

const NEWEST: Course = Course {
    sign: "<",
    back: ">=",
    word: "DESC",
    ends: ["ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000"],
};
const OLDEST: Course = Course {
    sign: ">",
    back: "<=",
    word: "ASC",
    ends: ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
};

impl<'p> Render<'p> {
    /// The page by windows, or by a look at the newest records for somebody who reaches most of them; nothing where
    /// there are other ways, or where a condition finds records by itself.
    pub(super) fn by_windows(
        &'p self,
        (ways, reach): (&[Way], &Reach),
        stretch: &Stretch<'_>,
        (keys, width): (&[Key], usize),
        limit: u64,
    ) -> Option<SelectStatement> {
        let is_apart = |party: &Party<'_>| matches!(party, Party::Part { .. });
        let parties = parties(ways).filter(|parties| !parties.is_empty() && !parties.iter().any(is_apart))?;
        if self.finds_by_itself() {
            return None;
        }
        self.hides.set(true);
        let mut page = self.windows((&parties, reach), stretch, (keys, width), limit);
        if !parties.iter().any(Party::is_unknown) {
            return Some(page);
        }
        let is_enough = Expr::cust("(SELECT e.enough FROM enough AS e)");
        let mut look = match self.plan.root.condition {
            None => Query::select().column(Asterisk).from("near").take(),
            Some(_) => self.stretch(stretch, (keys, width), limit),
        };
        look.and_where(is_enough.clone());
        page.and_where(Expr::cust_with_exprs("NOT $1", [is_enough]));
        let mut either = Query::select();
        let mut other = Query::select();
        other.column(Asterisk).from_subquery(page, "y");
        either.column(Asterisk).from_subquery(look, "x").union(UnionType::All, other);
        let near = self.near((&parties, reach), stretch, (keys, width), limit);
        let mut enough = Query::select();
        enough.expr_as(Expr::cust(format!("count(*) >= {limit}")), "enough").from("near");
        let mut with = WithClause::new();
        with.cte(piece("near", near)).cte(piece("enough", enough));
        either.with_cte(with);
        Some(either)
    }

    /// Whether the question's condition may find its records by an index of its own.
    pub(super) fn finds_by_itself(&self) -> bool {
        let (root, mut finds) = (&self.plan.root, false);
        if let Some(condition) = &root.condition {
            condition.references(&mut |reference| {
                let field = root.object.find_field_by_id(&reference.field);
                let has_index = field.is_none_or(|field| {
                    field.indexed || field.unique || field.standard || field.kind.target().is_some()
                });
                finds = finds || has_index || !reference.path.is_empty();
            });
        }
        finds
    }

    /// Of the newest records those within reach, for somebody with many below or beside; as the page where nothing else
    /// is asked.
    fn near(
        &'p self,
        (parties, reach): (&[Party<'_>], &Reach),
        stretch: &Stretch<'_>,
        (keys, width): (&[Key], usize),
        limit: u64,
    ) -> SelectStatement {
        let object = &self.plan.root.object;
        let scope = self.scope(object);
        let newest = self.newest_of_all(stretch);
        let mut near = match self.plan.root.condition {
            None => self.with_keys(&scope, (keys, width)),
            Some(_) => Query::select().expr(Expr::cust("1")).take(),
        };
        // What meets a condition may be most records, or so few that a walk to them passes everything.
        if !parties.iter().any(|party| matches!(party, Party::Meeting(_))) {
            let text = format!(
                "(SELECT count(*) > {CROWD} FROM (SELECT 1 FROM ($1) AS q LIMIT {}) AS q)",
                CROWD + 1
            );
            near.and_where(Expr::cust_with_exprs(text, [self.all_owners(parties)]));
        }
        near.and_where(self.within((scope.alias(), object), parties));
        let limits = Reach { ways: None, limits: reach.limits.clone() };
        if let Some(limits) = self.reach((scope.alias(), object), &limits) {
            near.and_where(limits);
        }
        scope.order(&mut near, &stretch.order);
        near.limit(limit);
        scope.finish_over(near, newest)
    }

    /// The page out of windows.
    fn windows(
        &'p self,
        (parties, reach): (&[Party<'_>], &Reach),
        stretch: &Stretch<'_>,
        (keys, width): (&[Key], usize),
        limit: u64,
    ) -> SelectStatement {
        let root = &self.plan.root;
        let course = if stretch.order.iter().any(|key| key.descending) { &NEWEST } else { &OLDEST };
        let begin = match (stretch.after, stretch.order.as_slice()) {
            (Some([Some(id)]), [key]) => keyset::bound(key, id),
            _ => Expr::cust(format!("'{}'::uuid", course.ends[0])),
        };
        let first = i64::try_from(self.first(parties, limit)).unwrap_or(i64::MAX);
        let mut windows = Query::select();
        let base = "$1 AS below, NULL::uuid[] AS ids, CAST($2 AS integer) AS k";
        windows.expr(Expr::cust_with_exprs(base, [begin, first.into()]));
        windows.union(UnionType::All, self.window(parties, course, limit));
        let mut ids = Query::select();
        ids.expr(Expr::cust("unnest(w.ids) AS id")).from("w");
        let scope = self.scope(&root.object);
        let mut record = self.with_keys(&scope, (keys, width));
        record.and_where(Expr::cust_with_exprs("$1 = u.id", [scope.column("id")]));
        let limits = Reach { ways: None, limits: reach.limits.clone() };
        scope.meet(&mut record, (Some(&limits), root.condition.as_ref()), self.plan.bin);
        // One at a time, in the order of the windows.
        record.limit(1);
        let mut page = Query::select();
        page.expr(Expr::cust("r.*")).from_subquery(ids, "u");
        page.join_lateral(JoinType::InnerJoin, scope.finish(record), "r", Expr::cust("TRUE")).limit(limit);
        let mut with = WithClause::new();
        let all = CommonTableExpression::new().query(windows).table_name(Alias::new("w")).to_owned();
        with.recursive(true).cte(all);
        page.with_cte(with);
        page
    }

    /// What each party is asked for at first: together twice a page.
    fn first(&self, parties: &[Party<'_>], limit: u64) -> u64 {
        let who = &self.plan.who;
        let count = |party: &Party<'_>| match party {
            Party::Owner => 0,
            Party::Queue => who.queues.len(),
            Party::Share(_) => who.grantees.len(),
            Party::Meeting(_) | Party::Part { .. } => 1,
            Party::Team | Party::Hierarchy | Party::OwnedBy(_) | Party::OwnedByRoles(_) => UNKNOWN,
        };
        let parties: usize = parties.iter().map(count).sum();
        (2 * limit / (1 + parties as u64)).clamp(Ord::min(LEAST, limit), limit)
    }

    /// The window behind `w`: the ids down to its end, and its end where there may be more.
    fn window(&self, parties: &[Party<'_>], course: &Course, limit: u64) -> SelectStatement {
        let Course { back, word, ends: [_, end], .. } = course;
        let mut legs = Vec::new();
        if parties.iter().any(Party::owns) {
            legs.push(self.owned(parties, course, limit));
        }
        let shared = parties.iter().filter_map(|party| match party {
            Party::Share(level) => Some(self.shared_with(*level, course)),
            _ => None,
        });
        legs.extend(shared);
        let places: Vec<String> = (1..=legs.len()).map(|place| format!("${place}")).collect();
        let found = places.join(" UNION ALL ");
        let first = |of: &str| {
            format!(
                "SELECT p.ids[p.k] AS id FROM {of} AS p WHERE p.ids[p.k] IS NOT NULL ORDER BY 1 {word} LIMIT 1"
            )
        };
        let rules: Vec<&Rule> = parties.iter().filter_map(Party::rule).collect();
        let party = if rules.is_empty() {
            format!("party AS MATERIALIZED ({found})")
        } else if legs.is_empty() {
            legs.push(self.meeting(&rules, course, None));
            "party AS MATERIALIZED ($1)".to_owned()
        } else {
            legs.push(self.meeting(&rules, course, Some("reached")));
            let (reached, place) = (first("found"), legs.len());
            format!(
                "found AS MATERIALIZED ({found}), reached AS MATERIALIZED ({reached}), \
                 party AS MATERIALIZED (SELECT f.ids, f.k FROM found AS f UNION ALL ${place})"
            )
        };
        let last = first("party");
        let text = format!(
            "n.below, n.ids, n.k FROM w, LATERAL (WITH {party}, last AS MATERIALIZED ({last}) \
             SELECT (SELECT l.id FROM last AS l) AS below, \
             ARRAY(SELECT DISTINCT i.id FROM party AS p, unnest(p.ids) AS i(id) WHERE i.id {back} coalesce((SELECT l.id FROM last AS l), '{end}') ORDER BY i.id {word}) AS ids, \
             least(w.k * {GROWTH}, {MOST}) AS k) AS n WHERE w.below IS NOT NULL"
        );
        let mut window = Query::select();
        window.expr(Expr::cust_with_exprs(text, legs));
        window
    }

    /// The next ids of each owner.
    fn owned(&self, parties: &[Party<'_>], Course { sign, word, .. }: &Course, limit: u64) -> Expr {
        // Most have most of what they reach themselves.
        let mut owners = parties.iter().filter(|party| party.owns());
        let is_one = matches!((owners.next(), owners.next()), (Some(Party::Owner), None));
        // What meets a rule may be far between, so that with it windows grow all the same.
        let is_ruled = parties.iter().any(|party| party.rule().is_some());
        let k = match (is_one, is_ruled) {
            (true, false) => limit.to_string(),
            (true, true) => format!("greatest(w.k, {limit})"),
            (false, _) => "w.k".to_owned(),
        };
        let text = format!(
            "SELECT ARRAY(SELECT o.id FROM {} AS o WHERE o.owner_id = q.id AND o.id {sign} w.below ORDER BY o.id {word} LIMIT {k}) AS ids, {k} AS k FROM ($1) AS q",
            self.table(&self.plan.root.object.name)
        );
        Expr::cust_with_exprs(text, [self.owners(parties)])
    }

    /// The next ids that are shared with each grantee.
    fn shared_with(&self, level: Level, Course { sign, word, .. }: &Course) -> Expr {
        let next = format!(" AND s.record_id {sign} w.below ORDER BY s.record_id {word}");
        let shares = self.shares_of_party(&self.plan.root.object, (level, &next));
        let text = "SELECT ARRAY($1 LIMIT w.k) AS ids, w.k AS k FROM (SELECT unnest($2) AS id) AS q";
        Expr::cust_with_exprs(text, [shares, self.ids(&self.plan.who.grantees)])
    }

    /// The next ids of what meets the condition of a rule, down to where the window ends for all others: what meets none
    /// is passed once, however many windows there are.
    fn meeting(&self, rules: &[&Rule], course: &Course, end: Option<&str>) -> Expr {
        let Course { sign, back, word, ends: [_, last] } = course;
        let object = &self.plan.root.object;
        let end =
            end.map(|end| format!(" AND o.id {back} coalesce((SELECT e.id FROM {end} AS e), '{last}')"));
        let places: Vec<String> = (1..=rules.len()).map(|place| format!("${place}")).collect();
        let text = format!(
            "SELECT ARRAY(SELECT o.id FROM {} AS o WHERE o.deleted_at IS NULL AND ({}) AND o.id {sign} w.below{} ORDER BY o.id {word} LIMIT w.k) AS ids, w.k AS k",
            self.table(&object.name),
            places.join(" OR "),
            end.unwrap_or_default()
        );
        let conditions: Vec<Expr> = rules.iter().map(|rule| self.rule(("o", object), rule)).collect();
        Expr::cust_with_exprs(text, conditions)
    }
}

/// A part of a statement that is worked out once.
pub(super) fn piece(name: &'static str, query: SelectStatement) -> CommonTableExpression {
    CommonTableExpression::new().query(query).table_name(Alias::new(name)).materialized(true).to_owned()
}
