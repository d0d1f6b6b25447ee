//! A registry: a folder of packages as they are shipped, with an index of what there is. `trellis package publish` fills it,
//! who installs reads it, and nothing of it is taken that is not signed by a trusted publisher, unless that is asked for.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use engine::audit::chain::Hex;
use engine::packages::shipped::{Shipped, Trust};
use metadata::Problem;
use metadata::package::{Package, Version};
use serde::{Deserialize, Serialize};

pub const INDEX: &str = "index.json";
/// Held by who publishes, so that two do not write the index at once.
const LOCK: &str = ".lock";
/// Largest file of a package that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What there is, by name.
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
    /// Names of files.
    versions: BTreeMap<Version, String>,
}

/// What a registry holds, as far as it is believed.
#[derive(Debug, Default)]
pub struct Registry {
    pub packages: Vec<Package>,
    /// What is not, and why.
    pub refused: Vec<Refused>,
}

/// A package that is not believed.
#[derive(Debug)]
pub struct Refused {
    pub name: String,
    pub version: Version,
    pub problems: Vec<Problem>,
}

impl Registry {
    /// Reads all of a folder.
    pub fn read(folder: &Path, trust: &Trust) -> anyhow::Result<Self> {
        let mut registry = Self::default();
        for (name, entry) in index(folder)?.packages {
            for (version, file) in &entry.versions {
                match open(folder, file, (&entry, trust))? {
                    Ok(package) if package.manifest.name == name && package.manifest.version == *version => {
                        registry.packages.push(package);
                    }
                    Ok(other) => {
                        let Package { manifest, .. } = other;
                        let text = format!("the file holds {} {}", manifest.name, manifest.version);
                        let problems = vec![Problem::new(file, "wrong-name", text)];
                        registry.refused.push(Refused {
                            name: name.clone(),
                            version: version.clone(),
                            problems,
                        });
                    }
                    Err(problems) => {
                        registry.refused.push(Refused {
                            name: name.clone(),
                            version: version.clone(),
                            problems,
                        });
                    }
                }
            }
        }
        Ok(registry)
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

fn index(folder: &Path) -> anyhow::Result<Index> {
    let place = folder.join(INDEX);
    match fs::read(&place) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).with_context(|| format!("{} is no index", place.display()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("{} is no registry: it has no {INDEX}", folder.display())
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {}", place.display())),
    }
}

/// A package that was shipped as a file.
pub fn shipped(place: &Path) -> anyhow::Result<Shipped> {
    let size = fs::metadata(place).with_context(|| format!("cannot read {}", place.display()))?.len();
    if size > LARGEST {
        bail!("{} is larger than {LARGEST} bytes", place.display());
    }
    let bytes = fs::read(place).with_context(|| format!("cannot read {}", place.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no package", place.display()))
}

type Opened = Result<Package, Vec<Problem>>;

fn open(folder: &Path, file: &str, (entry, trust): (&Entry, &Trust)) -> anyhow::Result<Opened> {
    if Path::new(file).file_name().is_none_or(|name| name != file) {
        bail!("the index of {} names a file elsewhere: {file}", folder.display());
    }
    let shipped = match shipped(&folder.join(file)) {
        Ok(shipped) => shipped,
        Err(error) => return Ok(Err(vec![Problem::new(file, "unreadable", format!("{error:#}"))])),
    };
    let signer = shipped.signature.as_ref().map(|signature| &signature.key);
    if entry.publisher.is_some() && signer != entry.publisher.as_ref() {
        let text = "the other versions are signed by another publisher";
        return Ok(Err(vec![Problem::new(file, "other-publisher", text)]));
    }
    Ok(shipped.open(trust))
}

/// Adds a package, which stays as it is for ever.
pub fn publish(folder: &Path, (package, shipped): (&Package, &Shipped)) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let lock =
        File::create(folder.join(LOCK)).with_context(|| format!("cannot write {}", folder.display()))?;
    lock.lock().context("the registry cannot be locked")?;
    let mut all = if folder.join(INDEX).exists() { index(folder)? } else { Index::default() };
    let (name, version) = (&package.manifest.name, &package.manifest.version);
    let signer = shipped.signature.as_ref().map(|signature| signature.key.clone());
    let entry = all.packages.entry(name.clone()).or_default();
    if entry.versions.contains_key(version) {
        bail!("{name} {version} is there already; what is published stays, so give it another version");
    }
    if entry.versions.is_empty() {
        entry.publisher = signer;
    } else if entry.publisher != signer {
        bail!("{name} is published by somebody else, whose key is another one");
    }
    let file = format!("{name}-{version}.json");
    let text = serde_json::to_string_pretty(shipped)? + "\n";
    write(&folder.join(&file), &text)?;
    entry.versions.insert(version.clone(), file.clone());
    write(&folder.join(INDEX), &(serde_json::to_string_pretty(&all)? + "\n"))?;
    Ok(folder.join(file))
}

/// Writes beside and renames, so that nobody reads half of it.
fn write(place: &Path, text: &str) -> anyhow::Result<()> {
    let beside = place.with_extension("new");
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, place)
    };
    written().with_context(|| format!("cannot write {}", place.display()))
}
