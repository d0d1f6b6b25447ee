//! Which records an actor reaches and which of their fields, as SQL. The only place where a decision becomes a
//! condition: lists, single records, relations, joins, counts, locks and explanations all come here.
//!
//! Every condition is about one row by its alias and adds no join to the statement around it.

use std::cell::RefCell;
use std::sync::Arc;

use formulas::sql::{Columns, condition};
use formulas::{Expression, Quantifier, Reference};
use metadata::catalog::{Column, Computed, Field, Object};
use permissions::{Level, Party, Reach, Rule, Sight, Test, Way};
use sea_query::Expr;
use uuid::Uuid;

use super::Render;
use super::scope::{column_at, quoted};
use super::text::Hole;
use crate::keys::{MASKED, PLAIN};
use crate::plan::column_of;
use crate::rollups::sql::on_read;

/// One use of an object's table: its alias, and the object.
pub(super) type Place<'r> = (&'r str, &'r Arc<Object>);

impl Render<'_> {
    /// Whether the actor may read a row; `None` when every one.
    pub(super) fn readable(&self, place: Place<'_>) -> Option<Expr> {
        match self.plan.decisions.get(&place.1.name) {
            Some(decision) => self.reach(place, &decision.reach),
            None => Some(Expr::cust("FALSE")),
        }
    }

    /// A column as the actor may see it: blank on rows on which it is not shown.
    pub(super) fn cell(&self, place: Place<'_>, column: &Column) -> Expr {
        let field = place.1.find_key(&column.key).map(|(field, _)| field);
        let bare = self.stored(place.0, column, field);
        match field.and_then(|field| self.shown(place, field)) {
            None => bare,
            Some(shown) => Expr::cust_with_exprs("(CASE WHEN $1 THEN $2 END)", [shown, bare]),
        }
    }

    /// An encrypted column as the answer wants it: a sign that tells whether all of it may be shown, the record that it
    /// is of, and the ciphertext; blank on rows on which it is not shown.
    pub(super) fn sealed(&self, place: Place<'_>, column: &Column) -> Expr {
        let sign = match self.plain(place, column) {
            None => Expr::cust(format!("'{PLAIN}'")),
            Some(plain) => {
                Expr::cust_with_exprs(format!("(CASE WHEN $1 THEN '{PLAIN}' ELSE '{MASKED}' END)"), [plain])
            }
        };
        let parts = [sign, column_at(place.0, "id"), self.cell(place, column)];
        Expr::cust_with_exprs("($1 || $2::text || $3)", parts)
    }

    /// What an encrypted column is looked up by, where all of it may be shown.
    pub(super) fn blind(&self, place: Place<'_>, column: &Column) -> Expr {
        let word = Expr::cust_with_exprs(metadata::ddl::blind("$1"), [self.cell(place, column)]);
        match self.plain(place, column) {
            None => word,
            Some(plain) => Expr::cust_with_exprs("(CASE WHEN $1 THEN $2 END)", [plain, word]),
        }
    }

    /// Whether all of a value may be shown on a row; `None` when on every one.
    fn plain(&self, place: Place<'_>, column: &Column) -> Option<Expr> {
        let decision = self.plan.decisions.get(&place.1.name);
        let field = place.1.find_key(&column.key).map(|(field, _)| field);
        let Some((decision, field)) = decision.zip(field) else { return Some(Expr::cust("FALSE")) };
        match decision.plain(field) {
            Sight::Shown => None,
            Sight::Hidden => Some(Expr::cust("FALSE")),
            Sight::Within(reach) => self.reach(place, reach),
        }
    }

    /// A column as it is stored; a roll-up of which nothing is, or not yet, comes from its records.
    pub(super) fn stored(&self, alias: &str, column: &Column, field: Option<&Field>) -> Expr {
        let (plan, rollup) = (self.plan, field.and_then(|field| field.rollup.as_ref()));
        match rollup.filter(|rollup| plan.unstored.contains(&rollup.id)) {
            Some(rollup) => {
                let fix = |condition: &Expression| plan.who.fixed(condition);
                let place = (plan.schema.as_str(), plan.catalog.as_ref());
                Expr::cust(on_read(place, rollup, alias, (&plan.unstored, &fix)))
            }
            None => column_at(alias, &column.name),
        }
    }

    /// What a field computes, as the actor may see it. What is computed under a key that is no field is the
    /// caller's own expression.
    pub(super) fn seen(&self, place: Place<'_>, computed: &Computed, value: Expr) -> Expr {
        match place.1.find_field(&computed.column.key).and_then(|field| self.shown(place, field)) {
            None => value,
            Some(shown) => Expr::cust_with_exprs("(CASE WHEN $1 THEN $2 END)", [shown, value]),
        }
    }

    /// Whether a field is shown on a row; `None` when on every one.
    pub(super) fn shown(&self, place: Place<'_>, field: &Field) -> Option<Expr> {
        let Some(decision) = self.plan.decisions.get(&place.1.name) else { return Some(Expr::cust("FALSE")) };
        match decision.sight(field) {
            Sight::Shown => None,
            Sight::Hidden => Some(Expr::cust("FALSE")),
            Sight::Within(reach) => self.reach(place, reach),
        }
    }

    /// Whether a row is within reach; `None` when every one is.
    pub(super) fn reach(&self, place: Place<'_>, reach: &Reach) -> Option<Expr> {
        let ways = reach.ways.as_ref().map(|ways| {
            let ways = ways.iter().map(|way| self.way(place, way)).collect();
            joined(ways, " OR ", "FALSE")
        });
        let limits = reach.limits.iter().map(|rule| self.rule(place, rule));
        let parts: Vec<Expr> = ways.into_iter().chain(limits).collect();
        if parts.is_empty() { None } else { Some(joined(parts, " AND ", "TRUE")) }
    }

    /// Whether one way leads to a row.
    pub(super) fn way(&self, place: Place<'_>, way: &Way) -> Expr {
        let (who, owner) = (&self.plan.who, column_at(place.0, "owner_id"));
        match way {
            Way::Owner => Expr::cust_with_exprs("$1 = $2", [owner, self.me()]),
            Way::Queue => Expr::cust_with_exprs("$1 = ANY($2)", [owner, self.ids(&who.queues)]),
            Way::Team => {
                let text = format!(
                    "($1 = $3 OR EXISTS (SELECT 1 FROM {} AS m WHERE m.user_id = $1 AND m.team_id = ANY($2)))",
                    self.table("_team_members")
                );
                Expr::cust_with_exprs(text, [owner, self.ids(&who.teams), self.me()])
            }
            Way::Hierarchy => {
                let text = format!(
                    "EXISTS (SELECT 1 FROM {} AS h WHERE h.above_id = $2 AND h.below_id = $1)",
                    self.table("_reports")
                );
                Expr::cust_with_exprs(text, [owner, self.me()])
            }
            Way::Share(level) => self.share(place, *level),
            Way::Rule(rule) => self.rule(place, rule),
            Way::Master { field, object, reach } => self.master(place, (field, object), reach),
        }
    }

    fn share(&self, (alias, _): Place<'_>, level: Level) -> Expr {
        let who = &self.plan.who;
        let text = format!(
            "EXISTS (SELECT 1 FROM {} AS s WHERE s.record_id = $1 AND s.grantee_id = ANY($2) AND s.level >= {} AND (s.expires_at IS NULL OR s.expires_at > $3))",
            self.table("_shares"),
            level.number()
        );
        Expr::cust_with_exprs(
            text,
            [column_at(alias, "id"), self.ids(&who.grantees), self.hidden(Hole::Now.into())],
        )
    }

    fn master(&self, (alias, object): Place<'_>, (field, master): (&str, &str), reach: &Reach) -> Expr {
        let column = object.find_field_by_id(field).and_then(|field| field.columns.first());
        let (Some(column), Some(master)) = (column, self.plan.catalog.find_object(master)) else {
            return Expr::cust("FALSE");
        };
        let above = self.alias();
        let inner = self.reach((&above, master), reach).unwrap_or_else(|| Expr::cust("TRUE"));
        let text = format!(
            "EXISTS (SELECT 1 FROM {} AS \"{above}\" WHERE \"{above}\".id = $1 AND \"{above}\".deleted_at IS NULL AND $2)",
            self.table(&master.name)
        );
        Expr::cust_with_exprs(text, [column_at(alias, &column.name), inner])
    }

    /// Whether a rule is about a row.
    pub(super) fn rule(&self, place: Place<'_>, rule: &Rule) -> Expr {
        match &rule.test {
            Test::OwnedBy(party) => self.owned_by(place, party),
            Test::OwnedByRoles(roles) => self.owned_by_roles(place, roles),
            Test::When(expression) => self.author_condition(place, &self.plan.who.fixed(expression)),
        }
    }

    fn owned_by(&self, (alias, object): Place<'_>, party: &Party) -> Expr {
        let owner = column_at(alias, "owner_id");
        match party {
            Party::Everyone => Expr::cust("TRUE"),
            Party::User(id) => Expr::cust_with_exprs("$1 = $2", [owner, (*id).into()]),
            Party::Team(name) => {
                let text = format!(
                    "EXISTS (SELECT 1 FROM {} AS m JOIN {} AS t ON t.id = m.team_id WHERE m.user_id = $1 AND t.name = $2)",
                    self.table("_team_members"),
                    self.table("_teams")
                );
                Expr::cust_with_exprs(text, [owner, name.clone().into()])
            }
            Party::Role(name) => self.owned_by_roles((alias, object), std::slice::from_ref(name)),
        }
    }

    fn owned_by_roles(&self, (alias, _): Place<'_>, roles: &[String]) -> Expr {
        let text =
            format!("EXISTS (SELECT 1 FROM {} AS u WHERE u.id = $1 AND u.roles && $2)", self.table("user"));
        Expr::cust_with_exprs(text, [column_at(alias, "owner_id"), roles.to_vec().into()])
    }

    /// A condition that its author may have written about anything: read without the actor's limits.
    fn author_condition(&self, (alias, object): Place<'_>, expression: &Expression) -> Expr {
        let author = Author { render: self, object, alias: alias.to_owned(), joins: RefCell::default() };
        let own = condition(expression, true, &author);
        if author.joins.borrow().is_empty() {
            return own;
        }
        let inner = Author { alias: self.alias(), joins: RefCell::default(), ..author };
        let tested = condition(expression, true, &inner);
        let joins: String = inner.joins.borrow().iter().map(|join| join.text.as_str()).collect();
        let text = format!(
            "EXISTS (SELECT 1 FROM {} AS \"{}\"{joins} WHERE \"{}\".id = $1 AND $2)",
            self.table(&object.name),
            inner.alias,
            inner.alias
        );
        Expr::cust_with_exprs(text, [column_at(alias, "id"), tested])
    }

    pub(super) fn table(&self, name: &str) -> String {
        super::scope::table(&self.plan.schema, name)
    }

    /// The actor's own id.
    pub(super) fn me(&self) -> Expr {
        self.hidden(self.plan.who.user.into())
    }

    /// A list of ids that belong to the actor.
    pub(super) fn ids(&self, ids: &[Uuid]) -> Expr {
        let list: Expr = ids.to_vec().into();
        if self.hides.get() { Expr::cust_with_exprs("(SELECT $1)::uuid[]", [list]) } else { list }
    }

    /// What is known of the actor, where the planner is to know nothing of it.
    pub(super) fn hidden(&self, known: Expr) -> Expr {
        if self.hides.get() { Expr::cust_with_exprs("(SELECT $1)", [known]) } else { known }
    }
}

