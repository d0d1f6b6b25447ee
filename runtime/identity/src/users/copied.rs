//! Who may sign in to a copy of a tenant. Its people are there with it, but nothing that proves who they are comes along
//! unless that is said: no sessions or keys ever do. With a password comes the second factor of whoever has one.

use std::collections::BTreeSet;

use engine::Tenant;
use permissions::ADMINISTRATOR;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{NewUser, StoredPassword, check_email, normalise_email};
use crate::Identity;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Whose passwords come along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passwords {
    #[default]
    None,
    Administrators,
    All,
}

/// What is said about the people of a copy, as it waits for it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CopiedPeople {
    pub passwords: Passwords,
    /// People whose passwords come along besides.
    pub keep: Vec<Uuid>,
    /// An administrator with a password of their own, made where there is none with this address.
    pub admin: Option<CopiedAdmin>,
    /// Addresses that are not masked.
    pub unmasked: BTreeSet<String>,
}

/// That one.
#[derive(Clone, Serialize, Deserialize)]
pub struct CopiedAdmin {
    /// As it is used to sign in.
    pub email: String,
    pub name: Option<String>,
    /// PHC string.
    password_hash: String,
}

impl std::fmt::Debug for CopiedAdmin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CopiedAdmin").field("email", &self.email).finish_non_exhaustive()
    }
}

impl Identity {
    /// An administrator to be, with the hash of the password alone.
    pub async fn copied_admin(
        &self,
        email: &str,
        name: Option<&str>,
        password: &Secret,
    ) -> Result<CopiedAdmin> {
        let normal = normalise_email(email);
        let email = normal.ok_or_else(|| Error::Invalid(check_email(email).into_iter().collect()))?;
        let password_hash = self.passwords.hash(password).await?;
        Ok(CopiedAdmin { email, name: name.map(str::to_owned), password_hash })
    }

    /// The addresses by which those sign in whose passwords come along; none where everybody's do.
    pub async fn addresses_kept(&self, from: &Tenant, said: &CopiedPeople) -> Result<BTreeSet<String>> {
        let mut found: BTreeSet<String> = said.admin.iter().map(|admin| admin.email.clone()).collect();
        if said.passwords == Passwords::Administrators {
            found.extend(self.list_administrators(from).await?.into_iter().filter_map(|user| user.email));
        }
        for id in &said.keep {
            found.extend(self.load_user(from, *id).await?.and_then(|user| user.email));
        }
        Ok(found)
    }

    /// Gives a copy that nobody can sign in to yet what was said, and the security settings of where it comes from.
    pub async fn settle_copy(&self, (from, to): (&Tenant, &Tenant), said: &CopiedPeople) -> Result<()> {
        self.put_security_settings(to, &self.security_settings(from).await?).await?;
        let mut passwords = self.list_passwords(from).await?;
        let administrators: Vec<Uuid> = match said.passwords {
            Passwords::Administrators => {
                self.list_administrators(to).await?.iter().map(|user| user.id).collect()
            }
            Passwords::None | Passwords::All => Vec::new(),
        };
        passwords.retain(|one| {
            let id = &one.user_id;
            said.passwords == Passwords::All || administrators.contains(id) || said.keep.contains(id)
        });
        let admin = match &said.admin {
            Some(admin) => Some((self.administrator(to, admin).await?, admin.password_hash.clone())),
            None => None,
        };
        // Whose password is another one here has no device of its own.
        passwords.retain(|one| admin.as_ref().is_none_or(|(user_id, _)| one.user_id != *user_id));
        let kept: Vec<Uuid> = passwords.iter().map(|one| one.user_id).collect();
        self.copy_factors((from, to), &kept).await?;
        if let Some((user_id, password_hash)) = admin {
            passwords.push(StoredPassword { user_id, password_hash, changed_at: self.clock.now() });
        }
        self.put_passwords(to, &passwords).await
    }

    /// The administrator with this address, made where nobody has it. Who has it and is none stays what they are.
    async fn administrator(&self, tenant: &Tenant, admin: &CopiedAdmin) -> Result<Uuid> {
        let there = self.list_administrators(tenant).await?;
        if let Some(user) = there.iter().find(|user| user.email.as_deref() == Some(&admin.email)) {
            return Ok(user.id);
        }
        let name = admin.name.clone().unwrap_or_else(|| "Administrator".to_owned());
        let user = NewUser {
            email: admin.email.clone(),
            name,
            password: None,
            roles: vec![ADMINISTRATOR.to_owned()],
            permission_sets: Vec::new(),
            teams: Vec::new(),
            manager_id: None,
            title: None,
            time_zone: None,
        };
        self.make_user(tenant, user).await.map_err(|error| match error {
            Error::Engine(engine::Error::Conflict(_) | engine::Error::Unprocessable(_)) => {
                Error::Exists("somebody who is no administrator has the administrator's address")
            }
            error => error,
        })
    }
}
