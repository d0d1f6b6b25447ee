//! Somebody at the reseller who signs in to a tenant that lets them: by a link that works once, as a user who is no person
//! of the tenant, with the roles that the consent names. Whether there is a consent, and who is told of it, is `tenancy`'s
//! business; a session is looked up with its consent, so that it is over when that is.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::{SUPPORT_USER, Tenant};
use metadata::Problem;
use permissions::Scope;
use uuid::Uuid;

use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, LoginError, Result};
use crate::login::{NewSession, Origin};
use crate::login_history::{Method, Outcome};
use crate::secret::Secret;
use crate::sessions::Opening;

mod store;

/// A link is followed at once.
const LIFE: TimeDelta = TimeDelta::seconds(60);

/// What somebody of the reseller may do in a session, and until when.
#[derive(Clone, Debug)]
pub struct Support {
    pub consent: Uuid,
    pub until: DateTime<Utc>,
    pub reseller: Arc<str>,
    /// Who it is, as the reseller says.
    pub by: Arc<str>,
    /// In place of those of their user.
    pub roles: Vec<String>,
    /// Whether records may be changed.
    pub writes: bool,
}

impl Support {
    /// Records as the consent says. How the tenant is built, and who may do what there, is to be looked at alone.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        let scope = |area: &str, write| Scope { area: area.to_owned(), write };
        vec![scope("*", self.writes), scope("metadata", false), scope("admin", false)]
    }
}

/// Who wants in, and why, as the reseller says.
#[derive(Clone, Debug)]
pub struct SupportLink {
    pub email: String,
    pub name: String,
    pub reason: String,
}

/// Somebody who has followed a link, and may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    pub tenant: Tenant,
    pub consent: Uuid,
    pub until: DateTime<Utc>,
    pub reseller: String,
    pub email: String,
    pub name: String,
    pub reason: String,
}

impl Identity {
    /// Whether a caller may give these roles to somebody at the reseller: nobody gives more than they have, or by a key.
    pub async fn check_support_roles(&self, caller: &Caller, roles: &[String]) -> Result<()> {
        caller.require_session()?;
        let mut problems = Vec::new();
        for (at, role) in roles.iter().enumerate() {
            let found = self.check_role(&caller.tenant, role).await?;
            problems.extend(found.map(|problem| Problem { path: format!("roles.{at}"), ..problem }));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.refuse_beyond(caller, (roles, &[])).await
    }

    /// A link by which that person comes in once. Answers until when it works.
    pub async fn make_support_link(
        &self,
        consent: Uuid,
        link: &SupportLink,
    ) -> Result<(Secret, DateTime<Utc>)> {
        let (token, now) = (Secret::new_token(), self.clock.now());
        let expires_at = now + LIFE;
        store::delete_expired(&self.pool, now).await?;
        store::put(&self.pool, (consent, token.hash()), link, expires_at).await?;
        Ok((token, expires_at))
    }

    /// Uses a link up. `Wrong` when it was used, is too old, or the consent is over; `Address` when the tenant is not
    /// signed in to from there.
    pub async fn take_support_link(&self, token: &Secret, origin: &Origin) -> Result<Errand, LoginError> {
        let taken = store::take(&self.pool, token.hash(), self.clock.now()).await?;
        let errand = taken.ok_or(LoginError::Wrong)?;
        let tenant = errand.tenant.clone();
        // No account of the tenant's has anything to do with it, so none is counted.
        let door = self.door(&tenant, ("", Method::Support(&errand)), origin.clone()).await?;
        self.refuse_address(&door).await?;
        Ok(errand)
    }

    /// Lets somebody in who has followed a link. `Wrong` when the consent has ended meanwhile.
    pub async fn open_support(&self, errand: &Errand, origin: &Origin) -> Result<NewSession, LoginError> {
        let tenant = &errand.tenant;
        let named = format!("Support ({})", errand.reseller);
        self.engine.put_support_user(tenant, &named).await.map_err(Error::from)?;
        let times = self.security_settings(tenant).await?.sessions;
        let support = Some((errand.consent, errand.name.clone()));
        let opening = Opening { support, until: Some(errand.until), ..Opening::default() };
        let opened = self.open_session(tenant, SUPPORT_USER, (origin, &times), opening).await;
        let session = match opened {
            Err(Error::NotFound) => return Err(LoginError::Wrong),
            session => session?,
        };
        let outcome = Outcome {
            user: Some(SUPPORT_USER),
            email: Some(&errand.email),
            method: Method::Support(errand),
            result: Ok(session.id),
        };
        self.note_login(tenant, origin, outcome).await?;
        Ok(session)
    }

    /// What a session's consent gives; `None` when it has ended. Whether its time is over is asked with each request.
    pub(crate) async fn find_support(
        &self,
        (tenant, consent): (Uuid, Uuid),
        by: Option<String>,
    ) -> Result<Option<Support>> {
        let row = store::load(&self.pool, (tenant, consent)).await?;
        let by = by.unwrap_or_default().into();
        Ok(row.map(|(until, reseller, roles, access)| Support {
            consent,
            until,
            reseller: reseller.into(),
            by,
            roles,
            writes: access == "write",
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use permissions::{Actor, ActorKind, Membership};

    fn actor(writes: bool) -> Actor {
        let (reseller, by) = ("Shop".into(), "Sam".into());
        let (roles, until) = (vec!["administrator".to_owned()], DateTime::UNIX_EPOCH);
        let support = Support { consent: Uuid::nil(), until, reseller, by, roles: roles.clone(), writes };
        Actor {
            user_id: SUPPORT_USER,
            name: "Support".into(),
            roles,
            membership: Membership::default(),
            kind: ActorKind::Person,
            scopes: Some(support.scopes()),
        }
    }

    #[test]
    fn what_holds_the_tenant_together_is_never_changed() {
        for (writes, area, write, allowed) in [
            (false, "deals", false, true),
            (false, "deals", true, false),
            (true, "deals", true, true),
            (true, "metadata", false, true),
            (true, "metadata", true, false),
            (true, "admin", false, true),
            (true, "admin", true, false),
        ] {
            assert_eq!(actor(writes).in_scope(area, write), allowed, "{writes} {area} {write}");
        }
    }
}
