//! Whom somebody comes to records by, where that can be looked up: owners and grantees, each a *party*, and conditions of
//! rules. Who they are is told to the statement by subqueries.

use metadata::catalog::Object;
use permissions::{Level, Reach, Rule, Test, Way};
use sea_query::Expr;

use super::Render;
use super::reach::Place;
use super::scope::column_at;
use super::text::Hole;

/// Whose records a way leads to.
pub(super) enum Party<'w> {
    Owner,
    Queue,
    Team,
    Hierarchy,
    /// Those whose records a rule opens.
    OwnedBy(&'w permissions::Party),
    OwnedByRoles(&'w [String]),
    Share(Level),
    /// Nobody's in particular: what meets the condition of a rule.
    Meeting(&'w Rule),
    /// What is part of the records that others lead to, within the limits of a reach.
    Part {
        field: &'w str,
        master: &'w str,
        parties: Vec<Party<'w>>,
        reach: &'w Reach,
    },
}

impl Party<'_> {
    /// Whether it is told by owners.
    pub(super) fn owns(&self) -> bool {
        !matches!(self, Self::Share(_) | Self::Meeting(_) | Self::Part { .. })
    }

    /// The rule whose condition is to be met.
    pub(super) fn rule(&self) -> Option<&Rule> {
        if let Self::Meeting(rule) = self { Some(rule) } else { None }
    }

    /// Whether what it leads to is found without a look at much else, when it is little.
    pub(super) fn is_found(&self) -> bool {
        match self {
            Self::Meeting(_) => false,
            Self::Part { parties, .. } => parties.iter().all(Self::is_found),
            _ => true,
        }
    }

    /// Whether the statement has to find out how many they are, and how much they reach.
    pub(super) fn is_unknown(&self) -> bool {
        !matches!(self, Self::Owner | Self::Queue | Self::Share(_))
    }
}

/// The parties of the ways; nothing when one of them is none that is looked up.
pub(super) fn parties(ways: &[Way]) -> Option<Vec<Party<'_>>> {
    ways.iter().map(party).collect()
}

fn party(way: &Way) -> Option<Party<'_>> {
    match way {
        Way::Owner => Some(Party::Owner),
        Way::Queue => Some(Party::Queue),
        Way::Team => Some(Party::Team),
        Way::Hierarchy => Some(Party::Hierarchy),
        Way::Share(level) => Some(Party::Share(*level)),
        Way::Rule(rule) => match &rule.test {
            Test::OwnedBy(permissions::Party::Everyone) => None,
            Test::OwnedBy(party) => Some(Party::OwnedBy(party)),
            Test::OwnedByRoles(roles) => Some(Party::OwnedByRoles(roles)),
            Test::When(_) => Some(Party::Meeting(rule)),
        },
        Way::Master { field, object, reach } => {
            let parties = parties(reach.ways.as_deref()?)?;
            Some(Party::Part { field, master: object, parties, reach })
        }
    }
}

