//! From a credential to a caller, once per request: mostly from memory, without a round trip. What is remembered is
//! proved by the engine, whose statements compare the tenant's `access` counter with [`Caller::access`].

use std::net::IpAddr;
use std::sync::Arc;

use engine::Tenant;
use permissions::Actor;
use uuid::Uuid;

use self::cache::{Known, Proof};
use crate::addresses::{AddressRange, household};
use crate::error::AuthError;
use crate::rate_limit::Rate;
use crate::secret::{KEY_MARK, Secret, SecretHash, hash};
use crate::support::Support;
use crate::{Identity, api_keys, sessions};

mod cache;
mod lookup;

pub(crate) use cache::Callers;

/// What a request shows.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    /// `Authorization: Bearer`: the token of a session, or an API key.
    Bearer(&'a str),
    /// The session cookie; never a key.
    Cookie(&'a str),
}

/// Who sent a request. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: Arc<Tenant>,
    /// Told on to each of the caller's requests, which copy nothing of it.
    pub actor: Arc<Actor>,
    pub email: Option<Arc<str>>,
    /// The tenant's `access` counter that all this was looked up under.
    pub access: i64,
    /// `None` for a key.
    pub session: Option<SessionInfo>,
    /// `None` for a session.
    pub key: Option<Uuid>,
    /// What is left of the requests; `None` without a limit.
    pub rate: Option<Rate>,
    /// A key with a role or scopes of its own: it may not make credentials.
    pub is_limited: bool,
    /// A key that ends, or is slowed or tied to addresses: it may not make keys, which could outlive it.
    pub is_bounded: bool,
    /// The tenant asks for a second factor that this person has not set up: nothing else may be done before.
    pub must_enrol: bool,
    /// The version whose names a key's requests say.
    pub version: Option<String>,
}

impl Caller {
    /// Whether it is somebody at the reseller.
    pub fn is_support(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.support.is_some())
    }

    /// Refuses keys.
    pub(crate) fn require_session(&self) -> crate::Result<()> {
        if self.session.is_some() { Ok(()) } else { Err(crate::Error::NeedsSession) }
    }
}

/// The session that a request belongs to.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    pub id: Uuid,
    /// What changing requests with the cookie must show as `X-CSRF-Token`; compare with [`Secret::matches`].
    pub csrf: Secret,
    pub created_at: chrono::DateTime<chrono::Utc>,
    /// The provider that let its user in; `None` for a password.
    pub provider: Option<Uuid>,
    /// Somebody at the reseller, whom the tenant lets in; `None` for its own people.
    pub support: Option<Support>,
}

impl<'a> Credential<'a> {
    fn text(self) -> &'a str {
        match self {
            Self::Bearer(text) | Self::Cookie(text) => text,
        }
    }

    fn is_key(self) -> bool {
        self.text().starts_with(KEY_MARK)
    }

    fn hash(self) -> SecretHash {
        hash(self.text())
    }
}

impl Identity {
    /// Who shows this credential. `ip` is where the request comes from.
    ///
    /// The answer may be remembered: ask the engine with `Context::access` set to [`Caller::access`], and when it
    /// answers `Outdated`, ask [`authenticate_again`](Self::authenticate_again). Routes that ask the engine nothing
    /// use [`authenticate_fresh`](Self::authenticate_fresh).
    pub async fn authenticate(
        &self,
        credential: Credential<'_>,
        ip: Option<IpAddr>,
    ) -> Result<Caller, AuthError> {
        let known = self.known(credential, ip).await?;
        let rate = self.count(&known, ip).await?;
        Ok(Caller { rate, ..known.caller.clone() })
    }

    /// The same, compared with the tenant's counter at the price of a round trip.
    pub async fn authenticate_fresh(
        &self,
        credential: Credential<'_>,
        ip: Option<IpAddr>,
    ) -> Result<Caller, AuthError> {
        let caller = self.authenticate(credential, ip).await?;
        match self.engine.fresh_snapshot(&caller.tenant).await {
            Ok((_, versions)) if versions.access == caller.access => Ok(caller),
            // Changed, or the tenant is gone.
            _ => self.authenticate_again(credential, ip, caller.rate).await,
        }
    }

    /// What is remembered by now of who was let in before, within a request that was counted already: `rate` is what that
    /// answered. As much to be trusted as [`authenticate`](Self::authenticate).
    pub async fn recall(
        &self,
        credential: Credential<'_>,
        ip: Option<IpAddr>,
        rate: Option<Rate>,
    ) -> Result<Caller, AuthError> {
        let known = self.known(credential, ip).await?;
        Ok(Caller { rate, ..known.caller.clone() })
    }

