//! The door: from an e-mail address and a password to a session, and what every other way shares with it. Every failure takes the same way and the same time, whether
//! the user does not exist, has no password, is inactive or typed a wrong one.

use std::net::IpAddr;
use std::time::Duration;

use engine::Tenant;

use self::failures::{Attempt, Lock};
use crate::error::{Error, LoginError};
use crate::login_history::{Method, Outcome, Reason};
use crate::secret::Secret;
use crate::security::Lockout;
use crate::security::{self, SecuritySettings};
use crate::sessions::Opening;
use crate::users::store as credentials;
use crate::{Identity, password, providers, users};

pub(crate) mod failures;
mod prove;
mod store;

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

/// One sign-in under way.
pub(crate) struct Door<'d> {
    tenant: &'d Tenant,
    /// As it is stored; `None` when what was typed is no address.
    email: Option<String>,
    attempt: Attempt,
    settings: SecuritySettings,
    origin: Origin,
    method: Method<'d>,
}

impl Identity {
    /// Opens a session for whoever knows the password of the user with this address and has no second factor.
    pub async fn login(
        &self,
        tenant: &Tenant,
        email: &str,
        password: &Secret,
        origin: Origin,
    ) -> Result<NewSession, LoginError> {
        self.login_with_code(tenant, email, (password, None), origin).await
    }

    /// The same with a code of the second factor, or a recovery code, for those who have one.
    pub async fn login_with_code(
        &self,
        tenant: &Tenant,
        email: &str,
        (password, code): (&Secret, Option<&str>),
        origin: Origin,
    ) -> Result<NewSession, LoginError> {
        let door = self.door(tenant, (email, Method::Password), origin).await?;
        self.refuse_address(&door).await?;
        self.refuse_locked(&door).await?;
        let turn = self.passwords.turn().await.map_err(busy)?;
        // Again, now that few others are under way: a burst of guesses gets no further than a slow row of them.
        self.refuse_locked(&door).await?;
        let user = self.find_person(tenant, door.email.as_deref()).await?;
        // Asked for in any case, so that the number of round trips tells nothing.
        let id = user.as_ref().map_or_else(uuid::Uuid::nil, |user| user.id);
        let stored = credentials::load_password(&self.pool, tenant.id, id).await?;
        let has_password = stored.is_some();
        // The turn is kept until the outcome is noted, or the next in the row would start without knowing of it.
        let (fits, _turn) = self.passwords.verify(turn, password, stored).await?;
        match user {
            Some(user) if fits && user.is_active && !self.may_use_password(tenant, &user).await? => {
                self.note(&door, Some(user.id), Err(Reason::PasswordOff)).await?;
                Err(LoginError::PasswordOff)
            }
            Some(user) if fits && user.is_active => self.let_in(&door, &user, code).await,
            user => {
                let reason = match &user {
                    None => Reason::UnknownUser,
                    Some(_) if !has_password => Reason::NoPassword,
                    Some(_) if !fits => Reason::WrongPassword,
                    Some(_) => Reason::Inactive,
                };
                Err(self.turn_away(&door, user.map(|user| user.id), reason).await)
            }
        }
    }

    /// The same at the door of a tenant that is suspended: only whoever would have got in is told so.
    pub async fn refuse_suspended(
        &self,
        tenant: &Tenant,
        email: &str,
        proofs: (&Secret, Option<&str>),
        origin: Origin,
    ) -> LoginError {
        match self.login_with_code(tenant, email, proofs, origin).await {
            // Nobody learns the token of the session, and none is let in while the tenant is suspended.
            Ok(_) => LoginError::Suspended,
            Err(error) => error,
        }
    }

    /// The same where there is no such tenant: a password is checked all the same, which is what takes time.
    pub async fn refuse_stranger(&self, password: &Secret, origin: Origin) -> LoginError {
        let (attempt, lockout) = (Attempt::of_stranger(origin.ip), Lockout::default());
        let checked = async {
            let now = self.clock.now();
            if let Some(Lock { wait, limit }) = attempt.find_lock(&self.pool, &lockout, now).await? {
                return Err(LoginError::Throttled { retry_after: wait, limit });
            }
            attempt.note_failure(&self.pool, &lockout, now).await?;
            let turn = self.passwords.turn().await.map_err(busy)?;
            self.passwords.verify(turn, password, None).await?;
            Ok::<_, LoginError>(())
        };
        checked.await.err().unwrap_or(LoginError::Wrong)
    }

    /// Whether a password lets this user in: where people come by a provider it may be administrators' alone, who are
    /// never shut out by what happens elsewhere.
    pub(crate) async fn may_use_password(&self, tenant: &Tenant, user: &users::User) -> Result<bool, Error> {
        let settings = security::store::load(&self.pool, tenant.id).await?;
        let is_free = settings.password.sign_in || user.is_administrator();
        Ok(is_free || !providers::store::has_active(&self.pool, tenant.id).await?)
    }

