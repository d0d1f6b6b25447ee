//! Hosts of a tenant's own, such as `crm.acme.example`: a sign-in that comes by one is about its tenant. That the name leads
//! here, and a certificate for it, are its owner's and the proxy's business.
//!
//! Nobody proves that a name is theirs: a reseller who may set hosts is trusted with every name that leads here, but
//! those by which Trellis itself is reached (see [`Own`]).

use std::collections::HashMap;

use chrono::Utc;
use serde_json::json;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, Event};
use crate::resolve::without_port;
use crate::tenants::Listed;
use crate::{Tenants, store};

/// A name of a host, in small letters and without a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

/// Hosts that are no tenant's: those by which everybody signs in.
#[derive(Clone, Debug, Default)]
pub struct Own<'o> {
    /// The domain under which tenants have names by their slugs.
    pub base: Option<&'o str>,
    /// Hosts as addresses have them, by which this Trellis is reached.
    pub hosts: Vec<&'o str>,
}

impl Own<'_> {
    fn covers(&self, domain: &Domain) -> bool {
        // A machine's own names are every machine's.
        domain.is_under("localhost")
            || self.base.is_some_and(|base| domain.is_under(base))
            || self.hosts.iter().any(|host| Domain::parse(host).as_ref() == Some(domain))
    }
}

impl Domain {
    /// Letters, digits and hyphens in two labels or more; no address in numbers.
    pub fn parse(text: &str) -> Option<Self> {
        let host = without_port(text.trim()).trim_end_matches('.').to_ascii_lowercase();
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let is_name = host.len() <= 253 && host.contains('.') && host.split('.').all(label);
        let is_number =
            host.rsplit('.').next().is_none_or(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        (is_name && !is_number).then_some(Self(host))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this domain or a name under it, which tenants have by their slugs.
    fn is_under(&self, base: &str) -> bool {
        let base = base.trim_start_matches('.').to_ascii_lowercase();
        self.0.strip_suffix(&base).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }
}

impl Tenants {
    /// The tenant that a host is of.
    pub(crate) async fn find_by_host(&self, host: &str) -> Result<Option<Listed>> {
        let Some(domain) = Domain::parse(host) else { return Ok(None) };
        Ok(store::domains::find(self.pool(), domain.as_str()).await?.map(Listed::from))
    }

    /// Gives a tenant a host; `Domain` when it is another's, or Trellis's own.
    pub async fn add_domain(&self, tenant: Uuid, (domain, own): (&Domain, &Own<'_>), by: By) -> Result<()> {
        let mut held = self.pool().begin().await?;
        if own.covers(domain)
            || !store::domains::put(&mut held, (domain.as_str(), tenant), Utc::now()).await?
        {
            return Err(Error::Domain);
        }
        let event = Event::new(tenant, by, "domain_added").with(json!({ "domain": domain.as_str() }));
        event.put(&mut held).await?;
        Ok(held.commit().await?)
    }

    /// Takes it away.
    pub async fn remove_domain(&self, tenant: Uuid, domain: &Domain, by: By) -> Result<()> {
        let mut held = self.pool().begin().await?;
        if !store::domains::delete(&mut held, (domain.as_str(), tenant)).await? {
            return Err(Error::NotFound);
        }
        let event = Event::new(tenant, by, "domain_removed").with(json!({ "domain": domain.as_str() }));
        event.put(&mut held).await?;
        Ok(held.commit().await?)
    }

    /// The hosts of these tenants.
    pub async fn domains_of(&self, tenants: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>> {
        let mut found: HashMap<Uuid, Vec<String>> = HashMap::new();
        for (tenant, host) in store::domains::load(self.pool(), tenants).await? {
            found.entry(tenant).or_default().push(host);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read() {
        let host = |text: &str| Domain::parse(text).map(|domain| domain.0);
        assert_eq!(host(" CRM.Acme.example:8443 "), Some("crm.acme.example".into()));
        assert_eq!(host("xn--caf-dma.example."), Some("xn--caf-dma.example".into()));
        for bad in ["localhost", "127.0.0.1", "[::1]:80", "a..b", "-a.b", "a_b.c", "a.b/c", "", "crm.acme.1"]
        {
            assert_eq!(host(bad), None, "{bad}");
        }
        let domain = Domain::parse("acme.crm.example").unwrap();
        assert!(
            domain.is_under("crm.example")
                && domain.is_under(".CRM.example")
                && !domain.is_under("m.example")
        );
    }

    #[test]
    fn hosts_by_which_everybody_signs_in_are_nobodys() {
        let own = Own { base: Some("crm.example"), hosts: vec!["Trellis.example:443", "[::1]:80"] };
        let covers = |text: &str| own.covers(&Domain::parse(text).unwrap());
        for ours in ["crm.example", "acme.crm.example", "www.crm.example", "trellis.example", "a.localhost"] {
            assert!(covers(ours), "{ours}");
        }
        assert!(!covers("sales.acme.example") && !covers("my.trellis.example") && !covers("xcrm.example"));
    }
}
