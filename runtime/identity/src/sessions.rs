//! Sessions: opened by a sign-in, prolonged by use, closed by logging out, by an administrator, or by time.

use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::Tenant;
use engine::audit::Deed;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, Result};
use crate::events::tell;
use crate::login::{NewSession, Origin};
use crate::secret::Secret;
use crate::security::SessionTimes;

pub(crate) mod store;

/// One open session, as its user's list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenSession {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// Right to the minute.
    pub last_seen_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ip: Option<String>,
    pub user_agent: Option<String>,
}

/// How a session came to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Opening {
    /// The provider that let its user in; `None` for a password.
    pub provider: Option<Uuid>,
    /// A second factor was shown there.
    pub has_proved: bool,
    /// The consent by which somebody of the reseller comes in, and who that is; the session ends with it.
    pub support: Option<(Uuid, String)>,
    /// The session ends then at the latest.
    pub until: Option<DateTime<Utc>>,
}

/// A session that is to go on under a new token.
pub(crate) struct Renewal {
    /// Tenant and user.
    owner: (Uuid, Uuid),
    id: Uuid,
    times: SessionTimes,
}

impl Renewal {
    /// Gives the session its new token and closes all others of the user: whoever knew the old token, or opened a
    /// session by an old password, is out.
    pub(crate) async fn take(self, transaction: &mut PgConnection) -> Result<NewSession> {
        let token = Secret::new_token();
        if !store::renew(transaction, self.owner, (self.id, token.hash())).await? {
            return Err(Error::NotFound);
        }
        Ok(NewSession { id: self.id, csrf: token.csrf(), token, expires_in: lifetime(&self.times) })
    }
}

/// When a session that was opened at `created_at` and last used at `last_seen_at` is over; at `until` at the latest.
pub(crate) fn expires_at(
    (times, until): (&SessionTimes, Option<DateTime<Utc>>),
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
) -> DateTime<Utc> {
    let ends = (last_seen_at + times.idle()).min(created_at + times.absolute());
    until.map_or(ends, |until| ends.min(until))
}

fn lifetime(times: &SessionTimes) -> Duration {
    times.idle().min(times.absolute()).to_std().unwrap_or(Duration::ZERO)
}

impl Identity {
    /// The user's open sessions, the newest first.
    pub async fn list_sessions(&self, tenant: &Tenant, user: Uuid) -> Result<Vec<OpenSession>> {
        Ok(store::load_open(&self.pool, tenant.id, user, self.clock.now()).await?)
    }

    /// Closes one session of the user; `NotFound` when it is not one of theirs or closed already.
    pub async fn revoke_session(&self, tenant: &Tenant, user: Uuid, session: Uuid) -> Result<()> {
        let own = self.acting.by == Some(user);
        let deed = if own { Deed::SignOut } else { Deed::SessionRevoked };
        let event = self.event(deed, "session").about(session);
        let (pool, own_tenant) = (self.pool.clone(), tenant.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            if !store::delete(&mut *transaction, own_tenant.id, user, session).await? {
                return Err(Error::NotFound);
            }
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await
    }

    /// Closes all sessions of a user, by an administrator.
    pub async fn revoke_sessions_of(&self, tenant: &Tenant, user: Uuid) -> Result<()> {
        self.load_user(tenant, user).await?.filter(|user| user.is_person).ok_or(Error::NotFound)?;
        let (pool, own_tenant) = (self.pool.clone(), tenant.clone());
        let event =
            self.event(Deed::SessionRevoked, "session").about(user).with(json!({ "all": [true, false] }));
        let work = async move {
            let mut transaction = pool.begin().await?;
            store::delete_all(&mut *transaction, own_tenant.id, user).await?;
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(tenant, work).await
    }

    /// How the caller's session goes on under a new token, for the transaction that gives a reason to.
    pub(crate) async fn renewal(&self, caller: &Caller) -> Result<Renewal> {
        let id = caller.session.as_ref().ok_or(Error::NeedsSession)?.id;
        let times = self.security_settings(&caller.tenant).await?.sessions;
        Ok(Renewal { owner: (caller.tenant.id, caller.actor.user_id), id, times })
    }

    /// Makes a session of a user who has proved who they are. Nothing is bumped: nobody can have cached its token.
    pub(crate) async fn open_session(
        &self,
        tenant: &Tenant,
        user: Uuid,
        (origin, times): (&Origin, &SessionTimes),
        opening: Opening,
    ) -> Result<NewSession> {
        let now = self.clock.now();
        let (id, token) = (Uuid::now_v7(), Secret::new_token());
        let expires_at = expires_at((times, opening.until), now, now);
        let session = store::Insert {
            id,
            token_hash: token.hash(),
            tenant: tenant.id,
            user,
            now,
            expires_at,
            ip: origin.ip.map(|ip| ip.to_canonical().to_string()),
            user_agent: origin.agent(),
            opening,
        };
        // What let them in, a provider or a consent, went out of use meanwhile.
        if !store::insert(&self.pool, session).await? {
            return Err(Error::NotFound);
        }
        // Whoever comes back tidies up after themselves.
        store::delete_expired(&self.pool, tenant.id, user, now).await?;
        let expires_in = (expires_at - now).to_std().unwrap_or(Duration::ZERO);
        Ok(NewSession { id, csrf: token.csrf(), token, expires_in })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn use_prolongs_a_session_up_to_its_end() {
        let (start, times) = (DateTime::UNIX_EPOCH, SessionTimes::default());
        let ends = |until, seen| expires_at((&times, until), start, seen);
        let expires_at = |created, seen| expires_at((&times, None), created, seen);
        assert_eq!(expires_at(start, start), start + TimeDelta::hours(12));
        let late = start + TimeDelta::days(29);
        assert_eq!(expires_at(start, late), late + TimeDelta::hours(12));
        assert_eq!(expires_at(start, late + TimeDelta::hours(20)), start + TimeDelta::days(30));
        // No use prolongs one beyond what it was opened for.
        let until = start + TimeDelta::hours(3);
        assert_eq!(ends(Some(until), start + TimeDelta::hours(2)), until);
        assert_eq!(ends(Some(late), start), start + TimeDelta::hours(12));
    }
}
