//! What resellers make of packages.

use serde_json::{Value as Json, json};

use super::super::auth::limit;
use super::super::operation::Operation;
use super::super::shape::{
    anything, by_name, count, data, flag, id, list, nullable, one_of, page, reference, shown, text, time,
};

/// What differs, by kind and name of the component.
fn document() -> Json {
    let mut document = by_name(by_name(json!({ "type": "object" })));
    document["description"] =
        "By kind and name of the component: keys take the place of keys, null takes one away; members of lists are known by \
         their names, and `{\"with\": […], \"without\": [\"name\"]}` in place of a list takes some out"
            .into();
    document
}

fn problems() -> Json {
    list(reference("ProblemDetail"))
}

pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let tenants = shown(json!({ "applied": count(), "refused": count(), "waiting": count() }));
    let layer = json!({
        "package": text(), "edition": nullable(id()), "changed_at": nullable(time()), "layer": document(),
        "version": nullable(text()), "problems": problems(), "tenants": tenants,
    });
    let conflict = shown(json!({ "path": text(), "class": text(), "outcome": text() }));
    let report = json!({ "version": nullable(text()), "conflicts": list(conflict), "problems": problems() });
    let mut fate = report.clone();
    for (key, schema) in [
        ("tenant_id", id()),
        ("slug", text()),
        ("state", one_of(&["applied", "refused", "waiting"])),
        ("at", nullable(time())),
    ] {
        fate[key] = schema;
    }
    let package = json!({ "name": text(), "label": text(), "description": text(), "version": text() });
    let component =
        shown(json!({ "kind": text(), "name": text(), "definition": json!({ "type": "object" }) }));
    let mut offer = package.clone();
    offer["components"] = list(component);
    vec![
        ("ResellerLayer", shown(layer)),
        ("LayerReport", shown(report)),
        ("LayerInTenant", shown(fate)),
        ("OfferedPackage", shown(package)),
        ("PackageWithComponents", shown(offer)),
    ]
}

pub(super) fn operation(method: &str, rest: &str, operation: Operation) -> Operation {
    let one = || data(reference("ResellerLayer"));
    match (method, rest) {
        (_, "packages") => operation.says("What can be installed here").answers(
            200,
            "Each package in its newest version",
            data(list(reference("OfferedPackage"))),
        ),
        (_, "packages/{name}") => {
            operation.says("What a package says, which is what a layer is laid over").answers(
                200,
                "It with its components, also those that come beside others",
                data(reference("PackageWithComponents")),
            )
        }
        (_, "layers") => operation.says("What the reseller makes of packages").answers(
            200,
            "A layer for each package of which something is said",
            data(list(reference("ResellerLayer"))),
        ),
        ("GET", "layers/{name}/tenants") => operation
            .says("How far a layer has come: the tenants with the package by slug")
            .query("limit", "How many at most", limit(1000))
            .query("cursor", "next_cursor of the page before", text())
            .answers(200, "A page of them", page(reference("LayerInTenant"))),
        ("PUT", _) => put(operation),
        ("DELETE", _) => operation
            .says("Takes a layer back")
            .answers_nothing(204, "The package is as it comes, in all tenants where nobody has changed it"),
        _ => operation.says("What the reseller makes of a package").answers(
            200,
            "The layer, and whether it fits the version that is offered",
            one(),
        ),
    }
}

fn put(operation: Operation) -> Operation {
    let change = json!({ "kind": text(), "name": text(), "definition": anything(), "changes": list(json!({ "type": "object" })) });
    let changes = list(shown(change));
    let saved = json!({ "allOf": [reference("ResellerLayer"), shown(json!({ "changes": changes })) ] });
    let tried = json!({
        "type": "object", "required": ["changes"],
        "properties": { "changes": changes, "tenant": reference("LayerReport") },
    });
    operation
        .says("Says what a package looks like in all tenants of the reseller; what is not said is as the package has it")
        .query("dry_run", "Show what it would look like, change nothing", flag())
        .query("tenant", "With dry_run: a tenant by id or slug, to see what it would come to there", text())
        .body(document())
        .example(json!({ "objects": { "deal": { "label": "Opportunity", "plural_label": "Opportunities" } } }))
        .answers(200, "The layer, on its way to the tenants; with dry_run what would change", data(json!({ "anyOf": [saved, tried] })))
}
