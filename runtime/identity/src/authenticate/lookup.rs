//! A credential that is not remembered: what the database says about it, in the order that keeps revocation safe.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use engine::{SYSTEM_USER, Tenant};
use permissions::{ADMINISTRATOR, Actor, ActorKind, Membership, Scope};

use super::cache::{Known, Proof};
use super::{Caller, Credential, SessionInfo};
use crate::addresses::AddressRange;
use crate::api_keys::{self, is_given};
use crate::error::{AuthError, Result};
use crate::rate_limit::DEFAULT_PER_HOUR;
use crate::secret::csrf;
use crate::support::Support;
use crate::users::User;
use crate::{Identity, providers, sessions};

impl Identity {
    /// `None` when the credential gives nobody.
    ///
    /// First only the tenant, then the tenant's counter, then the credential and the user: both are at least as new
    /// as the counter that they are kept under. A statement that read them before the counter could keep a caller
    /// who was revoked in between.
    pub(super) async fn look_up(&self, credential: Credential<'_>) -> Result<Option<Arc<Known>>, AuthError> {
        let Some(tenant) = self.load_tenant_of(credential).await? else { return Ok(None) };
        let access = match self.engine.fresh_snapshot(&tenant).await {
            Ok((_, versions)) => versions.access,
            // Deleted this moment: then the credential is gone too.
            Err(_) if self.load_tenant_of(credential).await?.is_none() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let known = if credential.is_key() {
            self.look_up_key(credential, tenant, access).await?
        } else {
            self.look_up_session(credential, tenant, access).await?
        };
        // Suspended since: the counter that is kept may be the one of after.
        if known.is_some() && self.load_tenant_of(credential).await?.is_none() {
            return Ok(None);
        }
        let known = known.map(Arc::new);
        if let Some(known) = &known {
            self.callers.keep(credential.hash(), Arc::clone(known));
        }
        Ok(known)
    }

    async fn load_tenant_of(&self, credential: Credential<'_>) -> Result<Option<Tenant>, AuthError> {
        let row = if credential.is_key() {
            api_keys::store::load_tenant(&self.pool, credential.hash()).await?
        } else {
            sessions::store::load_tenant(&self.pool, credential.hash()).await?
        };
        match row {
            Some((.., false)) => Err(AuthError::Suspended),
            row => Ok(row.map(|(id, slug, schema, _)| Tenant { id, slug, schema })),
        }
    }

    async fn look_up_session(
        &self,
        credential: Credential<'_>,
        tenant: Tenant,
        access: i64,
    ) -> Result<Option<Known>> {
        let row = sessions::store::load(&self.pool, credential.hash()).await?;
        let Some((id, user, created_at, last_seen_at, provider, has_proved, consent, by)) = row else {
            return Ok(None);
        };
        let support = match consent {
            Some(consent) => match self.find_support((tenant.id, consent), by).await? {
                Some(found) => Some(found),
                None => return Ok(None),
            },
            None => None,
        };
        let user = self.load_user(&tenant, user).await?;
        let may_be = |user: &User| user.is_active && (user.is_person || support.is_some());
        let Some(user) = user.filter(may_be) else { return Ok(None) };
        let membership = self.engine.membership(&tenant, user.id, user.permission_sets).await?;
        let roles = support.as_ref().map_or(user.roles, |support| support.roles.clone());
        let actor = Actor {
            user_id: user.id,
            name: user.name,
            roles,
            membership,
            kind: ActorKind::Person,
            scopes: support.as_ref().map(Support::scopes),
        };
        let until = support.as_ref().map(|support| support.until);
        let is_own = support.is_none();
        let session = Some(SessionInfo { id, csrf: csrf(credential.text()), created_at, provider, support });
        let settings = self.security_settings(&tenant).await?;
        // A password that still lets somebody in where others come by a provider is not enough by itself.
        let is_exception = !settings.password.sign_in
            && provider.is_none()
            && is_own
            && rules(&actor)
            && providers::store::has_active(&self.pool, tenant.id).await?;
        let is_required = is_exception || self.requires_second_factor(&tenant, &actor, &settings).await?;
        // Whoever comes by the reseller has no second factor here: the consent lets them in, and nothing else does.
        let must_enrol =
            is_own && is_required && !has_proved && !self.has_second_factor(&tenant, actor.user_id).await?;
        let (tenant, actor, email) = (Arc::new(tenant), Arc::new(actor), user.email.map(Into::into));
        let (is_limited, is_bounded) = (false, false);
        let caller = Caller {
            tenant,
            actor,
            email,
            access,
            session,
            key: None,
            version: None,
            rate: None,
            is_limited,
            is_bounded,
            must_enrol,
        };
        let noted_at = AtomicI64::new(last_seen_at.timestamp_millis());
        let tenant_addresses = settings.addresses();
        let limits = settings.rate_limits;
        let proof = Proof::Session { id, created_at, times: settings.sessions, until };
        Ok(Some(Known { caller, proof, tenant_addresses, limits, noted_at }))
    }

    async fn look_up_key(
        &self,
        credential: Credential<'_>,
        tenant: Tenant,
        access: i64,
    ) -> Result<Option<Known>> {
        let Some(key) = api_keys::store::load(&self.pool, credential.hash()).await? else { return Ok(None) };
        let user = self.load_user(&tenant, key.user).await?.filter(may_have_keys);
        let Some(user) = user else { return Ok(None) };
        let email = user.email.clone().map(Into::into);
        // A key that is limited to a role has none of the sets that its user has beside.
        let sets = if key.role.is_some() { Vec::new() } else { user.permission_sets.clone() };
        let membership = self.engine.membership(&tenant, user.id, sets).await?;
        let caller = Caller {
            tenant: Arc::new(tenant),
            email,
            access,
            session: None,
            key: Some(key.id),
            rate: None,
            is_limited: key.role.is_some() || key.scopes.is_some(),
            is_bounded: key.expires_at.is_some()
                || key.allowed_ips.is_some()
                || key.rate_limit.is_some_and(|limit| i64::from(limit) < i64::from(DEFAULT_PER_HOUR)),
            must_enrol: false,
            version: key.version.clone(),
            actor: Arc::new(Actor { membership, ..actor(user, key.role, key.scopes) }),
        };
        let addresses =
            key.allowed_ips.map(|ranges| ranges.iter().filter_map(|r| AddressRange::parse(r)).collect());
        let proof =
            Proof::Key { id: key.id, expires_at: key.expires_at, rate_limit: key.rate_limit, addresses };
        let noted_at = AtomicI64::new(key.last_used_at.map_or(0, |at| at.timestamp_millis()));
        let settings = self.security_settings(&caller.tenant).await?;
        let (tenant_addresses, limits) = (settings.addresses(), settings.rate_limits);
        Ok(Some(Known { caller, proof, tenant_addresses, limits, noted_at }))
    }
}

fn rules(actor: &Actor) -> bool {
    actor.roles.iter().any(|role| role == ADMINISTRATOR)
}

fn may_have_keys(user: &User) -> bool {
    user.id == SYSTEM_USER || (user.is_active && user.is_person)
}

fn actor(user: User, role: Option<String>, scopes: Option<Vec<String>>) -> Actor {
    let own = if user.id == SYSTEM_USER { vec![ADMINISTRATOR.to_owned()] } else { user.roles };
    let roles = match role {
        // The user may have lost the role since: then the key gives nothing.
        Some(role) => is_given(&role, &own).then_some(role).into_iter().collect(),
        None => own,
    };
    // A scope that cannot be read gives nothing.
    let scopes = scopes.map(|scopes| scopes.iter().filter_map(|scope| Scope::parse(scope)).collect());
    let membership = Membership::default();
    Actor { user_id: user.id, name: user.name, roles, membership, kind: ActorKind::ApiKey, scopes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn user(roles: &[&str]) -> User {
        User {
            id: Uuid::from_u128(5),
            name: "Ada".into(),
            email: None,
            roles: roles.iter().map(ToString::to_string).collect(),
            permission_sets: Vec::new(),
            is_active: true,
            is_person: true,
        }
    }

    #[test]
    fn a_key_lends_no_role_that_its_user_has_lost() {
        assert_eq!(actor(user(&["administrator"]), Some("member".into()), None).roles, ["member"]);
        assert!(actor(user(&["member"]), Some("administrator".into()), None).roles.is_empty());
        assert_eq!(actor(user(&["member"]), None, None).roles, ["member"]);
    }

    #[test]
    fn unreadable_scopes_give_nothing() {
        let scopes = Some(vec!["deals:read".to_owned(), "nonsense".to_owned()]);
        assert_eq!(actor(user(&["member"]), None, scopes).scopes.unwrap().len(), 1);
    }
}
