//! `/metadata/v1/packages`: what can be installed and what is; `/metadata/v1/layers`: what is the package's and what
//! the tenant's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::audit::chain::Hex;
use engine::packages::{Install, Installed, company};
use engine::{Applied, Apply};
use http::StatusCode;
use metadata::package::{Manifest, Package, Version, VersionReq};
use metadata::{Kind, Problem as Detail};
use serde_json::{Value as Json, json};

use super::deploy::{allow_json, allow_text, allowed_loss, asked, told};
use super::metadata::kind;
use crate::Library;
use crate::answer;
use crate::asked::Asked;
use crate::asked::params::Params;
use crate::body::form::Form;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// What can be installed now: nothing of a publisher who was trusted when the library was read, and is no longer.
pub(super) async fn offered(asked: &Asked) -> Result<Arc<Library>, Problem> {
    let library = &asked.app.library;
    if !library.is_checked() {
        return Ok(library.clone());
    }
    let keys = keys(asked).await?;
    Ok(library.without_others_than(&keys).map_or_else(|| library.clone(), Arc::new))
}

/// Whose packages are believed now.
async fn keys(asked: &Asked) -> Result<Vec<Hex>, Problem> {
    let publishers = asked.app.tenants.list_publishers().await?;
    Ok(publishers.into_iter().map(|publisher| publisher.key).collect())
}

/// Packages that come with Trellis or are installed, by name.
pub(crate) async fn list(call: Call) -> Outcome {
    call.asked.plain()?;
    let installed = call.engine().installed_packages(&call.context).await?;
    let library = offered(&call.asked).await?;
    let manifests = library.packages().iter().map(|package| &package.manifest);
    // The newest version comes last, and stays.
    let mut all: BTreeMap<&str, &Manifest> =
        manifests.rev().map(|manifest| (manifest.name.as_str(), manifest)).collect();
    for one in installed.values() {
        all.entry(&one.manifest.name).or_insert(&one.manifest);
    }
    let versions = company(&installed).versions;
    let one = |manifest: &&Manifest| describe(manifest, installed.get(&manifest.name), &versions);
    let listed: Json = all.values().map(one).collect();
    Ok(answer::data(&listed))
}

