//! The protocol, OpenID Connect: what a provider says of itself, where a browser is sent, a code for a token, and what
//! the token proves. It knows no tenants and no users.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::Jwk;
use moka::future::Cache;
use serde::Deserialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use uuid::Uuid;

use crate::error::{ProviderError, TargetError, TokenFault};
use crate::outside::Outside;
use crate::secret::Secret;

mod discovery;
pub(crate) mod token;

pub(crate) use discovery::Discovery;
use token::{Claims, Expected};

/// What a provider says of itself, and its keys, are asked for again after so long.
const LIFE: TimeDelta = TimeDelta::hours(1);
/// Keys are asked for again for a token of an unknown key, but not sooner than this.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// Who failed is not asked again sooner than this, either.
const MOST_FAILING: u64 = 10_000;
/// What is remembered of all providers of all tenants: bytes of their descriptions, and of their keys.
const MOST: u64 = 8 * 1024 * 1024;
/// Keys of one provider.
const MOST_KEYS: usize = 50;
/// Requests to providers of one tenant at once; more wait for their turn.
const AT_ONCE: usize = 16;
/// Longest wait for it.
const TURN: Duration = Duration::from_secs(10);
/// Longest token that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// The client of all providers.
pub(crate) struct Oidc {
    outside: Outside,
    described: Cache<String, Kept<Discovery>>,
    keys: Cache<String, Kept<Vec<Jwk>>>,
    /// What could not be had lately, by its address, and when.
    failing: Cache<String, (Arc<ProviderError>, DateTime<Utc>)>,
    turns: Cache<Uuid, Arc<Semaphore>>,
}

/// Something that was fetched.
struct Kept<T> {
    what: Arc<T>,
    at: DateTime<Utc>,
    /// Bytes that were read of it.
    size: u32,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { what: Arc::clone(&self.what), at: self.at, size: self.size }
    }
}

/// Whom we are to a provider.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub tenant: Uuid,
    pub issuer: String,
    pub id: String,
    /// None for a client that proves itself by the exchange alone.
    pub secret: Option<Secret>,
    /// Where the provider sends browsers back to.
    pub redirect: String,
}

/// What one sign-in is known by, all of it made of what the browser keeps.
pub(crate) struct Marks {
    pub state: String,
    browser: Secret,
}

impl Marks {
    pub fn new(state: &str, browser: &Secret) -> Self {
        Self { state: state.to_owned(), browser: browser.clone() }
    }

    /// What the token must repeat.
    pub fn nonce(&self) -> String {
        self.mark("nonce")
    }

    /// What the exchange must show: 43 letters, as RFC 7636 wants.
    pub fn verifier(&self) -> String {
        self.mark("verifier")
    }

    fn challenge(&self) -> String {
        BASE64.encode(Sha256::digest(self.verifier().as_bytes()))
    }

