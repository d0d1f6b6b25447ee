//! `trellis tenant export` and `import`: a tenant as a folder, and a folder as a tenant.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use engine::Tenant;
use engine::archive::Manifest;
use identity::{SecuritySettings, StoredPassword};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use tenancy::resellers::Patch;
use tenancy::{Branding, By, Feature, Founding, Sandbox, Slug, Status};
use uuid::Uuid;

use super::told;
use crate::node::Node;
use crate::packages::lines;
use crate::serve::first::tell;

/// Hashes of passwords, one a line, where the export was told to take them along.
const PASSWORDS: &str = "passwords.ndjson";
/// What the platform knows of the tenant.
const PLATFORM: &str = "platform.json";

/// What a tenant is besides what is in its schema.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Standing {
    plan: Option<String>,
    suspended: bool,
    security_settings: Option<SecuritySettings>,
    branding: Map<String, Json>,
    /// What it is a copy of.
    sandbox: Option<Sandbox>,
    /// Whether it sends nothing and does nothing by time; where it is not said, a copy does not.
    quiet: Option<bool>,
    /// Otherwise than its plan says.
    features: BTreeMap<String, bool>,
}

/// What an import may say otherwise than its folder.
pub struct Wish {
    pub slug: Option<String>,
    pub name: Option<String>,
    pub admin: Option<String>,
}

/// Writes a tenant into a folder that only its owner may read.
pub async fn export(node: &Node, (slug, folder): (&str, &Path), with_passwords: bool) -> anyhow::Result<()> {
    let listed = node.tenants.list().await?.into_iter().find(|listed| listed.tenant.slug == slug);
    let listed =
        listed.filter(tenancy::Listed::is_whole).with_context(|| format!("there is no tenant `{slug}`"))?;
    prepare(folder)?;
    let mut manifest = node.engine.save_archive(&listed.tenant, folder).await.map_err(told)?;
    if with_passwords {
        let passwords = node.identity.list_passwords(&listed.tenant).await?;
        let lines: Result<Vec<String>, _> = passwords.iter().map(serde_json::to_string).collect();
        fs::write(folder.join(PASSWORDS), lines?.join("\n") + "\n")?;
    }
    let otherwise = node.tenants.features(&listed.tenant).await?.overrides;
    let standing = Standing {
        plan: listed.plan.clone(),
        suspended: listed.status != Status::Active,
        security_settings: Some(node.identity.security_settings(&listed.tenant).await?),
        branding: match json!(node.tenants.branding(&listed.tenant).await?) {
            Json::Object(branding) => branding,
            _ => Map::new(),
        },
        sandbox: listed.sandbox.clone(),
        quiet: Some(listed.quiet),
        features: otherwise.iter().map(|(feature, enabled)| (feature.word().to_owned(), *enabled)).collect(),
    };
    fs::write(folder.join(PLATFORM), serde_json::to_string_pretty(&standing)? + "\n")?;
    manifest.name = Some(listed.name);
    manifest.write(folder)?;
    println!("trellis: the tenant {slug} with {} records is in {}", manifest.records(), folder.display());
    Ok(())
}

