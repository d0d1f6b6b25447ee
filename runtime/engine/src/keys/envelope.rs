//! One secret as ciphertext: AES-256-GCM with a nonce of its own. What it belongs to is authenticated with it, so that
//! ciphertext which is moved to another place does not open there.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand;

use crate::audit::chain::Hex;
use crate::error::{Error, Result};

/// Bytes of a key.
pub(super) const KEY_LEN: usize = 32;

/// A key that encrypts.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    pub(super) fn new(secret: &[u8]) -> Option<Self> {
        Some(Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, secret).ok()?)))
    }

    /// Nonce and ciphertext.
    pub(super) fn seal(&self, about: &[u8], plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut text = plain.to_vec();
        let sealed =
            self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about), &mut text);
        sealed.map_err(|_| Error::Locked("the value could not be encrypted".into()))?;
        Ok([nonce.as_slice(), &text].concat())
    }

    /// What was encrypted; nothing when it is not what was sealed, or belongs elsewhere.
    pub(super) fn open(&self, about: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let mut text = text.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let length = self.0.open_in_place(nonce, Aad::from(about), &mut text).ok()?.len();
        text.truncate(length);
        Some(text)
    }
}

/// Bytes that nobody can guess.
pub(super) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| Error::Locked("the system gives no random bytes".into()))?;
    Ok(bytes)
}

/// The key that wraps the keys of all tenants.
pub struct MasterKey {
    pub(super) cipher: Cipher,
    pub(super) deriving: hmac::Key,
    name: String,
}

impl MasterKey {
    /// Bytes of the secret.
    pub const LEN: usize = KEY_LEN;

    pub fn new(secret: &[u8; KEY_LEN]) -> Option<Self> {
        let hash = digest(&SHA256, &[b"trellis master key\0", secret.as_slice()].concat());
        let name = Hex(hash.as_ref()[..8].to_vec()).to_string();
        let apart = digest(&SHA256, &[b"trellis derived secrets\0", secret.as_slice()].concat());
        let deriving = hmac::Key::new(hmac::HMAC_SHA256, apart.as_ref());
        Some(Self { cipher: Cipher::new(secret)?, deriving, name })
    }

    /// A name that tells master keys apart and nothing of them.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "MasterKey({})", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_alone() {
        let cipher = Cipher::new(&[1; 32]).unwrap();
        let sealed = cipher.seal(b"here", b"secret").unwrap();
        assert_eq!(cipher.open(b"here", &sealed).unwrap(), b"secret");
        assert_eq!(cipher.open(b"there", &sealed), None);
        assert_eq!(Cipher::new(&[2; 32]).unwrap().open(b"here", &sealed), None);
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert_eq!(cipher.open(b"here", &other), None, "byte {at} does not count");
            assert_eq!(cipher.open(b"here", &sealed[..at]), None);
        }
        assert_ne!(cipher.seal(b"here", b"secret").unwrap(), sealed, "equal values look equal");
    }

    #[test]
    fn a_master_key_tells_nothing_of_itself() {
        let key = MasterKey::new(&[3; 32]).unwrap();
        assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.name()));
        assert_ne!(key.name(), MasterKey::new(&[4; 32]).unwrap().name());
    }
}
