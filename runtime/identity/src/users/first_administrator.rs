//! The first person of a tenant, who can make all others.

use engine::Tenant;
use permissions::ADMINISTRATOR;
use uuid::Uuid;

use super::{NewUser, User, normalise_email, store};
use crate::Identity;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// What was found or made.
#[derive(Debug)]
pub enum FirstAdministrator {
    /// Somebody administers the tenant already; nothing was changed.
    Exists,
    /// Made just now.
    Made {
        user_id: Uuid,
        /// As it is used to sign in.
        email: String,
        /// The password, if one was made up; this is the only moment to tell it.
        password: Option<Secret>,
    },
}

impl Identity {
    /// Sees to it that somebody can administer the tenant. At every start, on every node: whoever is first makes the
    /// user. A given password is the operator's choice and may be short; without one it is made up.
    pub async fn first_administrator(
        &self,
        tenant: &Tenant,
        email: &str,
        name: Option<&str>,
        password: Option<Secret>,
    ) -> Result<FirstAdministrator> {
        let mut lock = self.pool.begin().await?;
        store::lock_people(&mut lock, tenant.id).await?;
        let there = self.list_administrators(tenant).await?;
        let ids: Vec<Uuid> = there.iter().map(|user| user.id).collect();
        if !store::load_with_password(&self.pool, tenant.id, &ids).await?.is_empty() {
            return Ok(FirstAdministrator::Exists);
        }
        let made = self.make_first(tenant, there, (email, name), password).await?;
        lock.commit().await?;
        Ok(made)
    }

    async fn make_first(
        &self,
        tenant: &Tenant,
        there: Vec<User>,
        (email, name): (&str, Option<&str>),
        password: Option<Secret>,
    ) -> Result<FirstAdministrator> {
        let email = normalise_email(email)
            .ok_or_else(|| Error::Invalid(super::check_email(email).into_iter().collect()))?;
        let made_up = password.is_none().then(Secret::new_password);
        let password = password.or_else(|| made_up.clone());
        let user_id = match there.into_iter().find(|user| user.email.as_deref() == Some(&email)) {
            // Left without a password by a start that was cut off.
            Some(user) => {
                let hash = self.hash_of(password.as_ref()).await?.unwrap_or_default();
                store::put_password(&self.pool, (tenant.id, user.id), &hash, self.clock.now()).await?;
                user.id
            }
            None => self.make_user(tenant, first(&email, name, password)).await?,
        };
        Ok(FirstAdministrator::Made { user_id, email, password: made_up })
    }
}

fn first(email: &str, name: Option<&str>, password: Option<Secret>) -> NewUser {
    NewUser {
        email: email.to_owned(),
        name: name.unwrap_or("Administrator").to_owned(),
        password,
        roles: vec![ADMINISTRATOR.to_owned()],
        permission_sets: Vec::new(),
        teams: Vec::new(),
        manager_id: None,
        title: None,
        time_zone: None,
    }
}
