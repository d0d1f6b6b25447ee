//! The cluster of the benchmark, and the programs on it: Trellis and the hand-written handler, each a process of its
//! own with as many connections as the other.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use postgres::{Database, PrivateOptions, Source};
use sqlx::{ConnectOptions, PgConnection};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::dataset::{self, Size};
use crate::options::Options;
use crate::usage;

/// Schema of the tenant that the data set is in.
pub const SCHEMA: &str = "t_demo";
const TENANT: &str = "demo";
/// Share of the data set where nobody asks for its records.
const SMALLEST: f64 = 0.001;
/// Nothing here takes longer to say that it listens.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything that runs.
pub struct World {
    pub trellis: Program,
    pub handwritten: Program,
    /// An API key of an administrator of the tenant.
    pub key: String,
    binary: PathBuf,
    database: Database,
    folder: Folder,
}

impl World {
    /// A durable cluster as in production, the data set in it, both programs listening.
    pub async fn start(options: &Options, binary: PathBuf) -> anyhow::Result<Self> {
        let folder = Folder::new(options.keep.clone(), "data")?;
        let source = Source::Private(PrivateOptions { data_dir: folder.path.clone(), durable: true });
        let database = Database::start(source).await?;
        let url = database.url();
        let prepared = prepare(&binary, &database, options).await;
        let (trellis, handwritten, key) = match prepared {
            Ok(()) => (
                Program::trellis(&binary, &["--database-url", &url]).await?,
                Program::handwritten(&url).await?,
                command(&binary, &url, &["api-key", "create", "--tenant", TENANT]).await?,
            ),
            Err(error) => {
                database.stop().await?;
                return Err(error);
            }
        };
        Ok(Self { trellis, handwritten, key, binary, database, folder })
    }

    /// A connection to the tenant's database.
    pub async fn connect(&self) -> anyhow::Result<PgConnection> {
        Ok(self.database.connect_options().connect().await?)
    }

    /// The server process of PostgreSQL, whose children serve connections.
    pub async fn postmaster(&self) -> anyhow::Result<u32> {
        let mut connection = self.connect().await?;
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut connection).await?;
        usage::parent_of(u32::try_from(pid)?).context("the server of PostgreSQL cannot be seen")
    }

    /// Runs a subcommand beside the server; answers what it printed.
    pub async fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        command(&self.binary, &self.database.url(), arguments).await
    }

    /// Stays until ^C, for a profiler.
    pub async fn hold(&self) -> anyhow::Result<()> {
        println!("trellis {} on {}", self.trellis.pid, self.trellis.address);
        println!("hand-written {} on {}", self.handwritten.pid, self.handwritten.address);
        println!("key {}\ndatabase {}", self.key, self.database.url());
        Ok(tokio::signal::ctrl_c().await?)
    }

    /// Ends everything and removes what is not kept.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.trellis.stop().await?;
        self.handwritten.stop().await?;
        self.database.stop().await?;
        drop(self.folder);
        Ok(())
    }
}

async fn prepare(trellis: &Path, database: &Database, options: &Options) -> anyhow::Result<()> {
    let url = database.url();
    if !command(trellis, &url, &["tenant", "list"]).await?.starts_with(TENANT) {
        command(trellis, &url, &["tenant", "create", TENANT, "--admin", "admin@example.com"]).await?;
        for package in ["accounts", "leads", "deals", "tasks"] {
            command(trellis, &url, &["package", "install", package, "--tenant", TENANT]).await?;
        }
    }
    let mut connection = database.connect_options().connect().await?;
    let share = if options.wants_records() { options.share() } else { SMALLEST };
    dataset::ensure(&mut connection, SCHEMA, Size::share(share)).await
}

/// Runs a subcommand to its end; answers what it printed.
async fn command(trellis: &Path, url: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(trellis)
        .args(["--database-url", url, "--log", "warn"])
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .await?;
    ensure!(output.status.success(), "trellis {} failed", arguments.join(" "));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// A server that listens. Killed with the value; [`Program::stop`] asks it to end and waits.
pub struct Program {
    pub address: String,
    pub pid: u32,
    child: Child,
}

impl Program {
    /// `trellis serve` on a free port.
    pub async fn trellis(binary: &Path, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"]).args(arguments);
        Self::start(command).await
    }

    async fn handwritten(url: &str) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--schema", SCHEMA, "--handwritten", url]);
        Self::start(command).await
    }

    async fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let pid = child.id().context("the program ended at once")?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, address)) = line.split_once("listening on http://") {
                    return Ok(address.trim().to_owned());
                }
            }
            anyhow::bail!("the program ended before it listened")
        };
        let address = tokio::time::timeout(PATIENCE, listening).await.context("it does not listen")??;
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { address, pid, child })
    }

    /// Asks it to end, and waits.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await.context("it does not end")??;
        Ok(())
    }
}

/// A folder for one run, or one to keep.
pub struct Folder {
    pub path: PathBuf,
    is_kept: bool,
}

impl Folder {
    /// `kept`, or a new one in the system's folder for temporary files.
    pub fn new(kept: Option<PathBuf>, word: &str) -> anyhow::Result<Self> {
        let is_kept = kept.is_some();
        let name = format!("trellis-bench-{}-{word}", std::process::id());
        let path = kept.unwrap_or_else(|| std::env::temp_dir().join(name));
        Ok(Self { path, is_kept })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// The program to measure, built if it was not named.
pub fn binary(options: &Options) -> anyhow::Result<PathBuf> {
    if let Some(path) = &options.trellis {
        return Ok(path.clone());
    }
    let beside = std::env::current_exe()?.with_file_name("trellis");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    build.args(["build", "--locked", "-p", "server", "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    ensure!(build.status().context("cargo cannot be started")?.success(), "trellis cannot be built");
    Ok(beside)
}
