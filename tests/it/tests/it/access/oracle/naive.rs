//! Who may see and do what, worked out record by record from the definitions and the data. Slow and simple on
//! purpose: it shares no code with the product.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use uuid::Uuid;

pub const REACHES: [&str; 4] = ["none", "own", "team", "all"];
const ACTIONS: [&str; 7] = ["create", "read", "edit", "delete", "transfer", "share", "export"];

/// Definitions: by name, as they were put.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    pub roles: BTreeMap<String, Json>,
    pub sets: BTreeMap<String, Json>,
    pub sharing_rules: Vec<Json>,
    pub restriction_rules: Vec<Json>,
    /// `sharing` by object.
    pub sharing: BTreeMap<String, Json>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: Uuid,
    pub roles: Vec<String>,
    pub sets: Vec<String>,
    pub manager: Option<usize>,
    pub teams: Vec<usize>,
}

/// A record of any of the objects; what an object has not is blank.
#[derive(Clone, Debug)]
pub struct Record {
    pub object: &'static str,
    pub id: Uuid,
    pub owner: Owner,
    /// Place of the account of a deal, or of the deal of a part.
    pub up: Option<usize>,
    pub word: Option<String>,
    pub number: Option<i64>,
}

/// Who owns a record: the place of a user, or of a team that is a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    User(usize),
    Queue(usize),
}

#[derive(Clone, Debug)]
pub enum Grantee {
    User(usize),
    Team(usize),
    Role(String),
}

#[derive(Clone, Debug)]
pub struct Share {
    pub record: Uuid,
    pub with: Grantee,
    pub level: usize,
    pub expired: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Data {
    pub users: Vec<User>,
    pub accounts: Vec<Record>,
    pub deals: Vec<Record>,
    pub parts: Vec<Record>,
    pub shares: Vec<Share>,
    /// Ids of the teams.
    pub teams: Vec<Uuid>,
}

/// One user's eyes.
pub struct Eyes<'w> {
    pub book: &'w Rulebook,
    pub data: &'w Data,
    pub me: usize,
}

fn level(action: &str) -> usize {
    match action {
        "read" => 1,
        "edit" => 2,
        _ => 3,
    }
}

