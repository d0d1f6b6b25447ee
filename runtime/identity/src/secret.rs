//! What must not be printed: passwords, session tokens, API keys. Tokens and keys are stored as SHA-256 only; they
//! carry so much chance that no slow hash is needed.

use std::fmt;

use rand::Rng;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every API key starts with.
pub const KEY_MARK: &str = "trl_";
/// What every key of a reseller starts with.
pub(crate) const RESELLER_MARK: &str = "trr_";
/// Characters of a key after its mark: 40 of 62 are 238 bits.
const KEY_LENGTH: usize = 40;
/// Characters of a key that may be shown.
const PREFIX_LENGTH: usize = 12;
/// Characters of a password that is made up: 20 of 62 are 119 bits.
const PASSWORD_LENGTH: usize = 20;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What people can read out and type.
const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A text that only its holder should know. It has no `Display`, and its `Debug` hides it.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

/// SHA-256 of a token or key: what is stored and what caches are keyed by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SecretHash(pub [u8; 32]);

impl Secret {
    /// A secret that came from outside.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be handed to its holder.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// A new session token: 32 random bytes in hex.
    pub(crate) fn new_token() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(hex(&bytes))
    }

    /// A new API key.
    pub(crate) fn new_key() -> Self {
        Self(format!("{KEY_MARK}{}", random_text(KEY_LENGTH)))
    }

    /// A new key of a reseller.
    pub(crate) fn new_reseller_key() -> Self {
        Self(format!("{RESELLER_MARK}{}", random_text(KEY_LENGTH)))
    }

    /// A new password.
    pub fn new_password() -> Self {
        Self(random_text(PASSWORD_LENGTH))
    }

    /// A new recovery code: ten letters and digits that are not taken for others, 50 bits.
    pub(crate) fn new_recovery_code() -> Self {
        let bytes: [u8; 10] = rand::random();
        let letters: String = bytes.iter().map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect();
        Self(format!("{}-{}", &letters[..5], &letters[5..]))
    }

    /// The start of a key, to tell keys apart in a list.
    pub(crate) fn prefix(&self) -> String {
        self.0.chars().take(PREFIX_LENGTH).collect()
    }

    pub(crate) fn hash(&self) -> SecretHash {
        hash(&self.0)
    }

    /// The CSRF value of the session with this token: whoever knows it has read `/auth/v1/me`, and it tells nothing
    /// about the token.
    pub(crate) fn csrf(&self) -> Self {
        csrf(&self.0)
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Hash of a token or key as it came in.
pub(crate) fn hash(text: &str) -> SecretHash {
    SecretHash(Sha256::digest(text.as_bytes()).into())
}

/// See [`Secret::csrf`].
pub(crate) fn csrf(token: &str) -> Secret {
    let digest = Sha256::new().chain_update(b"trellis csrf\0").chain_update(token.as_bytes()).finalize();
    Secret(hex(&digest))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Letters and digits, each with the same chance: bytes past the last multiple of 62 are thrown away.
fn random_text(length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 64];
    while text.len() < length {
        rand::rng().fill_bytes(&mut bytes);
        let usable =
            bytes.iter().filter(|&&byte| byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        text.extend(usable.take(length - text.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_have_their_shape_and_differ() {
        let (a, b) = (Secret::new_token(), Secret::new_token());
        assert_eq!(a.expose().len(), 64);
        assert_ne!(a.expose(), b.expose());
        let key = Secret::new_key();
        assert_eq!(key.expose().len(), 44);
        assert!(key.expose().starts_with(&key.prefix()) && key.prefix().starts_with("trl_"));
        assert_eq!(Secret::new_password().expose().len(), 20);
    }

    #[test]
    fn secrets_are_not_printed() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(secret.matches("hunter2") && !secret.matches("hunter3"));
    }

    #[test]
    fn a_csrf_value_is_neither_token_nor_hash() {
        let token = Secret::new_token();
        assert_ne!(token.csrf().expose(), token.expose());
        assert_ne!(token.csrf().expose(), hex(&token.hash().0));
        assert_eq!(token.csrf().expose(), csrf(token.expose()).expose());
    }
}
