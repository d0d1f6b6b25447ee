//! Requests to addresses that somebody named: by https, to the public internet, without following anybody elsewhere.
//! Names are looked up here and their addresses looked at when the connection is made, so that no name leads into the
//! machine or its network, whatever it led to a moment before.

use std::error::Error as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, RequestBuilder, Response, redirect};
use url::{Host, Url};

use crate::error::TargetError;

/// Longest wait for a connection.
const CONNECTING: Duration = Duration::from_secs(5);
/// Longest wait for a whole answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer, in bytes.
const LARGEST: usize = 512 * 1024;
/// Longest address that is asked.
const LONGEST: usize = 2000;

/// The way out.
pub struct Outside {
    /// An operator lets requests go to this machine and its network, and without encryption.
    allows_private: bool,
    /// Made when it is needed first: it reads the machine's certificates.
    client: OnceLock<Option<Client>>,
}

impl Outside {
    /// `allows_private`: an operator lets requests go to this machine and its network.
    pub fn new(allows_private: bool) -> Self {
        Self { allows_private, client: OnceLock::new() }
    }

    /// An address that requests, or browsers, may be sent to.
    pub fn address(&self, text: &str) -> Result<Url, TargetError> {
        let url = Url::parse(text).ok().filter(|_| text.len() <= LONGEST).ok_or(TargetError::Address)?;
        let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let is_open = url.scheme() == "https" || (self.allows_private && url.scheme() == "http");
        if !is_plain || !is_open || url.host().is_none() {
            return Err(TargetError::Address);
        }
        // An address in figures is asked for without a look into any directory.
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            _ => None,
        };
        if ip.is_some_and(|ip| !self.allows_private && !is_public(ip)) {
            return Err(TargetError::Private);
        }
        Ok(url)
    }

    /// The body of an answer that says that all is well.
    pub async fn get(&self, url: &Url) -> Result<Vec<u8>, TargetError> {
        let (status, body) = self.send(url, |client| client.get(url.clone())).await?;
        if status == 200 { Ok(body) } else { Err(TargetError::Status(status)) }
    }

    /// Status and body of the answer to a body.
    pub async fn post(
        &self,
        url: &Url,
        headers: &[(&str, String)],
        body: String,
    ) -> Result<(u16, Vec<u8>), TargetError> {
        let request = |client: &Client| {
            let request = client.post(url.clone()).body(body);
            headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
        };
        self.send(url, request).await
    }

    async fn send(
        &self,
        url: &Url,
        request: impl FnOnce(&Client) -> RequestBuilder,
    ) -> Result<(u16, Vec<u8>), TargetError> {
        self.address(url.as_str())?;
        let client = self.client.get_or_init(|| client(self.allows_private)).as_ref();
        let request = request(client.ok_or(TargetError::Client)?).header("accept", "application/json");
        let response = request.send().await.map_err(away)?;
        let status = response.status().as_u16();
        Ok((status, read(response).await?))
    }
}

fn client(allows_private: bool) -> Option<Client> {
    let builder = Client::builder()
        // Who answers with another address could name one within our network; none has to.
        .redirect(redirect::Policy::none())
        // A proxy would look names up itself.
        .no_proxy()
        .connect_timeout(CONNECTING)
        .timeout(PATIENCE)
        .https_only(!allows_private)
        .user_agent("Trellis")
        .dns_resolver(Arc::new(Directory { allows_private }));
    let built = builder.build();
    built.inspect_err(|error| tracing::error!(%error, "no requests can be made from here")).ok()
}

async fn read(mut response: Response) -> Result<Vec<u8>, TargetError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(away)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return Err(TargetError::TooLarge(LARGEST));
        }
    }
    Ok(body)
}

/// Why nothing came back: not where we may go, or no answer.
fn away(error: reqwest::Error) -> TargetError {
    let mut cause = error.source();
    while let Some(source) = cause {
        if source.is::<Within>() {
            return TargetError::Private;
        }
        cause = source.source();
    }
    TargetError::Away(error.without_url())
}

/// Looks names up and leaves out what lies within.
struct Directory {
    allows_private: bool,
}

/// A name that leads to nothing but addresses within.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
struct Within;

impl Resolve for Directory {
    fn resolve(&self, name: Name) -> Resolving {
        let allows_private = self.allows_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> =
                found.filter(|address| allows_private || is_public(address.ip())).collect();
            if found.is_empty() {
                return Err(Within.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether an address lies in the public internet, wherever it is written within another.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => within_v6(ip).map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_ours = ip.is_private() || ip.is_loopback() || ip.is_link_local() || a == 0;
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_special =
        ip.is_documentation() || (a == 192 && b == 0 && c == 0) || (a == 198 && (b == 18 || b == 19));
    !(is_ours || is_shared || is_special || a >= 224)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    // What is routed at all begins so; of that, some is written in examples and some goes through tunnels.
    (first & 0xe000) == 0x2000 && !(first == 0x2001 && (second == 0x0db8 || second < 0x0200))
}

/// The IPv4 address that a gateway would make of this one.
fn within_v6(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let all = ip.segments();
    let pair = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match all {
        [0x0064, 0xff9b, .., high, low] | [0, 0, 0, 0, 0, 0, high, low] => Some(pair(high, low)),
        [0x2002, high, low, ..] => Some(pair(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_within_is_not_public() {
        for within in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.8",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "::127.0.0.1",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
        ] {
            assert!(!is_public(within.parse().unwrap()), "{within}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450::1", "64:ff9b::101:101"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn only_open_addresses_are_asked() {
        let (strict, lax) = (Outside::new(false), Outside::new(true));
        for wrong in [
            "http://id.example.com",
            "https://user:word@id.example.com",
            "https://id.example.com/#part",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://",
            "id.example.com",
            "",
        ] {
            assert!(matches!(strict.address(wrong), Err(TargetError::Address)), "{wrong}");
        }
        // As browsers read them, figures in other forms are addresses too.
        for within in [
            "https://127.0.0.1",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
        ] {
            assert!(matches!(strict.address(within), Err(TargetError::Private)), "{within}");
            assert!(lax.address(within).is_ok(), "{within}");
        }
        assert!(strict.address("https://id.example.com/realms/acme").is_ok());
        assert!(lax.address("http://127.0.0.1:9999").is_ok() && lax.address("ftp://127.0.0.1").is_err());
    }

    #[tokio::test]
    async fn a_name_that_leads_within_is_not_asked() {
        let url = Url::parse("https://localhost:1/").unwrap();
        assert!(matches!(Outside::new(false).get(&url).await, Err(TargetError::Private)));
        assert!(matches!(Outside::new(true).get(&url).await, Err(TargetError::Away(_))));
    }
}
