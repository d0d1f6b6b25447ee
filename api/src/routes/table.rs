//! Every address on one page: method, path, what it needs of the caller, and the handler.
//!
//! *open*: anybody. *caller*: who is signed in or shows a key; what they may do is the engine's decision.
//! *compared*: the same for what is not answered by the engine's statements, so that the caller is compared with
//! the database first. *permission*: a system permission besides. *reseller*: who shows a reseller's key.

use http::Method;

use super::{Route, caller, compared, door, open, permission, reseller};
use crate::{graphql, mcp, rest};

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

/// The table.
pub fn table() -> Vec<Route> {
    let areas = [
        process(),
        asking(),
        records(),
        definitions(),
        changes(),
        administration(),
        directory(),
        reselling(),
    ];
    areas.into_iter().flatten().collect()
}

/// The process itself.
fn process() -> Vec<Route> {
    vec![
        open(GET, "/healthz", rest::health::alive),
        open(GET, "/readyz", rest::health::ready),
        open(GET, "/metrics", rest::health::metrics),
    ]
}

/// Who is asking.
fn asking() -> Vec<Route> {
    vec![
        open(POST, "/auth/v1/login", rest::session::login),
        open(GET, "/auth/v1/branding", rest::branding::look),
        open(GET, "/auth/v1/branding/manifest", rest::branding::manifest),
        open(GET, "/auth/v1/providers", rest::providers::list),
        open(GET, "/auth/v1/providers/{name}/start", rest::providers::start),
        open(GET, "/auth/v1/providers/{name}/callback", rest::providers::callback),
        open(POST, "/auth/v1/providers/code", rest::providers::code),
        open(GET, "/auth/v1/support", rest::support::enter),
        compared(POST, "/auth/v1/logout", rest::session::logout),
        compared(GET, "/auth/v1/me", rest::session::me),
        compared(GET, "/auth/v1/sessions", rest::sessions::list),
        compared(DELETE, "/auth/v1/sessions/{id}", rest::sessions::revoke),
        compared(GET, "/auth/v1/two-factor", rest::two_factor::show),
        compared(POST, "/auth/v1/two-factor", rest::two_factor::begin),
        compared(POST, "/auth/v1/two-factor/confirm", rest::two_factor::confirm),
        compared(POST, "/auth/v1/two-factor/recovery-codes", rest::two_factor::recovery_codes),
        compared(POST, "/auth/v1/two-factor/disable", rest::two_factor::disable),
        compared(POST, "/auth/v1/password", rest::passwords::change),
        open(POST, "/auth/v1/password/forgot", rest::passwords::forgot),
        open(POST, "/auth/v1/password/reset", rest::passwords::reset),
        compared(GET, "/auth/v1/login-history", rest::security::own_login_history),
        compared(GET, "/auth/v1/api-keys", rest::api_keys::list),
        compared(POST, "/auth/v1/api-keys", rest::api_keys::create),
        compared(DELETE, "/auth/v1/api-keys/{id}", rest::api_keys::revoke),
        compared(GET, "/auth/v1/api-keys/requests", rest::api_keys::requests),
        compared(GET, "/auth/v1/views", rest::views::list),
        compared(POST, "/auth/v1/views", rest::views::create),
        compared(PATCH, "/auth/v1/views/{id}", rest::views::update),
        compared(DELETE, "/auth/v1/views/{id}", rest::views::delete),
        compared(GET, "/auth/v1/default-views", rest::views::defaults),
        compared(PUT, "/auth/v1/default-views/{object}", rest::views::choose),
    ]
}

