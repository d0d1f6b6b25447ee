//! What a provider says of itself at `/.well-known/openid-configuration`.

use serde::Deserialize;

use crate::error::ProviderError;
use crate::outside::Outside;

const PLACE: &str = "/.well-known/openid-configuration";

/// The part of it that we go by. What may be missing is what the standard says of it then.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Discovery {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub end_session_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    response_types_supported: Option<Vec<String>>,
    /// Whether each answer says whose it is (RFC 9207).
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl Discovery {
    /// Whether a client shows its secret in a header; else it stands in the form.
    pub fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref();
        methods.is_none_or(|methods| {
            methods.iter().any(|method| method == "client_secret_basic")
                || !methods.iter().any(|method| method == "client_secret_post")
        })
    }

    pub fn says_issuer(&self) -> bool {
        self.authorization_response_iss_parameter_supported.unwrap_or(false)
    }

    /// What it should offer and does not say that it does; it may work all the same.
    pub fn doubts(&self) -> Vec<&'static str> {
        let lacks = |said: &Option<Vec<String>>, known: &[&str]| {
            said.as_ref().is_some_and(|said| !said.iter().any(|word| known.contains(&word.as_str())))
        };
        let mut doubts = Vec::new();
        if lacks(&self.id_token_signing_alg_values_supported, &["RS256", "ES256", "EdDSA"]) {
            doubts.push("it does not say that it signs by RS256, ES256 or EdDSA");
        }
        if lacks(&self.response_types_supported, &["code"]) {
            doubts.push("it does not say that it gives codes (`response_types_supported`)");
        }
        if lacks(&self.code_challenge_methods_supported, &["S256"]) {
            doubts.push("it does not say that it takes PKCE with S256");
        }
        doubts
    }
}

/// With the bytes that it took.
pub(super) async fn fetch(outside: &Outside, issuer: &str) -> Result<(Discovery, usize), ProviderError> {
    let what = "its description (/.well-known/openid-configuration)";
    let target = |error| ProviderError::Target { what, error };
    let url = outside.address(&format!("{}{PLACE}", issuer.trim_end_matches('/'))).map_err(target)?;
    let body = outside.get(&url).await.map_err(target)?;
    let told: Discovery = serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable(what))?;
    if told.issuer != issuer {
        let said = told.issuer.chars().take(200).collect();
        return Err(ProviderError::Issuer { said });
    }
    // Browsers are sent to some of them, and requests with a secret to others.
    let named = [
        ("its sign-in page", Some(&told.authorization_endpoint)),
        ("its token endpoint", Some(&told.token_endpoint)),
        ("its keys", Some(&told.jwks_uri)),
        ("its sign-out page", told.end_session_endpoint.as_ref()),
    ];
    for (what, address) in named {
        if let Some(address) = address {
            outside.address(address).map_err(|error| ProviderError::Target { what, error })?;
        }
    }
    Ok((told, body.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(more: serde_json::Value) -> Discovery {
        let mut document =
            json!({ "issuer": "i", "authorization_endpoint": "a", "token_endpoint": "t", "jwks_uri": "j" });
        document.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn what_is_missing_is_what_the_standard_says() {
        let plain = told(json!({}));
        assert!(plain.takes_basic() && !plain.says_issuer() && plain.doubts().is_empty());
        assert!(
            !told(json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] })).takes_basic()
        );
        let both =
            json!({ "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"] });
        assert!(told(both).takes_basic());
        let weak = json!({ "id_token_signing_alg_values_supported": ["HS256"], "response_types_supported": ["token"],
            "code_challenge_methods_supported": ["plain"] });
        assert_eq!(told(weak).doubts().len(), 3);
    }
}
