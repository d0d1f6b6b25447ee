//! Routes that are not about one object's records: which file tells of them, and what all of them may refuse. A route
//! that nobody tells of is told by its method and path alone, so that none is ever left out; a test finds it.

use metadata::Kind;
use serde_json::{Map, Value as Json, json};

use super::operation::Operation;
use super::{admin, anything, auth, definitions, metadata as definition, own, process, reseller, scim};
use crate::routes::{Need, Route};

/// Groups of operations, by the first words of their paths.
pub(super) const TAGS: &[(&str, &str)] = &[
    ("records", "Records of any object"),
    ("auth", "Who is asking"),
    ("metadata", "Objects, fields and everything else that makes the tenant"),
    ("admin", "People and their rights"),
    ("directory", "People and teams, kept by a directory elsewhere (SCIM 2.0)"),
    ("reseller", "Tenants, for those who sell them"),
    ("process", "Whether the server lives"),
];

/// Schemas that the routes name.
pub(super) fn schemas() -> Map<String, Json> {
    let rooms = [
        auth::schemas(),
        own::schemas(),
        definition::schemas(),
        admin::schemas(),
        scim::schemas(),
        reseller::schemas(),
        anything::schemas(),
    ];
    let named = rooms.into_iter().flatten().chain(super::filters::conditions());
    named.map(|(name, schema)| (name.to_owned(), schema)).chain(definitions::components()).collect()
}

/// A route with its operation; one of any kind is one of each kind, each at its own path.
pub(super) fn operations(route: &Route) -> Vec<(String, Json)> {
    let Some(rest) = route.path.strip_prefix("/metadata/v1/{kind}") else {
        return vec![(route.path.to_owned(), operation(route, route.path))];
    };
    let kinds = Kind::ALL.into_iter();
    let paths = kinds.map(|kind| {
        let path = format!("/metadata/v1/{}{rest}", kind.word());
        let begun = begin(route, &path);
        let said = definition::of_kind(route.method.as_str(), kind, rest, begun);
        (path, refusing(said, route).finish())
    });
    paths.collect()
}

fn operation(route: &Route, path: &str) -> Json {
    let (method, begun) = (route.method.as_str(), begin(route, path));
    let said = match path.split('/').nth(1) {
        Some("api" | "graphql" | "mcp") => anything::operation(method, path, begun),
        Some("auth") => auth::operation(method, path, begun),
        Some("metadata") => definition::operation(method, path, begun),
        Some("admin") => admin::operation(method, path, begun),
        Some("scim") => scim::operation(method, path, begun),
        Some("reseller") => reseller::operation(method, path, begun),
        _ => process::operation(path, begun),
    };
    refusing(said, route).finish()
}

fn begin(route: &Route, path: &str) -> Operation {
    let method = route.method.as_str();
    let words =
        path.split(['/', '.']).filter(|part| !part.is_empty()).map(|part| part.trim_matches(['{', '}']));
    let id = std::iter::once(method.to_ascii_lowercase()).chain(words.map(|word| word.replace('-', "_")));
    let operation =
        Operation::new(id.collect::<Vec<_>>().join("_"), tag(path), format!("{method} {path}"), path);
    match route.need {
        Need::Nothing => operation.open(),
        Need::Reseller => operation.secured(json!([{ "reseller": [] }])),
        Need::Caller | Need::Permission(_) => operation,
    }
}

fn tag(path: &str) -> &'static str {
    match path.split('/').nth(1) {
        Some("api" | "graphql" | "mcp") => "records",
        Some("auth") => "auth",
        Some("metadata") => "metadata",
        Some("admin") => "admin",
        Some("scim") => "directory",
        Some("reseller") => "reseller",
        _ => "process",
    }
}

/// What a route may refuse, by what it asks of its caller and whether it changes anything.
fn refusing(operation: Operation, route: &Route) -> Operation {
    let is_open = route.need == Need::Nothing;
    let mut statuses = vec![413, 414, 431, 500];
    if !is_open {
        statuses.extend([400, 401, 403, 404, 429, 503]);
    } else if !route.method.is_safe() || route.path == "/readyz" {
        statuses.extend([400, 401, 429, 503]);
    }
    if route.path.contains('{') {
        statuses.push(404);
    }
    if !route.method.is_safe() {
        statuses.extend([409, 415, 422]);
    }
    operation.refuses(&statuses)
}