fn describe(manifest: &Manifest, installed: Option<&Installed>, there: &BTreeMap<String, Version>) -> Json {
    let parts = installed.and_then(|one| one.kept.as_ref()).map(|kept| kept.taken(there));
    json!({
        "name": manifest.name,
        "label": manifest.label,
        "description": manifest.description,
        "version": manifest.version,
        "requires": manifest.requires,
        "optional": manifest.optional,
        "parts": parts.unwrap_or_default(),
        "installed": installed.is_some(),
        "installed_version": installed.map(|one| &one.manifest.version),
        "is_newer": installed.is_some_and(|one| manifest.version > one.manifest.version),
        "signer": installed.and_then(|one| one.signer.as_ref()),
        "installed_at": installed.map(|one| one.installed_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
    })
}

/// Installs or upgrades a package, of the library or as it came, with what it requires, all or nothing.
pub(crate) async fn install(call: Call) -> Outcome {
    call.asked.plain()?;
    let mut form = Form::new(call.asked.json()?)?;
    let library = offered(&call.asked).await?;
    let by_hand = form.says("source");
    let wanted = wanted(&mut form, &library);
    let mut options = Install {
        samples: form.flag("samples").unwrap_or_default(),
        dry_run: form.flag("dry_run").unwrap_or_default(),
        take: form.texts("take").unwrap_or_default(),
        allow_data_loss: allowed_loss(&mut form),
        expected_revision: form.integer("expected_revision"),
        approve: form.typed("approve", "true or a list of grants", allow_json).unwrap_or_default(),
        allow_downgrade: form.flag("allow_downgrade").unwrap_or_default(),
        allow_other_publisher: form.flag("allow_other_publisher").unwrap_or_default(),
        without_layer: form.flag("without_layer").unwrap_or_default(),
        ..Install::default()
    };
    form.finish()?;
    let missing = || Problem::unprocessable(vec![Detail::new("name", "required", "this is required")]);
    let wanted = wanted.ok_or_else(missing)?;
    let installed = call.engine().installed_packages(&call.context).await?;
    let chosen = library.with_requirements(&wanted, &installed).map_err(Problem::unprocessable)?;
    options.signers = library.signers(&chosen);
    // Somebody's part may be about what comes now.
    if library.is_choosy() && installed.values().any(|one| one.signer.is_some() && one.kept.is_some()) {
        options.trusted = Some(keys(&call.asked).await?);
    }
    if by_hand {
        options.signers.remove(&wanted.manifest.name);
    }
    options.layers = call.asked.app.tenants.layers_for(&call.caller.tenant).await?;
    let status = if options.dry_run { StatusCode::OK } else { StatusCode::CREATED };
    let consent = consent(&chosen, &installed);
    let applied = call.engine().install(&call.context, &chosen, options).await?;
    note(&call).await;
    let names: Vec<&str> = chosen.iter().map(|package| package.manifest.name.as_str()).collect();
    let mut data = outcome(&applied);
    data["installed"] = json!(names);
    data["consent"] = consent;
    Ok(answer::document(status, &json!({ "data": data })))
}

/// The package that is meant: `name` of the library, in a `version` or range, or the files in `source`.
fn wanted(form: &mut Form, library: &Library) -> Option<Package> {
    let source = form.take("source");
    let version = form.text("version");
    let range = version.as_deref().map(|text| {
        text.parse::<Version>()
            .map_or_else(|_| text.parse::<VersionReq>().ok(), |exact| format!("={exact}").parse().ok())
    });
    if matches!(range, Some(None)) {
        form.problem("version", "bad-version", "expected a version such as 1.2.0, or a range such as ^1.2");
        return None;
    }
    let range = range.flatten().unwrap_or(VersionReq::STAR);
    let package = match source {
        Some(source) => from_source(form, source)?,
        None => from_library(form, library, &range)?,
    };
    if !range.matches(&package.manifest.version) && version.is_some() {
        form.problem(
            "version",
            "unknown-version",
            format!("the version here is {}", package.manifest.version),
        );
        return None;
    }
    Some(package)
}

fn from_library(form: &mut Form, library: &Library, range: &VersionReq) -> Option<Package> {
    let name = form.required_text("name");
    let found = library.matching(&name, range).or_else(|| library.find(&name));
    if found.is_none() && !name.is_empty() && library.is_partial() {
        let text =
            format!("`{name}` does not come with Trellis, and the registry of this server cannot be read");
        form.problem("name", "registry-unreadable", text);
    } else if found.is_none() && !name.is_empty() {
        form.problem("name", "unknown-package", format!("no package `{name}` comes with Trellis"));
    }
    found.cloned()
}

/// The package in `source`: its files by path, JSON as it is and other files as text.
fn from_source(form: &mut Form, source: Json) -> Option<Package> {
    let Json::Object(files) = source else {
        form.problem("source", "wrong-type", "expected an object of files: {\"manifest.json\": {…}, …}");
        return None;
    };
    let bytes = |content: Json| match content {
        Json::String(text) => text.into_bytes(),
        other => other.to_string().into_bytes(),
    };
    let name = form.text("name");
    match Package::from_files(files.into_iter().map(|(path, content)| (path, bytes(content)))) {
        Ok(package) if name.as_ref().is_none_or(|name| *name == package.manifest.name) => Some(package),
        Ok(package) => {
            form.problem(
                "name",
                "wrong-name",
                format!("the package in `source` is `{}`", package.manifest.name),
            );
            None
        }
        Err(problems) => {
            form.note(problems.into_iter().map(|problem| problem.under("source")));
            None
        }
    }
}

/// What an administrator agrees to: what is asked for, and which permissions come that the installed version did not
/// give.
fn consent(chosen: &[Package], installed: &BTreeMap<String, Installed>) -> Json {
    let mut there = company(installed).versions;
    there.extend(chosen.iter().map(|one| (one.manifest.name.clone(), one.manifest.version.clone())));
    let grants = |package: &Package| -> Vec<String> {
        let kinds = [Kind::Roles, Kind::PermissionSets, Kind::SharingRules];
        let own = package.changes.iter().filter(|change| kinds.contains(&change.kind));
        own.map(|change| format!("{}.{}", change.kind.word(), change.name)).collect()
    };
    let extends = |package: &Package| -> BTreeSet<String> {
        let own = |object: &str| {
            package.changes.iter().any(|change| change.kind == Kind::Objects && change.name == object)
        };
        let fields = package.changes.iter().filter(|change| change.kind == Kind::Fields);
        fields
            .filter_map(|field| field.name.split('.').next())
            .filter(|name| !own(name))
            .map(str::to_owned)
            .collect()
    };
    let one = |package: &Package| {
        let package = &package.whole(&there);
        let records: usize = package.data.iter().map(|file| file.records.len()).sum();
        json!({
            "package": package.manifest.name,
            "version": package.manifest.version,
            "from": installed.get(&package.manifest.name).map(|one| &one.manifest.version),
            "capabilities": package.manifest.capabilities,
            "extends": extends(package),
            "grants": grants(package),
            "records": records,
        })
    };
    chosen.iter().map(one).collect()
}

/// What a change of packages did: conflicts are among the merges.
fn outcome(applied: &Applied) -> Json {
    let conflicts: Vec<_> = applied.merges.iter().filter(|one| one.outcome.is_conflict()).collect();
    let mut data = told(applied);
    data["merges"] = json!(applied.merges);
    data["conflicts"] = json!(conflicts);
    data["grants"] = json!(applied.grants);
    data["parts"] = json!(applied.parts);
    data["passed_over"] = json!(applied.passed_over);
    data["notes"] = applied.passed_over.iter().map(ToString::to_string).collect();
    data["layers"] = json!(applied.layers);
    data
}

/// Takes a package's layer away.
pub(crate) async fn uninstall(call: Call) -> Outcome {
    let mut params = Params::new(call.asked.pairs()?);
    let approve = Some(params.text("approve").map(|text| allow_text(&text)).unwrap_or_default());
    let wish = Apply { approve, ..asked(&mut params) };
    params.finish()?;
    let applied = call.engine().uninstall(&call.context, call.asked.part("name"), wish).await?;
    note(&call).await;
    Ok(answer::data(&outcome(&applied)))
}

/// Whoever sells the tenant is told; what cannot be told now is by the workers.
async fn note(call: &Call) {
    let (tenants, tenant) = (&call.asked.app.tenants, &call.caller.tenant);
    if let Err(error) = tenants.note_packages(tenant).await {
        tracing::warn!(%error, "it could not be told which packages came");
    }
    if let Err(error) = tenants.settle_layers(tenant).await {
        tracing::warn!(%error, "it could not be noted what lies over packages");
    }
}

/// What the package says of a component, and what the tenant changed of it.
pub(crate) async fn layers(call: Call) -> Outcome {
    call.asked.plain()?;
    let (kind, name) = (kind(&call)?, call.asked.part("name"));
    let layers = call.context.snapshot.definitions.layers(kind, name).ok_or_else(Problem::not_found)?;
    Ok(answer::data(&json!(layers)))
}

/// Takes the tenant's layer over a component away.
pub(crate) async fn reset(call: Call) -> Outcome {
    let (kind, name) = (kind(&call)?, call.asked.part("name").to_owned());
    let mut params = Params::new(call.asked.pairs()?);
    let wish = asked(&mut params);
    params.finish()?;
    let applied = call.engine().reset_layer(&call.context, (kind, &name), wish).await?;
    Ok(answer::data(&outcome(&applied)))
}