/// Records, in REST and GraphQL, and what is told of both.
fn records() -> Vec<Route> {
    vec![
        caller(GET, "/api/v1/{plural}", rest::records::list),
        caller(POST, "/api/v1/{plural}", rest::records::create),
        caller(GET, "/api/v1/{plural}/aggregate", rest::aggregate::show),
        caller(GET, "/api/v1/{plural}/changes", rest::changes::follow),
        caller(GET, "/api/v1/{plural}/{id}", rest::records::show),
        caller(PATCH, "/api/v1/{plural}/{id}", rest::records::update),
        caller(DELETE, "/api/v1/{plural}/{id}", rest::records::delete),
        caller(POST, "/api/v1/{plural}/{id}/restore", rest::records::restore),
        caller(PUT, "/api/v1/{plural}/by/{field}/{value}", rest::upsert::put),
        caller(POST, "/api/v1/{plural}/{id}/clone", rest::duplicates::clone),
        caller(POST, "/api/v1/{plural}/{id}/merge", rest::duplicates::merge),
        caller(POST, "/api/v1/{plural}/mass", rest::duplicates::mass),
        caller(GET, "/api/v1/{plural}/{id}/conversions", rest::conversions::list),
        caller(POST, "/api/v1/{plural}/{id}/conversions/{name}", rest::conversions::convert),
        compared(POST, "/api/v1/recurrence/preview", rest::recurrence::preview),
        caller(POST, "/api/v1/batch", rest::batch::run),
        caller(GET, "/api/v1/search", rest::search::show),
        compared(GET, "/api/v1/openapi.json", rest::openapi::show),
        open(GET, "/docs", rest::docs::page),
        open(GET, "/docs/{file}", rest::docs::page),
        caller(GET, "/api/v1/{plural}/{id}/history", rest::history::list),
        caller(GET, "/api/v1/{plural}/states", rest::states::list),
        caller(GET, "/api/v1/{plural}/{id}/states", rest::transitions::states),
        caller(GET, "/api/v1/{plural}/{id}/transitions", rest::transitions::list),
        caller(POST, "/api/v1/{plural}/{id}/transitions/{name}", rest::transitions::take),
        caller(GET, "/api/v1/{plural}/{id}/shares", rest::shares::list),
        caller(POST, "/api/v1/{plural}/{id}/shares", rest::shares::create),
        caller(DELETE, "/api/v1/{plural}/{id}/shares", rest::shares::delete),
        compared(POST, "/api/v1/{plural}/import", rest::import::start).takes_file(),
        compared(GET, "/api/v1/imports/{id}", rest::import::show),
        compared(GET, "/api/v1/imports/{id}/rejects", rest::import::rejects),
        compared(POST, "/api/v1/imports/{id}/revert", rest::import::revert),
        caller(POST, "/graphql", graphql::post),
        door("/graphql", graphql::door),
        caller(POST, "/mcp", mcp::post),
    ]
}

/// Metadata, one definition at a time.
fn definitions() -> Vec<Route> {
    vec![
        compared(GET, "/metadata/v1/bootstrap", rest::metadata::bootstrap),
        compared(GET, "/metadata/v1/schemas/{kind}", rest::metadata::schema),
        permission(
            GET,
            "/metadata/v1/dependencies/{kind}/{name}",
            "manage_metadata",
            rest::formulas::dependencies,
        ),
        compared(GET, "/metadata/v1/formulas/functions", rest::formulas::functions),
        permission(POST, "/metadata/v1/formulas/check", "manage_metadata", rest::formulas::check),
        compared(GET, "/metadata/v1/{kind}", rest::metadata::list),
        compared(GET, "/metadata/v1/{kind}/{name}", rest::metadata::show),
        compared(GET, "/metadata/v1/objects/{object}/fields/{field}", rest::metadata::show_field),
        permission(
            PUT,
            "/metadata/v1/objects/{object}/fields/{field}",
            "manage_metadata",
            rest::deploy::put_field,
        ),
        permission(
            DELETE,
            "/metadata/v1/objects/{object}/fields/{field}",
            "manage_metadata",
            rest::deploy::delete_field,
        ),
        permission(PUT, "/metadata/v1/{kind}/{name}", "manage_metadata", rest::deploy::put),
        permission(DELETE, "/metadata/v1/{kind}/{name}", "manage_metadata", rest::deploy::delete),
        permission(POST, "/metadata/v1/deploy", "manage_metadata", rest::deploy::deploy),
    ]
}

