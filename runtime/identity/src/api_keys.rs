//! API keys: what scripts and other systems show instead of a session. A key acts for a user, may be limited to a
//! role, to scopes, to addresses and in time, and is shown once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use engine::Tenant;
use engine::audit::Deed;
use metadata::Problem;
use moka::sync::Cache;
use permissions::{ADMINISTRATOR, Scope};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::Identity;
use crate::addresses::AddressRange;
use crate::authenticate::Caller;
use crate::error::{Error, Result};
use crate::events::tell;
use crate::rate_limit::DEFAULT_PER_HOUR;
use crate::secret::Secret;

pub(crate) mod store;

/// Longest name of a key, in characters.
const LONGEST_NAME: usize = 200;
/// Most scopes, and most address ranges, of one key.
const MOST_ENTRIES: usize = 100;

/// A wish for a key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    pub name: String,
    /// `deals:read`, `*:write`, `metadata:write` …; none is everything that the roles give.
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Requests an hour; [`DEFAULT_PER_HOUR`] when not said.
    pub rate_limit: Option<u32>,
    /// Addresses and CIDR ranges; none is from anywhere.
    pub allowed_ips: Option<Vec<String>>,
    /// Replaces the user's roles; must be one of them unless the user is an administrator.
    pub role: Option<String>,
    /// The version whose names its requests say: a revision or a day; none is whatever holds.
    #[serde(default)]
    pub version: Option<String>,
}

/// A key that was just made; the only moment at which it can be read.
#[derive(Debug)]
pub struct CreatedKey {
    pub id: Uuid,
    pub key: Secret,
    /// The start of the key, shown in lists.
    pub prefix: String,
}

/// One key that is not revoked, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    pub id: Uuid,
    /// Who the key acts for.
    pub user_id: Uuid,
    pub name: String,
    pub prefix: String,
    pub role: Option<String>,
    /// The version whose names its requests say.
    pub version: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub expires_at: Option<DateTime<Utc>>,
    /// Requests an hour; `null` is no limit.
    pub rate_limit: Option<u32>,
    pub allowed_ips: Option<Vec<String>>,
    pub created_at: DateTime<Utc>,
    /// Right to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Requests so far; what other nodes have counted in the last minute is missing.
    pub use_count: i64,
}

/// Requests of keys that are not written down yet.
#[derive(Clone)]
pub(crate) struct Uses(Cache<Uuid, Arc<AtomicI64>>);

impl Default for Uses {
    fn default() -> Self {
        Self(Cache::new(100_000))
    }
}

impl Uses {
    pub fn count(&self, key: Uuid) {
        self.0.get_with(key, Arc::default).fetch_add(1, Ordering::Relaxed);
    }

    /// What is to be written down, which is then no longer here.
    pub fn take(&self, key: Uuid) -> i64 {
        self.0.get(&key).map_or(0, |count| count.swap(0, Ordering::Relaxed))
    }
}

