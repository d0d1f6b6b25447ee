//! The standard packages inside the binary, those of a registry, and packages on disk.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use api::Library;
use engine::packages::shipped::Trust;
use metadata::Problem;
use metadata::package::{Package, VersionReq};

use crate::args::Source;
use crate::node::Node;
use crate::registry::{self, Registry};

/// Path below `packages/` and content of every file; made by `build.rs`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// The packages that come with Trellis.
pub fn library() -> anyhow::Result<Library> {
    let mut names: Vec<&str> = FILES.iter().filter_map(|(path, _)| path.split('/').next()).collect();
    names.dedup();
    let packages: anyhow::Result<Vec<Package>> = names.into_iter().map(standard).collect();
    Ok(Library::new(packages?))
}

fn standard(name: &str) -> anyhow::Result<Package> {
    let inside = |(path, content): &(&str, &[u8])| {
        let path = path.strip_prefix(name)?.strip_prefix('/')?;
        Some((path.to_owned(), content.to_vec()))
    };
    read(name, FILES.iter().filter_map(inside).collect())
}

/// What there is to install: what comes with Trellis, and what is believed of a registry.
#[derive(Debug)]
pub struct Shelf {
    pub library: Library,
    pub registry: Registry,
    trust: Trust,
}

impl Shelf {
    /// With what publishers that are trusted here have signed.
    pub async fn open(node: &Node, source: &Source) -> anyhow::Result<Self> {
        let publishers = node.tenants.list_publishers().await?;
        let keys = publishers.into_iter().map(|publisher| publisher.key).collect();
        Self::new(source, Trust { keys, anybody: source.allow_unsigned })
    }

    /// With everything that is not damaged, whoever has signed it: to look at, and to be held against.
    pub fn unchecked(source: &Source) -> anyhow::Result<Self> {
        Self::new(source, Trust { anybody: true, ..Trust::default() })
    }

    fn new(source: &Source, trust: Trust) -> anyhow::Result<Self> {
        let mut all: Vec<Package> = library()?.packages().to_vec();
        let registry = match &source.registry {
            Some(folder) if folder.join(registry::INDEX).exists() || !folder.is_dir() => {
                Registry::read(folder, &trust)?
            }
            _ => Registry::default(),
        };
        // What is built in is what it is, whoever says otherwise.
        let is_new = |one: &&Package| {
            let same = |own: &Package| {
                (&own.manifest.name, &own.manifest.version) == (&one.manifest.name, &one.manifest.version)
            };
            !all.iter().any(same)
        };
        let more: Vec<Package> = registry.packages.iter().filter(is_new).cloned().collect();
        all.extend(more);
        Ok(Self { library: Library::new(all), registry, trust })
    }

    /// A package by its name, in the newest version that will do; or that of a folder, or of a file as it was published.
    pub fn find(&self, word: &str, range: &VersionReq) -> anyhow::Result<Package> {
        let place = Path::new(word);
        let found = match self.library.matching(word, range) {
            Some(found) => return Ok(found.clone()),
            // A folder that happens to have the name of a package is meant by `./name` alone.
            None if self.is_known(word) => bail!("{}", self.unknown(word, range)),
            None if place.is_dir() => on_disk(place)?,
            None if place.is_file() => registry::shipped(place)?
                .open(&self.trust)
                .map_err(|problems| anyhow::anyhow!("{word} is not taken:\n{}", lines(&problems)))?,
            None => bail!("{}", self.unknown(word, range)),
        };
        if *range != VersionReq::STAR && !range.matches(&found.manifest.version) {
            bail!("{word} is {} {}, not {range}", found.manifest.name, found.manifest.version);
        }
        Ok(found)
    }

    fn is_known(&self, name: &str) -> bool {
        let refused = self.registry.refused.iter().any(|one| one.name == name);
        refused || self.library.versions(name).next().is_some()
    }

    fn unknown(&self, word: &str, range: &VersionReq) -> String {
        let known: Vec<String> =
            self.library.versions(word).map(|one| one.manifest.version.to_string()).collect();
        let reasons = self.registry.reasons(word);
        let text = if known.is_empty() {
            format!("`{word}` is neither a folder nor a package that is to be had here")
        } else {
            format!("there is no `{word}` {range}; to be had are {}", known.join(", "))
        };
        format!("{text}\n{reasons}").trim_end().to_owned()
    }
}

/// A package in a folder.
pub fn on_disk(folder: &Path) -> anyhow::Result<Package> {
    read(&folder.display().to_string(), files(folder)?)
}

/// The files of a package in a folder, hidden ones apart.
pub fn files(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    files.retain(|(path, _)| !path.split('/').any(|word| word.starts_with('.')));
    files.sort();
    Ok(files)
}

/// A package of its files; `name` says which where it is not sound.
pub fn read(name: &str, files: Vec<(String, Vec<u8>)>) -> anyhow::Result<Package> {
    match Package::from_files(files.into_iter()) {
        Ok(package) => Ok(package),
        Err(problems) => bail!("the package {name} is not sound:\n{}", lines(&problems)),
    }
}

/// One problem a line.
pub fn lines(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("  {}: {}{hint}", problem.path, problem.message)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_packages_are_sound_and_complete() {
        let library = library().unwrap();
        for package in library.packages() {
            for required in package.manifest.requires.keys() {
                assert!(library.find(required).is_some(), "{} needs {required}", package.manifest.name);
            }
        }
        assert!(library.find("accounts").is_some());
    }
}