/// Makes a tenant of a folder; nobody is served before everything is there, and what fails leaves nothing.
pub async fn import(node: &Node, folder: &Path, wish: Wish) -> anyhow::Result<()> {
    let manifest = Manifest::read(folder).map_err(told)?;
    let standing = standing(folder)?;
    let (branding, patch) = (branding(&standing.branding)?, patch(&standing)?);
    let (plans, had_plan) = (node.tenants.list_plans().await?, standing.plan.is_some());
    let plan = standing.plan.filter(|name| plans.iter().any(|plan| plan.name == *name));
    // The same id where it is free: then the audit chain goes on.
    let is_there = node.tenants.list().await?.iter().any(|listed| listed.tenant.id == manifest.tenant_id);
    let founding = Founding {
        id: if is_there { Uuid::now_v7() } else { manifest.tenant_id },
        slug: Slug::parse(wish.slug.as_deref().unwrap_or(&manifest.slug))?,
        name: wish.name.or_else(|| manifest.name.clone()).unwrap_or_else(|| manifest.slug.clone()),
        plan: plan.clone(),
        reseller: None,
        sandbox: standing.sandbox.clone(),
        suspended: standing.suspended,
        once: None,
    };
    let furnish = async |tenant: Tenant| -> Result<_, Failure> {
        node.engine.load_archive(&tenant, folder).await.map_err(told)?;
        let drift = node.engine.doctor(&tenant).await.map_err(told)?;
        if !drift.is_empty() {
            return Err(Failure(anyhow::anyhow!("the tables are not what the metadata says: {drift:?}")));
        }
        node.engine.ask_again(&tenant).await.map_err(told)?;
        if let Some(settings) = &standing.security_settings {
            node.identity.put_security_settings(&tenant, settings).await.map_err(anyhow::Error::from)?;
        }
        // Before it is served: a quiet one must not become loud in between.
        let listed = node.tenants.find_listed(tenant.id).await?.ok_or(tenancy::Error::NotFound)?;
        node.tenants.patch(&listed, &patch, By::Operator).await?;
        node.tenants.put_branding(&tenant, &branding).await.map_err(anyhow::Error::from)?;
        node.identity.put_passwords(&tenant, &passwords(folder)?).await.map_err(anyhow::Error::from)?;
        if let Some(email) = &wish.admin {
            let made = node.identity.first_administrator(&tenant, email, None, None).await;
            tell(&made.map_err(anyhow::Error::from)?);
        }
        Ok(json!({}))
    };
    node.tenants.found(&founding, furnish).await.map_err(|failure| failure.0)?;
    println!("trellis: the tenant {} with {} records is made", founding.slug, manifest.records());
    if standing.suspended {
        println!("trellis: it was shut where it comes from, and is shut here");
    }
    if plan.is_none() && had_plan {
        println!("trellis: its plan is not known here, so nothing is limited");
    }
    Ok(())
}

/// Anything that stops an import.
struct Failure(anyhow::Error);

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self(error)
    }
}

impl From<tenancy::Error> for Failure {
    fn from(error: tenancy::Error) -> Self {
        Self(error.into())
    }
}

fn prepare(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if fs::read_dir(folder)?.next().is_some() {
        bail!("{} is not empty", folder.display());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Of a folder that an earlier version has written nothing is known.
fn standing(folder: &Path) -> anyhow::Result<Standing> {
    let path = folder.join(PLATFORM);
    if !path.exists() {
        return Ok(Standing::default());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// What the tenant gets besides what it is founded with.
fn patch(standing: &Standing) -> anyhow::Result<Patch> {
    let is_known = |scope: &str| tenancy::clones::cut(scope, 1).is_some();
    if let Some(sandbox) = standing.sandbox.as_ref().filter(|sandbox| !is_known(&sandbox.scope)) {
        bail!("{PLATFORM} is not taken: sandbox.scope: there is no `{}`", sandbox.scope);
    }
    let mut features = BTreeMap::new();
    for (word, enabled) in &standing.features {
        let feature = Feature::find(word);
        let feature = feature
            .with_context(|| format!("{PLATFORM} is not taken: features.{word}: there is no such feature"))?;
        features.insert(feature, Some(*enabled));
    }
    let quiet = standing.quiet.or(standing.sandbox.as_ref().map(|_| true));
    Ok(Patch { quiet, features, ..Patch::default() })
}

/// What people are shown before they sign in is held to what a change of it is held to.
fn branding(document: &Map<String, Json>) -> anyhow::Result<Branding> {
    Branding::read(document).map_err(|problems| {
        let problems: Vec<_> = problems.into_iter().map(|one| one.under("branding")).collect();
        anyhow::anyhow!("{PLATFORM} is not taken:\n{}", lines(&problems))
    })
}

fn passwords(folder: &Path) -> anyhow::Result<Vec<StoredPassword>> {
    let path = folder.join(PASSWORDS);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let read: Result<Vec<_>, _> = lines.map(serde_json::from_str).collect();
    read.with_context(|| format!("{} is damaged", path.display()))
}
