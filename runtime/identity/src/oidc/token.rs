//! What a token proves: who has signed it, for whom, when, and of which sign-in. Signatures are the library's; the rest
//! is asked here, because the time is the caller's.

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde_json::{Map, Value as Json};
use subtle::ConstantTimeEq;

use crate::error::TokenFault;

/// How signatures may be made: all with a key of two parts, of which the provider alone has one.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];
/// How far clocks may be apart, in seconds.
const SKEW: i64 = 60;
/// Longest name of an account elsewhere (the standard says 255).
const LONGEST: usize = 255;

/// What a token must say.
pub(crate) struct Expected<'e> {
    pub issuer: &'e str,
    pub client_id: &'e str,
    pub nonce: &'e str,
    pub now: DateTime<Utc>,
}

/// What a token says, once it is known to be true.
#[derive(Clone, Debug)]
pub(crate) struct Claims(Map<String, Json>);

impl Claims {
    /// Who says so.
    pub fn issuer(&self) -> &str {
        self.0.get("iss").and_then(Json::as_str).unwrap_or_default()
    }

    /// Whom the issuer means; never given to somebody else.
    pub fn subject(&self) -> &str {
        self.0.get("sub").and_then(Json::as_str).unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// Some say it as a text.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Json::Bool(flag) => Some(*flag),
            Json::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// A list of words, or one; `a.b` is `b` within `a`, unless there is a claim of the whole name.
    pub fn words(&self, path: &str) -> Vec<&str> {
        let within = || {
            let mut parts = path.split('.');
            let first = self.0.get(parts.next()?)?;
            parts.try_fold(first, |value, part| value.get(part))
        };
        match self.0.get(path).or_else(within) {
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect(),
            Some(Json::String(word)) => vec![word],
            _ => Vec::new(),
        }
    }
}

/// How the token says that it is signed.
pub(super) fn header(token: &str) -> Result<Header, TokenFault> {
    if token.split('.').count() != 3 {
        return Err(TokenFault::Form);
    }
    // An algorithm that the library does not know, `none` among them, is no header to it.
    let header = decode_header(token).map_err(|_| TokenFault::Algorithm)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(TokenFault::Algorithm);
    }
    // What must be understood, and is not.
    if header.crit.is_some() { Err(TokenFault::Form) } else { Ok(header) }
}

/// Whether one of the keys may have signed it.
pub(super) fn knows(keys: &[Jwk], header: &Header) -> bool {
    keys.iter().any(|key| may_sign(key, header))
}

/// Whether a key can sign anything for us.
pub(super) fn is_of_use(key: &Jwk) -> bool {
    is_for_signing(key)
        && DecodingKey::from_jwk(key)
            .is_ok_and(|key| ALGORITHMS.iter().any(|algorithm| algorithm.family() == key.family()))
}

fn is_for_signing(key: &Jwk) -> bool {
    key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature)
}

fn may_sign(key: &Jwk, header: &Header) -> bool {
    // Without a name in the token any may be meant.
    let is_named = header.kid.as_ref().is_none_or(|kid| key.common.key_id.as_ref() == Some(kid));
    let is_meant = key.common.key_algorithm.is_none_or(|said| {
        let pair = (said, header.alg);
        matches!(
            pair,
            (KeyAlgorithm::RS256, Algorithm::RS256)
                | (KeyAlgorithm::ES256, Algorithm::ES256)
                | (KeyAlgorithm::EdDSA, Algorithm::EdDSA)
        )
    });
    is_named && is_meant && is_for_signing(key)
}

