//! PgBouncer in transaction mode between the nodes and PostgreSQL, where there is one that keeps prepared statements
//! (1.21 and newer). `TRELLIS_PGBOUNCER` names the program if it is not the one on the path.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command as Plain;
use std::process::Stdio;

use postgres::testing::TestDatabase;
use tokio::process::{Child, Command};

/// A running PgBouncer; it ends with the value.
pub struct Pooler {
    pub url: String,
    _process: Child,
}

/// The program, if there is one that is new enough.
pub fn program() -> Option<String> {
    let program = std::env::var("TRELLIS_PGBOUNCER").unwrap_or_else(|_| "pgbouncer".into());
    let told = Plain::new(&program).arg("--version").output().ok()?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let version = told.lines().next()?.strip_prefix("PgBouncer ")?;
    let mut parts = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let version = (parts.next()?, parts.next()?);
    (version >= (1, 21)).then_some(program)
}

impl Pooler {
    /// Few connections to PostgreSQL for many to it, so that each statement may meet another one.
    pub async fn start(program: &str, database: &TestDatabase, folder: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = database.connect_options();
        let socket = options.get_socket().unwrap().display().to_string();
        let settings = format!(
            "[databases]\n* = host={socket} port=5432 user=trellis\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\nmax_prepared_statements = 500\n\
             default_pool_size = 6\nmax_client_conn = 200\nignore_startup_parameters = extra_float_digits\n\
             logfile = {log}\n",
            log = folder.join("pgbouncer.log").display()
        );
        let file = folder.join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        // Started as root it runs as whoever the cluster's server is.
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        let mut command = Command::new(program);
        command.arg("-q").arg(&file).stdout(Stdio::null()).kill_on_drop(true);
        let is_root = Plain::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        if is_root {
            command.args(["-u", "postgres"]);
        }
        let mut process = command.spawn().unwrap();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(process.try_wait().unwrap().is_none(), "pgbouncer ended: {}", file.display());
            tokio::task::yield_now().await;
        }
        let url = format!("postgres://trellis@127.0.0.1:{port}/{}?sslmode=disable", database.name());
        Self { url, _process: process }
    }
}
