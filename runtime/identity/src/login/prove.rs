//! Somebody who is signed in shows the password, or a code, again before something that an open session alone should
//! not do. Failures count as those of a sign-in do.

use super::failures::Attempt;
use super::{Door, Origin};
use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, LoginError};
use crate::login_history::Method;
use crate::secret::Secret;
use crate::users::store;
use chrono::TimeDelta;
use metadata::Problem;

/// So soon after a provider has let somebody in it need not be asked again.
const FRESH: TimeDelta = TimeDelta::minutes(10);

impl Identity {
    /// Whether it is the caller's own password; or whether they came by a provider this moment: then they may have none.
    pub(crate) async fn prove_self(
        &self,
        caller: &Caller,
        password: Option<&Secret>,
        origin: &Origin,
    ) -> Result<(), LoginError> {
        let Some(password) = password else {
            let came = caller.session.as_ref().filter(|session| session.provider.is_some());
            if came.is_some_and(|session| self.clock.now() - session.created_at < FRESH) {
                return Ok(());
            }
            let way = "show your password, or sign in by your provider again: it is taken for ten minutes";
            return Err(Error::Invalid(vec![Problem::new("password", "required", way)]).into());
        };
        self.prove_password(caller, password, origin).await
    }

    /// Whether it is the caller's own password.
    pub(crate) async fn prove_password(
        &self,
        caller: &Caller,
        password: &Secret,
        origin: &Origin,
    ) -> Result<(), LoginError> {
        let door = self.inner_door(caller, origin).await?;
        self.refuse_locked(&door).await?;
        let turn = self.passwords.turn().await.map_err(super::busy)?;
        self.refuse_locked(&door).await?;
        let stored = store::load_password(&self.pool, caller.tenant.id, caller.actor.user_id).await?;
        let (fits, _turn) = self.passwords.verify(turn, password, stored).await?;
        if fits {
            return Ok(());
        }
        door.attempt.note_failure(&self.pool, &door.settings.lockout, self.clock.now()).await?;
        let problem = Problem::new("password", "wrong-password", "this is not your password");
        Err(Error::Invalid(vec![problem]).into())
    }

    /// Whether it is a code of the caller's second factor; it is used up.
    pub(crate) async fn prove_code(
        &self,
        caller: &Caller,
        code: &str,
        origin: &Origin,
    ) -> Result<bool, LoginError> {
        let right = self.take_code(&caller.tenant, caller.actor.user_id, code).await?;
        if !right {
            let door = self.inner_door(caller, origin).await?;
            door.attempt.note_failure(&self.pool, &door.settings.lockout, self.clock.now()).await?;
        }
        Ok(right)
    }

    /// The failures of a session are the user's own, apart from those of strangers at the sign-in.
    async fn inner_door<'d>(&self, caller: &'d Caller, origin: &Origin) -> Result<Door<'d>, Error> {
        let email = caller.email.as_deref().unwrap_or_default();
        let door = self.door(&caller.tenant, (email, Method::Password), origin.clone()).await?;
        Ok(Door { attempt: Attempt::of_user(&caller.tenant, caller.actor.user_id), ..door })
    }
}
