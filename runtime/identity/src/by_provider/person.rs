//! Who somebody is here whom a provider has told: by the account that was theirs before, else by an address that the
//! provider has checked, else somebody new; and what their groups give them.

use engine::Tenant;
use engine::audit::Deed;
use permissions::ADMINISTRATOR;
use serde_json::json;

use super::store;
use crate::error::{ArrivalError, Error};
use crate::events::tell;
use crate::oidc::token::Claims;
use crate::providers::ProviderSettings;
use crate::providers::store::Row;
use crate::users::{User, normalise_email};
use crate::{Identity, NewUser, UserPatch, api_keys, links, mail, sessions, users};

/// What stands in the audit log in place of a password.
const HIDDEN: &str = "••••";
/// Longest name that is taken over, in characters.
const LONGEST_NAME: usize = 200;

/// Roles and teams that groups give, and those that they could give.
#[derive(Debug, Default, PartialEq, Eq)]
struct Given {
    roles: Vec<String>,
    teams: Vec<String>,
    all_roles: Vec<String>,
    all_teams: Vec<String>,
    /// The role of those whom no group gives one.
    otherwise: Option<String>,
}

impl Identity {
    /// Whether a person would have to be made.
    pub(super) async fn is_new(
        &self,
        tenant: &Tenant,
        settings: &ProviderSettings,
        claims: &Claims,
    ) -> Result<bool, ArrivalError> {
        let account = (settings.issuer.as_str(), claims.subject());
        if store::find_user(&self.pool, tenant.id, account).await?.is_some() {
            check_domain(settings, claims)?;
            return Ok(false);
        }
        let email = checked_email(settings, claims)?;
        let is_new = self.find_user_by_email(tenant, &email).await?.is_none();
        if is_new && !settings.create_users { Err(ArrivalError::NoAccount) } else { Ok(is_new) }
    }

    /// Who it is. Looked up anew: meanwhile the same account may have come in by another door. Nobody is made who was not
    /// seen to be missing: no seat was asked for.
    pub(super) async fn person_of(
        &self,
        tenant: &Tenant,
        provider: &Row,
        (claims, may_make): (&Claims, bool),
    ) -> Result<User, ArrivalError> {
        let settings = &provider.settings;
        let given = self.given(tenant, settings, claims).await?;
        let account = (settings.issuer.as_str(), claims.subject());
        if let Some(id) = store::find_user(&self.pool, tenant.id, account).await? {
            check_domain(settings, claims)?;
            let user = self.load_user(tenant, id).await?.filter(|user| user.is_person && user.is_active);
            return self.keep_in_step(tenant, user.ok_or(ArrivalError::Inactive)?, &given).await;
        }
        let email = checked_email(settings, claims)?;
        let (user, is_new) = match self.find_user_by_email(tenant, &email).await? {
            Some(user) => (user, false),
            None if !may_make => return Err(ArrivalError::Over),
            None => (self.make_person(tenant, settings, (claims, &email), &given).await?, true),
        };
        if !user.is_person || !user.is_active {
            return Err(ArrivalError::Inactive);
        }
        self.link(tenant, provider, (claims.subject(), &user)).await?;
        if is_new { Ok(user) } else { self.keep_in_step(tenant, user, &given).await }
    }

    async fn make_person(
        &self,
        tenant: &Tenant,
        settings: &ProviderSettings,
        (claims, email): (&Claims, &str),
        given: &Given,
    ) -> Result<User, ArrivalError> {
        if !settings.create_users {
            return Err(ArrivalError::NoAccount);
        }
        let mut roles = given.roles.clone();
        if roles.is_empty() {
            roles.push(given.otherwise.clone().ok_or(ArrivalError::NoRole)?);
        }
        let both = || Some(format!("{} {}", claims.text("given_name")?, claims.text("family_name")?));
        let name = claims.text("name").map(str::to_owned).or_else(both);
        let name = name.or_else(|| claims.text("preferred_username").map(str::to_owned));
        let user = NewUser {
            email: email.to_owned(),
            name: name.unwrap_or_else(|| email.to_owned()).chars().take(LONGEST_NAME).collect(),
            password: None,
            roles,
            permission_sets: Vec::new(),
            teams: given.teams.clone(),
            manager_id: None,
            title: None,
            time_zone: None,
        };
        let id = self.create_user(tenant, user).await?;
        self.load_user(tenant, id).await?.ok_or(ArrivalError::Inactive)
    }

