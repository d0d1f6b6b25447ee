//! Everything that can go wrong between "start" and "connected", in words for the person at the terminal.
//! Not the errors of queries: those stay `sqlx::Error` with whoever asked.

use std::path::PathBuf;

use crate::binaries::{INSTALL_HINT, OLDEST_MAJOR};

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL server programs found (version {OLDEST_MAJOR} or newer; looked for `postgres` and `initdb` \
         in {}). {INSTALL_HINT} Or set TRELLIS_POSTGRES_BIN to their directory, or TRELLIS_DATABASE_URL to a \
         running PostgreSQL.",
        list(.looked_in)
    )]
    NoBinaries { looked_in: Vec<PathBuf> },

    #[error(
        "the data in {} was made with PostgreSQL {made_with}, but the installed server programs are {}. Install \
         version {made_with} again (Debian/Ubuntu: apt-get install postgresql-{made_with}) or set \
         TRELLIS_POSTGRES_BIN to its bin directory.",
        .data.display(), majors(.installed)
    )]
    NoMatchingBinaries { data: PathBuf, made_with: u32, installed: Vec<u32> },

    #[error("the data directory {} is in use by another Trellis{}", .data_dir.display(), with_pid(*.pid))]
    InUse { data_dir: PathBuf, pid: Option<u32> },

    #[error(
        "PostgreSQL refuses to run as root and there is neither a user `postgres` nor a user `nobody` to run it as; \
         create one (useradd --system postgres)"
    )]
    NoServerAccount,

    #[error(
        "user id {uid} has no name in the user database (/etc/passwd), which PostgreSQL needs; add an entry for it"
    )]
    NamelessUser { uid: u32 },

    #[error(
        "the cluster in {} belongs to user id {owner}; start Trellis as that user or as root, or give the files to \
         the present user with chown -R",
        .data.display()
    )]
    ForeignCluster { data: PathBuf, owner: u32 },

    #[error(
        "user `{account}`, as whom PostgreSQL runs, cannot reach {}; allow it to pass through the directories above \
         (chmod o+x)",
        .path.display()
    )]
    Unreachable { path: PathBuf, account: String },

    #[error("{} is not a private directory of the present user; remove it", .path.display())]
    UnsafeSocketDirectory { path: PathBuf },

    #[error("cannot {doing} {}: {source}", .path.display())]
    Io { doing: &'static str, path: PathBuf, source: std::io::Error },

    #[error("initdb could not make the cluster: {output}")]
    Initdb { output: String },

    #[error("PostgreSQL ended while starting ({status}); its last words: {log}")]
    EndedWhileStarting { status: std::process::ExitStatus, log: String },

    #[error("the PostgreSQL server with process id {pid} does not stop")]
    DoesNotStop { pid: i32 },

    #[error("TRELLIS_DATABASE_URL is not a PostgreSQL URL: {0}")]
    Url(#[source] sqlx::Error),

    #[error("the database server is PostgreSQL {major}; Trellis needs {OLDEST_MAJOR} or newer")]
    TooOld { major: u32 },

    #[error("cannot {doing}: {source}")]
    Sql { doing: &'static str, source: sqlx::Error },

    #[error("the task that watches PostgreSQL broke off: {0}")]
    Supervisor(#[from] tokio::task::JoinError),
}

impl Error {
    /// For `map_err`: an I/O error with what was being done to which path.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { doing, path, source }
    }

    /// For `map_err`: an SQL error with what was being done.
    pub(crate) fn sql(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
        move |source| Error::Sql { doing, source }
    }
}

fn list(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "no directory at all".to_owned();
    }
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn majors(found: &[u32]) -> String {
    if found.is_empty() {
        return "missing".to_owned();
    }
    found.iter().map(|major| format!("version {major}")).collect::<Vec<_>>().join(", ")
}

fn with_pid(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process id {pid})")).unwrap_or_default()
}
