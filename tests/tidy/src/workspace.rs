//! What Cargo says about the workspace: its crates, what each names in its `Cargo.toml`, and the licences of all that
//! is built. Features and versions are of no interest here.

use std::path::Path;
use std::process::{Command, Output};

use serde::Deserialize;

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    pub name: String,
    /// The crate's folder from the top of the repository, such as `runtime/engine`.
    pub folder: String,
    pub uses: Vec<Dependency>,
}

/// A line of a `[dependencies]` section (development and build dependencies too).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    pub name: String,
    /// Whether it is a crate of this workspace.
    pub ours: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    /// `None` for a crate of this workspace.
    source: Option<String>,
    license: Option<String>,
    dependencies: Vec<PackageDependency>,
}

#[derive(Deserialize)]
struct PackageDependency {
    name: String,
    path: Option<String>,
}

/// Asks Cargo for the crates of the workspace at `root`. Reads no registry and no network.
///
/// # Panics
/// When Cargo cannot be run or cannot read the workspace: then no rule can be checked.
pub fn load_crates(root: &Path) -> Vec<Crate> {
    let output = cargo(root, &["--no-deps"]);
    assert!(output.status.success(), "cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    parse_crates(&output.stdout, root)
}

/// Name and licence of every third-party crate that is built for this machine, or why Cargo cannot say: on a machine
/// that never built the whole workspace some are not there to be asked, and this test fetches nothing.
pub fn load_licences(root: &Path) -> Result<Vec<(String, String)>, String> {
    let output = cargo(root, &["--locked", "--filter-platform", "host-tuple"]);
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let others = metadata.packages.into_iter().filter(|package| package.source.is_some());
    Ok(others.map(|package| (package.name, package.license.unwrap_or_default())).collect())
}

fn cargo(root: &Path, options: &[&str]) -> Output {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--offline", "--format-version", "1"]).args(options).current_dir(root);
    command.output().expect("cargo runs: this test was started by it")
}

fn parse_crates(json: &[u8], root: &Path) -> Vec<Crate> {
    let metadata: Metadata = serde_json::from_slice(json).expect("cargo metadata prints its format 1");
    metadata.packages.into_iter().map(|package| to_crate(package, root)).collect()
}

fn to_crate(package: Package, root: &Path) -> Crate {
    let manifest = Path::new(&package.manifest_path);
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
    let uses = package.dependencies.into_iter().map(to_dependency).collect();
    Crate {
        name: package.name,
        folder: folder.map(|folder| folder.to_string_lossy().replace('\\', "/")).unwrap_or_default(),
        uses,
    }
}

fn to_dependency(dependency: PackageDependency) -> Dependency {
    Dependency { name: dependency.name, ours: dependency.path.is_some() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_folders_and_tells_ours_from_others() {
        let json = br#"{"packages":[{"name":"engine","manifest_path":"/r/runtime/engine/Cargo.toml",
            "dependencies":[{"name":"jobs","path":"/r/runtime/jobs"},{"name":"sqlx"}]}]}"#;
        let crates = parse_crates(json, Path::new("/r"));
        let uses = vec![
            Dependency { name: "jobs".into(), ours: true },
            Dependency { name: "sqlx".into(), ours: false },
        ];
        assert_eq!(crates, [Crate { name: "engine".into(), folder: "runtime/engine".into(), uses }]);
    }
}
