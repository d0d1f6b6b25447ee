//! One process of Trellis on an address that it keeps.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::balancer::Balancer;

/// How an administrator signs in.
pub const PASSWORD: &str = "a long enough passphrase 7";

/// A node that runs, or does not.
pub struct Node {
    pub address: String,
    folder: PathBuf,
    /// Its address, and whether a pooler hands its sessions to many.
    database: (String, bool),
    balancer: Arc<Balancer>,
    /// What its commands are told besides.
    pub settings: Vec<(&'static str, PathBuf)>,
    process: Option<Child>,
}

impl Node {
    /// A node with a data directory of its own; the keys are those of all nodes.
    pub fn new(
        (folder, name): (&Path, &str),
        (database, pooled): (&str, bool),
        balancer: &Arc<Balancer>,
    ) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let address = format!("http://{free}");
        balancer.add(&address);
        let (folder, balancer) = (folder.join(name), balancer.clone());
        let (settings, process) = (Vec::new(), None);
        Self { address, folder, database: (database.into(), pooled), balancer, settings, process }
    }

    /// A subcommand with this node's settings.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trellis"));
        command
            .args(words)
            .env("TRELLIS_DATA_DIR", &self.folder)
            .env("TRELLIS_DATABASE_URL", &self.database.0);
        command.env("TRELLIS_DATABASE_POOLED", self.database.1.to_string());
        command.env("TRELLIS_AUDIT_KEY", self.folder.parent().unwrap().join("audit.key"));
        command.env("TRELLIS_MASTER_KEY", "17".repeat(32)).env("TRELLIS_ADMIN_PASSWORD", PASSWORD);
        command.envs(self.settings.iter().map(|(name, value)| (*name, value)));
        command.env("TRELLIS_LOG", "warn").kill_on_drop(true);
        command
    }

    /// Starts it and waits until the balancer knows.
    pub async fn start(&mut self) {
        let listen = self.address.trim_start_matches("http://");
        let mut command = self.command(&["serve", "--listen", listen, "--stop-delay", "1"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("it listens");
            if line.starts_with("trellis: listening on ") {
                break;
            }
        }
        // Who writes to nobody fails.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.process = Some(process);
        self.balancer.until_ready(&self.address).await;
    }

    /// kill -9.
    pub async fn kill(&mut self) {
        self.process.take().unwrap().kill().await.unwrap();
    }

    /// Tells it to stop and waits for its good end.
    pub async fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        let id = process.id().unwrap().to_string();
        assert!(Command::new("kill").arg(id).status().await.unwrap().success());
        let ended = process.wait().await.unwrap();
        assert!(ended.success(), "{ended}");
    }
}
