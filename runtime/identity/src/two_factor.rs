//! The second factor: codes of a device that change every 30 seconds (TOTP, RFC 6238), and recovery codes for the day
//! on which the device is lost. A code is taken once, whichever node sees it.

use chrono::{DateTime, Utc};
use engine::Tenant;
use engine::audit::Deed;
use engine::audit::chain::Hex;
use metadata::Problem;
use serde::Serialize;
use serde_json::json;
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use crate::Identity;
use crate::authenticate::Caller;
use crate::error::{Error, LoginError, Result};
use crate::events::tell;
use crate::login::{NewSession, Origin};
use crate::sealed::{self, Whose};
use crate::secret::{Secret, SecretHash, hash};
use crate::sessions::{self, Renewal};

pub(crate) mod store;

/// Bytes of a secret.
const SECRET_LEN: usize = 20;
/// Recovery codes of one set.
const RECOVERY_CODES: usize = 10;

/// How far somebody is with their second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TwoFactorState {
    pub enabled: bool,
    pub confirmed_at: Option<DateTime<Utc>>,
    pub recovery_codes_left: i64,
    /// The tenant asks for one of somebody with these roles.
    pub required: bool,
}

/// A secret that waits for its first code; the only moment at which it can be read.
#[derive(Debug)]
pub struct Enrolment {
    /// In base 32, to be typed.
    pub secret: Secret,
    /// `otpauth://totp/…`, to be shown as a picture.
    pub url: Secret,
}

/// The second factor is there; the recovery codes are shown this once.
#[derive(Debug)]
pub struct Enrolled {
    pub recovery_codes: Vec<Secret>,
    pub session: NewSession,
}

impl Identity {
    /// How far the caller is.
    pub async fn two_factor(&self, caller: &Caller) -> Result<TwoFactorState> {
        let (tenant, user) = (&caller.tenant, caller.actor.user_id);
        let factor = store::load(&self.pool, (tenant.id, user)).await?;
        let confirmed_at = factor.and_then(|factor| factor.confirmed_at);
        let settings = self.security_settings(tenant).await?;
        Ok(TwoFactorState {
            enabled: confirmed_at.is_some(),
            confirmed_at,
            recovery_codes_left: store::count_recovery_codes(&self.pool, (tenant.id, user)).await?,
            required: self.requires_second_factor(tenant, &caller.actor, &settings).await?,
        })
    }

    /// Makes a secret for the caller, who shows the password again: an open session is not enough to put a lock of
    /// one's own on the door. It counts for nothing until it is confirmed.
    pub async fn begin_two_factor(
        &self,
        caller: &Caller,
        password: Option<&Secret>,
        origin: &Origin,
    ) -> Result<Enrolment, LoginError> {
        caller.require_session()?;
        self.prove_self(caller, password, origin).await?;
        let owner = (caller.tenant.id, caller.actor.user_id);
        let bytes: [u8; SECRET_LEN] = rand::random();
        let sealed = self.seal_factor(&caller.tenant, owner.1, &bytes).await?;
        if !store::begin(&self.pool, owner, &sealed, self.clock.now()).await? {
            return Err(Error::Exists("the second factor is set up already").into());
        }
        let email = caller.email.as_deref().unwrap_or("user").replace(':', "");
        let totp = totp(bytes.to_vec(), &email, &caller.tenant.slug);
        let url = totp.to_url().unwrap_or_default();
        Ok(Enrolment { secret: Secret::new(totp.secret().to_base32()), url: Secret::new(url) })
    }

    /// Takes the first code of the device. The caller's other sessions end, and this one goes on under a new token:
    /// all of them were opened without the second factor.
    pub async fn confirm_two_factor(&self, caller: &Caller, code: &str) -> Result<Enrolled> {
        caller.require_session()?;
        let owner = (caller.tenant.id, caller.actor.user_id);
        let factor = store::load(&self.pool, owner).await?.filter(|factor| factor.confirmed_at.is_none());
        let factor = factor.ok_or(Error::NotFound)?;
        let secret = self.open_factor(&caller.tenant, owner.1, &factor.secret).await?;
        let step = self.find_step(&secret, code).ok_or_else(|| wrong_code("code"))?;
        let codes = new_recovery_codes();
        let hashes = hashes(owner, &codes);
        let event = self.event(Deed::SecondFactorAdded, "second_factor").about(owner.1);
        let (pool, now, tenant) = (self.pool.clone(), self.clock.now(), caller.tenant.clone());
        let renewal = self.renewal(caller).await?;
        let confirmed = async move {
            let mut transaction = pool.begin().await?;
            if !store::confirm(&mut transaction, owner, step, now).await? {
                return Err(Error::NotFound);
            }
            store::put_recovery_codes(&mut transaction, owner, &hashes).await?;
            let session = renewal.take(&mut transaction).await?;
            tell(&mut transaction, &tenant, event).await?;
            transaction.commit().await?;
            Ok(session)
        };
        let session = self.change(&caller.tenant, confirmed).await?;
        Ok(Enrolled { recovery_codes: codes, session })
    }

