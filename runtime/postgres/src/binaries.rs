//! Finds the installed server programs of PostgreSQL. It installs and downloads nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Error;

/// The oldest major version that Trellis works with.
pub const OLDEST_MAJOR: u32 = 15;

/// What to install when there is none.
pub const INSTALL_HINT: &str = if cfg!(target_os = "macos") {
    "Install them with: brew install postgresql"
} else {
    "Install them with: apt-get install postgresql (Debian, Ubuntu), dnf install postgresql-server (Fedora) or \
     apk add postgresql (Alpine)."
};

/// Names the directory of the programs and ends the search there.
const OVERRIDE: &str = "TRELLIS_POSTGRES_BIN";

/// Directories whose versioned children have the programs, and the path below each child.
const VERSIONED: [(&str, &str); 7] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr", "bin"),
    ("/usr/libexec", ""),
    ("/opt/homebrew/opt", "bin"),
    ("/usr/local/opt", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "bin"),
];

/// One installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    pub directory: PathBuf,
    pub major: u32,
}

impl Binaries {
    pub fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }

    pub fn initdb(&self) -> PathBuf {
        self.directory.join("initdb")
    }
}

/// The places to look in, in order.
#[derive(Clone, Debug)]
pub struct Search {
    pub directories: Vec<PathBuf>,
}

impl Search {
    /// What this machine and the environment offer.
    pub fn of_this_machine() -> Search {
        if let Some(directory) = std::env::var_os(OVERRIDE) {
            return Search { directories: vec![directory.into()] };
        }
        let mut directories: Vec<PathBuf> =
            VERSIONED.iter().flat_map(|(parent, below)| children(Path::new(parent), below)).collect();
        directories.push("/usr/local/pgsql/bin".into());
        directories.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        Search { directories }
    }

    /// The newest installation; for data that exists, the one of exactly its major version.
    pub fn find(&self, data: Option<(&Path, u32)>) -> Result<Binaries, Error> {
        let mut found: Vec<Binaries> = self.directories.iter().filter_map(|path| inspect(path)).collect();
        found.retain(|binaries| binaries.major >= OLDEST_MAJOR);
        found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
        if found.is_empty() {
            return Err(Error::NoBinaries { looked_in: self.shown() });
        }
        let Some((data, made_with)) = data else { return Ok(found.swap_remove(0)) };
        let mut installed: Vec<u32> = found.iter().map(|binaries| binaries.major).collect();
        installed.dedup();
        found
            .into_iter()
            .find(|binaries| binaries.major == made_with)
            .ok_or_else(|| Error::NoMatchingBinaries { data: data.to_owned(), made_with, installed })
    }

    /// For the error text: parents instead of guesses when nothing versioned exists.
    fn shown(&self) -> Vec<PathBuf> {
        let mut shown = self.directories.clone();
        if std::env::var_os(OVERRIDE).is_none() {
            shown.insert(0, "/usr/lib/postgresql/*/bin".into());
        }
        shown.dedup();
        shown
    }
}

/// Children of `parent` that look like an installation (`15`, `postgresql@17`, `pgsql-16`, `latest`).
fn children(parent: &Path, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let looks_right = |name: &str| {
        name == "latest"
            || name.starts_with("postgresql")
            || name.starts_with("pgsql-")
            || name.parse::<u32>().is_ok()
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(looks_right))
        .map(|entry| entry.path().join(below))
        .collect();
    paths.sort();
    paths
}

fn inspect(directory: &Path) -> Option<Binaries> {
    let postgres = directory.join("postgres");
    if !postgres.is_file() || !directory.join("initdb").is_file() {
        return None;
    }
    let answer = Command::new(postgres).arg("--version").stderr(Stdio::null()).output().ok()?;
    let major = parse_version(&String::from_utf8_lossy(&answer.stdout))?;
    Some(Binaries { directory: directory.to_owned(), major })
}

/// Reads `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`; `18beta1` counts as 18.
fn parse_version(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL) ")?.1;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn nothing_installed_says_what_to_install() {
        let nowhere = Search { directories: vec!["/nonexistent/bin".into()] };
        let message = nowhere.find(None).expect_err("nothing there").to_string();
        assert!(message.contains("/nonexistent/bin") && message.contains(INSTALL_HINT), "{message}");
    }

    #[test]
    fn data_of_another_version_is_named() {
        let here = Search::of_this_machine();
        let message = here.find(Some((Path::new("/some/data"), 99))).expect_err("no 99 yet").to_string();
        assert!(message.contains("made with PostgreSQL 99") && message.contains("/some/data"), "{message}");
    }
}
