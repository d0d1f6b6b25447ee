//! `/reseller/v1/packages`: what can be sold here with a tenant, and what each package says, which is what a layer is laid over.

use metadata::package::{Manifest, Package};
use metadata::{Change, Kind};
use serde_json::{Value as Json, json};

use super::ResellerCall;
use crate::answer;
use crate::problem::Problem;
use crate::rest::packages::offered;
use crate::routes::Outcome;

/// Each in the version that a new tenant would have.
pub(crate) async fn list(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let library = offered(&call.asked).await?;
    let mut names: Vec<&str> = library.packages().iter().map(|one| one.manifest.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let newest = names.into_iter().filter_map(|name| library.find(name));
    Ok(answer::data(&newest.map(|one| describe(&one.manifest)).collect::<Json>()))
}

/// One of them with all that it brings, beside whichever others.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let library = offered(&call.asked).await?;
    let package = library.find(call.asked.part("name")).ok_or_else(Problem::not_found)?;
    let mut data = describe(&package.manifest);
    data["components"] = components(&package.with_all_parts());
    Ok(answer::data(&data))
}

fn describe(manifest: &Manifest) -> Json {
    json!({
        "name": manifest.name, "label": manifest.label, "description": manifest.description,
        "version": manifest.version,
    })
}

/// As a layer speaks of them: a field stands for itself.
fn components(package: &Package) -> Json {
    package.changes.iter().flat_map(of).collect()
}

fn of(change: &Change) -> Vec<Json> {
    let Some(mut definition) = change.definition.clone() else { return Vec::new() };
    let own = definition.as_object_mut().filter(|_| change.kind == Kind::Objects);
    let fields = own.and_then(|object| object.shift_remove("fields"));
    let fields = fields.as_ref().and_then(Json::as_array).into_iter().flatten();
    let told = |kind: Kind, name: &str, definition: &Json| json!({ "kind": kind, "name": name, "definition": definition });
    let fields = fields.map(|field| {
        let name = field["name"].as_str().unwrap_or_default();
        told(Kind::Fields, &format!("{}.{name}", change.name), field)
    });
    let fields: Vec<Json> = fields.collect();
    std::iter::once(told(change.kind, &change.name, &definition)).chain(fields).collect()
}
