//! The standard packages inside the binary, and packages on disk.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use api::Library;
use metadata::Problem;
use metadata::package::Package;

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

/// A package in a folder.
pub fn on_disk(folder: &Path) -> anyhow::Result<Package> {
    let mut files = Vec::new();
    collect(folder, folder, &mut files).with_context(|| format!("cannot read {}", folder.display()))?;
    read(&folder.display().to_string(), files)
}

fn read(name: &str, files: Vec<(String, Vec<u8>)>) -> anyhow::Result<Package> {
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
