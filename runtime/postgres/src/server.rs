//! One running server process: launched, waited for until it is ready, stopped. Starting it again after its death is
//! the supervisor's work.

use std::fs::{self, File};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::binaries::Binaries;
use crate::pid_file::PidFile;
use crate::place::Place;
use crate::unix::Signal;
use crate::{Error, command, log, takeover, unix};

/// After `kill -9` of a server its sessions hold the shared memory for a second or two, and no new one can start.
const REMNANTS_LAST: Duration = Duration::from_secs(10);
/// What a server says in that time.
const REMNANTS: [&str; 2] =
    ["pre-existing shared memory block", "lock file \"postmaster.pid\" already exists"];

/// A child that accepts connections. Dropping it asks it to stop, without waiting.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Still known after the child has been reaped, for finding its lines in the log.
    pid: i32,
}

impl Server {
    /// Starts a server and returns when it is ready. Clears away the remains of an earlier one.
    pub async fn launch(place: &Place, binaries: &Binaries) -> Result<Server, Error> {
        let deadline = Instant::now() + REMNANTS_LAST;
        loop {
            takeover::clear(place).await?;
            let mut server = Server::spawn(place, binaries)?;
            let Err(error) = server.become_ready(place).await else { return Ok(server) };
            let passing = matches!(&error, Error::EndedWhileStarting { log, .. }
                if REMNANTS.iter().any(|words| log.contains(words)));
            if !passing || Instant::now() > deadline {
                return Err(error);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Nothing once the death has been seen: the number may be somebody else's by then.
    fn signal(&self, signal: Signal) {
        if self.child.id().is_some() {
            unix::send(self.pid, signal);
        }
    }

    /// Resolves when the process has ended.
    pub async fn ended(&mut self) -> Result<ExitStatus, Error> {
        self.child.wait().await.map_err(Error::io("wait for", "postgres"))
    }

    /// Fast shutdown, then rougher ways; returns when the process is gone.
    pub async fn stop(mut self) -> Result<(), Error> {
        for (signal, patience) in takeover::PATIENCE {
            self.signal(signal);
            if let Ok(ended) = timeout(patience, self.ended()).await {
                return ended.map(|_| ());
            }
        }
        Err(Error::DoesNotStop { pid: self.pid })
    }

    fn spawn(place: &Place, binaries: &Binaries) -> Result<Server, Error> {
        let path = place.startup_log();
        let _ = fs::remove_file(&path);
        let output =
            File::options().write(true).create_new(true).open(&path).map_err(Error::io("write", &path))?;
        let copy = output.try_clone().map_err(Error::io("write", &path))?;
        let program = binaries.postgres();
        let config = place.conf().join("postgresql.conf");
        let mut postgres = command::detached(&program, &place.account);
        postgres.arg("-D").arg(place.data()).arg("-c").arg(format!("config_file={}", config.display()));
        postgres.stdout(Stdio::from(output)).stderr(Stdio::from(copy));
        let child = Command::from(postgres).spawn().map_err(Error::io("run", program))?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).unwrap_or_default();
        Ok(Server { child, pid })
    }

    /// There is no time limit: recovery after a crash takes as long as it takes, and a child that fails ends.
    async fn become_ready(&mut self, place: &Place) -> Result<(), Error> {
        let data = place.data();
        let mut next_word = Instant::now() + Duration::from_secs(5);
        loop {
            let ended = self.child.try_wait().map_err(Error::io("wait for", "postgres"))?;
            if let Some(status) = ended {
                return Err(Error::EndedWhileStarting { status, log: log::last_words(place, self.pid) });
            }
            let found = PidFile::find(&data);
            if found.is_some_and(|file| file.ready && file.pid == self.pid) {
                return Ok(());
            }
            if Instant::now() > next_word {
                tracing::info!("PostgreSQL is still starting (recovering after a crash)");
                next_word += Duration::from_secs(5);
            }
            sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::Fast);
    }
}
