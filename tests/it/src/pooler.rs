//! PgBouncer in transaction mode before a test's database, where there is one that keeps prepared statements (1.21 and newer).

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use engine::Engine;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tempfile::TempDir;

use crate::{World, master_key};

/// A running PgBouncer, until it is dropped.
pub struct Pooler {
    options: PgConnectOptions,
    process: Child,
    _folder: TempDir,
}

impl Pooler {
    /// One that has so many sessions for all who come through it; `None` where the program is missing or too old.
    pub async fn start(world: &World, sessions: u32) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().expect("a folder");
        // Started as root it runs as whoever the cluster's server is.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("it is ours");
        let there = world.engine.pool().connect_options();
        let socket = there.get_socket().expect("a test's cluster has a socket").display().to_string();
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let settings = format!(
            "[databases]\n* = host={socket} port={} user={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\nmax_prepared_statements = 500\n\
             default_pool_size = {sessions}\nmax_client_conn = 100\nignore_startup_parameters = extra_float_digits\n\
             logfile = {}\n",
            there.get_port(),
            there.get_username(),
            folder.path().join("log").display()
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).expect("a file of settings");
        let mut command = Command::new(program);
        command.arg("-q").arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let is_root = Command::new("id").arg("-u").output().expect("id is there").stdout == b"0\n";
        if is_root {
            command.args(["-u", "postgres"]);
        }
        let mut process = command.spawn().expect("it starts");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(process.try_wait().expect("a state").is_none(), "pgbouncer ended");
            tokio::task::yield_now().await;
        }
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
        let options = options.username(there.get_username()).database(world.database_name());
        Some(Self { options: options.ssl_mode(PgSslMode::Disable), process, _folder: folder })
    }

    /// A node that comes through it.
    pub async fn node(&self, connections: u32) -> Engine {
        let pool = PgPoolOptions::new().max_connections(connections);
        let pool = pool.connect_with(self.options.clone()).await.expect("it takes connections");
        let engine = Engine::new(pool).behind_pooler();
        engine.protect_with(master_key());
        engine
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> Option<String> {
    let program = std::env::var("TRELLIS_PGBOUNCER").unwrap_or_else(|_| "pgbouncer".into());
    let told = Command::new(&program).arg("--version").output().ok()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let version = told.lines().next()?.strip_prefix("PgBouncer ")?;
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    ((parts.next()?, parts.next()?) >= (1, 21)).then_some(program)
}
