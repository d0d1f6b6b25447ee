//! A registry: a folder of packages as they are shipped, with an index of what there is. `trellis package publish` fills it,
//! who installs reads it, and nothing of it is taken that is not signed by a trusted publisher, unless that is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use api::library::Signers;
use engine::audit::chain::Hex;
use engine::packages::shipped::{Shipped, Trust};
use metadata::Problem;
use metadata::package::Package;
use serde::{Deserialize, Serialize};

pub const INDEX: &str = "index.json";
/// Held by who publishes, so that two do not write the index at once.
const LOCK: &str = ".lock";
/// Largest file that is read, of a package or of the index, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What there is, by name. It is signed by nobody: what it says is where to look, not whom to believe.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    packages: BTreeMap<String, Entry>,
}

/// All versions of one package.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Who has published the first version; nobody else publishes another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    publisher: Option<Hex>,
    /// Names of files by version.
    versions: BTreeMap<String, String>,
}

/// What a registry holds, as far as it is believed.
#[derive(Debug, Default)]
pub struct Registry {
    pub packages: Vec<Package>,
    /// Who has signed which of them.
    pub signers: Signers,
    /// What is not, and why.
    pub refused: Vec<Refused>,
}

/// A package that is not believed.
#[derive(Debug)]
pub struct Refused {
    pub name: String,
    /// As the index has it.
    pub version: String,
    pub problems: Vec<Problem>,
}

/// A package that its own signature speaks for, and who made that.
type Believed = (Package, Option<Hex>);

impl Registry {
    /// Reads all of a folder.
    pub fn read(folder: &Path, trust: &Trust) -> anyhow::Result<Self> {
        let mut registry = Self::default();
        for (name, entry) in index(folder)?.packages {
            let mut believed = Vec::new();
            for (version, file) in &entry.versions {
                match open(folder, (&name, version, file), trust) {
                    Ok(package) => believed.push(package),
                    Err(problems) => registry.refuse((&name, version), problems),
                }
            }
            registry.take(&name, &entry, believed);
        }
        Ok(registry)
    }

    /// Takes the versions of a package, if one publisher has signed all of them. Who may write the index could say otherwise
    /// there, so the signatures count; whose it is among several is for the operator to settle.
    fn take(&mut self, name: &str, entry: &Entry, believed: Vec<Believed>) {
        let signers: BTreeSet<String> = believed.iter().map(|(_, signer)| called(signer.as_ref())).collect();
        let text = if signers.len() > 1 {
            let signers: Vec<String> = signers.into_iter().collect();
            format!("versions of `{name}` are of several publishers: {}", signers.join(", "))
        } else {
            "the index says that it is of another publisher".to_owned()
        };
        let is_several = believed.iter().any(|(_, signer)| *signer != believed[0].1);
        for (package, signer) in believed {
            let version = package.manifest.version.clone();
            if is_several || entry.publisher.as_ref().is_some_and(|key| Some(key) != signer.as_ref()) {
                let problem = Problem::new("signature", "other-publisher", &text);
                let hint = "take out of the registry, or trust no longer, whose package it is not";
                self.refuse((name, &version.to_string()), vec![problem.hint(hint)]);
                continue;
            }
            if let Some(key) = signer {
                self.signers.insert((name.to_owned(), version), key);
            }
            self.packages.push(package);
        }
    }

    /// Takes nothing of names that others have for themselves.
    pub fn keep_off(&mut self, taken: impl Fn(&str) -> bool) {
        let (off, kept) =
            std::mem::take(&mut self.packages).into_iter().partition(|one| taken(&one.manifest.name));
        self.packages = kept;
        let off: Vec<Package> = off;
        for Package { manifest, .. } in off {
            let text = format!("`{}` comes with Trellis, and from nowhere else", manifest.name);
            let problem = Problem::new("name", "built-in", text);
            self.refuse((&manifest.name, &manifest.version.to_string()), vec![problem]);
        }
        self.signers.retain(|(name, _), _| !taken(name));
    }

    fn refuse(&mut self, (name, version): (&str, &str), problems: Vec<Problem>) {
        self.refused.push(Refused { name: name.to_owned(), version: version.to_owned(), problems });
    }

    /// Why packages of this name are not taken, one a line; nothing when all are.
    pub fn reasons(&self, name: &str) -> String {
        let refused = self.refused.iter().filter(|one| one.name == name);
        let line = |one: &Refused| {
            format!(
                "{} {} of the registry is not taken:\n{}",
                one.name,
                one.version,
                crate::packages::lines(&one.problems)
            )
        };
        refused.map(line).collect::<Vec<_>>().join("\n")
    }
}

