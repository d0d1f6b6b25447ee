//! Links that let their holder set a password once: an invitation for somebody new, a reset for somebody who forgot.
//! They are mailed; only their hashes are stored, a new one ends those before it, and a password ends them all.

use chrono::{DateTime, TimeDelta, Utc};
use engine::Tenant;
use engine::audit::Deed;
use metadata::Problem;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::authenticate::Caller;
use crate::error::{Error, LoginError, Result};
use crate::events::tell;
use crate::login::failures::{Attempt, unlock};
use crate::login::{NewSession, Origin};
use crate::mail::{self, Letter};
use crate::secret::{Secret, hash};
use crate::users::{self, User};
use crate::{Identity, password, sessions};

pub(crate) mod store;

/// Between two mails to the same person that nobody signed in asked for.
const PAUSE: TimeDelta = TimeDelta::minutes(2);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Invite,
    Reset,
}

impl Identity {
    /// Mails a link to somebody, so that they set a password of their own. Answers until when it works.
    pub async fn invite(&self, tenant: &Tenant, user: Uuid) -> Result<DateTime<Utc>> {
        let user = self.load_user(tenant, user).await?.filter(|user| user.is_person && user.is_active);
        let user = user.ok_or(Error::NotFound)?;
        if !self.may_use_password(tenant, &user).await? {
            return Err(Error::Exists("people sign in by a provider here: a password would let nobody in"));
        }
        let known = users::store::load_password(&self.pool, tenant.id, user.id).await?.is_some();
        self.send_link(tenant, &user, if known { Purpose::Reset } else { Purpose::Invite }).await
    }

    /// Mails a link to the user with this address, if there is one. The answer does not wait for it, so that it tells
    /// nothing: not even how long it took.
    pub fn forgot_password(&self, tenant: &Tenant, email: &str) {
        let Some(email) = users::normalise_email(email) else { return };
        let (identity, tenant) = (self.clone(), tenant.clone());
        tokio::spawn(async move {
            if let Err(error) = identity.mail_reset(&tenant, &email).await {
                tracing::error!(%error, "a link to a new password could not be sent");
            }
        });
    }

    /// Sets the password of whoever a link was mailed to. The link is used up, all sessions of the user end, and the
    /// second factor, if there is one, stays. What is wrong with the password does not use the link up.
    pub async fn redeem_link(&self, token: &Secret, password: &Secret) -> Result<()> {
        let now = self.clock.now();
        let found = store::find(&self.pool, token.hash(), now).await?;
        let Some((tenant, user)) = found else { return Err(bad_link()) };
        let person = self.load_user(&tenant, user).await?.filter(|user| user.is_active && user.is_person);
        let person = person.ok_or_else(bad_link)?;
        // Since it was mailed people may come by a provider alone.
        if !self.may_use_password(&tenant, &person).await? {
            return Err(bad_link());
        }
        let policy = self.security_settings(&tenant).await?.password;
        if let Some(problem) = password::check(password, &policy, person.email.as_deref()) {
            return Err(Error::Invalid(vec![problem]));
        }
        let hash = self.passwords.hash(password).await?;
        let (pool, owner, token) = (self.pool.clone(), (tenant.id, user), token.hash());
        let event = self.event(Deed::PasswordReset, "password").by(user).about(user);
        let own_tenant = tenant.clone();
        let work = async move {
            let mut transaction = pool.begin().await?;
            if !store::take(&mut transaction, token, now).await? {
                return Err(bad_link());
            }
            users::store::put_password(&mut *transaction, owner, &hash, now).await?;
            store::delete_all(&mut *transaction, owner).await?;
            sessions::store::delete_all(&mut *transaction, owner.0, owner.1).await?;
            // Whoever was locked out by somebody else's guesses gets in with the new password.
            if let Some(email) = &person.email {
                unlock(&mut transaction, &own_tenant, email).await?;
                mail::store::drop_texts(&mut transaction, (own_tenant.id, email)).await?;
            }
            tell(&mut transaction, &own_tenant, event).await?;
            Ok(transaction.commit().await?)
        };
        self.change(&tenant, work).await
    }

