//! Users: records of the object `user` in their tenant, written through the engine as the system, with a credential
//! in the platform's tables. Made, changed and found here; what they may do is their roles'.

use engine::audit::Deed;
use engine::{Answer, Tenant};
use metadata::Problem;
use metadata::field_kinds::email;
use permissions::{ADMINISTRATOR, Actor, ActorKind, USER};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::tell;
use crate::login::failures::unlock;
use crate::secret::Secret;
use crate::security::PasswordPolicy;
use crate::{Identity, api_keys, links, password, sessions};

pub mod copied;
pub mod credentials;
mod first_administrator;
mod places;
mod reach;
mod records;
pub(crate) mod store;

pub use credentials::StoredPassword;
pub use first_administrator::FirstAdministrator;
use places::Places;
pub(crate) use records::User;

/// A wish for a user. What is not checked here is checked by the engine, as for any record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    /// Without one the user cannot sign in until an administrator sets it.
    pub password: Option<Secret>,
    #[serde(default = "default_roles")]
    pub roles: Vec<String>,
    #[serde(default)]
    pub permission_sets: Vec<String>,
    pub manager_id: Option<Uuid>,
    /// Names of teams.
    #[serde(default)]
    pub teams: Vec<String>,
    pub title: Option<String>,
    pub time_zone: Option<String>,
}

/// Some of a tenant's people.
#[derive(Clone, Debug)]
pub struct UserPage {
    pub ids: Vec<Uuid>,
    pub next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    id: Uuid,
}

/// One's turn to change people.
pub struct Turn {
    // In this order: the lock goes before the next may ask for one.
    _transaction: sqlx::PgTransaction<'static>,
    _permit: Option<OwnedSemaphorePermit>,
}

/// What to change about a user; what is not named stays.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UserPatch {
    pub email: Option<String>,
    pub name: Option<String>,
    /// Set anew by an administrator; closes the user's sessions.
    pub password: Option<Secret>,
    /// The caller's own, which a change of the caller's own address takes.
    pub current_password: Option<Secret>,
    pub roles: Option<Vec<String>>,
    pub permission_sets: Option<Vec<String>>,
    /// Names of all the user's teams.
    pub teams: Option<Vec<String>>,
    /// `false` closes the user's sessions and revokes the keys.
    pub active: Option<bool>,
    #[serde(deserialize_with = "given")]
    pub manager_id: Option<Option<Uuid>>,
    #[serde(deserialize_with = "given")]
    pub title: Option<Option<String>>,
    #[serde(deserialize_with = "given")]
    pub time_zone: Option<Option<String>>,
}

fn default_roles() -> Vec<String> {
    vec![USER.to_owned()]
}

/// Tells `null` (to empty the field) from nothing (to leave it).
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    input: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// What is wrong with the first person of a tenant that is not there yet.
pub fn check_first(email: &str, name: &str, password: Option<&Secret>) -> Vec<Problem> {
    let policy = PasswordPolicy::default();
    let check_password = |new: &Secret| password::check(new, &policy, Some(email));
    [check_email(email), check_name(name), password.and_then(check_password)].into_iter().flatten().collect()
}

impl Identity {
    /// Makes a user. A wrong or taken e-mail address is the engine's to refuse.
    pub async fn create_user(&self, tenant: &Tenant, user: NewUser) -> Result<Uuid> {
        let policy = self.security_settings(tenant).await?.password;
        let check_password = |new: &Secret| password::check(new, &policy, Some(&user.email));
        let mut problems: Vec<Problem> = [
            check_email(&user.email),
            check_name(&user.name),
            user.password.as_ref().and_then(check_password),
        ]
        .into_iter()
        .flatten()
        .collect();
        let places = Places {
            roles: Some(&user.roles),
            permission_sets: Some(&user.permission_sets),
            teams: Some(&user.teams),
            manager: user.manager_id,
        };
        problems.extend(self.check_places(tenant, None, places).await?);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        self.make_user(tenant, user).await
    }