/// What the token proves.
pub(super) fn check(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Claims, TokenFault> {
    let header = header(token)?;
    let mut validation = Validation::new(header.alg);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let fitting =
        keys.iter().filter(|key| may_sign(key, &header)).filter_map(|key| DecodingKey::from_jwk(key).ok());
    let mut fitting = fitting.filter(|key| key.family() == header.alg.family());
    let signed = fitting.find_map(|key| decode::<Map<String, Json>>(token, &key, &validation).ok());
    let claims = Claims(signed.ok_or(TokenFault::Signature)?.claims);
    claims.meets(expected)?;
    Ok(claims)
}

impl Claims {
    fn meets(&self, expected: &Expected<'_>) -> Result<(), TokenFault> {
        let Expected { issuer, client_id, nonce, now } = *expected;
        let is = |name: &str, text: &str| self.0.get(name).and_then(Json::as_str) == Some(text);
        if !is("iss", issuer) {
            return Err(TokenFault::Issuer);
        }
        let readers = self.words("aud");
        // Made for others too: then it says which of them asked.
        let is_asked_by_us = if readers.len() == 1 {
            !self.0.contains_key("azp") || is("azp", client_id)
        } else {
            is("azp", client_id)
        };
        if !readers.contains(&client_id) || !is_asked_by_us {
            return Err(TokenFault::Audience);
        }
        let time = |name: &str| self.0.get(name).and_then(Json::as_f64);
        let now = now.timestamp() as f64;
        let is_over = time("exp").is_none_or(|end| end + SKEW as f64 <= now);
        let is_early = |made: f64| made - SKEW as f64 > now;
        if is_over || time("iat").is_none_or(is_early) || time("nbf").is_some_and(is_early) {
            return Err(TokenFault::Time);
        }
        let said = self.0.get("nonce").and_then(Json::as_str).unwrap_or_default();
        if !bool::from(said.as_bytes().ct_eq(nonce.as_bytes())) {
            return Err(TokenFault::Nonce);
        }
        let is_somebody = !self.subject().is_empty() && self.subject().len() <= LONGEST;
        if is_somebody { Ok(()) } else { Err(TokenFault::Subject) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(change: Json) -> Option<TokenFault> {
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let mut claims = json!({ "iss": "https://id.example.com", "aud": "trellis", "sub": "ada", "nonce": "n",
            "exp": 1_000_300, "iat": 1_000_000 });
        for (key, value) in change.as_object().unwrap() {
            match value {
                Json::Null => drop(claims.as_object_mut().unwrap().shift_remove(key)),
                value => claims[key] = value.clone(),
            }
        }
        let expected = Expected { issuer: "https://id.example.com", client_id: "trellis", nonce: "n", now };
        Claims(claims.as_object().cloned().unwrap()).meets(&expected).err()
    }

    #[test]
    fn each_claim_is_asked() {
        use TokenFault::*;
        assert_eq!(faults(json!({})), None);
        let cases = [
            (json!({ "iss": "https://id.example.com/" }), Some(Issuer)),
            (json!({ "iss": null }), Some(Issuer)),
            (json!({ "aud": "another" }), Some(Audience)),
            (json!({ "aud": [] }), Some(Audience)),
            (json!({ "aud": ["trellis"] }), None),
            (json!({ "aud": ["trellis", "another"] }), Some(Audience)),
            (json!({ "aud": ["trellis", "another"], "azp": "trellis" }), None),
            (json!({ "azp": "another" }), Some(Audience)),
            (json!({ "exp": 999_941 }), None),
            (json!({ "exp": 999_940 }), Some(Time)),
            (json!({ "exp": "1000300" }), Some(Time)),
            (json!({ "exp": null }), Some(Time)),
            (json!({ "iat": null }), Some(Time)),
            (json!({ "iat": 1_000_060 }), None),
            (json!({ "iat": 1_000_061 }), Some(Time)),
            (json!({ "nbf": 1_000_100 }), Some(Time)),
            (json!({ "nonce": "m" }), Some(Nonce)),
            (json!({ "nonce": null }), Some(Nonce)),
            (json!({ "sub": "" }), Some(Subject)),
            (json!({ "sub": 5 }), Some(Subject)),
            (json!({ "sub": "x".repeat(256) }), Some(Subject)),
        ];
        for (change, expected) in cases {
            assert_eq!(faults(change.clone()), expected, "{change}");
        }
    }

    #[test]
    fn groups_are_found_where_they_stand() {
        let claims = json!({ "groups": ["a", 1, "b"], "realm_access": { "roles": ["c"] }, "one": "d", "x.y": ["e"],
            "email_verified": "true" });
        let claims = Claims(claims.as_object().cloned().unwrap());
        assert_eq!(claims.words("groups"), ["a", "b"]);
        assert_eq!(claims.words("realm_access.roles"), ["c"]);
        assert_eq!((claims.words("one"), claims.words("x.y")), (vec!["d"], vec!["e"]));
        assert!(claims.words("groups.b").is_empty() && claims.words("none").is_empty());
        assert_eq!(claims.flag("email_verified"), Some(true));
    }

    #[test]
    fn tokens_without_a_signature_are_none() {
        // {"alg":"none"} and {"alg":"HS256"}
        for token in ["eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln"] {
            assert_eq!(header(token).unwrap_err(), TokenFault::Algorithm, "{token}");
        }
        assert_eq!(header("a.b.c.d.e").unwrap_err(), TokenFault::Form);
        assert_eq!(header("").unwrap_err(), TokenFault::Form);
    }
}
