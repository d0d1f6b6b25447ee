//! Which tenant a sign-in is about: from the host (under the base domain, or one of a tenant's own), else from the request, else the only one there is.

use engine::Tenant;

use crate::error::{Error, Result};
use crate::tenants::open;
use crate::{Slug, Tenants};

impl Tenants {
    /// The tenant of a sign-in. `host` is the `Host` header (a port is ignored), `base_domain` the configured domain
    /// under which tenants have names, `named` what the request says itself.
    ///
    /// A host that names a tenant counts alone: a page of one tenant never signs in to another.
    pub async fn resolve(
        &self,
        host: Option<&str>,
        base_domain: Option<&str>,
        named: Option<&str>,
    ) -> Result<Tenant> {
        match self.resolve_any(host, base_domain, named).await? {
            (tenant, false) => Ok(tenant),
            (tenant, true) => Err(Error::Suspended(tenant.slug)),
        }
    }

    /// The same, and whether it is suspended: that is told only to those who belong to it.
    pub async fn resolve_any(
        &self,
        host: Option<&str>,
        base_domain: Option<&str>,
        named: Option<&str>,
    ) -> Result<(Tenant, bool)> {
        let from_host = host.zip(base_domain).and_then(|(host, base)| slug_of(host, base));
        if let Some(slug) = from_host {
            return self.require_any(slug.as_str()).await;
        }
        if let Some(host) = host
            && let Some(listed) = self.find_by_host(host).await?
        {
            return open(listed);
        }
        match named {
            Some(slug) => self.require_any(slug).await,
            None => Ok((self.only().await?.ok_or(Error::NotFound)?, false)),
        }
    }
}

/// `acme` of `acme.example.com:8080` under `example.com`. Reserved words such as `www` name nobody.
fn slug_of(host: &str, base_domain: &str) -> Option<Slug> {
    let host = without_port(host).to_ascii_lowercase();
    let base = base_domain.trim_start_matches('.').to_ascii_lowercase();
    let slug = host.trim_end_matches('.').strip_suffix(&base)?.strip_suffix('.')?;
    Slug::parse(slug).ok()
}

pub(crate) fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(host: &str) -> Option<String> {
        slug_of(host, "Crm.example.com").map(|slug| slug.to_string())
    }

    #[test]
    fn reads_the_slug_of_a_host() {
        assert_eq!(found("acme.crm.example.com"), Some("acme".into()));
        assert_eq!(found("Acme-EU.crm.example.com:8080"), Some("acme-eu".into()));
        assert_eq!(found("acme.crm.example.com."), Some("acme".into()));
    }

    #[test]
    fn other_hosts_name_nobody() {
        for host in [
            "crm.example.com",
            "www.crm.example.com",
            "a.b.crm.example.com",
            "evilcrm.example.com",
            "127.0.0.1:8080",
            "[::1]:80",
            "",
        ] {
            assert_eq!(found(host), None, "{host}");
        }
    }
}
