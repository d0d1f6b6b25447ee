//! Whom a caller may change, and to what: nobody hands out more than they hold, or takes over somebody who holds more.

use engine::Tenant;
use permissions::{ADMINISTRATOR, Actor, ActorKind, Membership, Policies};
use uuid::Uuid;

use super::{NewUser, User, UserPatch, normalise_email};
use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, LoginError, Result};
use crate::login::Origin;
use crate::secret::Secret;

impl Identity {
    /// The same as `create_user` for somebody who asks.
    pub async fn create_user_as(&self, caller: &Caller, user: NewUser) -> Result<Uuid> {
        self.refuse_beyond(caller, (&user.roles, &user.permission_sets)).await?;
        self.create_user(&caller.tenant, user).await
    }

    /// The same as `patch_user` for somebody who asks. One's own password takes the old one, and so does
    /// one's own address.
    pub async fn patch_user_as(&self, caller: &Caller, id: Uuid, patch: UserPatch) -> Result<()> {
        let tenant = &caller.tenant;
        if patch.password.is_some() && id == caller.actor.user_id {
            return Err(Error::Exists(
                "your own password is changed with the old one: POST /auth/v1/password",
            ));
        }
        let user = self.load_person(tenant, id).await?;
        let email = patch.email.as_deref().and_then(normalise_email);
        if id == caller.actor.user_id && email.is_some() && email != user.email {
            self.prove_own(caller, patch.current_password.as_ref()).await?;
        }
        if patch.takes_over(&user) {
            self.refuse_beyond(caller, (&user.roles, &user.permission_sets)).await?;
        }
        let none = Vec::new();
        let roles = patch.roles.as_ref().filter(|roles| **roles != user.roles).unwrap_or(&none);
        let sets = patch.permission_sets.as_ref().filter(|sets| **sets != user.permission_sets);
        self.refuse_beyond(caller, (roles, sets.unwrap_or(&none))).await?;
        self.patch_user(tenant, id, patch).await
    }

    /// Whoever found a session open must not lead links to new passwords to an address of their own.
    async fn prove_own(&self, caller: &Caller, password: Option<&Secret>) -> Result<()> {
        caller.require_session()?;
        let way = "your own address is changed with your password: say it as current_password";
        let password = password.ok_or(Error::Exists(way))?;
        let engine::Origin { ip, user_agent } = self.acting.origin.clone();
        let origin = Origin { ip, user_agent: user_agent.map(|agent| agent.to_string()) };
        self.prove_password(caller, password, &origin).await.map_err(|error| match error {
            LoginError::Failed(error) => error,
            // Too many wrong ones.
            _ => Error::Busy,
        })
    }

    /// The same as `reset_two_factor` for somebody who asks. One's own second factor takes a proof.
    pub async fn reset_two_factor_as(&self, caller: &Caller, id: Uuid) -> Result<()> {
        if id == caller.actor.user_id {
            let way = "your own second factor is taken away with a code: DELETE /auth/v1/two-factor";
            return Err(Error::Exists(way));
        }
        let user = self.load_person(&caller.tenant, id).await?;
        self.refuse_beyond(caller, (&user.roles, &user.permission_sets)).await?;
        self.reset_two_factor(&caller.tenant, id).await
    }

    /// Whether there is such a person, who may sign in.
    pub async fn is_active(&self, tenant: &Tenant, id: Uuid) -> Result<bool> {
        Ok(self.load_person(tenant, id).await?.is_active)
    }

    async fn load_person(&self, tenant: &Tenant, id: Uuid) -> Result<User> {
        self.load_user(tenant, id).await?.filter(|user| user.is_person).ok_or(Error::NotFound)
    }

    pub(crate) async fn refuse_beyond(
        &self,
        caller: &Caller,
        (roles, sets): (&[String], &[String]),
    ) -> Result<()> {
        let (snapshot, _) = self.engine.fresh_snapshot(&caller.tenant).await?;
        let membership = Membership { permission_sets: sets.to_vec(), ..Membership::default() };
        let (kind, roles) = (ActorKind::Person, roles.to_vec());
        let other =
            Actor { user_id: Uuid::nil(), name: String::new(), roles, membership, kind, scopes: None };
        if covers(&snapshot.policies, &caller.actor, &other) { Ok(()) } else { Err(Error::BeyondRights) }
    }
}

/// Whether an actor holds whatever another does. Only administrators cover administrators.
fn covers(policies: &Policies, actor: &Actor, other: &Actor) -> bool {
    let rules = |actor: &Actor| policies.roles_of(actor).contains(ADMINISTRATOR);
    rules(actor) || (!rules(other) && policies.covers(actor, other))
}

impl UserPatch {
    /// Whether it touches how the user signs in, or what they may do.
    fn takes_over(&self, user: &User) -> bool {
        let email = self.email.as_deref().and_then(normalise_email);
        self.password.is_some()
            || (email.is_some() && email != user.email)
            || self.active.is_some_and(|active| active != user.is_active)
            || self.roles.as_ref().is_some_and(|roles| *roles != user.roles)
            || self.permission_sets.as_ref().is_some_and(|sets| *sets != user.permission_sets)
    }
}
