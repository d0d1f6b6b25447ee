//! Secrets that are shared with somebody outside and stored nowhere: each is computed of the master key and of what it is
//! for, so the database has nothing that could be used.

use aws_lc_rs::hmac;

use crate::Engine;
use crate::audit::chain::Hex;
use crate::error::{Error, Result};

impl Engine {
    /// The secret of this name: the same as long as the master key is, and nobody's to guess.
    pub fn derived_secret(&self, name: &str) -> Result<Hex> {
        let missing = || Error::Locked("there is no master key here, and no secret without one".into());
        let master = self.vault().master().ok_or_else(missing)?;
        Ok(Hex(hmac::sign(&master.deriving, name.as_bytes()).as_ref().to_vec()))
    }
}

/// HMAC-SHA256 of a text under a secret that is a text too.
pub fn signature(secret: &str, text: &str) -> Hex {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    Hex(hmac::sign(&key, text.as_bytes()).as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_hmac_sha256() {
        // RFC 4231, case 2.
        let told = signature("Jefe", "what do ya want for nothing?").to_string();
        assert_eq!(told, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
