//! The API as its caller may use it, as an OpenAPI 3.1 document: made of the table of routes and the tenant's
//! catalog, so that it cannot tell anything else than what is there. What a route takes and answers stands in
//! `openapi/records.rs` for records; `openapi/others.rs` says in which file for the rest.

use ::metadata::Object;
use serde_json::{Map, Value as Json, json};

use crate::call::Call;
use crate::rest::rights;
use crate::routes::{Need, Route, table};

mod admin;
mod anything;
mod auth;
mod clones;
mod definitions;
mod filters;
mod jobs;
mod metadata;
mod operation;
mod others;
mod own;
mod parameters;
mod problems;
mod process;
mod records;
mod reseller;
mod schemas;
mod scim;
mod shape;
mod support;

/// Where the routes of records begin.
const RECORDS: &str = "/api/v1/{plural}";

/// The whole document.
pub(crate) fn document(call: &Call) -> Json {
    let catalog = &call.context.snapshot.catalog;
    let objects: Vec<&Object> =
        catalog.objects.iter().map(AsRef::as_ref).filter(|object| rights::sees(call, object)).collect();
    let mut schemas = problems::schemas();
    schemas.extend(others::schemas());
    for object in &objects {
        schemas.extend(schemas::of(call, object));
    }
    let mut paths = Map::new();
    for route in table().iter().filter(|route| is_open_to(call, route)) {
        match route.path.strip_prefix(RECORDS) {
            Some(rest) => {
                for object in objects.iter().filter(|object| records::may(call, object, route)) {
                    let path = format!("/api/v1/{}{rest}", object.plural);
                    put(&mut paths, &path, route, records::operation(call, route, rest, object));
                }
            }
            None => {
                for (path, operation) in others::operations(route) {
                    put(&mut paths, &path, route, operation);
                }
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("Trellis: {}", call.caller.tenant.slug),
            "version": version(call).to_string(),
            "description": "What you may do with the records of your tenant. Types, fields and options are those of its metadata; they change with it.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This server" }],
        "security": [{ "bearer": [] }, { "session": [] }],
        "tags": tags(&objects, &paths),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": problems::responses(),
            "parameters": parameters::shared(),
            "headers": parameters::heads(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "A session's token, or an API key (`trl_…`)" },
                "reseller": { "type": "http", "scheme": "bearer", "description": "A reseller's key" },
                "session": { "type": "apiKey", "in": "cookie", "name": crate::credential::COOKIE, "description": "A browser's session; changes need the header X-CSRF-Token too" },
            },
        },
    })
}

fn put(paths: &mut Map<String, Json>, path: &str, route: &Route, mut operation: Json) {
    if path.starts_with("/api/v1/") || path == "/graphql" {
        speak_of_versions(&mut operation);
    }
    let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
    item[route.method.as_str().to_ascii_lowercase()] = operation;
}

/// Says of an operation that it goes by the names of a version, where one is asked for.
fn speak_of_versions(operation: &mut Json) {
    let parameter = json!({ "$ref": "#/components/parameters/version" });
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
    let answers = operation["responses"].as_object_mut().into_iter().flatten();
    for (_, answer) in answers.filter(|(status, _)| status.starts_with('2')) {
        for (name, head) in
            [("Trellis-Version", "version"), ("Deprecation", "deprecation"), ("Sunset", "sunset")]
        {
            answer["headers"][name] = json!({ "$ref": format!("#/components/headers/{head}") });
        }
    }
}

/// Whether the caller gets past the route's door.
fn is_open_to(call: &Call, route: &Route) -> bool {
    match route.need {
        Need::Nothing | Need::Caller => true,
        Need::Permission(permission) => {
            let write = !route.method.is_safe();
            call.holds(permission) && call.context.actor.in_scope(route.area(), write)
        }
        // Another credential; who runs the tenant is told of it.
        Need::Reseller => call.holds("manage_security"),
    }
}

fn tags(objects: &[&Object], paths: &Map<String, Json>) -> Json {
    let described = objects.iter().map(|object| {
        (object.plural.clone(), object.description.clone().unwrap_or(object.plural_label.clone()))
    });
    let others = others::TAGS.iter().map(|(tag, text)| ((*tag).to_owned(), (*text).to_owned()));
    let used: std::collections::HashSet<&str> = paths
        .values()
        .filter_map(Json::as_object)
        .flat_map(|item| item.values())
        .filter_map(|operation| operation["tags"][0].as_str())
        .collect();
    let all = described.chain(others).filter(|(tag, _)| used.contains(tag.as_str()));
    all.map(|(tag, text)| json!({ "name": tag, "description": text })).collect()
}

/// The revision whose names it has.
fn version(call: &Call) -> i64 {
    let snapshot = &call.context.snapshot;
    snapshot.former().map_or(snapshot.revision, |names| names.revision)
}