    /// Looks the caller up anew, within a request that was counted already: `rate` is what that answered.
    pub async fn authenticate_again(
        &self,
        credential: Credential<'_>,
        ip: Option<IpAddr>,
        rate: Option<Rate>,
    ) -> Result<Caller, AuthError> {
        self.forget(credential);
        self.recall(credential, ip, rate).await
    }

    /// Drops what is remembered of a credential.
    pub fn forget(&self, credential: Credential<'_>) {
        self.callers.forget(credential.hash());
    }

    /// Ends the caller's session. Without one (a key) there is nothing to end.
    pub async fn logout(&self, caller: &Caller) -> crate::Result<()> {
        let Some(session) = &caller.session else { return Ok(()) };
        match self.revoke_session(&caller.tenant, caller.actor.user_id, session.id).await {
            Err(crate::Error::NotFound) => Ok(()),
            done => done,
        }
    }

    async fn known(&self, credential: Credential<'_>, ip: Option<IpAddr>) -> Result<Arc<Known>, AuthError> {
        let now = self.clock.now();
        if matches!(credential, Credential::Cookie(_)) && credential.is_key() {
            return Err(AuthError::Unknown);
        }
        // Over as far as memory goes: another node may have prolonged it.
        let remembered = self.callers.find(credential.hash()).filter(|known| !known.is_over(now));
        let known = match remembered {
            Some(known) => known,
            // Boxed, as are the other rare turns here: what is awaited in place is carried by every request.
            None => Box::pin(self.look_up(credential))
                .await?
                .filter(|known| !known.is_over(now))
                .ok_or(AuthError::Unknown)?,
        };
        if !known.is_allowed_from(ip) {
            return Err(AuthError::Address);
        }
        self.note_use(&known, now).await;
        Ok(known)
    }

    /// Gives out one request of each limit that holds; the answer shows the one with the least left.
    async fn count(&self, known: &Known, ip: Option<IpAddr>) -> Result<Option<Rate>, AuthError> {
        let (tenant, user) = (known.caller.tenant.id, known.caller.actor.user_id);
        let own = match &known.proof {
            Proof::Key { id, rate_limit, .. } => {
                self.uses.count(*id);
                rate_limit.map(|limit| (hash(&format!("key {id}")), limit))
            }
            Proof::Session { .. } => {
                known.limits.per_user_per_hour.map(|limit| (hash(&format!("user {tenant} {user}")), limit))
            }
        };
        let from = known.limits.per_address_per_hour.zip(ip.map(household));
        let from = from.map(|(limit, ip)| (hash(&format!("from {tenant} {ip}")), limit));
        let mut least: Option<Rate> = None;
        for limited in own.into_iter().chain(from) {
            let rate = self.meters.take(&self.pool, limited, self.clock.now()).await?;
            let rate = rate.map_err(AuthError::Throttled)?;
            least = Some(least.filter(|least| least.remaining <= rate.remaining).unwrap_or(rate));
        }
        Ok(least)
    }

    /// Writes down that the credential was used, at most once a minute. A request does not fail for it.
    async fn note_use(&self, known: &Known, now: chrono::DateTime<chrono::Utc>) {
        if known.is_due(now) {
            Box::pin(self.write_use(known, now)).await;
        }
    }

    async fn write_use(&self, known: &Known, now: chrono::DateTime<chrono::Utc>) {
        let noted = match &known.proof {
            Proof::Session { id, created_at, times, until } => {
                let expires_at = sessions::expires_at((times, *until), *created_at, now);
                sessions::store::touch(&self.pool, *id, now, expires_at).await
            }
            Proof::Key { id, .. } => {
                api_keys::store::touch(&self.pool, (*id, self.uses.take(*id)), now).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a credential could not be noted");
        }
    }
}

impl Known {
    fn is_allowed_from(&self, ip: Option<IpAddr>) -> bool {
        let within = |ranges: &Option<Vec<AddressRange>>| {
            ranges.as_ref().is_none_or(|ranges| {
                ip.is_some_and(|ip| ranges.iter().any(|range: &AddressRange| range.contains(ip)))
            })
        };
        let own = match &self.proof {
            Proof::Key { addresses, .. } => within(addresses),
            Proof::Session { .. } => true,
        };
        own && within(&self.tenant_addresses)
    }
}
