//! Who may speak to us here, and in which version of the protocol.

use http::{HeaderName, header};

use crate::call::Call;
use crate::problem::{Code, Problem};

/// Versions of the protocol that are spoken, the newest first.
const VERSIONS: &[&str] = &["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// The version to go on with: the client's, or our newest.
pub(super) fn version(asked: Option<&str>) -> &'static str {
    VERSIONS.iter().find(|known| Some(**known) == asked).unwrap_or(&VERSIONS[0])
}

/// Refuses pages of other sites, versions that are not spoken, and clients that would not take the answer.
pub(super) fn check(call: &Call) -> Result<(), Problem> {
    let asked = &call.asked;
    if let Some(origin) = asked.header(&header::ORIGIN) {
        let host = asked.header(&header::HOST).or_else(|| asked.head.uri.authority().map(|a| a.as_str()));
        let public = asked.app.settings.public_url.as_deref();
        if !is_ours(origin, host, public) {
            return Err(Problem::new(Code::Forbidden, "pages of other sites may not use this address"));
        }
    }
    let spoken = asked.header(&HeaderName::from_static("mcp-protocol-version"));
    if let Some(spoken) = spoken.filter(|spoken| !VERSIONS.contains(spoken)) {
        let shown: String = spoken.chars().take(40).collect();
        let text = format!("MCP-Protocol-Version `{shown}` is not spoken here; {} are", VERSIONS.join(", "));
        return Err(Problem::new(Code::InvalidRequest, text));
    }
    let accept = asked.header(&header::ACCEPT).unwrap_or("*/*");
    if !takes_json(accept) {
        return Err(Problem::new(Code::NotAcceptable, "answers here are application/json; accept it"));
    }
    Ok(())
}

/// Whether a page that a browser names is one of ours.
fn is_ours(origin: &str, host: Option<&str>, public: Option<&str>) -> bool {
    let Some((_, authority)) = origin.split_once("://") else { return false };
    let is_public = public.is_some_and(|url| url.trim_end_matches('/').eq_ignore_ascii_case(origin));
    is_public || host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
}

fn takes_json(accept: &str) -> bool {
    accept.split(',').any(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(kind.as_str(), "application/json" | "application/*" | "*/*" | "")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_negotiated() {
        assert_eq!(version(Some("2025-03-26")), "2025-03-26");
        for unknown in [None, Some("1999-01-01"), Some("")] {
            assert_eq!(version(unknown), VERSIONS[0]);
        }
    }

    #[test]
    fn only_our_own_pages_may_ask() {
        let public = Some("https://crm.example.com/");
        for (origin, ours) in [
            ("http://localhost:8080", true),
            ("https://crm.example.com", true),
            ("http://localhost:8081", false),
            ("https://evil.example", false),
            ("null", false),
            ("https://localhost:8080.evil.example", false),
        ] {
            assert_eq!(is_ours(origin, Some("localhost:8080"), public), ours, "{origin}");
        }
        assert!(!is_ours("http://localhost:8080", None, None));
    }

    #[test]
    fn clients_must_take_json() {
        assert!(takes_json("application/json, text/event-stream") && takes_json("*/*"));
        assert!(!takes_json("text/event-stream"));
    }
}
