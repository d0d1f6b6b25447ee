//! Where a private cluster lies and who runs it.
//!
//! ```text
//! DATA_DIR/trellis.lock          one Trellis per data directory
//! DATA_DIR/postgres/             the cluster's root (or the path in DATA_DIR/postgres-at)
//!     data/                      PostgreSQL's own files; its user owns these, log/ and run/, and nothing else
//!     conf/                      written by Trellis at each start; custom.conf is the operator's
//!     log/  run/  startup.log    server log of seven days, socket, output of the last start
//! ```
//! The configuration is not inside `data`, so that a Trellis run by root never writes into a directory that another
//! user owns, where a link could lead the pen elsewhere.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::account::Account;
use crate::{Error, command, unix};

/// Holds the path of a cluster that had to move out of its data directory.
const ELSEWHERE_NOTE: &str = "postgres-at";
/// In the root of such a cluster: the data directory that it belongs to.
const OWNER_NOTE: &str = "data-dir";
/// Where clusters go that the server's user could not reach otherwise.
const ELSEWHERE: &str = "/var/lib/trellis";
/// PostgreSQL's own name for its socket, and the length that every system takes for a socket's path.
const SOCKET_NAME: &str = ".s.PGSQL.5432";
const LONGEST_SOCKET_PATH: usize = 99;

/// All paths of one cluster. The directories exist (but `data`, until the cluster is made).
#[derive(Clone, Debug)]
pub struct Place {
    pub root: PathBuf,
    /// Directory of the socket.
    pub run: PathBuf,
    pub account: Account,
}

impl Place {
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub fn conf(&self) -> PathBuf {
        self.root.join("conf")
    }

    pub fn log(&self) -> PathBuf {
        self.root.join("log")
    }

    pub fn socket(&self) -> PathBuf {
        self.run.join(SOCKET_NAME)
    }

    pub fn socket_lock(&self) -> PathBuf {
        self.run.join(format!("{SOCKET_NAME}.lock"))
    }

    pub fn startup_log(&self) -> PathBuf {
        self.root.join("startup.log")
    }

    /// Decides for a data directory that [`open_data_dir`] has opened, and makes the directories.
    pub fn settle(data_dir: &Path) -> Result<Place, Error> {
        let root = root_of(data_dir)?;
        let account = Account::of_cluster(&root.join("data"))?;
        let ours = if account.differs_from_own() { 0o755 } else { 0o700 };
        make_directory(&root, ours)?;
        let root =
            if command::can_enter(&account, &root) { root } else { elsewhere(data_dir, root, &account)? };
        make_directory(&root.join("conf"), ours)?;
        for name in ["log", "run"] {
            make_owned(&root.join(name), &account)?;
        }
        let run = socket_directory(&root, &account)?;
        Ok(Place { root, run, account })
    }
}

impl Place {
    /// After the last stop: a socket directory outside the root is nobody's any more.
    pub fn leave(&self) {
        if !self.run.starts_with(&self.root) {
            let _ = fs::remove_dir(&self.run);
        }
    }
}

/// Creates the data directory if it is missing and returns its absolute path without links.
pub fn open_data_dir(data_dir: &Path) -> Result<PathBuf, Error> {
    if !data_dir.exists() {
        // Root's server runs as another user, who must pass through (but not list) the directory.
        make_directory(data_dir, if unix::effective_uid() == 0 { 0o711 } else { 0o700 })?;
    }
    fs::canonicalize(data_dir).map_err(Error::io("open the data directory", data_dir))
}

fn root_of(data_dir: &Path) -> Result<PathBuf, Error> {
    let note = data_dir.join(ELSEWHERE_NOTE);
    match fs::read_to_string(&note) {
        Ok(path) => Ok(PathBuf::from(path.trim_end_matches('\n'))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(data_dir.join("postgres")),
        Err(source) => Err(Error::io("read", note)(source)),
    }
}

/// Finds a root that the server's user can reach, for a data directory below, say, root's home.
fn elsewhere(data_dir: &Path, unreachable: PathBuf, account: &Account) -> Result<PathBuf, Error> {
    let has_data = unreachable.join("data").exists() || data_dir.join(ELSEWHERE_NOTE).exists();
    if has_data || !account.differs_from_own() {
        return Err(Error::Unreachable { path: unreachable, account: account.name.clone() });
    }
    let root = unused_root(data_dir);
    make_directory(Path::new(ELSEWHERE), 0o755)?;
    make_directory(&root, 0o755)?;
    if !command::can_enter(account, &root) {
        return Err(Error::Unreachable { path: root, account: account.name.clone() });
    }
    write_note(&root.join(OWNER_NOTE), data_dir)?;
    write_note(&data_dir.join(ELSEWHERE_NOTE), &root)?;
    let _ = fs::remove_dir(&unreachable);
    let why = "the server's user cannot reach the data directory; the cluster lies elsewhere";
    tracing::info!(root = %root.display(), user = account.name, "{why}");
    Ok(root)
}

/// A new data directory at an old path gets a new cluster; what an earlier one left is kept and told.
fn unused_root(data_dir: &Path) -> PathBuf {
    let hash = hash_of(data_dir);
    let candidates = (1..).map(|count: u32| Path::new(ELSEWHERE).join(format!("{hash:016x}-{count}")));
    for candidate in candidates {
        if !candidate.exists() {
            return candidate;
        }
        tracing::warn!(path = %candidate.display(), "cluster of an earlier data directory at this path is kept");
    }
    unreachable!("the range of candidates does not end")
}

fn write_note(path: &Path, content: &Path) -> Result<(), Error> {
    fs::write(path, format!("{}\n", content.display())).map_err(Error::io("write", path))
}

/// `run` below the root, or a short path of the same meaning.
fn socket_directory(root: &Path, account: &Account) -> Result<PathBuf, Error> {
    let below = root.join("run");
    if below.join(SOCKET_NAME).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return Ok(below);
    }
    let parent = if unix::effective_uid() == 0 && Path::new("/run").is_dir() { "/run" } else { "/tmp" };
    let short = Path::new(parent).join(format!("trellis-{:016x}", hash_of(root)));
    make_owned(&short, account)?;
    // In a directory that anybody may write to, somebody else may have been first.
    let found = fs::symlink_metadata(&short).map_err(Error::io("look at", &short))?;
    let private = found.is_dir() && found.uid() == account.uid && found.mode() & 0o077 == 0;
    if private { Ok(short) } else { Err(Error::UnsafeSocketDirectory { path: short }) }
}

/// Makes a directory and the missing ones above it; an existing one is left as it is.
fn make_directory(path: &Path, mode: u32) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_directory(parent, if unix::effective_uid() == 0 { 0o755 } else { 0o700 })?;
    }
    let made = DirBuilder::new().mode(mode).create(path);
    made.map_err(Error::io("create", path))?;
    // Once more, because the umask took part in the first.
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(Error::io("set the permissions of", path))
}

/// Makes a private directory of the account in a directory of ours; an existing one is left as it is.
pub fn make_owned(path: &Path, account: &Account) -> Result<(), Error> {
    if path.is_dir() {
        return Ok(());
    }
    make_directory(path, 0o700)?;
    if !account.differs_from_own() {
        return Ok(());
    }
    chown(path, Some(account.uid), Some(account.gid)).map_err(Error::io("give away", path))
}

/// FNV-1a: short, and the same in every build, unlike the standard library's hashes.
fn hash_of(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
