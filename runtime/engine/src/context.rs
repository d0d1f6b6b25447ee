//! One request's surroundings, made at an edge (request, job, command line) and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use formulas::Value;
use metadata::Object;
use permissions::{Action, Actor, Decision};
use uuid::Uuid;

use crate::audit::Origin;
use crate::error::{Error, Result};
use crate::keys::KeyRing;
use crate::snapshot::Snapshot;

/// One tenant: an isolated world in a PostgreSQL schema of its own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tenant {
    pub id: Uuid,
    /// Short name in host names and on the command line.
    pub slug: String,
    /// The PostgreSQL schema that holds its tables.
    pub schema: String,
}

impl Tenant {
    /// Schema of the tenant called `slug`.
    pub fn schema_of(slug: &str) -> String {
        format!("t_{}", slug.replace('-', "_"))
    }
}

/// Counters of a tenant's `_state` row: what caches were filled from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Grows with each change of metadata.
    pub revision: i64,
    /// Grows when a session, key, user or role changes, so that cached callers are looked up again.
    pub access: i64,
}

/// Everything that a plan needs besides the question itself. Time and ids come from here.
#[derive(Clone)]
pub struct Context {
    pub actor: Arc<Actor>,
    /// The tenant's metadata at one revision; kept for the whole request.
    pub snapshot: Arc<Snapshot>,
    /// The `access` counter that the actor was looked up under; `None` for the system itself.
    pub access: Option<i64>,
    /// What the caller has said yes to beforehand.
    pub consent: Consent,
    /// The request's one moment.
    pub now: DateTime<Utc>,
    pub request_id: Arc<str>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// What a caller insists on although Trellis would ask first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Save although rules warn.
    pub warnings: bool,
    /// Change states past their processes, with the permission `process_override`.
    pub process_override: bool,
}

impl Context {
    /// The tenant that the request is about.
    pub fn tenant(&self) -> &Tenant {
        &self.snapshot.tenant
    }

    /// Whether the actor may do `action` with records of `object`, with which, and with which of their fields.
    pub fn decide(&self, action: Action, object: &Object) -> Decision {
        self.snapshot.policies.decide(&self.actor, action, object, &self.snapshot.catalog)
    }

    /// The keys of encrypted fields.
    pub(crate) fn keys(&self) -> Result<&Arc<KeyRing>> {
        self.snapshot.keys.as_ref().ok_or_else(|| Error::Locked("the tenant has no keys".into()))
    }

    /// Refuses to go on when the tenant's counters are not those that the context was made from.
    pub(crate) fn check(&self, versions: Versions) -> Result<()> {
        let same_access = self.access.is_none_or(|access| access == versions.access);
        if self.snapshot.revision == versions.revision && same_access {
            return Ok(());
        }
        Err(Error::Outdated(versions))
    }

    /// What an expression may know of this request.
    pub(crate) fn request(&self) -> formulas::Request {
        let variables = BTreeMap::from([
            ("$User.id".to_owned(), Value::Id(self.actor.user_id)),
            ("$User.name".to_owned(), Value::text(&self.actor.name)),
            ("$Tenant.slug".to_owned(), Value::text(&self.tenant().slug)),
        ]);
        let roles = self.snapshot.policies.roles_of(&self.actor).into_iter().map(str::to_owned).collect();
        let teams = self.actor.membership.teams.iter().map(|team| team.name.clone()).collect();
        formulas::Request {
            variables,
            roles,
            teams,
            user_zone: self.zone(),
            ..formulas::Request::at(self.now)
        }
    }

    /// The zone whose days are the actor's.
    pub fn zone(&self) -> Tz {
        let name = self.actor.membership.time_zone.as_deref();
        name.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
    }

    /// The actor's day.
    pub fn today(&self) -> NaiveDate {
        formulas::day(self.now, self.zone())
    }

    /// A new record id, sortable by time (UUIDv7).
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
