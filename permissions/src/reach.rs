//! Which records: the ways in which an actor comes to a record, any of which will do, and the limits, all of
//! which hold. The one form from which queries, checks and explanations are made; it knows no SQL.

use std::sync::Arc;

use formulas::Expression;
use serde::Serialize;
use uuid::Uuid;

/// How much a way gives. Each level holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Read,
    Edit,
    /// What an owner has: delete, transfer, share.
    Full,
}

impl Level {
    /// The number in tables.
    pub fn number(self) -> i16 {
        match self {
            Self::Read => 1,
            Self::Edit => 2,
            Self::Full => 3,
        }
    }

    /// The word in answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Edit => "edit",
            Self::Full => "full",
        }
    }
}

/// Which records an actor reaches with one action.
#[derive(Clone, Debug, PartialEq)]
pub struct Reach {
    /// `None` is every record.
    pub ways: Option<Vec<Way>>,
    /// Restriction rules. They take away whatever the ways give.
    pub limits: Vec<Arc<Rule>>,
}

/// One way to come to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// The actor owns it.
    Owner,
    /// A queue that the actor is a member of owns it.
    Queue,
    /// Somebody in one of the actor's teams owns it.
    Team,
    /// Somebody who reports to the actor, directly or over others, owns it.
    Hierarchy,
    /// It is shared by hand with the actor, or with a team or role of the actor's.
    Share(Level),
    /// A sharing rule opens it.
    Rule(Arc<Rule>),
    /// It is part of a record that the actor reaches.
    Master {
        /// Stable id of the field that points to the master.
        field: String,
        /// The master's object.
        object: String,
        reach: Box<Reach>,
    },
}

/// One sharing or restriction rule, for those to whom it applies.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// As in `sharing-rules/deal.healthcare`.
    pub name: String,
    pub level: Level,
    pub test: Test,
}

/// Which records a rule is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Those that meet a condition, read with its author's sight.
    When(Expression),
    /// Those that somebody of these owns; a role stands beside those that inherit it.
    OwnedBy(Party),
    OwnedByRoles(Vec<String>),
}

/// A user, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    Everyone,
    User(Uuid),
    /// By name.
    Team(String),
    /// By name; those who hold one that inherits it are among them.
    Role(String),
}

impl Reach {
    /// Every record.
    pub fn all() -> Self {
        Self { ways: None, limits: Vec::new() }
    }

    /// No record.
    pub fn nothing() -> Self {
        Self { ways: Some(Vec::new()), limits: Vec::new() }
    }

    /// Whether every record is reached.
    pub fn is_all(&self) -> bool {
        self.ways.is_none() && self.limits.is_empty()
    }

    /// Whether no record can be reached.
    pub fn is_nothing(&self) -> bool {
        self.ways.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Way {
    /// The word in explanations.
    pub fn word(&self) -> String {
        match self {
            Self::Owner => "owner".into(),
            Self::Queue => "queue".into(),
            Self::Team => "team".into(),
            Self::Hierarchy => "hierarchy".into(),
            Self::Share(_) => "share".into(),
            Self::Rule(rule) => format!("rule:{}", rule.name),
            Self::Master { object, .. } => format!("master:{object}"),
        }
    }
}
