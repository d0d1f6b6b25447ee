//! A provider of OpenID Connect on loopback: it serves its description, its keys, its sign-in page and its tokens by
//! HTTP, holds clients to their secrets and to PKCE, gives each code once, and signs with keys of its own. What it says can
//! be bent, as somebody would who attacks us.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use chrono::Utc;
use serde_json::{Map, Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;
use url::form_urlencoded::parse;

/// Whom we are to it.
pub const CLIENT: &str = "trellis";
/// What proves it. Both are written otherwise in a header than they are.
pub const SECRET: &str = "a secret: 100% ours";

/// How a token is signed.
#[derive(Clone, Debug, Default)]
pub enum Signed {
    #[default]
    Rs256,
    Es256,
    EdDsa,
    /// Not at all.
    Nothing,
    /// By a key that both sides have: the provider's public one.
    ByPublicKey,
    /// By a key that is not the provider's, under the name of one that is.
    ByStranger,
}

/// How the next tokens differ from right ones.
#[derive(Clone, Debug, Default)]
pub struct Bent {
    /// Claims in place of the right ones; null takes one away.
    pub claims: Map<String, Json>,
    pub signed: Signed,
    /// The name of the key, in place of the right one.
    pub kid: Option<Json>,
    /// The same token for every code, as somebody would hand in whom it was stolen from.
    pub replayed: Option<String>,
}

/// The provider.
#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    /// Who is signed in there now.
    person: Map<String, Json>,
    bent: Bent,
    /// What a code is for.
    codes: HashMap<String, Map<String, Json>>,
    count: usize,
    asked: HashMap<&'static str, usize>,
    /// The name of its key of today.
    kid: String,
    described: Map<String, Json>,
    elsewhere: Option<String>,
    last: Option<String>,
}

struct Keys {
    rsa: RsaKeyPair,
    stranger: RsaKeyPair,
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    KEYS.get_or_init(|| Keys {
        rsa: rsa(),
        stranger: rsa(),
        ec: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
        ed: Ed25519KeyPair::generate().expect("a key"),
    })
}

impl Provider {
    /// One that listens on a port of its own, with Grace signed in.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Inner {
            person: Map::new(),
            bent: Bent::default(),
            codes: HashMap::new(),
            count: 0,
            asked: HashMap::new(),
            kid: "k1".into(),
            described: Map::new(),
            elsewhere: None,
            last: None,
        };
        let provider = Self { issuer, inner: Arc::new(Mutex::new(inner)) };
        provider.person(json!({ "sub": "grace", "email": "grace@example.com", "email_verified": true, "name": "Grace Hopper" }));
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/jwks", get(jwks))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics with it")
    }

    /// Somebody else signs in there.
    pub fn person(&self, claims: Json) {
        self.lock().person = claims.as_object().cloned().unwrap_or_default();
    }

    /// Bends what it says from now on.
    pub fn bend(&self, bent: Bent) {
        self.lock().bent = bent;
    }

    /// Bends the claims alone.
    pub fn claim(&self, claims: Json) {
        self.bend(Bent { claims: claims.as_object().cloned().unwrap_or_default(), ..Bent::default() });
    }

    /// Says something else of itself.
    pub fn describes(&self, more: Json) {
        self.lock().described = more.as_object().cloned().unwrap_or_default();
    }

    /// Sends whoever asks what it says of itself somewhere else.
    pub fn sends_to(&self, place: &str) {
        self.lock().elsewhere = Some(place.to_owned());
    }

    /// Its key has a new name, which nobody has heard of.
    pub fn renames_key(&self, kid: &str) {
        self.lock().kid = kid.to_owned();
    }

    /// How often something was asked for.
    pub fn asked(&self, what: &'static str) -> usize {
        self.lock().asked.get(what).copied().unwrap_or_default()
    }

    /// The last token that it gave.
    pub fn last_token(&self) -> Option<String> {
        self.lock().last.clone()
    }

    /// A browser goes to its sign-in page, where somebody is signed in already: the address that it is sent back to.
    pub async fn visit(&self, address: &str) -> String {
        let url = Url::parse(address).expect("an address");
        assert!(address.starts_with(&self.issuer), "{address} is not of {}", self.issuer);
        let mut stream =
            TcpStream::connect(self.issuer.trim_start_matches("http://")).await.expect("it listens");
        let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let request = format!("GET {target} HTTP/1.1\r\nHost: provider\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("it answers");
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        location.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn count(&self, what: &'static str) {
        *self.lock().asked.entry(what).or_default() += 1;
    }
}

async fn describe(State(provider): State<Provider>) -> Response {
    provider.count("description");
    if let Some(place) = provider.lock().elsewhere.clone() {
        return (StatusCode::FOUND, [(header::LOCATION, place)]).into_response();
    }
    let issuer = &provider.issuer;
    let mut document = json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize?kept=1"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"), "end_session_endpoint": format!("{issuer}/end"),
        "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": true,
    });
    for (key, value) in &provider.lock().described {
        document[key] = value.clone();
    }
    axum::Json(document).into_response()
}

fn answered(query: &str) -> HashMap<String, String> {
    parse(query.as_bytes()).into_owned().collect()
}

