//! What somebody at the reseller may not ask for, whom a tenant lets in: whatever outlives the session, or says who may do
//! what. That they read and change records as their consent says is the engine's to hold, by the scopes that they have; so
//! is that they change no metadata. Here they are told so before, in their own words.

use http::Method;
use identity::Caller;

use crate::asked::Asked;
use crate::problem::{Code, Problem};

/// What is theirs of `/auth/v1`: who they are, their way out, and lists as they like them.
const OWN: [&str; 5] =
    ["/auth/v1/me", "/auth/v1/logout", "/auth/v1/views", "/auth/v1/default-views", "/auth/v1/login-history"];
/// What nobody else's support looks at: links to passwords, and what programs do.
const CLOSED: [&str; 3] = ["/admin/v1/outbox", "/scim/", "/mcp"];
/// Changes that only look.
const LOOKS: [&str; 1] = ["/metadata/v1/formulas/check"];

/// Refuses them what they may not ask for.
pub(super) fn check(asked: &Asked, caller: &Caller) -> Result<(), Problem> {
    if caller.is_support() && is_closed(&asked.head.method, asked.head.uri.path()) {
        return Err(refused("do this"));
    }
    Ok(())
}

/// The refusal of one thing.
pub(super) fn refused(what: &str) -> Problem {
    let text = format!("this is a support session, which may not {what}: ask the customer's administrators");
    Problem::new(Code::Support, text)
}

fn is_closed(method: &Method, path: &str) -> bool {
    let begins = |start: &str| {
        path.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || start.ends_with('/'))
    };
    if begins("/auth/v1") {
        return !OWN.iter().any(|own| begins(own));
    }
    let changes = !method.is_safe() && !LOOKS.contains(&path);
    CLOSED.iter().any(|closed| begins(closed)) || (changes && (begins("/admin") || begins("/metadata")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes::{Need, table};

    #[test]
    fn what_is_open_to_them_stands_here() {
        let routes = table();
        let open: BTreeSet<String> = routes
            .iter()
            .filter(|route| matches!(route.need, Need::Caller | Need::Permission(_)))
            // Records are the engine's to hold.
            .filter(|route| !route.path.starts_with("/api/v1/") && route.path != "/graphql")
            .filter(|route| !is_closed(&route.method, route.path))
            .filter(|route| !(route.method.is_safe() && route.path.starts_with("/metadata/")))
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        let expected = [
            "DELETE /auth/v1/views/{id}",
            "GET /admin/v1/access/explain",
            "GET /admin/v1/access/who",
            "GET /admin/v1/api-keys/requests",
            "GET /admin/v1/audit-log",
            "GET /admin/v1/audit-log/status",
            "GET /admin/v1/branding",
            "GET /admin/v1/jobs",
            "GET /admin/v1/login-history",
            "GET /admin/v1/plan",
            "GET /admin/v1/record-shares",
            "GET /admin/v1/sandboxes",
            "GET /admin/v1/sandboxes/{id}",
            "GET /admin/v1/security-settings",
            "GET /admin/v1/sign-in-providers",
            "GET /admin/v1/sign-in-providers/{name}",
            "GET /admin/v1/support-access",
            "GET /admin/v1/teams",
            "GET /admin/v1/teams/{id}",
            "GET /admin/v1/users",
            "GET /admin/v1/users/{id}",
            "GET /admin/v1/users/{id}/sessions",
            "GET /auth/v1/default-views",
            "GET /auth/v1/login-history",
            "GET /auth/v1/me",
            "GET /auth/v1/views",
            "PATCH /auth/v1/views/{id}",
            "POST /auth/v1/logout",
            "POST /auth/v1/views",
            "POST /metadata/v1/formulas/check",
            "PUT /auth/v1/default-views/{object}",
        ];
        assert_eq!(open.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_path_that_only_begins_alike_is_another() {
        assert!(is_closed(&Method::GET, "/auth/v1/mean"));
        assert!(
            is_closed(&Method::POST, "/auth/v1/api-keys") && is_closed(&Method::POST, "/auth/v1/password")
        );
        assert!(is_closed(&Method::GET, "/scim/v2/Users") && is_closed(&Method::POST, "/mcp"));
        assert!(!is_closed(&Method::PATCH, "/api/v1/deals/1"));
    }
}