    pub(crate) async fn door<'d>(
        &self,
        tenant: &'d Tenant,
        (email, method): (&str, Method<'d>),
        origin: Origin,
    ) -> Result<Door<'d>, Error> {
        let email = users::normalise_email(email);
        let attempt = Attempt::new(tenant, email.as_deref().unwrap_or_default(), origin.ip);
        let settings = security::store::load(&self.pool, tenant.id).await?;
        Ok(Door { tenant, email, attempt, settings, origin, method })
    }

    async fn let_in(
        &self,
        door: &Door<'_>,
        user: &users::User,
        code: Option<&str>,
    ) -> Result<NewSession, LoginError> {
        if self.has_second_factor(door.tenant, user.id).await? {
            // Failures are not forgotten before the code was right: the password alone must not reset the count.
            let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
                self.note(door, Some(user.id), Err(Reason::TotpRequired)).await?;
                return Err(LoginError::TotpRequired { wrong: false });
            };
            if !self.take_code(door.tenant, user.id, code).await? {
                return Err(self.refuse_code(door, user.id).await);
            }
        }
        Ok(self.open(door, user.id, Opening::default()).await?)
    }

    /// The one place where a sign-in becomes a session, whatever proved it.
    pub(crate) async fn open(
        &self,
        door: &Door<'_>,
        user: uuid::Uuid,
        opening: Opening,
    ) -> Result<NewSession, Error> {
        door.attempt.forget(&self.pool, self.clock.now()).await?;
        let times = &door.settings.sessions;
        let session = self.open_session(door.tenant, user, (&door.origin, times), opening).await?;
        self.note(door, Some(user), Ok(session.id)).await?;
        Ok(session)
    }

    /// Counts and notes a wrong code of the second factor.
    pub(crate) async fn refuse_code(&self, door: &Door<'_>, user: uuid::Uuid) -> LoginError {
        match self.turn_away(door, Some(user), Reason::WrongCode).await {
            LoginError::Wrong => LoginError::TotpRequired { wrong: true },
            failed => failed,
        }
    }

    /// One's turn to guess; it is kept until the outcome is noted.
    pub(crate) async fn turn_of_guesses(&self) -> Result<password::Turn, LoginError> {
        self.passwords.turn().await.map_err(busy)
    }

    /// Counts and notes a failure: the same statements whatever it was.
    async fn turn_away(&self, door: &Door<'_>, user: Option<uuid::Uuid>, reason: Reason) -> LoginError {
        let counted = door.attempt.note_failure(&self.pool, &door.settings.lockout, self.clock.now()).await;
        let locked = match counted {
            Ok(locked) => locked,
            Err(error) => return error.into(),
        };
        let reason = if locked { Reason::WrongAndLocked } else { reason };
        match self.note(door, user, Err(reason)).await {
            Ok(()) => LoginError::Wrong,
            Err(error) => error.into(),
        }
    }

    async fn note(
        &self,
        door: &Door<'_>,
        user: Option<uuid::Uuid>,
        result: Result<uuid::Uuid, Reason>,
    ) -> Result<(), Error> {
        let outcome = Outcome { user, email: door.email.as_deref(), method: door.method, result };
        self.note_login(door.tenant, &door.origin, outcome).await
    }

    /// The tenant's own list of addresses; who asks does not matter, so it says nothing about anybody.
    pub(crate) async fn refuse_address(&self, door: &Door<'_>) -> Result<(), LoginError> {
        let Some(ranges) = door.settings.addresses() else { return Ok(()) };
        if door.origin.ip.is_some_and(|ip| ranges.iter().any(|range| range.contains(ip))) {
            return Ok(());
        }
        let (attempt, lockout, now) = (door.attempt.of_address(), &door.settings.lockout, self.clock.now());
        if attempt.find_lock(&self.pool, lockout, now).await?.is_none() {
            attempt.note_failure(&self.pool, lockout, now).await?;
            self.note(door, None, Err(Reason::Address)).await?;
        }
        Err(LoginError::Address)
    }

    pub(crate) async fn refuse_locked(&self, door: &Door<'_>) -> Result<(), LoginError> {
        let now = self.clock.now();
        let Some(lock) = door.attempt.find_lock(&self.pool, &door.settings.lockout, now).await? else {
            return Ok(());
        };
        if door.attempt.note_refusal(&self.pool).await? {
            self.note(door, None, Err(Reason::Locked)).await?;
        }
        let Lock { wait, limit } = lock;
        Err(LoginError::Throttled { retry_after: wait, limit })
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
        Error::Busy => LoginError::Throttled { retry_after: Duration::from_secs(1), limit: 0 },
        other => LoginError::Failed(other),
    }
}
