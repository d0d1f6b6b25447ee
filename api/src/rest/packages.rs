//! `/metadata/v1/packages`: what can be installed and what is.

use std::collections::BTreeMap;

use engine::packages::{Install, Installed};
use http::StatusCode;
use metadata::Problem as Detail;
use metadata::package::Manifest;
use serde_json::{Value as Json, json};

use super::deploy::allow_text;
use crate::answer;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Packages that come with Trellis or are installed, by name.
pub(crate) async fn list(call: Call) -> Outcome {
    Params::new(call.asked.pairs()?).finish()?;
    let installed = call.engine().installed_packages(&call.context).await?;
    let manifests = call.asked.app.library.packages().iter().map(|package| &package.manifest);
    let mut all: BTreeMap<&str, &Manifest> =
        manifests.map(|manifest| (manifest.name.as_str(), manifest)).collect();
    for one in installed.values() {
        all.entry(&one.manifest.name).or_insert(&one.manifest);
    }
    let listed: Json =
        all.values().map(|manifest| describe(manifest, installed.get(&manifest.name))).collect();
    Ok(answer::data(&listed))
}

fn describe(manifest: &Manifest, installed: Option<&Installed>) -> Json {
    json!({
        "name": manifest.name,
        "label": manifest.label,
        "description": manifest.description,
        "version": manifest.version,
        "requires": manifest.requires,
        "installed": installed.is_some(),
        "installed_version": installed.map(|one| &one.manifest.version),
        "installed_at": installed.map(|one| one.installed_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
    })
}

/// Installs a package of the library with what it requires, all or nothing.
pub(crate) async fn install(call: Call) -> Outcome {
    let mut form = Form::new(call.asked.json()?)?;
    let (name, version) = (form.required_text("name"), form.text("version"));
    let options = Install {
        samples: form.flag("samples").unwrap_or_default(),
        dry_run: form.flag("dry_run").unwrap_or_default(),
    };
    let library = call.asked.app.library.clone();
    let package = library.find(&name);
    if package.is_none() && !name.is_empty() {
        form.problem("name", "unknown-package", format!("no package `{name}` comes with Trellis"));
    }
    let other =
        package.zip(version).filter(|(package, version)| package.manifest.version.to_string() != *version);
    if let Some((package, _)) = other {
        form.problem(
            "version",
            "unknown-version",
            format!("the version here is {}", package.manifest.version),
        );
    }
    form.finish()?;
    let package = package
        .ok_or_else(|| Problem::unprocessable(vec![Detail::new("name", "required", "this is required")]))?;
    let installed = call.engine().installed_packages(&call.context).await?;
    let chosen = library.with_requirements(package, &installed);
    let applied = call.engine().install(&call.context, &chosen, options).await?;
    let names: Vec<&str> = chosen.iter().map(|package| package.manifest.name.as_str()).collect();
    let document =
        json!({ "data": { "installed": names, "revision": applied.revision, "steps": applied.steps } });
    Ok(answer::document(if options.dry_run { StatusCode::OK } else { StatusCode::CREATED }, &document))
}

/// Takes a package's layer away.
pub(crate) async fn uninstall(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let dry_run = params.flag("dry_run");
    let allow = params.text("allow_data_loss").map(|text| allow_text(&text)).unwrap_or_default();
    params.finish()?;
    let applied = call.engine().uninstall(&call.context, call.asked.part("name"), (dry_run, allow)).await?;
    Ok(answer::data(&json!({ "revision": applied.revision, "steps": applied.steps })))
}