    /// Changes the caller's own password. Other sessions end; this one goes on under a new token.
    pub async fn change_password(
        &self,
        caller: &Caller,
        (current, new): (&Secret, &Secret),
        origin: &Origin,
    ) -> Result<NewSession, LoginError> {
        caller.require_session()?;
        let policy = self.security_settings(&caller.tenant).await?.password;
        let wrong = password::check(new, &policy, caller.email.as_deref());
        if let Some(problem) = wrong {
            return Err(Error::Invalid(vec![Problem { path: "new_password".into(), ..problem }]).into());
        }
        self.prove_password(caller, current, origin).await?;
        let hash = self.passwords.hash(new).await?;
        let owner = (caller.tenant.id, caller.actor.user_id);
        let event = self.event(Deed::PasswordChanged, "password").about(owner.1);
        let (pool, now, tenant) = (self.pool.clone(), self.clock.now(), caller.tenant.clone());
        let renewal = self.renewal(caller).await?;
        // The old sessions end with the old password, whatever happens to this process.
        let work = async move {
            let mut transaction = pool.begin().await?;
            users::store::put_password(&mut *transaction, owner, &hash, now).await?;
            store::delete_all(&mut *transaction, owner).await?;
            let session = renewal.take(&mut transaction).await?;
            tell(&mut transaction, &tenant, event).await?;
            transaction.commit().await?;
            Ok(session)
        };
        Ok(self.change(&caller.tenant, work).await?)
    }

    async fn mail_reset(&self, tenant: &Tenant, email: &str) -> Result<()> {
        if self.is_flood(tenant).await? {
            return Ok(());
        }
        let user = self.find_user_by_email(tenant, email).await?;
        let Some(user) = user.filter(|user| user.is_person && user.is_active) else { return Ok(()) };
        if !self.may_use_password(tenant, &user).await? {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await?;
        // Of those who ask at once, one is answered.
        store::lock(&mut transaction, user.id).await?;
        let newest = store::load_newest(&mut *transaction, (tenant.id, user.id)).await?;
        if newest.is_some_and(|at| self.clock.now() - at < PAUSE) {
            return Ok(());
        }
        self.put_link(&mut transaction, tenant, (&user, Purpose::Reset)).await?;
        transaction.commit().await?;
        self.deliver_soon();
        Ok(())
    }

    /// Whether the address that this is done for has asked for too many links; this one is counted. So many may be
    /// asked for as sign-ins may fail.
    async fn is_flood(&self, tenant: &Tenant) -> Result<bool> {
        let lockout = self.security_settings(tenant).await?.lockout;
        let (asking, now) = (Attempt::of_asking(tenant, self.acting.origin.ip), self.clock.now());
        if asking.find_lock(&self.pool, &lockout, now).await?.is_some() {
            return Ok(true);
        }
        asking.note_failure(&self.pool, &lockout, now).await?;
        Ok(asking.find_lock(&self.pool, &lockout, now).await?.is_some())
    }

    async fn send_link(&self, tenant: &Tenant, user: &User, purpose: Purpose) -> Result<DateTime<Utc>> {
        let mut transaction = self.pool.begin().await?;
        let expires_at = self.put_link(&mut transaction, tenant, (user, purpose)).await?;
        transaction.commit().await?;
        self.deliver_soon();
        Ok(expires_at)
    }

    /// The link and the letter with it, in place of older ones.
    async fn put_link(
        &self,
        transaction: &mut PgConnection,
        tenant: &Tenant,
        (user, purpose): (&User, Purpose),
    ) -> Result<DateTime<Utc>> {
        let email = user.email.clone().ok_or(Error::NotFound)?;
        let times = self.security_settings(tenant).await?.links;
        let now = self.clock.now();
        let lasts = match purpose {
            Purpose::Invite => TimeDelta::hours(i64::from(times.invite_hours)),
            Purpose::Reset => TimeDelta::minutes(i64::from(times.reset_minutes)),
        };
        let (token, expires_at) = (Secret::new_token(), now + lasts);
        store::put(transaction, (tenant.id, user.id), (hash(token.expose()), now, expires_at)).await?;
        let letter = letter(purpose, self.mail.page(tenant, &token), (&email, expires_at));
        self.post(transaction, tenant, letter).await?;
        let event = self.event(Deed::LinkMade, "link").about(user.id).with(json!({ "to": [null, email] }));
        tell(transaction, tenant, event).await?;
        Ok(expires_at)
    }
}

fn letter(purpose: Purpose, link: String, (email, until): (&str, DateTime<Utc>)) -> Letter {
    let until = until.format("%Y-%m-%d %H:%M UTC");
    let (subject, why) = match purpose {
        Purpose::Invite => {
            ("Your account on Trellis", "You are invited to Trellis. Set a password to begin:")
        }
        Purpose::Reset => (
            "A new password for Trellis",
            "Somebody, perhaps you, asked for a new password. If it was not you, do nothing. To set one:",
        ),
    };
    let body = format!("Hello,\n\n{why}\n\n{link}\n\nThe link works once, until {until}.\n");
    Letter { to: email.to_owned(), subject: subject.to_owned(), body }
}

fn bad_link() -> Error {
    let message = "the link was used, is too old, or was replaced by a newer one; ask for another";
    Error::Invalid(vec![Problem::new("token", "invalid-link", message)])
}