    /// The same for what is checked, or need not be.
    pub(crate) async fn make_user(&self, tenant: &Tenant, user: NewUser) -> Result<Uuid> {
        // The hash first: a user whose password cannot be hashed is not made.
        let hash = self.hash_of(user.password.as_ref()).await?;
        let id = self.write_new_user(tenant, &user).await?;
        if let Some(hash) = hash {
            store::put_password(&self.pool, (tenant.id, id), &hash, self.clock.now()).await?;
        }
        Ok(id)
    }

    /// Keeps others from changing who administers the tenant, and how many people it has, until it is dropped: between
    /// counting them and the change. One at a time, since it holds a connection while the change needs another.
    pub async fn turn(&self, tenant: &Tenant) -> Result<Turn> {
        // The semaphore is never closed.
        let permit = self.turns.clone().acquire_owned().await.ok();
        let mut transaction = self.pool.begin().await?;
        store::lock_people(&mut transaction, tenant.id).await?;
        Ok(Turn { _transaction: transaction, _permit: permit })
    }

    /// Changes a user. `NotFound` when there is none, `LastAdministrator` when nobody would be left to undo it: take a
    /// [`turn`](Self::turn) first.
    pub async fn patch_user(&self, tenant: &Tenant, id: Uuid, patch: UserPatch) -> Result<()> {
        let user = self.load_user(tenant, id).await?.filter(|user| user.is_person).ok_or(Error::NotFound)?;
        let policy = self.security_settings(tenant).await?.password;
        let email = patch.email.clone().or_else(|| user.email.clone());
        let mut problems = patch.check(&policy, email.as_deref());
        let places = Places {
            roles: patch.roles.as_deref(),
            permission_sets: patch.permission_sets.as_deref(),
            teams: patch.teams.as_deref(),
            manager: patch.manager_id.flatten(),
        };
        problems.extend(self.check_places(tenant, Some(id), places).await?);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if user.is_administrator() && patch.takes_administration() {
            self.refuse_last_administrator(tenant, id).await?;
        }
        let hash = self.hash_of(patch.password.as_ref()).await?;
        let (identity, own_tenant) = (self.clone(), tenant.clone());
        self.change(tenant, async move { identity.apply_patch(&own_tenant, &user, patch, hash).await }).await
    }

    /// The actor that a user is, for questions about what somebody else may do. `None` when there is no such person.
    pub async fn actor_of(&self, tenant: &Tenant, id: Uuid) -> Result<Option<Actor>> {
        let Some(user) = self.load_user(tenant, id).await?.filter(|user| user.is_person && user.is_active)
        else {
            return Ok(None);
        };
        let membership = self.engine.membership(tenant, id, user.permission_sets).await?;
        let kind = ActorKind::Person;
        Ok(Some(Actor { user_id: id, name: user.name, roles: user.roles, membership, kind, scopes: None }))
    }

    /// A page of people by name, as JSON records of `user`.
    pub async fn list_users(&self, tenant: &Tenant, limit: u32, cursor: Option<String>) -> Result<Answer> {
        Ok(self.read_users(tenant, records::page_of_people(limit, cursor)).await?)
    }

    /// So many people by name after skipping some, with how many there are.
    pub async fn list_users_from(&self, tenant: &Tenant, (skip, count): (u32, u32)) -> Result<Answer> {
        Ok(self.read_users(tenant, records::people_from(skip, count)).await?)
    }

    /// The person with an e-mail address.
    pub async fn find_user_id(&self, tenant: &Tenant, email: &str) -> Result<Option<Uuid>> {
        let Some(email) = normalise_email(email) else { return Ok(None) };
        let user = self.find_user_by_email(tenant, &email).await?;
        Ok(user.filter(|user| user.is_person).map(|user| user.id))
    }