/// A row as the author of a rule sees it: every field, every related record that is not in the bin.
struct Author<'a> {
    render: &'a Render<'a>,
    object: &'a Arc<Object>,
    alias: String,
    joins: RefCell<Vec<Joined>>,
}

/// One to-one join: where it leads from the row, its alias and its object, and its text.
struct Joined {
    path: Vec<String>,
    alias: String,
    object: Arc<Object>,
    text: String,
}

impl Author<'_> {
    fn at(&self, path: &[String]) -> Option<(String, Arc<Object>)> {
        let Some((last, before)) = path.split_last() else {
            return Some((self.alias.clone(), self.object.clone()));
        };
        if let Some(join) = self.joins.borrow().iter().find(|join| join.path == path) {
            return Some((join.alias.clone(), join.object.clone()));
        }
        let (from, object) = self.at(before)?;
        let field = object.find_field_by_id(last)?;
        let target = self.render.plan.catalog.find_object(field.kind.target()?)?.clone();
        let (alias, column) = (self.render.alias(), quoted(&field.columns.first()?.name));
        let text = format!(
            " LEFT JOIN {} AS \"{alias}\" ON \"{alias}\".id = \"{from}\".{column} AND \"{alias}\".deleted_at IS NULL",
            self.render.table(&target.name)
        );
        let join = Joined { path: path.to_vec(), alias: alias.clone(), object: target.clone(), text };
        self.joins.borrow_mut().push(join);
        Some((alias, target))
    }
}

impl Columns for Author<'_> {
    fn column(&self, reference: &Reference) -> Expr {
        let found = self
            .at(&reference.path)
            .and_then(|(alias, object)| Some(column_at(&alias, &column_of(&object, &reference.field)?.name)));
        found.unwrap_or_else(|| Expr::cust("NULL"))
    }

    /// The language of rules has no conditions on related records.
    fn related(&self, _: &str, _: Quantifier, _: &Expression) -> Expr {
        Expr::cust("FALSE")
    }
}

pub(super) fn joined(mut parts: Vec<Expr>, word: &str, none: &'static str) -> Expr {
    match parts.len() {
        0 => Expr::cust(none),
        1 => parts.remove(0),
        count => {
            let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
            Expr::cust_with_exprs(format!("({})", places.join(word)), parts)
        }
    }
}