impl Identity {
    /// Makes a key that acts for the caller. A key that is limited itself makes none: it could make a wider one.
    pub async fn create_key(&self, caller: &Caller, key: NewKey) -> Result<CreatedKey> {
        if caller.is_limited || caller.is_bounded {
            return Err(Error::LimitedKey);
        }
        let mut problems = key.check(self.clock.now());
        if let Some(role) = &key.role {
            problems.extend(match is_given(role, &caller.actor.roles) {
                true => self.check_role(&caller.tenant, role).await?,
                false => Some(not_given()),
            });
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let rate_limit = Some(key.rate_limit.unwrap_or(DEFAULT_PER_HOUR));
        self.insert_key(&caller.tenant, caller.actor.user_id, NewKey { rate_limit, ..key }).await
    }

    /// Makes a key for whoever rules the machine, without a limit. It acts for the tenant's first administrator, or
    /// for the system's own user when there is none.
    pub async fn create_key_for_shell(
        &self,
        tenant: &Tenant,
        name: &str,
        role: Option<String>,
    ) -> Result<CreatedKey> {
        let key = NewKey { name: name.to_owned(), role, ..NewKey::default() };
        let mut problems = key.check(self.clock.now());
        if let Some(role) = &key.role {
            problems.extend(self.check_role(tenant, role).await?);
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let administrators = self.list_administrators(tenant).await?;
        let user = administrators.first().map_or(engine::SYSTEM_USER, |user| user.id);
        self.insert_key(tenant, user, key).await
    }

    /// Keys that are not revoked, the newest first; of one user or of all.
    pub async fn list_keys(&self, tenant: &Tenant, user: Option<Uuid>) -> Result<Vec<KeyInfo>> {
        let mut keys = store::load_all(&self.pool, tenant.id, user).await?;
        let pending: Vec<(Uuid, i64)> =
            keys.iter().map(|key| (key.id, self.uses.take(key.id))).filter(|(_, count)| *count > 0).collect();
        if !pending.is_empty() {
            store::add_uses(&self.pool, &pending).await?;
            for key in &mut keys {
                key.use_count += pending.iter().find(|(id, _)| *id == key.id).map_or(0, |(_, count)| *count);
            }
        }
        Ok(keys)
    }

    /// Revokes a key; with `user` only one of theirs. `NotFound` when there is none.
    pub async fn revoke_key(&self, tenant: &Tenant, user: Option<Uuid>, key: Uuid) -> Result<()> {
        let (pool, own_tenant, now) = (self.pool.clone(), tenant.clone(), self.clock.now());
        let event = self.event(Deed::KeyRevoked, "api_key").about(key);
        let work = async move {
            let mut transaction = pool.begin().await?;
            if !store::revoke(&mut *transaction, own_tenant.id, (user, key), now).await? {
                return Err(Error::NotFound);
            }
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await
    }

    /// Nothing is bumped: nobody can have cached a key that did not exist.
    async fn insert_key(&self, tenant: &Tenant, user: Uuid, wish: NewKey) -> Result<CreatedKey> {
        let (id, key) = (Uuid::now_v7(), Secret::new_key());
        let prefix = key.prefix();
        let details = json!({ "name": [null, wish.name], "prefix": [null, prefix], "user_id": [null, user],
            "role": [null, wish.role], "scopes": [null, wish.scopes], "expires_at": [null, wish.expires_at] });
        let event = self.event(Deed::KeyCreated, "api_key").about(id).with(details);
        let mut transaction = self.pool.begin().await?;
        let made = (id, key.hash(), prefix.as_str());
        store::insert(&mut *transaction, (tenant.id, user), made, &wish, self.clock.now()).await?;
        tell(&mut transaction, tenant, event).await?;
        transaction.commit().await?;
        Ok(CreatedKey { id, key, prefix })
    }
}

impl NewKey {
    /// Everything that is wrong whoever asks.
    fn check(&self, now: DateTime<Utc>) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > LONGEST_NAME {
            let message = format!("a key's name has 1 to {LONGEST_NAME} characters");
            problems.push(Problem::new("name", "out-of-range", message));
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            problems.push(Problem::new("expires_at", "out-of-range", "the key would have expired already"));
        }
        if self.rate_limit.is_some_and(|limit| limit == 0 || i32::try_from(limit).is_err()) {
            let message = "expected a positive number of requests an hour";
            problems.push(Problem::new("rate_limit", "out-of-range", message));
        }
        if self.version.as_deref().is_some_and(|version| !engine::former::is_version(version)) {
            let message = "expected a revision or a day such as 2026-11-22";
            problems.push(Problem::new("version", "invalid", message));
        }
        let scope = |text: &str| Scope::parse(text).is_some();
        check_entries(
            "scopes",
            self.scopes.as_deref(),
            (scope, "expected a scope such as `deals:read`"),
            &mut problems,
        );
        let range = |text: &str| AddressRange::parse(text).is_some();
        let message = "expected an address or a range such as `192.0.2.0/24`";
        check_entries("allowed_ips", self.allowed_ips.as_deref(), (range, message), &mut problems);
        problems
    }
}

fn check_entries(
    path: &str,
    entries: Option<&[String]>,
    (is_right, message): (impl Fn(&str) -> bool, &str),
    problems: &mut Vec<Problem>,
) {
    let Some(entries) = entries else { return };
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        let message = format!("expected 1 to {MOST_ENTRIES} entries; leave `{path}` out for no limit");
        problems.push(Problem::new(path, "out-of-range", message));
    }
    let wrong = entries.iter().enumerate().filter(|(_, entry)| !is_right(entry));
    problems.extend(wrong.map(|(index, _)| Problem::new(format!("{path}.{index}"), "invalid", message)));
}

fn not_given() -> Problem {
    Problem::new("role", "not-allowed", "a key has no other role than its user")
}

/// Whether somebody with the roles `own` may lend `role` to a key.
pub(crate) fn is_given(role: &str, own: &[String]) -> bool {
    own.iter().any(|own| own == role || own == ADMINISTRATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(key: &str) -> Vec<String> {
        let key: NewKey = serde_json::from_str(key).unwrap();
        key.check(DateTime::UNIX_EPOCH)
            .into_iter()
            .map(|problem| format!("{} {}", problem.path, problem.code))
            .collect()
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let bad = r#"{"name":" ","scopes":["deals","deals:read"],"allowed_ips":[],"rate_limit":0,"expires_at":"1969-01-01T00:00:00Z"}"#;
        let expected = [
            "name out-of-range",
            "expires_at out-of-range",
            "rate_limit out-of-range",
            "scopes.0 invalid",
            "allowed_ips out-of-range",
        ];
        assert_eq!(codes(bad), expected);
        let good = r#"{"name":"sync","scopes":["*:read"],"allowed_ips":["192.0.2.0/24"],"rate_limit":5,"expires_at":"2100-01-01T00:00:00Z"}"#;
        assert!(codes(good).is_empty());
    }

    #[test]
    fn a_key_is_lent_no_more_than_its_user_has() {
        let own = |roles: &[&str]| roles.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(is_given("member", &own(&["member"])));
        assert!(is_given("member", &own(&["administrator"])));
        assert!(!is_given("administrator", &own(&["member"])));
    }
}