    /// A new set of recovery codes in place of what is left of the old one.
    pub async fn renew_recovery_codes(
        &self,
        caller: &Caller,
        (password, code): (Option<&Secret>, &str),
        origin: &Origin,
    ) -> Result<Vec<Secret>, LoginError> {
        self.prove_both(caller, (password, code), origin).await?;
        let owner = (caller.tenant.id, caller.actor.user_id);
        let codes = new_recovery_codes();
        let mut transaction = self.pool.begin().await?;
        store::put_recovery_codes(&mut transaction, owner, &hashes(owner, &codes)).await?;
        transaction.commit().await?;
        Ok(codes)
    }

    /// Takes the caller's second factor away, unless the tenant asks for one.
    pub async fn disable_two_factor(
        &self,
        caller: &Caller,
        proofs: (Option<&Secret>, &str),
        origin: &Origin,
    ) -> Result<NewSession, LoginError> {
        self.prove_both(caller, proofs, origin).await?;
        let settings = self.security_settings(&caller.tenant).await?;
        if self.requires_second_factor(&caller.tenant, &caller.actor, &settings).await? {
            return Err(Error::Exists("your role needs a second factor").into());
        }
        let renewal = self.renewal(caller).await?;
        let session = self.remove_two_factor(&caller.tenant, caller.actor.user_id, Some(renewal)).await?;
        Ok(session.ok_or(Error::NotFound)?)
    }

    /// Takes a user's second factor away because the device is lost. Their sessions end.
    pub async fn reset_two_factor(&self, tenant: &Tenant, user: Uuid) -> Result<()> {
        self.load_user(tenant, user).await?.filter(|user| user.is_person).ok_or(Error::NotFound)?;
        self.remove_two_factor(tenant, user, None).await.map(drop)
    }

    /// Sessions end with the factor, but for one that goes on under a new token.
    async fn remove_two_factor(
        &self,
        tenant: &Tenant,
        user: Uuid,
        renewal: Option<Renewal>,
    ) -> Result<Option<NewSession>> {
        let (pool, own_tenant) = (self.pool.clone(), tenant.clone());
        let event = self.event(Deed::SecondFactorRemoved, "second_factor").about(user);
        let ended =
            self.event(Deed::SessionRevoked, "session").about(user).with(json!({ "all": [true, false] }));
        let work = async move {
            let mut transaction = pool.begin().await?;
            store::delete(&mut transaction, (own_tenant.id, user)).await?;
            tell(&mut transaction, &own_tenant, event).await?;
            let session = match renewal {
                Some(renewal) => Some(renewal.take(&mut transaction).await?),
                None => {
                    sessions::store::delete_all(&mut *transaction, own_tenant.id, user).await?;
                    tell(&mut transaction, &own_tenant, ended).await?;
                    None
                }
            };
            transaction.commit().await?;
            Ok(session)
        };
        self.change(tenant, work).await
    }

