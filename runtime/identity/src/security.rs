//! What a tenant's security officer sets: passwords, lock-out, sessions, second factor, addresses and limits. Every
//! number has a default and a range, so that no setting opens the door or shuts everybody out by a slip.

use chrono::TimeDelta;
use engine::Tenant;
use engine::audit::Deed;
use metadata::Problem;
use permissions::Actor;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::Identity;
use crate::addresses::AddressRange;
use crate::authenticate::Caller;
use crate::error::{Error, Result};
use crate::events::tell;

mod patch;
pub(crate) mod store;

/// All of it. What is stored may lack keys that later versions know: they have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SecuritySettings {
    pub password: PasswordPolicy,
    pub lockout: Lockout,
    pub sessions: SessionTimes,
    pub two_factor: TwoFactorPolicy,
    /// Addresses and CIDR ranges that sign-ins, sessions and keys may come from; none is from anywhere.
    pub allowed_ips: Vec<String>,
    pub rate_limits: RateLimits,
    pub links: LinkTimes,
}

/// What a new password must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordPolicy {
    /// Whether a password lets people in where a provider does; administrators it does in any case, with a second factor.
    pub sign_in: bool,
    /// In characters.
    pub min_length: u32,
    /// Refuses the passwords that everybody tries first.
    pub forbid_common: bool,
    /// Refuses the own e-mail address and its first part.
    pub forbid_email: bool,
}

/// How guessing is slowed down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lockout {
    /// Failures of one account after which it must wait.
    pub attempts: u32,
    /// Failures from one address after which it must wait.
    pub address_attempts: u32,
    /// After so long without a failure they are forgotten.
    pub window_minutes: u32,
    /// The first wait; each further failure doubles it.
    pub first_wait_seconds: u32,
    /// It grows no longer than this.
    pub longest_wait_seconds: u32,
}

/// How long sessions last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionTimes {
    /// A session that is not used for so long is over.
    pub idle_minutes: u32,
    /// Whatever its use, a session is over after so long.
    pub absolute_hours: u32,
}

/// Who must have a second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TwoFactorPolicy {
    /// Whoever has one of these roles does nothing before a second factor is set up.
    pub required_roles: Vec<String>,
}

/// Limits beside those of keys; none is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateLimits {
    /// Requests an hour of one user's sessions together.
    pub per_user_per_hour: Option<u32>,
    /// Requests an hour from one address.
    pub per_address_per_hour: Option<u32>,
}

/// How long links in mails work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkTimes {
    pub invite_hours: u32,
    pub reset_minutes: u32,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self { sign_in: true, min_length: 8, forbid_common: true, forbid_email: true }
    }
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            attempts: 5,
            address_attempts: 20,
            window_minutes: 15,
            first_wait_seconds: 60,
            longest_wait_seconds: 900,
        }
    }
}

impl Default for SessionTimes {
    fn default() -> Self {
        Self { idle_minutes: 12 * 60, absolute_hours: 30 * 24 }
    }
}

impl Default for LinkTimes {
    fn default() -> Self {
        Self { invite_hours: 72, reset_minutes: 60 }
    }
}

impl SessionTimes {
    pub(crate) fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.idle_minutes))
    }

    pub(crate) fn absolute(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.absolute_hours))
    }
}

impl SecuritySettings {
    /// `None` when one may come from anywhere.
    pub(crate) fn addresses(&self) -> Option<Vec<AddressRange>> {
        let ranges = || self.allowed_ips.iter().filter_map(|text| AddressRange::parse(text)).collect();
        (!self.allowed_ips.is_empty()).then(ranges)
    }
}

impl Identity {
    /// What holds in a tenant.
    pub async fn security_settings(&self, tenant: &Tenant) -> Result<SecuritySettings> {
        Ok(store::load(&self.pool, tenant.id).await?)
    }

    /// Gives a tenant the settings that it had where it comes from.
    pub async fn put_security_settings(&self, tenant: &Tenant, settings: &SecuritySettings) -> Result<()> {
        let (mut transaction, now) = (self.pool.begin().await?, self.clock.now());
        store::lock(&mut transaction, tenant.id, now).await?;
        store::put(&mut transaction, tenant.id, settings, now).await?;
        Ok(transaction.commit().await?)
    }

    /// Whether somebody must have a second factor, by a role of theirs or one that it inherits.
    pub(crate) async fn requires_second_factor(
        &self,
        tenant: &Tenant,
        actor: &Actor,
        settings: &SecuritySettings,
    ) -> Result<bool> {
        let required = &settings.two_factor.required_roles;
        if required.is_empty() {
            return Ok(false);
        }
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let roles = snapshot.policies.roles_of(actor);
        Ok(required.iter().any(|role| roles.contains(role.as_str()) || actor.roles.contains(role)))
    }

    /// Changes what the document names, section by section; all problems at once. It holds for the next request on
    /// every node, open sessions included.
    pub async fn change_security_settings(
        &self,
        caller: &Caller,
        ip: Option<std::net::IpAddr>,
        patch: &Json,
    ) -> Result<SecuritySettings> {
        let tenant = &caller.tenant;
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let roles: Vec<String> = snapshot.catalog.parts.roles.keys().cloned().collect();
        let (pool, tenant_id, now, patch) = (self.pool.clone(), tenant.id, self.clock.now(), patch.clone());
        let (event, own_tenant) = (self.event(Deed::SettingsChanged, "security_settings"), tenant.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            let mut settings = store::lock(&mut transaction, tenant_id, now).await?;
            let before = settings.clone();
            let mut problems = settings.apply(&patch, &roles);
            problems.extend(settings.shuts_out(ip));
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            store::put(&mut transaction, tenant_id, &settings, now).await?;
            let times = (settings.sessions.idle(), settings.sessions.absolute());
            crate::sessions::store::shorten(&mut transaction, tenant_id, times).await?;
            let event = event.with(differences(&before, &settings));
            tell(&mut transaction, &own_tenant, event).await?;
            transaction.commit().await?;
            Ok(settings)
        };
        self.change(tenant, work).await
    }
}

/// `{"password.min_length": [8, 12], …}`.
fn differences(before: &SecuritySettings, after: &SecuritySettings) -> Json {
    let flat = |settings: &SecuritySettings| {
        let mut keys = std::collections::BTreeMap::new();
        for (section, value) in json!(settings).as_object().into_iter().flatten() {
            match value.as_object() {
                Some(inner) => {
                    keys.extend(inner.iter().map(|(key, value)| (format!("{section}.{key}"), value.clone())));
                }
                None => drop(keys.insert(section.clone(), value.clone())),
            }
        }
        keys
    };
    let (before, after) = (flat(before), flat(after));
    let changed = after.into_iter().filter(|(key, value)| before.get(key) != Some(value));
    changed.map(|(key, value)| (key.clone(), json!([before.get(&key), value]))).collect()
}

impl SecuritySettings {
    /// Whoever sets this must be able to take it back.
    fn shuts_out(&self, ip: Option<std::net::IpAddr>) -> Option<Problem> {
        let ranges = self.addresses()?;
        let inside = ip.is_some_and(|ip| ranges.iter().any(|range| range.contains(ip)));
        let here = ip.map_or_else(|| "an unknown address".to_owned(), |ip| ip.to_string());
        let message =
            format!("this would shut you out: you come from {here}, which is in none of the ranges");
        (!inside).then(|| Problem::new("allowed_ips", "shuts-out", message))
    }
}
