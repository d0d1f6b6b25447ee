//! From an e-mail address and a password to a session. Every failure takes the same way and the same time, whether
//! the user does not exist, has no password, is inactive or typed a wrong one.

use std::net::IpAddr;
use std::time::Duration;

use engine::Tenant;

use self::failures::Attempt;
use crate::error::{Error, LoginError};
use crate::secret::Secret;
use crate::users::store;
use crate::{Identity, users};

pub(crate) mod failures;

/// Where a sign-in comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

/// A session that was just opened. Its token is known here and to the holder only.
#[derive(Debug)]
pub struct NewSession {
    pub id: uuid::Uuid,
    pub token: Secret,
    /// What changing requests with the session's cookie must show.
    pub csrf: Secret,
    /// The session ends when it is not used for so long.
    pub expires_in: Duration,
}

impl Identity {
    /// Opens a session for whoever knows the password of the user with this address.
    pub async fn login(
        &self,
        tenant: &Tenant,
        email: &str,
        password: &Secret,
        origin: Origin,
    ) -> Result<NewSession, LoginError> {
        let email = users::normalise_email(email);
        let attempt = Attempt::new(tenant, email.as_deref().unwrap_or_default(), origin.ip);
        self.refuse_throttled(&attempt)?;
        let turn = self.passwords.turn().await.map_err(busy)?;
        // Again, now that few others are under way: a burst of guesses gets no further than a slow row of them.
        self.refuse_throttled(&attempt)?;
        let user = self.find_person(tenant, email.as_deref()).await?;
        // Asked for in any case, so that the number of round trips tells nothing.
        let id = user.as_ref().map_or_else(uuid::Uuid::nil, |user| user.id);
        let stored = store::load_password(&self.pool, tenant.id, id).await?;
        // The turn is kept until the outcome is noted, or the next in the row would start without knowing of it.
        let (fits, _turn) = self.passwords.verify(turn, password, stored).await?;
        let Some(user) = user.filter(|user| fits && user.is_active) else {
            self.failures.note(&attempt, self.clock.now());
            return Err(LoginError::Wrong);
        };
        self.failures.forget(&attempt);
        Ok(self.open_session(tenant, user.id, origin).await?)
    }

    fn refuse_throttled(&self, attempt: &Attempt) -> Result<(), LoginError> {
        match self.failures.wait(attempt, self.clock.now()) {
            Some(retry_after) => Err(LoginError::Throttled { retry_after }),
            None => Ok(()),
        }
    }

    async fn find_person(&self, tenant: &Tenant, email: Option<&str>) -> Result<Option<users::User>, Error> {
        // What cannot be an address is asked for too: that takes as long as for one that nobody has.
        let user = self.find_user_by_email(tenant, email.unwrap_or("nobody@invalid")).await?;
        Ok(user.filter(|user| user.is_person && email.is_some()))
    }
}

/// A crowd at the door is told to come back, not that something broke.
fn busy(error: Error) -> LoginError {
    match error {
        Error::Busy => LoginError::Throttled { retry_after: Duration::from_secs(1) },
        other => LoginError::Failed(other),
    }
}