async fn authorize(State(provider): State<Provider>, RawQuery(query): RawQuery) -> Response {
    let asked = answered(&query.unwrap_or_default());
    assert_eq!((asked["client_id"].as_str(), asked["response_type"].as_str()), (CLIENT, "code"));
    assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");
    assert_eq!((asked["code_challenge_method"].as_str(), asked["kept"].as_str()), ("S256", "1"));
    let mut inner = provider.lock();
    let mut back = Url::parse(&asked["redirect_uri"]).expect("an address to go back to");
    let mut answer = back.query_pairs_mut();
    answer.append_pair("state", &asked["state"]).append_pair("iss", &provider.issuer);
    if inner.person.is_empty() {
        answer.append_pair("error", "access_denied");
    } else {
        inner.count += 1;
        let code = format!("code {}", inner.count);
        let mut grant = inner.person.clone();
        for key in ["nonce", "code_challenge", "redirect_uri"] {
            grant.insert(key.into(), asked[key].clone().into());
        }
        answer.append_pair("code", &code).append_pair("session_state", "whatever");
        inner.codes.insert(code, grant);
    }
    drop(answer);
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

/// A client that shows its secret, in a header as the standard writes it.
fn is_client(headers: &HeaderMap) -> bool {
    let shown = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    let shown =
        shown.and_then(|text| STANDARD.decode(text).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let Some((id, secret)) = shown.as_deref().and_then(|pair| pair.split_once(':')) else { return false };
    let read = |text: &str| parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    read(id).as_deref() == Some(CLIENT) && read(secret).as_deref() == Some(SECRET)
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: String) -> Response {
    provider.count("token");
    let form = answered(&body);
    let refuse = |word: &str| (StatusCode::BAD_REQUEST, axum::Json(json!({ "error": word }))).into_response();
    if !is_client(&headers) {
        return refuse("invalid_client");
    }
    let Some(mut grant) = provider.lock().codes.remove(&form["code"]) else { return refuse("invalid_grant") };
    let challenge = BASE64.encode(digest(&SHA256, form["code_verifier"].as_bytes()));
    let is_whole = (43..=128).contains(&form["code_verifier"].len()) && grant["code_challenge"] == challenge;
    if !is_whole || grant["redirect_uri"] != form["redirect_uri"].as_str() {
        return refuse("invalid_grant");
    }
    grant.shift_remove("code_challenge");
    grant.shift_remove("redirect_uri");
    let now = Utc::now().timestamp();
    let right = json!({ "iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 3600 });
    grant.extend(right.as_object().cloned().unwrap_or_default());
    let mut inner = provider.lock();
    let bent = inner.bent.clone();
    for (key, value) in bent.claims {
        match value {
            Json::Null => drop(grant.shift_remove(&key)),
            value => drop(grant.insert(key, value)),
        }
    }
    let kid = bent.kid.unwrap_or_else(|| inner.kid.clone().into());
    let id_token = bent.replayed.unwrap_or_else(|| signed(&Json::Object(grant), &bent.signed, &kid));
    inner.last = Some(id_token.clone());
    axum::Json(json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": id_token }))
        .into_response()
}

fn signed(claims: &Json, how: &Signed, kid: &Json) -> String {
    let (algorithm, own) = match how {
        Signed::Rs256 | Signed::ByStranger => ("RS256", None),
        Signed::Es256 => ("ES256", Some("ec")),
        Signed::EdDsa => ("EdDSA", Some("ed")),
        Signed::Nothing => ("none", None),
        Signed::ByPublicKey => ("HS256", None),
    };
    let mut head = json!({ "alg": algorithm, "typ": "JWT" });
    match own {
        Some(own) => head["kid"] = own.into(),
        None if kid.is_null() => {}
        None => head["kid"] = kid.clone(),
    }
    let part = |json: &Json| BASE64.encode(json.to_string());
    let text = format!("{}.{}", part(&head), part(claims));
    let signature = signature(text.as_bytes(), how);
    format!("{text}.{}", BASE64.encode(signature))
}

fn signature(text: &[u8], how: &Signed) -> Vec<u8> {
    let (keys, random) = (keys(), SystemRandom::new());
    let by_rsa = |key: &RsaKeyPair| {
        let mut bytes = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &random, text, &mut bytes).expect("a signature");
        bytes
    };
    match how {
        Signed::Rs256 => by_rsa(&keys.rsa),
        Signed::ByStranger => by_rsa(&keys.stranger),
        Signed::Es256 => keys.ec.sign(&random, text).expect("a signature").as_ref().to_vec(),
        Signed::EdDsa => keys.ed.sign(text).as_ref().to_vec(),
        Signed::Nothing => Vec::new(),
        Signed::ByPublicKey => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, modulus(&keys.rsa).as_bytes());
            hmac::sign(&key, text).as_ref().to_vec()
        }
    }
}

/// The modulus of 2,048 bits, which stands behind nine bytes of DER.
fn modulus(key: &RsaKeyPair) -> String {
    BASE64.encode(&key.public_key().as_ref()[9..265])
}

async fn jwks(State(provider): State<Provider>) -> Response {
    provider.count("keys");
    let (keys, kid) = (keys(), provider.lock().kid.clone());
    let point = keys.ec.public_key().as_ref();
    let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..65]));
    axum::Json(json!({ "keys": [
        { "kty": "OKP", "kid": "unheard", "crv": "X9999", "x": "AA" },
        { "kty": "new", "kid": "newer", "use": "sig" },
        { "kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": modulus(&keys.rsa), "e": "AQAB" },
        { "kty": "RSA", "kid": "for-encryption", "use": "enc", "n": modulus(&keys.stranger), "e": "AQAB" },
        { "kty": "EC", "kid": "ec", "crv": "P-256", "x": x, "y": y },
        { "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": BASE64.encode(keys.ed.public_key().as_ref()) },
    ] }))
    .into_response()
}