    fn mark(&self, purpose: &str) -> String {
        let text = format!("trellis {purpose} {} {}", self.state, self.browser.expose());
        BASE64.encode(Sha256::digest(text.as_bytes()))
    }
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl Oidc {
    pub fn new(allows_private: bool) -> Self {
        Self {
            outside: Outside::new(allows_private),
            described: remembering(),
            keys: remembering(),
            failing: Cache::builder().max_capacity(MOST_FAILING).time_to_live(whole(PAUSE)).build(),
            turns: Cache::builder().max_capacity(MOST_FAILING).time_to_idle(whole(LIFE)).build(),
        }
    }

    /// What is wrong with the text of an issuer, before anybody is asked.
    pub fn check_issuer(&self, issuer: &str) -> Result<(), TargetError> {
        let url = self.outside.address(issuer)?;
        if url.query().is_some() { Err(TargetError::Address) } else { Ok(()) }
    }

    /// What the provider says of itself. Whoever asks for it at once waits for one answer; who is known to fail is not asked.
    pub async fn describe(
        &self,
        (tenant, issuer): (Uuid, &str),
        now: DateTime<Utc>,
    ) -> Result<Arc<Discovery>, ProviderError> {
        if let Some(kept) = self.described.get(issuer).await {
            if now - kept.at < LIFE {
                return Ok(kept.what);
            }
            self.described.invalidate(issuer).await;
        }
        self.refuse_failing(issuer, now).await?;
        let fetching = async {
            let _turn = self.turn(tenant).await?;
            let (what, size) = discovery::fetch(&self.outside, issuer).await?;
            Ok(Kept { what: Arc::new(what), at: now, size: u32::try_from(size).unwrap_or(u32::MAX) })
        };
        let kept = self.described.try_get_with_by_ref(issuer, fetching).await;
        Ok(self.noting(issuer, kept, now).await?.what)
    }

    /// The same as it is this moment, whatever it was before.
    pub async fn describe_anew(
        &self,
        place: (Uuid, &str),
        now: DateTime<Utc>,
    ) -> Result<Arc<Discovery>, ProviderError> {
        self.described.invalidate(place.1).await;
        self.failing.invalidate(place.1).await;
        self.describe(place, now).await
    }

    /// Where a browser is sent.
    pub async fn departure(
        &self,
        client: &Client,
        (marks, scopes): (&Marks, &[String]),
        now: DateTime<Utc>,
    ) -> Result<String, ProviderError> {
        let provider = self.describe((client.tenant, &client.issuer), now).await?;
        let mut url = self.endpoint(&provider.authorization_endpoint, "its sign-in page")?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", &client.redirect)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", &marks.state)
            .append_pair("nonce", &marks.nonce())
            .append_pair("code_challenge", &marks.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Where a browser is sent to sign out there too; `None` where the provider does not offer it.
    pub async fn parting(
        &self,
        (tenant, (issuer, client_id)): (Uuid, (&str, &str)),
        home: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<String>, ProviderError> {
        let provider = self.describe((tenant, issuer), now).await?;
        let Some(end) = &provider.end_session_endpoint else { return Ok(None) };
        let mut url = self.endpoint(end, "its sign-out page")?;
        url.query_pairs_mut()
            .append_pair("client_id", client_id)
            .append_pair("post_logout_redirect_uri", home);
        Ok(Some(url.into()))
    }

    /// What a code proves of somebody.
    pub async fn redeem(
        &self,
        client: &Client,
        (code, marks): (&str, &Marks),
        now: DateTime<Utc>,
    ) -> Result<Claims, ProviderError> {
        let provider = self.describe((client.tenant, &client.issuer), now).await?;
        let token = self.exchange(client, &provider, (code, marks)).await?;
        let nonce = marks.nonce();
        let expected = Expected { issuer: &client.issuer, client_id: &client.id, nonce: &nonce, now };
        let header = token::header(&token).map_err(ProviderError::Token)?;
        let place = (client.tenant, provider.jwks_uri.as_str());
        let mut kept = self.keys(place, now).await?;
        // A key that was not there yet; but nobody makes us ask all the time.
        if !token::knows(&kept.what, &header) && now - kept.at >= PAUSE {
            kept = self.newer_keys(place, &kept, now).await?;
        }
        token::check(&token, &kept.what, &expected).map_err(ProviderError::Token)
    }

    async fn exchange(
        &self,
        client: &Client,
        provider: &Discovery,
        (code, marks): (&str, &Marks),
    ) -> Result<String, ProviderError> {
        let (headers, form) = request_of(client, provider.takes_basic(), (code, marks));
        let url = self.endpoint(&provider.token_endpoint, "its token endpoint")?;
        let _turn = self.turn(client.tenant).await?;
        let answer = self.outside.post(&url, &headers, form).await;
        let (status, body) = answer.map_err(|error| ProviderError::Target { what: "its tokens", error })?;
        if status != 200 {
            let refusal: Option<Refusal> = serde_json::from_slice(&body).ok();
            let word = refusal.map_or_else(|| format!("status {status}"), |refusal| refusal.error);
            return Err(ProviderError::Refused { word: word.chars().take(60).collect() });
        }
        let tokens: Tokens =
            serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable("its token"))?;
        let is_short = tokens.id_token.len() <= LONGEST;
        if is_short { Ok(tokens.id_token) } else { Err(ProviderError::Token(TokenFault::Form)) }
    }

    async fn keys(
        &self,
        (tenant, place): (Uuid, &str),
        now: DateTime<Utc>,
    ) -> Result<Kept<Vec<Jwk>>, ProviderError> {
        if let Some(kept) = self.keys.get(place).await {
            if now - kept.at < LIFE {
                return Ok(kept);
            }
            self.keys.invalidate(place).await;
        }
        self.refuse_failing(place, now).await?;
        let kept = self.keys.try_get_with_by_ref(place, self.fetch_keys((tenant, place), now)).await;
        self.noting(place, kept, now).await
    }

    /// Keys that came after those. Where they cannot be had, the old ones are kept, and not asked for again at once.
    async fn newer_keys(
        &self,
        place: (Uuid, &str),
        known: &Kept<Vec<Jwk>>,
        now: DateTime<Utc>,
    ) -> Result<Kept<Vec<Jwk>>, ProviderError> {
        // Somebody else may have asked meanwhile.
        if let Some(kept) = self.keys.get(place.1).await.filter(|kept| kept.at > known.at) {
            return Ok(kept);
        }
        // Until the new ones are there others go on with the old.
        let old = Kept { at: now, ..known.clone() };
        self.keys.insert(place.1.to_owned(), old).await;
        let kept = self.fetch_keys(place, now).await?;
        self.keys.insert(place.1.to_owned(), kept.clone()).await;
        Ok(kept)
    }

    async fn fetch_keys(
        &self,
        (tenant, place): (Uuid, &str),
        now: DateTime<Utc>,
    ) -> Result<Kept<Vec<Jwk>>, ProviderError> {
        let url = self.endpoint(place, "its keys")?;
        let _turn = self.turn(tenant).await?;
        let body = self.outside.get(&url).await;
        let body = body.map_err(|error| ProviderError::Target { what: "its keys", error })?;
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Json>,
        }
        let set: Set = serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable("its keys"))?;
        if set.keys.len() > MOST_KEYS {
            return Err(ProviderError::Unreadable("its keys, of which there are more than 50,"));
        }
        // Keys of a kind that is not known here are of no use, and no reason to take none.
        let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok()).collect();
        Ok(Kept { what: Arc::new(keys), at: now, size: u32::try_from(body.len()).unwrap_or(u32::MAX) })
    }

    /// How many keys the provider has that can sign for us.
    pub async fn count_keys(
        &self,
        (tenant, provider): (Uuid, &Discovery),
        now: DateTime<Utc>,
    ) -> Result<usize, ProviderError> {
        let kept = self.fetch_keys((tenant, &provider.jwks_uri), now).await?;
        Ok(kept.what.iter().filter(|key| token::is_of_use(key)).count())
    }

    /// One's turn to ask a provider of the tenant.
    async fn turn(&self, tenant: Uuid) -> Result<OwnedSemaphorePermit, ProviderError> {
        let turns = self.turns.get_with(tenant, async { Arc::new(Semaphore::new(AT_ONCE)) }).await;
        let turn = tokio::time::timeout(TURN, turns.acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(ProviderError::Crowded)
    }

    async fn refuse_failing(&self, place: &str, now: DateTime<Utc>) -> Result<(), ProviderError> {
        match self.failing.get(place).await.filter(|(_, at)| now - *at < PAUSE) {
            Some((error, _)) => Err(ProviderError::Shared(error)),
            None => Ok(()),
        }
    }

    /// Remembers what could not be had.
    async fn noting<T>(
        &self,
        place: &str,
        kept: Result<T, Arc<ProviderError>>,
        now: DateTime<Utc>,
    ) -> Result<T, ProviderError> {
        match kept {
            Ok(kept) => Ok(kept),
            Err(error) => {
                // A crowd is no failure of the provider's.
                if !matches!(*error, ProviderError::Crowded) {
                    self.failing.insert(place.to_owned(), (Arc::clone(&error), now)).await;
                }
                Err(ProviderError::Shared(error))
            }
        }
    }

    fn endpoint(&self, text: &str, what: &'static str) -> Result<Url, ProviderError> {
        self.outside.address(text).map_err(|error| ProviderError::Target { what, error })
    }
}

