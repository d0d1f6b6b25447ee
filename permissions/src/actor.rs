//! Who asks: a person, a key that acts for one, or the system with a reason.

use serde::Serialize;
use uuid::Uuid;

/// One caller, made at an edge of the process and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The record of `user` that owns what this actor creates.
    pub user_id: Uuid,
    /// Name for history and messages.
    pub name: String,
    /// Names of roles; what they give adds up.
    pub roles: Vec<String>,
    /// What else decides what the actor reaches.
    pub membership: Membership,
    pub kind: ActorKind,
    /// What a key is limited to; `None` is everything that the roles give.
    pub scopes: Option<Vec<Scope>>,
}

/// Permission sets, and the actor's place among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Membership {
    /// Names of permission sets; what they give adds to the roles.
    pub permission_sets: Vec<String>,
    pub teams: Vec<Team>,
    /// Whether anybody reports to the actor, directly or over others.
    pub manages: bool,
    /// IANA name of the zone whose days are the actor's; UTC when they have not said.
    pub time_zone: Option<String>,
}

/// A team that the actor belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Team {
    pub id: Uuid,
    pub name: String,
    /// Whether it is a queue: it may own records itself, under its id.
    pub queue: bool,
}

impl Membership {
    /// Ids of the queues among the teams.
    pub fn queues(&self) -> impl Iterator<Item = Uuid> {
        self.teams.iter().filter(|team| team.queue).map(|team| team.id)
    }
}

/// How the caller came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A signed-in person.
    Person,
    /// An API key.
    ApiKey,
    /// Trellis itself, and why.
    System(String),
}

/// One scope of an API key: `deals:read`, `*:write`, `metadata:write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Plural of an object, `metadata`, `admin`, or `*`.
    pub area: String,
    /// Whether it allows changes; a scope that writes also reads.
    pub write: bool,
}

impl Scope {
    /// Reads `area:read` or `area:write`.
    pub fn parse(text: &str) -> Option<Self> {
        let (area, level) = text.split_once(':')?;
        let area_ok = area == "*"
            || (!area.is_empty()
                && area.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
        match level {
            "read" if area_ok => Some(Self { area: area.to_owned(), write: false }),
            "write" if area_ok => Some(Self { area: area.to_owned(), write: true }),
            _ => None,
        }
    }

    fn allows(&self, area: &str, write: bool) -> bool {
        // The star stands for records; metadata and administration must be named.
        let area_ok = self.area == area || (self.area == "*" && area != "metadata" && area != "admin");
        area_ok && (self.write || !write)
    }
}

impl Actor {
    /// Trellis itself, acting as `user_id` for `reason`; may do everything.
    pub fn system(user_id: Uuid, reason: &str) -> Self {
        Self {
            user_id,
            name: "Trellis".into(),
            roles: vec![crate::ADMINISTRATOR.into()],
            membership: Membership::default(),
            kind: ActorKind::System(reason.into()),
            scopes: None,
        }
    }

    /// Whether this is Trellis itself.
    pub fn is_system(&self) -> bool {
        matches!(self.kind, ActorKind::System(_))
    }

    /// Whether the actor's role is the one that may do everything.
    pub fn is_administrator(&self) -> bool {
        self.roles.iter().any(|role| role == crate::ADMINISTRATOR)
    }

    /// Whether the key's scopes allow this area (`deals`, `metadata`, `admin`); people have no such limits.
    pub fn in_scope(&self, area: &str, write: bool) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|scope| scope.allows(area, write)))
    }
}