impl Render<'_> {
    /// `SELECT … AS id`: what is shared with the grantee `q.id`.
    pub(super) fn shares_of_party(&self, object: &Object, (level, and): (Level, &str)) -> Expr {
        let text = format!(
            "SELECT s.record_id AS id FROM {} AS s WHERE s.grantee_id = q.id AND s.object_id = $1 AND s.level >= {} \
             AND (s.expires_at IS NULL OR s.expires_at > $2){and}",
            self.table("_shares"),
            level.number()
        );
        let object: Expr = object.id.clone().into();
        Expr::cust_with_exprs(text, [self.hidden(object), self.hidden(Hole::Now.into())])
    }

    /// Whether one of the parties leads to a row, for some hundred rows at most: owners are put into a table in memory,
    /// and shares are looked up record by record. Of conditions that only ask whether there is something the planner may
    /// also make a table of all shares of all teams, for every question anew, since it does not know how many those are.
    pub(super) fn within(&self, place: Place<'_>, parties: &[Party<'_>]) -> Expr {
        let mut ways = Vec::new();
        if parties.iter().any(Party::owns) {
            let owner = column_at(place.0, "owner_id");
            ways.push(Expr::cust_with_exprs("$1 IN ($2)", [owner, self.all_owners(parties)]));
        }
        for party in parties {
            match party {
                Party::Share(level) => ways.push(self.share_of(place.0, *level)),
                Party::Meeting(rule) => ways.push(self.rule(place, rule)),
                _ => {}
            }
        }
        let places: Vec<String> = (1..=ways.len()).map(|place| format!("${place}")).collect();
        Expr::cust_with_exprs(format!("({})", places.join(" OR ")), ways)
    }

    /// Whether a record is shared with a grantee, as a value.
    fn share_of(&self, alias: &str, level: Level) -> Expr {
        let text = format!(
            "(SELECT TRUE FROM {} AS s WHERE s.record_id = $1 AND s.grantee_id = ANY($2) AND s.level >= {} \
             AND (s.expires_at IS NULL OR s.expires_at > $3) LIMIT 1)",
            self.table("_shares"),
            level.number()
        );
        let grantees = self.ids(&self.plan.who.grantees);
        Expr::cust_with_exprs(text, [column_at(alias, "id"), grantees, self.hidden(Hole::Now.into())])
    }

    /// `SELECT … AS id`: everybody whose records are within reach, once.
    pub(super) fn owners(&self, parties: &[Party<'_>]) -> Expr {
        self.joined_owners(parties, " UNION ")
    }

    /// The same, some of them more than once.
    pub(super) fn all_owners(&self, parties: &[Party<'_>]) -> Expr {
        self.joined_owners(parties, " UNION ALL ")
    }

    fn joined_owners(&self, parties: &[Party<'_>], word: &str) -> Expr {
        let who = &self.plan.who;
        let owners = parties.iter().filter_map(|party| match party {
            Party::Owner => Some(Expr::cust_with_exprs("SELECT $1 AS id", [self.me()])),
            Party::Queue => Some(Expr::cust_with_exprs("SELECT unnest($1) AS id", [self.ids(&who.queues)])),
            Party::Team => {
                let text = format!(
                    "SELECT m.user_id AS id FROM {} AS m WHERE m.team_id = ANY($1) UNION SELECT $2",
                    self.table("_team_members")
                );
                Some(Expr::cust_with_exprs(text, [self.ids(&who.teams), self.me()]))
            }
            Party::Hierarchy => {
                let text = format!(
                    "SELECT h.below_id AS id FROM {} AS h WHERE h.above_id = $1",
                    self.table("_reports")
                );
                Some(Expr::cust_with_exprs(text, [self.me()]))
            }
            Party::OwnedBy(party) => self.owners_of(party),
            Party::OwnedByRoles(roles) => Some(self.owners_in_roles(roles)),
            Party::Share(_) | Party::Meeting(_) | Party::Part { .. } => None,
        });
        let owners: Vec<Expr> = owners.collect();
        let places: Vec<String> = (1..=owners.len()).map(|place| format!("${place}")).collect();
        Expr::cust_with_exprs(places.join(word), owners)
    }

    /// The same of those whose records a rule opens.
    fn owners_of(&self, party: &permissions::Party) -> Option<Expr> {
        match party {
            permissions::Party::Everyone => None,
            permissions::Party::User(id) => Some(Expr::cust_with_exprs("SELECT $1 AS id", [(*id).into()])),
            permissions::Party::Team(name) => {
                let text = format!(
                    "SELECT m.user_id AS id FROM {} AS m JOIN {} AS t ON t.id = m.team_id WHERE t.name = $1",
                    self.table("_team_members"),
                    self.table("_teams")
                );
                Some(Expr::cust_with_exprs(text, [name.clone().into()]))
            }
            permissions::Party::Role(name) => Some(self.owners_in_roles(std::slice::from_ref(name))),
        }
    }

    fn owners_in_roles(&self, roles: &[String]) -> Expr {
        let text = format!("SELECT u.id FROM {} AS u WHERE u.roles && $1", self.table("user"));
        Expr::cust_with_exprs(text, [roles.to_vec().into()])
    }
}
