//! What a request shows to say who asks: a bearer token, an API key, or the session cookie. Which of them is
//! true is `identity`'s business.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, header};
use identity::{Caller, Credential, Secret};

use crate::problem::{Code, Problem};

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "trellis_session";
/// Name of the cookie of a sign-in that is on its way, and where it is shown.
const ON_THE_WAY: (&str, &str) = ("trellis_sign_in", "/auth/v1/providers");
/// Such a sign-in takes no longer than this.
const WAY: Duration = Duration::from_secs(600);
/// Header that proves that a changing request with the cookie comes from our own page.
const CSRF_HEADER: &str = "x-csrf-token";

/// The credential of a request. A bearer goes before a cookie.
pub(crate) fn of(headers: &HeaderMap) -> Result<Credential<'_>, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let bearer = value
            .to_str()
            .ok()
            .and_then(bearer)
            .ok_or_else(|| refused("expected `Authorization: Bearer …`"))?;
        return Ok(Credential::Bearer(bearer));
    }
    cookie_of(headers, COOKIE).map(Credential::Cookie).ok_or_else(|| refused("this needs a signed-in caller"))
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// What the browser keeps of a sign-in that is on its way.
pub(crate) fn on_the_way(headers: &HeaderMap) -> Option<Secret> {
    cookie_of(headers, ON_THE_WAY.0).map(Secret::new)
}

fn cookie_of<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    let found = pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='));
    found.filter(|token| !token.is_empty())
}

fn refused(detail: &str) -> Problem {
    Problem::new(Code::Unauthenticated, detail)
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
}

/// A page elsewhere can make a browser send the cookie, but not read the token that must come with a change.
pub(crate) fn check_csrf(
    credential: Credential<'_>,
    (method, headers): (&Method, &HeaderMap),
    caller: &Caller,
) -> Result<(), Problem> {
    let Credential::Cookie(_) = credential else { return Ok(()) };
    if method.is_safe() {
        return Ok(());
    }
    let shown = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if caller.session.as_ref().is_some_and(|session| session.csrf.matches(shown)) {
        return Ok(());
    }
    Err(Problem::new(Code::Csrf, "send the header X-CSRF-Token with the value from /auth/v1/me"))
}

/// The cookie of a new session.
pub(crate) fn session_cookie(token: &Secret, lifetime: Duration, secure: bool) -> Option<HeaderValue> {
    set_cookie((COOKIE, "/"), token.expose(), lifetime.as_secs(), secure)
}

/// What takes the cookie away.
pub(crate) fn no_cookie(secure: bool) -> Option<HeaderValue> {
    set_cookie((COOKIE, "/"), "", 0, secure)
}

/// The cookie of a sign-in that is on its way; what takes it away, without a secret.
pub(crate) fn way_cookie(secret: Option<&Secret>, secure: bool) -> Option<HeaderValue> {
    let seconds = secret.map_or(0, |_| WAY.as_secs());
    set_cookie(ON_THE_WAY, secret.map_or("", Secret::expose), seconds, secure)
}

fn set_cookie((name, path): (&str, &str), value: &str, seconds: u64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    let mut header = HeaderValue::try_from(text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &'static str, value: &str) -> Option<String> {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )]);
        match of(&headers) {
            Ok(Credential::Bearer(text)) => Some(format!("bearer {text}")),
            Ok(Credential::Cookie(text)) => Some(format!("cookie {text}")),
            Err(_) => None,
        }
    }

    #[test]
    fn credentials_are_found() {
        assert_eq!(shown("authorization", "Bearer abc").as_deref(), Some("bearer abc"));
        assert_eq!(shown("authorization", "bearer  trl_x ").as_deref(), Some("bearer trl_x"));
        assert_eq!(shown("cookie", "a=b; trellis_session=xyz; c=d").as_deref(), Some("cookie xyz"));
    }

    #[test]
    fn other_things_are_not_credentials() {
        for value in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            assert_eq!(shown("authorization", value), None, "{value}");
        }
        for value in ["a=b", "trellis_session=", "xtrellis_session=1", "trellis_sessions=1"] {
            assert_eq!(shown("cookie", value), None, "{value}");
        }
    }

    #[test]
    fn cookies_are_guarded() {
        let cookie = session_cookie(&Secret::new("t"), Duration::from_secs(60), true).unwrap();
        assert_eq!(cookie, "trellis_session=t; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure");
        assert!(no_cookie(false).unwrap().to_str().unwrap().ends_with("Max-Age=0"));
    }
}
