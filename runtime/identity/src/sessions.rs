//! Sessions: opened by a sign-in, prolonged by use, closed by logging out, by an administrator, or by time.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use serde::Serialize;
use uuid::Uuid;

use crate::Identity;
use crate::error::{Error, Result};
use crate::login::{NewSession, Origin};
use crate::secret::Secret;

pub(crate) mod store;

/// A session that is not used for so long is over.
const IDLE: TimeDelta = TimeDelta::hours(12);
/// Whatever its use, a session is over after so long.
const ABSOLUTE: TimeDelta = TimeDelta::days(30);
/// Longest user agent that is kept, in characters.
const LONGEST_AGENT: usize = 400;

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

/// When a session that was opened at `created_at` and last used at `last_seen_at` is over.
pub(crate) fn expires_at(created_at: DateTime<Utc>, last_seen_at: DateTime<Utc>) -> DateTime<Utc> {
    (last_seen_at + IDLE).min(created_at + ABSOLUTE)
}

impl Identity {
    /// The user's open sessions, the newest first.
    pub async fn list_sessions(&self, tenant: &Tenant, user: Uuid) -> Result<Vec<OpenSession>> {
        Ok(store::load_open(&self.pool, tenant.id, user, self.clock.now()).await?)
    }

    /// Closes one session of the user; `NotFound` when it is not one of theirs or closed already.
    pub async fn revoke_session(&self, tenant: &Tenant, user: Uuid, session: Uuid) -> Result<()> {
        let (pool, tenant_id) = (self.pool.clone(), tenant.id);
        let work = async move {
            let found = store::delete(&pool, tenant_id, user, session).await?;
            if found { Ok(()) } else { Err(Error::NotFound) }
        };
        self.change(tenant, work).await
    }

    /// Makes a session of a user who has proved who they are. Nothing is bumped: nobody can have cached its token.
    pub(crate) async fn open_session(
        &self,
        tenant: &Tenant,
        user: Uuid,
        origin: Origin,
    ) -> Result<NewSession> {
        let now = self.clock.now();
        let (id, token) = (Uuid::now_v7(), Secret::new_token());
        let session = store::Insert {
            id,
            token_hash: token.hash(),
            tenant: tenant.id,
            user,
            now,
            expires_at: expires_at(now, now),
            ip: origin.ip.map(|ip: IpAddr| ip.to_canonical().to_string()),
            user_agent: origin.user_agent.map(|agent| agent.chars().take(LONGEST_AGENT).collect()),
        };
        store::insert(&self.pool, session).await?;
        // Whoever comes back tidies up after themselves.
        store::delete_expired(&self.pool, tenant.id, user, now).await?;
        Ok(NewSession { id, csrf: token.csrf(), token, expires_in: IDLE.to_std().unwrap_or(Duration::ZERO) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn use_prolongs_a_session_up_to_its_end() {
        let start = DateTime::UNIX_EPOCH;
        assert_eq!(expires_at(start, start), start + TimeDelta::hours(12));
        let late = start + TimeDelta::days(29);
        assert_eq!(expires_at(start, late), late + TimeDelta::hours(12));
        assert_eq!(expires_at(start, late + TimeDelta::hours(20)), start + TimeDelta::days(30));
    }
}