impl Eyes<'_> {
    fn user(&self) -> &User {
        &self.data.users[self.me]
    }

    fn said(&self, all: &BTreeMap<String, Json>, name: &str, object: &str, action: &str) -> usize {
        let Some(role) = all.get(name) else { return 0 };
        let objects = &role["objects"];
        let own = objects.get(object).or_else(|| objects.get("*")).and_then(|rights| rights.get(action));
        match own {
            Some(Json::Bool(flag)) => 3 * usize::from(*flag),
            Some(Json::String(word)) => REACHES.iter().position(|known| known == word).unwrap_or(0),
            _ => parents(role).map(|parent| self.said(all, parent, object, action)).max().unwrap_or(0),
        }
    }

    fn shows(&self, all: &BTreeMap<String, Json>, name: &str, path: &str, action: &str) -> bool {
        let object = path.split('.').next().unwrap();
        let has = |name: &str| ACTIONS.iter().any(|action| self.said(all, name, object, action) > 0);
        if action == "edit" && !self.shows(all, name, path, "read") {
            return false;
        }
        let giving: Vec<&str> = parents(&all[name]).filter(|parent| has(parent)).collect();
        let follows = giving.is_empty() || giving.iter().any(|parent| self.shows(all, parent, path, action));
        has(name) && all[name]["fields"][path][action].as_bool().unwrap_or(follows)
    }

    /// The most that one holder gives, of those that give the field too.
    pub fn given(&self, object: &str, action: &str, field: Option<&str>) -> usize {
        let roles = self.user().roles.iter().map(|name| (&self.book.roles, name));
        let sets = self.user().sets.iter().map(|name| (&self.book.sets, name));
        let holders: Vec<_> = roles.chain(sets).filter(|(all, name)| all.contains_key(*name)).collect();
        let kind = if action == "read" { "read" } else { "edit" };
        let counts = |(all, name): &&(&BTreeMap<String, Json>, &String)| {
            field.is_none_or(|field| self.shows(all, name, &format!("{object}.{field}"), kind))
        };
        let most = |action: &str| {
            let counted = holders.iter().filter(counts);
            counted.map(|(all, name)| self.said(all, name, object, action)).max().unwrap_or(0)
        };
        if action == "create" { most(action) } else { most(action).min(most("read")) }
    }

    fn lineage(&self, roles: &[String]) -> Vec<String> {
        let (mut known, mut open) = (Vec::new(), roles.to_vec());
        while let Some(name) = open.pop() {
            if let Some(role) = self.book.roles.get(&name) {
                open.extend(parents(role).map(str::to_owned));
                known.push(name);
            }
        }
        known
    }

    /// The same of an owner; a queue is of its team and nothing else.
    fn owner_among(&self, owner: Owner, people: &Json) -> bool {
        match (owner, people.as_object().and_then(|map| map.iter().next())) {
            (Owner::User(user), _) => self.among(user, people),
            (Owner::Queue(_), Some((key, _))) if key == "everyone" => true,
            (Owner::Queue(team), Some((key, name))) => key == "team" && *name == format!("team_{team}"),
            (Owner::Queue(_), None) => true,
        }
    }

    /// Whether a user is one of those that a rule names.
    fn among(&self, user: usize, people: &Json) -> bool {
        let user_ = &self.data.users[user];
        match people.as_object().and_then(|map| map.iter().next()) {
            Some((key, Json::String(name))) => match key.as_str() {
                "team" => user_.teams.iter().any(|team| format!("team_{team}") == *name),
                "role" => self.lineage(&user_.roles).contains(name),
                _ => user_.id.to_string() == *name,
            },
            _ => true,
        }
    }

    fn meets(&self, record: &Record, when: &str) -> bool {
        let account = record.up.map(|at| &self.data.accounts[at]);
        match when {
            "stage = \"won\"" | "industry = \"won\"" => record.word.as_deref() == Some("won"),
            "stage <> \"lost\"" => record.word.as_deref() != Some("lost"),
            "amount = 50" | "size = 50" => record.number == Some(50),
            "account.industry = \"won\"" => {
                account.is_some_and(|account| account.word.as_deref() == Some("won"))
            }
            "account.size <> 50" => account.and_then(|account| account.number) != Some(50),
            other => panic!("unknown condition {other}"),
        }
    }

    fn is_above(&self, owner: Owner) -> bool {
        let Owner::User(owner) = owner else { return false };
        let (mut here, mut steps) = (self.data.users[owner].manager, 0);
        while let Some(above) = here.filter(|_| steps < 20) {
            if above == self.me && owner != self.me {
                return true;
            }
            here = self.data.users[above].manager;
            steps += 1;
        }
        false
    }

    fn is_shared(&self, record: &Record, level: usize) -> bool {
        let mine = |share: &Share| match &share.with {
            Grantee::User(user) => *user == self.me,
            Grantee::Team(team) => self.user().teams.contains(team),
            Grantee::Role(role) => self.lineage(&self.user().roles).contains(role),
        };
        let shares = self.data.shares.iter().filter(|share| share.record == record.id && !share.expired);
        level <= 2 && shares.filter(|share| share.level >= level).any(mine)
    }

    fn is_ruled(&self, record: &Record, level: usize) -> bool {
        let opens = |rule: &&Json| {
            rule["object"] == record.object
                && (if rule["access"] == "edit" { 2 } else { 1 }) >= level
                && self.among(self.me, &rule["share_with"])
        };
        self.book.sharing_rules.iter().filter(opens).any(|rule| match rule["when"].as_str() {
            Some(when) => self.meets(record, when),
            None => self.owner_among(record.owner, &rule["owned_by"]),
        })
    }

    /// Whether a record is within what `given` and sharing open.
    fn within(&self, record: &Record, action: &str, given: usize) -> bool {
        let administrator = self.user().roles.iter().any(|role| role == "administrator");
        let held = self.book.restriction_rules.iter().filter(|rule| {
            rule["object"] == record.object && !administrator && self.among(self.me, &rule["applies_to"])
        });
        if given == 0 || held.into_iter().any(|rule| !self.meets(record, rule["when"].as_str().unwrap())) {
            return false;
        }
        let sharing = &self.book.sharing[record.object];
        if given < 3 && sharing["default"] == "controlled_by_parent" {
            let master = &self.data.deals[record.up.unwrap()];
            return self.reaches(master, if action == "read" { "read" } else { "edit" });
        }
        let (mine, level) = (&self.user().teams, level(action));
        let open = match sharing["default"].as_str().unwrap() {
            "read" => level <= 1,
            "read_write" => level <= 2,
            _ => false,
        };
        let (own, of_team) = match record.owner {
            Owner::User(user) => {
                (user == self.me, self.data.users[user].teams.iter().any(|team| mine.contains(team)))
            }
            // Members work on what waits in their queue.
            Owner::Queue(team) => {
                (mine.contains(&team) && (level <= 2 || action == "transfer"), mine.contains(&team))
            }
        };
        given == 3
            || open
            || own
            || (given == 2 && of_team)
            || (sharing["hierarchy"] == true && self.is_above(record.owner))
            || self.is_shared(record, level)
            || self.is_ruled(record, level)
    }

    /// Whether the user may do it with the record.
    pub fn reaches(&self, record: &Record, action: &str) -> bool {
        self.within(record, action, self.given(record.object, action, None))
    }

    /// Whether a field exists for the user at all.
    pub fn knows(&self, object: &str, field: &str) -> bool {
        self.given(object, "read", Some(field)) > 0
    }

    /// Whether a field of a readable record is shown.
    pub fn sees(&self, record: &Record, field: &str) -> bool {
        self.within(record, "read", self.given(record.object, "read", Some(field)))
    }

    /// Whether a field of an editable record may be written.
    pub fn writes(&self, record: &Record, field: &str) -> bool {
        self.within(record, "edit", self.given(record.object, "edit", Some(field)))
    }
}

fn parents(role: &Json) -> impl Iterator<Item = &str> {
    role["inherits"].as_array().into_iter().flatten().filter_map(Json::as_str)
}