    /// From now on the account is this user's, whatever address it has. What else lets somebody in as them ends: whoever
    /// made the record may have chosen a password, and groups may give more than that was worth. Administrators keep
    /// theirs, which nobody but administrators can have chosen, for the day on which the provider is gone; a second factor
    /// stays, since it is asked for and lets nobody in by itself.
    async fn link(
        &self,
        tenant: &Tenant,
        provider: &Row,
        (subject, user): (&str, &User),
    ) -> Result<(), ArrivalError> {
        let (owner, now) = ((tenant.id, user.id), self.clock.now());
        let account = (provider.settings.issuer.clone(), subject.to_owned());
        let told = json!({ "provider": [null, provider.name], "subject": [null, subject] });
        let linked = self.event(Deed::SettingsChanged, "sign_in_link").by(user.id).about(user.id).with(told);
        let ended = self.event(Deed::PasswordReset, "password").by(user.id).about(user.id);
        let ended = ended.with(json!({ "password": [HIDDEN, null] }));
        let (pool, own_tenant, user) = (self.pool.clone(), tenant.clone(), user.clone());
        let work = async move {
            let mut transaction = pool.begin().await?;
            let account = (account.0.as_str(), account.1.as_str());
            if !store::link(&mut transaction, owner, account, now).await? {
                // The same account may have come in twice at once.
                return Ok(store::find_user(&pool, owner.0, account).await? == Some(user.id));
            }
            tell(&mut transaction, &own_tenant, linked).await?;
            if !user.is_administrator() {
                if users::store::delete_password(&mut *transaction, owner).await? {
                    tell(&mut transaction, &own_tenant, ended).await?;
                }
                links::store::delete_all(&mut *transaction, owner).await?;
                sessions::store::delete_all(&mut *transaction, owner.0, owner.1).await?;
                api_keys::store::revoke_all(&mut *transaction, owner.0, owner.1, now).await?;
                if let Some(email) = &user.email {
                    mail::store::drop_texts(&mut transaction, (owner.0, email)).await?;
                }
            }
            transaction.commit().await?;
            Ok(true)
        };
        if self.change(tenant, work).await? { Ok(()) } else { Err(ArrivalError::Linked) }
    }

