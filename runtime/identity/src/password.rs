//! Hashing and checking passwords: argon2id, 19 MiB and two passes, a few at a time.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use metadata::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::security::PasswordPolicy;

/// Hashes at the same time; each holds a core for tens of milliseconds and 19 MiB.
const AT_ONCE: usize = 2;
/// Most that wait for their turn.
const WAITING: usize = 64;
/// Longest password, in bytes.
const LONGEST: usize = 1024;
/// Passwords of eight characters and more that leaked most often, in lower case and sorted (the list that Django
/// ships, which is in the public domain).
const COMMON: &str = include_str!("password/common.txt");
/// Checked when there is no user, so that this takes as long. Same parameters as real ones, random salt and hash:
/// no password fits.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$kB4f2Lx0mYw9TqR7sVhJcA$Vw3mQk9zT0eYc7uHn5aXrB2dLs8pGj4fKq1oZi6vEtM";

/// The one place where passwords are hashed.
pub(crate) struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// The right to hash one password.
pub(crate) struct Turn {
    _running: OwnedSemaphorePermit,
    _waiting: OwnedSemaphorePermit,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { running: Arc::new(Semaphore::new(AT_ONCE)), waiting: Arc::new(Semaphore::new(WAITING)) }
    }
}

impl Passwords {
    /// Waits for a turn; `Busy` when too many wait already.
    pub async fn turn(&self) -> Result<Turn> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().map_err(|_| Error::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Error::Busy)?;
        Ok(Turn { _running: running, _waiting: waiting })
    }

    /// The PHC string to store.
    pub async fn hash(&self, password: &Secret) -> Result<String> {
        let (turn, password) = (self.turn().await?, password.clone());
        let work = move || {
            let hash = argon2().hash_password(password.expose().as_bytes())?.to_string();
            drop(turn);
            Ok(hash)
        };
        tokio::task::spawn_blocking(work).await?
    }

    /// Whether the password fits `stored`, and the turn again. Takes as long when nothing is stored.
    pub async fn verify(
        &self,
        turn: Turn,
        password: &Secret,
        stored: Option<String>,
    ) -> Result<(bool, Turn)> {
        let password = password.clone();
        let work = move || {
            let fits = fits(&password, stored.as_deref().unwrap_or(NOBODY));
            // Through here, so that the turn lasts as long as the hash even if the request is gone by then.
            (fits && stored.is_some(), turn)
        };
        Ok(tokio::task::spawn_blocking(work).await?)
    }
}

fn fits(password: &Secret, stored: &str) -> bool {
    let Ok(stored) = PasswordHash::new(stored) else { return false };
    argon2().verify_password(password.expose().as_bytes(), &stored).is_ok()
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// What is wrong with a new password of the user with this address.
pub(crate) fn check(password: &Secret, policy: &PasswordPolicy, email: Option<&str>) -> Option<Problem> {
    let text = password.expose();
    let refused = |code: &str, message: String| Some(Problem::new("password", code, message));
    let shortest = policy.min_length;
    if text.chars().count() < shortest as usize {
        return refused("too-short", format!("a password has at least {shortest} characters"));
    }
    if text.len() > LONGEST {
        return refused("too-long", format!("a password has at most {LONGEST} bytes"));
    }
    let lower = text.to_lowercase();
    if policy.forbid_common && COMMON.lines().any(|common| common == lower) {
        return refused("too-common", "this is one of the passwords that everybody tries first".into());
    }
    if policy.forbid_email && email.is_some_and(|email| is_address(&lower, &email.to_lowercase())) {
        return refused("is-email", "a password is not the e-mail address".into());
    }
    None
}

/// Whether a password is the address, its first part, or one of them with a few characters around it.
fn is_address(password: &str, email: &str) -> bool {
    let name = email.split('@').next().unwrap_or_default();
    let rest = |part: &str| password.replacen(part, "", 1).chars().count();
    [email, name].into_iter().any(|part| part.len() >= 3 && password.contains(part) && rest(part) < 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let passwords = Passwords::default();
        let secret = Secret::new("correct horse");
        let hash = passwords.hash(&secret).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let wrong = Secret::new("correct house");
        let verify = async |secret: &Secret, stored: Option<&str>| {
            let turn = passwords.turn().await.unwrap();
            passwords.verify(turn, secret, stored.map(str::to_owned)).await.unwrap().0
        };
        assert!(verify(&secret, Some(&hash)).await);
        assert!(!verify(&wrong, Some(&hash)).await);
        assert!(!verify(&secret, None).await);
        assert!(!verify(&secret, Some("damaged")).await);
    }

    #[test]
    fn nobody_costs_what_somebody_costs() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let somebody = argon2().hash_password(b"x").unwrap().to_string();
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.hash.unwrap().as_bytes().len(), somebody.hash.unwrap().as_bytes().len());
    }

    #[tokio::test]
    async fn a_crowd_is_turned_away() {
        let passwords = Passwords::default();
        let turns = [passwords.turn().await.unwrap(), passwords.turn().await.unwrap()];
        let waiting: Vec<_> =
            (0..WAITING - 2).map(|_| Arc::clone(&passwords.waiting).try_acquire_owned().unwrap()).collect();
        assert!(matches!(passwords.turn().await, Err(Error::Busy)));
        drop((turns, waiting));
        assert!(passwords.turn().await.is_ok());
    }

    #[test]
    fn weak_passwords_are_refused() {
        let policy = PasswordPolicy::default();
        let told = |password: &str| {
            check(&Secret::new(password), &policy, Some("ada.lovelace@example.com"))
                .map(|problem| problem.code)
        };
        assert_eq!(told("correct horse"), None);
        assert_eq!(told("short").as_deref(), Some("too-short"));
        assert_eq!(told("éééé").as_deref(), Some("too-short"), "characters count, not bytes");
        assert_eq!(told(&"x".repeat(1025)).as_deref(), Some("too-long"));
        for common in ["password", "PASSWORD1", "qwertyuiop", "1q2w3e4r5t"] {
            assert_eq!(told(common).as_deref(), Some("too-common"), "{common}");
        }
        for own in ["ada.lovelace", "Ada.Lovelace@Example.com", "ada.lovelace1!"] {
            assert_eq!(told(own).as_deref(), Some("is-email"), "{own}");
        }
        assert_eq!(told("ada.lovelace and the engine"), None);
        let lax = PasswordPolicy { forbid_common: false, forbid_email: false, ..policy };
        assert!(check(&Secret::new("password"), &lax, Some("password@example.com")).is_none());
    }
}
