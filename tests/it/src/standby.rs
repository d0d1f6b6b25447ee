//! A PostgreSQL of its own with a standby that follows it, for what is read there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use postgres::{Database, PrivateOptions, Source};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, PgPool};
use tempfile::TempDir;

/// Sizes are those of the primary, or it does not follow. All that it is asked stands in its log.
const SETTINGS: &str = "listen_addresses = ''\nmax_connections = 200\nmax_locks_per_transaction = 1024\n\
                        shared_buffers = '64MB'\nhot_standby_feedback = on\nfsync = off\nlogging_collector = off\n\
                        log_statement = 'all'\nport = 5432\n";

/// Both, until it is dropped.
pub struct Pair {
    pub primary: PgPool,
    pub standby: PgPool,
    /// Its superuser, who may let it stand still.
    keeper: PgConnection,
    log: PathBuf,
    process: Child,
    database: Option<Database>,
    _folder: TempDir,
}

impl Pair {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        open(folder.path());
        let source =
            Source::Private(PrivateOptions { data_dir: folder.path().join("primary"), durable: false });
        let database = Database::start(source).await.expect("the primary starts");
        let options = database.connect_options();
        let primary = pool(8, options.clone().options([("synchronous_commit", "on")])).await;
        let place = folder.path().join("standby");
        follow(&primary, (&socket(&database), &place)).await;
        let log = place.join("log");
        let process = launch(&place);
        let superuser = PgConnectOptions::new().socket(&place).username("postgres").database("trellis");
        let keeper = loop {
            match superuser.connect().await {
                Ok(connection) => break connection,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        let standby = pool(4, options.socket(&place)).await;
        Self { primary, standby, keeper, log, process, database: Some(database), _folder: folder }
    }

    /// Lets the standby stand still, or go on.
    pub async fn hold(&mut self, is_held: bool) {
        let (word, state) = if is_held { ("pause", "paused") } else { ("resume", "not paused") };
        let text = AssertSqlSafe(format!("SELECT pg_wal_replay_{word}()"));
        sqlx::query(text).execute(&mut self.keeper).await.expect("a superuser may");
        let asked = "SELECT pg_get_wal_replay_pause_state() = $1";
        while !sqlx::query_scalar::<_, bool>(asked)
            .bind(state)
            .fetch_one(&mut self.keeper)
            .await
            .expect("a state")
        {
            tokio::task::yield_now().await;
        }
    }

    /// Returns when the standby has all that was committed before.
    pub async fn follow(&mut self) {
        let asked = "SELECT pg_current_wal_flush_lsn()::text";
        let goal: String = sqlx::query_scalar(asked).fetch_one(&self.primary).await.expect("a place");
        let asked = "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn";
        while !sqlx::query_scalar::<_, bool>(asked)
            .bind(&goal)
            .fetch_one(&mut self.keeper)
            .await
            .expect("a state")
        {
            tokio::task::yield_now().await;
        }
    }

    /// How often the standby was asked of a table so far.
    pub fn asked(&self, table: &str) -> usize {
        let text = fs::read_to_string(&self.log).expect("a log");
        text.lines().filter(|line| line.contains("execute") && line.contains(table)).count()
    }

    /// kill -9 of the standby.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    pub async fn stop(mut self) {
        self.kill();
        self.standby.close().await;
        self.primary.close().await;
        if let Some(database) = self.database.take() {
            database.stop().await.expect("the primary stops");
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn pool(most: u32, options: PgConnectOptions) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(most);
    pool.connect_with(options).await.expect("it takes connections")
}

/// The directory of the private cluster's socket.
fn socket(database: &Database) -> String {
    let url = url::Url::parse(&database.url()).expect("an address");
    let host = url.query_pairs().find(|(key, _)| key == "host").map(|(_, value)| value.into_owned());
    host.expect("a private cluster has a socket")
}

/// Copies the primary into a directory, with what makes it follow.
async fn follow(primary: &PgPool, (socket, place): (&str, &Path)) {
    let shown = |name: &str| {
        let text = AssertSqlSafe(format!("SHOW {name}"));
        async move { sqlx::query_scalar::<_, String>(text).fetch_one(primary).await.expect("a setting") }
    };
    let (hba, ident) = (shown("hba_file").await, shown("ident_file").await);
    fs::create_dir(place).expect("a folder");
    open(place);
    let data = place.join("data");
    let mut copy = Command::new(program("pg_basebackup"));
    copy.args(["-h", socket, "-U", "postgres", "-X", "stream", "-c", "fast", "-R", "-D"]).arg(&data);
    let copied = copy.output().expect("pg_basebackup is installed beside postgres");
    assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
    for (name, from) in [("pg_hba.conf", hba), ("pg_ident.conf", ident)] {
        fs::copy(from, place.join(name)).expect("a file of settings");
    }
    let own = |name: &str| place.join(name).display().to_string();
    let settings = format!(
        "{SETTINGS}unix_socket_directories = '{}'\nhba_file = '{}'\nident_file = '{}'\n",
        place.display(),
        own("pg_hba.conf"),
        own("pg_ident.conf")
    );
    fs::write(place.join("postgresql.conf"), settings).expect("a file of settings");
    if let Some((user, _)) = account() {
        let given = Command::new("chown").arg("-R").arg(&user).arg(place).status();
        assert!(given.expect("chown is there").success());
    }
}

fn launch(place: &Path) -> Child {
    let postgres = program("postgres");
    let mut command = match account() {
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            let (user, group) = (format!("--reuid={user}"), format!("--regid={group}"));
            command.args([user.as_str(), group.as_str(), "--clear-groups", "--pdeathsig=KILL"]).arg(postgres);
            command
        }
        None => Command::new(postgres),
    };
    let log = fs::File::create(place.join("log")).expect("a log");
    command.arg("-D").arg(place.join("data"));
    command.arg("-c").arg(format!("config_file={}", place.join("postgresql.conf").display()));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("the standby starts")
}

/// As whom it runs when we are root, whom PostgreSQL refuses.
fn account() -> Option<(String, String)> {
    let id = |word: &str| {
        let output = Command::new("id").arg(word).output().expect("id is there");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    (id("-u") == "0").then(|| ("postgres".to_owned(), "postgres".to_owned()))
}

/// A folder of ours is another user's way too.
fn open(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
}

/// A program that stands beside the server's.
fn program(name: &str) -> PathBuf {
    let found = postgres::binaries::Search::of_this_machine().find(None).expect("PostgreSQL is installed");
    found.postgres().with_file_name(name)
}
