//! Where people sign in to a tenant: at its own host under the base domain, or here with its slug.

use http::header;

use crate::asked::Asked;

/// The address of a tenant's sign-in page, as the caller's own way here suggests it.
pub(super) fn login_url(asked: &Asked, slug: &str) -> String {
    let scheme = if asked.is_https() { "https" } else { "http" };
    let host = asked.header(&header::HOST).or_else(|| asked.head.uri.authority().map(|a| a.as_str()));
    let host = host.filter(|host| is_plain(host)).unwrap_or("localhost");
    url((scheme, host), asked.app.settings.base_domain.as_deref(), slug)
}

fn url((scheme, host): (&str, &str), base_domain: Option<&str>, slug: &str) -> String {
    let Some(base) = base_domain else { return format!("{scheme}://{host}/sign-in?tenant={slug}") };
    let port =
        host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.bytes().all(|b| b.is_ascii_digit()));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{scheme}://{slug}.{}{port}/sign-in", base.trim_start_matches('.'))
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
        assert_eq!(
            url(("https", "crm.example.com"), Some("example.com"), "acme"),
            "https://acme.example.com/sign-in"
        );
        assert_eq!(
            url(("http", "localhost:8080"), Some("localhost"), "acme"),
            "http://acme.localhost:8080/sign-in"
        );
        assert_eq!(url(("http", "[::1]:80"), None, "acme"), "http://[::1]:80/sign-in?tenant=acme");
        assert!(!is_plain("evil.com/x?") && is_plain("a.b:80"));
    }
}
