//! Where people sign in to a tenant: at its own host under the base domain, or here with its slug.

use http::header;
use identity::Secret;

use crate::asked::Asked;

/// The address of a tenant's sign-in page, as the caller's own way here suggests it.
pub(crate) fn login_url(asked: &Asked, slug: &str) -> String {
    let (home, has_name) = home_of(asked, slug);
    if has_name { format!("{home}/sign-in") } else { format!("{home}/sign-in?tenant={slug}") }
}

/// The address by which somebody of the reseller comes in once; the token says to which tenant.
pub(super) fn support_url(asked: &Asked, slug: &str, token: &Secret) -> String {
    format!("{}/auth/v1/support?token={}", home_of(asked, slug).0, token.expose())
}

fn home_of(asked: &Asked, slug: &str) -> (String, bool) {
    let scheme = if asked.is_https() { "https" } else { "http" };
    let host = asked.header(&header::HOST).or_else(|| asked.head.uri.authority().map(|a| a.as_str()));
    let host = host.filter(|host| is_plain(host)).unwrap_or("localhost");
    home((scheme, host), asked.app.settings.base_domain.as_deref(), slug)
}

/// Where the tenant is reached, and whether its name is part of that.
fn home((scheme, host): (&str, &str), base_domain: Option<&str>, slug: &str) -> (String, bool) {
    let Some(base) = base_domain else { return (format!("{scheme}://{host}"), false) };
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    (format!("{scheme}://{slug}.{}{port}", base.trim_start_matches('.')), true)
}

/// Nothing that would mean something else in an address.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_its_own_host_where_there_is_a_domain() {
        let named = |home: &str| (home.to_owned(), true);
        assert_eq!(
            home(("https", "crm.example.com"), Some("example.com"), "acme"),
            named("https://acme.example.com")
        );
        assert_eq!(
            home(("http", "localhost:8080"), Some("localhost"), "acme"),
            named("http://acme.localhost:8080")
        );
        assert_eq!(home(("http", "[::1]:80"), None, "acme"), ("http://[::1]:80".to_owned(), false));
        assert!(!is_plain("evil.com/x?") && is_plain("a.b:80"));
    }
}
