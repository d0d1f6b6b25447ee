//! `/reseller/v1/layers`: what a reseller makes of packages for all of its tenants, and how far that has come.

use http::StatusCode;
use metadata::layers::ResellerLayer;
use metadata::package::{Package, Validated};
use metadata::{Definitions, Kind, Problem as Detail};
use serde_json::{Map, Value as Json, json};
use tenancy::layers::{Fate, SavedLayer};

use super::{MOST, ResellerCall, time, whole};
use crate::Library;
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::problem::Problem;
use crate::rest::packages::offered;
use crate::routes::Outcome;

/// What is said of each package.
pub(crate) async fn list(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let library = offered(&call.asked).await?;
    let mut told = Vec::new();
    for saved in call.tenants().list_layers(call.reseller).await? {
        told.push(describe(&call, &library, (&saved.package, Some(&saved))).await?);
    }
    Ok(answer::data(&json!(told)))
}

/// What is said of one.
pub(crate) async fn show(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let library = offered(&call.asked).await?;
    let package = call.asked.part("name");
    let saved = call.tenants().find_layer(call.reseller, package).await?;
    if saved.is_none() && library.find(package).is_none() {
        return Err(Problem::not_found());
    }
    Ok(answer::data(&describe(&call, &library, (package, saved.as_ref())).await?))
}

/// Says all of it, or shows what it would look like: on the package, and in one tenant.
pub(crate) async fn put(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (dry_run, tenant) = (params.flag("dry_run"), params.text("tenant"));
    params.finish()?;
    let document = Form::new(call.asked.json()?)?.whole();
    let library = offered(&call.asked).await?;
    let package = library.find(call.asked.part("name")).ok_or_else(Problem::not_found)?;
    let (layer, validated) = read(package, &document, &library)?;
    let changes = changes(&validated.definitions, &layer);
    if dry_run {
        let mut data = json!({ "changes": changes });
        if let Some(word) = tenant {
            data["tenant"] = preview(&call, &word, (&package.manifest.name, &layer)).await?;
        }
        return Ok(answer::data(&data));
    }
    if tenant.is_some() {
        let text = "a layer is for all tenants; one of them is looked at with `dry_run`";
        return Err(Problem::invalid(vec![Detail::new("tenant", "unknown-parameter", text)]));
    }
    let name = package.manifest.name.as_str();
    let saved = if layer.is_empty() {
        call.tenants().delete_layer(call.reseller, name).await?;
        None
    } else {
        Some(call.tenants().put_layer(call.reseller, (name, &layer)).await?)
    };
    let mut data = describe(&call, &library, (name, saved.as_ref())).await?;
    data["changes"] = changes;
    Ok(answer::data(&data))
}

/// Takes all of it back.
pub(crate) async fn delete(call: ResellerCall) -> Outcome {
    call.asked.plain()?;
    let name = call.asked.part("name");
    let was_there = call.tenants().delete_layer(call.reseller, name).await?;
    if !was_there && offered(&call.asked).await?.find(name).is_none() {
        return Err(Problem::not_found());
    }
    Ok(answer::no_content())
}

/// What became of it in each tenant that has the package.
pub(crate) async fn tenants(call: ResellerCall) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let (limit, cursor) = (params.limit(MOST), params.text("cursor").unwrap_or_default());
    params.finish()?;
    let name = call.asked.part("name");
    // One more tells whether there are more.
    let mut found = call.tenants().list_fates((call.reseller, name), (&cursor, limit + 1)).await?;
    if found.is_empty() && offered(&call.asked).await?.find(name).is_none() {
        return Err(Problem::not_found());
    }
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|last| last.slug.clone());
    let told = |fate: &Fate| {
        json!({
            "tenant_id": fate.tenant, "slug": fate.slug, "state": fate.state, "version": fate.report.version,
            "conflicts": fate.report.conflicts, "problems": fate.report.problems, "at": fate.at.map(time),
        })
    };
    let data: Json = found.iter().map(told).collect();
    let pagination = json!({ "limit": limit, "next_cursor": next, "has_more": more });
    Ok(answer::document(StatusCode::OK, &json!({ "data": data, "pagination": pagination })))
}

/// A layer, held to the package as it is offered now.
fn read(
    package: &Package,
    document: &Json,
    library: &Library,
) -> Result<(ResellerLayer, Validated), Problem> {
    let none = Map::new();
    let layer = ResellerLayer::read(document.as_object().unwrap_or(&none)).map_err(Problem::unprocessable)?;
    let validated = validated(package, &layer, library).map_err(Problem::unprocessable)?;
    // A later version may be stricter than a layer that was said before, and is so beneath it.
    let whole = package.with_all_parts();
    let mut refused = layer.looser_than(&whole);
    refused.extend(layer.taking_nothing(&whole));
    if refused.is_empty() { Ok((layer, validated)) } else { Err(Problem::unprocessable(refused)) }
}

fn validated(package: &Package, layer: &ResellerLayer, library: &Library) -> Result<Validated, Vec<Detail>> {
    let others = library.packages().iter().filter(|one| one.manifest.name != package.manifest.name);
    package.validate_layer(layer, &others.cloned().collect::<Vec<_>>(), chrono::Utc::now())
}

async fn describe(
    call: &ResellerCall,
    library: &Library,
    (package, saved): (&str, Option<&SavedLayer>),
) -> Result<Json, Problem> {
    let offered = library.find(package);
    let fits = offered.zip(saved).map(|(package, saved)| validated(package, &saved.layer, library));
    let [applied, refused, waiting] = call.tenants().count_fates(call.reseller, package).await?;
    Ok(json!({
        "package": package,
        "edition": saved.map(|saved| saved.edition),
        "changed_at": saved.map(|saved| time(saved.changed_at)),
        "layer": saved.map(|saved| saved.layer.clone()).unwrap_or_default(),
        "version": offered.map(|package| &package.manifest.version),
        "problems": fits.and_then(Result::err).unwrap_or_default(),
        "tenants": { "applied": applied, "refused": refused, "waiting": waiting },
    }))
}

/// What each component says with the layer, and where that is something else than without.
fn changes(definitions: &Definitions, layer: &ResellerLayer) -> Json {
    let told = |(kind, name): (Kind, &str)| {
        let layers = definitions.layers(kind, name)?;
        Some(json!({ "kind": kind, "name": name, "definition": layers.base, "changes": layers.reseller }))
    };
    layer.places().filter_map(told).collect()
}

/// What it would come to in one tenant.
async fn preview(call: &ResellerCall, word: &str, layer: (&str, &ResellerLayer)) -> Result<Json, Problem> {
    let unknown = || {
        let text = format!("there is no tenant `{word}`");
        Problem::unprocessable(vec![Detail::new("tenant", "unknown-tenant", text)])
    };
    let listed = match call.tenants().find_of(call.reseller, word).await {
        Err(tenancy::Error::NotFound) => return Err(unknown()),
        found => whole(found?).map_err(|_| unknown())?,
    };
    Ok(json!(call.tenants().try_layer(&listed.tenant, layer).await?))
}