    /// Gives and takes the roles and teams that groups stand for; others stay as they are.
    async fn keep_in_step(&self, tenant: &Tenant, user: User, given: &Given) -> Result<User, ArrivalError> {
        if given.all_roles.is_empty() && given.all_teams.is_empty() {
            return Ok(user);
        }
        let names = self.engine.team_names(tenant, &[user.id]).await?;
        let now: Vec<String> = names.into_iter().flat_map(|(_, teams)| teams).collect();
        let teams = stepped(&now, (&given.teams, &given.all_teams));
        let mut roles = stepped(&user.roles, (&given.roles, &given.all_roles));
        if user.is_administrator() && !roles.iter().any(|role| role == ADMINISTRATOR) {
            let others = self.list_administrators(tenant).await?;
            if !others.iter().any(|other| other.id != user.id) {
                tracing::warn!(user = %user.id, "the last administrator stays one, whatever the groups say");
                roles.push(ADMINISTRATOR.to_owned());
            }
        }
        // Whom no group gives a role any more is what somebody new would be.
        if roles.is_empty() {
            roles.push(given.otherwise.clone().ok_or(ArrivalError::NoRole)?);
        }
        let same = |a: &[String], b: &[String]| a.len() == b.len() && a.iter().all(|one| b.contains(one));
        let patch = UserPatch {
            roles: Some(roles.clone()).filter(|roles| !same(roles, &user.roles)),
            teams: Some(teams).filter(|teams| !same(teams, &now)),
            ..UserPatch::default()
        };
        if patch.roles.is_some() || patch.teams.is_some() {
            match self.patch_user(tenant, user.id, patch).await {
                // Somebody else stopped being one this moment.
                Ok(()) | Err(Error::LastAdministrator) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(User { roles, ..user })
    }

    /// What the groups give, of what there is: a role may have gone since it was mapped.
    async fn given(
        &self,
        tenant: &Tenant,
        settings: &ProviderSettings,
        claims: &Claims,
    ) -> Result<Given, ArrivalError> {
        let groups = settings.groups_claim.as_deref().map(|claim| claims.words(claim)).unwrap_or_default();
        let mut given = given_by(settings, &groups);
        let (snapshot, _) = self.engine.fresh_snapshot(tenant).await?;
        let roles = &snapshot.catalog.parts.roles;
        given.roles.retain(|role| roles.contains_key(role));
        given.all_roles.retain(|role| roles.contains_key(role));
        given.otherwise = settings.default_role.clone().filter(|role| roles.contains_key(role));
        if given.all_teams.is_empty() {
            return Ok(given);
        }
        let missing = self.engine.unknown_teams(tenant, &given.all_teams).await?;
        given.teams.retain(|team| !missing.contains(team));
        given.all_teams.retain(|team| !missing.contains(team));
        Ok(given)
    }
}

fn given_by(settings: &ProviderSettings, groups: &[&str]) -> Given {
    let mut given = Given::default();
    let put = |list: &mut Vec<String>, names: &[String]| {
        for name in names {
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    };
    for mapping in &settings.mappings {
        put(&mut given.all_roles, &mapping.roles);
        put(&mut given.all_teams, &mapping.teams);
        if groups.contains(&mapping.group.as_str()) {
            put(&mut given.roles, &mapping.roles);
            put(&mut given.teams, &mapping.teams);
        }
    }
    given
}

/// What somebody has, with what is theirs now of what groups could give.
fn stepped(has: &[String], (given, all): (&[String], &[String])) -> Vec<String> {
    let kept = has.iter().filter(|one| !all.contains(one) || given.contains(one));
    kept.chain(given.iter().filter(|one| !has.contains(one))).cloned().collect()
}

/// The address, if the provider has looked whether it is theirs.
fn checked_email(settings: &ProviderSettings, claims: &Claims) -> Result<String, ArrivalError> {
    let email = claims.text("email").and_then(normalise_email).ok_or(ArrivalError::NoEmail)?;
    // What is said to be unchecked is never taken; what is not said, where all addresses are the house's own.
    if !claims.flag("email_verified").unwrap_or(settings.trust_email) {
        return Err(ArrivalError::Unverified);
    }
    check_domain(settings, claims)?;
    Ok(email)
}

fn check_domain(settings: &ProviderSettings, claims: &Claims) -> Result<(), ArrivalError> {
    if settings.email_domains.is_empty() {
        return Ok(());
    }
    let email = claims.text("email").and_then(normalise_email).ok_or(ArrivalError::NoEmail)?;
    let domain = email.rsplit('@').next().unwrap_or_default();
    if settings.email_domains.iter().any(|one| one == domain) { Ok(()) } else { Err(ArrivalError::Domain) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Mapping;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn groups_give_and_take_what_they_stand_for_alone() {
        let mapping = |group: &str, roles: &[&str], teams: &[&str]| Mapping {
            group: group.into(),
            roles: words(roles),
            teams: words(teams),
        };
        let settings = ProviderSettings {
            mappings: vec![
                mapping("sales", &["seller"], &["emea"]),
                mapping("heads", &["manager", "seller"], &[]),
            ],
            ..ProviderSettings::default()
        };
        let given = given_by(&settings, &["sales", "others"]);
        assert_eq!(
            (given.roles.as_slice(), given.teams.as_slice()),
            (&words(&["seller"])[..], &words(&["emea"])[..])
        );
        assert_eq!(given.all_roles, words(&["seller", "manager"]));
        let has = words(&["manager", "auditor"]);
        assert_eq!(stepped(&has, (&given.roles, &given.all_roles)), words(&["auditor", "seller"]));
        assert_eq!(stepped(&has, (&[], &[])), has, "nothing is mapped, nothing changes");
    }
}
