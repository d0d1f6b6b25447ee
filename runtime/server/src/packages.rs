//! The standard packages inside the binary, those of a registry, and packages on disk.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use api::Library;
use engine::audit::chain::Hex;
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

    /// The same for a server, which goes on without a registry that cannot be read, and says why.
    pub async fn open_or_partial(
        node: &Node,
        source: &Source,
    ) -> anyhow::Result<(Self, Option<anyhow::Error>)> {
        match Self::open(node, source).await {
            Ok(shelf) => Ok((shelf, None)),
            Err(error) if source.registry.is_some() => {
                let without = Source { registry: None, ..source.clone() };
                let shelf = Self::open(node, &without).await?;
                Ok((Self { library: shelf.library.partial(), ..shelf }, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// With everything that is not damaged, whoever has signed it: to look at, and to be held against.
    pub fn unchecked(source: &Source) -> anyhow::Result<Self> {
        Self::new(source, Trust { anybody: true, ..Trust::default() })
    }

    fn new(source: &Source, trust: Trust) -> anyhow::Result<Self> {
        let own = library()?;
        let mut registry = match &source.registry {
            Some(folder) if folder.join(registry::INDEX).exists() || !folder.is_dir() => {
                Registry::read(folder, &trust)?
            }
            _ => Registry::default(),
        };
        registry.keep_off(|name| own.find(name).is_some());
        let all = own.packages().iter().chain(&registry.packages).cloned().collect();
        let library = Library::new(all).signed(registry.signers.clone(), !trust.anybody);
        Ok(Self { library, registry, trust })
    }

    /// Who is believed; `None` is anybody.
    pub fn trusted(&self) -> Option<Vec<Hex>> {
        (!self.trust.anybody).then(|| self.trust.keys.clone())
    }

    /// A package by its name, in the newest version that will do; or that of a folder, or of a file as it was published.
    /// With who has signed it.
    pub fn find(&self, word: &str, range: &VersionReq) -> anyhow::Result<(Package, Option<Hex>)> {
        if !is_place(word) {
            let found = self.library.matching(word, range).with_context(|| self.unknown(word, range))?;
            return Ok((found.clone(), self.library.signer(found).cloned()));
        }
        let place = Path::new(word);
        let found = if place.is_dir() { (on_disk(place)?, None) } else { self.shipped(place)? };
        let manifest = &found.0.manifest;
        if *range != VersionReq::STAR && !range.matches(&manifest.version) {
            bail!("{word} is {} {}, not {range}", manifest.name, manifest.version);
        }
        Ok(found)
    }

    fn shipped(&self, place: &Path) -> anyhow::Result<(Package, Option<Hex>)> {
        let shipped = registry::shipped(place)?;
        let refused = |problems: Vec<Problem>| {
            anyhow::anyhow!("{} is not taken:\n{}", place.display(), lines(&problems))
        };
        let package = shipped.open(&self.trust).map_err(refused)?;
        Ok((package, shipped.signature.map(|signature| signature.key)))
    }

    fn unknown(&self, word: &str, range: &VersionReq) -> String {
        let known: Vec<String> =
            self.library.versions(word).map(|one| one.manifest.version.to_string()).collect();
        let reasons = self.registry.reasons(word);
        let text = if known.is_empty() {
            format!("there is no package `{word}` to be had here; a folder of this name is `./{word}`")
        } else {
            format!("there is no `{word}` {range}; to be had are {}", known.join(", "))
        };
        format!("{text}\n{reasons}").trim_end().to_owned()
    }
}

/// Whether a word says where something is. A name alone never does, whatever lies in the working directory: what a
/// registry does not give must not come from there instead.
fn is_place(word: &str) -> bool {
    word.contains(['/', '\\', '.'])
}

/// A package in a folder.
pub fn on_disk(folder: &Path) -> anyhow::Result<Package> {
    read(&folder.display().to_string(), files(folder)?)
}

/// The files of a package in a folder, hidden ones apart.
pub fn files(folder: &Path) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files)?;
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

/// Hidden entries are not even read. A link is no part of a package: it would bring along what lies elsewhere.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).with_context(cannot)? {
        let entry = entry.with_context(cannot)?;
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        if entry.file_type().with_context(cannot)?.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.push((name, registry::bounded(&path)?));
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