/// Metadata as a whole: its history, packages and files.
fn changes() -> Vec<Route> {
    vec![
        permission(GET, "/metadata/v1/retypes", "manage_metadata", rest::revisions::retypes),
        permission(GET, "/metadata/v1/former-names", "manage_metadata", rest::revisions::former_names),
        permission(GET, "/metadata/v1/revisions", "manage_metadata", rest::revisions::list),
        permission(GET, "/metadata/v1/revisions/{number}", "manage_metadata", rest::revisions::show),
        permission(
            POST,
            "/metadata/v1/revisions/{number}/rollback",
            "manage_metadata",
            rest::revisions::rollback,
        ),
        permission(GET, "/metadata/v1/blame/{kind}/{name}", "manage_metadata", rest::revisions::blame),
        permission(GET, "/metadata/v1/packages", "manage_metadata", rest::packages::list),
        permission(POST, "/metadata/v1/packages", "manage_metadata", rest::packages::install),
        permission(DELETE, "/metadata/v1/packages/{name}", "manage_metadata", rest::packages::uninstall),
        permission(GET, "/metadata/v1/layers/{kind}/{name}", "manage_metadata", rest::packages::layers),
        permission(DELETE, "/metadata/v1/layers/{kind}/{name}", "manage_metadata", rest::packages::reset),
        permission(GET, "/metadata/v1/files", "manage_metadata", rest::files::show),
        permission(POST, "/metadata/v1/files", "manage_metadata", rest::files::apply),
    ]
}

/// People and teams, kept by a directory elsewhere.
fn directory() -> Vec<Route> {
    vec![
        permission(GET, "/scim/v2/ServiceProviderConfig", "manage_users", rest::scim::config),
        permission(GET, "/scim/v2/Users", "manage_users", rest::scim::users::list),
        permission(POST, "/scim/v2/Users", "manage_users", rest::scim::users::create),
        permission(GET, "/scim/v2/Users/{id}", "manage_users", rest::scim::users::show),
        permission(PUT, "/scim/v2/Users/{id}", "manage_users", rest::scim::users::replace),
        permission(PATCH, "/scim/v2/Users/{id}", "manage_users", rest::scim::users::update),
        permission(DELETE, "/scim/v2/Users/{id}", "manage_users", rest::scim::users::delete),
        permission(GET, "/scim/v2/Groups", "manage_users", rest::scim::groups::list),
        permission(POST, "/scim/v2/Groups", "manage_users", rest::scim::groups::create),
        permission(GET, "/scim/v2/Groups/{id}", "manage_users", rest::scim::groups::show),
        permission(PUT, "/scim/v2/Groups/{id}", "manage_users", rest::scim::groups::replace),
        permission(PATCH, "/scim/v2/Groups/{id}", "manage_users", rest::scim::groups::update),
        permission(DELETE, "/scim/v2/Groups/{id}", "manage_users", rest::scim::groups::delete),
    ]
}