fn called(signer: Option<&Hex>) -> String {
    signer.map_or("nobody".to_owned(), Hex::to_string)
}

fn index(folder: &Path) -> anyhow::Result<Index> {
    let place = folder.join(INDEX);
    if let Err(error) = fs::symlink_metadata(&place)
        && error.kind() == ErrorKind::NotFound
    {
        bail!("{} is no registry: it has no {INDEX}", folder.display());
    }
    serde_json::from_slice(&bounded(&place)?).with_context(|| format!("{} is no index", place.display()))
}

/// A package that was shipped as a file.
pub fn shipped(place: &Path) -> anyhow::Result<Shipped> {
    serde_json::from_slice(&bounded(place)?).with_context(|| format!("{} is no package", place.display()))
}

/// A file, as far as a file is read here. No link, which leads elsewhere, and no pipe, which ends when another wants.
pub fn bounded(place: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", place.display());
    if !fs::symlink_metadata(place).with_context(cannot)?.is_file() {
        bail!("{} is no file", place.display());
    }
    let mut bytes = Vec::new();
    File::open(place).with_context(cannot)?.take(LARGEST + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > LARGEST {
        bail!("{} is larger than {LARGEST} bytes", place.display());
    }
    Ok(bytes)
}

/// What the file of a version holds, if that is what the index says and its signature speaks for it.
fn open(
    folder: &Path,
    (name, version, file): (&str, &str, &str),
    trust: &Trust,
) -> Result<Believed, Vec<Problem>> {
    let wrong = |code: &str, text: String| Err(vec![Problem::new(file, code, text)]);
    if Path::new(file).file_name().is_none_or(|name| name != file) {
        return wrong("elsewhere", "the index names a file elsewhere".to_owned());
    }
    let shipped = match shipped(&folder.join(file)) {
        Ok(shipped) => shipped,
        Err(error) => return wrong("unreadable", format!("{error:#}")),
    };
    let package = shipped.open(trust)?;
    let manifest = &package.manifest;
    if manifest.name != name || manifest.version.to_string() != version {
        return wrong("wrong-name", format!("the file holds {} {}", manifest.name, manifest.version));
    }
    Ok((package, shipped.signature.map(|signature| signature.key)))
}

/// Adds a package, which stays as it is for ever.
pub fn publish(folder: &Path, (package, shipped): (&Package, &Shipped)) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(LOCK));
    let lock = lock.with_context(|| format!("cannot write {}", folder.display()))?;
    lock.lock().context("the registry cannot be locked")?;
    let mut all = index_or_none(folder)?;
    let (name, version) = (&package.manifest.name, package.manifest.version.to_string());
    let signer = shipped.signature.as_ref().map(|signature| signature.key.clone());
    let entry = all.packages.entry(name.clone()).or_default();
    if entry.versions.contains_key(&version) {
        bail!("{name} {version} is there already; what is published stays, so give it another version");
    }
    if entry.versions.is_empty() {
        entry.publisher = signer;
    } else if entry.publisher != signer {
        bail!("{name} is published by somebody else, whose key is another one");
    }
    let file = format!("{name}-{version}.json");
    let place = folder.join(&file);
    create(&place, &(serde_json::to_string_pretty(shipped)? + "\n")).with_context(|| {
        format!("cannot write {}, which the index does not know and nothing writes over", place.display())
    })?;
    entry.versions.insert(version, file);
    write(&folder.join(INDEX), &(serde_json::to_string_pretty(&all)? + "\n"))?;
    Ok(place)
}

/// The index; an empty one where nothing has been published yet. With one that was lost, versions would be published anew.
fn index_or_none(folder: &Path) -> anyhow::Result<Index> {
    if fs::symlink_metadata(folder.join(INDEX)).is_ok() {
        return index(folder);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let name = entry?.file_name();
        if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
            let (folder, name) = (folder.display(), name.display());
            bail!("{folder} holds {name} but no {INDEX}: bring that back, or publish into another folder");
        }
    }
    Ok(Index::default())
}

/// Writes a file that is not there yet.
fn create(place: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(place)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Writes beside and renames, so that nobody reads half of it. What a writer left there that was killed goes first.
fn write(place: &Path, text: &str) -> anyhow::Result<()> {
    let beside = place.with_extension("new");
    let written = || -> std::io::Result<()> {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => create(&beside, text)?,
        }
        fs::rename(&beside, place)
    };
    written().with_context(|| format!("cannot write {}", place.display()))
}