    /// Whether a sign-in must show a code.
    pub(crate) async fn has_second_factor(&self, tenant: &Tenant, user: Uuid) -> Result<bool> {
        let factor = store::load(&self.pool, (tenant.id, user)).await?;
        Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some()))
    }

    /// Takes a code of the device or a recovery code. `false` when it is wrong, or was taken before.
    pub(crate) async fn take_code(&self, tenant: &Tenant, user: Uuid, code: &str) -> Result<bool> {
        let owner = (tenant.id, user);
        let Some(factor) = store::load(&self.pool, owner).await? else { return Ok(false) };
        if factor.confirmed_at.is_none() {
            return Ok(false);
        }
        let secret = self.open_factor(tenant, user, &factor.secret).await?;
        if let Some(step) = self.find_step(&secret, code) {
            return Ok(store::take_step(&self.pool, owner, step).await?);
        }
        let mut transaction = self.pool.begin().await?;
        let taken = store::take_recovery_code(&mut transaction, owner, recovery_hash(owner, code)).await?;
        if taken {
            let event = self.event(Deed::RecoveryCodeUsed, "second_factor").about(user);
            tell(&mut transaction, tenant, event).await?;
        }
        transaction.commit().await?;
        Ok(taken)
    }

    async fn prove_both(
        &self,
        caller: &Caller,
        (password, code): (Option<&Secret>, &str),
        origin: &Origin,
    ) -> Result<(), LoginError> {
        caller.require_session()?;
        self.prove_self(caller, password, origin).await?;
        if self.prove_code(caller, code, origin).await? { Ok(()) } else { Err(wrong_code("totp").into()) }
    }

    /// Gives people in a copy that nobody can sign in to yet the second factors that they have where it comes from: a
    /// password alone opens no more there than here. Recovery codes stay behind.
    pub(crate) async fn copy_factors(&self, (from, to): (&Tenant, &Tenant), users: &[Uuid]) -> Result<()> {
        let (mut owners, mut secrets, mut steps) = (Vec::new(), Vec::new(), Vec::new());
        for (user, stored, step) in store::list_confirmed(&self.pool, (from.id, users)).await? {
            let secret = self.open_factor(from, user, &stored).await?;
            secrets.push(self.seal_factor(to, user, &secret).await?);
            owners.push(user);
            // A code that was taken there is taken here.
            steps.push(step);
        }
        Ok(store::put_confirmed(&self.pool, to.id, (&owners, &secrets, &steps), self.clock.now()).await?)
    }

    async fn seal_factor(&self, tenant: &Tenant, user: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
        let keys = self.engine.keys(tenant).await?;
        let text = Hex(secret.to_vec()).to_string();
        Ok(sealed::seal(&keys, Whose::Factor(user), &text)?.into_bytes())
    }

    async fn open_factor(&self, tenant: &Tenant, user: Uuid, stored: &[u8]) -> Result<Vec<u8>> {
        // Of an earlier version.
        if stored.len() == SECRET_LEN {
            return Ok(stored.to_vec());
        }
        let keys = self.engine.keys(tenant).await?;
        let text = sealed::open(&keys, Whose::Factor(user), &String::from_utf8_lossy(stored))?;
        Ok(Hex::try_from(text).unwrap_or_default().0)
    }

    /// Seals the secrets of a tenant's second factors that an earlier version stored as they are.
    pub async fn seal_old_factors(&self, tenant: &Tenant) -> Result<()> {
        for (user, secret) in store::list_plain(&self.pool, (tenant.id, SECRET_LEN)).await? {
            let sealed = self.seal_factor(tenant, user, &secret).await?;
            store::replace(&self.pool, (tenant.id, user), (&secret, &sealed)).await?;
        }
        Ok(())
    }

    fn find_step(&self, secret: &[u8], code: &str) -> Option<i64> {
        let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let now = u64::try_from(self.clock.now().timestamp()).ok()?;
        i64::try_from(totp(secret.to_vec(), "user", "trellis").check(&digits, now)?).ok()
    }
}

fn wrong_code(path: &str) -> Error {
    let message = "the code is wrong, or was used before; each is good for 30 seconds and once";
    Error::Invalid(vec![Problem::new(path, "wrong-code", message)])
}

/// Six digits by SHA-1 every 30 seconds, one step to either side: what every authenticator knows.
fn totp(secret: Vec<u8>, account: &str, issuer: &str) -> Totp {
    let issuer = format!("Trellis {issuer}");
    Builder::new()
        .with_secret(secret)
        .with_account_name(account)
        .with_issuer(Some(issuer))
        .build_noncompliant()
}

fn new_recovery_codes() -> Vec<Secret> {
    (0..RECOVERY_CODES).map(|_| Secret::new_recovery_code()).collect()
}

/// With the user, so that equal codes of two users are not seen to be equal.
fn recovery_hash((tenant, user): (Uuid, Uuid), code: &str) -> SecretHash {
    let letters: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    hash(&format!("recovery {tenant} {user} {}", letters.to_ascii_lowercase()))
}

fn hashes(owner: (Uuid, Uuid), codes: &[Secret]) -> Vec<Vec<u8>> {
    codes.iter().map(|code| recovery_hash(owner, code.expose()).0.to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits.
        let totp = totp(b"12345678901234567890".to_vec(), "ada@example.com", "demo");
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(totp.check(code, time), Some(time / 30), "{time}");
        }
        assert_eq!(totp.check("287082", 59 + 90), None);
        let url = totp.to_url().unwrap();
        assert!(
            url.starts_with("otpauth://totp/") && url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
            "{url}"
        );
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let owner = (Uuid::from_u128(1), Uuid::from_u128(2));
        let code = Secret::new_recovery_code();
        assert_eq!(code.expose().len(), 11, "{}", code.expose());
        let sloppy = code.expose().to_uppercase().replace('-', " ");
        assert_eq!(recovery_hash(owner, &sloppy).0, recovery_hash(owner, code.expose()).0);
        assert_ne!(recovery_hash((owner.0, owner.0), code.expose()).0, recovery_hash(owner, code.expose()).0);
    }
}