/// People, and what they may do.
fn administration() -> Vec<Route> {
    vec![
        permission(GET, "/admin/v1/users", "manage_users", rest::users::list),
        permission(POST, "/admin/v1/users", "manage_users", rest::users::create),
        permission(GET, "/admin/v1/users/{id}", "manage_users", rest::users::show),
        permission(PATCH, "/admin/v1/users/{id}", "manage_users", rest::users::update),
        permission(DELETE, "/admin/v1/users/{id}", "manage_users", rest::users::deactivate),
        permission(POST, "/admin/v1/users/{id}/invite", "manage_users", rest::passwords::invite),
        permission(GET, "/admin/v1/users/{id}/sessions", "manage_users", rest::sessions::list_of),
        permission(DELETE, "/admin/v1/users/{id}/sessions", "manage_users", rest::sessions::revoke_of),
        permission(DELETE, "/admin/v1/users/{id}/two-factor", "manage_users", rest::two_factor::reset),
        permission(
            DELETE,
            "/admin/v1/users/{id}/provider-links",
            "manage_users",
            rest::sign_in_providers::unlink,
        ),
        permission(GET, "/admin/v1/outbox", "manage_security", rest::passwords::outbox),
        permission(GET, "/admin/v1/teams", "manage_users", rest::teams::list),
        permission(POST, "/admin/v1/teams", "manage_users", rest::teams::create),
        permission(GET, "/admin/v1/teams/{id}", "manage_users", rest::teams::show),
        permission(PATCH, "/admin/v1/teams/{id}", "manage_users", rest::teams::update),
        permission(DELETE, "/admin/v1/teams/{id}", "manage_users", rest::teams::delete),
        permission(GET, "/admin/v1/security-settings", "manage_security", rest::security::show),
        permission(PATCH, "/admin/v1/security-settings", "manage_security", rest::security::change),
        permission(GET, "/admin/v1/api-keys/requests", "manage_security", rest::api_keys::all_requests),
        permission(GET, "/admin/v1/sign-in-providers", "manage_security", rest::sign_in_providers::list),
        permission(POST, "/admin/v1/sign-in-providers", "manage_security", rest::sign_in_providers::create),
        permission(
            POST,
            "/admin/v1/sign-in-providers/check",
            "manage_security",
            rest::sign_in_providers::check,
        ),
        permission(
            GET,
            "/admin/v1/sign-in-providers/{name}",
            "manage_security",
            rest::sign_in_providers::show,
        ),
        permission(
            PATCH,
            "/admin/v1/sign-in-providers/{name}",
            "manage_security",
            rest::sign_in_providers::change,
        ),
        permission(
            DELETE,
            "/admin/v1/sign-in-providers/{name}",
            "manage_security",
            rest::sign_in_providers::delete,
        ),
        permission(GET, "/admin/v1/support-access", "manage_security", rest::support::list),
        permission(POST, "/admin/v1/support-access", "manage_security", rest::support::grant),
        permission(DELETE, "/admin/v1/support-access/{id}", "manage_security", rest::support::end),
        permission(GET, "/admin/v1/branding", "manage_metadata", rest::branding::show),
        permission(PATCH, "/admin/v1/branding", "manage_metadata", rest::branding::change),
        permission(GET, "/admin/v1/sandboxes", "manage_metadata", rest::clones::list),
        permission(POST, "/admin/v1/sandboxes", "manage_metadata", rest::clones::create),
        permission(GET, "/admin/v1/sandboxes/{id}", "manage_metadata", rest::clones::show),
        permission(GET, "/admin/v1/plan", "manage_users", rest::plan::show),
        permission(GET, "/admin/v1/jobs", "manage_metadata", rest::jobs::list),
        permission(POST, "/admin/v1/jobs/retry", "manage_metadata", rest::jobs::retry),
        permission(POST, "/admin/v1/jobs/drop", "manage_metadata", rest::jobs::drop),
        permission(GET, "/admin/v1/login-history", "view_audit", rest::security::login_history),
        permission(GET, "/admin/v1/access/explain", "explain_access", rest::access::explain),
        permission(GET, "/admin/v1/access/who", "explain_access", rest::access::who),
        permission(POST, "/admin/v1/access/simulate", "explain_access", rest::access::simulate),
        permission(GET, "/admin/v1/record-shares", "manage_users", rest::shares::list_all),
        permission(GET, "/admin/v1/audit-log", "view_audit", rest::audit::list),
        permission(GET, "/admin/v1/audit-log/status", "view_audit", rest::audit::status),
    ]
}

