//! What an expression may know of the request it is evaluated in. There is no clock in this crate.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::value::Value;

/// The moment and the principal of one request; the same for all its expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub now: DateTime<Utc>,
    /// The zone of the user, for formulas whose days are the user's.
    pub user_zone: Tz,
    pub tenant_zone: Tz,
    /// Values such as `$User.id`, by their whole name.
    pub variables: BTreeMap<String, Value>,
    /// Names of the user's roles and teams.
    pub roles: Vec<String>,
    pub teams: Vec<String>,
}

impl Request {
    /// A request of nobody at `now`, in UTC.
    pub fn at(now: DateTime<Utc>) -> Request {
        Request {
            now,
            user_zone: Tz::UTC,
            tenant_zone: Tz::UTC,
            variables: BTreeMap::new(),
            roles: Vec::new(),
            teams: Vec::new(),
        }
    }

    /// The value of a variable; what nobody set is blank.
    pub fn variable(&self, name: &str) -> Value {
        match name {
            "$User.zone" => Value::text(self.user_zone.name()),
            "$Tenant.zone" => Value::text(self.tenant_zone.name()),
            _ => self.variables.get(name).cloned().unwrap_or(Value::Null),
        }
    }
}