    /// A page of people by name, by their ids.
    pub async fn list_user_ids(
        &self,
        tenant: &Tenant,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<UserPage> {
        let answer = self.list_users(tenant, limit, cursor).await?;
        let records: Vec<Listed> = serde_json::from_slice(&answer.json)?;
        let ids = records.into_iter().map(|record| record.id).collect();
        Ok(UserPage { ids, next_cursor: answer.next_cursor })
    }

    /// One person as a JSON record of `user`.
    pub async fn find_user(&self, tenant: &Tenant, id: Uuid) -> Result<Option<Answer>> {
        let answer = self.read_users(tenant, records::one_person(id)).await?;
        Ok((answer.count > 0).then_some(answer))
    }

    async fn apply_patch(
        &self,
        tenant: &Tenant,
        user: &User,
        patch: UserPatch,
        hash: Option<String>,
    ) -> Result<()> {
        let id = user.id;
        self.write_user_patch(tenant, id, &patch).await?;
        let now = self.clock.now();
        let mut transaction = self.pool.begin().await?;
        if let Some(hash) = &hash {
            store::put_password(&mut *transaction, (tenant.id, id), hash, now).await?;
            let event = self.event(Deed::PasswordReset, "password").about(id);
            tell(&mut transaction, tenant, event).await?;
            if let Some(email) = &user.email {
                unlock(&mut transaction, tenant, email).await?;
            }
        }
        // A link that went to an address is worth nothing once the address is another.
        if hash.is_some() || patch.active == Some(false) || patch.email.is_some() {
            links::store::delete_all(&mut *transaction, (tenant.id, id)).await?;
        }
        if hash.is_some() || patch.active == Some(false) {
            sessions::store::delete_all(&mut *transaction, tenant.id, id).await?;
        }
        if patch.active == Some(false) {
            api_keys::store::revoke_all(&mut *transaction, tenant.id, id, now).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn hash_of(&self, password: Option<&Secret>) -> Result<Option<String>> {
        match password {
            Some(password) => Ok(Some(self.passwords.hash(password).await?)),
            None => Ok(None),
        }
    }

    async fn refuse_last_administrator(&self, tenant: &Tenant, id: Uuid) -> Result<()> {
        let others = self.list_administrators(tenant).await?;
        if others.iter().any(|user| user.id != id) { Ok(()) } else { Err(Error::LastAdministrator) }
    }
}

impl UserPatch {
    fn check(&self, policy: &PasswordPolicy, email: Option<&str>) -> Vec<Problem> {
        let single = [
            self.email.as_deref().and_then(check_email),
            self.name.as_deref().and_then(check_name),
            self.password.as_ref().and_then(|new| password::check(new, policy, email)),
        ];
        single.into_iter().flatten().collect()
    }

    fn takes_administration(&self) -> bool {
        let demoted =
            self.roles.as_ref().is_some_and(|roles| !roles.iter().any(|role| role == ADMINISTRATOR));
        demoted || self.active == Some(false)
    }
}

/// The address as it is stored and looked up: in lower case, so that it is unique whatever its case.
pub(crate) fn normalise_email(text: &str) -> Option<String> {
    email::normalise(text.trim()).map(|email| email.to_lowercase())
}

fn check_email(text: &str) -> Option<Problem> {
    let wrong = normalise_email(text).is_none();
    wrong.then(|| Problem::new("email", "invalid-email", "expected an address such as `ada@example.com`"))
}

fn check_name(name: &str) -> Option<Problem> {
    name.trim().is_empty().then(|| Problem::new("name", "required", "a user has a name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(normalise_email(" Ada.L@Example.COM ").as_deref(), Some("ada.l@example.com"));
        assert_eq!(normalise_email("ada"), None);
    }

    #[test]
    fn null_empties_and_nothing_leaves() {
        let patch: UserPatch = serde_json::from_str(r#"{"title":null}"#).unwrap();
        assert_eq!((patch.title, patch.time_zone), (Some(None), None));
        assert!(serde_json::from_str::<UserPatch>(r#"{"kind":"system"}"#).is_err());
    }

    #[test]
    fn a_patch_tells_all_its_problems() {
        let patch = r#"{"email":"x","name":" ","password":"short"}"#;
        let patch: UserPatch = serde_json::from_str(patch).unwrap();
        let paths: Vec<String> =
            patch.check(&PasswordPolicy::default(), None).into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["email", "name", "password"]);
    }

    #[test]
    fn roles_default_to_user() {
        let user: NewUser = serde_json::from_str(r#"{"email":"a@example.com","name":"A"}"#).unwrap();
        assert_eq!(user.roles, ["user"]);
    }
}