/// Tenants, for those who sell them.
fn reselling() -> Vec<Route> {
    vec![
        reseller(GET, "/reseller/v1/plans", rest::resellers::plans),
        reseller(GET, "/reseller/v1/tenants", rest::resellers::list),
        reseller(POST, "/reseller/v1/tenants", rest::resellers::create),
        reseller(GET, "/reseller/v1/tenants/{id}", rest::resellers::show),
        reseller(PATCH, "/reseller/v1/tenants/{id}", rest::resellers::update),
        reseller(DELETE, "/reseller/v1/tenants/{id}", rest::resellers::ends::delete),
        reseller(POST, "/reseller/v1/tenants/{id}/restore", rest::resellers::ends::restore),
        reseller(POST, "/reseller/v1/tenants/{id}/suspend", rest::resellers::suspend),
        reseller(POST, "/reseller/v1/tenants/{id}/resume", rest::resellers::resume),
        reseller(POST, "/reseller/v1/tenants/{id}/sign-in", rest::resellers::support::sign_in),
        reseller(POST, "/reseller/v1/tenants/{id}/support-requests", rest::resellers::support::request),
        reseller(GET, "/reseller/v1/tenants/{id}/usage", rest::resellers::usage),
        reseller(PUT, "/reseller/v1/tenants/{id}/domains/{domain}", rest::resellers::domains::put),
        reseller(DELETE, "/reseller/v1/tenants/{id}/domains/{domain}", rest::resellers::domains::delete),
        reseller(POST, "/reseller/v1/tenants/{id}/clone", rest::resellers::clones::create),
        reseller(GET, "/reseller/v1/clones", rest::resellers::clones::list),
        reseller(GET, "/reseller/v1/clones/{id}", rest::resellers::clones::show),
        reseller(GET, "/reseller/v1/usage", rest::resellers::report),
        reseller(GET, "/reseller/v1/commission", rest::resellers::billing::show),
        reseller(GET, "/reseller/v1/events", rest::resellers::ends::events),
        reseller(GET, "/reseller/v1/branding", rest::resellers::branding::show),
        reseller(PUT, "/reseller/v1/branding", rest::resellers::branding::put),
        reseller(DELETE, "/reseller/v1/branding", rest::resellers::branding::delete),
        reseller(GET, "/reseller/v1/packages", rest::resellers::packages::list),
        reseller(GET, "/reseller/v1/packages/{name}", rest::resellers::packages::show),
        reseller(GET, "/reseller/v1/layers", rest::resellers::layers::list),
        reseller(GET, "/reseller/v1/layers/{name}", rest::resellers::layers::show),
        reseller(PUT, "/reseller/v1/layers/{name}", rest::resellers::layers::put),
        reseller(DELETE, "/reseller/v1/layers/{name}", rest::resellers::layers::delete),
        reseller(GET, "/reseller/v1/layers/{name}/tenants", rest::resellers::layers::tenants),
        reseller(GET, "/reseller/v1/webhooks", rest::resellers::webhooks::list),
        reseller(POST, "/reseller/v1/webhooks", rest::resellers::webhooks::create),
        reseller(GET, "/reseller/v1/webhooks/{id}", rest::resellers::webhooks::show),
        reseller(PATCH, "/reseller/v1/webhooks/{id}", rest::resellers::webhooks::update),
        reseller(DELETE, "/reseller/v1/webhooks/{id}", rest::resellers::webhooks::delete),
        reseller(POST, "/reseller/v1/webhooks/{id}/rotate-secret", rest::resellers::webhooks::rotate),
        reseller(POST, "/reseller/v1/webhooks/{id}/ping", rest::resellers::webhooks::ping),
        reseller(GET, "/reseller/v1/webhooks/{id}/deliveries", rest::resellers::webhooks::deliveries),
        reseller(GET, "/reseller/v1/deliveries/{id}", rest::resellers::webhooks::delivery),
        reseller(POST, "/reseller/v1/deliveries/{id}/replay", rest::resellers::webhooks::replay),
        reseller(GET, "/reseller/v1/certificates", rest::resellers::ends::certificates),
        reseller(GET, "/reseller/v1/certificates/{id}", rest::resellers::ends::certificate),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::Need;
    use super::*;

    #[test]
    fn each_route_stands_once() {
        let mut seen = HashSet::new();
        for Route { method, path, .. } in table() {
            assert!(seen.insert((method.clone(), path)), "{method} {path} stands twice");
        }
    }

    #[test]
    fn only_these_routes_are_open() {
        let open: Vec<&str> =
            table().iter().filter(|route| route.need == Need::Nothing).map(|route| route.path).collect();
        let expected = [
            "/healthz",
            "/readyz",
            "/metrics",
            "/auth/v1/login",
            "/auth/v1/branding",
            "/auth/v1/branding/manifest",
            "/auth/v1/providers",
            "/auth/v1/providers/{name}/start",
            "/auth/v1/providers/{name}/callback",
            "/auth/v1/providers/code",
            "/auth/v1/support",
            "/auth/v1/password/forgot",
            "/auth/v1/password/reset",
            "/docs",
            "/docs/{file}",
        ];
        assert_eq!(open, expected);
    }

    #[test]
    fn what_changes_metadata_or_users_needs_a_permission() {
        for route in table() {
            let guarded = route.path.starts_with("/admin/")
                || (route.path.starts_with("/metadata/") && !route.method.is_safe());
            assert!(!guarded || matches!(route.need, Need::Permission(_)), "{} {}", route.method, route.path);
        }
    }
}