fn remembering<T: Send + Sync + 'static>() -> Cache<String, Kept<T>> {
    Cache::builder()
        .weigher(|_, kept: &Kept<T>| kept.size)
        .max_capacity(MOST)
        .time_to_live(whole(LIFE))
        .build()
}

fn whole(time: TimeDelta) -> Duration {
    time.to_std().unwrap_or_default()
}

/// The headers and the form of an exchange. The secret stands in the one or in the other.
fn request_of(
    client: &Client,
    takes_basic: bool,
    (code, marks): (&str, &Marks),
) -> (Vec<(&'static str, String)>, String) {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", &client.redirect)
        .append_pair("code_verifier", &marks.verifier());
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
    match &client.secret {
        // Both are written as in a form before they are joined (RFC 6749, 2.3.1).
        Some(secret) if takes_basic => {
            let written = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", written(&client.id), written(secret.expose()));
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(pair))));
        }
        Some(secret) => {
            form.append_pair("client_id", &client.id).append_pair("client_secret", secret.expose());
        }
        None => {
            form.append_pair("client_id", &client.id);
        }
    }
    (headers, form.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_made_of_state_and_browser() {
        let browser = Secret::new_token();
        let marks = Marks::new("s", &browser);
        assert_eq!((marks.verifier().len(), marks.challenge().len()), (43, 43));
        assert_ne!(marks.nonce(), marks.verifier());
        assert_eq!(marks.nonce(), Marks::new("s", &browser).nonce());
        assert_ne!(marks.nonce(), Marks::new("t", &browser).nonce());
        assert_ne!(marks.nonce(), Marks::new("s", &Secret::new_token()).nonce());
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let challenge = BASE64.encode(Sha256::digest(verifier.as_bytes()));
        assert_eq!(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
